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
}

/// A reading that can be used; `new` is the dial value of the new meter at an exchange.
#[derive(Clone, Copy, Debug)]
struct Point {
    start: i64,
    end: i64,
    value: i128,
    new: Option<i128>,
}

impl Point {
    fn base(&self) -> i128 {
        self.new.unwrap_or(self.value)
    }
}

struct Oracle<'a> {
    meter: &'a Meter,
    edges: Vec<i64>,
    /// (milliwatt-hours, milliseconds): the fastest that a register can run.
    limit: Option<(i128, i128)>,
    books: Books,
    holes: Vec<(i64, i64)>,
}

fn by_the_method(meter: &Meter, rows: &[Row], period: &Period) -> Books {
    let edges: Vec<i64> =
        (0..).map(|hour| period.start() + hour * HOUR).take_while(|&edge| edge <= period.end()).collect();
    let books = Books { hours: vec![0; edges.len() - 1], ..Books::default() };
    let mut oracle = Oracle { meter, edges, limit: None, books, holes: Vec::new() };
    let points = oracle.prepare(rows);
    // Before the first and after the last reading nothing is known.
    let (from, to) = (period.start(), period.end());
    let reach = match meter.kind {
        Kind::Interval => points.iter().map(|point| point.end).max(),
        _ => points.last().map(|point| point.start),
    };
    oracle.holes.push((from, points.first().map_or(to, |point| point.start)));
    let last = match meter.kind {
        Kind::Register { .. } => {
            oracle.limit = oracle.fastest(&points);
            oracle.registers(&points)
        }
        Kind::Interval => {
            oracle.intervals(&points);
            reach
        }
        Kind::Power { gap, held } => {
            oracle.power(&points, gap, held);
            reach
        }
    };
    oracle.holes.push((last.unwrap_or(to), to));
    // The union of the holes, minute by minute of the plainest kind: sort and sweep.
    let mut holes: Vec<(i64, i64)> = oracle
        .holes
        .iter()
        .map(|&(start, end)| (start.max(from), end.min(to)))
        .filter(|(start, end)| start < end)
        .collect();
    holes.sort();
    let mut reached = from;
    for (start, end) in holes {
        oracle.books.unknown_ms += (end - start.max(reached)).max(0);
        reached = reached.max(end);
    }
    oracle.books
}

impl Oracle<'_> {
    /// A fault counts if it touches the period.
    fn fault(&mut self, code: &str, at: i64, until: i64) {
        if at <= self.edges[self.edges.len() - 1] && until >= self.edges[0] {
            *self.books.faults.entry(code.to_owned()).or_default() += 1;
        }
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
                Written::Number(value) if value < 0 => self.fault("reading.below_zero", start, start),
                Written::Number(value) if value > 1_000_000_000_000_000_000 => {
                    self.fault("reading.out_of_range", start, start)
                }
                Written::Number(value) => points.push(Point { start, end, value, new: None }),
            }
        }
        points.sort_by_key(|point| (point.start, point.end));
        // Same stamp, same value: one is kept. Same stamp, other value: none is.
        let mut single: Vec<Point> = Vec::new();
        let mut i = 0;
        while i < points.len() {
            let same: Vec<Point> = points[i..]
                .iter()
                .copied()
                .take_while(|other| (other.start, other.end) == (points[i].start, points[i].end))
                .collect();
            if same.iter().all(|other| other.value == same[0].value) {
                (1..same.len()).for_each(|_| self.fault("reading.duplicate", same[0].start, same[0].start));
                single.push(same[0]);
            } else {
                self.fault("reading.conflict", same[0].start, same[0].start);
            }
            i += same.len();
        }
        if let Some((at, last, first)) = self.meter.exchange {
            single.push(Point { start: at, end: at, value: last, new: Some(first) });
            single.sort_by_key(|point| point.start);
        }
        single
    }

    /// The capacity, or 20 × the median positive rate.
    fn fastest(&self, points: &[Point]) -> Option<(i128, i128)> {
        if let Some(capacity) = self.meter.capacity {
            return Some((capacity, 3_600_000)); // milliwatts over an hour are milliwatt-hours
        }
        let mut rates: Vec<(i128, i128)> = points
            .windows(2)
            .map(|pair| (pair[1].value - pair[0].base(), i128::from(pair[1].start - pair[0].start)))
            .filter(|rate| rate.0 > 0)
            .collect();
        rates.sort_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)));
        let median = rates.get((rates.len().max(1) - 1) / 2)?;
        Some((20 * median.0, median.1))
    }

    fn possible(&self, milliwatt_hours: i128, from: &Point, to: &Point) -> bool {
        let ms = i128::from(to.start - from.start);
        milliwatt_hours >= 0 && self.limit.is_none_or(|(most, each)| milliwatt_hours * each <= most * ms)
    }

    /// Steps 1 and 2: what passed, and whether the dial rolled over.
    fn fits(&self, a: &Point, b: &Point) -> Option<(i128, bool)> {
        let Kind::Register { modulus } = self.meter.kind else { unreachable!() };
        let d = b.value - a.base();
        if self.possible(d, a, b) {
            return Some((d, false));
        }
        modulus.filter(|modulus| d < 0 && self.possible(d + modulus, a, b)).map(|modulus| (d + modulus, true))
    }

    /// The ladder. Returns the last accepted instant.
    fn registers(&mut self, points: &[Point]) -> Option<i64> {
        let mut i = 0;
        while i + 1 < points.len() {
            let (a, b) = (points[i], points[i + 1]);
            let mut next = i + 1;
            if self.fits(&a, &b).is_none() && b.new.is_none() {
                for c in i + 2..points.len() {
                    if points[c].start - b.start > DAY {
                        break;
                    }
                    // Come by `a` again by counting on from `b` says nothing about `b`.
                    let plainly = |k: usize| {
                        points[k + 1].new.is_none()
                            && self.fits(&points[k], &points[k + 1]).is_some_and(|(_, rolled)| !rolled)
                    };
                    let come_by = (i + 1..c).all(plainly) && points[c - 1].value > b.value;
                    if self.fits(&a, &points[c]).is_some() && !come_by {
                        next = c;
                        break;
                    }
                    if points[c].new.is_some() {
                        break;
                    }
                }
            }
            let b = points[next];
            for dropped in &points[i + 1..next] {
                let code = if dropped.value < a.base() { "register.glitch" } else { "register.spike" };
                self.fault(code, dropped.start, b.start);
            }
            match self.fits(&a, &b) {
                Some((milliwatt_hours, rolled)) => {
                    self.evenly(a.start, b.start, milliwatt_hours * MWH);
                    if rolled {
                        self.fault("register.rollover", b.start, b.start);
                    }
                }
                None if b.new.is_none() && self.limit.is_some() && self.possible(b.value, &a, &b) => {
                    self.evenly(a.start, b.start, b.value * MWH);
                    self.fault("register.reset", b.start, b.start);
                }
                None => {
                    self.holes.push((a.start, b.start));
                    self.fault("register.step", b.start, b.start);
                }
            }
            if b.new.is_some() {
                self.fault("register.exchange", b.start, b.start);
            }
            i = next;
        }
        points.get(i).map(|point| point.start)
    }

    fn intervals(&mut self, points: &[Point]) {
        let overlaps = |a: &Point, b: &Point| a.start < b.end && b.start < a.end;
        for (i, point) in points.iter().enumerate() {
            let overlapped = points.iter().enumerate().any(|(j, other)| i != j && overlaps(point, other));
            if overlapped {
                self.holes.push((point.start, point.end));
                self.fault("interval.overlap", point.start, point.end);
            } else {
                self.evenly(point.start, point.end, point.value * MWH);
            }
        }
        let mut reached = points.first().map_or(0, |point| point.end);
        for point in points {
            if point.start > reached {
                self.holes.push((reached, point.start));
                self.fault("interval.gap", reached, point.start);
            }
            reached = reached.max(point.end);
        }
    }

    fn power(&mut self, points: &[Point], gap: i64, held: bool) {
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (start, end, length) = (a.start, b.start, i128::from(b.start - a.start));
            if b.start - a.start > gap {
                self.holes.push((start, end));
                self.fault("power.gap", start, end);
            } else if held {
                self.flow(start, end, |t| a.value * i128::from(t - start));
            } else {
                // The whole is rounded once, half to even; a part of it down.
                let twice = (a.value + b.value) * length;
                let whole =
                    if twice % 2 == 0 { twice / 2 } else { (twice - 1) / 2 + i128::from((twice - 1) / 2 % 2 == 1) };
                let part = |p: i128| (2 * length * a.value * p + (b.value - a.value) * p * p).div_euclid(2 * length);
                self.flow(start, end, |t| if t == end { whole } else { part(i128::from(t - start)) });
            }
        }
    }
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
            Kind::Register { .. } => Series::registers(time, value),
            Kind::Interval => Series::intervals(start, time, value),
            Kind::Power { .. } => Series::power(time, value),
        },
    );
    let ledger = Ledger::build(site, &readings, period.clone()).unwrap();
    let book = ledger.meter("m").unwrap();
    let ours = |code: &str| {
        let others = ["reading.out_of_order", "reading.outside_period", "reading.stuck", "register.turns"];
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
        prop_assert_eq!(by_the_library(&site, &meter, &rows, &period), by_the_method(&meter, &rows, &period));
    }
}
