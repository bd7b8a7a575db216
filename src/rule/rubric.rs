//! A scoring rubric (评分细则) as data: whoever holds a published one loads it and has the score computed. What is not known
//! makes the score a range, and the range says which item decides.

use super::Band;
use crate::{
    finding::{Basis, Faults, Text},
    place::Place,
    quantity::{Decimal, Ratio, Relation},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Items with their points, gates, and the levels that a score leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rubric {
    /// `pue/rubric/1`.
    pub schema: String,
    /// Its id.
    pub id: String,
    /// Its edition, a day.
    pub edition: String,
    /// Its title.
    pub title: Text,
    /// The document's number (文号).
    pub number: String,
    /// What is scored.
    pub items: Vec<Item>,
    /// Whether the document has further items whose points are not known: the score is then a part of the whole.
    #[serde(default)]
    pub is_part: bool,
    /// Conditions without which there is no level at all (基本要求).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// How levels are given: by the score, by an input, or by several of these, of which the lowest counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Levels>,
}

/// One item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Item {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub name: Text,
    /// The name of the input that it looks at.
    pub input: String,
    /// The points that the input gives.
    pub points: Points,
    /// The clause in the issuer's own numbering.
    pub clause: String,
    /// What the figures rest on.
    pub basis: Basis,
}

/// How an input gives points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Points {
    /// `offset + slope × input`, kept between `least` and `most`.
    Linear {
        /// The points at an input of zero.
        offset: Decimal,
        /// The points for each one of the input.
        slope: Decimal,
        /// Never fewer.
        least: Decimal,
        /// Never more.
        most: Decimal,
    },
    /// The first step that the input keeps, the best first; without one, nothing.
    Steps(Vec<PointsStep>),
    /// So many points if the input is 1, none if it is 0.
    Attested {
        /// The points.
        points: Decimal,
    },
}

/// One step of a table of points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PointsStep {
    /// How the input has to stand to the limit.
    pub relation: Relation,
    /// The limit.
    pub limit: Decimal,
    /// The points.
    pub points: Decimal,
}

/// A condition on an input without which there is no level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gate {
    /// The name of the input.
    pub input: String,
    /// How it has to stand to the limit.
    pub relation: Relation,
    /// The limit.
    pub limit: Decimal,
}

/// Levels by the score, or by an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Levels {
    /// From so many points on; the best first.
    ByScore(Vec<FromPoints>),
    /// An input up to so much; the best first.
    ByInput {
        /// Its name.
        input: String,
        /// The bands.
        bands: Vec<Band>,
    },
}

/// A level from so many points on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FromPoints {
    /// The level.
    pub name: String,
    /// The points at least.
    pub at_least: Decimal,
}

/// What a rubric comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Scored {
    /// The fewest points that are possible.
    pub low: Ratio,
    /// The most.
    pub high: Ratio,
    /// Each item with its fewest and its most points.
    pub items: Vec<(String, Ratio, Ratio)>,
    /// The inputs that are missing.
    pub missing: Vec<String>,
    /// The levels that are possible, the worst and the best; `None`: no level. Without levels in the rubric, nothing.
    pub levels: Option<(Option<String>, Option<String>)>,
    /// The missing inputs of which each alone can move the level.
    pub deciding: Vec<String>,
    /// In a sentence.
    pub message: Text,
}

/// No item gives more points: so no sum of them leaves the range of exact numbers.
pub(super) const MOST_POINTS: i32 = 1_000_000;

/// A sum that no exact number holds, in a rubric that was never validated, is taken to be this far out: it decides nothing.
const BEYOND: i128 = 10_i128.pow(36);

/// The schema of a rubric.
pub const RUBRIC_SCHEMA: &str = "pue/rubric/1";

impl Points {
    fn of(&self, input: Ratio) -> Option<Ratio> {
        match self {
            Points::Linear { offset, slope, least, most } => {
                let line = Ratio::from(offset).checked_add(Ratio::from(slope).checked_mul(input)?)?;
                Some(line.max(Ratio::from(least)).min(Ratio::from(most)))
            }
            Points::Steps(steps) => {
                let step = steps.iter().find(|step| step.relation.admits(input.cmp(&Ratio::from(&step.limit))));
                Some(step.map_or(Ratio::ZERO, |step| Ratio::from(&step.points)))
            }
            Points::Attested { points } if input == Ratio::ONE => Some(Ratio::from(points)),
            Points::Attested { .. } if input == Ratio::ZERO => Some(Ratio::ZERO),
            Points::Attested { .. } => None,
        }
    }

    /// The fewest and the most points that any input gives.
    pub(super) fn range(&self) -> (Ratio, Ratio) {
        match self {
            Points::Linear { least, most, .. } => (Ratio::from(least), Ratio::from(most)),
            Points::Steps(steps) => {
                let points = steps.iter().map(|step| Ratio::from(&step.points));
                (points.clone().fold(Ratio::ZERO, Ratio::min), points.fold(Ratio::ZERO, Ratio::max))
            }
            Points::Attested { points } => (Ratio::ZERO.min(Ratio::from(points)), Ratio::ZERO.max(Ratio::from(points))),
        }
    }
}

/// The sum of points, the fewest or the most; of fractions whose sum is beyond exact numbers, the whole numbers around it.
fn sum(points: impl Iterator<Item = Ratio> + Clone, at_most: bool) -> Ratio {
    let around = |points: Ratio| Ratio::new(points.floor_of(1)? + i128::from(at_most), 1);
    let exact = points.clone().try_fold(Ratio::ZERO, Ratio::checked_add);
    exact
        .or_else(|| points.map(around).try_fold(Ratio::ZERO, |sum, points| sum.checked_add(points?)))
        .or_else(|| Ratio::new(if at_most { BEYOND } else { -BEYOND }, 1))
        .unwrap_or(Ratio::ZERO)
}

impl Rubric {
    /// Scores inputs by name; those that are missing leave a range.
    ///
    /// ```
    /// use pue::{quantity::Ratio, rule::packs};
    /// let inputs = [("pue".to_owned(), Ratio::new(125, 100).unwrap())].into();
    /// let scored = packs::rubric(packs::NATIONAL_GREEN_2020).unwrap().score(&inputs);
    /// assert_eq!((scored.low.to_f64(), scored.high.to_f64()), (55.0, 61.0)); // two items of 3 points are not known
    /// ```
    pub fn score(&self, inputs: &BTreeMap<String, Ratio>) -> Scored {
        let scored = self.items.iter().map(|item| {
            let points = inputs.get(&item.input).and_then(|input| item.points.of(*input));
            let (low, high) = points.map_or_else(|| item.points.range(), |points| (points, points));
            (item, low, high)
        });
        let scored: Vec<(&Item, Ratio, Ratio)> = scored.collect();
        let low = sum(scored.iter().map(|(_, low, _)| *low), false);
        let high = sum(scored.iter().map(|(_, _, high)| *high), true);
        let used = self.items.iter().map(|item| &item.input).chain(self.gates.iter().map(|gate| &gate.input));
        let by_input = self.levels.iter().filter_map(|levels| match levels {
            Levels::ByInput { input, .. } => Some(input),
            Levels::ByScore(_) => None,
        });
        let mut missing: Vec<String> =
            used.chain(by_input).filter(|name| !inputs.contains_key(*name)).cloned().collect();
        missing.sort();
        missing.dedup();
        let (worst, best) = (self.place(inputs, low, false), self.place(inputs, high, true));
        let moves = |name: &String| {
            let spread = |(item, low, high): &(&Item, Ratio, Ratio)| {
                let minus = Ratio::new(-low.numerator(), low.denominator());
                minus.filter(|_| item.input == *name).and_then(|minus| high.checked_add(minus)).unwrap_or(Ratio::ZERO)
            };
            let spread = sum(scored.iter().map(spread), true);
            let raised = low.checked_add(spread).map(|raised| self.place(inputs, raised, false));
            let gated = self.gates.iter().any(|gate| gate.input == *name)
                || self.levels.iter().any(|levels| matches!(levels, Levels::ByInput { input, .. } if input == name));
            gated || raised.is_none_or(|raised| raised != worst)
        };
        let open = worst != best;
        let deciding: Vec<String> = missing.iter().filter(|name| open && moves(name)).cloned().collect();
        let levels = (!self.levels.is_empty()).then(|| (self.name_of(worst), self.name_of(best)));
        let message = self.sentence(low, high, levels.as_ref(), &deciding);
        let items = scored.iter().map(|(item, low, high)| (item.id.clone(), *low, *high)).collect();
        Scored { low, high, items, missing, levels, deciding, message }
    }

    /// The place of the level among those of the first table, the best being 0; a missing input is taken at its best or its
    /// worst. One beyond the last: no level.
    fn place(&self, inputs: &BTreeMap<String, Ratio>, score: Ratio, at_best: bool) -> usize {
        let none = self.names().len();
        let passes = self.gates.iter().all(|gate| {
            inputs.get(&gate.input).map_or(at_best, |input| gate.relation.admits(input.cmp(&Ratio::from(&gate.limit))))
        });
        if !passes {
            return none;
        }
        let places = self.levels.iter().map(|levels| match levels {
            Levels::ByScore(levels) => {
                levels.iter().position(|level| score >= Ratio::from(&level.at_least)).unwrap_or(none)
            }
            Levels::ByInput { input, bands } => inputs.get(input).map_or(if at_best { 0 } else { none }, |input| {
                bands.iter().position(|band| *input <= Ratio::from(&band.at_most)).unwrap_or(none)
            }),
        });
        // Where they differ, the lower level counts.
        places.max().unwrap_or(none)
    }

    /// Whether the inputs pass all gates; `None`: not known.
    pub(super) fn passes(&self, inputs: &BTreeMap<String, Ratio>) -> Option<bool> {
        let holds = |gate: &Gate| Some(gate.relation.admits(inputs.get(&gate.input)?.cmp(&Ratio::from(&gate.limit))));
        let each: Vec<Option<bool>> = self.gates.iter().map(holds).collect();
        if each.contains(&Some(false)) {
            Some(false)
        } else if each.contains(&None) {
            None
        } else {
            Some(true)
        }
    }

    pub(super) fn names(&self) -> Vec<&String> {
        match self.levels.first() {
            Some(Levels::ByScore(levels)) => levels.iter().map(|level| &level.name).collect(),
            Some(Levels::ByInput { bands, .. }) => bands.iter().map(|band| &band.name).collect(),
            None => Vec::new(),
        }
    }

    fn name_of(&self, place: usize) -> Option<String> {
        self.names().get(place).map(|name| (*name).clone())
    }

    fn sentence(
        &self,
        low: Ratio,
        high: Ratio,
        levels: Option<&(Option<String>, Option<String>)>,
        deciding: &[String],
    ) -> Text {
        let (mut zh, mut en) = if low == high {
            (format!("{low} 分"), format!("{low} points"))
        } else {
            (format!("{low} 至 {high} 分"), format!("{low} to {high} points"))
        };
        if self.is_part {
            zh.push_str("（仅为已知条目）");
            en.push_str(" (of the items that are known)");
        }
        if let Some((worst, best)) = levels {
            let name = |level: &Option<String>, none: &str| level.clone().unwrap_or(none.to_owned());
            if worst == best {
                zh = format!("{zh}；等级 {}", name(worst, "无"));
                en = format!("{en}; level {}", name(worst, "none"));
            } else {
                let names = deciding.join(", ");
                zh = format!("{zh}；等级在 {} 与 {} 之间，取决于 {names}", name(worst, "无"), name(best, "无"));
                en = format!("{en}; between {} and {}; {names} decides", name(worst, "none"), name(best, "none"));
            }
        }
        Text::new(zh, en)
    }

    /// Finds all that is wrong with a rubric that came from outside. One that stands in a pack was checked with it.
    ///
    /// # Errors
    /// [`Faults`], with every fault.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Vec::new();
        super::faults::of_rubric(self, &Place::WHOLE, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An invented rubric: no published one has these bands.
    fn invented() -> Rubric {
        serde_json::from_value(serde_json::json!({
            "schema": RUBRIC_SCHEMA, "id": "invented", "edition": "2000-01-01", "title": "invented", "number": "—",
            "items": [
                {"id": "1", "name": "PUE", "input": "pue", "clause": "1", "basis": "proxy",
                 "points": {"linear": {"offset": "180", "slope": "-100", "least": "0", "most": "60"}}},
                {"id": "7", "name": "audit", "input": "audited", "clause": "7", "basis": "proxy", "points": {"attested": {"points": "10"}}},
            ],
            "gates": [{"input": "occupancy", "relation": "at_least", "limit": "0.6"}],
            "levels": [
                {"by_score": [{"name": "5A", "at_least": "70"}, {"name": "4A", "at_least": "60"}, {"name": "3A", "at_least": "50"}]},
                {"by_input": {"input": "pue", "bands": [{"name": "5A", "at_most": "1.2"}, {"name": "4A", "at_most": "1.3"}, {"name": "3A", "at_most": "1.5"}]}},
            ],
        }))
        .unwrap()
    }

    fn inputs(pairs: &[(&str, i128)]) -> BTreeMap<String, Ratio> {
        pairs.iter().map(|(name, hundredths)| ((*name).to_owned(), Ratio::new(*hundredths, 100).unwrap())).collect()
    }

    #[test]
    fn what_is_missing_leaves_a_range_and_names_what_decides() {
        let rubric = invented();
        rubric.validate().unwrap();
        let level = |pairs: &[(&str, i128)]| rubric.score(&inputs(pairs)).levels.unwrap();
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(level(&[("pue", 125), ("audited", 100), ("occupancy", 60)]), (some("4A"), some("4A")));
        // 55 points or 65: item 7 decides.
        let open = rubric.score(&inputs(&[("pue", 125), ("occupancy", 60)]));
        assert_eq!(
            (open.levels.clone().unwrap(), open.deciding.clone()),
            ((some("3A"), some("4A")), vec!["audited".to_owned()])
        );
        assert!(open.message.en.contains("between 3A and 4A; audited decides"), "{}", open.message.en);
        // The gate, known and not known.
        assert_eq!(level(&[("pue", 125), ("audited", 100), ("occupancy", 59)]), (None, None));
        assert_eq!(level(&[("pue", 125), ("audited", 100)]), (None, some("4A")));
        // The lower of two: 70 points would be 5A, the PUE is one of 4A.
        assert_eq!(level(&[("pue", 121), ("audited", 100), ("occupancy", 60)]), (some("4A"), some("4A")));
        assert_eq!(level(&[("pue", 120), ("audited", 100), ("occupancy", 60)]), (some("5A"), some("5A")));
        // A half-truth is none.
        assert_eq!(level(&[("pue", 120), ("audited", 50), ("occupancy", 60)]), (some("4A"), some("5A")));
    }

    #[test]
    fn points_beyond_exact_numbers_decide_nothing() {
        let mut rubric = invented();
        let item = Item {
            points: Points::Attested { points: Decimal::new(10_i128.pow(36), 0).unwrap() },
            ..rubric.items[1].clone()
        };
        rubric.items.extend(std::iter::repeat_n(item, 20));
        assert!(rubric.validate().is_err());
        let scored = rubric.score(&inputs(&[("pue", 125), ("audited", 100), ("occupancy", 60)]));
        assert!(scored.low < Ratio::ZERO && scored.high > Ratio::ZERO, "{scored:?}");
    }

    #[test]
    fn a_faulty_rubric_is_refused_with_all_its_faults() {
        let mut rubric = invented();
        rubric.schema.clear();
        rubric.items[1].id = "1".to_owned();
        rubric.items[0].clause.clear();
        if let Levels::ByScore(levels) = &mut rubric.levels[0] {
            levels.reverse();
        }
        // Both items of one id are named. The reversed table is out of order itself, and no longer names the levels of the other one.
        assert_eq!(rubric.validate().unwrap_err().0.len(), 6);
    }
}
