use super::ReadingKind;
use crate::name::named;
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

/// What a meter's readings are.
///
/// ```
/// use pue::metering::{MeterKind, ReadingKind};
/// // A counter is read from time to time; the energy is the difference.
/// assert_eq!(MeterKind::REGISTER.readings(), ReadingKind::Register);
/// let dial = MeterKind::Register { modulus: Some(1e6), resets: None }; // 999 999 is followed by 0
/// assert_eq!(dial.readings(), ReadingKind::Register);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MeterKind {
    /// A dial that counts up (累计表码).
    Register {
        /// The dial value at which it starts again from zero (满量程), in the meter's unit before the multiplier.
        modulus: Option<f64>,
        /// How often it is set to zero on purpose (定时清零).
        resets: Option<Resets>,
    },
    /// A value per stretch of time (区间量); in a unit of power, the mean power over it.
    Interval,
    /// Samples of power (功率采样).
    Power,
}

impl MeterKind {
    /// A dial of which nothing more is said.
    pub const REGISTER: MeterKind = MeterKind::Register { modulus: None, resets: None };

    /// What its readings are.
    pub const fn readings(self) -> ReadingKind {
        match self {
            MeterKind::Register { .. } => ReadingKind::Register,
            MeterKind::Interval => ReadingKind::Interval,
            MeterKind::Power => ReadingKind::Power,
        }
    }

    /// The names by which a kind is read, in a description and in its schema. The first name of a kind is the one that is written.
    pub(crate) const NAMES: [(&'static str, MeterKind); 3] =
        [("register", MeterKind::REGISTER), ("interval", MeterKind::Interval), ("power", MeterKind::Power)];
}

/// At which local time a dial starts at zero on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Resets {
    /// At each full hour.
    Hour,
    /// At midnight.
    Day,
    /// At the midnight that begins a month.
    Month,
}

/// What it means that an interval meter writes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Absent {
    /// The energy is unknown.
    #[default]
    Missing,
    /// It rests: nothing flowed (PV at night, standby feeders).
    Zero,
}

impl Serialize for MeterKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Dial {
            #[serde(skip_serializing_if = "Option::is_none")]
            modulus: Option<f64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            resets: Option<Resets>,
        }
        match *self {
            MeterKind::REGISTER => serializer.serialize_str("register"),
            MeterKind::Register { modulus, resets } => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("register", &Dial { modulus, resets })?;
                map.end()
            }
            MeterKind::Interval => serializer.serialize_str("interval"),
            MeterKind::Power => serializer.serialize_str("power"),
        }
    }
}

/// How power samples are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Integration {
    /// A straight line from sample to sample.
    #[default]
    Trapezoid,
    /// Each sample holds until the next.
    Step,
}

named!(Resets, Absent, Integration);
