//! Files that are not ours, by presets and mappings.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{bytes, path, text};
use pue::{
    Assessment, Period, Readings, Site,
    read::{
        self,
        import::{ImportError, Mapping, presets},
    },
};
use serde_json::{Value, json};

fn site(json: Value) -> Site {
    serde_json::from_value(json).unwrap()
}

/// A site of meters in a zone.
fn site_of(zone: &str, meters: &[(&str, &str, &str)]) -> Site {
    let meters: Vec<Value> = meters
        .iter()
        .enumerate()
        .map(|(i, (id, kind, unit))| json!({"id": id, "point": if i == 0 { "grid_supply" } else { "ups_output" }, "kind": kind, "unit": unit}))
        .collect();
    site(json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": zone}, "meters": meters}))
}

fn mapping(json: Value) -> Mapping {
    Mapping::from_json(json.to_string().as_bytes()).unwrap()
}

/// Start (where there is one), end, value of each reading of a meter.
fn rows(readings: &Readings, meter: &str) -> Vec<(Option<i64>, i64, f64)> {
    let Some(series) = readings.get(meter) else { return Vec::new() };
    let column = series.column();
    let start = |i: usize| column.start().get(i).copied();
    (0..series.len()).map(|i| (start(i), column.time()[i], column.value()[i])).collect()
}

fn codes(readings: &Readings) -> Vec<&str> {
    readings.findings().iter().map(|finding| finding.code.as_str()).collect()
}

/// What a case looks like where it comes from says the same as our own file of it.
#[test]
fn cases_as_they_are_exported() {
    let mut read = 0;
    for entry in std::fs::read_dir(path("tests/golden/cases")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let file = |name: &str| folder.join(name);
        if !file("as_exported.csv").is_file() {
            continue;
        }
        let site = site(serde_json::from_slice(&std::fs::read(file("site.json")).unwrap()).unwrap());
        let mapping = Mapping::from_json(&std::fs::read(file("map.json")).unwrap())
            .unwrap_or_else(|faults| panic!("{name}: {faults}"));
        let exported = std::fs::read(file("as_exported.csv")).unwrap();
        let exported = read::mapped(&site, &mapping, "as_exported.csv", exported.as_slice()).unwrap();
        assert!(exported.findings().is_empty(), "{name}: {:?}", exported.findings());
        let own = std::fs::read(file("readings.csv")).unwrap();
        let own = read::csv(&site, "readings.csv", own.as_slice()).unwrap();
        for (meter, series) in exported.iter() {
            let (exported, own) = (rows(&exported, meter), rows(&own, meter));
            assert!(series.len() >= 12, "{name}");
            for (row, own) in exported.iter().zip(&own).filter(|(row, _)| !row.2.is_nan()) {
                assert_eq!(row.2, own.2, "{name}");
                // Our own files of these two have the ends as they were written: included.
                let included = name.starts_with("13") || name.starts_with("14");
                // This excerpt is of the same hours by the clock of UTC.
                let later = if name.starts_with("22") { 8 * 3_600_000 } else { 0 };
                let own = (own.0, own.1 + later, own.2);
                assert!(row.0 == own.0 && (row.1 == own.1 || included && row.1 > own.1), "{name}: {row:?} {own:?}");
            }
        }
        if exported.iter().count() == 2 {
            let expected: Value = serde_json::from_slice(&std::fs::read(file("expected.json")).unwrap()).unwrap();
            let period = Period::parse(expected["period"].as_str().unwrap(), site.time_zone()).unwrap();
            let pue = Assessment::new(&site, &exported, period).unwrap().pue.unwrap();
            assert_eq!(pue.total().kwh(), expected["total_kwh"].as_f64().unwrap());
            assert_eq!(pue.it().kwh(), expected["it_kwh"].as_f64().unwrap());
        }
        read += 1;
    }
    assert_eq!(read, 6);
}

/// The presets of which this build has the format.
fn read_here() -> impl Iterator<Item = &'static str> {
    presets::NAMES.iter().copied().filter(|name| cfg!(feature = "greenbutton") || *name != "greenbutton")
}

/// Each preset reads its sample, which has the layout's own oddities, to the same kilowatt-hours.
#[test]
fn presets_read_their_samples() {
    let expected: Value = serde_json::from_str(&text("tests/golden/imports/expected.json")).unwrap();
    for name in read_here() {
        let case = &expected[name];
        let file = case["file"].as_str().unwrap_or_else(|| panic!("{name}: no sample"));
        let mut own = case["map"].clone();
        (own["schema"], own["extends"]) = ("pue/import/1".into(), (*name).into());
        let zone = case["zone"].as_str().unwrap();
        let site = site_of(zone, &[("grid", case["kind"].as_str().unwrap(), case["unit"].as_str().unwrap())]);
        let mapping =
            Mapping::from_json(own.to_string().as_bytes()).unwrap_or_else(|faults| panic!("{name}: {faults}"));
        let readings = read::mapped(&site, &mapping, file, bytes(&format!("tests/golden/imports/{file}")).as_slice());
        let readings = readings.unwrap_or_else(|error| panic!("{name}: {error}"));
        let told = |at: i64| pue::period::rfc3339(at, &site.time_zone());
        let found: Vec<Value> = rows(&readings, "grid")
            .into_iter()
            .map(|(start, end, value)| json!([start.map(told), told(end), (!value.is_nan()).then_some(value)]))
            .collect();
        assert_eq!(json!(found), case["readings"], "{name}: {:#?}", readings.findings());
        assert_eq!(presets::like(&bytes(&format!("tests/golden/imports/{file}"))), Some(name));
        assert_eq!(
            json!(codes(&readings)),
            *case.get("codes").unwrap_or(&json!([])),
            "{name}: {:#?}",
            readings.findings()
        );
    }
}

/// All that is wrong with a mapping, at once.
#[test]
fn a_mapping_tells_all_its_faults() {
    let wrong = json!({
        "schema": "pue/import/2", "dialect": {"delimiter": "ab".chars().next(), "decimal": ",", "thousands": ",", "encoding": "klingon"},
        "layout": "wide", "time": {"columns": ["t", ""], "start": ["s"], "format": "%H:%M", "zone": "Mars", "marks": "instant", "minutes": 0},
        "columns": {"a": {"meter": ""}, "b": {"meter": "grid", "unit": "kW", "factor": 0.0}}, "value": {"quantity": "energy"},
        "skip": [{"column": "", "is": "x"}], "quality": {"map": {}},
    });
    let faults = Mapping::from_json(wrong.to_string().as_bytes()).unwrap_err();
    let mut places: Vec<String> = faults.0.iter().map(|fault| fault.place.as_ref().unwrap().to_string()).collect();
    places.sort();
    assert_eq!(
        places,
        [
            "/columns/a/meter",
            "/columns/b/factor",
            "/columns/b/unit",
            "/dialect/delimiter",
            "/dialect/encoding",
            "/dialect/thousands",
            "/quality/column",
            "/schema",
            "/skip/0/column",
            "/time",
            "/time/columns/1",
            "/time/marks",
            "/time/minutes",
            "/time/year",
            "/time/zone",
        ]
    );
    for (wrong, said) in [
        (&b"{"[..], "EOF"),
        (br#"{"schema": "pue/import/1", "titel": 1}"#, "titel"),
        (br#"{"schema": "pue/import/1", "extends": "nobody"}"#, "nobody"),
    ] {
        let faults = Mapping::from_json(wrong).unwrap_err();
        assert!(faults.to_string().contains(said), "{faults}");
    }
}

/// A feed without links has one type for all its blocks, wherever it stands; with a second one nobody knows which counts.
#[cfg(feature = "greenbutton")]
#[test]
fn green_button_without_links() {
    let entry = |content: &str| format!("<entry><content>{content}</content></entry>");
    let of_type = |power: i32| {
        entry(&format!("<ReadingType><powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>72</uom></ReadingType>"))
    };
    let block = entry(
        "<IntervalBlock><IntervalReading><timePeriod><duration>900</duration><start>1709251200</start></timePeriod><value>5</value></IntervalReading></IntervalBlock>",
    );
    let map = mapping(json!({"schema": "pue/import/1", "extends": "greenbutton", "meter": {"is": "grid"}}));
    let site = site_of("UTC", &[("grid", "interval", "kWh")]);
    let read = |entries: &[&str]| {
        let file = format!("<feed>{}</feed>", entries.concat());
        read::mapped(&site, &map, "a.xml", file.as_bytes())
    };
    for entries in [[&of_type(3) as &str, &block], [&block, &of_type(3)]] {
        let readings = read(&entries).unwrap();
        assert_eq!((rows(&readings, "grid")[0].2, codes(&readings).len()), (5.0, 0));
    }
    assert_eq!(codes(&read(&[&of_type(3), &block, &of_type(0)]).unwrap()), ["import.unit"]);
    assert!(matches!(read(&[&block, &of_type(3), &of_type(0)]), Err(ImportError::NoRow { .. })));
    assert!(matches!(read(&[&block]), Err(ImportError::NoRow { .. })));
    // Broken off in the middle: what stands before is read.
    let file = format!("<feed>{}{}<entry><content>", of_type(3), block);
    let readings = read::mapped(&site, &map, "a.xml", file.as_bytes()).unwrap();
    assert_eq!((readings.len(), codes(&readings)), (1, vec!["import.broken"]));
}

/// With all columns named by their numbers no row is taken for a header; a factor beyond fractions costs its row, and is named.
#[test]
fn rows_without_a_header() {
    let map = mapping(json!({"schema": "pue/import/1", "dialect": {"header_line": 0}, "meter": {"is": "grid"},
        "time": {"columns": ["#1"], "marks": "start", "minutes": 60}, "value": {"column": "#2", "factor_column": "#3", "unit": "kWh", "quantity": "energy"}}));
    let site = site_of("UTC", &[("grid", "interval", "kWh")]);
    let file = "2024-03-01 00:00,word,1\n2024-03-01 01:00,2,40\n2024-03-01 02:00,2,1e300\n2024-03-01 03:00,2,0\n";
    let readings = read::mapped(&site, &map, "a.csv", file.as_bytes()).unwrap();
    assert_eq!(rows(&readings, "grid").iter().map(|row| row.2).collect::<Vec<_>>(), [80.0]);
    let mut found = codes(&readings);
    found.sort_unstable();
    assert_eq!(found, ["csv.value", "import.fits"]);
    assert_eq!(readings.findings().iter().find(|finding| finding.code.as_str() == "csv.value").unwrap().count, 3);
}

/// Several series under one name are named, in each format that has series.
#[test]
fn merged_series_are_named() {
    let read = |format: &str, kind: &str, file: &str, meter: Value| {
        let mut map = json!({"schema": "pue/import/1", "format": format, "meter": meter});
        if format != "nem12" {
            map["value"] = json!({"unit": "kWh", "quantity": "register"});
        }
        let site = site_of("UTC", &[("grid", kind, "kWh")]);
        let found = read::mapped(&site, &mapping(map), "a", file.as_bytes()).unwrap();
        codes(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let series =
        |name: &str, at: i64| format!(r#"{{"metric":{{"__name__":"{name}","feed":"grid"}},"values":[[{at},"1"]]}}"#);
    let prometheus =
        |names: [&str; 2]| format!(r#"{{"data":{{"result":[{},{}]}}}}"#, series(names[0], 0), series(names[1], 900));
    let lines = |names: [&str; 2]| format!("m,feed=grid {}=1 0\nm,feed=grid {}=2 900000000000\n", names[0], names[1]);
    let tables = |names: [&str; 2]| {
        let row = |name: &str, minute: &str| format!(",,0,1970-01-01T00:{minute}:00Z,1,{name},m,grid\n");
        format!(",result,table,_time,_value,_field,_measurement,feed\n{}{}", row(names[0], "00"), row(names[1], "15"))
    };
    for meter in [json!({"is": "grid"}), json!({"column": "feed"})] {
        for (one, two) in [(["e", "e"], false), (["e", "i"], true)] {
            let expected: &[&str] = if two { &["import.merged"] } else { &[] };
            assert_eq!(read("prometheus", "register", &prometheus(one), meter.clone()), expected);
            assert_eq!(read("influx", "register", &lines(one), meter.clone()), expected);
            assert_eq!(read("influx", "register", &tables(one), meter.clone()), expected);
        }
    }
    let day = format!("300,20240301,{},A,,,\n", vec!["1"; 48].join(","));
    let nem = |suffix: &str| format!("200,N,E1B1,{suffix},{suffix},N1,M,kWh,30,\n{day}");
    assert_eq!(read("nem12", "interval", &(nem("E1") + &nem("B1")), json!({"is": "grid"})), ["import.merged"]);
    assert_eq!(read("nem12", "interval", &nem("E1"), json!({"is": "grid"})), [""; 0]);
}

/// Two meter readings of a feed under one name, such as what was delivered and what was given back.
#[cfg(feature = "greenbutton")]
#[test]
fn merged_meter_readings_are_named() {
    let of = |number: u8| {
        format!(
            "<entry><link rel=\"self\" href=\"/MeterReading/{number}\"/><link rel=\"related\" href=\"/ReadingType/1\"/><content><MeterReading/></content></entry><entry><link rel=\"self\" href=\"/MeterReading/{number}/IntervalBlock/1\"/><content><IntervalBlock><IntervalReading><timePeriod><duration>900</duration><start>{number}800</start></timePeriod><value>5</value></IntervalReading></IntervalBlock></content></entry>"
        )
    };
    let of_type = "<entry><link rel=\"self\" href=\"/ReadingType/1\"/><content><ReadingType><uom>72</uom></ReadingType></content></entry>";
    let map = mapping(json!({"schema": "pue/import/1", "extends": "greenbutton", "meter": {"is": "grid"}}));
    let site = site_of("UTC", &[("grid", "interval", "kWh")]);
    let read = |feed: String| read::mapped(&site, &map, "a.xml", feed.as_bytes()).unwrap();
    assert_eq!(codes(&read(format!("<feed>{of_type}{}{}</feed>", of(1), of(2)))), ["import.merged"]);
    assert_eq!(codes(&read(format!("<feed>{of_type}{}</feed>", of(1)))), [""; 0]);
}

/// A column of a wide file that the mapping does not name may be a meter: it is named.
#[test]
fn columns_that_nobody_named() {
    let map = mapping(
        json!({"schema": "pue/import/1", "layout": "wide", "time": {"columns": ["t"], "marks": "start", "minutes": 60},
        "columns": {"a": {"meter": "grid"}}, "value": {"unit": "kWh", "quantity": "energy"}}),
    );
    let site = site_of("UTC", &[("grid", "interval", "kWh")]);
    let readings = read::mapped(&site, &map, "a.csv", "t,a,b\n2024-03-01 00:00,1,2\n".as_bytes()).unwrap();
    assert_eq!((readings.len(), codes(&readings)), (1, vec!["csv.column"]));
    assert_eq!(readings.findings()[0].found.as_ref().unwrap().en, "b");
}

/// A mapping that extends a preset may say otherwise whose readings they are; a question that is open is no answer.
#[test]
fn what_a_preset_says_gives_way() {
    let map = mapping(
        json!({"schema": "pue/import/1", "extends": "portfolio-manager", "meter": {"is": "grid"}, "value": {"unit": "MWh"}}),
    );
    assert_eq!((map.meter.as_ref().unwrap().column.as_ref(), map.value.unit_column.as_ref()), (None, None));
    let open = json!({"schema": "pue/import/1", "extends": "oed", "meter": {"is": "?"}, "time": {"zone": "?"}, "missing": ["?"]});
    let faults = Mapping::from_json(open.to_string().as_bytes()).unwrap_err();
    let places: Vec<String> = faults.0.iter().map(|fault| fault.place.as_ref().unwrap().to_string()).collect();
    assert_eq!(places, ["/meter/is", "/time/zone"]);
}

/// What does not fit is named; what fits is read.
#[test]
fn rows_that_do_not_fit() {
    let map = mapping(
        json!({"schema": "pue/import/1", "dialect": {"delimiter": ";", "decimal": ","}, "meter": {"column": "m", "map": {"A": "grid", "B": "grid"}},
        "time": {"columns": ["t"], "format": "%d.%m.%Y %H:%M", "marks": "start", "minutes": 60},
        "value": {"column": "v", "unit_column": "u", "quantity": "energy"}}),
    );
    let site = site_of("Europe/Berlin", &[("grid", "interval", "kWh"), ("ups", "register", "kWh")]);
    let file = "m;t;v;u\nA;01.03.2024 00:00;1,5;kWh\nB;01.03.2024 01:00;0,002;MWh\nA;2024-03-01 02:00;1;kWh\nA;01.03.2024 03:00;1.5;kWh\n\
        A;01.03.2024 04:00;1;kvarh\nC;01.03.2024 05:00;1;kWh\nups;01.03.2024 06:00;1;kWh\nA;31.03.2024 02:30;1;kWh\nA;01.03.2024 05:00;1;kW\n";
    let readings = read::mapped(&site, &map, "a.csv", file.as_bytes()).unwrap();
    let mut found = codes(&readings);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "csv.time",
            "csv.value",
            "import.fits",
            "import.kind",
            "import.merged",
            "import.unit",
            "import.unit",
            "reading.unknown_meter"
        ],
        "{:#?}",
        readings.findings()
    );
    assert_eq!(rows(&readings, "grid").iter().map(|row| row.2).collect::<Vec<_>>(), [1.5, 2.0]);
    let refused = |file: &str| read::mapped(&site, &map, "a.csv", file.as_bytes()).unwrap_err();
    assert!(matches!(refused("m;t;w\nA;x;1\n"), ImportError::Header { missing, .. } if missing == "v, u"));
    assert!(matches!(refused(""), ImportError::Header { .. }));
    assert!(
        matches!(refused("m;t;v;u\nA;x;1;kWh\n"), ImportError::NoRow { rows: 1, first, .. } if first.contains("csv.time"))
    );
}

/// The same rows in each encoding, with each line end, with preambles, comments and repeated headers.
#[test]
fn dialects_change_nothing() {
    let map = |dialect: Value| {
        mapping(json!({"schema": "pue/import/1", "dialect": dialect, "meter": {"is": "grid"},
        "time": {"start": ["起"], "end": ["止"]}, "value": {"column": "电量", "unit": "MWh", "quantity": "energy"}}))
    };
    let site = site_of("Asia/Shanghai", &[("grid", "interval", "kWh")]);
    let plain = "起,止,电量\n2024-03-01 00:00,2024-03-01 01:00,0.5\n2024-03-01 01:00,2024-03-01 02:00,\"0.25\"\n";
    let expected = rows(&read::mapped(&site, &map(json!({})), "a.csv", plain.as_bytes()).unwrap(), "grid");
    assert_eq!(expected.iter().map(|row| row.2).collect::<Vec<_>>(), [500.0, 250.0]);
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let gb18030 = encoding_rs::GB18030.encode(plain).0.into_owned();
    let others: [(Value, Vec<u8>); 8] = [
        (json!({}), utf16),
        (json!({}), gb18030.clone()),
        (json!({"encoding": "gb18030"}), gb18030),
        (json!({}), [b"\xef\xbb\xbf", plain.as_bytes()].concat()),
        (json!({}), plain.replace('\n', "\r\n").into_bytes()),
        (json!({"delimiter": "\t"}), plain.replace(',', "\t").into_bytes()),
        (json!({"comment": "#"}), format!("# 起,止,电量\n导出,,\n\n{plain}#\n{plain}").into_bytes()),
        (json!({"header_line": 3}), format!("起,止,电量\n2024,x,y\n{plain}").into_bytes()),
    ];
    for (i, (dialect, file)) in others.into_iter().enumerate() {
        let readings = read::mapped(&site, &map(dialect), "a.csv", file.as_slice()).unwrap();
        let found = rows(&readings, "grid");
        assert_eq!(found[..2], expected[..], "{i}");
        let codes = codes(&readings);
        assert_eq!(codes, if i == 1 { vec!["csv.encoding"] } else { vec![] }, "{i}");
    }
}

/// The mapping of the documentation, and a day's curve in one cell.
#[test]
fn curves_of_96_points() {
    let page = text("docs/formats.md");
    let json = page.split("```json\n").find(|block| block.contains("曲线")).unwrap().split("```").next().unwrap();
    let map = Mapping::from_json(json.as_bytes()).unwrap();
    let site = site_of("Asia/Shanghai", &[("grid-1", "interval", "kWh")]);
    let curve =
        |last: &str| (0..95).map(|i| format!("{}.5", i % 10)).chain([last.to_owned()]).collect::<Vec<_>>().join(";");
    let file = format!(
        "客户,电表编号,日期,倍率,曲线\n某公司,1001,2024-03-01,40,{}\n某公司,1001,2024-03-02,40,1;2\n",
        curve("2")
    );
    let readings = read::mapped(&site, &map, "curve.csv", file.as_bytes()).unwrap();
    let rows = rows(&readings, "grid-1");
    assert_eq!(rows.len(), 96);
    assert_eq!((rows[0].2, rows[95].2), (5.0, 20.0)); // kW × 40 over a quarter of an hour
    assert!(rows.windows(2).all(|pair| pair[1].0 == Some(pair[0].1)));
    let mut found = codes(&readings);
    found.sort_unstable();
    assert_eq!(found, ["csv.row", "import.fits"]);
    for name in presets::NAMES {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
}

/// A stream takes the same as the columns.
#[test]
fn a_stream_takes_mapped_files() {
    use pue::{
        Ledger,
        ledger::{Histories, LedgerStream},
        period::Granularity,
    };
    let site = std::sync::Arc::new(site_of("UTC", &[("grid", "interval", "kWh")]));
    let map = mapping(json!({"schema": "pue/import/1", "extends": "oed", "meter": {"is": "grid"}}));
    let quarter = |i: u32| format!("2024-03-01 {:02}:{:02}:00", i / 4, i % 4 * 15);
    let rows: String = (0..90).map(|i| format!("{}.25,{},{}\n", i % 7, quarter(i), quarter(i + 1))).collect();
    let file = format!("reading,start time,end time\n{rows}");
    let period = Period::parse("2024-03-01/2024-03-02", site.time_zone()).unwrap();
    let readings = read::mapped(&site, &map, "a.csv", file.as_bytes()).unwrap();
    let whole = Ledger::build(&site, &readings, period.clone()).unwrap();
    let histories = Histories::new(&site, &readings);
    let mut stream = LedgerStream::new(site.clone(), period, Granularity::Hour, histories, 0).unwrap();
    stream.read_mapped(&map, "a.csv", file.as_bytes()).unwrap();
    assert_eq!(stream.now().meter("grid").unwrap().energy(), whole.meter("grid").unwrap().energy());
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(common::config())]

        /// Samples with anything written over them, cut or doubled: no panic, and no reading of a meter that the site does not have.
        #[test]
        fn spoilt_samples_are_read_or_refused(
            preset in 0..presets::NAMES.len(),
            spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..8),
        ) {
            let name = presets::NAMES[preset];
            let expected: Value = serde_json::from_str(&text("tests/golden/imports/expected.json")).unwrap();
            let mut own = expected[name]["map"].clone();
            (own["schema"], own["extends"]) = ("pue/import/1".into(), name.into());
            let file = expected[name]["file"].as_str().unwrap();
            let mut file = bytes(&format!("tests/golden/imports/{file}"));
            for (at, byte, how) in spoils {
                let at = at.index(file.len());
                match how {
                    0 => file[at] = byte,
                    1 => file.insert(at, byte),
                    2 => drop(file.drain(at..(at + usize::from(byte)).min(file.len()))),
                    _ => file.extend_from_within(at..(at + usize::from(byte)).min(file.len())),
                }
                if file.is_empty() {
                    file.push(b'\n');
                }
            }
            let kind = expected[name]["kind"].as_str().unwrap();
            let site = site_of("Europe/Berlin", &[("grid", kind, expected[name]["unit"].as_str().unwrap())]);
            if let Ok(readings) = read::mapped(&site, &mapping(own), "spoilt", file.as_slice()) {
                prop_assert!(readings.iter().all(|(meter, _)| meter == "grid"));
                prop_assert!(readings.len() <= 48 * file.len());
            }
        }

        /// Times by any format, of any text.
        #[test]
        fn any_format_and_any_text(format in "(%[YymbdHIpMSfzZa%QX]|[ :./-]|[a-zé年]){0,8}", time in "\\PC{0,24}", value in "\\PC{0,12}") {
            let map = json!({"schema": "pue/import/1", "meter": {"is": "grid"}, "dialect": {"delimiter": ";"},
                "time": {"columns": ["t"], "format": format, "marks": "start", "minutes": 60, "year": 2024},
                "value": {"column": "v", "unit": "kWh", "quantity": "energy"}});
            let Ok(map) = Mapping::from_json(map.to_string().as_bytes()) else { return Ok(()) };
            let site = site_of("Europe/Berlin", &[("grid", "interval", "kWh")]);
            let file = format!("t;v\n{time};{value}\n");
            let _ = read::mapped(&site, &map, "a.csv", file.as_bytes());
        }
    }
}
