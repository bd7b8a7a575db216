use super::Evidence;
use crate::{
    finding::{Code, Finding},
    place::place,
    quantity::Ratio,
};

/// No cooling needs less electricity than this for a unit of cold, pumps included: a COP of 50 (ours).
const LEAST_FACTOR: (i128, i128) = (2, 100);

/// Bought cooling that counts for next to nothing.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let site = evidence.ledger.site();
    let Some(least) = Ratio::new(LEAST_FACTOR.0, LEAST_FACTOR.1) else { return Vec::new() };
    let cheap = evidence.boundary.bought_cooling.iter().filter_map(|term| {
        let meter = site.meters().get(term.meter)?;
        let factor = meter.factor.filter(|factor| *factor < least)?;
        let finding = Finding::new(Code::MeterImplausible).place(site.property(term.meter, place!(factor)));
        let finding = finding
            .worded("外购冷量的折电系数过小", "the factor of bought cooling is implausibly small")
            .advised("核对折电系数：每 kWh 冷量所耗电量", "check the factor: electricity per kWh of cooling");
        Some(finding.meter(&meter.id).found(factor).expected(format!("≥ {least}")))
    });
    cheap.collect()
}
