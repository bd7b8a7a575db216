use super::Evidence;
use crate::{
    finding::{Code, Finding},
    place::place,
    quantity::Ratio,
};

/// A meter of which no part belongs to the site says nothing of it.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let site = evidence.ledger.site();
    let none = site.meters().iter().enumerate().filter(|(_, meter)| meter.share == Some(Ratio::ZERO));
    let found = none.map(|(i, meter)| {
        let finding = Finding::new(Code::MeterImplausible).place(site.property(i, place!(share))).meter(&meter.id);
        finding.found(0).expected("> 0")
    });
    found.collect()
}
