//! From columns of numbers to a PUE: what another program has in memory goes in as it is.
//!
//! `cargo run --release --example columns`

use pue::{
    AnnualPue, Facility, Ledger, Meter, Period, Site, Unit,
    metering::{Column, MeasurementPoint, MeterKind},
    period::{Granularity, time_zone},
};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let meter = |id: &str, point, kind, unit| Meter::new(id, point, kind, unit);
    let site = Site::new(
        Facility::new("WH-1", time_zone("Asia/Shanghai")?),
        vec![
            meter("grid", MeasurementPoint::GridSupply, MeterKind::REGISTER, Unit::KilowattHour),
            meter("ups", MeasurementPoint::UpsOutput, MeterKind::Power, Unit::Kilowatt),
        ],
        Vec::new(),
    )?;
    let year = Period::year(2024, site.time_zone())?;

    // A dial read each quarter of an hour, and samples of power each five minutes; instants in milliseconds since 1970.
    let every = |minutes: i64| (year.start()..=year.end()).step_by(minutes as usize * 60_000).collect::<Vec<i64>>();
    let (read, sampled) = (every(15), every(5));
    let dial: Vec<f64> = (0..read.len()).map(|i| 1_000.0 + 311.25 * i as f64).collect();
    let power: Vec<f64> = (0..sampled.len()).map(|i| if i % 2 == 0 { 990.0 } else { 1_010.0 }).collect();

    // Nothing is copied. Columns of another length or kind than the meter's are errors that say so.
    let columns = [("grid", Column::registers(&read, &dial)?), ("ups", Column::power(&sampled, &power)?)];
    let ledger = Ledger::of_columns(&site, &columns, year, Granularity::Hour)?;
    let annual = AnnualPue::of(&ledger)?;
    println!("PUE {annual} = {} / {}", annual.total(), annual.it());
    for finding in ledger.findings() {
        println!("{finding}");
    }
    Ok(())
}
