use crate::{
    finding::{Basis, Citation},
    quantity::Decimal,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The thresholds of a screen for old, small, scattered sites (老旧小散), all of them borrowed from elsewhere and changeable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Thresholds {
    /// The region whose sites are screened.
    pub place: String,
    /// Old (老): in service for at least so many years.
    pub old_years: i32,
    /// Inefficient: annual PUE above this.
    pub inefficient_above: Decimal,
    /// Small (小): at most so many standard racks.
    pub small_at_most: Decimal,
    /// Scattered (散): in none of these zones.
    pub core_zones: Vec<String>,
    /// Idle: occupancy below this after a year in service.
    pub idle_below: Decimal,
    /// The PUE against which savings are counted.
    pub target: Decimal,
    /// From where each was borrowed, by the name of its flag; `target` too.
    pub sources: BTreeMap<String, Citation>,
}

impl Thresholds {
    /// From where one was borrowed.
    pub fn source(&self, flag: &str) -> Citation {
        self.sources.get(flag).cloned().unwrap_or_else(|| Citation::new("–", "–", Basis::Proxy))
    }
}
