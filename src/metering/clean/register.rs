//! Registers (累计表码): which reading follows another, and what the step between them says.
//!
//! From `a`, the last accepted reading, to `b`, the next one. A *break* is a fall, or a rise that nothing can make in that
//! time. What follows is decided by what is possible:
//! * no break, or a rollover of a dial whose modulus is given: `b` follows;
//! * an excursion that leaves by a break and comes back by a break within 24 h, or at any time if all its readings are
//!   equal, and has no more than 256 breaks in it: it is dropped, as a glitch below `a`, as a spike above;
//! * else `b` follows: after a fall to little, the dial has been reset; after any other break, it has stepped.
//!
//! What the step says is decided by what is usual (`History`): only a usual rise is known. All else is a hole with its
//! least and most. Equal readings in a row are one point from the first to the last of them.

use super::{Breaks, Chain, Flow, Hole, Judged, Point, Shape, Sink, Tally, looked, resets};
use crate::{
    finding::Code,
    metering::{Meter, MeterKind},
};

pub(super) const LOOK_AHEAD_MS: i64 = 24 * 3_600_000;

/// An excursion holds at most so many breaks (ours): what flutters longer than that is no excursion, and looking for its end
/// costs no more than that.
const MOST_BREAKS: usize = 256;

pub(super) fn next(
    chain: &Chain<'_>,
    points: &[Point],
    breaks: &Breaks,
    from: usize,
    complete_until: i64,
) -> Option<usize> {
    let (a, b) = (points.get(from)?, points.get(from + 1)?);
    if follows(chain, a, b) {
        return Some(from + 1);
    }
    let horizon = b.at.saturating_add(LOOK_AHEAD_MS);
    // It ends before the horizon and no later than at a declared exchange; one of equal readings only returns at any time.
    let restart = breaks.restart(chain, points, from + 2);
    let ends =
        |c: usize, point: &Point| restart.is_some_and(|restart| restart < c) || (point.at > horizon && c > from + 2);
    let ahead = breaks.from(chain, points, from + 2);
    for &c in ahead.iter().take(MOST_BREAKS) {
        looked::note();
        let Some(point) = points.get(c).filter(|point| !ends(c, point)) else { return Some(from + 1) };
        // It comes back to where `a` leads.
        if !matches!(fit(chain, a, point), Fit::Break) {
            return Some(c);
        }
    }
    let is_past = |point: &Point| point.at > horizon;
    let is_over = ahead.len() >= MOST_BREAKS
        || restart.is_some()
        || (points.len() > from + 2 && (complete_until > horizon || points.last().is_some_and(is_past)));
    (is_over || complete_until == i64::MAX).then_some(from + 1)
}

/// Whether a point breaks off from the one before it.
pub(super) fn breaks(chain: &Chain<'_>, before: &Point, point: &Point) -> bool {
    matches!(rise(chain, before, point), Rise::Break)
}

/// Whether `b` follows `a` without a look ahead.
fn follows(chain: &Chain<'_>, a: &Point, b: &Point) -> bool {
    b.restart.is_some()
        || chain.meter.resets().is_some()
        || !matches!(fit(chain, a, b), Fit::Break)
        || is_stale(chain, a, b)
}

enum Rise {
    /// By so much.
    By(f64),
    Break,
}

/// The rise from one reading to the next, unless it is a break.
fn rise(chain: &Chain<'_>, a: &Point, b: &Point) -> Rise {
    let (rise, ms) = (b.dial - a.base_dial(), b.at - a.until);
    let falls = rise < 0.0 && (!chain.meter.net || chain.history.is_break(-rise, ms));
    if falls || chain.history.is_break(rise, ms) { Rise::Break } else { Rise::By(rise) }
}

enum Fit {
    /// It rises by so much.
    Plain(f64),
    /// It has passed its modulus.
    Rollover(f64),
    Break,
}

fn fit(chain: &Chain<'_>, a: &Point, b: &Point) -> Fit {
    if let Rise::By(rise) = rise(chain, a, b) {
        return Fit::Plain(rise);
    }
    let (rise, ms) = (b.dial - a.base_dial(), b.at - a.until);
    match chain.modulus(a.until) {
        Some(modulus) if rise < 0.0 && rise + modulus >= 0.0 && !chain.history.is_break(rise + modulus, ms) => {
            Fit::Rollover(rise + modulus)
        }
        _ => Fit::Break,
    }
}

/// Whether the readings of `a` stood still while the dial went on: the rise is not usual for its own step, but from the
/// first of them on. A logger repeats the last value when the line is down.
fn is_stale(chain: &Chain<'_>, a: &Point, b: &Point) -> bool {
    let (rise, ms) = (b.dial - a.base_dial(), b.at - a.until);
    a.until > a.at
        && a.restart.is_none()
        && rise > 0.0
        && chain.history.never_rests()
        && chain.history.judge(rise, ms, b.at) != Judged::Usual
        && chain.history.judge(rise, b.at - a.at, b.at) == Judged::Usual
        && !chain.history.is_break(rise, b.at - a.at)
}

/// Hands what the step from one accepted point to the next says to the sink.
pub(super) fn book(chain: &Chain<'_>, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
    let (Some(a), Some(b)) = (points.get(from), points.get(to)) else { return };
    let dropped = points.get(from + 1..to).unwrap_or_default();
    let stale = is_stale(chain, a, b);
    if !stale {
        stand(chain, a, sink);
    }
    let step = Step { chain, a, b, ms: b.at - a.until };
    step.book(dropped, stale, sink);
    if let Some(first) = b.restart {
        let units = chain.meter.conversion(b.at);
        let tally = Tally { found: Some(units.dial(b.value)), and: Some(units.dial(first.value)), ..Tally::default() };
        sink.fault(Code::RegisterExchange, b.at, tally);
    }
}

/// Equal readings over a time in which the lowest usual rate would have moved the last digit are a fault.
pub(super) fn stand(chain: &Chain<'_>, a: &Point, sink: &mut impl Sink) {
    let ms = a.until - a.at;
    let low = chain.history.usual.map_or(0.0, |usual| usual.low);
    let moves = low > 0.0 && low * ms as f64 >= chain.history.digit;
    if ms > 0 && moves && !chain.meter.is_confirmed(a.at, a.until) {
        let most = chain.history.most(ms);
        sink.hole(Hole { start: a.at, end: a.until, missing_ms: ms, least: 0, most });
        sink.fault(Code::ReadingStuck, a.at, step_tally(chain, a, a.until, most));
    }
}

fn step_tally(chain: &Chain<'_>, point: &Point, until: i64, most: Option<i128>) -> Tally {
    let found = Some(chain.meter.conversion(point.at).dial(point.value));
    Tally { until: Some(until), found, ms: until - point.at, most, ..Tally::default() }
}

struct Step<'a> {
    chain: &'a Chain<'a>,
    a: &'a Point,
    b: &'a Point,
    ms: i64,
}

impl Step<'_> {
    fn book(&self, dropped: &[Point], stale: bool, sink: &mut impl Sink) {
        let (chain, a, b) = (self.chain, self.a, self.b);
        let amount = b.value - a.base();
        if let resets::Count::Anew = resets::count(chain, a, b) {
            return self.hole(Code::RegisterReset, b.value, self.most_from(b.value), sink);
        }
        for point in dropped {
            let seen = Tally { until: Some(b.at), ..self.seen(point) };
            let at_least = Some(chain.meter.conversion(b.at).dial(a.base()));
            for _ in 0..point.count {
                if point.value < a.base() {
                    sink.fault(Code::RegisterGlitch, point.at, Tally { at_least, ..seen });
                } else {
                    sink.fault(Code::RegisterSpike, point.at, seen);
                }
            }
        }
        match fit(chain, a, b) {
            Fit::Plain(rise) => self.risen(rise, amount, dropped, stale, sink),
            Fit::Rollover(rise) => {
                let turn = self.turn();
                sink.fault(Code::RegisterRollover, b.at, self.seen(b));
                self.risen(rise, amount + turn, dropped, stale, sink);
            }
            Fit::Break if stale => self.risen(b.dial - a.base_dial(), amount, dropped, stale, sink),
            Fit::Break => self.broken(amount, sink),
        }
    }

    /// The dial has risen by something possible.
    fn risen(&self, rise: f64, amount: i128, dropped: &[Point], stale: bool, sink: &mut impl Sink) {
        let (chain, a, b) = (self.chain, self.a, self.b);
        if stale {
            sink.flow(Flow { start: a.at, end: b.at, amount, shape: Shape::Even, estimated: b.estimated });
            sink.fault(
                Code::RegisterStale,
                a.at,
                Tally { ms: b.at - a.at, ..Tally { until: Some(b.at), ..self.seen(a) } },
            );
            return;
        }
        if let Some(counted) = self.counted_while_away(dropped) {
            return self.hole_of(amount, Some(amount + counted), sink);
        }
        let judged = chain.history.judge(rise, self.ms, b.at);
        if judged != Judged::Usual && !chain.meter.is_confirmed(a.until, b.at) {
            let least = if judged == Judged::Below { amount } else { 0 };
            let most = self.most_from(amount);
            if !dropped.is_empty() {
                return self.hole_of(least, most, sink);
            }
            return self.hole(Code::RegisterUnusual, least, most, sink);
        }
        // Might it have turned once more?
        let turns = |modulus: f64| chain.may_turn(rise + modulus, self.ms, b.at);
        if chain.modulus(a.until).is_some_and(turns) {
            let most = self.most_from(amount + self.turn());
            return self.hole(Code::RegisterTurns, amount, most, sink);
        }
        sink.flow(Flow { start: a.until, end: b.at, amount, shape: Shape::Even, estimated: b.estimated });
    }

    /// What an excursion counted, if it has risen more than twice by itself: then it may be what flowed.
    fn counted_while_away(&self, dropped: &[Point]) -> Option<i128> {
        let rises = dropped.iter().zip(dropped.iter().skip(1));
        let rises = rises.filter(|(p, q)| matches!(rise(self.chain, p, q), Rise::By(by) if by > 0.0));
        let (count, sum) = rises.fold((0, 0), |(count, sum), (p, q)| (count + 1, sum + q.value - p.value));
        (count > 2).then_some(sum)
    }

    /// A break from which nothing came back.
    fn broken(&self, amount: i128, sink: &mut impl Sink) {
        let (chain, b) = (self.chain, self.b);
        let fallen = amount < 0;
        let (_, usual) = chain.history.range(self.ms, b.at);
        let usual = if usual.is_finite() { usual } else { chain.history.limit * self.ms as f64 };
        if fallen && chain.meter.is_supply() && self.a.base_dial() - b.dial <= usual {
            // It may have given back.
            sink.fallen(self.a.until, b.at, self.a.base_dial());
            return self.hole(Code::ReadingBelowZero, amount, self.most_from(0), sink);
        }
        if fallen {
            sink.fallen(self.a.until, b.at, self.a.base_dial());
        }
        if fallen && b.restart.is_none() && (usual.is_infinite() || b.dial <= usual) {
            return self.hole(Code::RegisterReset, b.value, self.most_from(b.value), sink);
        }
        // Where no capacity is stated, what was read may have flowed.
        let most = if chain.is_bounded_by_capacity() { chain.history.most(self.ms) } else { self.most_from(amount) };
        self.hole(Code::RegisterStep, 0, most, sink);
    }

    /// The most that can have passed, and not less than what was read.
    fn most_from(&self, read: i128) -> Option<i128> {
        self.chain.history.most(self.ms).map(|most| most.max(read))
    }

    fn turn(&self) -> i128 {
        self.chain.exact_modulus(self.a.until).unwrap_or(0)
    }

    fn hole(&self, code: Code, least: i128, most: Option<i128>, sink: &mut impl Sink) {
        self.hole_of(least, most, sink);
        let at = if code == Code::RegisterUnusual { self.a.until } else { self.b.at };
        let energy = (Some(least), most);
        let at_least =
            (code == Code::RegisterReset).then(|| self.chain.meter.conversion(self.b.at).dial(self.a.base()));
        let until = Some(self.b.at).filter(|until| *until != at);
        let tally = Tally { until, at_least, ms: self.ms, least: energy.0, most: energy.1, ..self.seen(self.b) };
        sink.fault(code, at, tally);
    }

    fn hole_of(&self, least: i128, most: Option<i128>, sink: &mut impl Sink) {
        sink.hole(Hole { start: self.a.until, end: self.b.at, missing_ms: self.ms, least, most });
    }

    fn seen(&self, point: &Point) -> Tally {
        let found = Some(self.chain.meter.conversion(point.at).dial(point.value));
        Tally { found, ..Tally::default() }
    }
}

/// Equal readings in a row become one point.
pub(crate) fn squeeze(meter: &Meter, points: &mut Vec<Point>) {
    if !matches!(meter.kind, MeterKind::Register { resets: None, .. }) {
        return;
    }
    points.dedup_by(|later, point| {
        let joins = joins(meter, point, later);
        if joins {
            (point.until, point.count) = (later.until, point.count.saturating_add(later.count));
        }
        joins
    });
}

/// Whether a later reading of a register shows the same.
pub(super) fn joins(meter: &Meter, point: &Point, later: &Point) -> bool {
    matches!(meter.kind, MeterKind::Register { resets: None, .. })
        && point.value == later.value
        && point.dial == later.dial
        && point.restart.is_none()
        && later.restart.is_none()
}
