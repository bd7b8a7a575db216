//! A round of submissions as NDJSON, some 5 KB each: most are clean, one in twenty carries a planted fault, whose code stands
//! in `x_planted`.

use super::Random;
use serde_json::{Value, json};
use std::{f64::consts::TAU, io::Write};

/// Writes so many, of a year; the same bytes every time.
pub fn write(count: u64, year: i32, out: &mut impl Write) -> std::io::Result<()> {
    for i in 0..count {
        let mut random = Random(20_240_125 + i);
        let mut submission = clean(i, year, &mut random);
        if random.below(20) == 0 {
            spoil(&mut submission, &mut random);
        }
        serde_json::to_writer(&mut *out, &submission)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Months times a factor, to a tenth of a kilowatt-hour.
fn times(months: &[f64], factor: f64) -> Vec<f64> {
    months.iter().map(|month| (month * factor * 10.0).round() / 10.0).collect()
}

/// Regions, with their names.
const REGIONS: [(&str, &str, &str); 5] = [
    ("420100", "武汉", "Wuhan"),
    ("420111", "洪山", "Hongshan"),
    ("310000", "上海", "Shanghai"),
    ("440100", "广州", "Guangzhou"),
    ("150900", "乌兰察布", "Ulanqab"),
];

/// A submission without faults: two halls on two feeders, cooling, lighting, a month of diesel.
fn clean(i: u64, year: i32, random: &mut Random) -> Value {
    let id = format!("DC-{i:07}");
    let (region, zh, en) = REGIONS[random.below(5)];
    let is_wuhan = region.starts_with("4201");
    let (count, rated) = (200 + random.below(2400) as u64, [2.5, 4.0, 5.0, 8.0][random.below(4)]);
    let rated_it = count as f64 * rated;
    let installed = count * (70 + random.below(31) as u64) / 100;
    let occupied = installed * (40 + random.below(60) as u64) / 100;
    let kind = ["new", "existing", "rebuilt", "extended"][[0, 1, 1, 1, 2, 3][random.below(6)]];
    let opened = if kind == "new" { year - 1 } else { 2012 + random.below(10) as i32 };
    let (load, overhead) = (random.between(0.3, 0.8), random.between(0.16, 0.42));
    let load = load.min(installed as f64 / count as f64); // no more than the cabinets that are there
    let hours = |month: usize| {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        24.0 * [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] as f64
    };
    let mut halls = [vec![], vec![]];
    let (mut feeders, mut cooling, mut other) = ([vec![], vec![]], vec![], vec![]);
    for month in 0..12 {
        let season = 1.0 + 0.3 * (TAU * (month as f64 - 3.5) / 12.0).sin();
        let mut rest = 0.0;
        for hall in &mut halls {
            let it = rated_it * load / 2.0 * hours(month) * random.between(0.97, 1.03);
            let it = (it * 10.0).round() / 10.0;
            hall.push(it);
            rest += it * overhead;
        }
        let chilled = (rest * 0.7 * season * 10.0).round() / 10.0;
        let lit = (rest * 0.05 * random.between(0.9, 1.1) * 10.0).round() / 10.0;
        let supply = halls[0][month] + halls[1][month] + chilled + lit + rest * 0.25;
        let split = random.between(0.48, 0.52);
        feeders[0].push((supply * split * 10.0).round() / 10.0);
        feeders[1].push((supply * (1.0 - split) * 10.0).round() / 10.0);
        cooling.push(chilled);
        other.push(lit);
    }
    let sum = |rows: &[Vec<f64>]| rows.iter().flatten().sum::<f64>();
    let (total, it) = (sum(&feeders), sum(&halls));
    let diesel: Vec<f64> =
        (0..12).map(|month| if month == 4 { 900.0 + random.below(400) as f64 } else { 0.0 }).collect();
    // Diesel counts 9.9 kWh a litre.
    let pue = (total + diesel.iter().sum::<f64>() * 9.9) / it;
    let grade = if pue <= 1.3 { "AAAA" } else { "AAA" };
    let meter = |id: &str, point: &str, parent: Option<&str>| json!({"id": id, "point": point, "carrier": "electricity", "kind": "interval", "unit": "kWh", "accuracy_class": "0.5S", "ct_class": "0.5S", "parent": parent});
    let row = |id: &str, point: &str, values: &[f64]| json!({"id": id, "point": point, "carrier": "electricity", "monthly_kwh": values});
    json!({
        "schema": "pue/submission/1",
        "facility": {
            "id": id, "name": {"zh": format!("{zh}示例数据中心 {i} 号"), "en": format!("{en} example data centre no. {i}")},
            "operator": format!("Example Compute Co. {}", i / 3), "region": region,
            "zone": if is_wuhan { ["east_lake", "wuhan_etdz", "airport", "other"][random.below(4)] } else { "other" },
            "hub_node": false, "time_zone": "Asia/Shanghai",
            "lifecycle": {"kind": kind, "approved_on": format!("{}-03-01", opened - 1), "in_service_on": format!("{opened}-11-01")},
            "racks": {"types": [{"count": count, "rated_kw": rated}], "installed": installed, "occupied": occupied},
            "rated_it_kw": rated_it, "air_conditioning": "electric", "it_cooling": "air", "edge": false,
        },
        "meters": [
            meter("grid-a", "grid_supply", None), meter("grid-b", "grid_supply", None),
            meter("ups-a-in", "ups_input", Some("grid-a")), meter("ups-b-in", "ups_input", Some("grid-b")),
            meter("ups-a", "ups_output", Some("ups-a-in")), meter("ups-b", "ups_output", Some("ups-b-in")),
            meter("pdu-a", "pdu_output", Some("ups-a")), meter("pdu-b", "pdu_output", Some("ups-b")),
            meter("chillers", "cooling", None), meter("lighting", "lighting", None),
        ],
        "period": {"start": format!("{year}-01-01"), "end": format!("{}-01-01", year + 1)},
        "energy": [
            row("grid-a", "grid_supply", &feeders[0]), row("grid-b", "grid_supply", &feeders[1]),
            row("ups-a-in", "ups_input", &times(&halls[0], 1.04)), row("ups-b-in", "ups_input", &times(&halls[1], 1.04)),
            row("ups-a", "ups_output", &halls[0]), row("ups-b", "ups_output", &halls[1]),
            row("pdu-a", "pdu_output", &times(&halls[0], 0.985)), row("pdu-b", "pdu_output", &times(&halls[1], 0.985)),
            row("chillers", "cooling", &cooling), row("lighting", "lighting", &other),
            {"point": "generator_fuel", "carrier": "diesel", "unit": "l", "monthly": diesel},
        ],
        "water_m3": (it * 0.0009).round(), "heat_reused_kwh": 0.0,
        "renewable_kwh": {"certificates": (total * 0.2).round(), "ppa": (total * 0.1).round(), "on_site": 0.0}, "co2_kg": null,
        "declared": {"pue": (pue * 1000.0).round() / 1000.0, "category": 1, "standard_racks": rated_it / 2.5,
                     "occupancy": (occupied as f64 / installed as f64 * 10000.0).round() / 10000.0, "grade": grade},
        "certificates": [{"ladder": "green", "kind": "operation", "level": grade, "issuer": "Example Assessor", "number": format!("DC-{year}-{i:07}"),
                          "facility": id, "issued_on": format!("{year}-06-20"), "expires_on": format!("{}-06-19", year + 2)}],
    })
}

/// Plants one fault and notes its code.
fn spoil(submission: &mut Value, random: &mut Random) {
    let month = random.below(12);
    let code = match random.below(10) {
        0 => {
            for row in 4..6 {
                for value in submission["energy"][row]["monthly_kwh"].as_array_mut().into_iter().flatten() {
                    *value = json!(value.as_f64().unwrap_or_default() * 2.0);
                }
            }
            "pue.below_one"
        }
        1 => {
            let value = &mut submission["energy"][0]["monthly_kwh"][month];
            *value = json!(value.as_f64().unwrap_or_default() / 1000.0);
            "energy.unit_slip"
        }
        2 => {
            submission["declared"]["pue"] = json!(1.09);
            "declared.pue_mismatch"
        }
        3 => {
            submission["energy"][1]["monthly_kwh"][month] = Value::Null;
            "json.missing"
        }
        4 => {
            submission["certificates"][0]["expires_on"] = json!("2021-12-31");
            "certificate.expired"
        }
        5 => {
            submission["declared"]["pue"] = json!("1.2");
            "json.type"
        }
        6 => {
            submission["facility"]["racks"]["occupied"] = json!(99_999);
            "racks.inconsistent"
        }
        7 => {
            let months = submission["energy"][0]["monthly_kwh"].as_array_mut();
            months.into_iter().for_each(|months| months.truncate(11));
            "energy.months"
        }
        8 => {
            submission["energy"][4]["monthly_kwh"][month] = json!(-5.0);
            "reading.negative"
        }
        _ => {
            submission["period"]["end"] = json!("2023-06-01");
            "period.reversed"
        }
    };
    submission["x_planted"] = json!(code);
}
