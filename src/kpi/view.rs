use super::{
    AnnualPue, AnyPue, Bounds, Coverage, InterimPue, Measure, PueError,
    boundary::Term,
    contradiction::{self, Contradictions},
    uncertainty,
};
use crate::{
    finding::{Code, Finding, Text},
    ledger::{Book, Ledger, Sum, unknown_ms},
    metering::clean::Hole,
    period::{Granularity, Period},
    place::place,
    quantity::{ExactEnergy, Ratio},
};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{Arc, OnceLock},
};

/// At least this share of a year must be known for an annual value.
pub(super) const LEAST_COVERAGE: f64 = 0.90;

/// At most this share of the energy may be estimated in an annual value (37 of 365 days: CalTRACK).
pub(super) const MOST_ESTIMATED: f64 = 0.10;

/// Said of a sum that has meters and not one reading.
pub(crate) const UNUSABLE: (&str, &str) = ("没有可用的读数", "no usable readings");

/// A part of a ledger as two sums, total and IT, see it.
#[derive(Debug)]
pub(super) struct View<'a> {
    ledger: &'a Ledger<'a>,
    total: Vec<Term>,
    it: &'a [Term],
    part: Range<i64>,
    steps: Range<usize>,
    months: Arc<Months>,
    /// Runs of steps in which every counted meter is known.
    common: Vec<Range<usize>>,
    common_ms: i64,
    /// Of the common time, what is missing somewhere within intervals that all counted meters share (`known_h`).
    vague: Vec<(i64, i64, i64)>,
    contradictions: Contradictions,
    same_hours: bool,
    /// Whether the total may lack something that no meter measures.
    is_open_above: bool,
    /// Whether both sums have meters that live and are known all the time, so that every share is 1.
    complete: bool,
    sums: OnceLock<Sums<'a>>,
}

/// The months of a part, and their steps in the ledger.
#[derive(Debug)]
pub(super) struct Months {
    periods: Vec<Period>,
    /// A day of the first.
    first: Date,
    steps: Vec<Range<usize>>,
}

impl Months {
    pub(super) fn of(ledger: &Ledger<'_>, part: &Period) -> Arc<Self> {
        let mut periods = Vec::with_capacity(12);
        periods.extend(part.parts(Granularity::Month));
        let steps = periods.iter().map(|month| ledger.steps(month)).collect();
        Arc::new(Months { steps, first: part.first_day(), periods })
    }

    /// `2024-01`.
    fn name(&self, month: usize) -> String {
        let months = i64::from(self.first.year()) * 12 + i64::from(self.first.month()) - 1 + month as i64;
        name(months.div_euclid(12), months.rem_euclid(12) + 1)
    }
}

impl<'a> View<'a> {
    pub(super) fn new(
        ledger: &'a Ledger<'a>,
        total: Vec<Term>,
        it: &'a [Term],
        part: &Period,
        months: &Arc<Months>,
    ) -> Self {
        let steps = ledger.steps(part);
        let mut view = View {
            ledger,
            total,
            it,
            part: part.start()..part.end(),
            steps: steps.clone(),
            months: months.clone(),
            common: Vec::new(),
            common_ms: 0,
            vague: Vec::new(),
            contradictions: Contradictions::default(),
            same_hours: false,
            is_open_above: false,
            complete: false,
            sums: OnceLock::new(),
        };
        view.complete = view.is_complete();
        let broken = view.broken_steps(&steps);
        view.common = runs_without(&steps, broken.iter().copied());
        let contradictions = contradiction::find(&view);
        if !contradictions.steps.is_empty() {
            view.common = runs_without(&steps, broken.into_iter().chain(contradictions.steps.iter().copied()));
            view.sums = OnceLock::new();
        }
        view.contradictions = contradictions;
        view.common_ms = view.common_ms_in(&(part.start()..part.end()));
        view
    }

    /// The same where the total may lack something that no meter measures.
    pub(super) const fn open_above(mut self, is_open_above: bool) -> Self {
        self.is_open_above = is_open_above;
        self
    }

    /// How much of a stretch is common time.
    fn common_ms_in(&self, part: &Range<i64>) -> i64 {
        let edge = |i: usize| self.ledger.edges().get(i).copied().unwrap_or(0);
        let within = |start: i64, end: i64| (end.min(part.end) - start.max(part.start)).max(0);
        let steps: i64 = self.common.iter().map(|run| within(edge(run.start), edge(run.end))).sum();
        let missing = self.vague.iter().map(|&(start, end, ms)| share_of(ms, within(start, end), end - start));
        (steps - missing.sum::<i64>()).max(0)
    }

    /// What contradicts itself.
    pub(super) const fn contradictions(&self) -> &Contradictions {
        &self.contradictions
    }

    /// The terms of both sums.
    pub(super) fn terms(&self) -> (&[Term], &[Term]) {
        (&self.total, self.it)
    }

    pub(super) const fn ledger(&self) -> &'a Ledger<'a> {
        self.ledger
    }

    pub(super) fn common(&self) -> &[Range<usize>] {
        &self.common
    }

    fn is_complete(&self) -> bool {
        let ledger = self.ledger.period();
        let within = ledger.start() <= self.part.start && self.part.end <= ledger.end();
        let lives_throughout = |book: &Book| book.alive.0 <= self.part.start && self.part.end <= book.alive.1;
        let lives = |terms: &[Term]| {
            let mut added = terms.iter().filter(|term| !term.minus).filter_map(|term| self.ledger.book(term.meter));
            added.any(lives_throughout)
        };
        within
            && lives(&self.total)
            && lives(self.it)
            && self.counted().all(|book| book.holes_in(&self.part).is_empty())
    }

    /// The ratio with all that qualifies it.
    pub(super) fn measure(&self, part: &Period) -> Measure {
        let coverage = self.coverage();
        let unknown_months = self.unknown_months();
        let measured = coverage.common >= LEAST_COVERAGE && coverage.estimated_share <= MOST_ESTIMATED;
        let enough = measured && unknown_months.is_empty();
        let annual = part.is_one_year() && enough && self.ledger.has_edges_of(part);
        // One meter of a sum without a reading leaves all of it unknown.
        let unusable = |code: Code, terms: &[Term]| {
            let finding = Finding::new(code).place(place!(meters)).found_text(UNUSABLE);
            let silent = terms.iter().find(|term| self.known_share_of(std::slice::from_ref(*term)) == 0.0);
            let Some((term, meter)) =
                silent.and_then(|term| Some((term, self.ledger.site().meters().get(term.meter)?)))
            else {
                return finding;
            };
            // What was read and cannot be used says more than that there is nothing.
            let finding = match self.ledger.book(term.meter).and_then(Book::why_unknown) {
                Some((cause, count)) => finding
                    .detail(
                        format!("{} {cause} ×{count}（{}）", meter.id, cause.title().zh),
                        format!("{} {cause} ×{count} ({})", meter.id, cause.title().en),
                    )
                    .advised(cause.advice().zh, cause.advice().en),
                None => finding,
            };
            match terms.len() > 1 {
                true => finding.place(self.ledger.site().place(term.meter)).meter(&meter.id),
                false => finding,
            }
        };
        let formed = if self.total.iter().all(|term| term.minus) {
            Err(Finding::new(Code::PueNoTotal).place(place!(meters)))
        } else if self.it.is_empty() {
            Err(Finding::new(Code::PueNoIt).place(place!(meters)))
        } else if coverage.total == 0.0 {
            Err(unusable(Code::PueNoTotal, &self.total))
        } else if coverage.it == 0.0 {
            Err(unusable(Code::PueNoIt, self.it))
        } else if self.common_ms == 0 {
            let found = ("没有两者都已知的日历时段", "no step of the calendar in which both are known");
            Err(Finding::new(Code::CoverageMismatch).place(place!(meters)).found_text(found))
        } else if annual {
            AnnualPue::annual(self.total(), self.it()).map(AnyPue::Annual).map_err(as_finding)
        } else {
            InterimPue::interim(self.total(), self.it()).map(AnyPue::Interim).map_err(as_finding)
        };
        Measure {
            pue: formed.as_ref().ok().copied(),
            coverage,
            bounds: formed.as_ref().map_or(Bounds::default(), |pue| self.bounds_about(pue.ratio())),
            uncertainty: formed.as_ref().map_or(Err(Vec::new()), |pue| uncertainty::of(self, *pue)),
            unknown_months,
            incomplete_months: self.months_with(|known| known < 1.0),
            same_hours_assumed: self.same_hours,
            fault: formed.err(),
        }
    }

    /// Total energy over common time.
    pub(super) fn total(&self) -> ExactEnergy {
        self.sum(&self.total)
    }

    /// IT energy over common time.
    pub(super) fn it(&self) -> ExactEnergy {
        self.sum(self.it)
    }

    /// The months over whose edges no sum of a counted meter reaches, with total and IT energy over common time, where
    /// there is some.
    pub(super) fn months_alone(&self) -> Vec<Month<'_>> {
        let (sums, has_both) = (self.sums(), self.has_both());
        let have_spans = self.counted().any(|book| !book.spans.is_empty());
        let months = self.months.periods.iter().zip(&self.months.steps);
        let alone = months.filter_map(|(month, steps)| {
            let (total, it, known_ms) = sums.over(steps);
            (known_ms > 0 && has_both && (!have_spans || self.stands_alone(month))).then_some(Month {
                month,
                total,
                it,
            })
        });
        alone.collect()
    }

    /// Whether both sums have meters.
    pub(super) fn has_both(&self) -> bool {
        !self.it.is_empty() && !self.total.is_empty()
    }

    /// The energies of both sums step by step, over common time.
    pub(super) fn sums(&self) -> &Sums<'a> {
        self.sums.get_or_init(|| self.sum_up())
    }

    fn sum_up(&self) -> Sums<'a> {
        let edges = self.ledger.edges();
        let steps = edges.len().saturating_sub(1);
        let sum = |terms: &[Term]| {
            let mut sum = Sum::new(steps);
            for term in terms {
                if let Some(book) = self.ledger.book(term.meter) {
                    sum.add(book.completed_amounts(), term.factor, term.minus);
                }
            }
            sum.into_steps()
        };
        let mut common = self.common.iter().peekable();
        let mut running = Vec::with_capacity(edges.len());
        let mut upto = Running::default();
        running.push(upto);
        let lengths = edges.iter().zip(edges.iter().skip(1)).map(|(start, end)| end - start);
        for (step, ((total, it), ms)) in sum(&self.total).zip(sum(self.it)).zip(lengths).enumerate() {
            while common.next_if(|run| run.end <= step).is_some() {}
            if common.peek().is_some_and(|run| run.start <= step) {
                upto = Running { total: upto.total + total, it: upto.it + it, ms: upto.ms + ms };
            }
            running.push(upto);
        }
        Sums { edges, running }
    }

    /// The sums without course of all counted meters.
    pub(super) fn spans(&self) -> Vec<(i64, i64)> {
        self.counted().flat_map(|book| book.spans.iter().map(|span| (span.start, span.end))).collect()
    }

    /// Tells which stretches a hole of a counted meter touches, or one without life; asked in the order of time.
    pub(super) fn touched(&self) -> Touched {
        let mut holes: Vec<(i64, i64)> =
            self.counted().flat_map(|book| &book.holes).map(|hole| (hole.start, hole.end)).collect();
        holes.sort_unstable();
        let ledger = self.ledger.period();
        let dead = !self.complete
            && (!self.has_both()
                || self.dead_ms(&self.total, &self.part) + self.dead_ms(self.it, &self.part) > 0
                || self.part.start < ledger.start()
                || self.part.end > ledger.end());
        Touched { holes, next: 0, reach: i64::MIN, always: dead }
    }

    /// The share of a stretch that is known: the weaker of total and IT.
    pub(super) fn weaker_share(&self, range: Range<i64>) -> f64 {
        self.living_share(&self.total, range.clone()).min(self.living_share(self.it, range))
    }

    /// Whether no sum of a counted meter reaches over the edges of the month.
    fn stands_alone(&self, month: &Period) -> bool {
        let range = month.start()..month.end();
        self.counted().all(|book| !book.spans.iter().any(|span| span.reaches_over(&range)))
    }

    /// The share of the part that some terms know.
    pub(super) fn known_share_of(&self, terms: &[Term]) -> f64 {
        self.known_share(terms, self.part.clone())
    }

    fn counted(&self) -> impl Iterator<Item = &Book> {
        self.total.iter().chain(self.it).filter_map(|term| self.ledger.book(term.meter))
    }

    /// The steps, in order, in which some counted meter is not known, or not for the same hours as the others.
    fn broken_steps(&mut self, steps: &Range<usize>) -> Vec<usize> {
        let edges = self.ledger.edges();
        let mut broken = BTreeSet::new();
        let mut mark = |hole: &Hole| {
            let first = edges.partition_point(|&edge| edge <= hole.start).saturating_sub(1).max(steps.start);
            let last = edges.partition_point(|&edge| edge < hole.end).min(steps.end);
            broken.extend(first..last);
        };
        let mut vague: BTreeMap<(i64, i64, i64), usize> = BTreeMap::new();
        let mut meters = 0;
        let mut shared = Vec::new();
        for book in self.counted() {
            meters += 1;
            for hole in book.unfilled_in(&self.part).iter().filter(|hole| hole.missing_ms > 0) {
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
                shared.push((start, end, missing_ms));
            } else {
                mark(&Hole { start, end, missing_ms, least: 0, most: None });
            }
        }
        self.vague = shared;
        broken.into_iter().collect()
    }

    /// The months of the part.
    pub(super) fn months(&self) -> &[Period] {
        &self.months.periods
    }

    /// The steps of each month of the part.
    pub(super) fn steps_of_months(&self) -> &[Range<usize>] {
        &self.months.steps
    }

    /// The name of a month of the part.
    pub(super) fn name_of_month(&self, month: usize) -> String {
        self.months.name(month)
    }

    /// The months, by number, with the energy of one meter, where all of it is known by itself.
    pub(super) fn months_of(&self, meter: usize, energies: &mut Vec<(usize, i128)>) {
        let Some(book) = self.ledger.book(meter) else { return };
        let amount = |(month, steps): (usize, &Range<usize>)| (month, book.scaled(steps, Ratio::ONE));
        if book.holes_in(&self.part).is_empty() && book.spans.is_empty() {
            return energies.extend(self.months.steps.iter().enumerate().map(amount));
        }
        let own = |month: &Period| {
            let range = month.start()..month.end();
            book.holes_in(&range).is_empty() && !book.spans.iter().any(|span| span.reaches_over(&range))
        };
        let months = self.months.periods.iter().zip(self.months.steps.iter().enumerate());
        energies.extend(months.filter(|(month, _)| own(month)).map(|(_, steps)| amount(steps)));
    }

    /// The energy of some terms over common time.
    pub(super) fn sum(&self, terms: &[Term]) -> ExactEnergy {
        let mut sum = 0;
        for term in terms {
            let Some(book) = self.ledger.book(term.meter) else { continue };
            let amount: i128 = self.common.iter().map(|run| book.completed(run, term.factor)).sum();
            sum += if term.minus { -amount } else { amount };
        }
        ExactEnergy::from_microjoules(sum)
    }

    pub(super) fn coverage(&self) -> Coverage {
        let length = (self.part.end - self.part.start).max(1) as f64;
        let total = self.living_share(&self.total, self.part.clone());
        let it = self.living_share(self.it, self.part.clone());
        let estimated_share = self.estimated_share(&self.total).max(self.estimated_share(self.it));
        Coverage { total, it, common: self.common_ms as f64 / length, estimated_share }
    }

    /// How much of a sum over common time is estimated, here or by others.
    fn estimated_share(&self, terms: &[Term]) -> f64 {
        let estimated = |term: &Term| {
            let book = self.ledger.book(term.meter)?;
            let here = |run: &Range<usize>| book.completed(run, term.factor) - book.scaled(run, term.factor);
            let of = |run| here(run) + book.estimated(run, term.factor);
            Some(self.common.iter().map(of).sum::<i128>())
        };
        if self.ledger.estimates().is_empty() && !self.counted().any(Book::has_estimates) {
            return 0.0;
        }
        // What is taken away is as uncertain as what is added.
        let estimated = terms.iter().filter_map(estimated).map(i128::abs).sum();
        ExactEnergy::from_microjoules(estimated).over(self.sum(terms)).unwrap_or(0.0)
    }

    fn known_share(&self, terms: &[Term], part: Range<i64>) -> f64 {
        let books = terms.iter().filter_map(|term| self.ledger.book(term.meter));
        let books: Vec<&[Hole]> = books.map(|book| book.holes_in(&part)).collect();
        if books.is_empty() {
            return 0.0;
        }
        let (ledger, length) = (self.ledger.period(), part.end - part.start);
        let outside = (ledger.start() - part.start).max(0) + (part.end - ledger.end()).max(0);
        (length - unknown_ms(books, part) - outside).max(0) as f64 / length as f64
    }

    /// The same, less the time in which the sum has no living meter.
    fn living_share(&self, terms: &[Term], part: Range<i64>) -> f64 {
        if self.complete {
            return 1.0; // of the whole part, and so of every stretch of it
        }
        let dead = self.dead_ms(terms, &part) as f64 / (part.end - part.start).max(1) as f64;
        (self.known_share(terms, part) - dead).max(0.0)
    }

    /// How much of a stretch within the ledger none of the added meters lives in: a total of meters that are all known to
    /// be zero is no total.
    fn dead_ms(&self, terms: &[Term], part: &Range<i64>) -> i64 {
        let (start, end) = (part.start.max(self.ledger.period().start()), part.end.min(self.ledger.period().end()));
        let added = terms.iter().filter(|term| !term.minus).filter_map(|term| self.ledger.book(term.meter));
        let mut lives: Vec<(i64, i64)> = added.map(|book| book.alive).collect();
        lives.sort_unstable();
        let (mut dead, mut reached) = (0, start);
        for (from, until) in lives.into_iter().chain([(end, end)]) {
            dead += (from.min(end) - reached).max(0);
            reached = reached.max(until);
        }
        dead
    }

    /// The months without any common time.
    fn unknown_months(&self) -> Vec<String> {
        if self.complete && self.contradictions.steps.is_empty() {
            return Vec::new();
        }
        let is_common =
            |steps: &Range<usize>| self.common.iter().any(|run| run.start < steps.end && steps.start < run.end);
        let months = self.months.periods.iter().zip(&self.months.steps);
        let unknown = months.filter(|(month, steps)| {
            // Steps that are longer than a month leave none of its own.
            let known = self.weaker_share(month.start()..month.end());
            known == 0.0 || !(is_common(steps) || steps.is_empty())
        });
        unknown.map(|(month, _)| name_of(month)).collect()
    }

    /// The months of which the weaker share that is known is such.
    fn months_with(&self, is_such: impl Fn(f64) -> bool) -> Vec<String> {
        if self.complete && !is_such(1.0) {
            return Vec::new();
        }
        let share = |month: &Period| self.weaker_share(month.start()..month.end());
        let months = self.months().iter().filter(|month| is_such(share(month)));
        months.map(name_of).collect()
    }

    /// Bounds that hold the value, open above where the total may lack something.
    fn bounds_about(&self, value: Ratio) -> Bounds {
        let bounds = self.bounds(value).holding(value);
        if self.is_open_above { Bounds { high: None, exact: false, ..bounds } } else { bounds }
    }

    /// Bounds of the ratio over the whole part, of which `value` is known.
    fn bounds(&self, value: Ratio) -> Bounds {
        let contradicts = !self.contradictions.is_empty();
        if self.complete && !contradicts && self.counted().all(|book| book.spans.is_empty()) {
            return Bounds { low: Some(value), high: Some(value), exact: true };
        }
        let ledger = self.ledger.period();
        if self.part.start < ledger.start() || self.part.end > ledger.end() {
            return Bounds::default(); // nothing is known of what the ledger is not of
        }
        let (total_low, total_high) = self.contradictions.widen_total(self.extremes(&self.total));
        let (it_low, it_high) = self.contradictions.widen_it(self.extremes(self.it));
        let exact = !contradicts && total_high == Some(total_low) && it_high == Some(it_low);
        Bounds {
            low: it_high.and_then(|it| Ratio::new(total_low.max(0), it)).map(|low| low.max(Ratio::ONE)),
            high: total_high.and_then(|total| Ratio::new(total, it_low)).filter(|_| it_low > 0),
            exact,
        }
    }

    /// The least and the most that some terms can have used over the whole part.
    pub(super) fn extremes(&self, terms: &[Term]) -> (i128, Option<i128>) {
        let (mut low, mut high) = (0_i128, Some(0_i128));
        for term in terms {
            let Some(book) = self.ledger.book(term.meter) else { continue };
            let known = book.scaled(&self.steps, term.factor);
            let holes = book.holes_in(&self.part);
            let missing = holes
                .iter()
                .map(|hole| hole.most)
                .try_fold(0_i128, |sum, most| sum.checked_add(most?))
                .and_then(|most| term.factor.floor_of(most)?.checked_add(1));
            let missing = if holes.is_empty() { Some(0) } else { missing };
            // Of a hole that reaches over the part's edge nobody knows how much of the least lies within.
            let least = |hole: &Hole| {
                let is_within = self.part.start <= hole.start && hole.end <= self.part.end;
                if is_within { hole.least } else { hole.least.min(0) }
            };
            let sure = holes.iter().fold(0_i128, |sum, hole| sum.saturating_add(least(hole)));
            let sure = if sure == 0 { 0 } else { term.factor.floor_of(sure).unwrap_or(0) };
            // A sum that reaches over the part's edge may have flowed on either side of it, as fast as the meter can.
            let (mut less, mut more) = (0, 0);
            for span in book.spans.iter().filter(|span| span.reaches_over(&self.part)) {
                let (least, booked, most) = book.extremes_of(span, &self.part);
                let part = |amount: i128| term.factor.floor_of(amount).unwrap_or(i128::MAX / 4);
                less += part(booked - least) + 1;
                more += part(most - booked) + 1;
            }
            let missing = missing.and_then(|missing| missing.checked_add(more));
            if term.minus {
                low = low.saturating_sub(known).saturating_sub(missing.unwrap_or(i128::MAX / 4));
                high = high.map(|high| high - known - sure + less);
            } else {
                low += known + sure - less;
                high = high.and_then(|high| high.checked_add(known)?.checked_add(missing?));
            }
        }
        (low, high)
    }
}

/// `ms` of a whole, as far as a part of it reaches, rounded up.
fn share_of(ms: i64, part: i64, whole: i64) -> i64 {
    let (ms, part, whole) = (i128::from(ms), i128::from(part), i128::from(whole.max(1)));
    ((ms * part + whole - 1) / whole) as i64
}

/// The runs of some steps that are left without the broken ones.
fn runs_without(steps: &Range<usize>, broken: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut broken: Vec<usize> = broken.collect();
    broken.sort_unstable();
    let (mut runs, mut from) = (Vec::new(), steps.start);
    for step in broken.into_iter().chain([steps.end]) {
        if step > from {
            runs.push(from..step);
        }
        from = from.max(step + 1);
    }
    runs
}

/// A month's energies over common time.
pub(super) struct Month<'a> {
    pub month: &'a Period,
    pub total: ExactEnergy,
    pub it: ExactEnergy,
}

/// Two sums over common time, running: before each edge of the calendar.
#[derive(Debug)]
pub(super) struct Sums<'a> {
    edges: &'a [i64],
    running: Vec<Running>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Running {
    total: i128,
    it: i128,
    ms: i64,
}

impl Sums<'_> {
    /// The steps that lie within a stretch altogether, which starts at step `near` or later.
    pub(super) fn steps(&self, range: &Range<i64>, near: usize) -> Range<usize> {
        let from = |near: usize, passed: &dyn Fn(i64) -> bool| {
            let ahead = self.edges.get(near..).unwrap_or_default();
            let few = ahead.iter().take(4).take_while(|&&edge| passed(edge)).count();
            near + if few < 4 { few } else { ahead.partition_point(|&edge| passed(edge)) }
        };
        let last = self.edges.len().saturating_sub(1);
        let start = from(near.min(last), &|edge| edge < range.start).min(last);
        start..from(start, &|edge| edge <= range.end).saturating_sub(1).max(start)
    }

    /// Total and IT energy of some steps over common time, and how much time that is.
    pub(super) fn over(&self, steps: &Range<usize>) -> (ExactEnergy, ExactEnergy, i64) {
        let upto = |i: usize| self.running.get(i).copied().unwrap_or_default();
        let (from, to) = (upto(steps.start), upto(steps.end));
        let energy = ExactEnergy::from_microjoules;
        (energy(to.total - from.total), energy(to.it - from.it), to.ms - from.ms)
    }
}

/// See [`View::touched`].
pub(super) struct Touched {
    holes: Vec<(i64, i64)>,
    next: usize,
    /// The furthest end of the holes passed.
    reach: i64,
    always: bool,
}

impl Touched {
    pub(super) fn by(&mut self, range: &Range<i64>) -> bool {
        while let Some(hole) = self.holes.get(self.next).filter(|hole| hole.0 < range.end) {
            self.reach = self.reach.max(hole.1);
            self.next += 1;
        }
        self.always || self.reach > range.start
    }
}

fn name(year: i64, month: i64) -> String {
    // As the format `{:04}-{:02}`, several times as fast.
    let digit = |number: i64| char::from(b'0' + number.rem_euclid(10) as u8);
    if !(0..10_000).contains(&year) {
        return format!("{year:04}-{month:02}");
    }
    let mut name = String::with_capacity(7);
    name.extend([1000, 100, 10, 1].map(|scale| digit(year / scale)));
    name.extend(['-', digit(month / 10), digit(month)]);
    name
}

/// `2024-01`.
pub(super) fn name_of(month: &Period) -> String {
    let first = month.first_day();
    name(first.year().into(), first.month().into())
}

fn as_finding(error: PueError) -> Finding {
    match error {
        PueError::BelowOne { total, it } => {
            let found = Text::new(format!("总电量 {total}"), format!("total {total}"));
            let expected = Text::new(format!("不低于 IT 电量 {it}"), format!("at least the IT energy, {it}"));
            Finding::new(Code::PueBelowOne).place(place!(meters)).found_text(found).expected(expected)
        }
        PueError::ItZero(it) => Finding::new(Code::PueItZero).place(place!(meters)).found(it).expected("> 0 kWh"),
        other => Finding::new(Code::PueItZero).place(place!(meters)).found(other),
    }
}
