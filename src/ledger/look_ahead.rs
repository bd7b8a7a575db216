//! That the look ahead of faulty registers is bounded, however many readings a day has.

use super::Ledger;
use crate::{
    facility::Facility,
    metering::{MeasurementPoint, Meter, MeterKind, Readings, Series, clean::looked},
    period::{Period, time_zone},
    quantity::{ExactPower, Unit},
    site::Site,
};

/// Readings a second apart, and how many were looked at for each.
fn looked_at(count: usize, dial: impl Fn(usize) -> f64) -> u64 {
    let kind = MeterKind::Register { modulus: Some(1e8), resets: None };
    let mut meter = Meter::new("g", MeasurementPoint::GridSupply, kind, Unit::KilowattHour);
    meter.capacity = ExactPower::from_kw(12_000.0).ok();
    let facility = Facility::new("A", time_zone("Asia/Shanghai").unwrap());
    let site = Site::new(facility, vec![meter], Vec::new()).unwrap();
    let period = Period::year(2024, site.time_zone()).unwrap();
    let time: Vec<i64> = (0..count as i64).map(|second| period.start() + second * 1000).collect();
    let mut readings = Readings::default();
    readings.insert("g", Series::registers(time, (0..count).map(dial).collect()).unwrap());
    looked::COUNT.set(0);
    Ledger::build(&site, &readings, period).unwrap();
    looked::COUNT.get() / count as u64
}

/// A dial that falls with every reading may look ahead over a day of them each time: it does not, however many there are.
#[test]
fn the_look_ahead_is_bounded() {
    let shapes: [fn(usize) -> f64; 9] = [
        |i| 9e7 - i as f64,
        |i| if i % 2 == 0 { 0.0 } else { 99_999_999.0 },
        |i| [0.0, 5e7, 99_999_999.0][i % 3],
        |i| (i % 1000) as f64,
        |i| (i * 7919 % 100_000) as f64 * 1000.0,
        |i| if i % 2 == 0 { 5e7 + i as f64 } else { 5e7 - i as f64 },
        |i| (i % 4 * 25) as f64,
        |i| (i * 1000) as f64,
        |i| (i * 3 + usize::from(i % 3 == 1) * i * 100) as f64,
    ];
    for (number, dial) in shapes.into_iter().enumerate() {
        let (few, many) = (looked_at(10_000, dial), looked_at(80_000, dial));
        assert!(many <= 256 && few <= 256, "shape {number}: {few}, {many} a reading");
    }
}
