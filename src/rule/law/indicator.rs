use super::Law;
use crate::{
    finding::{Citation, Text, Words},
    quantity::{Decimal, Relation},
    rule::Nature,
};
use serde::{Deserialize, Serialize};

/// An indicator of a plan for a whole city (指标), or a goal of its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Indicator {
    /// `1` … `17` of the annex; a name for goals of the text.
    pub id: Words,
    /// What it is.
    pub name: Text,
    /// Its unit.
    pub unit: Text,
    /// How the value has to stand to the target.
    pub relation: Relation,
    /// The target as printed; for indicator 14 a level, which stands in its name.
    pub target: Decimal,
    /// Binding or expected; the plan states none for the goals of its text.
    pub nature: Option<Nature>,
    /// How a silent or ambiguous text is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Text>,
    /// Where it stands.
    pub citation: Citation,
}

impl Indicator {
    /// The 17 indicators of the annex of Wuhan's plan.
    pub fn annex() -> Vec<Indicator> {
        Indicator::of_wuhan().filter(|one| one.nature.is_some()).cloned().collect()
    }

    /// The goals of its text.
    pub fn goals() -> Vec<Indicator> {
        Indicator::of_wuhan().filter(|one| one.nature.is_none()).cloned().collect()
    }

    fn of_wuhan() -> impl Iterator<Item = &'static Indicator> {
        Law::by_id(super::super::packs::WUHAN_2024).into_iter().flat_map(|law| &law.indicators)
    }
}
