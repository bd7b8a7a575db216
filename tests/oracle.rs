//! The ladder of registers, written again from the method: slow, plain, whole milliwatt-hours, nothing shared with `src/`.

mod common;

use proptest::prelude::*;
use pue::{Ledger, Period, Readings, Site, metering::Series};
use std::collections::BTreeMap;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

#[derive(Default, Debug, PartialEq)]
struct Books {
    /// Milliwatt-hours.
    energy: i128,
    faults: BTreeMap<&'static str, u64>,
}

/// (time, dial in mWh), in time order, one reading an instant.
fn by_the_method(readings: &[(i64, i128)], capacity_mw: i128, modulus: Option<i128>) -> Books {
    let mut books = Books::default();
    // What passes from a to b by steps 1 and 2, and whether the dial rolled over. lim = capacity × time, in mW·ms.
    let fits = |a: (i64, i128), b: (i64, i128)| {
        let possible = |mwh: i128| mwh >= 0 && mwh * 3_600_000 <= capacity_mw * i128::from(b.0 - a.0);
        let d = b.1 - a.1;
        match modulus {
            _ if possible(d) => Some((d, false)),
            Some(modulus) if d < 0 && possible(d + modulus) => Some((d + modulus, true)),
            _ => None,
        }
    };
    let mut i = 0;
    while i + 1 < readings.len() {
        let (a, b) = (readings[i], readings[i + 1]);
        let mut next = i + 1;
        let mut fitted = fits(a, b);
        if fitted.is_none() {
            for c in i + 2..readings.len() {
                // Come by `a` again by counting on from `b` says nothing about `b`.
                let counted = (i + 1..c).all(|k| fits(readings[k], readings[k + 1]).is_some_and(|(_, rolled)| !rolled));
                let come_by = counted && readings[c - 1].1 > b.1;
                if readings[c].0 - b.0 <= DAY && fits(a, readings[c]).is_some() && !come_by {
                    for dropped in &readings[i + 1..c] {
                        let fault = if dropped.1 < a.1 { "register.glitch" } else { "register.spike" };
                        *books.faults.entry(fault).or_default() += 1;
                    }
                    (next, fitted) = (c, fits(a, readings[c]));
                    break;
                }
            }
        }
        match fitted {
            Some((mwh, rolled)) => {
                books.energy += mwh;
                if rolled {
                    *books.faults.entry("register.rollover").or_default() += 1;
                }
            }
            None if b.1 * 3_600_000 <= capacity_mw * i128::from(b.0 - a.0) => {
                books.energy += b.1;
                *books.faults.entry("register.reset").or_default() += 1;
            }
            None => *books.faults.entry("register.step").or_default() += 1,
        }
        i = next;
    }
    books
}

fn by_the_library(readings: &[(i64, i128)], capacity_kw: f64, modulus_kwh: Option<f64>) -> Books {
    let kind = modulus_kwh
        .map_or(serde_json::json!("register"), |modulus| serde_json::json!({"register": {"modulus": modulus}}));
    let site: Site = serde_json::from_value(serde_json::json!({
        "schema": "pue/site/1",
        "facility": {"id": "A", "time_zone": "UTC"},
        "meters": [{"id": "m", "point": "grid_supply", "kind": kind, "unit": "kWh", "capacity_kw": capacity_kw}],
    }))
    .unwrap();
    let (time, value) = readings.iter().map(|&(at, mwh)| (at, mwh as f64 / 1e6)).unzip();
    let mut columns = Readings::default();
    columns.insert("m", Series::registers(time, value));
    let period = Period::parse("2023-12-01/2024-03-01", site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &columns, period).unwrap();
    let energy = ledger.meter("m").unwrap().exact();
    assert_eq!(energy % 3_600_000, 0);
    let findings = ledger.findings();
    let faults = findings.iter().filter(|finding| {
        // That one more turn would have fitted widens the bounds and books nothing.
        finding.code.as_str().starts_with("register.") && finding.code.as_str() != "register.turns"
    });
    Books { energy: energy / 3_600_000, faults: faults.map(|finding| (finding.code.as_str(), finding.count)).collect() }
}

proptest! {
    #![proptest_config(common::config())]

    #[test]
    fn the_ladder_is_the_methods(
        steps in prop::collection::vec((1..30_i64, 0..20_u8, 0..1_000_000_u32, any::<u32>()), 1..900),
        modulus in prop::option::of(prop_oneof![Just(40.0), Just(1000.0)]), capacity_kw in prop_oneof![Just(10.0), Just(60.0)],
    ) {
        let modulus_mwh = modulus.map(|modulus: f64| (modulus * 1e6) as i128);
        let (mut at, mut dial) = (1_704_067_200_000_i64, 5_000_000_i128);
        let mut readings = Vec::new();
        for (minutes, event, mwh, noise) in steps {
            // Now and then hours pass, so that the look-ahead ends.
            at += minutes * MINUTE * if noise % 97 == 0 { 120 } else { 1 };
            dial += i128::from(mwh);
            if event == 1 {
                dial = i128::from(mwh);
            }
            if let Some(modulus) = modulus_mwh {
                dial %= modulus;
            }
            let shown = match event {
                2 => 0,
                3 => dial + i128::from(noise),
                4 => (dial - i128::from(noise)).max(0),
                _ => dial,
            };
            readings.push((at, shown));
        }
        prop_assert_eq!(by_the_library(&readings, capacity_kw, modulus), by_the_method(&readings, (capacity_kw * 1e6) as i128, modulus_mwh));
    }
}
