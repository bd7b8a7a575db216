//! Properties of the ledger: the order of readings, the places where they are cut and the way the pieces are merged
//! change nothing, not a bit.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use proptest::prelude::*;
use pue::{
    Ledger, Period, Readings, Site,
    ledger::{FirstPass, Histories, LedgerError, LedgerStream, PartialLedger},
    metering::{Integration, MeasurementPoint, Meter, MeterKind, Series},
    period::{Granularity, time_zone},
    quantity::{ExactPower, Unit},
};

const H: i64 = 3_600_000;

fn site(kind: MeterKind, unit: Unit, capacity: bool, step: bool) -> Site {
    site_in("America/Denver", kind, unit, capacity, step)
}

fn site_in(zone: &str, kind: MeterKind, unit: Unit, capacity: bool, step: bool) -> Site {
    let mut meter = Meter::new("m", MeasurementPoint::GridSupply, kind, unit);
    meter.capacity = capacity.then(|| ExactPower::from_kw(100.0).unwrap());
    meter.max_gap_s = Some(2 * 3600);
    if step {
        meter.integrate = Integration::Step;
    }
    let facility = pue::Facility::new("A", time_zone(zone).unwrap());
    Site::new(facility, vec![meter], Vec::new()).unwrap()
}

fn period(site: &Site) -> Period {
    // Ten days around the start of daylight saving.
    Period::parse("2024-03-05/2024-03-15", site.time_zone()).unwrap()
}

/// One reading: distance to the one before in quarter hours, and what happens.
#[derive(Clone, Debug)]
enum Event {
    Fine(u8, u16),
    Missing(u8),
    Zero(u8),
    High(u8),
    Reset(u8),
    Twice(u8, u16),
    Contradicted(u8, u16),
    Late(u8, u16),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        12 => (1..9_u8, 0..30_000_u16).prop_map(|(q, e)| Event::Fine(q, e)),
        1 => (1..9_u8).prop_map(Event::Missing),
        1 => (1..9_u8).prop_map(Event::Zero),
        1 => (1..9_u8).prop_map(Event::High),
        1 => (1..9_u8).prop_map(Event::Reset),
        1 => (1..9_u8, 0..30_000_u16).prop_map(|(q, e)| Event::Twice(q, e)),
        1 => (1..9_u8, 0..30_000_u16).prop_map(|(q, e)| Event::Contradicted(q, e)),
        1 => (150..255_u8, 0..60_000_u16).prop_map(|(q, e)| Event::Late(q, e)),
    ];
    prop::collection::vec(event, 0..250)
}

/// Rows (start, end, value) of a series that counts in Wh.
fn rows(kind: MeterKind, start: i64, events: &[Event]) -> Vec<(i64, i64, f64)> {
    let (mut at, mut dial, mut rows) = (start, 5_000_000_i64, Vec::new());
    for event in events {
        let (quarters, wh) = match *event {
            Event::Fine(q, e) | Event::Twice(q, e) | Event::Contradicted(q, e) | Event::Late(q, e) => (q, i64::from(e)),
            Event::Missing(q) | Event::Zero(q) | Event::High(q) | Event::Reset(q) => (q, 0),
        };
        let before = at;
        at += i64::from(quarters) * H / 4;
        dial = if matches!(event, Event::Reset(_)) { wh } else { dial + wh };
        let value = if matches!(kind, MeterKind::Register { .. }) { dial } else { wh } as f64 / 1000.0;
        let value = match event {
            Event::Missing(_) => f64::NAN,
            Event::Zero(_) => 0.0,
            Event::High(_) => value + 90_000.0,
            _ => value,
        };
        // Now and then an interval reaches into the next one.
        let end = if matches!(event, Event::High(_)) { at + H } else { at };
        rows.push((before, end, value));
        match event {
            Event::Twice(..) => rows.push((before, end, value)),
            Event::Contradicted(..) => rows.push((before, end, value + 1.0)),
            _ => {}
        }
    }
    rows
}

fn readings(kind: MeterKind, rows: &[(i64, i64, f64)]) -> Readings {
    let mut readings = Readings::default();
    let (start, (end, value)): (Vec<i64>, (Vec<i64>, Vec<f64>)) =
        rows.iter().map(|&(start, end, value)| (start, (end, value))).unzip();
    readings.insert(
        "m",
        match kind {
            MeterKind::Interval => Series::intervals(start, end, value).unwrap(),
            MeterKind::Power => Series::power(end, value).unwrap(),
            _ => Series::registers(end, value).unwrap(),
        },
    );
    readings
}

/// Everything that a ledger says, to the bit.
fn all(ledger: &Ledger<'_>) -> String {
    let book = ledger.meter("m").unwrap();
    let steps: Vec<i128> = book.steps().map(|energy| energy.microjoules()).collect();
    let mut findings = ledger.findings();
    findings.retain(|finding| {
        finding.code.as_str() != "reading.out_of_order" && finding.code.as_str() != "reading.outside_period"
    });
    let coverage = (book.coverage(ledger.period()).to_bits(), book.course_coverage(ledger.period()).to_bits());
    format!(
        "{steps:?} {coverage:?} {findings:?} {:?}",
        pue::kpi::MeasuredPue::over(ledger, &pue::kpi::Boundary::new(ledger.site(), None), ledger.period())
            .electricity
            .bounds
    )
}

fn kinds() -> impl Strategy<Value = (MeterKind, Unit)> {
    prop_oneof![
        Just((MeterKind::REGISTER, Unit::KilowattHour)),
        Just((MeterKind::Register { modulus: Some(5_100.0), resets: None }, Unit::KilowattHour)),
        Just((MeterKind::Interval, Unit::KilowattHour)),
        Just((MeterKind::Power, Unit::Kilowatt)),
    ]
}

proptest! {
    #![proptest_config(common::config())]

    /// Cut anywhere, merged in any order and grouping: the bits of the whole.
    #[test]
    fn cutting_and_merging_change_nothing(
        (kind, unit) in kinds(), capacity: bool, step: bool, granularity in prop_oneof![Just(Granularity::Hour), Just(Granularity::Day)],
        events in events(), offset in -400_i64..100, cuts in prop::collection::vec(-100_i64..1200, 0..6), picks in prop::collection::vec(any::<prop::sample::Index>(), 8), sent: u8,
    ) {
        let site = site(kind, unit, capacity, step);
        let period = period(&site);
        let readings = readings(kind, &rows(kind, period.start() + offset * H / 4, &events));
        let whole = Ledger::build_by(&site, &readings, period.clone(), granularity).unwrap();
        let histories = Histories::new(&site, &readings);
        let mut cuts: Vec<i64> = cuts.iter().map(|quarter| period.start() + quarter * H / 4 + quarter % 7).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let edges: Vec<i64> = [i64::MIN].into_iter().chain(cuts).chain([i64::MAX]).collect();
        let mut pieces: Vec<PartialLedger<'_>> = edges
            .windows(2)
            .map(|pair| PartialLedger::build(&site, &readings, period.clone(), granularity, &histories, pair[0]..pair[1]).unwrap())
            .collect();
        // Some of them travel.
        for (i, piece) in pieces.iter_mut().enumerate().filter(|(i, _)| sent >> i & 1 == 1) {
            let parcel = serde_json::to_string(&piece.to_parcel()).unwrap();
            *piece = PartialLedger::from_parcel(&site, serde_json::from_str(&parcel).unwrap()).unwrap_or_else(|error| panic!("piece {i}: {error}"));
        }
        // So does what the first pass says of them.
        let mut passes: Vec<FirstPass> =
            edges.windows(2).map(|pair| FirstPass::new(&site, &readings, pair[0]..pair[1])).collect();
        for (i, pass) in passes.iter_mut().enumerate().filter(|(i, _)| sent >> i & 1 == 1) {
            let text = serde_json::to_string(&pass).unwrap();
            *pass = serde_json::from_str(&text).unwrap_or_else(|error| panic!("first pass {i}: {error}"));
        }
        for pick in &picks {
            if passes.len() > 1 {
                let one = passes.swap_remove(pick.index(passes.len()));
                let other = passes.swap_remove(pick.index(passes.len()));
                passes.push(one.merge(other, &site).unwrap());
            }
        }
        prop_assert_eq!(passes.pop().unwrap().histories(&site).unwrap(), histories);
        let mut picks = picks.iter();
        while pieces.len() > 1 {
            let pick = picks.next().unwrap();
            let one = pieces.swap_remove(pick.index(pieces.len()));
            let other = pieces.swap_remove(pick.index(pieces.len()));
            pieces.push(one.merge(other).unwrap());
        }
        prop_assert_eq!(all(&pieces.pop().unwrap().close()), all(&whole));
    }

    /// The order of readings is irrelevant.
    #[test]
    fn order_changes_nothing((kind, unit) in kinds(), capacity: bool, events in events(), seed: u64) {
        let site = site(kind, unit, capacity, false);
        let period = period(&site);
        let sorted = rows(kind, period.start() - H, &events);
        let mut shuffled = sorted.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let build = |rows: &[(i64, i64, f64)]| all(&Ledger::build(&site, &readings(kind, rows), period.clone()).unwrap());
        prop_assert_eq!(build(&sorted), build(&shuffled));
        // Borrowed columns are the same readings.
        let readings = readings(kind, &shuffled);
        let columns = [("m", readings.get("m").unwrap().column())];
        let borrowed = Ledger::of_columns(&site, &columns, period.clone(), Granularity::Hour).unwrap();
        prop_assert_eq!(borrowed.findings(), Ledger::build(&site, &readings, period.clone()).unwrap().findings());
        prop_assert_eq!(all(&borrowed), build(&sorted));
        let twice = [columns[0], columns[0]];
        prop_assert!(matches!(Ledger::of_columns(&site, &twice, period.clone(), Granularity::Hour), Err(LedgerError::Twice(_))));
    }

    /// One reading at a time, late up to a day and mixed: the ledger of all at once, and nothing that the lateness allows
    /// is lost.
    #[test]
    fn a_stream_is_the_batch((kind, unit) in kinds(), capacity: bool, events in events(), delays in prop::collection::vec(0..96_i64, 300), looks: u8) {
        let site = site(kind, unit, capacity, false);
        let period = period(&site);
        let rows = rows(kind, period.start() - H, &events);
        // Each row comes so many quarters after its own time.
        let key = |row: &(i64, i64, f64)| if kind == MeterKind::Interval { row.0 } else { row.1 };
        let mut arrivals: Vec<(i64, (i64, i64, f64))> = rows.iter().zip(&delays).map(|(row, delay)| (key(row) + delay * H / 4, *row)).collect();
        arrivals.sort_by_key(|arrival| arrival.0);
        let rows: Vec<(i64, i64, f64)> = arrivals.into_iter().map(|arrival| arrival.1).collect();
        let readings = readings(kind, &rows);
        let histories = Histories::new(&site, &readings);
        let mut stream = LedgerStream::new(site.clone(), period.clone(), Granularity::Hour, histories.clone(), LedgerStream::LATENESS_MS).unwrap();
        for (i, &(start, end, value)) in rows.iter().enumerate() {
            if kind == MeterKind::Interval { stream.push_interval("m", start, end, value, None) } else { stream.push("m", end, value) }.unwrap();
            if looks > 200 && i % 50 == 0 {
                stream.now();
                // It goes on after a restart, any number of times.
                let state = serde_json::to_string(&stream.to_parcel()).unwrap();
                stream = LedgerStream::from_parcel(site.clone(), serde_json::from_str(&state).unwrap()).unwrap();
                prop_assert_eq!(&serde_json::to_string(&stream.to_parcel()).unwrap(), &state);
                // What lies ahead is not missing: it is the ledger of the time until now.
                let now = rows[..=i].iter().map(key).max().unwrap();
                let is_past = |row: &(i64, i64, f64)| if kind == MeterKind::Interval { row.0 < now } else { row.1 <= now };
                let past: Vec<_> = rows[..=i].iter().copied().filter(is_past).collect();
                if let Ok(until) = Period::between(period.start(), now.min(period.end()), site.time_zone()) {
                    let past = crate::readings(kind, &past);
                    let part = PartialLedger::build(&site, &past, until, Granularity::Hour, &histories, i64::MIN..i64::MAX).unwrap();
                    match stream.now_until(now) {
                        Ok(ledger) => prop_assert_eq!(all(&ledger), all(&part.close())),
                        Err(error) => prop_assert!(now > period.end(), "{}", error),
                    }
                }
            }
        }
        let batch = Ledger::build(&site, &readings, period).unwrap();
        let stream = stream.now();
        prop_assert_eq!(all(&stream), all(&batch));
        prop_assert_eq!(stream.findings(), batch.findings());
    }

    /// Registers read at an even distance, with single faults here and there: what is booked hour by hour at once is what
    /// the ladder books reading by reading in a stream, in any part of the world, by hours and by days.
    #[test]
    fn hour_by_hour_is_reading_by_reading(
        minutes in prop_oneof![3 => Just(15), 1 => Just(60), 1 => Just(30), 1 => Just(10), 1 => Just(5), 1 => Just(20), 1 => Just(7)],
        capacity: bool, modulus in prop::option::of(Just(5_100.0)), by_days in 0..4_u8, offset in -300_i64..300,
        zone in prop_oneof![2 => Just("Asia/Shanghai"), 1 => Just("America/Denver"), 1 => Just("Australia/Lord_Howe"), 1 => Just("Asia/Kolkata")],
        rows in prop::collection::vec((0..1_000_u16, 0..20_000_u16), 0..900), rare in 2..60_u16,
    ) {
        let site = site_in(zone, MeterKind::Register { modulus, resets: None }, Unit::KilowattHour, capacity, false);
        let period = Period::parse("2024-03-30/2024-04-12", site.time_zone()).unwrap();
        let ms = minutes * 60_000;
        let (mut at, mut wh) = (period.start() + offset * ms, 5_000_000_i64);
        let (mut time, mut value) = (Vec::new(), Vec::new());
        for &(fate, energy) in &rows {
            at += ms;
            wh += i64::from(energy) * minutes / 15;
            let dial = modulus.map_or(wh, |_| wh.rem_euclid(5_100_000)) as f64 / 1000.0;
            match if fate < rare { fate % 9 } else { 9 } {
                0 | 1 => { time.push(at); value.push(f64::NAN) }
                2 => { time.extend([at, at]); value.extend([dial, dial]) }
                3 => { time.extend([at, at]); value.extend([dial, dial + 1.0]) }
                4 => { time.push(at); value.push(dial + 90_000.0) }
                5 => { time.push(at); value.push(0.0) }
                6 => at += ms * i64::from(energy % 40),
                7 => { time.extend([at, at]); value.extend([dial, f64::NAN]) }
                8 => { time.push(at); value.push(dial + 0.000_000_5) }
                _ => { time.push(at); value.push(dial) }
            }
        }
        let mut readings = Readings::default();
        readings.insert("m", Series::registers(time.clone(), value.clone()).unwrap());
        let granularity = if by_days == 0 { Granularity::Day } else { Granularity::Hour };
        let histories = Histories::new(&site, &readings);
        let mut stream = LedgerStream::new(site.clone(), period.clone(), granularity, histories, LedgerStream::LATENESS_MS).unwrap();
        time.iter().zip(&value).for_each(|(time, value)| stream.push("m", *time, *value).unwrap());
        let batch = Ledger::build_by(&site, &readings, period, granularity).unwrap();
        let stream = stream.now();
        prop_assert_eq!(all(&stream), all(&batch));
        prop_assert_eq!(stream.findings(), batch.findings());
    }

    /// Hours add up to days, days to the period, to the last unit.
    #[test]
    fn steps_add_up((kind, unit) in kinds(), events in events()) {
        let site = site(kind, unit, true, false);
        let period = period(&site);
        let readings = readings(kind, &rows(kind, period.start() - H, &events));
        let sum = |granularity| {
            let ledger = Ledger::build_by(&site, &readings, period.clone(), granularity).unwrap();
            let book = ledger.meter("m").unwrap();
            assert_eq!(book.steps().sum::<pue::quantity::ExactEnergy>(), book.energy());
            book.energy()
        };
        let hours = sum(Granularity::Hour);
        prop_assert_eq!(hours, sum(Granularity::Day));
        prop_assert_eq!(hours, sum(Granularity::Month));
    }

    /// Taking readings away never narrows what may be.
    #[test]
    fn less_data_never_narrows_the_bounds(wh in prop::collection::vec(1_u32..90_000, 240), gone in prop::collection::vec(0..240_usize, 0..40)) {
        let site = two_meters();
        let period = period(&site);
        let at = |hour: usize| period.start() + hour as i64 * H;
        let build = |gone: &[usize]| {
            let kept: Vec<usize> = (0..239).filter(|hour| !gone.contains(hour)).collect();
            let column = |scale: f64| {
                let start = kept.iter().map(|&hour| at(hour)).collect();
                let end = kept.iter().map(|&hour| at(hour + 1)).collect();
                Series::intervals(start, end, kept.iter().map(|&hour| f64::from(wh[hour]) / 1000.0 * scale).collect()).unwrap()
            };
            let mut readings = Readings::default();
            readings.insert("total", column(1.3));
            readings.insert("it", column(1.0));
            let ledger = Ledger::build(&site, &readings, period.clone()).unwrap();
            pue::kpi::MeasuredPue::over(&ledger, &pue::kpi::Boundary::new(&site, None), &period).electricity.bounds
        };
        let (full, less) = (build(&[]), build(&gone));
        prop_assert!(less.low.unwrap() <= full.low.unwrap());
        prop_assert!(less.high.is_none() || less.high.unwrap() >= full.high.unwrap());
    }

    /// Nor does it with registers and power samples, at the ends or in between, one after the other.
    #[test]
    fn less_data_never_narrows_the_bounds_of_any_kind(
        kind in prop_oneof![Just(MeterKind::REGISTER), Just(MeterKind::Interval), Just(MeterKind::Power)],
        wh in prop::collection::vec((40_000_u32..60_000, 10_000_u32..14_000), 240),
        gone in prop::collection::vec(0..240_usize, 0..30), more in prop::collection::vec(0..240_usize, 0..10), head in 0..60_usize,
    ) {
        let unit = if kind == MeterKind::Power { Unit::Kilowatt } else { Unit::KilowattHour };
        let meter = |id: &str, point| {
            let mut meter = Meter::new(id, point, kind, unit);
            meter.capacity = Some(ExactPower::from_kw(200.0).unwrap());
            meter
        };
        let meters = vec![meter("total", MeasurementPoint::GridSupply), meter("it", MeasurementPoint::UpsOutput)];
        let site = Site::new(pue::Facility::new("A", time_zone("America/Denver").unwrap()), meters, Vec::new()).unwrap();
        let period = period(&site);
        let at = |hour: usize| period.start() + hour as i64 * H;
        let build = |gone: &dyn Fn(usize) -> bool| {
            let mut readings = Readings::default();
            for (id, of) in [("total", 0), ("it", 1)] {
                let (mut dial, mut rows) = (0.0, Vec::new());
                for (hour, (it, over)) in wh.iter().enumerate() {
                    let kwh = f64::from(if of == 0 { it + over } else { *it }) / 1000.0;
                    let value = if matches!(kind, MeterKind::Register { .. }) { dial } else { kwh };
                    dial += kwh;
                    if !gone(hour) {
                        rows.push((at(hour), at(hour + 1), (value * 1000.0).round() / 1000.0));
                    }
                }
                let (start, end): (Vec<i64>, Vec<i64>) = rows.iter().map(|row| (row.0, row.1)).unzip();
                let value = rows.iter().map(|row| row.2).collect();
                let series = match kind {
                    MeterKind::Interval => Series::intervals(start, end, value),
                    MeterKind::Power => Series::power(start, value),
                    _ => Series::registers(start, value),
                }.unwrap();
                readings.insert(id, series);
            }
            let ledger = Ledger::build(&site, &readings, period.clone()).unwrap();
            pue::kpi::MeasuredPue::over(&ledger, &pue::kpi::Boundary::new(&site, None), &period).electricity.bounds
        };
        let full = build(&|_| false);
        let less = build(&|hour| gone.contains(&hour));
        let least = build(&|hour| hour < head || gone.contains(&hour) || more.contains(&hour));
        for (wide, narrow) in [(less, full), (least, less)] {
            prop_assert!(wide.low.unwrap() <= narrow.low.unwrap(), "{:?} {:?}", wide, narrow);
            prop_assert!(wide.high.is_none() || wide.high.unwrap() >= narrow.high.unwrap(), "{:?} {:?}", wide, narrow);
        }
    }

    /// Scaling both energies keeps the PUE.
    #[test]
    fn scaling_keeps_the_pue(wh in prop::collection::vec((40_000_u32..60_000, 1_u32..20_000), 1..60), factor in 1_u32..1000) {
        let site = two_meters_of(None);
        let period = period(&site);
        let build = |factor: f64| {
            let start: Vec<i64> = (0..wh.len()).map(|hour| period.start() + hour as i64 * H).collect();
            let end: Vec<i64> = start.iter().map(|start| start + H).collect();
            let mut readings = Readings::default();
            readings.insert("total", Series::intervals(start.clone(), end.clone(), wh.iter().map(|(it, more)| f64::from(it + more) * factor / 1000.0).collect()).unwrap());
            readings.insert("it", Series::intervals(start, end, wh.iter().map(|(it, _)| f64::from(*it) * factor / 1000.0).collect()).unwrap());
            let ledger = Ledger::build(&site, &readings, period.clone()).unwrap();
            pue::kpi::MeasuredPue::over(&ledger, &pue::kpi::Boundary::new(&site, None), &period).pue().map(|pue| pue.ratio())
        };
        prop_assert_eq!(build(1.0), build(f64::from(factor)));
        prop_assert!(build(1.0).is_some());
    }
}

fn two_meters() -> Site {
    two_meters_of(Some(200.0))
}

fn two_meters_of(capacity_kw: Option<f64>) -> Site {
    let meter = |id: &str, point| {
        let mut meter = Meter::new(id, point, MeterKind::Interval, Unit::KilowattHour);
        meter.capacity = capacity_kw.map(|kw| ExactPower::from_kw(kw).unwrap());
        meter
    };
    let meters = vec![meter("total", MeasurementPoint::GridSupply), meter("it", MeasurementPoint::UpsOutput)];
    Site::new(pue::Facility::new("A", time_zone("America/Denver").unwrap()), meters, Vec::new()).unwrap()
}

/// A piece in which only one reading is in sight must not take it for accepted whatever came before.
#[test]
fn an_overlap_across_the_cut_is_seen() {
    let site = site(MeterKind::Interval, Unit::KilowattHour, true, false);
    let period = period(&site);
    let day = period.start();
    let readings = readings(MeterKind::Interval, &[(day, day + 12 * H, 5.0), (day + 11 * H, day + 24 * H, 7.0)]);
    let histories = Histories::new(&site, &readings);
    let cut = day + 11 * H;
    let piece =
        |window| PartialLedger::build(&site, &readings, period.clone(), Granularity::Hour, &histories, window).unwrap();
    let merged = piece(cut..i64::MAX).merge(piece(i64::MIN..cut)).unwrap().close();
    assert_eq!(all(&merged), all(&Ledger::build(&site, &readings, period.clone()).unwrap()));
    assert_eq!(merged.meter("m").unwrap().energy(), pue::quantity::ExactEnergy::ZERO);
}

/// What comes later than the lateness is counted, not used.
#[test]
fn what_comes_too_late_is_said() {
    let site = site(MeterKind::Power, Unit::Kilowatt, true, false);
    let period = period(&site);
    let histories = Histories::by_capacity(&site);
    let mut stream = LedgerStream::new(site.clone(), period.clone(), Granularity::Hour, histories, H).unwrap();
    for hour in [0, 1, 2, 3, 2, 1] {
        stream.push("m", period.start() + hour * H, 10.0).unwrap();
    }
    stream.push("n", period.start(), 10.0).unwrap();
    let wrong = stream.push_interval("m", period.start(), period.start() + H, 10.0, None).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "expected readings of the kind that their meter is, found interval for meter \"m\", whose kind is power"
    );
    let ledger = stream.now();
    let codes: Vec<String> =
        ledger.findings().iter().map(|f| format!("{} {} {}", f.code, f.count, f.at.as_deref().unwrap_or(""))).collect();
    assert!(codes.contains(&"reading.late 1 2024-03-05T01:00:00-07:00".to_owned()), "{codes:?}");
    assert!(codes.contains(&"reading.duplicate 1 2024-03-05T02:00:00-07:00".to_owned()), "{codes:?}");
    assert!(codes.contains(&"reading.unknown_meter 1 ".to_owned()), "{codes:?}");
    assert_eq!(ledger.meter("m").unwrap().energy().kwh(), 30.0);
}

/// Of rows that contradict each other nothing is known, as a whole and in parts.
#[test]
fn a_series_of_contradictions_alone_is_as_in_advance() {
    let site = site(MeterKind::Interval, Unit::KilowattHour, false, false);
    let start = period(&site).start();
    let readings = readings(MeterKind::Interval, &rows(MeterKind::Interval, start, &[Event::Contradicted(1, 0)]));
    let pass = FirstPass::new(&site, &readings, i64::MIN..i64::MAX);
    assert_eq!(pass.histories(&site).unwrap(), Histories::new(&site, &readings));
    assert_eq!(Histories::by_capacity(&site), Histories::new(&site, &readings));
}

/// A parcel that was tampered with, or is of another site, is refused; it never panics.
#[test]
fn parcels_are_checked() {
    let site = site(MeterKind::REGISTER, Unit::KilowattHour, true, false);
    let period = period(&site);
    let rows: Vec<(i64, i64, f64)> = (0..300).map(|i| (0, period.start() + i * H / 4, i as f64)).collect();
    let readings = readings(MeterKind::REGISTER, &rows);
    let histories = Histories::new(&site, &readings);
    let part = PartialLedger::build(
        &site,
        &readings,
        period.clone(),
        Granularity::Hour,
        &histories,
        period.start()..period.end(),
    )
    .unwrap();
    let parcel = serde_json::to_value(part.to_parcel()).unwrap();
    let open = |value: serde_json::Value| match serde_json::from_value(value) {
        Ok(parcel) => PartialLedger::from_parcel(&site, parcel)
            .map(|part| part.close().meter("m").unwrap().energy())
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    assert_eq!(open(parcel.clone()), Ok(part.close().meter("m").unwrap().energy()));
    let piece = |pointer: &str| format!("/pieces/0/0{pointer}");
    for (pointer, value) in [
        ("/schema".to_owned(), serde_json::json!("pue/ledger-part/1")),
        ("/site".to_owned(), serde_json::json!("0")),
        ("/end".to_owned(), serde_json::json!(0)),
        ("/step".to_owned(), serde_json::json!("second")),
        ("/pieces".to_owned(), serde_json::json!([])),
        (piece("/body/anchor"), serde_json::json!(100_000)),
        (piece("/body/tail/at"), serde_json::json!([])),
        (piece("/head/at/0/0"), serde_json::json!(i64::MAX)),
        (piece("/head/first"), serde_json::json!("170141183460469231731687303715884105727")),
        (piece("/head/first"), serde_json::json!("-1")),
        (piece("/head/at/1/0"), serde_json::json!(-1)),
        (piece("/window"), serde_json::json!([5, 4])),
        (piece("/account/energy/narrow"), serde_json::json!(vec![1; 100_000])),
        (
            piece("/account/energy"),
            serde_json::json!({"from": 0, "unit": "1", "narrow": [], "wide": ["-170141183460469231731687303715884105728"]}),
        ),
        (piece("/account/energy/from"), serde_json::json!(100_000)),
        (piece("/account/energy/unit"), serde_json::json!("-1")),
        (
            piece("/account/holes"),
            serde_json::json!([{"start": 5, "end": 5, "missing_ms": 0, "least": "0", "most": null}]),
        ),
        (piece("/account/spans"), serde_json::json!([{"start": 0, "end": 5, "amount": "-5"}])),
        (piece("/account/falls"), serde_json::json!([{"from": 5, "at": 5, "height": "1"}])),
        (piece("/account/log"), serde_json::json!({"no.code": [1, 2, {}]})),
    ] {
        let mut changed = parcel.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match changed.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")) {
            serde_json::Value::Object(parent) => drop(parent.insert(key.to_owned(), value.clone())),
            parent => parent[key.parse::<usize>().unwrap()] = value.clone(),
        }
        assert!(open(changed).is_err(), "{pointer} {value}");
    }
}

#[test]
fn pieces_that_overlap_are_refused() {
    let site = site(MeterKind::Power, Unit::Kilowatt, true, false);
    let period = period(&site);
    let mut readings = Readings::default();
    readings.insert("m", Series::default());
    let histories = Histories::new(&site, &readings);
    let piece =
        |window| PartialLedger::build(&site, &readings, period.clone(), Granularity::Hour, &histories, window).unwrap();
    assert!(matches!(piece(0..10).merge(piece(9..20)), Err(LedgerError::Overlap { .. })));
    assert!(piece(0..10).merge(piece(10..20)).is_ok());
    let other = PartialLedger::build(
        &site,
        &readings,
        Period::year(2024, site.time_zone()).unwrap(),
        Granularity::Hour,
        &histories,
        20..30,
    )
    .unwrap();
    assert!(matches!(piece(0..10).merge(other), Err(LedgerError::Different(_))));
}

/// Two gateways with a meter each, over the same time.
#[test]
fn parts_of_different_meters_merge() {
    let site = two_meters();
    let period = period(&site);
    let column = |kwh: f64| {
        let start: Vec<i64> =
            (0..240).map(|hour| period.start() + hour * H).take_while(|&at| at < period.end()).collect();
        let end = start.iter().map(|start| start + H).collect();
        let value = vec![kwh; start.len()];
        Series::intervals(start, end, value).unwrap()
    };
    let of = |ids: &[&str]| {
        let mut readings = Readings::default();
        ids.iter().for_each(|id| readings.insert(*id, column(if *id == "it" { 80.0 } else { 100.0 })));
        readings
    };
    let histories = Histories::new(&site, &of(&["total", "it"]));
    let part = |ids: &[&str], window| {
        PartialLedger::build(&site, &of(ids), period.clone(), Granularity::Hour, &histories, window).unwrap()
    };
    let noon = period.start() + 12 * H;
    let it = part(&["it"], i64::MIN..i64::MAX);
    let merged = part(&["total"], noon..i64::MAX).merge(it).unwrap().merge(part(&["total"], i64::MIN..noon)).unwrap();
    let pue = pue::kpi::MeasuredPue::over(&merged.close(), &pue::kpi::Boundary::new(&site, None), &period);
    assert_eq!(pue.pue().unwrap().ratio().to_f64(), 1.25);
    assert!(pue.electricity.bounds.exact);
}

/// One case a fault, with the energy and the codes that the method asks for.
#[test]
fn each_fault_has_its_energy_and_its_code() {
    let golden = common::golden("faults.json");
    for case in golden["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let mut meter = case["meter"].clone();
        meter["id"] = "m".into();
        meter["point"] = "grid_supply".into();
        let json = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [meter]});
        let site: Site = serde_json::from_value(json).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rows: Vec<String> =
            case["rows"].as_array().unwrap().iter().map(|row| row.as_str().unwrap().to_owned()).collect();
        let header = if case["meter"]["kind"] == "interval" { "meter,start,end,value" } else { "meter,time,value" };
        let file = format!("{header}\n{}\n", rows.iter().map(|row| format!("m,{row}")).collect::<Vec<_>>().join("\n"));
        let readings = pue::read::csv(&site, "a.csv", file.as_bytes()).unwrap();
        let period =
            Period::parse(case["period"].as_str().unwrap_or("2024-01-01/2024-01-02"), site.time_zone()).unwrap();
        let ledger = Ledger::build(&site, &readings, period.clone()).unwrap();
        let book = ledger.meter("m").unwrap();
        let kwh = pue::quantity::ExactEnergy::from_kwh(case["expect"]["kwh"].as_f64().unwrap()).unwrap();
        assert_eq!(book.energy(), kwh, "{name}");
        if let Some(hours) = case["expect"]["known_h"].as_f64() {
            assert!(
                (book.coverage(&period) * period.hours() - hours).abs() < 1e-9,
                "{name}: {} h known",
                book.coverage(&period) * period.hours()
            );
        }
        let mut codes: Vec<String> =
            ledger.findings().iter().map(|finding| format!("{} {}", finding.code, finding.count)).collect();
        codes.retain(|code| code != "meter.no_usual 1");
        codes.sort();
        let expected: Vec<String> =
            case["expect"]["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        assert_eq!(codes, expected, "{name}");
    }
}

/// A day of twenty meters in a period of a year: what travels, or is stored by a gateway, holds that day alone.
#[test]
fn what_travels_is_small() {
    let meter = |i: usize| serde_json::json!({"id": format!("m{i}"), "point": "other", "kind": "register", "unit": "kWh", "capacity_kw": 2000.0});
    let site: Site = serde_json::from_value(serde_json::json!({
        "schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": (0..20).map(meter).collect::<Vec<_>>(),
    }))
    .unwrap();
    let year = Period::year(2024, site.time_zone()).unwrap();
    let histories = Histories::by_capacity(&site);
    let size = |minutes: i64, from: i64, is_last: bool| {
        let mut readings = Readings::default();
        let ends = (from, from + 24 * H);
        let mut stream =
            LedgerStream::new(site.clone(), year.clone(), Granularity::Hour, histories.clone(), 2 * H).unwrap();
        for i in 0..20 {
            let id = format!("m{i}");
            let time: Vec<i64> = (ends.0..=ends.1).step_by(minutes as usize * 60_000).collect();
            let dial = |q: usize| {
                let q = q as i64;
                (12_345_000 + q * minutes * (8_600 + i * 117) + q * q % 977) as f64 / 1000.0
            };
            let value: Vec<f64> = (0..time.len()).map(dial).collect();
            time.iter().zip(&value).for_each(|(at, value)| stream.push(&id, *at, *value).unwrap());
            readings.insert(id, Series::registers(time, value).unwrap());
        }
        let window = if is_last { i64::MIN..i64::MAX } else { ends.0..ends.1 + 1 };
        let part = PartialLedger::build(&site, &readings, year.clone(), Granularity::Hour, &histories, window).unwrap();
        let text = serde_json::to_string(&part.to_parcel()).unwrap();
        (text.len(), serde_json::to_string(&stream.to_parcel()).unwrap().len())
    };
    let day = year.start() + 200 * 24 * H;
    // All readings that there are; a part of them, whose neighbours have to see its readings; the state of a stream.
    let (all, hourly, quarterly) = (size(15, day, true), size(60, day, false), size(15, day, false));
    assert!(all.0 <= 10_000 && hourly.0 <= 10_000, "{all:?} {hourly:?}");
    assert!(quarterly.0 <= 22_000, "{quarterly:?}");
    assert!(hourly.1 <= 14_000 && quarterly.1 <= 25_000, "{hourly:?} {quarterly:?}");
}

fn stream(site: &Site, lateness_ms: i64) -> LedgerStream {
    let histories = Histories::by_capacity(site);
    LedgerStream::new(site.clone(), period(site), Granularity::Hour, histories, lateness_ms).unwrap()
}

fn restored(stream: &LedgerStream, site: &Site) -> LedgerStream {
    let state = serde_json::to_string(&stream.to_parcel()).unwrap();
    LedgerStream::from_parcel(site.clone(), serde_json::from_str(&state).unwrap()).unwrap()
}

/// Whatever was stored in between, the same can be asked for and the same comes out: intervals that reach beyond the instant, ones
/// that overlap, and instants before the newest reading.
#[test]
fn a_restart_changes_no_question() {
    let site = site(MeterKind::Interval, Unit::KilowattHour, true, false);
    let start = period(&site).start();
    for last in [(2, 4, 2.0), (2, 1, 2.0), (2, 2, 2.0), (2, 4, f64::NAN)] {
        let mut whole = stream(&site, 0);
        for (from, until, value) in [(0, 1, 1.0), (1, 3, 2.0), last] {
            whole.push_interval("m", start + from * H, start + until * H, value, None).unwrap();
        }
        let again = restored(&whole, &site);
        let at = start + 5 * H / 2;
        assert_eq!(all(&whole.now_until(at).unwrap()), all(&again.now_until(at).unwrap()), "{last:?}");
        for earlier in [start + H, start + 2 * H - 1] {
            let told = |stream: &LedgerStream| stream.now_until(earlier).map(|_| ()).map_err(|error| error.to_string());
            assert_eq!(told(&whole), told(&again));
            assert!(told(&whole).unwrap_err().starts_with("expected an instant from "));
        }
    }
}

/// A stamp far ahead makes nothing late that lies within the period, stored or not; and many of them are not kept without end.
#[test]
fn a_stamp_from_the_future_is_no_end() {
    let site = site(MeterKind::REGISTER, Unit::KilowattHour, true, false);
    let start = period(&site).start();
    for ahead in [start + 50 * 365 * 24 * H, i64::MAX] {
        let mut stream = stream(&site, 0);
        stream.push("m", start, 100.0).unwrap();
        stream.push("m", ahead, 7.0).unwrap();
        let mut stream = restored(&stream, &site);
        for hour in 1..=10 {
            stream.push("m", start + hour * H, 100.0 + hour as f64).unwrap();
        }
        let stream = restored(&stream, &site);
        let codes: Vec<String> = stream.now().findings().iter().map(|finding| finding.code.to_string()).collect();
        assert!(!codes.contains(&"reading.late".to_owned()), "{codes:?}");
    }
    let mut stream = stream(&site, 0);
    let end = period(&site).end();
    for quarter in 0..40_000 {
        stream.push("m", end + quarter * H / 4, quarter as f64).unwrap();
    }
    let state = serde_json::to_string(&stream.to_parcel()).unwrap();
    assert!(state.len() < 200_000, "{}", state.len());
}

/// A state belongs to the site that it was made for, by its clock too; and counts that no readings lead to are refused.
#[test]
fn a_state_of_another_clock_is_refused() {
    let of = |zone: &str| site_in(zone, MeterKind::REGISTER, Unit::KilowattHour, true, false);
    let state = serde_json::to_value(stream(&of("+08:00"), 0).to_parcel()).unwrap();
    let open = |site: &Site, state: &serde_json::Value| {
        LedgerStream::from_parcel(site.clone(), serde_json::from_value(state.clone()).unwrap())
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(open(&of("+08:00"), &state), Ok(()));
    assert!(open(&of("-09:30"), &state).unwrap_err().contains("another site"));
    for count in ["late", "displaced", "outside"] {
        let mut forged = state.clone();
        forged["meters"][0][count] = u64::MAX.into();
        assert!(open(&of("+08:00"), &forged).is_err(), "{count}");
    }
}
