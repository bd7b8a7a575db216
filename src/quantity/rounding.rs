use super::{Decimal, Ratio};
use crate::name::named;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// How a value stands to its limit.
///
/// 以下, 以上, 以内, 不高于, 不低于 include the number; 低于, 小于, 超过, 高于, 大于 exclude it.
///
/// ```
/// use pue::quantity::{Decimal, Ratio, Relation};
/// let (value, limit): (Ratio, Decimal) = (Ratio::new(5, 4).unwrap(), "1.25".parse()?);
/// assert!(Relation::AtMost.admits(value.cmp(&Ratio::from(&limit)))); // the limit itself
/// assert!(!Relation::LessThan.admits(value.cmp(&Ratio::from(&limit))));
/// # Ok::<(), pue::quantity::ParseDecimalError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Relation {
    /// ≤ (不高于).
    AtMost,
    /// < (低于).
    LessThan,
    /// ≥ (不低于).
    AtLeast,
    /// > (高于).
    MoreThan,
}

impl Relation {
    /// Whether the relation holds for this order of value and limit.
    pub fn admits(self, value_to_limit: Ordering) -> bool {
        match self {
            Relation::AtMost => value_to_limit != Ordering::Greater,
            Relation::LessThan => value_to_limit == Ordering::Less,
            Relation::AtLeast => value_to_limit != Ordering::Less,
            Relation::MoreThan => value_to_limit == Ordering::Greater,
        }
    }

    /// ≤, <, ≥ or >.
    pub const fn symbol(self) -> &'static str {
        match self {
            Relation::AtMost => "≤",
            Relation::LessThan => "<",
            Relation::AtLeast => "≥",
            Relation::MoreThan => ">",
        }
    }
}

/// The two ways of GB/T 8170-2008 (clause 4.3) to compare a value with a limit.
///
/// ```
/// use pue::quantity::{ComparisonMethod, Ratio, Relation};
/// let (value, limit) = (Ratio::new(12_504, 10_000).unwrap(), "1.25".parse().unwrap());
/// assert!(!ComparisonMethod::Full.holds(value, Relation::AtMost, limit));
/// assert!(ComparisonMethod::Rounded.holds(value, Relation::AtMost, limit));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum ComparisonMethod {
    /// 全数值比较法: the unrounded value is compared. The default wherever a standard names no method.
    #[default]
    Full,
    /// 修约值比较法: the value is first rounded, once, to the digits of the limit.
    Rounded,
}

impl ComparisonMethod {
    /// Whether `value` stands in `relation` to `limit`.
    pub fn holds(self, value: Ratio, relation: Relation, limit: Decimal) -> bool {
        let compared = match self {
            ComparisonMethod::Full => value,
            ComparisonMethod::Rounded => value.round(limit.digits()).map_or(value, |rounded| Ratio::from(&rounded)),
        };
        relation.admits(compared.cmp(&Ratio::from(&limit)))
    }
}

/// A value as it is printed, rounded half to even; `1.25(+)` where the full value is a little more than what is
/// printed, `(−)` where it is less.
///
/// The mark keeps a message from rounding its reason away (GB/T 8170-2008, 4.3.2): nobody reads "1.25 is over 1.25".
///
/// ```
/// use pue::quantity::{Published, Ratio};
/// let value = Published::new(Ratio::new(12_496, 10_000).unwrap(), 2).unwrap();
/// assert_eq!(value.to_string(), "1.25(−)");
/// // The mark is of use beside a limit of the same digits alone.
/// assert_eq!(value.beside("1.25".parse()?), "1.25(−)");
/// assert_eq!(value.beside("1.30".parse()?), "1.25");
/// # Ok::<(), pue::quantity::ParseDecimalError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// The rounded value.
    pub value: Decimal,
    /// How the full value stands to the printed one.
    pub full_to_printed: Ordering,
}

impl Published {
    /// `value` to `digits` places; `None` beyond the range of a [`Decimal`].
    pub fn new(value: Ratio, digits: u8) -> Option<Published> {
        let rounded = value.round(digits)?;
        Some(Published { value: rounded, full_to_printed: value.cmp(&Ratio::from(&rounded)) })
    }

    /// The printed value, with its mark only if it falls on `limit`.
    pub fn beside(self, limit: Decimal) -> String {
        if Ratio::from(&self.value) == Ratio::from(&limit) { self.to_string() } else { self.value.to_string() }
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.full_to_printed {
            Ordering::Less => "(−)",
            Ordering::Equal => "",
            Ordering::Greater => "(+)",
        };
        write!(f, "{}{mark}", self.value)
    }
}

named!(Relation, ComparisonMethod);

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::from(&text.parse::<Decimal>().unwrap())
    }

    /// Vectors of GB/T 8170: half to even, once, from the full value.
    #[test]
    fn rounding_is_half_to_even_and_never_twice() {
        for (full, digits, printed) in [
            ("1.245", 2, "1.24"),
            ("1.255", 2, "1.26"),
            ("1.2550001", 2, "1.26"),
            ("1.2549", 2, "1.25"),
            ("-1.245", 2, "-1.24"),
            ("0.0005", 3, "0.000"),
            ("2.5", 0, "2"),
            ("3.5", 0, "4"),
        ] {
            assert_eq!(ratio(full).round(digits).unwrap().to_string(), printed, "{full}");
        }
    }

    #[test]
    fn a_value_on_the_limit_says_on_which_side_it_is() {
        let limit = "1.25".parse().unwrap();
        assert_eq!(Published::new(ratio("1.2504"), 2).unwrap().beside(limit), "1.25(+)");
        assert_eq!(Published::new(ratio("1.2496"), 2).unwrap().beside(limit), "1.25(−)");
        assert_eq!(Published::new(ratio("1.25"), 2).unwrap().beside(limit), "1.25");
        assert_eq!(Published::new(ratio("1.2604"), 2).unwrap().beside(limit), "1.26");
    }

    #[test]
    fn each_relation_at_its_limit() {
        let limit = "1.25".parse().unwrap();
        let holds = |value: &str, relation| ComparisonMethod::Full.holds(ratio(value), relation, limit);
        for (relation, below, on, above) in [
            (Relation::AtMost, true, true, false),
            (Relation::LessThan, true, false, false),
            (Relation::AtLeast, false, true, true),
            (Relation::MoreThan, false, false, true),
        ] {
            assert_eq!(
                (holds("1.2499999", relation), holds("1.25", relation), holds("1.2500001", relation)),
                (below, on, above)
            );
        }
    }
}
