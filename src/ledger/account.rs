use super::steps::Amounts;
use crate::{
    finding::Code,
    metering::{
        Meter,
        clean::{COURSE_MS, Curve, Flow, Hole, Laps, MOST_VALUE, Rows, Shape, Sink, Tally, is_stretch},
    },
    quantity::text,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Range};

/// Faults by code: how many, when first, the particulars of the first.
pub(super) type Log = BTreeMap<Code, (u64, i64, Tally)>;

/// A stretch of time whose sum is known, but not its course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Span {
    pub start: i64,
    pub end: i64,
    #[serde(with = "text")]
    pub amount: i128,
}

impl Span {
    /// Whether it lies partly within a stretch and partly outside of it.
    pub(crate) fn reaches_over(&self, part: &Range<i64>) -> bool {
        let touches = self.start < part.end && self.end > part.start;
        touches && (self.start < part.start || self.end > part.end)
    }

    /// The energy that was booked to a part of it, evenly.
    pub(crate) fn within(&self, part: &Range<i64>) -> i128 {
        let (start, end, amount) = (self.start, self.end, self.amount);
        let flow = Flow { start, end, amount, shape: Shape::Even, estimated: false };
        flow.up_to(part.end) - flow.up_to(part.start)
    }
}

/// What has been booked so far. Accounts of different stretches add up in any order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Account {
    #[serde(skip_serializing_if = "Amounts::are_nothing")]
    pub energy: Amounts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holes: Vec<Hole>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    #[serde(skip_serializing_if = "Log::is_empty")]
    pub log: Log,
    /// What of the energy was estimated by others.
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    pub estimated: Amounts,
    /// The first falls of a dial, in time order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub falls: Vec<Fall>,
    /// How many readings came in.
    pub rows: u64,
    /// When the first of them is, or starts, and the last of them: the instant twice, or start and end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<(i64, (i64, i64))>,
}

/// A fall of a dial from a height, between two readings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fall {
    pub from: i64,
    pub at: i64,
    #[serde(with = "text")]
    pub height: f64,
}

/// So many falls are kept: enough to see what they have in common.
const FALLS: usize = 64;

impl Account {
    /// Of some rows, of which nothing has been booked yet.
    pub(super) fn of(rows: &Rows<'_>, range: &Range<usize>) -> Self {
        let last = range.end.checked_sub(1).filter(|_| !range.is_empty());
        let ends = last.map(|last| (rows.key(range.start).0, rows.key(last)));
        Account { rows: range.len() as u64, ends, ..Account::default() }
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(super) fn is_sound(&self, meter: &Meter, steps: usize) -> bool {
        // Only what is given back is below zero.
        let least = if meter.net { -MOST_VALUE } else { 0 };
        let amounts_fit = self.spans.iter().all(|span| (least..=MOST_VALUE).contains(&span.amount));
        self.energy.is_sound(steps, meter.net)
            && self.holes.iter().all(Hole::is_sound)
            && self.spans.iter().all(|span| is_stretch(span.start, span.end))
            && amounts_fit
            && self.estimated.is_sound(steps, meter.net)
            && self.falls.len() <= FALLS
            && self.falls.iter().all(|fall| fall.height.is_finite() && is_stretch(fall.from, fall.at))
    }

    pub(super) fn add(&mut self, other: Account) {
        self.energy.add_all(other.energy);
        self.holes.extend(other.holes);
        self.spans.extend(other.spans);
        self.rows = self.rows.saturating_add(other.rows);
        self.ends = match (self.ends, other.ends) {
            (Some(mine), Some(theirs)) => Some((mine.0.min(theirs.0), mine.1.max(theirs.1))),
            (mine, theirs) => mine.or(theirs),
        };
        for (code, (count, at, tally)) in other.log {
            note(&mut self.log, code, count, at, tally);
        }
        self.estimated.add_all(other.estimated);
        self.falls.extend(other.falls);
        self.falls.sort_by_key(|fall| fall.at);
        self.falls.truncate(FALLS);
    }
}

/// Whether a reading with this fault is not used.
pub(crate) fn rejects(code: Code) -> bool {
    matches!(
        code,
        Code::ReadingDuplicate
            | Code::ReadingConflict
            | Code::ReadingMissing
            | Code::ReadingNotFinite
            | Code::ReadingBelowZero
            | Code::ReadingOutOfRange
            | Code::ReadingTooLarge
            | Code::ReadingEstimated
            | Code::RegisterGlitch
            | Code::RegisterSpike
            | Code::IntervalImpossible
            | Code::PowerImpossible
            | Code::IntervalOverlap
            | Code::IntervalReversed
    )
}

fn note(log: &mut Log, code: Code, count: u64, at: i64, tally: Tally) {
    let Some(entry) = log.get_mut(&code) else {
        log.insert(code, (count, at, tally));
        return;
    };
    entry.0 = entry.0.saturating_add(count);
    // Of several at once, one that does not depend on their order.
    let (mut first, other) =
        if (at, tally.rank()) < (entry.1, entry.2.rank()) { (tally, entry.2) } else { (entry.2, tally) };
    first.add_stakes(&other);
    (entry.1, entry.2) = (entry.1.min(at), first);
}

/// Books flows into the steps of a calendar.
pub(super) struct Booking<'a> {
    account: &'a mut Account,
    edges: &'a [i64],
    /// The step of the last flow: flows come in time order, mostly.
    step: usize,
}

impl<'a> Booking<'a> {
    pub(super) fn new(account: &'a mut Account, edges: &'a [i64]) -> Self {
        account.energy.resize(edges.len().saturating_sub(1));
        Booking { account, edges, step: 0 }
    }

    fn edge(&self, i: usize) -> i64 {
        self.edges.get(i).copied().unwrap_or(i64::MAX)
    }

    /// Makes the step that holds an instant the current one.
    fn go_to(&mut self, instant: i64) {
        let holds = |step: usize| self.edge(step) <= instant && instant < self.edge(step + 1);
        if holds(self.step) {
            return;
        }
        if holds(self.step + 1) {
            self.step += 1;
        } else {
            self.step = self.edges.partition_point(|&edge| edge <= instant).saturating_sub(1);
        }
    }

    fn outer(&self) -> (i64, i64) {
        (self.edge(0), self.edges.last().copied().unwrap_or(i64::MIN))
    }
}

impl Sink for Booking<'_> {
    fn flow(&mut self, flow: Flow) {
        let (first, last) = self.outer();
        if flow.end <= first || flow.start >= last || flow.end <= flow.start {
            return;
        }
        let start = flow.start.max(first);
        self.go_to(start);
        if flow.start >= first && flow.end <= self.edge(self.step + 1) {
            self.account.energy.add(self.step, flow.amount);
            if flow.estimated {
                self.account.estimated.resize(self.edges.len().saturating_sub(1));
                self.account.estimated.add(self.step, flow.amount);
            }
            return;
        }
        // Of nothing the course is known.
        if flow.end - flow.start > COURSE_MS && flow.amount != 0 && matches!(flow.shape, Shape::Even) {
            self.account.spans.push(Span { start: flow.start, end: flow.end, amount: flow.amount });
        }
        let mut booked = flow.up_to(start);
        while self.edge(self.step) < flow.end {
            let upto = flow.up_to(self.edge(self.step + 1).min(flow.end));
            self.account.energy.add(self.step, upto - booked);
            if flow.estimated {
                self.account.estimated.resize(self.edges.len().saturating_sub(1));
                self.account.estimated.add(self.step, upto - booked);
            }
            booked = upto;
            if self.edge(self.step + 1) >= flow.end {
                break;
            }
            self.step += 1;
        }
    }

    fn laps(&mut self, laps: &Laps<'_>) -> usize {
        let (start, (first, last)) = (laps.start(), self.outer());
        if start < first || start >= last {
            return 0;
        }
        self.go_to(start);
        let Account { energy, log, .. } = &mut *self.account;
        let (Some(edges), Some(slots)) = (self.edges.get(self.step..), energy.narrow_from(self.step)) else { return 0 };
        let (rows, edges) = laps.fill(edges, slots, |code, at, tally| note(log, code, 1, at, tally));
        self.step += edges;
        rows
    }

    fn curve(&mut self, curve: &Curve<'_>, more: bool) -> usize {
        let (first, last) = self.outer();
        if curve.end() <= first || curve.start() >= last {
            return curve.last();
        }
        let (start, end) = (curve.start().max(first), curve.end().min(last));
        self.go_to(start);
        let (mut booked, mut row) = curve.at(start, 0);
        loop {
            let edge = self.edge(self.step + 1);
            if edge >= end {
                if more && row > 0 && edge > end && curve.has(self.edge(self.step), row) {
                    return row; // the step goes on with what comes
                }
                self.account.energy.add(self.step, curve.at(end, row).0 - booked);
                return curve.last();
            }
            let (upto, at) = curve.at(edge, row);
            self.account.energy.add(self.step, upto - booked);
            (booked, row) = (upto, at);
            self.step += 1;
        }
    }

    fn hole(&mut self, hole: Hole) {
        let (first, last) = self.outer();
        if hole.start < last && hole.end > first {
            self.account.holes.push(hole);
        }
    }

    fn fault(&mut self, code: Code, at: i64, tally: Tally) {
        let (first, last) = self.outer();
        if at <= last && tally.until.unwrap_or(at) >= first {
            note(&mut self.account.log, code, 1, at, tally);
        }
    }

    fn fallen(&mut self, from: i64, at: i64, height: f64) {
        // They come in time order, but for the seams of pieces.
        let falls = &mut self.account.falls;
        if falls.len() < FALLS || falls.last().is_some_and(|last| at < last.at) {
            falls.push(Fall { from, at, height });
            falls.sort_by_key(|fall| fall.at);
            falls.truncate(FALLS);
        }
    }
}
