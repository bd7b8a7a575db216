//! Registers whose readings simply follow each other (step 1 of the ladder), as nearly all do: checked in blocks, on the
//! dial values as they came.
//!
//! Conversion to exact units never reverses an order, so dial values that do not fall become amounts that do not fall;
//! and a difference that stays below the limit by more than both roundings stays below it exactly. What passes here is
//! what the ladder would accept, and needs no conversion but where it is booked; what does not pass is for the ladder.

use super::{Chain, Flow, Laps, Point, Rate, Rows, Shape, Sink, Stand, Tally, evenly::evenly, prepare, register};
use crate::{finding::Code, metering::MeterKind, quantity::Conversion};

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
                let flow = Flow { start, end, amount: after - before, shape: Shape::Even };
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
    /// The most that a dial can turn in a millisecond, a little less.
    per_ms: f64,
    /// What two roundings can add to a difference, a little more.
    margin: f64,
    /// The longest time in which the dial cannot have turned over once more unseen.
    turn_free_ms: i64,
    /// Whether the highest rate has to be found out: nothing else bounds what is missing.
    wants_rate: bool,
    /// The first row at or after the next declared exchange.
    end: usize,
}

impl<'a> Plain<'a> {
    /// What holds from an instant until the next declared exchange; `None` for other meters.
    pub(super) fn new(chain: &'a Chain<'a>, rows: &'a Rows<'a>, at: i64) -> Option<Self> {
        let MeterKind::Register { .. } = chain.meter.kind else { return None };
        let conversion = chain.meter.conversion(at);
        let limit = chain.history.limit;
        let per_ms = limit.map_or(f64::INFINITY, |Rate { amount, ms }| {
            amount as f64 / ms as f64 * conversion.dial_unit() * (1.0 - 1e-9)
        });
        let turn_free_ms = match (register::modulus(chain, at), limit) {
            (Some(turn), Some(limit)) if limit.amount > 0 => {
                i64::try_from((turn - 1).saturating_mul(i128::from(limit.ms)) / limit.amount).unwrap_or(i64::MAX)
            }
            _ => i64::MAX,
        };
        let mut events = chain.meter.events.iter().map(|event| event.at.as_millisecond());
        let end = events.find(|&event| event > at).map_or(rows.len(), |event| rows.within((event, event)).start);
        let margin = conversion.dial_step() * 2.001;
        let wants_rate = chain.meter.capacity.is_none();
        Some(Plain { chain, rows, conversion, per_ms, margin, turn_free_ms, wants_rate, end })
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
        let Some(row) = (stand.row..end).find(|&row| usable(row)) else { return false };
        let (Some(&at), Some(&dial)) = (time.get(row), value.get(row)) else { return false };
        let Ok(exact) = self.conversion.exact(dial) else { return false };
        let after = self.rows.end_of_group(row + 1, end);
        let equal = |row: usize| value.get(row).is_some_and(|&v| v.is_nan() || self.conversion.exact(v) == Ok(exact));
        let next = Point { at, until: at, value: exact, known_ms: 0, restart: None };
        let (elapsed, amount) = (at.saturating_sub(stand.last.at), exact - stand.last.base());
        let in_order = (stand.row..after).all(|row| row == 0 || time.get(row - 1) <= time.get(row));
        let follows = in_order
            && elapsed > 0
            && elapsed <= self.turn_free_ms
            && amount >= 0
            && exact >= 0
            && prepare::TIME_RANGE.contains(&at)
            && self.chain.history.limit.is_none_or(|limit| limit.admits(amount, elapsed));
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
        sink.rate(Rate { amount, ms: elapsed });
        sink.flow(Flow { start: stand.last.at, end: at, amount, shape: Shape::Even });
        *stand = Stand { last: next, row: after };
        true
    }

    /// From an accepted reading, the row before `stand.row`, over all that follow it plainly.
    fn run(&self, stand: &mut Stand, end: usize, sink: &mut impl Sink) {
        let from = stand.row.saturating_sub(1);
        let is_it = self.rows.value.get(from).is_some_and(|&v| self.conversion.exact(v) == Ok(stand.last.value));
        if !is_it {
            return; // the group ends with a missing value
        }
        let accepted = self.book(from, end, sink);
        if accepted > from {
            let at = self.rows.time.get(accepted).copied().unwrap_or(i64::MAX);
            let value = self.rows.value.get(accepted).and_then(|&value| self.conversion.exact(value).ok()).unwrap_or(0);
            let last = Point { at, until: at, value, known_ms: 0, restart: None };
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
            self.rates(time, value, sink);
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
        // Of every rate that may be the highest the sink is told.
        let over_odd = !self.wants_rate && 2 * ms <= self.turn_free_ms;
        let (most, conversion) = (self.most(ms), &self.conversion);
        let too_much = most * (1.0 + 1e-8) + 4.0 * self.margin;
        let passed = sink.laps(&Laps { time, value, ms, most, too_much, conversion, over_odd });
        if let (Some(time), Some(value)) = (time.get(..=passed), value.get(..=passed)) {
            self.rates(time, value, sink);
        }
        passed
    }

    /// The last row up to which all follow each other plainly, from the first.
    fn extent(&self, time: &[i64], value: &[f64]) -> usize {
        let mut row = 0;
        while let (Some(time), Some(value)) = (time.get(row..), value.get(row..))
            && let [first, second, ..] = time
            && let ms = second.wrapping_sub(*first)
            && self.is_near(ms)
        {
            match evenly(time, value, ms, self.most(ms)) {
                0 => break,
                even => row += even,
            }
        }
        row
    }

    /// Whether readings so far apart have a course, and the dial cannot have turned over unseen between them.
    fn is_near(&self, ms: i64) -> bool {
        ms > 0 && ms <= COURSE_MS && ms <= self.turn_free_ms
    }

    /// The most that the dial can turn in so many milliseconds, in dial units and to be safe a little less.
    fn most(&self, ms: i64) -> f64 {
        if self.per_ms.is_infinite() { f64::MAX } else { self.per_ms * ms as f64 - self.margin }
    }

    /// Tells the sink the highest rate of some readings: those that may be higher than all before, exactly.
    fn rates(&self, time: &[i64], value: &[f64], sink: &mut impl Sink) {
        if !self.wants_rate {
            return;
        }
        let mut top = 0.0_f64;
        for (time, value) in time.windows(2).zip(value.windows(2)) {
            let ([from, to], [a, b]) = (time, value) else { continue };
            let ms = to - from;
            if (b - a) * (1.0 + 1e-9) + self.margin < top * ms as f64 {
                continue;
            }
            // Less what rounding may have added to it, so that none is passed over that is higher exactly.
            top = top.max((b - a - self.margin) / ms as f64);
            let exact = |dial: &f64| self.conversion.exact(*dial).unwrap_or(0);
            sink.rate(Rate { amount: exact(b) - exact(a), ms });
        }
    }
}
