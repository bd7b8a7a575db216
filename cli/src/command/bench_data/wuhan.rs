//! A site in Wuhan, a year of hourly readings with planted faults, and the truth about both.

use super::Random;
use serde_json::{Value, json};
use std::{collections::BTreeMap, f64::consts::TAU, fmt::Write as _, fs, path::Path};

const HOURS: usize = 8784;
/// 2024-01-01T00:00+08:00 in hours since 1970.
const FIRST_HOUR: i64 = 473_344;

/// Energy of each hour in watt-hours, by meter.
type Hours = BTreeMap<&'static str, Vec<i64>>;

/// What was planted: (meter, code) and how often.
type Faults = BTreeMap<(&'static str, &'static str), u64>;

/// Writes them to a folder; the same bytes every time.
pub fn write(dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut random = Random(20_240_125);
    let hours = energies(&mut random);
    let mut faults = Faults::new();
    let (registers, last_dial) = registers(&hours, &mut random, &mut faults);
    fs::write(dir.join("registers.csv"), registers)?;
    let (power, truth_of_power) = power(&hours, &mut faults);
    fs::write(dir.join("power.csv"), power)?;
    fs::write(dir.join("intervals.csv"), intervals(&hours, &mut faults))?;
    fs::write(dir.join("site.json"), pretty(&site(last_dial)))?;
    fs::write(dir.join("truth.json"), pretty(&truth(&hours, &truth_of_power, &faults)))
}

/// The physics: IT load, losses, cooling by season, supply by two feeders, a roof of PV and a monthly generator test.
fn energies(random: &mut Random) -> Hours {
    let mut hours = Hours::new();
    for i in 0..HOURS {
        let (day, hour) = (i as f64 / 24.0, (i % 24) as f64);
        let daily = 1.0 + 0.04 * (TAU * (hour - 9.0) / 24.0).sin();
        let season = 1.0 + 0.45 * (TAU * (day - 110.0) / 366.0).sin();
        let mut noise = || 0.98 + 0.04 * random.unit();
        let growth = 0.9 + 0.2 * i as f64 / HOURS as f64;
        let wh = |kwh: f64| (kwh * 1000.0).round() as i64;
        let (a, b) = (wh(2300.0 * growth * daily * noise()), wh(2600.0 * growth * daily * noise()));
        let (a_in, b_in) = (a + a / 25, b + b / 24);
        let it = (a + b) as f64;
        let (chiller_1, chiller_2) = (it * 0.055 * season * noise(), it * 0.048 * season * noise());
        let towers = it * 0.021 * season * noise();
        let cooling = [chiller_1, chiller_2, towers].map(|wh| (wh / 10.0).round() as i64 * 10);
        let (lighting, office) =
            (wh(22.0 * noise()), wh(if (8.0..19.0).contains(&hour) { 85.0 * noise() } else { 12.0 * noise() }));
        let distribution = wh((a + b) as f64 * 0.012 * noise() / 1000.0);
        let sun = (TAU * (hour - 6.0) / 24.0).sin().max(0.0);
        let pv = wh(310.0 * sun * noise());
        let tested = day as usize % 30 == 5 && hour == 10.0;
        let generator = if tested { wh(450.0 * noise()) } else { 0 };
        let need = a_in + b_in + cooling.iter().sum::<i64>() + lighting + distribution + office - pv - generator;
        let all = [
            ("ups-a-out", a),
            ("ups-b-out", b),
            ("ups-a-in", a_in),
            ("ups-b-in", b_in),
            ("chiller-1", cooling[0]),
            ("chiller-2", cooling[1]),
            ("towers", cooling[2]),
            ("lighting", lighting),
            ("office", office),
            ("distribution", distribution),
            ("pv-1", pv),
            ("gen-1", generator),
            ("grid-1", need / 2),
            ("grid-2", need - need / 2),
        ];
        for (meter, wh) in all {
            hours.entry(meter).or_default().push(wh);
        }
    }
    hours
}

fn stamp(hour: usize) -> String {
    let time = jiff::Timestamp::from_second((FIRST_HOUR + hour as i64) * 3600).expect("a time of 2024");
    time.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).strftime("%Y-%m-%d %H:%M").to_string()
}

fn kwh(wh: i64) -> String {
    format!("{}.{:03}", wh / 1000, wh % 1000)
}

/// Registers with hourly dial values, faults included, and the last dial value of the meter that is exchanged.
fn registers(hours: &Hours, random: &mut Random, faults: &mut Faults) -> (String, f64) {
    let mut last_dial = 0.0;
    let mut file = String::from("meter,time,value\n");
    for meter in ["grid-1", "grid-2", "ups-a-in", "ups-a-out", "ups-b-in", "ups-b-out"] {
        let modulus = 100_000_000_000; // 10⁸ kWh
        let mut dial: i64 =
            if meter == "grid-1" { 88_000_000_000 } else { 1_000_000 + random.below(9_000_000_000) as i64 };
        let mut rows: Vec<String> = Vec::with_capacity(HOURS + 40);
        for hour in 0..=HOURS {
            if hour > 0 {
                dial += hours[meter][hour - 1];
            }
            if dial >= modulus {
                dial -= modulus;
                faults.insert((meter, "register.rollover"), 1);
            }
            if meter == "ups-a-in" && hour == EXCHANGE_HOUR {
                faults.insert((meter, "register.exchange"), 1);
                rows.push(format!("{meter},{},{}\n", stamp(hour), kwh(dial)));
                last_dial = dial as f64 / 1000.0;
                dial = 0;
                continue;
            }
            let mut shown = kwh(dial);
            match (meter, hour) {
                ("grid-2", 3000..3049) => continue, // 50 hours between the readings before and after
                ("ups-b-in", 1500 | 1501) => {
                    shown = "0.000".to_owned();
                    *faults.entry((meter, "register.glitch")).or_default() += 1;
                }
                ("ups-b-in", 5200) => {
                    shown = kwh(dial + 60_000_000);
                    faults.insert((meter, "register.spike"), 1);
                }
                ("ups-b-out", h) if h % 451 == 100 => {
                    shown = if h % 2 == 0 { String::new() } else { "NaN".to_owned() };
                    *faults.entry((meter, "reading.missing")).or_default() += 1;
                }
                ("ups-b-out", 4001) => {
                    shown = "n/a".to_owned();
                    faults.insert((meter, "csv.value"), 1);
                }
                _ => {}
            }
            rows.push(format!("{meter},{},{shown}\n", stamp(hour)));
            if meter == "ups-a-out" && hour % 350 == 20 {
                rows.push(format!("{meter},{},{shown}\n", stamp(hour)));
                *faults.entry((meter, "reading.duplicate")).or_default() += 1;
            }
            if meter == "ups-a-out" && hour == 6000 {
                rows.push(format!("{meter},{},{}\n", stamp(hour), kwh(dial + 5000)));
                faults.insert((meter, "reading.conflict"), 1);
            }
        }
        if meter == "ups-b-out" {
            for k in 0..30 {
                rows.swap(200 + 280 * k, 203 + 280 * k);
            }
            // Each swap puts one row before three others: those three then stand after a later time.
            faults.insert((meter, "reading.out_of_order"), 90);
            rows.push(format!("{meter},31 December,1.0\n"));
            faults.insert((meter, "csv.time"), 1);
        }
        file.extend(rows);
    }
    for hour in 0..3 {
        let _ = writeln!(file, "ups-c-out,{},1.000", stamp(hour));
    }
    faults.insert(("ups-c-out", "reading.unknown_meter"), 3);
    (file, last_dial)
}

const EXCHANGE_HOUR: usize = 4242;

/// Power samples at full hours: between two of them the energy is the mean of both, so that is the truth here.
fn power(hours: &Hours, faults: &mut Faults) -> (String, BTreeMap<&'static str, f64>) {
    let meters = ["chiller-1", "chiller-2", "towers"];
    let mut file = format!("time,{}\n", meters.join(","));
    let mut truth = BTreeMap::new();
    let mut last: [Option<(usize, i64)>; 3] = [None; 3];
    for hour in 0..=HOURS {
        let _ = write!(file, "{}", stamp(hour));
        for (k, meter) in meters.into_iter().enumerate() {
            let watts = hours[meter][hour.min(HOURS - 1)];
            let lost = match meter {
                "chiller-2" => (2600..2606).contains(&hour),
                "towers" => hour % 1700 == 900,
                _ => false,
            };
            if lost {
                *faults.entry((meter, "reading.missing")).or_default() += 1;
                file.push(',');
                continue;
            }
            if let Some((since, before)) = last[k] {
                if hour - since == 1 {
                    *truth.entry(meter).or_insert(0.0) += (before + watts) as f64 / 2000.0;
                } else {
                    *faults.entry((meter, "power.gap")).or_default() += 1;
                }
            }
            last[k] = Some((hour, watts));
            let _ = write!(file, ",{}", kwh(watts));
        }
        file.push('\n');
    }
    (file, truth)
}

fn intervals(hours: &Hours, faults: &mut Faults) -> String {
    let meters = ["pv-1", "gen-1", "lighting", "office", "distribution"];
    let mut file = format!("time,{}\n", meters.join(","));
    for (hour, stamp) in (0..HOURS).map(|hour| (hour, stamp(hour))) {
        file.push_str(&stamp);
        for meter in meters {
            if meter == "lighting" && (7200..7224).contains(&hour) {
                *faults.entry((meter, "reading.missing")).or_default() += 1;
                faults.insert((meter, "interval.gap"), 1);
                file.push(',');
            } else {
                let _ = write!(file, ",{}", kwh(hours[meter][hour]));
            }
        }
        file.push('\n');
    }
    file
}

fn site(last_dial: f64) -> Value {
    let meter = |id: &str, point: &str, kind: Value, unit: &str, capacity: f64, parent: Option<&str>| {
        let mut meter = json!({"id": id, "point": point, "carrier": "electricity", "kind": kind, "unit": unit, "accuracy_class": "0.5S", "ct_class": "0.5S", "capacity_kw": capacity, "parent": parent});
        if kind == "power" {
            meter["max_gap_s"] = json!(5400);
        }
        meter
    };
    let register = || json!({"register": {"modulus": 100_000_000.0}});
    let mut meters = vec![
        meter("grid-1", "grid_supply", register(), "kWh", 8000.0, None),
        meter("grid-2", "grid_supply", register(), "kWh", 8000.0, None),
        meter("pv-1", "pv", json!("interval"), "kWh", 400.0, None),
        meter("gen-1", "generator_output", json!("interval"), "kWh", 2000.0, None),
        meter("ups-a-in", "ups_input", register(), "kWh", 5000.0, Some("grid-1")),
        meter("ups-a-out", "ups_output", register(), "kWh", 5000.0, Some("ups-a-in")),
        meter("ups-b-in", "ups_input", register(), "kWh", 5000.0, Some("grid-2")),
        meter("ups-b-out", "ups_output", register(), "kWh", 5000.0, Some("ups-b-in")),
        meter("chiller-1", "cooling", json!("power"), "kW", 900.0, Some("grid-1")),
        meter("chiller-2", "cooling", json!("power"), "kW", 900.0, Some("grid-2")),
        meter("towers", "cooling", json!("power"), "kW", 400.0, Some("grid-2")),
        meter("lighting", "lighting", json!("interval"), "kWh", 60.0, Some("grid-2")),
        meter("office", "outside", json!("interval"), "kWh", 200.0, Some("grid-2")),
        meter("distribution", "distribution", json!("interval"), "kWh", 200.0, Some("grid-1")),
    ];
    let at = jiff::Timestamp::from_second((FIRST_HOUR + EXCHANGE_HOUR as i64) * 3600).expect("a time of 2024");
    meters[4]["events"] = json!([{"at": at.to_string(), "exchange": {"last": last_dial, "first": 0.0}}]);
    json!({
        "schema": "pue/site/1",
        "facility": {
            "id": "WH-0007",
            "name": {"zh": "光谷示例智算中心", "en": "Optics Valley example AI centre"},
            "operator": "Example Compute Co.",
            "region": "420100",
            "zone": "east_lake",
            "hub_node": false,
            "time_zone": "Asia/Shanghai",
            "lifecycle": {"kind": "new", "approved_on": "2023-03-01", "in_service_on": "2023-11-01"},
            "racks": {"types": [{"count": 1520, "rated_kw": 5.0}], "installed": 1400, "occupied": 980},
            "rated_it_kw": 7600.0,
            "air_conditioning": "electric",
            "it_cooling": "air",
            "edge": false
        },
        "meters": meters,
        "certificates": [{"ladder": "green", "kind": "operation", "level": "AAAA", "issuer": "Example Assessor", "number": "DC-2024-0001", "facility": "WH-0007", "issued_on": "2024-12-20", "expires_on": "2026-12-19"}]
    })
}

fn truth(hours: &Hours, power: &BTreeMap<&str, f64>, faults: &Faults) -> Value {
    let sum = |meter: &str| hours[meter].iter().sum::<i64>();
    let total = sum("grid-1") + sum("grid-2") + sum("pv-1") + sum("gen-1") - sum("office");
    let it = sum("ups-a-out") + sum("ups-b-out");
    let lost: i64 = hours["lighting"][7200..7224].iter().sum();
    let meters: BTreeMap<&str, f64> = hours
        .keys()
        .map(|&meter| {
            let wh = sum(meter) - if meter == "lighting" { lost } else { 0 };
            (meter, power.get(meter).copied().unwrap_or(wh as f64 / 1000.0))
        })
        .collect();
    let faults: Vec<Value> =
        faults.iter().map(|((meter, code), count)| json!({"meter": meter, "code": code, "count": count})).collect();
    json!({"total_kwh": total as f64 / 1000.0, "it_kwh": it as f64 / 1000.0, "pue": total as f64 / it as f64, "meters": meters, "faults": faults})
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value") + "\n"
}
