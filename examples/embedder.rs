//! The library in another program: a site, a file of readings, a year, a PUE, verdicts.
//!
//! `cargo run --release --example embedder`

use pue::{AnnualPue, Ledger, Period, Site, packs};
use std::{error::Error, fs::File};

fn main() -> Result<(), Box<dyn Error>> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/wuhan");
    let site: Site = serde_json::from_reader(File::open(format!("{data}/site.json"))?)?;

    let mut readings = pue::read::csv(&site, "registers.csv", File::open(format!("{data}/registers.csv"))?)?;
    for file in ["power.csv", "intervals.csv"] {
        readings.extend(pue::read::csv(&site, file, File::open(format!("{data}/{file}"))?)?);
    }

    let ledger = Ledger::build(&site, &readings, Period::year(2024, site.time_zone())?)?;
    let annual = AnnualPue::of(&ledger)?; // an error names the months that are missing

    for finding in ledger.findings() {
        eprintln!("{finding}");
    }
    println!("PUE {annual} = {} / {}", annual.total(), annual.it());
    for verdict in packs::by_id(packs::WUHAN_2024).ok_or("no such pack")?.judge(&ledger) {
        println!("{verdict}");
    }
    Ok(())
}
