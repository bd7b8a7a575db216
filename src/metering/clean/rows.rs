use crate::metering::{Column, Meter, MeterKind, NO_REVISION, Quality};
use std::{
    borrow::Cow,
    cell::{Cell, OnceCell},
    ops::Range,
};

/// A meter's readings in the order of time: borrowed if they came so, else put in order once.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    /// Starts of intervals; empty for registers, power samples, and intervals that state none.
    start: Cow<'a, [i64]>,
    /// Instants; the ends of intervals.
    pub time: Cow<'a, [i64]>,
    pub value: Cow<'a, [f64]>,
    known_ms: Cow<'a, [i64]>,
    quality: Cow<'a, [Quality]>,
    revision: Cow<'a, [i64]>,
    /// How many readings came after a later one.
    pub displaced: u64,
    /// Whether rows that were presumed to be in order turned out not to be.
    disorder: Cell<bool>,
    /// What the first pass has seen of them, in their order.
    runs: OnceCell<Vec<Run>>,
}

/// Readings of a register that come evenly and do not fall: from the one at row `from` to the one at row `until`, at a
/// distance of `ms` each, with their least and greatest rise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub from: usize,
    pub until: usize,
    pub ms: i64,
    pub least: f64,
    pub greatest: f64,
}

/// The place of a reading in time: its instant twice, or start and end of its interval.
type Key = (i64, i64);

impl<'a> Rows<'a> {
    pub(crate) fn new(meter: &Meter, column: Column<'a>) -> Self {
        let mut sorted = Rows::presumed(meter, column);
        if !sorted.is_in_order() {
            sorted.put_in_order();
        }
        sorted
    }

    /// Rows that are taken to be in order, to save a look at all of them: whoever uses them has to ask afterwards.
    pub(crate) fn presumed(meter: &Meter, column: Column<'a>) -> Self {
        let rows = column.time.len().min(column.value.len());
        fn cut<T>(column: &[T], rows: usize) -> &[T] {
            column.get(..rows).unwrap_or_default()
        }
        let interval = meter.kind == MeterKind::Interval;
        let start = if interval { cut(column.start, rows) } else { &[] };
        Rows {
            start: start.into(),
            time: cut(column.time, rows).into(),
            value: cut(column.value, rows).into(),
            known_ms: if interval { cut(column.known_ms, rows).into() } else { Cow::Borrowed(&[]) },
            quality: cut(column.quality, rows).into(),
            revision: cut(column.revision, rows).into(),
            displaced: 0,
            disorder: Cell::new(false),
            runs: OnceCell::new(),
        }
    }

    /// Notes whether some rows, and the one before, are in order; whether all have been so far.
    pub(super) fn look_at(&self, rows: Range<usize>) -> bool {
        let in_order = (rows.start.max(1)..rows.end).all(|row| self.key(row - 1) <= self.key(row));
        self.disorder.set(self.disorder.get() || !in_order);
        in_order
    }

    /// Keeps what the first pass has seen, so that it need not be looked at again.
    pub(super) fn keep_runs(&self, runs: Vec<Run>) {
        // A second look sees the same.
        let _ = self.runs.set(runs);
    }

    pub(super) fn runs(&self) -> &[Run] {
        self.runs.get().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn are_disordered(&self) -> bool {
        self.disorder.get()
    }

    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    pub(crate) fn key(&self, row: usize) -> Key {
        let end = self.time.get(row).copied().unwrap_or(i64::MAX);
        (self.start.get(row).copied().unwrap_or(end), end)
    }

    /// The places in time of intervals that state their starts.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.start.iter().copied().zip(self.time.iter().copied())
    }

    /// The dial value, and how much of the interval it covers.
    pub(super) fn value(&self, row: usize) -> (f64, Option<i64>) {
        (self.value.get(row).copied().unwrap_or(f64::NAN), self.known_ms.get(row).copied())
    }

    /// How a value came about, and its revision.
    pub(super) fn mark(&self, row: usize) -> (Quality, i64) {
        let revision = self.revision.get(row).copied().unwrap_or(NO_REVISION);
        (self.quality.get(row).copied().unwrap_or_default(), revision)
    }

    /// Whether nothing is said of any value.
    pub(super) fn are_unmarked(&self) -> bool {
        self.quality.is_empty() && self.revision.is_empty()
    }

    /// Whether each row states its start, its value covers all of it, and nothing more is said.
    pub(super) fn are_whole_intervals(&self) -> bool {
        !self.start.is_empty() && self.known_ms.is_empty() && self.are_unmarked()
    }

    /// The rows whose instants (starts, for intervals) lie within a half-open stretch of time.
    pub(crate) fn within(&self, window: (i64, i64)) -> Range<usize> {
        if window == (i64::MIN, i64::MAX) {
            return 0..self.len();
        }
        let instants = if self.start.is_empty() { &self.time } else { &self.start };
        let from = instants.partition_point(|&at| at < window.0);
        from..instants.partition_point(|&at| at < window.1).max(from)
    }

    /// How many readings say nothing of a half-open stretch of time.
    pub(crate) fn outside(&self, (from, until): (i64, i64)) -> u64 {
        if self.start.is_empty() {
            let before = self.time.partition_point(|&at| at < from);
            return (before + self.len() - self.time.partition_point(|&at| at <= until).max(before)) as u64;
        }
        let is_outside = |&row: &usize| {
            let (start, end) = self.key(row);
            end < from || start > until || (start < end && (end == from || start == until))
        };
        (0..self.len()).filter(is_outside).count() as u64
    }

    /// The first of some rows that comes after a place in time.
    pub(crate) fn after(&self, key: Key, rows: Range<usize>) -> usize {
        let end = rows.end;
        let mut from = rows.start;
        // Nearly always one of the next few.
        let mut stride = 1;
        while from < end && self.key(from) <= key {
            let next = (from + stride).min(end);
            if next < end && self.key(next) <= key {
                (from, stride) = (next, stride * 2);
            } else {
                let (mut low, mut high) = (from + 1, next);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if self.key(middle) <= key { low = middle + 1 } else { high = middle }
                }
                return low;
            }
        }
        from
    }

    /// The end of the group of rows with the same place in time, to which the row before `end` belongs.
    pub(crate) fn end_of_group(&self, end: usize, last: usize) -> usize {
        match end.checked_sub(1) {
            Some(inner) if end < last => self.after(self.key(inner), end..last),
            _ => end,
        }
    }

    fn is_in_order(&self) -> bool {
        if self.start.is_empty() {
            // The sign of every distance at once; instants so far out that a distance could overflow count as disorder.
            let mut signs = 0;
            for (&before, &after) in self.time.iter().zip(self.time.iter().skip(1)) {
                signs |= after.wrapping_sub(before);
                signs |= after.wrapping_add(1 << 62);
            }
            let first = self.time.first().copied().unwrap_or(0);
            return signs >= 0 && first.wrapping_add(1 << 62) >= 0;
        }
        (1..self.len()).all(|row| self.key(row - 1) <= self.key(row))
    }

    /// Takes out the readings that came after a later one, puts these in order, and weaves them in again: nearly all
    /// series are in order but for a few.
    pub(crate) fn put_in_order(&mut self) {
        self.disorder.set(false);
        self.runs = OnceCell::new();
        let mut displaced = Vec::new();
        // The greatest place so far, before each row.
        let mut latest = (i64::MIN, i64::MIN);
        let mut reached = Vec::with_capacity(self.len());
        for row in 0..self.len() {
            let key = self.key(row);
            reached.push(latest);
            if key < latest {
                displaced.push(row);
            } else {
                latest = key;
            }
        }
        self.displaced = displaced.len() as u64;
        // Each goes before the first row in order that comes after it: where the greatest place so far passes its own.
        let goes_before = |row: usize| {
            let key = self.key(row);
            reached.partition_point(|latest| *latest <= key).saturating_sub(1)
        };
        let mut late: Vec<(usize, usize)> = displaced.iter().map(|&row| (goes_before(row), row)).collect();
        late.sort_by_key(|&(place, row)| (place, self.key(row)));
        let order = in_stretches(self.len(), &displaced, &late);
        fn pick<T: Copy>(column: &[T], order: &[Range<usize>]) -> Cow<'static, [T]> {
            let mut picked = Vec::with_capacity(column.len());
            order.iter().filter_map(|rows| column.get(rows.clone())).for_each(|rows| picked.extend_from_slice(rows));
            picked.into()
        }
        self.start = pick(&self.start, &order);
        self.known_ms = pick(&self.known_ms, &order);
        self.quality = pick(&self.quality, &order);
        self.revision = pick(&self.revision, &order);
        self.value = pick(&self.value, &order);
        self.time = pick(&self.time, &order);
    }
}

/// So many rows without some of them, and these where they belong, as stretches of rows: `late` are the row before which each
/// goes, and the row itself, in their order.
fn in_stretches(rows: usize, displaced: &[usize], late: &[(usize, usize)]) -> Vec<Range<usize>> {
    let (mut order, mut from) = (Vec::with_capacity(3 * late.len() + 1), 0);
    let mut gone = displaced.iter().copied().peekable();
    let mut up_to = |order: &mut Vec<Range<usize>>, until: usize| {
        while let Some(row) = gone.next_if(|row| *row < until) {
            order.push(from..row);
            from = row + 1;
        }
        order.push(from..until);
        from = until;
    };
    for &(place, row) in late {
        up_to(&mut order, place);
        order.push(row..row + 1);
    }
    up_to(&mut order, rows);
    order.retain(|rows| rows.start < rows.end);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{metering::MeasurementPoint, quantity::Unit};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_is_that_of_a_stable_sort(stamps in prop::collection::vec((0_i64..60, 0_i64..4), 0..80), far: bool, interval: bool) {
            let kind = if interval { MeterKind::Interval } else { MeterKind::Power };
            let meter = Meter::new("m", MeasurementPoint::Other, kind, Unit::KilowattHour);
            let mut stamps = stamps;
            if far {
                stamps.extend([(i64::MAX, 0), (i64::MIN, 0), (3, 1)]);
            }
            let start: Vec<i64> = stamps.iter().map(|stamp| stamp.0).collect();
            let time: Vec<i64> = stamps.iter().map(|stamp| if interval { stamp.0.saturating_add(stamp.1) } else { stamp.0 }).collect();
            let value: Vec<f64> = (0..stamps.len()).map(|row| row as f64).collect();
            let start = if interval { start } else { Vec::new() };
            let column = Column { start: &start, time: &time, value: &value, ..Column::default() };
            let rows = Rows::new(&meter, column);
            let mut expected: Vec<(i64, i64, usize)> = (0..stamps.len()).map(|row| (stamps[row].0, time[row], row)).collect();
            expected.sort_by_key(|row| (row.0, row.1));
            let found: Vec<(i64, i64)> = (0..rows.len()).map(|row| rows.key(row)).collect();
            prop_assert_eq!(found, expected.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>());
            let mut latest = (i64::MIN, i64::MIN);
            let late = (0..stamps.len()).filter(|&row| {
                let key = (stamps[row].0, time[row]);
                let late = key < latest;
                latest = latest.max(key);
                late
            });
            prop_assert_eq!(rows.displaced, late.count() as u64);
            for from in 0..rows.len() {
                let key = rows.key(from);
                let after = (from..rows.len()).find(|&row| rows.key(row) > key).unwrap_or(rows.len());
                prop_assert_eq!(rows.after(key, from..rows.len()), after);
            }
        }
    }
}
