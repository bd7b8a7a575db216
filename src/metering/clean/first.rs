use super::{History, Nowhere, Pass, Rows, evenly::rises, pass::is_left_out, prepare, prepare::TIME_RANGE};
use crate::metering::{Meter, MeterKind};
use jiff::tz::TimeZone;
use std::ops::Range;

/// So many rows are prepared at a time.
const CHUNK: usize = 1 << 12;

/// So many rows after an odd one are looked at one by one.
const FEW: usize = 3;

/// The first pass over some rows.
pub(crate) fn first_pass(meter: &Meter, rows: &Rows<'_>, zone: &TimeZone, range: Range<usize>) -> Pass {
    let mut pass = Pass::default();
    let is_plain = matches!(meter.kind, MeterKind::Register { resets: None, .. })
        && meter.events.is_empty()
        && meter.confirmed.is_empty()
        && meter.from.is_none()
        && meter.until.is_none()
        && rows.are_unmarked();
    if is_plain && let Some(span_ms) = span(meter, rows, &range) {
        pass.expect(span_ms);
    }
    let mut row = range.start;
    while row < range.end && !rows.are_disordered() {
        let take = if is_plain { FEW } else { CHUNK };
        let end = rows.end_of_group((row + take).min(range.end), range.end);
        look(meter, rows, zone, row..end, &mut pass);
        row = end;
        if is_plain {
            row += evenly(meter, rows, row..range.end, &mut pass);
        }
    }
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

/// Looks at some rows one by one.
fn look(meter: &Meter, rows: &Rows<'_>, zone: &TimeZone, range: Range<usize>, pass: &mut Pass) {
    let until = |row: usize| if row < rows.len() { rows.key(row).0 } else { i64::MAX };
    // The declared exchanges before the next row belong to these.
    let from = if range.start == 0 { i64::MIN } else { until(range.start) };
    let window = (from, until(range.end));
    let history = History::default();
    let points = prepare(meter, rows, range, (window, &history, zone), &mut Nowhere);
    for point in points.iter().filter(|point| !is_left_out(meter, zone, point)) {
        pass.see(meter, zone, point);
    }
}

/// From the row before some rows on, over all that rise evenly; returns how many these are.
fn evenly(meter: &Meter, rows: &Rows<'_>, range: Range<usize>, pass: &mut Pass) -> usize {
    let (time, value) = (&rows.time, &rows.value);
    let Some(mut from) = range.start.checked_sub(1) else { return 0 };
    // The last one looked at has to be that one.
    if time.get(from).zip(value.get(from)).is_none_or(|(&at, &dial)| !pass.has_seen(at, dial)) {
        return 0;
    }
    let conversion = meter.conversion(0);
    loop {
        let [first, second, ..] = time.get(from..range.end).unwrap_or_default() else { break };
        let ms = second.wrapping_sub(*first);
        if ms <= 0 || !TIME_RANGE.contains(second) {
            break;
        }
        // All of them end in one bin.
        let left = pass.end_of_bin(*second).saturating_sub(*first).saturating_sub(1) / ms;
        let end = range.end.min(from + 1 + usize::try_from(left).unwrap_or(0));
        let (Some(times), Some(values)) = (time.get(from..end), value.get(from..end)) else { break };
        let (mut even, (least, greatest)) = rises(times, values, ms);
        // The last one may be one of several with the same stamp.
        let last = from + even;
        if even > 0 && time.get(last) == time.get(last + 1) {
            even -= 1;
            if even == 0 {
                break;
            }
            // Least and greatest are of one reading too many: again without it.
            let (times, values) = (times.get(..=even).unwrap_or_default(), values.get(..=even).unwrap_or_default());
            let (_, extremes) = rises(times, values, ms);
            if !take(pass, &conversion, ms, extremes, times, values) {
                break;
            }
            from += even;
            break;
        }
        if even == 0 {
            break;
        }
        let (times, values) = (times.get(..=even).unwrap_or_default(), values.get(..=even).unwrap_or_default());
        if !take(pass, &conversion, ms, (least, greatest), times, values) {
            break;
        }
        from += even;
    }
    from + 1 - range.start
}

fn take(
    pass: &mut Pass,
    conversion: &crate::quantity::Conversion,
    ms: i64,
    extremes: (f64, f64),
    times: &[i64],
    values: &[f64],
) -> bool {
    let (Some(&at), Some((&dial, later))) = (times.last(), values.split_last().map(|(last, _)| (last, values))) else {
        return false;
    };
    if !conversion.is_exact(dial) || !TIME_RANGE.contains(&at) {
        return false;
    }
    pass.see_evenly(ms, extremes, (at, dial), later.get(1..).unwrap_or_default());
    true
}
