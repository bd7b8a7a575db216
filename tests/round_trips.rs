//! What serde writes it reads back the same.
#![cfg(feature = "json")]

mod common;

use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};
use proptest::{option::of, prelude::*, sample::select};
use pue::{
    Facility, Meter, Site,
    facility::{
        AirConditioning, Certificate, CertificateKind, ItCooling, Ladder, Level, Lifecycle, LifecycleKind, RackType,
        Racks, StandardRacks,
    },
    finding::Text,
    metering::{Absent, AccuracyClass, Carrier, Confirmed, Exchange, Integration, MeasurementPoint, MeterKind, Resets},
    period::time_zone,
    quantity::{ExactPower, Ratio, Unit},
};
use serde_json::{Value, json};

fn day() -> impl Strategy<Value = Date> {
    (0..40_000_i32).prop_map(|days| Date::constant(1950, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap())
}

fn ratio(most: i128) -> impl Strategy<Value = Ratio> {
    (any::<u64>(), 1..=1_000_000_i128, any::<bool>()).prop_map(move |(a, b, decimal)| {
        let of = if decimal { 1_000 } else { b };
        Ratio::new(i128::from(a) % (most * of + 1), of).unwrap()
    })
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9_-]{1,12}", "[ \\PC]{0,8}", Just("光谷 1 号".to_owned())]
}

fn zone() -> impl Strategy<Value = TimeZone> {
    prop_oneof![
        select(vec!["Asia/Shanghai", "America/Denver", "UTC", "Etc/GMT-8"]).prop_map(|name| time_zone(name).unwrap()),
        (-64_800..=64_800_i32).prop_map(|seconds| TimeZone::fixed(Offset::from_seconds(seconds).unwrap())),
    ]
}

fn power() -> impl Strategy<Value = ExactPower> {
    (1..=1_000_000_000_000_000_i64).prop_map(ExactPower::from_milliwatts)
}

prop_compose! {
    fn racks()(types in prop::collection::vec((0..10_000_u64, power()), 0..3), lost: bool, installed in of(0..9_999_u64), occupied in of(0..9_999_u64)) -> Racks {
        let types: Vec<RackType> = types.into_iter().map(|(count, rated)| RackType { count, rated }).collect();
        let types_lost = lost && types.is_empty();
        Racks { types, types_lost, installed, occupied }
    }
}

prop_compose! {
    fn lifecycle()(kind in of(select(vec![LifecycleKind::New, LifecycleKind::Rebuilt, LifecycleKind::Extended, LifecycleKind::Existing])), approved_on in of(day()), in_service_on in of(day())) -> Lifecycle {
        Lifecycle { kind, approved_on, in_service_on }
    }
}

prop_compose! {
    fn facility()(
        (id, zone, name, operator) in ("[A-Za-z0-9]{1,9}", zone(), of((words(), words())), of(words())),
        (region, of_zone, hub_node, lifecycle, racks) in (of(select(vec!["420100", "440300", "US-CO", "DE"])), of(words()), of(any::<bool>()), of(lifecycle()), of(racks())),
        (standard, rated_it, air, it_cooling, edge) in (of(ratio(100_000)), of(power()), of(select(vec![AirConditioning::Electric, AirConditioning::Absorption, AirConditioning::Other, AirConditioning::None])), of(select(vec![ItCooling::Air, ItCooling::Liquid, ItCooling::Mixed])), of(any::<bool>())),
        (design_pue, share, supply, climate, sector) in (of(ratio(9)), of(ratio(1)), of(any::<bool>()), of(words()), of(words())),
    ) -> Facility {
        let mut facility = Facility::new(id, zone);
        facility.name = name.map(|(zh, en)| Text::new(zh, en));
        facility.operator = operator;
        facility.region = region.map(|code| code.parse().unwrap());
        facility.zone = of_zone;
        facility.hub_node = hub_node;
        facility.lifecycle = lifecycle;
        facility.racks = racks;
        facility.declared_standard_racks = standard.and_then(|racks| StandardRacks::declared(racks.to_f64()));
        facility.rated_it = rated_it;
        facility.air_conditioning = air;
        facility.it_cooling = it_cooling;
        facility.edge = edge;
        facility.design_pue = design_pue;
        facility.non_it_on_ups_share = share;
        facility.independent_supply = supply;
        facility.climate = climate;
        facility.sector = sector;
        facility
    }
}

fn kind() -> impl Strategy<Value = (MeterKind, Unit)> {
    let resets = of(select(vec![Resets::Hour, Resets::Day, Resets::Month]));
    prop_oneof![
        (of(1e-3..1e12_f64), resets, select(vec![Unit::WattHour, Unit::KilowattHour, Unit::Gigajoule]))
            .prop_map(|(modulus, resets, unit)| (MeterKind::Register { modulus, resets }, unit)),
        select(vec![Unit::MegawattHour, Unit::Kilowatt]).prop_map(|unit| (MeterKind::Interval, unit)),
        select(vec![Unit::Watt, Unit::Megawatt]).prop_map(|unit| (MeterKind::Power, unit)),
    ]
}

fn instants(count: usize) -> impl Strategy<Value = Vec<Timestamp>> {
    prop::collection::btree_set(0..2_000_000_000_000_i64, 0..count)
        .prop_map(|all| all.into_iter().map(|ms| Timestamp::from_millisecond(ms).unwrap()).collect())
}

prop_compose! {
    fn meter()(
        (kind, unit) in kind(),
        point in select(vec![MeasurementPoint::GridSupply, MeasurementPoint::UpsOutput, MeasurementPoint::Cooling, MeasurementPoint::Other]),
        (multiplier, class, ct, capacity, gap) in (prop_oneof![Just(1.0), 1e-6..1e6_f64], of(select(vec![AccuracyClass::C02S, AccuracyClass::C1, AccuracyClass::B])), of(Just(AccuracyClass::C05)), of(power()), of(1..=86_400_u32)),
        (step, from, until, share, factor) in (any::<bool>(), of(day()), of(day()), of(ratio(1)), of(ratio(100))),
        (exchanges, dials, confirmed, why) in (instants(3), (0.0..1e9_f64, 0.0..1e9_f64, of(1e-3..1e3_f64)), instants(4), words()),
        (net, absent, on_change, offset) in (any::<bool>(), any::<bool>(), any::<bool>(), of(-1080..=1080_i32)),
    ) -> Meter {
        let mut meter = Meter::new("", point, kind, unit);
        meter.multiplier = multiplier;
        (meter.accuracy_class, meter.ct_class, meter.capacity, meter.max_gap_s) = (class, ct, capacity, gap);
        meter.integrate = if step { Integration::Step } else { Integration::Trapezoid };
        (meter.from, meter.until) = (from, until.filter(|until| from.is_none_or(|from| from < *until)));
        (meter.share, meter.factor) = (share, factor);
        if matches!(kind, MeterKind::Register { .. }) {
            meter.events = exchanges.into_iter().map(|at| Exchange { at, last: dials.0, first: dials.1, multiplier: dials.2 }).collect();
        }
        let pairs = confirmed.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        meter.confirmed = pairs.map(|(from, until)| Confirmed { from, until, why: format!("{why}.") }).collect();
        meter.net = net && point == MeasurementPoint::GridSupply;
        meter.absent = if absent && kind == MeterKind::Interval { Absent::Zero } else { Absent::Missing };
        meter.on_change = on_change && kind == MeterKind::Power;
        meter.utc_offset = offset.map(|minutes| Offset::from_seconds(minutes * 60).unwrap());
        meter.carrier = Carrier::Electricity;
        meter
    }
}

prop_compose! {
    fn certificate()(
        ladder in of(select(vec![Ladder::Green, Ladder::LowCarbon])), kind in of(select(vec![CertificateKind::Design, CertificateKind::Operation])),
        level in of(select(vec![Level::A, Level::AAAA, Level::AAAAA])), issuer in of(words()), number in of(words()), facility in of(words()),
        issued_on in of(day()), expires_on in of(day()),
    ) -> Certificate {
        Certificate { ladder, kind, level, issuer, number, facility, issued_on, expires_on }
    }
}

fn site() -> impl Strategy<Value = Site> {
    let meters = prop::collection::vec((meter(), any::<prop::sample::Index>()), 0..5);
    (facility(), meters, prop::collection::vec(certificate(), 0..3)).prop_map(|(facility, meters, certificates)| {
        let mut all: Vec<Meter> = Vec::new();
        for (i, (mut meter, parent)) in meters.into_iter().enumerate() {
            meter.id = format!("m{i}");
            meter.parent = (i > 0 && parent.index(3) > 0).then(|| format!("m{}", parent.index(i)));
            all.push(meter);
        }
        Site::new(facility, all, certificates).unwrap()
    })
}

proptest! {
    #![proptest_config(common::config())]

    /// Every field of a site, of whatever time zone.
    #[test]
    fn a_site_comes_back_the_same(site in site()) {
        let text = serde_json::to_string(&site).unwrap();
        let again: Site = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
        prop_assert_eq!(&again, &site);
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), text.as_str());
        // The lenient reader reads the same.
        prop_assert_eq!(&pue::read::site(text.as_bytes()).value.unwrap(), &site);
    }
}

/// The places of all values of a document.
fn places(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(parts) => parts.iter().for_each(|(key, part)| places(part, format!("{at}/{key}"), all)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| places(item, format!("{at}/{i}"), all)),
        _ => {}
    }
    all.push(at);
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        words().prop_map(Value::from),
        day().prop_map(|day| json!(day)),
        Just(json!([])),
        Just(json!({})),
    ]
}

proptest! {
    #![proptest_config(common::config())]

    /// Of submissions with anything at some places, the answer comes back to the byte; and of what could be read, the site.
    #[test]
    fn an_answer_to_anything_comes_back(changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 0..6), file: prop::sample::Index) {
        let all = submissions();
        let Ok(mut submission) = serde_json::from_slice::<Value>(&all[file.index(all.len())]) else { return Ok(()) };
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&submission, String::new(), &mut all);
            *submission.pointer_mut(&all[place.index(all.len())]).unwrap() = value;
        }
        let json = submission.to_string();
        let audit = pue::submission::audit_json(json.as_bytes(), &[]);
        comes_back::<pue::wire::Assessment<'_>>(&serde_json::to_string(&audit).unwrap());
        comes_back::<pue::wire::Brief<'_>>(&serde_json::to_string(&audit.brief()).unwrap());
        comes_back::<pue::wire::VerdictRecord>(&serde_json::to_string(&pue::assessment::VerdictRecord::of(&audit)).unwrap());
        if let Ok(submission) = pue::Submission::from_json(json.as_bytes()) {
            let site = submission.site();
            let text = serde_json::to_string(site).unwrap();
            prop_assert_eq!(&pue::read::site(text.as_bytes()).value.unwrap(), site, "{}", text);
        }
    }
}

/// Each enum with names on the wire is told and read in text by the same names.
#[test]
fn names_are_those_of_the_wire() {
    fn same<T>(all: &[&str])
    where
        T: std::str::FromStr + ToString + serde::Serialize + PartialEq + std::fmt::Debug,
        T::Err: std::fmt::Debug,
    {
        for name in all {
            let it: T = name.parse().unwrap();
            assert_eq!((it.to_string().as_str(), serde_json::to_value(&it).unwrap()), (*name, json!(name)));
            assert!(format!("{name}?").parse::<T>().is_err());
        }
    }
    same::<MeasurementPoint>(&["grid_supply", "ups_output", "purchased_cooling"]);
    same::<Carrier>(&["natural_gas", "chilled_water"]);
    same::<Unit>(&["kWh", "m3", "MW"]);
    same::<AccuracyClass>(&["0.5S", "B"]);
    same::<Level>(&["A", "AAAA"]);
    same::<LifecycleKind>(&["new", "existing"]);
    same::<pue::Code>(&["pack.invalid", "pue.no_it"]);
    same::<pue::Outcome>(&["meets", "not_applicable"]);
    same::<pue::Severity>(&["note", "error"]);
    same::<pue::kpi::Method>(&["iso-30134-2", "green-grid-2011"]);
    same::<pue::ledger::Estimate>(&["check-meter", "neighbouring-weeks"]);
    same::<pue::period::Granularity>(&["hour", "month"]);
    same::<pue::metering::ReadingKind>(&["register", "interval", "power"]);
    same::<pue::quantity::Relation>(&["at_most"]);
    same::<pue::facility::Scale>(&["super_large"]);
}

/// A zone that has no name to be found by is not written as another one.
#[test]
fn a_nameless_zone_is_not_written() {
    let facility = Facility::new("A", TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap());
    let site = Site::new(facility, Vec::new(), Vec::new()).unwrap();
    let error = serde_json::to_string(&site).unwrap_err().to_string();
    assert_eq!(error, "expected a time zone with an IANA name or a fixed offset, found another");
    let named = |zone: &str| {
        let site: Value = json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": zone}, "meters": []});
        serde_json::from_value::<Site>(site)
            .map(|site| serde_json::to_value(&site).unwrap()["facility"]["time_zone"].clone())
    };
    assert_eq!(named("+08:00").unwrap(), "+08:00");
    // RFC 3339 knows whole minutes: an instant is shown by those, and is the same.
    let zone = time_zone("-00:44:30").unwrap();
    let period = pue::Period::between(-272_330_130_000_i64, 0_i64, zone.clone()).unwrap();
    assert_eq!(pue::Period::parse(&period.to_string(), zone), Ok(period));
    for bad in ["CST-8", "+8", "+08:60", "+08:00:00:00", "+99:00", "08:00"] {
        assert!(named(bad).is_err(), "{bad}");
    }
}

/// The submissions of the corpus and of the examples.
fn submissions() -> Vec<Vec<u8>> {
    let folders = ["examples/data/submissions", "tests/golden/submissions/clean", "tests/golden/submissions/faulty"];
    let files = folders.into_iter().flat_map(|folder| std::fs::read_dir(common::path(folder)).unwrap());
    let files = files.map(|file| file.unwrap().path()).filter(|file| file.extension().is_some_and(|end| end == "json"));
    let all: Vec<Vec<u8>> = files.map(|file| std::fs::read(file).unwrap()).collect();
    assert!(all.len() > 60, "{}", all.len());
    all
}

fn comes_back<T: serde::Serialize + serde::de::DeserializeOwned>(sent: &str) {
    let read: T = serde_json::from_str(sent).unwrap_or_else(|error| panic!("{error} in {sent}"));
    assert_eq!(serde_json::to_string(&read).unwrap(), sent);
}

/// Every answer is read back as a type of `wire`, and written again byte for byte.
#[test]
fn answers_come_back_byte_for_byte() {
    use pue::{
        Submission,
        assessment::{Change, Options, VerdictRecord, WhatIf},
        quantity::ExactEnergy,
        submission::audit_json,
        wire,
    };
    fn text(value: &impl serde::Serialize) -> String {
        serde_json::to_string(value).unwrap()
    }
    for json in submissions() {
        let audit = audit_json(&json, &[]);
        comes_back::<wire::Assessment<'_>>(&text(&audit));
        comes_back::<wire::Brief<'_>>(&text(&audit.brief()));
        assert!(text(&audit.brief()).len() <= 1500, "{}", text(&audit.brief()));
        let record = VerdictRecord::of(&audit);
        comes_back::<wire::VerdictRecord>(&text(&record));
        comes_back::<wire::Record>(&text(&audit.record));
        comes_back::<Vec<wire::Finding>>(&text(&audit.findings));
        comes_back::<Vec<wire::Verdict>>(&text(&audit.verdicts));
        comes_back::<Vec<wire::Comparison>>(&text(&audit.comparisons));
        comes_back::<Option<wire::Retrofit>>(&text(&audit.retrofit));
        let Ok(submission) = Submission::from_json(&json) else { continue };
        let Ok(ledger) = submission.ledger() else { continue };
        let less = Change::LessOverhead(ExactEnergy::from_kwh(1e6).unwrap());
        let answer = WhatIf::new(&ledger, ledger.period(), &submission.options(Options::default()), &[less]);
        comes_back::<wire::WhatIf>(&text(&answer));
        let other = VerdictRecord::of(&submission.audit_by(&Options::default().without_default_packs()));
        comes_back::<Vec<wire::Changed>>(&text(&record.changes(&other)));
    }
}

/// An answer makes no checked value of the domain that could not be.
#[test]
fn an_answer_makes_nothing_unchecked() {
    for racks in ["-1", "1e30"] {
        assert!(serde_json::from_str::<StandardRacks>(racks).is_err(), "{racks}");
    }
    assert!(serde_json::from_str::<StandardRacks>("3040.5").is_ok());
}
