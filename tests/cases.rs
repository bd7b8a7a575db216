//! Faults that public reports describe, with the truth known: see `tests/golden/cases/README.md`.

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
