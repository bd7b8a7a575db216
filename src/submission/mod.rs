//! The submission (填报): what an operator declares, and the audit that recomputes it.
//!
//! Whatever can be used is used; whatever cannot becomes a finding with its place. What cannot be read at all still gets
//! one answer.

mod declared;
#[cfg(any(feature = "report", feature = "xlsx"))]
#[cfg_attr(not(feature = "xlsx"), expect(dead_code, reason = "only spreadsheets ask for kinds, choices and sheets"))]
pub(crate) mod form;
#[cfg(feature = "xlsx")]
mod spreadsheet;
mod traps;
mod wire;

use crate::{
    assessment::{Assessment, Extra, Options},
    facility::{Certificate, Facility, Level, StandardRacks},
    finding::{Code, Finding, Text},
    kpi::{Category, UNUSABLE},
    ledger::{Ledger, LedgerError},
    metering::{MeasurementPoint, Meter},
    period::Period,
    place::{Part, Place, place},
    quantity::ExactEnergy,
    read::{Digest, Document},
    rule::Pack,
    site::{Site, Spot},
};

#[cfg(feature = "xlsx")]
pub use spreadsheet::{Spreadsheet, Unfit, template};
pub use wire::SUBMISSION_SCHEMA;
use wire::Stated;

/// An operator's submission for one site and one period, as far as it could be read.
///
/// # Examples
/// ```
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json"));
/// use pue::{Outcome, Submission, assessment::Claim};
/// let submission = Submission::from_json(json)?;
/// let audit = submission.audit(&[]); // with the packs in force for the site
/// assert_eq!(audit.verdicts[0].outcome, Outcome::Fails);
/// let pue = &audit.declared.as_ref().ok_or("nothing was declared")?[&Claim::Pue];
/// assert_eq!(pue.agrees, Some(false)); // it declares 1.25, and has 1.31
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "填报")]
#[derive(Clone, Debug)]
pub struct Submission {
    site: Site,
    period: Period,
    stated: Stated,
    claims: Claims,
    extra: Extra,
    digest: Digest,
}

/// Nothing could be made of a submission.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("nothing can be made of the submission{}: {}", .facility.as_ref().map(|id| format!(" of {id}")).unwrap_or_default(), .findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
#[non_exhaustive]
pub struct Unusable {
    /// The facility's id, as far as it could be read.
    pub facility: Option<String>,
    /// Who operates it.
    pub operator: Option<String>,
    /// Everything that was found.
    pub findings: Vec<Finding>,
    /// SHA-256 of the input: see [`Record::input_sha256`](crate::assessment::Record::input_sha256).
    pub input_sha256: String,
}

impl From<Unusable> for Assessment {
    fn from(unusable: Unusable) -> Assessment {
        let mut answer = Assessment::unreadable(unusable.facility, unusable.findings);
        answer.operator = unusable.operator;
        answer.record.input_sha256 = Some(unusable.input_sha256);
        answer
    }
}

impl Unusable {
    /// Not even the facility could be read.
    fn unknown(findings: Vec<Finding>, input_sha256: String) -> Self {
        Unusable { facility: None, operator: None, findings, input_sha256 }
    }

    /// The facility could be read, and nothing can be computed of it.
    fn of(site: &Site, findings: Vec<Finding>, input_sha256: String) -> Self {
        let facility = site.facility();
        let id = Some(facility.id.clone()).filter(|id| !id.is_empty());
        Unusable { facility: id, operator: facility.operator.clone(), findings, input_sha256 }
    }
}

/// What the operator claims.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Claims {
    /// PUE.
    pub pue: Option<f64>,
    /// PUE category.
    pub category: Option<Category>,
    /// Standard racks.
    pub standard_racks: Option<StandardRacks>,
    /// Rack occupancy, from 0 to 1.
    pub occupancy: Option<f64>,
    /// Grade.
    pub grade: Option<Level>,
}

/// Says of what only follows from another finding that it does: a row that was refused gives no energy.
fn follow_from(findings: &mut [Finding]) {
    let refused: Vec<(Part, usize)> = findings
        .iter()
        .filter(|finding| finding.is_error() || finding.code == Code::JsonMissing)
        .filter_map(|finding| finding.place.as_ref())
        .filter_map(|place| Some((place.part(), place.row()?)))
        .collect();
    for finding in findings.iter_mut() {
        let row = finding.place.as_ref().and_then(|place| Some((place.part(), place.row()?)));
        let follows = match finding.code {
            Code::MeterNoReadings | Code::IntervalGap => row.is_some_and(|row| refused.contains(&row)),
            Code::PueNoTotal | Code::PueNoIt => finding.found == Some(UNUSABLE.into()) && !refused.is_empty(),
            _ => false,
        };
        if follows {
            let advice =
                ("由该计量点的其他问题引起，更正后自行消除", "it follows from another finding: correct that one");
            finding.advice = advice.into();
        }
    }
}

impl Submission {
    /// From JSON bytes.
    ///
    /// # Errors
    /// [`Unusable`]: no JSON, another schema, no period.
    #[cfg(feature = "json")]
    pub fn from_json(json: &[u8]) -> Result<Submission, Unusable> {
        let document = Document::from_json(json)
            .map_err(|finding| Unusable::unknown(vec![*finding], Digest::of_bytes(json).hex()))?;
        wire::read(&document)
    }

    /// From any self-describing format.
    ///
    /// # Errors
    /// The deserializer's own error; or, inside, [`Unusable`].
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Result<Submission, Unusable>, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(|document: Document<'de>| wire::read(&document))
    }

    /// Recomputes and judges it; `packs` are applied beyond those in force for the site.
    pub fn audit(&self, packs: &[Pack]) -> Assessment {
        self.audit_by(&packs.iter().cloned().fold(Options::default(), Options::pack))
    }

    /// The same with packs, settings, a tariff; category and what was measured besides energy are the submission's own.
    pub fn audit_by(&self, options: &Options) -> Assessment {
        let options = self.options(options.clone());
        let ledger = match self.ledger() {
            Ok(ledger) => ledger,
            Err(error) => {
                let finding = Finding::new(Code::PeriodOutOfRange).place(place!(period)).found(error);
                let findings = self.site.findings().iter().cloned().chain([finding]).collect();
                return Unusable::of(&self.site, findings, self.digest.hex()).into();
            }
        };
        let mut assessment = Assessment::of(&ledger, &options);
        declared::compare(&self.claims, &ledger, self.extra.heat_reused, &mut assessment);
        self.own_generation(&ledger, &mut assessment);
        follow_from(&mut assessment.findings);
        // A submission has its figures in rows: that is the place where a sum is at fault. What its reader found keeps its own.
        for finding in &mut assessment.findings {
            let of_all = |place: &Place| [Place::from(Part::Meters), Place::from(Part::Monthly)].contains(place);
            if finding.place.as_ref().is_some_and(of_all) && !self.site.findings().contains(finding) {
                finding.place = Some(Place::from(Part::Energy));
            }
        }
        assessment.record.input_sha256 = Some(self.digest.hex());
        assessment
    }

    /// Options with what the submission says itself: its category, and what was measured besides energy. With them its
    /// [`ledger`](Submission::ledger) is judged as [`audit_by`](Submission::audit_by) does, and asked
    /// [what if](crate::assessment::WhatIf).
    pub fn options(&self, given: Options) -> Options {
        let mut options = given.category(self.claims.category);
        options.extra = self.extra;
        options
    }

    /// Renewable energy made on the site passes its meters, and counts in the total.
    fn own_generation(&self, ledger: &Ledger<'_>, assessment: &mut Assessment) {
        let Some(stated) = self.extra.on_site else { return };
        let metered = [MeasurementPoint::Pv, MeasurementPoint::Wind].map(|point| traps::sum(ledger, point));
        let metered = metered.into_iter().flatten().fold(ExactEnergy::ZERO, |sum, energy| sum + energy);
        // A hundredth is rounding.
        if (stated - metered).microjoules() > stated.microjoules() / 100 {
            let mut finding = Finding::new(Code::EnergyUnmetered).place(place!(renewable_kwh / on_site));
            if metered == ExactEnergy::ZERO {
                finding = finding.worded("未报送光伏、风电计量数据", "PV and wind are not metered");
            }
            let before = std::mem::take(&mut assessment.findings);
            let expected = Text::new(
                format!("不超过光伏、风电计量值 {metered}"),
                format!("at most what PV and wind meters show, {metered}"),
            );
            let new = finding.found(stated).expected(expected);
            assessment.findings = Finding::gather(before.into_iter().chain([new]));
        }
    }

    /// The energies that it states, by month.
    ///
    /// # Errors
    /// [`LedgerError::TooLong`].
    pub fn ledger(&self) -> Result<Ledger<'_>, LedgerError> {
        let column = |meter| self.site.spot(meter).map(|at| self.stated.column(at)).unwrap_or_default();
        Ledger::of_months(&self.site, self.period.clone(), self.stated.months().to_vec(), column)
    }

    /// The site as described.
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// What it states besides energy: water, emissions, heat reused, renewables.
    pub const fn extra(&self) -> &Extra {
        &self.extra
    }

    /// The period.
    pub const fn period(&self) -> &Period {
        &self.period
    }

    /// What is claimed.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }
}

/// From JSON bytes to the audit in one step; what cannot be read gets its answer too.
///
/// ```
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
/// let audit = pue::submission::audit_json(json, &[]);
/// assert_eq!(audit.worst(), Some(pue::Outcome::Meets));
/// // What cannot be read is answered too.
/// assert!(!pue::submission::audit_json(b"{", &[]).findings.is_empty());
/// ```
#[cfg(feature = "json")]
pub fn audit_json(json: &[u8], packs: &[Pack]) -> Assessment {
    match Submission::from_json(json) {
        Ok(submission) => submission.audit(packs),
        Err(unusable) => unusable.into(),
    }
}

/// The parts of a submission, before they are checked together.
struct Parts {
    facility: Facility,
    /// With their places in the input.
    meters: Vec<(Spot, Meter)>,
    certificates: Vec<Certificate>,
    period: Option<Period>,
    stated: Stated,
    claims: Claims,
    extra: Extra,
}
