//! The facility (数据中心): who, where, since when, how large.
//!
//! Each field is either a checked value or unknown (`None`); what contradicts something else is found by
//! [`Facility::check`]. Unknown is never taken for "no" or for zero.

mod certificate;
mod lifecycle;
mod racks;
mod region;

pub use certificate::{Certificate, CertificateKind, Ladder, Level, Standing};
pub use lifecycle::{Lifecycle, LifecycleKind};
pub use racks::{Occupancy, RackType, Racks, Scale, StandardRacks};
pub use region::{Region, RegionError};

use crate::{
    finding::{Code, Finding, Text},
    name::named,
    period,
    place::place,
    quantity::{ExactPower, Ratio, exact_ratio},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A data centre (数据中心), without its meters.
///
/// # Examples
/// ```
/// use pue::{Facility, facility::{RackType, Racks}, period::time_zone, quantity::ExactPower};
/// let mut facility = Facility::new("WH-1", time_zone("Asia/Shanghai")?);
/// facility.region = Some("420100".parse()?);
/// let rack = RackType::new(1520, ExactPower::from_kw(5.0)?)?;
/// facility.racks = Some(Racks { types: vec![rack], ..Racks::default() });
/// assert_eq!(facility.standard_racks().map(|racks| racks.to_string()), Some("3040".to_owned())); // of 2.5 kW
/// assert!(facility.check().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Facility {
    /// The identifier under which it is known to whoever asks.
    pub id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Who runs it (运营者).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Where it lies (行政区划).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The development zone (园区/功能区), by the ids that packs know: `east_lake`, `wuhan_etdz`, `airport`, `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Whether it stands in a national hub node (国家枢纽节点).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub_node: Option<bool>,
    /// The calendar of its reporting periods.
    #[serde(serialize_with = "zone_name")]
    pub time_zone: TimeZone,
    /// New, rebuilt, extended or existing, with its dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// Designed, installed and occupied racks (机架).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub racks: Option<Racks>,
    /// Standard racks that were declared where no rack list is given.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exactly")]
    pub declared_standard_racks: Option<StandardRacks>,
    /// Rated IT power (IT 额定功率): for load rates and plausibility, never for the scale.
    #[serde(rename = "rated_it_kw", skip_serializing_if = "Option::is_none")]
    pub rated_it: Option<ExactPower>,
    /// How the air is conditioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub air_conditioning: Option<AirConditioning>,
    /// How the IT equipment is cooled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub it_cooling: Option<ItCooling>,
    /// Whether it is an edge site (边缘数据中心).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<bool>,
    /// The PUE that was designed for.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exact_ratio::serialize")]
    pub design_pue: Option<Ratio>,
    /// Share of the UPS output that does not feed IT equipment, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exact_ratio::serialize")]
    pub non_it_on_ups_share: Option<Ratio>,
    /// Whether its power supply is its own (独立配电).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub independent_supply: Option<bool>,
    /// Climate zone, by the ids that packs know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub climate: Option<String>,
    /// Sector, by the ids that packs know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
}

fn zone_name<S: serde::Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    let name = period::zone_name(zone);
    let unnamed =
        || serde::ser::Error::custom("expected a time zone with an IANA name or a fixed offset, found another");
    serializer.serialize_str(&name.ok_or_else(unnamed)?)
}

fn exactly<S: serde::Serializer>(racks: &Option<StandardRacks>, serializer: S) -> Result<S::Ok, S::Error> {
    exact_ratio::serialize(&racks.map(StandardRacks::ratio), serializer)
}

/// How the air is conditioned (空调形式).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum AirConditioning {
    /// Electric chillers (电动).
    Electric,
    /// Absorption chillers (吸收式).
    Absorption,
    /// Anything else.
    Other,
    /// None.
    None,
}

/// How the IT equipment is cooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum ItCooling {
    /// Air (空气冷却).
    Air,
    /// Liquid (液冷).
    Liquid,
    /// Both.
    Mixed,
}

impl Facility {
    /// A facility of which nothing is known but its id and its calendar.
    pub fn new(id: impl Into<String>, time_zone: TimeZone) -> Self {
        Facility {
            id: id.into(),
            name: None,
            operator: None,
            region: None,
            zone: None,
            hub_node: None,
            time_zone,
            lifecycle: None,
            racks: None,
            declared_standard_racks: None,
            rated_it: None,
            air_conditioning: None,
            it_cooling: None,
            edge: None,
            design_pue: None,
            non_it_on_ups_share: None,
            independent_supply: None,
            climate: None,
            sector: None,
        }
    }

    /// Standard racks (标准机架): from the rack list alone, or as declared. `None`: unknown, even if the rated IT power
    /// is given.
    pub fn standard_racks(&self) -> Option<StandardRacks> {
        let declared =
            self.declared_standard_racks.filter(|_| !self.racks.as_ref().is_some_and(|racks| racks.types_lost));
        self.racks.as_ref().and_then(Racks::standard).or(declared)
    }

    /// The rated IT power against that of the racks, listed or declared.
    fn check_power(&self) -> Option<Finding> {
        let racks = self.standard_racks()?;
        let Some(design) = racks.power() else {
            let finding = Finding::new(Code::RacksInconsistent)
                .place(place!(facility / racks / types))
                .found(racks.ratio().to_f64());
            return Some(finding.expected(("可能的功率", "a power that is possible")));
        };
        let rated = self.rated_it?;
        let finding = Finding::new(Code::RacksInconsistent).place(place!(facility / rated_it_kw)).found(rated);
        // A hundredth is rounding.
        if rated.milliwatts() / 101 > design.milliwatts() / 100 {
            let expected =
                Text::new(format!("不超过机柜总功率 {design}"), format!("at most the power of all racks, {design}"));
            return Some(finding.expected(expected));
        }
        // Off by the factor between kW and MW, or nearly so.
        let near =
            || Text::new(format!("与机柜总功率 {design} 相近"), format!("near the power of all racks, {design}"));
        (design.milliwatts() / 300 > rated.milliwatts()).then(|| finding.expected(near()))
    }

    /// Whether it stands in a national hub node, as it says; a province that has none decides it, whatever it says.
    pub fn in_hub_node(&self) -> Option<bool> {
        match self.region.and_then(|region| region.has_hub_node()) {
            Some(false) => Some(false),
            _ => self.hub_node,
        }
    }

    /// What contradicts something else.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(racks) = &self.racks {
            findings.extend(racks.check());
        }
        findings.extend(self.check_power());
        if let Some(lifecycle) = &self.lifecycle {
            findings.extend(lifecycle.check());
        }
        if self.hub_node == Some(true) && self.in_hub_node() == Some(false) {
            findings.push(
                Finding::new(Code::FacilityHubNode)
                    .place(place!(facility / hub_node))
                    .found("true")
                    .expected(("false，或更正地区代码", "false, or another region")),
            );
        }
        findings
    }
}

named!(AirConditioning, ItCooling);
