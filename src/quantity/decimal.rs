use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// More digits than any rule prints, few enough for exact arithmetic.
const MAX_DIGITS: u8 = 18;
const MAX_UNITS: i128 = 10_i128.pow(36);

/// A decimal number as it is printed: `1.25` and `1.250` are equal in value, and each keeps its digits.
///
/// A limit is one, because the number of printed digits decides how a value is rounded for the comparison
/// (GB/T 8170-2008, 修约值比较法). On the wire it is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: i128,
    digits: u8,
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

    /// The number without its point: 125 for `1.25`.
    pub const fn units(self) -> i128 {
        self.units
    }

    /// How many digits stand behind the point.
    pub const fn digits(self) -> u8 {
        self.digits
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Ok(units) = i64::try_from(self.units) {
            // As nearly always, and several times as fast.
            let (scale, magnitude) = (10_u64.pow(self.digits.into()), units.unsigned_abs());
            let (sign, whole) = (if units < 0 { "-" } else { "" }, magnitude / scale);
            return match self.digits {
                0 => write!(f, "{sign}{whole}"),
                digits => write!(f, "{sign}{whole}.{:0width$}", magnitude % scale, width = digits.into()),
            };
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
        fn print_and_parse_are_inverse(units in -MAX_UNITS..=MAX_UNITS, digits in 0..=MAX_DIGITS) {
            let decimal = Decimal::new(units, digits).unwrap();
            // "-0" has no decimal of its own.
            prop_assert_eq!(decimal.to_string().parse::<Decimal>().unwrap(), decimal);
        }
    }
}
