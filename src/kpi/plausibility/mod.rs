//! Figures that cannot be, or hardly are (合理性检查): more IT than total energy in a month, more energy than the rated power
//! makes, kWh and MWh mixed up, months that are copies. One file a check; each looks at the same evidence. The factors are
//! ours (`proxy`); an error is what would make the PUE one that cannot be trusted.

mod above_rating;
mod cheap_cooling;
mod copied_months;
mod generators;
mod months_below_one;
mod more_than_total;
mod outlier_months;
mod parts_above_total;
mod shares_of_nothing;
mod slipped_months;
mod slipped_sums;

use super::{
    Boundary, MeasuredPue,
    view::{Month, View},
};
use crate::{
    finding::{Finding, Text},
    ledger::Ledger,
    period::{Period, month_text},
    quantity::ExactEnergy,
};
use std::{fmt::Display, ops::Range};

/// All checks. To add one: a file with a function `check`, and its name here.
const CHECKS: [fn(&Evidence<'_, '_>) -> Vec<Finding>; 11] = [
    above_rating::check,
    months_below_one::check,
    outlier_months::check,
    parts_above_total::check,
    more_than_total::check,
    generators::check,
    cheap_cooling::check,
    shares_of_nothing::check,
    copied_months::check,
    slipped_months::check,
    slipped_sums::check,
];

/// What the checks find.
pub(super) fn findings(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    CHECKS.iter().flat_map(|check| check(evidence)).collect()
}

/// What the checks look at.
pub(super) struct Evidence<'a, 'v> {
    ledger: &'v Ledger<'v>,
    boundary: &'a Boundary,
    measured: &'a MeasuredPue,
    /// The sums of the reported PUE.
    reported: &'a View<'v>,
    /// Those of all carriers.
    all: &'a View<'v>,
    /// Those of electricity alone.
    electricity: &'a View<'v>,
    part: &'a Period,
    /// The months in which total and IT are known; none if there is but one, or no PUE.
    months: Vec<Month<'a>>,
    /// The known months of each meter, one meter after the other.
    of_meters: Vec<(usize, i128)>,
    /// Where those of each meter stand.
    ranges: Vec<Range<usize>>,
}

impl<'a, 'v> Evidence<'a, 'v> {
    pub(super) fn new(
        (ledger, boundary, part): (&'v Ledger<'v>, &'a Boundary, &'a Period),
        measured: &'a MeasuredPue,
        (reported, all, electricity): (&'a View<'v>, &'a View<'v>, &'a View<'v>),
    ) -> Self {
        let has_months = all.months().len() > 1 && measured.pue().is_some();
        let months = if has_months { all.months_alone() } else { Vec::new() };
        let (mut of_meters, mut ranges) = (Vec::new(), Vec::new());
        for meter in 0..ledger.site().meters().len() {
            let start = of_meters.len();
            reported.months_of(meter, &mut of_meters);
            ranges.push(start..of_meters.len());
        }
        Evidence { ledger, boundary, measured, reported, all, electricity, part, months, of_meters, ranges }
    }

    /// The months of a meter that are known by themselves, with its energy in each, in microjoules.
    fn months_of(&self, meter: usize) -> &[(usize, i128)] {
        self.ranges.get(meter).and_then(|range| self.of_meters.get(range.clone())).unwrap_or_default()
    }

    /// The total energy; zero if there is no PUE.
    fn total(&self) -> ExactEnergy {
        self.measured.pue().map_or(ExactEnergy::ZERO, |pue| pue.total())
    }

    /// IT energy that was possible: rated power × the hours that the value is of.
    fn possible(&self) -> Option<ExactEnergy> {
        Some(self.ledger.site().facility().rated_it?.over(self.known_ms()))
    }

    fn known_ms(&self) -> i64 {
        (self.part.milliseconds() as f64 * self.measured.reported().coverage.common).ceil() as i64
    }
}

/// What was found of a month: `2024-07: 10 kWh`.
fn in_month(month: &str, found: &impl Display) -> Text {
    let Text { zh, en } = month_text(month);
    Text::new(format!("{zh}：{found}"), format!("{en}: {found}"))
}

/// What was found of several months, in one finding that counts them.
fn of_months(finding: Finding, found: Vec<Text>) -> Option<Finding> {
    let count = found.len() as u64;
    let (mut zh, mut en): (Vec<_>, Vec<_>) = found.into_iter().take(MOST_NAMED).map(|text| (text.zh, text.en)).unzip();
    if count > MOST_NAMED as u64 {
        zh.push("…".into());
        en.push("…".into());
    }
    let finding = finding.found_text(Text::new(zh.join("；"), en.join("; ")));
    (count > 0).then_some(Finding { count, ..finding })
}

/// So many months are named in one finding: a year's.
const MOST_NAMED: usize = 12;

/// What the parts may be more than the whole: class 2 with transformers of class 1, on both sides.
const UNKNOWN_CLASS: f64 = 0.03;

/// Minimum run of equal months that is reported, and fewest months of which one can be an outlier.
const FEWEST: usize = 3;

/// A month's PUE may be so far from the median month's, as a share of it.
const OUTLIER: f64 = 0.30;

/// Fuel that is less than this part of the total is that of a generator's trial runs.
const TRIAL_RUNS: i128 = 100;

/// Off by a factor between these, either way: kWh and MWh mixed up.
const SLIP: std::ops::RangeInclusive<f64> = 300.0..=3000.0;

fn is_slip(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && SLIP.contains(&(a / b).max(b / a))
}

/// The middle one, the upper of two.
fn median_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
