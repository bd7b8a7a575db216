//! Roads by which an understated total, or too much IT energy, would pass as a good PUE. None of them may end in "meets".
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{good_submission, outcome};
use pue::{
    Assessment, Ledger, Pack, Period, Readings, Site,
    assessment::Options,
    kpi::{AnnualPue, Method},
    metering::Series,
    packs,
    submission::audit_json,
};
use serde_json::{Value, json};

/// A month of IT energy.
const IT: f64 = 4e6;

fn row(point: &str, times: f64) -> Value {
    json!({"point": point, "carrier": "electricity", "monthly_kwh": vec![IT * times; 12]})
}

fn with(mut row: Value, more: Value) -> Value {
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

fn meter(id: &str, point: &str, more: Value) -> Value {
    with(json!({"id": id, "point": point, "carrier": "electricity", "kind": "interval", "unit": "kWh"}), more)
}

fn audit(energy: Vec<Value>, meters: Vec<Value>) -> Assessment {
    let mut submission = good_submission();
    submission["energy"] = json!(energy);
    submission["meters"] = json!(meters);
    submission["facility"]["rated_it_kw"] = Value::Null;
    submission["declared"] = json!({});
    audit_json(submission.to_string().as_bytes(), &[])
}

fn id(id: &str) -> Value {
    json!({"id": id})
}

#[test]
fn understated_totals_do_not_meet() {
    let months = |change: &dyn Fn(&mut Vec<f64>), times: f64| {
        let mut months = vec![IT * times; 12];
        change(&mut months);
        json!({"point": "grid_supply", "carrier": "electricity", "monthly_kwh": months})
    };
    let ups = || row("ups_output", 1.0);
    let cases: Vec<(&str, Vec<Value>, Vec<Value>)> = vec![
        ("gas alone", vec![with(row("generator_fuel", 1.2), json!({"carrier": "natural_gas"})), ups()], vec![]),
        (
            "half of it diesel",
            vec![row("grid_supply", 0.5), with(row("generator_fuel", 0.7), json!({"carrier": "diesel"})), ups()],
            vec![],
        ),
        (
            "a diesel at the grid supply",
            vec![
                with(row("grid_supply", 1.24), id("a")),
                with(row("grid_supply", 0.5), json!({"id": "b", "carrier": "diesel"})),
                ups(),
            ],
            vec![],
        ),
        (
            "fuel without unit",
            vec![
                row("grid_supply", 1.24),
                json!({"point": "generator_fuel", "carrier": "diesel", "monthly": vec![50_000.0; 12]}),
                ups(),
            ],
            vec![],
        ),
        (
            "fuel beside an output that is nothing",
            vec![
                row("grid_supply", 1.2),
                row("generator_output", 0.0),
                json!({"point": "generator_fuel", "carrier": "diesel", "unit": "l", "monthly": vec![1e6; 12]}),
                ups(),
            ],
            vec![],
        ),
        (
            "bought cooling times nothing",
            vec![
                row("grid_supply", 1.2),
                with(row("purchased_cooling", 0.3), json!({"carrier": "chilled_water", "id": "c"})),
                ups(),
            ],
            vec![meter("c", "purchased_cooling", json!({"carrier": "chilled_water", "factor": 0.0}))],
        ),
        (
            "a check meter of nobody",
            vec![with(row("grid_supply", 1.2), id("g")), with(row("grid_supply", 0.5), id("h")), ups()],
            vec![meter("g", "grid_supply", json!({})), meter("h", "grid_supply", json!({"check_of": "nobody"}))],
        ),
        (
            "a check meter of another point",
            vec![with(row("grid_supply", 1.2), id("g")), with(row("grid_supply", 0.5), id("h")), with(ups(), id("u"))],
            vec![
                meter("g", "grid_supply", json!({})),
                meter("h", "grid_supply", json!({"check_of": "u"})),
                meter("u", "ups_output", json!({})),
            ],
        ),
        (
            "cooling on a UPS that hangs on a switchboard",
            vec![
                with(row("grid_supply", 1.2), id("g")),
                with(row("other", 1.1), id("o")),
                with(ups(), id("u")),
                with(row("cooling", 0.3), id("c")),
            ],
            vec![
                meter("g", "grid_supply", json!({})),
                meter("o", "other", json!({"parent": "g"})),
                meter("u", "ups_output", json!({"parent": "o"})),
                meter("c", "cooling", json!({"parent": "u"})),
            ],
        ),
        (
            "cooling on a PDU",
            vec![
                with(row("grid_supply", 1.2), id("g")),
                with(row("pdu_output", 1.0), id("p")),
                with(row("cooling", 0.2), id("c")),
            ],
            vec![
                meter("g", "grid_supply", json!({})),
                meter("p", "pdu_output", json!({"parent": "g"})),
                meter("c", "cooling", json!({"parent": "p"})),
            ],
        ),
        (
            "IT of somebody else",
            vec![
                with(row("grid_supply", 3.2), id("g")),
                with(row("outside", 1.6), id("o")),
                with(ups(), id("u1")),
                with(row("ups_output", 0.4), id("u2")),
            ],
            vec![
                meter("g", "grid_supply", json!({})),
                meter("o", "outside", json!({"parent": "g"})),
                meter("u1", "ups_output", json!({"parent": "g"})),
                meter("u2", "ups_output", json!({"parent": "o"})),
            ],
        ),
        (
            "taken off twice",
            vec![
                with(row("grid_supply", 1.8), id("g")),
                with(row("export", 0.3), id("e")),
                with(row("outside", 0.3), id("o")),
                ups(),
            ],
            vec![
                meter("g", "grid_supply", json!({})),
                meter("e", "export", json!({"parent": "g"})),
                meter("o", "outside", json!({"parent": "e"})),
            ],
        ),
        (
            "a shared UPS in a row without id",
            vec![row("grid_supply", 1.2), ups()],
            vec![meter("u", "ups_output", json!({"share": 0.5}))],
        ),
        (
            "two shared UPS in a row without id",
            vec![row("grid_supply", 1.2), ups()],
            vec![meter("u", "ups_output", json!({"share": 0.5})), meter("v", "ups_output", json!({}))],
        ),
        (
            "cooling on a UPS whose row has no id",
            vec![row("grid_supply", 1.2), ups(), row("cooling", 0.3)],
            vec![meter("u", "ups_output", json!({})), meter("c", "cooling", json!({"parent": "u"}))],
        ),
        (
            "cooling on one of two UPS in a row without id",
            vec![row("grid_supply", 1.2), ups(), row("cooling", 0.3)],
            vec![
                meter("u", "ups_output", json!({})),
                meter("v", "ups_output", json!({})),
                meter("c", "cooling", json!({"parent": "u"})),
            ],
        ),
        (
            "two listed meters of one id",
            vec![with(row("grid_supply", 1.5), id("g")), ups()],
            vec![meter("g", "grid_supply", json!({"share": 0.8})), meter("g", "grid_supply", json!({}))],
        ),
        (
            "a listed supply that nobody speaks for",
            vec![with(row("grid_supply", 1.2), id("g")), ups()],
            vec![meter("g", "grid_supply", json!({})), meter("h", "grid_supply", json!({}))],
        ),
        (
            "nothing from February on",
            vec![with(row("grid_supply", 1.2), id("g")), with(ups(), id("u"))],
            vec![
                meter("g", "grid_supply", json!({"until": "2024-02-01"})),
                meter("u", "ups_output", json!({"until": "2024-02-01"})),
            ],
        ),
        (
            "meters that check each other",
            vec![
                with(row("grid_supply", 1.15), id("g")),
                with(row("grid_supply", 0.5), id("j")),
                with(row("grid_supply", 0.5), id("k")),
                ups(),
            ],
            vec![
                meter("g", "grid_supply", json!({})),
                meter("j", "grid_supply", json!({"check_of": "k"})),
                meter("k", "grid_supply", json!({"check_of": "j"})),
            ],
        ),
        (
            "hot water at the grid supply",
            vec![
                with(row("grid_supply", 1.2), id("a")),
                with(row("grid_supply", 0.3), json!({"id": "b", "carrier": "hot_water"})),
                ups(),
            ],
            vec![],
        ),
        (
            "two figures in one row",
            vec![with(row("grid_supply", 1.2), json!({"unit": "kWh", "monthly": vec![2.0 * IT; 12]})), ups()],
            vec![],
        ),
        (
            "electricity for the IT alone, the rest diesel",
            vec![row("grid_supply", 1.0), with(row("generator_fuel", 0.2), json!({"carrier": "diesel"})), ups()],
            vec![],
        ),
        ("a month in MWh", vec![months(&|months| months[3] /= 1000.0, 1.35), ups()], vec![]),
        ("a month of nothing", vec![months(&|months| months[3] = 0.0, 1.35), ups()], vec![]),
        ("a month below its IT energy", vec![months(&|months| months[11] = 0.5 * IT, 1.3), ups()], vec![]),
        ("the total in MWh", vec![row("grid_supply", 1.2e-3), ups()], vec![]),
        ("IT in Wh", vec![row("grid_supply", 1.2), row("ups_output", 1000.0)], vec![]),
    ];
    for (name, energy, meters) in cases {
        let audit = audit(energy, meters);
        assert_ne!(outcome(&audit, "pue-new-large"), "meets", "{name}: {:?} {:?}", audit.pue, audit.findings);
    }
    // And the plain case does.
    assert_eq!(outcome(&audit(vec![row("grid_supply", 1.2), ups()], vec![]), "pue-new-large"), "meets");
}

#[test]
fn too_much_on_the_ups_that_is_not_it() {
    let mut submission = good_submission();
    submission["facility"]["non_it_on_ups_share"] = json!(0.4);
    assert_eq!(outcome(&audit_json(submission.to_string().as_bytes(), &[]), "pue-new-large"), "undetermined");

    // A sub-meter settles it only if it shows the load: at most a tenth of the UPS output may be left without one.
    submission["facility"]["non_it_on_ups_share"] = json!(0.2);
    submission["facility"]["rated_it_kw"] = Value::Null;
    submission["declared"] = json!({});
    submission["meters"] =
        json!([meter("ups", "ups_output", json!({})), meter("fans", "cooling", json!({"parent": "ups"}))]);
    for (share, expected) in [(1e-6, "undetermined"), (0.0999, "undetermined"), (0.1, "meets")] {
        let fans = with(
            row("cooling", 0.0),
            json!({"id": "fans", "monthly_kwh": (0..12).map(|i| IT * share + f64::from(i % 2) - 0.5).collect::<Vec<_>>()}),
        );
        submission["energy"] = json!([row("grid_supply", 1.05), with(row("ups_output", 1.0), id("ups")), fans]);
        let audit = audit_json(submission.to_string().as_bytes(), &[]);
        assert_eq!(outcome(&audit, "pue-new-large"), expected, "{share}");
        let refused = audit.findings.iter().any(|finding| finding.code.as_str() == "pue.category_refused");
        assert_eq!(refused, expected != "meets");
        assert_eq!(audit.pue.as_ref().unwrap().category.is_none(), refused);
    }
}

/// Where the total is made small by what is said of one meter, a warning names that meter.
#[test]
fn a_small_factor_and_a_generator_that_gives_too_little_are_named() {
    let implausible = |energy: Vec<Value>, meters: Vec<Value>| -> Vec<String> {
        let findings = audit(energy, meters).findings;
        let named = findings.into_iter().filter(|finding| finding.code.as_str() == "meter.implausible");
        named.map(|finding| common::pointer(&finding)).collect()
    };
    let ups = || row("ups_output", 1.0);
    for (factor, expected) in [(0.019, true), (0.02, false), (0.25, false)] {
        let cooling = meter("cold", "purchased_cooling", json!({"carrier": "chilled_water", "factor": factor}));
        let cold = with(row("purchased_cooling", 1.0), json!({"carrier": "chilled_water", "id": "cold"}));
        let named = implausible(vec![row("grid_supply", 1.1), ups(), cold], vec![cooling]);
        assert_eq!(named, Vec::from_iter(expected.then_some("/meters/0/factor")), "{factor}");
    }
    // 0.1 of a month's IT energy in gas, 10.5 kWh/m3; the output is from 10 % of it to all of it.
    let fuel = |of: f64| {
        let cubic_metres = vec![IT * of / 10.5; 12];
        json!({"point": "generator_fuel", "carrier": "natural_gas", "id": "gas", "unit": "m3", "monthly": cubic_metres})
    };
    for (burnt, given, expected) in
        [(0.1, 0.0099, true), (0.1, 0.0101, false), (0.1, 0.04, false), (0.1, 0.101, true), (0.005, 0.0, false)]
    {
        let output = with(row("generator_output", given), id("gen"));
        let meters = || {
            let gas = json!({"carrier": "natural_gas", "unit": "m3"});
            vec![meter("gas", "generator_fuel", gas), meter("gen", "generator_output", json!({"parent": "gas"}))]
        };
        let named = implausible(vec![row("grid_supply", 1.1), ups(), fuel(burnt), output.clone()], meters());
        assert_eq!(named.len(), usize::from(expected), "{burnt} {given}: {named:?}");
        // The same if the fuel hangs on the output.
        let mut turned = meters();
        (turned[0]["parent"], turned[1]["parent"]) = (json!("gen"), Value::Null);
        assert_eq!(implausible(vec![row("grid_supply", 1.1), ups(), fuel(burnt), output], turned), named);
    }
}

/// A site of plain interval meters in Wuhan, new and large.
fn site(meters: Value) -> Site {
    let mut site = good_submission();
    for key in ["period", "energy", "declared"] {
        site.as_object_mut().unwrap().remove(key);
    }
    site["schema"] = json!("pue/site/1");
    site["facility"]["rated_it_kw"] = Value::Null;
    site["meters"] = meters;
    serde_json::from_value(site).unwrap()
}

fn verdict(site: &Site, readings: &Readings) -> String {
    let year = Period::year(2024, site.time_zone()).unwrap();
    let ledger = Ledger::build(site, readings, year).unwrap();
    let verdicts = packs::by_id("wuhan-2024").unwrap().judge(&ledger);
    // Shown if the test fails.
    println!("{} {:?}", verdicts[0], ledger.findings().iter().map(|finding| finding.to_string()).collect::<Vec<_>>());
    serde_json::to_value(verdicts[0].outcome).unwrap().as_str().unwrap().to_owned()
}

/// Daily intervals of 2024 with a value by day of the year; `None` is not there.
fn daily(site: &Site, value: impl Fn(i64) -> Option<f64>) -> Series {
    let start = Period::year(2024, site.time_zone()).unwrap().start();
    let day = 86_400_000;
    let rows: Vec<(i64, f64)> = (0..366).filter_map(|i| Some((start + i * day, value(i)?))).collect();
    Series::intervals(
        rows.iter().map(|row| row.0).collect(),
        rows.iter().map(|row| row.0 + day).collect(),
        rows.iter().map(|row| row.1).collect(),
    )
    .unwrap()
}

#[test]
fn a_hole_in_the_fuel_does_not_hide_bad_days() {
    let bad = 213..243;
    let site = site(json!([
        meter("g", "grid_supply", json!({})),
        meter("u", "ups_output", json!({})),
        meter("d", "generator_fuel", json!({"carrier": "diesel", "unit": "l"}))
    ]));
    let mut readings = Readings::default();
    readings.insert("g", daily(&site, |day| Some(if bad.contains(&day) { 2.2e5 } else { 1.2e5 })));
    readings.insert("u", daily(&site, |_| Some(1e5)));
    readings.insert("d", daily(&site, |day| (!bad.contains(&day)).then_some(0.0)));
    assert_eq!(verdict(&site, &readings), "fails");
    // And what the fuel may have been is bounded too.
    readings = Readings::default();
    readings.insert("g", daily(&site, |_| Some(1.24e5)));
    readings.insert("u", daily(&site, |_| Some(1e5)));
    readings.insert("d", daily(&site, |day| (!bad.contains(&day)).then_some(10.0)));
    assert_eq!(verdict(&site, &readings), "meets");
    // Of which nothing is known, nothing is decided.
    readings = Readings::default();
    readings.insert("g", daily(&site, |_| Some(1.24e5)));
    readings.insert("u", daily(&site, |_| Some(1e5)));
    assert_eq!(verdict(&site, &readings), "undetermined");
}

#[test]
fn a_sum_over_the_years_edge_is_not_a_year() {
    let register = |id: &str, point: &str| with(meter(id, point, json!({})), json!({"kind": "register"}));
    let site = site(json!([register("g", "grid_supply"), register("u", "ups_output")]));
    let year = |year: i16| Period::year(year, site.time_zone()).unwrap().start();
    let mut readings = Readings::default();
    readings.insert("g", Series::registers(vec![year(2023), year(2025)], vec![0.0, 72e6]).unwrap());
    readings.insert("u", Series::registers(vec![year(2024), year(2025)], vec![0.0, 30e6]).unwrap());
    assert_eq!(verdict(&site, &readings), "undetermined");
}

/// Without a stated capacity, the usual rate may be a wrong limit: what was read may have flowed.
#[test]
fn a_standby_supply_that_takes_over_is_not_lost() {
    let register = |id: &str, point: &str| with(meter(id, point, json!({})), json!({"kind": "register"}));
    let site = site(json!([register("a", "grid_supply"), register("b", "grid_supply"), register("u", "ups_output")]));
    let start = Period::year(2024, site.time_zone()).unwrap().start();
    let time: Vec<i64> = (0..=8784).map(|hour| start + hour * 3_600_000).collect();
    let dial = |kw: &dyn Fn(usize) -> f64| {
        let mut dial = 0.0;
        (0..=8784)
            .map(|hour| {
                let now = dial;
                dial += kw(hour);
                now
            })
            .collect::<Vec<f64>>()
    };
    let takes_over = |hour: usize| (5000..5720).contains(&hour);
    let mut readings = Readings::default();
    readings.insert(
        "a",
        Series::registers(time.clone(), dial(&|hour| if takes_over(hour) { 0.0 } else { 1240.0 })).unwrap(),
    );
    readings.insert(
        "b",
        Series::registers(time.clone(), dial(&|hour| if takes_over(hour) { 1600.0 } else { 2.0 })).unwrap(),
    );
    readings.insert("u", Series::registers(time, dial(&|_| 1000.0)).unwrap());
    assert_ne!(verdict(&site, &readings), "meets");
}

#[test]
fn a_capacity_that_the_readings_exceed_bounds_nothing() {
    let small = json!({"capacity_kw": 0.001});
    let site = site(json!([meter("g", "grid_supply", small.clone()), meter("u", "ups_output", small)]));
    let mut readings = Readings::default();
    for (id, kwh) in [("g", 1.2e5), ("u", 1e5)] {
        readings.insert(id, daily(&site, |day| (!(213..243).contains(&day)).then_some(kwh)));
    }
    assert_eq!(verdict(&site, &readings), "undetermined");
    let year = Period::year(2024, site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, year).unwrap();
    assert!(ledger.findings().iter().any(|finding| finding.code.as_str() == "meter.capacity"));
}

#[test]
fn a_part_beyond_the_ledger_is_unknown() {
    let site = site(json!([meter("g", "grid_supply", json!({})), meter("u", "ups_output", json!({}))]));
    let mut readings = Readings::default();
    readings.insert("g", daily(&site, |_| Some(1.2e5)));
    readings.insert("u", daily(&site, |_| Some(1e5)));
    let january = Period::month(2024, 1, site.time_zone()).unwrap();
    let year = Period::year(2024, site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, january).unwrap();
    let answer = Assessment::of_part(&ledger, &year, &Default::default());
    assert_ne!(outcome(&answer, "pue-new-large"), "meets");
    assert!(!answer.pue.unwrap().is_annual() && answer.coverage.unwrap().total < 0.1);
    let elsewhere = Period::year(2024, pue::period::time_zone("America/Denver").unwrap()).unwrap();
    assert!(Ledger::build(&site, &readings, elsewhere).is_err());
}

#[test]
fn a_forged_pack_does_not_take_the_place_of_the_published_one() {
    let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
    pack["requirements"][0]["check"]["annual_pue"]["limit"] = json!("9.99");
    let pack: Pack = serde_json::from_value(pack).unwrap();
    let mut submission = good_submission();
    submission["energy"] = json!([row("grid_supply", 1.9), row("ups_output", 1.0)]);
    submission["facility"]["rated_it_kw"] = Value::Null;
    let audit = audit_json(submission.to_string().as_bytes(), &[pack]);
    assert_ne!(outcome(&audit, "pue-new-large"), "meets");
    assert_eq!(audit.verdicts.iter().filter(|verdict| verdict.pack == "wuhan-2024").count(), 2);
    assert!(audit.findings.iter().any(|finding| finding.code.as_str() == "pack.other_content"));
}

/// Both ways to a verdict say the same.
#[test]
fn judging_and_assessing_agree() {
    let mut site_json =
        serde_json::to_value(site(json!([meter("g", "grid_supply", json!({})), meter("u", "ups_output", json!({}))])))
            .unwrap();
    site_json["facility"]["rated_it_kw"] = json!(10.0);
    let site: Site = serde_json::from_value(site_json).unwrap();
    let mut readings = Readings::default();
    readings.insert("g", daily(&site, |_| Some(1.2e5)));
    readings.insert("u", daily(&site, |_| Some(1e5)));
    assert_eq!(verdict(&site, &readings), "undetermined");
    let year = Period::year(2024, site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, year).unwrap();
    assert!(AnnualPue::of(&ledger).is_err());
    assert_eq!(outcome(&Assessment::of(&ledger, &Default::default()), "pue-new-large"), "undetermined");
}

#[test]
fn a_paper_that_lacks_something_keeps_the_grade_open() {
    let mut submission = good_submission();
    let mut second = submission["certificates"][0].clone();
    submission["certificates"][0]["level"] = json!("AAA");
    second["expires_on"] = Value::Null;
    submission["certificates"].as_array_mut().unwrap().push(second);
    let graded = |submission: &Value| outcome(&audit_json(submission.to_string().as_bytes(), &[]), "grade-new-large");
    assert_eq!(graded(&submission), "undetermined");
    submission["certificates"][1]["expires_on"] = json!("2026-01-01");
    assert_eq!(graded(&submission), "meets");
    submission["certificates"][1]["level"] = json!("AA");
    submission["certificates"][1]["expires_on"] = Value::Null;
    assert_eq!(graded(&submission), "fails");
}

/// Instants of the meters' readings and their dials, hour by hour of 2024 and beyond.
fn dials(start: i64, hours: impl Iterator<Item = i64>, kw: impl Fn(i64) -> f64, modulus: f64) -> Series {
    let (mut at, mut dial) = (-1000_i64, 0.0);
    let (mut time, mut value) = (Vec::new(), Vec::new());
    for hour in hours {
        while at < hour {
            dial += kw(at);
            at += 1;
        }
        time.push(start + hour * 3_600_000);
        value.push(dial % modulus);
    }
    Series::registers(time, value).unwrap()
}

#[test]
fn a_dial_that_may_have_turned_twice_decides_nothing() {
    let register = |id: &str, point: &str, kind: Value| {
        with(meter(id, point, json!({"capacity_kw": 10_000.0})), json!({"kind": kind}))
    };
    let small = json!({"register": {"modulus": 1e6}});
    let site = site(json!([
        register("a", "grid_supply", json!("register")),
        register("b", "grid_supply", small),
        register("u", "ups_output", json!("register"))
    ]));
    let year = Period::year(2024, site.time_zone()).unwrap();
    let months =
        || year.edges(pue::period::Granularity::Month).into_iter().map(|edge| (edge - year.start()) / 3_600_000);
    let mut readings = Readings::default();
    readings.insert("a", dials(year.start(), months(), |_| 3800.0, 1e12));
    readings.insert("b", dials(year.start(), months(), |_| 1800.0, 1e6));
    readings.insert("u", dials(year.start(), months(), |_| 4000.0, 1e12));
    assert_eq!(verdict(&site, &readings), "undetermined");
}

/// Honest sites, read in ordinary ways, are not stopped.
#[test]
fn ordinary_sites_get_their_verdict() {
    let register =
        |id: &str, point: &str| with(meter(id, point, json!({"capacity_kw": 6500.0})), json!({"kind": "register"}));
    let site =
        site(json!([register("g", "grid_supply"), register("u", "ups_output"), register("d", "generator_output")]));
    let start = Period::year(2024, site.time_zone()).unwrap().start();
    let read = |hours: &dyn Fn() -> Vec<i64>, it: &dyn Fn(i64) -> f64, generator: &dyn Fn(i64) -> f64| {
        let mut readings = Readings::default();
        readings.insert("g", dials(start, hours().into_iter(), |hour| it(hour) * 1.15 - generator(hour), 1e12));
        readings.insert("d", dials(start, hours().into_iter(), generator, 1e12));
        readings.insert("u", dials(start, hours().into_iter(), it, 1e12));
        verdict(&site, &readings)
    };
    let each = |step: i64, offset: i64| {
        move || (-40..8784 + 800).filter(|hour| (hour - offset) % step == 0).collect::<Vec<i64>>()
    };
    let none = |_: i64| 0.0;
    let steady = |_: i64| 5000.0;
    // Registers read at 08:00 every day, or once a month or so.
    assert_eq!(read(&each(24, 8), &steady, &none), "meets");
    assert_eq!(read(&each(730, 8), &steady, &none), "meets");
    // A generator that is tested for a minute a month, and once runs for hours.
    let generator = |hour: i64| {
        if (6000..6006).contains(&hour) {
            1200.0
        } else if hour % 720 == 10 {
            10.0
        } else {
            0.0
        }
    };
    assert_eq!(read(&each(1, 0), &steady, &generator), "meets");
    // A site that fills up in May, its registers read in the middle of months.
    let filling = |hour: i64| if hour < 2904 { 500.0 } else { 5000.0 };
    let middle =
        || (-40..8784 + 800).filter(|hour| hour % 730 == 365 || [0, 8784].contains(hour)).collect::<Vec<i64>>();
    assert_eq!(read(&middle, &filling, &none), "meets");
}

/// A slip is found though another carrier hides it in the sum of all, or another meter of the month reaches over its edges.
/// Racks beyond any power make no site large without a word.
#[test]
fn impossible_racks_are_named() {
    for (place, code, change) in [
        ("/declared/standard_racks", "declared.racks", json!(1e15)),
        ("/facility/racks/types", "racks.inconsistent", json!([{"count": 1_000_000_000, "rated_kw": 1e9}])),
    ] {
        let mut submission = good_submission();
        submission["declared"] = json!({});
        if place.starts_with("/declared") {
            submission["facility"]["racks"].as_object_mut().unwrap().remove("types");
            submission["declared"] = json!({"standard_racks": change});
        } else {
            submission["facility"]["racks"]["types"] = change.clone();
        }
        let findings = audit_json(submission.to_string().as_bytes(), &[]).findings;
        let named = |finding: &pue::Finding| finding.code.as_str() == code && common::pointer(finding) == place;
        assert!(findings.iter().any(named), "{change}: {findings:#?}");
    }
}

/// A method that leaves fuel out says nothing of what the site was given: only where all is counted is more than the total
/// too much.
#[test]
fn a_method_without_fuel_is_no_contradiction() {
    // 1.05 times the IT energy from the grid and 0.4 in gas, of which the UPS took 1.2 times, or 1.6.
    for (taken, method, warned) in
        [(1.2, Method::Iso30134, false), (1.2, Method::ElectricityOnly, false), (1.6, Method::Iso30134, true)]
    {
        let gas = json!({"point": "generator_fuel", "carrier": "natural_gas", "unit": "m3", "monthly": vec![IT * 0.4 / 10.5; 12]});
        let mut submission = good_submission();
        submission["energy"] = json!([row("grid_supply", 1.05), row("ups_input", taken), row("ups_output", 1.0), gas]);
        let submission = pue::Submission::from_json(submission.to_string().as_bytes()).unwrap();
        let assessment = Assessment::of(&submission.ledger().unwrap(), &Options::default().method(method));
        let is_warned = assessment.findings.iter().any(|finding| finding.code.as_str() == "meter.sum_check");
        assert_eq!(is_warned, warned, "{taken} {method:?}");
    }
}

/// A feeder that rests or carries all is no slip, also in a month of which the IT energy is missing.
#[test]
fn one_feeders_rest_is_no_slip() {
    let mut feeders = common::golden("submissions/clean/duty-and-standby-feeders.json");
    for row in feeders["energy"].as_array_mut().unwrap().iter_mut().filter(|row| row["point"] == "ups_output") {
        row["monthly_kwh"][3] = Value::Null;
    }
    let findings = audit_json(feeders.to_string().as_bytes(), &[]).findings;
    assert!(findings.iter().all(|finding| finding.code.as_str() != "energy.unit_slip"), "{findings:#?}");
}

#[test]
fn a_slip_in_one_month_is_found_beside_anything() {
    let months = |times: f64| -> Vec<f64> { (0..12).map(|month| IT * times + f64::from(month)).collect() };
    let feeder = |name: &str, values: Vec<f64>| json!({"id": name, "point": "grid_supply", "carrier": "electricity", "monthly_kwh": values});
    let mut slipped = months(0.26);
    slipped[6] /= 1000.0;
    let gas = json!({"point": "other", "carrier": "natural_gas", "unit": "m3", "monthly": months(0.2)});
    let ups = json!({"point": "ups_output", "carrier": "electricity", "monthly_kwh": months(1.0)});
    let whole = json!({"point": "ups_output", "carrier": "electricity", "total_kwh": IT * 12.0});
    for others in [vec![ups.clone(), gas], vec![ups], vec![whole]] {
        let rows = [vec![feeder("a", slipped.clone()), feeder("b", months(1.0))], others].concat();
        let audit = audit(rows, vec![]);
        assert!(
            audit.findings.iter().any(|finding| finding.code.as_str() == "energy.unit_slip"),
            "{:?}",
            audit.findings
        );
        assert_ne!(outcome(&audit, "pue-new-large"), "meets");
    }
}
