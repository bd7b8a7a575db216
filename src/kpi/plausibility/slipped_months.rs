use super::{Evidence, OUTLIER, SLIP, is_slip, median_of};
use crate::{
    finding::{Code, Finding, Text},
    kpi::{boundary::Term, plausibility::in_month, view::View},
    quantity::ExactEnergy,
};
use std::cell::LazyCell;

/// A month's PUE that is so far from the median month's may hold a slip of one of its meters.
const UPSET: f64 = 0.10;

/// Months of one meter that are off from its others by a factor near 1000, and make a sum odd.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let (boundary, view, mut findings) = (evidence.boundary, evidence.reported, Vec::new());
    let electricity = boundary.electricity();
    // Seldom asked for.
    let usual = LazyCell::new(|| Usual::of(evidence.electricity, [&electricity, &boundary.it]));
    let sums = [(&electricity, view.sum(&electricity)), (&boundary.it, view.it())];
    // What adds to either sum, each meter once.
    let added = sums.iter().enumerate().flat_map(|(side, (terms, sum))| {
        terms.iter().filter(|term| !term.minus).map(move |term| (term.meter, side, term.factor, sum))
    });
    let mut added: Vec<_> = added.collect();
    added.sort_by_key(|(meter, side, ..)| (*meter, *side));
    added.dedup_by_key(|(meter, ..)| *meter);
    let mut sorted = Vec::new();
    for (meter, side, factor, sum) in added {
        let months = evidence.months_of(meter);
        // A slip that cannot move the sum by a hundredth is none to stop at: a generator's one real run, say.
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
            let finding = Finding::new(Code::EnergyUnitSlip).place(evidence.ledger.site().place(meter));
            let expected = Text::new(format!("接近各月中位数 {usual}"), format!("near the median month's {usual}"));
            findings.push(finding.found_text(in_month(&view.name_of_month(month), &found)).expected(expected));
        }
    }
    findings
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
    for term in terms {
        let mut months = Vec::new();
        view.months_of(term.meter, &mut months);
        let mut own = vec![None; sums.len()];
        for (month, energy) in months {
            let energy = energy as f64 * term.factor.to_f64();
            if let Some(own) = own.get_mut(month) {
                *own = Some(if term.minus { -energy } else { energy });
            }
        }
        sums.iter_mut().zip(own).for_each(|(sum, own)| *sum = sum.zip(own).map(|(sum, own)| sum + own));
    }
    sums
}
