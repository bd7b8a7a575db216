use super::{MOST, Point, Rows, prepare::TIME_RANGE};
use crate::{
    metering::{Meter, MeterKind},
    quantity::text,
};
use serde::{Deserialize, Serialize};

/// No interval of readings is longer: four centuries.
const LONGEST_MS: i64 = 1 << 44;

/// An amount of exact units in so many milliseconds: a power, or a flow of fuel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rate {
    #[serde(with = "text")]
    pub amount: i128,
    pub ms: i64,
}

impl Rate {
    /// Whether readings can lead to it.
    pub(crate) fn is_sound(self) -> bool {
        (0..=MOST).contains(&self.amount) && self.ms > 0
    }

    /// Whether `amount` can have passed in `ms` at this rate.
    pub(crate) fn admits(self, amount: i128, ms: i64) -> bool {
        times(amount, self.ms) <= times(self.amount, ms)
    }

    /// The most that can pass in `ms`, rounded up.
    pub(crate) fn most(self, ms: i64) -> i128 {
        let product = times(self.amount, ms);
        let divisor = i128::from(self.ms.max(1));
        product.div_euclid(divisor) + i128::from(product.rem_euclid(divisor) != 0)
    }

    pub(crate) fn is_above(self, other: Rate) -> bool {
        if self.amount <= other.amount && self.ms >= other.ms {
            return false;
        }
        times(self.amount, other.ms) > times(other.amount, self.ms)
    }
}

/// The product, saturating. Nearly all amounts fit in 64 bits, and then it is a single multiplication.
fn times(amount: i128, ms: i64) -> i128 {
    match i64::try_from(amount) {
        Ok(small) => i128::from(small) * i128::from(ms),
        Err(_) => amount.saturating_mul(i128::from(ms)),
    }
}

/// How many times its own usual rate a register without a stated capacity may run (ours, a setting).
const TIMES_THE_MEDIAN: i128 = 20;

/// What the cleaning must know of the whole series before it can judge a part of it: found in a first pass that does
/// not depend on the order of readings, and handed to every piece.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    /// The fastest that a register may run: its capacity, or 20 × its own median positive rate.
    pub limit: Option<Rate>,
    /// The longest interval.
    pub longest_ms: i64,
}

impl History {
    /// Whether readings can lead to it.
    pub(crate) fn is_sound(&self) -> bool {
        self.limit.is_none_or(Rate::is_sound) && (0..=LONGEST_MS).contains(&self.longest_ms)
    }

    /// Before any reading has come: an interval may be as long as any.
    pub(crate) fn in_advance(meter: &Meter) -> Self {
        let longest_ms = if meter.kind == MeterKind::Interval { LONGEST_MS } else { 0 };
        History { longest_ms, ..History::new(meter, &[]) }
    }

    /// Of an interval meter: from the rows as they stand, usable or not.
    pub(crate) fn of_intervals(meter: &Meter, rows: &Rows<'_>) -> Self {
        let lengths = (0..rows.len()).filter_map(|row| {
            let (at, until) = rows.key(row);
            [at, until].iter().all(|instant| TIME_RANGE.contains(instant)).then(|| until - at)
        });
        History { longest_ms: lengths.max().unwrap_or(0).max(0), ..History::new(meter, &[]) }
    }

    /// From the prepared points of the whole series.
    pub(crate) fn new(meter: &Meter, points: &[Point]) -> Self {
        let longest_ms = points.iter().map(|point| point.until - point.at).max().unwrap_or(0);
        let limit = match meter.capacity {
            // 1 mW over 1 ms is 1 µJ.
            Some(capacity) => Some(Rate { amount: capacity.milliwatts().into(), ms: 1 }),
            None => median_rate(points)
                .map(|median| Rate { amount: median.amount.saturating_mul(TIMES_THE_MEDIAN), ms: median.ms }),
        };
        History { limit, longest_ms }
    }
}

/// The median of the positive rates between neighbouring points; the lower one of two.
fn median_rate(points: &[Point]) -> Option<Rate> {
    let mut rates: Vec<Rate> = points
        .iter()
        .zip(points.iter().skip(1))
        .map(|(a, b)| Rate { amount: b.value - a.base(), ms: b.at - a.at })
        .filter(|rate| rate.amount > 0 && rate.ms > 0)
        .collect();
    let middle = rates.len().checked_sub(1)? / 2;
    let (_, median, _) = rates.select_nth_unstable_by(middle, |a, b| times(a.amount, b.ms).cmp(&times(b.amount, a.ms)));
    Some(*median)
}
