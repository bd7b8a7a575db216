//! Heat and cooling that count for nothing, or for next to nothing.

use super::{Ground, Relied, Statement, Without};
use crate::{
    facility::AirConditioning,
    finding::Text,
    metering::{Carrier, MeasurementPoint as Point},
    place::place,
    quantity::Ratio,
};

/// A factor of bought cooling below a tenth is a COP above 10, pumps included (ours).
const LEAST_FACTOR: (i128, i128) = (1, 10);

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let site = ground.site;
    let Some(least) = Ratio::new(LEAST_FACTOR.0, LEAST_FACTOR.1) else { return };
    let is_driven = site.facility().air_conditioning == Some(AirConditioning::Absorption);
    let (mut drives, mut left_out) = (false, None);
    for (i, meter) in site.meters().iter().enumerate().filter(|(_, meter)| meter.check_of.is_none()) {
        let is_cheap = meter.factor.is_some_and(|factor| factor < least);
        if meter.point == Point::PurchasedCooling && is_cheap && ground.energy(i) > 0 {
            let energy = ground.energy(i);
            let place = site.property(i, place!(factor));
            let without = Without::Carrier(meter.carrier);
            relied.push(Relied { place, without, ..ground.relied(Statement::CoolingFactor, i, (energy, 0), true) });
        }
        let is_heat = !matches!(meter.carrier, Carrier::Electricity | Carrier::Water | Carrier::ChilledWater);
        drives |= is_heat && meter.point != Point::HeatReused;
        if meter.carrier == Carrier::HotWater && matches!(meter.point, Point::Cooling | Point::Other) {
            left_out = left_out.or(Some((i, ground.energy(i))).filter(|(_, energy)| *energy > 0));
        }
    }
    // Heat that is measured inside the boundary is waste heat as a rule, but for what drives absorption chillers.
    if let Some((i, energy)) = left_out {
        let without = Without::Carrier(Carrier::HotWater);
        relied.push(Relied { without, ..ground.relied(Statement::HeatLeftOut, i, (energy, 0), is_driven) });
    }
    if is_driven && !drives {
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
