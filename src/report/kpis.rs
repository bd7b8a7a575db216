//! The indicators besides the PUE, in words.

use super::{
    Report,
    sections::{Sections, Topic},
};

impl Report<'_> {
    /// Those that are known, with their names and units.
    pub(super) fn kpis(&self, out: &mut Sections) {
        let kpis = &self.assessment.kpis;
        let rows: [(&str, &str, Option<String>); 10] = [
            ("水利用效率 WUE", "water usage effectiveness, WUE", kpis.wue.map(|kpi| kpi.to_string())),
            ("碳利用效率 CUE", "carbon usage effectiveness, CUE", kpis.cue.map(|kpi| kpi.to_string())),
            ("可再生能源占比 REF", "renewable energy factor, REF", kpis.r#ref.map(|kpi| kpi.to_string())),
            ("能源再利用率 ERF", "energy reuse factor, ERF", kpis.erf.map(|kpi| kpi.to_string())),
            ("能源再利用效率 ERE", "energy reuse effectiveness, ERE", kpis.ere.map(|kpi| kpi.to_string())),
            ("基础设施效率 DCiE", "infrastructure efficiency, DCiE", kpis.dcie.map(|kpi| kpi.to_string())),
            (
                "电能比全年值 R_M2（GB 40879）",
                "electricity ratio R_M2 (GB 40879)",
                kpis.r_m2.map(|kpi| kpi.to_string()),
            ),
            ("IT 负荷使用率", "IT load use rate", kpis.it_load_use_rate.map(|kpi| kpi.to_string())),
            ("上架率（按机柜数）", "rack occupancy by count", kpis.occupancy.map(|kpi| kpi.to_string())),
            ("标准机架", "standard racks", kpis.standard_racks.map(|racks| racks.to_string())),
        ];
        let mut known = rows.into_iter().filter_map(|(zh, en, value)| Some((zh, en, value?))).peekable();
        if known.peek().is_some() {
            out.begin(Topic::Indicators, self.pick("其他指标", "Other indicators"));
        }
        for (zh, en, value) in known {
            out.item(format_args!("{} {value}", self.pick(zh, en)));
        }
    }
}
