use super::{
    boundary::Boundary,
    view::{Months, View},
};
use crate::{
    ledger::Ledger,
    period::{Granularity, Period},
    quantity::ExactEnergy,
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One stretch of a series of ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
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
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// assert_eq!(audit.monthly.len(), 12);
/// assert!(audit.monthly.iter().all(|month| month.pue.is_some()));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
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

/// The course of total and IT energy over a part of a ledger, worked out once for any number of series.
#[derive(Debug)]
pub struct Course<'a> {
    ledger: &'a Ledger<'a>,
    part: Period,
    view: View<'a>,
    /// Sums without course, in time order.
    spans: Vec<(i64, i64)>,
}

impl<'a> Course<'a> {
    /// The course of the PUE (PUE 时间序列) over a part of the period of a ledger.
    ///
    /// The sums are over all carriers, or of electricity where a carrier cannot be weighed.
    ///
    /// ```
    /// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [
    /// #   {"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"},
    /// #   {"id": "ups", "point": "ups_output", "kind": "register", "unit": "kWh"}]}"#).value.unwrap();
    /// # let file = "time,grid,ups\n2024-01-01 00:00,0,0\n2024-01-01 01:00,125,100\n2024-01-01 02:00,245,200\n";
    /// # let readings = pue::read::csv(&site, "a.csv", file.as_bytes())?;
    /// # let day = pue::Period::parse("2024-01-01/2024-01-02", site.time_zone())?;
    /// use pue::{kpi::{Boundary, Course}, period::Granularity};
    /// let ledger = pue::Ledger::build(&site, &readings, day.clone())?;
    /// let boundary = Boundary::new(&site, None);
    /// let hours = Course::new(&ledger, &boundary, &day).by(Granularity::Hour);
    /// assert_eq!((hours[0].pue, hours[1].pue, hours[2].pue), (Some(1.25), Some(1.2), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(ledger: &'a Ledger<'a>, boundary: &'a Boundary, part: &Period) -> Self {
        let weighed = boundary.unweighted_carriers().is_empty();
        let total = if weighed { boundary.all_carriers() } else { boundary.electricity() };
        Course::of(ledger, part, View::new(ledger, total, &boundary.it, part, &Months::of(ledger, part)))
    }

    pub(super) fn of(ledger: &'a Ledger<'a>, part: &Period, view: View<'a>) -> Self {
        let mut spans = view.spans();
        spans.sort_unstable();
        Course { ledger, part: part.clone(), view, spans }
    }

    /// The months, each with its PUE over common time.
    pub fn monthly(&self) -> Vec<Monthly> {
        let months = self.by(Granularity::Month).into_iter().enumerate();
        let monthly = months.map(|(month, stretch)| Monthly {
            month: self.view.name_of_month(month),
            pue: stretch.pue,
            total_kwh: stretch.total,
            it_kwh: stretch.it,
            coverage: stretch.coverage,
        });
        monthly.collect()
    }

    /// A ratio for each hour, day or month, each of sums, in the site's calendar. What is shorter than the ledger's own
    /// steps has no course and no ratio.
    pub fn by(&self, step: Granularity) -> Vec<Stretch> {
        if step == self.ledger.granularity() && self.part == *self.ledger.period() {
            return self.stretches(ranges_of(self.ledger.edges()), true);
        }
        self.stretches(ranges_of(&self.part.edges(step)), false)
    }

    /// The ratio of each twelve whole months in a row within the part (滚动十二个月).
    pub fn rolling_year(&self) -> Vec<Stretch> {
        let years = self.part.rolling_years();
        self.stretches(years.iter().map(|year| year.start()..year.end()), false)
    }

    /// Of ranges in the order of time; `own` if they are the ledger's steps.
    fn stretches(&self, ranges: impl Iterator<Item = Range<i64>>, own: bool) -> Vec<Stretch> {
        let mut touched = self.view.touched();
        let mut spans = Covering { spans: &self.spans, next: 0, reach: i64::MIN };
        let (both, sums) = (self.view.has_both(), self.view.sums());
        let mut steps = 0..0;
        let mut stretches = Vec::with_capacity(ranges.size_hint().0);
        for (i, range) in ranges.enumerate() {
            let Range { start, end } = range;
            steps = if own { i..i + 1 } else { sums.steps(&range, steps.start) };
            let (total, it, known_ms) = sums.over(&steps);
            let known = known_ms > 0 && both && !spans.cover(&range);
            stretches.push(Stretch {
                start,
                end,
                pue: if known { total.over(it) } else { None },
                total: known.then_some(total),
                it: known.then_some(it),
                coverage: if touched.by(&range) { self.view.weaker_share(range) } else { 1.0 },
            });
        }
        stretches
    }
}

fn ranges_of(edges: &[i64]) -> impl Iterator<Item = Range<i64>> + '_ {
    edges.iter().zip(edges.iter().skip(1)).map(|(&start, &end)| start..end)
}

/// Sums without course in time order, asked about stretches in time order.
struct Covering<'a> {
    spans: &'a [(i64, i64)],
    next: usize,
    /// The furthest end of the spans passed.
    reach: i64,
}

impl Covering<'_> {
    /// Whether a longer sum covers a stretch altogether, so that it has no course of its own.
    fn cover(&mut self, range: &Range<i64>) -> bool {
        while let Some(span) = self.spans.get(self.next).filter(|span| span.0 < range.start) {
            self.reach = self.reach.max(span.1);
            self.next += 1;
        }
        let same_start =
            self.spans.get(self.next..).unwrap_or_default().iter().take_while(|span| span.0 == range.start);
        self.reach >= range.end || same_start.into_iter().any(|span| span.1 > range.end)
    }
}
