//! The library in another program: what that program gives wrongly is refused, or named.
#![cfg(feature = "json")]

use pue::{
    Assessment, Code, Finding, Ledger, LedgerError, Pack, Period, Readings, Site, Submission,
    assessment::Options,
    ledger::{Histories, LedgerStream},
    metering::{Column, Quality, ReadingKind, Series},
    period::Granularity,
};
use serde_json::json;

const H: i64 = 3_600_000;

fn site(kind: &str, unit: &str) -> Site {
    let meter = |id: &str, point: &str| json!({"id": id, "point": point, "kind": kind, "unit": unit});
    let meters = [meter("grid", "grid_supply"), meter("ups", "ups_output")];
    serde_json::from_value(
        json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": meters}),
    )
    .unwrap()
}

fn day(site: &Site) -> Period {
    Period::parse("2024-01-01/2024-01-02", site.time_zone()).unwrap()
}

fn find(findings: &[Finding], code: Code) -> &Finding {
    findings.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{code} in {findings:?}"))
}

/// Columns of another length are no series, with whatever they are extended.
#[test]
fn unequal_columns_are_refused() {
    let told = |error: pue::metering::UnequalColumns| error.to_string();
    let (three, two) = (vec![0_i64, 1, 2], vec![1.0, 2.0]);
    assert_eq!(
        Series::power(three.clone(), two.clone()).map_err(told),
        Err("expected columns of one length, found time 3, value 2".to_owned())
    );
    assert_eq!(
        Series::intervals(three.clone(), vec![1, 2], two.clone()).map_err(told),
        Err("expected columns of one length, found start 3, end 2, value 2".to_owned())
    );
    let sound = || Series::registers(vec![0_i64, 1], two.clone()).unwrap();
    assert!(sound().with_known(vec![1]).is_err() && sound().with_revision(vec![1, 2, 3]).is_err());
    assert_eq!(
        sound().with_quality(vec![Quality::Estimated]).map_err(told),
        Err("expected columns of one length, found time 2, value 2, quality 1".to_owned())
    );
    assert!(Column::registers(&three, &two).is_err());
}

/// Readings of another kind than their meter's: all of them at once.
#[test]
fn readings_of_another_kind_are_refused() {
    let site = site("power", "kW");
    let mut readings = Readings::default();
    readings.insert("grid", Series::registers(vec![0_i64, H], vec![1.0, 2.0]).unwrap());
    readings.insert("ups", Series::power(vec![0_i64, H], vec![1.0, 2.0]).unwrap());
    readings.insert("ups", Series::intervals(vec![2 * H], vec![3 * H], vec![1.0]).unwrap());
    let error = Ledger::build(&site, &readings, day(&site)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected readings of the kind that their meter is, found register for meter \"grid\", whose kind is power; \
         interval for meter \"ups\", whose kind is power"
    );
    let LedgerError::Kinds(wrong) = error else { panic!("{error}") };
    assert_eq!((wrong[1].expected, wrong[1].found), (ReadingKind::Power, ReadingKind::Interval));
    let (time, value) = ([0, H], [1.0, 2.0]);
    let columns = [("ups", Column::intervals(&time, &time, &value).unwrap())];
    assert!(matches!(Ledger::of_columns(&site, &columns, day(&site), Granularity::Hour), Err(LedgerError::Kinds(_))));
}

/// Instants of another unit than milliseconds: what they were taken for, and what they look like.
#[test]
fn instants_of_another_unit_are_named() {
    let site = site("power", "kW");
    let day = day(&site);
    for (scale, unit) in [(1e-3, "seconds"), (1.0, ""), (1e3, "microseconds"), (1e6, "nanoseconds")] {
        let time: Vec<i64> = (0..=24).map(|hour| ((day.start() + hour * H) as f64 * scale) as i64).collect();
        let mut readings = Readings::default();
        for id in ["grid", "ups"] {
            readings.insert(id, Series::power(time.clone(), vec![100.0; 25]).unwrap());
        }
        let histories = Histories::by_capacity(&site);
        let mut stream = LedgerStream::new(site.clone(), day.clone(), Granularity::Hour, histories, 0).unwrap();
        time.iter().for_each(|at| stream.push("ups", *at, 100.0).unwrap());
        for findings in [Ledger::build(&site, &readings, day.clone()).unwrap().findings(), stream.now().findings()] {
            if unit.is_empty() {
                assert!(
                    findings
                        .iter()
                        .all(|one| one.code != Code::MeterNoReadings || one.meter.as_deref() == Some("grid"))
                );
                continue;
            }
            let finding = findings.iter().find(|one| one.code == Code::MeterNoReadings && one.found.is_some()).unwrap();
            let first = pue::period::rfc3339(time[0], day.zone());
            assert!(finding.found.as_ref().unwrap().en.starts_with(&first), "{finding}");
            assert_eq!(finding.advice.en, format!("the instants look like {unit}: give milliseconds since 1970"));
        }
    }
}

/// A timestamp is an instant, and stands for the same one.
#[test]
fn timestamps_are_instants() {
    let at: jiff::Timestamp = "2024-01-01T08:00:00.25+08:00".parse().unwrap();
    let by_timestamp = Series::registers(vec![at], vec![1.0]).unwrap();
    assert_eq!(by_timestamp, Series::registers(vec![1_704_067_200_250_i64], vec![1.0]).unwrap());
}

/// Why there is no PUE is said where it is said that there is none.
#[test]
fn what_leaves_no_pue_is_named_beside_it() {
    let site = site("power", "kW");
    let day = day(&site);
    let mut readings = Readings::default();
    let every = |hours: i64| (0..=24 / hours).map(|i| day.start() + i * hours * H).collect::<Vec<_>>();
    readings.insert("grid", Series::power(every(1), (0..=24).map(|i| 100.0 + f64::from(i)).collect()).unwrap());
    readings.insert("ups", Series::power(every(2), (0..=12).map(|i| 90.0 + f64::from(i)).collect()).unwrap());
    let answer = Assessment::new(&site, &readings, day.clone()).unwrap();
    let finding = find(&answer.findings, Code::PueNoIt);
    assert_eq!(
        finding.message.en,
        "no usable IT energy: ups power.gap ×12 (power samples too far apart; that stretch is not integrated)"
    );
    assert!(finding.advice.en.contains("max_gap_s") && finding.message.zh.contains("功率采样间隔过长"), "{finding}");
}

/// A person sees each finding once, in whatever files it was met.
#[cfg(feature = "csv")]
#[test]
fn a_finding_is_seen_once() {
    let site = site("register", "kWh");
    let mut readings = Readings::default();
    for file in ["a.csv", "b.csv"] {
        let text = "meter,time,value\nnobody,2024-01-01 00:00,1\ngrid,2024-01-01 00:00,\n";
        readings.extend(pue::read::csv(&site, file, text.as_bytes()).unwrap());
    }
    let findings = Ledger::build(&site, &readings, day(&site)).unwrap().findings();
    for code in [Code::ReadingUnknownMeter, Code::ReadingMissing] {
        let all: Vec<&Finding> = findings.iter().filter(|finding| finding.code == code).collect();
        assert_eq!((all.len(), all[0].count), (1, 2), "{findings:?}");
    }
}

/// What a pack written by hand can leave out, and a scope that is all of its regions.
#[test]
fn a_pack_by_hand_is_short() {
    let pack = json!({
        "schema": "pue/pack/1", "id": "own", "edition": "2026-01-01", "title": "own", "issuer": "own", "number": "1", "from": "2020-01-01",
        "requirements": [{
            "id": "pue", "scope": "always", "check": {"annual_pue": {"relation": "at_most", "limit": "1.30"}},
            "source": {"clause": "1", "basis": "official"},
        }],
    });
    let pack = Pack::from_json(pack.to_string().as_bytes()).unwrap();
    let json = include_bytes!("../examples/data/submissions/01-meets.json");
    let submission = Submission::from_json(json).unwrap();
    let audit = submission.audit_by(&Options::default().pack(pack).without_default_packs());
    let told: Vec<String> = audit.verdicts.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["own pue: meets: annual PUE 1.240 ≤ 1.30"]);
    assert_eq!(audit.record.packs, ["own@2026-01-01"]);
    assert_eq!(audit.record.settings["default_packs"], "off");
    #[cfg(feature = "report")]
    for lang in [pue::Lang::Zh, pue::Lang::En] {
        let report = pue::report::Report::new(&audit, lang, pue::report::Style::Text).to_string();
        assert!(!report.contains("wuhan-2024") && !report.contains("gb-40879"), "{report}");
    }
}

/// Conditions, checks and names that cannot be meant: each at its place.
#[test]
fn what_cannot_be_meant_is_no_pack() {
    let of = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut pack = serde_json::to_value(pue::packs::by_id("wuhan-2024").unwrap()).unwrap();
        pack["id"] = json!("own");
        change(&mut pack);
        let faults = Pack::from_json(pack.to_string().as_bytes()).err().map(|faults| faults.0).unwrap_or_default();
        faults.iter().map(|fault| fault.place.as_ref().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert!(of(&|_| {}).is_empty());
    for (scope, place) in [
        (json!({"occupancy": {"relation": "at_least", "limit": "70"}}), "/occupancy/limit"),
        (json!({"not": {"annual_pue": {"relation": "at_most", "limit": "0.5"}}}), "/not/annual_pue/limit"),
        (
            json!({"any": ["always", {"standard_racks": {"relation": "at_least", "limit": "-5"}}]}),
            "/any/1/standard_racks/limit",
        ),
        (json!({"years_in_service": {"at_least": -5}}), "/years_in_service/at_least"),
        (json!({"not": "always"}), "/not"),
        (json!({"day": {}}), "/day"),
        (json!({"zone": [""]}), "/zone"),
        (json!({"unclear": {"when": "always", "because": ""}}), "/unclear"),
        (json!({"occupancy": {"relation": "at_least", "limit": "0.5", "from": "2024-01-01"}}), ""),
    ] {
        let found = of(&|pack| pack["requirements"][0]["scope"] = scope.clone());
        assert_eq!(found, [format!("/requirements/0/scope{place}")], "{scope}");
    }
    type Change = fn(&mut serde_json::Value);
    let changes: [(Change, &str); 5] = [
        (|pack| pack["id"] = json!("a@b c"), "/id"),
        (|pack| pack["edition"] = json!("nonsense"), "/edition"),
        (|pack| pack["lapse"] = json!({"after": "2001-01-01", "note": "over"}), "/lapse/after"),
        (
            |pack| pack["requirements"][0]["check"] = json!({"annual_pue": {"relation": "less_than", "limit": "1"}}),
            "/requirements/0/check/annual_pue/limit",
        ),
        (
            |pack| pack["requirements"][0]["check"] = json!({"attested": {"what": ""}}),
            "/requirements/0/check/attested/what",
        ),
    ];
    for (change, place) in changes {
        assert_eq!(of(&change), [place]);
    }
    // By hand a scope can be nested without end; it is looked at no deeper than anybody means.
    let mut draft = pue::packs::by_id("wuhan-2024").unwrap().clone().into_draft();
    draft.requirements[0].scope =
        (0..2_000).fold(pue::rule::Scope::HubNode(true), |inner, _| pue::rule::Scope::Not(Box::new(inner)));
    assert_eq!(Pack::new(draft).unwrap_err().0.len(), 1);
}

/// An empty condition, or one that asks for nothing, is no way to a "meets".
#[test]
fn no_pack_judges_unchecked() {
    let mut pack = serde_json::to_value(pue::packs::by_id("wuhan-2024").unwrap()).unwrap();
    pack["id"] = json!("own");
    pack["requirements"][0]["scope"] = json!({"all": []});
    pack["requirements"][0]["check"]["annual_pue"]["limit"] = json!("9.9");
    let refused = serde_json::from_value::<Pack>(pack.clone()).unwrap_err().to_string();
    assert!(refused.contains("pack.invalid at /requirements/0/scope/all"), "{refused}");
    let faults = Pack::from_json(pack.to_string().as_bytes()).unwrap_err().0;
    assert_eq!(faults[0].expected.as_ref().unwrap().zh, "至少一个条件");
    // A fault of the shape in one part hides none in another.
    pack["requirements"][1]["nature"] = json!("strict");
    pack["requirements"][1]["check"] = json!({"grade": {"at_least": "B"}});
    pack["from"] = json!("someday");
    let faults = Pack::from_json(pack.to_string().as_bytes()).unwrap_err();
    let places: Vec<String> = faults.0.iter().map(|fault| fault.place.as_ref().unwrap().to_string()).collect();
    assert_eq!(places, ["/from", "/requirements/1/check", "/requirements/1/nature"], "{faults}");
}

/// Two statements of one thing that differ are named.
#[test]
fn racks_declared_twice_are_named() {
    let json = include_str!("../examples/data/submissions/01-meets.json");
    let mut submission: serde_json::Value = serde_json::from_str(json).unwrap();
    submission["declared"]["standard_racks"] = json!(3040);
    for (racks, is_named) in [(3040, false), (100, true)] {
        submission["facility"]["declared_standard_racks"] = json!(racks);
        let audit = pue::submission::audit_json(submission.to_string().as_bytes(), &[]);
        let place = "/facility/declared_standard_racks".parse().ok();
        let named = audit.findings.iter().find(|finding| finding.place == place);
        assert_eq!(named.map(|finding| finding.code), is_named.then_some(Code::DeclaredRacks), "{racks}");
    }
}
