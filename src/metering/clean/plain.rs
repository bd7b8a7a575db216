//! Registers whose readings simply follow each other by usual rises, as nearly all do: checked in blocks, on the dial values
//! as they came.
//!
//! What is usual is judged by differences of these, here as elsewhere; conversion to exact units never reverses an order, so
//! dial values that do not fall become amounts that do not fall. What passes here needs no conversion but where it is
//! booked; what does not pass is for [`register`](super::register).

use super::{Chain, Flow, Laps, Point, Rows, Shape, Sink, Stand, Tally, evenly::evenly, prepare};
use crate::{finding::Code, metering::MeterKind, quantity::Conversion};
use std::cell::Cell;

/// At most so many readings are checked before they are booked.
const STRETCH: usize = 128;

/// A sum longer than this says nothing about its course (ours: one hour, the longest stretch that IESO interpolates).
pub(crate) const COURSE_MS: i64 = 3_600_000;

/// Readings of a register that follow each other plainly, at most [`COURSE_MS`] apart: the energy between any two of
/// them is the difference of their dial values.
pub(crate) struct Curve<'a> {
    time: &'a [i64],
    value: &'a [f64],
    conversion: &'a Conversion,
}

impl Curve<'_> {
    pub(crate) fn start(&self) -> i64 {
        self.time.first().copied().unwrap_or(i64::MAX)
    }

    pub(crate) fn end(&self) -> i64 {
        self.time.last().copied().unwrap_or(i64::MIN)
    }

    /// Whether a row is the reading at an instant.
    pub(crate) fn has(&self, instant: i64, row: usize) -> bool {
        self.time.get(row) == Some(&instant)
    }

    /// The dial value of a row, in exact units.
    pub(crate) fn dial(&self, row: usize) -> i128 {
        self.value.get(row).and_then(|&value| self.conversion.exact(value).ok()).unwrap_or(0)
    }

    /// The last row.
    pub(crate) fn last(&self) -> usize {
        self.time.len().saturating_sub(1)
    }

    /// The dial value at an instant within the curve, in exact units, and the row at or before it, which is `near` or a
    /// later one.
    pub(crate) fn at(&self, instant: i64, near: usize) -> (i128, usize) {
        if self.has(instant, near) {
            return (self.dial(near), near);
        }
        let ahead = self.time.get(near..).unwrap_or_default();
        let few = ahead.iter().take(FEW).take_while(|&&time| time <= instant).count();
        let passed = if few < FEW { few } else { ahead.partition_point(|&time| time <= instant) };
        let row = (near + passed).saturating_sub(1);
        match (self.time.get(row), self.time.get(row + 1)) {
            (Some(&start), Some(&end)) if start < instant => {
                let (before, after) = (self.dial(row), self.dial(row + 1));
                let flow = Flow { start, end, amount: after - before, shape: Shape::Even, estimated: false };
                (before + flow.up_to(instant), row)
            }
            _ => (self.dial(row), row),
        }
    }
}

/// So many readings are looked at one by one before a search.
const FEW: usize = 8;

/// What readings of one register have to keep to.
pub(super) struct Plain<'a> {
    chain: &'a Chain<'a>,
    rows: &'a Rows<'a>,
    conversion: Conversion,
    /// An instant at which the same holds as at all that are walked over.
    at: i64,
    /// The first row at or after the next declared exchange, or at which another range is usual.
    end: usize,
}

impl<'a> Plain<'a> {
    /// What holds from where the chain stands on, for a while; `None` for other meters.
    pub(super) fn new(chain: &'a Chain<'a>, rows: &'a Rows<'a>, stand: &Stand) -> Option<Self> {
        let MeterKind::Register { resets: None, .. } = chain.meter.kind else { return None };
        let meter = chain.meter;
        let first_dial = meter.multiplier_at(stand.last.until) == meter.multiplier;
        if meter.net || !meter.confirmed.is_empty() || !first_dial || !rows.are_unmarked() {
            return None;
        }
        let &at = rows.time.get(stand.row)?;
        let usual = chain.history.usual.iter().flat_map(|usual| [usual.from, usual.until]);
        let events = meter.events.iter().map(|event| event.at.as_millisecond());
        let next = usual.filter(|&edge| edge > at).chain(events.filter(|&event| event > stand.last.at)).min();
        let end = next.map_or(rows.len(), |next| rows.within((next, next)).start);
        Some(Plain { chain, rows, conversion: meter.conversion(stand.last.at), at, end })
    }

    /// Whether another range is usual from where the chain stands on.
    pub(super) fn is_over(&self, stand: &Stand) -> bool {
        stand.row >= self.end
    }

    /// Walks on from where the chain stands, as far as readings follow plainly.
    pub(super) fn walk(&self, stand: &mut Stand, end: usize, sink: &mut impl Sink) {
        let end = end.min(self.end);
        while self.hop(stand, end, sink) {
            self.run(stand, end, sink);
        }
    }

    /// To the next usable reading, over missing and equal ones.
    fn hop(&self, stand: &mut Stand, end: usize, sink: &mut impl Sink) -> bool {
        let (time, value) = (&self.rows.time, &self.rows.value);
        let usable = |row: usize| value.get(row).is_some_and(|value| !value.is_nan());
        if stand.last.at < stand.last.until {
            return false; // it stood still for a while
        }
        let Some(row) = (stand.row..end).find(|&row| usable(row)) else { return false };
        let (Some(&at), Some(&dial)) = (time.get(row), value.get(row)) else { return false };
        let Ok(exact) = self.conversion.exact(dial) else { return false };
        let after = self.rows.end_of_group(row + 1, end);
        let equal = |row: usize| value.get(row).is_some_and(|&v| v.is_nan() || self.conversion.exact(v) == Ok(exact));
        let next = Point { at, until: at, value: exact, dial, known_ms: 0, estimated: false, count: 1, restart: None };
        let (elapsed, amount) = (at.saturating_sub(stand.last.at), exact - stand.last.base());
        let (least, most) = self.range(elapsed);
        let in_order = (stand.row..after).all(|row| row == 0 || time.get(row - 1) <= time.get(row));
        let follows = in_order
            && elapsed > 0
            && self.cannot_turn(elapsed)
            && (least..=most).contains(&(dial - stand.last.base_dial()))
            && amount >= 0
            && exact >= 0
            && prepare::TIME_RANGE.contains(&at);
        if !follows || !(row + 1..after).all(equal) {
            return false;
        }
        for skipped in (stand.row..after).filter(|&skipped| skipped != row) {
            let at = time.get(skipped).copied().unwrap_or(at);
            if usable(skipped) {
                let tally = Tally { found: Some(self.conversion.dial(exact)), ..Tally::default() };
                sink.fault(Code::ReadingDuplicate, at, tally);
            } else {
                sink.fault(Code::ReadingMissing, at, Tally::default());
            }
        }
        sink.flow(Flow { start: stand.last.at, end: at, amount, shape: Shape::Even, estimated: false });
        *stand = Stand { last: next, row: after };
        true
    }

    /// From an accepted reading, the row before `stand.row`, over all that follow it plainly.
    fn run(&self, stand: &mut Stand, end: usize, sink: &mut impl Sink) {
        let from = stand.row.saturating_sub(1);
        let is_it = self.rows.value.get(from).is_some_and(|&v| v == stand.last.dial) && stand.last.restart.is_none();
        if !is_it {
            return; // the group ends with a missing value
        }
        let accepted = self.book(from, end, sink);
        if accepted > from {
            let at = self.rows.time.get(accepted).copied().unwrap_or(i64::MAX);
            let dial = self.rows.value.get(accepted).copied().unwrap_or(0.0);
            let value = self.conversion.exact(dial).unwrap_or(0);
            let last = Point { at, until: at, value, dial, known_ms: 0, estimated: false, count: 1, restart: None };
            *stand = Stand { last, row: accepted + 1 };
        }
    }

    /// Books what follows a row plainly, a stretch at a time, so that what was checked is booked while it is at hand.
    /// Returns the last row that is accepted.
    fn book(&self, mut from: usize, end: usize, sink: &mut impl Sink) -> usize {
        let (time, value) =
            (self.rows.time.get(..end).unwrap_or_default(), self.rows.value.get(..end).unwrap_or_default());
        let mut stretch = FEW;
        loop {
            let passed = self.laps(from, time, value, sink);
            if passed > 0 {
                return from + passed;
            }
            stretch = (2 * stretch).min(STRETCH);
            let range = from..end.min(from + stretch + 1);
            let (Some(time), Some(value)) = (time.get(range.clone()), value.get(range)) else { return from };
            let mut last = self.extent(time, value);
            let more = last == stretch;
            // The last one may be one of several with the same stamp, and it is the one furthest out.
            let is_usable = |row: usize| {
                let alone = self.rows.time.get(from + row) != self.rows.time.get(from + row + 1);
                let in_range = time.get(row).is_some_and(|at| at <= prepare::TIME_RANGE.end());
                alone && in_range && value.get(row).is_some_and(|&value| self.conversion.is_exact(value))
            };
            while last > 0 && !is_usable(last) {
                last -= 1;
            }
            let (Some(time), Some(value)) = (time.get(..=last), value.get(..=last)) else { return from };
            if last == 0 {
                return from;
            }
            let curve = Curve { time, value, conversion: &self.conversion };
            from += sink.curve(&curve, more).clamp(1, last);
            if !more {
                return from;
            }
        }
    }

    /// Books whole steps of the sink's calendar, if readings come evenly and meet its edges. Returns over how many rows.
    fn laps(&self, from: usize, time: &[i64], value: &[f64], sink: &mut impl Sink) -> usize {
        let (time, value) = (time.get(from..).unwrap_or_default(), value.get(from..).unwrap_or_default());
        let [first, second, ..] = time else { return 0 };
        let ms = second.wrapping_sub(*first);
        if !self.is_near(ms) {
            return 0;
        }
        let over_odd = self.cannot_turn(2 * ms);
        let (range, range_of_two) = (self.range(ms), self.range(2 * ms));
        let too_much = self.chain.history.limit * ms as f64;
        let conversion = &self.conversion;
        let (runs, offset) = (self.rows.runs(), from);
        let next = Cell::new(runs.partition_point(|run| run.until <= from));
        sink.laps(&Laps { time, value, ms, range, range_of_two, too_much, conversion, runs, offset, next, over_odd })
    }

    /// The last row up to which all follow each other plainly, from the first.
    fn extent(&self, time: &[i64], value: &[f64]) -> usize {
        let mut row = 0;
        while let (Some(time), Some(value)) = (time.get(row..), value.get(row..))
            && let [first, second, ..] = time
            && let ms = second.wrapping_sub(*first)
            && self.is_near(ms)
        {
            match evenly(time, value, ms, self.range(ms)) {
                0 => break,
                even => row += even,
            }
        }
        row
    }

    /// Whether readings so far apart have a course, and the dial cannot have turned over unseen between them.
    fn is_near(&self, ms: i64) -> bool {
        ms > 0 && ms <= COURSE_MS && self.cannot_turn(ms)
    }

    /// Whether it would be unusual for the dial to turn over in so many milliseconds.
    fn cannot_turn(&self, ms: i64) -> bool {
        self.chain.modulus(self.at).is_none_or(|modulus| !self.chain.may_turn(modulus, ms, self.at))
    }

    /// By how much the dial may rise in so many milliseconds. Where it never rests it has to rise.
    fn range(&self, ms: i64) -> (f64, f64) {
        let history = self.chain.history;
        let (least, most) = history.range(ms, self.at);
        let lowest = if history.never_rests() { f64::MIN_POSITIVE } else { 0.0 };
        (least.max(lowest), most.min(history.limit * ms as f64).min(f64::MAX))
    }
}
