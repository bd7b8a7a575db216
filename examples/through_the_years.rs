//! One site, the same year's energy, judged as of the end of each year from 2013 on: how the verdict changes with the date.
//!
//! `cargo run --release --example through_the_years [-- SUBMISSION.json]`

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use pue::{
    Outcome, Submission,
    assessment::{Change, Options, WhatIf},
    packs,
};
use std::{error::Error, process::ExitCode};

const YEARS: std::ops::RangeInclusive<i16> = 2013..=2026;

fn run() -> Result<(), Box<dyn Error>> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json");
    let path = std::env::args().nth(1).unwrap_or_else(|| shipped.to_owned());
    let submission = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
    let submission = Submission::from_json(&submission).map_err(|unusable| {
        let faults: Vec<String> = unusable.findings.iter().map(ToString::to_string).collect();
        format!("{path}: {}", faults.join("\n"))
    })?;
    let ledger = submission.ledger()?;
    let asked: Vec<Change> = packs::all().iter().map(|pack| Change::Pack(Box::new(pack.clone()))).collect();
    let answers = YEARS.map(|year| {
        let mut changes = asked.clone();
        changes.push(Change::Day(jiff::civil::date(year, 12, 31)));
        WhatIf::new(&ledger, ledger.period(), &Options::default(), &changes)
    });
    let answers: Vec<WhatIf> = answers.collect();
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["rule".to_owned()].into_iter().chain(YEARS.map(|year| year.to_string())));
    for pack in packs::all().iter().filter(|pack| !pack.on_request) {
        for requirement in &pack.requirements {
            let cells = answers.iter().zip(YEARS).map(|(answer, year)| {
                let day = jiff::civil::date(year, 12, 31);
                let verdict =
                    answer.verdicts.iter().find(|one| one.pack == pack.id && one.requirement == requirement.id);
                match verdict.map(|verdict| verdict.outcome).filter(|_| pack.in_force(day)) {
                    Some(Outcome::Meets) => "✓",
                    Some(Outcome::Fails) => "✗",
                    Some(Outcome::Undetermined) => "?",
                    Some(Outcome::NotApplicable) => "–",
                    None => "",
                }
            });
            let cells: Vec<&str> = cells.collect();
            if cells.iter().any(|cell| !cell.is_empty() && *cell != "–") {
                let name = format!("{} {}", pack.id, requirement.id);
                table.add_row([name].into_iter().chain(cells.into_iter().map(str::to_owned)));
            }
        }
    }
    let pue =
        answers.first().and_then(|answer| answer.pue_before).map_or("—".to_owned(), |pue| pue.to_f64().to_string());
    println!("{path}: PUE {pue}, as of the last day of each year");
    println!("✓ meets  ✗ fails  ? undetermined  – not applicable  (blank: not in force)");
    println!("{table}");
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(3)
        }
    }
}
