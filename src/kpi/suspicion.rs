//! Figures that cannot be: more IT than total energy in a month, more energy than the rated power makes, a slip between
//! kWh and MWh. The factors are ours (`proxy`); what they catch is an error, because the PUE could not be trusted.

use super::{
    Boundary, MeasuredPue, Method,
    boundary::{Term, topmost},
    view::{Month, View, name_of},
};
use crate::{
    finding::{Code, Finding, Text},
    ledger::Ledger,
    metering::{Carrier, MeasurementPoint},
    period::Period,
    place::{Place, place},
    quantity::{ExactEnergy, Ratio},
};
use std::cell::LazyCell;

/// A month's PUE may be so far from the median month's, as a share of it.
const OUTLIER: f64 = 0.30;

/// A month's PUE that is so far from the median month's may hold a slip of one of its meters.
const UPSET: f64 = 0.10;

/// What the parts may be more than the whole: class 2 with transformers of class 1, on both sides.
const UNKNOWN_CLASS: f64 = 0.03;

/// Points on the way to the IT equipment.
const ON_THE_WAY: [MeasurementPoint; 5] = [
    MeasurementPoint::UpsInput,
    MeasurementPoint::UpsOutput,
    MeasurementPoint::PduOutput,
    MeasurementPoint::ItInput,
    MeasurementPoint::ItLoad,
];

/// So many months make a pattern.
const FEWEST: usize = 3;

/// A generator gives at least this share of its fuel's energy, however poorly it is loaded (ours).
const POOREST_GENERATOR: i128 = 10;

/// Fuel that is less than this part of the total is that of a generator's trial runs.
const TRIAL_RUNS: i128 = 100;

/// No cooling needs less electricity than this for a unit of cold, pumps included: a COP of 50 (ours).
const LEAST_FACTOR: (i128, i128) = (2, 100);

/// Figures of no more steps than this, of a megawatt-hour or less, are rounded ones of a small meter, and may be the same for
/// months in a row (ours).
const COARSE: i128 = 100;

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
    let months = if all.months().len() > 1 && measured.pue().is_some() { all.months_alone() } else { Vec::new() };
    let mut findings: Vec<Finding> = above_rating(ledger, measured, part, &months).into_iter().collect();
    findings.extend(months_below_one(&months));
    findings.extend(outlier_months(&months));
    findings.extend(parts_above_total(ledger, measured));
    findings.extend(more_than_total(ledger, measured, all));
    findings.extend(generators(ledger, boundary, measured, all));
    findings.extend(cheap_cooling(ledger, boundary));
    findings.extend(shares_of_nothing(ledger));
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

/// More IT energy than 1.02 × rated power × hours, as a whole or in a month.
fn above_rating(ledger: &Ledger<'_>, measured: &MeasuredPue, part: &Period, months: &[Month<'_>]) -> Option<Finding> {
    let (pue, possible) = (measured.pue()?, possible(ledger, measured, part)?);
    let (rated, margin) = (ledger.site().facility().rated_it?, Ratio::new(102, 100)?);
    let allowed = |energy: ExactEnergy| margin.floor_of(energy.microjoules()).map(ExactEnergy::from_microjoules);
    let finding = || Finding::new(Code::EnergyAboveRating).place(place!(facility / rated_it_kw));
    let whole = allowed(possible)?;
    if pue.it() > whole {
        return Some(finding().found(pue.it()).expected(format!("≤ {whole}")));
    }
    months.iter().find_map(|Month { month, it, .. }| {
        let possible = rated.over(month.milliseconds());
        let most = if *it > possible { allowed(possible)? } else { return None };
        (*it > most).then(|| finding().found(format!("{}: {it}", name_of(month))).expected(format!("≤ {most}")))
    })
}

fn months_below_one(months: &[Month<'_>]) -> impl Iterator<Item = Finding> {
    months.iter().filter(|month| month.total < month.it).map(|Month { month, total, it, .. }| {
        let found = format!("{}: {total}", name_of(month));
        Finding::new(Code::PueBelowOne).place(place!(monthly)).found(found).expected(format!("≥ {it}"))
    })
}

/// A month's PUE that is more than 30 % from the median month's; a month without IT energy is as far as can be. And a month
/// of nothing at all between others: a zero that stands for what is missing makes it look known.
fn outlier_months(months: &[Month<'_>]) -> Vec<Finding> {
    let finding = |month: &Month<'_>, found: String| {
        Finding::new(Code::EnergyOutlierMonth)
            .place(place!(monthly))
            .found(format!("{}: {found}", name_of(month.month)))
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

/// Both sums by month, to tell whether a month that one meter makes odd would be more like the others without it.
struct Usual {
    /// Total and IT energy of each month; `None`: not all of it is known.
    months: Vec<[Option<f64>; 2]>,
    /// Of the middle month.
    sides: [Option<f64>; 2],
    ratio: Option<f64>,
}

impl Usual {
    fn of(view: &View<'_>, terms: [&[Term]; 2]) -> Self {
        let sides = terms.map(|terms| side_of(view, terms));
        let [totals, its] = &sides;
        let months: Vec<[Option<f64>; 2]> = totals.iter().zip(its).map(|(total, it)| [*total, *it]).collect();
        let ratios = months.iter().filter_map(|[total, it]| Some((*total)? / (*it)?)).filter(|ratio| ratio.is_finite());
        let ratio = median_of(ratios);
        Usual { sides: sides.map(|side| median_of(side.into_iter().flatten())), ratio, months }
    }

    /// Whether a month is odd, and less so if one of its sums changes so: it is a slip then, and not another feeder's load.
    fn is_mended_by(&self, month: usize, side: usize, change: f64) -> bool {
        let known = |side: usize| self.months.get(month)?.get(side).copied().flatten();
        let usual = |side: usize| self.sides.get(side).copied().flatten();
        let Some((sum, middle)) = known(side).zip(usual(side)) else { return true };
        let other = 1 - side;
        // All of a sum has slipped, and nothing usual stands beside it: of a site that is not yet in use the other one is less too.
        let beside = known(other).zip(usual(other));
        if is_slip(sum, middle) && beside.is_none_or(|(rest, middle)| is_slip(rest, middle)) {
            return true;
        }
        let closer = |now: f64, then: f64, usual: f64| (then - usual).abs() < (now - usual).abs();
        match (known(other), self.ratio) {
            (Some(rest), Some(usual)) => {
                let ratio = |sum: f64| if side == 0 { sum / rest } else { rest / sum };
                let (now, then) = (ratio(sum), ratio(sum + change));
                let is_odd = now.is_nan() || (now - usual).abs() > UPSET * usual;
                is_odd && (then - usual).abs() <= OUTLIER * usual && (!now.is_finite() || closer(now, then, usual))
            }
            _ => closer(sum, sum + change, middle),
        }
    }
}

/// A sum by month, where all its meters are known.
fn side_of(view: &View<'_>, terms: &[Term]) -> Vec<Option<f64>> {
    let mut sums = vec![Some(0.0); view.months().len()];
    let mut months = Vec::new();
    for term in terms {
        view.months_of(term.meter, &mut months);
        let mut own = vec![None; sums.len()];
        for (month, energy) in &months {
            let energy = *energy as f64 * term.factor.to_f64();
            own.iter_mut().skip(*month).take(1).for_each(|own| *own = Some(if term.minus { -energy } else { energy }));
        }
        sums.iter_mut().zip(own).for_each(|(sum, own)| *sum = sum.zip(own).map(|(sum, own)| sum + own));
    }
    sums
}

/// IT energy and the parts of the overhead are more than the total, by more than both may be off: each by the worst of the
/// classes, if all meters state one.
fn parts_above_total(ledger: &Ledger<'_>, measured: &MeasuredPue) -> Option<Finding> {
    let (pue, overhead) = (measured.pue()?, measured.overhead?);
    let ratio = pue.ratio().to_f64();
    let parts = ratio - overhead.unexplained;
    let shown = |ratio: f64| format!("{:.3} kWh", ratio * pue.it().kwh());
    if parts <= ratio {
        return None;
    }
    let mut classes = ledger.site().meters().iter().map(|meter| meter.class_thousandths());
    let worst = classes.try_fold(0, |worst: i128, class| Some(worst.max(class?)));
    let off = worst.map_or(UNKNOWN_CLASS, |worst| UNKNOWN_CLASS.min(2.0 * worst as f64 / 1000.0));
    let finding = || Finding::new(Code::MeterSumCheck).place(place!(meters)).found(shown(parts));
    (parts > ratio * (1.0 + off)).then(|| finding().expected(format!("≤ {}", shown(ratio))))
}

/// What is measured on the way to the IT equipment is more than the total, by more than meters without a class may be off.
fn more_than_total(ledger: &Ledger<'_>, measured: &MeasuredPue, all: &View<'_>) -> Vec<Finding> {
    // By other methods, or with a fuel that cannot be weighed, the total is less than what the site was given.
    let Some(pue) = measured.pue().filter(|_| measured.method() == Method::Iso30134) else { return Vec::new() };
    let site = ledger.site();
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
        Some(finding.found(passed).expected(format!("≤ {most}")))
    });
    above.collect()
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
        let finding = Finding::new(Code::MeterImplausible).place(ledger.site().place(first.meter));
        let meter = ledger.site().meters().get(first.meter).map_or("", |meter| &meter.id);
        finding.meter(meter).found(output).expected(format!("{least} – {fuel}"))
    })
}

/// A meter of which no part belongs to the site says nothing of it.
fn shares_of_nothing<'l>(ledger: &'l Ledger<'_>) -> impl Iterator<Item = Finding> + 'l {
    let site = ledger.site();
    let none = site.meters().iter().enumerate().filter(|(_, meter)| meter.share == Some(Ratio::ZERO));
    none.map(|(i, meter)| {
        let finding = Finding::new(Code::MeterImplausible).place(site.property(i, place!(share))).meter(&meter.id);
        finding.found(0).expected("> 0")
    })
}

/// Bought cooling that counts for next to nothing.
fn cheap_cooling(ledger: &Ledger<'_>, boundary: &Boundary) -> Vec<Finding> {
    let Some(least) = Ratio::new(LEAST_FACTOR.0, LEAST_FACTOR.1) else { return Vec::new() };
    let cheap = boundary.bought_cooling.iter().filter_map(|term| {
        let meter = ledger.site().meters().get(term.meter)?;
        let factor = meter.factor.filter(|factor| *factor < least)?;
        let finding = Finding::new(Code::MeterImplausible).place(ledger.site().property(term.meter, place!(factor)));
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
    // What is less than a thousandth of the total may be the same every month, or a rule of thumb: it decides nothing.
    let worth = total.microjoules() / 1000;
    let electricity = boundary.electricity();
    // Seldom asked for.
    let usual = LazyCell::new(|| Usual::of(electricity_view, [&electricity, &boundary.it]));
    let sums = [(&electricity, view.sum(&electricity)), (&boundary.it, view.it())];
    let (mut months, mut sorted, mut worthy) = (Vec::new(), Vec::new(), Vec::new());
    for meter in 0..ledger.site().meters().len() {
        view.months_of(meter, &mut months);
        // Fuel by its energy, if it is more than that of trial runs.
        let weight = boundary.other_carriers_of(meter);
        let worth = if weight.is_some() { total.microjoules() / TRIAL_RUNS } else { worth };
        let weighed = |amount: i128| weight.map_or(Some(amount), |factor| factor.floor_of(amount)).unwrap_or(i128::MAX);
        let sum: i128 = months.iter().map(|(_, energy)| *energy).sum();
        if weighed(sum) >= worth {
            let is_worth = |run: &[(usize, i128)]| weighed(run.iter().map(|(_, energy)| *energy).sum()) >= worth;
            findings.extend(equal_months(ledger, view, meter, &months, is_worth));
            worthy.extend(Print::of(ledger, meter, sum, &months));
        }
        // A slip that cannot move the sum by a hundredth is none to stop at: a generator's one real run, say.
        let counts =
            |terms: &[Term]| terms.iter().find(|term| term.meter == meter && !term.minus).map(|term| term.factor);
        let counted = sums.iter().enumerate().find_map(|(side, (terms, sum))| Some((side, counts(terms)?, sum)));
        let Some((side, factor, sum)) = counted else { continue };
        let least = sum.microjoules() / 100;
        sorted.clear();
        sorted.extend(months.iter().map(|(_, energy)| *energy).filter(|energy| *energy > 0));
        let (lowest, highest) = (sorted.iter().min(), sorted.iter().max());
        if !lowest.zip(highest).is_some_and(|(low, high)| *high as f64 >= SLIP.start() * *low as f64) {
            continue; // the median lies between
        }
        sorted.sort_unstable();
        let Some(&median) = sorted.get(sorted.len() / 2) else { continue };
        // One feeder's rest is another's load.
        let matters = |energy: i128| energy.max(median) >= least && is_slip(energy as f64, median as f64);
        let change = |energy: i128| (median - energy) as f64 * factor.to_f64();
        let slipped = |month: usize, energy: i128| matters(energy) && usual.is_mended_by(month, side, change(energy));
        for &(month, energy) in months.iter().filter(|(month, energy)| slipped(*month, *energy)) {
            let (found, usual) = (ExactEnergy::from_microjoules(energy), ExactEnergy::from_microjoules(median));
            let finding = Finding::new(Code::EnergyUnitSlip).place(ledger.site().place(meter));
            let month = view.name_of_month(month);
            findings.push(finding.found(format!("{month}: {found}")).expected(format!("≈ {usual}")));
        }
    }
    findings.extend(twins(ledger, view, worthy));
    findings
}

/// What tells one meter's months from another's at the same point: their sum, and the first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Print {
    point: MeasurementPoint,
    carrier: Carrier,
    sum: i128,
    first: i128,
    meter: usize,
}

impl Print {
    fn of(ledger: &Ledger<'_>, index: usize, sum: i128, months: &[(usize, i128)]) -> Option<Self> {
        let meter = ledger.site().meters().get(index).filter(|meter| meter.check_of.is_none())?;
        Some(Print { point: meter.point, carrier: meter.carrier, sum, first: months.first()?.1, meter: index })
    }
}

/// Whether no two months have the same energy, told from a few bits of each: mostly they do differ.
fn all_differ(months: &[(usize, i128)]) -> bool {
    let mut seen = [0_u64; 16];
    months.iter().all(|(_, energy)| {
        let bits = (*energy as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        let Some(word) = seen.get_mut((bits >> 6) as usize) else { return false };
        let is_new = *word >> (bits & 63) & 1 == 0;
        *word |= 1 << (bits & 63);
        is_new
    })
}

/// Meters of one point whose months are all the same: one meter given twice, or one half of a sum and the other.
fn twins(ledger: &Ledger<'_>, view: &View<'_>, mut prints: Vec<Print>) -> Vec<Finding> {
    prints.sort_unstable();
    let alike = |a: &Print, b: &Print| (a.point, a.carrier, a.sum, a.first) == (b.point, b.carrier, b.sum, b.first);
    let pairs = prints.iter().zip(prints.iter().skip(1)).filter(|(a, b)| alike(a, b));
    let twins = pairs.filter_map(|(a, b)| {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        view.months_of(a.meter, &mut one);
        view.months_of(b.meter, &mut other);
        let is_constant = one.iter().all(|month| month.1 == a.first);
        (one.len() >= FEWEST && one == other && !is_constant && !are_coarse(&one)).then_some((a.meter, b.meter))
    });
    let id = |meter: usize| ledger.site().meters().get(meter).map_or("", |meter| &meter.id);
    let finding = |(one, other)| {
        let finding = Finding::new(Code::EnergyCopiedMonths).place(ledger.site().place(other)).meter(id(other));
        finding.found(format!("{} = {}", id(other), id(one)))
    };
    twins.map(finding).collect()
}

/// Months of one meter with the very same energy, if they are worth a word.
fn equal_months(
    ledger: &Ledger<'_>,
    view: &View<'_>,
    meter: usize,
    months: &[(usize, i128)],
    is_worth: impl Fn(&[(usize, i128)]) -> bool,
) -> Vec<Finding> {
    let alike = |a: &(usize, i128), b: &(usize, i128)| a.1 == b.1 && a.0 + 1 == b.0;
    let runs = months.chunk_by(alike).filter(|run| run.len() >= FEWEST && is_worth(run));
    let equal = runs.filter_map(|run| {
        let (&(first, amount), &(last, _)) = run.first().zip(run.last())?;
        let code = if run.len() == view.months().len() { Code::EnergyConstant } else { Code::EnergyCopiedMonths };
        let (from, to) = (view.name_of_month(first), view.name_of_month(last));
        let finding = Finding::new(code).place(ledger.site().place(meter));
        (amount != 0).then(|| finding.found(format!("{from} … {to}")))
    });
    let equal: Vec<Finding> = equal.collect();
    // Small figures that were rounded repeat themselves.
    if equal.iter().any(|finding| finding.code == Code::EnergyCopiedMonths) && are_coarse(months) {
        return Vec::new();
    }
    if equal.is_empty() { copied_stretch(ledger, view, meter, months).into_iter().collect() } else { equal }
}

/// Whether all months are whole multiples of 1 MWh, or a power of ten less, of which none has more than a hundred.
fn are_coarse(months: &[(usize, i128)]) -> bool {
    let most = months.iter().map(|(_, energy)| *energy).max().unwrap_or(0);
    let units = (0..=6).map(|power| ExactEnergy::KWH.microjoules() * 1000 / 10_i128.pow(power));
    let is_unit = |unit: &i128| months.iter().all(|(_, energy)| energy % unit == 0);
    units.filter(is_unit).max().is_some_and(|unit| most / unit <= COARSE)
}

/// Months of one meter that follow each other and have the energies of earlier ones, each its own: half a year given twice.
fn copied_stretch(ledger: &Ledger<'_>, view: &View<'_>, meter: usize, months: &[(usize, i128)]) -> Option<Finding> {
    if all_differ(months) {
        return None;
    }
    let by_lag = (2..months.len().saturating_sub(FEWEST - 1)).find_map(|lag| {
        let pairs = || months.iter().zip(months.iter().skip(lag));
        let same = |pair: &(&(usize, i128), &(usize, i128))| pair.0.1 == pair.1.1 && pair.0.1 != 0;
        pairs().filter(same).nth(FEWEST - 1)?; // there are enough of them
        let pairs: Vec<_> = pairs().collect();
        let mut runs = pairs.chunk_by(|a, b| same(a) == same(b) && a.0.0 + 1 == b.0.0 && a.1.0 + 1 == b.1.0);
        let run = runs.find(|run| run.len() >= FEWEST && run.first().is_some_and(same))?;
        Some((*run.first()?, *run.last()?))
    });
    let ((from, copy), (until, copy_until)) = by_lag.filter(|_| !are_coarse(months))?;
    let name = |month: &(usize, i128)| view.name_of_month(month.0);
    let finding = Finding::new(Code::EnergyCopiedMonths).place(ledger.site().place(meter));
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
        _ => place!(meters),
    };
    let slip = |place: Place| Finding::new(Code::EnergyUnitSlip).place(place);
    let power = rated().or_else(racks);
    if let Some((reference, name)) = power.filter(|(reference, _)| is_slip(it.kwh(), reference.kwh())) {
        return Some(slip(place(&boundary.it)).found(format!("IT {it}")).expected(about(name, reference)));
    }
    let off = is_slip(it.kwh(), total.kwh());
    off.then(|| match power {
        Some(_) => slip(place(&boundary.electricity()))
            .found_text(Text::new(format!("总电量 {total}"), format!("total {total}")))
            .expected(about(("IT", "IT"), it)),
        None => slip(place!(meters)).found(format!("IT {it}")).expected(about(("总电量", "total"), total)),
    })
}
