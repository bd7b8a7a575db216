use super::{
    Histories, Ledger, LedgerError, WrongKind,
    book::Book,
    edges,
    parcel::{Label, NONE_LEADS_TO, fingerprint, open},
    piece::Piece,
};
use crate::{
    finding::{Code, Finding, Text},
    metering::{
        Column, Mark, Meter, MeterKind, Quality, ReadingKind,
        clean::{Chain, History, Rows},
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

/// What has come of one meter.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Intake {
    /// What has been settled, and what waits for the day after it.
    piece: Piece,
    #[serde(with = "rows")]
    waiting: Vec<Waiting>,
    /// When so many wait, those that are old enough are settled.
    #[serde(skip)]
    full: usize,
    newest: Option<(i64, i64)>,
    /// The newest that is not beyond the period.
    latest: i64,
    displaced: u64,
    outside: u64,
    late: u64,
    first_late: i64,
}

/// Start (or instant), end, value, how much of it is known, and what is said of it.
type Waiting = (i64, i64, f64, Option<i64>, Mark);

/// Of ids that the site does not list, so much is kept.
const LONGEST_ID: usize = 100;

/// The fewest readings that are settled at once.
const FULL: usize = 1024;

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
        let intake = Intake {
            piece: Piece::empty(i64::MIN),
            waiting: Vec::new(),
            full: FULL,
            newest: None,
            latest: i64::MIN,
            displaced: 0,
            outside: 0,
            late: 0,
            first_late: i64::MAX,
        };
        let meters = vec![intake; site.meters().len()];
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
    pub(crate) fn take_of(&mut self, meter: usize, (at, until, value, known_ms, mark): Waiting) {
        let (Some(of), Some(history), Some(intake)) =
            (self.site.meters().get(meter), self.histories.0.get(meter), self.meters.get_mut(meter))
        else {
            return;
        };
        let at = if of.kind == MeterKind::Interval { at } else { until };
        if at < intake.settled_before(self.lateness_ms) {
            intake.late = intake.late.saturating_add(1);
            intake.first_late = intake.first_late.min(at);
            return;
        }
        let newest = intake.newest.unwrap_or((at, until));
        intake.displaced = intake.displaced.saturating_add(u64::from((at, until) < newest));
        intake.newest = Some(newest.max((at, until)));
        // A stamp beyond the period makes none late that lies within it.
        if at <= self.period.end() {
            intake.latest = intake.latest.max(at);
        }
        intake.waiting.push((at, until, value, known_ms, mark));
        if intake.waiting.len() >= intake.full {
            let zone = self.period.zone().clone();
            let chain = Chain::new(of, history, &zone);
            intake.settle(&chain, &self.period, &self.edges, self.lateness_ms);
            // Those beyond the period wait for its end, but not without end.
            if intake.waiting.len() >= intake.full
                && let Some((newest, _)) = intake.newest
            {
                intake.settle_before(&chain, &self.period, &self.edges, newest.saturating_sub(self.lateness_ms));
            }
            intake.full = FULL.max(2 * intake.waiting.len());
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
            intake.settle(&chain, &self.period, &self.edges, self.lateness_ms);
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
        meters.iter_mut().for_each(|intake| intake.full = FULL.max(2 * intake.waiting.len()));
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

impl Intake {
    /// Before which instant no reading is waited for.
    fn settled_before(&self, lateness_ms: i64) -> i64 {
        self.latest.saturating_sub(lateness_ms).max(self.piece.window.1)
    }

    /// Books the readings that are older than the lateness.
    fn settle(&mut self, chain: &Chain<'_>, period: &Period, edges: &[i64], lateness_ms: i64) {
        let before = self.settled_before(lateness_ms);
        self.settle_before(chain, period, edges, before);
    }

    fn settle_before(&mut self, chain: &Chain<'_>, period: &Period, edges: &[i64], before: i64) {
        let (ready, waiting): (Vec<Waiting>, Vec<Waiting>) =
            self.waiting.drain(..).partition(|reading| reading.0 < before);
        self.waiting = waiting;
        if !ready.is_empty() {
            let outside = settle(&mut self.piece, &ready, before, chain, (period, edges));
            self.outside = self.outside.saturating_add(outside);
        }
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    fn is_sound(&self, meter: &Meter, edges: usize) -> bool {
        let is_interval = meter.kind == MeterKind::Interval;
        let waits = |&(at, until, ..): &Waiting| {
            at >= self.piece.window.1
                && (is_interval || at == until)
                && self.newest.is_some_and(|newest| (at, until) <= newest)
        };
        let counts = [self.displaced, self.outside, self.late];
        counts.iter().all(|count| *count <= 1 << 48)
            && self.piece.is_sound(meter, edges)
            && self.waiting.iter().all(waits)
    }
}

/// Books readings that follow a piece, all of them before an instant; returns how many lie outside of the period.
fn settle(
    piece: &mut Piece,
    ready: &[Waiting],
    before: i64,
    chain: &Chain<'_>,
    (period, edges): (&Period, &[i64]),
) -> u64 {
    let start: Vec<i64> = ready.iter().map(|reading| reading.0).collect();
    let time: Vec<i64> = ready.iter().map(|reading| reading.1).collect();
    let value: Vec<f64> = ready.iter().map(|reading| reading.2).collect();
    let known_ms: Vec<i64> =
        ready.iter().map(|&(start, end, _, known, _)| known.unwrap_or(end.saturating_sub(start))).collect();
    let is_marked = ready.iter().any(|reading| reading.4 != Mark::NONE);
    let marked: &[Waiting] = if is_marked { ready } else { &[] };
    let quality: Vec<Quality> = marked.iter().map(|reading| reading.4.quality).collect();
    let revision: Vec<i64> = marked.iter().map(|reading| reading.4.revision).collect();
    let (known_ms, quality, revision) = (known_ms.as_slice(), quality.as_slice(), revision.as_slice());
    let column = Column { start: &start, time: &time, value: &value, known_ms, quality, revision, kind: None };
    let rows = Rows::new(chain.meter, column);
    let outside = rows.outside((period.start(), period.end()));
    let next = Piece::unsettled(chain, &rows, (piece.window.1, before), edges);
    piece.join(next, chain, edges);
    outside
}

/// Readings that wait, in columns: each by how long it comes after the one before.
mod rows {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    #[derive(Default, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Columns {
        after: Vec<i64>,
        /// Empty: no time.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        lasts: Vec<i64>,
        /// As text, which is a double to the bit.
        value: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        known: Vec<Option<i64>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        mark: Vec<Mark>,
    }

    pub(super) fn serialize<S: Serializer>(waiting: &[Waiting], serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0_i64;
        let after = waiting.iter().map(|row| row.0.wrapping_sub(std::mem::replace(&mut last, row.0))).collect();
        let value: Vec<String> = waiting.iter().map(|row| row.2.to_string()).collect();
        let mut columns = Columns { after, value: value.join(" "), ..Columns::default() };
        if waiting.iter().any(|row| row.1 != row.0) {
            columns.lasts = waiting.iter().map(|row| row.1.wrapping_sub(row.0)).collect();
        }
        if waiting.iter().any(|row| row.3.is_some()) {
            columns.known = waiting.iter().map(|row| row.3).collect();
        }
        if waiting.iter().any(|row| row.4 != Mark::NONE) {
            columns.mark = waiting.iter().map(|row| row.4).collect();
        }
        columns.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Waiting>, D::Error> {
        let columns = Columns::deserialize(deserializer)?;
        let value: Result<Vec<f64>, _> = columns.value.split_whitespace().map(str::parse).collect();
        let value = value.map_err(|_| D::Error::custom("expected numbers"))?;
        let fits = |length: usize| length == 0 || length == value.len();
        let optional = [columns.lasts.len(), columns.known.len(), columns.mark.len()];
        if columns.after.len() != value.len() || !optional.into_iter().all(fits) {
            return Err(D::Error::custom("expected columns of one length"));
        }
        let mut at = 0_i64;
        let row = |(i, (after, value)): (usize, (&i64, f64))| {
            at = at.wrapping_add(*after);
            let lasts = columns.lasts.get(i).copied().unwrap_or(0);
            let known = columns.known.get(i).copied().flatten();
            (at, at.wrapping_add(lasts), value, known, columns.mark.get(i).copied().unwrap_or(Mark::NONE))
        };
        Ok(columns.after.iter().zip(value).enumerate().map(row).collect())
    }
}
