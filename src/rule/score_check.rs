//! Rules about a score: what is not known of it leaves the rule open, unless no answer could change it.

use super::{Case, Counted, Metric, Outcome, Pack, rubric::Rubric, weighing::Weighing};
use crate::{
    finding::Text,
    quantity::{Decimal, Ratio},
};
use std::collections::BTreeMap;

impl Case<'_> {
    /// The inputs of a rubric that a case carries, by the names of the figures; others are not known.
    fn inputs(&self, counted: Counted) -> BTreeMap<String, Ratio> {
        let known = |metric: Metric| {
            let value = self.figure(metric, counted).filter(|_| !self.distrusted)?;
            Some((metric.as_str().to_owned(), value))
        };
        Metric::ALL.into_iter().filter_map(known).collect()
    }
}

impl Pack {
    /// Whether the score by a rubric is high enough, whatever the inputs are that are missing.
    pub(super) fn weigh_score(&self, weighing: &mut Weighing<'_>, case: &Case<'_>, rubric: &Rubric, at_least: Decimal) {
        let given = case.inputs(self.counts);
        let (scored, passes) = (rubric.score(&given), rubric.passes(&given));
        let limit = Ratio::from(&at_least);
        let inputs = [("low", scored.low.into()), ("high", scored.high.into()), ("at_least", at_least.into())];
        weighing.step("score", "points of the items, from the fewest to the most", rubric.id.clone(), inputs);
        let missing = if scored.missing.is_empty() { rubric.title.en.to_string() } else { scored.missing.join(", ") };
        match (passes, scored.low >= limit, scored.high < limit) {
            (Some(false), ..) => weighing.outcome = Outcome::Fails,
            // Further items, of which nothing is known, could add points or take them away.
            (Some(true), true, _) if !rubric.is_part => weighing.outcome = Outcome::Meets,
            (_, _, true) if !rubric.is_part => weighing.outcome = Outcome::Fails,
            _ => {
                let settles = Text::new(format!("补充：{missing}"), format!("giving: {missing}"));
                return weighing.undetermined(scored.message, settles);
            }
        }
        if scored.low == scored.high {
            weighing.value = Some(scored.low);
        }
        weighing.say(scored.message);
    }
}
