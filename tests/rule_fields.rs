//! Whatever is taken away from a submission, or spoilt in it, never makes a rule be met; and filling it in again never turns
//! a rule that is met into one that fails, or the other way.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use pue::{Assessment, Outcome, packs, submission::audit_json};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The rows of the cases as submissions, with the packs that wait to be asked for.
fn submissions() -> Vec<Value> {
    let mut all = Vec::new();
    for (_, group) in common::groups("verdicts") {
        for row in group["rows"].as_array().unwrap() {
            let mut submission = common::submission_of_row(&group, row);
            // A second statement of the size, which would stand in for a rack list that is lost.
            submission["declared"].as_object_mut().unwrap().remove("standard_racks");
            all.push(submission);
        }
    }
    all
}

type Outcomes = BTreeMap<(String, String), Outcome>;

fn outcomes(submission: &Value) -> Outcomes {
    let asked: Vec<pue::Pack> = packs::all().iter().filter(|pack| pack.on_request).cloned().collect();
    let audit: Assessment = audit_json(submission.to_string().as_bytes(), &asked);
    audit.verdicts.into_iter().map(|one| ((one.pack.into_owned(), one.requirement.into_owned()), one.outcome)).collect()
}

fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            found.push(format!("{at}/{key}"));
            leaves(value, format!("{at}/{key}"), found);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| {
            // A month of its own right, not the row that it stands in: rows and papers count as a whole.
            if !value.is_object() {
                found.push(format!("{at}/{i}"));
            }
            leaves(value, format!("{at}/{i}"), found);
        }),
        _ => {}
    }
}

/// Members whose absence is a statement of its own: the list that is given counts as complete.
fn is_whole_list(pointer: &str) -> bool {
    ["/energy", "/meters", "/certificates"].contains(&pointer)
}

#[test]
fn nothing_taken_away_makes_a_rule_be_met() {
    let (mut spoilt_cases, mut seen) = (0, std::collections::BTreeSet::new());
    for (i, submission) in submissions().into_iter().enumerate() {
        let before = outcomes(&submission);
        let mut fields = Vec::new();
        leaves(&submission, String::new(), &mut fields);
        // Of the months a few stand for all; and of the many rows that differ in the PUE alone every third does.
        let fields = fields.into_iter().filter(|pointer| !is_whole_list(pointer)).enumerate();
        for (_, pointer) in
            fields.filter(|(j, pointer)| (!pointer.contains("monthly_kwh/") || j % 5 == 0) && (i + j) % 3 == 0)
        {
            seen.insert(pointer.clone());
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            for spoil in [
                Some(Value::Null),
                Some(json!("NaN")),
                Some(json!("1.2")),
                Some(json!([])),
                Some(json!({})),
                Some(json!(true)),
                None,
            ] {
                let mut spoilt = submission.clone();
                match (spoilt.pointer_mut(parent).unwrap(), &spoil) {
                    (Value::Object(map), None) => drop(map.remove(key)),
                    (Value::Object(map), Some(value)) => drop(map.insert(key.to_owned(), value.clone())),
                    (Value::Array(list), Some(value)) => list[key.parse::<usize>().unwrap()] = value.clone(),
                    (Value::Array(list), None) => drop(list.remove(key.parse().unwrap())),
                    _ => unreachable!(),
                }
                if spoilt == submission || is_another_truth(&pointer, spoil.as_ref()) {
                    continue;
                }
                spoilt_cases += 1;
                for (rule, after) in outcomes(&spoilt) {
                    let was = before.get(&rule).copied();
                    let flipped = matches!(
                        (was, after),
                        (Some(Outcome::Meets), Outcome::Fails) | (Some(Outcome::Fails), Outcome::Meets)
                    );
                    let invented = after == Outcome::Meets && was.is_some_and(|was| was != Outcome::Meets);
                    assert!(!flipped && !invented, "{pointer} ← {spoil:?}: {rule:?} {was:?} → {after:?}\n{spoilt}");
                }
            }
        }
    }
    assert!(spoilt_cases > 5_000 && seen.len() > 40, "{spoilt_cases} cases, {} fields", seen.len());
}

/// Another value of the right type says something else, it takes nothing away: `true` for a flag, a text for an id.
fn is_another_truth(pointer: &str, spoil: Option<&Value>) -> bool {
    let flags = ["/facility/edge", "/facility/hub_node", "/facility/independent_supply"];
    let texts = ["/facility/zone", "/facility/climate", "/facility/sector", "/facility/operator", "/facility/id"];
    match spoil {
        Some(Value::Bool(_)) => flags.contains(&pointer),
        Some(Value::String(_)) => texts.contains(&pointer) || pointer.starts_with("/facility/name"),
        _ => false,
    }
}
