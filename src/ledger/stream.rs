use super::{Histories, Ledger, LedgerError, PartialLedger, edges, piece::Piece};
use crate::{
    finding::{Code, Finding},
    metering::{
        Column, Mark, MeterKind, Quality,
        clean::{Chain, Rows},
    },
    period::{Granularity, Period, rfc3339},
    site::Site,
};
use std::collections::BTreeMap;

/// A ledger that takes one reading at a time (增量台账), as a gateway has them, in bounded memory.
///
/// Readings of a meter may come in any order up to the *lateness*: until then they wait, and the ledger is the same, to
/// the bit, as one built of all of them at once. What comes later than that is not used and is counted
/// (`reading.late`); the stretch that it would have filled is unknown, as it would be without it.
///
/// In memory are the calendar's steps, the readings of the last day and of the lateness, and what was found to be
/// missing.
///
/// ```
/// use pue::{Period, ledger::{Histories, LedgerStream}, period::Granularity};
/// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh", "capacity_kw": 500.0}]}"#).value.unwrap();
/// let day = Period::parse("2024-01-01/2024-01-02", site.time_zone())?;
/// let histories = Histories::by_capacity(&site);
/// let mut stream = LedgerStream::new(&site, day.clone(), Granularity::Hour, histories, LedgerStream::LATENESS_MS)?;
/// for hour in [0, 2, 1, 3] {
///     stream.push("grid", day.start() + hour * 3_600_000, 1000.0 + 125.0 * hour as f64);
/// }
/// assert_eq!(stream.now().meter("grid").unwrap().energy().kwh(), 375.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LedgerStream<'s> {
    site: &'s Site,
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

/// What has come of one meter.
#[derive(Clone, Debug)]
struct Intake {
    /// What has been settled, and what waits for the day after it.
    piece: Piece,
    waiting: Vec<Waiting>,
    /// When so many wait, those that are old enough are settled.
    full: usize,
    newest: Option<(i64, i64)>,
    displaced: u64,
    outside: u64,
    late: u64,
    first_late: i64,
}

/// Start (or instant), end, value, how much of it is known, and what is said of it.
type Waiting = (i64, i64, f64, Option<i64>, Mark);

/// The fewest readings that are settled at once.
const FULL: usize = 1024;

impl<'s> LedgerStream<'s> {
    /// How late a reading may come unless otherwise stated: 24 hours.
    pub const LATENESS_MS: i64 = 86_400_000;

    /// A stream of which nothing has come yet. `histories` is what the cleaning must know in advance; for meters whose
    /// capacity is stated, [`Histories::by_capacity`] is enough.
    ///
    /// # Errors
    /// [`LedgerError::TooLong`], [`LedgerError::TimeZone`], [`LedgerError::Different`] if the histories are of another site.
    pub fn new(
        site: &'s Site,
        period: Period,
        granularity: Granularity,
        histories: Histories,
        lateness_ms: i64,
    ) -> Result<Self, LedgerError> {
        let edges = edges(site, &period, granularity)?;
        if histories.0.len() != site.meters().len() {
            return Err(LedgerError::Different("history"));
        }
        let intake = Intake {
            piece: Piece::empty(i64::MIN),
            waiting: Vec::new(),
            full: FULL,
            newest: None,
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

    /// Takes a dial value or a sample of power. NaN is a missing value.
    pub fn push(&mut self, meter: &str, at: i64, value: f64) {
        self.take(meter, (at, at, value, None, Mark::NONE));
    }

    /// Takes the energy of an interval `[start, end)`, and how many milliseconds of it the value covers, if not all.
    pub fn push_interval(&mut self, meter: &str, start: i64, end: i64, value: f64, known_ms: Option<i64>) {
        self.take(meter, (start, end, value, known_ms, Mark::NONE));
    }

    /// Takes the readings of a CSV file as they are read (see [`crate::read::csv`]); `file` is the name that findings give.
    /// Intervals have to state start and end: how long the others are, only the whole file says.
    ///
    /// # Errors
    /// [`CsvError`](crate::read::CsvError); what was read until then is taken.
    #[cfg(feature = "csv")]
    pub fn read_csv(&mut self, file: &str, reader: impl std::io::Read) -> Result<(), crate::read::CsvError> {
        let faults = crate::read::each_reading(self.site, file, reader, self)?;
        self.findings.extend(faults);
        Ok(())
    }

    fn take(&mut self, id: &str, reading: Waiting) {
        let Some(i) = self.site.meter_index(id) else {
            let known = self.unknown.contains_key(id) || self.unknown.len() < 1000;
            *self.unknown.entry(if known { id } else { "…" }.to_owned()).or_default() += 1;
            return;
        };
        self.take_of(i, reading);
    }

    /// The same for the meter at a place of the site.
    pub(crate) fn take_of(&mut self, meter: usize, (at, until, value, known_ms, mark): Waiting) {
        let (Some(of), Some(history), Some(intake)) =
            (self.site.meters().get(meter), self.histories.0.get(meter), self.meters.get_mut(meter))
        else {
            return;
        };
        let at = if of.kind == MeterKind::Interval { at } else { until };
        let newest = intake.newest.unwrap_or((at, until));
        if at < newest.0.saturating_sub(self.lateness_ms) {
            intake.late += 1;
            intake.first_late = intake.first_late.min(at);
            return;
        }
        intake.displaced += u64::from((at, until) < newest);
        intake.newest = Some(newest.max((at, until)));
        intake.waiting.push((at, until, value, known_ms, mark));
        if intake.waiting.len() >= intake.full {
            let before = intake.newest.map_or(i64::MIN, |newest| newest.0.saturating_sub(self.lateness_ms));
            let zone = self.period.zone().clone();
            intake.settle(&Chain::new(of, history, &zone), &self.period, &self.edges, before);
            intake.full = FULL.max(2 * intake.waiting.len());
        }
    }

    /// The ledger of what has come so far, as if nothing more would come.
    pub fn now(&self) -> Ledger<'s> {
        self.clone().close()
    }

    /// Says that no more readings will come.
    pub fn close(self) -> Ledger<'s> {
        let late: Vec<(u64, i64)> = self.meters.iter().map(|intake| (intake.late, intake.first_late)).collect();
        let displaced: Vec<u64> = self.meters.iter().map(|intake| intake.displaced).collect();
        let (site, zone) = (self.site, self.period.zone().clone());
        let (findings, unknown) = (self.findings.clone(), self.unknown.clone());
        let (partial, outside) = self.into_partial();
        let mut ledger = partial.close();
        ledger.findings = findings;
        for ((book, displaced), outside) in ledger.books.iter_mut().zip(displaced).zip(outside) {
            (book.displaced, book.outside) = (displaced, outside);
        }
        for (i, (meter, (count, first))) in
            site.meters().iter().zip(late).enumerate().filter(|(_, (_, late))| late.0 > 0)
        {
            let mut finding = Finding::new(Code::ReadingLate).place(site.place(i)).meter(&meter.id);
            finding.count = count;
            finding.at = Some(rfc3339(first, &zone));
            ledger.findings.push(finding);
        }
        for (id, count) in unknown {
            let mut finding = site.unknown_meter(&id);
            finding.count = count;
            ledger.findings.push(finding);
        }
        ledger
    }

    /// Everything that has come, as a part that merges with others; and how many readings of each meter lie outside of
    /// the period. No reading that came late is in it.
    fn into_partial(mut self) -> (PartialLedger<'s>, Vec<u64>) {
        let zone = self.period.zone().clone();
        for ((meter, history), intake) in self.site.meters().iter().zip(&self.histories.0).zip(&mut self.meters) {
            intake.settle(&Chain::new(meter, history, &zone), &self.period, &self.edges, i64::MAX);
        }
        let outside = self.meters.iter().map(|intake| intake.outside).collect();
        let pieces = self.meters.into_iter().map(|intake| vec![intake.piece]).collect();
        let LedgerStream { site, period, granularity, edges, histories, .. } = self;
        (PartialLedger { site, period, granularity, edges, histories, pieces }, outside)
    }
}

#[cfg(feature = "csv")]
impl crate::read::Take for LedgerStream<'_> {
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
    /// Books the readings before an instant.
    fn settle(&mut self, chain: &Chain<'_>, period: &Period, edges: &[i64], before: i64) {
        let (ready, waiting): (Vec<Waiting>, Vec<Waiting>) =
            self.waiting.drain(..).partition(|reading| reading.0 < before || before == i64::MAX);
        self.waiting = waiting;
        if ready.is_empty() && before != i64::MAX {
            return;
        }
        let start: Vec<i64> = ready.iter().map(|reading| reading.0).collect();
        let time: Vec<i64> = ready.iter().map(|reading| reading.1).collect();
        let value: Vec<f64> = ready.iter().map(|reading| reading.2).collect();
        let known_ms: Vec<i64> =
            ready.iter().map(|&(start, end, _, known, _)| known.unwrap_or(end.saturating_sub(start))).collect();
        let is_marked = ready.iter().any(|reading| reading.4 != Mark::NONE);
        let marked: &[Waiting] = if is_marked { &ready } else { &[] };
        let quality: Vec<Quality> = marked.iter().map(|reading| reading.4.quality).collect();
        let revision: Vec<i64> = marked.iter().map(|reading| reading.4.revision).collect();
        let (known_ms, quality, revision) = (known_ms.as_slice(), quality.as_slice(), revision.as_slice());
        let column = Column { start: &start, time: &time, value: &value, known_ms, quality, revision };
        let rows = Rows::new(chain.meter, column);
        self.outside += rows.outside((period.start(), period.end()));
        let next = Piece::unsettled(chain, &rows, (self.piece.window.1, before), edges);
        self.piece.join(next, chain, edges);
    }
}
