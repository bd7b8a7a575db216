//! Equal readings of intervals or power samples in a row: a frozen meter shows them, and so does a steady load.

use super::{Chain, Point, history::STAND_COUNT};

/// The first point from `from` on that differs from the one before it.
pub(super) fn first_after(points: &[Point], from: usize) -> Option<usize> {
    (from..points.len()).find(|&i| !is_same(points, i))
}

/// Whether a point shows the same as the one before it.
pub(super) fn is_same(points: &[Point], i: usize) -> bool {
    let before = i.checked_sub(1).and_then(|before| points.get(before));
    before.zip(points.get(i)).is_some_and(|(before, point)| before.dial == point.dial)
}

/// Whether the stand that begins at a point is longer than usual; `None` if the points so far do not say.
pub(super) fn is_stuck(chain: &Chain<'_>, points: &[Point], from: usize, complete_until: i64) -> Option<bool> {
    let first = points.get(from)?;
    if chain.history.stand_ms == i64::MAX {
        return Some(false);
    }
    for (before, point) in points.get(from..).unwrap_or_default().iter().enumerate() {
        if point.dial != first.dial {
            return Some(false);
        }
        if before as u64 >= STAND_COUNT && point.until - first.at > chain.history.stand_ms {
            return Some(true);
        }
    }
    (complete_until == i64::MAX).then_some(false)
}
