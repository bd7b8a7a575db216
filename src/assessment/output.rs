use super::Record;
use crate::{
    facility::StandardRacks,
    finding::{Finding, Text},
    kpi::{AnyPue, Boundary, Coverage, MeasuredPue, Monthly, Overhead},
    ledger::Ledger,
    period::Period,
    quantity::{Decimal, ExactEnergy, Ratio},
    retrofit::Retrofit,
    rule::{Comparison, Outcome, Verdict},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The schema of an assessment on the wire.
pub const SCHEMA: &str = "pue/assessment/1";

/// Everything the library has to say about one site and one period; serializes to the wire form.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assessment {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of the library.
    pub library: &'static str,
    /// The facility's id; `None` if nothing could be read.
    pub facility: Option<String>,
    /// The period.
    pub period: Option<PeriodOut>,
    /// The PUE; `None` if it cannot be formed, and the findings say why.
    pub pue: Option<PueOut>,
    /// How much is known.
    pub coverage: Option<Coverage>,
    /// Where the overhead goes.
    pub overhead: Option<Overhead>,
    /// The months.
    pub monthly: Vec<Monthly>,
    /// The meters.
    pub meters: Vec<MeterLine>,
    /// Other indicators.
    pub kpis: Kpis,
    /// Everything that was found, errors first.
    pub findings: Vec<Finding>,
    /// The verdicts, pack by pack.
    pub verdicts: Vec<Verdict>,
    /// Figures that compare and do not judge.
    pub comparisons: Vec<Comparison>,
    /// The retrofit screen.
    pub retrofit: Option<Retrofit>,
    /// For a submission: what was declared beside what was recomputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<BTreeMap<&'static str, Declared>>,
    /// What makes it reproducible.
    pub record: Record,
}

/// One declared figure beside the recomputed one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Declared {
    /// What was said.
    pub said: Figure,
    /// What the library finds; `None` if it cannot tell.
    pub recomputed: Option<Figure>,
    /// How far apart they may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Whether they agree; `None` if it cannot be told.
    pub agrees: Option<bool>,
    /// Why they agree, or what lies behind it if they do not.
    pub reason: Text,
}

/// A number or a level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Figure {
    /// A number.
    Number(f64),
    /// A level.
    Level(String),
}

impl Assessment {
    /// The outcome that weighs most for whoever acts on it: fails, then undetermined, then meets or not applicable.
    /// `None` if there are no verdicts.
    pub fn worst(&self) -> Option<Outcome> {
        let weight = |outcome: &Outcome| match outcome {
            Outcome::Fails => 3,
            Outcome::Undetermined => 2,
            Outcome::Meets => 1,
            Outcome::NotApplicable => 0,
        };
        self.verdicts.iter().map(|verdict| verdict.outcome).max_by_key(weight)
    }
}

/// A period on the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodOut {
    /// The first instant.
    pub start: String,
    /// The instant after the last.
    pub end: String,
}

/// The PUE on the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PueOut {
    /// `annual` or `interim`.
    pub kind: &'static str,
    /// The full value.
    pub value: AnyPue,
    /// Three decimals, half to even.
    pub published: Decimal,
    /// 1, 2, 3, or not stated.
    pub category: Option<u8>,
    /// How it was computed.
    pub method: &'static str,
    /// The ratio of electricity alone.
    pub electricity_only: Option<Ratio>,
    /// Total energy over the time that the value is of.
    pub total_kwh: ExactEnergy,
    /// IT energy over the same time.
    pub it_kwh: ExactEnergy,
    /// The lowest value that the missing energy allows; `None`: open.
    pub low: Option<Ratio>,
    /// The highest; `None`: open.
    pub high: Option<Ratio>,
    /// Expanded uncertainty; this version does not compute it.
    pub uncertainty_k2: Option<f64>,
    /// How silence was read.
    pub assumptions: Vec<Text>,
}

impl PueOut {
    pub(super) fn new(pue: AnyPue, measured: &MeasuredPue, boundary: &Boundary) -> Self {
        let reported = measured.reported();
        let mut assumptions = boundary.assumptions().to_vec();
        assumptions.extend(boundary.confirmed().iter().cloned());
        if reported.same_hours_assumed {
            assumptions.push(Text::new(
                "known_h 相同的计量点视为覆盖同样的小时",
                "meters with the same known_h are taken to cover the same hours",
            ));
        }
        PueOut {
            kind: pue.kind(),
            value: pue,
            published: pue.published(),
            category: measured.category.map(crate::kpi::Category::number),
            method: measured.method().as_str(),
            electricity_only: measured.electricity.pue.map(AnyPue::ratio),
            total_kwh: pue.total(),
            it_kwh: pue.it(),
            low: reported.bounds.low,
            high: reported.bounds.high,
            uncertainty_k2: None,
            assumptions,
        }
    }
}

/// One meter on the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeterLine {
    /// Its id.
    pub id: String,
    /// Its known energy in the period; `None` for volume and mass.
    pub kwh: Option<ExactEnergy>,
    /// The least that it can have been, with what is sure of its holes.
    pub least_kwh: Option<ExactEnergy>,
    /// The most; `None` too if nothing bounds it.
    pub most_kwh: Option<ExactEnergy>,
    /// The share of the period whose energy is known.
    pub coverage: f64,
    /// The share in which its course is known too.
    pub course_coverage: f64,
    /// How many readings came in, over all the time that was given.
    pub readings: u64,
    /// How many of them were not used.
    pub rejected: u64,
}

impl MeterLine {
    pub(super) fn all(ledger: &Ledger<'_>, part: &Period) -> Vec<Self> {
        let steps = ledger.steps(part);
        let lines = ledger.site().meters().iter().enumerate().filter_map(|(i, meter)| {
            let book = ledger.book(i)?;
            let (readings, rejected) = book.readings();
            let is_energy = meter.dimension() == crate::quantity::Dimension::Energy;
            let kwh = is_energy.then(|| ExactEnergy::from_microjoules(book.scaled(&steps, Ratio::ONE)));
            let (least, most) = book.bounds(&steps, &(part.start()..part.end()));
            Some(MeterLine {
                id: meter.id.clone(),
                kwh,
                least_kwh: is_energy.then_some(least).map(ExactEnergy::from_microjoules),
                most_kwh: most.filter(|_| is_energy).map(ExactEnergy::from_microjoules),
                coverage: book.coverage(part),
                course_coverage: book.course_coverage(part),
                readings,
                rejected,
            })
        });
        lines.collect()
    }
}

/// Other indicators on the wire; unknown ones are null.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kpis {
    /// Water usage effectiveness.
    pub wue_l_per_kwh: Option<f64>,
    /// Energy reuse factor.
    pub erf: Option<f64>,
    /// Renewable energy factor.
    pub r#ref: Option<f64>,
    /// 1 / PUE.
    pub dcie: Option<f64>,
    /// E_IT / (rated IT power × hours).
    pub it_load_use_rate: Option<f64>,
    /// Occupied / installed.
    pub occupancy: Option<f64>,
    /// The basis of the occupancy.
    pub occupancy_basis: Option<&'static str>,
    /// Standard racks.
    pub standard_racks: Option<StandardRacks>,
    /// Scale by the national table.
    pub scale: Option<&'static str>,
}
