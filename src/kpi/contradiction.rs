//! Meters against each other (计量点相互矛盾): IT energy above the total, IT at zero while the total runs, a check meter that
//! says otherwise than the meter that it checks. What contradicts is in no value, and in the bounds with both readings of it.

use super::{boundary::Term, view::View};
use crate::{
    finding::{Code, Finding},
    ledger::{Book, Ledger},
    metering::Meter,
    period::{Granularity, rfc3339},
    place::place,
    quantity::ExactEnergy,
};
use std::ops::Range;

/// What a meter without a stated class is allowed, in thousandths (ours, a setting): class 2 with transformers of class 1.
const UNKNOWN_CLASS: i128 = 30;

/// What was found in a part of a ledger.
#[derive(Clone, Debug, Default)]
pub(super) struct Contradictions {
    /// Steps of the calendar that are not known because of it.
    pub steps: Vec<usize>,
    /// How many stretches they form, how long these are, and where the first begins.
    count: u64,
    ms: i64,
    first: Option<i64>,
    /// What is added to the bounds of total and IT energy.
    total: Widening,
    it: Widening,
    /// Check meters that contradict, with what they and their meters say.
    checks: Vec<(usize, ExactEnergy, ExactEnergy)>,
}

/// How much lower, and how much higher; `None`: nothing bounds it.
#[derive(Clone, Copy, Debug)]
struct Widening {
    lower: i128,
    higher: Option<i128>,
}

impl Default for Widening {
    fn default() -> Self {
        Widening { lower: 0, higher: Some(0) }
    }
}

impl Widening {
    fn add(&mut self, lower: i128, higher: Option<i128>) {
        self.lower += lower;
        self.higher = self.higher.zip(higher).map(|(sum, higher)| sum + higher.max(0));
    }

    fn widen(self, (low, high): (i128, Option<i128>)) -> (i128, Option<i128>) {
        (low - self.lower, high.zip(self.higher).map(|(high, higher)| high + higher))
    }
}

impl Contradictions {
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.checks.is_empty()
    }

    pub(super) fn widen_total(&self, extremes: (i128, Option<i128>)) -> (i128, Option<i128>) {
        self.total.widen(extremes)
    }

    pub(super) fn widen_it(&self, extremes: (i128, Option<i128>)) -> (i128, Option<i128>) {
        self.it.widen(extremes)
    }

    /// One for total and IT, one for each check meter.
    pub(super) fn findings(&self, ledger: &Ledger<'_>) -> Vec<Finding> {
        let site = ledger.site();
        let mut findings = Vec::new();
        if let Some(first) = self.first {
            let mut finding = Finding::new(Code::MeterContradiction).place(place!(meters));
            finding = finding.found_text((
                "IT 电量大于总电量，或总用电时 IT 为零",
                "IT energy above the total, or at zero while the total runs",
            ));
            (finding.count, finding.at) = (self.count, Some(rfc3339(first, ledger.period().zone())));
            finding.hours = Some(self.ms as f64 / 3_600_000.0);
            findings.push(finding);
        }
        for &(check, said, checked) in &self.checks {
            let mut finding = Finding::new(Code::MeterContradiction).place(site.place(check));
            finding.meter = site.meters().get(check).map(|meter| meter.id.clone());
            findings.push(finding.found(checked).expected(format!("≈ {said}")));
        }
        findings
    }
}

/// Looks at a part of a ledger of readings; figures that somebody has summed up are judged elsewhere.
pub(super) fn find(view: &View<'_>) -> Contradictions {
    let (total, it) = view.terms();
    let ledger = view.ledger();
    let judged = |term: &Term| ledger.book(term.meter).is_some_and(|book| book.is_judged);
    let mut found = Contradictions::default();
    if !total.iter().chain(it).any(judged) {
        return found;
    }
    if view.has_both() && ledger.granularity() != Granularity::Month {
        by_steps(view, &mut found);
    }
    for (terms, of_total) in [(total, true), (it, false)] {
        for term in terms {
            by_check(view, term, of_total, &mut found);
        }
    }
    found
}

/// The energies of total and IT over a stretch of steps.
struct Group {
    steps: Range<usize>,
    total: i128,
    it: i128,
}

fn by_steps(view: &View<'_>, found: &mut Contradictions) {
    let ledger = view.ledger();
    let (total_terms, it_terms) = view.terms();
    let off = |terms: &[Term]| {
        let meters = terms.iter().filter_map(|term| ledger.site().meters().get(term.meter));
        meters.map(|meter| meter.class_thousandths().unwrap_or(UNKNOWN_CLASS)).max().unwrap_or(0)
    };
    let resolution = |terms: &[Term]| {
        let digit = |term: &Term| {
            let (book, meter) = (ledger.book(term.meter)?, ledger.site().meters().get(term.meter)?);
            term.factor.floor_of(book.resolution(meter))
        };
        terms.iter().filter_map(digit).sum::<i128>()
    };
    // A stretch in which IT energy is above the total, or at zero, has a step in which it is.
    let is_odd = |step: usize| {
        let (total, it, _) = view.sums().over(&(step..step + 1));
        it > total || (it == ExactEnergy::ZERO && total > ExactEnergy::ZERO)
    };
    if !view.common().iter().cloned().flatten().any(is_odd) {
        return;
    }
    let (total_off, it_off) = (off(total_terms), off(it_terms));
    let digits = 2 * (resolution(total_terms) + resolution(it_terms));
    let groups = groups(view);
    let edge = |i: usize| ledger.edges().get(i).copied().unwrap_or(0);
    // What a person has confirmed contradicts nothing, nor does what was estimated: no meter says it.
    let counted = || total_terms.iter().chain(it_terms);
    let meters = counted().filter_map(|term| ledger.site().meters().get(term.meter));
    let confirmed: Vec<&Meter> = meters.filter(|meter| !meter.confirmed.is_empty()).collect();
    let books: Vec<&Book> = counted().filter_map(|term| ledger.book(term.meter)).collect();
    let is_excused = |group: &Group| {
        let (start, end) = (edge(group.steps.start), edge(group.steps.end));
        confirmed.iter().any(|meter| meter.is_confirmed(start, end))
            || books.iter().any(|book| book.is_filled(&(start..end)))
    };
    let is_above = |group: &Group| {
        let allowed = (group.total.abs() * total_off + group.it.abs() * it_off) / 1000 + digits;
        group.it > group.total + allowed && !is_excused(group)
    };
    let mut above: Vec<bool> = groups.iter().map(is_above).collect();
    // Whole months are errors of their own.
    for month in view.steps_of_months() {
        let within = |group: &Group| group.steps.start < month.end && month.start < group.steps.end;
        let members: Vec<usize> = (0..groups.len()).filter(|&i| groups.get(i).is_some_and(within)).collect();
        if members.iter().all(|&i| above.get(i) == Some(&true)) {
            members.into_iter().filter_map(|i| above.get_mut(i).map(|above| *above = false)).for_each(drop);
        }
    }
    let ms_of = |steps: &Range<usize>| edge(steps.end) - edge(steps.start);
    let mut last: Option<usize> = None;
    let mut note = |found: &mut Contradictions, steps: &Range<usize>| {
        found.count += u64::from(last != Some(steps.start));
        last = Some(steps.end);
        found.ms += ms_of(steps);
        found.first = Some(found.first.map_or(edge(steps.start), |first| first.min(edge(steps.start))));
        found.steps.extend(steps.clone());
    };
    for (group, _) in groups.iter().zip(&above).filter(|(_, above)| **above) {
        note(found, &group.steps);
        let most = most(ledger, total_terms, ms_of(&group.steps));
        found.total.add(0, most.map(|most| most - group.total));
        found.it.add(group.it, Some(0));
    }
    // IT at zero between two times at which it ran: for longer than its dial needs to move.
    let ran = |group: &Group| group.it > 0;
    let (Some(first), Some(end)) = (groups.iter().position(ran), groups.iter().rposition(ran)) else { return };
    let life: i64 = groups.iter().map(|group| ms_of(&group.steps)).sum();
    let energy: i128 = groups.iter().map(|group| group.it).sum();
    let mut from = first;
    while from < end {
        let is_idle = |i: usize| {
            groups.get(i).is_some_and(|group| group.it == 0 && group.total > 0 && !is_excused(group))
                && above.get(i) == Some(&false)
        };
        if !is_idle(from) {
            from += 1;
            continue;
        }
        let until = (from..end).find(|&i| !is_idle(i)).unwrap_or(end);
        let idle = groups.get(from..until).unwrap_or_default();
        let ms: i64 = idle.iter().map(|group| ms_of(&group.steps)).sum();
        let usually = energy.saturating_mul(ms.into()) / i128::from(life.max(1));
        if usually > digits {
            for group in idle {
                note(found, &group.steps);
                found.it.add(0, most(ledger, it_terms, ms_of(&group.steps)));
            }
        }
        from = until;
    }
    found.steps.sort_unstable();
}

/// Common steps, joined until no sum without course reaches over their edges.
fn groups(view: &View<'_>) -> Vec<Group> {
    let edges = view.ledger().edges();
    let sums = view.sums();
    let mut spans = view.spans();
    spans.sort_unstable();
    let mut spans = spans.into_iter().peekable();
    let mut reach = i64::MIN;
    let mut groups = Vec::new();
    for run in view.common() {
        let mut start = run.start;
        for step in run.clone() {
            let Some(&end) = edges.get(step + 1) else { break };
            while let Some(span) = spans.next_if(|span| span.0 < end) {
                reach = reach.max(span.1);
            }
            if reach <= end || step + 1 == run.end {
                // What reaches into another run cannot be told apart.
                if reach <= end {
                    let (total, it, _) = sums.over(&(start..step + 1));
                    groups.push(Group { steps: start..step + 1, total: total.microjoules(), it: it.microjoules() });
                }
                start = step + 1;
            }
        }
    }
    groups
}

/// The most that some meters can have measured in a time.
fn most(ledger: &Ledger<'_>, terms: &[Term], ms: i64) -> Option<i128> {
    let most = |term: &Term| term.factor.floor_of(ledger.book(term.meter)?.most_in(ms)?);
    terms.iter().filter(|term| !term.minus).map(most).sum()
}

/// A check meter that contradicts its meter beyond the classes widens the bounds to hold both.
fn by_check(view: &View<'_>, term: &Term, of_total: bool, found: &mut Contradictions) {
    let ledger = view.ledger();
    let meters = ledger.site().meters();
    let Some(main) = meters.get(term.meter) else { return };
    let checks = meters.iter().enumerate().filter(|(_, meter)| meter.check_of.as_deref() == Some(main.id.as_str()));
    for (i, check) in checks.filter(|(_, check)| check.dimension() == main.dimension()) {
        let of = |meter: usize| view.extremes(&[Term { meter, factor: term.factor, minus: false }]);
        let ((low, high), (check_low, check_high)) = (of(term.meter), of(i));
        let (Some(high), Some(check_high)) = (high, check_high) else { continue };
        let off =
            |meter: &Meter, amount: i128| amount.abs() * meter.class_thousandths().unwrap_or(UNKNOWN_CLASS) / 1000;
        let allowed = off(main, high) + off(check, check_high);
        let silent = |meter: usize| ledger.book(meter).is_none_or(|book: &Book| book.readings().0 == 0);
        if silent(term.meter) || silent(i) {
            continue;
        }
        let (lower, higher) = if check_low > high + allowed {
            (0, check_high - high)
        } else if check_high < low - allowed {
            (low - check_low, 0)
        } else {
            continue;
        };
        let (lower, higher) = if term.minus { (higher, lower) } else { (lower, higher) };
        let widening = if of_total { &mut found.total } else { &mut found.it };
        widening.add(lower, Some(higher));
        let energy = ExactEnergy::from_microjoules;
        found.checks.push((i, energy(high), energy(check_high)));
    }
}
