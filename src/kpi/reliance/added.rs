//! What would be added to one of the two sums: supplies that are not counted, loads and IT meters without a parent.

use super::{Ground, Relied, Statement, Without};
use crate::{
    metering::{Carrier, MeasurementPoint as Point, Meter},
    period::day_start,
    place::place,
    quantity::Dimension,
};

/// Several supplies below a supply are its parts where together they make up at least this share of it, in hundredths (ours).
const PARTS_OF_IT: i128 = 90;

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let (site, tree) = (ground.site, ground.site.tree());
    let counted = ground.boundary.counted_meters();
    let is_counted = |meter: usize| counted.binary_search(&meter).is_ok();
    let mut below = Vec::new();
    for (i, meter) in site.meters().iter().enumerate().filter(|(_, meter)| is_electric(meter)) {
        match meter.point {
            _ if is_supply(meter) && !is_counted(i) => {
                let energy = ground.energy(i);
                if meter.check_of.is_some() {
                    // A second meter of one flow shows what a second feeder of an equal load shows.
                    let place = site.property(i, place!(check_of));
                    relied.extend(
                        (energy > 0)
                            .then(|| Relied { place, ..ground.relied(Statement::CheckMeter, i, (energy, 0), true) }),
                    );
                } else if energy > 0 {
                    below.push((tree.parent(i), i, energy));
                }
            }
            _ if is_supply(meter) && is_dead(ground, meter) && ground.energy(i) == 0 => {
                let key = if meter.until.is_some() { place!(until) } else { place!(from) };
                let mut dead = ground.relied(Statement::SupplyDead, i, (0, 0), true);
                (dead.energy, dead.without, dead.place) = (None, Without::OPEN, site.property(i, key));
                relied.push(dead);
            }
            Point::Cooling | Point::Distribution | Point::Lighting | Point::Other
                if tree.parent(i).is_none() && meter.check_of.is_none() =>
            {
                // Many leave the parent out of honest descriptions: it is listed, and no reason to be warned of.
                let energy = ground.energy(i);
                relied.extend((energy > 0).then(|| ground.relied(Statement::LoadRoot, i, (energy, 0), false)));
            }
            _ => {}
        }
    }
    carriers_below(ground, relied);
    // Supplies that make up all of the one above them, or nearly, are its parts.
    below.sort_unstable();
    for family in below.chunk_by(|a, b| a.0 == b.0) {
        let parts: i128 = family.iter().map(|(.., energy)| energy).sum();
        let whole = family.first().and_then(|(parent, ..)| *parent).map_or(0, |parent| ground.energy(parent));
        let are_parts = family.len() > 1 && whole > 0 && parts * 100 >= whole * PARTS_OF_IT;
        relied.extend(
            family.iter().map(|&(_, i, energy)| ground.relied(Statement::SupplyBelow, i, (energy, 0), !are_parts)),
        );
    }
    let is_root = |meter: usize| tree.parent(meter).is_none();
    let it = || ground.boundary.it.iter().filter(|term| !term.minus);
    // One of several that has no parent where the others do.
    let is_odd = it().any(|term| !is_root(term.meter));
    for term in it().filter(|term| is_odd && is_root(term.meter)) {
        let energy = ground.view.sum(&[*term]).microjoules();
        relied.extend((energy > 0).then(|| ground.relied(Statement::ItRoot, term.meter, (0, -energy), true)));
    }
}

/// Bought cooling and fuel below a meter of their kind, or as its check meter.
fn carriers_below(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let (meters, tree) = (ground.site.meters(), ground.site.tree());
    for (i, meter) in meters.iter().enumerate().filter(|(_, meter)| meter.carrier != Carrier::Electricity) {
        if ground.boundary.other_carriers_of(i).is_some() || meter.carrier == Carrier::Water {
            continue;
        }
        let of_kind = |up: usize| meters.get(up).is_some_and(|up| up.carrier == meter.carrier);
        let key = match meter.check_of.is_some() {
            true => place!(check_of),
            false if tree.above(i).any(of_kind) => place!(parent),
            false => continue,
        };
        let energy = ground.energy(i);
        relied.extend(ground.is_of_weight(i, meter).then(|| Relied {
            place: ground.site.property(i, key),
            without: Without::Carrier(meter.carrier),
            ..ground.relied(Statement::CarrierBelow, i, (energy, 0), true)
        }));
    }
}

/// Whether it was not in use for a moment of the part, as stated.
pub(super) fn is_dead(ground: &Ground<'_, '_>, meter: &Meter) -> bool {
    let zone = ground.part.zone();
    let over = meter.until.is_some_and(|until| day_start(until, zone) <= ground.part.start());
    over || meter.from.is_some_and(|from| day_start(from, zone) >= ground.part.end())
}

fn is_supply(meter: &Meter) -> bool {
    matches!(meter.point, Point::GridSupply | Point::GeneratorOutput | Point::Pv | Point::Wind)
}

fn is_electric(meter: &Meter) -> bool {
    meter.carrier == Carrier::Electricity && meter.dimension() == Dimension::Energy
}
