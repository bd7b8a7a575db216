use super::{Evidence, UNKNOWN_CLASS};
use crate::{
    finding::{Code, Finding, Text},
    kpi::{
        Method,
        boundary::{Term, topmost},
    },
    metering::MeasurementPoint,
    quantity::{ExactEnergy, Ratio},
};

/// Points on the way to the IT equipment.
const ON_THE_WAY: [MeasurementPoint; 5] = [
    MeasurementPoint::UpsInput,
    MeasurementPoint::UpsOutput,
    MeasurementPoint::PduOutput,
    MeasurementPoint::ItInput,
    MeasurementPoint::ItLoad,
];

/// What is measured on the way to the IT equipment is more than the total, by more than meters without a class may be off.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let (measured, all) = (evidence.measured, evidence.all);
    // By other methods, or with a fuel that cannot be weighed, the total is less than what the site was given.
    let Some(pue) = measured.pue().filter(|_| measured.method() == Method::Iso30134) else { return Vec::new() };
    let site = evidence.ledger.site();
    let most = ExactEnergy::from_microjoules((pue.total().microjoules() as f64 * (1.0 + UNKNOWN_CLASS)) as i128);
    let whole = |meter: usize| all.sum(&[Term { meter, factor: Ratio::ONE, minus: false }]).microjoules();
    let above = ON_THE_WAY.into_iter().filter_map(|point| {
        // Meters below each other taken twice: mostly that is less already.
        let there = site.meters().iter().enumerate().filter(|(_, meter)| meter.point == point);
        if there.map(|(meter, _)| whole(meter)).sum::<i128>() <= most.microjoules() {
            return None;
        }
        let terms = topmost(site, |other| other == point);
        let first = terms.first()?.meter;
        let passed = Some(all.sum(&terms)).filter(|passed| *passed > most && all.known_share_of(&terms) >= 1.0)?;
        let finding = Finding::new(Code::MeterSumCheck).place(site.place(first)).meter(&site.meters().get(first)?.id);
        let Text { zh, en } = point.text();
        let found = Text::new(format!("{zh} {passed}"), format!("{en} {passed}"));
        let expected = Text::new(format!("不超过总电量（加 3%）{most}"), format!("at most the total + 3 %, {most}"));
        let finding = finding.worded("通往 IT 的电量超过总电量", "more energy on the way to the IT than the total");
        Some(finding.found_text(found).expected(expected))
    });
    above.collect()
}
