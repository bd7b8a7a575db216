//! Places where readings, files and parts of ledgers meet their limits.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

use pue::{
    Ledger, Period, Readings, Site,
    kpi::{Boundary, Course, MeasuredPue},
    ledger::{Histories, LedgerStream, Parcel, PartialLedger},
    metering::Series,
    period::Granularity,
};

const H: i64 = 3_600_000;

fn site(meters: &str) -> Site {
    let text = format!(
        r#"{{"schema": "pue/site/1", "facility": {{"id": "A", "time_zone": "Asia/Shanghai"}}, "meters": [{meters}]}}"#
    );
    pue::read::site(text.as_bytes()).value.unwrap()
}

const REGISTER: &str =
    r#"{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh", "capacity_kw": 500.0}"#;
const INTERVAL: &str = r#"{"id": "grid", "point": "grid_supply", "kind": "interval", "unit": "kWh"}"#;
const POWER: &str = r#"{"id": "grid", "point": "grid_supply", "kind": "power", "unit": "kW"}"#;

fn day(site: &Site) -> Period {
    Period::parse("2024-01-01/2024-01-02", site.time_zone()).unwrap()
}

fn codes(findings: &[pue::Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {}", finding.code, finding.count)).collect()
}

/// The same file, read at once and as a stream: the energies and what was found in the file.
fn both_ways(site: &Site, file: &str) -> (f64, Vec<String>) {
    let readings = pue::read::csv(site, "a.csv", file.as_bytes()).unwrap();
    let batch = Ledger::build(site, &readings, day(site)).unwrap();
    let histories = Histories::by_capacity(site);
    let mut stream =
        LedgerStream::new(site.clone(), day(site), Granularity::Hour, histories, LedgerStream::LATENESS_MS).unwrap();
    stream.read_csv("a.csv", file.as_bytes()).unwrap();
    let stream = stream.now();
    let energy = |ledger: &Ledger<'_>| ledger.meter("grid").unwrap().energy().kwh();
    assert_eq!(energy(&batch), energy(&stream));
    (energy(&batch), codes(readings.findings()))
}

/// A quote that is never closed costs its own line, wherever the file is cut to be read.
#[test]
fn an_open_quote_costs_one_line() {
    let site = site(REGISTER);
    for padding in [0, 8, 12] {
        let mut file = format!("meter,time,value\n\"grid{},2024-01-01 00:00,100\n", "x".repeat(padding));
        let mut rows = 0;
        while file.len() < 35 << 20 {
            file.push_str("grid,2024-01-01 00:00,123456.25\n");
            rows += 1;
        }
        let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
        let values = readings.get("grid").unwrap().column().value();
        assert_eq!(values.len(), rows);
        assert!(values.iter().all(|value| *value == 123_456.25));
        assert_eq!(codes(readings.findings()), ["csv.row 1"]);
    }
}

#[test]
fn known_hours_are_of_intervals_only() {
    let file = "meter,time,value,known_h\ngrid,2024-01-01 00:00,100,1\ngrid,2024-01-01 01:00,200,\n";
    assert_eq!(both_ways(&site(REGISTER), file), (100.0, vec![]));
    let file = "meter,time,value,known_h\ngrid,2024-01-01 00:00,100,1\ngrid,2024-01-01 00:30,100,2\n";
    assert_eq!(both_ways(&site(POWER), file), (50.0, vec![]));
}

#[test]
fn more_hours_than_the_interval_has_reject_it_either_way() {
    let file = "meter,start,end,value,known_h\ngrid,2024-01-01 00:00,2024-01-01 01:00,100,1\ngrid,2024-01-01 01:00,2024-01-01 02:00,50,2\n";
    assert_eq!(both_ways(&site(INTERVAL), file), (100.0, vec!["csv.value 1".to_owned()]));
}

#[test]
fn a_comma_within_quotes_belongs_to_the_id() {
    let meter =
        |id: &str, point: &str| REGISTER.replace("\"grid\"", &format!("\"{id}\"")).replace("grid_supply", point);
    let site = site(&format!("{},{}", meter("grid,1", "grid_supply"), meter("grid 1", "cooling")));
    let file = "meter,time,value\n\"grid,1\",2024-01-01 00:00,100\n\"grid,1\",2024-01-01 01:00,200\n";
    let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
    assert_eq!(readings.iter().map(|(id, series)| (id, series.len())).collect::<Vec<_>>(), [("grid,1", 2)]);
}

/// Bytes that are no UTF-8 are read as GB18030 where they stand; what is UTF-8 stays so, wherever a file is cut.
#[test]
fn one_bad_row_does_not_spoil_the_others() {
    let site = site(&REGISTER.replace("\"grid\"", "\"市电\""));
    for rows in [10, 40_000] {
        let good = "市电,2024-01-01 00:00,1\n".repeat(rows);
        let file =
            [b"meter,time,value\n", good.as_bytes(), b"x\xff\xff,2024-01-01 00:00,1\n", good.as_bytes()].concat();
        let readings = pue::read::csv(&site, "a.csv", file.as_slice()).unwrap();
        assert_eq!(readings.len(), 2 * rows);
        assert!(codes(readings.findings()).contains(&"csv.encoding 1".to_owned()));
    }
}

#[test]
fn lines_before_the_header_and_within_it_are_counted() {
    let file = "\n\n\"meter\n\",time,value\ngrid,2024-01-01 00:00,one\n";
    let readings = pue::read::csv(&site(REGISTER), "a.csv", file.as_bytes()).unwrap();
    assert_eq!(readings.findings()[0].line, Some(5));
}

/// Parts of which nothing was known in advance still see an interval that overlaps those of another part.
#[test]
fn long_intervals_are_seen_across_parts() {
    let site = site(INTERVAL);
    let start = day(&site).start();
    let hours = [(0, 1, 100.0), (1, 10, 900.0), (5, 6, 101.0), (6, 7, 102.0), (7, 8, 103.0), (12, 13, 104.0)];
    let column = |pick: fn(&(i64, i64, f64)) -> i64| hours.iter().map(|row| start + pick(row) * H).collect();
    let mut readings = Readings::default();
    readings.insert(
        "grid",
        Series::intervals(column(|row| row.0), column(|row| row.1), hours.iter().map(|row| row.2).collect()).unwrap(),
    );
    let histories = Histories::by_capacity(&site);
    let part =
        |window| PartialLedger::build(&site, &readings, day(&site), Granularity::Hour, &histories, window).unwrap();
    let merged = part(i64::MIN..start + 4 * H).merge(part(start + 4 * H..i64::MAX)).unwrap().close();
    assert_eq!(merged.meter("grid").unwrap().energy().kwh(), 204.0);
    assert_eq!(Ledger::build(&site, &readings, day(&site)).unwrap().meter("grid").unwrap().energy().kwh(), 204.0);
}

/// Nothing bounds what lies outside of the ledger.
#[test]
fn a_part_beyond_the_ledger_has_no_bounds() {
    let site =
        site(&format!("{REGISTER},{}", REGISTER.replace("\"grid\"", "\"ups\"").replace("grid_supply", "ups_output")));
    let period = |text: &str| Period::parse(text, site.time_zone()).unwrap();
    let month = period("2024-01");
    let mut readings = Readings::default();
    for (id, kwh) in [("grid", 1300.0), ("ups", 1000.0)] {
        readings.insert(id, Series::registers(vec![month.start(), month.end()], vec![0.0, kwh]).unwrap());
    }
    let ledger = Ledger::build(&site, &readings, month.clone()).unwrap();
    let bounds = |part: &Period| MeasuredPue::over(&ledger, &Boundary::new(&site, None), part).electricity.bounds;
    assert!(bounds(&month).exact);
    let beyond = bounds(&period("2024"));
    assert_eq!((beyond.low, beyond.high, beyond.exact), (None, None, false));
    // Rolling years are of whole months.
    let part = period("2022-12-15/2024-03-01");
    let boundary = Boundary::new(&site, None);
    assert_eq!(Course::new(&ledger, &boundary, &part).rolling_year().len(), 3);
}

#[test]
fn the_ends_of_time_are_nobodys_readings() {
    let site = site(REGISTER);
    for at in [i64::MIN, i64::MAX] {
        let mut stream =
            LedgerStream::new(site.clone(), day(&site), Granularity::Hour, Histories::by_capacity(&site), 0).unwrap();
        stream.push("grid", at, 5.0).unwrap();
        let mut readings = Readings::default();
        readings.insert("grid", Series::registers(vec![at], vec![5.0]).unwrap());
        let (stream, batch) = (stream.now(), Ledger::build(&site, &readings, day(&site)).unwrap());
        assert_eq!(codes(&stream.findings()), codes(&batch.findings()));
        assert_eq!(stream.meter("grid").unwrap().readings(), (1, stream.meter("grid").unwrap().readings().1));
    }
}

/// What no readings can lead to is refused, or adds up without overflow.
#[test]
fn parcels_that_were_tampered_with_do_not_overflow() {
    let part = |site: &Site, from: i64, until: i64, at: i64, change: &dyn Fn(String) -> String| {
        let mut readings = Readings::default();
        readings.insert("grid", Series::power(vec![at], vec![777.0]).unwrap());
        let histories = Histories::by_capacity(site);
        let part =
            PartialLedger::build(site, &readings, day(site), Granularity::Hour, &histories, from..until).unwrap();
        let text = change(serde_json::to_string(&part.to_parcel()).unwrap());
        let parcel: Parcel = serde_json::from_str(&text).unwrap();
        PartialLedger::from_parcel(site, parcel).map(|part| part.close().meter("grid").unwrap().readings().0)
    };
    let power = site(POWER);
    let start = day(&power).start();
    let huge = |text: String| text.replace("777000000", &(1_i128 << 100).to_string());
    assert!(part(&power, start, start + H, start, &huge).is_err());
    let rows = |text: String| text.replace("\"rows\":1", &format!("\"rows\":{}", u64::MAX));
    assert_eq!(part(&power, start, start + H, start, &rows), Ok(u64::MAX));
}

/// A stamp at the ends of time among real ones, in order or not, is counted and overflows nothing.
#[test]
fn stamps_out_of_range_among_real_ones_do_not_overflow() {
    let site = site(REGISTER);
    let start = day(&site).start();
    for real in [start, -600_000_000_000] {
        for wild in [i64::MIN, i64::MAX] {
            for time in [vec![real, real + H, wild], vec![wild, real, real + H], vec![real, wild, real + H]] {
                let mut readings = Readings::default();
                readings.insert("grid", Series::registers(time.clone(), vec![1.0, 2.0, 3.0]).unwrap());
                let found = codes(&Ledger::build(&site, &readings, day(&site)).unwrap().findings());
                let strays =
                    found.iter().any(|code| code == "reading.outside_period 1" || code.starts_with("reading.out"));
                assert!(strays, "{time:?}: {found:?}");
            }
        }
    }
}

/// Samples of power that are too far apart: how far, how far they may be, and where the first hole is, also in one line.
/// Samples hours apart, joined because `max_gap_s` says so: what was used between them is bounded by what the load usually does.
#[test]
fn samples_far_apart_are_bounded_by_the_load() {
    let site = |gap: u32| -> Site {
        let meters = POWER.replace("\"kind\": \"power\"", &format!("\"kind\": \"power\", \"max_gap_s\": {gap}"));
        assert_ne!(meters, POWER);
        self::site(&meters)
    };
    // A load that swings within every day, and is sampled every so many minutes.
    let load = |minute: i64| {
        300.0 + 100.0 * (minute as f64 / 1440.0 * std::f64::consts::TAU).sin() + 50.0 * (minute as f64 / 47.0).sin()
    };
    let days = 60;
    let truth: f64 = (0..days * 1440).map(|minute| (load(minute) + load(minute + 1)) / 120.0).sum();
    for (minutes, is_far) in [(30, false), (60, false), (240, true), (360, true)] {
        let site = site(8 * 3600);
        let period = Period::parse("2024-01-01/2024-03-01", site.time_zone()).unwrap();
        let stamps: Vec<i64> = (0..=days * 1440 / minutes).map(|i| i * minutes).collect();
        let mut readings = Readings::default();
        let time = stamps.iter().map(|minute| period.start() + minute * 60_000).collect();
        readings.insert("grid", Series::power(time, stamps.iter().map(|&minute| load(minute)).collect()).unwrap());
        let ledger = Ledger::build(&site, &readings, period).unwrap();
        let book = ledger.meter("grid").unwrap();
        let (least, most) = (book.least().kwh(), book.most().unwrap().kwh());
        let sparse = ledger.findings().into_iter().find(|finding| finding.code.as_str() == "power.sparse");
        assert_eq!((least < most, sparse.is_some()), (is_far, is_far), "{minutes}");
        assert_eq!(book.coverage(ledger.period()), 1.0, "{minutes}");
        if let Some(sparse) = sparse {
            assert!(least < truth && truth < most, "{minutes}: {least} {truth} {most}");
            assert_eq!(sparse.count as i64, days * 1440 / minutes);
        }
    }
}

#[test]
fn a_gap_between_samples_says_how_long_it_is() {
    let site = site(POWER);
    let file = "meter,time,value\ngrid,2024-01-01 00:00,3\ngrid,2024-01-01 01:00,3\ngrid,2024-01-01 02:10,3\n";
    let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
    let findings = Ledger::build(&site, &readings, day(&site)).unwrap().findings();
    let gap = findings.iter().find(|finding| finding.code.as_str() == "power.gap").unwrap();
    let (found, expected) = (gap.found.as_ref().unwrap(), gap.expected.as_ref().unwrap());
    assert_eq!((&*found.zh, &*found.en, &*expected.en, gap.count), ("3600 s", "3600 s", "≤ 1800 s", 2));
    let line = gap.to_string();
    assert!(line.contains("(grid)") && line.contains("2024-01-01T00:00:00+08:00") && line.contains("× 2"), "{line}");
}
