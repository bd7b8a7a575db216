//! The PUE with all that qualifies it, in words.

use super::{Report, sections::Sections};
use crate::quantity::Ratio;

impl Report<'_> {
    pub(super) fn pue(&self, out: &mut Sections) {
        let Some(pue) = &self.assessment.pue else {
            return out.item(self.pick("PUE：无法得出（见“数据问题”）", "PUE: cannot be formed (see the findings)"));
        };
        let kind = match pue.is_annual() {
            true => self.pick("年度", "annual"),
            false => self.pick("阶段性 PUE", "interim (iPUE)"),
        };
        let category = pue
            .category
            .map_or(self.pick("未说明", "not stated").to_owned(), |category| category.number().to_string());
        let four = pue.value.ratio().round(4).map(|value| value.to_string()).unwrap_or_default();
        let coverage = self.assessment.coverage.map_or(0.0, |coverage| coverage.result() * 100.0);
        out.item(format_args!(
            "PUE {} ({four}) · {kind} · {} {category} · {} {coverage:.1}%",
            pue.published(),
            self.pick("类别", "category"),
            self.pick("覆盖率", "coverage")
        ));
        let range = |bound: Option<Ratio>| {
            bound
                .and_then(|bound| bound.round(4))
                .map_or(self.pick("不限", "open").to_owned(), |bound| bound.to_string())
        };
        if pue.low != pue.high || pue.low.is_none() {
            out.item(format_args!(
                "{} {} – {}",
                self.pick("缺失或分布未知的电量允许的范围", "range that energy missing, or of unknown course, allows"),
                range(pue.low),
                range(pue.high)
            ));
        }
        out.item(format_args!(
            "{} {} · IT {} · {}",
            self.pick("总电量", "total"),
            self.energy(pue.total()),
            self.energy(pue.it()),
            pue.method.as_str()
        ));
        let common = self.assessment.coverage.map_or(1.0, |coverage| coverage.common);
        if common * 100.0 < coverage - 0.05 {
            let note = self.pick("总量与 IT 同时已知的时段占", "total and IT are known at once for");
            out.item(format_args!(
                "{note} {:.1}%; {}",
                common * 100.0,
                self.pick("PUE 与电量仅为该时段", "value and energies are of that time")
            ));
        }
        for assumption in &pue.assumptions {
            out.item(format_args!("{}{}", self.pick("假定：", "assumed: "), self.say(assumption)));
        }
        self.uncertainty(out, pue);
        if let Some(overhead) = self.assessment.overhead {
            let part = |share: Option<f64>| share.map_or("—".to_owned(), |share| format!("{share:.3}"));
            out.item(format_args!(
                "1 + {} {} + {} {} + {} {} + {} {:.3}",
                self.pick("制冷", "cooling"),
                part(overhead.cooling),
                self.pick("供配电", "power chain"),
                part(overhead.power_chain),
                self.pick("照明及其他", "lighting and other"),
                part(overhead.lighting_other),
                self.pick("未解释", "unexplained"),
                overhead.unexplained
            ));
        }
    }
}
