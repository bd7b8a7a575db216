//! What the tests share.
#![allow(dead_code)]

use proptest::test_runner::Config;
use serde_json::Value;

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
