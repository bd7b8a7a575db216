//! Cleaning (数据清洗): one meter's readings become flows of known energy and holes of unknown energy.
//!
//! [`Rows`] are the readings in the order of time. [`prepare`] turns some of them into [`Point`]s: exact units, one point
//! per instant. A chain of steps leads from each accepted point to the next accepted one; what a step finds out goes to a
//! [`Sink`]. The three kinds of meter differ only in their step, so there is one file for each. [`follow`] goes from step
//! to step, and lets registers that simply count on pass in blocks (`plain`).
//!
//! A step looks ahead no further than the chain's *reach*. That is what lets a series be cut anywhere and the pieces be
//! joined to the bits of the whole (see the ledger).

mod blocks;
mod evenly;
mod follow;
mod history;
mod interval;
mod laps;
mod plain;
mod power;
mod prepare;
mod register;
mod rows;

pub(crate) use blocks::Blocks;
pub(crate) use follow::{Stand, follow};
pub(crate) use history::{History, Rate};
pub(crate) use interval::book_in_a_row;
pub(crate) use laps::Laps;
pub(crate) use plain::{COURSE_MS, Curve};
pub(crate) use prepare::{Tally, prepare};
pub(crate) use rows::Rows;

use super::{Meter, MeterKind};
use crate::{finding::Code, quantity::text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A reading in exact units (µJ, µl, mg; mW for power samples).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// The instant; the start of an interval.
    pub at: i64,
    /// The end of an interval; otherwise the instant.
    pub until: i64,
    /// The value.
    #[serde(with = "text")]
    pub value: i128,
    /// How much of the interval the value covers.
    pub known_ms: i64,
    /// For a declared exchange: the new dial's first value.
    #[serde(with = "text::option")]
    pub restart: Option<i128>,
}

impl Point {
    /// The dial value from which the next difference is taken.
    pub(crate) fn base(&self) -> i128 {
        self.restart.unwrap_or(self.value)
    }

    /// Whether readings can lead to it.
    pub(crate) fn is_sound(&self, most: i128) -> bool {
        let (at, until, fits) = (self.at, self.until, 0..=most);
        [at, until].iter().all(|instant| prepare::TIME_RANGE.contains(instant))
            && at <= until
            && (0..=until - at).contains(&self.known_ms)
            && fits.contains(&self.value)
            && fits.contains(&self.base())
    }
}

/// Known energy over `[start, end)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub start: i64,
    pub end: i64,
    pub amount: i128,
    pub shape: Shape,
}

/// How a flow runs between its ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Evenly, as far as anybody knows: only the sum was measured.
    Even,
    /// From one power to another in a straight line, in mW.
    Ramp(i128, i128),
}

impl Flow {
    /// The amount from the start to `edge`, rounded down: parts are differences of this, so they add up.
    pub(crate) fn up_to(&self, edge: i64) -> i128 {
        if edge <= self.start {
            return 0;
        }
        if edge >= self.end {
            return self.amount;
        }
        let (passed, length) = (i128::from(edge - self.start), i128::from(self.end - self.start));
        match self.shape {
            // amount·passed/length, split so that no product leaves the range
            Shape::Even => {
                if let (Ok(amount), Ok(passed), Ok(length)) =
                    (i64::try_from(self.amount), i32::try_from(passed), i32::try_from(length))
                {
                    let (passed, length) = (i64::from(passed), i64::from(length));
                    let (whole, rest) = (amount.div_euclid(length), amount.rem_euclid(length));
                    return i128::from(whole) * i128::from(passed) + i128::from((rest * passed).div_euclid(length));
                }
                let (whole, rest) = (self.amount.div_euclid(length), self.amount.rem_euclid(length));
                whole * passed + (rest * passed).div_euclid(length)
            }
            Shape::Ramp(from, to) => {
                (2 * length * from * passed + (to - from) * passed * passed).div_euclid(2 * length)
            }
        }
    }
}

/// Unknown energy somewhere in `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hole {
    pub start: i64,
    pub end: i64,
    /// How much of the time is unknown; less than the whole where it is not known which part.
    pub missing_ms: i64,
    /// The most that can have flowed; `None`: as much as the meter's capacity or history allows in the missing time.
    #[serde(with = "text::option")]
    pub most: Option<i128>,
}

/// No reading is larger, in exact units: 10¹² kWh are 3.6·10²⁴ µJ.
pub(crate) const MOST_VALUE: i128 = 1 << 83;

/// No power is larger: 10¹² kW are 10¹⁸ mW.
pub(crate) const MOST_POWER: i128 = 1 << 60;

/// No sum of readings, and nothing that can have flowed in a time in which there are readings, is larger.
pub(crate) const MOST: i128 = 1 << 104;

impl Hole {
    /// Whether readings can lead to it.
    pub(crate) fn is_sound(&self) -> bool {
        is_stretch(self.start, self.end)
            && (0..=self.end - self.start).contains(&self.missing_ms)
            && self.most.is_none_or(|most| (0..=MOST).contains(&most))
    }
}

/// Whether two instants are the ends of a stretch of time in which readings can be.
pub(crate) fn is_stretch(start: i64, end: i64) -> bool {
    start < end && [start, end].iter().all(|instant| prepare::TIME_RANGE.contains(instant))
}

/// Takes what the cleaning finds out.
pub(crate) trait Sink {
    fn flow(&mut self, flow: Flow);
    /// Takes as many readings as take whole steps of its calendar, and says how many.
    fn laps(&mut self, laps: &Laps<'_>) -> usize;
    /// Takes a curve, all of it or, if there is more of it to come, up to one of its rows, and says up to which.
    fn curve(&mut self, curve: &Curve<'_>, more: bool) -> usize;
    fn hole(&mut self, hole: Hole);
    fn fault(&mut self, code: Code, at: i64, tally: Tally);
    fn rate(&mut self, rate: Rate);
}

/// Takes nothing: for a look that shall leave no trace.
pub(crate) struct Nowhere;

impl Sink for Nowhere {
    fn flow(&mut self, _: Flow) {}
    fn laps(&mut self, _: &Laps<'_>) -> usize {
        0
    }
    fn curve(&mut self, curve: &Curve<'_>, _: bool) -> usize {
        curve.last()
    }
    fn hole(&mut self, _: Hole) {}
    fn fault(&mut self, _: Code, _: i64, _: Tally) {}
    fn rate(&mut self, _: Rate) {}
}

/// The rules by which one meter's points follow each other.
pub(crate) struct Chain<'a> {
    pub meter: &'a Meter,
    pub history: &'a History,
}

impl Chain<'_> {
    /// How far ahead a step may have to look, in milliseconds.
    pub(crate) fn reach(&self) -> i64 {
        match self.meter.kind {
            MeterKind::Register { .. } => register::LOOK_AHEAD_MS,
            MeterKind::Interval => self.history.longest_ms,
            MeterKind::Power => 0,
        }
    }

    /// The point accepted after point `from`; `None` if the readings known so far, complete before instant
    /// `complete_until`, do not settle it. `blocks` are of the same points.
    pub(crate) fn next(&self, points: &[Point], blocks: &Blocks, from: usize, complete_until: i64) -> Option<usize> {
        match self.meter.kind {
            MeterKind::Register { .. } => register::next(self, points, blocks, from, complete_until),
            MeterKind::Interval => interval::next(points, from),
            MeterKind::Power => (from + 1 < points.len()).then_some(from + 1),
        }
    }

    /// The first point that is accepted whatever came before: whichever point within reach of the first one is accepted
    /// first, the steps from there lead to it.
    pub(crate) fn anchor(&self, points: &[Point], complete_until: i64) -> Option<usize> {
        let horizon = points.first()?.at.saturating_add(self.reach());
        if complete_until <= horizon {
            return None; // the point accepted first may lie beyond these
        }
        let within_reach = points.partition_point(|point| point.at <= horizon);
        if self.meter.kind == MeterKind::Interval {
            return interval::anchor(points, within_reach);
        }
        let blocks = Blocks::default();
        let mut open: BTreeSet<usize> = (0..within_reach).collect();
        while open.len() > 1 {
            let earliest = open.pop_first()?;
            open.insert(self.next(points, &blocks, earliest, complete_until)?);
        }
        open.pop_first()
    }

    /// Hands what happened between two points that follow each other to the sink.
    pub(crate) fn book(&self, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
        match self.meter.kind {
            MeterKind::Register { .. } => register::book(self, points, from, to, sink),
            MeterKind::Interval => interval::book(points, from, to, sink),
            MeterKind::Power => power::book(self, points, from, to, sink),
        }
    }

    /// Hands the last accepted point, and what follows it, to the sink. Returns until when the meter is known.
    pub(crate) fn finish(&self, points: &[Point], from: usize, sink: &mut impl Sink) -> i64 {
        match self.meter.kind {
            MeterKind::Interval => interval::finish(points, from, sink),
            _ => points.get(from).map_or(i64::MIN, |last| last.until),
        }
    }
}
