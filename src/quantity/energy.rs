use super::{QuantityError, Ratio, Unit};
use crate::finding::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
};

/// An exact amount of energy: a whole number of microjoules (1 µJ = 1 mW·ms; 1 mWh = 3 600 000 µJ).
///
/// Sums of it do not depend on their order, and hours add up to the year to the last digit.
///
/// ```
/// use pue::quantity::ExactEnergy;
/// let parts = [0.1, 0.2, 0.3].map(|kwh| ExactEnergy::from_kwh(kwh).unwrap());
/// assert_eq!(parts.into_iter().sum::<ExactEnergy>().kwh(), 0.6); // 0.1 + 0.2 + 0.3 as floats is 0.6000000000000001
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        // What comes from a meter is whole milliwatt-hours; below 2⁵³ one division of floats rounds to nearest.
        if let Ok(small) = i64::try_from(self.0)
            && small % 3_600_000 == 0
            && (small / 3_600_000).unsigned_abs() >> 53 == 0
        {
            return (small / 3_600_000) as f64 / 1e6;
        }
        self.over(ExactEnergy::KWH).unwrap_or(self.0 as f64 / ExactEnergy::KWH.0 as f64)
    }

    /// In words for people: 281.3575 万千瓦时, 2813.575 MWh; small amounts in kWh (千瓦时).
    pub(crate) fn text(self) -> Text {
        let kwh = self.kwh();
        let short = |number: f64, decimals: usize| {
            let digits = format!("{number:.decimals$}");
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        let zh = match kwh.abs() {
            1e4.. => format!("{} 万千瓦时", short(kwh / 1e4, 4)),
            _ => format!("{} 千瓦时", short(kwh, 3)),
        };
        let en = match kwh.abs() {
            1e3.. => format!("{:.3} MWh", kwh / 1e3),
            _ => format!("{kwh:.3} kWh"),
        };
        Text::new(zh, en)
    }

    /// `self / other`; `None` if `other` is zero.
    pub fn ratio_to(self, other: ExactEnergy) -> Option<Ratio> {
        Ratio::new(self.0, other.0)
    }

    /// `self / other`, the nearest float; `None` if `other` is zero.
    pub fn over(self, other: ExactEnergy) -> Option<f64> {
        let zeros = (self.0 | other.0).trailing_zeros().min(127);
        let (part, whole) = (i64::try_from(self.0 >> zeros), i64::try_from(other.0 >> zeros));
        let small = part.ok().zip(whole.ok()).filter(|(_, whole)| *whole != 0).map(|(part, whole)| {
            // What comes from a meter is whole milliwatt-hours: 2⁷ · 28 125 µJ.
            let are_large = (part.unsigned_abs() | whole.unsigned_abs()) >> 53 != 0;
            if are_large && part % 28_125 == 0 && whole % 28_125 == 0 {
                (part / 28_125, whole / 28_125)
            } else {
                (part, whole)
            }
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

impl fmt::Debug for ExactEnergy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExactEnergy({self})")
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
        let kwh = f64::deserialize(deserializer)?;
        // An amount that was computed may be no whole number of milliwatt-hours, and a sum larger than any reading.
        match ExactEnergy::from_kwh(kwh) {
            Ok(energy) if energy.kwh() == kwh => Ok(energy),
            Err(error) if kwh.is_nan() || kwh.abs() >= MOST_KWH => Err(serde::de::Error::custom(error)),
            _ => Ok(ExactEnergy(nearest(kwh))),
        }
    }
}

/// 2⁸⁴ kWh are less than 2¹²⁶ µJ.
const MOST_KWH: f64 = (1_u128 << 84) as f64;

/// The whole number of microjoules nearest to an amount below [`MOST_KWH`].
fn nearest(kwh: f64) -> i128 {
    const HIDDEN_BIT: u64 = 1 << 52;
    let bits = kwh.abs().to_bits();
    let (exponent, fraction) = ((bits >> 52) as i32, bits & (HIDDEN_BIT - 1));
    let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | HIDDEN_BIT, exponent - 1075) };
    let scaled = i128::from(mantissa) * ExactEnergy::KWH.0; // below 2^95
    let amount = match u32::try_from(-exponent) {
        Err(_) => scaled << exponent.clamp(0, 31), // from 2⁵³ on
        Ok(0) => scaled,
        Ok(down) if down > 96 => 0,
        Ok(down) => (scaled + (1 << (down - 1))) >> down,
    };
    if kwh < 0.0 { -amount } else { amount }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of meters, and any: whole milliwatt-hours, powers of two, odd ones, beyond 64 bits, below zero.
    fn amount() -> impl Strategy<Value = i128> {
        let metered = (-1_i64 << 40..1 << 40).prop_map(|steps| i128::from(steps) * 3_600_000);
        prop_oneof![4 => metered, 1 => any::<i64>().prop_map(i128::from), 1 => -1_i128 << 90..1_i128 << 90, 1 => Just(0)]
    }

    proptest! {
        /// What is read of a number that was written is written as the same number.
        #[test]
        fn amounts_come_back_as_they_were_written(amount in prop_oneof![3 => amount(), 1 => -1_i128 << 124..1_i128 << 124]) {
            let kwh = ExactEnergy(amount).kwh();
            let written = serde_json::to_value(ExactEnergy(amount)).unwrap();
            let back: ExactEnergy = serde_json::from_value(written).unwrap();
            prop_assert_eq!(back.kwh(), kwh);
            prop_assert!(serde_json::from_str::<ExactEnergy>("1e26").is_err());
        }

        /// The quick ways give the nearest float, as the fraction does.
        #[test]
        fn quotients_are_the_nearest_floats(part in amount(), whole in amount()) {
            let (part, whole) = (ExactEnergy::from_microjoules(part), ExactEnergy::from_microjoules(whole));
            prop_assert_eq!(part.over(whole), part.ratio_to(whole).map(Ratio::to_f64));
            prop_assert_eq!(Some(part.kwh()), part.ratio_to(ExactEnergy::KWH).map(Ratio::to_f64));
        }
    }
}
