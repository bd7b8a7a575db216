//! The wire contract: sites go round, answers have their keys, submissions get their codes.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{bytes, golden, good_submission, outcome, text};
use proptest::prelude::*;
use pue::{Assessment, Site, submission::audit_json};
use serde_json::{Value, json};

#[test]
fn shipped_sites_go_round() {
    for name in ["examples/data/esif/site.json", "examples/data/wuhan/site.json"] {
        let site: Site = serde_json::from_slice(&bytes(name)).unwrap();
        let again: Site = serde_json::from_str(&serde_json::to_string(&site).unwrap()).unwrap();
        assert_eq!(site, again, "{name}");
        assert!(again.meters().len() >= 2);
    }
}

fn power() -> impl Strategy<Value = f64> {
    (1_u64..1_000_000_000_000).prop_map(|mw| mw as f64 / 1e6)
}

prop_compose! {
    fn meters()(rows in prop::collection::vec((0..6_usize, any::<bool>(), power(), 0.001_f64..9999.0, prop::option::of(1.0_f64..1e9), prop::option::of(0.0_f64..1.0)), 0..12)) -> Vec<Value> {
        let mut meters = Vec::new();
        for (i, (point, power, capacity, multiplier, modulus, share)) in rows.into_iter().enumerate() {
            let point = ["grid_supply", "ups_output", "cooling", "lighting", "outside", "pv"][point];
            let kind = match (power, modulus) {
                (true, _) => json!("power"),
                (false, Some(modulus)) => json!({"register": {"modulus": modulus}}),
                (false, None) => json!("interval"),
            };
            let mut meter = json!({"id": format!("m{i}"), "point": point, "carrier": "electricity", "kind": kind, "unit": if power { "MW" } else { "MWh" }, "multiplier": multiplier, "capacity_kw": capacity});
            if let Some(share) = share {
                meter["share"] = json!(share);
                meter["direct"] = json!(true);
                meter["error_group"] = json!("batch");
            } else {
                meter["ct_primary_a"] = json!(capacity);
                meter["voltage_v"] = json!(400.0);
                meter["phases"] = json!(if power { 1 } else { 3 });
                meter["power_factor"] = json!(0.95);
                meter["vt_class"] = json!("0.2");
            }
            if i > 0 && modulus.is_some() {
                meter["parent"] = json!(format!("m{}", i / 2));
            }
            meters.push(meter);
        }
        meters
    }
}

proptest! {
    #![proptest_config(common::config())]

    /// parse(print(x)) = x.
    #[test]
    fn any_site_goes_round(meters in meters(), racks in prop::collection::vec((0_u32..5000, power()), 0..4), region in prop::sample::select(vec!["420100", "310000", "DE", "US-CO"])) {
        let types: Vec<Value> = racks.iter().map(|(count, kw)| json!({"count": count, "rated_kw": kw})).collect();
        let json = json!({
            "schema": "pue/site/1",
            "facility": {"id": "A", "time_zone": "Europe/Berlin", "region": region, "racks": {"types": types, "installed": 5}, "x_own": {"any": [1, 2]}},
            "meters": meters,
        });
        let site: Site = serde_json::from_value(json).unwrap();
        let printed = serde_json::to_string(&site).unwrap();
        let again: Site = serde_json::from_str(&printed).unwrap();
        prop_assert_eq!(&site, &again);
        prop_assert_eq!(printed, serde_json::to_string(&again).unwrap());
    }
}

#[test]
fn each_shipped_submission_gets_its_verdicts_and_codes() {
    let expected = golden("submissions.json");
    let mut seen = 0;
    for (name, expect) in expected["files"].as_object().unwrap() {
        let audit = audit_json(&bytes(&format!("examples/data/submissions/{name}")), &[]);
        let codes: Vec<String> = audit.findings.iter().map(|finding| finding.code.to_string()).collect();
        assert_eq!(json!(codes), expect["codes"], "{name}");
        assert_eq!(outcome(&audit, "pue-new-large"), expect["pue"], "{name}");
        assert_eq!(outcome(&audit, "grade-new-large"), expect["grade"], "{name}");
        let published = audit.pue.as_ref().map(|pue| pue.published().to_string());
        assert_eq!(json!(published), expect["published"], "{name}");
        seen += 1;
    }
    assert_eq!(seen, std::fs::read_dir(common::path("examples/data/submissions")).unwrap().count());
}

/// A client reads what was written, and writes the same again.
#[test]
fn answers_come_back_as_they_were_sent() {
    let folders = ["examples/data/submissions", "tests/golden/submissions/faulty"];
    let files = folders.map(|folder| std::fs::read_dir(common::path(folder)).unwrap());
    let mut seen = 0;
    for file in files.into_iter().flatten().map(|entry| entry.unwrap().path()) {
        let audit = audit_json(&std::fs::read(&file).unwrap(), &[]);
        let sent = serde_json::to_string(&audit).unwrap();
        let read: pue::wire::Assessment = serde_json::from_str(&sent).unwrap();
        assert!(serde_json::to_string(&read).unwrap() == sent, "{}", file.display());
        assert_eq!(read.findings.len(), audit.findings.len());
        assert_eq!(read.pue.map(|pue| pue.total_kwh.kwh()), audit.pue.map(|pue| pue.total().kwh()));
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

/// Every key of the contract is there, whatever the input was.
#[test]
fn answers_have_the_keys_of_the_contract() {
    let good = serde_json::to_value(audit_json(good_submission().to_string().as_bytes(), &[])).unwrap();
    let bad = serde_json::to_value(audit_json(b"[", &[])).unwrap();
    for key in [
        "schema",
        "library",
        "facility",
        "period",
        "pue",
        "coverage",
        "overhead",
        "monthly",
        "meters",
        "kpis",
        "findings",
        "verdicts",
        "comparisons",
        "retrofit",
        "record",
    ] {
        assert!(good.get(key).is_some() && bad.get(key).is_some(), "{key}");
    }
    for key in [
        "kind",
        "value",
        "published",
        "category",
        "method",
        "electricity_only",
        "total_kwh",
        "it_kwh",
        "low",
        "high",
        "uncertainty_k2",
    ] {
        assert!(good["pue"].get(key).is_some(), "pue.{key}");
    }
    for key in [
        "pack",
        "edition",
        "requirement",
        "nature",
        "outcome",
        "value",
        "limit",
        "relation",
        "method",
        "conformance_probability",
        "assumptions",
        "citation",
        "settles",
        "message",
        "trace",
    ] {
        assert!(good["verdicts"][0].get(key).is_some(), "verdicts.{key}");
    }
    assert_eq!(good["verdicts"][0]["limit"], "1.25");
    assert_eq!(good["verdicts"][0]["relation"], "at_most");
    assert_eq!(good["period"]["start"], "2024-01-01T00:00:00+08:00");
    assert_eq!(good["pue"]["published"], "1.240");
    assert_eq!(good["declared"]["pue"]["agrees"], true);
    assert!(bad["facility"].is_null() && bad["pue"].is_null());
    assert_eq!(bad["verdicts"], json!([]));
    assert_eq!(bad["findings"][0]["code"], "json.syntax");
}

/// The made site: the generator's truth to 1e-9, and every planted fault by its name and number.
#[test]
fn the_made_site_meets_its_truth() {
    let site: Site = serde_json::from_slice(&bytes("examples/data/wuhan/site.json")).unwrap();
    let mut readings = pue::Readings::default();
    for file in ["registers.csv", "power.csv", "intervals.csv"] {
        readings.extend(pue::read::csv(&site, file, text(&format!("examples/data/wuhan/{file}")).as_bytes()).unwrap());
    }
    let year = pue::Period::year(2024, site.time_zone()).unwrap();
    let answer = serde_json::to_value(Assessment::new(&site, &readings, year).unwrap()).unwrap();
    let truth: Value = serde_json::from_slice(&bytes("examples/data/wuhan/truth.json")).unwrap();
    let close = |ours: &Value, true_value: &Value, what: &str| {
        let (ours, true_value) = (ours.as_f64().unwrap(), true_value.as_f64().unwrap());
        assert!((ours - true_value).abs() <= 1e-9 * true_value.abs(), "{what}: {ours} against {true_value}");
    };
    close(&answer["pue"]["total_kwh"], &truth["total_kwh"], "total");
    close(&answer["pue"]["it_kwh"], &truth["it_kwh"], "IT");
    close(&answer["pue"]["value"], &truth["pue"], "PUE");
    for meter in answer["meters"].as_array().unwrap() {
        let id = meter["id"].as_str().unwrap();
        close(&meter["kwh"], &truth["meters"][id], id);
    }
    let name = |finding: &Value| {
        (
            finding["meter"].as_str().unwrap_or("").to_owned(),
            finding["code"].as_str().unwrap().to_owned(),
            finding["count"].as_u64().unwrap(),
        )
    };
    let mut found: Vec<_> = answer["findings"].as_array().unwrap().iter().map(name).collect();
    let mut planted: Vec<_> = truth["faults"].as_array().unwrap().iter().map(name).collect();
    found.sort();
    planted.sort();
    assert_eq!(found, planted);
}

/// The same submission, the same bytes.
#[test]
fn answers_are_reproducible() {
    let submission = good_submission().to_string();
    let answer = || serde_json::to_string(&audit_json(submission.as_bytes(), &[])).unwrap();
    assert_eq!(answer(), answer());
}
