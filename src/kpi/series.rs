use super::{
    boundary::Boundary,
    view::{View, name_of},
};
use crate::{
    ledger::Ledger,
    period::{Granularity, Period},
    quantity::ExactEnergy,
};
use serde::Serialize;
use std::ops::Range;

/// One stretch of a series of ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Its start.
    pub start: i64,
    /// Its end, exclusive.
    pub end: i64,
    /// Total over IT energy, over the time in which both are known; `None` where neither has a course of its own.
    pub pue: Option<f64>,
    /// Total energy over common time.
    pub total: Option<ExactEnergy>,
    /// IT energy over common time.
    pub it: Option<ExactEnergy>,
    /// The share of the stretch that is known: the weaker of total and IT.
    pub coverage: f64,
}

/// One month of the series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Monthly {
    /// `2024-01`.
    pub month: String,
    /// The month's PUE over common time.
    pub pue: Option<f64>,
    /// Total energy over common time.
    pub total_kwh: Option<ExactEnergy>,
    /// IT energy over common time.
    pub it_kwh: Option<ExactEnergy>,
    /// The weaker of total and IT.
    pub coverage: f64,
}

impl Ledger<'_> {
    /// The course of the PUE (PUE 时间序列): a ratio for each hour, day or month of a part of the period, each of sums,
    /// in the site's calendar. Steps shorter than the ledger's own have no course of their own and no ratio.
    ///
    /// The sums are over all carriers, or of electricity where a carrier cannot be weighed.
    pub fn series(&self, boundary: &Boundary, part: &Period, by: Granularity) -> Vec<Stretch> {
        let own = by == self.granularity() && part == self.period();
        let edges = if own { self.edges().to_vec() } else { part.edges(by) };
        let ranges = edges.iter().zip(edges.iter().skip(1)).map(|(&start, &end)| start..end);
        self.stretches(boundary, part, ranges)
    }

    /// The ratio of each twelve months in a row within a part of the period (滚动十二个月), from the first that is whole.
    pub fn rolling_year(&self, boundary: &Boundary, part: &Period) -> Vec<Stretch> {
        let edges = part.edges(Granularity::Month);
        let ranges = edges.iter().zip(edges.iter().skip(12)).map(|(&start, &end)| start..end);
        self.stretches(boundary, part, ranges)
    }

    /// The months of a part of the period, each with its PUE over common time.
    pub fn monthly(&self, boundary: &Boundary, part: &Period) -> Vec<Monthly> {
        let months = part.parts(Granularity::Month).zip(self.series(boundary, part, Granularity::Month));
        let monthly = months.map(|(month, stretch)| Monthly {
            month: name_of(&month),
            pue: stretch.pue,
            total_kwh: stretch.total,
            it_kwh: stretch.it,
            coverage: stretch.coverage,
        });
        monthly.collect()
    }

    fn stretches(&self, boundary: &Boundary, part: &Period, ranges: impl Iterator<Item = Range<i64>>) -> Vec<Stretch> {
        let weighed = boundary.unweighted_carriers().is_empty();
        let total = if weighed { boundary.all_carriers() } else { boundary.electricity() };
        let view = View::new(self, total, &boundary.it, part);
        let course = view.course();
        let mut spans = view.spans();
        spans.sort_unstable();
        let mut longer = spans.iter().peekable();
        let mut reach = i64::MIN;
        let mut touched = view.touched();
        let mut steps = 0..0;
        let stretch = |range: Range<i64>| {
            // Spans that start before the stretch and end with it or later leave it no course.
            while let Some(span) = longer.next_if(|span| span.0 < range.start) {
                reach = reach.max(span.1);
            }
            let same_start = spans.partition_point(|span| *span <= (range.start, range.end));
            let covers = spans.get(same_start).is_some_and(|span| span.0 == range.start) || reach >= range.end;
            steps = course.steps(&range, steps.start);
            let (total, it, known_ms) = course.over(&steps);
            let known = known_ms > 0 && !covers && view.has_both();
            Stretch {
                start: range.start,
                end: range.end,
                pue: if known { total.over(it) } else { None },
                total: known.then_some(total),
                it: known.then_some(it),
                coverage: if touched.by(&range) { view.weaker_share(range) } else { 1.0 },
            }
        };
        ranges.map(stretch).collect()
    }
}
