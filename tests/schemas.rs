//! The schemas under `schemas/` are those of the library, and an independent validator says the same as the reader.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{bytes, good_submission, path, pointers, text};
use pue::{assessment::VerdictRecord, packs, submission::audit_json};
use serde_json::{Value, json};

fn schema(name: &str) -> Value {
    serde_json::from_str(&text(&format!("schemas/{name}.schema.json"))).unwrap()
}

fn validator(name: &str) -> jsonschema::Validator {
    jsonschema::options().should_validate_formats(true).build(&schema(name)).unwrap()
}

fn check(validator: &jsonschema::Validator, value: &Value, what: &str) {
    let faults: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

/// `PUE_UPDATE=1 cargo test --features schema --test schemas` writes them anew.
#[cfg(feature = "schema")]
#[test]
fn the_files_are_current() {
    for (name, schema) in pue::schema::all() {
        let current = format!("{schema:#}\n");
        let file = format!("schemas/{name}.schema.json");
        if std::env::var_os("PUE_UPDATE").is_some() {
            std::fs::write(path(&file), &current).unwrap();
        }
        assert_eq!(text(&file), current, "{file}");
    }
}

#[test]
fn the_schemas_are_schemas() {
    for file in std::fs::read_dir(path("schemas")).unwrap() {
        let schema: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
    }
}

#[test]
fn what_is_shipped_is_valid() {
    let (site, submission, pack) = (validator("site"), validator("submission"), validator("pack"));
    for name in ["esif", "wuhan"] {
        let file = format!("examples/data/{name}/site.json");
        check(&site, &serde_json::from_slice(&bytes(&file)).unwrap(), &file);
    }
    for name in ["01-meets", "02-over-the-limit", "04-existing", "06-missing-month", "10-unknown-racks", "12-diesel"] {
        let file = format!("examples/data/submissions/{name}.json");
        check(&submission, &serde_json::from_slice(&bytes(&file)).unwrap(), &file);
    }
    check(&pack, &serde_json::from_slice(&bytes("examples/data/packs/own.json")).unwrap(), "own.json");
    check(
        &validator("eu-report"),
        &serde_json::from_slice(&bytes("examples/data/eu-report.json")).unwrap(),
        "eu-report.json",
    );
    let law = validator("law");
    for folder in std::fs::read_dir(path("law")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap().map(|file| file.unwrap().path()) {
            if !file.to_string_lossy().ends_with(".cases.json") {
                let text: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
                check(&law, &text, &file.display().to_string());
            }
        }
    }
    for published in packs::all() {
        check(&pack, &serde_json::to_value(published).unwrap(), &published.name());
    }
    let as_text = serde_json::from_slice(&bytes("examples/data/submissions/08-numbers-as-text.json")).unwrap();
    assert!(!submission.is_valid(&as_text));
}

#[test]
fn every_answer_is_valid() {
    let (assessment, record) = (validator("assessment"), validator("record"));
    let mut answers = vec![audit_json(b"{", &[]), audit_json(b"{}", &[])];
    let asked: Vec<pue::Pack> = packs::all().to_vec();
    for file in std::fs::read_dir(path("examples/data/submissions")).unwrap() {
        let json = std::fs::read(file.unwrap().path()).unwrap();
        answers.push(audit_json(&json, &[]));
        answers.push(audit_json(&json, &asked));
    }
    assert!(answers.len() > 20);
    for answer in &answers {
        check(&assessment, &serde_json::to_value(answer).unwrap(), answer.facility.as_deref().unwrap_or("–"));
        check(&record, &serde_json::to_value(VerdictRecord::of(answer)).unwrap(), "record");
    }
}

/// A submission that says something in every field that there is.
fn full_submission() -> Value {
    let mut full = good_submission();
    full["facility"]["design_pue"] = json!(1.2);
    full["facility"]["climate"] = json!("hot");
    full["facility"]["sector"] = json!("finance");
    full["facility"]["independent_supply"] = json!(true);
    full["facility"]["non_it_on_ups_share"] = json!(0.02);
    full["meters"] = json!([{
        "id": "g", "point": "grid_supply", "carrier": "electricity", "kind": {"register": {"modulus": 1e8}}, "unit": "kWh",
        "multiplier": 2.0, "accuracy_class": "0.5S", "ct_class": "0.5S", "capacity_kw": 20000.0, "max_gap_s": 1800,
        "parent": null, "integrate": "step", "from": "2023-11-01", "until": "2030-01-01", "share": 1.0,
        "events": [{"at": "2023-06-03T02:00:00+08:00", "exchange": {"last": 5.0, "first": 0.0, "multiplier": 2.0}}],
    }, {"id": "p", "point": "purchased_cooling", "carrier": "chilled_water", "kind": "interval", "unit": "GJ", "factor": 0.3}]);
    full["energy"][2] = json!({"id": "d", "point": "generator_fuel", "carrier": "diesel", "unit": "l", "total": 100.0,
        "monthly": [100.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null]});
    full["water_m3"] = json!(41000.0);
    full["heat_reused_kwh"] = json!(0.0);
    full["renewable_kwh"] = json!({"certificates": 0.0, "ppa": 0.0, "on_site": 0.0});
    full["co2_kg"] = json!(5.0);
    full["x_own"] = json!({"any": [1]});
    full
}

/// Codes by which the reader says that the form is not right.
const FORM: [&str; 10] = [
    "json.type",
    "json.unknown_field",
    "json.unknown_value",
    "json.schema",
    "json.duplicate_key",
    "meter.unit",
    "meter.unusable",
    "reading.negative",
    "reading.out_of_range",
    "facility.region",
];

#[test]
fn schema_and_reader_say_the_same() {
    let (validator, full) = (validator("submission"), full_submission());
    check(&validator, &full, "the full one");
    let mut places = Vec::new();
    pointers(&full, "", &mut places);
    let spoilt = [
        json!("NaN"),
        json!(-1),
        json!(1e308),
        json!(0.5),
        json!({}),
        json!([]),
        json!([null]),
        json!({"y": 1}),
        json!(true),
    ];
    let (mut seen, mut refused, mut unlike) = (0, 0, Vec::new());
    for place in places.iter().filter(|place| !place.is_empty() && !place.starts_with("/x_")) {
        for value in &spoilt {
            let mut submission = full.clone();
            *submission.pointer_mut(place).unwrap() = value.clone();
            let audit = audit_json(submission.to_string().as_bytes(), &[]);
            let form: Vec<String> = audit
                .findings
                .iter()
                .filter(|finding| FORM.contains(&finding.code.as_str()))
                .map(ToString::to_string)
                .collect();
            let valid = validator.is_valid(&submission);
            // What cannot be made out at all, and what no schema knows.
            let lost = audit.verdicts.is_empty() && audit.period.is_none();
            seen += 1;
            refused += usize::from(!valid);
            if valid != (form.is_empty() && !lost) {
                unlike.push(format!("{place} = {value}: valid {valid}, {form:?}"));
            }
        }
    }
    assert!(unlike.is_empty(), "{unlike:#?}");
    assert!(seen > 800 && refused > 600, "{seen} {refused}");
}
