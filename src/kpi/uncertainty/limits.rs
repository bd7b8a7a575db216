//! How far the energy of one meter may be off, by its classes and by the current at which it was measured.

use super::{ErrorSource, Premises};
use crate::{
    kpi::view::View,
    metering::{AccuracyClass, Carrier, Meter},
    quantity::{ExactEnergy, Ratio},
};

/// Radians in a minute of arc.
const RADIANS_PER_MINUTE: f64 = std::f64::consts::PI / 10_800.0;

/// A limit of error in the meter's exact units, with its sign: a meter that gave back more than it took errs the other way.
pub(super) struct Limit {
    pub part: ErrorSource,
    pub class: AccuracyClass,
    pub amount: f64,
}

/// The limits of one meter over the time that a PUE is of; none if it measured nothing. `Err`: the property that it lacks.
/// `swap` gives a better class to errors of one kind.
pub(super) fn of(
    view: &View<'_>,
    index: usize,
    meter: &Meter,
    swap: Option<(ErrorSource, AccuracyClass)>,
    premises: &mut Premises,
) -> Result<Vec<Limit>, &'static str> {
    let Some(book) = view.ledger().book(index) else { return Ok(Vec::new()) };
    let energy: i128 = view.common().iter().map(|run| book.completed(run, Ratio::ONE)).sum();
    // What goes either way adds up in its errors.
    let steps = || {
        view.common()
            .iter()
            .flat_map(|run| run.clone())
            .map(|step| (step, book.completed(&(step..step + 1), Ratio::ONE)))
    };
    let moved = if meter.net { steps().map(|(_, energy)| energy.abs()).sum() } else { energy.abs() };
    if moved == 0 {
        return Ok(Vec::new());
    }
    let sign = if energy < 0 { -1.0 } else { 1.0 };
    let class_of = |part: ErrorSource, own: AccuracyClass| match swap {
        Some((swapped, class)) if swapped == part && class.thousandths() < own.thousandths() => class,
        _ => own,
    };
    let class = class_of(ErrorSource::AccuracyClass, meter.accuracy_class.ok_or("accuracy_class")?);
    let all = |part, class: AccuracyClass| Limit { part, class, amount: sign * moved as f64 * class.limit() };
    let mut limits = vec![all(ErrorSource::AccuracyClass, class)];
    if let Some(class) = meter.vt_class {
        limits.push(all(ErrorSource::VtClass, class_of(ErrorSource::VtClass, class)));
        premises.vt_phase = true;
    }
    if meter.direct || meter.carrier != Carrier::Electricity {
        return Ok(limits);
    }
    // A class without limits for transformers says nothing of one.
    let stated = meter.ct_class.filter(|class| class.ct_at_rated().is_some());
    let class = class_of(ErrorSource::CtClass, stated.ok_or("ct_class")?);
    premises.no_vt |= meter.vt_class.is_none();
    premises.no_power_factor |= meter.power_factor.is_none();
    let power_factor = meter.power_factor.unwrap_or(1.0);
    let tangent = (1.0 - power_factor * power_factor).max(0.0).sqrt() / power_factor;
    premises.by_mean |= meter.circuit.is_some();
    let (ratio, phase) = match meter.circuit {
        None => {
            premises.load_unknown.push(meter.id.clone());
            let minutes = class.ct_at_rated().map_or(0.0, |limit| limit.minutes);
            (moved as f64 * class.limit(), moved as f64 * minutes * RADIANS_PER_MINUTE * tangent)
        }
        Some(circuit) => {
            let rated_kw = circuit.active_kw(power_factor);
            let edges = view.ledger().edges();
            let (mut ratio, mut phase, mut without) = (0.0, 0.0, 0_i128);
            for (step, energy) in steps().filter(|(_, energy)| *energy != 0) {
                let ms = edges.get(step + 1).zip(edges.get(step)).map_or(1, |(end, start)| (end - start).max(1));
                // 10⁶ µJ/ms are a kilowatt.
                let kw = energy.abs() as f64 / ms as f64 / 1e6;
                match class.ct_limit(kw / rated_kw) {
                    Some(limit) => {
                        ratio += energy.abs() as f64 * limit.percent / 100.0;
                        phase += energy.abs() as f64 * limit.minutes * RADIANS_PER_MINUTE * tangent;
                    }
                    None => {
                        ratio += energy.abs() as f64;
                        without += energy.abs();
                    }
                }
            }
            premises.without_limit += ExactEnergy::from_microjoules(without);
            (ratio, phase)
        }
    };
    limits.push(Limit { part: ErrorSource::CtClass, class, amount: sign * ratio });
    if phase > 0.0 {
        limits.push(Limit { part: ErrorSource::CtPhase, class, amount: sign * phase });
    }
    Ok(limits)
}
