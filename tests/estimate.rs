//! Estimation by named methods, and the methods by which carriers are counted.

mod common;

use proptest::prelude::*;
use pue::{
    Ledger, Period, Readings, Site,
    assessment::{Assessment, Options},
    kpi::{Boundary, MeasuredPue, Method},
    ledger::Estimate,
    metering::Series,
};

const H: i64 = 3_600_000;

fn site(kind: &str) -> Site {
    let unit = if kind == "power" { "kW" } else { "kWh" };
    let meter = |id: &str, point: &str| serde_json::json!({"id": id, "point": point, "kind": kind, "unit": unit, "capacity_kw": 1000.0});
    let mut check = meter("check", "grid_supply");
    check["check_of"] = "grid".into();
    serde_json::from_value(serde_json::json!({
        "schema": "pue/site/1", "facility": {"id": "A", "time_zone": "America/Denver"},
        "meters": [meter("grid", "grid_supply"), meter("ups", "ups_output"), check],
    }))
    .unwrap()
}

/// Eight weeks around the start of daylight saving; the hour of the week decides the energy.
fn readings(period: &Period, gone: &[(&str, std::ops::Range<i64>)]) -> Readings {
    let mut readings = Readings::default();
    for (id, scale) in [("grid", 1.25), ("ups", 1.0), ("check", 1.3)] {
        let kept: Vec<i64> = (0..(period.end() - period.start()) / H)
            .filter(|hour| !gone.iter().any(|(of, hours)| *of == id && hours.contains(hour)))
            .collect();
        let start: Vec<i64> = kept.iter().map(|hour| period.start() + hour * H).collect();
        let end = start.iter().map(|start| start + H).collect();
        let value = kept.iter().map(|hour| (100 + hour % 168) as f64 * scale).collect();
        readings.insert(id, Series::intervals(start, end, value).unwrap());
    }
    readings
}

fn kwh(ledger: &Ledger<'_>, period: &Period) -> (f64, f64, f64) {
    let measured = MeasuredPue::over(ledger, &Boundary::new(ledger.site(), None), period);
    let pue = measured.pue().unwrap();
    (pue.total().kwh(), pue.it().kwh(), measured.reported().coverage.estimated_share)
}

#[test]
fn each_method_fills_what_it_can() {
    let site = site("interval");
    let period = Period::parse("2024-01-01/2024-02-26", site.time_zone()).unwrap();
    let whole = readings(&period, &[]);
    let full = kwh(&Ledger::build(&site, &whole, period.clone()).unwrap(), &period);
    // Hour 1008 + 30: one hour. 1008 + 40 to 50: ten hours. Both in the seventh week.
    let gone = readings(&period, &[("grid", 1038..1039), ("ups", 1048..1058)]);
    let build = |methods: &[Estimate]| Ledger::build(&site, &gone, period.clone()).unwrap().estimate(methods);
    let of = |hour: i64| (100 + hour % 168) as f64;
    let ten: f64 = (1048..1058).map(of).sum();
    let none = kwh(&build(&[]), &period);
    // Without estimates both sums are of common time.
    assert!((none.1 - (full.1 - of(1038) - ten)).abs() < 1e-6 && none.2 == 0.0);
    // A line fills one hour, of the mean of its neighbours; not ten.
    let line = kwh(&build(&[Estimate::Linear]), &period);
    assert!((line.0 - (full.0 - ten * 1.25)).abs() < 1e-6, "{line:?}");
    assert!((line.2 - of(1038) * 1.25 / line.0).abs() < 1e-12);
    // The weeks before fill both.
    let weeks = kwh(&build(&[Estimate::NeighbouringWeeks]), &period);
    assert!((weeks.0 - full.0).abs() < 1e-6 && (weeks.1 - full.1).abs() < 1e-6, "{weeks:?}");
    // A check meter comes first, and measures what it measures.
    let check = kwh(&build(&Estimate::ALL), &period);
    assert!((check.0 - (full.0 + of(1038) * 0.05)).abs() < 1e-6, "{check:?}");
    let findings = build(&Estimate::ALL).findings();
    let made: Vec<&str> = findings
        .iter()
        .filter(|f| f.code.as_str() == "estimate.made")
        .map(|f| f.found.as_ref().unwrap().en.split_once(": ").unwrap().1)
        .collect();
    assert_eq!(made, ["check-meter ×1", "neighbouring-weeks ×1"]);
}

/// Fifty minutes without samples of power are never joined by a line.
#[test]
fn no_line_fills_a_gap_of_power() {
    let site = site("power");
    let period = Period::parse("2024-01-01/2024-01-02", site.time_zone()).unwrap();
    let mut readings = Readings::default();
    for id in ["grid", "ups"] {
        let minutes: Vec<i64> = (0..=144).map(|i| i * 10).filter(|m| id == "ups" || !(130..170).contains(m)).collect();
        let time = minutes.iter().map(|minute| period.start() + minute * 60_000).collect();
        readings.insert(
            id,
            Series::power(time, minutes.iter().map(|_| if id == "ups" { 80.0 } else { 100.0 }).collect()).unwrap(),
        );
    }
    let ledger = |methods: &[Estimate]| Ledger::build(&site, &readings, period.clone()).unwrap().estimate(methods);
    let grid = |methods: &[Estimate]| kwh(&ledger(methods), &period).0;
    assert_eq!(grid(&[Estimate::Linear]), grid(&[]));
    assert_eq!(ledger(&[Estimate::Linear]).meter("grid").unwrap().coverage(&period), 1.0 - 50.0 / 1440.0);
}

/// More than a tenth of the energy estimated: no annual value.
#[test]
fn the_gate_is_a_tenth() {
    let site = site("interval");
    let period = Period::year(2023, site.time_zone()).unwrap();
    let kind = |hours: i64| {
        // Spread over the year, so that no month is unknown and weeks before are there.
        let gone: Vec<(&str, std::ops::Range<i64>)> =
            (0..10).map(|i| ("grid", 900 + i * 780..900 + i * 780 + hours)).collect();
        let ledger = Ledger::build(&site, &readings(&period, &gone), period.clone())
            .unwrap()
            .estimate(&[Estimate::NeighbouringWeeks]);
        Assessment::of(&ledger, &Options::default()).pue.unwrap().value.kind()
    };
    assert_eq!(kind(80), "annual");
    assert_eq!(kind(95), "interim");
}

/// V4: the same fuel by four methods.
#[test]
fn v4_each_method_has_its_own_result() {
    let golden = common::golden("v04-fuel.json");
    let site: Site = serde_json::from_value(golden["site"].clone()).unwrap();
    let period = Period::year(2023, site.time_zone()).unwrap();
    let mut readings = Readings::default();
    for (id, amount) in golden["year"].as_object().unwrap() {
        readings.insert(
            id.as_str(),
            Series::intervals(vec![period.start()], vec![period.end()], vec![amount.as_f64().unwrap()]).unwrap(),
        );
    }
    let ledger = Ledger::build(&site, &readings, period.clone()).unwrap();
    for expect in golden["expect"].as_array().unwrap() {
        let name = expect["method"].as_str().unwrap();
        let method = Method::ALL.into_iter().find(|method| method.as_str() == name).unwrap();
        let measured = MeasuredPue::over(&ledger, &Boundary::by(method, &site, None), &period);
        let pue = measured.pue().unwrap();
        assert_eq!(measured.method(), method);
        assert_eq!(pue.total().kwh(), expect["total_kwh"].as_f64().unwrap(), "{name}");
        assert_eq!(pue.ratio().round(6).unwrap().to_string(), expect["pue_6_digits"], "{name}");
        assert_eq!(measured.electricity.pue.unwrap().total().kwh(), golden["year"]["utility"].as_f64().unwrap());
    }
}

/// A straight line over the edge of a week lies above the total of its hour: that is the line's fault and no meter's.
#[test]
fn an_estimate_contradicts_no_meter() {
    let site = site("interval");
    let period = Period::parse("2024-01-01/2024-02-26", site.time_zone()).unwrap();
    let readings = readings(&period, &[("ups", 504..505)]);
    let ledger = Ledger::build(&site, &readings, period.clone()).unwrap().estimate(&[Estimate::Linear]);
    let measured = MeasuredPue::over(&ledger, &Boundary::new(&site, None), &period);
    assert_eq!(measured.reported().coverage.common, 1.0);
    assert!(!measured.findings.iter().any(|finding| finding.code.as_str() == "meter.contradiction"));
}

proptest! {
    #![proptest_config(common::config())]

    /// Estimates change neither what is known nor what is possible, and stay within it.
    #[test]
    fn estimates_stay_within_the_bounds(gone in prop::collection::vec((0..3_usize, 0..1340_i64, 1..60_i64), 0..8)) {
        let site = site("interval");
        let period = Period::parse("2024-01-01/2024-02-26", site.time_zone()).unwrap();
        let gone: Vec<(&str, std::ops::Range<i64>)> = gone.into_iter().map(|(id, at, hours)| (["grid", "ups", "check"][id], at..at + hours)).collect();
        let readings = readings(&period, &gone);
        let boundary = Boundary::new(&site, None);
        let plain = Ledger::build(&site, &readings, period.clone()).unwrap();
        let known = MeasuredPue::over(&plain, &boundary, &period).electricity;
        let ledger = plain.clone().estimate(&Estimate::ALL);
        let filled = MeasuredPue::over(&ledger, &boundary, &period).electricity;
        prop_assert_eq!(known.bounds, filled.bounds);
        prop_assert_eq!((known.coverage.total, known.coverage.it), (filled.coverage.total, filled.coverage.it));
        prop_assert!(filled.coverage.common >= known.coverage.common);
        if filled.coverage.common == 1.0 {
            let value = filled.pue.unwrap().ratio();
            prop_assert!(filled.bounds.low.unwrap() <= value && value <= filled.bounds.high.unwrap());
        }
    }
}
