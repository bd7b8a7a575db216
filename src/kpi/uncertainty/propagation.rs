//! From the errors of meters to the uncertainty of their PUE.

use super::{
    COVERAGE_FACTOR, Contribution, ErrorSource, MeterRole, Premises, RECTANGULAR, Remedy, Uncertainty, Unstated, limits,
};
use crate::{
    kpi::{AnyPue, boundary::Term, view::View},
    metering::{AccuracyClass, Meter},
};
use std::collections::BTreeMap;

/// One error of one meter.
struct Part<'a> {
    meter: &'a Meter,
    role: MeterRole,
    source: ErrorSource,
    class: AccuracyClass,
    /// By how much the PUE changes where the error is at its limit.
    effect: f64,
}

/// Another class for errors of one kind of the meters in one sum.
type Swap = (MeterRole, ErrorSource, AccuracyClass);

/// The uncertainty of a PUE over the time that it is of; or else which meters have to state what.
pub(crate) fn of(view: &View<'_>, pue: AnyPue) -> Result<Uncertainty, Vec<Unstated>> {
    let mut premises = Premises::default();
    let parts = parts(view, pue, None, &mut premises)?;
    premises.grouped = parts.iter().any(|part| part.meter.error_group.is_some());
    let sums = sums(&parts);
    let variance: f64 = sums.values().map(Sum::variance).sum();
    let share = |part: &Part<'_>, i: usize| match sums.get(&key(part, i)) {
        Some(sum) if variance > 0.0 => part.effect * sum.of(part.effect) / variance,
        _ => 0.0,
    };
    let shares: Vec<f64> = parts.iter().enumerate().map(|(i, part)| share(part, i)).collect();
    let mut contributions: Vec<Contribution> = parts
        .iter()
        .zip(&shares)
        .map(|(part, &share)| Contribution { meter: part.meter.id.clone(), part: part.source, share })
        .collect();
    contributions.sort_by(|a, b| b.share.total_cmp(&a.share));
    Ok(Uncertainty {
        standard: variance.sqrt() * RECTANGULAR,
        value: pue.ratio().to_f64(),
        contributions,
        remedy: remedy(view, pue, &parts, &shares),
        premises,
    })
}

/// What is one error: of a group those of one kind, else each by its place among the parts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Error<'a> {
    OfGroup(&'a str, u8),
    OfPart(usize),
}

fn key<'a>(part: &Part<'a>, index: usize) -> Error<'a> {
    match part.meter.error_group.as_deref() {
        Some(group) => Error::OfGroup(group, part.source as u8),
        None => Error::OfPart(index),
    }
}

/// The effects of one error: what they add up to, and their squares.
#[derive(Clone, Copy, Default)]
struct Sum {
    effects: f64,
    squares: f64,
}

impl Sum {
    /// One error adds up, but makes nothing surer than independent ones would: that two meters err alike is said by whoever wants
    /// the PUE to be sure.
    fn variance(&self) -> f64 {
        (self.effects * self.effects).max(self.squares)
    }

    /// What an effect is multiplied by to give its part of the variance.
    fn of(&self, effect: f64) -> f64 {
        if self.effects * self.effects >= self.squares { self.effects } else { effect }
    }
}

fn sums<'a>(parts: &[Part<'a>]) -> BTreeMap<Error<'a>, Sum> {
    let mut sums: BTreeMap<Error<'a>, Sum> = BTreeMap::new();
    for (i, part) in parts.iter().enumerate() {
        let sum = sums.entry(key(part, i)).or_default();
        sum.effects += part.effect;
        sum.squares += part.effect * part.effect;
    }
    sums
}

fn expanded(parts: &[Part<'_>]) -> f64 {
    COVERAGE_FACTOR * RECTANGULAR * sums(parts).values().map(Sum::variance).sum::<f64>().sqrt()
}

/// Every error of every counted meter.
fn parts<'a>(
    view: &View<'a>,
    pue: AnyPue,
    swap: Option<Swap>,
    premises: &mut Premises,
) -> Result<Vec<Part<'a>>, Vec<Unstated>> {
    let (total, it) = view.terms();
    let (value, energy) = (pue.ratio().to_f64(), pue.it().microjoules() as f64);
    // How much of a meter's amount is in total and in IT energy.
    let mut counted: BTreeMap<usize, (f64, f64, MeterRole)> = BTreeMap::new();
    let factor = |term: &Term| if term.minus { -term.factor.to_f64() } else { term.factor.to_f64() };
    for term in total {
        counted.entry(term.meter).or_insert((0.0, 0.0, MeterRole::Total)).0 += factor(term);
    }
    for term in it {
        let entry = counted.entry(term.meter).or_insert((0.0, 0.0, MeterRole::It));
        (entry.1, entry.2) = (entry.1 + factor(term), MeterRole::It);
    }
    let (mut parts, mut unstated) = (Vec::with_capacity(2 * counted.len()), Vec::new());
    for (index, (in_total, in_it, role)) in counted {
        let Some(meter) = view.ledger().site().meters().get(index) else { continue };
        let swapped = swap.filter(|(of, ..)| *of == role).map(|(_, source, class)| (source, class));
        match limits::of(view, index, meter, swapped, premises) {
            Ok(limits) => parts.extend(limits.into_iter().map(|limit| Part {
                meter,
                role,
                source: limit.part,
                class: limit.class,
                effect: (in_total - value * in_it) * limit.amount / energy,
            })),
            Err(needs) => unstated.push(Unstated { meter: meter.id.clone(), needs: needs.into() }),
        }
    }
    if unstated.is_empty() { Ok(parts) } else { Err(unstated) }
}

/// The largest contribution of one sum's errors of one kind that better classes would make smaller.
fn remedy(view: &View<'_>, pue: AnyPue, parts: &[Part<'_>], shares: &[f64]) -> Option<Remedy> {
    let mut kinds: Vec<(MeterRole, ErrorSource, f64, AccuracyClass)> = Vec::new();
    for (part, share) in parts.iter().zip(shares) {
        // A phase displacement goes with the class of its transformers.
        let source = if part.source == ErrorSource::CtPhase { ErrorSource::CtClass } else { part.source };
        match kinds.iter_mut().find(|(role, of, ..)| (*role, *of) == (part.role, source)) {
            Some((.., sum, worst)) => {
                *sum += share;
                if part.class.thousandths() > worst.thousandths() {
                    *worst = part.class;
                }
            }
            None => kinds.push((part.role, source, *share, part.class)),
        }
    }
    kinds.sort_by(|a, b| b.2.total_cmp(&a.2));
    let (&(of, part, share, _), class) =
        kinds.iter().find_map(|kind| (kind.2 > 0.0).then_some(kind).zip(kind.3.finer()))?;
    let better = self::parts(view, pue, Some((of, part, class)), &mut Premises::default()).ok()?;
    // Where errors cancel out, a better meter alone can widen the sum of them.
    Some(expanded(&better)).filter(|after| *after < expanded(parts)).map(|expanded| Remedy {
        of,
        part,
        share,
        class,
        expanded,
    })
}
