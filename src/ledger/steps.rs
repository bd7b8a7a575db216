use crate::{
    metering::clean::MOST,
    quantity::{
        Ratio, gcd,
        text::{self, Number},
    },
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Range};

/// The amount in each step of the calendar, in exact units: in 64 bits as long as no step needs more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub(super) enum Amounts {
    /// No step holds more than 2⁶³ units: 2.5 GWh, if the unit is the microjoule.
    Narrow(Vec<i64>),
    Wide(Vec<i128>),
    /// As they came from outside, until it is known how many steps there are.
    Packed(Packed),
}

/// Amounts for the way: without the steps before the first and after the last that holds something, and in the greatest unit of
/// which all are multiples.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Packed {
    from: usize,
    #[serde(with = "text")]
    unit: i128,
    /// Each by what it is more than the one before, wrapping.
    narrow: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wide: Vec<Number<i128>>,
}

impl Default for Amounts {
    fn default() -> Self {
        Amounts::Narrow(Vec::new())
    }
}

impl From<Packed> for Amounts {
    fn from(packed: Packed) -> Amounts {
        Amounts::Packed(packed)
    }
}

impl From<Amounts> for Packed {
    fn from(amounts: Amounts) -> Packed {
        fn used<T: Default + PartialEq>(all: &[T]) -> Range<usize> {
            let is_used = |amount: &T| *amount != T::default();
            let from = all.iter().position(is_used).unwrap_or(0);
            // Of nothing but zeros one is kept: something was booked.
            from..all.iter().rposition(is_used).map_or(all.len().min(1), |last| last + 1)
        }
        match amounts {
            Amounts::Packed(packed) => packed,
            Amounts::Narrow(narrow) => {
                let range = used(&narrow);
                let kept = narrow.get(range.clone()).unwrap_or_default();
                // No more than 2⁶³.
                let unit = kept.iter().fold(0, |unit, amount| gcd(unit, amount.unsigned_abs().into())) as i128;
                let of_unit = |amount: &i64| i64::try_from(i128::from(*amount) / unit.max(1)).unwrap_or(0);
                let mut last = 0_i64;
                let step = |amount: i64| amount.wrapping_sub(std::mem::replace(&mut last, amount));
                let narrow = kept.iter().map(of_unit).map(step).collect();
                Packed { from: range.start, unit, narrow, wide: Vec::new() }
            }
            Amounts::Wide(wide) => {
                let range = used(&wide);
                let kept = wide.get(range.clone()).unwrap_or_default();
                Packed {
                    from: range.start,
                    unit: 1,
                    narrow: Vec::new(),
                    wide: kept.iter().copied().map(Number).collect(),
                }
            }
        }
    }
}

impl Packed {
    fn amounts(&self) -> impl Iterator<Item = i128> + '_ {
        let narrow = self.narrow.iter().scan(0_i64, |last, step| {
            *last = last.wrapping_add(*step);
            Some(i128::from(*last).saturating_mul(self.unit))
        });
        narrow.chain(self.wide.iter().map(|wide| wide.0))
    }

    fn steps(&self) -> usize {
        self.from.saturating_add(self.narrow.len()).saturating_add(self.wide.len())
    }
}

impl Amounts {
    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(super) fn is_sound(&self, steps: usize, may_be_negative: bool) -> bool {
        let least = if may_be_negative { -(MOST >> 8) } else { 0 };
        let is_sound = |amount: i128| (least..=MOST >> 8).contains(&amount);
        match self {
            Amounts::Narrow(narrow) => narrow.len() <= steps && narrow.iter().all(|amount| is_sound((*amount).into())),
            Amounts::Wide(wide) => wide.len() <= steps && wide.iter().all(|amount| is_sound(*amount)),
            Amounts::Packed(packed) => packed.steps() <= steps && packed.unit >= 0 && packed.amounts().all(is_sound),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Amounts::Narrow(narrow) => narrow.is_empty(),
            Amounts::Wide(wide) => wide.is_empty(),
            Amounts::Packed(packed) => packed.narrow.is_empty() && packed.wide.is_empty(),
        }
    }

    /// Whether there is no energy in any step.
    pub(super) fn are_nothing(&self) -> bool {
        match self {
            Amounts::Narrow(narrow) => narrow.iter().all(|amount| *amount == 0),
            Amounts::Wide(wide) => wide.iter().all(|amount| *amount == 0),
            Amounts::Packed(packed) => packed.amounts().all(|amount| amount == 0),
        }
    }

    /// With a slot for each of so many steps.
    pub(super) fn resize(&mut self, steps: usize) {
        match self {
            Amounts::Narrow(narrow) => narrow.resize(steps, 0),
            Amounts::Wide(wide) => wide.resize(steps, 0),
            Amounts::Packed(packed) => {
                let packed = std::mem::take(packed);
                *self = Amounts::Narrow(vec![0; steps]);
                packed.amounts().enumerate().for_each(|(i, amount)| self.add(packed.from + i, amount));
            }
        }
    }

    pub(super) fn add(&mut self, step: usize, amount: i128) {
        if let Amounts::Narrow(narrow) = self {
            let Some(slot) = narrow.get_mut(step) else { return };
            if let Some(sum) = i64::try_from(amount).ok().and_then(|amount| slot.checked_add(amount)) {
                *slot = sum;
                return;
            }
            *self = Amounts::Wide(narrow.iter().copied().map(i128::from).collect());
        }
        if let Amounts::Wide(wide) = self
            && let Some(slot) = wide.get_mut(step)
        {
            *slot += amount;
        }
    }

    pub(super) fn add_all(&mut self, other: Amounts) {
        let steps = match &other {
            Amounts::Narrow(narrow) => narrow.len(),
            Amounts::Wide(wide) => wide.len(),
            Amounts::Packed(packed) => packed.steps(),
        };
        match self {
            Amounts::Narrow(mine) if mine.is_empty() => {
                *self = other;
                return;
            }
            Amounts::Packed(mine) => {
                let mine = mine.steps();
                self.resize(mine.max(steps));
            }
            Amounts::Narrow(mine) if mine.len() < steps => mine.resize(steps, 0),
            Amounts::Wide(mine) if mine.len() < steps => mine.resize(steps, 0),
            _ => {}
        }
        match other {
            Amounts::Narrow(theirs) => {
                theirs
                    .into_iter()
                    .enumerate()
                    .filter(|(_, amount)| *amount != 0)
                    .for_each(|(i, amount)| self.add(i, amount.into()));
            }
            Amounts::Wide(theirs) => theirs.into_iter().enumerate().for_each(|(i, amount)| self.add(i, amount)),
            Amounts::Packed(theirs) => {
                theirs.amounts().enumerate().for_each(|(i, amount)| self.add(theirs.from + i, amount));
            }
        }
    }

    /// Their slots, narrow or wide.
    fn slots(&self) -> (&[i64], &[i128]) {
        match self {
            Amounts::Narrow(narrow) => (narrow, &[]),
            Amounts::Wide(wide) => (&[], wide),
            Amounts::Packed(_) => (&[], &[]),
        }
    }

    /// Their slots, as long as they are narrow.
    pub(super) fn narrow_from(&mut self, step: usize) -> Option<&mut [i64]> {
        match self {
            Amounts::Narrow(narrow) => narrow.get_mut(step..),
            Amounts::Wide(_) | Amounts::Packed(_) => None,
        }
    }
}

/// The amounts of a whole period, and their running sum.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    amounts: Amounts,
    /// The sum before every 64th step but the first.
    blocks: Vec<i128>,
    total: i128,
    /// No step holds more than this; `None` if one does, or one holds less than nothing.
    bound: Option<i64>,
}

const BLOCK: usize = 64;

/// A block of amounts no larger than this has a sum in 64 bits.
const SMALL: i64 = (1 << 56) - 1;

impl Steps {
    pub(super) fn new(mut amounts: Amounts, steps: usize) -> Self {
        amounts.resize(steps);
        let mut blocks = Vec::with_capacity(steps / BLOCK);
        let (narrow, wide) = amounts.slots();
        let (mut total, mut bits) = (0_i128, if wide.is_empty() { 0_i64 } else { -1 });
        for (i, block) in narrow.chunks(BLOCK).enumerate() {
            if i > 0 {
                blocks.push(total);
            }
            let look = |(bits, sum): (i64, i64), amount: &i64| (bits | amount, sum.wrapping_add(*amount));
            let (used, small) = block.iter().fold((0, 0), look);
            bits |= used;
            total += if (0..=SMALL).contains(&used) { small.into() } else { sum(block) };
        }
        for (i, block) in wide.chunks(BLOCK).enumerate() {
            if i > 0 {
                blocks.push(total);
            }
            total += block.iter().sum::<i128>();
        }
        let bound = (bits >= 0).then(|| if bits == 0 { 0 } else { i64::MAX >> bits.leading_zeros().saturating_sub(1) });
        Steps { amounts, blocks, total, bound }
    }

    /// The amount of a step.
    pub(super) fn of(&self, step: usize) -> i128 {
        let (narrow, wide) = self.amounts.slots();
        narrow.get(step).copied().map(i128::from).or_else(|| wide.get(step).copied()).unwrap_or(0)
    }

    /// The same with more in some steps.
    pub(super) fn with(&self, added: &BTreeMap<usize, i128>) -> Steps {
        let mut amounts = self.amounts.clone();
        added.iter().for_each(|(step, amount)| amounts.add(*step, *amount));
        Steps::new(amounts, self.len())
    }

    pub(super) const fn total(&self) -> i128 {
        self.total
    }

    /// The amount before a step.
    pub(super) fn before(&self, step: usize) -> i128 {
        if step >= self.len() {
            return self.total;
        }
        let block = step / BLOCK;
        let base = block.checked_sub(1).and_then(|block| self.blocks.get(block)).copied().unwrap_or(0);
        let inner = block * BLOCK..step;
        let (narrow, wide) = self.amounts.slots();
        base + match narrow.get(inner.clone()) {
            Some(inner) => self.sum(inner),
            None => wide.get(inner).map_or(0, |inner| inner.iter().sum()),
        }
    }

    fn sum(&self, block: &[i64]) -> i128 {
        let are_small = self.bound.is_some_and(|bound| bound <= SMALL);
        if are_small { block.iter().sum::<i64>().into() } else { sum(block) }
    }

    fn len(&self) -> usize {
        let (narrow, wide) = self.amounts.slots();
        narrow.len() + wide.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = i128> + '_ {
        let (narrow, wide) = self.amounts.slots();
        narrow.iter().copied().map(i128::from).chain(wide.iter().copied())
    }
}

fn sum(block: &[i64]) -> i128 {
    // Halves of 32 bits each add up without carry.
    let low: u64 = block.iter().map(|amount| *amount as u64 & 0xffff_ffff).sum();
    let high: i64 = block.iter().map(|amount| amount >> 32).sum();
    (i128::from(high) << 32) + i128::from(low)
}

/// The sum of several meters' steps, each times a factor and added or taken away.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    narrow: Vec<i64>,
    wide: Vec<i128>,
    bound: i64,
}

impl Sum {
    pub(crate) fn new(steps: usize) -> Self {
        Sum { narrow: vec![0; steps], wide: Vec::new(), bound: 0 }
    }

    /// The amount of a step is the difference of the running sum, rounded down: parts add up.
    pub(crate) fn add(&mut self, steps: &Steps, factor: Ratio, minus: bool) {
        if let (Amounts::Narrow(narrow), Some(bound)) = (&steps.amounts, steps.bound)
            && let Some(bound) = self.bound.checked_add(bound)
            && factor == Ratio::ONE
        {
            self.bound = bound;
            let pairs = self.narrow.iter_mut().zip(narrow);
            if minus {
                pairs.for_each(|(sum, amount)| *sum -= amount)
            } else {
                pairs.for_each(|(sum, amount)| *sum += amount)
            }
            return;
        }
        self.wide.resize(self.narrow.len(), 0);
        let (mut running, mut before) = (0, 0);
        for (sum, amount) in self.wide.iter_mut().zip(steps.iter()) {
            running += amount;
            let upto = scaled(running, factor);
            *sum += if minus { before - upto } else { upto - before };
            before = upto;
        }
    }

    /// The amount of each step.
    pub(crate) fn into_steps(self) -> impl Iterator<Item = i128> {
        let wide = self.wide.into_iter().chain(std::iter::repeat(0));
        self.narrow.into_iter().zip(wide).map(|(narrow, wide)| i128::from(narrow) + wide)
    }
}

/// A running sum times a factor, rounded down.
pub(super) fn scaled(sum: i128, factor: Ratio) -> i128 {
    if factor == Ratio::ONE { sum } else { factor.floor_of(sum).unwrap_or(i128::MAX / 4) }
}

/// What lies between two places of a running sum.
pub(super) fn part(steps: &Steps, range: &Range<usize>, factor: Ratio) -> i128 {
    if range.end == range.start + 1 && factor == Ratio::ONE {
        return steps.of(range.start);
    }
    scaled(steps.before(range.end), factor) - scaled(steps.before(range.start), factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sums_are_those_of_plain_integers(amounts in prop::collection::vec(prop_oneof![8 => -9_i128..1_000_000, 1 => Just(i128::from(i64::MAX)), 1 => Just(1_i128 << 90)], 0..300), cut: prop::sample::Index, third: bool) {
            let mut narrow = Amounts::default();
            narrow.resize(amounts.len());
            amounts.iter().enumerate().for_each(|(i, amount)| { narrow.add(i, *amount); });
            let mut twice = narrow.clone();
            twice.add_all(narrow.clone());
            let (steps, twice) = (Steps::new(narrow, amounts.len()), Steps::new(twice, amounts.len()));
            let cut = cut.index(amounts.len() + 1);
            prop_assert_eq!(steps.before(cut), amounts[..cut].iter().sum::<i128>());
            prop_assert_eq!(steps.total(), amounts.iter().sum::<i128>());
            prop_assert_eq!(twice.total(), 2 * steps.total());
            let factor = if third { Ratio::new(1, 3).unwrap() } else { Ratio::ONE };
            let mut sum = Sum::new(amounts.len());
            sum.add(&twice, Ratio::ONE, false);
            sum.add(&steps, factor, true);
            let found: Vec<i128> = sum.into_steps().collect();
            let expected: Vec<i128> = (0..amounts.len()).map(|i| 2 * amounts[i] - part(&steps, &(i..i + 1), factor)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
