//! The weighing of a site's value against what a document says: a verdict and a comparison are both made of one.

use super::{Comparison, Conformance, Decision, Inputs, Nature, Outcome, Pack, Shown, TraceStep, Verdict};
use crate::{
    finding::{Citation, Text, Words},
    kpi::Method,
    place::Place,
    quantity::{ExactEnergy, Ratio, Relation},
};

/// What has come of a requirement or a figure so far. It is not decided until something is said.
pub(super) struct Weighing<'p> {
    pack: &'p Pack,
    id: &'p Words,
    pub nature: Nature,
    limit: Words,
    pub relation: Relation,
    citation: Citation,
    /// Whether only value and outcome are wanted, without words and trace.
    pub is_silent: bool,
    /// What the document calls its limit.
    pub limit_name: Option<&'p Text>,
    pub outcome: Outcome,
    pub value: Option<Ratio>,
    pub level: Option<String>,
    pub method: Option<Method>,
    pub margin_kwh: Option<ExactEnergy>,
    pub decision: Decision,
    pub conformance: Option<Conformance>,
    /// Whether the limit lies within the uncertainty, where the decision rule says so.
    pub conditional: bool,
    pub assumptions: Vec<Text>,
    pub settles: Option<Text>,
    pub message: Text,
    pub missing: Vec<Place>,
    pub trace: Vec<TraceStep>,
}

impl<'p> Weighing<'p> {
    pub(super) fn new(
        pack: &'p Pack,
        id: &'p Words,
        nature: Nature,
        (relation, limit): (Relation, Words),
        citation: Citation,
    ) -> Self {
        Weighing {
            pack,
            id,
            nature,
            limit,
            relation,
            citation,
            is_silent: false,
            limit_name: None,
            outcome: Outcome::Undetermined,
            value: None,
            level: None,
            method: None,
            margin_kwh: None,
            decision: Decision::default(),
            conformance: None,
            conditional: false,
            assumptions: Vec::new(),
            settles: None,
            message: Text::new("", ""),
            missing: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// Not decided: why, and what would settle it.
    pub(super) fn undetermined(&mut self, why: Text, settles: Text) {
        self.outcome = Outcome::Undetermined;
        self.settles = Some(settles);
        self.say(why);
    }

    /// Not decided, since the data have errors.
    pub(super) fn distrusted(&mut self) {
        self.undetermined(
            Text::new("数据存在错误，数值不可信", "the data have errors, so the figure cannot be trusted"),
            Text::new("更正所列错误后重新计算", "correcting the errors listed and computing again"),
        );
    }

    /// The outcome's own word, then the reason.
    pub(super) fn say(&mut self, why: Text) {
        if self.is_silent {
            return;
        }
        let word = self.outcome.text();
        self.message = Text::new([&*word.zh, "：", &*why.zh].concat(), [&*word.en, ": ", &*why.en].concat());
    }

    pub(super) fn step(
        &mut self,
        step: &'static str,
        formula: &'static str,
        value: impl Into<Shown>,
        inputs: impl IntoIterator<Item = (&'static str, Shown)>,
    ) {
        if self.is_silent {
            return;
        }
        let (mut given, mut inputs) = (inputs.into_iter(), Inputs::default());
        inputs.0.iter_mut().for_each(|slot| *slot = given.next().map(|(name, value)| (name.into(), value)));
        self.trace.push(TraceStep { step: step.into(), formula: formula.into(), inputs, value: value.into() });
    }

    /// As a figure that compares and does not judge.
    pub(super) fn comparison(self, why_not_judged: Text) -> Comparison {
        Comparison {
            pack: self.pack.id.clone(),
            requirement: self.id.clone(),
            value: self.value,
            level: self.level,
            limit: self.limit,
            relation: self.relation,
            within: match self.outcome {
                Outcome::Meets => Some(true),
                Outcome::Fails => Some(false),
                Outcome::Undetermined | Outcome::NotApplicable => None,
            },
            why_not_judged,
            citation: self.citation,
        }
    }

    /// As a verdict.
    pub(super) fn verdict(self) -> Verdict {
        let risk =
            |of: Outcome, risk: fn(Conformance) -> f64| self.conformance.filter(|_| self.outcome == of).map(risk);
        Verdict {
            pack: self.pack.id.clone(),
            edition: self.pack.edition.clone(),
            requirement: self.id.clone(),
            nature: self.nature,
            outcome: self.outcome,
            value: self.value,
            level: self.level,
            limit: self.limit,
            relation: self.relation,
            method: self.method,
            conformance_probability: self.conformance.map(|conformance| conformance.at_value),
            conformance_range: self.conformance.filter(|p| p.least < p.most).map(|p| [p.least, p.most]),
            false_accept_risk: risk(Outcome::Meets, |p| 1.0 - p.least),
            false_reject_risk: risk(Outcome::Fails, |p| p.most),
            decision: self.decision,
            conditional: self.conditional,
            margin_kwh: self.margin_kwh,
            assumptions: self.assumptions,
            relying_on: Vec::new(),
            citation: self.citation,
            settles: self.settles,
            message: self.message,
            missing: self.missing,
            trace: self.trace,
        }
    }
}
