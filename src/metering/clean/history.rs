use super::{Point, prepare::TIME_RANGE};
use crate::{
    metering::{Meter, MeterKind},
    quantity::{Dimension, text},
};
use serde::{Deserialize, Serialize};

/// No interval of readings is longer: four centuries.
const LONGEST_MS: i64 = 1 << 44;

/// No sum of readings, and nothing that can have flowed in a time in which there are readings, is larger.
pub(crate) const MOST: i128 = 1 << 104;

/// An amount of exact units in so many milliseconds: a power, or a flow of fuel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(text::Number<i128>, i64)", into = "(text::Number<i128>, i64)")]
pub(crate) struct Rate {
    pub amount: i128,
    pub ms: i64,
}

impl From<(text::Number<i128>, i64)> for Rate {
    fn from((text::Number(amount), ms): (text::Number<i128>, i64)) -> Rate {
        Rate { amount, ms }
    }
}

impl From<Rate> for (text::Number<i128>, i64) {
    fn from(rate: Rate) -> Self {
        (text::Number(rate.amount), rate.ms)
    }
}

impl Rate {
    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(crate) fn is_sound(self) -> bool {
        (0..=MOST).contains(&self.amount) && self.ms > 0
    }

    /// The most that can pass in `ms`, rounded up.
    pub(crate) fn most(self, ms: i64) -> i128 {
        let product = times(self.amount, ms);
        let divisor = i128::from(self.ms.max(1));
        product.div_euclid(divisor) + i128::from(product.rem_euclid(divisor) != 0)
    }

    /// Whether it is higher than another.
    pub(crate) fn is_above(self, other: Rate) -> bool {
        times(self.amount, other.ms) > times(other.amount, self.ms)
    }
}

/// The product, saturating. Nearly all amounts fit in 64 bits, and then it is a single multiplication.
fn times(amount: i128, ms: i64) -> i128 {
    match i64::try_from(amount) {
        Ok(small) => i128::from(small) * i128::from(ms),
        Err(_) => amount.saturating_mul(i128::from(ms)),
    }
}

/// A step may be so many times above the highest usual rate, or below the lowest (ours, a setting).
pub(super) const FACTOR: f64 = 1.5;

/// The same for steps over more than a week, in which a load may have changed.
const LONG_FACTOR: f64 = 3.0;

/// Longer than this a step is a long one.
const LONG_MS: i64 = 7 * 86_400_000;

/// Without a capacity, a hole holds at most so many times the highest usual rate (ours, a setting).
pub(super) const TIMES_THE_HIGHEST: f64 = 2.0;

/// What a power may be above the stated capacity: no capacity is stated to the last digit (ours, a setting).
const ABOVE_CAPACITY: f64 = 1.02;

/// A stamp is read off a clock that shows whole seconds: a step may be so much longer or shorter than its stamps say.
const STAMP_MS: i64 = 1000;

/// Equal readings in a row are usual up to this length, or up to so many of them.
pub(super) const STAND_MS: i64 = 6 * 3_600_000;
pub(super) const STAND_COUNT: u64 = 3;

/// Power samples further apart than this are not joined unless their own spacing, or the site, says otherwise.
pub(super) const MAX_GAP_MS: i64 = 1_800_000;

/// A value that is written only when it changes holds for a day at the most.
const ON_CHANGE_MS: i64 = 86_400_000;

/// What the cleaning knows of the whole series before it judges a part of it (计量点的常态): found in a first pass that
/// does not depend on the order of readings ([`Pass`](super::Pass)), and handed to every piece. Rates are IEEE doubles of
/// differences of the dial over milliseconds; of power samples and mean powers, the power itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct History {
    /// A higher rate is a break; infinite if nothing bounds it.
    #[serde(with = "text", skip_serializing_if = "is_infinite")]
    pub limit: f64,
    /// What is usual; `None`: not known, so that nothing is unusual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual: Option<Usual>,
    /// One unit of the last digit that the dial shows.
    #[serde(with = "text", skip_serializing_if = "is_zero")]
    pub digit: f64,
    /// What can pass in a time of which nothing is known, in exact units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<Rate>,
    /// Equal readings in a row are usual up to this length.
    #[serde(skip_serializing_if = "is_max")]
    pub stand_ms: i64,
    /// Power samples further apart than this are not joined.
    #[serde(skip_serializing_if = "is_usual_gap")]
    pub max_gap_ms: i64,
    /// Whether that is further than usual, because of their own spacing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_spaced: bool,
    /// How many samples of power there are after the first, if none of them equals the one before.
    #[serde(skip_serializing_if = "is_none_of")]
    pub changes: u64,
    /// The shortest distance of two readings of a register, the longest interval.
    #[serde(skip_serializing_if = "is_no_time")]
    pub shortest_ms: i64,
    #[serde(skip_serializing_if = "is_no_time")]
    pub longest_ms: i64,
    /// The longest gap between intervals.
    #[serde(skip_serializing_if = "is_no_time")]
    pub gap_ms: i64,
    /// Whether the stated end of an interval belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inclusive: Option<Inclusive>,
    /// The first and the last reading of a register that was not estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<(i64, i64)>,
    /// The first of the bins whose highest rate is above the stated capacity, and how many there are, if that is the usual
    /// thing: the capacity bounds nothing then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradicted: Option<(i64, u64)>,
}

/// What is as it is when nothing is known is not written.
fn is_infinite(limit: &f64) -> bool {
    *limit == f64::INFINITY
}

fn is_zero(digit: &f64) -> bool {
    digit.to_bits() == 0
}

fn is_max(ms: &i64) -> bool {
    *ms == i64::MAX
}

fn is_usual_gap(ms: &i64) -> bool {
    *ms == MAX_GAP_MS
}

fn is_none_of(count: &u64) -> bool {
    *count == 0
}

fn is_no_time(ms: &i64) -> bool {
    *ms == 0
}

/// The usual range of rates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Usual {
    /// The lowest rate that is reached usually.
    #[serde(with = "text")]
    pub low: f64,
    /// The highest.
    #[serde(with = "text")]
    pub high: f64,
    /// From when until when the lower edge holds: before and after it the site may be filling up, or emptying.
    pub from: i64,
    pub until: i64,
}

impl Usual {
    /// The lowest rate that is usual at an instant, if there is one.
    pub(super) fn lowest_at(&self, at: i64) -> Option<f64> {
        (self.from..self.until).contains(&at).then_some(self.low)
    }
}

/// By how much the stated ends of intervals fall short of the starts of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Inclusive {
    Second,
    Minute,
    /// One local day: the end is the last day.
    Day,
}

/// How a step stands to what is usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    Usual,
    Below,
    Above,
}

impl Default for History {
    fn default() -> Self {
        History {
            limit: f64::INFINITY,
            usual: None,
            digit: 0.0,
            most: None,
            stand_ms: i64::MAX,
            max_gap_ms: MAX_GAP_MS,
            is_spaced: false,
            changes: 0,
            shortest_ms: 0,
            longest_ms: 0,
            gap_ms: 0,
            inclusive: None,
            actual: None,
            contradicted: None,
        }
    }
}

impl History {
    /// Before any reading has come: judged by the capacity alone. An interval may be as long as any.
    pub(crate) fn in_advance(meter: &Meter) -> Self {
        let longest_ms = if meter.kind == MeterKind::Interval { LONGEST_MS } else { 0 };
        let capacity = capacity(meter);
        History {
            limit: capacity.map_or(f64::INFINITY, |(limit, _)| limit),
            most: capacity.map(|(_, most)| most),
            max_gap_ms: stated_gap(meter).unwrap_or(MAX_GAP_MS),
            longest_ms,
            ..History::default()
        }
    }

    /// Of figures that somebody has summed up before: they are not judged here; what is missing holds at most what the meter
    /// can carry, or twice the highest that is known.
    pub(crate) fn of_sums(meter: &Meter, points: &[Point]) -> Self {
        let rates = points.iter().filter(|point| point.known_ms > 0);
        let rates = rates.map(|point| Rate { amount: point.value, ms: point.known_ms });
        let top = rates.reduce(|top, rate| if rate.is_above(top) { rate } else { top });
        let longest_ms = points.iter().map(|point| point.until - point.at).max().unwrap_or(0);
        History { longest_ms, ..History::of_top(meter, top, points.first().map_or(0, |point| point.at)) }
    }

    /// The same from their highest rate; what comes first.
    pub(crate) fn of_top(meter: &Meter, top: Option<Rate>, first: i64) -> Self {
        let stated = capacity(meter).map(|(_, most)| most);
        let contradicted = stated.zip(top).is_some_and(|(stated, top)| top.is_above(stated)).then_some((first, 1));
        let by_top = top.map(|top| Rate { amount: top.amount.saturating_mul(2), ms: top.ms });
        let most = stated.filter(|_| contradicted.is_none()).or(by_top);
        History { most, contradicted, ..History::default() }
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(crate) fn is_sound(&self) -> bool {
        let usual = self.usual.is_none_or(|usual| usual.low.is_finite() && usual.high.is_finite());
        usual
            && self.limit >= 0.0
            && self.digit >= 0.0
            && self.digit.is_finite()
            && self.most.is_none_or(Rate::is_sound)
            && (0..=2 * LONGEST_MS).contains(&self.longest_ms)
            && (0..=LONGEST_MS).contains(&self.gap_ms)
            && (0..=ON_CHANGE_MS).contains(&self.max_gap_ms)
            && self.stand_ms >= 0
            && self.shortest_ms >= 0
            && self.actual.is_none_or(|(first, last)| first <= last && TIME_RANGE.contains(&first))
    }

    /// The highest usual rate as a power, for people.
    pub(crate) fn highest_kw(&self, meter: &Meter) -> Option<f64> {
        let unit = meter.conversion(i64::MIN).dial_unit();
        // In µJ a millisecond, or mW: millionths of a kilowatt.
        self.usual.filter(|_| meter.dimension() == Dimension::Energy).map(|usual| usual.high / unit / 1e6)
    }

    /// Whether readings that stand still are a fault of the meter: it never rests.
    pub(super) fn never_rests(&self) -> bool {
        self.usual.is_some_and(|usual| usual.low > 0.0)
    }

    /// The range in which the rise of a dial over `ms` is usual, in its own unit; the step ends at `end`. Dial and clock are
    /// read to a last digit, and each may be one of it off.
    pub(super) fn range(&self, ms: i64, end: i64) -> (f64, f64) {
        let factor = if ms > LONG_MS { LONG_FACTOR } else { FACTOR };
        let (low, high) = self.edges(factor, end);
        let (shorter, longer) = ((ms - STAMP_MS).max(0) as f64, ms.saturating_add(STAMP_MS) as f64);
        let least = low * if low < 0.0 { longer } else { shorter };
        let most = high * if high < 0.0 { shorter } else { longer };
        (least - self.digit, most + self.digit)
    }

    /// Whether the rise of a dial over `ms` is usual; the step ends at `end`.
    pub(super) fn judge(&self, rise: f64, ms: i64, end: i64) -> Judged {
        let (least, most) = self.range(ms, end);
        judged(rise, least, most)
    }

    /// Whether a power at an instant is usual.
    pub(super) fn judge_power(&self, power: f64, at: i64) -> Judged {
        let (low, high) = self.edges(FACTOR, at);
        judged(power, low - self.digit, high + self.digit)
    }

    fn edges(&self, factor: f64, end: i64) -> (f64, f64) {
        let Some(usual) = self.usual else { return (f64::NEG_INFINITY, f64::INFINITY) };
        let widened = |rate: f64| if rate < 0.0 { rate * factor } else { rate / factor };
        let low = if (usual.from..usual.until).contains(&end) { widened(usual.low) } else { f64::NEG_INFINITY };
        (low, if usual.high < 0.0 { usual.high / factor } else { usual.high * factor })
    }

    /// Whether a dial cannot have risen so much in `ms`.
    pub(super) fn is_break(&self, rise: f64, ms: i64) -> bool {
        rise > self.limit * ms as f64
    }

    /// The most that can have passed in `ms`, in exact units.
    pub(super) fn most(&self, ms: i64) -> Option<i128> {
        self.most.map(|most| most.most(ms))
    }
}

fn judged(rise: f64, least: f64, most: f64) -> Judged {
    if rise < least {
        Judged::Below
    } else if rise > most {
        Judged::Above
    } else {
        Judged::Usual
    }
}

/// The stated capacity as the fastest that the dial may turn, and as exact units in a time.
pub(super) fn capacity(meter: &Meter) -> Option<(f64, Rate)> {
    let milliwatts = meter.capacity.filter(|_| meter.dimension() == Dimension::Energy)?.milliwatts();
    // 1 mW over 1 ms is 1 µJ.
    let limit = milliwatts as f64 * meter.conversion(i64::MIN).dial_unit() * ABOVE_CAPACITY;
    Some((limit, Rate { amount: milliwatts.into(), ms: 1 }))
}

/// The furthest distance of power samples that is stated, or follows from how they are written.
pub(super) fn stated_gap(meter: &Meter) -> Option<i64> {
    let stated = meter.max_gap_s.map(|seconds| i64::from(seconds) * 1000);
    if meter.on_change { Some(stated.unwrap_or(ON_CHANGE_MS)) } else { stated }
}
