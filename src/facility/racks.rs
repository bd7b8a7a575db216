use crate::{
    finding::{Code, Finding, Text},
    name::named,
    place::place,
    quantity::{ExactPower, IntoPower, QuantityError, Ratio},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};
use std::fmt;

/// Rated power of one standard rack: 2.5 kW, in milliwatts.
///
/// Source: 标准机架, national statistics of data centres.
const STANDARD_RACK_MW: i64 = 2_500_000;

/// Cabinets of one kind in the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct RackType {
    /// How many.
    pub count: u64,
    /// Rated power of one.
    #[serde(rename = "rated_kw")]
    pub rated: ExactPower,
}

impl RackType {
    /// So many cabinets of a rated power.
    ///
    /// # Errors
    /// [`QuantityError`] of a power that is none.
    pub fn new(count: u64, rated: impl IntoPower) -> Result<Self, QuantityError> {
        Ok(RackType { count, rated: rated.into_power()? })
    }
}

/// A design of which a row was lost: it is written as one that says nothing, and is no design when it is read.
const LOST: [Lost; 1] = [Lost {}];

#[derive(Clone, Copy, Debug, Serialize)]
struct Lost {}

/// The racks (机架): what was designed, and how many cabinets stand there today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Racks {
    /// The design. Standard racks and scale come from here alone.
    pub types: Vec<RackType>,
    /// Whether a list was given of which a row cannot be read: the design is not known then, and no declared number stands in for it.
    pub types_lost: bool,
    /// Cabinets installed today (已装机架).
    pub installed: Option<u64>,
    /// Cabinets in use today (已用机架).
    pub occupied: Option<u64>,
}

impl Serialize for Racks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.types_lost {
            map.serialize_entry("types", &LOST)?;
        } else if !self.types.is_empty() {
            map.serialize_entry("types", &self.types)?;
        }
        for (key, count) in [("installed", self.installed), ("occupied", self.occupied)] {
            if let Some(count) = count {
                map.serialize_entry(key, &count)?;
            }
        }
        map.end()
    }
}

impl Racks {
    /// Standard racks (标准机架): Σ count × rated power / 2.5 kW, never the number of cabinets. `None` without a design.
    ///
    /// ```
    /// use pue::{facility::{RackType, Racks}, quantity::ExactPower};
    /// let mut racks = Racks::default();
    /// racks.types.push(RackType::new(1520, ExactPower::from_kw(5.0)?)?);
    /// assert_eq!(racks.standard().unwrap().to_string(), "3040");
    /// # Ok::<(), pue::quantity::QuantityError>(())
    /// ```
    pub fn standard(&self) -> Option<StandardRacks> {
        let power = self.design_power_mw()?;
        Ratio::new(power, STANDARD_RACK_MW.into()).map(StandardRacks)
    }

    /// How many cabinets the design has (架), whatever their power; `None` without a design.
    pub fn cabinets(&self) -> Option<u64> {
        let sum = || self.types.iter().fold(0_u64, |sum, kind| sum.saturating_add(kind.count));
        (!self.types.is_empty()).then(sum)
    }

    /// Σ count × rated power of the design; `None` without a design.
    pub fn design_power(&self) -> Option<ExactPower> {
        i64::try_from(self.design_power_mw()?).ok().map(ExactPower::from_milliwatts)
    }

    /// What the installed cabinets can use at most: were they those with the highest rated power of the design.
    pub(crate) fn most_installed_power(&self) -> Option<ExactPower> {
        let most = self.types.iter().map(|kind| kind.rated.milliwatts()).max()?;
        Some(ExactPower::from_milliwatts(most.checked_mul(i64::try_from(self.installed?).ok()?)?))
    }

    /// The share of the installed cabinets that is occupied (上架率), by count.
    pub fn occupancy(&self) -> Option<Occupancy> {
        let (occupied, installed) = (self.occupied?, self.installed?);
        (occupied <= installed).then(|| Ratio::new(occupied.into(), installed.into()))?.map(|share| Occupancy { share })
    }

    fn design_power_mw(&self) -> Option<i128> {
        let sum =
            |sum: i128, kind: &RackType| sum.checked_add(i128::from(kind.count) * i128::from(kind.rated.milliwatts()));
        if self.types.is_empty() { None } else { self.types.iter().try_fold(0, sum) }
    }

    pub(super) fn check(&self) -> impl Iterator<Item = Finding> {
        let designed = self.cabinets();
        let ordered = [
            (place!(facility / racks / occupied), self.occupied, self.installed),
            (place!(facility / racks / installed), self.installed, designed),
        ];
        ordered
            .into_iter()
            .filter_map(|(place, some, of)| Some((place, some?, of?)))
            .filter(|(_, some, of)| some > of)
            .map(|(place, some, of)| {
                let name = match place.name() {
                    Some("occupied") => ("已装机柜数", "those installed"),
                    _ => ("设计机柜数", "those of the design"),
                };
                let expected = Text::new(format!("不超过{} {of}", name.0), format!("at most {}, {of}", name.1));
                Finding::new(Code::RacksInconsistent).place(place).found(some).expected(expected)
            })
    }
}

/// A number of standard racks of 2.5 kW (标准机架), an exact fraction.
///
/// ```
/// use pue::{facility::StandardRacks, packs};
/// let racks = StandardRacks::declared(3_040.0).ok_or("no number of racks")?;
/// assert_eq!(racks.power().map(|power| power.kw()), Some(7_600.0)); // 2.5 kW each
/// assert_eq!(packs::national_scale(racks).map(|scale| scale.zh()), Some("大型"));
/// # Ok::<(), &str>(())
/// ```
#[doc(alias = "标准机架")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StandardRacks(Ratio);

impl StandardRacks {
    /// A declared number of standard racks; `None` if it is negative, not a number, or beyond what a power can be.
    pub fn declared(number: f64) -> Option<Self> {
        Ratio::from_f64(number).and_then(StandardRacks::of)
    }

    /// The same from an exact number.
    pub(crate) fn of(number: Ratio) -> Option<Self> {
        Some(StandardRacks(number)).filter(|racks| number >= Ratio::ZERO && racks.power().is_some())
    }

    /// The power that so many have; `None` beyond what a power can be.
    pub fn power(self) -> Option<ExactPower> {
        let milliwatts = self.0.floor_of(STANDARD_RACK_MW.into())?;
        i64::try_from(milliwatts).ok().map(ExactPower::from_milliwatts)
    }

    /// The exact number.
    pub const fn ratio(self) -> Ratio {
        self.0
    }
}

impl fmt::Display for StandardRacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for StandardRacks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StandardRacks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Ratio::deserialize(deserializer)?;
        let expected = || serde::de::Error::custom(format!("expected a number of standard racks, found {number}"));
        StandardRacks::of(number).ok_or_else(expected)
    }
}

/// The size class of a site (规模) under the table of the pack that asks: the edges differ between issuers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Scale {
    /// Small (小型).
    Small,
    /// Medium and small (中小型).
    MediumSmall,
    /// Medium (中型).
    Medium,
    /// Large (大型).
    Large,
    /// Super-large (超大型).
    SuperLarge,
}

impl Scale {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scale::Small => "small",
            Scale::MediumSmall => "medium_small",
            Scale::Medium => "medium",
            Scale::Large => "large",
            Scale::SuperLarge => "super_large",
        }
    }

    /// Its Chinese name.
    pub const fn zh(self) -> &'static str {
        match self {
            Scale::Small => "小型",
            Scale::MediumSmall => "中小型",
            Scale::Medium => "中型",
            Scale::Large => "大型",
            Scale::SuperLarge => "超大型",
        }
    }
}

/// Rack occupancy (上架率) by count of cabinets; the basis is part of the number.
///
/// ```
/// use pue::facility::Racks;
/// let racks = Racks { installed: Some(800), occupied: Some(600), ..Racks::default() };
/// assert_eq!(racks.occupancy().unwrap().share.to_f64(), 0.75);
/// ```
#[doc(alias = "上架率")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occupancy {
    /// Occupied / installed, from 0 to 1.
    pub share: Ratio,
}

named!(Scale);
