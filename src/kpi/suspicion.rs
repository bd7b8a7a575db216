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
    findings.extend(equal_months(ledger, all));
    findings.extend(slips(ledger, boundary, measured, view, part));
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

/// Months of one meter with the very same energy.
fn equal_months(ledger: &Ledger<'_>, view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if view.months().len() < FEWEST {
        return findings;
    }
    for meter in 0..ledger.site().meters().len() {
        let months = view.months_of(Term { meter, factor: Ratio::ONE, minus: false });
        let alike = |a: &(usize, i128), b: &(usize, i128)| a.1 == b.1 && a.0 + 1 == b.0;
        for run in months.chunk_by(alike).filter(|run| run.len() >= FEWEST) {
            let (Some(&(first, amount)), Some(&(last, _))) = (run.first(), run.last()) else { continue };
            if amount == 0 {
                continue;
            }
            let code = if run.len() == view.months().len() { Code::EnergyConstant } else { Code::EnergyCopiedMonths };
            let (from, to) = (view.name_of_month(first), view.name_of_month(last));
            findings.push(Finding::new(code).path(ledger.site().place(meter)).found(format!("{from} … {to}")));
        }
    }
    findings
}

/// A month against the median of its meter, total against IT, IT against what the rated power makes.
fn slips(
    ledger: &Ledger<'_>,
    boundary: &Boundary,
    measured: &MeasuredPue,
    view: &View<'_>,
    part: &Period,
) -> Vec<Finding> {
    let is_slip = |a: f64, b: f64| a > 0.0 && b > 0.0 && SLIP.contains(&(a / b).max(b / a));
    let mut findings = Vec::new();
    // A slip that cannot move the sum by a hundredth is none to stop at: a generator's one real run, say.
    let electricity = boundary.electricity();
    let sums = [(&electricity, view.sum(&electricity)), (&boundary.it, view.it())];
    let terms = sums.iter().flat_map(|(terms, sum)| terms.iter().map(|term| (term, sum.microjoules() / 100)));
    for (term, least) in terms.filter(|(term, _)| !term.minus) {
        let months = view.months_of(*term);
        let mut sorted: Vec<i128> = months.iter().map(|(_, energy)| *energy).filter(|energy| *energy > 0).collect();
        sorted.sort_unstable();
        let Some(&median) = sorted.get(sorted.len() / 2) else { continue };
        let matters = |energy: i128| energy.max(median) >= least;
        for (month, energy) in
            months.into_iter().filter(|(_, energy)| matters(*energy) && is_slip(*energy as f64, median as f64))
        {
            let (found, usual) = (ExactEnergy::from_microjoules(energy), ExactEnergy::from_microjoules(median));
            let finding = Finding::new(Code::EnergyUnitSlip).path(ledger.site().place(term.meter));
            let month = view.name_of_month(month);
            findings.push(finding.found(format!("{month}: {found}")).expected(format!("≈ {usual}")));
        }
    }
    if let Some(pue) = measured.pue() {
        let (total, it) = (pue.total(), pue.it());
        let possible = possible(ledger, measured, part);
        for (what, reference) in [("total", Some(total)), ("rated", possible)] {
            if let Some(reference) = reference.filter(|reference| is_slip(it.kwh(), reference.kwh())) {
                let path = if what == "total" { "/meters" } else { "/facility/rated_it_kw" };
                let finding = Finding::new(Code::EnergyUnitSlip).path(path).found(format!("IT {it}"));
                findings.push(finding.expected(format!("≈ {what} {reference}")));
            }
        }
    }
    findings
}
