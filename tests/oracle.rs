//! The cleaning of readings, written again from the method: slow, plain, whole numbers, nothing shared with `src/`.
//!
//! Registers, intervals and samples of power, with every fault that the method names, against the library: the energy of
//! each hour to the last microjoule, the count of each fault, and how much time is unknown.

mod common;

use proptest::{prelude::*, test_runner::FileFailurePersistence};
use pue::{Ledger, Period, Readings, Site, metering::Series};
use std::collections::BTreeMap;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Microjoules in a milliwatt-hour.
const MWH: i128 = 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Register { modulus: Option<i128> },
    Interval,
    Power { gap: i64, held: bool },
}

/// What a meter is, in whole milliwatt-hours, milliwatts and milliseconds.
#[derive(Clone, Debug)]
struct Meter {
    kind: Kind,
    capacity: Option<i128>,
    /// When, the old dial's last value, the new dial's first.
    exchange: Option<(i64, i128, i128)>,
}

/// What stands in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Written {
    /// Milliwatt-hours, or milliwatts.
    Number(i128),
    Blank,
    Infinite,
}

/// Start, end (or instant), and what was written.
type Row = (i64, i64, Written);

#[derive(Default, Debug, PartialEq)]
struct Books {
    /// Microjoules of each hour.
    hours: Vec<i128>,
    faults: BTreeMap<String, u64>,
    unknown_ms: i64,
    /// What has flowed at least, in microjoules; at most, in kilowatt-hours.
    least: i128,
    most: Option<f64>,
}

/// A reading that can be used; `new` is the dial value of the new meter at an exchange. Equal dials in a row are one, from
/// the first to the last of them.
#[derive(Clone, Copy, Debug)]
struct Point {
    start: i64,
    end: i64,
    value: i128,
    new: Option<i128>,
    count: u64,
}

/// As it stands in a file.
fn dial(value: i128) -> f64 {
    value as f64 / 1e6
}

impl Point {
    fn base(&self) -> i128 {
        self.new.unwrap_or(self.value)
    }
}

/// What the first pass knows.
#[derive(Debug, Default)]
struct Usual {
    /// A higher rate is a break.
    limit: f64,
    /// Lowest and highest usual rate, and from when until when the lower edge holds; not known of fewer than five bins.
    rates: Option<(f64, f64, i64, i64)>,
    digit: f64,
    /// What a hole holds at most, as a rate.
    highest: Option<f64>,
    /// Stands are usual up to this length; none is unusual without it.
    stand: Option<i64>,
    capacity_holds: bool,
    shortest: i64,
}

/// Unknown energy: its time, the least in microjoules, the most in kilowatt-hours.
type Hole = (i64, i64, i128, Option<f64>);

struct Oracle<'a> {
    meter: &'a Meter,
    edges: Vec<i64>,
    usual: Usual,
    books: Books,
    holes: Vec<Hole>,
}

fn by_the_method(meter: &Meter, rows: &[Row], period: &Period) -> Books {
    let edges: Vec<i64> =
        (0..).map(|hour| period.start() + hour * HOUR).take_while(|&edge| edge <= period.end()).collect();
    let books = Books { hours: vec![0; edges.len() - 1], ..Books::default() };
    let mut oracle = Oracle { meter, edges, usual: Usual::default(), books, holes: Vec::new() };
    let points = oracle.prepare(rows);
    oracle.usual = oracle.first_pass(&points);
    // Before the first and after the last reading nothing is known.
    let (from, to) = (period.start(), period.end());
    oracle.unknown(from, points.first().map_or(to, |point| point.start));
    let last = match meter.kind {
        Kind::Register { .. } => oracle.registers(&points),
        Kind::Interval => {
            oracle.intervals(&points);
            points.iter().map(|point| point.end).max()
        }
        Kind::Power { gap, held } => {
            oracle.power(&points, gap, held);
            points.last().map(|point| point.start)
        }
    };
    oracle.unknown(last.unwrap_or(to).max(points.first().map_or(to, |point| point.start)), to);
    oracle.close(from, to);
    oracle.books
}

impl Oracle<'_> {
    /// Holes within the period; of one that reaches over its edge nobody knows how much of the least lies within.
    fn close(&mut self, from: i64, to: i64) {
        let mut holes: Vec<Hole> = Vec::new();
        for &(start, end, least, most) in &self.holes {
            let cut = (start.max(from), end.min(to));
            if cut.0 < cut.1 {
                let whole = cut == (start, end);
                holes.push((cut.0, cut.1, if whole { least } else { least.min(0) }, most));
            }
        }
        holes.sort_by_key(|hole| (hole.0, hole.1));
        let known: i128 = self.books.hours.iter().sum();
        self.books.least = known + holes.iter().map(|hole| hole.2).sum::<i128>();
        let most: Option<f64> = holes.iter().map(|hole| hole.3).sum();
        self.books.most = most.map(|most| most + known as f64 / 3.6e12);
        let mut reached = from;
        for (start, end, ..) in holes {
            self.books.unknown_ms += (end - start.max(reached)).max(0);
            reached = reached.max(end);
        }
    }

    /// A fault counts if it touches the period.
    fn fault(&mut self, code: &str, at: i64, until: i64) {
        if at <= self.edges[self.edges.len() - 1] && until >= self.edges[0] {
            *self.books.faults.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// The most that can have passed, in kilowatt-hours.
    fn most(&self, ms: i64) -> Option<f64> {
        let power = matches!(self.meter.kind, Kind::Power { .. });
        match self.meter.capacity {
            Some(capacity) if self.usual.capacity_holds => Some(dial(capacity) * ms as f64 / HOUR as f64),
            // An hour of it, rounded up to the milliwatt-hour.
            _ => self.usual.highest.map(|rate| {
                let hour = 2.0 * rate * if power { 1.0 } else { HOUR as f64 };
                ((hour * 1e6).round() + 1.0) / 1e6 * ms as f64 / HOUR as f64
            }),
        }
    }

    fn unknown(&mut self, start: i64, end: i64) {
        // At the ends of a period only what lies within is unknown.
        let (from, to) = (start.max(self.edges[0]), end.min(self.edges[self.edges.len() - 1]));
        if from < to {
            self.holes.push((from, to, 0, self.most(to - from)));
        }
    }

    /// A hole between a least and a most in milliwatt-hours; `read` lifts the most.
    fn hole(&mut self, start: i64, end: i64, least: i128, read: i128) {
        let most = self.most(end - start).map(|most| most.max(dial(read)).max(dial(least)));
        self.holes.push((start, end, least * MWH, most));
    }

    /// An amount that flows so that `upto(t)` of it has flowed at t: each hour gets the difference of the floors.
    fn flow(&mut self, start: i64, end: i64, upto: impl Fn(i64) -> i128) {
        for hour in 0..self.books.hours.len() {
            let (from, to) = (self.edges[hour].max(start), self.edges[hour + 1].min(end));
            if from < to {
                self.books.hours[hour] += upto(to) - upto(from);
            }
        }
    }

    fn evenly(&mut self, start: i64, end: i64, microjoules: i128) {
        let length = i128::from(end - start);
        self.flow(start, end, |t| (microjoules * i128::from(t - start)).div_euclid(length));
    }

    fn prepare(&mut self, rows: &[Row]) -> Vec<Point> {
        let interval = self.meter.kind == Kind::Interval;
        let register = matches!(self.meter.kind, Kind::Register { .. });
        let mut points = Vec::new();
        for &(start, end, written) in rows {
            let start = if interval { start } else { end };
            if self.meter.exchange.is_some_and(|exchange| exchange.0 == start) {
                continue;
            }
            if interval && end <= start {
                self.fault("interval.reversed", start, end.max(start).min(end));
                continue;
            }
            match written {
                Written::Blank => self.fault("reading.missing", start, start),
                Written::Infinite => self.fault("reading.not_finite", start, start),
                Written::Number(value) if value.abs() > 1_000_000_000_000_000_000 => {
                    self.fault("reading.too_large", start, start)
                }
                // A supply may give back, but no dial is below zero.
                Written::Number(value) if value < 0 && register => self.fault("reading.below_zero", start, start),
                Written::Number(value) => points.push(Point { start, end, value, new: None, count: 1 }),
            }
        }
        points.sort_by_key(|point| (point.start, point.end));
        let mut single: Vec<Point> = Vec::new();
        let mut i = 0;
        while i < points.len() {
            let same: Vec<Point> = points[i..]
                .iter()
                .copied()
                .take_while(|other| (other.start, other.end) == (points[i].start, points[i].end))
                .collect();
            i += same.len();
            // Same stamp, same value: one is kept. A rounding gives way to the finer value. Else none is used.
            let finest = *same.iter().min_by_key(|point| zeros(point.value)).unwrap();
            let gives_way = |point: &Point| {
                // Its own unit: the power of ten of its last digit, at most one dial unit.
                let unit = 10_i128.pow(zeros(point.value).min(6));
                zeros(point.value).min(6) > zeros(finest.value) && (point.value - finest.value).abs() < unit
            };
            if same.iter().all(|point| point.value == finest.value || gives_way(point)) {
                (1..same.len()).for_each(|_| self.fault("reading.duplicate", finest.start, finest.start));
                single.push(finest);
            } else {
                self.fault("reading.conflict", finest.start, finest.start);
            }
        }
        if let Some((at, last, first)) = self.meter.exchange {
            single.push(Point { start: at, end: at, value: last, new: Some(first), count: 1 });
            single.sort_by_key(|point| point.start);
        }
        single
    }

    /// What is usual, from all usable readings.
    fn first_pass(&self, points: &[Point]) -> Usual {
        let usable: Vec<Point> = points.iter().copied().filter(|point| point.value >= 0).collect();
        let (Some(first), Some(last)) = (usable.first(), usable.last()) else {
            return Usual {
                limit: self.stated_limit().unwrap_or(f64::INFINITY),
                capacity_holds: true,
                ..Usual::default()
            };
        };
        let bin = if last.start - first.start < 12 * DAY { 2 * HOUR } else { DAY };
        // Rates, each with the end of its step.
        let rates: Vec<(i64, f64)> = match self.meter.kind {
            Kind::Register { .. } => usable
                .windows(2)
                .map(|pair| (pair[0], pair[1], dial(pair[1].value) - dial(pair[0].base())))
                .filter(|(.., rise)| *rise >= 0.0)
                .map(|(a, b, rise)| (b.start, rise / (b.start - a.start) as f64))
                .collect(),
            Kind::Interval => usable.iter().map(|p| (p.end, dial(p.value) / (p.end - p.start) as f64)).collect(),
            Kind::Power { .. } => usable.iter().map(|p| (p.start, dial(p.value))).collect(),
        };
        let mut bins: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        for &(end, rate) in &rates {
            let of = bins.entry(end.div_euclid(bin)).or_insert((rate, rate));
            *of = (of.0.min(rate), of.1.max(rate));
        }
        let numbers: Vec<i64> = bins.keys().copied().collect();
        let mut positive: Vec<f64> = bins.values().map(|bin| bin.1).filter(|greatest| *greatest > 0.0).collect();
        positive.sort_by(f64::total_cmp);
        let median = positive.get((positive.len().max(1) - 1) / 2).copied();
        let own = median.map_or(f64::INFINITY, |median| 20.0 * median);
        let greatest: Vec<Option<f64>> = bins.values().map(|bin| Some(bin.1).filter(|g| *g <= own)).collect();
        let least: Vec<Option<f64>> = bins.values().map(|bin| Some(bin.0)).collect();
        let enough = bins.len() >= 5;
        let high = usually(&greatest, &numbers, bin == DAY, 0.0, |rate, of| rate >= of, true);
        let floor = median.map_or(0.0, |median| median / 20.0);
        let low = usually(&least, &numbers, bin == DAY, floor, |rate, of| rate <= of, false);
        let rates = high.zip(low).filter(|_| enough).map(|(high, low)| {
            let reach = |i: &usize| greatest[*i].is_some_and(|greatest| greatest >= low / 1.5);
            let (first, last) = ((0..greatest.len()).find(reach), (0..greatest.len()).rfind(reach));
            let window = first
                .zip(last)
                .map_or((i64::MAX, i64::MAX), |(first, last)| (numbers[first] * bin, (numbers[last] + 1) * bin));
            (low, high, window.0, window.1)
        });
        let highest_usual = rates.map(|(_, high, ..)| high);
        let stated = self.stated_limit();
        let capacity_holds = !stated.zip(highest_usual).is_some_and(|(stated, usual)| usual > stated);
        let fewest = greatest.iter().flatten().copied().reduce(f64::max);
        Usual {
            limit: stated.filter(|_| capacity_holds).unwrap_or(own),
            rates,
            digit: {
                let readings = usable.iter().filter(|point| point.new.is_none());
                let zeros = readings.map(|point| zeros(point.value) as i32).min().unwrap_or(24);
                if zeros == 24 {
                    0.0
                } else if zeros >= 6 {
                    10_f64.powi(zeros.min(24) - 6)
                } else {
                    1.0 / 10_f64.powi(6 - zeros)
                }
            },
            highest: highest_usual.or(fewest),
            stand: rates.and_then(|_| stands_are_usual(&usable)),
            capacity_holds,
            shortest: usable.windows(2).map(|pair| pair[1].start - pair[0].start).min().unwrap_or(0),
        }
    }

    /// 2 % above the capacity, as a rate of the dial.
    fn stated_limit(&self) -> Option<f64> {
        let power = matches!(self.meter.kind, Kind::Power { .. });
        // In the library's own words: milliwatts × what the dial turns by one of them in a millisecond.
        let unit = if power { 1.0 / 1e6 } else { 1.0 / (1e6 * 3.6e6) };
        self.meter.capacity.map(|capacity| capacity as f64 * unit * 1.02)
    }

    /// −1 below what is usual, 1 above, 0 usual.
    fn judge(&self, rise: f64, ms: i64, end: i64) -> i32 {
        let Some((low, high, from, until)) = self.usual.rates else { return 0 };
        let factor = if ms > 7 * DAY { 3.0 } else { 1.5 };
        let low = if low < 0.0 { low * factor * (ms + 1000) as f64 } else { low / factor * (ms - 1000).max(0) as f64 };
        if (from..until).contains(&end) && rise < low - self.usual.digit {
            return -1;
        }
        i32::from(rise > self.highest(high, ms))
    }

    /// The most that the dial rises usually; its clock shows whole seconds.
    fn highest(&self, high: f64, ms: i64) -> f64 {
        let factor = if ms > 7 * DAY { 3.0 } else { 1.5 };
        let high =
            if high < 0.0 { high / factor * (ms - 1000).max(0) as f64 } else { high * factor * (ms + 1000) as f64 };
        high + self.usual.digit
    }

    fn is_break(&self, rise: f64, ms: i64) -> bool {
        rise < 0.0 || rise > self.usual.limit * ms as f64
    }

    /// What passed, by the dial and in milliwatt-hours, and whether the dial rolled over; `None`: a break.
    fn fits(&self, a: &Point, b: &Point) -> Option<(f64, i128, bool)> {
        let Kind::Register { modulus } = self.meter.kind else { unreachable!() };
        let (rise, ms) = (dial(b.value) - dial(a.base()), b.start - a.end);
        if !self.is_break(rise, ms) {
            return Some((rise, b.value - a.base(), false));
        }
        let modulus = modulus.filter(|&modulus| rise < 0.0 && !self.is_break(rise + dial(modulus), ms))?;
        Some((rise + dial(modulus), b.value - a.base() + modulus, true))
    }

    /// Whether one more turn would be as usual; if all steps leave time for one, by the stated capacity, whether it is possible.
    fn may_turn(&self, rise: f64, modulus: f64, ms: i64, end: i64) -> bool {
        let stated = self.meter.capacity.is_some() && self.usual.capacity_holds;
        let blind = stated && !self.is_break(modulus, self.usual.shortest);
        match self.usual.rates {
            Some(_) if !blind => self.judge(rise + modulus, ms, end) <= 0,
            _ => !self.is_break(rise + modulus, ms),
        }
    }

    fn stale(&self, a: &Point, b: &Point) -> bool {
        let (rise, never_rests) = (dial(b.value) - dial(a.base()), self.usual.rates.is_some_and(|rates| rates.0 > 0.0));
        never_rests
            && a.end > a.start
            && rise > 0.0
            && self.judge(rise, b.start - a.end, b.start) != 0
            && self.judge(rise, b.start - a.start, b.start) == 0
            && !self.is_break(rise, b.start - a.start)
    }

    /// Returns the last accepted instant.
    fn registers(&mut self, readings: &[Point]) -> Option<i64> {
        let mut points: Vec<Point> = Vec::new();
        for &point in readings {
            match points.last_mut() {
                Some(last) if last.value == point.value && last.new.is_none() && point.new.is_none() => {
                    (last.end, last.count) = (point.end, last.count + 1)
                }
                _ => points.push(point),
            }
        }
        let mut i = 0;
        while i + 1 < points.len() {
            let next = self.follower(&points, i);
            self.step(&points, i, next);
            i = next;
        }
        let last = points.get(i)?;
        self.stood_still(last);
        Some(last.end)
    }

    /// Which reading follows another, by what is possible.
    fn follower(&self, points: &[Point], i: usize) -> usize {
        let (a, b) = (points[i], points[i + 1]);
        if b.new.is_some() || self.fits(&a, &b).is_some() || self.stale(&a, &b) {
            return i + 1;
        }
        for c in i + 2..points.len() {
            let (before, later) = (points[c - 1], points[c]);
            let all_equal = c == i + 2;
            if later.start - b.start > DAY && !all_equal {
                break;
            }
            let by_a_break = self.is_break(dial(later.value) - dial(before.base()), later.start - before.end);
            if by_a_break && self.fits(&a, &later).is_some() {
                return c;
            }
            if later.new.is_some() || later.start - b.start > DAY {
                break;
            }
        }
        i + 1
    }

    /// Equal readings over a time in which the lowest usual rate would have moved the last digit.
    fn stood_still(&mut self, a: &Point) {
        let low = self.usual.rates.map_or(0.0, |rates| rates.0);
        let ms = a.end - a.start;
        if low > 0.0 && ms > 0 && low * ms as f64 >= self.usual.digit {
            self.hole(a.start, a.end, 0, 0);
            self.fault("reading.stuck", a.start, a.end);
        }
    }

    fn step(&mut self, points: &[Point], i: usize, next: usize) {
        let (a, b, dropped) = (points[i], points[next], &points[i + 1..next]);
        let (stale, ms) = (self.stale(&a, &b), b.start - a.end);
        if !stale {
            self.stood_still(&a);
        }
        for point in dropped {
            let code = if point.value < a.base() { "register.glitch" } else { "register.spike" };
            (0..point.count).for_each(|_| self.fault(code, point.start, b.start));
        }
        match self.fits(&a, &b) {
            _ if stale => {
                self.evenly(a.start, b.start, (b.value - a.base()) * MWH);
                self.fault("register.stale", a.start, b.start);
            }
            Some((rise, passed, rolled)) => {
                if rolled {
                    self.fault("register.rollover", b.start, b.start);
                }
                let rises: Vec<i128> = dropped
                    .windows(2)
                    .filter(|pair| {
                        let rise = dial(pair[1].value) - dial(pair[0].base());
                        rise > 0.0 && !self.is_break(rise, pair[1].start - pair[0].end)
                    })
                    .map(|pair| pair[1].value - pair[0].value)
                    .collect();
                let judged = self.judge(rise, ms, b.start);
                if rises.len() > 2 {
                    let most = dial(passed + rises.iter().sum::<i128>());
                    self.holes.push((a.end, b.start, passed * MWH, Some(most)));
                } else if judged != 0 {
                    self.hole(a.end, b.start, if judged < 0 { passed } else { 0 }, passed);
                    if dropped.is_empty() {
                        self.fault("register.unusual", a.end, b.start);
                    }
                } else if let Kind::Register { modulus: Some(modulus) } = self.meter.kind
                    && self.may_turn(rise, dial(modulus), ms, b.start)
                {
                    self.hole(a.end, b.start, passed, passed + modulus);
                    self.fault("register.turns", b.start, b.start);
                } else {
                    self.evenly(a.end, b.start, passed * MWH);
                }
            }
            None => {
                let usual =
                    self.usual.rates.map_or(self.usual.limit * ms as f64, |(_, high, ..)| self.highest(high, ms));
                let fallen = b.value < a.base();
                if fallen && dial(a.base()) - dial(b.value) <= usual {
                    // The meter of this oracle is a supply: it may have given back.
                    self.hole(a.end, b.start, b.value - a.base(), 0);
                    self.fault("reading.below_zero", b.start, b.start);
                } else if fallen && b.new.is_none() && (usual == f64::INFINITY || dial(b.value) <= usual) {
                    self.hole(a.end, b.start, b.value, b.value);
                    self.fault("register.reset", b.start, b.start);
                } else {
                    let by_capacity = self.meter.capacity.is_some() && self.usual.capacity_holds;
                    self.hole(a.end, b.start, 0, if by_capacity { 0 } else { b.value - a.base() });
                    self.fault("register.step", b.start, b.start);
                }
            }
        }
        if b.new.is_some() {
            self.fault("register.exchange", b.start, b.start);
        }
    }

    /// Of each point, whether it belongs to a stand that is longer than usual.
    fn stuck(&mut self, points: &[Point]) -> Vec<bool> {
        let mut stuck = vec![false; points.len()];
        let Some(longest) = self.usual.stand else { return stuck };
        let mut i = 0;
        while i < points.len() {
            let count = points[i..].iter().take_while(|point| point.value == points[i].value).count();
            let (start, end) = (points[i].start, points[i + count - 1].end);
            if count > 3 && end - start > longest {
                stuck[i..i + count].fill(true);
                self.fault("reading.stuck", start, end);
            }
            i += count;
        }
        stuck
    }

    fn intervals(&mut self, points: &[Point]) {
        let mut stamped = points.to_vec();
        // Stamps that waver by less than a tenth of the interval, and less than a minute.
        for i in 0..points.len().saturating_sub(1) {
            let off = points[i + 1].start - points[i].end;
            if off.abs() < ((points[i].end - points[i].start) / 10).min(MINUTE) {
                stamped[i].end = points[i + 1].start;
            }
        }
        let stuck = self.stuck(points);
        let overlaps = |a: &Point, b: &Point| a.start < b.end && b.start < a.end;
        // Of intervals that overlap, one after the other, none is used.
        let mut reached: Option<i64> = None;
        let mut i = 0;
        while i < stamped.len() {
            if let Some(reached) = reached.filter(|&reached| stamped[i].start > reached) {
                self.hole(reached, stamped[i].start, 0, 0);
                self.fault("interval.gap", reached, stamped[i].start);
            }
            let mut end = stamped[i].end;
            let mut next = i + 1;
            while next < stamped.len() && stamped[next].start < end {
                end = end.max(stamped[next].end);
                next += 1;
            }
            if next == i + 1 {
                let (given, point) = (points[i], stamped[i]);
                let (rise, ms) = (dial(given.value), given.end - given.start);
                let judged = self.judge(rise, ms, given.end);
                if given.value < 0 {
                    self.hole(point.start, point.end, given.value, 0);
                    self.fault("reading.below_zero", point.start, point.end);
                } else if rise > self.usual.limit * ms as f64 {
                    self.hole(point.start, point.end, 0, 0);
                    self.fault("interval.impossible", point.start, point.end);
                } else if judged != 0 {
                    self.hole(point.start, point.end, if judged < 0 { given.value } else { 0 }, given.value);
                    self.fault("interval.unusual", point.start, point.end);
                } else if stuck[i] {
                    self.hole(point.start, point.end, 0, 0);
                } else {
                    self.evenly(point.start, point.end, given.value * MWH);
                }
            } else {
                assert!(
                    stamped[i..next].iter().any(|one| stamped[i..next]
                        .iter()
                        .filter(|other| overlaps(one, other))
                        .count()
                        > 1)
                );
                self.hole(stamped[i].start, end, 0, 0);
                for point in &points[i..next] {
                    self.fault("interval.overlap", point.start, point.end);
                }
            }
            (reached, i) = (Some(end), next);
        }
    }

    fn power(&mut self, points: &[Point], gap: i64, held: bool) {
        let stuck = self.stuck(points);
        // 0 good, 1 low, 2 high, 3 impossible, 4 below zero.
        let judged: Vec<i32> = points
            .iter()
            .map(|point| {
                let power = dial(point.value);
                let (low, high) =
                    self.usual.rates.map_or((f64::NEG_INFINITY, f64::INFINITY), |(low, high, from, until)| {
                        let low = if (from..until).contains(&point.start) {
                            low / 1.5 - self.usual.digit
                        } else {
                            f64::NEG_INFINITY
                        };
                        (low, high * 1.5 + self.usual.digit)
                    });
                match power {
                    power if power < 0.0 => 4,
                    power if power > self.usual.limit => 3,
                    power if power > high => 2,
                    power if power < low => 1,
                    _ => 0,
                }
            })
            .collect();
        for (i, point) in points.iter().enumerate() {
            // What stands still is named once.
            let code = match judged[i] {
                4 => "reading.below_zero",
                3 => "power.impossible",
                1 | 2 => "power.unusual",
                _ => continue,
            };
            if !stuck[i] {
                self.fault(code, point.start, point.start);
            }
        }
        for (i, pair) in points.windows(2).enumerate() {
            let (a, b) = (pair[0], pair[1]);
            let (start, end, length) = (a.start, b.start, i128::from(b.start - a.start));
            if b.start - a.start > gap {
                self.hole(start, end, 0, 0);
                self.fault("power.gap", start, end);
                continue;
            }
            let of_b = |flag: bool| flag && !held;
            let worst = judged[i].max(if held { 0 } else { judged[i + 1] });
            let still = stuck[i] || of_b(stuck[i + 1]);
            // The whole is rounded once, half to even; a part of it down.
            let twice = (a.value + b.value) * length;
            let whole = if held {
                a.value * length
            } else if twice.rem_euclid(2) == 0 {
                twice / 2
            } else {
                let down = (twice - 1) / 2;
                down + down.rem_euclid(2)
            };
            let both = [judged[i], if held { 0 } else { judged[i + 1] }];
            if still || both.contains(&2) || both.contains(&3) {
                self.hole(start, end, 0, 0);
            } else if worst != 0 {
                let most = self.most(end - start).map(|most| most.max(whole as f64 / 3.6e12));
                self.holes.push((start, end, whole, most));
            } else if held {
                self.flow(start, end, |t| a.value * i128::from(t - start));
            } else {
                let part = |p: i128| (2 * length * a.value * p + (b.value - a.value) * p * p).div_euclid(2 * length);
                self.flow(start, end, |t| if t == end { whole } else { part(i128::from(t - start)) });
            }
        }
    }
}

/// How many zeros a number ends with.
fn zeros(value: i128) -> u32 {
    if value == 0 { 24 } else { (0..24).take_while(|&zeros| value % 10_i128.pow(zeros + 1) == 0).count() as u32 }
}

/// The highest (or lowest) rate that is reached in three separate groups of neighbouring bins, in ten days on end, or in a
/// quarter of all bins. Days on end count for rates that are not below a floor.
fn usually(
    rates: &[Option<f64>],
    numbers: &[i64],
    days: bool,
    floor: f64,
    reaches: impl Fn(f64, f64) -> bool,
    highest: bool,
) -> Option<f64> {
    // A bin without such a rate is passed over, but it is one of all.
    let all = rates.len();
    let (rates, numbers): (Vec<f64>, Vec<i64>) =
        rates.iter().zip(numbers).filter_map(|(rate, number)| Some(((*rate)?, *number))).unzip();
    let mut candidates = rates.clone();
    candidates.sort_by(f64::total_cmp);
    if highest {
        candidates.reverse();
    }
    for &candidate in &candidates {
        let reached: Vec<bool> = rates.iter().map(|rate| reaches(*rate, candidate)).collect();
        // Between two groups the rate is left by more than half of it.
        let nearly = if highest { candidate / 1.5 } else { candidate * 1.5 };
        let near: Vec<bool> = rates.iter().map(|rate| reaches(*rate, nearly)).collect();
        let (mut groups, mut has_reached) = (0, false);
        for i in 0..reached.len() {
            has_reached = near[i] && (has_reached || reached[i]);
            let ends = has_reached && !near.get(i + 1).copied().unwrap_or(false);
            groups += usize::from(ends);
        }
        let count = reached.iter().filter(|reached| **reached).count();
        let (mut run, mut longest) = (0, 0);
        for i in 0..reached.len() {
            let goes_on = run > 0 && numbers[i] - numbers[i - 1] == 1;
            run = if !reached[i] || rates[i] < floor {
                0
            } else if goes_on {
                run + 1
            } else {
                1
            };
            longest = longest.max(run);
        }
        if groups >= 3 || (days && longest >= 10) || 4 * count >= all {
            return Some(candidate);
        }
    }
    candidates.last().copied()
}

/// Up to which length equal readings in a row are usual; `None`: at any.
fn stands_are_usual(points: &[Point]) -> Option<i64> {
    let (mut stands, mut i) = (Vec::new(), 0);
    while i < points.len() {
        let count = points[i..].iter().take_while(|point| point.value == points[i].value).count();
        stands.push((points[i + count - 1].end - points[i].start, count));
        i += count;
    }
    stands.retain(|stand| stand.1 >= 2);
    let life = points[points.len() - 1].end - points[0].start;
    let long: i64 = stands.iter().filter(|stand| stand.0 > 6 * HOUR && stand.1 > 3).map(|stand| stand.0).sum();
    stands.sort();
    let third = stands.iter().rev().nth(2).map_or(0, |stand| stand.0);
    (4 * long < life).then_some((6 * HOUR).max(third + third / 2))
}

fn site_of(meter: &Meter) -> Site {
    let kwh = |milliwatt_hours: i128| milliwatt_hours as f64 / 1e6;
    let mut json = match meter.kind {
        Kind::Register { modulus: None } => serde_json::json!({"kind": "register", "unit": "kWh"}),
        Kind::Register { modulus: Some(modulus) } => {
            serde_json::json!({"kind": {"register": {"modulus": kwh(modulus)}}, "unit": "kWh"})
        }
        Kind::Interval => serde_json::json!({"kind": "interval", "unit": "kWh"}),
        Kind::Power { gap, held } => {
            serde_json::json!({"kind": "power", "unit": "kW", "max_gap_s": gap / 1000, "integrate": if held { "step" } else { "trapezoid" }})
        }
    };
    json["id"] = "m".into();
    json["point"] = "grid_supply".into();
    if let Some(capacity) = meter.capacity {
        json["capacity_kw"] = kwh(capacity).into();
    }
    if let Some((at, last, first)) = meter.exchange {
        let at = jiff_text(at);
        json["events"] = serde_json::json!([{"at": at, "exchange": {"last": kwh(last), "first": kwh(first)}}]);
    }
    let site = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "America/Denver"}, "meters": [json]});
    serde_json::from_value(site.clone()).unwrap_or_else(|error| panic!("{error}: {site}"))
}

/// An instant of March 2024 in UTC, by hand.
fn jiff_text(at: i64) -> String {
    let since = (at - 1_709_251_200_000) / 1000; // 2024-03-01T00:00:00Z
    format!("2024-03-{:02}T{:02}:{:02}:{:02}Z", since / 86_400 + 1, since / 3600 % 24, since / 60 % 60, since % 60)
}

fn by_the_library(site: &Site, meter: &Meter, rows: &[Row], period: &Period) -> Books {
    let number = |written: Written| match written {
        Written::Number(number) => number as f64 / 1e6,
        Written::Blank => f64::NAN,
        Written::Infinite => f64::INFINITY,
    };
    let start = rows.iter().map(|row| row.0).collect();
    let (time, value) = rows.iter().map(|row| (row.1, number(row.2))).unzip();
    let mut readings = Readings::default();
    readings.insert(
        "m",
        match meter.kind {
            Kind::Register { .. } => Series::registers(time, value).unwrap(),
            Kind::Interval => Series::intervals(start, time, value).unwrap(),
            Kind::Power { .. } => Series::power(time, value).unwrap(),
        },
    );
    let ledger = Ledger::build(site, &readings, period.clone()).unwrap();
    let book = ledger.meter("m").unwrap();
    let ours = |code: &str| {
        let others = ["reading.out_of_order", "reading.outside_period", "register.modulus"];
        ["reading.", "register.", "interval.", "power."].iter().any(|room| code.starts_with(room))
            && !others.contains(&code)
    };
    let faults = ledger
        .findings()
        .into_iter()
        .filter(|finding| ours(finding.code.as_str()))
        .map(|finding| (finding.code.to_string(), finding.count))
        .collect();
    let unknown = (1.0 - book.coverage(period)) * (period.end() - period.start()) as f64;
    Books {
        hours: book.steps().map(|energy| energy.microjoules()).collect(),
        faults,
        unknown_ms: unknown.round() as i64,
        least: book.least().microjoules(),
        most: book.most().map(|most| most.microjoules() as f64 / 3.6e12),
    }
}

/// Distance to the reading before in minutes, what happens, how much passes, and noise.
type Event = (i64, u8, u32, u32);

fn rows(meter: &Meter, period: &Period, events: &[Event], calm: bool) -> Vec<Row> {
    let (mut at, mut dial, mut rows) = (period.start() - 7 * HOUR, 5_000_000_i128, Vec::new());
    let register = matches!(meter.kind, Kind::Register { .. });
    let mut exchanged = false;
    for &(minutes, event, amount, noise) in events {
        // Most of a calm series is plain.
        let event = if calm && noise % 40 != 0 { 99 } else { event };
        // Now and then hours pass, so that the look-ahead ends.
        let length = minutes * MINUTE * if noise % 97 == 0 { 120 } else { 1 };
        let before = at;
        // Power samples now and then come some milliseconds late, so that halves of microjoules appear.
        let late = if matches!(meter.kind, Kind::Power { .. }) { i64::from(noise % 7) } else { 0 };
        at += length + late;
        dial += i128::from(amount);
        if let (Some((when, last, first)), false) = (meter.exchange, exchanged)
            && at >= when
        {
            exchanged = true;
            dial = first + (dial - last).max(0) % 1_000_000;
        }
        if event == 1 {
            dial = i128::from(amount);
        }
        if let Kind::Register { modulus: Some(modulus) } = meter.kind {
            dial %= modulus;
        }
        let fine = if register { dial } else { i128::from(amount) };
        let shown = match event {
            2 => Written::Number(0),
            3 => Written::Number(fine + i128::from(noise)),
            4 => Written::Number((fine - i128::from(noise)).max(0)),
            5 => Written::Blank,
            6 => Written::Infinite,
            7 => Written::Number(-1 - i128::from(noise)),
            8 => Written::Number(2_000_000_000_000_000_000),
            _ => Written::Number(fine),
        };
        let end = if event == 9 { at + MINUTE * i64::from(noise % 50) } else { at };
        let row = (before, if meter.kind == Kind::Interval { end } else { at }, shown);
        match event {
            10 => rows.extend([row, row]),
            11 => rows.extend([row, (row.0, row.1, Written::Number(fine + 1))]),
            12 => rows.extend([(row.0, row.1, Written::Blank), row]),
            13 => rows.push((row.1, row.0, row.2)), // reversed, and out of order for the others
            14 => rows.insert(rows.len() / 2, row),
            _ => rows.push(row),
        }
    }
    rows
}

fn config() -> ProptestConfig {
    let mut config = common::config();
    config.cases *= 40; // 10 240 series a run
    // Seeds that have failed once are tried first for ever.
    config.failure_persistence = Some(Box::new(FileFailurePersistence::Direct("tests/golden/oracle.seeds")));
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_library_does_what_the_method_says(
        kind in prop_oneof![
            4 => prop::option::of(prop_oneof![Just(40_000_000_i128), Just(1_000_000_000)]).prop_map(|modulus| Kind::Register { modulus }),
            1 => Just(Kind::Interval),
            1 => any::<bool>().prop_map(|held| Kind::Power { gap: 40 * MINUTE, held }),
        ],
        capacity in prop::option::weighted(0.8, prop_oneof![Just(10_000_000_i128), Just(60_000_000)]),
        exchange in prop::option::weighted(0.2, (0..9_000_i64, 0..10_000_000_i128, 0..1_000_000_i128)),
        even in prop::option::of(prop_oneof![Just(5_i64), Just(15), Just(60)]), calm: bool,
        events in prop::collection::vec((1..30_i64, 0..20_u8, 0..1_000_000_u32, any::<u32>()), 1..700),
    ) {
        let events: Vec<Event> = events.into_iter().map(|event| (even.unwrap_or(event.0), event.1, event.2, event.3)).collect();
        let mut meter = Meter { kind, capacity, exchange: None };
        let zone = pue::period::time_zone("America/Denver").unwrap();
        let period = Period::parse("2024-03-05/2024-03-13", zone).unwrap(); // a day of 23 hours among them
        if matches!(kind, Kind::Register { .. }) {
            meter.exchange = exchange.map(|(minute, passed, first)| (period.start() + minute * MINUTE, 5_000_000 + passed, first));
        }
        let rows = rows(&meter, &period, &events, calm);
        let site = site_of(&meter);
        let (library, method) = (by_the_library(&site, &meter, &rows, &period), by_the_method(&meter, &rows, &period));
        prop_assert_eq!(&library.faults, &method.faults);
        let rest = |books: &Books| (books.unknown_ms, books.least, books.most.is_some());
        prop_assert_eq!(rest(&library), rest(&method));
        prop_assert_eq!(library.hours, method.hours);
        // The most is the library's own rounding of a rate.
        let (most, expected) = (library.most.unwrap_or(0.0), method.most.unwrap_or(0.0));
        prop_assert!((most - expected).abs() <= 1e-6 * (1.0 + expected.abs()), "most {} {}", most, expected);
    }
}
