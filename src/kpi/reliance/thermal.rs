//! Heat and cooling that count for nothing, or for next to nothing.

use super::{Ground, Relied, Statement, Without};
use crate::{
    facility::AirConditioning,
    finding::Text,
    metering::{Carrier, MeasurementPoint as Point},
    place::{Place, place},
    quantity::Ratio,
};

/// A factor of bought cooling of a tenth or less is a COP of 10 or more, pumps included (ours).
const LEAST_FACTOR: (i128, i128) = (1, 10);

/// What drives absorption chillers is at least a hundredth of the IT energy, as it is counted (ours).
const DRIVEN: i128 = 100;

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let site = ground.site;
    let Some(least) = Ratio::new(LEAST_FACTOR.0, LEAST_FACTOR.1) else { return };
    let is_driven = site.facility().air_conditioning == Some(AirConditioning::Absorption);
    let mut is_left_out = false;
    for (i, meter) in site.meters().iter().enumerate().filter(|(_, meter)| meter.check_of.is_none()) {
        if meter.carrier == Carrier::Electricity || meter.carrier == Carrier::Water {
            continue;
        }
        let is_cheap = meter.factor.is_some_and(|factor| factor <= least);
        let without = Without::Carrier(meter.carrier);
        let is_counted = ground.boundary.other_carriers_of(i).is_some();
        let mut push = |on: Statement, property: Place, is_warned: bool| {
            let energy = ground.energy(i);
            relied.extend(ground.is_of_weight(i, meter).then(|| Relied {
                place: site.property(i, property),
                without,
                ..ground.relied(on, i, (energy, 0), is_warned)
            }));
        };
        match meter.point {
            Point::PurchasedCooling if is_cheap => push(Statement::CoolingFactor, place!(factor), true),
            Point::Outside => push(Statement::Outside, Place::WHOLE, true),
            // Heat inside the boundary that is not reused is used; cold may be what the site's own chillers make.
            Point::Cooling | Point::Other if meter.carrier == Carrier::HotWater => {
                push(Statement::HeatLeftOut, Place::WHOLE, true);
                is_left_out |= ground.energy(i) > 0;
            }
            Point::Cooling | Point::Other if meter.carrier == Carrier::ChilledWater && !is_counted => {
                push(Statement::ColdLeftOut, Place::WHOLE, false);
            }
            _ => {}
        }
    }
    // What drives the chillers is no small thing beside what they cool.
    let is_heat = |carrier: &Carrier| !matches!(carrier, Carrier::Electricity | Carrier::Water | Carrier::ChilledWater);
    let drives = ground.other_carriers().saturating_mul(DRIVEN) >= ground.view.it().microjoules()
        || ground.boundary.unweighted_carriers().iter().any(is_heat);
    if is_driven && !drives && !is_left_out {
        relied.push(Relied {
            on: Statement::Absorption,
            place: place!(facility / air_conditioning),
            meter: None,
            name: Text::new("空调形式", "air conditioning"),
            energy: None,
            without: Without::Carrier(Carrier::HotWater),
            is_warned: true,
        });
    }
}
