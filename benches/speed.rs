//! What a submission costs, as a ratio to a typed parse of it by `serde_json`: in one process and in turn, so that a noisy machine
//! disturbs all alike.
//!
//! `cargo bench --bench speed [-- FILE]`

use pue::{Submission, submission::audit_json};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// A submission as types that take what they know and ask for nothing.
#[derive(Deserialize, Serialize)]
struct Typed {
    schema: String,
    facility: Facility,
    #[serde(default)]
    meters: Vec<Meter>,
    period: Period,
    #[serde(default)]
    energy: Vec<Row>,
    water_m3: Option<f64>,
    heat_reused_kwh: Option<f64>,
    renewable_kwh: Option<Renewable>,
    co2_kg: Option<f64>,
    declared: Option<Declared>,
    #[serde(default)]
    certificates: Vec<Certificate>,
}

#[derive(Deserialize, Serialize)]
struct Facility {
    id: String,
    name: Option<Name>,
    operator: Option<String>,
    region: Option<String>,
    zone: Option<String>,
    hub_node: Option<bool>,
    time_zone: Option<String>,
    lifecycle: Option<Lifecycle>,
    racks: Option<Racks>,
    rated_it_kw: Option<f64>,
    air_conditioning: Option<String>,
    it_cooling: Option<String>,
    edge: Option<bool>,
    design_pue: Option<f64>,
}

#[derive(Deserialize, Serialize)]
struct Name {
    zh: Option<String>,
    en: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Lifecycle {
    kind: Option<String>,
    approved_on: Option<String>,
    in_service_on: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Racks {
    #[serde(default)]
    types: Vec<RackType>,
    installed: Option<u64>,
    occupied: Option<u64>,
}

#[derive(Deserialize, Serialize)]
struct RackType {
    count: u64,
    rated_kw: f64,
}

#[derive(Deserialize, Serialize)]
struct Meter {
    id: String,
    point: String,
    carrier: Option<String>,
    kind: Option<serde_json::Value>,
    unit: Option<String>,
    parent: Option<String>,
    accuracy_class: Option<String>,
    ct_class: Option<String>,
    capacity_kw: Option<f64>,
    multiplier: Option<f64>,
}

#[derive(Deserialize, Serialize)]
struct Period {
    start: String,
    end: String,
}

#[derive(Deserialize, Serialize)]
struct Row {
    id: Option<String>,
    point: String,
    carrier: Option<String>,
    unit: Option<String>,
    monthly_kwh: Option<Vec<Option<f64>>>,
    monthly: Option<Vec<Option<f64>>>,
    total_kwh: Option<f64>,
}

#[derive(Deserialize, Serialize)]
struct Renewable {
    certificates: Option<f64>,
    ppa: Option<f64>,
    on_site: Option<f64>,
}

#[derive(Deserialize, Serialize)]
struct Declared {
    pue: Option<f64>,
    category: Option<u8>,
    standard_racks: Option<f64>,
    occupancy: Option<f64>,
    grade: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Certificate {
    ladder: Option<String>,
    kind: Option<String>,
    level: Option<String>,
    issuer: Option<String>,
    number: Option<String>,
    facility: Option<String>,
    issued_on: Option<String>,
    expires_on: Option<String>,
}

/// Each is run so often before the next has its turn.
const BATCH: u32 = 200;
const TURNS: usize = 60;

fn main() {
    let shipped = format!("{}/benches/data/submission.json", env!("CARGO_MANIFEST_DIR"));
    let file = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or(shipped);
    let json = std::fs::read(&file).expect("a file");
    let submission = Submission::from_json(&json).expect("a submission");
    let audit = audit_json(&json, &[]);
    let typed: Typed = serde_json::from_slice(&json).expect("a submission");
    let work: [(&str, &dyn Fn()); 10] = [
        ("typed parse", &|| drop(black_box(serde_json::from_slice::<Typed>(black_box(&json)).expect("a submission")))),
        ("parse to generic values", &|| drop(black_box(serde_json::from_slice::<serde_json::Value>(black_box(&json))))),
        ("parse to generic values and print", &|| {
            let value: serde_json::Value = serde_json::from_slice(black_box(&json)).expect("JSON");
            drop(black_box(serde_json::to_vec(&value)));
        }),
        ("print what was typed", &|| drop(black_box(serde_json::to_vec(black_box(&typed))))),
        ("SHA-256 of the bytes", &|| {
            black_box(Sha256::digest(black_box(&json)));
        }),
        ("read", &|| drop(black_box(Submission::from_json(black_box(&json))))),
        ("audit of what was read", &|| drop(black_box(black_box(&submission).audit(&[])))),
        ("read and audit", &|| drop(black_box(audit_json(black_box(&json), &[])))),
        ("read, audit, write", &|| drop(black_box(serde_json::to_vec(&audit_json(black_box(&json), &[]))))),
        ("read, audit, write in short", &|| {
            drop(black_box(serde_json::to_vec(&audit_json(black_box(&json), &[]).brief())))
        }),
    ];
    let turns = if std::env::args().any(|argument| argument == "--test") { 1 } else { TURNS };
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); work.len()];
    for _ in 0..turns {
        for ((_, run), times) in work.iter().zip(&mut times) {
            let start = Instant::now();
            (0..BATCH).for_each(|_| run());
            times.push(start.elapsed() / BATCH);
        }
    }
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1e6
        })
        .collect();
    let length = |text: serde_json::Result<Vec<u8>>| text.map_or(0, |text| text.len());
    println!(
        "{} bytes; answers of {} and {} bytes",
        json.len(),
        length(serde_json::to_vec(&audit)),
        length(serde_json::to_vec(&audit.brief()))
    );
    for ((name, _), median) in work.iter().zip(&medians) {
        println!("{name:<36} {median:>7.2} µs  × {:.2}", median / medians.first().copied().unwrap_or(1.0));
    }
}
