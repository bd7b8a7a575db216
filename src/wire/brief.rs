use crate::{
    assessment,
    finding::{Code, Severity, Words},
    period::rfc3339,
    quantity::{Decimal, Ratio},
    rule::Outcome,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};

use super::{Ends, PueKind};

/// The schema of a brief answer.
pub const BRIEF_SCHEMA: &str = "pue/brief/1";

/// An answer in short (简要结果): what each requirement comes to, the PUE, and the codes of what was found. Without sentences and
/// traces; these are in the full [`Assessment`](super::Assessment).
///
/// ```
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json"));
/// use pue::{Outcome, submission::audit_json, wire::Brief};
/// let sent = serde_json::to_string(&audit_json(json, &[]).brief())?;
/// assert!(sent.len() < 1500);
/// let brief: Brief = serde_json::from_str(&sent)?;
/// assert_eq!((brief.verdicts[0].outcome, brief.verdicts[0].value.map(|value| value.to_f64())), (Outcome::Fails, Some(1.31)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Brief<'a> {
    /// [`BRIEF_SCHEMA`].
    pub schema: Words,
    /// The facility's id; null if nothing could be read.
    pub facility: Option<Cow<'a, str>>,
    /// The period.
    pub period: Option<Ends>,
    /// The PUE; null if it cannot be formed.
    pub pue: Option<BriefPue>,
    /// What each requirement comes to.
    pub verdicts: Vec<BriefVerdict<'a>>,
    /// Whether a binding requirement is met only by statements that nothing but the operator's word supports.
    pub reliance_decides: bool,
    /// How often each error and warning was found.
    pub findings: BTreeMap<Code, u64>,
    /// SHA-256 of the input, where there is one document of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_sha256: Option<Cow<'a, str>>,
}

/// The PUE in short.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BriefPue {
    /// `annual` or `interim`.
    pub kind: PueKind,
    /// The full value.
    pub value: Ratio,
    /// Three decimals, half to even.
    pub published: Decimal,
    /// The lowest and the highest value that the missing energy allows; null: open.
    pub bounds: (Option<Ratio>, Option<Ratio>),
}

/// A verdict in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BriefVerdict<'a> {
    /// The pack and its edition: `wuhan-2024@2024-01-25`.
    pub pack: Cow<'a, str>,
    /// The requirement.
    pub requirement: Cow<'a, str>,
    /// What it comes to.
    pub outcome: Outcome,
    /// The value that was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Ratio>,
    /// Whether the limit lies within the uncertainty, by a decision rule that says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conditional: bool,
}

impl assessment::Assessment {
    /// The answer in short.
    pub fn brief(&self) -> Brief<'_> {
        let mut findings = BTreeMap::new();
        for finding in self.findings.iter().filter(|finding| finding.severity > Severity::Note) {
            let count: &mut u64 = findings.entry(finding.code).or_default();
            *count = count.saturating_add(finding.count);
        }
        Brief {
            schema: BRIEF_SCHEMA.into(),
            facility: self.facility.as_deref().map(Cow::Borrowed),
            period: self.period.as_ref().map(|period| Ends {
                start: rfc3339(period.start(), period.zone()),
                end: rfc3339(period.end(), period.zone()),
            }),
            pue: self.pue.as_ref().map(|pue| BriefPue {
                kind: if pue.is_annual() { PueKind::Annual } else { PueKind::Interim },
                value: pue.value.ratio(),
                published: pue.published(),
                bounds: (pue.low, pue.high),
            }),
            verdicts: (self.verdicts.iter())
                .map(|verdict| BriefVerdict {
                    pack: Cow::Owned([&*verdict.pack, "@", &*verdict.edition].concat()),
                    requirement: Cow::Borrowed(&verdict.requirement),
                    outcome: verdict.outcome,
                    value: verdict.value,
                    conditional: verdict.conditional,
                })
                .collect(),
            reliance_decides: self.reliance.iter().any(|one| one.decides),
            findings,
            input_sha256: self.record.input_sha256.as_deref().map(Cow::Borrowed),
        }
    }
}
