//! How the figures are framed: the period, the PUE category, fuel that is given as energy.

use super::{Ground, Relied, Statement, Without};
use crate::{
    finding::Text,
    kpi::Boundary,
    metering::Carrier,
    place::place,
    quantity::{Dimension, ExactEnergy},
};

pub(super) fn find(ground: &Ground<'_, '_>, relied: &mut Vec<Relied>) {
    let first = ground.part.first_day();
    if ground.part.is_one_year() && (first.month(), first.day()) != (1, 1) {
        relied.push(Relied {
            on: Statement::Period,
            place: place!(period / start),
            meter: None,
            name: ground.part.text(),
            energy: None,
            without: Without::Unstated,
            is_warned: false,
        });
    }
    relied.extend(category(ground));
    for (i, meter) in ground.site.meters().iter().enumerate() {
        let is_fuel = !matches!(meter.carrier, Carrier::Electricity | Carrier::ChilledWater | Carrier::HotWater);
        if is_fuel && meter.dimension() == Dimension::Energy && ground.boundary.other_carriers_of(i).is_some() {
            let place = ground.site.property(i, place!(unit));
            let energy = ground.energy(i);
            let without = Without::Unstated;
            relied.push(Relied { place, without, ..ground.relied(Statement::FuelEnergy, i, (energy, 0), false) });
        }
    }
}

/// IT energy is taken where it is declared to be measured; meters further up cannot miss a load.
fn category(ground: &Ground<'_, '_>) -> Option<Relied> {
    let category = ground.boundary.category()?;
    let is_higher = ground.site.meters().iter().any(|meter| {
        let of = |lower: &crate::kpi::Category| *lower < category && lower.point() == meter.point;
        crate::kpi::Category::ALL.iter().any(of)
    });
    let lowest = is_higher.then(|| Boundary::by(ground.boundary.method(), ground.site, None))?;
    let it = |boundary: &Boundary| ground.view.sum(&boundary.it).microjoules();
    let change = it(&lowest) - it(ground.boundary);
    (change != 0 && lowest.category() < Some(category)).then(|| Relied {
        on: Statement::Category,
        place: place!(declared / category),
        meter: None,
        name: Text::new(format!("类别 {}", category.number()), format!("category {}", category.number())),
        energy: Some(ExactEnergy::from_microjoules(change.abs())),
        without: Without::Sums { total: 0, it: change },
        is_warned: true,
    })
}
