//! Made sites with faults of every kind that the method names, at random places, lengths and sizes, with the truth known:
//! the truth lies inside the bounds, and what is clean is not noticed.
//!
//! Nothing here is shared with `src/`. `PUE_CASES` raises the number of sites; `cargo test --test faults -- --nocapture`
//! prints the table.

mod common;

use pue::{
    Ledger, Period, Readings, Site,
    finding::{Code, Severity},
    kpi::{Boundary, MeasuredPue},
    metering::Series,
    period::Granularity,
};
use std::collections::BTreeMap;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// So many sites of each kind of fault, and of each clean load.
const SITES: usize = 66;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Register,
    Interval,
    Power,
}

/// The load of a clean site.
const CLEAN: [&str; 5] = ["steady", "growing", "seasonal", "halved", "staircase"];

const OF_REGISTERS: [&str; 22] = [
    "gap",
    "blanks",
    "duplicates",
    "conflicts",
    "one zero",
    "zeros for a stretch",
    "all bits set for a stretch",
    "partial sums",
    "spike",
    "overflow",
    "frozen, then on from there",
    "frozen, then caught up",
    "reset",
    "resets in a day",
    "reset and jump",
    "exchanged for a higher dial",
    "exchanged for a lower dial",
    "a thousandth for a stretch",
    "another meter's dial for a day",
    "rolls over",
    "falls back a little",
    "late start",
];

const OF_INTERVALS: [&str; 14] = [
    "gap",
    "blanks",
    "duplicates",
    "conflicts",
    "zeros for a stretch",
    "frozen",
    "a thousandth for a stretch",
    "a thousandfold slot",
    "two sentinels",
    "overlaps",
    "negative slots",
    "last minute included",
    "stamps that waver",
    "late start",
];

const OF_POWER: [&str; 10] = [
    "gap",
    "blanks",
    "duplicates",
    "zeros for a stretch",
    "frozen",
    "a thousandth for a stretch",
    "two sentinels",
    "overflow",
    "negative samples",
    "late start",
];

/// A small generator of numbers (xorshift64*), so that a failure can be made again from its number.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..4).for_each(|_| {
            random.next();
        });
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.share()
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// A row: start (or instant), end, value.
type Row = (i64, i64, f64);

struct Made {
    kind: Kind,
    spacing: i64,
    days: i64,
    start: i64,
    capacity: Option<f64>,
    /// Total and IT, in kWh.
    truth: (f64, f64),
    total: Vec<Row>,
    it: Vec<Row>,
    /// Digits behind the point.
    digits: i32,
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// A clean site.
fn made(random: &mut Random, kind: Kind, load: &str, often: bool) -> Made {
    let often = kind == Kind::Power || often;
    let spacings: &[i64] = if often { &[15 * MINUTE, HOUR] } else { &[15 * MINUTE, HOUR, DAY] };
    let spacing = spacings[random.below(spacings.len())];
    let days = (14.0 * (400.0_f64 / 14.0).powf(random.share())) as i64;
    let start = 1_704_038_400_000; // 2024-01-01 in Shanghai
    let count = (days * DAY / spacing) as usize;
    let base = random.between(80.0, 5_000.0);
    let pue = random.between(1.15, 1.6);
    let (noise, daily) = (random.between(0.005, 0.03), random.between(0.0, 0.12));
    let digits = [1, 2, 3][random.below(3)];
    let phase = random.share();
    let steps = 2 + random.below(3);
    let shape = |at: f64| match load {
        "growing" => 1.0 + at,
        "seasonal" => 1.0 + 0.2 * (std::f64::consts::TAU * (at + phase)).sin(),
        "halved" => {
            if at < 0.5 {
                1.0
            } else {
                0.5
            }
        }
        "staircase" => 1.0 + 0.25 * (at * (steps + 1) as f64).floor(),
        _ => 1.0,
    };
    let power = |i: usize, random: &mut Random| {
        let of_day = (i as i64 * spacing % DAY) as f64 / DAY as f64;
        let at = i as f64 / count.max(1) as f64;
        let wave = if spacing < DAY { daily * (std::f64::consts::TAU * of_day).sin() } else { 0.0 };
        let it = base * shape(at) * (1.0 + wave + noise * random.normal());
        let overhead =
            (pue - 1.0) * (1.0 + 0.05 * (std::f64::consts::TAU * (at + phase)).sin() + noise * random.normal());
        (it * (1.0 + overhead), it)
    };
    let hours = spacing as f64 / HOUR as f64;
    let (mut total, mut it) = (Vec::new(), Vec::new());
    let (mut dials, mut truth) = ((random.between(1e3, 9e5), random.between(1e3, 9e5)), (0.0, 0.0));
    let mut before: Option<(f64, f64)> = None;
    for i in 0..=count {
        let at = start + i as i64 * spacing;
        let (p, q) = power(i, random);
        match kind {
            Kind::Register => {
                if i > 0 {
                    dials = (dials.0 + p * hours, dials.1 + q * hours);
                }
                let read = (rounded(dials.0, digits), rounded(dials.1, digits));
                total.push((at, at, read.0));
                it.push((at, at, read.1));
                if let Some(first) = before {
                    truth = (read.0 - first.0, read.1 - first.1);
                } else {
                    before = Some(read);
                }
            }
            Kind::Interval if i < count => {
                let read = (rounded(p * hours, digits), rounded(q * hours, digits));
                total.push((at, at + spacing, read.0));
                it.push((at, at + spacing, read.1));
                truth = (truth.0 + read.0, truth.1 + read.1);
            }
            Kind::Interval => {}
            Kind::Power => {
                let read = (rounded(p, digits), rounded(q, digits));
                total.push((at, at, read.0));
                it.push((at, at, read.1));
                if let Some(last) = before {
                    truth.0 += (read.0 + last.0) / 2.0 * hours;
                    truth.1 += (read.1 + last.1) / 2.0 * hours;
                }
                before = Some(read);
            }
        }
    }
    let capacity = (random.below(2) == 0).then(|| (base * 2.0 * 1.7 * 2.0).ceil());
    Made { kind, spacing, days, start, capacity, truth, total, it, digits }
}

/// Spoils one meter of a site.
fn spoil(random: &mut Random, made: &mut Made, fault: &str) {
    let of_total = random.below(2) == 0;
    let (spacing, digits, kind) = (made.spacing, made.digits, made.kind);
    let rows = if of_total { &mut made.total } else { &mut made.it };
    let count = rows.len();
    // A stretch of at most a fifth of the file, somewhere inside.
    let longest = (count / 5).max(2);
    let length = 1 + random.below(longest);
    let from = 1 + random.below(count - length - 1);
    let stretch = from..from + length;
    let usual = (rows[count - 1].2 - rows[0].2) / count as f64;
    match fault {
        "gap" => drop(rows.drain(stretch)),
        "late start" => drop(rows.drain(..length)),
        "blanks" => rows[stretch].iter_mut().for_each(|row| row.2 = f64::NAN),
        "duplicates" => {
            let copies: Vec<Row> = rows[stretch].to_vec();
            rows.extend(copies);
        }
        "conflicts" => {
            let copies: Vec<Row> =
                rows[stretch].iter().map(|row| (row.0, row.1, rounded(row.2 * 1.07 + 3.0, digits))).collect();
            rows.extend(copies);
        }
        "one zero" => rows[from].2 = 0.0,
        "zeros for a stretch" => rows[stretch].iter_mut().for_each(|row| row.2 = 0.0),
        "all bits set for a stretch" => rows[stretch].iter_mut().for_each(|row| row.2 = 4_294_967_295.0),
        "partial sums" => {
            // Parts come back within hours, whatever the spacing.
            let parts = if spacing < DAY { [0.25, 0.5, 0.75].as_slice() } else { &[0.5] };
            for _ in 0..1 + random.below(4) {
                let at = 1 + random.below(count - 5);
                for (i, part) in parts.iter().copied().enumerate() {
                    rows[at + i].2 = rounded(rows[at + i].2 * part, digits);
                }
            }
        }
        "spike" => rows[from].2 = rounded(rows[from].2 + usual * random.between(2_000.0, 1e6), digits),
        "overflow" => rows[from].2 = -1.844_674_407_370_860_5e17 * [1.0, -1.0][random.below(2)],
        "frozen, then on from there" => {
            let lost = rows[from + length - 1].2 - rows[from - 1].2;
            let still = rows[from - 1].2;
            rows[stretch.clone()].iter_mut().for_each(|row| row.2 = still);
            rows[stretch.end..].iter_mut().for_each(|row| row.2 = rounded(row.2 - lost, digits));
        }
        "frozen, then caught up" => {
            let still = rows[from - 1].2;
            rows[stretch].iter_mut().for_each(|row| row.2 = still);
        }
        "reset" => restart(rows, from, random.share(), digits),
        "resets in a day" => {
            let mut at = from;
            for _ in 0..2 + random.below(4) {
                restart(rows, at, random.share(), digits);
                at += 1 + random.below(((DAY / spacing / 3) as usize).max(2));
                if at + 1 >= count {
                    break;
                }
            }
        }
        "reset and jump" => {
            restart(rows, from, random.share(), digits);
            let jump = usual * random.between(50.0, 2_000.0);
            let at = from + random.below(count - from);
            rows[at..].iter_mut().for_each(|row| row.2 = rounded(row.2 + jump, digits));
        }
        "exchanged for a higher dial" => {
            // Days of use, up to what fills the file.
            let steps = DAY as f64 / spacing as f64;
            let jump = usual * steps.max(1.0) * random.between(3.0, 60.0);
            rows[from..].iter_mut().for_each(|row| row.2 = rounded(row.2 + jump, digits));
        }
        "exchanged for a lower dial" => {
            let jump = rows[from].2 * random.between(0.05, 0.95);
            rows[from..].iter_mut().for_each(|row| row.2 = rounded(row.2 - jump, digits));
        }
        "a thousandth for a stretch" => {
            rows[stretch].iter_mut().for_each(|row| row.2 = rounded(row.2 / 1000.0, digits));
        }
        "another meter's dial for a day" => {
            let steps = ((DAY / spacing) as usize).clamp(1, length.max(1));
            let off = rows[from].2 * random.between(-0.9, 3.0);
            for row in &mut rows[from..from + steps] {
                row.2 = rounded(row.2 + off, digits);
            }
        }
        "rolls over" => {
            // Several times within the file.
            let whole = rows[count - 1].2 - rows[0].2;
            let modulus = rounded(whole / random.between(3.0, 6.0), digits).max(1.0);
            rows.iter_mut().for_each(|row| row.2 = rounded(row.2.rem_euclid(modulus), digits));
        }
        "falls back a little" => {
            let jump = (rows[from].2 - rows[from - 1].2) * random.between(1.2, 4.0);
            rows[from..].iter_mut().for_each(|row| row.2 = rounded(row.2 - jump, digits));
        }
        "frozen" => {
            let (least, still) = ((6 * HOUR / spacing) as usize + 2, rows[from].2);
            let length = length.max(least.max(5)).min(count - from - 1);
            rows[from..from + length].iter_mut().for_each(|row| row.2 = still);
        }
        "a thousandfold slot" => rows[from].2 *= 1000.0,
        "two sentinels" => {
            let largest = rows.iter().map(|row| row.2).fold(0.0, f64::max);
            let sentinel = [6_553.5, 65_535.0, 16_777.215, 9_999.0].into_iter().find(|value| *value > 3.0 * largest);
            rows[from].2 = sentinel.unwrap_or(4_294_967_295.0);
            let other = 1 + random.below(count - 2);
            rows[other].2 = rows[from].2;
        }
        "overlaps" => {
            for _ in 0..1 + random.below(4) {
                let at = random.below(count - 1);
                rows[at].1 += spacing / 2;
            }
        }
        "negative slots" | "negative samples" => {
            for _ in 0..1 + random.below(4) {
                let at = random.below(count);
                rows[at].2 = -rows[at].2;
            }
        }
        "last minute included" => rows.iter_mut().for_each(|row| row.1 -= MINUTE),
        "stamps that waver" => {
            let most = (spacing / 10).min(MINUTE) as f64 / 2.0 - 1_000.0;
            let ends = (rows[0].0, rows[count - 1].1);
            for row in rows.iter_mut() {
                row.0 += (random.between(-1.0, 1.0) * most) as i64 / 1000 * 1000;
                row.1 += (random.between(-1.0, 1.0) * most) as i64 / 1000 * 1000;
            }
            (rows[0].0, rows[count - 1].1) = ends;
        }
        other => panic!("{other} of {kind:?}"),
    }
}

/// From a row on the dial counts from zero, set to zero somewhere on the way from the one before.
fn restart(rows: &mut [Row], at: usize, share: f64, digits: i32) {
    let zero = rows[at - 1].2 + (rows[at].2 - rows[at - 1].2) * share;
    rows[at..].iter_mut().for_each(|row| row.2 = rounded((row.2 - zero).max(0.0), digits));
}

fn site(made: &Made) -> Site {
    let (kind, unit) = match made.kind {
        Kind::Register => ("register", "kWh"),
        Kind::Interval => ("interval", "kWh"),
        Kind::Power => ("power", "kW"),
    };
    let meter = |id: &str, point: &str| {
        let mut meter = serde_json::json!({"id": id, "point": point, "kind": kind, "unit": unit});
        if let Some(capacity) = made.capacity {
            meter["capacity_kw"] = capacity.into();
        }
        meter
    };
    let site = serde_json::json!({
        "schema": "pue/site/1",
        "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [meter("grid", "grid_supply"), meter("ups", "ups_output")],
    });
    serde_json::from_value(site).unwrap()
}

/// What the library made of a site.
struct Answer {
    /// Value, low, high.
    pue: Option<(f64, f64, f64)>,
    common: f64,
    warnings: Vec<String>,
    proposes: bool,
}

fn answer(made: &Made) -> Answer {
    let site = site(made);
    let mut readings = Readings::default();
    for (id, rows) in [("grid", &made.total), ("ups", &made.it)] {
        let (start, end): (Vec<i64>, Vec<i64>) = rows.iter().map(|row| (row.0, row.1)).unzip();
        let value = rows.iter().map(|row| row.2).collect();
        let series = match made.kind {
            Kind::Register => Series::registers(end, value).unwrap(),
            Kind::Interval => Series::intervals(start, end, value).unwrap(),
            Kind::Power => Series::power(end, value).unwrap(),
        };
        readings.insert(id, series);
    }
    let first = pue::period::local(made.start, &site.time_zone()).date();
    let last = pue::period::local(made.start + made.days * DAY, &site.time_zone()).date();
    let period = Period::dates(first, last, site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, period).unwrap();
    let measured = MeasuredPue::over(&ledger, &Boundary::new(&site, None), ledger.period());
    // Of every month and every stretch of days too the bounds hold the value.
    let zone = site.time_zone();
    for part in
        ledger.period().parts(Granularity::Month).chain(Period::dates(first, first.tomorrow().unwrap(), zone).ok())
    {
        let of_part = MeasuredPue::over(&ledger, &Boundary::new(&site, None), &part);
        for measure in [Some(&of_part.electricity), of_part.all_carriers.as_ref()].into_iter().flatten() {
            let (Some(pue), bounds) = (measure.pue, measure.bounds) else { continue };
            assert!(bounds.low.is_none_or(|low| low <= pue.ratio()), "{part}: {measure:?}");
            assert!(bounds.high.is_none_or(|high| high >= pue.ratio()), "{part}: {measure:?}");
        }
    }
    let reported = measured.reported();
    let findings: Vec<pue::Finding> = ledger.findings().into_iter().chain(measured.findings.clone()).collect();
    let bound = |bound: Option<pue::quantity::Ratio>, open: f64| bound.map_or(open, |bound| bound.to_f64());
    let (low, high) = (bound(reported.bounds.low, 1.0), bound(reported.bounds.high, f64::INFINITY));
    let warned = |finding: &&pue::Finding| finding.severity >= Severity::Warning;
    // Of a part of a year, a note says so; that is no fault of the data.
    let of_data = |finding: &&pue::Finding| finding.code != Code::PuePartialYear && finding.code != Code::CoverageLow;
    let warnings = findings.iter().filter(warned).filter(of_data).map(ToString::to_string).collect();
    let proposes = |code: Code| matches!(code, Code::RegisterModulus | Code::MeterHint | Code::MeterCapacity);
    Answer {
        pue: reported.pue.map(|pue| (pue.ratio().to_f64(), low, high)),
        common: reported.coverage.common,
        warnings,
        proposes: findings.iter().any(|finding| proposes(finding.code)),
    }
}

#[derive(Default)]
struct Row1 {
    sites: usize,
    inside: usize,
    errors: Vec<f64>,
    widths: Vec<f64>,
    common: f64,
    silent: usize,
}

fn median(of: &mut [f64], share: f64) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(((of.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(0.0)
}

fn rounds() -> u64 {
    let cases: u64 = std::env::var("PUE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    (cases / u64::from(common::CASES)).max(1)
}

#[test]
fn the_truth_lies_inside_the_bounds() {
    let mut table: BTreeMap<(Kind, &str), Row1> = BTreeMap::new();
    let (mut errors, mut shown) = (Vec::new(), Vec::new());
    let kinds = OF_REGISTERS.iter().map(|fault| (Kind::Register, *fault));
    let kinds = kinds.chain(OF_INTERVALS.iter().map(|fault| (Kind::Interval, *fault)));
    let kinds = kinds.chain(OF_POWER.iter().map(|fault| (Kind::Power, *fault)));
    for (number, (kind, fault)) in kinds.enumerate() {
        for round in 0..SITES as u64 * rounds() {
            let seed = number as u64 * 1_000_003 + round;
            let mut random = Random::new(seed);
            let load = ["steady", "steady", "seasonal", "growing"][random.below(4)];
            // Five equal days in a file of a fortnight are no small part of it.
            let mut made = made(&mut random, kind, load, fault == "frozen");
            spoil(&mut random, &mut made, fault);
            let answer = answer(&made);
            let truth = made.truth.0 / made.truth.1;
            let row = table.entry((kind, fault)).or_default();
            row.sites += 1;
            row.common += answer.common;
            row.silent += usize::from(answer.warnings.is_empty());
            let inside = match answer.pue {
                Some((value, low, high)) => {
                    assert!(low <= value && value <= high, "{seed}: {low} {value} {high}");
                    row.errors.push((value - truth).abs());
                    errors.push((value - truth).abs());
                    row.widths.push(high - low);
                    low * (1.0 - 1e-6) <= truth && truth <= high * (1.0 + 1e-6)
                }
                None => answer.proposes,
            };
            row.inside += usize::from(inside);
            if !inside && shown.len() < 400 {
                shown.push(format!(
                    "{seed} {kind:?} {fault}: {:?} of {truth:.5}, {} d at {} min, capacity {:?}\n    {}",
                    answer.pue,
                    made.days,
                    made.spacing / MINUTE,
                    made.capacity,
                    answer.warnings.join("\n    "),
                ));
            }
        }
    }
    println!(
        "{:<10}{:<34}{:>7}{:>9}{:>10}{:>10}{:>9}{:>8}{:>8}",
        "", "", "sites", "inside %", "error", "95 %", "width", "common", "silent"
    );
    for ((kind, fault), row) in &mut table {
        println!(
            "{:<10}{fault:<34}{:>7}{:>9.1}{:>10.5}{:>10.5}{:>9.4}{:>8.3}{:>8}",
            format!("{kind:?}"),
            row.sites,
            row.inside as f64 / row.sites as f64 * 100.0,
            median(&mut row.errors, 0.5),
            median(&mut row.errors, 0.95),
            median(&mut row.widths, 0.5),
            row.common / row.sites as f64,
            row.silent,
        );
    }
    let (sites, inside) = table.values().fold((0, 0), |sum, row| (sum.0 + row.sites, sum.1 + row.inside));
    println!(
        "{sites} sites, {:.2} % inside, error {:.5}, 95 % {:.5}",
        inside as f64 / sites as f64 * 100.0,
        median(&mut errors, 0.5),
        median(&mut errors, 0.95)
    );
    if std::env::var("PUE_SHOW").is_ok() {
        println!("{}", shown.join("\n"));
    }
    for ((kind, fault), row) in &table {
        assert!(row.inside * 10 >= row.sites * 9, "{kind:?} {fault}: {} of {} inside", row.inside, row.sites);
    }
    assert!(inside * 100 >= sites * 98, "{inside} of {sites} inside");
    assert!(median(&mut errors, 0.5) <= 0.001 && median(&mut errors, 0.95) <= 0.005);
}

#[test]
fn what_is_clean_is_not_noticed() {
    let mut wrong = Vec::new();
    for (number, load) in CLEAN.iter().enumerate() {
        for kind in [Kind::Register, Kind::Interval, Kind::Power] {
            for round in 0..SITES as u64 * rounds() {
                let seed = 77_000_000 + number as u64 * 1_000_003 + kind as u64 * 100_003 + round;
                let mut random = Random::new(seed);
                let made = made(&mut random, kind, load, false);
                let answer = answer(&made);
                let truth = made.truth.0 / made.truth.1;
                let exact = answer.pue.is_some_and(|(value, ..)| (value - truth).abs() < 1e-9);
                if !exact || answer.common != 1.0 || !answer.warnings.is_empty() {
                    wrong.push(format!(
                        "{seed} {kind:?} {load}: {:?} of {truth}, common {}, {} d at {} min\n    {}",
                        answer.pue,
                        answer.common,
                        made.days,
                        made.spacing / MINUTE,
                        answer.warnings.join("\n    ")
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} sites:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}
