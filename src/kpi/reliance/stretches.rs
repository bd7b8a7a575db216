//! What is stated of a stretch of time: that a meter was not in use, that a person has confirmed its readings, that it used nothing
//! where it wrote nothing.

use super::{Ground, Relied, Statement, Without};
use crate::{
    metering::{Absent, Carrier, MeasurementPoint as Point, Meter},
    place::{Place, place},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let turns = Turns::of(ground);
    for (term, is_total) in ground.added() {
        let Some(meter) = ground.site.meters().get(term.meter) else { continue };
        relied.extend(confirmed(ground, (term.meter, meter), is_total));
        if is_total {
            relied.extend(life(ground, &turns, (term.meter, meter)));
            relied.extend(absent(ground, term.meter, meter));
        }
    }
    for (i, meter) in ground.site.meters().iter().enumerate() {
        if meter.carrier != Carrier::Electricity && ground.boundary.other_carriers_of(i).is_some() {
            relied.extend(life_of_carrier(ground, &turns, (i, meter)));
        }
    }
}

/// What a person has confirmed could be anything that the meter can carry.
fn confirmed(ground: &Ground<'_, '_>, (i, meter): (usize, &Meter), is_total: bool) -> Option<Relied> {
    let (mut known, mut ms) = (0, 0);
    for stretch in &meter.confirmed {
        let from = stretch.from.as_millisecond().max(ground.part.start());
        let until = stretch.until.as_millisecond().min(ground.part.end());
        if from < until {
            (known, ms) = (known + ground.energy_within(i, from, until), ms + (until - from));
        }
    }
    if ms == 0 {
        return None;
    }
    let most = ground.view.ledger().book(i)?.most_in(ms);
    Some(Relied {
        place: ground.site.property(i, place!(events)),
        without: Without::unknown(known, most, is_total),
        ..ground.relied(Statement::Confirmed, i, (known, 0), true)
    })
}

/// A supply that began, or ended, within the period, and that no other one took the place of, or had it from. Of one that was in
/// use for less than half of the time nobody knows what it would have used.
fn life(ground: &Ground<'_, '_>, turns: &Turns, (i, meter): (usize, &Meter)) -> Option<Relied> {
    let (place, dead_ms, alive_ms) = dead(ground, i, meter)?;
    let energy = ground.energy(i);
    if turns.are_taken(meter, energy / i128::from(alive_ms)) {
        return None;
    }
    let more = energy.checked_mul(dead_ms.into())?.checked_div(alive_ms.into())?;
    let without = if alive_ms < dead_ms || more <= 0 { Without::OPEN } else { Without::Sums { total: more, it: 0 } };
    Some(Relied { place, without, ..ground.relied(Statement::Life, i, (energy, 0), true) })
}

/// What meters that were in use for a part of the time used while they were, the most by point and by the day on which one
/// begins, or ends.
struct Turns {
    begins: BTreeMap<(Point, Date), i128>,
    ends: BTreeMap<(Point, Date), i128>,
}

impl Turns {
    fn of(ground: &Ground<'_, '_>) -> Self {
        let mut turns = Turns { begins: BTreeMap::new(), ends: BTreeMap::new() };
        for (i, meter) in ground.site.meters().iter().enumerate().filter(|(_, meter)| meter.check_of.is_none()) {
            let Some((.., alive_ms)) = dead(ground, i, meter) else { continue };
            let power = ground.energy(i) / i128::from(alive_ms);
            for (day, known) in [(meter.from, &mut turns.begins), (meter.until, &mut turns.ends)] {
                if let Some(day) = day {
                    let most = known.entry((meter.point, day)).or_default();
                    *most = power.max(*most);
                }
            }
        }
        turns
    }

    /// Whether another meter of its point begins on the day on which one ends, or ends on the day on which it begins, and uses at
    /// least half as much: it was replaced, or replaces.
    fn are_taken(&self, meter: &Meter, power: i128) -> bool {
        let next = meter.until.and_then(|day| self.begins.get(&(meter.point, day)));
        let before = meter.from.and_then(|day| self.ends.get(&(meter.point, day)));
        next.into_iter().chain(before).any(|other| *other * 2 >= power)
    }
}

/// The same of bought cooling and fuel; there it may be the whole period too.
fn life_of_carrier(ground: &Ground<'_, '_>, turns: &Turns, (i, meter): (usize, &Meter)) -> Option<Relied> {
    let without = Without::Carrier(meter.carrier);
    match dead(ground, i, meter) {
        Some((place, _, alive_ms)) => {
            let replaced = turns.are_taken(meter, ground.energy(i) / i128::from(alive_ms));
            let relied = || ground.relied(Statement::Life, i, (ground.energy(i), 0), true);
            (!replaced).then(|| Relied { place, without, ..relied() })
        }
        None if super::added::is_dead(ground, meter) => {
            Some(Relied { without, energy: None, ..ground.relied(Statement::CarrierDead, i, (0, 0), true) })
        }
        None => None,
    }
}

/// Where it is stated that a meter was in use for a part of the time only; how long it was not, and how long it was.
fn dead(ground: &Ground<'_, '_>, i: usize, meter: &Meter) -> Option<(Place, i64, i64)> {
    if meter.from.is_none() && meter.until.is_none() {
        return None;
    }
    let (from, until) = ground.view.ledger().book(i)?.alive;
    let alive_ms = until.min(ground.part.end()) - from.max(ground.part.start());
    let dead_ms = ground.part.milliseconds() - alive_ms;
    let key = if meter.until.is_some() && until < ground.part.end() { place!(until) } else { place!(from) };
    (alive_ms > 0 && dead_ms > 0).then(|| (ground.site.property(i, key), dead_ms, alive_ms))
}

/// The grid never rests; what generates on the site may.
fn absent(ground: &Ground<'_, '_>, i: usize, meter: &Meter) -> Option<Relied> {
    let is_said = meter.absent == Absent::Zero && meter.point == Point::GridSupply;
    let rests = is_said && ground.view.ledger().book(i)?.longest_rest() > 0;
    rests.then(|| Relied {
        place: ground.site.property(i, place!(absent)),
        energy: None,
        without: Without::OPEN,
        ..ground.relied(Statement::Absent, i, (0, 0), true)
    })
}
