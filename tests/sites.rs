//! Random sites whose truth is known, with faults planted at known places: is what is planted found, and nothing else; does
//! the true PUE lie within the bounds; how far off is what is estimated.

mod common;

use pue::{
    Ledger, Period, Readings, Site,
    kpi::{Boundary, MeasuredPue},
    ledger::Estimate,
    metering::Series,
    period::{rfc3339, time_zone},
};
use std::collections::{BTreeMap, BTreeSet};

const QUARTER: i64 = 900_000;
const DAYS: usize = 42;
const STEPS: usize = DAYS * 96;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Register,
    Interval,
    Power,
}

/// A planted fault, as the findings name it: meter, code, count, first instant.
type Planted = BTreeSet<(String, String, u64, Option<String>)>;

struct Made {
    site: Site,
    readings: Readings,
    period: Period,
    /// Half watt-hours.
    total: i64,
    it: i64,
    planted: Planted,
}

/// What happens to one meter: code → (count, first instant).
#[derive(Default)]
struct Faults(BTreeMap<&'static str, (u64, i64)>);

impl Faults {
    fn plant(&mut self, code: &'static str, count: u64, at: i64) {
        let entry = self.0.entry(code).or_insert((0, at));
        entry.0 += count;
        entry.1 = entry.1.min(at);
    }
}

fn make(seed: u64, faulty: bool) -> Made {
    let mut dice = Dice(seed);
    let zone = time_zone("Asia/Shanghai").unwrap();
    let period = Period::parse("2024-02-05/2024-03-18", zone.clone()).unwrap();
    let with_capacity = dice.below(4) > 0;
    let (mut meters, mut readings, mut planted) = (Vec::new(), Readings::default(), Planted::new());
    let (mut total, mut it) = (0, 0);
    for (id, point, base) in [
        ("g1", "grid_supply", 90_000),
        ("g2", "grid_supply", 70_000),
        ("u1", "ups_output", 40_000),
        ("u2", "ups_output", 45_000),
        ("u3", "ups_output", 30_000),
    ] {
        let kind = dice.of(&[Kind::Register, Kind::Register, Kind::Interval, Kind::Power]);
        // Watt-hours a quarter, with a course over day and week.
        let wh: Vec<i64> = (0..STEPS)
            .map(|i| {
                let (hour, day) = (i / 4 % 24, i / 96 % 7);
                let course = 100 + if (8..20).contains(&hour) { 12 } else { 0 } - if day > 4 { 8 } else { 0 };
                base * course / 100 * (970 + dice.below(61) as i64) / 1000
            })
            .collect();
        let energy = match kind {
            // Samples stand at the quarters' edges; the truth is the area under the line between them.
            Kind::Power => (0..STEPS).map(|i| wh[i] + wh[(i + 1).min(STEPS - 1)]).sum::<i64>(),
            _ => 2 * wh.iter().sum::<i64>(),
        };
        if point == "grid_supply" {
            total += energy
        } else {
            it += energy
        }
        let capacity = base * 4 * 3 / 1000;
        let (rows, faults, modulus) = rows(&mut dice, kind, &wh, &period, faulty, capacity);
        for (code, (count, at)) in faults.0 {
            // Disorder has no instant.
            let at = (code != "reading.out_of_order").then(|| rfc3339(at, &zone));
            planted.insert((id.to_owned(), code.to_owned(), count, at));
        }
        let (start, (end, value)): (Vec<i64>, (Vec<i64>, Vec<f64>)) =
            rows.into_iter().map(|(start, end, value)| (start, (end, value))).unzip();
        let (kind, unit, series) = match kind {
            Kind::Register => {
                (serde_json::json!({"register": {"modulus": modulus}}), "kWh", Series::registers(end, value).unwrap())
            }
            Kind::Interval => ("interval".into(), "kWh", Series::intervals(start, end, value).unwrap()),
            Kind::Power => ("power".into(), "kW", Series::power(end, value).unwrap()),
        };
        readings.insert(id, series);
        let mut meter = serde_json::json!({"id": id, "point": point, "kind": kind, "unit": unit});
        if with_capacity {
            meter["capacity_kw"] = capacity.into();
        }
        meters.push(meter);
    }
    let site = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": meters});
    Made { site: serde_json::from_value(site).unwrap(), readings, period, total, it, planted }
}

/// One meter's rows (start, end, value), what was planted, and the dial's modulus.
fn rows(
    dice: &mut Dice,
    kind: Kind,
    wh: &[i64],
    period: &Period,
    faulty: bool,
    capacity: i64,
) -> (Vec<(i64, i64, f64)>, Faults, f64) {
    let at = |i: usize| period.start() + i as i64 * QUARTER;
    let mut faults = Faults::default();
    let modulus = 1_000_000_000_i64;
    let sum: i64 = wh.iter().sum();
    // One register in three rolls over, somewhere in the middle of a quiet day.
    let mut dial = if faulty && dice.below(3) == 0 { modulus - sum / 84 } else { 300_000_000 };
    let mut rows: Vec<(i64, i64, f64)> = match kind {
        Kind::Register => {
            let mut rows = vec![(at(0), at(0), dial as f64 / 1000.0)];
            for (i, wh) in wh.iter().enumerate() {
                dial += wh;
                if dial >= modulus {
                    dial -= modulus;
                    faults.plant("register.rollover", 1, at(i + 1));
                }
                rows.push((at(i), at(i + 1), dial as f64 / 1000.0));
            }
            rows
        }
        Kind::Interval => wh.iter().enumerate().map(|(i, wh)| (at(i), at(i + 1), *wh as f64 / 1000.0)).collect(),
        Kind::Power => (0..=wh.len()).map(|i| (at(i), at(i), wh[i.min(wh.len() - 1)] as f64 / 250.0)).collect(),
    };
    if !faulty {
        return (rows, faults, modulus as f64 / 1000.0);
    }
    // Every other day, from the second day on, may have one fault; rows are taken out and moved in the end.
    let (mut gone, mut moved) = (BTreeSet::new(), Vec::new());
    for day in (2..DAYS - 2).step_by(2).filter(|day| *day % 3 != 0) {
        let i = day * 96 + dice.below(96) as usize;
        let (start, end, value) = rows[i];
        let stamp = if kind == Kind::Interval { start } else { end };
        match (dice.below(9), kind) {
            (0, _) => {
                let count = 1 + dice.below(6) as usize;
                rows[i..i + count].iter_mut().for_each(|row| row.2 = f64::NAN);
                faults.plant("reading.missing", count as u64, stamp);
                if kind == Kind::Interval {
                    faults.plant("interval.gap", 1, stamp);
                }
                // Two distances of a quarter of an hour are more than one and a half.
                if kind == Kind::Power {
                    faults.plant("power.gap", 1, rows[i - 1].1);
                }
            }
            (1, _) => {
                let count = 2 + dice.below(90) as usize;
                gone.extend(i..i + count);
                match kind {
                    Kind::Register => {}
                    Kind::Interval => faults.plant("interval.gap", 1, stamp),
                    Kind::Power => faults.plant("power.gap", 1, rows[i - 1].1),
                }
            }
            (2, _) => {
                moved.push((i, i, value));
                faults.plant("reading.duplicate", 1, stamp);
            }
            (3, _) => {
                moved.push((i, i, value + 1.0));
                faults.plant("reading.conflict", 1, stamp);
                match kind {
                    Kind::Interval => faults.plant("interval.gap", 1, stamp),
                    Kind::Power => faults.plant("power.gap", 1, rows[i - 1].1),
                    Kind::Register => {}
                }
            }
            (4, Kind::Register) => {
                rows[i].2 = value + capacity as f64 * (30 + dice.below(100)) as f64;
                faults.plant("register.spike", 1, stamp);
            }
            (5, Kind::Register) => {
                let count = 1 + dice.below(3) as usize;
                rows[i..i + count].iter_mut().for_each(|row| row.2 = 0.0);
                faults.plant("register.glitch", count as u64, stamp);
            }
            (6, Kind::Register)
                if !faults.0.contains_key("register.reset") && !faults.0.contains_key("register.rollover") =>
            {
                // From here on the dial counts from zero.
                let before = rows[i - 1].2;
                rows[i..].iter_mut().for_each(|row| row.2 = ((row.2 - before) * 1000.0).round() / 1000.0);
                faults.plant("register.reset", 1, stamp);
            }
            (7, Kind::Interval) => {
                rows[i].1 = end + QUARTER / 2;
                faults.plant("interval.overlap", 2, stamp);
            }
            (8, _) => {
                gone.insert(i);
                moved.push((i, i + 2 + dice.below(30) as usize, value));
                faults.plant("reading.out_of_order", 1, stamp);
            }
            _ => {}
        }
    }
    // A reset changed what was noted before: take the values of moved rows as they stand now.
    let mut out: Vec<(usize, (i64, i64, f64))> = Vec::new();
    for (i, row) in rows.iter().enumerate().filter(|(i, _)| !gone.contains(i)) {
        out.push((2 * i, *row));
    }
    for (i, behind, noted) in moved {
        let (start, end, now) = rows[i];
        let conflict = behind == i && noted != now && (noted - now - 1.0).abs() < 0.6;
        out.push((2 * behind + 1, (start, end, if conflict { now + 1.0 } else { now })));
    }
    out.sort_by_key(|(key, _)| *key);
    (out.into_iter().map(|(_, row)| row).collect(), faults, modulus as f64 / 1000.0)
}

#[test]
fn clean_sites_have_no_findings() {
    for seed in 0..common::config().cases.into() {
        let made = make(seed, false);
        let ledger = Ledger::build(&made.site, &made.readings, made.period.clone()).unwrap();
        assert_eq!(ledger.findings(), [], "seed {seed}");
        let measured = MeasuredPue::over(&ledger, &Boundary::new(&made.site, None), &made.period);
        let pue = measured.pue().unwrap();
        assert_eq!(pue.total().kwh(), made.total as f64 / 2000.0, "seed {seed}");
        assert_eq!(pue.it().kwh(), made.it as f64 / 2000.0, "seed {seed}");
        assert!(measured.electricity.bounds.exact, "seed {seed}");
    }
}

#[test]
fn planted_faults_are_found_and_the_truth_is_within_the_bounds() {
    let sites = u64::from(common::config().cases) * 4;
    let (mut within, mut hits, mut missed, mut false_alarms) = (0, 0_u64, 0_u64, 0_u64);
    let (mut error, mut worst, mut plain, mut estimated) = (0.0_f64, 0.0_f64, 0.0_f64, 0_u64);
    for seed in 0..sites {
        let made = make(seed ^ 0x5eed_0000_0000, true);
        let ledger = Ledger::build(&made.site, &made.readings, made.period.clone()).unwrap();
        // What is said of readings; sums of meters and what is covered follow from these.
        let of_readings =
            |code: &str| ["reading.", "register.", "interval.", "power."].iter().any(|room| code.starts_with(room));
        let found: Planted = ledger
            .findings()
            .into_iter()
            .filter(|finding| of_readings(finding.code.as_str()))
            .map(|finding| (finding.meter.unwrap(), finding.code.to_string(), finding.count, finding.at))
            .collect();
        hits += found.intersection(&made.planted).count() as u64;
        missed += made.planted.difference(&found).count() as u64;
        false_alarms += found.difference(&made.planted).count() as u64;
        assert_eq!(found, made.planted, "seed {seed}");
        let boundary = Boundary::new(&made.site, None);
        let truth = made.total as f64 / made.it as f64;
        let bounds = MeasuredPue::over(&ledger, &boundary, &made.period).electricity.bounds;
        let exact = pue::quantity::Ratio::new(made.total.into(), made.it.into()).unwrap();
        let (low, high) = (bounds.low.unwrap(), bounds.high.unwrap());
        within += u64::from(low <= exact && exact <= high);
        let value =
            |ledger: &Ledger<'_>| MeasuredPue::over(ledger, &boundary, &made.period).pue().unwrap().ratio().to_f64();
        plain += (value(&ledger) / truth - 1.0).abs();
        let filled = ledger.estimate(&Estimate::ALL);
        if filled.findings().iter().any(|finding| finding.code.as_str() == "estimate.made") {
            let off = (value(&filled) / truth - 1.0).abs();
            (error, worst, estimated) = (error + off, worst.max(off), estimated + 1);
        }
    }
    let (precision, recall) = (hits as f64 / (hits + false_alarms) as f64, hits as f64 / (hits + missed) as f64);
    println!("{sites} sites, {hits} planted faults found: precision {precision}, recall {recall}");
    println!("true PUE within the bounds: {within} of {sites}");
    println!(
        "off by {:.4} % in the mean over common time; estimated in {estimated} sites: by {:.4} % in the mean, {:.4} % at worst",
        plain / sites as f64 * 100.0,
        error / estimated as f64 * 100.0,
        worst * 100.0
    );
    assert!(within as f64 >= 0.999 * sites as f64, "{within} of {sites}");
    assert!(error / (estimated as f64) < 0.01, "estimates are off by more than a hundredth in the mean");
}
