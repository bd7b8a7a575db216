//! Where something stands in the input (位置).
//!
//! A [`Place`] is a value, a row or a list of a site description or a submission. It is a JSON Pointer (RFC 6901) on the wire
//! and is taken apart and compared here alone.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt::{self, Write},
    str::FromStr,
};

/// A place in the input: the keys and positions that lead to it from the top.
///
/// Places are ordered like their JSON Pointers, what is inside of a place directly after it.
///
/// ```
/// use pue::place::{Part, Place};
///
/// let july = Place::from(Part::Energy).item(0).key("monthly_kwh").item(6);
/// assert_eq!(july.to_string(), "/energy/0/monthly_kwh/6"); // its JSON Pointer
/// assert_eq!((july.part(), july.row()), (Part::Energy, Some(0)));
/// assert!(july.is_within(&Place::from(Part::Energy)));
/// assert_eq!("/energy/0/monthly_kwh/6".parse(), Ok(july));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Place {
    steps: Cow<'static, [Step]>,
}

/// One step from an object or a list to something in it.
#[derive(Clone, Debug)]
pub enum Step {
    /// A member of an object.
    Key(Cow<'static, str>),
    /// A member of a list, from 0.
    Item(usize),
}

/// The part of the input that a place belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The input as a whole (整份数据).
    Whole,
    /// `schema`.
    Schema,
    /// `facility`: the data centre (数据中心).
    Facility,
    /// `period` (期间).
    Period,
    /// `meters`: the list of meters (计量点清单).
    Meters,
    /// `energy`: the rows of energies by month (能耗表).
    Energy,
    /// The months that were computed (各月), which are no part of the input.
    Monthly,
    /// `certificates` (等级证书).
    Certificates,
    /// `declared`: what the operator claims (申报值).
    Declared,
    /// Anything else at the top: water, heat, renewable energy, or what nobody asked for.
    Other,
}

impl Part {
    const NAMED: [(Part, &'static str); 8] = [
        (Part::Schema, "schema"),
        (Part::Facility, "facility"),
        (Part::Period, "period"),
        (Part::Meters, "meters"),
        (Part::Energy, "energy"),
        (Part::Monthly, "monthly"),
        (Part::Certificates, "certificates"),
        (Part::Declared, "declared"),
    ];

    /// Its key at the top of the input; none for the whole and for what has no name here.
    pub fn key(self) -> Option<&'static str> {
        Part::NAMED.iter().find(|(part, _)| *part == self).map(|(_, key)| *key)
    }
}

/// A place whose keys are known beforehand: `place!(facility / racks / types)`.
macro_rules! place {
    ($($key:ident)/+) => {{
        const STEPS: &[$crate::place::Step] =
            &[$($crate::place::Step::Key(::std::borrow::Cow::Borrowed(stringify!($key)))),+];
        $crate::place::Place::fixed(STEPS)
    }};
}
pub(crate) use place;

impl Place {
    /// The input as a whole.
    pub const WHOLE: Place = Place { steps: Cow::Borrowed(&[]) };

    pub(crate) const fn fixed(steps: &'static [Step]) -> Place {
        Place { steps: Cow::Borrowed(steps) }
    }

    /// A member of the object that stands here.
    pub fn key(mut self, key: impl Into<Cow<'static, str>>) -> Place {
        self.steps.to_mut().push(Step::Key(key.into()));
        self
    }

    /// A member of the list that stands here, from 0.
    pub fn item(mut self, index: usize) -> Place {
        self.steps.to_mut().push(Step::Item(index));
        self
    }

    /// A place given from here.
    pub(crate) fn join(mut self, further: Place) -> Place {
        if self.steps.is_empty() {
            return further;
        }
        if !further.steps.is_empty() {
            self.steps.to_mut().extend(further.steps.into_owned());
        }
        self
    }

    /// The steps that lead to it from the top.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The part of the input that it belongs to.
    pub fn part(&self) -> Part {
        match self.steps.first() {
            None => Part::Whole,
            Some(Step::Item(_)) => Part::Other,
            Some(Step::Key(key)) => {
                Part::NAMED.iter().find(|(_, name)| name == key).map_or(Part::Other, |(part, _)| *part)
            }
        }
    }

    /// The row, from 0, if it is one of a list at the top, or stands in one: meters, energies, certificates.
    pub fn row(&self) -> Option<usize> {
        match self.steps.get(1) {
            Some(Step::Item(row)) => Some(*row),
            _ => None,
        }
    }

    /// The last key, without positions: `monthly_kwh` of `/energy/0/monthly_kwh/6`.
    pub fn name(&self) -> Option<&str> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Item(_) => None,
        })
    }

    /// Whether it is that place, or stands in it.
    pub fn is_within(&self, outer: &Place) -> bool {
        self.steps.starts_with(&outer.steps)
    }

    /// The object or list that it stands in.
    pub fn outer(&self) -> Option<Place> {
        let (_, outer) = self.steps.split_last()?;
        Some(Place { steps: outer.to_vec().into() })
    }
}

/// The part itself.
impl From<Part> for Place {
    fn from(part: Part) -> Place {
        part.key().map_or(Place::WHOLE, |key| Place::WHOLE.key(key))
    }
}

/// As a JSON Pointer.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| {
            f.write_char('/')?;
            match step {
                Step::Item(index) => write!(f, "{index}"),
                Step::Key(key) if key.contains(['~', '/']) => f.write_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Key(key) => f.write_str(key),
            }
        })
    }
}

/// From a JSON Pointer; a key of digits is taken for a position.
impl FromStr for Place {
    type Err = NotAPointer;

    fn from_str(pointer: &str) -> Result<Place, NotAPointer> {
        if !(pointer.is_empty() || pointer.starts_with('/')) {
            return Err(NotAPointer(pointer.chars().take(LONGEST_KEY).collect()));
        }
        let steps = pointer.split('/').skip(1).map(|step| match step.parse() {
            Ok(index) if step == "0" || !step.starts_with(['0', '+']) => Step::Item(index),
            _ => Step::Key(step.replace("~1", "/").replace("~0", "~").into()),
        });
        Ok(Place { steps: steps.collect() })
    }
}

/// A text that is no JSON Pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a JSON Pointer such as /meters/0/unit, found {0:?}")]
pub struct NotAPointer(String);

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Step::Key(one), Step::Key(other)) => one.cmp(other),
            (Step::Item(one), Step::Item(other)) if one == other => Ordering::Equal,
            (one, other) => one.text().cmp(&other.text()),
        }
    }
}

impl Step {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Step::Key(key) => Cow::Borrowed(key),
            Step::Item(index) => Cow::Owned(index.to_string()),
        }
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Step {}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.steps.cmp(&other.steps)
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Eq for Place {}

/// As its JSON Pointer.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A place on the way through the input, borrowed; it becomes a [`Place`] only when somebody has to be told.
#[derive(Clone, Copy)]
pub(crate) enum Walk<'p> {
    Top,
    Key(&'p Walk<'p>, &'p str),
    Item(&'p Walk<'p>, &'p str, usize),
}

/// So many letters of a key are kept: it may be as long as the input.
const LONGEST_KEY: usize = 100;

impl Walk<'_> {
    pub(crate) fn place(&self) -> Place {
        let key = |key: &str| key.chars().take(LONGEST_KEY).collect::<String>();
        match *self {
            Walk::Top => Place::WHOLE,
            Walk::Key(up, name) => up.place().key(key(name)),
            Walk::Item(up, name, index) => up.place().key(key(name)).item(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_place() -> impl Strategy<Value = Place> {
        let step = prop_oneof!["[a-z_]{1,6}".prop_map(|key| Step::Key(key.into())), (0_usize..40).prop_map(Step::Item)];
        proptest::collection::vec(step, 0..5).prop_map(|steps| Place { steps: steps.into() })
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_pointers(one in any_place(), other in any_place()) {
            prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
            let within = format!("{one}/").starts_with(&format!("{other}/"));
            prop_assert_eq!(one.is_within(&other), within);
        }

        #[test]
        fn any_pointer_is_read_and_written_back(keys in proptest::collection::vec("[a~/0-9 ]{0,4}", 0..4)) {
            let steps: Vec<Step> = keys.iter().map(|key| Step::Key(key.clone().into())).collect();
            let place = Place { steps: steps.into() };
            let read: Place = place.to_string().parse().unwrap_or_default();
            prop_assert_eq!(&read, &place);
            prop_assert_eq!(read.to_string(), place.to_string());
        }
    }

    #[test]
    fn parts_rows_and_names() {
        let at = |pointer: &str| pointer.parse::<Place>().unwrap();
        assert!("meters".parse::<Place>().is_err());
        assert_eq!((at("").part(), at("").row()), (Part::Whole, None));
        assert_eq!((at("/meters/3/parent").part(), at("/meters/3/parent").row()), (Part::Meters, Some(3)));
        assert_eq!((at("/water_m3").part(), at("/water_m3").row()), (Part::Other, None));
        assert_eq!(at("/energy/0/monthly_kwh/6").name(), Some("monthly_kwh"));
        assert_eq!(at("/a/b").outer(), Some(at("/a")));
        assert_eq!(at("").outer(), None);
        assert_eq!(place!(facility / racks), at("/facility/racks"));
        assert!(!at("/facility/zones").is_within(&at("/facility/zone")));
    }
}
