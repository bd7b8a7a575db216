//! Rules about a score: what is not known of it leaves the rule open, unless no answer could change it.

use super::{Case, Metric, Outcome, Pack, Verdict, rubric::Rubric};
use crate::{
    finding::Text,
    quantity::{Decimal, Ratio},
};
use std::collections::BTreeMap;

impl Case<'_> {
    /// The inputs of a rubric that a case carries, by name; others are not known.
    fn inputs(&self) -> BTreeMap<String, Ratio> {
        // Where something else crossed the boundary, electricity alone may not be what is scored.
        let exact = self.annual_if_exact().filter(|_| self.other_carriers.is_empty());
        let known = [
            ("pue", exact.map(|pue| pue.ratio())),
            ("occupancy", self.figure(Metric::Occupancy)),
            ("standard_racks", self.figure(Metric::StandardRacks)),
            ("years_in_service", self.figure(Metric::YearsInService)),
            ("reused_share", self.figure(Metric::ReusedShare)),
            ("water_usage", self.figure(Metric::WaterUsage)),
        ];
        known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

impl Pack {
    /// Whether the score by a rubric is high enough, whatever the inputs are that are missing.
    pub(super) fn decide_score(&self, verdict: &mut Verdict, case: &Case<'_>, rubric: &Rubric, at_least: Decimal) {
        let given = case.inputs();
        let (scored, passes) = (rubric.score(&given), rubric.passes(&given));
        let limit = Ratio::from(&at_least);
        let inputs = [("low", scored.low.into()), ("high", scored.high.into()), ("at_least", at_least.into())];
        verdict.step("score", "points of the items, from the fewest to the most", rubric.id.clone(), inputs);
        let missing = if scored.missing.is_empty() { rubric.title.en.to_string() } else { scored.missing.join(", ") };
        match (passes, scored.low >= limit, scored.high < limit) {
            (Some(false), ..) => verdict.outcome = Outcome::Fails,
            // Further items, of which nothing is known, could add points or take them away.
            (Some(true), true, _) if !rubric.is_part => verdict.outcome = Outcome::Meets,
            (_, _, true) if !rubric.is_part => verdict.outcome = Outcome::Fails,
            _ => {
                let settles = Text::new(format!("补充：{missing}"), format!("giving: {missing}"));
                return verdict.undetermined(scored.message, settles);
            }
        }
        if scored.low == scored.high {
            verdict.value = Some(scored.low);
        }
        verdict.say(scored.message);
    }
}
