use super::{Metric, Scope, faults::SCHEMA, rubric::Rubric};
use crate::{
    facility::{CertificateKind, Ladder, Level, Scale},
    finding::{Basis, Text, Words},
    name::named,
    quantity::{ComparisonMethod, Decimal, Relation},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A pack of rules as somebody wrote it down, not checked yet (规则包草案): [`Pack::new`](super::Pack::new) makes a pack of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Pack"))]
#[non_exhaustive]
pub struct PackDraft {
    /// `pue/pack/1`.
    pub schema: String,
    /// Its id: `wuhan-2024`.
    pub id: Words,
    /// Its edition: the day on which the document was issued; with `.2`, a second edition of that day.
    pub edition: Words,
    /// The document's title.
    pub title: Text,
    /// Who issued it.
    pub issuer: Text,
    /// The document's number (文号).
    pub number: Words,
    /// The first day in force.
    pub from: Date,
    /// The last day in force; unset if none is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// A day after which the text's own period is over although nobody repealed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapse: Option<Lapse>,
    /// The regions whose code begins so (GB/T 2260 in China, ISO 3166 elsewhere): no requirement or comparison of the pack is for
    /// a site elsewhere. A site whose region is not known is undetermined under the home pack, and under another one if that was
    /// asked for. Empty: everywhere.
    #[serde(default)]
    pub jurisdiction: Vec<String>,
    /// How a value is compared with a limit.
    #[serde(default)]
    pub comparison: ComparisonMethod,
    /// Which energies its PUE counts.
    #[serde(default, skip_serializing_if = "Counted::is_unstated")]
    pub counts: Counted,
    /// The size classes, the largest first; empty if it names none.
    #[serde(default)]
    pub scale: Vec<ScaleClass>,
    /// What the text leaves open, and how it is taken.
    #[serde(default)]
    pub settings: Settings,
    /// Whether it applies only where somebody asks for it: a programme to which a site is submitted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_request: bool,
    /// What is required.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// Figures that compare and never judge: averages over many sites, and what is only reported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Benchmark>,
}

impl PackDraft {
    /// A draft of a document in one edition, in force from a day on everywhere, without requirements yet.
    ///
    /// ```
    /// use pue::{Pack, rule::{Check, JudgingBasis, PackDraft, Requirement, Source}, quantity::Relation};
    /// let mut draft = PackDraft::new("ours", "2026-01-01", "1", "2026-01-01".parse()?);
    /// let check = Check::AnnualPue { relation: Relation::AtMost, limit: "1.30".parse()? };
    /// draft.requirements.push(Requirement::new("pue", check, Source::new("1", JudgingBasis::Official)));
    /// assert!(Pack::new(draft).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(id: impl Into<Words>, edition: impl Into<Words>, number: impl Into<Words>, from: Date) -> Self {
        let id = id.into();
        PackDraft {
            schema: SCHEMA.to_owned(),
            title: Text::same(id.clone()),
            issuer: Text::same(""),
            id,
            edition: edition.into(),
            number: number.into(),
            from,
            until: None,
            lapse: None,
            jurisdiction: Vec::new(),
            comparison: ComparisonMethod::default(),
            counts: Counted::default(),
            scale: Vec::new(),
            settings: Settings::default(),
            on_request: false,
            requirements: Vec::new(),
            comparisons: Vec::new(),
        }
    }
}

/// The text's own period is over, but no repeal is stated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lapse {
    /// The last day of the text's own period.
    pub after: Date,
    /// What a verdict for a later day adds.
    pub note: Text,
}

/// A size class: from so many standard racks on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScaleClass {
    /// The class.
    pub class: Scale,
    /// How the number of standard racks stands to `racks`: `at_least` or `more_than`.
    pub relation: Relation,
    /// The edge.
    pub racks: Decimal,
}

/// What a text leaves open. Each choice is printed as an assumption where it matters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settings {
    /// Whether 改建 and 扩建 count as 新建.
    pub count_rebuilt_as_new: bool,
    /// From which approval day on a site is new; unset: as the submission says.
    pub new_since: Option<Date>,
    /// The ladders whose certificates count; empty: either.
    pub ladders: Vec<Ladder>,
    /// The kinds of certificate that count; empty: either.
    pub kinds: Vec<CertificateKind>,
}

/// Which energies the PUE of a document counts (计入的能源).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Counted {
    /// The text does not say: electricity is taken, and the PUE of all carriers has to lie on the same side of the limit.
    #[default]
    Unstated,
    /// Electricity alone (仅计电力): diesel or bought cooling changes nothing.
    Electricity,
    /// All carriers (全部能源).
    AllCarriers,
}

impl Counted {
    fn is_unstated(&self) -> bool {
        *self == Counted::Unstated
    }
}

/// Whether a requirement binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Nature {
    /// Mandatory by a law or a mandatory standard (强制性).
    Mandatory,
    /// Binding (约束性).
    Binding,
    /// Expected (预期性).
    Expected,
    /// The document states a limit and not its nature.
    #[default]
    Unstated,
    /// Beyond it the document provides for retrofit, surcharge or closure (处置界限).
    Threshold,
}

/// One requirement of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Requirement {
    /// Its id within the pack: `pue-new-large`.
    pub id: Words,
    /// Binding or expected; unset: the document does not say.
    #[serde(default)]
    pub nature: Nature,
    /// Whom it binds.
    pub scope: Scope,
    /// What it asks.
    pub check: Check,
    /// What the document calls its limit (约束性指标上限); unset: as its nature says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_name: Option<Text>,
    /// Where it stands.
    pub source: Source,
    /// How silent or ambiguous words of its scope are read; printed with each verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope_readings: Vec<Text>,
    /// How those of its check are read; printed with each verdict on a site that it binds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Text>,
}

impl Requirement {
    /// One that binds all sites of the pack's regions; the document does not say of what nature it is.
    pub fn new(id: impl Into<Words>, check: Check, source: Source) -> Self {
        Requirement {
            id: id.into(),
            nature: Nature::default(),
            scope: Scope::Always,
            check,
            limit_name: None,
            source,
            scope_readings: Vec::new(),
            readings: Vec::new(),
        }
    }
}

impl Source {
    /// A clause, without the issuer's words.
    pub fn new(clause: impl Into<Words>, basis: JudgingBasis) -> Self {
        Source { clause: clause.into(), quote: None, paraphrase: None, basis }
    }
}

/// What a requirement asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Check {
    /// The annual PUE, of electricity, stands so to a limit.
    AnnualPue {
        /// How.
        relation: Relation,
        /// The limit as printed.
        limit: Decimal,
    },
    /// The annual PUE, of electricity, lies in one of the bands up to one of them (能效等级).
    PueBand {
        /// The bands, the best first.
        bands: Vec<Band>,
        /// The worst band that is good enough.
        at_worst: String,
    },
    /// A certificate of the green low-carbon grade of at least this level.
    Grade {
        /// The level.
        at_least: Level,
        /// The ladder that counts; unset: as the pack's settings say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ladder: Option<Ladder>,
    },
    /// Another figure of the site stands so to a limit.
    Figure {
        /// Which.
        figure: Metric,
        /// How.
        relation: Relation,
        /// The limit as printed.
        limit: Decimal,
    },
    /// The score by a rubric is at least so much.
    Score {
        /// The rubric.
        rubric: Box<Rubric>,
        /// The points at least.
        at_least: Decimal,
    },
    /// Something that no field carries; it stays open until whoever judges has seen it.
    Attested {
        /// What.
        what: Text,
    },
}

/// A band of a table of grades: up to so much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Band {
    /// Its name: `1`.
    pub name: String,
    /// The value at most.
    pub at_most: Decimal,
}

/// A figure of a document that compares and never judges a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Benchmark {
    /// Its id within the pack.
    pub id: Words,
    /// The sites beside which it is shown.
    pub scope: Scope,
    /// What is compared.
    pub check: Check,
    /// The clause in the issuer's own numbering.
    pub clause: Words,
    /// The issuer's words, verbatim (原文).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Words>,
    /// What the issuer says, in other words than his (大意).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paraphrase: Option<Words>,
    /// What the figure rests on: any basis, since it does not judge.
    pub basis: Basis,
    /// Why it does not judge.
    pub why_not_judged: Text,
}

/// Where a requirement stands. Only what a figure of this basis may rest on can decide: a `reported` or `proxy` figure
/// cannot be written here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// The clause in the issuer's own numbering.
    pub clause: Words,
    /// The issuer's words, verbatim (原文).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Words>,
    /// What the issuer says, in other words than his (大意).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paraphrase: Option<Words>,
    /// What the figure rests on.
    pub basis: JudgingBasis,
}

/// A basis that may decide a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum JudgingBasis {
    /// See [`Basis::Official`].
    Official,
    /// See [`Basis::Transcribed`].
    Transcribed,
    /// See [`Basis::Reading`].
    Reading,
}

impl From<JudgingBasis> for Basis {
    fn from(basis: JudgingBasis) -> Basis {
        match basis {
            JudgingBasis::Official => Basis::Official,
            JudgingBasis::Transcribed => Basis::Transcribed,
            JudgingBasis::Reading => Basis::Reading,
        }
    }
}

named!(Counted, Nature, JudgingBasis);
