//! What would be added to one of the two sums: supplies that are not counted, loads and IT meters without a parent.

use super::{Ground, Relied, Statement, Without};
use crate::{
    metering::{Carrier, MeasurementPoint as Point, Meter},
    period::day_start,
    place::place,
    quantity::Dimension,
};

/// Supplies below a supply are its parts where together they make up at least this share of it, in hundredths (ours).
const PARTS_OF_IT: i128 = 90;

/// Two meters of one flow differ by their classes, in hundredths at most (ours: two of class 1); no two show exactly the same.
const CLASSES: i128 = 2;

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let (site, tree) = (ground.site, ground.site.tree());
    let counted = ground.boundary.counted_meters();
    let is_counted = |meter: usize| counted.binary_search(&meter).is_ok();
    let mut below = Vec::new();
    for (i, meter) in site.meters().iter().enumerate().filter(|(_, meter)| is_electric(meter)) {
        match meter.point {
            _ if is_supply(meter) && !is_counted(i) => {
                let energy = ground.energy(i);
                if let Some(of) = &meter.check_of {
                    // A meter in series shows the same but for its class; another feeder shows something else.
                    let checked = site.meter_index(of).map_or(0, |of| ground.energy(of));
                    let off = (energy - checked).abs();
                    let is_likely = off > 0 && off * 100 <= checked * CLASSES;
                    let place = site.property(i, place!(check_of));
                    relied.extend(
                        (energy > 0).then(|| Relied {
                            place,
                            ..ground.relied(Statement::CheckMeter, i, (energy, 0), !is_likely)
                        }),
                    );
                } else if energy > 0 {
                    below.push((tree.parent(i), i, energy));
                }
            }
            _ if is_supply(meter) && is_dead(ground, meter) && ground.energy(i) == 0 => {
                let mut dead = ground.relied(Statement::SupplyDead, i, (0, 0), true);
                (dead.energy, dead.without) = (None, Without::OPEN);
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
    // Supplies that make up all of the one above them, or nearly, are its parts.
    below.sort_unstable();
    for family in below.chunk_by(|a, b| a.0 == b.0) {
        let parts: i128 = family.iter().map(|(.., energy)| energy).sum();
        let whole = family.first().and_then(|(parent, ..)| *parent).map_or(0, |parent| ground.energy(parent));
        let are_parts = whole > 0 && parts * 100 >= whole * PARTS_OF_IT;
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
