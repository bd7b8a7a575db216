//! Interval meters (区间量): a value per `[start, end)`.
//!
//! Intervals that overlap form a cluster, of which none is used: nobody can say which of them is right. A hole between
//! intervals loses energy, unless the meter writes nothing while it rests. One that covers only part of its time
//! (`known_h`) leaves the rest unknown. A value that cannot be, that is not usual or that stands still is a hole.

use super::{Chain, Flow, Hole, Judged, Point, Rate, Rows, Shape, Sink, Stand, Tally, prepare::TIME_RANGE, stands};
use crate::{
    finding::Code,
    metering::{Absent, Meter, MeterKind},
    quantity::Dimension,
};

/// Books a whole series of intervals that touch each other and are not judged, and says from when to when it reaches, and
/// its highest rate; `None` if it is another one, and what was booked is of no use then.
pub(crate) fn book_in_a_row(meter: &Meter, rows: &Rows<'_>, sink: &mut impl Sink) -> Option<((i64, i64), Rate)> {
    if meter.kind != MeterKind::Interval || !rows.are_whole_intervals() || meter.unit.dimension() == Dimension::Power {
        return None;
    }
    let conversion = meter.conversion(0);
    let (first, _) = rows.keys().next()?;
    let (mut reached, mut top) = (first, Rate { amount: 0, ms: 1 });
    for ((at, until), value) in rows.keys().zip(rows.value.iter()) {
        let touches = at == reached && at < until && TIME_RANGE.contains(&at) && TIME_RANGE.contains(&until);
        let amount = conversion.exact(*value).ok().filter(|amount| touches && *amount >= 0)?;
        sink.flow(Flow { start: at, end: until, amount, shape: Shape::Even, estimated: false });
        let rate = Rate { amount, ms: until - at };
        top = if rate.is_above(top) { rate } else { top };
        reached = until;
    }
    Some(((first, reached), top))
}

/// Walks over intervals that touch each other, differ and are usual, as most do: each settles the one before, so no look
/// ahead is needed.
pub(super) fn walk(chain: &Chain<'_>, rows: &Rows<'_>, stand: &mut Stand, end: usize, sink: &mut impl Sink) {
    let history = chain.history;
    let is_plain = rows.are_whole_intervals()
        && history.inclusive.is_none()
        && chain.meter.confirmed.is_empty()
        && chain.meter.unit.dimension() != Dimension::Power;
    if chain.meter.kind != MeterKind::Interval || !is_plain {
        return;
    }
    let conversion = chain.meter.conversion(0);
    let may_repeat = history.stand_ms == i64::MAX;
    let is_usual = |point: &Point| {
        let ms = point.until - point.at;
        point.known_ms == ms
            && !point.estimated
            && point.dial >= 0.0
            && !history.is_break(point.dial, ms)
            && history.judge(point.dial, ms, point.until) == Judged::Usual
    };
    while stand.row + 1 < end && rows.look_at(stand.row..stand.row + 1) {
        let ((at, until), next) = (rows.key(stand.row), rows.key(stand.row + 1));
        let (dial, last) = (rows.value(stand.row).0, &stand.last);
        let touches = at == last.until && at < until && until <= next.0 && TIME_RANGE.contains(&until);
        let value = conversion.exact(dial).ok().filter(|value| touches && *value >= 0);
        // The one after next may show the same, or waver.
        let Some(value) = value.filter(|_| may_repeat || dial != last.dial) else { return };
        let point = Point { at, until, value, dial, known_ms: until - at, estimated: false, count: 1, restart: None };
        if !is_usual(last) || !is_usual(&point) {
            return;
        }
        sink.flow(Flow { start: last.at, end: at, amount: last.value, shape: Shape::Even, estimated: false });
        *stand = Stand { last: point, row: stand.row + 1 };
    }
}

/// How far a stamp may waver: a tenth of the interval, and less than a minute.
const WAVER_MS: i64 = 60_000;

/// The end of an interval: that of the next one's start, if it is off by no more than stamps waver.
fn end_of(points: &[Point], i: usize) -> i64 {
    let Some(point) = points.get(i) else { return i64::MIN };
    let off = points.get(i + 1).map_or(0, |next| next.at - point.until);
    let most = ((point.until - point.at) / 10).min(WAVER_MS);
    if off.abs() < most { point.until + off } else { point.until }
}

/// The first interval that starts after all before it have ended, and shows another value than the one before it.
pub(super) fn next(chain: &Chain<'_>, points: &[Point], from: usize) -> Option<usize> {
    let mut end = points.get(from).map(|_| end_of(points, from))?;
    let judges_stands = chain.history.stand_ms < i64::MAX;
    for (i, point) in points.iter().enumerate().skip(from + 1) {
        if point.at >= end && !(judges_stands && stands::is_same(points, i)) {
            return Some(i);
        }
        end = end.max(end_of(points, i));
    }
    None
}

/// The first start beyond `horizon` that no earlier interval reaches, and that shows another value than the one before:
/// there a cluster starts, wherever those before it are taken to start.
pub(super) fn anchor(points: &[Point], horizon: i64) -> Option<usize> {
    let mut end = i64::MIN;
    for (i, point) in points.iter().enumerate() {
        if i > 0 && point.at > horizon && point.at >= end && !stands::is_same(points, i) {
            return Some(i);
        }
        end = end.max(end_of(points, i));
    }
    None
}

pub(super) fn book(chain: &Chain<'_>, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
    let end = clusters(chain, points, from, to, sink);
    if let Some(following) = points.get(to) {
        gap(chain, end, following.at, sink);
    }
}

pub(super) fn finish(chain: &Chain<'_>, points: &[Point], from: usize, sink: &mut impl Sink) -> i64 {
    clusters(chain, points, from, points.len(), sink)
}

fn gap(chain: &Chain<'_>, start: i64, end: i64, sink: &mut impl Sink) {
    if start >= end || chain.meter.absent == Absent::Zero {
        return;
    }
    let most = chain.history.most(end - start);
    sink.hole(Hole::of_all(start, end, most));
    sink.fault(Code::IntervalGap, start, Tally { until: Some(end), ms: end - start, most, ..Tally::default() });
}

/// Books the clusters among some points, and the gaps between them; returns the end of the last.
fn clusters(chain: &Chain<'_>, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) -> i64 {
    let mut reached: Option<i64> = None;
    let mut i = from;
    let mut stuck = false;
    let stands = chain.history.stand_ms < i64::MAX;
    while i < to {
        let Some(first) = points.get(i) else { break };
        if let Some(reached) = reached {
            gap(chain, reached, first.at, sink);
        }
        let (mut end, mut next) = (end_of(points, i), i + 1);
        while next < to && points.get(next).is_some_and(|point| point.at < end) {
            end = end.max(end_of(points, next));
            next += 1;
        }
        for at in i..next {
            if stands && (at == from || !stands::is_same(points, at)) {
                let known = points.get(..to).unwrap_or_default();
                stuck = stands::is_stuck(chain, known, at, i64::MAX) == Some(true);
                if stuck {
                    let last = stands::first_after(known, at + 1).unwrap_or(to) - 1;
                    stuck = !stand_still(chain, points, at, last, sink);
                }
            }
        }
        if next == i + 1 {
            one(chain, first, end, stuck, sink);
        } else {
            sink.hole(Hole::of_all(first.at, end, chain.history.most(end - first.at)));
            for overlapping in points.get(i..next).unwrap_or_default() {
                let until = Some(overlapping.until);
                sink.fault(Code::IntervalOverlap, overlapping.at, Tally { until, ..Tally::default() });
            }
        }
        (reached, i) = (Some(end), next);
    }
    reached.unwrap_or(i64::MIN)
}

/// Names a stand that is too long; whether a person has confirmed it.
fn stand_still(chain: &Chain<'_>, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) -> bool {
    let (Some(first), Some(last)) = (points.get(from), points.get(to)) else { return true };
    if chain.meter.is_confirmed(first.at, last.until) {
        return true;
    }
    let found = Some(chain.meter.conversion(first.at).dial(first.value));
    let most = chain.history.most(last.until - first.at);
    let tally = Tally { until: Some(last.until), found, ms: last.until - first.at, most, ..Tally::default() };
    sink.fault(Code::ReadingStuck, first.at, tally);
    false
}

/// Books an interval that stands alone.
fn one(chain: &Chain<'_>, point: &Point, end: i64, stuck: bool, sink: &mut impl Sink) {
    let history = chain.history;
    // What wavers covers all of its time still.
    let is_whole = point.known_ms == point.until - point.at;
    let length = end - point.at;
    let known = if is_whole { length } else { point.known_ms.min(length) };
    if known < length {
        let missing = length - known;
        sink.hole(Hole { start: point.at, end, missing_ms: missing, least: 0, most: history.most(missing) });
        sink.fault(Code::IntervalPartial, point.at, Tally { until: Some(end), ..Tally::default() });
    }
    if point.known_ms == 0 || length == 0 {
        return;
    }
    let mean_power = chain.meter.unit.dimension() == Dimension::Power;
    let ms = point.known_ms;
    let (impossible, judged) = if mean_power {
        (point.dial.abs() > history.limit, history.judge_power(point.dial, point.until))
    } else {
        (history.is_break(point.dial.abs(), ms), history.judge(point.dial, ms, point.until))
    };
    let code = if point.dial < 0.0 && !chain.meter.net {
        Some(Code::ReadingBelowZero)
    } else if impossible {
        Some(Code::IntervalImpossible)
    } else if judged != Judged::Usual && !chain.meter.is_confirmed(point.at, point.until) {
        Some(Code::IntervalUnusual)
    } else {
        None
    };
    if stuck && code.is_none() {
        return sink.hole(Hole { start: point.at, end, missing_ms: known, least: 0, most: history.most(known) });
    }
    let Some(code) = code else {
        let (start, amount) = (point.at, point.value);
        return sink.flow(Flow { start, end, amount, shape: Shape::Even, estimated: point.estimated });
    };
    let most = history.most(known);
    let read = |most: i128| if code == Code::IntervalImpossible { most } else { most.max(point.value) };
    let least = if judged == Judged::Below || point.dial < 0.0 { point.value } else { 0 };
    let most = most.map(read);
    sink.hole(Hole { start: point.at, end, missing_ms: known, least, most });
    let found = Some(chain.meter.conversion(point.at).dial(if mean_power {
        point.value / i128::from(ms)
    } else {
        point.value
    }));
    let tally = Tally { until: Some(end), found, ms: known, least: Some(least), most, ..Tally::default() };
    sink.fault(code, point.at, tally);
}
