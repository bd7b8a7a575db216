//! Interval meters (区间量): a value per `[start, end)`.
//!
//! Intervals that overlap form a cluster, of which none is used: nobody can say which of them is right. A hole between
//! intervals loses energy. One that covers only part of its time (`known_h`) leaves the rest unknown.

use super::{Chain, Flow, Hole, Point, Rate, Rows, Shape, Sink, Stand, Tally, prepare::TIME_RANGE};
use crate::{
    finding::Code,
    metering::{Meter, MeterKind},
};

/// Books a whole series of intervals that touch each other, and says from when to when it reaches; `None` if it is another one,
/// and what was booked is of no use then.
pub(crate) fn book_in_a_row(meter: &Meter, rows: &Rows<'_>, sink: &mut impl Sink) -> Option<(i64, i64)> {
    if meter.kind != MeterKind::Interval || !rows.are_whole_intervals() || !meter.events.is_empty() {
        return None;
    }
    let conversion = meter.conversion(0);
    let (first, _) = rows.keys().next()?;
    let mut reached = first;
    for ((at, until), value) in rows.keys().zip(rows.value.iter()) {
        let touches = at == reached && at < until && TIME_RANGE.contains(&at) && TIME_RANGE.contains(&until);
        let amount = conversion.exact(*value).ok().filter(|amount| touches && *amount >= 0)?;
        sink.rate(Rate { amount, ms: until - at });
        sink.flow(Flow { start: at, end: until, amount, shape: Shape::Even });
        reached = until;
    }
    Some((first, reached))
}

/// Walks over intervals that touch each other, as most do: each is a cluster of its own and settles the one before, so no
/// look ahead is needed.
pub(super) fn walk(chain: &Chain<'_>, rows: &Rows<'_>, stand: &mut Stand, end: usize, sink: &mut impl Sink) {
    if chain.meter.kind != MeterKind::Interval || !rows.are_whole_intervals() || !chain.meter.events.is_empty() {
        return;
    }
    let conversion = chain.meter.conversion(0);
    while stand.row + 1 < end && rows.look_at(stand.row..stand.row + 1) {
        let ((at, until), next) = (rows.key(stand.row), rows.key(stand.row + 1));
        let touches = at == stand.last.until && at < until && until <= next.0 && TIME_RANGE.contains(&until);
        let value = conversion.exact(rows.value(stand.row).0).ok().filter(|value| touches && *value >= 0);
        let Some(value) = value else { return };
        cluster(std::slice::from_ref(&stand.last), sink);
        *stand = Stand { last: Point { at, until, value, known_ms: until - at, restart: None }, row: stand.row + 1 };
    }
}

/// The start of the next cluster; only a later reading settles where a cluster ends.
pub(super) fn next(points: &[Point], from: usize) -> Option<usize> {
    let mut end = points.get(from)?.until;
    for (i, point) in points.iter().enumerate().skip(from + 1) {
        if point.at >= end {
            return Some(i);
        }
        end = end.max(point.until);
    }
    None
}

/// The first start, from point `least` on, that no earlier interval reaches: there a cluster starts, wherever those
/// before it are taken to start.
pub(super) fn anchor(points: &[Point], least: usize) -> Option<usize> {
    let mut end = i64::MIN;
    for (i, point) in points.iter().enumerate() {
        if i >= least && point.at >= end {
            return Some(i);
        }
        end = end.max(point.until);
    }
    None
}

pub(super) fn book(points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
    let end = cluster(points.get(from..to).unwrap_or_default(), sink);
    let Some(following) = points.get(to) else { return };
    if following.at > end {
        sink.hole(Hole { start: end, end: following.at, missing_ms: following.at - end, most: None });
        sink.fault(Code::IntervalGap, end, Tally { until: Some(following.at), ..Tally::default() });
    }
}

pub(super) fn finish(points: &[Point], from: usize, sink: &mut impl Sink) -> i64 {
    cluster(points.get(from..).unwrap_or_default(), sink)
}

/// Books one cluster and returns its end.
fn cluster(points: &[Point], sink: &mut impl Sink) -> i64 {
    let end = points.iter().map(|point| point.until).max().unwrap_or(i64::MIN);
    if let [one] = points {
        let length = one.until - one.at;
        if one.known_ms > 0 {
            sink.rate(Rate { amount: one.value, ms: one.known_ms });
            sink.flow(Flow { start: one.at, end: one.until, amount: one.value, shape: Shape::Even });
        }
        if one.known_ms < length {
            sink.hole(Hole { start: one.at, end: one.until, missing_ms: length - one.known_ms, most: None });
            sink.fault(Code::IntervalPartial, one.at, Tally { until: Some(one.until), ..Tally::default() });
        }
    } else if let Some(first) = points.first() {
        sink.hole(Hole { start: first.at, end, missing_ms: end - first.at, most: None });
        for overlapping in points {
            sink.fault(
                Code::IntervalOverlap,
                overlapping.at,
                Tally { until: Some(overlapping.until), ..Tally::default() },
            );
        }
    }
    end
}
