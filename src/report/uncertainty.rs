//! How sure a PUE is, in words.

use super::{Report, colon, sections::Sections};
use crate::{
    assessment::ReportedPue,
    finding::Lang,
    kpi::{MeterRole, Uncertainty, probability_text},
    rule::Verdict,
};

impl<'a> Report<'a> {
    /// How sure the value is, what that comes from, and what would make it surer.
    pub(super) fn uncertainty(&self, out: &mut Sections, pue: &'a ReportedPue) {
        let known = match &pue.uncertainty {
            Ok(known) => known,
            Err(unstated) if unstated.is_empty() => return,
            Err(unstated) => {
                let names = unstated.iter().take(3).map(|one| format!("{} {}", one.meter, one.needs));
                let more = if unstated.len() > 3 { " …" } else { "" };
                let text = self.pick("测量不确定度未知，须填写：", "uncertainty not known; to be stated: ");
                return out.item(format_args!("{text}{}{more}", names.collect::<Vec<_>>().join(", ")));
            }
        };
        let ([low, high], expanded) = (known.interval(), known.expanded());
        let name = self.pick("扩展不确定度 U（k = 2）", "expanded uncertainty U (k = 2)");
        out.item(format_args!("{name} ±{expanded:.4}{}{low:.4} – {high:.4}", colon(self.lang)));
        if let Some([low, high]) = pue.with_unknown().filter(|_| pue.low != pue.high) {
            let text = self.pick("连同缺失电量的范围", "with what is missing");
            out.item(format_args!("{text} {low:.4} – {high:.4}"));
        }
        self.contributions(out, known);
        if let Some(remedy) = &known.remedy {
            let (part, share) = (remedy.part.text(), remedy.share * 100.0);
            let (class, expanded) = (remedy.class, remedy.expanded);
            let of = match remedy.of {
                MeterRole::It => self.pick(" IT 侧", "of the IT energy"),
                MeterRole::Total => self.pick("总量侧", "of the total"),
            };
            let part = part.in_lang(self.lang);
            let text = match self.lang {
                Lang::Zh => format!("其中{of}{part}占 {share:.0}%；换用 {class} 级后 U 为 ±{expanded:.4}"),
                Lang::En => {
                    format!("{share:.0} % of it from the {part} {of}; of class {class} U would be ±{expanded:.4}")
                }
            };
            out.below(text);
        }
        for assumption in known.assumptions() {
            let assumption = assumption.in_lang(self.lang).to_owned();
            out.below(format_args!("{}{assumption}", self.pick("假定：", "assumed: ")));
        }
    }

    /// The three largest errors.
    fn contributions(&self, out: &mut Sections, known: &Uncertainty) {
        let shown = known.contributions.iter().take(3).map(|one| {
            let part = one.part.text();
            format!("{} {} {:.0}%", one.meter, part.in_lang(self.lang), one.share * 100.0)
        });
        let shown: Vec<String> = shown.collect();
        if shown.is_empty() {
            return;
        }
        let (name, between) = (self.pick("主要来源", "largest contributions"), self.pick("，", ", "));
        out.below(format_args!("{name}{}{}", colon(self.lang), shown.join(between)));
    }

    /// How probable it is that the true value keeps the limit, beside every verdict about a PUE.
    pub(super) fn conformance(&self, verdict: &Verdict) -> Option<String> {
        let name = self.pick("符合概率", "probability of conformance");
        let Some(p) = verdict.conformance_probability else {
            let is_of_pue = verdict.method.is_some() && verdict.value.is_some();
            let text = self
                .pick("未知（计量点未填准确度等级或互感器等级）", "not known (meters or transformers state no class)");
            return is_of_pue.then(|| format!("{name} {text}"));
        };
        let range = verdict.conformance_range.map_or(String::new(), |[least, most]| {
            let text = self.pick("，连同缺失电量 ", "; with what is missing ");
            format!("{text}{} – {}", probability_text(least), probability_text(most))
        });
        let shown = |risk: f64, zh, en| format!("{}{}", self.pick(zh, en), probability_text(risk));
        let risk = match (verdict.false_accept_risk, verdict.false_reject_risk) {
            (Some(risk), _) => shown(risk, "；误收风险 ", "; risk of false acceptance "),
            (_, Some(risk)) => shown(risk, "；误拒风险 ", "; risk of false rejection "),
            _ => String::new(),
        };
        let rule = verdict.decision.text();
        Some(format!("{name} {}{range}{risk} ({})", probability_text(p), rule.in_lang(self.lang)))
    }
}
