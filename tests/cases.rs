//! Faults that public reports describe, with the truth known: see `tests/golden/cases/README.md`.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{bytes, path, text};
use pue::{Assessment, Finding, Period, Site};
use serde_json::Value;

/// A value is right if it is this near to the truth.
const NEAR: f64 = 5e-4;

struct Case {
    name: String,
    expected: Value,
}

impl Case {
    fn all() -> Vec<Case> {
        let mut names: Vec<String> = std::fs::read_dir(path("tests/golden/cases"))
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        let expected = |name: &str| serde_json::from_str(&text(&format!("tests/golden/cases/{name}/expected.json")));
        names.into_iter().map(|name| Case { expected: expected(&name).unwrap(), name }).collect()
    }

    fn file(&self, name: &str) -> String {
        format!("tests/golden/cases/{}/{name}", self.name)
    }

    fn assess(&self, site: &str) -> Assessment {
        let site: Site = serde_json::from_slice(&bytes(&self.file(site))).unwrap();
        let readings = pue::read::csv(&site, "readings.csv", bytes(&self.file("readings.csv")).as_slice()).unwrap();
        let period = Period::parse(self.expected["period"].as_str().unwrap(), site.time_zone()).unwrap();
        Assessment::new(&site, &readings, period).unwrap()
    }

    fn truth(&self) -> f64 {
        self.expected["total_kwh"].as_f64().unwrap() / self.expected["it_kwh"].as_f64().unwrap()
    }
}

/// Value, low, high; open bounds are infinite.
fn figures(assessment: &Assessment) -> Option<(f64, f64, f64)> {
    let pue = assessment.pue.as_ref()?;
    let (low, high) =
        (pue.low.map_or(f64::NEG_INFINITY, |low| low.to_f64()), pue.high.map_or(f64::INFINITY, |high| high.to_f64()));
    Some((pue.value.ratio().to_f64(), low, high))
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn the_truth_lies_inside_the_bounds() {
    let cases = Case::all();
    assert!(cases.len() >= 18);
    let mut wrong = Vec::new();
    for case in &cases {
        let assessment = case.assess("site.json");
        let shown = || {
            let findings: Vec<String> = assessment.findings.iter().map(ToString::to_string).collect();
            format!("{}: {:?}, truth {}\n  {}", case.name, figures(&assessment), case.truth(), findings.join("\n  "))
        };
        let Some((value, low, high)) = figures(&assessment) else {
            wrong.push(shown());
            continue;
        };
        let truth = case.truth();
        // The truth of the cases is given in tenths of a kilowatt-hour.
        let inside = low - 1e-6 <= truth && truth <= high + 1e-6;
        let found = codes(&assessment.findings);
        let mut due = case.expected["codes"].as_array().unwrap().iter();
        let due = due.all(|any| any.as_array().unwrap().iter().any(|code| found.contains(&code.as_str().unwrap())));
        let not = case.expected["not"].as_array().unwrap().iter().any(|code| found.contains(&code.as_str().unwrap()));
        let right = case.expected["value_right_as_it_stands"] != true || (value - truth).abs() < NEAR;
        let outcome = case.expected["outcome"].as_object().is_none_or(|outcomes| {
            outcomes.iter().all(|(rule, outcome)| {
                let requirement = rule.split(' ').nth(1).unwrap();
                common::outcome(&assessment, requirement) == outcome.as_str().unwrap()
            })
        });
        if !(inside && due && !not && right && outcome && low <= value && value <= high) {
            wrong.push(format!(
                "inside {inside}, codes {due}, none of not {}, right {right}, outcome {outcome}\n{}",
                !not,
                shown()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// With what a person would declare the value is right and, but for what an exchange leaves open, certain.
#[test]
fn what_is_declared_makes_it_right() {
    let mut declared = 0;
    for case in Case::all().iter().filter(|case| case.expected.get("declare").is_some()) {
        let assessment = case.assess("declared.site.json");
        let (value, low, high) = figures(&assessment).unwrap();
        let truth = case.truth();
        assert!((value - truth).abs() < NEAR, "{}: {value}, truth {truth}", case.name);
        assert!(low - NEAR <= truth && truth <= high + NEAR, "{}: {low} – {high}, truth {truth}", case.name);
        assert!(high - low < 2.0 * NEAR, "{}: {low} – {high}", case.name);
        declared += 1;
    }
    assert!(declared >= 4);
}

/// Where a value cannot be right as it stands, a finding names what to declare, or what is wrong.
#[test]
fn what_cannot_be_right_is_named() {
    for case in Case::all().iter().filter(|case| case.expected["value_right_as_it_stands"] == false) {
        let assessment = case.assess("site.json");
        let warned = assessment.findings.iter().any(|finding| finding.severity >= pue::finding::Severity::Warning);
        assert!(warned, "{}", case.name);
    }
}

/// A stretch that a person has confirmed is known, and every verdict that rests on it says so.
#[test]
fn what_a_person_confirms_is_known() {
    let case = Case::all().into_iter().find(|case| case.name.starts_with("01-")).unwrap();
    let mut site: Value = serde_json::from_slice(&bytes(&case.file("site.json"))).unwrap();
    site["meters"][1]["events"] = serde_json::json!([
        {"from": "2024-07-18T00:00:00+08:00", "until": "2024-07-19T00:00:00+08:00", "confirmed": "load bank test"}]);
    let site: Site = serde_json::from_value(site.clone()).unwrap();
    let again: Site = serde_json::from_value(serde_json::to_value(&site).unwrap()).unwrap();
    assert_eq!(site, again);
    let readings = pue::read::csv(&site, "readings.csv", bytes(&case.file("readings.csv")).as_slice()).unwrap();
    let assessment = Assessment::new(&site, &readings, Period::year(2024, site.time_zone()).unwrap()).unwrap();
    let (value, low, high) = figures(&assessment).unwrap();
    assert_eq!((low, high), (value, value));
    assert!(codes(&assessment.findings).contains(&"meter.confirmed"));
    assert!(!codes(&assessment.findings).contains(&"register.unusual"));
    let verdict = assessment.verdicts.iter().find(|verdict| verdict.requirement == "pue-new-large").unwrap();
    assert!(verdict.assumptions.iter().any(|text| text.en.contains("load bank test")), "{:?}", verdict.assumptions);
}

/// What else can be said of a meter, and of a reading: each by its energy.
#[test]
fn what_is_said_of_meters_and_readings_counts() {
    let kwh = |meter: Value, file: &str| {
        let mut meter = meter;
        (meter["id"], meter["point"]) = ("m".into(), meter.get("point").cloned().unwrap_or("ups_output".into()));
        let site = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [meter]});
        let site: Site = serde_json::from_value(site).unwrap();
        let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
        let period = Period::parse("2024-01-01/2024-01-02", site.time_zone()).unwrap();
        let ledger = pue::Ledger::build(&site, &readings, period.clone()).unwrap();
        let book = ledger.meter("m").unwrap();
        (book.energy().kwh(), (book.coverage(&period) * 24.0 * 1e6).round() / 1e6)
    };
    let hours = |value: &dyn Fn(usize) -> String| -> String {
        (0..=24).map(|hour| format!("m,2024-01-{:02} {:02}:00,{}\n", 1 + hour / 24, hour % 24, value(hour))).collect()
    };
    // A dial that starts at zero each hour and shows the last hour's count at the full hour.
    let hourly = serde_json::json!({"kind": {"register": {"resets": "hour"}}, "unit": "kWh"});
    let file = format!("meter,time,value\n{}", hours(&|hour| format!("{}", 90 + hour % 3)));
    assert_eq!(kwh(hourly, &file), ((1..=24).map(|hour| f64::from(90 + hour % 3)).sum(), 24.0));
    // One that starts at zero each midnight, read every two hours.
    let daily = serde_json::json!({"kind": {"register": {"resets": "day"}}, "unit": "kWh"});
    let file: String = (0..=12).map(|i| format!("m,2024-01-01 {:02}:00,{}\n", 2 * i, 20 * i)).collect();
    let file = format!("meter,time,value\nm,2023-12-31 23:00,230\n{file}");
    assert_eq!(kwh(daily, &file), (240.0, 24.0));
    // A supply whose dial turns back when the site gives back.
    let net = serde_json::json!({"kind": "register", "unit": "kWh", "net": true, "point": "grid_supply"});
    let file = format!(
        "meter,time,value\n{}",
        hours(&|hour| format!("{}", 1000 + 10 * hour.min(12) - 5 * hour.saturating_sub(12)))
    );
    assert_eq!(kwh(net, &file), (60.0, 24.0));
    // Power that is written when it changes.
    let changes = serde_json::json!({"kind": "power", "unit": "kW", "on_change": true});
    let file = "meter,time,value\nm,2024-01-01 00:00,10\nm,2024-01-01 06:00,20\nm,2024-01-02 00:00,10\n";
    assert_eq!(kwh(changes, file), (420.0, 24.0));
    // A clock that stays at UTC+10.
    let offset = serde_json::json!({"kind": "register", "unit": "kWh", "utc_offset": "+10:00"});
    let file = "meter,time,value\nm,2024-01-01 02:00,100\nm,2024-01-02 02:00,340\n";
    assert_eq!(kwh(offset, file), (240.0, 24.0));
    // A later revision, an estimate that is marked, and a value that is none.
    let register = serde_json::json!({"kind": "register", "unit": "kWh"});
    let file = "meter,time,value,quality,revision\nm,2024-01-01 00:00,100,,\nm,2024-01-01 12:00,250,estimated,\nm,2024-01-01 18:00,9,missing,\nm,2024-01-02 00:00,900,actual,1\nm,2024-01-02 00:00,340,actual,2\n";
    assert_eq!(kwh(register, file), (240.0, 24.0));
}

/// Later files correct earlier ones where the caller says so; else readings of one stamp that differ are a conflict.
#[test]
fn later_files_correct_earlier_ones() {
    let site = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [{"id": "m", "point": "grid_supply", "kind": "interval", "unit": "kWh"}]});
    let site: Site = serde_json::from_value(site).unwrap();
    let read = |name: &str, value: u32| {
        let file = format!("meter,start,end,value\nm,2024-01-01 00:00,2024-01-01 01:00,{value}\n");
        pue::read::csv(&site, name, file.as_bytes()).unwrap()
    };
    let period = Period::parse("2024-01-01/2024-01-02", site.time_zone()).unwrap();
    let energy = |readings: &pue::Readings| {
        pue::Ledger::build(&site, readings, period.clone()).unwrap().meter("m").unwrap().energy().kwh()
    };
    let (mut both, mut corrected) = (read("a.csv", 100), read("a.csv", 100));
    both.extend(read("b.csv", 110));
    corrected.correct(read("b.csv", 110));
    assert_eq!((energy(&both), energy(&corrected)), (0.0, 110.0));
}

/// Samples that are written when the value changes lie far apart and never repeat: what to say of the meter is proposed. A
/// logger at fixed times that lost a few, or samples that repeat, are not meant.
#[test]
fn a_feed_that_writes_on_change_is_proposed() {
    let hints = |on_change: bool, minutes: &[u32], repeat: bool| {
        let meter = serde_json::json!({"id": "m", "point": "ups_output", "kind": "power", "unit": "kW", "on_change": on_change});
        let site = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [meter]});
        let site: Site = serde_json::from_value(site).unwrap();
        let row = |(i, minute): (usize, &u32)| {
            let value = if repeat && i % 9 == 8 { 100 + (i - 1) % 7 } else { 100 + i % 7 };
            format!("m,2024-01-{:02} {:02}:{:02},{value}\n", 1 + minute / 1440, minute / 60 % 24, minute % 60)
        };
        let file = format!("meter,time,value\n{}", minutes.iter().enumerate().map(row).collect::<String>());
        let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
        let period = Period::parse("2024-01-01/2024-01-08", site.time_zone()).unwrap();
        let findings = pue::Ledger::build(&site, &readings, period).unwrap().findings();
        let of_hint = findings.iter().find(|finding| finding.code.as_str() == "meter.hint").cloned();
        of_hint.map(|finding| finding.expected.unwrap().en)
    };
    let changes: Vec<u32> = (0..120).map(|i| i * 80 + (i * 37) % 71).collect();
    let even: Vec<u32> = (0..600).filter(|i| i % 100 > 5).map(|i| i * 15).collect();
    assert_eq!(
        hints(false, &changes, false).as_deref(),
        Some("on_change = true, if it writes only when the value changes")
    );
    assert_eq!(hints(true, &changes, false), None);
    assert_eq!(hints(false, &changes, true), None);
    assert_eq!(hints(false, &even, false), None);
}
