//! The ledger (台账): energy by meter and by stretch of the calendar, with what is not known.
//!
//! A [`PartialLedger`] is made from any part of the readings and merges with others, in any order and grouping, to the
//! bits of the whole; [`PartialLedger::close`] says that no more readings will come and gives the [`Ledger`].

mod account;
mod book;
mod coverage;
mod estimate;
mod first;
mod hints;
mod intake;
#[cfg(test)]
mod look_ahead;
mod parcel;
mod piece;
mod steps;
mod stream;
mod sum_check;

use crate::{
    finding::{Code, Finding, Text},
    metering::{
        Column, Meter, ReadingKind, Readings,
        clean::{Chain, History, Nowhere, Rows, first_pass, prepare},
    },
    period::{Granularity, Period, rfc3339, zone_name},
    quantity::{Dimension, ExactEnergy},
    site::Site,
};
use account::Account;
use jiff::{civil::Date, tz::TimeZone};
use piece::Piece;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Range};

#[cfg(feature = "html")]
pub(crate) use account::rejects;
pub use {
    book::Book,
    estimate::Estimate,
    first::{FIRST_PASS_SCHEMA, FirstPass},
    parcel::{PARCEL_SCHEMA, Parcel},
    stream::{LedgerStream, StreamParcel},
};
pub(crate) use {coverage::unknown_ms, steps::Sum};

/// Why a ledger cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The period has more steps than fit in memory for this many meters.
    #[error(
        "expected at most {most} steps of the calendar over all meters, found {found}; ask for a shorter period or longer steps"
    )]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// The period is of another calendar than the site's.
    #[error("expected a period in the site's time zone, {site}, found one in {period}")]
    TimeZone {
        /// The site's.
        site: String,
        /// The period's.
        period: String,
    },
    /// Two pieces cover the same time.
    #[error(
        "the readings of meter {meter:?} overlap: one piece reaches to {until}, the other starts at {from}; join the readings first"
    )]
    Overlap {
        /// The meter.
        meter: String,
        /// The end of the earlier piece, in milliseconds.
        until: i64,
        /// The start of the later piece.
        from: i64,
    },
    /// The ledgers are of different sites, periods, steps or meter histories.
    #[error("expected ledgers of the same site, period, step and history, found another {0}")]
    Different(&'static str),
    /// Meters are given what is not theirs.
    #[error("expected readings of the kind that their meter is, found {}", told(.0))]
    Kinds(Vec<WrongKind>),
    /// Two columns are of the same meter.
    #[error("expected one column for each meter, found two for {0:?}; join them first")]
    Twice(String),
    /// The instant is not one of which a ledger can be given.
    #[error("expected an instant from {from} to {until}, found {found}: what was settled before cannot be taken apart")]
    Ahead {
        /// The first that can be asked for.
        from: String,
        /// The last.
        until: String,
        /// What was asked for.
        found: String,
    },
    /// A parcel cannot be opened.
    #[error("expected a part of a ledger of this site, found {0}")]
    Parcel(&'static str),
}

/// A meter that is given readings of another kind than its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrongKind {
    /// The meter.
    pub meter: String,
    /// What it takes.
    pub expected: ReadingKind,
    /// What it was given.
    pub found: ReadingKind,
}

fn told(all: &[WrongKind]) -> String {
    let told = |one: &WrongKind| format!("{} for meter {:?}, whose kind is {}", one.found, one.meter, one.expected);
    all.iter().map(told).collect::<Vec<_>>().join("; ")
}

/// Whether all readings are of their meters' kinds.
fn check_kinds<'k>(site: &Site, given: impl Iterator<Item = (&'k str, ReadingKind)>) -> Result<(), LedgerError> {
    let wrong = given.filter_map(|(id, found)| {
        let expected = site.meters().get(site.meter_index(id)?)?.kind.readings();
        (found != expected).then(|| WrongKind { meter: id.to_owned(), expected, found })
    });
    let wrong: Vec<WrongKind> = wrong.collect();
    if wrong.is_empty() { Ok(()) } else { Err(LedgerError::Kinds(wrong)) }
}

fn kinds(readings: &Readings) -> impl Iterator<Item = (&str, ReadingKind)> {
    readings.iter().flat_map(|(id, series)| series.kinds().map(move |kind| (id, kind)))
}

/// Steps × meters; each takes 16 bytes.
const MOST_STEPS: usize = 1 << 25;

/// What must be known of all readings before a part of them can be judged: what is usual for each meter, and how its
/// readings are written. It does not depend on the order of readings; see [`FirstPass`] for readings that come in parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histories(Vec<History>);

impl Histories {
    /// From all readings of the site.
    pub fn new(site: &Site, readings: &Readings) -> Self {
        let zone = site.time_zone();
        let history = |_, meter: &Meter| history(meter, &Rows::new(meter, column(readings, meter)), &zone);
        Histories(of_each(site.meters(), count(readings), history))
    }

    /// From the site alone, before any reading has come: meters are then judged by their capacity alone, which a note says
    /// (`meter.no_usual`), and parts of interval meters keep their readings until all have been merged.
    pub fn by_capacity(site: &Site) -> Self {
        Histories(site.meters().iter().map(History::in_advance).collect())
    }
}

fn count(readings: &Readings) -> usize {
    readings.iter().map(|(_, series)| series.len()).sum()
}

fn column<'r>(readings: &'r Readings, meter: &Meter) -> Column<'r> {
    readings.get(&meter.id).map(|series| series.column()).unwrap_or_default()
}

fn history(meter: &Meter, rows: &Rows<'_>, zone: &TimeZone) -> History {
    first_pass(meter, rows, zone, EVER).history(meter)
}

/// Of figures that somebody has summed up, which are not judged as readings.
fn history_of_sums(meter: &Meter, rows: &Rows<'_>, zone: &TimeZone) -> History {
    let plain = History::default();
    History::of_sums(meter, &prepare(meter, rows, 0..rows.len(), (EVER, &plain, zone), &mut Nowhere))
}

/// The edges of the calendar's steps, if they are of the site's calendar and fit in memory.
fn edges(site: &Site, period: &Period, granularity: Granularity) -> Result<Vec<i64>, LedgerError> {
    if *period.zone() != site.time_zone() {
        let name = |zone: &TimeZone| zone_name(zone).unwrap_or_else(|| "an unnamed one".to_owned());
        return Err(LedgerError::TimeZone { site: name(&site.time_zone()), period: name(period.zone()) });
    }
    let edges = period.edges(granularity);
    check_size(site, &edges)?;
    Ok(edges)
}

fn check_size(site: &Site, edges: &[i64]) -> Result<(), LedgerError> {
    let found = edges.len().saturating_mul(site.meters().len());
    if found > MOST_STEPS {
        return Err(LedgerError::TooLong { found, most: MOST_STEPS });
    }
    Ok(())
}

/// So many readings are worth the way to another thread, which takes some microseconds: those of a submission are not.
#[cfg(feature = "rayon")]
const WORTH_SHARING: usize = 1 << 14;

/// The same for each meter; with the feature `rayon`, and if there are many readings, on all cores.
fn of_each<T: Send>(meters: &[Meter], readings: usize, work: impl Fn(usize, &Meter) -> T + Sync) -> Vec<T> {
    #[cfg(feature = "rayon")]
    if readings >= WORTH_SHARING {
        use rayon::prelude::*;
        return meters.par_iter().enumerate().map(|(i, meter)| work(i, meter)).collect();
    }
    #[cfg(not(feature = "rayon"))]
    let _ = readings;
    meters.iter().enumerate().map(|(i, meter)| work(i, meter)).collect()
}

/// Every instant.
const EVER: (i64, i64) = (i64::MIN, i64::MAX);

/// A ledger of a part of the readings. See the [room](self).
#[derive(Clone, Debug)]
pub struct PartialLedger<'s> {
    site: &'s Site,
    period: Period,
    granularity: Granularity,
    edges: Vec<i64>,
    histories: Histories,
    /// Per meter: pieces in time order that do not overlap.
    pieces: Vec<Vec<Piece>>,
}

impl<'s> PartialLedger<'s> {
    /// Books the readings whose instant (the start, for intervals) lies within `window`, a half-open stretch of
    /// milliseconds; the caller promises that these are all readings of that stretch, of the meters of which there is
    /// a series.
    ///
    /// # Errors
    /// [`LedgerError::TooLong`], [`LedgerError::TimeZone`], [`LedgerError::Kinds`], [`LedgerError::Different`] if the histories are of another site.
    pub fn build(
        site: &'s Site,
        readings: &Readings,
        period: Period,
        granularity: Granularity,
        histories: &Histories,
        window: Range<i64>,
    ) -> Result<Self, LedgerError> {
        let edges = edges(site, &period, granularity)?;
        check_kinds(site, kinds(readings))?;
        if histories.0.len() != site.meters().len() {
            return Err(LedgerError::Different("history"));
        }
        let window = (window.start, window.end);
        let zone = site.time_zone();
        let pieces = of_each(site.meters(), count(readings), |i, meter| {
            let rows = Rows::new(meter, column(readings, meter));
            let given = histories.0.get(i).filter(|_| readings.get(&meter.id).is_some());
            given.map(|history| Piece::new(&Chain::new(meter, history, &zone), &rows, window, &edges))
        });
        let pieces = pieces.into_iter().map(|piece| piece.into_iter().collect()).collect();
        Ok(PartialLedger { site, period, granularity, edges, histories: histories.clone(), pieces })
    }

    /// Adds another part of the readings.
    ///
    /// # Errors
    /// [`LedgerError::Overlap`] if both cover the same time of a meter, [`LedgerError::Different`] if they do not belong
    /// together. Neither ledger is kept then: build them again.
    pub fn merge(mut self, other: PartialLedger<'s>) -> Result<Self, LedgerError> {
        if self.site != other.site {
            return Err(LedgerError::Different("site"));
        }
        if self.period != other.period || self.granularity != other.granularity {
            return Err(LedgerError::Different("period or step"));
        }
        if self.histories != other.histories {
            return Err(LedgerError::Different("history"));
        }
        let zone = self.site.time_zone();
        let meters = self.site.meters().iter().zip(&self.histories.0);
        for ((mine, theirs), (meter, history)) in self.pieces.iter_mut().zip(other.pieces).zip(meters) {
            mine.extend(theirs);
            mine.sort_by_key(|piece| piece.window);
            let chain = Chain::new(meter, history, &zone);
            let mut joined: Vec<Piece> = Vec::with_capacity(mine.len());
            for piece in mine.drain(..) {
                match joined.last_mut() {
                    Some(last) if last.window.1 > piece.window.0 => {
                        return Err(LedgerError::Overlap {
                            meter: meter.id.clone(),
                            until: last.window.1,
                            from: piece.window.0,
                        });
                    }
                    Some(last) if last.window.1 == piece.window.0 => last.join(piece, &chain, &self.edges),
                    _ => joined.push(piece),
                }
            }
            *mine = joined;
        }
        Ok(self)
    }

    /// Says that no more readings will come. Stretches that no piece covers hold no readings.
    pub fn close(self) -> Ledger<'s> {
        let PartialLedger { site, period, granularity, edges, histories, pieces } = self;
        let zone = site.time_zone();
        let books = site.meters().iter().zip(&histories.0).zip(pieces).map(|((meter, history), pieces)| {
            let chain = Chain::new(meter, history, &zone);
            let whole = pieces.into_iter().reduce(|mut left, right| {
                left.join(right, &chain, &edges);
                left
            });
            let (account, known) =
                whole.map_or_else(|| (Account::default(), None), |piece| piece.close(&chain, &edges));
            Book::new(meter, (history, true), account, known, &period, &edges)
        });
        let books = books.collect();
        Ledger { site, period, granularity, edges, books, findings: Vec::new(), estimates: Vec::new() }
    }
}

/// Energy by meter and by step of the calendar, complete.
#[doc(alias = "台账")]
#[derive(Clone, Debug)]
pub struct Ledger<'s> {
    site: &'s Site,
    period: Period,
    granularity: Granularity,
    edges: Vec<i64>,
    books: Vec<Book>,
    findings: Vec<Finding>,
    estimates: Vec<Estimate>,
}

impl<'s> Ledger<'s> {
    /// Books all readings by local clock hours.
    ///
    /// # Errors
    /// [`LedgerError::TooLong`], [`LedgerError::TimeZone`], [`LedgerError::Kinds`].
    pub fn build(site: &'s Site, readings: &Readings, period: Period) -> Result<Self, LedgerError> {
        Ledger::build_by(site, readings, period, Granularity::Hour)
    }

    /// Books all readings by steps of one granularity: longer steps take less memory, and leave less to compare where
    /// readings are missing.
    ///
    /// # Errors
    /// [`LedgerError::TooLong`], [`LedgerError::TimeZone`], [`LedgerError::Kinds`].
    pub fn build_by(
        site: &'s Site,
        readings: &Readings,
        period: Period,
        granularity: Granularity,
    ) -> Result<Self, LedgerError> {
        let edges = edges(site, &period, granularity)?;
        check_kinds(site, kinds(readings))?;
        let mut ledger =
            Ledger::of(site, (period, granularity, edges), count(readings), false, |_, meter| column(readings, meter));
        ledger.look_at(readings);
        Ok(ledger)
    }

    /// Books borrowed columns, by meter id: what Arrow or Parquet readers hand over is not copied, unless it has to be put
    /// in order.
    ///
    /// ```
    /// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
    /// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh", "capacity_kw": 500.0}]}"#).value.unwrap();
    /// # let day = pue::Period::parse("2024-01-01/2024-01-02", site.time_zone())?;
    /// use pue::{Ledger, metering::Column, period::Granularity};
    /// let (time, value) = ([day.start(), day.end()], [1000.0, 2200.0]);
    /// let ledger = Ledger::of_columns(&site, &[("grid", Column::registers(&time, &value)?)], day, Granularity::Hour)?;
    /// assert_eq!(ledger.meter("grid").unwrap().energy().kwh(), 1200.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LedgerError::TooLong`], [`LedgerError::TimeZone`], [`LedgerError::Kinds`], [`LedgerError::Twice`].
    pub fn of_columns(
        site: &'s Site,
        columns: &[(&str, Column<'_>)],
        period: Period,
        granularity: Granularity,
    ) -> Result<Self, LedgerError> {
        let mut by_meter = vec![Column::default(); site.meters().len()];
        let mut given = vec![false; by_meter.len()];
        let mut unknown = Vec::new();
        for &(id, column) in columns {
            let i = site.meter_index(id);
            match i.and_then(|i| Some((by_meter.get_mut(i)?, given.get_mut(i)?))) {
                Some((_, true)) => return Err(LedgerError::Twice(id.to_owned())),
                Some((slot, given)) => (*slot, *given) = (column, true),
                None => {
                    let mut finding = site.unknown_meter(id);
                    finding.count = column.time.len() as u64;
                    unknown.push(finding);
                }
            }
        }
        let edges = edges(site, &period, granularity)?;
        check_kinds(site, columns.iter().filter_map(|(id, column)| Some((*id, column.kind?))))?;
        let column = |meter, _: &Meter| by_meter.get(meter).copied().unwrap_or_default();
        let readings = by_meter.iter().map(|column| column.value.len()).sum();
        let mut ledger = Ledger::of(site, (period, granularity, edges), readings, false, column);
        ledger.findings = unknown;
        Ok(ledger)
    }

    /// Books columns of meters, by their position, by the months of a period of the site's calendar, whose edges are given.
    pub(crate) fn of_months<'c>(
        site: &'s Site,
        period: Period,
        edges: Vec<i64>,
        column: impl Fn(usize) -> Column<'c> + Sync,
    ) -> Result<Self, LedgerError> {
        check_size(site, &edges)?;
        let readings = edges.len().saturating_mul(site.meters().len());
        let calendar = (period, Granularity::Month, edges);
        Ok(Ledger::of(site, calendar, readings, true, |meter, _| column(meter)))
    }

    /// Of figures that somebody has summed up, or of readings.
    fn of<'c>(
        site: &'s Site,
        (period, granularity, edges): (Period, Granularity, Vec<i64>),
        readings: usize,
        are_sums: bool,
        column: impl Fn(usize, &Meter) -> Column<'c> + Sync,
    ) -> Self {
        let zone = period.zone();
        let books = of_each(site.meters(), readings, |i, meter| {
            let finish = |account: Account, known, history: &History, rows: &Rows<'_>| {
                let mut book = Book::new(meter, (history, !are_sums), account, known, &period, &edges);
                let is_within = |(from, until)| period.start() <= from && until <= period.end();
                book.displaced = rows.displaced;
                let outside = || rows.outside((period.start(), period.end()));
                book.outside = if are_sums && known.is_some_and(is_within) { 0 } else { outside() };
                book
            };
            let manner = if are_sums { history_of_sums } else { history };
            let book = |rows: &Rows<'_>, history: &History| {
                let chain = Chain::new(meter, history, zone);
                let (account, known) = Piece::new(&chain, rows, EVER, &edges).close(&chain, &edges);
                finish(account, known, history, rows)
            };
            let mut rows = Rows::presumed(meter, column(i, meter));
            if are_sums && let Some((account, ends, top)) = Piece::in_a_row(meter, &rows, &edges) {
                return finish(account, Some(ends), &History::of_top(meter, Some(top), ends.0), &rows);
            }
            let presumed = manner(meter, &rows, zone);
            if !rows.are_disordered() {
                let book = book(&rows, &presumed);
                if !rows.are_disordered() {
                    return book;
                }
            }
            rows.put_in_order();
            book(&rows, &manner(meter, &rows, zone))
        });
        Ledger { site, period, granularity, edges, books, findings: Vec::new(), estimates: Vec::new() }
    }

    /// The site.
    pub const fn site(&self) -> &'s Site {
        self.site
    }

    /// The period.
    pub const fn period(&self) -> &Period {
        &self.period
    }

    /// The length of its steps.
    pub const fn granularity(&self) -> Granularity {
        self.granularity
    }

    /// One meter's book.
    pub fn meter(&self, id: &str) -> Option<&Book> {
        self.site.meter_index(id).and_then(|i| self.books.get(i))
    }

    pub(crate) fn book(&self, meter: usize) -> Option<&Book> {
        self.books.get(meter)
    }

    pub(crate) fn edges(&self) -> &[i64] {
        &self.edges
    }

    /// The steps that lie within a part of the period altogether: the first and the one after the last.
    pub(crate) fn steps(&self, part: &Period) -> Range<usize> {
        let last = self.edges.len().saturating_sub(1);
        let start = self.edges.partition_point(|&edge| edge < part.start()).min(last);
        let end = self.edges.partition_point(|&edge| edge <= part.end()).saturating_sub(1);
        start..end.max(start)
    }

    /// Whether a part of the period starts and ends at edges of the calendar's steps.
    pub(crate) fn has_edges_of(&self, part: &Period) -> bool {
        [part.start(), part.end()].iter().all(|instant| self.edges.binary_search(instant).is_ok())
    }

    /// What was found in the readings, each once.
    pub fn findings(&self) -> Vec<Finding> {
        Finding::gather(self.found())
    }

    /// The same as it was found, for whoever gathers it with more.
    pub(crate) fn found(&self) -> Vec<Finding> {
        // Of blank cells the reader hands on a few, and counts the others.
        let is_blank = |finding: &Finding| finding.code == Code::ReadingMissing;
        let of_meter = |finding: &Finding| Some((finding.meter.clone()?, finding.clone()));
        let mut blank: BTreeMap<String, Finding> =
            self.findings.iter().filter(|finding| is_blank(finding)).filter_map(of_meter).collect();
        let mut all: Vec<Finding> = self.findings.iter().filter(|finding| !is_blank(finding)).cloned().collect();
        let zone = self.period.zone();
        for (i, (meter, book)) in self.site.meters().iter().zip(&self.books).enumerate() {
            for (code, &(count, at, tally)) in &book.log {
                let mut finding = Finding::new(*code).place(self.site.place(i)).meter(&meter.id);
                let blank = if *code == Code::ReadingMissing { blank.remove(&meter.id) } else { None };
                finding.count = count + blank.map_or(0, |blank| blank.count);
                finding.at = Some(rfc3339(at, zone));
                finding.until = tally.until.map(|until| rfc3339(until, zone));
                let and = tally.and.map(|and| format!(" / {and}")).unwrap_or_default();
                finding.found = tally.found.map(|found| format!("{found}{and} {}", meter.unit.as_str()).into());
                if let Some((file, line)) = book.places.get(code) {
                    (finding.file, finding.line) = (Some(file.clone()), Some(*line));
                }
                finding.expected = tally.at_least.map(|least| format!("≥ {least} {}", meter.unit.as_str()).into());
                if tally.ms > 0 {
                    let kwh = |exact: i128| ExactEnergy::from_microjoules(exact).kwh();
                    let in_kwh = meter.dimension() == Dimension::Energy;
                    finding.hours = Some(tally.ms as f64 / 3_600_000.0);
                    finding.least_kwh = tally.least.filter(|_| in_kwh).map(kwh);
                    finding.most_kwh = tally.most.filter(|_| in_kwh).map(kwh);
                }
                if let (Code::PowerGap, Some(until)) = (code, tally.until) {
                    finding = finding.found(format!("{} s", until.saturating_sub(at) / 1000));
                    finding.expected = Some(format!("≤ {} s", book.history.max_gap_ms / 1000).into());
                }
                match code {
                    Code::PowerSpacing => finding.found = tally.found.map(|seconds| format!("{seconds} s").into()),
                    Code::MeterConfirmed => {
                        let whys = meter.confirmed.iter().map(|stretch| stretch.why.as_str());
                        finding.found = Some(whys.collect::<Vec<_>>().join("; ").into());
                    }
                    Code::MeterOutsideLife => {
                        let day = |day: Option<Date>| day.map_or("…".to_owned(), |day| day.to_string());
                        let (from, until) = (day(meter.from), day(meter.until));
                        finding = finding.expected(Text::new(
                            format!("自 {from} 起、{until} 前投用，此外无电量"),
                            format!("in use from {from} until before {until}, and no energy at other times"),
                        ));
                    }
                    Code::MeterNoReadings => finding = self.outside(finding, book),
                    Code::MeterCapacity => {
                        finding = finding.found(meter.capacity.map_or(String::new(), |capacity| capacity.to_string()));
                        if let Some(usual) = book.history.highest_kw(meter) {
                            finding = finding.expected(format!("≥ {usual:.1} kW"));
                        }
                    }
                    _ => {}
                }
                all.push(finding);
            }
            let unplaced = [(Code::ReadingOutOfOrder, book.displaced), (Code::ReadingOutsidePeriod, book.outside)];
            for (code, count) in unplaced.into_iter().filter(|(_, count)| *count > 0) {
                let mut finding = Finding::new(code).place(self.site.place(i)).meter(&meter.id);
                finding.count = count;
                all.push(finding);
            }
        }
        all.extend(blank.into_values());
        all.extend(self.hints());
        all.extend(sum_check::all(self));
        all.extend(self.estimated());
        all
    }

    /// Of a meter all of whose readings lie outside of the period: when they were taken to be, and in which unit the instants
    /// would lie within it.
    fn outside(&self, finding: Finding, book: &Book) -> Finding {
        let (zone, period) = (self.period.zone(), &self.period);
        let is_outside = |&(first, last): &(i64, i64)| last <= period.start() || first >= period.end();
        let ends = book.ends.map(|(first, last)| (first, last.1));
        let Some((first, last)) = ends.filter(is_outside) else { return finding };
        let finding =
            finding.found(format!("{} – {}", rfc3339(first, zone), rfc3339(last, zone))).expected(period.text());
        let lies_within = |scale: &dyn Fn(i64) -> Option<i64>| {
            let is_in = |at: i64| scale(at).is_some_and(|at| period.start() <= at && at <= period.end());
            is_in(first) && is_in(last)
        };
        let unit = if lies_within(&|at| at.checked_mul(1000)) {
            ("秒", "seconds")
        } else if lies_within(&|at| Some(at / 1000)) {
            ("微秒", "microseconds")
        } else if lies_within(&|at| Some(at / 1_000_000)) {
            ("纳秒", "nanoseconds")
        } else {
            return finding.advised("核对期间与读数的时间", "check the period, and the times of the readings");
        };
        finding.advised(
            format!("时间戳似以{}计：请以毫秒给出（自 1970 年起）", unit.0),
            format!("the instants look like {}: give milliseconds since 1970", unit.1),
        )
    }

    /// What only the readings as they came can tell: foreign meters, and where a fault stood.
    fn look_at(&mut self, readings: &Readings) {
        self.findings.extend(readings.findings().iter().cloned());
        for (meter, book) in self.site.meters().iter().zip(&mut self.books) {
            let place = |at: i64| readings.locate(&meter.id, at).map(|(file, line)| (file.to_owned(), line));
            book.places = book.log.iter().filter_map(|(code, &(_, at, _))| Some((*code, place(at)?))).collect();
        }
        for (id, series) in readings.iter().filter(|(id, _)| self.site.meter_index(id).is_none()) {
            let mut finding = self.site.unknown_meter(id);
            finding.count = series.len() as u64;
            self.findings.push(finding);
        }
    }
}
