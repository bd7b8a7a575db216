use super::{Decision, Nature};
use crate::{
    facility::Region,
    finding::{Citation, Text, Words},
    kpi::Method,
    name::named,
    place::Place,
    quantity::{Decimal, ExactEnergy, Ratio, Relation},
};
use jiff::civil::Date;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use std::fmt;

/// What a requirement comes to.
///
/// ```
/// use pue::Outcome;
/// assert_eq!("undetermined".parse::<Outcome>()?, Outcome::Undetermined);
/// assert_eq!(Outcome::NotApplicable.text().zh, "不适用");
/// # Ok::<(), pue::name::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Outcome {
    /// It is met (符合).
    Meets,
    /// It is not met (不符合).
    Fails,
    /// It cannot be decided from what is known (无法判定).
    Undetermined,
    /// It does not bind this site (不适用).
    NotApplicable,
}

impl Outcome {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Meets => "meets",
            Outcome::Fails => "fails",
            Outcome::Undetermined => "undetermined",
            Outcome::NotApplicable => "not_applicable",
        }
    }

    /// In both languages.
    pub fn text(self) -> Text {
        match self {
            Outcome::Meets => Text::new("符合", "meets"),
            Outcome::Fails => Text::new("不符合", "fails"),
            Outcome::Undetermined => Text::new("无法判定", "undetermined"),
            Outcome::NotApplicable => Text::new("不适用", "not applicable"),
        }
    }
}

/// A requirement's outcome, with everything that led to it.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json")), &[]);
/// use pue::Outcome;
/// let failed: Vec<_> = audit.verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Fails).collect();
/// assert!(!failed.is_empty());
/// for verdict in failed {
///     println!("{} {}: {}", verdict.pack, verdict.requirement, verdict.message.en);
/// }
/// ```
#[doc(alias = "判定")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// The pack's id.
    pub pack: Words,
    /// The pack's edition.
    pub edition: Words,
    /// The requirement's id.
    pub requirement: Words,
    /// Binding or expected.
    pub nature: Nature,
    /// The outcome.
    pub outcome: Outcome,
    /// The exact value that was compared, if one was.
    pub value: Option<Ratio>,
    /// The level that was compared, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The limit as printed, or the level.
    pub limit: Words,
    /// How the value has to stand to it.
    pub relation: Relation,
    /// The method of the value.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub method: Option<Method>,
    /// Probability that the true value conforms (符合概率), where the meters' uncertainty is known.
    pub conformance_probability: Option<f64>,
    /// The same at the worse and the better end of what missing energy allows, where some is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformance_range: Option<[f64; 2]>,
    /// Of what is met: the probability that it is not (误收风险), at the worse end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_accept_risk: Option<f64>,
    /// Of what is not met: the probability that it is (误拒风险), at the better end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_reject_risk: Option<f64>,
    /// How the limit was applied to a value that is not quite sure.
    #[serde(default, skip_serializing_if = "Decision::is_default")]
    pub decision: Decision,
    /// Whether the limit lies within the expanded uncertainty, by a rule that says so: met, or not met, conditionally.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conditional: bool,
    /// What the total may still grow by, at the year's IT energy, before it is over the limit; negative if it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin_kwh: Option<ExactEnergy>,
    /// How silent or ambiguous words were read.
    pub assumptions: Vec<Text>,
    /// What only the operator's word supports, and without which it would not be met: a person has to check it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relying_on: Vec<Text>,
    /// Where the requirement stands.
    pub citation: Citation,
    /// What would settle an undetermined outcome.
    pub settles: Option<Text>,
    /// The verdict in a sentence.
    pub message: Text,
    /// Where that stands, or is missing, which would have to be known; not on the wire, where findings say it.
    #[serde(skip)]
    pub missing: Vec<Place>,
    /// How it came about, step by step, from the code that decided.
    pub trace: Vec<TraceStep>,
}

/// `wuhan-2024 pue-new-large: meets: …`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.pack, self.requirement, self.message.en)
    }
}

/// A figure that compares and does not judge: an average over many sites, or one that is only reported.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json")), &[]);
/// // What only compares has no outcome: a benchmark never judges a site.
/// for comparison in &audit.comparisons {
///     println!("{} {}: {:?}", comparison.pack, comparison.requirement, comparison.within);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The pack.
    pub pack: Words,
    /// The figure's id within the pack.
    pub requirement: Words,
    /// The site's value, if it is known.
    pub value: Option<Ratio>,
    /// The site's level, if a level is compared and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The figure as printed, or the level.
    pub limit: Words,
    /// How they would have to stand.
    pub relation: Relation,
    /// Whether they do; `None` if that is not known.
    pub within: Option<bool>,
    /// Why it does not judge.
    pub why_not_judged: Text,
    /// Where it stands.
    pub citation: Citation,
}

/// One step of a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TraceStep {
    /// Which step.
    pub step: Words,
    /// What was done.
    pub formula: Words,
    /// With what, by name.
    pub inputs: Inputs,
    /// What came out.
    pub value: Shown,
}

/// The inputs of a step: three at the most, so that they need no memory of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs(pub(super) [Option<(Words, Shown)>; 3]);

impl Inputs {
    /// Each with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Shown)> {
        self.0.iter().flatten().map(|(name, value)| (&**name, value))
    }
}

impl Serialize for Inputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Of more than three the first are kept.
impl<'de> Deserialize<'de> for Inputs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Inputs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the inputs of a step by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Inputs, A::Error> {
                let mut inputs = Inputs::default();
                let mut slots = inputs.0.iter_mut();
                while let Some((name, value)) = map.next_entry::<String, Shown>()? {
                    if let Some(slot) = slots.next() {
                        *slot = Some((name.into(), value));
                    }
                }
                Ok(inputs)
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A value in a trace; a text on the wire, and made one only there.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shown {
    /// Words.
    Words(Words),
    /// Yes or no.
    Flag(bool),
    /// A region.
    Region(Region),
    /// A day.
    Day(Date),
    /// An exact number.
    Ratio(Ratio),
    /// A number as printed.
    Decimal(Decimal),
    /// An energy, in kWh.
    Energy(ExactEnergy),
    /// A count.
    Count(usize),
    /// A relation to a limit, and whether it holds.
    Stands(Relation, Decimal, bool),
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Words(words) => f.write_str(words),
            Shown::Flag(flag) => f.write_str(if *flag { "true" } else { "false" }),
            Shown::Region(region) => region.fmt(f),
            Shown::Day(day) => day.fmt(f),
            Shown::Ratio(ratio) => ratio.fmt(f),
            Shown::Decimal(decimal) => decimal.fmt(f),
            Shown::Energy(energy) => energy.kwh().fmt(f),
            Shown::Count(count) => count.fmt(f),
            Shown::Stands(relation, limit, holds) => write!(f, "{} {limit}: {holds}", relation.symbol()),
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shown::Words(words) => serializer.serialize_str(words),
            _ => serializer.collect_str(self),
        }
    }
}

/// The text that it is on the wire.
impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Shown::from)
    }
}

macro_rules! shown {
    ($($of:ty => $variant:ident;)*) => {$(
        impl From<$of> for Shown {
            fn from(value: $of) -> Shown {
                Shown::$variant(value.into())
            }
        }
    )*};
}

shown! {
    &'static str => Words;
    String => Words;
    Words => Words;
    bool => Flag;
    Date => Day;
    Region => Region;
    Ratio => Ratio;
    Decimal => Decimal;
    ExactEnergy => Energy;
    usize => Count;
}

named!(Outcome);
