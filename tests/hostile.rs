//! Bad input: a finding or an error, never a panic, never a "meets" that rests on it.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{bytes, good_submission, outcome, pointers};
use proptest::prelude::*;
use pue::{Site, submission::audit_json};
use serde_json::{Value, json};

/// What the PUE rule does not need: it may stand though these are spoilt, with a finding.
fn is_beside_the_point(pointer: &str) -> bool {
    [
        "/facility/name",
        "/facility/operator",
        "/facility/zone",
        "/facility/hub_node",
        "/facility/time_zone",
        "/facility/racks/installed",
        "/facility/racks/occupied",
        "/facility/rated_it_kw",
        "/facility/air_conditioning",
        "/facility/it_cooling",
        "/facility/edge",
        "/facility/id",
        "/facility/lifecycle/approved_on",
        "/facility/lifecycle/in_service_on",
        "/energy/2",
        "/declared",
        "/certificates",
    ]
    .iter()
    .any(|prefix| pointer.starts_with(prefix))
}

#[test]
fn no_spoilt_field_ends_in_meets() {
    let mut good = good_submission();
    // Declared standard racks would stand in for the rack list, and the verdict would say so.
    good["declared"].as_object_mut().unwrap().remove("standard_racks");
    let mut places = Vec::new();
    pointers(&good, "", &mut places);
    assert!(places.len() > 60);
    let spoilt = [
        Value::Null,
        json!("NaN"),
        json!("1.24"),
        json!(-1),
        json!(1e308),
        json!({}),
        json!([]),
        json!([null]),
        json!(true),
        json!("\u{202e}"),
    ];
    for place in &places {
        for value in &spoilt {
            let mut submission = good.clone();
            *submission.pointer_mut(place).unwrap() = value.clone();
            let audit = audit_json(submission.to_string().as_bytes(), &[]);
            let changed_nothing = good.pointer(place) == Some(value);
            // At a grid supply electricity goes without saying.
            let goes_without_saying = place.ends_with("/carrier") && value.is_null();
            if changed_nothing || goes_without_saying || is_beside_the_point(place) {
                continue;
            }
            assert_ne!(outcome(&audit, "pue-new-large"), "meets", "{place} = {value}");
        }
        // Taken away altogether.
        if let Some((parent, key)) = place.rsplit_once('/') {
            let mut submission = good.clone();
            if let Some(map) = submission.pointer_mut(parent).and_then(Value::as_object_mut) {
                map.remove(key);
                let audit = audit_json(submission.to_string().as_bytes(), &[]);
                let goes_without_saying = place.ends_with("/carrier");
                if !is_beside_the_point(place) && !goes_without_saying {
                    assert_ne!(outcome(&audit, "pue-new-large"), "meets", "{place} taken away");
                }
            }
        }
    }
}

#[test]
fn no_spoilt_certificate_counts() {
    let good = good_submission();
    for key in ["ladder", "kind", "level", "facility", "issued_on", "expires_on"] {
        for value in [Value::Null, json!("?"), json!(4), json!([])] {
            let mut submission = good.clone();
            submission["certificates"][0][key] = value;
            let audit = audit_json(submission.to_string().as_bytes(), &[]);
            assert_eq!(outcome(&audit, "grade-new-large"), "undetermined", "{key}");
        }
    }
    // Two unknown sites are not the same site.
    let mut submission = good;
    submission["facility"]["id"] = Value::Null;
    submission["certificates"][0]["facility"] = json!("");
    assert_eq!(outcome(&audit_json(submission.to_string().as_bytes(), &[]), "grade-new-large"), "undetermined");
}

#[test]
fn a_submission_cut_anywhere_is_refused_with_its_place() {
    let whole = good_submission().to_string();
    for length in 0..whole.len() {
        let audit = audit_json(&whole.as_bytes()[..length], &[]);
        assert!(audit.verdicts.is_empty() && audit.pue.is_none());
        let finding = &audit.findings[0];
        assert!(
            finding.code.as_str() == "json.syntax" && finding.line.is_some() && finding.column.is_some(),
            "{length}: {finding}"
        );
    }
}

#[test]
fn duplicate_keys_are_not_used() {
    let text = good_submission().to_string();
    for (key, again) in [
        ("\"region\":", "\"region\":\"420100\","),
        ("\"energy\":", "\"energy\":[],"),
        ("\"kind\":\"new\"", "\"kind\":\"existing\","),
    ] {
        let spoilt = text.replacen(key, &format!("{again}{key}"), 1);
        let audit = audit_json(spoilt.as_bytes(), &[]);
        assert_ne!(outcome(&audit, "pue-new-large"), "meets", "{key}");
        assert!(audit.findings.iter().any(|finding| finding.code.as_str() == "json.duplicate_key"), "{key}");
    }
}

#[test]
fn a_lost_meter_keeps_the_sum_from_being_trusted() {
    let mut submission = good_submission();
    let second = json!({"id": "b", "point": "gird_supply", "carrier": "electricity", "monthly_kwh": vec![1e6; 12]});
    submission["energy"].as_array_mut().unwrap().push(second);
    let audit = audit_json(submission.to_string().as_bytes(), &[]);
    assert_eq!(outcome(&audit, "pue-new-large"), "undetermined");
    assert!(audit.findings.iter().any(|finding| finding.code.as_str() == "meter.unusable"));
}

#[test]
fn deep_and_long_documents_are_survived() {
    let deep = "[".repeat(100_000);
    assert_eq!(audit_json(deep.as_bytes(), &[]).findings[0].code.as_str(), "json.syntax");
    let deep = format!("{}1{}", "{\"a\":".repeat(120), "}".repeat(120));
    assert_eq!(audit_json(deep.as_bytes(), &[]).findings[0].code.as_str(), "json.schema");
    let mut site: Value = serde_json::from_slice(&bytes("examples/data/wuhan/site.json")).unwrap();
    let meter = |i: usize| json!({"id": format!("m{i}"), "point": "cooling", "kind": "power", "unit": "kW", "parent": format!("m{}", i + 1)});
    site["meters"] = (0..50_000).map(meter).collect();
    let read = pue::read::site(site.to_string().as_bytes()).value.unwrap();
    assert_eq!(read.meters().len(), 50_000);
    // A tree that deep is no tree; so many places of one fault are told apart, the rest are counted.
    assert!(read.findings().iter().any(|finding| finding.code.as_str() == "meter.value"));
    let many: String = (0..5000).map(|i| format!("\"k{i}\":1,")).collect();
    let audit = audit_json(format!("{{{many}\"schema\":\"pue/submission/1\",\"facility\":{{}}}}").as_bytes(), &[]);
    let unknown: Vec<u64> = audit
        .findings
        .iter()
        .filter(|finding| finding.code.as_str() == "json.unknown_field")
        .map(|f| f.count)
        .collect();
    assert_eq!((unknown.len(), unknown.iter().sum::<u64>()), (1000, 5000));
}

/// A register with its current transformer reversed, each second of a day: every reading looks ahead over the rest.
#[test]
fn a_register_that_runs_backwards_is_survived() {
    let meter = json!([{"id": "m", "point": "grid_supply", "kind": "register", "unit": "kWh", "capacity_kw": 100.0}]);
    let site: Site = serde_json::from_value(
        json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "UTC"}, "meters": meter}),
    )
    .unwrap();
    let day = pue::Period::parse("2024-01-01/2024-01-02", site.time_zone()).unwrap();
    let time: Vec<i64> = (0..86_400).map(|second| day.start() + second * 1000).collect();
    let value = (0..86_400).map(|second| 1e6 - f64::from(second)).collect();
    let mut readings = pue::Readings::default();
    readings.insert("m", pue::metering::Series::registers(time, value).unwrap());
    let ledger = pue::Ledger::build(&site, &readings, day).unwrap();
    let step = ledger.findings().into_iter().find(|finding| finding.code.as_str() == "register.step").unwrap();
    assert_eq!(step.count, 86_399);
}

#[test]
fn faulty_sites_name_all_their_faults() {
    let site = json!({
        "schema": "pue/site/1",
        "facility": {"id": "A", "time_zone": "Mars/Olympus", "region": "Wuhan", "racks": {"types": [{"count": 10, "rated_kw": 5.0}], "installed": 20, "occupied": 30}},
        "meters": [
            {"id": "a", "point": "grid_supply", "kind": "register", "unit": "kVA"},
            {"id": "b", "point": "grid_supply", "kind": "register", "unit": "kWh"},
            {"id": "b", "point": "grid_supply", "kind": "register", "unit": "kWh"},
            {"id": "c", "point": "cooling", "kind": "power", "unit": "kWh"},
            {"id": "d", "point": "cooling", "kind": "power", "unit": "kW", "parent": "e"},
            {"id": "e", "point": "cooling", "kind": "power", "unit": "kW", "parent": "d"},
            {"id": "f", "point": "cooling", "kind": "power", "unit": "kW", "parent": "nobody", "multiplier": -1.0},
        ]
    });
    let read = pue::read::site(site.to_string().as_bytes()).value.unwrap();
    let found: Vec<(String, String)> =
        read.findings().iter().map(|finding| (finding.code.to_string(), common::pointer(finding))).collect();
    for expected in [
        ("facility.time_zone", "/facility/time_zone"),
        ("facility.region", "/facility/region"),
        ("racks.inconsistent", "/facility/racks/occupied"),
        ("racks.inconsistent", "/facility/racks/installed"),
        ("meter.unit", "/meters/0/unit"),
        ("meter.duplicate_id", "/meters/1/id"),
        ("meter.duplicate_id", "/meters/2/id"),
        ("meter.unit", "/meters/3/unit"),
        ("meter.cycle", "/meters/4/parent"),
        ("meter.cycle", "/meters/5/parent"),
        ("meter.value", "/meters/6/multiplier"),
    ] {
        assert!(found.contains(&(expected.0.to_owned(), expected.1.to_owned())), "{expected:?} is not in {found:#?}");
    }
    assert!(serde_json::from_value::<Site>(site).is_err());
}

#[test]
fn local_times_and_dates_that_do_not_exist_are_findings() {
    let site = json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "America/Denver"}, "meters": [{"id": "m", "point": "grid_supply", "kind": "register", "unit": "kWh"}]});
    let site: Site = serde_json::from_value(site).unwrap();
    let file = "meter,time,value\nm,2024-02-29 00:00,1\nm,2023-02-29 00:00,1\nm,2024-03-10 02:30,2\nm,2024-11-03 01:30,3\nm,2024-11-03T01:30:00-06:00,3\nm,2024-11-03T01:30:00-07:00,4\nm,20240101,5\nm,2024-01-01,5\nm,2024-01-01 24:00,5\n";
    let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
    // 24:00 is the next day's beginning.
    assert_eq!(readings.len(), 4);
    let found: Vec<(&str, u64, u64)> = readings
        .findings()
        .iter()
        .map(|finding| (finding.code.as_str(), finding.line.unwrap(), finding.count))
        .collect();
    assert_eq!(found, [("csv.time", 3, 3), ("time.ambiguous", 5, 1), ("time.nonexistent", 4, 1)]);
}

#[test]
fn files_of_every_dress_are_read() {
    let site = json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [
        {"id": "表1", "point": "grid_supply", "kind": "register", "unit": "kWh"}, {"id": "b", "point": "cooling", "kind": "interval", "unit": "kWh"}]});
    let site: Site = serde_json::from_value(site).unwrap();
    let read = |file: &[u8]| pue::read::csv(&site, "a.csv", file).unwrap();
    assert_eq!(read("\u{feff}meter,time,value\r\n表1,2024-01-01 00:00,1\r\n".as_bytes()).len(), 1);
    let gb = [b"meter,time,value\n\xb1\xed1,2024-01-01 00:00,1\n".as_slice()].concat();
    let readings = read(&gb);
    assert_eq!((readings.len(), readings.findings()[0].code.as_str()), (1, "csv.encoding"));
    let wide =
        read("time,表1,b,unknown\n2024-01-01 00:00,1,5,1\n2024-01-01 01:00,,6,1\n2024-01-01 02:00,3,-,1\n".as_bytes());
    assert_eq!(wide.len(), 6);
    assert_eq!(wide.findings()[0].code.as_str(), "reading.unknown_meter");
    assert_eq!(read("facility_id,meter_id,timestamp,value\nA,表1,2024-01-01T00:00:00+08:00,1\nB,表1,2024-01-01T00:00:00+08:00,2\n".as_bytes()).len(), 1);
    assert_eq!(
        read(
            "meter,start,end,value,known_h\nb,2024-01-01 00:00,2024-01-01 01:00,5,0.5\n表1,,2024-01-01 01:00,7,\n"
                .as_bytes()
        )
        .len(),
        2
    );
    for (bad, column) in [
        ("meter,time,value\n表1,2024-01-01 00:00,\"1,000\"\n", 3),
        ("meter,time,value\n表1,2024-01-01 00:00,0x10\n", 3),
        ("meter,time,value\n表1,yesterday,1\n", 2),
    ] {
        let readings = read(bad.as_bytes());
        assert_eq!((readings.len(), readings.findings()[0].column), (0, Some(column)), "{bad}");
    }
    for hopeless in ["", "\n", "a,b,c\n1,2,3\n", "time\n2024-01-01 00:00\n", "meter,value\n"] {
        assert!(pue::read::csv(&site, "a.csv", hopeless.as_bytes()).is_err(), "{hopeless:?}");
    }
}

#[test]
fn nothing_usable_gives_no_pue_and_says_why() {
    let site: Site = serde_json::from_slice(&bytes("examples/data/esif/site.json")).unwrap();
    let row =
        |meter: &str, value: &str| format!("{meter},2024-01-01T00:00:00-07:00,2025-01-01T00:00:00-07:00,{value}\n");
    for (total, it, code) in [
        ("NaN", "NaN", "pue.no_total"),
        ("100", "NaN", "pue.no_it"),
        ("100", "0", "pue.it_zero"),
        ("100", "200", "pue.below_one"),
        ("100", "inf", "pue.no_it"),
        ("-5", "1", "pue.no_total"),
    ] {
        let file = format!("meter,start,end,value\n{}{}", row("facility", total), row("it", it));
        let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
        let answer =
            pue::Assessment::new(&site, &readings, pue::Period::year(2024, site.time_zone()).unwrap()).unwrap();
        assert!(answer.pue.is_none(), "{total} {it}");
        assert!(answer.findings.iter().any(|finding| finding.code.as_str() == code), "{code}: {:?}", answer.findings);
    }
    // Equal energies: shown, and not believed.
    let file = format!("meter,start,end,value\n{}{}", row("facility", "100"), row("it", "100"));
    let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
    let answer = pue::Assessment::new(&site, &readings, pue::Period::year(2024, site.time_zone()).unwrap()).unwrap();
    assert!(answer.pue.is_some() && answer.findings[0].code.as_str() == "pue.exactly_one");
}

/// So many meters as fit in a document, and more: an answer in bounded time, or a refusal that says why.
#[test]
fn a_million_meters_are_refused() {
    let submission = |count: usize| {
        let meters: Vec<String> = (0..count)
            .map(|i| {
                let parent = (i * 7 + 1) % count;
                format!(r#"{{"id":"m{i}","point":"lighting","kind":"interval","unit":"kWh","parent":"m{parent}"}}"#)
            })
            .collect();
        let mut submission = good_submission();
        submission["meters"] = json!("METERS");
        submission.to_string().replace("\"METERS\"", &format!("[{}]", meters.join(",")))
    };
    let codes = |audit: &pue::Assessment| -> Vec<&str> {
        audit.findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code.as_str()).collect()
    };
    let million = audit_json(submission(1_000_000).as_bytes(), &[]);
    assert_eq!((codes(&million), million.verdicts.len()), (vec!["json.too_large"], 0));
    let audit = audit_json(submission(150_000).as_bytes(), &[]);
    assert_eq!(codes(&audit), ["json.too_large"]);
    assert_eq!(outcome(&audit, "pue-new-large"), "undetermined");
    // All of them in circles.
    let audit = audit_json(submission(20_000).as_bytes(), &[]);
    assert!(codes(&audit).contains(&"meter.cycle"), "{:?}", codes(&audit).first());
    assert!(audit.findings.len() < 5_000);
    // A list of nothing but numbers, and one list in another.
    let numbers = format!("[{}0]", "0,".repeat(5_000_000));
    assert_eq!(codes(&audit_json(numbers.as_bytes(), &[])), ["json.syntax"]);
}

#[test]
fn ids_that_are_not_what_they_look_like_are_named() {
    for id in [
        "WH\u{200b}-0101",
        "WН-0101",
        "WH-0101 ",
        "WH-０101",
        "WH\n-0101",
        "\u{202e}1010-HW",
        "WH-0101\u{0}",
        // A variation selector, a Hangul filler, a blank of another width, a joiner, all Cyrillic, bold letters, a dash.
        "WH\u{fe0f}-0101",
        "WH\u{3164}-0101",
        "WH\u{a0}-0101",
        "WH-01\u{34f}01",
        "ВН-0101",
        "𝐖𝐇-0101",
        "WH–0101",
        "WH\u{115f}-0101",
        "WH\u{2800}0101",
        "WH\u{2003}0101",
        "ΑΒ-1",
    ] {
        let mut submission = good_submission();
        submission["facility"]["id"] = json!(id);
        submission["certificates"][0]["facility"] = json!(id);
        let audit = audit_json(submission.to_string().as_bytes(), &[]);
        let places: Vec<String> = audit
            .findings
            .iter()
            .filter(|finding| finding.code.as_str() == "id.suspicious")
            .map(common::pointer)
            .collect();
        assert_eq!(places, ["/certificates/0/facility", "/facility/id"], "{id:?}");
    }
    for id in [
        "武汉-1",
        "Ουράνιο",
        "Москва-1",
        "WH_0101.a/b",
        "É-1",
        "東京１号",
        "机房（A）区",
        "café 2",
        "Łódź-2",
        "İstanbul",
        "서울-1",
        "データセンター1",
        "数据中心·一期",
        "Zürich/DC 3",
        "हैदराबाद-2",
    ] {
        let mut submission = good_submission();
        submission["facility"]["id"] = json!(id);
        submission["certificates"][0]["facility"] = json!(id);
        let audit = audit_json(submission.to_string().as_bytes(), &[]);
        assert!(!audit.findings.iter().any(|finding| finding.code.as_str() == "id.suspicious"), "{id:?}");
    }
}

const NAMES: [&str; 3] = ["register", "interval", "power"];

proptest! {
    #![proptest_config(common::config())]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in any::<prop::sample::Index>(), splice in prop::collection::vec(any::<u8>(), 0..6)) {
        let _ = audit_json(&bytes, &[]);
        let site: Site = serde_json::from_slice(&common::bytes("examples/data/esif/site.json")).unwrap();
        let _ = pue::read::csv(&site, "a.csv", bytes.as_slice());
        // A good file with a few strange bytes in it.
        let mut file = common::bytes("examples/data/esif/readings.csv");
        let at = cut.index(file.len());
        file.splice(at..at, splice.iter().copied());
        if let Ok(readings) = pue::read::csv(&site, "a.csv", file.as_slice()) {
            let year = pue::Period::year(2020, site.time_zone()).unwrap();
            prop_assert!(pue::Assessment::new(&site, &readings, year).is_ok());
        }
        let mut submission = good_submission().to_string().into_bytes();
        let at = cut.index(submission.len());
        submission.splice(at..at, splice);
        let _ = audit_json(&submission, &[]);
    }

    /// Columns of any content: a result, never a panic.
    #[test]
    fn any_columns_are_survived(rows in prop::collection::vec((any::<i64>(), any::<i64>(), prop_oneof![any::<f64>(), 0.0..1e13]), 0..60), kind in 0..3_u8) {
        let meters = json!([{"id": "m", "point": "grid_supply", "kind": NAMES[kind as usize], "unit": if kind == 2 { "MW" } else { "GWh" }, "multiplier": 1e3, "max_gap_s": 86_400}]);
        let site: Site = serde_json::from_value(json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": meters})).unwrap();
        let near = |at: i64| if at % 3 == 0 { 1_704_067_200_000 + at % 400_000_000 } else { at };
        let (start, (end, value)): (Vec<i64>, (Vec<i64>, Vec<f64>)) = rows.iter().map(|&(start, end, value)| (near(start), (near(end), value))).unzip();
        let mut readings = pue::Readings::default();
        let series = match kind {
            1 => pue::metering::Series::intervals(start, end, value),
            2 => pue::metering::Series::power(end, value),
            _ => pue::metering::Series::registers(end, value),
        };
        readings.insert("m", series.unwrap());
        let period = pue::Period::parse("2024-01-01/2024-02-01", site.time_zone()).unwrap();
        let _ = serde_json::to_string(&pue::Assessment::new(&site, &readings, period).unwrap()).unwrap();
    }
}

/// A stray quote makes one record of many lines: all of them are counted, none is lost without a word.
#[cfg(all(feature = "csv", feature = "json"))]
#[test]
fn lines_within_stray_quotes_are_counted() {
    let site = r#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [{"id": "g", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#;
    let site: pue::Site = serde_json::from_str(site).unwrap();
    let mut text = "meter,time,value\ng,2024-01-01 00:00,100\ng,2024-01-01 01:00,\"200\n".to_owned();
    (2..20).for_each(|hour| text += &format!("g,2024-01-01 {hour:02}:00,{hour}00\n"));
    text += "g,2024-01-01 20:00,2000\"\ng,2024-01-01 21:00,2100\n";
    let readings = pue::read::csv(&site, "a.csv", text.as_bytes()).unwrap();
    let lost: Vec<(pue::Code, u64, Option<u64>)> =
        readings.findings().iter().map(|finding| (finding.code, finding.count, finding.line)).collect();
    assert_eq!(lost, [(pue::Code::CsvValue, 20, Some(3))]);
}

/// Two columns that could be the value, the time or the meter: neither is taken.
#[cfg(all(feature = "csv", feature = "json"))]
#[test]
fn rival_columns_are_an_error() {
    let site = r#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [{"id": "g", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#;
    let site: pue::Site = serde_json::from_str(site).unwrap();
    for (header, rivals) in [
        ("meter,time,value,reading", "value, reading"),
        ("meter,time,value,Value", "value, Value"),
        ("meter,time,timestamp,value", "time, timestamp"),
        ("meter,meter_id,time,value", "meter, meter_id"),
        ("time,timestamp,g", "time, timestamp"),
    ] {
        let error =
            pue::read::csv(&site, "a.csv", format!("{header}\ng,2024-01-01 00:00,1,2\n").as_bytes()).unwrap_err();
        let finding = error.to_finding();
        assert_eq!((finding.code, &*finding.found.unwrap().en), (pue::Code::CsvHeader, rivals), "{header}");
        assert!(error.to_string().contains(rivals), "{error}");
    }
}

/// A file of two bytes a character is named as such.
#[cfg(all(feature = "csv", feature = "json"))]
#[test]
fn utf_16_is_named() {
    let site = r#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [{"id": "g", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#;
    let site: pue::Site = serde_json::from_str(site).unwrap();
    let wide = |text: &str, big: bool| -> Vec<u8> {
        let of = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(of).collect()
    };
    for big in [false, true] {
        let readings = wide("meter,time,value\ng,2024-01-01 00:00,1\n", big);
        let error = pue::read::csv(&site, "a.csv", &readings[..]).unwrap_err();
        assert!(error.to_string().contains("UTF-16") && error.to_finding().message.zh.contains("UTF-16"), "{error}");
        let audit = audit_json(&wide(&good_submission().to_string(), big), &[]);
        let codes: Vec<&str> = audit.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["json.syntax"]);
        assert!(audit.findings[0].message.en.contains("UTF-16"), "{:?}", audit.findings);
    }
}
