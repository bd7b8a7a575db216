use super::{
    Dial, History, Point, Rows, Sink,
    history::Inclusive,
    pass::{a_day_after, is_multiple},
};
use crate::{
    finding::Code,
    metering::{Meter, MeterKind, Quality},
    quantity::{Conversion, Dimension, QuantityError, text},
};
use jiff::tz::TimeZone;
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
    /// How much time is at stake, and the least and the most that can have flowed in it.
    pub ms: i64,
    #[serde(with = "text::option")]
    pub least: Option<i128>,
    #[serde(with = "text::option")]
    pub most: Option<i128>,
}

impl Tally {
    /// Some order of tallies, to tell which of several is kept.
    pub(crate) fn rank(&self) -> (Option<i64>, [Option<u64>; 3]) {
        (self.until, [self.found, self.and, self.at_least].map(|value| value.map(f64::to_bits)))
    }

    /// Takes what is at stake in another one of the same kind.
    pub(crate) fn add_stakes(&mut self, other: &Tally) {
        self.ms = self.ms.saturating_add(other.ms);
        self.least = self.least.or(Some(0)).zip(other.least.or(Some(0))).map(|(a, b)| a.saturating_add(b));
        self.most = self.most.zip(other.most).map(|(a, b)| a.saturating_add(b));
    }
}

/// Instants beyond these (the years 1900 and 2200) are nobody's readings.
pub(super) const TIME_RANGE: std::ops::RangeInclusive<i64> = -2_208_988_800_000..=7_258_118_400_000;

/// A point, and what tells which of several at one instant counts.
type Ranked = (Point, i64, Quality);

/// The points of some rows in time order, one per instant (per interval), with the exchanges declared within `window`
/// among them. What cannot be used is counted at the sink.
pub(crate) fn prepare(
    meter: &Meter,
    rows: &Rows<'_>,
    range: Range<usize>,
    (window, history, zone): ((i64, i64), &History, &TimeZone),
    sink: &mut impl Sink,
) -> Vec<Point> {
    rows.look_at(range.clone());
    let conversions = Conversions::new(meter);
    let mut points: Vec<Ranked> = Vec::with_capacity(range.len());
    for row in range {
        let ((at, until), (dial, known_ms)) = (rows.key(row), rows.value(row));
        let (quality, revision) = rows.mark(row);
        if !TIME_RANGE.contains(&at) || !TIME_RANGE.contains(&until) {
            sink.fault(Code::ReadingOutOfRange, at, Tally { found: Some(at as f64), ..Tally::default() });
            continue;
        }
        if meter.events.binary_search_by_key(&at, |event| event.at.as_millisecond()).is_ok() {
            continue; // it says nothing that the two declared dial values do not say
        }
        let stated = until - at;
        let until = match history.inclusive.filter(|_| meter.kind == MeterKind::Interval) {
            None => until,
            Some(Inclusive::Second) => until + 1_000,
            Some(Inclusive::Minute) => until + 60_000,
            Some(Inclusive::Day) => a_day_after(until, zone),
        };
        if meter.kind == MeterKind::Interval && until <= at {
            sink.fault(Code::IntervalReversed, at, Tally { until: Some(until), ..Tally::default() });
            continue;
        }
        let dial = if quality == Quality::Missing { f64::NAN } else { dial };
        let Some(value) = conversions.exact(at, dial, sink) else { continue };
        let known_ms = known_ms.filter(|known| *known < stated).unwrap_or(until - at).clamp(0, until - at);
        let is_mean_power = meter.kind == MeterKind::Interval && meter.unit.dimension() == Dimension::Power;
        let value = if is_mean_power { value * i128::from(known_ms) } else { value };
        let (dial, estimated) = (dial * conversions.factor(at), quality != Quality::Actual);
        points.push((
            Point { at, until, value, dial, known_ms, estimated, count: 1, restart: None },
            revision,
            quality,
        ));
    }
    let mut points = one_per_instant(points, &conversions, sink);
    leave_out_estimates(&mut points, meter, history, sink);
    insert_exchanges(&mut points, meter, &conversions, window, sink);
    points
}

/// Of points with the same stamp one: of the greatest revision, of those actual before substituted before estimated; the
/// finest, where all others are roundings of it; else none, however many agree.
fn one_per_instant(points: Vec<Ranked>, conversions: &Conversions<'_>, sink: &mut impl Sink) -> Vec<Point> {
    let same = |a: &Ranked, b: &Ranked| (a.0.at, a.0.until) == (b.0.at, b.0.until);
    if !points.windows(2).any(|pair| matches!(pair, [a, b] if same(a, b))) {
        return points.into_iter().map(|(point, ..)| point).collect();
    }
    let mut kept = Vec::with_capacity(points.len());
    for group in points.chunk_by(same) {
        let rank = |ranked: &Ranked| (ranked.1, std::cmp::Reverse(ranked.2));
        let Some(best) = group.iter().map(rank).max() else { continue };
        let mut best = group.iter().filter(|ranked| rank(ranked) == best).map(|ranked| ranked.0);
        let Some(first) = best.next() else { continue };
        let dial = |value: Option<i128>| value.map(|value| conversions.at(first.at).dial(value));
        let others: Vec<Point> = best.collect();
        let Some(chosen) = agree(first, &others) else {
            let values = || std::iter::once(&first).chain(&others).map(|point| point.value);
            let tally = Tally { found: dial(values().min()), and: dial(values().max()), ..Tally::default() };
            sink.fault(Code::ReadingConflict, first.at, tally);
            continue;
        };
        for _ in 1..group.len() {
            let found = dial(Some(chosen.value));
            sink.fault(Code::ReadingDuplicate, first.at, Tally { found, ..Tally::default() });
        }
        kept.push(chosen);
    }
    kept
}

/// The one that all agree with: the same, or a rounding of it.
fn agree(first: Point, others: &[Point]) -> Option<Point> {
    let all = || std::iter::once(&first).chain(others);
    if all().all(|point| (point.value, point.known_ms) == (first.value, first.known_ms)) {
        return Some(first);
    }
    let finest = all().min_by_key(|point| digit(point.dial))?;
    let finest_digit = digit(finest.dial);
    let is_rounding = |coarse: &Point| {
        let own = digit(coarse.dial);
        own > finest_digit && (coarse.dial - finest.dial).abs() < 10_f64.powi(own)
    };
    let agrees =
        |point: &Point| point.known_ms == finest.known_ms && (point.value == finest.value || is_rounding(point));
    all().all(agrees).then_some(*finest)
}

/// The exponent of the last digit of a dial, at most 0.
fn digit(dial: f64) -> i32 {
    (-9..=0).rev().find(|&exponent| is_multiple(dial, exponent)).unwrap_or(-10)
}

/// An estimated dial between actual ones says nothing that these do not say.
fn leave_out_estimates(points: &mut Vec<Point>, meter: &Meter, history: &History, sink: &mut impl Sink) {
    if !matches!(meter.kind, MeterKind::Register { .. }) || !points.iter().any(|point| point.estimated) {
        return;
    }
    let Some((first, last)) = history.actual else { return };
    points.retain(|point| {
        let is_between = point.estimated && first < point.at && point.at < last;
        if is_between {
            sink.fault(Code::ReadingEstimated, point.at, Tally::default());
        }
        !is_between
    });
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
            (Ok(value), Ok(first)) if TIME_RANGE.contains(&at) => {
                let dial = event.last * conversions.factor(at - 1);
                let restart = Some(Dial { value: first, dial: event.first * conversions.factor(at) });
                points.push(Point { at, until: at, value, dial, known_ms: 0, estimated: false, count: 1, restart });
            }
            _ => sink.fault(Code::ReadingOutOfRange, at, Tally { found: Some(event.last), ..Tally::default() }),
        }
    }
    if !meter.events.is_empty() {
        points.sort_by_key(|point| point.at);
    }
}

/// Whether values below zero can be energy that was given back: no dial is below zero.
pub(super) fn may_be_negative(meter: &Meter) -> bool {
    meter.is_supply() && !matches!(meter.kind, MeterKind::Register { .. })
}

/// Dial values to exact units; without exchanges there is one conversion for all.
struct Conversions<'a> {
    only: Option<Conversion>,
    meter: &'a Meter,
    /// Whether a value below zero can be energy that was given back.
    may_be_negative: bool,
}

impl<'a> Conversions<'a> {
    fn new(meter: &'a Meter) -> Self {
        let only = meter.events.is_empty().then(|| meter.conversion(0));
        Conversions { only, meter, may_be_negative: may_be_negative(meter) }
    }

    fn at(&self, at: i64) -> Conversion {
        self.only.unwrap_or_else(|| self.meter.conversion(at))
    }

    /// What a dial value is multiplied with to be one of the first dial.
    fn factor(&self, at: i64) -> f64 {
        match self.only {
            Some(_) => 1.0,
            None => self.meter.multiplier_at(at) / self.meter.multiplier,
        }
    }

    fn exact(&self, at: i64, value: f64, sink: &mut impl Sink) -> Option<i128> {
        if value.is_nan() {
            sink.fault(Code::ReadingMissing, at, Tally::default());
            return None;
        }
        let code = match self.at(at).exact(value) {
            Ok(exact) if exact >= 0 || self.may_be_negative => return Some(exact),
            Ok(_) => Code::ReadingBelowZero,
            Err(QuantityError::NotFinite(_)) => Code::ReadingNotFinite,
            Err(_) => Code::ReadingTooLarge,
        };
        sink.fault(code, at, Tally { found: Some(value), ..Tally::default() });
        None
    }
}
