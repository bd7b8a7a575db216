use crate::{
    assessment::{self, Declared, MeterEnergy, Record, ReportedPue},
    facility::{Scale, StandardRacks},
    finding::{Finding, Text, Words},
    kpi::{self, COVERAGE_FACTOR, Category, Contribution, Coverage, Method, Monthly, Overhead, Remedy, Unstated},
    name::named,
    period::rfc3339,
    place::Place,
    quantity::{Decimal, ExactEnergy, Ratio},
    retrofit::Retrofit,
    rule::{Comparison, Decision, Outcome, Verdict},
};
use serde::{Deserialize, Serialize, Serializer};
use std::{borrow::Cow, collections::BTreeMap};

/// The schema of an assessment on the wire.
pub const ASSESSMENT_SCHEMA: &str = "pue/assessment/1";

/// An assessment on the wire: `pue/assessment/1`.
///
/// Energies are in kWh, ratios are the floats nearest to the exact fractions that were compared.
///
/// ```
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
/// use pue::{submission::audit_json, wire::{Assessment, PueKind}};
/// let sent = serde_json::to_string(&audit_json(json, &[]))?;
/// let read: Assessment = serde_json::from_str(&sent)?;
/// let pue = read.pue.as_ref().ok_or("no PUE")?;
/// assert_eq!((pue.kind, pue.published.to_string()), (PueKind::Annual, "1.240".to_owned()));
/// assert_eq!(read.verdicts[0].message.en, "meets: annual PUE 1.240 ≤ 1.25");
/// assert_eq!(serde_json::to_string(&read)?, sent);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assessment<'a> {
    /// [`ASSESSMENT_SCHEMA`].
    pub schema: Words,
    /// The version of the library.
    pub library: Words,
    /// The facility's id; null if nothing could be read.
    pub facility: Option<Cow<'a, str>>,
    /// What the facility is called, if that is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, Text>>,
    /// Who operates it, if that is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Cow<'a, str>>,
    /// The period.
    pub period: Option<Ends>,
    /// The PUE; null if it cannot be formed, and the findings say why.
    pub pue: Option<Pue<'a>>,
    /// How much is known.
    pub coverage: Option<Coverage>,
    /// How sure the PUE is by the classes of its meters; null without a PUE.
    #[serde(default)]
    pub uncertainty: Option<Uncertainty<'a>>,
    /// Where the overhead goes.
    pub overhead: Option<Overhead>,
    /// The months.
    pub monthly: Cow<'a, [Monthly]>,
    /// The meters.
    pub meters: Vec<Meter<'a>>,
    /// Other indicators.
    pub kpis: Kpis,
    /// Everything that was found, errors first.
    pub findings: Cow<'a, [Finding]>,
    /// The verdicts, pack by pack.
    pub verdicts: Cow<'a, [Verdict]>,
    /// What the PUE relies on that only the operator's word supports.
    #[serde(default)]
    pub reliance: Vec<Reliance<'a>>,
    /// Figures that compare and do not judge.
    pub comparisons: Cow<'a, [Comparison]>,
    /// The retrofit screen.
    pub retrofit: Option<Cow<'a, Retrofit>>,
    /// For a submission: what was declared beside what was recomputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<BTreeMap<Words, Cow<'a, Declared>>>,
    /// What makes it reproducible.
    pub record: Cow<'a, Record>,
}

/// A stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Ends {
    /// The first instant, RFC 3339.
    pub start: String,
    /// The instant after the last.
    pub end: String,
}

/// The kind of a measured PUE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PueKind {
    /// Of one year, with enough of it known (年度 PUE).
    Annual,
    /// Of anything else (阶段性 PUE).
    Interim,
}

/// A statement that the PUE relies on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reliance<'a> {
    /// The kind of statement: [`Statement`](crate::kpi::Statement).
    pub on: Cow<'a, str>,
    /// Where it is made, a JSON Pointer.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub path: Cow<'a, Place>,
    /// The energy that it is about; null: not known.
    pub kwh: Option<ExactEnergy>,
    /// The PUE without it; null: not known.
    pub pue_without: Option<Ratio>,
    /// The outcomes that would be others, by pack and requirement.
    pub outcomes_without: Cow<'a, BTreeMap<String, Outcome>>,
    /// Whether a binding requirement is met only with it.
    pub decides: bool,
    /// What is relied on, in a sentence.
    pub message: Cow<'a, Text>,
}

/// The PUE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pue<'a> {
    /// `annual` or `interim`.
    pub kind: PueKind,
    /// The full value.
    pub value: Ratio,
    /// Three decimals, half to even.
    pub published: Decimal,
    /// 1, 2, 3, or not stated.
    pub category: Option<u8>,
    /// How it was computed.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub method: Method,
    /// The ratio of electricity alone.
    pub electricity_only: Option<Ratio>,
    /// Total energy over the time that the value is of.
    pub total_kwh: ExactEnergy,
    /// IT energy over the same time.
    pub it_kwh: ExactEnergy,
    /// The lowest value that the missing energy allows; null: open.
    pub low: Option<Ratio>,
    /// The highest; null: open.
    pub high: Option<Ratio>,
    /// Expanded uncertainty, k = 2; null: some meter states no class.
    pub uncertainty_k2: Option<f64>,
    /// How silence was read.
    pub assumptions: Cow<'a, [Text]>,
}

/// The uncertainty of a PUE by the classes of its meters. What is missing stands in `low` and `high` of the PUE: bounds are no
/// distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Uncertainty<'a> {
    /// The coverage factor.
    pub k: f64,
    /// Standard uncertainty; null: not known.
    pub standard: Option<f64>,
    /// Expanded uncertainty, `k` times that.
    pub expanded: Option<f64>,
    /// The value less and plus it.
    pub interval: Option<[f64; 2]>,
    /// From the lowest value that missing energy allows less its U to the highest plus its U; null: not known, or open.
    pub with_unknown: Option<[f64; 2]>,
    /// How limits are applied.
    pub decision_rule: Decision,
    /// What each error has to do with it, the largest first.
    pub contributions: Cow<'a, [Contribution]>,
    /// What would make it smaller.
    pub remedy: Option<Cow<'a, Remedy>>,
    /// Meters that have to state something before it is known.
    pub unstated: Cow<'a, [Unstated]>,
    /// What was taken to be so.
    pub assumptions: Vec<Text>,
}

impl<'a> Uncertainty<'a> {
    fn new(pue: &'a ReportedPue, decision_rule: Decision) -> Self {
        let (known, unstated) = match &pue.uncertainty {
            Ok(known) => (Some(known), [].as_slice()),
            Err(unstated) => (None, unstated.as_slice()),
        };
        Uncertainty {
            k: COVERAGE_FACTOR,
            standard: known.map(|known| known.standard),
            expanded: known.map(kpi::Uncertainty::expanded),
            interval: known.map(kpi::Uncertainty::interval),
            with_unknown: pue.with_unknown(),
            decision_rule,
            contributions: known.map_or([].as_slice(), |known| &known.contributions).into(),
            remedy: known.and_then(|known| known.remedy.as_ref()).map(Cow::Borrowed),
            unstated: unstated.into(),
            assumptions: known.map(kpi::Uncertainty::assumptions).unwrap_or_default(),
        }
    }
}

/// One meter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Meter<'a> {
    /// Its id.
    pub id: Cow<'a, str>,
    /// Its known energy in the period; null for volume and mass.
    pub kwh: Option<ExactEnergy>,
    /// The least that it can have been, with what is sure of its holes.
    pub least_kwh: Option<ExactEnergy>,
    /// The most; null too if nothing bounds it.
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

/// Other indicators; unknown ones are null.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kpis {
    /// Water usage effectiveness.
    pub wue_l_per_kwh: Option<f64>,
    /// Carbon usage effectiveness.
    #[serde(default)]
    pub cue_kg_per_kwh: Option<f64>,
    /// Energy reuse factor.
    pub erf: Option<f64>,
    /// Energy reuse effectiveness.
    #[serde(default)]
    pub ere: Option<f64>,
    /// Renewable energy factor.
    pub r#ref: Option<f64>,
    /// 1 / PUE.
    #[doc(alias = "DCiE")]
    pub dcie: Option<f64>,
    /// GB 40879's electricity ratio of a whole year, R_M2.
    #[serde(default)]
    pub r_m2: Option<f64>,
    /// E_IT / (rated IT power × hours).
    pub it_load_use_rate: Option<f64>,
    /// Occupied / installed.
    pub occupancy: Option<f64>,
    /// The basis of the occupancy.
    pub occupancy_basis: Option<Words>,
    /// Standard racks.
    pub standard_racks: Option<StandardRacks>,
    /// Scale by the national table.
    pub scale: Option<Scale>,
}

impl Serialize for assessment::Assessment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Assessment::from(self).serialize(serializer)
    }
}

impl<'a> From<&'a assessment::Assessment> for Assessment<'a> {
    fn from(of: &'a assessment::Assessment) -> Self {
        let declared = of.declared.as_ref().map(|declared| {
            declared.iter().map(|(claim, figure)| (claim.as_str().into(), Cow::Borrowed(figure))).collect()
        });
        Assessment {
            schema: ASSESSMENT_SCHEMA.into(),
            library: of.library.into(),
            facility: of.facility.as_deref().map(Cow::Borrowed),
            name: of.name.as_ref().map(Cow::Borrowed),
            operator: of.operator.as_deref().map(Cow::Borrowed),
            period: of.period.as_ref().map(|period| Ends {
                start: rfc3339(period.start(), period.zone()),
                end: rfc3339(period.end(), period.zone()),
            }),
            pue: of.pue.as_ref().map(Pue::from),
            coverage: of.coverage,
            uncertainty: of.pue.as_ref().map(|pue| Uncertainty::new(pue, of.decision)),
            overhead: of.overhead,
            monthly: Cow::Borrowed(&of.monthly),
            meters: of.meters.iter().map(Meter::from).collect(),
            kpis: Kpis::from(&of.kpis),
            findings: Cow::Borrowed(&of.findings),
            verdicts: Cow::Borrowed(&of.verdicts),
            reliance: of.reliance.iter().map(Reliance::from).collect(),
            comparisons: Cow::Borrowed(&of.comparisons),
            retrofit: of.retrofit.as_ref().map(Cow::Borrowed),
            declared,
            record: Cow::Borrowed(&of.record),
        }
    }
}

impl<'a> From<&'a assessment::Reliance> for Reliance<'a> {
    fn from(of: &'a assessment::Reliance) -> Self {
        Reliance {
            on: of.on.as_str().into(),
            path: Cow::Borrowed(&of.place),
            kwh: of.energy,
            pue_without: of.pue_without,
            outcomes_without: Cow::Borrowed(&of.outcomes_without),
            decides: of.decides,
            message: Cow::Owned(of.message()),
        }
    }
}

impl<'a> From<&'a ReportedPue> for Pue<'a> {
    fn from(of: &'a ReportedPue) -> Self {
        Pue {
            kind: if of.is_annual() { PueKind::Annual } else { PueKind::Interim },
            value: of.value.ratio(),
            published: of.published(),
            category: of.category.map(Category::number),
            method: of.method,
            electricity_only: of.electricity_only,
            total_kwh: of.total(),
            it_kwh: of.it(),
            low: of.low,
            high: of.high,
            uncertainty_k2: of.uncertainty.as_ref().ok().map(kpi::Uncertainty::expanded),
            assumptions: Cow::Borrowed(&of.assumptions),
        }
    }
}

impl<'a> From<&'a MeterEnergy> for Meter<'a> {
    fn from(of: &'a MeterEnergy) -> Self {
        Meter {
            id: Cow::Borrowed(&of.id),
            kwh: of.known,
            least_kwh: of.least,
            most_kwh: of.most,
            coverage: of.coverage,
            course_coverage: of.course_coverage,
            readings: of.readings,
            rejected: of.rejected,
        }
    }
}

impl From<&assessment::Kpis> for Kpis {
    fn from(of: &assessment::Kpis) -> Self {
        Kpis {
            wue_l_per_kwh: of.wue.map(kpi::Wue::value),
            cue_kg_per_kwh: of.cue.map(kpi::Cue::value),
            erf: of.erf.map(kpi::Erf::value),
            ere: of.ere.map(kpi::Ere::value),
            r#ref: of.r#ref.map(kpi::Ref::value),
            dcie: of.dcie.map(kpi::Dcie::value),
            r_m2: of.r_m2.map(kpi::WholeYearRatio::value),
            it_load_use_rate: of.it_load_use_rate.map(kpi::ItLoadUseRate::value),
            occupancy: of.occupancy.map(kpi::OccupancyByCount::value),
            occupancy_basis: of.occupancy.map(|_| "count".into()),
            standard_racks: of.standard_racks,
            scale: of.scale,
        }
    }
}

named!(PueKind);
