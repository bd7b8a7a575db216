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
        let finding = finding
            .worded("分摊比例为零，该表不起作用", "a share of zero: the meter counts for nothing")
            .advised("核对分摊比例，或从清单删去该表", "check the share, or remove the meter from the list");
        finding.found(0).expected("> 0")
    });
    found.collect()
}
