//! Estimation (缺失电量估算) by named methods, only when asked for. What is estimated is marked and counted; it changes
//! neither the coverage, which is of what was measured, nor the bounds.

use super::{Book, Ledger, steps::Steps};
use crate::{
    finding::{Code, Finding},
    metering::{Meter, MeterKind, clean::Hole},
    name::named,
    period::{Granularity, LocalTime, from_local, local},
    quantity::ExactEnergy,
};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Range};

/// A way to estimate the energy of a stretch without readings.
///
/// ```
/// use pue::ledger::Estimate;
/// assert_eq!("linear".parse::<Estimate>()?, Estimate::Linear);
/// # Ok::<(), pue::name::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Estimate {
    /// What the meter's check meter (校核表) measured in that time.
    CheckMeter,
    /// Over an hour at the most: the mean of the rates just before and just after. Never for power samples.
    ///
    /// Source: the length is IESO's (`reported`).
    Linear,
    /// The mean of the same weekday and hour of the three weeks before; of the three weeks after, where none of these is
    /// known.
    ///
    /// Source: IESO, three weeks before (`reported`).
    NeighbouringWeeks,
}

impl Estimate {
    /// All methods, in the order in which they are tried.
    pub const ALL: [Estimate; 3] = [Estimate::CheckMeter, Estimate::Linear, Estimate::NeighbouringWeeks];

    /// As on the wire: `check-meter`, `linear`, `neighbouring-weeks`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Estimate::CheckMeter => "check-meter",
            Estimate::Linear => "linear",
            Estimate::NeighbouringWeeks => "neighbouring-weeks",
        }
    }
}

/// The longest stretch over which a straight line is drawn.
const LINEAR_MS: i64 = 3_600_000;

/// A book with its holes filled as far as the methods reach.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    /// The amount of each step, estimates included.
    pub steps: Steps,
    /// The holes that remain.
    pub holes: Vec<Hole>,
    /// How many stretches were filled by which method.
    counts: BTreeMap<Estimate, u64>,
}

impl Ledger<'_> {
    /// The same ledger with missing energy estimated by these methods, tried in the order of [`Estimate::ALL`].
    ///
    /// A stretch is filled altogether or not at all, and never above what the meter can have used in that time. The
    /// methods work on the ledger's own steps: by hours, or by days.
    ///
    /// # Examples
    /// ```
    /// # use pue::{Ledger, Period, Site};
    /// # const SITE: &str = r#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai",
    /// #   "lifecycle": {"kind": "existing", "in_service_on": "2012-06-01"}, "racks": {"types": [{"count": 400, "rated_kw": 5.0}]}},
    /// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "MWh"},
    /// #              {"id": "ups", "point": "ups_output", "kind": "register", "unit": "MWh", "parent": "grid"}]}"#;
    /// # const READINGS: &str = "meter,time,value\ngrid,2024-01-01 00:00,0\ngrid,2025-01-01 00:00,8000\nups,2024-01-01 00:00,0\nups,2025-01-01 00:00,5000\n";
    /// # let site: Site = serde_json::from_str(SITE)?;
    /// # let readings = pue::read::csv(&site, "readings.csv", READINGS.as_bytes())?;
    /// # let ledger = Ledger::build(&site, &readings, Period::year(2024, site.time_zone())?)?;
    /// use pue::ledger::Estimate;
    /// let ledger = ledger.estimate(&[Estimate::CheckMeter, Estimate::Linear]);
    /// assert_eq!(ledger.estimates().len(), 2); // marked in every answer that is made of it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn estimate(mut self, methods: &[Estimate]) -> Self {
        let filled: Vec<Option<Filled>> = (0..self.books.len()).map(|meter| fill(&self, meter, methods)).collect();
        for (book, filled) in self.books.iter_mut().zip(filled) {
            book.filled = filled;
        }
        self.estimates = Estimate::ALL.into_iter().filter(|method| methods.contains(method)).collect();
        self
    }

    /// The methods by which missing energy was estimated.
    pub fn estimates(&self) -> &[Estimate] {
        &self.estimates
    }

    /// What was estimated, meter by meter.
    pub(super) fn estimated(&self) -> impl Iterator<Item = Finding> + '_ {
        let books = self.site.meters().iter().zip(&self.books).enumerate();
        books.filter_map(|(i, (meter, book))| {
            let filled = book.filled.as_ref().filter(|filled| !filled.counts.is_empty())?;
            let amount = ExactEnergy::from_microjoules(filled.steps.total() - book.exact());
            let ways = filled.counts.iter().map(|(method, count)| format!("{} ×{count}", method.as_str()));
            let found = format!("{amount}: {}", ways.collect::<Vec<_>>().join(", "));
            let mut finding = Finding::new(Code::EstimateMade).place(self.site.place(i)).meter(&meter.id).found(found);
            finding.count = filled.counts.values().sum();
            Some(finding)
        })
    }
}

fn fill(ledger: &Ledger<'_>, meter: usize, methods: &[Estimate]) -> Option<Filled> {
    let (book, of) = (ledger.book(meter)?, ledger.site.meters().get(meter)?);
    let is_check =
        |other: &Meter| other.check_of.as_deref() == Some(of.id.as_str()) && other.dimension() == of.dimension();
    let checks = ledger.site.meters().iter().position(is_check);
    let (mut added, mut counts, mut holes) = (BTreeMap::<usize, i128>::new(), BTreeMap::new(), Vec::new());
    for hole in &book.holes {
        let whole = hole.missing_ms == hole.end - hole.start && hole.missing_ms > 0;
        let found = Estimate::ALL.into_iter().filter(|method| whole && methods.contains(method)).find_map(|method| {
            let parts = match method {
                Estimate::CheckMeter => by_check(ledger, ledger.book(checks?)?, hole),
                Estimate::Linear if of.kind == MeterKind::Power => None,
                Estimate::Linear => by_line(ledger, book, hole),
                Estimate::NeighbouringWeeks => by_weeks(ledger, book, hole),
            };
            // More than can have been used was not used.
            let possible = |parts: &Vec<(usize, i128)>| {
                let sum = parts.iter().map(|part| part.1).sum::<i128>();
                hole.most.is_none_or(|most| sum <= most)
            };
            Some((method, parts.filter(possible)?))
        });
        match found {
            Some((method, parts)) => {
                *counts.entry(method).or_default() += 1;
                parts.into_iter().for_each(|(step, amount)| *added.entry(step).or_default() += amount);
            }
            None => holes.push(*hole),
        }
    }
    Some(Filled { steps: book.amounts().with(&added), holes, counts })
}

/// The steps that a stretch touches, each with what of it lies within.
fn parts<'a>(ledger: &'a Ledger<'_>, hole: &Hole) -> impl Iterator<Item = (usize, Range<i64>)> + use<'a> {
    let (start, end) = (hole.start, hole.end);
    let edges = ledger.edges();
    let first = edges.partition_point(|&edge| edge <= start).saturating_sub(1);
    let steps = edges.iter().zip(edges.iter().skip(1)).enumerate().skip(first);
    steps.take_while(move |(_, (from, _))| **from < end).map(move |(i, (from, to))| (i, start.max(*from)..end.min(*to)))
}

/// What a book knows of a whole step, and the step's length.
fn known(ledger: &Ledger<'_>, book: &Book, step: usize) -> Option<(i128, i64)> {
    let (&from, &to) = (ledger.edges().get(step)?, ledger.edges().get(step + 1)?);
    let alive = book.alive.0 <= from && to <= book.alive.1;
    (alive && book.holes_in(&(from..to)).is_empty()).then(|| (book.amounts().of(step), to - from))
}

/// `amount · part / whole`, rounded down.
fn share(amount: i128, part: i64, whole: i64) -> Option<i128> {
    Some(amount.checked_mul(i128::from(part))?.div_euclid(i128::from(whole.max(1))))
}

fn by_check(ledger: &Ledger<'_>, check: &Book, hole: &Hole) -> Option<Vec<(usize, i128)>> {
    let part = |(step, within): (usize, Range<i64>)| {
        let (amount, length) = known(ledger, check, step)?;
        Some((step, share(amount, within.end - within.start, length)?))
    };
    parts(ledger, hole).map(part).collect()
}

fn by_line(ledger: &Ledger<'_>, book: &Book, hole: &Hole) -> Option<Vec<(usize, i128)>> {
    if hole.end - hole.start > LINEAR_MS {
        return None;
    }
    let steps: Vec<(usize, Range<i64>)> = parts(ledger, hole).collect();
    let before = known(ledger, book, steps.first()?.0.checked_sub(1)?)?;
    let after = known(ledger, book, steps.last()?.0 + 1)?;
    let part = |(step, within): (usize, Range<i64>)| {
        let ms = within.end - within.start;
        Some((step, (share(before.0, ms, before.1)? + share(after.0, ms, after.1)?).div_euclid(2)))
    };
    steps.into_iter().map(part).collect()
}

fn by_weeks(ledger: &Ledger<'_>, book: &Book, hole: &Hole) -> Option<Vec<(usize, i128)>> {
    if ledger.granularity() == Granularity::Month {
        return None;
    }
    let part = |(step, within): (usize, Range<i64>)| {
        let mean = |weeks: [i64; 3]| {
            let same = weeks.into_iter().filter_map(|weeks| known(ledger, book, same_hour(ledger, step, weeks)?));
            let sum = same.fold((0_i128, 0_i64), |sum, step| (sum.0 + step.0, sum.1 + step.1));
            (sum.1 > 0).then_some(sum)
        };
        let (amount, length) = mean([-1, -2, -3]).or_else(|| mean([1, 2, 3]))?;
        Some((step, share(amount, within.end - within.start, length)?))
    };
    parts(ledger, hole).map(part).collect()
}

/// The step of the same local time so many weeks later.
fn same_hour(ledger: &Ledger<'_>, step: usize, weeks: i64) -> Option<usize> {
    let zone = ledger.period.zone();
    let clock = local(*ledger.edges().get(step)?, zone).checked_add(weeks.weeks()).ok()?;
    match from_local(clock, zone) {
        LocalTime::Unique(at) => ledger.edges().binary_search(&at).ok(),
        _ => None,
    }
}

named!(Estimate);
