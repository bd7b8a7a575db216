use super::{Record, Reliance};
use crate::{
    facility::{Scale, StandardRacks},
    finding::{Finding, Text},
    kpi::{
        AnyPue, Boundary, Category, Coverage, Cue, Dcie, Ere, Erf, ItLoadUseRate, MeasuredPue, Method, Monthly,
        OccupancyByCount, Overhead, Ref, Uncertainty, Unstated, WholeYearRatio, Wue,
    },
    ledger::Ledger,
    metering::MeasurementPoint,
    period::Period,
    place::Place,
    quantity::{Decimal, Dimension, ExactEnergy, Ratio},
    retrofit::Retrofit,
    rule::{Comparison, Decision, Outcome, Verdict},
    site::Spot,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything the library has to say about one site and one period.
///
/// Serde writes it in the form of [`wire::Assessment`](crate::wire::Assessment), which a client reads.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Assessment {
    /// The version of the library.
    pub library: &'static str,
    /// The facility's id; `None` if nothing could be read.
    pub facility: Option<String>,
    /// What the facility is called, as far as it is stated.
    pub name: Option<Text>,
    /// Who operates it (运营单位), as far as it is stated.
    pub operator: Option<String>,
    /// The period; `None` if nothing could be read.
    pub period: Option<Period>,
    /// The PUE; `None` if it cannot be formed, and the findings say why.
    pub pue: Option<ReportedPue>,
    /// How much is known.
    pub coverage: Option<Coverage>,
    /// Where the overhead goes.
    pub overhead: Option<Overhead>,
    /// The months.
    pub monthly: Vec<Monthly>,
    /// The meters.
    pub meters: Vec<MeterEnergy>,
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
    /// What the PUE relies on that only the operator's word supports, with what would come without it.
    pub reliance: Vec<Reliance>,
    /// How limits of the PUE were applied.
    pub decision: Decision,
    /// For a submission: what was declared beside what was recomputed.
    pub declared: Option<BTreeMap<Claim, Declared>>,
    /// What makes it reproducible.
    pub record: Record,
}

/// A figure that an operator declares (申报值).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Claim {
    /// The PUE category.
    Category,
    /// The grade.
    Grade,
    /// Rack occupancy.
    Occupancy,
    /// The PUE.
    Pue,
    /// The number of standard racks.
    StandardRacks,
}

impl Claim {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Claim::Category => "category",
            Claim::Grade => "grade",
            Claim::Occupancy => "occupancy",
            Claim::Pue => "pue",
            Claim::StandardRacks => "standard_racks",
        }
    }
}

/// One declared figure beside the recomputed one.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// use pue::assessment::{Claim, Figure};
/// let declared = &audit.declared.unwrap()[&Claim::Pue];
/// assert_eq!(declared.agrees, Some(true));
/// assert!(matches!(declared.said, Figure::Number(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// The PUE that is reported, with all that qualifies it.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// let pue = audit.pue.ok_or("no PUE")?;
/// assert!(pue.is_annual() && pue.total() > pue.it());
/// assert_eq!(pue.published(), pue.value.published()); // three decimals, rounded once
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReportedPue {
    /// The value: annual or interim, with total and IT energy over the time that it is of.
    pub value: AnyPue,
    /// Its category; `None`: not stated.
    pub category: Option<Category>,
    /// How it was computed.
    pub method: Method,
    /// The ratio of electricity alone.
    pub electricity_only: Option<Ratio>,
    /// The lowest value that the missing energy allows; `None`: open.
    pub low: Option<Ratio>,
    /// The highest; `None`: open.
    pub high: Option<Ratio>,
    /// How sure it is by the classes of its meters; or which of them have to state theirs.
    pub uncertainty: Result<Uncertainty, Vec<Unstated>>,
    /// How silence was read.
    pub assumptions: Vec<Text>,
}

impl ReportedPue {
    pub(super) fn new(value: AnyPue, measured: &MeasuredPue, boundary: &Boundary) -> Self {
        let reported = measured.reported();
        let mut assumptions = boundary.assumptions().to_vec();
        assumptions.extend(boundary.confirmed().iter().cloned());
        if reported.same_hours_assumed {
            assumptions.push(Text::new(
                "known_h 相同的计量点视为覆盖同样的小时",
                "meters with the same known_h are taken to cover the same hours",
            ));
        }
        ReportedPue {
            value,
            category: measured.category,
            method: measured.method(),
            electricity_only: measured.electricity.pue.map(AnyPue::ratio),
            low: reported.bounds.low,
            high: reported.bounds.high,
            uncertainty: reported.uncertainty.clone(),
            assumptions,
        }
    }

    /// From the lowest value that missing energy allows, less its expanded uncertainty, to the highest, plus its own; `None`:
    /// one of them is not known, or open.
    pub fn with_unknown(&self) -> Option<[f64; 2]> {
        let known = self.uncertainty.as_ref().ok()?;
        let (low, high) = (self.low?, self.high?);
        Some([low.to_f64() - known.expanded_at(low), high.to_f64() + known.expanded_at(high)])
    }

    /// Whether it is an annual PUE; else it is an interim one.
    pub const fn is_annual(&self) -> bool {
        matches!(self.value, AnyPue::Annual(_))
    }

    /// Three decimals, half to even.
    pub fn published(&self) -> Decimal {
        self.value.published()
    }

    /// Total energy over the time that the value is of.
    pub const fn total(&self) -> ExactEnergy {
        self.value.total()
    }

    /// IT energy over the same time.
    pub const fn it(&self) -> ExactEnergy {
        self.value.it()
    }
}

/// The energy of one meter in the period.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// let meter = &audit.meters[0];
/// assert!(meter.coverage == 1.0 && meter.least <= meter.known && meter.known <= meter.most);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MeterEnergy {
    /// Its id.
    pub id: String,
    /// Where it measures.
    pub point: MeasurementPoint,
    /// Where it stands in the input.
    pub(crate) spot: Option<Spot>,
    /// Its known energy in the period; `None` for volume and mass.
    pub known: Option<ExactEnergy>,
    /// The least that it can have been, with what is sure of its holes.
    pub least: Option<ExactEnergy>,
    /// The most; `None` too if nothing bounds it.
    pub most: Option<ExactEnergy>,
    /// The share of the period whose energy is known.
    pub coverage: f64,
    /// The share in which its course is known too.
    pub course_coverage: f64,
    /// How many readings came in, over all the time that was given.
    pub readings: u64,
    /// How many of them were not used.
    pub rejected: u64,
}

impl MeterEnergy {
    /// Whether a place of the input is this meter's row, of energies or in the list of meters, or is in it.
    pub fn is_at(&self, place: &Place) -> bool {
        self.spot.is_some_and(|spot| spot.holds(place))
    }

    pub(super) fn all(ledger: &Ledger<'_>, part: &Period) -> Vec<Self> {
        let steps = ledger.steps(part);
        let lines = ledger.site().meters().iter().enumerate().filter_map(|(i, meter)| {
            let book = ledger.book(i)?;
            let (readings, rejected) = book.readings();
            let is_energy = meter.dimension() == Dimension::Energy;
            let kwh = is_energy.then(|| ExactEnergy::from_microjoules(book.scaled(&steps, Ratio::ONE)));
            let (least, most) = book.bounds(&steps, &(part.start()..part.end()));
            Some(MeterEnergy {
                id: meter.id.clone(),
                point: meter.point,
                spot: ledger.site().spot(i),
                known: kwh,
                least: is_energy.then_some(least).map(ExactEnergy::from_microjoules),
                most: most.filter(|_| is_energy).map(ExactEnergy::from_microjoules),
                coverage: book.coverage(part),
                course_coverage: book.course_coverage(part),
                readings,
                rejected,
            })
        });
        lines.collect()
    }
}

/// Other indicators; `None`: not known.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// assert!(audit.kpis.dcie.is_some_and(|dcie| dcie.value() < 1.0)); // 1 / PUE
/// assert_eq!(audit.kpis.scale.map(|scale| scale.as_str()), Some("large"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Kpis {
    /// Water usage effectiveness.
    pub wue: Option<Wue>,
    /// Carbon usage effectiveness.
    pub cue: Option<Cue>,
    /// Energy reuse factor.
    pub erf: Option<Erf>,
    /// Energy reuse effectiveness.
    pub ere: Option<Ere>,
    /// Renewable energy factor.
    pub r#ref: Option<Ref>,
    /// 1 / PUE.
    #[doc(alias = "DCiE")]
    pub dcie: Option<Dcie>,
    /// GB 40879's electricity ratio of a whole year.
    pub r_m2: Option<WholeYearRatio>,
    /// E_IT / (rated IT power × hours).
    pub it_load_use_rate: Option<ItLoadUseRate>,
    /// Occupied / installed, by count.
    pub occupancy: Option<OccupancyByCount>,
    /// Standard racks.
    pub standard_racks: Option<StandardRacks>,
    /// Scale by the national table.
    pub scale: Option<Scale>,
}
