use super::{Evidence, FEWEST, TRIAL_RUNS};
use crate::{
    finding::{Code, Finding, Text},
    metering::{Carrier, MeasurementPoint},
    period::month_text,
    quantity::ExactEnergy,
};

/// Figures of no more steps than this, of a megawatt-hour or less, are rounded ones of a small meter, and may be the same for
/// months in a row (ours).
const COARSE: i128 = 100;

/// Months that are copies: of one meter by themselves, and of two meters of one point. Less than a thousandth of the total, or
/// fuel for trial runs, may be the same every month, or a rule of thumb: it decides nothing.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let (boundary, total) = (evidence.boundary, evidence.total().microjoules());
    let (mut findings, mut worthy) = (Vec::new(), Vec::new());
    for meter in 0..evidence.ledger.site().meters().len() {
        let months = evidence.months_of(meter);
        // Fuel by its energy.
        let weight = boundary.other_carriers_of(meter);
        let worth = if weight.is_some() { total / TRIAL_RUNS } else { total / 1000 };
        let weighed = |amount: i128| weight.map_or(Some(amount), |factor| factor.floor_of(amount)).unwrap_or(i128::MAX);
        let is_worth = |run: &[(usize, i128)]| weighed(run.iter().map(|(_, energy)| *energy).sum()) >= worth;
        if is_worth(months) {
            findings.extend(equal_months(evidence, meter, is_worth));
            let sum = months.iter().map(|(_, energy)| *energy).sum();
            worthy.extend(Print::of(evidence, meter, sum));
        }
    }
    findings.extend(twins(evidence, worthy));
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
    fn of(evidence: &Evidence<'_, '_>, index: usize, sum: i128) -> Option<Self> {
        let meter = evidence.ledger.site().meters().get(index).filter(|meter| meter.check_of.is_none())?;
        Some(Print {
            point: meter.point,
            carrier: meter.carrier,
            sum,
            first: evidence.months_of(index).first()?.1,
            meter: index,
        })
    }
}

/// Meters of one point whose months are all the same: one meter given twice, or one half of a sum and the other.
fn twins(evidence: &Evidence<'_, '_>, mut prints: Vec<Print>) -> Vec<Finding> {
    let site = evidence.ledger.site();
    prints.sort_unstable();
    let alike = |a: &Print, b: &Print| (a.point, a.carrier, a.sum, a.first) == (b.point, b.carrier, b.sum, b.first);
    let pairs = prints.iter().zip(prints.iter().skip(1)).filter(|(a, b)| alike(a, b));
    let twins = pairs.filter_map(|(a, b)| {
        let (one, other) = (evidence.months_of(a.meter), evidence.months_of(b.meter));
        let is_constant = one.iter().all(|month| month.1 == a.first);
        (one.len() >= FEWEST && one == other && !is_constant && !are_coarse(one)).then_some((a.meter, b.meter))
    });
    let id = |meter: usize| site.meters().get(meter).map_or("", |meter| &meter.id);
    let finding = |(one, other)| {
        let finding = Finding::new(Code::EnergyCopiedMonths).place(site.place(other)).meter(id(other));
        let found = format!("{} = {}", id(other), id(one));
        finding.found(found).worded("与另一计量点各月电量完全相同", "the same energies as another meter in every month")
    };
    twins.map(finding).collect()
}

/// Months of one meter with the very same energy, if they are worth a word.
fn equal_months(
    evidence: &Evidence<'_, '_>,
    meter: usize,
    is_worth: impl Fn(&[(usize, i128)]) -> bool,
) -> Vec<Finding> {
    let (view, months) = (evidence.reported, evidence.months_of(meter));
    let alike = |a: &(usize, i128), b: &(usize, i128)| a.1 == b.1 && a.0 + 1 == b.0;
    let runs = months.chunk_by(alike).filter(|run| run.len() >= FEWEST && is_worth(run));
    let equal = runs.filter_map(|run| {
        let (&(first, amount), &(last, _)) = run.first().zip(run.last())?;
        let code = if run.len() == view.months().len() { Code::EnergyConstant } else { Code::EnergyCopiedMonths };
        let finding = Finding::new(code).place(evidence.ledger.site().place(meter));
        let finding = finding.found_text(stretch(view.name_of_month(first), view.name_of_month(last)));
        let of_some = || ("连续三个月以上电量完全相同", "three or more months in a row have the same energy");
        (amount != 0).then(|| match code {
            Code::EnergyConstant => finding,
            _ => finding.worded(of_some().0, of_some().1),
        })
    });
    let equal: Vec<Finding> = equal.collect();
    // Small figures that were rounded repeat themselves.
    if equal.iter().any(|finding| finding.code == Code::EnergyCopiedMonths) && are_coarse(months) {
        return Vec::new();
    }
    if equal.is_empty() { copied_stretch(evidence, meter).into_iter().collect() } else { equal }
}

/// Months of one meter that follow each other and have the energies of earlier ones, each its own: half a year given twice.
fn copied_stretch(evidence: &Evidence<'_, '_>, meter: usize) -> Option<Finding> {
    let months = evidence.months_of(meter);
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
    let name = |month: &(usize, i128)| evidence.reported.name_of_month(month.0);
    let finding = Finding::new(Code::EnergyCopiedMonths).place(evidence.ledger.site().place(meter));
    let (copy, original) = (stretch(name(copy), name(copy_until)), stretch(name(from), name(until)));
    let found = Text::new(format!("{}＝{}", copy.zh, original.zh), format!("{} = {}", copy.en, original.en));
    Some(
        finding
            .found_text(found)
            .worded("连续三个月以上的电量与此前各月逐月相同", "three or more months in a row repeat earlier ones"),
    )
}

/// From a month to a later one.
fn stretch(from: String, to: String) -> Text {
    let (from, to) = (month_text(&from), month_text(&to));
    Text::new(format!("{}至{}", from.zh, to.zh), format!("{} to {}", from.en, to.en))
}

/// Whether all months are whole multiples of 1 MWh, or a power of ten less, of which none has more than a hundred.
fn are_coarse(months: &[(usize, i128)]) -> bool {
    let most = months.iter().map(|(_, energy)| *energy).max().unwrap_or(0);
    let units = (0..=6).map(|power| ExactEnergy::KWH.microjoules() * 1000 / 10_i128.pow(power));
    let is_unit = |unit: &i128| months.iter().all(|(_, energy)| energy % unit == 0);
    units.filter(is_unit).max().is_some_and(|unit| most / unit <= COARSE)
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
