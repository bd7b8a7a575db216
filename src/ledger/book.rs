use super::{
    account::{Account, Fall, Log, Span, rejects},
    coverage::unknown_ms,
    estimate::Filled,
    steps::{Steps, part},
};
use crate::{
    finding::Code,
    metering::{
        Absent, Meter, MeterKind,
        clean::{History, Hole, Rate, Tally},
    },
    period::{Period, day_start},
    quantity::{ExactEnergy, Ratio},
};
use std::{collections::BTreeMap, ops::Range};

/// One meter's energy (or volume, or mass) over the period.
///
/// ```
/// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#).value.unwrap();
/// use pue::{Ledger, Period, read};
/// let rows = "meter,time,value\ngrid,2024-03-01 00:00,100\ngrid,2024-03-02 00:00,340\n";
/// let period = Period::parse("2024-03-01/2024-03-02", site.time_zone())?;
/// let ledger = Ledger::build(&site, &read::csv(&site, "rows.csv", rows.as_bytes())?, period)?;
/// let book = ledger.meter("grid").ok_or("no meter")?;
/// assert_eq!((book.energy().kwh(), book.readings()), (240.0, (2, 0)));
/// assert!(book.least() <= book.energy());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Book {
    /// The amount in each step of the calendar.
    steps: Steps,
    /// The stretch that the ledger is of.
    within: (i64, i64),
    /// Stretches of unknown energy, in time order; their `most` is given where anything bounds it.
    pub(crate) holes: Vec<Hole>,
    /// Stretches whose sum is known but not its course.
    pub(crate) spans: Vec<Span>,
    /// The stretch outside of which its energy is known to be zero.
    pub(crate) alive: (i64, i64),
    /// The fastest that it can run, as far as that is known.
    limit: Option<Rate>,
    pub(super) log: Log,
    /// What of the energy others had estimated, in each step.
    pub(super) estimated: Option<Steps>,
    /// The first falls of its dial, and what is usual for it.
    pub(super) falls: Vec<Fall>,
    pub(super) history: History,
    /// Whether it is of readings, which are judged, and not of figures that somebody has summed up.
    pub(crate) is_judged: bool,
    /// With missing energy estimated, if that was asked for.
    pub(super) filled: Option<Filled>,
    /// File and line of the first reading with each fault, where the reader kept them.
    pub(super) places: BTreeMap<Code, (String, u64)>,
    pub(super) readings: u64,
    /// Readings that came after a later one, and readings outside of the period.
    pub(super) displaced: u64,
    pub(super) outside: u64,
    /// When the first reading is, and the last, in the period or not.
    pub(super) ends: Option<(i64, (i64, i64))>,
}

/// Readings may start so late, or end so early, without a word (ours: the longest usual distance of readings).
const EDGE_MS: i64 = 3_600_000;

impl Book {
    pub(super) fn new(
        meter: &Meter,
        (history, is_judged): (&History, bool),
        account: Account,
        known: Option<(i64, i64)>,
        period: &Period,
        edges: &[i64],
    ) -> Self {
        let zone = period.zone();
        // Outside of its life the energy is known to be zero.
        let alive_from = meter.from.map_or(period.start(), |day| day_start(day, zone)).max(period.start());
        let alive_until = meter.until.map_or(period.end(), |day| day_start(day, zone)).min(period.end());
        let mut log = account.log;
        if let Some((at, count)) = history.contradicted {
            log.insert(Code::MeterCapacity, (count, at.max(period.start()), Tally::default()));
        }
        let limit = history.most;
        let (first, last) = known.unwrap_or((alive_until, alive_until));
        // Nothing in the period, or nothing at its ends.
        if alive_from < alive_until {
            let tally = |until| Tally { until: Some(until), ..Tally::default() };
            if first >= alive_until || last <= alive_from {
                log.insert(Code::MeterNoReadings, (1, alive_from, tally(alive_until)));
            } else if first - alive_from > EDGE_MS {
                log.insert(Code::CoverageEdges, (1, alive_from, tally(first)));
            } else if alive_until - last > EDGE_MS {
                log.insert(Code::CoverageEdges, (1, last, tally(alive_until)));
            }
        }
        if known.is_some() {
            note_manner(&mut log, meter, (history, is_judged), (first, last));
        }
        // What writes nothing while it rests may rest at either end for as long as it does elsewhere.
        let rests =
            |start: i64, end: i64| meter.absent == Absent::Zero && known.is_some() && end - start <= history.gap_ms;
        let outer = [(alive_from, first), (last.max(first), alive_until)];
        let outer = outer.into_iter().filter(|(start, end)| start < end && !rests(*start, *end));
        let outer = outer.map(|(start, end)| Hole::of_all(start, end, None));
        let mut holes: Vec<Hole> = account
            .holes
            .into_iter()
            .chain(outer)
            .filter_map(|hole| {
                let (start, end) = (hole.start.max(alive_from), hole.end.min(alive_until));
                let missing_ms = if hole.missing_ms == hole.end - hole.start {
                    end - start
                } else {
                    hole.missing_ms.min(end - start)
                };
                let most = hole.most.or_else(|| limit.map(|limit| limit.most(missing_ms)));
                // Nobody knows how much of the least lies within.
                let is_cut = (start, end) != (hole.start, hole.end);
                let least = if is_cut { hole.least.min(0) } else { hole.least };
                (start < end).then_some(Hole { start, end, missing_ms, least, most: most.map(|most| most.max(least)) })
            })
            .collect();
        holes.sort_by_key(|hole| (hole.start, hole.end));
        let mut spans = account.spans;
        spans.sort_unstable();
        let steps = Steps::new(account.energy, edges.len().saturating_sub(1));
        if (alive_from, alive_until) != (period.start(), period.end()) {
            let edge = |i: usize| edges.get(i).copied().unwrap_or(i64::MAX);
            let is_outside = |i: &usize| edge(i + 1) <= alive_from || edge(*i) >= alive_until;
            let first = (0..edges.len().saturating_sub(1)).filter(is_outside).find(|&i| steps.of(i) > 0);
            if let Some(first) = first {
                log.insert(Code::MeterOutsideLife, (1, edge(first), Tally::default()));
            }
        }
        let has_estimates = !account.estimated.is_empty();
        let estimated = has_estimates.then(|| Steps::new(account.estimated, edges.len().saturating_sub(1)));
        Book {
            steps,
            within: (period.start(), period.end()),
            alive: (alive_from, alive_until),
            limit,
            holes,
            spans,
            log,
            estimated,
            falls: account.falls,
            history: history.clone(),
            is_judged,
            filled: None,
            places: BTreeMap::new(),
            readings: account.rows,
            displaced: 0,
            outside: 0,
            ends: account.ends,
        }
    }

    /// The least that can have flowed over the whole period: what is known, and of each hole what is sure.
    pub fn least(&self) -> ExactEnergy {
        ExactEnergy::from_microjoules(self.exact() + self.holes.iter().map(|hole| hole.least).sum::<i128>())
    }

    /// The most that can have flowed; `None`: nothing bounds it.
    pub fn most(&self) -> Option<ExactEnergy> {
        let most = self.holes.iter().try_fold(self.exact(), |sum, hole| sum.checked_add(hole.most?));
        most.map(ExactEnergy::from_microjoules)
    }

    /// The least and the most that can have flowed in some steps, which are a part of the period.
    pub(crate) fn bounds(&self, steps: &Range<usize>, part: &Range<i64>) -> (i128, Option<i128>) {
        let (known, holes) = (self.scaled(steps, Ratio::ONE), self.holes_in(part));
        let (mut low, mut high) = (known, Some(known));
        for hole in holes {
            let is_within = part.start <= hole.start && hole.end <= part.end;
            low = low.saturating_add(if is_within { hole.least } else { hole.least.min(0) });
            high = high.zip(hole.most).map(|(high, most)| high.saturating_add(most));
        }
        for span in self.spans.iter().filter(|span| span.reaches_over(part)) {
            let (least, booked, most) = self.extremes_of(span, part);
            low -= booked - least;
            high = high.map(|high| high + most - booked);
        }
        (low, high)
    }

    /// The most that can flow in a time.
    pub(crate) fn most_in(&self, ms: i64) -> Option<i128> {
        self.limit.map(|limit| limit.most(ms))
    }

    /// Whether others had estimated some of it.
    pub(crate) fn has_estimates(&self) -> bool {
        self.estimated.is_some()
    }

    /// The energy that one unit of the last digit of its dial stands for.
    pub(crate) fn resolution(&self, meter: &Meter) -> i128 {
        if !matches!(meter.kind, MeterKind::Register { .. }) {
            return 0;
        }
        meter.conversion(i64::MIN).exact(self.history.digit).unwrap_or(0)
    }

    /// What of the energy of some steps others had estimated, times a factor.
    pub(crate) fn estimated(&self, steps: &Range<usize>, factor: Ratio) -> i128 {
        self.estimated.as_ref().map_or(0, |estimated| part(estimated, steps, factor))
    }

    /// The known energy of the whole period. For a meter of volume or mass see [`Book::exact`].
    pub fn energy(&self) -> ExactEnergy {
        ExactEnergy::from_microjoules(self.exact())
    }

    /// The known amount of the whole period in exact units: µJ, µl or mg.
    pub fn exact(&self) -> i128 {
        self.steps.total()
    }

    /// The known energy of each step of the calendar.
    pub fn steps(&self) -> impl Iterator<Item = ExactEnergy> + '_ {
        self.steps.iter().map(ExactEnergy::from_microjoules)
    }

    /// The longest time for which it wrote nothing between two values.
    pub(crate) const fn longest_rest(&self) -> i64 {
        self.history.gap_ms
    }

    /// The known amount of some steps, times a factor: differences of the rounded-down running sum, so that parts add up.
    pub(crate) fn scaled(&self, steps: &Range<usize>, factor: Ratio) -> i128 {
        part(&self.steps, steps, factor)
    }

    /// The same with what was estimated.
    pub(crate) fn completed(&self, steps: &Range<usize>, factor: Ratio) -> i128 {
        part(self.completed_amounts(), steps, factor)
    }

    /// The amount of each step with what was estimated.
    pub(crate) fn completed_amounts(&self) -> &Steps {
        self.filled.as_ref().map_or(&self.steps, |filled| &filled.steps)
    }

    /// The holes that no estimate fills, of those that touch a part of the period.
    pub(crate) fn unfilled_in(&self, part: &Range<i64>) -> &[Hole] {
        touching(self.filled.as_ref().map_or(&self.holes, |filled| &filled.holes), part)
    }

    /// Whether something was estimated within a part of the period.
    pub(crate) fn is_filled(&self, part: &Range<i64>) -> bool {
        self.filled.is_some() && self.holes_in(part).len() != self.unfilled_in(part).len()
    }

    /// The known amount of each step.
    pub(crate) const fn amounts(&self) -> &Steps {
        &self.steps
    }

    /// The share of a part of the period whose energy is known, from 0 to 1.
    pub fn coverage(&self, part: &Period) -> f64 {
        if self.holes.is_empty() && self.within.0 <= part.start() && part.end() <= self.within.1 {
            return 1.0;
        }
        self.known_share([self.holes.as_slice()], part)
    }

    /// The share of a part of the period in which the course of the energy is known too.
    pub fn course_coverage(&self, part: &Period) -> f64 {
        if self.spans.is_empty() {
            return self.coverage(part);
        }
        let spans: Vec<Hole> = self
            .spans
            .iter()
            // A stretch that lies within the part altogether belongs to it, however it ran.
            .filter(|span| span.start < part.start() || span.end > part.end())
            .map(|&Span { start, end, .. }| Hole::of_all(start, end, None))
            .collect();
        self.known_share([self.holes.as_slice(), &spans], part)
    }

    /// The holes that touch a part of the period; they come in time order and do not overlap.
    pub(crate) fn holes_in(&self, part: &Range<i64>) -> &[Hole] {
        touching(&self.holes, part)
    }

    /// Of a sum that reaches over a part: the least that can have flowed within, what was booked there, and the most.
    pub(crate) fn extremes_of(&self, span: &Span, part: &Range<i64>) -> (i128, i128, i128) {
        let booked = span.within(part);
        let within = span.end.min(part.end) - span.start.max(part.start);
        let most = |ms: i64| self.limit.map_or(span.amount, |limit| limit.most(ms).min(span.amount));
        let outside = most(span.end - span.start - within);
        ((span.amount - outside).min(booked), booked, most(within).max(booked))
    }

    fn known_share<'b>(&self, holes: impl IntoIterator<Item = &'b [Hole]>, part: &Period) -> f64 {
        let outside = (self.within.0 - part.start()).max(0) + (part.end() - self.within.1).max(0);
        let unknown = (unknown_ms(holes, part.start()..part.end()) + outside).min(part.milliseconds());
        1.0 - unknown as f64 / part.milliseconds() as f64
    }

    /// Why most of what is unknown of it is unknown: the fault with the most hours at stake, and how often it was found.
    pub(crate) fn why_unknown(&self) -> Option<(Code, u64)> {
        let most = self.log.iter().max_by_key(|(_, (_, _, tally))| tally.ms);
        most.filter(|(_, (_, _, tally))| tally.ms > 0).map(|(code, (count, ..))| (*code, *count))
    }

    /// How many readings came in, and how many of them were not used.
    pub fn readings(&self) -> (u64, u64) {
        let rejected = self
            .log
            .iter()
            .filter(|(code, _)| rejects(**code))
            .fold(0_u64, |sum, (_, entry)| sum.saturating_add(entry.0));
        (self.readings, rejected)
    }
}

/// Notes how the readings of a meter were taken.
fn note_manner(log: &mut Log, meter: &Meter, (history, is_judged): (&History, bool), (first, last): (i64, i64)) {
    let whole = Tally { until: Some(last), ..Tally::default() };
    if history.inclusive.is_some() {
        log.insert(Code::IntervalInclusive, (1, first, whole));
    }
    if history.is_spaced {
        let found = Some(history.max_gap_ms as f64 / 1.5e3);
        log.insert(Code::PowerSpacing, (1, first, Tally { found, ..whole }));
    }
    if history.usual.is_none() && is_judged {
        log.insert(Code::MeterNoUsual, (1, first, whole));
    }
    for stretch in &meter.confirmed {
        let (from, until) = (stretch.from.as_millisecond(), stretch.until.as_millisecond());
        if from < last && until > first {
            let entry =
                log.entry(Code::MeterConfirmed).or_insert((0, from, Tally { until: Some(until), ..Tally::default() }));
            entry.0 += 1;
        }
    }
}

/// Of holes in time order that do not overlap, those that touch a stretch.
fn touching<'h>(holes: &'h [Hole], part: &Range<i64>) -> &'h [Hole] {
    let from = holes.partition_point(|hole| hole.end <= part.start);
    let until = holes.partition_point(|hole| hole.start < part.end);
    holes.get(from..until.max(from)).unwrap_or_default()
}
