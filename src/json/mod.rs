//! Text in, text out (文本接口): the whole job for callers that have no Rust types, such as another language or a browser.
//!
//! Every answer is one JSON text, as `wire` has it; what cannot be read gets its answer too. An error says that the *call* cannot
//! be done: wrong options, no such period.
//!
//! Options are an object, or an empty text for none: `packs` (ids, or packs), `only_asked` (no pack but those), `settings`,
//! `method`, `category`, `tariff` (yuan per kWh), `co2` (kg per kWh), `estimate` (for readings: `linear` …), `decision`
//! (`simple`, `guarded`, `non-binary`), `total_from_parts` (`true`), `brief` (a short answer, `pue/brief/1`).
//!
//! ```
//! # let submission = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json"));
//! let answer = pue::json::audit(submission, r#"{"packs": ["cndcp"], "tariff": 0.62}"#)?;
//! assert!(answer.starts_with(r#"{"schema":"pue/assessment/1""#) && answer.contains(r#""outcome":"fails""#));
//! let letter = pue::json::letter(submission, "zh", "")?;
//! assert!(letter.contains("PUE"));
//! let record = pue::json::record(submission, "")?;
//! assert_eq!(pue::json::verify(submission, &record, "")?, r#"{"holds":true,"changed":[]}"#);
//! # Ok::<(), pue::json::Refused>(())
//! ```

mod file;
mod form;

pub use file::{File, preview};
pub use form::Form;

use crate::{
    assessment::{Assessment, Changed, Options, VerdictRecord},
    finding::{Code, Faults, Finding},
    kpi::{Category, Method},
    ledger::{Estimate, Ledger},
    metering::Readings,
    period::Period,
    place::place,
    quantity::{EmissionFactor, Tariff},
    read,
    report::Letter,
    rule::{Decision, Pack, packs},
    site::Site,
    submission::Submission,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a call cannot be done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The options are not what they should be.
    #[error("options: {0}")]
    Options(String),
    /// A pack of rules that cannot be right.
    #[error("options: {0}")]
    Pack(Faults),
    /// A mapping of readings that cannot be right.
    #[error("mapping: {0}")]
    Mapping(Faults),
    /// There is no such form of an answer.
    #[error("expected json, or text, md, html with -zh or -en, found {0:?}")]
    Form(String),
    /// The period is none.
    #[error("period: {0}")]
    Period(#[from] crate::period::PeriodError),
    /// The language is neither of the two.
    #[error("expected the language zh or en, found {0:?}")]
    Language(String),
    /// The record is none.
    #[error("record: {0}")]
    Record(String),
    /// An answer could not be written.
    #[error("the answer cannot be written: {0}")]
    Answer(String),
}

impl Refused {
    /// What was found, where something can be said of more than one place.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Refused::Pack(faults) | Refused::Mapping(faults) => &faults.0,
            _ => &[],
        }
    }
}

/// Options as JSON; what is not given is as it is by default.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    /// Ids of published packs, or packs.
    packs: Vec<serde_json::Value>,
    /// Whether those alone are applied.
    only_asked: bool,
    /// `wuhan-2024.new_since`: `2024-01-25`.
    settings: BTreeMap<String, String>,
    method: Method,
    category: Option<u8>,
    tariff: Option<f64>,
    co2: Option<f64>,
    estimate: Vec<Estimate>,
    decision: Decision,
    total_from_parts: bool,
    /// Whether the answer is to be short.
    brief: bool,
}

/// What a text of options asks for.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Asked {
    /// By what is judged.
    pub options: Options,
    /// How missing energy is to be estimated.
    pub estimates: Vec<Estimate>,
    /// Whether the answer is to be short.
    pub brief: bool,
}

impl Asked {
    /// An answer as it was asked for.
    ///
    /// # Errors
    /// [`Refused::Answer`].
    pub fn tell(&self, answer: &Assessment) -> Result<String, Refused> {
        if self.brief { told(&answer.brief()) } else { told(answer) }
    }
}

/// What a text of options asks for; an empty text asks for nothing.
///
/// ```
/// let asked = pue::json::options(r#"{"category": 2, "estimate": ["linear"]}"#)?;
/// assert!(asked.options.category.is_some() && asked.estimates.len() == 1 && !asked.brief);
/// assert!(pue::json::options(r#"{"pack": "cndcp"}"#).is_err());
/// # Ok::<(), pue::json::Refused>(())
/// ```
///
/// # Errors
/// [`Refused`].
pub fn options(text: &str) -> Result<Asked, Refused> {
    let told = |error: &dyn std::fmt::Display| Refused::Options(error.to_string());
    let text = if text.trim().is_empty() { "{}" } else { text };
    let given: Given = serde_json::from_str(text).map_err(|error| told(&error))?;
    let mut options =
        Options::default().method(given.method).decision(given.decision).total_from_parts(given.total_from_parts);
    for pack in given.packs {
        options = options.pack(match &pack {
            serde_json::Value::String(id) => packs::by_id(id)
                .cloned()
                .ok_or_else(|| told(&format_args!("expected the id of a pack, found {id:?}")))?,
            pack => Pack::from_json(pack.to_string().as_bytes()).map_err(Refused::Pack)?,
        });
    }
    if given.only_asked {
        options = options.without_default_packs();
    }
    for (name, value) in given.settings {
        options = options.setting(&name, &value).map_err(|error| told(&error))?;
    }
    let tariff = given.tariff.map(Tariff::from_yuan_per_kwh).transpose();
    let co2 = given.co2.map(EmissionFactor::from_kg_per_kwh).transpose();
    let tariff = tariff.map_err(|error| told(&format_args!("tariff: {error}")))?;
    let co2 = co2.map_err(|error| told(&format_args!("co2: {error}")))?;
    let category = given.category.map(Category::try_from).transpose().map_err(|error| told(&error))?;
    let options = options.category(category).tariff(tariff).co2(co2);
    Ok(Asked { options, estimates: given.estimate, brief: given.brief })
}

fn told(answer: &impl Serialize) -> Result<String, Refused> {
    serde_json::to_string(answer).map_err(|error| Refused::Answer(error.to_string()))
}

fn audited(submission: impl AsRef<[u8]>, asked: &Asked) -> Assessment {
    match Submission::from_json(submission.as_ref()) {
        Ok(submission) => submission.audit_by(&asked.options),
        Err(unusable) => unusable.into(),
    }
}

/// What a spreadsheet says is judged like JSON, and findings name its cells.
#[cfg(feature = "xlsx")]
fn audited_file(file: &File<'_>, asked: &Asked) -> Assessment {
    use crate::submission::Spreadsheet;
    if !file.bytes().starts_with(b"PK") {
        return audited(file.bytes(), asked);
    }
    match Spreadsheet::read(file.bytes()) {
        Ok(sheet) => {
            let mut answer = audited(sheet.json(), asked);
            sheet.point_to_cells(file.name(), &mut answer);
            answer
        }
        Err(unfit) => {
            let mut finding = Finding::new(Code::XlsxUnreadable).found_text(unfit.text().clone());
            finding.file = Some(file.name().to_owned());
            let mut answer = Assessment::unreadable(None, vec![finding]);
            answer.record.input_sha256 = Some(read::input_sha256(file.bytes()));
            answer
        }
    }
}

#[cfg(not(feature = "xlsx"))]
fn audited_file(file: &File<'_>, asked: &Asked) -> Assessment {
    audited(file.bytes(), asked)
}

/// The audit of a submission: `pue/assessment/1`.
///
/// ```
/// # let submission = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
/// assert!(pue::json::audit(submission, r#"{"brief": true}"#)?.starts_with(r#"{"schema":"pue/brief/1""#));
/// # Ok::<(), pue::json::Refused>(())
/// ```
///
/// # Errors
/// [`Refused`].
pub fn audit(submission: impl AsRef<[u8]>, options: &str) -> Result<String, Refused> {
    let asked = self::options(options)?;
    asked.tell(&audited(submission, &asked))
}

/// The assessment of a site over a period, from CSV files of readings (their names are for the findings): `pue/assessment/1`.
/// Files that are no readings, and a period that is too long, are findings of the answer.
///
/// ```
/// # let site = r#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [
/// #   {"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"}, {"id": "ups", "point": "ups_output", "kind": "register", "unit": "kWh"}]}"#;
/// let file = "meter,time,value\ngrid,2024-01-01 00:00,0\ngrid,2024-01-02 00:00,2500\nups,2024-01-01 00:00,0\nups,2024-01-02 00:00,2000\n";
/// let answer = pue::json::assess(site, &[("a.csv", file)], "2024-01-01/2024-01-02", "")?;
/// assert!(answer.contains(r#""kind":"interim","value":1.25"#));
/// # Ok::<(), pue::json::Refused>(())
/// ```
///
/// # Errors
/// [`Refused`].
pub fn assess<T: AsRef<[u8]>>(
    site: impl AsRef<[u8]>,
    readings: &[(&str, T)],
    period: &str,
    given: &str,
) -> Result<String, Refused> {
    let files: Vec<File<'_>> = readings.iter().map(|(name, text)| File::new(name, text)).collect();
    assess_in(site, &files, period, given, &[Form::Json]).map(|told| told.concat())
}

/// The same in several forms, of files that may be in another layout each ([`File::mapped`]).
///
/// ```
/// # let site = r#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Europe/Berlin"}, "meters": [
/// #   {"id": "grid", "point": "grid_supply", "kind": "interval", "unit": "kWh"}]}"#;
/// use pue::{Lang, json::{File, Form, assess_in}};
/// let profile = "Datum;Uhrzeit;Wert (kWh);Status\n01.01.2024;00:15;12,5;W\n01.01.2024;00:30;13,25;W\n";
/// let mapping = r#"{"schema": "pue/import/1", "extends": "de-lastgang", "meter": {"is": "grid"}}"#;
/// let files = [File::new("profile.csv", profile).mapped(mapping)];
/// let told = assess_in(site, &files, "2024-01-01/2024-01-02", "", &[Form::Json, Form::Text(Lang::En)])?;
/// assert!(told[0].contains("25.75") && told[1].contains("grid"));
/// # Ok::<(), pue::json::Refused>(())
/// ```
///
/// # Errors
/// [`Refused`].
pub fn assess_in(
    site: impl AsRef<[u8]>,
    files: &[File<'_>],
    period: &str,
    given: &str,
    forms: &[Form],
) -> Result<Vec<String>, Refused> {
    let asked = options(given)?;
    let read = read::site(site.as_ref());
    let Some(site) = read.value else {
        return asked.tell_in(&Assessment::unreadable(None, read.findings), None, forms);
    };
    let period = Period::parse(period, site.time_zone())?;
    let mut all = Readings::default();
    let mut unreadable = Vec::new();
    for file in files {
        match file.readings(&site)? {
            Ok(readings) => all.extend(readings),
            Err(finding) => unreadable.push(finding),
        }
    }
    if !unreadable.is_empty() {
        return asked.tell_in(&nothing(&site, unreadable), None, forms);
    }
    match Ledger::build(&site, &all, period) {
        Ok(ledger) => {
            let ledger = ledger.estimate(&asked.estimates);
            asked.tell_in(&Assessment::of(&ledger, &asked.options), Some((&ledger, &all)), forms)
        }
        Err(error) => {
            let finding = Finding::new(Code::PeriodOutOfRange).place(place!(period)).found(error);
            asked.tell_in(&nothing(&site, vec![finding]), None, forms)
        }
    }
}

/// What can be said of a site before there are readings: what is wrong with its description, and what a PUE would lack.
///
/// # Errors
/// [`Refused`].
pub fn describe(site: impl AsRef<[u8]>, forms: &[Form]) -> Result<Vec<String>, Refused> {
    let read = read::site(site.as_ref());
    let answer = match &read.value {
        Some(site) => Assessment::of_description(site),
        None => Assessment::unreadable(None, read.findings),
    };
    Asked::default().tell_in(&answer, None, forms)
}

/// The audit of a submission in several forms; with the feature `xlsx` it may be a spreadsheet.
///
/// # Errors
/// [`Refused`].
pub fn audit_in(submission: &File<'_>, options: &str, forms: &[Form]) -> Result<Vec<String>, Refused> {
    let asked = self::options(options)?;
    asked.tell_in(&audited_file(submission, &asked), None, forms)
}

/// The answer about a site of which nothing can be computed.
fn nothing(site: &Site, faults: Vec<Finding>) -> Assessment {
    let facility = Some(site.facility().id.clone()).filter(|id| !id.is_empty());
    Assessment::unreadable(facility, site.findings().iter().cloned().chain(faults).collect())
}

/// The letter that sends a submission back, in Chinese (`zh`) or English (`en`): text, not JSON.
///
/// # Errors
/// [`Refused`].
pub fn letter(submission: impl AsRef<[u8]>, lang: &str, options: &str) -> Result<String, Refused> {
    let lang = form::language(lang).ok_or_else(|| Refused::Language(lang.chars().take(60).collect()))?;
    Ok(Letter::new(&audited(submission, &self::options(options)?), lang).to_string())
}

/// The record of an audit, to be kept: `pue/record/1`.
///
/// # Errors
/// [`Refused`].
pub fn record(submission: impl AsRef<[u8]>, options: &str) -> Result<String, Refused> {
    told(&VerdictRecord::of(&audited(submission, &self::options(options)?)))
}

/// Whether a record still holds of its submission, and what has changed: `{"holds": …, "changed": [{"what", "was", "is"}]}`.
///
/// # Errors
/// [`Refused`].
pub fn verify(submission: impl AsRef<[u8]>, record: impl AsRef<[u8]>, options: &str) -> Result<String, Refused> {
    #[derive(Serialize)]
    struct Verified {
        holds: bool,
        changed: Vec<Changed>,
    }
    let refused = |error: serde_json::Error| Refused::Record(error.to_string());
    let record: VerdictRecord = serde_json::from_slice(record.as_ref()).map_err(refused)?;
    let changed = record.changes(&VerdictRecord::of(&audited(submission, &self::options(options)?)));
    told(&Verified { holds: Changed::leave_it_holding(&changed), changed })
}

/// The packs that come with the library, a list of `pue/pack/1`.
///
/// ```
/// assert!(pue::json::packs()?.contains("wuhan-2024"));
/// # Ok::<(), pue::json::Refused>(())
/// ```
///
/// # Errors
/// [`Refused::Answer`].
pub fn packs() -> Result<String, Refused> {
    told(&packs::all())
}
