//! One made facility, exported in nine layouts: all give the same PUE to the last digit.
//!
//! The files stand in `examples/data/exports`, each with its mapping; `PUE_UPDATE=1` writes them anew.
#![cfg(all(feature = "csv", feature = "json"))]

mod common;

use common::path;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use pue::{
    Assessment, Period, Readings, Site, jiff,
    read::{self, import::Mapping},
};
use serde_json::{Value, json};

const METERS: [&str; 2] = ["grid-1", "ups-1"];
const HALF_HOURS: usize = 48 * 9;
const PERIOD: &str = "2024-03-01/2024-03-08";

/// Thirty-six hours before the period and more behind it: another clock's days begin elsewhere.
fn start(i: usize) -> Timestamp {
    let first: Timestamp = "2024-02-29T22:00:00+08:00".parse().unwrap();
    first - SignedDuration::from_hours(24) + SignedDuration::from_mins(30 * i as i64)
}

/// Watt-hours of a half hour: of the facility's supply, and of what its UPS gives.
fn watt_hours(meter: usize, i: usize) -> u64 {
    let (hour, noise) = (i as u64 / 2 % 24, (i as u64 * 7919 + meter as u64 * 104_729) % 4001);
    let it = 410_000 + 1_300 * hour.min(24 - hour) + noise;
    if meter == 0 { it + 88_000 + 2_100 * hour.min(24 - hour) + noise / 3 } else { it }
}

fn kwh(meter: usize, i: usize) -> String {
    let wh = watt_hours(meter, i);
    format!("{}.{:03}", wh / 1000, wh % 1000)
}

fn stamp(i: usize, format: &str, zone: &str) -> String {
    start(i).to_zoned(TimeZone::get(zone).unwrap()).strftime(format).to_string()
}

fn all() -> impl Iterator<Item = (usize, usize)> {
    (0..2).flat_map(|meter| (0..HALF_HOURS).map(move |i| (meter, i)))
}

const ZONE: &str = "Asia/Shanghai";

fn own() -> String {
    let format = "%Y-%m-%d %H:%M";
    let row = |(meter, i): (usize, usize)| {
        let (start, end) = (stamp(i, format, ZONE), stamp(i + 1, format, ZONE));
        format!("{},{start},{end},{}\n", METERS[meter], kwh(meter, i))
    };
    "meter,start,end,value\n".to_owned() + &all().map(row).collect::<String>()
}

fn wide() -> String {
    let row = |i: usize| {
        let [grid, ups] = [0, 1].map(|meter| kwh(meter, i).replace('.', ","));
        format!("{};{grid};{ups}\r\n", stamp(i + 1, "%d.%m.%Y %H:%M", ZONE))
    };
    "Lastgang;;\r\nZeit (Ende);Einspeisung [kWh];USV-Ausgang [kWh]\r\n".to_owned()
        + &(0..HALF_HOURS).map(row).collect::<String>()
}

/// Rows of whole days by a clock: the half hours that belong to none are left out.
fn days(zone: &str) -> Vec<usize> {
    let is_midnight = |i: &usize| stamp(*i, "%H:%M", zone) == "00:00";
    (0..HALF_HOURS - 47).filter(is_midnight).collect()
}

fn uk_hh() -> String {
    let names: Vec<String> = (0..48).map(|i| format!("{:02}:{:02}", i / 2, i % 2 * 30)).collect();
    let row = |(meter, day): (usize, usize)| {
        let values: Vec<String> = (0..48).map(|i| kwh(meter, day + i)).collect();
        format!("Site 1,{},{},{}\n", METERS[meter], stamp(day, "%d/%m/%y", ZONE), values.join(","))
    };
    let rows = (0..2).flat_map(|meter| days(ZONE).into_iter().map(move |day| (meter, day)));
    format!("Site Id,Meter Number,Reading Date,{}\n{}", names.join(","), rows.map(row).collect::<String>())
}

fn nem12() -> String {
    let zone = "Australia/Brisbane";
    let mut file = "100,NEM12,202403090800,MADE,MADE\n".to_owned();
    for (meter, name) in ["E1", "E2"].into_iter().enumerate() {
        file += &format!("200,6000000001,E1E2,{name},{name},N1,M{meter},kWh,30,\n");
        for day in days(zone) {
            let values: Vec<String> = (0..48).map(|i| kwh(meter, day + i)).collect();
            file += &format!("300,{},{},A,,,20240309080000,\n", stamp(day, "%Y%m%d", zone), values.join(","));
        }
    }
    file + "900\n"
}

#[cfg(feature = "greenbutton")]
fn greenbutton() -> String {
    let point = "/espi/1_1/resource/UsagePoint/1";
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:espi=\"http://naesb.org/espi\">\n<entry><link rel=\"self\" href=\"{point}\"/><title>Made facility</title><content><espi:UsagePoint/></content></entry>\n<entry><link rel=\"self\" href=\"/espi/1_1/resource/ReadingType/1\"/><content><espi:ReadingType><espi:accumulationBehaviour>4</espi:accumulationBehaviour><espi:powerOfTenMultiplier>0</espi:powerOfTenMultiplier><espi:uom>72</espi:uom></espi:ReadingType></content></entry>\n"
    );
    for (meter, name) in METERS.into_iter().enumerate() {
        let own = format!("{point}/MeterReading/{meter}");
        feed += &format!(
            "<entry><link rel=\"self\" href=\"{own}\"/><link rel=\"related\" href=\"/espi/1_1/resource/ReadingType/1\"/><title>{name}</title><content><espi:MeterReading/></content></entry>\n<entry><link rel=\"self\" href=\"{own}/IntervalBlock/1\"/><content><espi:IntervalBlock>\n"
        );
        for i in 0..HALF_HOURS {
            feed += &format!(
                "<espi:IntervalReading><espi:timePeriod><espi:duration>1800</espi:duration><espi:start>{}</espi:start></espi:timePeriod><espi:value>{}</espi:value></espi:IntervalReading>\n",
                start(i).as_second(),
                watt_hours(meter, i)
            );
        }
        feed += "</espi:IntervalBlock></content></entry>\n";
    }
    feed + "</feed>\n"
}

/// Mean power in watts, which a half hour's energy is twice of.
fn prometheus() -> String {
    let series = |meter: usize| {
        let points: Vec<String> = (0..HALF_HOURS)
            .map(|i| format!("[{},\"{}\"]", start(i + 1).as_second(), 2 * watt_hours(meter, i)))
            .collect();
        let labels = json!({"__name__": "mean_power_watts", "feed": METERS[meter], "job": "epms"});
        format!("{{\"metric\":{labels},\"values\":[{}]}}", points.join(","))
    };
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[\n{},\n{}]}}}}\n",
        series(0),
        series(1)
    )
}

fn influx() -> String {
    let row = |(meter, i): (usize, usize)| {
        format!(
            "meter,feed={} energy={},state=\"ok\" {}000000000\n",
            METERS[meter],
            kwh(meter, i),
            start(i).as_second()
        )
    };
    all().map(row).collect()
}

fn home_assistant() -> String {
    let row = |(meter, i): (usize, usize)| {
        let name = METERS[meter].replace('-', "_");
        format!("sensor.{name},{},{}\n", kwh(meter, i), stamp(i + 1, "%Y-%m-%dT%H:%M:%S.000Z", "UTC"))
    };
    "entity_id,state,last_changed\n".to_owned() + &all().map(row).collect::<String>()
}

/// A spreadsheet of long rows, whose times are days since 1899-12-30 in cells of a date's format.
#[cfg(feature = "xlsx")]
fn sheet() -> Vec<u8> {
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let days = |i: usize| (start(i).as_second() + 8 * 3600) as f64 / 86_400.0 + 25_569.0;
    let mut rows =
        format!("<row r=\"1\">{}{}{}</row>", text("A1", "计量点"), text("B1", "起始时间"), text("C1", "电量(kWh)"));
    for (n, (meter, i)) in all().enumerate() {
        let n = n + 2;
        rows += &format!(
            "<row r=\"{n}\">{}<c r=\"B{n}\" s=\"1\"><v>{}</v></c><c r=\"C{n}\"><v>{}</v></c></row>",
            text(&format!("A{n}"), METERS[meter]),
            days(i),
            kwh(meter, i)
        );
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let files = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#.to_owned()),
        ("_rels/.rels", format!(r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#)),
        ("xl/workbook.xml", format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="电量" sheetId="1" r:id="r1"/></sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels", format!(r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/></Relationships>"#)),
        ("xl/styles.xml", format!(r#"<styleSheet xmlns="{main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>"#)),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        let day = zip::DateTime::default();
        zip.start_file(name, zip::write::SimpleFileOptions::default().last_modified_time(day)).unwrap();
        std::io::Write::write_all(&mut zip, content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Each file with its mapping; our own needs none.
fn exports() -> Vec<(&'static str, Vec<u8>, Option<Value>)> {
    let map = |extends: &str, own: Value| {
        let mut map = json!({"schema": "pue/import/1", "extends": extends});
        map.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        Some(map)
    };
    let interval = |unit: &str, quantity: &str| json!({"unit": unit, "quantity": quantity});
    vec![
        ("readings.csv", own().into_bytes(), None),
        (
            "wide.csv",
            wide().into_bytes(),
            Some(json!({"schema": "pue/import/1", "layout": "wide", "dialect": {"delimiter": ";", "decimal": ","},
                "time": {"columns": ["Zeit (Ende)"], "format": "%d.%m.%Y %H:%M", "marks": "end", "minutes": 30},
                "columns": {"Einspeisung [kWh]": {"meter": "grid-1"}, "USV-Ausgang [kWh]": {"meter": "ups-1"}},
                "value": {"unit": "kWh", "quantity": "energy"}})),
        ),
        ("uk-hh.csv", uk_hh().into_bytes(), map("uk-hh", json!({}))),
        (
            "nem12.csv",
            nem12().into_bytes(),
            map("nem12", json!({"meter": {"map": {"6000000001/E1": "grid-1", "6000000001/E2": "ups-1"}}})),
        ),
        (
            "prometheus.json",
            prometheus().into_bytes(),
            map(
                "prometheus",
                json!({"meter": {"labels": {"job": "epms"}, "column": "feed"}, "time": {"marks": "end", "minutes": 30}, "value": interval("W", "mean_power")}),
            ),
        ),
        (
            "influx.lp",
            influx().into_bytes(),
            map(
                "influx",
                json!({"meter": {"labels": {"_field": "energy"}, "column": "feed"}, "time": {"marks": "start", "minutes": 30}, "value": interval("kWh", "energy")}),
            ),
        ),
        (
            "home-assistant.csv",
            home_assistant().into_bytes(),
            map(
                "home-assistant",
                json!({"meter": {"map": {"sensor.grid_1": "grid-1", "sensor.ups_1": "ups-1"}}, "time": {"marks": "end", "minutes": 30}, "value": interval("kWh", "energy")}),
            ),
        ),
        #[cfg(feature = "greenbutton")]
        (
            "greenbutton.xml",
            greenbutton().into_bytes(),
            map("greenbutton", json!({"meter": {"column": "MeterReading"}})),
        ),
        #[cfg(feature = "xlsx")]
        (
            "sheet.xlsx",
            sheet(),
            Some(
                json!({"schema": "pue/import/1", "format": "xlsx", "time": {"columns": ["起始时间"], "marks": "start", "minutes": 30},
                "meter": {"column": "计量点"}, "value": {"column": "电量(kWh)", "unit": "kWh", "quantity": "energy"}}),
            ),
        ),
    ]
}

fn site() -> Value {
    json!({"schema": "pue/site/1", "facility": {"id": "MADE-1", "region": "420100", "time_zone": ZONE}, "meters": [
        {"id": "grid-1", "point": "grid_supply", "kind": "interval", "unit": "kWh"},
        {"id": "ups-1", "point": "ups_output", "kind": "interval", "unit": "kWh", "parent": "grid-1"}]})
}

#[test]
fn one_facility_in_nine_layouts() {
    let folder = path("examples/data/exports");
    let site: Site = serde_json::from_value(site()).unwrap();
    let period = Period::parse(PERIOD, site.time_zone()).unwrap();
    let check = |name: &str, bytes: &[u8]| {
        let file = std::path::Path::new(&folder).join(name);
        if std::env::var_os("PUE_UPDATE").is_some() {
            std::fs::write(&file, bytes).unwrap();
        }
        assert!(std::fs::read(&file).unwrap() == bytes, "{name}");
    };
    check("site.json", (serde_json::to_string_pretty(&self::site()).unwrap() + "\n").as_bytes());
    let mut known: Option<(f64, f64, String)> = None;
    for (name, bytes, map) in exports() {
        check(name, &bytes);
        let readings: Readings = match map {
            None => read::csv(&site, name, bytes.as_slice()).unwrap(),
            Some(map) => {
                let map = serde_json::to_string_pretty(&map).unwrap() + "\n";
                check(&format!("{}.map.json", name.split('.').next().unwrap()), map.as_bytes());
                let map = Mapping::from_json(map.as_bytes()).unwrap_or_else(|faults| panic!("{name}: {faults}"));
                read::mapped(&site, &map, name, bytes.as_slice()).unwrap_or_else(|error| panic!("{name}: {error}"))
            }
        };
        assert!(readings.findings().is_empty(), "{name}: {:#?}", readings.findings());
        let pue = Assessment::new(&site, &readings, period.clone()).unwrap().pue.unwrap_or_else(|| panic!("{name}"));
        let found = (pue.total().kwh(), pue.it().kwh(), format!("{:?}", pue.value));
        assert_eq!(*known.get_or_insert(found.clone()), found, "{name}");
    }
    let expected: u64 = (0..2)
        .map(|meter| {
            (0..HALF_HOURS).filter(|i| (52..52 + 48 * 7).contains(i)).map(|i| watt_hours(meter, i)).sum::<u64>()
        })
        .next()
        .unwrap();
    assert_eq!(known.unwrap().0, expected as f64 / 1000.0);
}
