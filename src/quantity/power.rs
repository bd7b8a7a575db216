use super::{ExactEnergy, QuantityError, Ratio, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An exact power: a whole number of milliwatts, at most 10¹² kW either way.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExactPower(i64);

impl ExactPower {
    /// From kilowatts, to the nearest milliwatt, ties to even.
    ///
    /// # Errors
    /// [`QuantityError`] for NaN, infinities and beyond 10¹² kW.
    pub fn from_kw(kilowatts: f64) -> Result<Self, QuantityError> {
        let milliwatts = Unit::Kilowatt.conversion(1.0).exact(kilowatts)?;
        i64::try_from(milliwatts).map(ExactPower).map_err(|_| QuantityError::OutOfRange(kilowatts))
    }

    /// From a whole number of milliwatts.
    pub const fn from_milliwatts(milliwatts: i64) -> Self {
        ExactPower(milliwatts)
    }

    /// The number of milliwatts.
    pub const fn milliwatts(self) -> i64 {
        self.0
    }

    /// In kilowatts, the nearest float.
    pub fn kw(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The energy that it makes over so many milliseconds.
    ///
    /// # Examples
    /// ```
    /// use pue::quantity::ExactPower;
    /// let hour_ms = 3_600_000;
    /// assert_eq!(ExactPower::from_kw(7.5)?.over(2 * hour_ms).kwh(), 15.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn over(self, milliseconds: i64) -> ExactEnergy {
        ExactEnergy::from_microjoules(i128::from(self.0) * i128::from(milliseconds))
    }

    /// `self / other`; `None` if `other` is zero.
    pub fn ratio_to(self, other: ExactPower) -> Option<Ratio> {
        Ratio::new(self.0.into(), other.0.into())
    }
}

impl fmt::Debug for ExactPower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExactPower({self})")
    }
}

impl fmt::Display for ExactPower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kW", self.kw())
    }
}

/// On the wire a power is a number of kilowatts; the key says so (`rated_kw`).
impl Serialize for ExactPower {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.kw())
    }
}

impl<'de> Deserialize<'de> for ExactPower {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ExactPower::from_kw(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
