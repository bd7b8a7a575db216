//! How sure a PUE is: by golden cases in which every term is written out, by drawing errors, and by what each decision rule
//! makes of it.
#![cfg(feature = "json")]

use pue::{
    Outcome, Submission,
    assessment::Options,
    kpi::{self, ErrorSource},
    metering::AccuracyClass,
    quantity::Relation,
    rule::Decision,
    wire::Assessment,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

fn submission(meters: &Value, kwh: &Value) -> Submission {
    let meters = meters.as_array().unwrap();
    let rows = meters.iter().map(|meter| {
        json!({"id": meter["id"], "point": meter["point"], "carrier": "electricity", "total_kwh": kwh[meter["id"].as_str().unwrap()]})
    });
    let document = json!({
        "schema": "pue/submission/1",
        "facility": {
            "id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai", "lifecycle": {"kind": "new", "approved_on": "2022-03-01"},
            "racks": {"types": [{"count": 1520, "rated_kw": 5.0}]}
        },
        "meters": meters,
        "period": {"start": "2024-01-01", "end": "2025-01-01"},
        "energy": rows.collect::<Vec<_>>(),
    });
    Submission::from_json(document.to_string().as_bytes()).unwrap()
}

fn golden() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/uncertainty");
    let mut cases: Vec<(String, Value)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn near(a: f64, b: f64, name: &str) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-3), "{name}: {a} is not {b}");
}

#[test]
fn each_term_is_as_worked_by_hand() {
    let cases = golden();
    assert!(cases.len() >= 15);
    for (name, case) in cases {
        let options = Options::default().total_from_parts(case["total_from_parts"].as_bool().unwrap_or(false));
        let audit = submission(&case["meters"], &case["kwh"]).audit_by(&options);
        let reported = audit.pue.as_ref().unwrap_or_else(|| panic!("{name}: {:?}", audit.findings));
        near(reported.value.ratio().to_f64(), case["expect"]["pue"].as_f64().unwrap(), &name);
        let sent: Assessment<'_> = serde_json::from_value(serde_json::to_value(&audit).unwrap()).unwrap();
        let sent = sent.uncertainty.unwrap();
        let Some(expanded) = case["expect"]["expanded"].as_f64() else {
            let unstated: Vec<Value> = sent.unstated.iter().map(|one| json!([one.meter, one.needs])).collect();
            assert_eq!(json!(unstated), case["expect"]["unstated"], "{name}");
            assert_eq!((sent.expanded, sent.interval, sent.contributions.len()), (None, None, 0), "{name}");
            assert!(audit.verdicts.iter().all(|verdict| verdict.conformance_probability.is_none()), "{name}");
            continue;
        };
        near(sent.expanded.unwrap(), expanded, &name);
        near(sent.standard.unwrap(), case["expect"]["standard"].as_f64().unwrap(), &name);
        // u² = Σ (Σ effects of one group)² / 3, and the share of a term is its effect times that of its group.
        let terms = case["terms"].as_array().unwrap();
        let key = |term: &Value, i: usize| match term["group"].as_str() {
            Some(group) => format!("{group} {}", term["part"]),
            None => i.to_string(),
        };
        let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for (i, term) in terms.iter().enumerate() {
            let (effect, sum) = (term["effect"].as_f64().unwrap(), sums.entry(key(term, i)).or_default());
            *sum = (sum.0 + effect, sum.1 + effect * effect);
        }
        // What is said to be one error is never taken to make anything surer.
        let variance: f64 = sums.values().map(|(sum, squares)| (sum * sum).max(*squares)).sum();
        near(2.0 * (variance / 3.0).sqrt(), expanded, &name);
        assert_eq!(sent.contributions.len(), terms.len(), "{name}");
        for (i, term) in terms.iter().enumerate() {
            let effect = term["limit_percent"].as_f64().unwrap() / 100.0 * term["weight"].as_f64().unwrap();
            near(effect, term["effect"].as_f64().unwrap(), &name);
            let part: ErrorSource = term["part"].as_str().unwrap().parse().unwrap();
            let found = sent.contributions.iter().find(|one| one.part == part && one.meter == term["meter"]).unwrap();
            let (sum, squares) = sums[&key(term, i)];
            let share = effect * if sum * sum >= squares { sum } else { effect } / variance;
            assert!((found.share - share).abs() < 1e-9, "{name}: {found:?} is not {share}");
        }
        near(sent.contributions.iter().map(|one| one.share).sum(), 1.0, &name);
        let shares: Vec<f64> = sent.contributions.iter().map(|one| one.share).collect();
        assert!(shares.is_sorted_by(|a, b| a >= b), "{name}");
        if let Some(remedy) = &sent.remedy {
            assert!(remedy.expanded <= expanded, "{name}: {remedy:?}");
        }
    }
}

#[test]
fn the_check_figures_of_the_method() {
    let of_class = |class: AccuracyClass| class.limit() / 3_f64.sqrt();
    for (class, alone, with_ct, built) in
        [("1", 0.0212, 0.0300, 0.00693), ("0.5", 0.0106, 0.0150, 0.00346), ("0.2", 0.0042, 0.0060, 0.00139)]
    {
        let u = of_class(class.parse().unwrap());
        let both = u * 2_f64.sqrt();
        assert!((2.0 * kpi::ratio_uncertainty(1.3, u, u, 0.0) - alone).abs() < 5.1e-5, "{class}");
        assert!((2.0 * kpi::ratio_uncertainty(1.3, both, both, 0.0) - with_ct).abs() < 5.1e-5, "{class}");
        assert!((2.0 * kpi::built_uncertainty(1.3, both, both) - built).abs() < 5.1e-6, "{class}");
    }
    let u = 1.28 * 0.00577;
    assert!((kpi::conformance(1.28, u, Relation::AtMost, 1.30) - 0.9966).abs() < 5e-5);
    assert!((kpi::conformance(1.28, u, Relation::AtLeast, 1.30) - 0.0034).abs() < 5e-5);
    assert_eq!([1.29, 1.30, 1.31].map(|value| kpi::conformance(value, 0.0, Relation::AtMost, 1.30)), [1.0, 1.0, 0.0]);
}

/// Numbers from -1 to 1, the same in every run.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// How often the true PUE lies within U of one that was measured with errors drawn within their limits.
fn coverage(case: &Value, draws: u32) -> f64 {
    let options = Options::default().total_from_parts(case["total_from_parts"].as_bool().unwrap_or(false));
    let from_parts = options.total_from_parts;
    let audit = submission(&case["meters"], &case["kwh"]).audit_by(&options);
    let expanded = audit.pue.unwrap().uncertainty.unwrap().expanded();
    let mut random = Draws(7);
    let meters = case["meters"].as_array().unwrap();
    let is_it = |meter: &Value| meter["point"] == "ups_output";
    let sums = |of: &mut dyn FnMut(&Value) -> f64| {
        let (mut total, mut it) = (0.0, 0.0);
        for meter in meters {
            let energy = of(meter);
            total += if from_parts || !is_it(meter) { energy } else { 0.0 };
            it += if is_it(meter) { energy } else { 0.0 };
        }
        total / it
    };
    let kwh = |meter: &Value| case["kwh"][meter["id"].as_str().unwrap()].as_f64().unwrap();
    let truth = sums(&mut |meter| kwh(meter));
    let mut within = 0;
    for _ in 0..draws {
        // Of each kind one error a group, and one of each other meter.
        let mut of_groups: BTreeMap<(String, &str), f64> = BTreeMap::new();
        let measured = sums(&mut |meter| {
            let limit = |key: &str| meter[key].as_str().map(|class| class.parse::<AccuracyClass>().unwrap().limit());
            let mut error_of = |part: &'static str| {
                let share = match meter["error_group"].as_str() {
                    Some(group) => *of_groups.entry((group.to_owned(), part)).or_insert_with(|| random.next()),
                    None => random.next(),
                };
                share * limit(part).unwrap_or(0.0)
            };
            let error = error_of("accuracy_class") + error_of("ct_class");
            kwh(meter) * (1.0 + error)
        });
        within += u32::from((measured - truth).abs() <= expanded);
    }
    f64::from(within) / f64::from(draws)
}

#[test]
fn the_interval_covers_what_it_says() {
    let full = |id: &str, point: &str, class: &str| json!({"id": id, "point": point, "kind": "interval", "unit": "kWh", "accuracy_class": class, "ct_class": class});
    let bare = |id: &str, point: &str, class: &str| json!({"id": id, "point": point, "kind": "interval", "unit": "kWh", "accuracy_class": class, "direct": true});
    let grouped = |mut meter: Value| {
        meter["error_group"] = "g".into();
        meter
    };
    let many = |n: usize| (0..n).map(|i| full(&format!("ups-{i}"), "ups_output", "0.5")).collect::<Vec<_>>();
    let all = |first: Value, rest: Vec<Value>| [vec![first], rest].concat();
    let of_many = |n: usize| {
        (0..n).map(|i| (format!("ups-{i}"), json!(1_000_000.0 / n as f64))).collect::<serde_json::Map<_, _>>()
    };
    let with = |mut kwh: serde_json::Map<String, Value>, id: &str, energy: f64| {
        kwh.insert(id.to_owned(), energy.into());
        Value::Object(kwh)
    };
    let kinds = [
        (
            "one error alone",
            json!({"meters": [bare("grid", "grid_supply", "2"), bare("ups", "ups_output", "0.1")], "kwh": {"grid": 1_300_000.0, "ups": 1_000_000.0}}),
        ),
        (
            "two equal errors",
            json!({"meters": [bare("grid", "grid_supply", "0.5"), bare("ups", "ups_output", "0.5")], "kwh": {"grid": 1_300_000.0, "ups": 1_000_000.0}}),
        ),
        (
            "four equal errors",
            json!({"meters": [full("grid", "grid_supply", "0.5"), full("ups", "ups_output", "0.5")], "kwh": {"grid": 1_300_000.0, "ups": 1_000_000.0}}),
        ),
        (
            "a UPS of eight outputs",
            json!({"meters": all(full("grid", "grid_supply", "0.5"), many(8)), "kwh": with(of_many(8), "grid", 1_300_000.0)}),
        ),
        (
            "outputs of one batch",
            json!({"meters": all(full("grid", "grid_supply", "0.2S"), many(8).into_iter().map(grouped).collect()), "kwh": with(of_many(8), "grid", 1_300_000.0)}),
        ),
        (
            "built from parts",
            json!({"total_from_parts": true, "meters": [full("ups", "ups_output", "0.5"), full("cool", "cooling", "1")], "kwh": {"ups": 1_000_000.0, "cool": 300_000.0}}),
        ),
    ];
    for (name, case) in kinds {
        let covered = coverage(&case, 40_000);
        println!("{name}: {:.1} % (stated 95.4 %)", covered * 100.0);
        // The stated level is that of a normal distribution; a rectangular one covers more.
        assert!(covered >= 0.9545 - 0.01, "{name}: {covered}");
    }
}

#[test]
fn a_better_meter_never_widens_the_interval() {
    let classes = ["0.1", "0.2S", "0.5", "1"];
    let expanded = |classes: [&str; 4]| {
        let [grid, grid_ct, ups, pv] = classes;
        let meters = json!([
            {"id": "grid", "point": "grid_supply", "kind": "interval", "unit": "kWh", "accuracy_class": grid, "ct_class": grid_ct},
            {"id": "ups", "point": "ups_output", "kind": "interval", "unit": "kWh", "parent": "grid", "accuracy_class": ups, "direct": true},
            {"id": "pv", "point": "pv", "kind": "interval", "unit": "kWh", "accuracy_class": pv, "direct": true},
        ]);
        let audit = submission(&meters, &json!({"grid": 1_100_000.0, "ups": 1_000_000.0, "pv": 200_000.0})).audit(&[]);
        audit.pue.unwrap().uncertainty.unwrap().expanded()
    };
    for place in 0..4 {
        let mut before = 0.0;
        for class in classes {
            let mut all = ["0.5"; 4];
            all[place] = class;
            let now = expanded(all);
            assert!(now > before, "class {class} at {place}: {now} after {before}");
            before = now;
        }
    }
}

/// The verdict of Wuhan's plan on a PUE, with meters and transformers of a class at both ends.
fn verdict(pue: f64, class: Option<&str>, decision: Decision) -> pue::Verdict {
    let meter = |id: &str, point: &str| {
        let mut meter = json!({"id": id, "point": point, "kind": "interval", "unit": "kWh"});
        if let Some(class) = class {
            (meter["accuracy_class"], meter["ct_class"]) = (class.into(), class.into());
        }
        meter
    };
    let meters = json!([meter("grid", "grid_supply"), meter("ups", "ups_output")]);
    let audit =
        submission(&meters, &json!({"grid": pue * 1e6, "ups": 1e6})).audit_by(&Options::default().decision(decision));
    audit.verdicts.into_iter().find(|verdict| verdict.requirement == "pue-new-large").unwrap()
}

#[test]
fn each_decision_rule_decides_as_it_says() {
    // U of class 0.5 at 1.24 is 0.0143, of class 0.1 it is 0.0029.
    for (pue, class, decision, outcome, conditional) in [
        (1.24, Some("0.5"), Decision::Simple, Outcome::Meets, false),
        (1.24, Some("0.5"), Decision::Guarded, Outcome::Fails, false),
        (1.24, Some("0.5"), Decision::NonBinary, Outcome::Meets, true),
        (1.24, Some("0.1"), Decision::Guarded, Outcome::Meets, false),
        (1.24, Some("0.1"), Decision::NonBinary, Outcome::Meets, false),
        (1.26, Some("0.5"), Decision::Simple, Outcome::Fails, false),
        (1.26, Some("0.5"), Decision::Guarded, Outcome::Fails, false),
        (1.26, Some("0.5"), Decision::NonBinary, Outcome::Fails, true),
        (1.30, Some("0.5"), Decision::NonBinary, Outcome::Fails, false),
        (1.25, None, Decision::Simple, Outcome::Meets, false),
        (1.20, None, Decision::Guarded, Outcome::Undetermined, false),
        (1.26, None, Decision::Guarded, Outcome::Fails, false),
        (1.26, None, Decision::NonBinary, Outcome::Undetermined, false),
        (1.20, None, Decision::NonBinary, Outcome::Undetermined, false),
    ] {
        let verdict = verdict(pue, class, decision);
        let name = format!("{pue} {class:?} {decision}: {}", verdict.message.en);
        assert_eq!((verdict.outcome, verdict.conditional), (outcome, conditional), "{name}");
        assert_eq!(verdict.conformance_probability.is_some(), class.is_some(), "{name}");
        assert_eq!(verdict.false_accept_risk.is_some(), class.is_some() && outcome == Outcome::Meets, "{name}");
        assert_eq!(verdict.false_reject_risk.is_some(), class.is_some() && outcome == Outcome::Fails, "{name}");
        assert_eq!(verdict.settles.is_some(), outcome == Outcome::Undetermined, "{name}");
    }
    let verdict = verdict(1.24, Some("0.5"), Decision::Guarded);
    assert!(verdict.message.en.contains("1.24") && verdict.message.en.contains("guarded"), "{}", verdict.message.en);
    assert!(!verdict.message.en.contains("is over"), "{}", verdict.message.en);
    let p = kpi::conformance(1.24, 1.24 * 0.005 * 2.0 / 3_f64.sqrt(), Relation::AtMost, 1.25);
    near(verdict.conformance_probability.unwrap(), p, "p of a class of 0.5 at four places");
}

#[test]
fn what_is_missing_is_kept_apart() {
    // A month of the cooling is unknown; its meter is no part of the PUE. One of the grid is: the interval gets wider by it, U does not.
    let meter = |id: &str, point: &str| json!({"id": id, "point": point, "kind": "interval", "unit": "kWh", "accuracy_class": "0.5", "ct_class": "0.5", "capacity_kw": 200.0});
    let months = |missing: Option<usize>, each: f64| {
        let months = (0..12).map(|month| if Some(month) == missing { Value::Null } else { each.into() });
        Value::Array(months.collect())
    };
    let document = |missing: Option<usize>| {
        json!({
            "schema": "pue/submission/1",
            "facility": {"id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai"},
            "meters": [meter("grid", "grid_supply"), meter("ups", "ups_output"), meter("second", "grid_supply")],
            "period": {"start": "2024-01-01", "end": "2025-01-01"},
            "energy": [
                {"id": "grid", "point": "grid_supply", "carrier": "electricity", "monthly_kwh": months(None, 100_000.0)},
                {"id": "second", "point": "grid_supply", "carrier": "electricity", "monthly_kwh": months(missing, 2_000.0)},
                {"id": "ups", "point": "ups_output", "carrier": "electricity", "monthly_kwh": months(None, 80_000.0)},
            ],
        })
    };
    let reported = |missing| {
        let document = document(missing).to_string();
        Submission::from_json(document.as_bytes()).unwrap().audit(&[]).pue.unwrap()
    };
    let (whole, holed) = (reported(None), reported(Some(4)));
    let [whole_u, holed_u] = [&whole, &holed].map(|pue| pue.uncertainty.as_ref().unwrap().expanded());
    near(holed_u, whole_u, "U of the same meters");
    let ([low, high], [least, most]) = (whole.with_unknown().unwrap(), holed.with_unknown().unwrap());
    near(high - low, 2.0 * whole_u, "nothing is missing");
    assert!(most > high && least <= low + 1e-9 && most > holed.high.unwrap().to_f64());
}

#[test]
fn a_total_of_parts_is_of_what_is_in_the_data_centre() {
    let meter = |id: &str, point: &str, parent: Option<&str>| json!({"id": id, "point": point, "kind": "interval", "unit": "kWh", "parent": parent});
    let pue = |meters: Value, kwh: Value| {
        let audit = submission(&meters, &kwh).audit_by(&Options::default().total_from_parts(true));
        let pue = audit.pue.unwrap();
        (pue.value.ratio().to_f64(), pue.high.is_none())
    };
    // Parts below one another count once, whatever they are.
    for (meters, kwh, expect) in [
        (
            json!([
                meter("ups", "ups_output", None),
                meter("rest", "other", None),
                meter("cool", "cooling", Some("rest"))
            ]),
            json!({"ups": 1e7, "rest": 2.5e6, "cool": 2e6}),
            1.25,
        ),
        (
            json!([
                meter("ups", "ups_output", None),
                meter("cool", "cooling", None),
                meter("rest", "other", Some("cool"))
            ]),
            json!({"ups": 1e7, "rest": 5e5, "cool": 2e6}),
            1.2,
        ),
        (
            json!([
                meter("in", "ups_input", None),
                meter("ups", "ups_output", Some("in")),
                meter("cool", "cooling", Some("in"))
            ]),
            json!({"in": 1.25e7, "ups": 1e7, "cool": 2e6}),
            1.25,
        ),
        (
            json!([
                meter("ups", "ups_output", None),
                meter("rest", "other", Some("ups")),
                meter("cool", "cooling", Some("rest"))
            ]),
            json!({"ups": 1.25e7, "rest": 2.5e6, "cool": 2e6}),
            1.25,
        ),
        (
            json!([meter("in", "ups_input", None), meter("ups", "ups_output", None), meter("cool", "cooling", None)]),
            json!({"in": 1.05e7, "ups": 1e7, "cool": 2e6}),
            1.2,
        ),
        (
            json!([
                meter("ups", "ups_output", None),
                meter("out", "outside", None),
                meter("cool", "cooling", Some("out"))
            ]),
            json!({"ups": 1e7, "out": 2e6, "cool": 1e6}),
            1.0,
        ),
    ] {
        let audit = submission(&meters, &kwh).audit_by(&Options::default().total_from_parts(true));
        let value = audit.pue.map_or(1.0, |pue| pue.value.ratio().to_f64());
        assert_eq!(value, expect, "{meters}");
    }
    // What is too much already is not undetermined because there may be more.
    let over = submission(
        &json!([meter("ups", "ups_output", None), meter("cool", "cooling", None)]),
        &json!({"ups": 1e7, "cool": 6e6}),
    );
    let over = over.audit_by(&Options::default().total_from_parts(true));
    let verdict = over.verdicts.iter().find(|verdict| verdict.requirement == "pue-new-large").unwrap();
    assert_eq!(verdict.outcome, Outcome::Fails, "{}", verdict.message.en);
    let parts = [meter("ups", "ups_output", None), meter("cool", "cooling", None)];
    let kwh = json!({"ups": 1e6, "cool": 3e5, "office": 5e4, "grid": 1.4e6});
    assert_eq!(pue(json!(parts), kwh.clone()), (1.3, true));
    // An office on the chilled water is no part of the data centre, wherever its meter stands; twice below itself it counts once.
    let [ups, cool] = parts.clone();
    let offices = [meter("office", "outside", Some("cool")), meter("ups-2", "outside", Some("office"))];
    let with_offices: Vec<Value> = [ups, cool].into_iter().chain(offices).collect();
    assert_eq!(pue(json!(with_offices), json!({"ups": 1e6, "cool": 3e5, "office": 5e4, "ups-2": 1e4})), (1.25, true));
    // Where the grid's supply is metered, that is the total.
    let with_grid: Vec<Value> = parts.into_iter().chain([meter("grid", "grid_supply", None)]).collect();
    assert_eq!(pue(json!(with_grid), kwh), (1.4, false));
}

#[test]
fn a_class_that_is_none_of_transformers_leaves_u_unknown() {
    for class in ["2", "A", "B", "C", "0.1S"] {
        let meter = |id: &str, point: &str| json!({"id": id, "point": point, "kind": "interval", "unit": "kWh", "accuracy_class": "0.5", "ct_class": class});
        let audit = submission(
            &json!([meter("grid", "grid_supply"), meter("ups", "ups_output")]),
            &json!({"grid": 1.3e6, "ups": 1e6}),
        )
        .audit(&[]);
        let unstated = audit.pue.unwrap().uncertainty.unwrap_err();
        assert!(unstated.len() == 2 && unstated.iter().all(|one| one.needs == "ct_class"), "{class}: {unstated:?}");
    }
}
