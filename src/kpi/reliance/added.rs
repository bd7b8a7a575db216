//! What would be added to one of the two sums: supplies that are not counted, loads and IT meters without a parent.

use super::{Ground, Relied, Statement, Without};
use crate::{
    metering::{Carrier, MeasurementPoint as Point, Meter},
    period::day_start,
    quantity::Dimension,
};

/// Supplies below a supply are its parts where together they make up at least this share of it, in hundredths (ours).
const PARTS_OF_IT: i128 = 90;

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let (site, tree) = (ground.site, ground.site.tree());
    let is_counted = |meter: usize| ground.boundary.counts(meter);
    for (i, meter) in site.meters().iter().enumerate().filter(|(_, meter)| is_electric(meter)) {
        let energy = ground.energy(i);
        match meter.point {
            Point::GridSupply | Point::GeneratorOutput | Point::Pv | Point::Wind if !is_counted(i) => {
                if meter.check_of.is_some() {
                    relied.extend((energy > 0).then(|| ground.relied(Statement::CheckMeter, i, (energy, 0), false)));
                } else if energy > 0 {
                    let is_part = is_part_of_whole(ground, i);
                    relied.push(ground.relied(Statement::SupplyBelow, i, (energy, 0), !is_part));
                }
            }
            Point::GridSupply | Point::GeneratorOutput if energy == 0 && is_dead(ground, meter) => {
                let mut dead = ground.relied(Statement::SupplyDead, i, (0, 0), true);
                (dead.energy, dead.without) = (None, Without::Open);
                relied.push(dead);
            }
            Point::Cooling | Point::Distribution | Point::Lighting | Point::Other
                if energy > 0 && tree.parent(i).is_none() && meter.check_of.is_none() =>
            {
                // Many leave the parent out of honest descriptions: it is listed, and no reason to be warned of.
                relied.push(ground.relied(Statement::LoadRoot, i, (energy, 0), false));
            }
            _ => {}
        }
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

/// Whether the supplies below the one above it make up all of that one, or nearly.
fn is_part_of_whole(ground: &Ground<'_, '_>, meter: usize) -> bool {
    let (meters, tree) = (ground.site.meters(), ground.site.tree());
    let Some(parent) = tree.parent(meter) else { return false };
    let is_child = |i: usize, other: &Meter| tree.parent(i) == Some(parent) && is_supply(other) && is_electric(other);
    let parts: i128 =
        meters.iter().enumerate().filter(|(i, other)| is_child(*i, other)).map(|(i, _)| ground.energy(i)).sum();
    parts * 100 >= ground.energy(parent) * PARTS_OF_IT
}

/// Whether it was not in use for a moment of the part, as stated.
fn is_dead(ground: &Ground<'_, '_>, meter: &Meter) -> bool {
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
