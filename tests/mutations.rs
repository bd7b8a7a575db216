//! A clean submission with something changed: either nothing that matters changes, or somebody is told.
//!
//! In some pairs one change takes the declared PUE away, and with it the figure that would betray the other change: then a note
//! says that nothing bears out the recomputed value. A single change is told without that note.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{bytes, config, pointers};
use proptest::prelude::*;
use pue::{
    Assessment, Outcome, Severity,
    finding::{Code, Finding},
    submission::audit_json,
};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Clean submissions that declare their PUE: without a second figure nobody could tell that a first one is wrong.
static CLEAN: LazyLock<Vec<Value>> = LazyLock::new(|| {
    ["plain", "with-meters", "pv-counted", "diesel-counted", "in-mwh", "seasonal", "existing-site", "totals-only"]
        .iter()
        .map(|name| serde_json::from_slice(&bytes(&format!("tests/golden/submissions/clean/{name}.json"))).unwrap())
        .collect()
});

#[derive(Clone, Copy, Debug)]
enum Mutation {
    Drop,
    Null,
    Text,
    Number(f64),
    Wrap,
    Scale(f64),
    Negate,
    Double,
    SwapWith(usize),
    Word(&'static str),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        Just(Mutation::Drop),
        Just(Mutation::Null),
        Just(Mutation::Text),
        prop::sample::select(vec![0.0, 1.0, -1.0, 0.5, 1e9, 1e15, f64::MAX]).prop_map(Mutation::Number),
        Just(Mutation::Wrap),
        prop::sample::select(vec![1000.0, 0.001]).prop_map(Mutation::Scale),
        Just(Mutation::Negate),
        Just(Mutation::Double),
        (1_usize..12).prop_map(Mutation::SwapWith),
        prop::sample::select(vec!["?", "", "AAAAA", "grid_supply", "ups_output", "kWh", "MWh", "g", "\u{202e}"])
            .prop_map(Mutation::Word),
    ]
}

/// Whether it could be done there.
fn mutate(root: &mut Value, place: &str, mutation: Mutation) -> bool {
    let (parent, key) = place.rsplit_once('/').unwrap();
    let Some(value) = root.pointer(place).cloned() else { return false };
    let changed = match mutation {
        Mutation::Drop | Mutation::Double | Mutation::SwapWith(_) => {
            let Some(parent) = root.pointer_mut(parent) else { return false };
            match (parent, mutation) {
                (Value::Object(map), Mutation::Drop) => drop(map.remove(key)),
                (Value::Array(items), Mutation::Drop) => drop(items.remove(key.parse().unwrap())),
                (Value::Array(items), Mutation::Double) => items.push(value),
                (Value::Array(items), Mutation::SwapWith(other)) => {
                    let (a, b) = (key.parse().unwrap(), other % items.len());
                    items.swap(a, b);
                }
                _ => return false,
            }
            return true;
        }
        Mutation::Null => Value::Null,
        Mutation::Text => json!(value.to_string()),
        Mutation::Number(number) => json!(number),
        Mutation::Wrap => json!([value]),
        Mutation::Scale(factor) => match value.as_f64() {
            Some(number) => json!(number * factor),
            None => return false,
        },
        Mutation::Negate => match value.as_f64() {
            Some(number) if number != 0.0 => json!(-number),
            _ => return false,
        },
        Mutation::Word(word) => json!(word),
    };
    *root.pointer_mut(place).unwrap() = changed;
    true
}

fn audit(value: &Value) -> Assessment {
    audit_json(value.to_string().as_bytes(), &[])
}

fn outcomes(audit: &Assessment) -> Vec<(String, String, Outcome)> {
    let verdicts = audit.verdicts.iter();
    verdicts.map(|verdict| (verdict.pack.to_string(), verdict.requirement.to_string(), verdict.outcome)).collect()
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: config().cases * 16, ..config() })]

    #[test]
    fn a_change_is_told_or_does_not_matter(base in 0..8_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), mutation()), 1..3)) {
        let clean = &CLEAN[base];
        let before = audit(clean);
        let mut changed = clean.clone();
        let mut done = Vec::new();
        for (place, mutation) in &changes {
            let mut places = Vec::new();
            pointers(&changed, "", &mut places);
            places.remove(0);
            let place = place.get(&places).clone();
            if mutate(&mut changed, &place, *mutation) {
                done.push((place, *mutation));
            }
        }
        let after = audit(&changed);
        let is_warned = after.findings.iter().any(|finding| finding.severity > Severity::Note);
        // What was decided, and what was measured.
        let value = |audit: &Assessment| audit.pue.as_ref().map(|pue| pue.value.ratio().to_f64());
        let same_value = match (value(&before), value(&after)) {
            (Some(before), Some(after)) => (before - after).abs() <= 0.005, // half a unit of the last digit declared
            (before, after) => before == after,
        };
        let same = same_value && outcomes(&before) == outcomes(&after);
        let is_bare = |finding: &Finding| finding.code == Code::JsonMissing && common::pointer(finding) == "/declared/pue";
        let is_counted = |finding: &&Finding| done.len() > 1 || !is_bare(finding);
        let told = after.findings.iter().filter(is_counted).any(|finding| !before.findings.contains(finding));
        prop_assert!(same || told, "{done:?}: {:?} → {:?}", outcomes(&before), outcomes(&after));
        // A new "meets" needs more than a note.
        for (pack, requirement, outcome) in outcomes(&after) {
            let was = outcomes(&before).into_iter().find(|(p, r, _)| (p, r) == (&pack, &requirement)).map(|(.., outcome)| outcome);
            if outcome == Outcome::Meets && was != Some(Outcome::Meets) {
                prop_assert!(is_warned, "{done:?}: {pack} {requirement} was {was:?}, meets now, and nobody is warned: {:?}", after.findings);
            }
        }
    }
}
