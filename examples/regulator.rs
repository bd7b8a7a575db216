//! A regulator's round: every submission recomputed and judged, one line each; a letter for those that have to mend something.
//!
//! `cargo run --example regulator [-- FILE…]`; without files the shipped submissions.

use pue::{Lang, Outcome, portfolio::Round, report::Letter, submission::audit_json};
use std::{error::Error, fs, path::PathBuf};

fn files() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let given: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    if !given.is_empty() {
        return Ok(given);
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions");
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.sort();
    Ok(files)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut round = Round::default();
    let mut letters = Vec::new();
    for file in files()? {
        let json = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        // Whatever the bytes are, there is one answer, and it says what is wrong with them.
        let answer = audit_json(&json, &[]);
        let pue = answer.pue.as_ref().map_or("–".to_owned(), |pue| pue.published().to_string());
        let worst = answer.worst().map_or("unreadable", Outcome::as_str);
        let faults = answer.findings.iter().filter(|finding| finding.is_error()).count();
        println!("{:<10} PUE {pue:<6} {worst:<15} {faults} errors", answer.facility.as_deref().unwrap_or("–"));
        let letter = Letter::new(&answer, Lang::Zh);
        if letter.is_needed() {
            letters.push(letter.to_string());
        }
        round.add(&answer);
    }

    let sum = round.portfolio.pue().and_then(|pue| pue.round(3)).map_or("–".to_owned(), |pue| pue.to_string());
    let records = if round.records == 1 { "record" } else { "records" };
    println!("\n{} {records}, {} without a fault; PUE of all {sum}", round.records, round.clean);
    for (code, count) in round.frequent().into_iter().take(5) {
        println!("  {code}: {count}");
    }
    if let Some(first) = letters.first() {
        println!("\nThe first of {} letters:\n\n{first}", letters.len());
    }
    Ok(())
}
