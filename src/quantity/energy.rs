use super::{Energy, QuantityError, Ratio, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
};
use uom::si::energy::joule;

/// An exact amount of energy: a whole number of microjoules (1 µJ = 1 mW·ms; 1 mWh = 3 600 000 µJ).
///
/// Sums of it do not depend on their order, and hours add up to the year to the last digit.
///
/// ```
/// use pue::quantity::ExactEnergy;
/// let parts = [0.1, 0.2, 0.3].map(|kwh| ExactEnergy::from_kwh(kwh).unwrap());
/// assert_eq!(parts.into_iter().sum::<ExactEnergy>().kwh(), 0.6); // 0.1 + 0.2 + 0.3 as floats is 0.6000000000000001
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExactEnergy(i128);

impl ExactEnergy {
    /// No energy.
    pub const ZERO: ExactEnergy = ExactEnergy(0);
    /// One kilowatt-hour.
    pub const KWH: ExactEnergy = ExactEnergy(3_600_000_000_000);

    /// From a whole number of microjoules.
    pub const fn from_microjoules(microjoules: i128) -> Self {
        ExactEnergy(microjoules)
    }

    /// From kilowatt-hours, to the nearest milliwatt-hour, ties to even.
    ///
    /// # Errors
    /// [`QuantityError`] for NaN, infinities and beyond 10¹² kWh.
    pub fn from_kwh(kwh: f64) -> Result<Self, QuantityError> {
        Unit::KilowattHour.conversion(1.0).exact(kwh).map(ExactEnergy)
    }

    /// The number of microjoules.
    pub const fn microjoules(self) -> i128 {
        self.0
    }

    /// In kilowatt-hours, the nearest float.
    pub fn kwh(self) -> f64 {
        self.ratio_to(ExactEnergy::KWH).map_or(self.0 as f64 / ExactEnergy::KWH.0 as f64, Ratio::to_f64)
    }

    /// As a `uom` quantity.
    pub fn to_energy(self) -> Energy {
        Energy::new::<joule>(self.0 as f64 / 1e6)
    }

    /// `self / other`; `None` if `other` is zero.
    pub fn ratio_to(self, other: ExactEnergy) -> Option<Ratio> {
        Ratio::new(self.0, other.0)
    }

    /// `self / other`, the nearest float; `None` if `other` is zero.
    pub fn over(self, other: ExactEnergy) -> Option<f64> {
        let (part, whole) = (i64::try_from(self.0), i64::try_from(other.0));
        let small = part.ok().zip(whole.ok()).filter(|(_, whole)| *whole != 0).map(|(part, whole)| {
            let zeros = (part | whole).trailing_zeros();
            (part >> zeros, whole >> zeros)
        });
        // Integers below 2⁵³ are floats, and one division of floats rounds to nearest.
        match small {
            Some((part, whole)) if (part.unsigned_abs() | whole.unsigned_abs()) >> 53 == 0 => {
                Some(part as f64 / whole as f64)
            }
            _ => self.ratio_to(other).map(Ratio::to_f64),
        }
    }
}

/// # Errors
/// [`QuantityError`] for NaN, infinities and beyond 10¹² kWh.
impl TryFrom<Energy> for ExactEnergy {
    type Error = QuantityError;

    fn try_from(energy: Energy) -> Result<Self, QuantityError> {
        ExactEnergy::from_kwh(energy.get::<uom::si::energy::kilowatt_hour>())
    }
}

// A single amount is below 10^12 kWh = 3.6·10^24 µJ, an i128 holds 10^13 of them: sums of readings cannot overflow. Made
// up amounts at the edge of the type saturate.
impl Add for ExactEnergy {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        ExactEnergy(self.0.saturating_add(other.0))
    }
}

impl Sub for ExactEnergy {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        ExactEnergy(self.0.saturating_sub(other.0))
    }
}

impl Neg for ExactEnergy {
    type Output = Self;
    fn neg(self) -> Self {
        ExactEnergy(self.0.saturating_neg())
    }
}

impl AddAssign for ExactEnergy {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for ExactEnergy {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for ExactEnergy {
    fn sum<I: Iterator<Item = Self>>(energies: I) -> Self {
        energies.fold(ExactEnergy::ZERO, Add::add)
    }
}

impl fmt::Display for ExactEnergy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kWh", self.kwh())
    }
}

/// On the wire an energy is a number of kilowatt-hours; the key says so (`it_kwh`).
impl Serialize for ExactEnergy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.kwh())
    }
}

impl<'de> Deserialize<'de> for ExactEnergy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ExactEnergy::from_kwh(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
