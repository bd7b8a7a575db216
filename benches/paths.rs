//! The ways that have to be fast: cleaning, the ledger, the PUE, an audit. See `benches/README.md`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pue::{
    AnnualPue, Ledger, Period, Readings, Site,
    kpi::{Boundary, Course, MeasuredPue},
    ledger::{Histories, LedgerStream},
    metering::Series,
    packs,
    period::Granularity,
    rule::{Case, Law},
    submission::{Submission, audit_json},
};
use std::hint::black_box;

const QUARTER: i64 = 900_000;

/// A year of quarter-hour registers: two supplies and two UPS outputs, with a spike and a few missing values.
fn registers() -> (Site, Readings, Period) {
    let meter = |id: &str, point: &str| serde_json::json!({"id": id, "point": point, "kind": {"register": {"modulus": 1e9}}, "unit": "kWh", "capacity_kw": 5000.0});
    let site = serde_json::json!({
        "schema": "pue/site/1",
        "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [meter("g1", "grid_supply"), meter("g2", "grid_supply"), meter("u1", "ups_output"), meter("u2", "ups_output")],
    });
    let site: Site = serde_json::from_value(site).expect("a site");
    let year = Period::year(2024, site.time_zone()).expect("a year");
    let time: Vec<i64> = (0..).map(|i| year.start() + i * QUARTER).take_while(|&at| at <= year.end()).collect();
    let mut readings = Readings::default();
    for (meter, scale) in [("g1", 1.2), ("g2", 1.25), ("u1", 1.0), ("u2", 1.0)] {
        let mut dial = 1000.0;
        let value = (0..time.len()).map(|i| {
            dial += (300.0 + 40.0 * ((i as f64) / 96.0).sin()) * scale;
            match i {
                9_000 => dial + 90_000.0,
                i if i % 1000 == 77 => f64::NAN,
                _ => (dial * 1000.0_f64).round() / 1000.0,
            }
        });
        readings.insert(meter, Series::registers(time.clone(), value.collect()).expect("columns of one length"));
    }
    (site, readings, year)
}

/// The same readings as a file, meter after meter.
fn csv_of(readings: &Readings) -> String {
    let mut file = "meter,time,value\n".to_owned();
    for (meter, series) in readings.iter() {
        let column = series.column();
        for (&at, value) in column.time().iter().zip(column.value()) {
            let time = jiff::Timestamp::from_millisecond(at).expect("an instant");
            file += &format!("{meter},{time},{value}\n");
        }
    }
    file
}

fn ledgers(c: &mut Criterion) {
    let (site, readings, year) = registers();
    let mut group = c.benchmark_group("readings");
    group.throughput(Throughput::Elements(readings.len() as u64)).sample_size(20);
    group.bench_function("plain sum of the columns", |b| {
        b.iter(|| {
            readings.iter().fold(0_u64, |sum, (_, series)| {
                let column = series.column();
                column
                    .time()
                    .iter()
                    .zip(column.value())
                    .fold(sum, |sum, (time, value)| sum.wrapping_add(*time as u64 ^ value.to_bits()))
            })
        });
    });
    group.bench_function("clean and book by months", |b| {
        b.iter(|| Ledger::build_by(&site, &readings, year.clone(), Granularity::Month).expect("a ledger"));
    });
    group.bench_function("clean and book by hours", |b| {
        b.iter(|| Ledger::build(&site, &readings, year.clone()).expect("a ledger"))
    });
    group.bench_function("taken one by one", |b| {
        b.iter(|| {
            let histories = Histories::by_capacity(&site);
            let lateness = LedgerStream::LATENESS_MS;
            let mut stream = LedgerStream::new(site.clone(), year.clone(), Granularity::Hour, histories, lateness)
                .expect("a stream");
            for (meter, series) in readings.iter() {
                let column = series.column();
                for (&at, &value) in column.time().iter().zip(column.value()) {
                    stream.push(meter, at, value).expect("a register");
                }
            }
            stream.now().findings().len()
        })
    });
    let file = csv_of(&readings);
    group.bench_function("read from CSV", |b| {
        b.iter(|| pue::read::csv(&site, "a.csv", black_box(file.as_bytes())).expect("readings"))
    });
    group.finish();
    let ledger = Ledger::build(&site, &readings, year.clone()).expect("a ledger");
    let boundary = Boundary::new(&site, None);
    c.bench_function("ledger of a year to its PUE", |b| {
        b.iter(|| MeasuredPue::over(&ledger, black_box(&boundary), &year))
    });
    c.bench_function("ledger of a year to its months", |b| {
        b.iter(|| Course::new(&ledger, black_box(&boundary), &year).monthly())
    });
}

fn small_calls(c: &mut Criterion) {
    let months = [(5_000_000.0, 4_000_000.0); 12];
    c.bench_function("PUE of twelve monthly pairs", |b| b.iter(|| AnnualPue::from_monthly_kwh(black_box(&months))));
}

/// A submission of 4.6 KB with ten meters: read, audited, written; beside it an independent validator of its schema, which
/// knows the form alone.
fn submissions(c: &mut Criterion) {
    let file = |name: &str| std::fs::read(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a file");
    let json = file("benches/data/submission.json");
    let schema = serde_json::from_slice(&file("schemas/submission.schema.json")).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a validator");
    let mut group = c.benchmark_group("submission of 4.6 KB");
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("read", |b| b.iter(|| Submission::from_json(black_box(&json)).expect("a submission")));
    let submission = Submission::from_json(&json).expect("a submission");
    group.bench_function("audit of what was read", |b| b.iter(|| black_box(&submission).audit(&[])));
    group.bench_function("read and audit", |b| b.iter(|| audit_json(black_box(&json), &[])));
    group.bench_function("read, audit, write", |b| {
        b.iter(|| serde_json::to_vec(&audit_json(black_box(&json), &[])).expect("an answer"));
    });
    group.bench_function("another validator: parse and validate", |b| {
        b.iter(|| {
            let value: serde_json::Value = serde_json::from_slice(black_box(&json)).expect("JSON");
            assert!(validator.is_valid(&value));
        });
    });
    group.bench_function("another validator: parse and list errors", |b| {
        b.iter(|| {
            let value: serde_json::Value = serde_json::from_slice(black_box(&json)).expect("JSON");
            validator.iter_errors(&value).count()
        });
    });
    group.finish();
}

/// Rows with quotes, rows whose quote is never closed, and rows that are broken otherwise, beside plain ones: by ten times as
/// many, each row costs the same.
fn quotes(c: &mut Criterion) {
    let (site, ..) = registers();
    let mut group = c.benchmark_group("rows of CSV");
    for rows in [100_000, 1_000_000] {
        let file = |row: &dyn Fn(&str, &str) -> String| {
            let rows = (0..rows).map(|i| {
                let time = format!("2024-01-{:02} {:02}:{:02}", 1 + i / 1440 % 28, i / 60 % 24, i % 60);
                row(if i % 2 == 0 { "g1" } else { "u1" }, &time)
            });
            "meter,time,value\n".to_owned() + &rows.collect::<String>()
        };
        group.throughput(Throughput::Elements(rows)).sample_size(10);
        for (name, file) in [
            ("plain", file(&|meter, time| format!("{meter},{time},1000.25\n"))),
            ("quoted", file(&|meter, time| format!("\"{meter}\",\"{time}\",\"1000.25\"\n"))),
            ("of one meter, plain", file(&|_, time| format!("g1,{time},1000.25\n"))),
            ("of one meter, quoted", file(&|_, time| format!("\"g1\",\"{time}\",\"1000.25\"\n"))),
            ("a quote never closed", file(&|_, _| "x\",\"\n".to_owned())),
            ("too few cells", file(&|_, _| "x,\n".to_owned())),
        ] {
            group.bench_function(format!("{name}, {rows}"), |b| {
                b.iter(|| pue::read::csv(&site, "a.csv", black_box(file.as_bytes())).expect("readings"));
            });
        }
    }
    group.finish();
}

/// Meters each of which hangs on another, in circles: by four times as many, each costs the same.
fn circles(c: &mut Criterion) {
    let json = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"))
        .expect("a submission");
    let mut submission: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let mut group = c.benchmark_group("meters in circles");
    for count in [5_000_usize, 20_000] {
        let meters = (0..count).map(|i| {
            let (id, parent) = (format!("m{i}"), format!("m{}", (i * 7 + 1) % count));
            serde_json::json!({"id": id, "point": "lighting", "kind": "interval", "unit": "kWh", "parent": parent})
        });
        submission["meters"] = meters.collect();
        let json = submission.to_string();
        group.throughput(Throughput::Elements(count as u64)).sample_size(10);
        group.bench_function(format!("{count}"), |b| b.iter(|| audit_json(black_box(json.as_bytes()), &[])));
    }
    group.finish();
}

fn rules(c: &mut Criterion) {
    let json = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"))
        .expect("a submission");
    let submission = Submission::from_json(&json).expect("a submission");
    let ledger = submission.ledger().expect("a ledger");
    let boundary = Boundary::new(submission.site(), None);
    let measured = MeasuredPue::over(&ledger, &boundary, ledger.period());
    let on = ledger.period().last_day();
    let all = packs::all();
    let case = Case::new(submission.site(), on, &measured, &boundary, &[]);
    c.bench_function("wuhan-2024: judge with trace", |b| b.iter(|| all[0].judge_case(black_box(&case))));
    c.bench_function("all packs: judge and compare with trace", |b| {
        b.iter(|| {
            let answers = all.iter().map(|pack| (pack.judge_case(black_box(&case)), pack.compare_case(&case)));
            answers.map(|(verdicts, comparisons)| verdicts.len() + comparisons.len()).sum::<usize>()
        });
    });
}

/// The documents, parsed as at the first use; and the same bytes to generic values.
fn law(c: &mut Criterion) {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/law")).expect("the documents");
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.expect("a folder").path()).expect("its files"));
    let texts: Vec<String> = files
        .map(|file| file.expect("a file").path())
        .filter(|file| !file.to_string_lossy().ends_with(".cases.json"))
        .map(|file| std::fs::read_to_string(file).expect("a document"))
        .collect();
    c.bench_function("all documents: parse", |b| {
        b.iter(|| texts.iter().map(|text| serde_json::from_str::<Law>(text).expect("a document")).collect::<Vec<_>>());
    });
    c.bench_function("all documents: parse to generic values", |b| {
        let read = |text: &String| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        b.iter(|| texts.iter().map(read).collect::<Vec<_>>());
    });
}

criterion_group!(benches, ledgers, small_calls, submissions, quotes, circles, rules, law);
criterion_main!(benches);
