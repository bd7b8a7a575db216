use super::{History, Nowhere, Pass, Rows, evenly::rises, pass::is_left_out, prepare, prepare::TIME_RANGE, rows::Run};
use crate::metering::{Meter, MeterKind};
use jiff::tz::TimeZone;
use std::ops::Range;

/// So many rows are prepared at a time.
const CHUNK: usize = 1 << 12;

/// So many rows after an odd one are looked at one by one.
const FEW: usize = 3;

/// The first pass over the rows of a stretch of time.
pub(crate) fn first_pass(meter: &Meter, rows: &Rows<'_>, zone: &TimeZone, window: (i64, i64)) -> Pass {
    let mut pass = Pass::default();
    let range = rows.within(window);
    let is_plain = matches!(meter.kind, MeterKind::Register { resets: None, .. })
        && !meter.net
        && meter.events.is_empty()
        && meter.confirmed.is_empty()
        && meter.from.is_none()
        && meter.until.is_none()
        && rows.are_unmarked();
    if is_plain && let Some(span_ms) = span(meter, rows, &range) {
        pass.expect(span_ms);
    }
    let mut runs = Vec::new();
    let mut row = range.start;
    while row < range.end && !rows.are_disordered() {
        if is_plain && let Some(next) = one(meter, rows, row, &mut pass) {
            row = next + evenly(meter, rows, next..range.end, &mut pass, &mut runs);
            continue;
        }
        let take = if is_plain { FEW } else { CHUNK };
        let end = rows.end_of_group((row + take).min(range.end), range.end);
        look(meter, rows, zone, row..end, within(rows, &range, window, row..end), &mut pass);
        row = end;
    }
    if range.is_empty() && !is_plain {
        look(meter, rows, zone, range, window, &mut pass);
    }
    rows.keep_runs(runs);
    pass
}

/// From the first reading to the last, where both are sure to be used.
fn span(meter: &Meter, rows: &Rows<'_>, range: &Range<usize>) -> Option<i64> {
    let (first, last) = (range.start, range.end.checked_sub(1)?);
    let conversion = meter.conversion(0);
    let at = |row: usize| rows.time.get(row).copied().filter(|at| TIME_RANGE.contains(at));
    let is_sure = |row: usize| {
        let is_alone = row.checked_sub(1).is_none_or(|before| at(before) != at(row)) && at(row + 1) != at(row);
        is_alone && rows.value.get(row).is_some_and(|value| *value >= 0.0 && conversion.is_exact(*value))
    };
    let (from, until) = (at(first)?, at(last)?);
    (is_sure(first) && is_sure(last)).then(|| until.saturating_sub(from))
}

/// Looks at a reading of a register that stands alone, if that is what the row has; returns the row after it.
fn one(meter: &Meter, rows: &Rows<'_>, row: usize, pass: &mut Pass) -> Option<usize> {
    let (&at, &dial) = rows.time.get(row).zip(rows.value.get(row))?;
    let has = |row: usize| rows.time.get(row) == Some(&at);
    if has(row + 1) && !has(row + 2) && rows.value.get(row + 1) == Some(&dial) && rows.look_at(row..row + 2) {
        return Some(row + 1); // the same twice: the second will do
    }
    let is_alone = !has(row + 1);
    if !is_alone || !TIME_RANGE.contains(&at) || !rows.look_at(row..row + 1) {
        return None;
    }
    if dial.is_nan() {
        return Some(row + 1);
    }
    let is_usable = dial >= 0.0 && meter.conversion(0).is_exact(dial);
    is_usable.then(|| pass.see_dial(at, dial)).map(|()| row + 1)
}

/// The stretch of time of which some rows of a range are: the declared exchanges before the next row belong to it.
fn within(rows: &Rows<'_>, range: &Range<usize>, window: (i64, i64), some: Range<usize>) -> (i64, i64) {
    let from = if some.start == range.start { window.0 } else { rows.key(some.start).0 };
    (from, if some.end == range.end { window.1 } else { rows.key(some.end).0 })
}

/// Looks at some rows one by one.
fn look(meter: &Meter, rows: &Rows<'_>, zone: &TimeZone, range: Range<usize>, window: (i64, i64), pass: &mut Pass) {
    let history = History::default();
    let points = prepare(meter, rows, range, (window, &history, zone), &mut Nowhere);
    for point in &points {
        pass.see_length(point);
        if !is_left_out(meter, zone, point) {
            pass.see(meter, zone, point);
        }
    }
}

/// From the row before some rows on, over all that rise evenly; returns how many these are.
fn evenly(meter: &Meter, rows: &Rows<'_>, range: Range<usize>, pass: &mut Pass, runs: &mut Vec<Run>) -> usize {
    let (time, value) = (&rows.time, &rows.value);
    let Some(mut from) = range.start.checked_sub(1) else { return 0 };
    // The last one looked at has to be that one.
    if time.get(from).zip(value.get(from)).is_none_or(|(&at, &dial)| !pass.has_seen(at, dial)) {
        return 0;
    }
    let conversion = meter.conversion(0);
    while let [first, second, ..] = time.get(from..range.end).unwrap_or_default()
        && let ms = second.wrapping_sub(*first)
        && ms > 0
        && TIME_RANGE.contains(second)
    {
        // All of them end in one bin.
        let left = pass.end_of_bin(*second).saturating_sub(*first).saturating_sub(1) / ms;
        let end = range.end.min(from + 1 + usize::try_from(left).unwrap_or(0));
        let slice = |end: usize| time.get(from..end).zip(value.get(from..end));
        let Some((times, values)) = slice(end) else { break };
        let (mut even, mut extremes) = rises(times, values, ms);
        // The last one may be one of several with the same stamp.
        let is_alone = time.get(from + even) != time.get(from + even + 1);
        if !is_alone && even > 0 {
            even -= 1;
            let Some((times, values)) = slice(from + even + 1) else { break };
            (_, extremes) = rises(times, values, ms);
        }
        let Some((times, values)) = slice(from + even + 1).filter(|_| even > 0) else { break };
        let (Some(&at), Some(&dial)) = (times.last(), values.last()) else { break };
        if !conversion.is_exact(dial) || !TIME_RANGE.contains(&at) {
            break;
        }
        pass.see_evenly(ms, extremes, (at, dial), values.get(1..).unwrap_or_default());
        let (least, greatest) = extremes;
        runs.push(Run { from, until: from + even, ms, least, greatest });
        from += even;
        if !is_alone {
            break;
        }
    }
    from + 1 - range.start
}
