use super::{Evidence, UNKNOWN_CLASS};
use crate::{
    finding::{Code, Finding},
    place::place,
};

/// IT energy and the parts of the overhead are more than the total, by more than both may be off: each by the worst of the
/// classes, if all meters state one.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    above(evidence).into_iter().collect()
}

fn above(evidence: &Evidence<'_, '_>) -> Option<Finding> {
    let measured = evidence.measured;
    let (pue, overhead) = (measured.pue()?, measured.overhead?);
    let ratio = pue.ratio().to_f64();
    let parts = ratio - overhead.unexplained;
    let shown = |ratio: f64| format!("{:.3} kWh", ratio * pue.it().kwh());
    if parts <= ratio {
        return None;
    }
    let mut classes = evidence.ledger.site().meters().iter().map(|meter| meter.class_thousandths());
    let worst = classes.try_fold(0, |worst: i128, class| Some(worst.max(class?)));
    let off = worst.map_or(UNKNOWN_CLASS, |worst| UNKNOWN_CLASS.min(2.0 * worst as f64 / 1000.0));
    let finding = || Finding::new(Code::MeterSumCheck).place(place!(meters)).found(shown(parts));
    (parts > ratio * (1.0 + off)).then(|| finding().expected(format!("≤ {}", shown(ratio))))
}
