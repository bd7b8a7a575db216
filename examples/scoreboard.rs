//! A city's indicators (指标进展): what its submissions tell, and what only the city knows.
//!
//! `cargo run --example scoreboard [-- CITY.json FILE…]`; without arguments the shipped city and two of its sites.

use pue::{
    Submission,
    portfolio::{CityFacts, Scoreboard},
};
use std::{error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() {
        let sites = ["submissions/01-meets.json", "submissions/02-over-the-limit.json"];
        arguments = ["city.json"].iter().chain(&sites).map(|file| format!("{data}/{file}")).collect();
    }
    let [city, files @ ..] = arguments.as_slice() else { return Err("expected CITY.json FILE…".into()) };
    let facts: CityFacts = serde_json::from_slice(&fs::read(city)?)?;

    // Some sites tell that an indicator is reached, never that it is not: for that all sites of the city are needed.
    let mut board = Scoreboard::of_some_sites();
    for file in files {
        match Submission::from_json(&fs::read(file)?) {
            Ok(submission) => {
                let day = submission.period().last_day();
                board.add(submission.site().facility(), &submission.audit(&[]), day);
            }
            Err(unusable) => eprintln!("{file}: {unusable}"),
        }
    }
    for line in board.lines(&facts) {
        let value = line.value.map_or("–".to_owned(), |value| value.to_f64().to_string());
        let (one, outcome) = (&line.indicator, line.outcome.text().en);
        println!("{:<22} {} {} {}: {value}, {outcome}", one.id, one.relation.symbol(), one.target, one.unit.en);
    }
    Ok(())
}
