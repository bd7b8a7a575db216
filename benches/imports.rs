//! What readings in other layouts cost: ns a reading beside our own CSV of the same readings, and beside good rows what rows cost that
//! cannot be read. Not a Criterion bench: it prints a table, and fails where a mapped CSV takes more than [`OWN`] times as long as ours,
//! or a broken row more than [`MOST`] times as long as a good one.
//!
//! `cargo bench --bench imports --features greenbutton,xlsx`; with the name of a layout it alone; `-- --test` takes few
//! rows and judges nothing.

use pue::{
    Site,
    read::{self, import::Mapping},
};
use serde_json::{Value, json};
use std::{hint::black_box, process::ExitCode, time::Instant};

/// Ours over the mapped one: 0.7 of its speed.
const OWN: f64 = 1.0 / 0.7;

/// Broken over good.
const MOST: f64 = 5.0;

/// A file of so many quarter hours, its times and values as these say.
type Make = fn(usize, Say, Say) -> Vec<u8>;
type Say = fn(usize) -> String;

fn site(kind: &str) -> Site {
    let site = json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [{"id": "grid-1", "point": "grid_supply", "kind": kind, "unit": "kWh"}]});
    serde_json::from_value(site).expect("a site")
}

fn value(i: usize) -> String {
    format!("{}.{:03}", 100 + i * 37 % 50, i * 7 % 1000)
}

fn seconds(i: usize) -> i64 {
    1_704_038_400 + 900 * i as i64
}

fn utc(i: usize) -> jiff::Timestamp {
    jiff::Timestamp::from_second(seconds(i)).expect("an instant")
}

fn local(i: usize) -> String {
    jiff::Timestamp::from_second(seconds(i) + 8 * 3600).expect("an instant").strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn own(n: usize, time: Say, value: Say) -> Vec<u8> {
    let rows: String = (0..n).map(|i| format!("grid-1,{},{}\n", time(i), value(i))).collect();
    format!("meter,end,value\n{rows}").into_bytes()
}

fn german(n: usize, time: Say, value: Say) -> Vec<u8> {
    let rows: String = (0..n).map(|i| format!("grid-1;{};{}\n", time(i), value(i).replace('.', ","))).collect();
    format!("Zähler;Zeit;Wert (kWh)\n{rows}").into_bytes()
}

fn days(n: usize, time: Say, value: Say) -> Vec<u8> {
    let names: Vec<String> = (0..96).map(|i| format!("{:02}:{:02}", i / 4, i % 4 * 15)).collect();
    let day = |day: usize| {
        let values: Vec<String> = (0..96).map(|i| value(day * 96 + i)).collect();
        let date = time(day * 96);
        format!("grid-1,{},{}\n", date.split(' ').next().unwrap_or_default(), values.join(","))
    };
    format!("meter,date,{}\n{}", names.join(","), (0..n / 96).map(day).collect::<String>()).into_bytes()
}

fn nem12(n: usize, time: Say, value: Say) -> Vec<u8> {
    let day = |day: usize| {
        let values: Vec<String> = (0..96).map(|i| value(day * 96 + i)).collect();
        let date = time(day * 96).split(' ').next().unwrap_or_default().replace('-', "");
        format!("300,{date},{},A,,,\n", values.join(","))
    };
    format!(
        "100,NEM12,202401010000,A,B\n200,N,E1,E1,E1,N1,M,kWh,15,\n{}900\n",
        (0..n / 96).map(day).collect::<String>()
    )
    .into_bytes()
}

fn prometheus(n: usize, time: Say, value: Say) -> Vec<u8> {
    let points: Vec<String> = (0..n).map(|i| format!("[{},\"{}\"]", time(i), value(i))).collect();
    format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"__name__":"e","feed":"grid-1"}},"values":[{}]}}]}}}}"#, points.join(",")).into_bytes()
}

fn line_protocol(n: usize, time: Say, value: Say) -> Vec<u8> {
    (0..n).map(|i| format!("e,feed=grid-1 value={} {}\n", value(i), time(i))).collect::<String>().into_bytes()
}

fn annotated(n: usize, time: Say, value: Say) -> Vec<u8> {
    let rows: String = (0..n).map(|i| format!(",,0,{},{},value,e,grid-1\r\n", time(i), value(i))).collect();
    format!("#datatype,string,long,dateTime:RFC3339,double,string,string,string\r\n,result,table,_time,_value,_field,_measurement,feed\r\n{rows}").into_bytes()
}

#[cfg(feature = "greenbutton")]
fn greenbutton(n: usize, time: Say, value: Say) -> Vec<u8> {
    let rows: String = (0..n).map(|i| format!("<IntervalReading><timePeriod><duration>900</duration><start>{}</start></timePeriod><value>{}</value></IntervalReading>\n", time(i), value(i).replace('.', ""))).collect();
    format!(r#"<feed xmlns="http://www.w3.org/2005/Atom"><entry><content><ReadingType xmlns="http://naesb.org/espi"><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom></ReadingType></content></entry><entry><content><IntervalBlock>{rows}</IntervalBlock></content></entry></feed>"#).into_bytes()
}

#[cfg(feature = "xlsx")]
fn sheet(n: usize, time: Say, value: Say) -> Vec<u8> {
    let cell = |at: &str, row: usize, text: String| match text.parse::<f64>() {
        Ok(number) => format!("<c r=\"{at}{row}\"><v>{number}</v></c>"),
        Err(_) => format!("<c r=\"{at}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    };
    let row = |number: usize, cells: [String; 3]| {
        let [a, b, c] = cells;
        format!("<row r=\"{number}\">{}{}{}</row>", cell("A", number, a), cell("B", number, b), cell("C", number, c))
    };
    let mut rows = row(1, ["meter".to_owned(), "end".to_owned(), "kWh".to_owned()]);
    rows.extend((0..n).map(|i| row(i + 2, ["grid-1".to_owned(), time(i), value(i)])));
    let files = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned()),
        ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml", r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#.to_owned()),
        ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#.to_owned()),
        ("xl/styles.xml", r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>"#.to_owned()),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file");
        std::io::Write::write_all(&mut zip, content.as_bytes()).expect("memory");
    }
    zip.finish().expect("a zip").into_inner()
}

fn table(format: Value, delimiter: &str, decimal: &str, names: [&str; 3]) -> Value {
    let [meter, time, value] = names;
    json!({"schema": "pue/import/1", "dialect": {"delimiter": delimiter, "decimal": decimal},
        "time": {"columns": [time], "format": format, "marks": "end", "minutes": 15},
        "meter": {"column": meter}, "value": {"column": value, "unit": "kWh", "quantity": "energy"}})
}

fn series(format: &str, time: Value) -> Value {
    json!({"schema": "pue/import/1", "format": format, "meter": {"column": "feed"}, "time": time,
        "value": {"unit": "kWh", "quantity": "energy"}})
}

fn forms() -> Vec<(&'static str, Value, Make, Say)> {
    let quarter = json!({"marks": "end", "minutes": 15});
    let names: Vec<String> = (0..96).map(|i| format!("{:02}:{:02}", i / 4, i % 4 * 15)).collect();
    let columns = ["meter", "end", "value"];
    vec![
        ("CSV, times as ours", table(Value::Null, ",", ".", columns), own, local),
        ("CSV, times by a format", table(json!("%Y-%m-%d %H:%M:%S"), ",", ".", columns), own, local),
        (
            "CSV, decimal commas",
            table(json!("%Y-%m-%d %H:%M:%S"), ";", ",", ["Zähler", "Zeit", "Wert (kWh)"]),
            german,
            local,
        ),
        (
            "CSV, a row a day",
            json!({"schema": "pue/import/1", "layout": "days", "time": {"columns": ["date"]  , "format": "%Y-%m-%d"}, "meter": {"column": "meter"},
                "value": {"columns": names, "unit": "kWh", "quantity": "energy"}}),
            days,
            local,
        ),
        ("NEM12", json!({"schema": "pue/import/1", "format": "nem12", "meter": {"is": "grid-1"}}), nem12, local),
        ("Prometheus", series("prometheus", quarter.clone()), prometheus, |i| seconds(i).to_string()),
        ("InfluxDB, line protocol", series("influx", quarter.clone()), line_protocol, |i| {
            format!("{}000000000", seconds(i))
        }),
        ("InfluxDB, annotated CSV", series("influx", quarter), annotated, |i| utc(i).to_string()),
        #[cfg(feature = "greenbutton")]
        (
            "Green Button",
            json!({"schema": "pue/import/1", "format": "greenbutton", "meter": {"is": "grid-1"}}),
            greenbutton,
            |i| seconds(i).to_string(),
        ),
        #[cfg(feature = "xlsx")]
        ("spreadsheet", table(Value::Null, ",", ".", ["meter", "end", "kWh"]), sheet, local),
    ]
}

fn main() -> ExitCode {
    let is_test = std::env::args().any(|one| one == "--test");
    let count = if is_test { 960 } else { 192_000 };
    let site = site("interval");
    let ns = |bytes: &[u8], read: &dyn Fn(&[u8]) -> usize| {
        let runs = (0..if is_test { 1 } else { 5 }).map(|_| {
            let start = Instant::now();
            black_box(read(bytes));
            start.elapsed().as_secs_f64() * 1e9 / count as f64
        });
        runs.fold(f64::INFINITY, f64::min)
    };
    let ours = |bytes: &[u8]| read::csv(&site, "a", bytes).map_or(0, |readings| readings.len());
    let own_bytes = own(count, local, value);
    println!("{:26} {:>8}  times ours; broken rows: ns, times good", "layout", "ns");
    let only: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with("--")).collect();
    let asked = |name: &str| only.is_empty() || only.iter().any(|asked| name.contains(asked.as_str()));
    let mut fits = true;
    for (name, map, make, time) in forms().into_iter().filter(|(name, ..)| asked(name)) {
        let map = Mapping::from_json(map.to_string().as_bytes()).unwrap_or_else(|faults| panic!("{name}: {faults}"));
        let mapped = |bytes: &[u8]| read::mapped(&site, &map, "a", bytes).map_or(0, |readings| readings.len());
        let bytes = make(count, time, value);
        if let Err(error) = read::mapped(&site, &map, "a", bytes.as_slice()) {
            panic!("{name}: {error}");
        }
        assert_eq!(mapped(&bytes), count, "{name}");
        // In turn, so that a slow moment of the machine is one of both.
        let turns = (0..if is_test { 1 } else { 3 }).map(|_| (ns(&own_bytes, &ours), ns(&bytes, &mapped)));
        let (reference, good) = turns.fold((f64::INFINITY, f64::INFINITY), |(a, b), (c, d)| (a.min(c), b.min(d)));
        let kinds: [(&str, Say, Say); 3] = [
            ("values", time, |i| format!("n/a {i}")),
            ("times", |i| format!("\"day {i}\""), value),
            ("no values", time, |_| String::new()),
        ];
        let mut shown = String::new();
        for (kind, time, value) in kinds {
            let broken = ns(&make(count, time, value), &mapped);
            fits &= broken <= MOST * good;
            shown += &format!("  {kind} {broken:.0} × {:.2}", broken / good);
        }
        fits &= !name.starts_with("CSV, times as") || good <= OWN * reference;
        println!("{name:26} {good:8.0}  × {:.2}{shown}", good / reference);
    }
    if fits || is_test { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
