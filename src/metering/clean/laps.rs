use super::{Tally, evenly::evenly, prepare, rows::Run};
use crate::{
    finding::Code,
    quantity::{Conversion, Count},
};
use std::{cell::Cell, ops::Range};

/// Readings of a register, from an accepted one on, that may come evenly and meet each full hour: they are checked and
/// booked hour by hour without a look at where they are.
pub(crate) struct Laps<'a> {
    pub(super) time: &'a [i64],
    pub(super) value: &'a [f64],
    /// Their distance, and by how much the dial may rise over one of these, and over two.
    pub(super) ms: i64,
    pub(super) range: (f64, f64),
    pub(super) range_of_two: (f64, f64),
    /// A rise that is more than it can be in any case.
    pub(super) too_much: f64,
    pub(super) conversion: &'a Conversion,
    /// What the first pass has seen of them: the rows of its runs, and that of the first reading.
    pub(super) runs: &'a [Run],
    pub(super) offset: usize,
    /// The first run that is not behind.
    pub(super) next: Cell<usize>,
    /// Whether single faults may be passed over.
    pub(super) over_odd: bool,
}

/// A fault that is passed over with the two readings after an accepted one, and how many distances these take.
struct Odd {
    code: Code,
    at: i64,
    tally: Tally,
    distances: usize,
}

/// So many readings are checked before they are booked: few enough that memory keeps ahead of both.
const STRETCH: usize = 128;

const HOUR_MS: i64 = 3_600_000;

impl Laps<'_> {
    pub(crate) fn start(&self) -> i64 {
        self.time.first().copied().unwrap_or(i64::MAX)
    }

    /// Adds the energy from the first reading on to the steps of a calendar by hours: `edges` are the last one at or before
    /// the first reading and all after it, `slots` the amounts between them. Returns how many readings after the first
    /// were passed, and how many edges.
    pub(crate) fn fill(&self, edges: &[i64], slots: &mut [i64], fault: impl FnMut(Code, i64, Tally)) -> (usize, usize) {
        let [from, edges @ ..] = edges else { return (0, 0) };
        let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return (0, 0) };
        let by_hours = first.checked_sub(*from) == Some(HOUR_MS) && prepare::TIME_RANGE.contains(last);
        let lead = first.saturating_sub(self.start());
        if !by_hours || self.ms <= 0 || lead % self.ms != 0 || HOUR_MS % self.ms != 0 {
            return (0, 0);
        }
        let lead = usize::try_from(lead / self.ms).unwrap_or(0);
        match HOUR_MS / self.ms {
            1 => self.fill_by::<1>(lead, edges, slots, fault),
            2 => self.fill_by::<2>(lead, edges, slots, fault),
            4 => self.fill_by::<4>(lead, edges, slots, fault),
            6 => self.fill_by::<6>(lead, edges, slots, fault),
            12 => self.fill_by::<12>(lead, edges, slots, fault),
            _ => (0, 0), // so many that it costs little to look for each edge
        }
    }

    /// The same for a number of readings in an hour, so many of which lead up to the first edge.
    fn fill_by<const READINGS: usize>(
        &self,
        mut lead: usize,
        edges: &[i64],
        slots: &mut [i64],
        mut fault: impl FnMut(Code, i64, Tally),
    ) -> (usize, usize) {
        // All before this reading has been booked, and so many edges lie before it.
        let (mut row, mut passed) = (0, 0);
        loop {
            let part = if lead == READINGS { 0 } else { lead };
            let mut tail = self.even(row, part + STRETCH);
            if part > 0 && tail >= part {
                let (Some(edge), Some(slot)) = (edges.get(passed), slots.get_mut(passed)) else { break };
                if !self.is_before(row + part, *edge, 0) || !self.add(row..row + part, slot) {
                    break;
                }
                (row, passed, tail, lead) = (row + part, passed + 1, tail - part, READINGS);
            }
            if lead == READINGS {
                let (Some(edges), Some(slots)) = (edges.get(passed..), slots.get_mut(passed..)) else { break };
                let hours = self.hours::<READINGS>(row, tail / READINGS, edges, slots);
                (row, passed) = (row + hours * READINGS, passed + hours);
                if tail == STRETCH && hours > 0 {
                    continue;
                }
                tail -= hours * READINGS;
            }
            let odd = if tail < lead { self.odd(row + tail) } else { None };
            let distances = tail + odd.as_ref().map_or(0, |odd| odd.distances);
            let next = row + tail + odd.as_ref().map_or(0, |_| 2);
            let (Some(edge), Some(slot)) = (edges.get(passed), slots.get_mut(passed)) else { break };
            let fits = distances > 0
                && self.is_before(next, *edge, lead.saturating_sub(distances))
                && self.add(row..next, slot);
            if !fits {
                break;
            }
            (row, lead) = (next, lead - distances);
            if lead == 0 {
                (lead, passed) = (READINGS, passed + 1);
            }
            match odd {
                Some(Odd { code, at, tally, .. }) => fault(code, at, tally),
                None if lead < READINGS => break,
                None => {}
            }
        }
        (row, passed)
    }

    /// Whether a reading stands so many distances before an edge.
    fn is_before(&self, row: usize, edge: i64, distances: usize) -> bool {
        let lead = self.time.get(row).map(|time| edge.saturating_sub(*time));
        lead == i64::try_from(distances).ok().map(|distances| distances * self.ms)
    }

    /// How many readings after one are plain, at most so many.
    fn even(&self, row: usize, most: usize) -> usize {
        let seen = self.seen(row, most);
        if seen == most {
            return seen;
        }
        let (row, most) = (row + seen, most - seen);
        let end = self.time.len().min(row + most + 1);
        let (Some(time), Some(value)) = (self.time.get(row..end), self.value.get(row..end)) else { return seen };
        let even = evenly(time, value, self.ms, self.range);
        // The last one may be one of several with the same stamp.
        let is_alone = self.time.get(row + even) != self.time.get(row + even + 1);
        seen + if is_alone { even } else { even.saturating_sub(1) }
    }

    /// How many readings after one the first pass has seen to be plain, at most so many.
    fn seen(&self, row: usize, most: usize) -> usize {
        let (first, last) = (self.offset + row, self.offset + self.time.len().saturating_sub(1));
        let mut at = first;
        let passed =
            self.runs.get(self.next.get()..).unwrap_or_default().iter().take_while(|run| run.until <= at).count();
        self.next.set(self.next.get() + passed);
        for run in self.runs.get(self.next.get()..).unwrap_or_default() {
            let rises = run.least >= self.range.0 && run.greatest <= self.range.1;
            if run.from > at || run.ms != self.ms || !rises || at >= first + most {
                break;
            }
            at = run.until;
        }
        at.min(last).min(first + most) - first
    }

    /// What follows a reading, if it is a single missing value, one reading given twice, or one that jumps up, and what
    /// comes then is plain.
    fn odd(&self, row: usize) -> Option<Odd> {
        let ([at, a, b, then @ ..], [from, x, y, ..]) = (self.time.get(row..)?, self.value.get(row..)?) else {
            return None;
        };
        let is_alone = then.first() != Some(b);
        if !self.over_odd || !is_alone || *a != at.wrapping_add(self.ms) {
            return None;
        }
        let rises = |(least, most): (f64, f64)| (least..=most).contains(&(y - from));
        let seen = || self.conversion.exact(*x).ok().map(|exact| self.conversion.dial(exact));
        if a == b {
            let tally = Tally { found: seen(), ..Tally::default() };
            return (x == y && rises(self.range)).then_some(Odd {
                code: Code::ReadingDuplicate,
                at: *a,
                tally,
                distances: 1,
            });
        }
        let is_due = *b == a.wrapping_add(self.ms) && rises(self.range_of_two);
        if is_due && x.is_nan() {
            return Some(Odd { code: Code::ReadingMissing, at: *a, tally: Tally::default(), distances: 2 });
        }
        // It leaves by a break, and comes back by a fall.
        let is_spike = is_due && x - from > self.too_much && y < x && self.conversion.count(*x).is_some();
        let tally = || Tally { until: Some(*b), found: seen(), ..Tally::default() };
        is_spike.then(|| Odd { code: Code::RegisterSpike, at: *a, tally: tally(), distances: 2 })
    }

    /// Adds the energy between two readings to a slot, if it is sure and fits.
    fn add(&self, rows: Range<usize>, slot: &mut i64) -> bool {
        let count = |row: usize| self.value.get(row).and_then(|&value| self.conversion.count(value));
        let sum = count(rows.start)
            .zip(count(rows.end))
            .and_then(|(from, to)| (to - from).checked_mul(self.conversion.step())?.checked_add(*slot));
        sum.inspect(|sum| *slot = *sum).is_some()
    }

    /// Books full hours from the edge at a reading on. Returns how many.
    fn hours<const READINGS: usize>(&self, row: usize, most: usize, edges: &[i64], slots: &mut [i64]) -> usize {
        let most = most.min(edges.len()).min(slots.len());
        let (Some(hours), Some(last)) = (most.checked_sub(1), row.checked_add(most * READINGS)) else { return 0 };
        // No step of a calendar by hours is longer than an hour: if so many take so many hours, each takes one.
        let start = self.time.get(row).copied().unwrap_or(i64::MAX);
        let all = edges.get(hours).map_or(0, |last| last.saturating_sub(start));
        if i64::try_from(most).map(|hours| hours * HOUR_MS) != Ok(all) {
            return 0;
        }
        // Dial values only rise: if the last one is counted for sure, and all of the energy fits, so do the others.
        let value = self.value.get(row..=last).and_then(<[f64]>::split_first);
        let fits = value.is_some_and(|(first, later)| {
            later.last().is_some_and(|last| self.conversion.are_small(*first, *last))
                && self.conversion.count(*first).is_some()
        });
        match (value, slots.get_mut(..most)) {
            (Some((&first, value)), Some(slots)) if fits => {
                self.book(self.conversion.count_small(first), value.as_chunks::<READINGS>().0, slots)
            }
            _ => 0,
        }
    }

    /// Four hours at once without a branch between them, then one by one. No energy has been booked in any of them, since
    /// flows do not overlap.
    fn book<const READINGS: usize>(&self, mut before: Count, value: &[[f64; READINGS]], slots: &mut [i64]) -> usize {
        let step = self.conversion.step();
        let mut energy = |count: Count| (count.steps_since(std::mem::replace(&mut before, count))) * step;
        let at_edge =
            |passed: &[f64; READINGS]| self.conversion.count_small(passed.last().copied().unwrap_or(f64::NAN));
        let mut booked = 0;
        let (fours, rest) = value.as_chunks::<4>();
        let (four_slots, other_slots) = slots.as_chunks_mut::<4>();
        for (value, slots) in fours.iter().zip(four_slots) {
            let [a, b, c, d] = [at_edge(&value[0]), at_edge(&value[1]), at_edge(&value[2]), at_edge(&value[3])];
            if !Count::are_sure([a, b, c, d]) {
                return booked;
            }
            *slots = [energy(a), energy(b), energy(c), energy(d)];
            booked += 4;
        }
        for (value, slot) in rest.iter().zip(other_slots) {
            let count = at_edge(value);
            if !Count::are_sure([count]) {
                return booked;
            }
            *slot = energy(count);
            booked += 1;
        }
        booked
    }
}
