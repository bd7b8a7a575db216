//! An operator's PUE from a site and its files of readings: the report, and an exit code that a script can go by.
//!
//! `cargo run --example operator [-- SITE.json READINGS.csv… 2024]`; without arguments the shipped site in Wuhan.

use pue::{
    Assessment, Lang, Outcome, Period, Readings, Site,
    report::{Report, Style},
};
use std::{error::Error, fs::File, process::ExitCode};

fn run() -> Result<Option<Outcome>, Box<dyn Error>> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/wuhan");
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() {
        let files = ["site.json", "registers.csv", "power.csv", "intervals.csv"];
        arguments = files.map(|file| format!("{data}/{file}")).to_vec();
        arguments.push("2024".to_owned());
    }
    let [site, files @ .., period] = arguments.as_slice() else {
        return Err("expected SITE.json READINGS.csv… PERIOD".into());
    };

    // All faults of the description are found, not only the first; serde_json::from_str would stop there.
    let json = std::fs::read(site).map_err(|error| format!("{site}: {error}"))?;
    let read = pue::read::site(&json);
    let Some(site) = read.value else {
        read.findings.iter().for_each(|finding| eprintln!("{finding}"));
        return Ok(None);
    };

    // What could not be read of a file stands in the findings of the assessment.
    let readings = read_all(&site, files)?;
    let assessment = Assessment::new(&site, &readings, Period::parse(period, site.time_zone())?)?;
    print!("{}", Report::new(&assessment, Lang::En, Style::Text));
    Ok(assessment.worst().filter(|_| assessment.pue.is_some()))
}

fn read_all(site: &Site, files: &[String]) -> Result<Readings, Box<dyn Error>> {
    let mut readings = Readings::default();
    for file in files {
        let bytes = File::open(file).map_err(|error| format!("{file}: {error}"))?;
        readings.extend(pue::read::csv(site, file, bytes)?);
    }
    Ok(readings)
}

fn main() -> ExitCode {
    match run() {
        Ok(Some(Outcome::Fails)) => ExitCode::from(1),
        Ok(Some(Outcome::Undetermined)) => ExitCode::from(2),
        Ok(Some(_)) => ExitCode::SUCCESS,
        Ok(None) => ExitCode::from(3),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(3)
        }
    }
}
