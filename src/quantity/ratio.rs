use super::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt};

/// The largest magnitude of a part, so that ten times a remainder still fits.
const MAX_PART: i128 = i128::MAX / 16;

/// An exact fraction of two integers, in lowest terms: a PUE keeps both its energies, and a limit is compared with the
/// fraction itself, never with a rounded quotient.
///
/// ```
/// use pue::quantity::{Decimal, Ratio};
/// let pue = Ratio::new(1_250_000, 1_000_000).unwrap();
/// assert_eq!(pue, Ratio::from(&"1.25".parse::<Decimal>().unwrap()));
/// assert_eq!(pue.to_f64(), 1.25);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i128,
    /// Always positive.
    denominator: i128,
}

impl Ratio {
    /// Zero.
    pub const ZERO: Ratio = Ratio { numerator: 0, denominator: 1 };
    /// One.
    pub const ONE: Ratio = Ratio { numerator: 1, denominator: 1 };

    /// `numerator / denominator`; `None` if the denominator is zero or a part exceeds 10³⁷.
    pub fn new(numerator: i128, denominator: i128) -> Option<Ratio> {
        let range = -MAX_PART..=MAX_PART;
        if denominator == 0 || !range.contains(&numerator) || !range.contains(&denominator) {
            return None;
        }
        if let (Ok(small), Ok(below @ 1..)) = (i64::try_from(numerator), i64::try_from(denominator)) {
            // As nearly always; then both divisions are single instructions.
            let divisor = gcd(small.unsigned_abs().into(), below.unsigned_abs().into()) as i64;
            let (numerator, denominator) = ((small / divisor).into(), (below / divisor).into());
            return Some(Ratio { numerator, denominator });
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()) as i128 * denominator.signum();
        Some(Ratio { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// The number as its shortest decimal form reads (`0.1` is one tenth); `None` unless it is zero or its magnitude lies
    /// between 10⁻¹⁹ and 10¹⁸.
    pub fn from_f64(value: f64) -> Option<Ratio> {
        if !value.is_finite() || value.abs() >= 1e18 {
            return None;
        }
        if let Some(short) = Decimal::of_short(value) {
            return Some(Ratio::from(&short)); // as nearly always, and several times as fast
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let digits = mantissa.split_once('.').map_or(0, |(_, part)| part.len() as i32);
        let units: i128 = mantissa.replace('.', "").parse().ok()?;
        let power = exponent.parse::<i32>().ok()? - digits;
        let scale = 10_i128.checked_pow(power.unsigned_abs())?;
        if power >= 0 { Ratio::new(units.checked_mul(scale)?, 1) } else { Ratio::new(units, scale) }
    }

    /// The part above the line, in lowest terms.
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// The part below the line, in lowest terms; always positive.
    pub const fn denominator(self) -> i128 {
        self.denominator
    }

    /// The nearest float.
    pub fn to_f64(self) -> f64 {
        const EXACT: i128 = 1 << 53;
        if self.numerator.abs() <= EXACT && self.denominator <= EXACT {
            return self.numerator as f64 / self.denominator as f64;
        }
        // Binary long division to more bits than a float holds; what is left over only breaks ties.
        let (n, d) = (self.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        let (mut quotient, mut rest, mut shift) = (n / d, n % d, 0);
        while quotient < 1 << 55 && rest != 0 {
            (quotient, rest, shift) = ((quotient << 1) | ((rest << 1) / d), (rest << 1) % d, shift + 1);
        }
        let nearest = (quotient | u128::from(rest != 0)) as f64 * 0.5_f64.powi(shift);
        if self.numerator < 0 { -nearest } else { nearest }
    }

    /// The fraction rounded to `digits` decimal places, half to even (四舍六入五成双), once, from the full value.
    ///
    /// Source: GB/T 8170-2008, 3.2. `None` if the result exceeds the range of a [`Decimal`].
    pub fn round(self, digits: u8) -> Option<Decimal> {
        let mut units = self.numerator.abs() / self.denominator;
        let mut rest = self.numerator.abs() % self.denominator;
        for _ in 0..digits {
            rest *= 10;
            units = units.checked_mul(10)?.checked_add(rest / self.denominator)?;
            rest %= self.denominator;
        }
        let up = match (2 * rest).cmp(&self.denominator) {
            Ordering::Less => false,
            Ordering::Equal => units % 2 == 1,
            Ordering::Greater => true,
        };
        Decimal::new((units + i128::from(up)) * self.numerator.signum(), digits)
    }

    /// `self + other`; `None` beyond 10³⁷.
    pub fn checked_add(self, other: Ratio) -> Option<Ratio> {
        let common = gcd(self.denominator.unsigned_abs(), other.denominator.unsigned_abs()) as i128;
        let (mine, theirs) = (other.denominator / common, self.denominator / common);
        let sum = self.numerator.checked_mul(mine)?.checked_add(other.numerator.checked_mul(theirs)?)?;
        Ratio::new(sum, self.denominator.checked_mul(mine)?)
    }

    /// `self × other`; `None` beyond 10³⁷.
    pub fn checked_mul(self, other: Ratio) -> Option<Ratio> {
        let a = Ratio::new(self.numerator, other.denominator)?;
        let b = Ratio::new(other.numerator, self.denominator)?;
        Ratio::new(a.numerator.checked_mul(b.numerator)?, a.denominator.checked_mul(b.denominator)?)
    }

    /// `⌊self × whole⌋`; `None` beyond the range of the integer.
    pub(crate) fn floor_of(self, whole: i128) -> Option<i128> {
        if self.denominator == 1 {
            return whole.checked_mul(self.numerator);
        }
        // Whole multiples first, so that the product of two large numbers rarely has to be formed.
        let many = whole.div_euclid(self.denominator).checked_mul(self.numerator)?;
        let rest = whole.rem_euclid(self.denominator);
        let part = match rest.checked_mul(self.numerator) {
            Some(product) => product.div_euclid(self.denominator),
            None => floor_of_product(rest, self.numerator, self.denominator)?,
        };
        many.checked_add(part)
    }
}

/// `⌊a·b / d⌋` for `0 ≤ a < d`, bit by bit, without forming the product.
fn floor_of_product(a: i128, b: i128, d: i128) -> Option<i128> {
    let (mut quotient, mut rest) = (0_i128, 0_i128);
    for bit in (0..i128::BITS - b.unsigned_abs().leading_zeros()).rev() {
        rest = 2 * rest + if b.unsigned_abs() >> bit & 1 == 1 { a } else { 0 };
        quotient = quotient.checked_mul(2)?.checked_add(rest / d)?;
        rest %= d;
    }
    Some(if b >= 0 { quotient } else { -quotient - i128::from(rest != 0) })
}

impl From<&Decimal> for Ratio {
    fn from(decimal: &Decimal) -> Ratio {
        if decimal.digits() == 0 && decimal.units().abs() <= MAX_PART {
            return Ratio { numerator: decimal.units(), denominator: 1 };
        }
        Ratio::new(decimal.units(), 10_i128.pow(decimal.digits().into())).unwrap_or(Ratio::ZERO)
    }
}

impl From<u64> for Ratio {
    fn from(whole: u64) -> Ratio {
        Ratio { numerator: whole.into(), denominator: 1 }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Exact: both are unfolded as continued fractions, so that no product is formed.
impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        let small = |part: i128| i64::try_from(part).map(i128::from);
        if let (Ok(a), Ok(b), Ok(c), Ok(d)) =
            (small(self.numerator), small(self.denominator), small(other.numerator), small(other.denominator))
        {
            return (a * d).cmp(&(c * b));
        }
        let (mut a, mut b) = ((self.numerator, self.denominator), (other.numerator, other.denominator));
        loop {
            let whole = a.0.div_euclid(a.1).cmp(&b.0.div_euclid(b.1));
            let (rest_a, rest_b) = (a.0.rem_euclid(a.1), b.0.rem_euclid(b.1));
            match (whole, rest_a, rest_b) {
                (Ordering::Equal, 0, 0) => return Ordering::Equal,
                (Ordering::Equal, 0, _) => return Ordering::Less,
                (Ordering::Equal, _, 0) => return Ordering::Greater,
                // a/b with equal whole parts: the larger rest is the smaller reciprocal.
                (Ordering::Equal, ..) => (a, b) = ((b.1, rest_b), (a.1, rest_a)),
                (unequal, ..) => return unequal,
            }
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A whole number that a float holds reads the same without becoming one.
        match i64::try_from(self.numerator) {
            Ok(whole) if self.denominator == 1 && whole.unsigned_abs() < 1 << 53 => write!(f, "{whole}"),
            _ => write!(f, "{}", self.to_f64()),
        }
    }
}

/// On the wire a ratio is a plain number.
impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

/// From a number, as the decimal that it prints as.
impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        let expected = || serde::de::Error::custom(format!("expected a number that is a fraction, found {number}"));
        Ratio::from_f64(number).ok_or_else(expected)
    }
}

/// Of a property that somebody states: as the number, and where no decimal number says it, as a fraction in text, `"1/3"`.
pub(crate) mod exact {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(ratio: &Option<Ratio>, serializer: S) -> Result<S::Ok, S::Error> {
        ratio.map(Exact).serialize(serializer)
    }

    /// The same outside of an optional field.
    pub(crate) struct Exact(pub Ratio);

    impl Serialize for Exact {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let Exact(ratio) = self;
            match Ratio::from_f64(ratio.to_f64()) {
                Some(decimal) if decimal == *ratio => ratio.serialize(serializer),
                _ => serializer.collect_str(&format_args!("{}/{}", ratio.numerator(), ratio.denominator())),
            }
        }
    }

    /// `1/3`: two whole numbers in digits.
    pub(crate) fn parse(text: &str) -> Option<Ratio> {
        let (numerator, denominator) = text.split_once('/')?;
        let whole = |text: &str| text.parse::<i128>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        Ratio::new(whole(numerator)?, whole(denominator)?)
    }
}

/// At least 1. Of two numbers that are not 0, without a division once both are odd (Stein): amounts of energy have their
/// powers of two in common, and what is left of them mostly fits in 64 bits.
pub(crate) fn gcd(a: u128, b: u128) -> u128 {
    if a == 0 || b == 0 {
        return (a | b).max(1);
    }
    let twos = (a | b).trailing_zeros();
    let (mut a, mut b) = (a >> a.trailing_zeros(), b >> b.trailing_zeros());
    while u64::try_from(a | b).is_err() {
        match a.cmp(&b) {
            Ordering::Equal => return a << twos,
            Ordering::Less => (a, b) = (b, a),
            Ordering::Greater => {}
        }
        // One step of Euclid brings the larger one below the smaller one.
        let rest = a % b;
        if rest == 0 {
            return b << twos;
        }
        (a, b) = (b, rest >> rest.trailing_zeros());
    }
    let (mut a, mut b) = (a as u64, b as u64);
    while a != b {
        let (less, more) = if a < b { (a, b) } else { (b, a) };
        let rest = more - less;
        (a, b) = (less, rest >> rest.trailing_zeros());
    }
    u128::from(a) << twos
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_out_of_range_are_refused() {
        assert_eq!(Ratio::new(1, 0), None);
        assert_eq!(Ratio::new(i128::MIN, 1), None);
        assert_eq!(Ratio::new(1, i128::MAX), None);
        assert_eq!(Ratio::new(-3, -6), Ratio::new(1, 2));
        assert_eq!(Ratio::from_f64(f64::NAN), None);
        assert_eq!(Ratio::from_f64(0.1), Ratio::new(1, 10));
    }

    proptest! {
        /// The greatest common divisor is that of Euclid, for numbers of any size.
        #[test]
        fn divisors_are_those_of_euclid(a: u128, b: u128, common in 1_u128..1 << 40, less in 0..128_u32, by in 0..128_u32) {
            let (a, b) = ((a >> less) / common * common, (b >> by) / common * common);
            let (mut more, mut rest) = (a, b);
            while rest != 0 {
                (more, rest) = (rest, more % rest);
            }
            prop_assert_eq!(gcd(a, b), more.max(1));
        }
    }

    proptest! {
        #[test]
        fn order_is_that_of_the_cross_products(a in -1_000_000_i128..1_000_000, b in 1_i128..1_000_000, c in -1_000_000_i128..1_000_000, d in 1_i128..1_000_000) {
            let (x, y) = (Ratio::new(a, b).unwrap(), Ratio::new(c, d).unwrap());
            prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
        }

        /// A float is read as the decimal it prints as, and comes back.
        #[test]
        fn floats_come_back(value in -1e15_f64..1e15, small in 0.0_f64..2.0) {
            for float in [value, small] {
                if let Some(ratio) = Ratio::from_f64(float) {
                    prop_assert_eq!(ratio.to_f64(), float);
                }
            }
        }

        #[test]
        fn the_long_way_is_the_short_way(a in 0_i128..1_000_000_000, b in -1_000_000_000_000_i128..1_000_000_000_000, more in 1_i128..1_000_000) {
            prop_assert_eq!(floor_of_product(a, b, a + more), Some((a * b).div_euclid(a + more)));
        }

        #[test]
        fn floor_of_is_the_floor_of_the_product(a in 0_i128..1_000_000, b in 1_i128..1_000_000, w in -1_000_000_000_i128..1_000_000_000) {
            prop_assert_eq!(Ratio::new(a, b).unwrap().floor_of(w), Some((a * w).div_euclid(b)));
        }
    }
}
