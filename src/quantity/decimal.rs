use super::{Digits, Ratio};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

/// More digits than any rule prints, few enough for exact arithmetic.
const MAX_DIGITS: u8 = 18;
const MAX_UNITS: i128 = 10_i128.pow(36);

/// A decimal number as it is printed: `1.25` and `1.250` are equal, and each keeps its digits.
///
/// A limit is one, because the number of printed digits decides how a value is rounded for the comparison
/// (GB/T 8170-2008, 修约值比较法). On the wire it is text.
///
/// # Examples
/// ```
/// use pue::quantity::{Decimal, Ratio};
/// let (limit, printed): (Decimal, Decimal) = ("1.25".parse()?, "1.250".parse()?);
/// assert_eq!((limit.digits(), printed.digits()), (2, 3));
/// assert!(limit == printed && limit < "1.2501".parse()? && Ratio::from(&limit) == Ratio::from(&printed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Decimal {
    units: i128,
    digits: u8,
}

/// Equal, ordered and hashed by value.
impl Decimal {
    /// Without zeros at the end.
    const fn shortest(mut self) -> (i128, u8) {
        while self.digits > 0 && self.units % 10 == 0 {
            (self.units, self.digits) = (self.units / 10, self.digits - 1);
        }
        (self.units, self.digits)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.shortest() == other.shortest()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        Ratio::from(self).cmp(&Ratio::from(other))
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shortest().hash(state);
    }
}

/// As it is printed.
impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

/// The text is not a plain decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a plain decimal number such as 1.25, found {found:?}")]
pub struct ParseDecimalError {
    found: String,
}

impl Decimal {
    /// `1`.
    pub const ONE: Decimal = Decimal { units: 1, digits: 0 };

    /// `units / 10^digits`; `None` beyond 18 digits or 10³⁶ units.
    pub const fn new(units: i128, digits: u8) -> Option<Decimal> {
        if digits > MAX_DIGITS || units > MAX_UNITS || units < -MAX_UNITS {
            return None;
        }
        Some(Decimal { units, digits })
    }

    /// A float as its shortest decimal form reads, where that has at most 15 digits and at most six of them behind the point.
    pub(crate) fn of_short(value: f64) -> Option<Decimal> {
        let (units, digits) = Decimal::short_parts(value)?;
        Some(Decimal { units: units.into(), digits })
    }

    /// Its units and digits: no two decimals of so few digits are the same float, so the first that is found is the
    /// shortest.
    pub(crate) fn short_parts(value: f64) -> Option<(i64, u8)> {
        const SCALES: [f64; 7] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6];
        let size = value.abs();
        for (scale, digits) in SCALES.into_iter().zip(0..) {
            let scaled = size * scale + 0.5;
            if scaled.is_nan() || scaled >= 1e15 {
                return None;
            }
            let units = scaled as i64;
            if units as f64 / scale == size {
                return Some((if value < 0.0 { -units } else { units }, digits));
            }
        }
        None
    }

    /// The number without its point: 125 for `1.25`.
    pub const fn units(self) -> i128 {
        self.units
    }

    /// How many digits stand behind the point.
    pub const fn digits(self) -> u8 {
        self.digits
    }
}

/// A whole number, without digits behind the point.
impl From<i32> for Decimal {
    fn from(whole: i32) -> Decimal {
        Decimal { units: whole.into(), digits: 0 }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(short) = i64::try_from(self.units).ok().and_then(|units| Digits::new(units, self.digits)) {
            return short.fmt(f);
        }
        let scale = 10_i128.pow(self.digits.into());
        let sign = if self.units < 0 { "-" } else { "" };
        let (whole, part) = (self.units.abs() / scale, self.units.abs() % scale);
        if self.digits == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{part:0width$}", width = self.digits.into())
    }
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || ParseDecimalError { found: text.chars().take(40).collect() };
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = body.split_once('.').unwrap_or((body, ""));
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let dangling = body.contains('.') && part.is_empty();
        if whole.is_empty() || dangling || !plain(whole) || !plain(part) || body.len() > 40 {
            return Err(fault());
        }
        let units: i128 = format!("{whole}{part}").parse().map_err(|_| fault())?;
        let digits = u8::try_from(part.len()).map_err(|_| fault())?;
        Decimal::new(if negative { -units } else { units }, digits).ok_or_else(fault)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_plain_decimals_are_read() {
        for bad in
            ["", ".", "1.", ".5", "1,25", "1e3", "+1", " 1", "NaN", "1.25 ", "--1", "1.2.3", "0.1234567890123456789"]
        {
            assert!(bad.parse::<Decimal>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_short_float_is_the_decimal_that_it_prints_as(units in -2_000_000_000_000_000_i64..2_000_000_000_000_000, digits in 0..9_i32, any: f64) {
            for float in [units as f64 / 10_f64.powi(digits), any, -0.0] {
                if let Some(short) = Decimal::of_short(float) {
                    prop_assert_eq!(Ok(short), float.abs().to_string().parse::<Decimal>().map(|printed| if float < 0.0 { Decimal::new(-printed.units(), printed.digits()).unwrap() } else { printed }));
                } else {
                    prop_assert!(!float.is_finite() || float.abs() >= 1e9 || float.to_string().split('.').nth(1).is_some_and(|part| part.len() > 6));
                }
            }
        }

        #[test]
        fn decimals_are_compared_by_value(a in -2_000_i128..2_000, b in -2_000_i128..2_000, digits in (0..4_u8, 0..4_u8)) {
            let (one, other) = (Decimal::new(a, digits.0).unwrap(), Decimal::new(b, digits.1).unwrap());
            let scaled = |units: i128, digits: u8| units * 10_i128.pow(4 - u32::from(digits));
            prop_assert_eq!(one.cmp(&other), scaled(a, digits.0).cmp(&scaled(b, digits.1)));
            prop_assert_eq!(one == other, one.cmp(&other) == Ordering::Equal);
        }

        #[test]
        fn print_and_parse_are_inverse(units in -MAX_UNITS..=MAX_UNITS, digits in 0..=MAX_DIGITS) {
            let decimal = Decimal::new(units, digits).unwrap();
            // "-0" has no decimal of its own.
            let again = decimal.to_string().parse::<Decimal>().unwrap();
            prop_assert_eq!((again.units, again.digits), (units, digits));
        }
    }
}
