use super::super::{Days, Scope};
use crate::{
    finding::{Citation, Text, Words},
    quantity::Decimal,
};
use serde::{Deserialize, Serialize};

/// A condition of a document under which a site is to be retrofitted, merged or closed (改造、关停条件): what the retrofit screen
/// looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scheme {
    /// The name of the flag.
    pub flag: Words,
    /// Where it holds.
    pub place: Scope,
    /// When it holds: the document's days, as far as they are known.
    pub days: Days,
    /// The condition.
    pub condition: Scope,
    /// What the document says is to be done.
    pub action: Text,
    /// Where it stands.
    pub citation: Citation,
}

/// A surcharge (加价) on the part of a year's electricity above a PUE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SurchargeTerms {
    /// Where it holds.
    pub place: Scope,
    /// When the document holds.
    pub days: Days,
    /// The first year that bears it.
    pub first_year: i16,
    /// From so much electricity a year on, in GWh.
    pub least_gwh: Decimal,
    /// The PUE above which it is due.
    pub above: Decimal,
    /// What is due, by the PUE, the lowest first.
    pub rates: Vec<Rate>,
    /// How the text is read.
    pub assumption: Text,
    /// Where it stands.
    pub citation: Citation,
}

/// What is due of a kilowatt-hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// Up to this PUE; unset: beyond the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Decimal>,
    /// Yuan per kWh.
    pub yuan_per_kwh: Decimal,
}
