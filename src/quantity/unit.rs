use super::{QuantityError, Ratio};
use crate::name::named;
use serde::{Deserialize, Serialize};

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dimension {
    /// Energy; the exact unit is the microjoule.
    Energy,
    /// Power; the exact unit is the milliwatt.
    Power,
    /// Volume; the exact unit is the microlitre.
    Volume,
    /// Mass; the exact unit is the milligram.
    Mass,
}

/// The unit of a meter's readings.
///
/// Apparent power (kVA) is not among them: it is not power.
///
/// ```
/// use pue::{Unit, quantity::Dimension};
/// let unit: Unit = "MWh".parse()?;
/// assert_eq!(unit.dimension(), Dimension::Energy);
/// # Ok::<(), pue::name::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Unit {
    /// Wh.
    #[serde(rename = "Wh")]
    WattHour,
    /// kWh.
    #[serde(rename = "kWh")]
    KilowattHour,
    /// MWh.
    #[serde(rename = "MWh")]
    MegawattHour,
    /// GWh.
    #[serde(rename = "GWh")]
    GigawattHour,
    /// MJ.
    #[serde(rename = "MJ")]
    Megajoule,
    /// GJ.
    #[serde(rename = "GJ")]
    Gigajoule,
    /// W.
    #[serde(rename = "W")]
    Watt,
    /// kW.
    #[serde(rename = "kW")]
    Kilowatt,
    /// MW.
    #[serde(rename = "MW")]
    Megawatt,
    /// l.
    #[serde(rename = "l")]
    Litre,
    /// m³.
    #[serde(rename = "m3")]
    CubicMetre,
    /// kg.
    #[serde(rename = "kg")]
    Kilogram,
}

impl Unit {
    /// All units.
    pub const ALL: [Unit; 12] = [
        Unit::WattHour,
        Unit::KilowattHour,
        Unit::MegawattHour,
        Unit::GigawattHour,
        Unit::Megajoule,
        Unit::Gigajoule,
        Unit::Watt,
        Unit::Kilowatt,
        Unit::Megawatt,
        Unit::Litre,
        Unit::CubicMetre,
        Unit::Kilogram,
    ];

    /// As on the wire: `kWh`, `m3`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::WattHour => "Wh",
            Unit::KilowattHour => "kWh",
            Unit::MegawattHour => "MWh",
            Unit::GigawattHour => "GWh",
            Unit::Megajoule => "MJ",
            Unit::Gigajoule => "GJ",
            Unit::Watt => "W",
            Unit::Kilowatt => "kW",
            Unit::Megawatt => "MW",
            Unit::Litre => "l",
            Unit::CubicMetre => "m3",
            Unit::Kilogram => "kg",
        }
    }

    /// What it measures.
    pub const fn dimension(self) -> Dimension {
        match self {
            Unit::WattHour
            | Unit::KilowattHour
            | Unit::MegawattHour
            | Unit::GigawattHour
            | Unit::Megajoule
            | Unit::Gigajoule => Dimension::Energy,
            Unit::Watt | Unit::Kilowatt | Unit::Megawatt => Dimension::Power,
            Unit::Litre | Unit::CubicMetre => Dimension::Volume,
            Unit::Kilogram => Dimension::Mass,
        }
    }

    /// (power of ten to the counted step, exact units in a step): watt-hours count milliwatt-hours of 3 600 000 µJ.
    const fn scale(self) -> (u32, i64) {
        match self {
            Unit::WattHour => (3, 3_600_000),
            Unit::KilowattHour => (6, 3_600_000),
            Unit::MegawattHour => (9, 3_600_000),
            Unit::GigawattHour => (12, 3_600_000),
            Unit::Megajoule => (12, 1),
            Unit::Gigajoule => (15, 1),
            Unit::Watt => (3, 1),
            Unit::Kilowatt => (6, 1),
            Unit::Megawatt => (9, 1),
            Unit::Litre => (6, 1),
            Unit::CubicMetre => (9, 1),
            Unit::Kilogram => (6, 1),
        }
    }

    /// The conversion of dial values in this unit, times `multiplier`, into exact units.
    pub(crate) fn conversion(self, multiplier: f64) -> Conversion {
        let (power, step) = self.scale();
        Conversion { multiplier, power, step, factor: multiplier * 10_u64.pow(power) as f64 }
    }
}

/// Reading × multiplier × unit, made an integer once: to the nearest step, ties to even.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Conversion {
    multiplier: f64,
    power: u32,
    step: i64,
    factor: f64,
}

/// The counted steps of a dial value, as the float operations leave them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    /// What the addition of 1.5·2⁵² leaves in the mantissa is the integer itself.
    shifted: i64,
    /// 0 if it is sure.
    unsure: u64,
}

impl Count {
    #[inline(always)]
    pub(crate) const fn steps_since(self, earlier: Count) -> i64 {
        self.shifted.wrapping_sub(earlier.shifted)
    }

    #[inline(always)]
    pub(crate) fn are_sure<const N: usize>(counts: [Count; N]) -> bool {
        counts.iter().fold(0, |unsure, count| unsure | count.unsure) == 0
    }
}

/// Counted steps up to here have a float spacing of 1/32 or less: a product this close to an integer is that integer.
const SURE: f64 = (1_u64 << 48) as f64;

/// Adding and taking away 1.5·2⁵² rounds a float below 2⁵¹ to the nearest integer, ties to even.
const ROUND: f64 = (3_u64 << 51) as f64;

impl Conversion {
    /// How far the dial turns by one exact unit.
    pub(crate) fn dial_unit(&self) -> f64 {
        1.0 / (self.factor * self.step as f64)
    }

    /// How many exact units one counted step has.
    pub(crate) const fn step(&self) -> i64 {
        self.step
    }

    /// The counted steps of a dial value, where a product of floats says it for sure.
    #[inline]
    pub(crate) fn count(&self, value: f64) -> Option<i64> {
        let product = value * self.factor;
        let nearest = (product + ROUND) - ROUND;
        (product.abs() < SURE && (product - nearest).abs() <= 0.25).then_some(nearest as i64)
    }

    /// Whether all values between two count little enough for [`Conversion::count_small`], and the exact units between
    /// them fit in 64 bits.
    #[inline]
    pub(crate) fn are_small(&self, least: f64, greatest: f64) -> bool {
        let units = (greatest - least) * self.factor * self.step as f64;
        least >= 0.0 && greatest * self.factor < SURE && units < (1_u64 << 62) as f64
    }

    /// The same for a value known to count no more than that of another for which it is sure.
    #[inline(always)]
    pub(crate) fn count_small(&self, value: f64) -> Count {
        let product = value * self.factor;
        let shifted = product + ROUND;
        let off = (product - (shifted - ROUND)).abs();
        Count { shifted: shifted.to_bits() as i64, unsure: if off <= 0.25 { 0 } else { u64::MAX } }
    }

    /// Whether a dial value has exact units.
    #[inline]
    pub(crate) fn is_exact(&self, value: f64) -> bool {
        self.count(value).is_some() || self.exact_slowly(value).is_ok()
    }

    /// The exact units of a dial value.
    #[inline]
    pub(crate) fn exact(&self, value: f64) -> Result<i128, QuantityError> {
        match self.count(value) {
            Some(count) => Ok(i128::from(count) * i128::from(self.step)),
            None => self.exact_slowly(value),
        }
    }

    /// The dial value of so many exact units, for people.
    pub(crate) fn dial(&self, exact: i128) -> f64 {
        let count = match i64::try_from(exact) {
            Ok(small) => (small % self.step == 0).then(|| small / self.step),
            Err(_) => (exact % i128::from(self.step) == 0)
                .then(|| exact / i128::from(self.step))
                .and_then(|count| i64::try_from(count).ok()),
        };
        // Whole numbers below 2⁵³ are floats, and one division of floats rounds to nearest.
        let small = |whole: f64| whole.abs() < (1_u64 << 53) as f64 && whole.fract() == 0.0;
        match count.map(|count| count as f64) {
            Some(count) if small(count) && small(self.factor) => count / self.factor,
            _ => self.exact(1.0).ok().and_then(|one| Ratio::new(exact, one)).map_or(exact as f64, Ratio::to_f64),
        }
    }

    #[cold]
    fn exact_slowly(&self, value: f64) -> Result<i128, QuantityError> {
        if !value.is_finite() || !self.multiplier.is_finite() {
            return Err(QuantityError::NotFinite(value));
        }
        // 10¹² kWh and 10¹² kW are 10¹⁸ steps of mWh and mW, 3.6·10²⁴ µJ; the same number of steps bounds the rest.
        let limit = if self.step == 1 && self.power >= 12 { 3.6e24 } else { 1e18 };
        if (value * self.factor).abs() > limit {
            return Err(QuantityError::OutOfRange(value));
        }
        let ((m1, e1), (m2, e2)) = (parts(value), parts(self.multiplier));
        // value × multiplier × 10^power = m1·m2·5^power × 2^(e1 + e2 + power), in 128 + 64 bits.
        let mantissa = u128::from(m1) * u128::from(m2);
        let five = 5_u128.pow(self.power);
        let low = (mantissa & u128::from(u64::MAX)) * five;
        let high = (mantissa >> 64) * five + (low >> 64);
        let nearest = shift_to_nearest(high, low as u64, e1 + e2 + self.power as i32);
        let sign = if (value < 0.0) != (self.multiplier < 0.0) { -1 } else { 1 };
        Ok(sign * nearest as i128 * i128::from(self.step))
    }
}

/// `value = ±mantissa × 2^exponent`, the mantissa odd or zero.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let (exponent, fraction) = (((bits >> 52) & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
    match mantissa.trailing_zeros() {
        64 => (0, 0),
        zeros => (mantissa >> zeros, exponent + zeros as i32),
    }
}

/// (high·2⁶⁴ + low) × 2^exponent to the nearest integer, ties to even. The result is known to fit.
fn shift_to_nearest(high: u128, low: u64, exponent: i32) -> u128 {
    if exponent >= 0 {
        return ((high << 64) | u128::from(low)) << exponent.min(127);
    }
    // Bring the bits that matter into one word: what is shifted out only says "more than nothing".
    let shift = exponent.unsigned_abs();
    let mut word = high;
    let mut rest = shift;
    let mut sticky = low != 0;
    if shift <= 64 {
        // high has at most 77 bits here, so high·2^(64 − shift) fits where the result fits.
        let whole = if shift == 64 { high } else { (high << (64 - shift)) | u128::from(low >> shift) };
        let lost = if shift == 64 { low } else { low << (64 - shift) };
        return round_up(whole, lost.cmp(&(1 << 63)), lost == 0);
    }
    rest -= 64;
    if rest > 126 {
        return 0;
    }
    let lost = word & ((1 << rest) - 1);
    word >>= rest;
    sticky = sticky && lost == (1 << (rest - 1));
    let order = if sticky { std::cmp::Ordering::Greater } else { lost.cmp(&(1 << (rest - 1))) };
    round_up(word, order, false)
}

fn round_up(whole: u128, lost_to_half: std::cmp::Ordering, nothing_lost: bool) -> u128 {
    let up = !nothing_lost
        && match lost_to_half {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => whole % 2 == 1,
            std::cmp::Ordering::Greater => true,
        };
    whole + u128::from(up)
}

named!(Unit);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_go_to_the_even_step() {
        let kwh = Unit::KilowattHour.conversion(1.0);
        // 0.5 mWh, 1.5 mWh and 2.5 mWh are exact in binary as multiples of 2^-1 × 10^-6 only through Wh.
        let wh = Unit::WattHour.conversion(1.0);
        assert_eq!(wh.exact(0.0625), Ok(62 * 3_600_000)); // 62.5 mWh
        assert_eq!(wh.exact(0.1875), Ok(188 * 3_600_000)); // 187.5 mWh
        assert_eq!(kwh.exact(0.000_000_4), Ok(0));
        assert_eq!(kwh.exact(-1.5), Ok(-1_500_000 * 3_600_000));
    }

    #[test]
    fn what_no_site_reaches_is_refused() {
        let kwh = Unit::KilowattHour.conversion(1.0);
        assert_eq!(kwh.exact(1e12), Ok(3_600_000_000_000 * 1_000_000_000_000));
        assert_eq!(kwh.exact(1.001e12), Err(QuantityError::OutOfRange(1.001e12)));
        assert!(matches!(kwh.exact(f64::NAN), Err(QuantityError::NotFinite(_))));
        assert!(matches!(kwh.exact(f64::INFINITY), Err(QuantityError::NotFinite(_))));
        assert_eq!(Unit::Gigajoule.conversion(0.1).exact(1e9).map(|x| x > 0), Ok(true));
        assert_eq!(kwh.exact(5e-324), Ok(0));
    }

    proptest! {
        /// The quick way and the slow way agree wherever the quick one is taken.
        #[test]
        fn quick_and_slow_agree(value in -1e9_f64..1e9, multiplier in prop_oneof![Just(1.0), Just(80.0), Just(0.1), 0.001_f64..10_000.0], unit in 0..Unit::ALL.len()) {
            let conversion = Unit::ALL[unit].conversion(multiplier);
            if let Ok(slow) = conversion.exact_slowly(value) {
                prop_assert_eq!(conversion.exact(value), Ok(slow));
            }
        }

        /// What is counted for sure is the same by the third way, and goes back to what was read.
        #[test]
        fn counts_agree(mwh in 0_i64..1 << 48) {
            let conversion = Unit::KilowattHour.conversion(1.0);
            let value = mwh as f64 / 1e6;
            prop_assert_eq!(conversion.count(value), Some(mwh));
            let small = conversion.count_small(value);
            prop_assert!(Count::are_sure([small]));
            prop_assert_eq!(small.steps_since(conversion.count_small(0.0)), mwh);
            prop_assert_eq!(conversion.dial(i128::from(mwh) * 3_600_000), value);
        }

        /// Decimal readings become exactly what was written.
        #[test]
        fn decimals_are_met(mwh in 0_i64..1_000_000_000_000_000) {
            let kwh: f64 = format!("{}.{:06}", mwh / 1_000_000, mwh % 1_000_000).parse().unwrap();
            prop_assert_eq!(Unit::KilowattHour.conversion(1.0).exact(kwh), Ok(i128::from(mwh) * 3_600_000));
        }
    }
}
