//! What the operator states: beside what was recomputed, and what only that supports.

use super::{
    Report, colon, places,
    sections::{Sections, Topic},
};
use crate::{
    assessment::{Figure, Reliance},
    finding::Lang,
};

impl Report<'_> {
    /// What was declared beside what was recomputed.
    pub(super) fn declared(&self, out: &mut Sections) {
        let Some(declared) = self.assessment.declared.as_ref().filter(|declared| !declared.is_empty()) else { return };
        out.begin(Topic::Declared, self.pick("申报与重算", "Declared and recomputed"));
        for (key, figure) in declared {
            let show = |figure: &Figure| match figure {
                Figure::Number(number) => number.to_string(),
                Figure::Level(level) => level.clone(),
            };
            let recomputed = figure.recomputed.as_ref().map_or("—".to_owned(), show);
            let agrees = match figure.agrees {
                Some(true) => self.pick("一致", "agrees"),
                Some(false) => self.pick("不一致", "differs"),
                None => self.pick("无法核对", "cannot be checked"),
            };
            out.item(format_args!(
                "{}{}{} / {recomputed} · {agrees}",
                key.as_str(),
                colon(self.lang),
                show(&figure.said)
            ));
        }
    }

    /// What to look at on site: all that only the operator's word supports, what decides first.
    pub(super) fn reliance(&self, out: &mut Sections) {
        if self.assessment.reliance.is_empty() {
            return;
        }
        let title =
            self.pick("仅凭申报的依据（供现场核实）", "Supported by the operator's word alone (to be checked on site)");
        out.begin(Topic::Reliance, title);
        for one in &self.assessment.reliance {
            let mark = if one.decides { "!" } else { "·" };
            let place = places::in_words(self.assessment, &one.place, self.lang);
            let message = one.message();
            let message = message.in_lang(self.lang);
            out.item(format_args!("{mark} {place}{}{message}", colon(self.lang)));
            if let Some(outcomes) = outcomes_in_words(one, self.lang) {
                out.below(outcomes);
            }
        }
    }
}

/// The outcomes that would be others without a statement.
pub(super) fn outcomes_in_words(one: &Reliance, lang: Lang) -> Option<String> {
    let outcomes = one.outcomes_without.iter().map(|(name, outcome)| (name, outcome.text()));
    let outcomes: Vec<String> = outcomes.map(|(name, text)| format!("{name} {}", text.in_lang(lang))).collect();
    let (words, comma) = match lang {
        Lang::Zh => ("否则：", "；"),
        Lang::En => ("without it: ", "; "),
    };
    (!outcomes.is_empty()).then(|| format!("{words}{}", outcomes.join(comma)))
}
