use super::{
    Histories, Ledger, LedgerError, WrongKind,
    book::Book,
    edges,
    intake::{Intake, Waiting, settle},
    parcel::{Label, NONE_LEADS_TO, fingerprint, open},
};
use crate::{
    finding::{Code, Finding, Text},
    metering::{
        Mark, Meter, MeterKind, ReadingKind,
        clean::{Chain, History},
    },
    period::{Granularity, Instant, Period, rfc3339},
    site::Site,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A ledger that takes one reading at a time (增量台账), as a gateway has them, in bounded memory, and goes on after a restart.
///
/// Readings of a meter may come in any order up to the *lateness*: until then they wait, and the ledger is the same, to
/// the bit, as one built of all of them at once. What comes later than that is not used and is counted
/// (`reading.late`); the stretch that it would have filled is unknown, as it would be without it.
///
/// In memory are the calendar's steps, the readings of the last day and of the lateness, and what was found to be
/// missing; of interval meters under [`Histories::by_capacity`] all readings, since how long their intervals may be is not known
/// in advance. A reading with a stamp ahead of its time, but within the period, makes late what comes before it.
///
/// ```
/// use pue::{Period, ledger::{Histories, LedgerStream}, period::Granularity};
/// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh", "capacity_kw": 500.0}]}"#).value.unwrap();
/// let year = Period::year(2024, site.time_zone())?;
/// let (start, histories) = (year.start(), Histories::by_capacity(&site));
/// let mut stream = LedgerStream::new(site.clone(), year, Granularity::Hour, histories, LedgerStream::LATENESS_MS)?;
/// for hour in [0, 2, 1, 3] {
///     stream.push("grid", start + hour * 3_600_000, 1000.0 + 125.0 * hour as f64)?;
/// }
/// let state = serde_json::to_string(&stream.to_parcel())?; // goes into a file, and after a restart:
/// let stream = LedgerStream::from_parcel(site, serde_json::from_str(&state)?)?;
/// let ledger = stream.now_until(start + 3 * 3_600_000)?; // what lies ahead is not missing
/// assert_eq!(ledger.meter("grid").unwrap().energy().kwh(), 375.0);
/// assert_eq!(ledger.meter("grid").unwrap().coverage(ledger.period()), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LedgerStream {
    site: Arc<Site>,
    period: Period,
    granularity: Granularity,
    edges: Vec<i64>,
    histories: Histories,
    lateness_ms: i64,
    meters: Vec<Intake>,
    /// Readings of meters that are not listed.
    unknown: BTreeMap<String, u64>,
    /// What the reading of files found.
    findings: Vec<Finding>,
}

/// The state of a [`LedgerStream`] that can be stored, without its site: any serde format carries it to the bit. It is small
/// where little has come: steps without energy take no room.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamParcel {
    schema: String,
    /// Of the site's meters: a parcel belongs to the site that it was made for.
    site: String,
    start: i64,
    end: i64,
    step: Granularity,
    histories: Histories,
    lateness_ms: i64,
    meters: Vec<Intake>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    unknown: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Stored>,
}

/// A finding with its words in both languages: as an answer it has some of them in English alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stored {
    finding: Finding,
    found: Option<Text>,
    expected: Option<Text>,
}

/// Of ids that the site does not list, so much is kept.
const LONGEST_ID: usize = 100;

impl LedgerStream {
    /// How late a reading may come unless otherwise stated: 24 hours.
    pub const LATENESS_MS: i64 = 86_400_000;

    /// A stream of which nothing has come yet, of a site of its own or one that is shared. `histories` is what the cleaning must know in advance; for meters whose
    /// capacity is stated, [`Histories::by_capacity`] is enough.
    ///
    /// # Errors
    /// [`LedgerError::TooLong`], [`LedgerError::TimeZone`], [`LedgerError::Different`] if the histories are of another site.
    pub fn new(
        site: impl Into<Arc<Site>>,
        period: Period,
        granularity: Granularity,
        histories: Histories,
        lateness_ms: i64,
    ) -> Result<Self, LedgerError> {
        let site = site.into();
        let edges = edges(&site, &period, granularity)?;
        if histories.0.len() != site.meters().len() {
            return Err(LedgerError::Different("history"));
        }
        let meters = vec![Intake::new(); site.meters().len()];
        let lateness_ms = lateness_ms.max(0);
        Ok(LedgerStream {
            site,
            period,
            granularity,
            edges,
            histories,
            lateness_ms,
            meters,
            unknown: BTreeMap::new(),
            findings: Vec::new(),
        })
    }

    /// Takes a dial value or a sample of power. NaN is a missing value. A meter that the site does not list is counted
    /// (`reading.unknown_meter`).
    ///
    /// # Errors
    /// [`LedgerError::Kinds`] if the meter takes intervals.
    pub fn push(&mut self, meter: &str, at: impl Instant, value: f64) -> Result<(), LedgerError> {
        let at = at.milliseconds();
        self.take(meter, false, (at, at, value, None, Mark::NONE))
    }

    /// Takes the energy of an interval `[start, end)`, and how many milliseconds of it the value covers, if not all.
    ///
    /// # Errors
    /// [`LedgerError::Kinds`] if the meter is a register or takes samples of power.
    pub fn push_interval<T: Instant>(
        &mut self,
        meter: &str,
        start: T,
        end: T,
        value: f64,
        known_ms: Option<i64>,
    ) -> Result<(), LedgerError> {
        self.take(meter, true, (start.milliseconds(), end.milliseconds(), value, known_ms, Mark::NONE))
    }

    /// Takes the readings of a CSV file as they are read (see [`crate::read::csv`]); `file` is the name that findings give.
    /// Intervals have to state start and end: how long the others are, only the whole file says.
    ///
    /// # Errors
    /// [`CsvError`](crate::read::CsvError); what was read until then is taken.
    #[cfg(feature = "csv")]
    pub fn read_csv(&mut self, file: &str, reader: impl std::io::Read) -> Result<(), crate::read::CsvError> {
        let faults = crate::read::each_reading(&Arc::clone(&self.site), file, reader, self)?;
        self.findings.extend(faults);
        Ok(())
    }

    /// Takes the readings of a file that is not ours, by a mapping (see [`crate::read::mapped`]). Intervals have to have start and end,
    /// or the mapping to say how long they are.
    ///
    /// # Errors
    /// [`ImportError`](crate::read::import::ImportError); what was read until then is taken.
    #[cfg(all(feature = "json", feature = "csv"))]
    pub fn read_mapped(
        &mut self,
        mapping: &crate::read::import::Mapping,
        file: &str,
        reader: impl std::io::Read,
    ) -> Result<(), crate::read::import::ImportError> {
        let faults = crate::read::import::each_mapped(&Arc::clone(&self.site), mapping, file, reader, self)?;
        self.findings.extend(faults);
        Ok(())
    }

    fn take(&mut self, id: &str, is_interval: bool, reading: Waiting) -> Result<(), LedgerError> {
        let Some(i) = self.site.meter_index(id) else {
            let known = self.unknown.contains_key(id) || self.unknown.len() < 1000;
            let name: String = if known { id.chars().take(LONGEST_ID).collect() } else { "…".to_owned() };
            let count = self.unknown.entry(name).or_default();
            *count = count.saturating_add(1);
            return Ok(());
        };
        let expected = self.site.meters().get(i).map_or(ReadingKind::Register, |meter| meter.kind.readings());
        if is_interval != (expected == ReadingKind::Interval) {
            let found = if is_interval { ReadingKind::Interval } else { ReadingKind::Register };
            return Err(LedgerError::Kinds(vec![WrongKind { meter: id.to_owned(), expected, found }]));
        }
        self.take_of(i, reading);
        Ok(())
    }

    /// The same for the meter at a place of the site.
    pub(crate) fn take_of(&mut self, meter: usize, reading: Waiting) {
        let meters = self.site.meters().get(meter).zip(self.histories.0.get(meter));
        if let Some(((of, history), intake)) = meters.zip(self.meters.get_mut(meter)) {
            let chain = Chain::new(of, history, self.period.zone());
            intake.take(reading, &chain, (&self.period, &self.edges), self.lateness_ms);
        }
    }

    /// The ledger of the whole period, of what has come so far, as if nothing more would come.
    pub fn now(&self) -> Ledger<'_> {
        self.ledger(self.period.clone(), self.edges.clone(), i64::MAX)
    }

    /// The ledger from the period's start to an instant within it, of the readings (and intervals that begin) until then: what
    /// lies ahead is not missing. It can be asked for from the newest reading less the lateness on.
    ///
    /// # Errors
    /// [`LedgerError::Ahead`] if later readings may have been settled already, or the instant is not within the period.
    pub fn now_until(&self, instant: impl Instant) -> Result<Ledger<'_>, LedgerError> {
        let at = instant.milliseconds();
        let settled = self.meters.iter().map(|intake| intake.settled_before(self.lateness_ms));
        let from = settled.max().unwrap_or(i64::MIN).max(self.period.start().saturating_add(1));
        if !(from..=self.period.end()).contains(&at) {
            let told = |instant| rfc3339(instant, self.period.zone());
            return Err(LedgerError::Ahead { from: told(from), until: told(self.period.end()), found: told(at) });
        }
        let mut edges: Vec<i64> = self.edges.iter().copied().take_while(|edge| *edge < at).collect();
        edges.push(at);
        Ok(self.ledger(self.period.cut_at(at), edges, at))
    }

    /// Of what has come until an instant.
    fn ledger(&self, period: Period, edges: Vec<i64>, until: i64) -> Ledger<'_> {
        let (site, zone) = (&*self.site, self.period.zone());
        let mut findings = self.findings.clone();
        let mut of = |i: usize, (meter, history): (&Meter, &History), intake: &Intake| {
            let chain = Chain::new(meter, history, zone);
            let is_due = |reading: &&Waiting| match meter.kind {
                MeterKind::Interval => reading.0 < until || until == i64::MAX,
                _ => reading.0 <= until,
            };
            let ready: Vec<Waiting> = intake.waiting.iter().filter(is_due).copied().collect();
            let mut piece = intake.piece.clone();
            let outside = settle(&mut piece, &ready, i64::MAX, &chain, (&period, &edges));
            let (account, known) = piece.close(&chain, &edges);
            let mut book = Book::new(meter, (history, true), account, known, &period, &edges);
            (book.displaced, book.outside) = (intake.displaced, intake.outside.saturating_add(outside));
            if intake.late > 0 {
                let mut finding = Finding::new(Code::ReadingLate).place(site.place(i)).meter(&meter.id);
                finding.count = intake.late;
                finding.at = Some(rfc3339(intake.first_late, zone));
                findings.push(finding);
            }
            book
        };
        let meters = site.meters().iter().zip(&self.histories.0).zip(&self.meters).enumerate();
        let books = meters.map(|(i, (meter, intake))| of(i, meter, intake)).collect();
        for (id, count) in &self.unknown {
            let mut finding = site.unknown_meter(id);
            finding.count = *count;
            findings.push(finding);
        }
        Ledger { site, period, granularity: self.granularity, edges, books, findings, estimates: Vec::new() }
    }

    /// What is to be stored, to go on from later.
    pub fn to_parcel(&self) -> StreamParcel {
        let stored = |finding: &Finding| Stored {
            finding: finding.clone(),
            found: finding.found.clone(),
            expected: finding.expected.clone(),
        };
        // What is old enough need not wait in a file.
        let settled = |((meter, history), intake): ((&Meter, &History), &Intake)| {
            let mut intake = intake.clone();
            let chain = Chain::new(meter, history, self.period.zone());
            intake.settle(&chain, (&self.period, &self.edges), self.lateness_ms);
            intake
        };
        let meters = self.site.meters().iter().zip(&self.histories.0).zip(&self.meters);
        StreamParcel {
            schema: STREAM_SCHEMA.to_owned(),
            site: fingerprint(&self.site),
            start: self.period.start(),
            end: self.period.end(),
            step: self.granularity,
            histories: self.histories.clone(),
            lateness_ms: self.lateness_ms,
            meters: meters.map(settled).collect(),
            unknown: self.unknown.clone(),
            findings: self.findings.iter().map(stored).collect(),
        }
    }

    /// Goes on from what was stored.
    ///
    /// # Errors
    /// [`LedgerError::Parcel`] if it is of another schema or site, or does not hang together.
    pub fn from_parcel(site: impl Into<Arc<Site>>, parcel: StreamParcel) -> Result<Self, LedgerError> {
        let StreamParcel { schema, site: of, start, end, step, histories, lateness_ms, mut meters, unknown, findings } =
            parcel;
        let site: Arc<Site> = site.into();
        let (schema, ends) = ((schema.as_str(), STREAM_SCHEMA), (start, end));
        let label = Label { schema, site: &of, ends, step, meters: meters.len() };
        let (period, edges) = open(&site, &histories, &label)?;
        let is_sound = |(meter, intake): (&Meter, &Intake)| intake.is_sound(meter, edges.len());
        if lateness_ms < 0 || !site.meters().iter().zip(&meters).all(is_sound) {
            return Err(LedgerError::Parcel(NONE_LEADS_TO));
        }
        meters.iter_mut().for_each(Intake::make_room);
        let whole = |Stored { finding, found, expected }| Finding { found, expected, ..finding };
        let findings = findings.into_iter().map(whole).collect();
        Ok(LedgerStream { site, period, granularity: step, edges, histories, lateness_ms, meters, unknown, findings })
    }
}

/// The schema of a stored stream.
const STREAM_SCHEMA: &str = "pue/ledger-stream/1";

#[cfg(feature = "csv")]
impl crate::read::Take for LedgerStream {
    fn take(&mut self, meter: usize, reading: crate::read::Reading, faults: &mut crate::read::Faults<'_>) {
        let interval = self.site.meters().get(meter).filter(|meter| meter.kind == MeterKind::Interval);
        if let (Some(of), None) = (interval, reading.start) {
            let found = ("只有一个时刻，不知区间长短", "one stamp, which does not say how long the interval is");
            faults.push(Code::CsvTime, reading.line, None, &of.id, found, ("start,end 两列", "columns start,end"));
            return;
        }
        let start = reading.start.unwrap_or(reading.time);
        let length = reading.time.saturating_sub(start);
        if let Some(of) = interval.filter(|_| reading.known_ms.is_some_and(|known| known > length)) {
            faults.too_much_known(reading.line, &of.id, length);
            return;
        }
        self.take_of(meter, (start, reading.time, reading.value, reading.known_ms, reading.mark));
    }
}
