//! Cleaning (数据清洗): one meter's readings become flows of known energy and holes of unknown energy.
//!
//! [`Rows`] are the readings in the order of time. [`prepare`] turns some of them into [`Point`]s: exact units, one point
//! per instant. A chain of steps leads from each accepted point to the next accepted one; what a step finds out goes to a
//! [`Sink`]. The three kinds of meter differ only in their step, so there is one file for each. [`follow`] goes from step
//! to step, and lets registers that simply count on pass in blocks (`plain`).
//!
//! A step looks ahead no further than the chain's *reach*. That is what lets a series be cut anywhere and the pieces be
//! joined to the bits of the whole (see the ledger).

mod bins;
mod breaks;
mod evenly;
mod first;
mod follow;
mod history;
mod interval;
mod laps;
pub(crate) mod looked;
pub(crate) mod packed;
mod pass;
mod plain;
mod power;
mod prepare;
mod register;
mod resets;
mod rows;
mod stands;

pub(crate) use breaks::Breaks;
pub(crate) use first::first_pass;
pub(crate) use follow::{Stand, follow};
use history::Judged;
pub(crate) use history::{History, MOST, Rate};
pub(crate) use interval::book_in_a_row;
pub(crate) use laps::Laps;
pub(crate) use pass::Pass;
pub(crate) use plain::{COURSE_MS, Curve};
pub(crate) use prepare::{Tally, prepare};
pub(crate) use register::squeeze;
pub(crate) use rows::Rows;

use super::{Meter, MeterKind};
use crate::{
    finding::Code,
    quantity::{Dimension, text},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A reading in exact units (µJ, µl, mg; mW for power samples).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// The instant; the start of an interval; of equal readings of a register in a row, the first.
    pub at: i64,
    /// The end of an interval; otherwise the instant; of equal readings in a row, the last.
    pub until: i64,
    /// The value.
    pub value: i128,
    /// The value as it came, in the unit of the first dial.
    pub dial: f64,
    /// How much of the interval the value covers.
    pub known_ms: i64,
    /// How many equal readings in a row it stands for.
    pub count: u64,
    /// Whether somebody estimated it.
    pub estimated: bool,
    /// Where the dial starts anew: for a declared exchange, the new dial's first value.
    pub restart: Option<Dial>,
}

/// A dial value, exact and as it came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dial {
    #[serde(with = "text")]
    pub value: i128,
    #[serde(with = "text")]
    pub dial: f64,
}

impl Point {
    /// The exact dial value from which the next difference is taken.
    pub(crate) fn base(&self) -> i128 {
        self.restart.map_or(self.value, |restart| restart.value)
    }

    /// The same as it came.
    pub(crate) fn base_dial(&self) -> f64 {
        self.restart.map_or(self.dial, |restart| restart.dial)
    }

    /// The rate of an interval: the dial over the time that it covers, or the power that it states.
    fn rate(&self, meter: &Meter) -> f64 {
        if meter.unit.dimension() == Dimension::Power { self.dial } else { self.dial / self.known_ms as f64 }
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(crate) fn is_sound(&self, meter: &Meter, most: i128) -> bool {
        let least = if prepare::may_be_negative(meter) { -most } else { 0 };
        let (at, until, fits) = (self.at, self.until, least..=most);
        [at, until].iter().all(|instant| prepare::TIME_RANGE.contains(instant))
            && at <= until
            && (0..=until - at).contains(&self.known_ms)
            && fits.contains(&self.value)
            && fits.contains(&self.base())
            && (1..=1 << 48).contains(&self.count)
            && self.dial.is_finite()
            && self.base_dial().is_finite()
    }
}

/// Known energy over `[start, end)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub start: i64,
    pub end: i64,
    pub amount: i128,
    pub shape: Shape,
    /// Whether somebody estimated it.
    pub estimated: bool,
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

/// Unknown energy somewhere in `[start, end)`, between a least and a most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hole {
    pub start: i64,
    pub end: i64,
    /// How much of the time is unknown; less than the whole where it is not known which part.
    pub missing_ms: i64,
    /// The least that must have flowed.
    #[serde(with = "text")]
    pub least: i128,
    /// The most that can have flowed; `None`: nothing bounds it.
    #[serde(with = "text::option")]
    pub most: Option<i128>,
}

/// No reading is larger, in exact units: 10¹² kWh are 3.6·10²⁴ µJ.
pub(crate) const MOST_VALUE: i128 = 1 << 83;

/// No power is larger: 10¹² kW are 10¹⁸ mW.
pub(crate) const MOST_POWER: i128 = 1 << 60;

impl Hole {
    /// A stretch of which nothing is known.
    pub(crate) fn of_all(start: i64, end: i64, most: Option<i128>) -> Self {
        Hole { start, end, missing_ms: end - start, least: 0, most }
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(crate) fn is_sound(&self) -> bool {
        is_stretch(self.start, self.end)
            && (0..=self.end - self.start).contains(&self.missing_ms)
            && (-MOST..=MOST).contains(&self.least)
            && self.most.is_none_or(|most| (self.least..=MOST).contains(&most))
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
    /// Takes a fall from one instant to another, after a height that the dial had reached.
    fn fallen(&mut self, from: i64, at: i64, height: f64);
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
    fn fallen(&mut self, _: i64, _: i64, _: f64) {}
}

/// The rules by which one meter's points follow each other.
pub(crate) struct Chain<'a> {
    pub meter: &'a Meter,
    pub history: &'a History,
    pub zone: &'a TimeZone,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(meter: &'a Meter, history: &'a History, zone: &'a TimeZone) -> Self {
        Chain { meter, history, zone }
    }

    /// What preparing the points of a stretch has to know.
    pub(crate) fn of(&self, window: (i64, i64)) -> ((i64, i64), &'a History, &'a TimeZone) {
        (window, self.history, self.zone)
    }

    /// Where a point stands among the rows.
    pub(crate) fn place(&self, point: &Point) -> (i64, i64) {
        match self.meter.kind {
            MeterKind::Register { .. } => (point.until, point.until),
            _ => (point.at, point.until),
        }
    }

    /// How far ahead a step may have to look, in milliseconds.
    pub(crate) fn reach(&self) -> i64 {
        match self.meter.kind {
            MeterKind::Register { .. } => register::LOOK_AHEAD_MS,
            MeterKind::Interval => self.history.longest_ms,
            MeterKind::Power => 0,
        }
    }

    /// The point accepted after point `from`; `None` if the readings known so far, complete before instant
    /// `complete_until`, do not settle it. `breaks` are of the same points.
    pub(crate) fn next(&self, points: &[Point], breaks: &Breaks, from: usize, complete_until: i64) -> Option<usize> {
        match self.meter.kind {
            MeterKind::Register { .. } => register::next(self, points, breaks, from, complete_until),
            MeterKind::Interval => interval::next(self, points, from),
            MeterKind::Power => power::next(self, points, from, complete_until),
        }
    }

    /// The first point that is accepted whatever came before: whichever point within reach of the first one is accepted
    /// first, the steps from there lead to it.
    pub(crate) fn anchor(&self, points: &[Point], complete_until: i64) -> Option<usize> {
        let first = points.first()?;
        match self.meter.kind {
            MeterKind::Register { .. } => {}
            MeterKind::Interval => return interval::anchor(points, first.at.saturating_add(self.reach())),
            MeterKind::Power => return stands::first_after(points, 1),
        }
        if self.meter.resets().is_some() {
            // Of a reading at the moment of a reset only the one before says to which count it belongs.
            let is_sure = |point: &Point| !resets::belongs_to_old_count(self, None, point);
            return points.iter().skip(1).position(is_sure).map(|i| i + 1);
        }
        // What the first shows may have begun before it.
        let second = points.get(1)?;
        let horizon = second.at.saturating_add(self.reach());
        if complete_until <= horizon {
            return None; // the point accepted first may lie beyond these
        }
        let within_reach = points.partition_point(|point| point.at <= horizon);
        let breaks = Breaks::default();
        let mut open: BTreeSet<usize> = (1..within_reach.max(3)).collect();
        while open.len() > 1 {
            let earliest = open.pop_first()?;
            open.insert(self.next(points, &breaks, earliest, complete_until)?);
        }
        open.pop_first().filter(|&anchor| anchor < points.len())
    }

    /// How many points have to be kept so that the steps that lead to an anchor come out the same; `None` if more are needed
    /// than there are.
    pub(crate) fn keep(&self, points: &[Point], anchor: usize, complete_until: i64) -> Option<usize> {
        let at = points.get(anchor)?.at;
        let horizon = at.saturating_add(self.reach());
        let kept = match self.meter.kind {
            MeterKind::Register { .. } => points.partition_point(|point| point.at <= horizon).max(anchor + 2),
            MeterKind::Interval | MeterKind::Power => {
                let stand = stands::first_after(points, anchor + 1).map_or(usize::MAX, |next| next + 1);
                if complete_until < i64::MAX && stand > points.len() {
                    return None;
                }
                points.partition_point(|point| point.at <= horizon).max(stand)
            }
        };
        (complete_until > horizon || kept < points.len()).then_some(kept.min(points.len()))
    }

    /// What is known of a point that is accepted after another, besides what it shows.
    pub(crate) fn accepted(&self, before: Option<&Point>, mut point: Point) -> Point {
        if point.restart.is_none() && resets::belongs_to_old_count(self, before, &point) {
            point.restart = Some(Dial { value: 0, dial: 0.0 });
        }
        point
    }

    /// Hands what happened between two points that follow each other to the sink.
    pub(crate) fn book(&self, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
        match self.meter.kind {
            MeterKind::Register { .. } => register::book(self, points, from, to, sink),
            MeterKind::Interval => interval::book(self, points, from, to, sink),
            MeterKind::Power => power::book(self, points, from, to, sink),
        }
    }

    /// Hands the last accepted point, and what follows it, to the sink. Returns until when the meter is known.
    pub(crate) fn finish(&self, points: &[Point], from: usize, sink: &mut impl Sink) -> i64 {
        match self.meter.kind {
            MeterKind::Interval => interval::finish(self, points, from, sink),
            MeterKind::Power => power::finish(self, points, from, sink),
            MeterKind::Register { .. } => {
                let Some(last) = points.get(from) else { return i64::MIN };
                register::stand(self, last, sink);
                last.until
            }
        }
    }

    /// Whether a dial that rose by so much may as well have turned once more.
    fn may_turn(&self, rise: f64, ms: i64, end: i64) -> bool {
        // Where even the shortest step leaves time for a turn, what is usual may have been learned from turned dials.
        let is_blind = self.is_bounded_by_capacity()
            && self.modulus(end).is_some_and(|modulus| !self.history.is_break(modulus, self.history.shortest_ms));
        match self.history.usual.filter(|_| !is_blind) {
            Some(_) => self.history.judge(rise, ms, end) != Judged::Above,
            None => !self.history.is_break(rise, ms),
        }
    }

    /// Whether what it can carry is stated, and bears out.
    fn is_bounded_by_capacity(&self) -> bool {
        self.history.contradicted.is_none() && history::capacity(self.meter).is_some()
    }

    fn stated_modulus(&self) -> Option<f64> {
        match self.meter.kind {
            MeterKind::Register { modulus, .. } => modulus,
            _ => None,
        }
    }

    /// The modulus of the dial that is read at an instant, in the unit of the first dial.
    fn modulus(&self, at: i64) -> Option<f64> {
        let modulus = self.stated_modulus()?;
        Some(if self.meter.events.is_empty() {
            modulus
        } else {
            modulus * self.meter.multiplier_at(at) / self.meter.multiplier
        })
    }

    /// The same in exact units.
    fn exact_modulus(&self, at: i64) -> Option<i128> {
        self.meter.conversion(at).exact(self.stated_modulus()?).ok()
    }
}
