//! What a file has (概览), before there is a site to read it for.

use super::{
    ImportError, Mapping, Quantity, each_entry,
    entry::{Entry, Receive},
};
use crate::{
    finding::Finding,
    metering::Quality,
    quantity::{Ratio, Unit},
    read::csv::Faults,
};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::{collections::HashMap, io};

/// So many meters are told apart.
const MOST_METERS: usize = 10_000;

/// So many distances in time are counted of each meter.
const MOST_STEPS: usize = 16;

/// What a file has, read by a mapping and by nobody's site: its meters, and its first rows as they would be read.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Survey {
    /// The meters, as the file calls them, in its order.
    pub meters: Vec<MeterFound>,
    /// The first readings.
    pub first: Vec<ReadingFound>,
    /// How many readings there are.
    pub readings: u64,
    /// Rows that the mapping does not fit, by kind, and whatever else is wrong.
    pub findings: Vec<Finding>,
}

/// A meter of a file.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct MeterFound {
    /// What the file calls it.
    pub label: String,
    /// The id that the mapping has for it.
    pub meter: String,
    /// Its unit, if the file or the mapping says one.
    pub unit: Option<Unit>,
    /// What its readings are, as the mapping says.
    pub quantity: Quantity,
    /// How many readings it has, missing values among them.
    pub readings: u64,
    /// How many of them have no value.
    pub missing: u64,
    /// How many were estimated or substituted by whoever made the file.
    pub estimated: u64,
    /// The smallest value, in the file's unit, with its factor.
    pub least: Option<f64>,
    /// The largest.
    pub most: Option<f64>,
    /// How often a value is larger than the one before.
    pub rises: u64,
    /// How often it is smaller: that of a register is so when it was reset only.
    pub falls: u64,
    /// How often its time is that of the reading before, or goes the other way: several meters may have one name.
    pub turns: u64,
    /// The first time, in milliseconds since 1970.
    pub first_ms: i64,
    /// The last.
    pub last_ms: i64,
    /// The most frequent distance between two readings that follow one another, in milliseconds.
    pub step_ms: Option<i64>,
    #[serde(skip)]
    is_forward: Option<bool>,
    #[serde(skip)]
    last_value: Option<f64>,
    #[serde(skip)]
    last_time: Option<i64>,
    #[serde(skip)]
    steps: Vec<(i64, u64)>,
}

/// A reading of a file, as it would be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReadingFound {
    /// The line, or the row of a sheet.
    pub line: u64,
    /// What the file calls the meter.
    pub label: String,
    /// The start of an interval, where it is stated, in milliseconds since 1970.
    pub start_ms: Option<i64>,
    /// The time of a stamp, or the end of an interval.
    pub time_ms: i64,
    /// The value with its factor, in the file's unit.
    pub value: Option<f64>,
    /// The unit, if the file or the mapping says one.
    pub unit: Option<Unit>,
    /// How it came about.
    pub quality: Quality,
}

impl MeterFound {
    /// Whether values only ever rise, as those of a register do: a guess, since the energy of rising load does so too.
    pub fn looks_like_register(&self) -> bool {
        self.rises > 2 && self.falls == 0
    }
}

/// Reads a file for an overview: local times by the mapping's own zone, or else by `zone`; of the readings the first `rows` are kept.
///
/// ```
/// use pue::read::import::{Mapping, survey};
/// let mapping = Mapping::from_json(br#"{"schema": "pue/import/1", "extends": "oed", "meter": {"is": "M1"}}"#)?;
/// let file = "reading,start time,end time\n1.5,2024-03-01 00:00:00,2024-03-01 00:15:00\n";
/// let survey = survey(&mapping, jiff::tz::TimeZone::UTC, "a.csv", 5, file.as_bytes())?;
/// assert_eq!((survey.readings, survey.first[0].value), (1, Some(1.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ImportError`].
pub fn survey(
    mapping: &Mapping,
    zone: TimeZone,
    file: &str,
    rows: usize,
    reader: impl io::Read,
) -> Result<Survey, ImportError> {
    let mut seen = Seen { mapping, rows, places: HashMap::new(), survey: Survey::default() };
    let faults = each_entry(None, zone, mapping, file, reader, &mut seen)?;
    let mut survey = seen.survey;
    for meter in &mut survey.meters {
        meter.step_ms = meter.steps.iter().max_by_key(|(step, count)| (*count, -*step)).map(|(step, _)| *step);
    }
    survey.findings = faults.into_findings();
    Ok(survey)
}

struct Seen<'m> {
    mapping: &'m Mapping,
    rows: usize,
    places: HashMap<String, usize>,
    survey: Survey,
}

impl Receive for Seen<'_> {
    fn wants(&mut self, _: &str, _: &mut Faults<'_>) -> bool {
        true
    }

    fn receive(&mut self, entry: &Entry<'_>, _: &mut Faults<'_>) {
        self.survey.readings += 1;
        let value = Some(entry.value * entry.factor.to_f64()).filter(|value| value.is_finite());
        let value =
            if entry.factor == Ratio::ONE { Some(entry.value).filter(|value| value.is_finite()) } else { value };
        if self.survey.first.len() < self.rows {
            self.survey.first.push(ReadingFound {
                line: entry.line,
                label: entry.label.to_owned(),
                start_ms: entry.start,
                time_ms: entry.time,
                value,
                unit: entry.unit,
                quality: entry.quality,
            });
        }
        let at = match self.places.get(entry.label) {
            Some(at) => *at,
            None if self.survey.meters.len() < MOST_METERS => {
                self.survey.meters.push(MeterFound::new(entry, self.mapping.id_of(entry.label)));
                self.places.insert(entry.label.to_owned(), self.survey.meters.len() - 1);
                self.survey.meters.len() - 1
            }
            None => return,
        };
        if let Some(meter) = self.survey.meters.get_mut(at) {
            meter.notice(entry, value);
        }
    }
}

impl MeterFound {
    fn new(entry: &Entry<'_>, id: &str) -> Self {
        MeterFound {
            label: entry.label.to_owned(),
            meter: id.to_owned(),
            unit: entry.unit,
            quantity: entry.quantity,
            readings: 0,
            missing: 0,
            estimated: 0,
            least: None,
            most: None,
            rises: 0,
            falls: 0,
            turns: 0,
            first_ms: entry.time,
            last_ms: entry.time,
            step_ms: None,
            is_forward: None,
            last_value: None,
            last_time: None,
            steps: Vec::new(),
        }
    }

    fn notice(&mut self, entry: &Entry<'_>, value: Option<f64>) {
        self.readings += 1;
        self.first_ms = self.first_ms.min(entry.time);
        self.last_ms = self.last_ms.max(entry.time);
        self.missing += u64::from(value.is_none());
        self.estimated += u64::from(matches!(entry.quality, Quality::Estimated | Quality::Substituted));
        if let Some(step) = self.last_time.map(|last| entry.time - last).filter(|step| *step > 0) {
            if let Some((_, count)) = self.steps.iter_mut().find(|(known, _)| *known == step) {
                *count += 1;
            } else if self.steps.len() < MOST_STEPS {
                self.steps.push((step, 1));
            }
        }
        // In the order of time, whichever way the file runs.
        let (is_later, is_earlier) =
            self.last_time.map_or((false, false), |last| (entry.time > last, entry.time < last));
        if self.last_time.is_some() && self.is_forward == Some(is_earlier) || self.last_time == Some(entry.time) {
            self.turns += 1;
        } else if self.last_time.is_some() {
            self.is_forward.get_or_insert(is_later);
        }
        self.last_time = Some(entry.time);
        let Some(value) = value else { return };
        if let Some(last) = self.last_value {
            let (rises, falls) = (value > last, value < last);
            self.rises += u64::from(is_later && rises || is_earlier && falls);
            self.falls += u64::from(is_later && falls || is_earlier && rises);
        }
        self.last_value = Some(value);
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.most = Some(self.most.map_or(value, |most| most.max(value)));
    }
}
