//! The first pass (首遍统计): what is usual for a meter, from all its readings, before any of them is judged.
//!
//! It merges over pieces and does not depend on their order. Two rates of one step are never formed by two formulas: a
//! rate is `(b − a) / ms` in IEEE doubles, of dials as they came.

use super::{
    Point,
    bins::Bins,
    history::{self, History, Inclusive, MAX_GAP_MS, Rate, STAND_COUNT, STAND_MS, TIMES_THE_HIGHEST, Usual},
    prepare::TIME_RANGE,
};
use crate::{
    metering::{Meter, MeterKind},
    period::{day_start, local},
};
use jiff::{ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// What has been seen of a run of readings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pass {
    first: Option<Seen>,
    last: Option<Seen>,
    bins: Bins,
    digit: Digit,
    /// The equal readings at the start, unless all are equal; those at the end.
    lead: Option<Stand>,
    trail: Option<Stand>,
    /// The three longest stands between them, and how long all of these together are that are not short.
    longest: [i64; 3],
    sum: i64,
    /// Distances of whole minutes up to an hour, and all distances.
    minutes: Vec<u64>,
    distances: u64,
    ends: Ends,
    /// The shortest distance of two readings of a register; 0: there are not two.
    shortest_ms: i64,
    longest_ms: i64,
    gap_ms: i64,
    actual: Option<(i64, i64)>,
}

/// A reading.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Seen {
    at: i64,
    until: i64,
    /// The dial, and the dial from which the next rise counts.
    #[serde(with = "crate::quantity::text")]
    dial: f64,
    #[serde(with = "crate::quantity::text")]
    base: f64,
}

/// Equal readings in a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Stand {
    from: i64,
    until: i64,
    count: u64,
    #[serde(with = "crate::quantity::text")]
    dial: f64,
}

/// The places of the last digit that a dial shows: the greatest power of ten of which all readings are multiples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Digit(i32);

/// How the ends of intervals stand to the starts of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Ends {
    pairs: u64,
    touching: u64,
    second: u64,
    minute: u64,
    day: u64,
    /// Intervals that end where they start.
    empty: u64,
}

impl Default for Digit {
    fn default() -> Self {
        Digit(18)
    }
}

/// Finer digits than these are noise of floats.
const FINEST: i32 = -9;

impl Digit {
    /// Looks at many dials, all of them from 0 up to the last one: without a branch between them, as long as nothing changes.
    fn see_all(&mut self, dials: &[f64]) {
        let small = |scale: f64| dials.last().is_some_and(|last| last * scale < (1_u64 << 51) as f64);
        if (FINEST + 1..0).contains(&self.0) && small(power(-self.0)) {
            let scale = power(-self.0);
            if are_whole(dials, scale) {
                return;
            }
        }
        dials.iter().for_each(|&dial| self.see(dial));
    }

    fn see(&mut self, dial: f64) {
        while self.0 > FINEST && !is_multiple(dial, self.0) {
            self.0 -= 1;
        }
    }

    /// 0, if no reading but zeros has been seen.
    fn unit(self) -> f64 {
        if self.0 == Digit::default().0 {
            0.0
        } else if self.0 >= 0 {
            power(self.0)
        } else {
            1.0 / power(-self.0)
        }
    }
}

fn power(of_ten: i32) -> f64 {
    10_u64.saturating_pow(of_ten.unsigned_abs()) as f64
}

/// Whether a dial is a multiple of a power of ten, as far as floats tell: two roundings away from it.
pub(super) fn is_multiple(dial: f64, exponent: i32) -> bool {
    if exponent >= 0 {
        return dial % power(exponent) == 0.0;
    }
    let steps = dial * power(-exponent);
    // Beyond 2⁵¹ steps every float is one.
    steps.abs() >= (1_u64 << 51) as f64 || is_whole(steps)
}

/// Adding and taking away 1.5·2⁵² rounds a float below 2⁵¹ to the nearest integer.
const ROUND: f64 = (3_u64 << 51) as f64;

/// Whether dials that do not fall are all whole numbers of steps: four at a time, without a branch between them. What is near
/// enough for the first is near enough for all.
fn are_whole(dials: &[f64], scale: f64) -> bool {
    let near = dials.first().map_or(0.0, |first| first * scale * f64::EPSILON);
    let off = |dial: f64| {
        let steps = dial * scale;
        (steps - ((steps + ROUND) - ROUND)).abs()
    };
    let (fours, rest) = dials.as_chunks::<4>();
    let mut worst = [0.0_f64; 4];
    for four in fours {
        for (worst, dial) in worst.iter_mut().zip(four) {
            let off = off(*dial);
            *worst = if off > *worst { off } else { *worst };
        }
    }
    worst.iter().all(|off| *off <= near) && rest.iter().all(|dial| off(*dial) <= near)
}

#[inline(always)]
fn is_whole(steps: f64) -> bool {
    (steps - ((steps + ROUND) - ROUND)).abs() <= steps.abs() * f64::EPSILON
}

impl Pass {
    /// Whether no reading has been seen.
    fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(crate) fn is_sound(&self) -> bool {
        const MOST_COUNT: u64 = 1 << 48;
        const MOST_MS: i64 = 1 << 48;
        let is_time = |at: i64| TIME_RANGE.contains(&at);
        let seen = [self.first, self.last].into_iter().flatten().all(|seen| {
            is_time(seen.at)
                && is_time(seen.until)
                && seen.at <= seen.until
                && seen.dial.is_finite()
                && seen.base.is_finite()
        });
        let stands = [self.lead, self.trail].into_iter().flatten().all(|stand| {
            is_time(stand.from) && is_time(stand.until) && stand.from <= stand.until && stand.count <= MOST_COUNT
        });
        let times = self.longest.iter().chain([&self.sum, &self.shortest_ms, &self.longest_ms, &self.gap_ms]);
        let Ends { pairs, touching, second, minute, day, empty } = self.ends;
        let counts = [self.distances, pairs, touching, second, minute, day, empty];
        seen && stands
            && self.first.is_some() == self.last.is_some()
            && times.into_iter().all(|ms| (-MOST_MS..=MOST_MS).contains(ms))
            && counts.iter().chain(&self.minutes).all(|count| *count <= MOST_COUNT)
            && self.minutes.len() <= 61
            && (FINEST..=18).contains(&self.digit.0)
            && self.bins.are_sound()
            && self.actual.is_none_or(|(first, last)| is_time(first) && is_time(last) && first <= last)
    }

    /// Looks at the next reading, later than all before.
    pub(crate) fn see(&mut self, meter: &Meter, zone: &TimeZone, point: &Point) {
        let seen = Seen { at: point.at, until: point.until, dial: point.dial, base: point.base_dial() };
        if let Some(before) = self.last {
            self.step(meter, zone, &before, &seen);
        }
        self.first = self.first.or(Some(seen));
        self.last = Some(seen);
        if point.restart.is_none() {
            self.digit.see(point.dial);
        }
        if let (MeterKind::Register { .. }, false) = (meter.kind, point.estimated) {
            let first = self.actual.map_or(point.at, |(first, _)| first);
            self.actual = Some((first, point.at));
        }
        match meter.kind {
            MeterKind::Register { .. } => return self.settle(),
            MeterKind::Interval => {
                if point.known_ms > 0 {
                    let rate = point.rate(meter);
                    self.bins.add(point.until, rate, rate);
                }
                self.ends.empty += u64::from(point.at == point.until);
            }
            MeterKind::Power => self.bins.add(point.at, point.dial, point.dial),
        }
        match &mut self.trail {
            Some(stand) if stand.dial == point.dial => {
                (stand.until, stand.count) = (point.until, stand.count + 1);
            }
            trail => {
                let new = Stand { from: point.at, until: point.until, count: 1, dial: point.dial };
                let ended = trail.replace(new);
                self.end_stand(ended);
            }
        }
        self.settle();
    }

    /// Adds registers that rise evenly within one bin, from the last one seen on: the least and greatest rise over `ms`, the
    /// last reading, and the dials in between to look at for their digits.
    pub(super) fn see_evenly(&mut self, ms: i64, (least, greatest): (f64, f64), last: (i64, f64), dials: &[f64]) {
        let (at, dial) = last;
        self.shortest_ms = shorter(self.shortest_ms, ms);
        self.bins.add(at, least / ms as f64, greatest / ms as f64);
        if self.digit.0 > FINEST {
            self.digit.see_all(dials);
        }
        self.last = Some(Seen { at, until: at, dial, base: dial });
        self.actual = self.actual.map(|(first, _)| (first, at));
        self.settle();
    }

    /// How long an interval is matters whether its value says something or not.
    pub(super) fn see_length(&mut self, point: &Point) {
        self.longest_ms = self.longest_ms.max(point.until - point.at);
    }

    /// Adds a reading of a register of which nothing more is said.
    pub(super) fn see_dial(&mut self, at: i64, dial: f64) {
        if let Some(before) = self.last {
            let (rise, ms) = (dial - before.base, at - before.at);
            self.shortest_ms = shorter(self.shortest_ms, ms);
            if rise >= 0.0 && ms > 0 {
                self.bins.add(at, rise / ms as f64, rise / ms as f64);
            }
        }
        let seen = Seen { at, until: at, dial, base: dial };
        self.first = self.first.or(Some(seen));
        self.last = Some(seen);
        self.digit.see(dial);
        self.actual = Some((self.actual.map_or(at, |(first, _)| first), at));
        self.settle();
    }

    /// Whether a reading is the last that has been seen.
    pub(super) fn has_seen(&self, at: i64, dial: f64) -> bool {
        self.last.is_some_and(|last| last.at == at && last.dial == dial)
    }

    /// The end of the bin in which an instant lies.
    pub(super) fn end_of_bin(&self, instant: i64) -> i64 {
        self.bins.end_of(instant)
    }

    /// Says how long the series will be, as far as that is known in advance.
    pub(super) fn expect(&mut self, span_ms: i64) {
        self.bins.settle(span_ms);
    }

    fn settle(&mut self) {
        if let Some((first, last)) = self.first.zip(self.last) {
            self.bins.settle(last.at.saturating_sub(first.at));
        }
    }

    /// What lies between two readings that follow each other.
    fn step(&mut self, meter: &Meter, zone: &TimeZone, a: &Seen, b: &Seen) {
        match meter.kind {
            MeterKind::Register { .. } => {
                let (rise, ms) = (b.dial - a.base, b.at - a.at);
                let falls = rise < 0.0 && !meter.net;
                self.shortest_ms = shorter(self.shortest_ms, ms);
                if !falls && ms > 0 && !super::resets::is_reset(meter, zone, a.at, b.at) {
                    let rate = rise / ms as f64;
                    self.bins.add(b.at, rate, rate);
                }
            }
            MeterKind::Interval => {
                let short = b.at - a.until;
                self.ends.pairs += 1;
                self.ends.touching += u64::from(short <= 0);
                self.ends.second += u64::from(short == 1_000);
                self.ends.minute += u64::from(short == 60_000);
                self.ends.day += u64::from(short > 0 && b.at == a_day_after(a.until, zone));
                self.gap_ms = self.gap_ms.max(short);
            }
            MeterKind::Power => {
                let ms = b.at - a.at;
                self.distances += 1;
                if ms % 60_000 == 0 && ms <= 3_600_000 {
                    let minutes = usize::try_from(ms / 60_000).unwrap_or(0);
                    self.minutes.resize(self.minutes.len().max(minutes + 1), 0);
                    if let Some(count) = self.minutes.get_mut(minutes) {
                        *count += 1;
                    }
                }
            }
        }
    }

    /// A stand that is over is the first one, or one between first and last.
    fn end_stand(&mut self, stand: Option<Stand>) {
        match (stand, self.lead) {
            (None, _) => {}
            (ended, None) => self.lead = ended,
            (Some(ended), Some(_)) => self.count_stand(ended),
        }
    }

    fn count_stand(&mut self, stand: Stand) {
        let length = stand.until - stand.from;
        if stand.count < 2 {
            return;
        }
        let mut longest = length;
        for place in &mut self.longest {
            if longest > *place {
                std::mem::swap(place, &mut longest);
            }
        }
        if length > STAND_MS && stand.count > STAND_COUNT {
            self.sum = self.sum.saturating_add(length);
        }
    }

    /// Carries on with the readings that follow.
    pub(crate) fn join(&mut self, mut right: Pass, meter: &Meter, zone: &TimeZone) {
        let longest_ms = self.longest_ms.max(right.longest_ms);
        let (Some(last), Some(first)) = (self.last, right.first) else {
            if self.first.is_none() {
                *self = right;
            }
            self.longest_ms = longest_ms;
            return;
        };
        self.step(meter, zone, &last, &first);
        // The stands that meet here are one if they are equal.
        let meets = right.lead.take().or_else(|| right.trail.take());
        if let Some(next) = meets {
            match &mut self.trail {
                Some(stand) if stand.dial == next.dial => {
                    (stand.until, stand.count) = (next.until, stand.count + next.count);
                }
                trail => {
                    let ended = trail.replace(next);
                    self.end_stand(ended);
                }
            }
        }
        if let Some(trail) = right.trail {
            let ended = self.trail.replace(trail);
            self.end_stand(ended);
        }
        for length in right.longest {
            let mut longest = length;
            for place in &mut self.longest {
                if longest > *place {
                    std::mem::swap(place, &mut longest);
                }
            }
        }
        self.sum = self.sum.saturating_add(right.sum);
        self.last = right.last;
        self.bins.join(right.bins);
        self.digit.0 = self.digit.0.min(right.digit.0);
        self.minutes.resize(self.minutes.len().max(right.minutes.len()), 0);
        self.minutes.iter_mut().zip(right.minutes).for_each(|(mine, theirs)| *mine += theirs);
        self.distances += right.distances;
        self.ends = Ends {
            pairs: self.ends.pairs + right.ends.pairs,
            touching: self.ends.touching + right.ends.touching,
            second: self.ends.second + right.ends.second,
            minute: self.ends.minute + right.ends.minute,
            day: self.ends.day + right.ends.day,
            empty: self.ends.empty + right.ends.empty,
        };
        self.shortest_ms = shorter(self.shortest_ms, right.shortest_ms);
        self.longest_ms = self.longest_ms.max(right.longest_ms);
        self.gap_ms = self.gap_ms.max(right.gap_ms);
        self.actual = match (self.actual, right.actual) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (one, other) => one.or(other),
        };
        self.settle();
    }

    /// What the cleaning has to know.
    pub(crate) fn history(mut self, meter: &Meter) -> History {
        // Of rows that contradict each other nothing has been seen.
        if self.is_empty() {
            return History::in_advance(meter);
        }
        let (lead, trail) = (self.lead.take(), self.trail.take());
        [lead, trail].into_iter().flatten().for_each(|stand| self.count_stand(stand));
        let median = self.bins.median();
        let own = Bins::own_limit(median);
        let reached = self.bins.reached(median);
        let highest = reached.as_ref().map(|reached| reached.highest);
        let stated = history::capacity(meter);
        let contradicts = |(limit, _): &(f64, Rate)| highest.is_some_and(|highest| highest > *limit);
        let contradicted = stated.filter(contradicts).and_then(|(limit, _)| self.bins.above(limit));
        let stated = stated.filter(|_| contradicted.is_none());
        let by_rate = || {
            let highest = reached.as_ref().map(|reached| reached.highest).or_else(|| self.bins.highest(own))?;
            at_most(meter, TIMES_THE_HIGHEST * highest)
        };
        let usual = reached.as_ref().map(|reached| {
            let edge = if reached.lowest < 0.0 { reached.lowest } else { reached.lowest / 1.5 };
            let (from, until) = reached.lives_above(edge).unwrap_or((i64::MAX, i64::MAX));
            Usual { low: reached.lowest, high: reached.highest, from, until }
        });
        let life = self.first.zip(self.last).map_or(0, |(first, last)| last.until - first.at);
        let [.., third] = self.longest;
        let stand_ms = match usual {
            Some(_) if self.sum.saturating_mul(4) < life => STAND_MS.max(third.saturating_add(third / 2)),
            _ => i64::MAX,
        };
        let own_gap = || {
            let (minutes, &count) = self.minutes.iter().enumerate().max_by_key(|(_, count)| **count)?;
            (4 * count >= 3 * self.distances && minutes > 0).then_some(minutes as i64 * 90_000)
        };
        let stated_gap = history::stated_gap(meter);
        let max_gap_ms = stated_gap.or_else(own_gap).unwrap_or(MAX_GAP_MS);
        // Ends that are closed lie later than they are stated.
        let longer_ms = match (meter.kind, self.ends.inclusive()) {
            (MeterKind::Interval, Some(Inclusive::Day)) => 2 * 86_400_000,
            (MeterKind::Interval, _) => 2 * 60_000,
            _ => 0,
        };
        let digit = if self.first.is_some() { self.digit.unit() } else { 0.0 };
        History {
            limit: stated.map_or(own, |(limit, _)| limit),
            usual,
            digit,
            most: stated.map(|(_, most)| most).or_else(by_rate),
            stand_ms: if meter.on_change { i64::MAX } else { stand_ms },
            max_gap_ms,
            is_spaced: stated_gap.is_none() && max_gap_ms > MAX_GAP_MS,
            changes: if self.longest == [0; 3] { self.distances } else { 0 },
            shortest_ms: self.shortest_ms,
            longest_ms: self.longest_ms.saturating_add(longer_ms),
            gap_ms: self.gap_ms.max(0),
            inclusive: self.ends.inclusive(),
            actual: self.actual,
            contradicted,
        }
    }
}

impl Ends {
    fn inclusive(self) -> Option<Inclusive> {
        // One interval of a single day has no neighbour to show it.
        if self.pairs == 0 {
            return (self.empty > 0).then_some(Inclusive::Day);
        }
        let nearly_all = |count: u64| 10 * (self.pairs - count.min(self.pairs)) <= self.pairs;
        let found = [(self.day, Inclusive::Day), (self.minute, Inclusive::Minute), (self.second, Inclusive::Second)];
        let found = found.into_iter().find(|(count, _)| nearly_all(*count)).map(|(_, inclusive)| inclusive);
        found.filter(|_| self.touching == 0)
    }
}

/// The shorter of two distances; 0 is none.
fn shorter(one: i64, other: i64) -> i64 {
    if one == 0 || (other > 0 && other < one) { other } else { one }
}

/// Whether a reading says nothing of what is usual: outside of the meter's life, confirmed by a person, given back, or an
/// estimate.
pub(super) fn is_left_out(meter: &Meter, zone: &TimeZone, point: &Point) -> bool {
    let before =
        meter.from.is_some_and(|from| point.until <= day_start(from, zone) && point.at < day_start(from, zone));
    let after =
        meter.until.is_some_and(|until| point.at >= day_start(until, zone) && point.until > day_start(until, zone));
    let of_register = matches!(meter.kind, MeterKind::Register { .. });
    before
        || after
        || meter.is_confirmed(point.at, point.until)
        || (point.dial < 0.0 && !meter.net)
        || (of_register && point.estimated && point.restart.is_none())
}

/// The same local time a day later.
pub(super) fn a_day_after(instant: i64, zone: &TimeZone) -> i64 {
    let clock = local(instant, zone);
    let midnight = day_start(clock.date(), zone);
    let next = clock.date().checked_add(1.day()).map_or(instant, |date| day_start(date, zone));
    next.saturating_add(instant - midnight)
}

/// A rate of the dial in exact units, rounded up.
fn at_most(meter: &Meter, rate: f64) -> Option<Rate> {
    const HOUR_MS: i64 = 3_600_000;
    let conversion = meter.conversion(i64::MIN);
    // A power in mW is that many µJ in a millisecond.
    let is_power = meter.unit.dimension() == crate::quantity::Dimension::Power;
    let ms = if is_power { 1 } else { HOUR_MS };
    let exact = conversion.exact(if is_power { rate } else { rate * HOUR_MS as f64 }).ok()?;
    Some(Rate { amount: exact.max(0) + i128::from(conversion.step()), ms })
}
