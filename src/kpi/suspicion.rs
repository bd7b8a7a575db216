//! Figures that cannot be: more IT than total energy in a month, more energy than the rated power makes, a slip between
//! kWh and MWh. The factors are ours (`proxy`); what they catch is an error, because the PUE could not be trusted.

use super::{
    Boundary, MeasuredPue,
    boundary::Term,
    view::{View, name_of},
};
use crate::{
    finding::{Code, Finding},
    ledger::Ledger,
    period::Period,
    quantity::{ExactEnergy, Ratio},
};

/// A month's PUE may be so far from the median month's, as a share of it.
const OUTLIER: f64 = 0.30;

/// So many months make a pattern.
const FEWEST: usize = 3;

/// Off by a factor between these, either way: a slip between kWh and MWh.
const SLIP: std::ops::RangeInclusive<f64> = 300.0..=3000.0;

pub(super) fn all(
    ledger: &Ledger<'_>,
    boundary: &Boundary,
    measured: &MeasuredPue,
    view: &View<'_>,
    all: &View<'_>,
    part: &Period,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = above_rating(ledger, measured, part).into_iter().collect();
    if all.months().len() > 1 && measured.pue().is_some() {
        findings.extend(months_below_one(all));
        findings.extend(outlier_months(all));
    }
    findings.extend(months_of_meters(ledger, boundary, view));
    findings.extend(slips(ledger, measured, part));
    findings
}

/// IT energy that was possible: rated power × the hours that the value is of.
fn possible(ledger: &Ledger<'_>, measured: &MeasuredPue, part: &Period) -> Option<ExactEnergy> {
    let known_ms = (part.milliseconds() as f64 * measured.reported().coverage.common).ceil() as i64;
    Some(ledger.site().facility().rated_it?.over(known_ms))
}

/// More IT energy than 1.02 × rated power × hours.
fn above_rating(ledger: &Ledger<'_>, measured: &MeasuredPue, part: &Period) -> Option<Finding> {
    let (pue, possible) = (measured.pue()?, possible(ledger, measured, part)?);
    let allowed = ExactEnergy::from_microjoules(Ratio::new(102, 100)?.floor_of(possible.microjoules())?);
    let finding = Finding::new(Code::EnergyAboveRating).path("/facility/rated_it_kw");
    (pue.it() > allowed).then(|| finding.found(pue.it()).expected(format!("≤ {allowed}")))
}

fn months_below_one(all: &View<'_>) -> impl Iterator<Item = Finding> {
    all.months_alone().filter(|(_, total, it)| total < it).map(|(month, total, it)| {
        let found = format!("{}: {total}", name_of(month));
        Finding::new(Code::PueBelowOne).path("/monthly").found(found).expected(format!("≥ {it}"))
    })
}

/// A month's PUE that is more than 30 % from the median month's; a month without IT energy is as far as can be.
fn outlier_months(all: &View<'_>) -> Vec<Finding> {
    let ratio = |(month, total, it): (_, ExactEnergy, ExactEnergy)| (month, total.over(it).unwrap_or(f64::INFINITY));
    let in_use = |(_, total, _): &(_, ExactEnergy, ExactEnergy)| *total > ExactEnergy::ZERO;
    let months: Vec<(&Period, f64)> = all.months_alone().filter(in_use).map(ratio).collect();
    let mut sorted: Vec<f64> = months.iter().map(|(_, ratio)| *ratio).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(&median) = sorted.get(sorted.len() / 2).filter(|_| sorted.len() >= FEWEST) else { return Vec::new() };
    let is_outlier = |ratio: f64| (ratio - median).abs() > OUTLIER * median;
    let outliers = months.into_iter().filter(|(_, ratio)| is_outlier(*ratio)).map(|(month, ratio)| {
        let finding = Finding::new(Code::EnergyOutlierMonth).path("/monthly");
        finding.found(format!("{}: {ratio:.3}", name_of(month))).expected(format!("≈ {median:.3}"))
    });
    outliers.collect()
}

/// Each meter's months by themselves: whether they are copies of each other, and whether one is off by a factor near 1000.
fn months_of_meters(ledger: &Ledger<'_>, boundary: &Boundary, view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let electricity = boundary.electricity();
    let sums = [(&electricity, view.sum(&electricity)), (&boundary.it, view.it())];
    let (mut months, mut sorted) = (Vec::new(), Vec::new());
    for meter in 0..ledger.site().meters().len() {
        view.months_of(meter, &mut months);
        findings.extend(equal_months(ledger, view, meter, &months));
        // A slip that cannot move the sum by a hundredth is none to stop at: a generator's one real run, say.
        let counts = |terms: &[Term]| terms.iter().any(|term| term.meter == meter && !term.minus);
        let counted = sums.iter().filter(|(terms, _)| counts(terms));
        let Some(least) = counted.map(|(_, sum)| sum.microjoules() / 100).min() else { continue };
        sorted.clear();
        sorted.extend(months.iter().map(|(_, energy)| *energy).filter(|energy| *energy > 0));
        sorted.sort_unstable();
        let Some(&median) = sorted.get(sorted.len() / 2) else { continue };
        let slipped = |energy: i128| energy.max(median) >= least && is_slip(energy as f64, median as f64);
        for &(month, energy) in months.iter().filter(|(_, energy)| slipped(*energy)) {
            let (found, usual) = (ExactEnergy::from_microjoules(energy), ExactEnergy::from_microjoules(median));
            let finding = Finding::new(Code::EnergyUnitSlip).path(ledger.site().place(meter));
            let month = view.name_of_month(month);
            findings.push(finding.found(format!("{month}: {found}")).expected(format!("≈ {usual}")));
        }
    }
    findings
}

/// Months of one meter with the very same energy.
fn equal_months(ledger: &Ledger<'_>, view: &View<'_>, meter: usize, months: &[(usize, i128)]) -> Vec<Finding> {
    let alike = |a: &(usize, i128), b: &(usize, i128)| a.1 == b.1 && a.0 + 1 == b.0;
    let runs = months.chunk_by(alike).filter(|run| run.len() >= FEWEST);
    let equal = runs.filter_map(|run| {
        let (&(first, amount), &(last, _)) = run.first().zip(run.last())?;
        let code = if run.len() == view.months().len() { Code::EnergyConstant } else { Code::EnergyCopiedMonths };
        let (from, to) = (view.name_of_month(first), view.name_of_month(last));
        let finding = Finding::new(code).path(ledger.site().place(meter));
        (amount != 0).then(|| finding.found(format!("{from} … {to}")))
    });
    equal.collect()
}

fn is_slip(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && SLIP.contains(&(a / b).max(b / a))
}

/// Total against IT, IT against what the rated power makes.
fn slips(ledger: &Ledger<'_>, measured: &MeasuredPue, part: &Period) -> Vec<Finding> {
    let Some(pue) = measured.pue() else { return Vec::new() };
    let (total, it) = (pue.total(), pue.it());
    let references =
        [("total", "/meters", Some(total)), ("rated", "/facility/rated_it_kw", possible(ledger, measured, part))];
    let slips = references.into_iter().filter_map(|(what, path, reference)| {
        let reference = reference.filter(|reference| is_slip(it.kwh(), reference.kwh()))?;
        let finding = Finding::new(Code::EnergyUnitSlip).path(path).found(format!("IT {it}"));
        Some(finding.expected(format!("≈ {what} {reference}")))
    });
    slips.collect()
}
