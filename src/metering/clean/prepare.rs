use super::{Point, Rows, Sink};
use crate::{
    finding::Code,
    metering::{Meter, MeterKind},
    quantity::{Conversion, QuantityError, text},
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The particulars of a fault, in exact units or as they stood in the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Until when it lasted, if longer than an instant.
    pub until: Option<i64>,
    /// What was found.
    #[serde(with = "text::option")]
    pub found: Option<f64>,
    /// What else was found at the same time.
    #[serde(with = "text::option")]
    pub and: Option<f64>,
    /// What would have been expected at least.
    #[serde(with = "text::option")]
    pub at_least: Option<f64>,
}

impl Tally {
    /// Some order of tallies, to tell which of several is kept.
    pub(crate) fn rank(&self) -> (Option<i64>, [Option<u64>; 3]) {
        (self.until, [self.found, self.and, self.at_least].map(|value| value.map(f64::to_bits)))
    }
}

/// Instants beyond these (the years 1900 and 2200) are nobody's readings.
pub(super) const TIME_RANGE: std::ops::RangeInclusive<i64> = -2_208_988_800_000..=7_258_118_400_000;

/// The points of some rows in time order, one per instant (per interval), with the exchanges declared within `window`
/// among them. What cannot be used is counted at the sink.
pub(crate) fn prepare(
    meter: &Meter,
    rows: &Rows<'_>,
    range: Range<usize>,
    window: (i64, i64),
    sink: &mut impl Sink,
) -> Vec<Point> {
    rows.look_at(range.clone());
    let conversions = Conversions::new(meter);
    let mut points: Vec<Point> = Vec::with_capacity(range.len());
    for row in range {
        let ((at, until), (value, known_ms)) = (rows.key(row), rows.value(row));
        if !TIME_RANGE.contains(&at) || !TIME_RANGE.contains(&until) {
            sink.fault(Code::ReadingOutOfRange, at, Tally { found: Some(at as f64), ..Tally::default() });
            continue;
        }
        if meter.events.binary_search_by_key(&at, |event| event.at.as_millisecond()).is_ok() {
            continue; // it says nothing that the two declared dial values do not say
        }
        if meter.kind == MeterKind::Interval && until <= at {
            sink.fault(Code::IntervalReversed, at, Tally { until: Some(until), ..Tally::default() });
            continue;
        }
        let Some(exact) = conversions.exact(at, value, sink) else { continue };
        let known_ms = known_ms.unwrap_or(until - at).clamp(0, until - at);
        points.push(Point { at, until, value: exact, known_ms, restart: None });
    }
    one_per_instant(&mut points, &conversions, sink);
    insert_exchanges(&mut points, meter, &conversions, window, sink);
    points
}

/// Of points with the same stamp: one, if they all agree; none, if they do not, however many agree.
fn one_per_instant(points: &mut Vec<Point>, conversions: &Conversions<'_>, sink: &mut impl Sink) {
    let same = |a: &Point, b: &Point| (a.at, a.until) == (b.at, b.until);
    if !points.windows(2).any(|pair| matches!(pair, [a, b] if same(a, b))) {
        return;
    }
    let mut kept = Vec::with_capacity(points.len());
    for group in points.chunk_by(same) {
        let Some(first) = group.first() else { continue };
        let dial = |value: Option<i128>| value.map(|value| conversions.at(first.at).dial(value));
        let values = group.iter().map(|point| point.value);
        if group.iter().any(|point| (point.value, point.known_ms) != (first.value, first.known_ms)) {
            let tally = Tally { found: dial(values.clone().min()), and: dial(values.max()), ..Tally::default() };
            sink.fault(Code::ReadingConflict, first.at, tally);
            continue;
        }
        for _ in 1..group.len() {
            sink.fault(Code::ReadingDuplicate, first.at, Tally { found: dial(Some(first.value)), ..Tally::default() });
        }
        kept.push(*first);
    }
    *points = kept;
}

/// Puts the declared exchanges among the points.
fn insert_exchanges(
    points: &mut Vec<Point>,
    meter: &Meter,
    conversions: &Conversions<'_>,
    window: (i64, i64),
    sink: &mut impl Sink,
) {
    if !matches!(meter.kind, MeterKind::Register { .. }) {
        return;
    }
    for event in &meter.events {
        let at = event.at.as_millisecond();
        if at < window.0 || at >= window.1 {
            continue;
        }
        let (old, new) = (conversions.at(at - 1).exact(event.last), conversions.at(at).exact(event.first));
        match (old, new) {
            (Ok(last), Ok(first)) if TIME_RANGE.contains(&at) => {
                points.push(Point { at, until: at, value: last, known_ms: 0, restart: Some(first) });
            }
            _ => sink.fault(Code::ReadingOutOfRange, at, Tally { found: Some(event.last), ..Tally::default() }),
        }
    }
    if !meter.events.is_empty() {
        points.sort_by_key(|point| point.at);
    }
}

/// Dial values to exact units; without exchanges there is one conversion for all.
struct Conversions<'a> {
    only: Option<Conversion>,
    meter: &'a Meter,
}

impl<'a> Conversions<'a> {
    fn new(meter: &'a Meter) -> Self {
        Conversions { only: meter.events.is_empty().then(|| meter.conversion(0)), meter }
    }

    fn at(&self, at: i64) -> Conversion {
        self.only.unwrap_or_else(|| self.meter.conversion(at))
    }

    fn exact(&self, at: i64, value: f64, sink: &mut impl Sink) -> Option<i128> {
        if value.is_nan() {
            sink.fault(Code::ReadingMissing, at, Tally::default());
            return None;
        }
        let code = match self.at(at).exact(value) {
            Ok(exact) if exact >= 0 => return Some(exact),
            Ok(_) => Code::ReadingBelowZero,
            Err(QuantityError::NotFinite(_)) => Code::ReadingNotFinite,
            Err(_) => Code::ReadingOutOfRange,
        };
        sink.fault(code, at, Tally { found: Some(value), ..Tally::default() });
        None
    }
}
