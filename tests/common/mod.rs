//! What the tests share.
#![allow(dead_code)]

use proptest::test_runner::Config;
use serde_json::Value;
use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

/// How many random cases a property gets; `PUE_CASES` raises it for long runs.
pub const CASES: u32 = 256;

pub fn config() -> Config {
    let cases = std::env::var("PUE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    Config { cases, failure_persistence: None, ..Config::default() }
}

pub fn path(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap()
}

pub fn golden(name: &str) -> Value {
    serde_json::from_str(&text(&format!("tests/golden/{name}"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The cases of every document: its id, and the file beside it (`law/cn/wuhan-2024.cases.json`).
pub fn cases() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for folder in std::fs::read_dir(path("law")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap().map(|file| file.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if let Some(id) = name.strip_suffix(".cases.json") {
                let cases: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
                assert_eq!(cases["schema"], "pue/cases/1", "{name}");
                all.push((id.to_owned(), cases));
            }
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// The groups of one kind in the cases of all documents, each with the id of its document.
pub fn groups(kind: &str) -> Vec<(String, Value)> {
    let of = |(id, cases): (String, Value)| {
        let groups = cases[kind].as_array().cloned().unwrap_or_default();
        groups.into_iter().map(move |group| (id.clone(), group)).collect::<Vec<_>>()
    };
    cases().into_iter().flat_map(of).collect()
}

/// The submission of a row of cases.
pub fn submission_of_row(group: &Value, row: &Value) -> Value {
    let months = row["months"].as_u64().unwrap_or(12) as usize;
    let period = [&row["period"], &group["period"]].into_iter().find(|period| period.is_object());
    let period = serde_json::json!({ "/period": period.unwrap_or(&serde_json::json!({"start": "2024-01-01", "end": "2025-01-01"})) });
    // The certificate is in force whenever the row asks.
    let paper =
        serde_json::json!({"/certificates/0/issued_on": "2012-01-01", "/certificates/0/expires_on": "2040-01-01"});
    let mut submission =
        submission_of(row["pue"].as_f64().unwrap(), months, &[&paper, &period, &group["site"], &row["change"]]);
    // Carriers besides electricity.
    let also = row["also"].as_array().into_iter().flatten().cloned();
    submission["energy"].as_array_mut().unwrap().extend(also);
    submission
}

/// The outcome of one requirement of `wuhan-2024`.
pub fn outcome(assessment: &pue::Assessment, requirement: &str) -> String {
    let verdict = assessment.verdicts.iter().find(|verdict| verdict.requirement == requirement);
    verdict
        .map_or("absent".into(), |verdict| serde_json::to_value(verdict.outcome).unwrap().as_str().unwrap().to_owned())
}

/// A submission that meets both rules, to be spoilt.
pub fn good_submission() -> Value {
    serde_json::from_str(&text("examples/data/submissions/01-meets.json")).unwrap()
}

/// The base site with so much PUE over a period of so many months, and some fields changed.
pub fn submission_of(pue: f64, months: usize, changes: &[&Value]) -> Value {
    let mut submission = good_submission();
    // IT energy per month: 48 GWh in all, as whole kilowatt-hours.
    let it = vec![(48_000_000.0 / months as f64).floor(); months];
    let mut total = it.clone();
    // To the nearest mWh of the exact product, away from the limit's other side.
    total[0] += it.iter().sum::<f64>() * (pue - 1.0);
    total[0] = (total[0] * 1e6).round() / 1e6;
    submission["energy"] = serde_json::json!([
        {"point": "grid_supply", "carrier": "electricity", "monthly_kwh": total},
        {"point": "ups_output", "carrier": "electricity", "monthly_kwh": it},
    ]);
    submission["facility"].as_object_mut().unwrap().remove("rated_it_kw");
    for (pointer, value) in changes.iter().filter_map(|change| change.as_object()).flatten() {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        submission.pointer_mut(parent).unwrap()[key] = value.clone();
    }
    submission
}

/// Where an example stands; `cargo test` has built it.
pub fn program(example: &str) -> std::path::PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    folder.join("examples").join(format!("{example}{}", std::env::consts::EXE_SUFFIX))
}

/// Runs an example.
pub fn run(example: &str, arguments: &[&str], input: Option<&[u8]>) -> Output {
    let program = program(example);
    let mut child = Command::new(&program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo test` without --test builds it", program.display()));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.unwrap_or_default().to_vec();
    // Beside the answers, which may fill their pipe first.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// All places of a document, the whole of it first.
pub fn pointers(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, child)| pointers(child, &format!("{here}/{key}"), all)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, child)| pointers(child, &format!("{here}/{i}"), all))
        }
        _ => {}
    }
}

/// Where a finding stands, as a JSON Pointer; empty for the whole and for nowhere.
pub fn pointer(finding: &pue::Finding) -> String {
    finding.place.as_ref().map(ToString::to_string).unwrap_or_default()
}
