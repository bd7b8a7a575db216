//! Sum checks over the metering tree.

mod common;

use pue::{Ledger, Period, Readings, Site, metering::Series};

#[test]
fn meters_are_checked_against_each_other() {
    let golden = common::golden("tree.json");
    for case in golden["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let meters: Vec<_> = case["meters"].as_array().unwrap().iter().map(|meter| {
            serde_json::json!({"id": meter[0], "point": meter[1], "parent": meter[2], "accuracy_class": meter[3], "ct_class": meter[4], "check_of": meter[5], "kind": "interval", "unit": "kWh"})
        }).collect();
        let json = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": meters});
        let site: Site = serde_json::from_value(json).unwrap_or_else(|error| panic!("{name}: {error}"));
        let day = Period::parse("2024-01-01/2024-01-02", site.time_zone()).unwrap();
        let noon = day.start() + 12 * 3_600_000;
        let mut readings = Readings::default();
        for (id, kwh) in case["kwh"].as_object().unwrap() {
            let value = [0, 1].map(|half| kwh[half].as_f64().unwrap_or(f64::NAN)).to_vec();
            readings
                .insert(id.as_str(), Series::intervals(vec![day.start(), noon], vec![noon, day.end()], value).unwrap());
        }
        let ledger = Ledger::build(&site, &readings, day).unwrap();
        let findings = ledger.findings();
        let checks = findings.iter().filter(|finding| {
            let others = ["meter.no_readings", "meter.no_usual"];
            finding.code.as_str().starts_with("meter.") && !others.contains(&finding.code.as_str())
        });
        let codes: Vec<String> =
            checks.map(|finding| format!("{} {}", finding.code, finding.meter.as_deref().unwrap_or(""))).collect();
        let expected: Vec<String> =
            case["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        assert_eq!(codes, expected, "{name}");
    }
}
