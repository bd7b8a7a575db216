//! Verdicts and comparisons in words.

use super::{Report, colon, sections::Sections};
use crate::rule::{Comparison, Outcome, Verdict};

impl<'a> Report<'a> {
    pub(super) fn verdict(&self, out: &mut Sections, verdict: &'a Verdict) {
        let mark = match verdict.outcome {
            Outcome::Meets => "✓",
            Outcome::Fails => "✗",
            Outcome::Undetermined => "?",
            Outcome::NotApplicable => "–",
        };
        out.item(format_args!(
            "{mark} {} {}{}{}",
            verdict.pack,
            verdict.requirement,
            colon(self.lang),
            self.say(&verdict.message)
        ));
        if let Some(conformance) = self.conformance(verdict) {
            out.below(conformance);
        }
        let source = self.pick("依据：", "source: ");
        let citation = &verdict.citation;
        out.below(format_args!(
            "{source}{} {} ({})",
            citation.document,
            citation.clause,
            citation.basis.text().in_lang(self.lang)
        ));
        if let Some(settles) = &verdict.settles {
            out.below(format_args!(
                "{}{}",
                self.pick("补充下列内容后可判定：", "would settle it: "),
                self.say(settles)
            ));
        }
        for assumption in &verdict.assumptions {
            out.below(format_args!("{}{}", self.pick("假定：", "assumed: "), self.say(assumption)));
        }
    }

    pub(super) fn comparison(&self, out: &mut Sections, one: &'a Comparison) {
        let within = match one.within {
            Some(true) => self.pick("满足对照值", "within"),
            Some(false) => self.pick("未达到", "not within"),
            None => self.pick("未知", "not known"),
        };
        let value = one.value.and_then(|value| value.round(4)).map(|value| value.to_string());
        let shown = one.level.clone().or(value).unwrap_or("—".to_owned());
        let limit = format_args!("{} {}", one.relation.symbol(), one.limit).to_string();
        out.item(format_args!("{} {}{}{shown} / {limit} · {within}", one.pack, one.requirement, colon(self.lang)));
        let (citation, basis) = (&one.citation, one.citation.basis.text());
        let basis = basis.in_lang(self.lang);
        let why = self.say(&one.why_not_judged);
        out.below(format_args!("{} {} ({basis}); {why}", citation.document, citation.clause));
    }
}
