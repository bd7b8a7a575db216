//! A report to the European database: what a full one comes to, and what each rule of its check finds.
#![cfg(feature = "json")]

use pue::{
    Submission,
    eu::{EuReport, FieldFaultKind},
};
use serde_json::{Value, json};

fn full() -> Value {
    let path = format!("{}/examples/data/eu-report.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn read(report: &Value) -> EuReport {
    EuReport::from_json(report.to_string().as_bytes()).unwrap()
}

/// The faults of the full report with one thing changed.
fn faults(pointer: &str, value: Value) -> Vec<(&'static str, FieldFaultKind)> {
    let mut report = full();
    match report.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => report[pointer.trim_start_matches('/')] = value,
    }
    read(&report).check().into_iter().map(|fault| (fault.field, fault.kind)).collect()
}

#[test]
fn a_full_report_has_its_indicators() {
    let report = read(&full());
    assert_eq!(report.check(), []);
    let of = report.indicators();
    assert_eq!(of.pue.unwrap().unwrap().to_string(), "1.248");
    assert_eq!(of.wue.unwrap().unwrap().to_string(), "1.740 l/kWh");
    assert_eq!(of.erf.unwrap().unwrap().to_string(), "0.022");
    assert_eq!(of.r#ref.unwrap().unwrap().to_string(), "0.214");
    let sent = serde_json::to_string(&report).unwrap();
    assert_eq!(EuReport::from_json(sent.as_bytes()).unwrap(), report);
}

#[test]
fn each_rule_of_the_check_finds_its_fault() {
    use FieldFaultKind::{Contradiction, Impossible, Missing, NoDuty};
    for (pointer, value, field, kind) in [
        ("/e_it_kwh", json!(58_081_921.0), "e_it_kwh", Contradiction),
        ("/e_it_kwh", json!(0.0), "e_it_kwh", Impossible),
        ("/e_dc_bg_kwh", json!(6e7), "e_dc_bg_kwh", Contradiction),
        ("/e_reuse_kwh", json!(6e7), "e_reuse_kwh", Contradiction),
        ("/s_cr_m2", json!(9001.0), "s_cr_m2", Contradiction),
        ("/w_in_pot_m3", json!(81_001.0), "w_in_pot_m3", Contradiction),
        ("/e_res_tot_kwh", json!(12_420_003.0), "e_res_tot_kwh", Contradiction),
        ("/c_btg_kw", json!(5.0), "c_btg_kw", Contradiction),
        ("/c_stor_area_percent", json!(101.0), "c_stor_area_percent", Impossible),
        ("/w_in_m3", json!(-1.0), "w_in_m3", Impossible),
        ("/wue_category", json!(3), "wue_category", Impossible),
        ("/entry_into_operation", json!("May 2019"), "entry_into_operation", Impossible),
        ("/entry_into_operation", json!("2025-01"), "entry_into_operation", Contradiction),
        ("/entry_into_operation", json!("2024-05"), "operated", Missing),
        ("/operated", json!({"start": "2024-05-01", "end": "2025-02-01"}), "operated", Contradiction),
        ("/e_dc_kwh", json!(1e300), "e_dc_kwh", Impossible),
        ("/t_wh_c", json!(-300.0), "t_wh_c", Impossible),
        ("/year", json!(9999), "year", Impossible),
        ("/owner/contact", json!("  "), "owner", Missing),
        ("/redundancy/rack", Value::Null, "redundancy.rack", Missing),
        ("/t_wh_c", Value::Null, "t_wh_c", Missing),
        ("/refrigerants", Value::Null, "refrigerants", Missing),
    ] {
        assert!(faults(pointer, value.clone()).contains(&(field, kind)), "{pointer} {value}: {field}");
    }
    // Rounding, a cold place, a year in part.
    assert_eq!(faults("/e_res_tot_kwh", json!(12_420_002.0)), []);
    assert_eq!(faults("/t_in_c", json!(-3.0)), []);
    // 5 000 kW at full power over 8 784 h are 43.92 GWh.
    assert_eq!(faults("/pd_it_kw", json!(5_000.0)), [("e_it_kwh", Contradiction)]);
    let mut small = full();
    (small["pd_it_kw"], small["e_it_kwh"], small["e_dc_kwh"]) = (json!(499.0), json!(2.0e6), json!(1.3e7));
    let kinds: Vec<_> = read(&small).check().into_iter().map(|fault| (fault.field, fault.kind)).collect();
    assert_eq!(kinds, [("pd_it_kw", NoDuty)]);
}

#[test]
fn an_empty_report_names_every_field() {
    let faults = EuReport::default().check();
    assert!(faults.iter().all(|fault| fault.kind == FieldFaultKind::Missing));
    assert_eq!(faults.len(), 25 + 19);
    let of = EuReport::default().indicators();
    assert!(of.pue.is_none() && of.wue.is_none() && of.erf.is_none() && of.r#ref.is_none());
}

#[test]
fn what_is_no_report_is_refused_with_all_its_fields() {
    for text in ["", "[]", "null", "{", "{\"e_dc_kwh\": 1e999}", "{\"schema\": \"pue/site/1\"}"] {
        assert!(EuReport::from_json(text.as_bytes()).is_err(), "{text}");
    }
    let deep = format!("{{\"owner\": {}}}", "[".repeat(100_000));
    assert!(EuReport::from_json(deep.as_bytes()).is_err());
    let fault = EuReport::from_json(br#"{"year": "soon", "kind": "cloud", "pue": 1.2}"#).unwrap_err();
    assert_eq!(fault.0.len(), 3, "{fault}");
}

#[test]
fn a_submission_fills_in_what_it_tells() {
    let of = |name: &str| {
        let path = format!("{}/examples/data/submissions/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let submission = Submission::from_json(&std::fs::read(path).unwrap()).unwrap();
        EuReport::of(&submission.audit(&[]), submission.site().facility(), submission.extra())
    };
    let close = of("15-close-to-the-limit");
    assert_eq!((close.year, close.e_dc_kwh, close.e_it_kwh), (Some(2024), Some(58_081_920.0), Some(46_540_000.0)));
    assert_eq!((close.w_in_m3, close.e_reuse_kwh, close.e_res_goo_kwh), (Some(81_000.0), Some(1_250_000.0), None));
    assert_eq!(close.entry_into_operation.as_deref(), Some("2023-11"));
    // Where a month is missing there is no total of the year.
    let holed = of("06-missing-month");
    assert_eq!((holed.e_dc_kwh, holed.e_it_kwh, holed.e_it_point), (None, None, None));
}
