use crate::name::named;
use serde::{Deserialize, Serialize};

/// Accuracy class of a meter or a current transformer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum AccuracyClass {
    /// 0.1.
    #[serde(rename = "0.1")]
    C01,
    /// 0.1 S.
    #[serde(rename = "0.1S")]
    C01S,
    /// 0.2.
    #[serde(rename = "0.2")]
    C02,
    /// 0.2 S.
    #[serde(rename = "0.2S")]
    C02S,
    /// 0.5.
    #[serde(rename = "0.5")]
    C05,
    /// 0.5 S.
    #[serde(rename = "0.5S")]
    C05S,
    /// 1.
    #[serde(rename = "1")]
    C1,
    /// 2.
    #[serde(rename = "2")]
    C2,
    /// A (MID).
    A,
    /// B (MID).
    B,
    /// C (MID).
    C,
}

impl AccuracyClass {
    /// How far a reading may be off at normal current, in thousandths (MID classes A, B, C: 3.5, 2, 0.7 %).
    pub const fn thousandths(self) -> i128 {
        match self {
            AccuracyClass::C01 | AccuracyClass::C01S => 1,
            AccuracyClass::C02 | AccuracyClass::C02S => 2,
            AccuracyClass::C05 | AccuracyClass::C05S => 5,
            AccuracyClass::C1 => 10,
            AccuracyClass::C2 | AccuracyClass::B => 20,
            AccuracyClass::A => 35,
            AccuracyClass::C => 7,
        }
    }
}

named!(AccuracyClass);
