use super::{Evidence, TRIAL_RUNS};
use crate::{
    finding::{Code, Finding, Text},
    kpi::boundary::Term,
    quantity::ExactEnergy,
};

/// A generator gives at least this share of its fuel's energy, however poorly it is loaded (ours).
const POOREST_GENERATOR: i128 = 10;

/// Generators give more than their fuel holds, or next to nothing of it. The output is what counts in the total.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    implausible(evidence).into_iter().collect()
}

fn implausible(evidence: &Evidence<'_, '_>) -> Option<Finding> {
    let (boundary, all, site) = (evidence.boundary, evidence.all, evidence.ledger.site());
    let first = boundary.generated.first()?;
    let is_known = |terms: &[Term]| !terms.is_empty() && all.known_share_of(terms) >= 1.0;
    if !is_known(&boundary.burnt) || !is_known(&boundary.generated) {
        return None;
    }
    let (fuel, output) = (all.sum(&boundary.burnt), all.sum(&boundary.generated));
    let total = evidence.measured.pue()?.total().microjoules();
    let (burnt, given) = (fuel.microjoules(), output.microjoules());
    let matters = burnt.max(given) >= total / TRIAL_RUNS;
    (matters && (given > burnt || given < burnt / POOREST_GENERATOR)).then(|| {
        let least = ExactEnergy::from_microjoules(burnt / POOREST_GENERATOR);
        let finding = Finding::new(Code::MeterImplausible).place(site.place(first.meter));
        let meter = site.meters().get(first.meter).map_or("", |meter| &meter.id);
        let (zh, en) = (
            format!("{least} 至 {fuel}，即燃料所含能量的 10% 至 100%"),
            format!("{least} to {fuel}, from 10 % to all of the energy in its fuel"),
        );
        let finding = finding
            .worded("发电机输出与燃料用量不相称", "a generator's output does not fit the fuel that it burnt")
            .advised("核对燃料用量、输出电量及其单位", "check the fuel, the output, and their units");
        finding.meter(meter).found(output).expected(Text::new(zh, en))
    })
}
