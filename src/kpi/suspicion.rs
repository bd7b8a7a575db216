//! Figures that cannot be: more IT than total energy in a month, more energy than the rated power makes, a slip between
//! kWh and MWh. The factors are ours (`proxy`); what they catch is an error, because the PUE could not be trusted.

use super::{
    Boundary, MeasuredPue,
    boundary::Term,
    view::{Month, View, name_of},
};
use crate::{
    finding::{Code, Finding, Text},
    ledger::Ledger,
    period::Period,
    quantity::{ExactEnergy, Ratio},
};
use std::cell::LazyCell;

/// A month's PUE may be so far from the median month's, as a share of it.
const OUTLIER: f64 = 0.30;

/// A month's PUE that is so far from the median month's may hold a slip of one of its meters.
const UPSET: f64 = 0.10;

/// What the parts may be more than the whole: class 2 with transformers of class 1, on both sides.
const UNKNOWN_CLASS: f64 = 0.03;

/// So many months make a pattern.
const FEWEST: usize = 3;

/// A generator gives at least this share of its fuel's energy, however poorly it is loaded (ours).
const POOREST_GENERATOR: i128 = 10;

/// Fuel that is less than this part of the total cannot turn it: a generator's trial runs.
const TRIAL_RUNS: i128 = 100;

/// No cooling needs less electricity than this for a unit of cold, pumps included: a COP of 50 (ours).
const LEAST_FACTOR: (i128, i128) = (2, 100);

/// Off by a factor between these, either way: a slip between kWh and MWh.
const SLIP: std::ops::RangeInclusive<f64> = 300.0..=3000.0;

pub(super) fn all(
    ledger: &Ledger<'_>,
    boundary: &Boundary,
    measured: &MeasuredPue,
    view: &View<'_>,
    all: &View<'_>,
    electricity: &View<'_>,
    part: &Period,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = above_rating(ledger, measured, part).into_iter().collect();
    let months = if all.months().len() > 1 && measured.pue().is_some() { all.months_alone() } else { Vec::new() };
    findings.extend(months_below_one(&months));
    findings.extend(outlier_months(&months));
    findings.extend(parts_above_total(measured));
    findings.extend(generators(ledger, boundary, measured, all));
    findings.extend(cheap_cooling(ledger, boundary));
    let total = measured.pue().map_or(ExactEnergy::ZERO, |pue| pue.total());
    findings.extend(months_of_meters(ledger, boundary, view, electricity, total));
    findings.extend(slips(ledger, boundary, measured, part));
    findings
}

/// IT energy that was possible: rated power × the hours that the value is of.
fn possible(ledger: &Ledger<'_>, measured: &MeasuredPue, part: &Period) -> Option<ExactEnergy> {
    Some(ledger.site().facility().rated_it?.over(known_ms(measured, part)))
}

fn known_ms(measured: &MeasuredPue, part: &Period) -> i64 {
    (part.milliseconds() as f64 * measured.reported().coverage.common).ceil() as i64
}

/// More IT energy than 1.02 × rated power × hours.
fn above_rating(ledger: &Ledger<'_>, measured: &MeasuredPue, part: &Period) -> Option<Finding> {
    let (pue, possible) = (measured.pue()?, possible(ledger, measured, part)?);
    let allowed = ExactEnergy::from_microjoules(Ratio::new(102, 100)?.floor_of(possible.microjoules())?);
    (pue.it() > allowed).then(|| {
        let finding = Finding::new(Code::EnergyAboveRating).path("/facility/rated_it_kw");
        finding.found(pue.it()).expected(format!("≤ {allowed}"))
    })
}

fn months_below_one(months: &[Month<'_>]) -> impl Iterator<Item = Finding> {
    months.iter().filter(|month| month.total < month.it).map(|Month { month, total, it, .. }| {
        let found = format!("{}: {total}", name_of(month));
        Finding::new(Code::PueBelowOne).path("/monthly").found(found).expected(format!("≥ {it}"))
    })
}

/// A month's PUE that is more than 30 % from the median month's; a month without IT energy is as far as can be. And a month
/// of nothing at all between others: a zero that stands for what is missing makes it look known.
fn outlier_months(months: &[Month<'_>]) -> Vec<Finding> {
    let finding = |month: &Month<'_>, found: String| {
        Finding::new(Code::EnergyOutlierMonth).path("/monthly").found(format!("{}: {found}", name_of(month.month)))
    };
    let is_empty = |month: &&Month<'_>| month.total == ExactEnergy::ZERO && month.it == ExactEnergy::ZERO;
    let in_use: Vec<(&Month<'_>, f64)> =
        months.iter().filter(|month| month.total > ExactEnergy::ZERO).map(|month| (month, month.ratio())).collect();
    let Some(median) = median_of(in_use.iter().map(|(_, ratio)| *ratio)) else { return Vec::new() };
    let far = in_use.iter().filter(|(_, ratio)| in_use.len() >= FEWEST && (ratio - median).abs() > OUTLIER * median);
    let far = far.map(|(month, ratio)| finding(month, format!("{ratio:.3}")).expected(format!("≈ {median:.3}")));
    let empty = months.iter().filter(is_empty);
    far.chain(empty.map(|month| finding(month, month.total.to_string()).expected("> 0, null"))).collect()
}

impl Month<'_> {
    fn ratio(&self) -> f64 {
        self.total.over(self.it).unwrap_or(f64::INFINITY)
    }
}

/// The middle one, the upper of two.
fn median_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// Months that stand alone and in which no slip of a meter shows in the sums: neither their ratio is off, nor their total.
/// Of any other month nobody can say so.
fn calm(months: &[Month<'_>]) -> Vec<usize> {
    let ratio = median_of(months.iter().map(Month::ratio)).unwrap_or(1.0);
    let total = median_of(months.iter().map(|month| month.total.kwh())).unwrap_or(0.0);
    let is_calm =
        |month: &&Month<'_>| (month.ratio() - ratio).abs() <= UPSET * ratio && !is_slip(month.total.kwh(), total);
    months.iter().filter(is_calm).map(|month| month.number).collect()
}

/// IT energy and the parts of the overhead are more than the total, by more than meters without a class may be off.
fn parts_above_total(measured: &MeasuredPue) -> Option<Finding> {
    let (pue, overhead) = (measured.pue()?, measured.overhead?);
    let ratio = pue.ratio().to_f64();
    let parts = ratio - overhead.unexplained;
    let shown = |ratio: f64| format!("{:.3} kWh", ratio * pue.it().kwh());
    let finding = || Finding::new(Code::MeterSumCheck).path("/meters").found(shown(parts));
    (parts > ratio * (1.0 + UNKNOWN_CLASS)).then(|| finding().expected(format!("≤ {}", shown(ratio))))
}

/// Generators give more than their fuel holds, or next to nothing of it. The output is what counts in the total.
fn generators(ledger: &Ledger<'_>, boundary: &Boundary, measured: &MeasuredPue, all: &View<'_>) -> Option<Finding> {
    let first = boundary.generated.first()?;
    let is_known = |terms: &[Term]| !terms.is_empty() && all.known_share_of(terms) >= 1.0;
    if !is_known(&boundary.burnt) || !is_known(&boundary.generated) {
        return None;
    }
    let (fuel, output) = (all.sum(&boundary.burnt), all.sum(&boundary.generated));
    let total = measured.pue()?.total().microjoules();
    let (burnt, given) = (fuel.microjoules(), output.microjoules());
    let matters = burnt.max(given) >= total / TRIAL_RUNS;
    (matters && (given > burnt || given < burnt / POOREST_GENERATOR)).then(|| {
        let least = ExactEnergy::from_microjoules(burnt / POOREST_GENERATOR);
        let finding = Finding::new(Code::MeterImplausible).path(ledger.site().place(first.meter));
        let meter = ledger.site().meters().get(first.meter).map_or("", |meter| &meter.id);
        finding.meter(meter).found(output).expected(format!("{least} – {fuel}"))
    })
}

/// Bought cooling that counts for next to nothing.
fn cheap_cooling(ledger: &Ledger<'_>, boundary: &Boundary) -> Vec<Finding> {
    let Some(least) = Ratio::new(LEAST_FACTOR.0, LEAST_FACTOR.1) else { return Vec::new() };
    let cheap = boundary.bought_cooling.iter().filter_map(|term| {
        let meter = ledger.site().meters().get(term.meter)?;
        let factor = meter.factor.filter(|factor| *factor < least)?;
        let finding = Finding::new(Code::MeterImplausible).path(ledger.site().property(term.meter, "/factor"));
        Some(finding.meter(&meter.id).found(factor).expected(format!("≥ {least}")))
    });
    cheap.collect()
}

/// Each meter's months by themselves: whether they are copies of each other, and whether one is off by a factor near 1000.
fn months_of_meters(
    ledger: &Ledger<'_>,
    boundary: &Boundary,
    view: &View<'_>,
    electricity_view: &View<'_>,
    total: ExactEnergy,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Seldom asked for.
    let calm = LazyCell::new(|| calm(&electricity_view.months_alone()));
    // What is less than a thousandth of the total may be the same every month, or a rule of thumb: it decides nothing.
    let worth = total.microjoules() / 1000;
    let electricity = boundary.electricity();
    let sums = [(&electricity, view.sum(&electricity)), (&boundary.it, view.it())];
    let (mut months, mut sorted) = (Vec::new(), Vec::new());
    for meter in 0..ledger.site().meters().len() {
        view.months_of(meter, &mut months);
        let is_worth = months.iter().map(|(_, energy)| *energy).sum::<i128>() >= worth;
        if is_worth {
            findings.extend(equal_months(ledger, view, meter, &months));
        }
        // A slip that cannot move the sum by a hundredth is none to stop at: a generator's one real run, say.
        let counts = |terms: &[Term]| terms.iter().any(|term| term.meter == meter && !term.minus);
        let counted = sums.iter().filter(|(terms, _)| counts(terms));
        let Some(least) = counted.map(|(_, sum)| sum.microjoules() / 100).min() else { continue };
        sorted.clear();
        sorted.extend(months.iter().map(|(_, energy)| *energy).filter(|energy| *energy > 0));
        let (lowest, highest) = (sorted.iter().min(), sorted.iter().max());
        if !lowest.zip(highest).is_some_and(|(low, high)| *high as f64 >= SLIP.start() * *low as f64) {
            continue; // the median lies between
        }
        sorted.sort_unstable();
        let Some(&median) = sorted.get(sorted.len() / 2) else { continue };
        // One feeder's rest is another's load: a month that is calm all the same holds no slip.
        let matters = |energy: i128| energy.max(median) >= least && is_slip(energy as f64, median as f64);
        let slipped = |month: usize, energy: i128| matters(energy) && !calm.contains(&month);
        for &(month, energy) in months.iter().filter(|(month, energy)| slipped(*month, *energy)) {
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
    let equal: Vec<Finding> = equal.collect();
    if equal.is_empty() { copied_stretch(ledger, view, meter, months).into_iter().collect() } else { equal }
}

/// Months of one meter that follow each other and have the energies of earlier ones, each its own: half a year given twice.
fn copied_stretch(ledger: &Ledger<'_>, view: &View<'_>, meter: usize, months: &[(usize, i128)]) -> Option<Finding> {
    let by_lag = (2..months.len().saturating_sub(FEWEST - 1)).find_map(|lag| {
        let pairs = || months.iter().zip(months.iter().skip(lag));
        let same = |pair: &(&(usize, i128), &(usize, i128))| pair.0.1 == pair.1.1 && pair.0.1 != 0;
        pairs().filter(same).nth(FEWEST - 1)?; // there are enough of them
        let pairs: Vec<_> = pairs().collect();
        let mut runs = pairs.chunk_by(|a, b| same(a) == same(b) && a.0.0 + 1 == b.0.0 && a.1.0 + 1 == b.1.0);
        let run = runs.find(|run| run.len() >= FEWEST && run.first().is_some_and(same))?;
        Some((*run.first()?, *run.last()?))
    });
    let ((from, copy), (until, copy_until)) = by_lag?;
    let name = |month: &(usize, i128)| view.name_of_month(month.0);
    let finding = Finding::new(Code::EnergyCopiedMonths).path(ledger.site().place(meter));
    Some(finding.found(format!("{} … {} = {} … {}", name(copy), name(copy_until), name(from), name(until))))
}

fn is_slip(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && SLIP.contains(&(a / b).max(b / a))
}

/// IT against what the rated power makes, or that of the racks where none is stated; else total against IT.
fn slips(ledger: &Ledger<'_>, boundary: &Boundary, measured: &MeasuredPue, part: &Period) -> Option<Finding> {
    let pue = measured.pue()?;
    let (total, it) = (pue.total(), pue.it());
    let rated = || Some((possible(ledger, measured, part)?, ("额定功率 × 小时", "rated power × hours")));
    let racks = || {
        let design = ledger.site().facility().racks.as_ref()?.design_power()?;
        Some((design.over(known_ms(measured, part)), ("机架功率 × 小时", "power of the racks × hours")))
    };
    let about =
        |(zh, en): (&str, &str), energy: ExactEnergy| Text::new(format!("≈ {zh} {energy}"), format!("≈ {en} {energy}"));
    // A sum of one meter is that meter's fault.
    let place = |terms: &[Term]| match terms {
        [one] => ledger.site().place(one.meter),
        _ => "/meters".to_owned(),
    };
    let slip = |path: String| Finding::new(Code::EnergyUnitSlip).path(path);
    let power = rated().or_else(racks);
    if let Some((reference, name)) = power.filter(|(reference, _)| is_slip(it.kwh(), reference.kwh())) {
        return Some(slip(place(&boundary.it)).found(format!("IT {it}")).expected(about(name, reference)));
    }
    let off = is_slip(it.kwh(), total.kwh());
    off.then(|| match power {
        Some(_) => slip(place(&boundary.electricity()))
            .found_text(Text::new(format!("总电量 {total}"), format!("total {total}")))
            .expected(about(("IT", "IT"), it)),
        None => slip("/meters".to_owned()).found(format!("IT {it}")).expected(about(("总电量", "total"), total)),
    })
}
