//! A gateway that takes readings as they come, and goes on after a restart from its state file.
//!
//! `cargo run --release --example gateway [-- STATE.json]`; each run of it here stands for a day, and starts anew three times.

use pue::{
    Assessment, Period, Site,
    assessment::Options,
    ledger::{Histories, LedgerStream},
    period::{Granularity, local},
};
use std::{error::Error, fs, sync::Arc};

const DAY: i64 = 86_400_000;

fn main() -> Result<(), Box<dyn Error>> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/wuhan");
    let site: Arc<Site> = Arc::new(serde_json::from_slice(&fs::read(format!("{data}/site.json"))?)?);
    let state = std::env::args().nth(1).map_or(std::env::temp_dir().join("pue-gateway.json"), Into::into);
    let _ = fs::remove_file(&state);
    let year = Period::year(2024, site.time_zone())?;
    for day in 0..3 {
        // What was stored before, or a new stream.
        let mut stream = match fs::read(&state) {
            Ok(bytes) => LedgerStream::from_parcel(Arc::clone(&site), serde_json::from_slice(&bytes)?)?,
            Err(_) => {
                let histories = Histories::by_capacity(&site);
                LedgerStream::new(
                    Arc::clone(&site),
                    year.clone(),
                    Granularity::Hour,
                    histories,
                    LedgerStream::LATENESS_MS,
                )?
            }
        };
        let (from, until) = (year.start() + day * DAY, year.start() + (day + 1) * DAY);
        for file in ["registers.csv", "power.csv", "intervals.csv"] {
            let readings = pue::read::csv(&site, file, fs::File::open(format!("{data}/{file}"))?)?;
            for (meter, series) in readings.iter() {
                let column = series.column();
                let today = |at: i64| (from < at || day == 0) && at <= until;
                for (i, (&at, &value)) in
                    column.time().iter().zip(column.value()).enumerate().filter(|row| today(*row.1.0))
                {
                    match column.start().get(i) {
                        Some(&start) => stream.push_interval(meter, start, at, value, None)?,
                        None => stream.push(meter, at, value)?,
                    }
                }
            }
        }
        // What lies ahead is not missing.
        let answer = Assessment::of(&stream.now_until(until)?, &Options::default());
        let pue = answer.pue.map_or("–".to_owned(), |pue| pue.published().to_string());
        let parcel = serde_json::to_vec(&stream.to_parcel())?;
        println!("until {}: interim PUE {pue}, state {} KB", local(until, year.zone()), parcel.len() / 1024);
        fs::write(&state, parcel)?;
    }
    Ok(())
}
