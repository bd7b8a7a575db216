//! Short words to write packs with.

use crate::{
    facility::{LifecycleKind, Scale},
    finding::{Basis, Text, Words},
    quantity::{Comparison, Decimal, Relation},
    rule::{
        Benchmark, Check, JudgingBasis, Nature, Pack, Requirement, ScaleClass, Scope, Settings, Source, pack::SCHEMA,
    },
};
use jiff::civil::Date;

/// A figure as printed: 125, 2 is 1.25.
pub(crate) const fn decimal(units: i128, digits: u8) -> Decimal {
    match Decimal::new(units, digits) {
        Some(decimal) => decimal,
        None => Decimal::ONE,
    }
}

/// The national classes of 工信部联通〔2013〕13号.
pub(super) fn national_scale() -> Vec<ScaleClass> {
    let class = |class, racks| ScaleClass { class, relation: Relation::AtLeast, racks: decimal(racks, 0) };
    vec![class(Scale::SuperLarge, 10_000), class(Scale::Large, 3_000), class(Scale::MediumSmall, 0)]
}

/// A pack without rules, with the national scale; its edition is its first day.
pub(super) fn pack(
    id: &'static str,
    number: &'static str,
    from: Date,
    title: (&'static str, &'static str),
    issuer: (&'static str, &'static str),
) -> Pack {
    Pack {
        schema: SCHEMA.to_owned(),
        id: id.into(),
        edition: from.to_string().into(),
        title: Text::new(title.0, title.1),
        issuer: Text::new(issuer.0, issuer.1),
        number: number.into(),
        from,
        until: None,
        lapse: None,
        jurisdiction: vec!["CN".to_owned()],
        comparison: Comparison::Full,
        scale: national_scale(),
        settings: Settings::default(),
        on_request: false,
        requirements: Vec::new(),
        comparisons: Vec::new(),
    }
}

pub(super) fn official(clause: &'static str, quote: &'static str) -> Source {
    source(clause, quote, JudgingBasis::Official)
}

pub(super) fn transcribed(clause: &'static str, quote: &'static str) -> Source {
    source(clause, quote, JudgingBasis::Transcribed)
}

fn source(clause: &'static str, quote: &'static str, basis: JudgingBasis) -> Source {
    Source { clause: clause.into(), quote: Some(quote.into()), basis }
}

pub(super) fn requirement(id: &'static str, nature: Nature, scope: Scope, check: Check, source: Source) -> Requirement {
    Requirement {
        id: id.into(),
        nature,
        scope,
        check,
        source,
        scope_readings: Vec::new(),
        readings: vec![Text::new("电能利用效率按年度电量比计算", "the PUE is the annual ratio of electricity")],
    }
}

impl Requirement {
    /// How silent words of its scope are read.
    pub(super) fn scope_reading(mut self, zh: impl Into<Words>, en: impl Into<Words>) -> Self {
        self.scope_readings.push(Text::new(zh, en));
        self
    }

    /// Of a requirement that is not about the PUE.
    pub(super) fn without_readings(mut self) -> Self {
        self.readings.clear();
        self
    }
}

/// A figure that is an average over many sites.
pub(super) fn average(
    id: &'static str,
    scope: Scope,
    check: Check,
    clause: &'static str,
    quote: &'static str,
    basis: Basis,
) -> Benchmark {
    let why = Text::new(
        "文本所指为平均(整体)水平，不判定单个场所",
        "an average over many sites; it does not judge a single one",
    );
    benchmark(id, scope, check, (clause, Some(quote), basis), why)
}

/// A figure that is known second-hand only.
pub(super) fn reported(id: &'static str, scope: Scope, check: Check, clause: &'static str) -> Benchmark {
    let why = Text::new("数字为二手资料，未核对原文", "only reported; the original was not read");
    benchmark(id, scope, check, (clause, None, Basis::Reported), why)
}

pub(super) fn benchmark(
    id: &'static str,
    scope: Scope,
    check: Check,
    (clause, quote, basis): (&'static str, Option<&'static str>, Basis),
    why_not_judged: Text,
) -> Benchmark {
    Benchmark {
        id: id.into(),
        scope,
        check,
        clause: clause.into(),
        quote: quote.map(Words::from),
        basis,
        why_not_judged,
    }
}

/// The annual PUE is at most so much.
pub(super) const fn pue_at_most(limit: Decimal) -> Check {
    Check::AnnualPue { relation: Relation::AtMost, limit }
}

/// 大型及以上, by the pack's own table.
pub(super) const fn large() -> Scope {
    Scope::ScaleAtLeast(Scale::Large)
}

/// 新建.
pub(super) fn new() -> Scope {
    Scope::Lifecycle(vec![LifecycleKind::New])
}

/// 新建及改扩建.
pub(super) fn new_rebuilt_extended() -> Scope {
    Scope::Lifecycle(vec![LifecycleKind::New, LifecycleKind::Rebuilt, LifecycleKind::Extended])
}

/// 存量.
pub(crate) fn existing() -> Scope {
    Scope::Lifecycle(vec![LifecycleKind::Existing])
}
