//! Ways to a verdict that is not earned, and packs that cannot be meant: each was one once.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{submission_of, text};
use pue::{
    Ledger, Outcome, Pack, Submission,
    assessment::{Change, Options, WhatIf},
    packs,
    quantity::ExactEnergy,
    submission::audit_json,
};
use serde_json::{Value, json};

/// A pack with one requirement for all of Wuhan.
fn pack(check: Value) -> Value {
    let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
    pack["id"] = json!("own");
    pack["requirements"] = json!([{
        "id": "one", "nature": "binding", "scope": {"region": ["4201"]}, "check": check, "source": {"clause": "1", "basis": "official"},
    }]);
    pack
}

fn verdict(pack: &Value, submission: &Value) -> (Outcome, String) {
    let pack: Pack = serde_json::from_value(pack.clone()).unwrap();
    let audit = audit_json(submission.to_string().as_bytes(), &[pack]);
    let verdict = audit.verdicts.into_iter().find(|verdict| verdict.pack == "own").unwrap();
    (verdict.outcome, verdict.message.en.into_owned())
}

fn faults(pack: &Value) -> Vec<String> {
    let faults = Pack::from_json(pack.to_string().as_bytes()).err().map(|faults| faults.0).unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_wish_beyond_numbers_is_no_pue() {
    let submission = Submission::from_json(submission_of(1.3, 12, &[]).to_string().as_bytes()).unwrap();
    let ledger: Ledger<'_> = submission.ledger().unwrap();
    for less in [i128::MIN, -(i128::MAX / 16), i128::MAX, 62_400_000 * 3_600_000_000_000] {
        let change = Change::LessOverhead(ExactEnergy::from_microjoules(less));
        let answer = WhatIf::new(&ledger, ledger.period(), &Options::default(), &[change]);
        assert!(answer.pue_after.is_none(), "{less}: {:?}", answer.pue_after);
        assert!(
            answer.differences.iter().all(|one| one.after != Some(Outcome::Meets)),
            "{less}: {:?}",
            answer.differences
        );
    }
}

#[test]
fn a_rack_list_that_lost_a_row_is_no_smaller_list() {
    let small = pack(json!({"figure": {"figure": "standard_racks", "relation": "at_most", "limit": "1000"}}));
    for types in [
        json!([{"count": 100, "rated_kw": 5.0}, null]),
        json!([{"count": 100, "rated_kw": 5.0}, [1]]),
        json!([{"count": 100, "rated_kw": "5.0"}]),
        json!("3040"),
    ] {
        let change = json!({"/facility/racks/types": types, "/declared/standard_racks": 100});
        let submission = submission_of(1.2, 12, &[&change]);
        assert_eq!(verdict(&small, &submission).0, Outcome::Undetermined, "{types}");
        let audit = audit_json(submission.to_string().as_bytes(), &[]);
        assert_eq!(common::outcome(&audit, "pue-new-large"), "undetermined", "{types}");
    }
    let declared = json!({"/facility/racks": null, "/declared/standard_racks": 100});
    assert_eq!(verdict(&small, &submission_of(1.2, 12, &[&declared])).0, Outcome::Meets);
}

/// Electricity 1.248, with diesel 1.2546.
#[test]
fn other_carriers_matter_wherever_the_pue_does() {
    let diesel: Value = serde_json::from_str(&text("examples/data/submissions/12-diesel.json")).unwrap();
    let annual = |relation: &str, limit: &str| pack(json!({"annual_pue": {"relation": relation, "limit": limit}}));
    for (relation, limit, outcome) in [
        ("at_most", "1.25", Outcome::Undetermined),
        ("at_most", "1.26", Outcome::Meets),
        ("at_most", "1.24", Outcome::Fails),
        ("at_least", "1.25", Outcome::Undetermined),
        ("at_least", "1.24", Outcome::Meets),
        ("at_least", "1.26", Outcome::Fails),
    ] {
        assert_eq!(verdict(&annual(relation, limit), &diesel).0, outcome, "{relation} {limit}");
    }
    let mut scoped = pack(json!({"attested": {"what": "?"}}));
    for (scope, outcome) in [
        (
            json!({"annual_pue": {"relation": "more_than", "limit": "1.25"}}),
            "whether it binds this site cannot be said without",
        ),
        (json!({"annual_pue": {"relation": "more_than", "limit": "1.26"}}), "its annual PUE is"),
    ] {
        scoped["requirements"][0]["scope"] = scope;
        assert!(verdict(&scoped, &diesel).1.contains(outcome));
    }
    let steps = json!([{"relation": "at_most", "limit": "1.25", "points": "10"}]);
    assert_eq!(verdict(&scored(json!([item("pue", json!({"steps": steps}))]), "10"), &diesel).0, Outcome::Undetermined);
}

fn item(input: &str, points: Value) -> Value {
    json!({"id": input, "name": input, "input": input, "points": points, "clause": "1", "basis": "official"})
}

fn scored(items: Value, at_least: &str) -> Value {
    pack(json!({"score": {"at_least": at_least, "rubric": {
        "schema": "pue/rubric/1", "id": "r", "edition": "1", "title": "r", "number": "r", "items": items,
    }}}))
}

#[test]
fn a_sum_beyond_exact_fractions_is_still_a_sum() {
    let linear = json!({"linear": {"offset": "0", "slope": "10", "least": "0", "most": "100"}});
    let items = json!([item("pue", linear.clone()), item("water_usage", linear.clone()), item("reused_share", linear)]);
    let change = json!({"/water_m3": 41234.123457, "/heat_reused_kwh": 1234567.123457});
    let mut submission = submission_of(1.2, 12, &[&change]);
    submission["energy"][0]["monthly_kwh"][0] = json!(13_600_000.123457);
    submission["energy"][1]["monthly_kwh"][0] = json!(4_000_000.654321);
    // About 20 points.
    for (at_least, outcome) in [("10", Outcome::Meets), ("40", Outcome::Fails)] {
        let (found, message) = verdict(&scored(items.clone(), at_least), &submission);
        assert_eq!(found, outcome, "{at_least}: {message}");
    }
}

#[test]
fn a_gate_keeps_a_score_out() {
    let points = json!({"linear": {"offset": "80", "slope": "-20", "least": "0", "most": "60"}});
    for (gate, outcome) in [
        (json!({"input": "occupancy", "relation": "at_least", "limit": "0.6"}), Outcome::Meets),
        (json!({"input": "occupancy", "relation": "at_least", "limit": "0.99"}), Outcome::Fails),
        (json!({"input": "audited", "relation": "at_least", "limit": "1"}), Outcome::Undetermined),
    ] {
        let mut pack = scored(json!([item("pue", points.clone())]), "50");
        pack["requirements"][0]["check"]["score"]["rubric"]["gates"] = json!([gate]);
        assert_eq!(verdict(&pack, &submission_of(1.2, 12, &[])).0, outcome, "{gate}");
    }
}

#[test]
fn packs_that_cannot_be_meant_are_refused() {
    let attested = json!({"attested": {"what": "?"}});
    for scope in [
        json!({"not": {"region": []}}),
        json!({"not": {"region": ["Wuhan"]}}),
        json!({"region": [""]}),
        json!({"not": {"lifecycle": []}}),
        json!({"all": []}),
        json!({"zone": []}),
        json!({"day": {"from": "2025-01-01", "until": "2024-12-31"}}),
    ] {
        let mut pack = pack(attested.clone());
        pack["requirements"][0]["scope"] = scope.clone();
        assert_eq!(faults(&pack).len(), 1, "{scope}: {:?}", faults(&pack));
    }
    let mut unscaled = pack(attested.clone());
    unscaled["scale"] = json!([]);
    assert!(faults(&unscaled).is_empty());
    unscaled["requirements"][0]["scope"] = json!({"not": {"scale_at_least": "large"}});
    assert_eq!(faults(&unscaled).len(), 1);
    for check in [
        json!({"figure": {"figure": "occupancy", "relation": "at_least", "limit": "60"}}),
        json!({"pue_band": {"bands": [{"name": "1", "at_most": "1.1"}, {"name": "1", "at_most": "1.5"}], "at_worst": "1"}}),
        json!({"pue_band": {"bands": [{"name": "1", "at_most": "1.1"}], "at_worst": "2"}}),
    ] {
        let found = faults(&pack(check.clone()));
        assert!(
            !found.is_empty() && found.iter().all(|fault| fault.contains("/requirements/0/check/")),
            "{check}: {found:?}"
        );
    }
    let steps = json!([
        {"relation": "at_most", "limit": "2", "points": "10"}, {"relation": "at_most", "limit": "1.1", "points": "60"},
    ]);
    assert_eq!(faults(&scored(json!([item("pue", json!({"steps": steps}))]), "10")).len(), 1);
    let mut hearsay = item("pue", json!({"attested": {"points": "1"}}));
    hearsay["basis"] = json!("reported");
    assert_eq!(faults(&scored(json!([hearsay]), "1")).len(), 1);
    // A province by its other name is the same province.
    let mut hubei = pack(json!({"annual_pue": {"relation": "at_most", "limit": "1.25"}}));
    hubei["requirements"][0]["scope"] = json!({"region": ["CN-HB"]});
    assert_eq!(verdict(&hubei, &submission_of(1.2, 12, &[])).0, Outcome::Meets);
}

#[test]
fn a_sentence_says_what_is_so() {
    let annual = |relation: &str, limit: &str, comparison: &str| {
        let mut pack = pack(json!({"annual_pue": {"relation": relation, "limit": limit}}));
        pack["comparison"] = json!(comparison);
        pack
    };
    for (relation, limit, comparison, pue, message) in [
        ("at_most", "1.25", "rounded", 1.254, "meets: annual PUE 1.25 (rounded; in full 1.254) ≤ 1.25"),
        ("at_most", "1.25", "full", 1.2500001, "annual PUE 1.250(+) is over the binding limit (≤ 1.25)"),
        ("at_most", "1.25", "full", 1.2500001, "must fall by 4.800 kWh"),
        ("at_least", "1.5", "full", 1.254, "is below the binding limit (≥ 1.5)"),
        ("less_than", "1.25", "full", 1.25, "annual PUE 1.250 is not below the binding limit (< 1.25)"),
    ] {
        let (_, found) = verdict(&annual(relation, limit, comparison), &submission_of(pue, 12, &[]));
        assert!(found.contains(message), "{found}");
    }
}

#[test]
fn two_packs_of_one_name_are_not_two() {
    let one = pack(json!({"annual_pue": {"relation": "at_most", "limit": "1.25"}}));
    let other = pack(json!({"annual_pue": {"relation": "at_most", "limit": "1.20"}}));
    let packs: Vec<Pack> = [one, other].into_iter().map(|pack| serde_json::from_value(pack).unwrap()).collect();
    let audit = audit_json(submission_of(1.22, 12, &[]).to_string().as_bytes(), &packs);
    assert!(audit.findings.iter().any(|finding| finding.code.as_str() == "pack.other_content"));
    assert!(audit.verdicts.iter().all(|verdict| verdict.pack != "own" || verdict.outcome != Outcome::Meets));
}

/// A pack that borrows the id of a published one is named, in whatever edition, in a finding and in each of its verdicts.
#[test]
fn a_borrowed_id_is_named() {
    let mut borrowed = packs::by_id("wuhan-2024").unwrap().clone().into_draft();
    borrowed.edition = "2026-01-01".into();
    for requirement in &mut borrowed.requirements {
        if let pue::rule::Check::AnnualPue { limit, .. } = &mut requirement.check {
            *limit = "2.00".parse().unwrap();
        }
    }
    let borrowed = Pack::new(borrowed).unwrap();
    let over = submission_of(1.31, 12, &[]).to_string();
    let audit = pue::submission::audit_json(over.as_bytes(), std::slice::from_ref(&borrowed));
    let finding = audit.findings.iter().find(|finding| finding.code.as_str() == "pack.borrowed_id").unwrap();
    assert_eq!(&*finding.found.as_ref().unwrap().en, "wuhan-2024@2026-01-01");
    let of = |edition: &str| audit.verdicts.iter().filter(|verdict| verdict.edition == edition).collect::<Vec<_>>();
    assert!(of("2026-01-01").iter().all(|verdict| verdict.message.en.contains("which is no published edition")));
    assert!(of("2024-01-25").iter().all(|verdict| !verdict.message.en.contains("no published edition")));
    assert_eq!((of("2026-01-01").len(), of("2024-01-25").len()), (2, 2));
}
