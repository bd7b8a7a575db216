//! Decision rules (判定规则): how a limit is applied to a value that is not quite sure.

use super::{Outcome, weighing::Weighing};
use crate::{
    finding::{Text, Words},
    kpi::{Bounds, Measure, Uncertainty, Unstated},
    name::named,
    quantity::{Decimal, Ratio, Relation},
};
use serde::{Deserialize, Serialize};

/// How a limit is applied to a PUE that has an uncertainty. What a document does not state is simple acceptance.
///
/// ```
/// use pue::rule::Decision;
/// assert_eq!("non-binary".parse::<Decision>()?, Decision::NonBinary);
/// # Ok::<(), pue::name::UnknownName>(())
/// ```
///
/// Source: ILAC-G8:09/2019, 4.2; JCGM 106:2012.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Decision {
    /// The value itself has to keep the limit (简单接受).
    #[default]
    Simple,
    /// The value has to keep it by the expanded uncertainty: `y ≤ limit − U` (保护带接受). Without a known uncertainty
    /// nothing is met.
    Guarded,
    /// As simple acceptance; what lies within U of the limit is met, or not met, conditionally (非二元判定).
    NonBinary,
}

impl Decision {
    /// All of them.
    pub const ALL: [Decision; 3] = [Decision::Simple, Decision::Guarded, Decision::NonBinary];

    pub(super) fn is_default(&self) -> bool {
        *self == Decision::default()
    }

    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Decision::Simple => "simple",
            Decision::Guarded => "guarded",
            Decision::NonBinary => "non-binary",
        }
    }

    /// In both languages.
    pub fn text(self) -> Text {
        match self {
            Decision::Simple => Text::new("简单接受", "simple acceptance"),
            Decision::Guarded => Text::new("保护带接受", "guarded acceptance"),
            Decision::NonBinary => Text::new("非二元判定", "non-binary statement"),
        }
    }
}

named!(Decision);

/// How probable it is that a true value conforms (符合概率).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Conformance {
    /// At the value.
    pub at_value: f64,
    /// At the worse end of what missing energy allows.
    pub least: f64,
    /// At the better end.
    pub most: f64,
}

impl Conformance {
    fn of(uncertainty: &Uncertainty, bounds: Bounds, relation: Relation, limit: Decimal) -> Self {
        let limit = Ratio::from(&limit).to_f64();
        let of = |value: f64| {
            let at = value / uncertainty.value;
            crate::kpi::conformance(value, uncertainty.standard * at, relation, limit)
        };
        let at_value = of(uncertainty.value);
        // An open side allows everything.
        let end = |bound: Option<Ratio>, beyond: f64| bound.map_or(beyond, |bound| of(bound.to_f64()));
        let (at_low, at_high) = match relation {
            Relation::AtMost | Relation::LessThan => (end(bounds.low, 1.0), end(bounds.high, 0.0)),
            Relation::AtLeast | Relation::MoreThan => (end(bounds.low, 0.0), end(bounds.high, 1.0)),
        };
        let (least, most) = (at_low.min(at_high), at_low.max(at_high));
        Conformance { at_value, least: least.min(at_value), most: most.max(at_value) }
    }
}

/// A limit, and how a value is held against it.
pub(super) struct Held<'m> {
    decision: Decision,
    relation: Relation,
    pub(super) uncertainty: Result<&'m Uncertainty, &'m [Unstated]>,
}

impl<'m> Held<'m> {
    pub(super) fn new(decision: Decision, relation: Relation, measure: &'m Measure) -> Self {
        Held { decision, relation, uncertainty: measure.uncertainty.as_ref().map_err(Vec::as_slice) }
    }

    /// Whether a value keeps the limit by this rule; `keeps` tells it of a value that is sure.
    pub(super) fn holds(&self, value: Ratio, keeps: impl Fn(Ratio) -> bool) -> bool {
        keeps(value) && (self.decision != Decision::Guarded || self.moved(value, true).is_some_and(keeps))
    }

    /// Whether the limit lies within the expanded uncertainty of some of these values.
    fn is_near(&self, values: impl IntoIterator<Item = Ratio>, keeps: impl Fn(Ratio) -> bool) -> bool {
        values.into_iter().any(|value| {
            let ends = [self.moved(value, true), self.moved(value, false)];
            ends.into_iter().any(|end| end.is_none_or(|end| keeps(end) != keeps(value)))
        })
    }

    /// A value moved by the expanded uncertainty, to the worse side or to the better one.
    fn moved(&self, value: Ratio, to_worse: bool) -> Option<Ratio> {
        let is_upper = matches!(self.relation, Relation::AtMost | Relation::LessThan);
        self.uncertainty.ok()?.moved(value, if is_upper == to_worse { 1.0 } else { -1.0 })
    }

    /// Says what is known of a value's uncertainty; `Err`: by this rule nothing can be decided without it.
    /// `may_keep`: whether the limit is kept by the value, or by one that missing energy allows.
    pub(super) fn state(
        &self,
        weighing: &mut Weighing<'_>,
        bounds: Bounds,
        limit: Decimal,
        may_keep: bool,
    ) -> Result<(), (Text, Text)> {
        weighing.decision = self.decision;
        let Ok(uncertainty) = self.uncertainty else {
            // What does not keep the limit does not keep it by U either, however large U is.
            let is_settled = match self.decision {
                Decision::Simple => true,
                Decision::Guarded => !may_keep,
                Decision::NonBinary => false,
            };
            return if is_settled { Ok(()) } else { Err(self.unknown()) };
        };
        let conformance = Conformance::of(uncertainty, bounds, self.relation, limit);
        weighing.conformance = Some(conformance);
        if !weighing.is_silent {
            let shown = |number: f64, digits: usize| Words::from(format!("{number:.digits$}"));
            let inputs = [
                ("u", shown(uncertainty.standard, 6).into()),
                ("limit", limit.into()),
                ("decision", self.decision.as_str().into()),
            ];
            weighing.step("uncertainty", "p = Φ((limit − value) / u)", shown(conformance.at_value, 4), inputs);
        }
        Ok(())
    }

    /// Marks an outcome whose limit lies within the uncertainty, where the rule knows such ones.
    pub(super) fn qualify(
        &self,
        weighing: &mut Weighing<'_>,
        value: Ratio,
        bounds: Bounds,
        keeps: impl Fn(Ratio) -> bool,
    ) {
        let is_decided = matches!(weighing.outcome, Outcome::Meets | Outcome::Fails);
        let values = [Some(value), bounds.low, bounds.high].into_iter().flatten();
        weighing.conditional = self.decision == Decision::NonBinary && is_decided && self.is_near(values, keeps);
    }

    /// A verdict's sentence with what its uncertainty has to do with it; `is_short`: the value keeps the limit, but not by U.
    pub(super) fn explain(&self, weighing: &Weighing<'_>, is_short: bool, sentence: Text) -> Text {
        let Ok(expanded) = self.uncertainty.map(Uncertainty::expanded) else { return sentence };
        let (zh, en) = if is_short {
            (
                format!("，但距限值不足扩展不确定度 {expanded:.4}（保护带接受）"),
                format!(", but not by its expanded uncertainty of {expanded:.4} (guarded acceptance)"),
            )
        } else if weighing.conditional {
            let (zh, en) = match weighing.outcome {
                Outcome::Meets => ("有条件符合", "a conditional pass"),
                _ => ("有条件不符合", "a conditional fail"),
            };
            (
                format!("；限值在扩展不确定度 {expanded:.4} 之内，{zh}"),
                format!("; the limit lies within the expanded uncertainty of {expanded:.4}: {en}"),
            )
        } else {
            return sentence;
        };
        Text::new([&*sentence.zh, &zh].concat(), [&*sentence.en, &en].concat())
    }

    /// Why nothing can be decided, and what would settle it.
    fn unknown(&self) -> (Text, Text) {
        let unstated = self.uncertainty.err().unwrap_or_default();
        let list = |between: &str| {
            let names = unstated.iter().take(5).map(|one| format!("{} {}", one.meter, one.needs));
            names.collect::<Vec<_>>().join(between) + if unstated.len() > 5 { " …" } else { "" }
        };
        let rule = self.decision.text();
        (
            Text::new(
                format!("按“{}”判定须知测量不确定度，而计量点未填准确度等级或互感器等级", rule.zh),
                format!("{} needs the uncertainty, and meters or their transformers state no class", rule.en),
            ),
            Text::new(
                format!("填写各计量点的准确度等级：{}（直接接入的填 direct）", list("、")),
                format!("the classes of the meters: {} (direct: true where there are no transformers)", list(", ")),
            ),
        )
    }
}
