//! What counts by more or less than was read: energy taken off, shares, multipliers, exchanges, generators.

use super::{Ground, Relied, Statement, Without};
use crate::{
    finding::Text,
    kpi::boundary::Term,
    metering::{Carrier, MeasurementPoint as Point, Meter},
    place::place,
    quantity::{ExactEnergy, Ratio, Unit},
};

/// A multiplier between these, other than 1, is of no transformer of a data centre, whose supplies and loads are of hundreds of
/// amperes, and of no pulse output but in watt-hours (ours).
const NEAR_ONE: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// Pulse outputs give a multiple of so many pulses for a kilowatt-hour.
const PULSES: f64 = 50.0;

/// A meter is seldom exchanged in a year, and never so often (ours).
const OFTEN: usize = 3;

/// An engine gives at least a quarter of its fuel's energy unless it only idles (ours).
const LEAST_YIELD: i128 = 4;

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let boundary = ground.boundary;
    for term in boundary.electric_terms().iter().filter(|term| term.minus) {
        let energy = -ground.view.sum(&[*term]).microjoules();
        let on = match ground.site.meters().get(term.meter).map(|meter| meter.point) {
            Some(Point::Export) => Statement::Export,
            _ => Statement::Outside,
        };
        relied.extend((energy > 0).then(|| ground.relied(on, term.meter, (energy, 0), true)));
    }
    relied.extend(shares(ground));
    relied.extend(shares_of_carriers(ground));
    let sides =
        boundary.electric_terms().iter().map(|term| (term, true)).chain(boundary.it.iter().map(|term| (term, false)));
    for (term, is_total) in sides {
        let Some(meter) = ground.site.meters().get(term.meter) else { continue };
        let energy = || ground.view.sum(&[*term]).microjoules();
        if let Some(one) = by_multiplier(meter, energy) {
            let place = ground.site.property(term.meter, place!(multiplier));
            relied
                .push(Relied { place, ..ground.relied(Statement::Multiplier, term.meter, side(one, is_total), true) });
        }
        if is_total && !term.minus && is_in_heat(meter) {
            let place = ground.site.property(term.meter, place!(unit));
            // 3.6 MJ are a kilowatt-hour.
            let more = energy() * 13 / 5;
            relied.push(Relied { place, ..ground.relied(Statement::Unit, term.meter, (more, 0), true) });
        }
        if let Some(change) = by_new_multiplier(ground, term.meter, meter) {
            let place = ground.site.property(term.meter, place!(events));
            let change = if term.minus { -change } else { change };
            relied.push(Relied {
                place,
                ..ground.relied(Statement::ExchangedMultiplier, term.meter, side(change, is_total), true)
            });
        }
        if is_often_exchanged(ground, meter) {
            relied.push(Relied {
                place: ground.site.property(term.meter, place!(events)),
                without: if is_total { Without::OPEN } else { Without::unknown(energy().abs(), None, false) },
                ..ground.relied(Statement::Exchange, term.meter, (energy(), 0), true)
            });
        } else if let Some(bridged) = exchanged(ground, meter, energy) {
            let place = ground.site.property(term.meter, place!(events));
            relied.push(Relied {
                place,
                ..ground.relied(Statement::Exchange, term.meter, side(bridged, is_total), true)
            });
        }
    }
    relied.extend(generators(ground));
}

/// A change of the total, or of the IT energy.
const fn side(change: i128, is_total: bool) -> (i128, i128) {
    if is_total { (change, 0) } else { (0, change) }
}

/// Shares of the total and of IT: where all of them are the same, all at once, since a site that shares its supply shares its IT
/// too; else those of the total, which alone bring a PUE down.
fn shares(ground: &Ground<'_, '_>) -> Option<Relied> {
    let share_of =
        |term: &Term| ground.site.meters().get(term.meter).and_then(|meter| meter.share).unwrap_or(Ratio::ONE);
    let is_shared = |term: &&Term| share_of(term) > Ratio::ZERO && share_of(term) < Ratio::ONE;
    let more = |terms: &[Term]| -> i128 {
        let of = |term: &Term| {
            let (shared, whole) = (ground.view.sum(&[*term]).microjoules(), ground.energy(term.meter));
            if term.minus { -whole - shared } else { whole - shared }
        };
        terms.iter().filter(is_shared).map(of).sum()
    };
    let all = || ground.boundary.electric_terms().iter().chain(&ground.boundary.it);
    let first = all().filter(is_shared).map(|term| term.meter).next()?;
    let is_one = all().all(|term| share_of(term) == ground.boundary.it.first().map_or(Ratio::ONE, share_of));
    let total = more(ground.boundary.electric_terms());
    let it = if is_one || total == 0 { more(&ground.boundary.it) } else { 0 };
    let place = ground.site.property(first, place!(share));
    ((total, it) != (0, 0)).then(|| Relied { place, ..ground.relied(Statement::Share, first, (total, it), true) })
}

/// Cooling and fuel of which a smaller share is counted than of IT.
fn shares_of_carriers(ground: &Ground<'_, '_>) -> Vec<Relied> {
    let share_of = |meter: usize| ground.site.meters().get(meter).and_then(|meter| meter.share).unwrap_or(Ratio::ONE);
    let least = ground.boundary.it.iter().map(|term| share_of(term.meter)).min().unwrap_or(Ratio::ONE);
    let carriers = ground.site.meters().iter().enumerate().filter(|(i, meter)| {
        meter.carrier != Carrier::Electricity && ground.boundary.other_carriers_of(*i).is_some() && share_of(*i) < least
    });
    let shared = carriers.filter(|(i, meter)| ground.is_of_weight(*i, meter)).map(|(i, meter)| Relied {
        place: ground.site.property(i, place!(share)),
        without: Without::Carrier(meter.carrier),
        ..ground.relied(Statement::Share, i, (ground.energy(i), 0), true)
    });
    shared.collect()
}

/// What an energy changes by if its multiplier, one that nothing explains, is left out.
fn by_multiplier(meter: &Meter, energy: impl Fn() -> i128) -> Option<i128> {
    let multiplier = meter.multiplier;
    let pulses = 1000.0 / multiplier / PULSES;
    let is_of_pulses = meter.unit == Unit::WattHour && (pulses - pulses.round()).abs() < 1e-9;
    let is_odd = NEAR_ONE.contains(&multiplier) && multiplier != 1.0 && !is_of_pulses;
    // A float is exact enough: it is said in whole kilowatt-hours.
    is_odd.then(energy).map(|energy| (energy as f64 / multiplier) as i128 - energy)
}

/// Electricity is counted in watt-hours; a dial in joules may be one that is read in the wrong unit.
fn is_in_heat(meter: &Meter) -> bool {
    matches!(meter.unit, Unit::Megajoule | Unit::Gigajoule)
}

/// What an energy changes by if the exchanges had not changed the multiplier.
fn by_new_multiplier(ground: &Ground<'_, '_>, i: usize, meter: &Meter) -> Option<i128> {
    if meter.events.iter().all(|event| event.multiplier.is_none()) {
        return None;
    }
    let mut change = 0;
    for (at, event) in meter.events.iter().enumerate() {
        let from = event.at.as_millisecond();
        let until = meter.events.get(at + 1).map_or(i64::MAX, |next| next.at.as_millisecond());
        if from < ground.part.end() && until > ground.part.start() {
            let energy = ground.energy_within(i, from, until.min(ground.part.end()));
            // A float is exact enough: it is said in whole kilowatt-hours.
            change += (energy as f64 * (meter.multiplier / meter.multiplier_at(from) - 1.0)) as i128;
        }
    }
    (change != 0).then_some(change)
}

/// What exchanges have left out of the count, or put into it, where the new dial starts at more than half of where the old one
/// ended: it may be the same dial. Not more than the meter counted in all: else it is another one.
fn exchanged(ground: &Ground<'_, '_>, meter: &Meter, energy: impl Fn() -> i128) -> Option<i128> {
    let within = |at: i64| (ground.part.start()..ground.part.end()).contains(&at);
    let events =
        meter.events.iter().filter(|event| within(event.at.as_millisecond()) && event.first * 2.0 > event.last);
    let bridged = events.filter_map(|event| {
        let at = event.at.as_millisecond() - 1;
        let (first, last) =
            (meter.conversion(at).exact(event.first).ok()?, meter.conversion(at).exact(event.last).ok()?);
        Some(first - last)
    });
    let bridged: i128 = bridged.sum();
    (bridged != 0 && bridged.abs() <= energy().abs()).then_some(bridged)
}

/// Whether it was exchanged again and again for fresh dials: what was used between the last reading and the exchange is what
/// is stated.
fn is_often_exchanged(ground: &Ground<'_, '_>, meter: &Meter) -> bool {
    let within = |at: i64| (ground.part.start()..ground.part.end()).contains(&at);
    let fresh =
        meter.events.iter().filter(|event| within(event.at.as_millisecond()) && event.first * 2.0 <= event.last);
    fresh.count() >= OFTEN
}

/// Generators whose output is little beside the fuel that they burnt.
fn generators(ground: &Ground<'_, '_>) -> Option<Relied> {
    let boundary = ground.boundary;
    let first = boundary.generated.first().filter(|_| !boundary.burnt.is_empty())?;
    let (fuel, output) =
        (ground.view.sum(&boundary.burnt).microjoules(), ground.view.sum(&boundary.generated).microjoules());
    let least = fuel / LEAST_YIELD;
    (output < least).then(|| Relied {
        name: Text::new(
            format!(
                "{}（输出 {}）",
                ground.site.name_of(first.meter).zh,
                ExactEnergy::from_microjoules(output).text().zh
            ),
            format!(
                "{} (output {})",
                ground.site.name_of(first.meter).en,
                ExactEnergy::from_microjoules(output).text().en
            ),
        ),
        without: Without::Sums { total: least - output, it: 0 },
        ..ground.relied(Statement::Generator, first.meter, (least - output, 0), true)
    })
}
