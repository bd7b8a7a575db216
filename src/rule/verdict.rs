use super::{Nature, Pack};
use crate::{
    finding::{Citation, Text},
    quantity::{ExactEnergy, Ratio, Relation},
};
use serde::Serialize;
use std::fmt;

/// What a requirement comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// The pack's id.
    pub pack: String,
    /// The pack's edition.
    pub edition: String,
    /// The requirement's id.
    pub requirement: String,
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
    pub limit: String,
    /// How the value has to stand to it.
    pub relation: Relation,
    /// The method of the value.
    pub method: Option<&'static str>,
    /// Probability that the true value conforms, where the meters' uncertainty is known.
    pub conformance_probability: Option<f64>,
    /// What the total may still grow by, at the year's IT energy, before it is over the limit; negative if it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin_kwh: Option<ExactEnergy>,
    /// How silent or ambiguous words were read.
    pub assumptions: Vec<Text>,
    /// Where the requirement stands.
    pub citation: Citation,
    /// What would settle an undetermined outcome.
    pub settles: Option<Text>,
    /// The verdict in a sentence.
    pub message: Text,
    /// Whether a grade is asked for.
    #[serde(skip)]
    pub(crate) asks_for_grade: bool,
    /// How it came about, step by step, from the code that decided.
    pub trace: Vec<TraceStep>,
}

impl Verdict {
    pub(super) fn new(
        pack: &Pack,
        requirement: &str,
        nature: Nature,
        (relation, limit): (Relation, String),
        citation: Citation,
    ) -> Self {
        Verdict {
            pack: pack.id.clone(),
            edition: pack.edition.clone(),
            requirement: requirement.to_owned(),
            nature,
            outcome: Outcome::Undetermined,
            value: None,
            level: None,
            limit,
            relation,
            method: None,
            conformance_probability: None,
            margin_kwh: None,
            assumptions: Vec::new(),
            citation,
            settles: None,
            message: Outcome::Undetermined.text(),
            asks_for_grade: false,
            trace: Vec::new(),
        }
    }

    /// Not decided: why, and what would settle it.
    pub(super) fn undetermined(mut self, why: Text, settles: Text) -> Self {
        self.outcome = Outcome::Undetermined;
        self.settles = Some(settles);
        self.say(why)
    }

    /// The outcome's own word, then the reason.
    pub(super) fn say(mut self, why: Text) -> Self {
        let word = self.outcome.text();
        self.message = Text::new(format!("{}：{}", word.zh, why.zh), format!("{}: {}", word.en, why.en));
        self
    }

    pub(super) fn step(
        &mut self,
        step: &'static str,
        formula: &'static str,
        value: impl fmt::Display,
        inputs: &[(&'static str, String)],
    ) {
        self.trace.push(TraceStep { step, formula, inputs: inputs.to_vec(), value: value.to_string() });
    }
}

/// `wuhan-2024 pue-new-large: meets: …`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.pack, self.requirement, self.message.en)
    }
}

/// A figure that compares and does not judge: an average over many sites, or one that is only reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The pack.
    pub pack: String,
    /// The figure's id within the pack.
    pub requirement: String,
    /// The site's value, if it is known.
    pub value: Option<Ratio>,
    /// The site's level, if a level is compared and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The figure as printed, or the level.
    pub limit: String,
    /// How they would have to stand.
    pub relation: Relation,
    /// Whether they do; `None` if that is not known.
    pub within: Option<bool>,
    /// Why it does not judge.
    pub why_not_judged: Text,
    /// Where it stands.
    pub citation: Citation,
}

impl Comparison {
    pub(super) fn new(verdict: Verdict, why_not_judged: Text) -> Self {
        let within = match verdict.outcome {
            Outcome::Meets => Some(true),
            Outcome::Fails => Some(false),
            Outcome::Undetermined | Outcome::NotApplicable => None,
        };
        let Verdict { pack, requirement, value, level, limit, relation, citation, .. } = verdict;
        Comparison { pack, requirement, value, level, limit, relation, within, why_not_judged, citation }
    }
}

fn as_map<S: serde::Serializer>(inputs: &[(&'static str, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(inputs.iter().map(|(name, value)| (name, value)))
}

/// One step of a verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TraceStep {
    /// Which step.
    pub step: &'static str,
    /// What was done.
    pub formula: &'static str,
    /// With what, by name.
    #[serde(serialize_with = "as_map")]
    pub inputs: Vec<(&'static str, String)>,
    /// What came out.
    pub value: String,
}
