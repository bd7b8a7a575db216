use super::{
    AnnualPue, AnyPue, InterimPue, Overhead, PueError,
    boundary::{Boundary, Category, Term},
};
use crate::{
    finding::{Code, Finding},
    ledger::{Book, Ledger, unknown_ms},
    metering::clean::Hole,
    period::{Granularity, Period},
    quantity::{ExactEnergy, Ratio},
};
use serde::Serialize;
use std::{collections::BTreeMap, ops::Range};

/// At least this share of a year must be known for an annual value.
const LEAST_COVERAGE: f64 = 0.90;

/// The PUE of a part of a ledger, with everything that qualifies it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MeasuredPue {
    /// The value, over the time in which total and IT are both known; `None` if there is none, and the findings say why.
    pub pue: Option<AnyPue>,
    /// The ratio of electricity alone.
    pub electricity_only: Option<Ratio>,
    /// The ratio over all carriers; `None` if a carrier cannot be weighed.
    pub all_carriers: Option<Ratio>,
    /// The method of [`MeasuredPue::pue`]: `iso-30134-2` (all carriers) or `electricity-only`.
    pub method: &'static str,
    /// Where IT is measured; `None` if not stated.
    pub category: Option<Category>,
    /// How much of the time is known.
    pub coverage: Coverage,
    /// The lowest and highest ratios that the missing energy allows, of electricity alone.
    pub bounds: Bounds,
    /// Where the overhead goes.
    pub overhead: Option<Overhead>,
    /// Local months of which nothing is known.
    pub unknown_months: Vec<String>,
    /// Whether meters with equal `known_h` were taken to mean the same hours.
    pub same_hours_assumed: bool,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Shares of time whose energy is known, from 0 to 1 (数据覆盖率).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Of the total.
    pub total: f64,
    /// Of the IT energy.
    pub it: f64,
    /// Of both at once, in whole steps of the ledger: the time that the ratio is of.
    pub common: f64,
    /// Share of the energy that is estimated rather than measured; this version estimates nothing.
    pub estimated_share: f64,
}

impl Coverage {
    /// Of the result: the weaker of total and IT.
    pub const fn result(self) -> f64 {
        if self.total < self.it { self.total } else { self.it }
    }
}

/// The lowest and the highest value that the missing energy allows.
///
/// Each hole holds between nothing and capacity × time, without a capacity twice the meter's own highest known rate.
/// Where nothing bounds it, the side is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The lowest; `None`: open.
    pub low: Option<Ratio>,
    /// The highest; `None`: open.
    pub high: Option<Ratio>,
    /// Whether nothing is missing, so that both are the value itself.
    pub exact: bool,
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

/// Why there is no annual PUE.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAnnual {
    /// The period is not one year.
    #[error("expected one year of the site's calendar, found {0}; the value is an interim one")]
    NotAYear(String),
    /// Too little is known.
    #[error("expected at least 90 % of the year known and something of every month, found {:.1} %, months without data: {}", known * 100.0, list(months))]
    TooLittleKnown {
        /// The share that is known.
        known: f64,
        /// The months of which nothing is known.
        months: Vec<String>,
    },
    /// There is no PUE at all.
    #[error("expected energies of total and IT, found: {}", list(&.0.iter().map(ToString::to_string).collect::<Vec<_>>()))]
    NoPue(Vec<Finding>),
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

impl Ledger<'_> {
    /// The annual PUE (年度 PUE) of the ledger's period.
    ///
    /// # Errors
    /// [`NotAnnual`]: which months are missing, not a number that looks annual.
    pub fn annual_pue(&self) -> Result<AnnualPue, NotAnnual> {
        let boundary = Boundary::new(self.site(), None);
        let measured = self.pue(&boundary, self.period());
        match measured.pue {
            Some(AnyPue::Annual(pue)) => Ok(pue),
            None => Err(NotAnnual::NoPue(measured.findings.into_iter().filter(Finding::is_error).collect())),
            Some(_) if !self.period().is_one_year() => Err(NotAnnual::NotAYear(self.period().to_string())),
            Some(_) => {
                Err(NotAnnual::TooLittleKnown { known: measured.coverage.result(), months: measured.unknown_months })
            }
        }
    }

    /// The PUE of a part of the period, whatever its kind, with all that qualifies it.
    ///
    /// Total and IT are compared over the ledger's steps in which every counted meter is known. A part that does not start
    /// and end with a step is of the whole steps within it, and its value is an interim one.
    pub fn pue(&self, boundary: &Boundary, part: &Period) -> MeasuredPue {
        let view = View::new(self, boundary, part);
        let (electric, it) = (view.sum(&boundary.electricity), view.sum(&boundary.it));
        let all = electric + view.sum(&boundary.other_carriers);
        let all_known = boundary.unweighted_carriers().is_empty();
        let (total, method) = if all_known { (all, "iso-30134-2") } else { (electric, "electricity-only") };
        let coverage = view.coverage();
        let unknown_months = view.unknown_months();
        let enough = coverage.result() >= LEAST_COVERAGE && unknown_months.is_empty();
        let mut findings = boundary.findings().to_vec();
        let nothing = Finding::new(Code::CoverageMismatch)
            .path("/meters")
            .found("no step of the calendar in which both are known");
        let formed = if boundary.electricity.is_empty() && boundary.other_carriers.is_empty() {
            Err(Some(Finding::new(Code::PueNoTotal).path("/meters")))
        } else if boundary.it.is_empty() {
            Err(None)
        } else if coverage.total == 0.0 {
            Err(Some(Finding::new(Code::PueNoTotal).path("/meters").found("no usable readings")))
        } else if coverage.it == 0.0 {
            Err(Some(Finding::new(Code::PueNoIt).path("/meters").found("no usable readings")))
        } else if view.common_ms == 0 {
            Err(Some(nothing))
        } else if part.is_one_year() && enough && self.has_edges_of(part) {
            AnnualPue::annual(total, it).map(AnyPue::Annual).map_err(|error| Some(as_finding(error)))
        } else {
            InterimPue::interim(total, it).map(AnyPue::Interim).map_err(|error| Some(as_finding(error)))
        };
        let pue = formed.map_err(|finding| findings.extend(finding)).ok();
        if let Some(pue) = pue {
            if pue.ratio() == Ratio::ONE {
                findings.push(Finding::new(Code::PueExactlyOne).path("/meters").found("1").expected("> 1"));
            }
            if !part.is_one_year() {
                findings.push(
                    Finding::new(Code::PuePartialYear).path("/period").found(part).expected(("完整一年", "one year")),
                );
            } else if !enough {
                let zh = format!("已知 {:.1}%,无数据的月份:{}", coverage.result() * 100.0, list(&unknown_months));
                let en =
                    format!("{:.1} % known, months without data: {}", coverage.result() * 100.0, list(&unknown_months));
                let found = format!("{:.1} %", coverage.result() * 100.0);
                findings.push(
                    Finding::new(Code::CoverageLow)
                        .path("/period")
                        .found(found)
                        .expected(("≥ 90 %,且每月都有数据", "≥ 90 %, something of every month"))
                        .detail(zh, en),
                );
            }
        }
        let known = view.common_ms > 0;
        let usable = pue.filter(|_| known);
        MeasuredPue {
            pue,
            electricity_only: usable.and_then(|_| electric.ratio_to(it)),
            all_carriers: usable.filter(|_| all_known).and_then(|_| all.ratio_to(it)),
            method,
            category: boundary.category(),
            coverage,
            bounds: if usable.is_some() { view.bounds() } else { Bounds::default() },
            overhead: usable.map(|pue| Overhead::new(boundary, pue.total(), pue.it(), |terms| view.sum(terms))),
            unknown_months,
            same_hours_assumed: view.same_hours,
            findings,
        }
    }

    /// The months of a part of the period, each with its PUE over common time.
    pub fn monthly(&self, boundary: &Boundary, part: &Period) -> Vec<Monthly> {
        let months = part.parts(Granularity::Month).map(|month| {
            let view = View::new(self, boundary, &month);
            // A month of which only a longer sum is known has no ratio of its own.
            let has_course = view.counted().all(|book| {
                !book.spans.iter().any(|&(start, end)| {
                    start <= month.start() && month.end() <= end && (start, end) != (month.start(), month.end())
                })
            });
            let known = has_course && view.common_ms > 0 && !boundary.it.is_empty() && !boundary.electricity.is_empty();
            let mut total = view.sum(&boundary.electricity);
            if boundary.unweighted_carriers().is_empty() {
                total += view.sum(&boundary.other_carriers);
            }
            let it = view.sum(&boundary.it);
            Monthly {
                month: format!("{:04}-{:02}", month.first_day().year(), month.first_day().month()),
                pue: total.ratio_to(it).filter(|_| known).map(Ratio::to_f64),
                total_kwh: known.then_some(total),
                it_kwh: known.then_some(it),
                coverage: view.coverage().result(),
            }
        });
        months.collect()
    }
}

fn as_finding(error: PueError) -> Finding {
    match error {
        PueError::BelowOne { total, it } => {
            Finding::new(Code::PueBelowOne).path("/meters").found(total).expected(format!("≥ {it}"))
        }
        other => Finding::new(Code::PueItZero).path("/meters").found(other),
    }
}

/// A part of a ledger as one boundary sees it.
struct View<'a> {
    ledger: &'a Ledger<'a>,
    boundary: &'a Boundary,
    part: Range<i64>,
    steps: Range<usize>,
    months: Vec<Period>,
    /// Runs of steps in which every counted meter is known.
    common: Vec<Range<usize>>,
    common_ms: i64,
    same_hours: bool,
}

impl<'a> View<'a> {
    fn new(ledger: &'a Ledger<'a>, boundary: &'a Boundary, part: &Period) -> Self {
        let steps = ledger.steps(part);
        let range = part.start()..part.end();
        let mut view = View {
            ledger,
            boundary,
            part: range,
            steps: steps.clone(),
            months: part.parts(Granularity::Month).collect(),
            common: Vec::new(),
            common_ms: 0,
            same_hours: false,
        };
        let broken = view.broken_steps(&steps);
        let mut from = steps.start;
        for step in broken.into_iter().chain([steps.end]) {
            if step > from {
                view.common.push(from..step);
            }
            from = from.max(step + 1);
        }
        let edge = |i: usize| ledger.edges().get(i).copied().unwrap_or(0);
        view.common_ms = view.common.iter().map(|run| edge(run.end) - edge(run.start)).sum();
        view
    }

    fn total_terms(&self) -> impl Iterator<Item = &'a Term> {
        self.boundary.electricity.iter().chain(&self.boundary.other_carriers)
    }

    fn counted(&self) -> impl Iterator<Item = &'a Book> {
        self.total_terms().chain(&self.boundary.it).filter_map(|term| self.ledger.book(term.meter))
    }

    /// The steps, in order, in which some counted meter is not known, or not for the same hours as the others.
    fn broken_steps(&mut self, steps: &Range<usize>) -> Vec<usize> {
        let edges = self.ledger.edges();
        let mut broken = std::collections::BTreeSet::new();
        let mut mark = |hole: &Hole| {
            let first = edges.partition_point(|&edge| edge <= hole.start).saturating_sub(1).max(steps.start);
            let last = edges.partition_point(|&edge| edge < hole.end).min(steps.end);
            broken.extend(first..last);
        };
        let mut vague: BTreeMap<(i64, i64, i64), usize> = BTreeMap::new();
        let mut meters = 0;
        for book in self.counted() {
            meters += 1;
            for hole in book
                .holes
                .iter()
                .filter(|hole| hole.missing_ms > 0 && hole.start < self.part.end && hole.end > self.part.start)
            {
                if hole.missing_ms == hole.end - hole.start {
                    mark(hole);
                } else {
                    *vague.entry((hole.start, hole.end, hole.missing_ms)).or_default() += 1;
                }
            }
        }
        for ((start, end, missing_ms), count) in vague {
            if count == meters {
                self.same_hours = true;
            } else {
                mark(&Hole { start, end, missing_ms, most: None });
            }
        }
        broken.into_iter().collect()
    }

    /// The energy of some terms over common time.
    fn sum(&self, terms: &[Term]) -> ExactEnergy {
        let mut sum = 0;
        for term in terms {
            let Some(book) = self.ledger.book(term.meter) else { continue };
            let amount: i128 = self.common.iter().map(|run| book.scaled(run, term.factor)).sum();
            sum += if term.minus { -amount } else { amount };
        }
        ExactEnergy::from_microjoules(sum)
    }

    fn coverage(&self) -> Coverage {
        let length = (self.part.end - self.part.start).max(1) as f64;
        let total = self.known_share(self.total_terms(), self.part.clone());
        let it = self.known_share(self.boundary.it.iter(), self.part.clone());
        Coverage { total, it, common: self.common_ms as f64 / length, estimated_share: 0.0 }
    }

    fn known_share<'t>(&self, terms: impl Iterator<Item = &'t Term>, part: Range<i64>) -> f64 {
        let books: Vec<&[Hole]> =
            terms.filter_map(|term| self.ledger.book(term.meter)).map(|book| book.holes.as_slice()).collect();
        if books.is_empty() {
            return 0.0;
        }
        let length = part.end - part.start;
        (length - unknown_ms(books, part)) as f64 / length as f64
    }

    /// The months of which total or IT is wholly unknown.
    fn unknown_months(&self) -> Vec<String> {
        let unknown = |month: &Period| {
            let range = month.start()..month.end();
            self.known_share(self.total_terms(), range.clone()) == 0.0
                || self.known_share(self.boundary.it.iter(), range) == 0.0
        };
        let months = self.months.iter().filter(|month| unknown(month));
        months.map(|month| format!("{:04}-{:02}", month.first_day().year(), month.first_day().month())).collect()
    }

    /// Bounds of the ratio of electricity alone over the whole part.
    fn bounds(&self) -> Bounds {
        let (total_low, total_high) = self.extremes(&self.boundary.electricity);
        let (it_low, it_high) = self.extremes(&self.boundary.it);
        let exact = total_high == Some(total_low) && it_high == Some(it_low);
        Bounds {
            low: it_high.and_then(|it| Ratio::new(total_low.max(0), it)),
            high: total_high.and_then(|total| Ratio::new(total, it_low)).filter(|_| it_low > 0),
            exact,
        }
    }

    /// The least and the most that some terms can have used over the whole part.
    fn extremes(&self, terms: &[Term]) -> (i128, Option<i128>) {
        let (mut low, mut high) = (0_i128, Some(0_i128));
        for term in terms {
            let Some(book) = self.ledger.book(term.meter) else { continue };
            let known = book.scaled(&self.steps, term.factor);
            let missing = book
                .holes
                .iter()
                .filter(|hole| hole.start < self.part.end && hole.end > self.part.start)
                .map(|hole| hole.most)
                .try_fold(0_i128, |sum, most| sum.checked_add(most?))
                .and_then(|most| term.factor.floor_of(most)?.checked_add(1));
            let missing = if book.holes.is_empty() { Some(0) } else { missing };
            if term.minus {
                low = low.saturating_sub(known).saturating_sub(missing.unwrap_or(i128::MAX / 4));
                high = high.map(|high| high - known);
            } else {
                low += known;
                high = high.and_then(|high| high.checked_add(known)?.checked_add(missing?));
            }
        }
        (low, high)
    }
}
