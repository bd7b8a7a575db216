use crate::metering::clean::Hole;
use std::{collections::BTreeSet, ops::Range};

/// How much of a stretch of time is unknown to at least one of several meters, in milliseconds.
///
/// Holes with a place are united. Where only the amount is known (`known_h`), equal holes of several meters count once:
/// the same source says the same of the same hours; others add up.
pub(crate) fn unknown_ms<'a>(meters: impl IntoIterator<Item = &'a [Hole]>, part: Range<i64>) -> i64 {
    let mut placed: Vec<(i64, i64)> = Vec::new();
    let mut vague: BTreeSet<(i64, i64, i64)> = BTreeSet::new();
    for hole in meters.into_iter().flatten() {
        let (start, end) = (hole.start.max(part.start), hole.end.min(part.end));
        if start >= end || hole.missing_ms == 0 {
            continue;
        }
        if hole.missing_ms == hole.end - hole.start {
            placed.push((start, end));
        } else {
            vague.insert((hole.start, hole.end, hole.missing_ms));
        }
    }
    placed.sort_unstable();
    let (mut unknown, mut reached) = (0, i64::MIN);
    for (start, end) in placed {
        unknown += (end - start.max(reached)).max(0);
        reached = reached.max(end);
    }
    for (start, end, missing) in vague {
        let within = i128::from(end.min(part.end) - start.max(part.start));
        // The part's share of what is missing, rounded up; i128 because both are milliseconds.
        let share = (i128::from(missing) * within + i128::from(end - start) - 1) / i128::from(end - start);
        unknown += share as i64;
    }
    unknown.min(part.end - part.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(start: i64, end: i64, missing_ms: i64) -> Hole {
        Hole { start, end, missing_ms, least: 0, most: None }
    }

    #[test]
    fn placed_holes_unite_and_vague_ones_add() {
        let a = [hole(0, 10, 10), hole(20, 40, 5)];
        let b = [hole(5, 15, 10), hole(20, 40, 5)];
        assert_eq!(unknown_ms([a.as_slice(), &b], 0..100), 15 + 5);
        assert_eq!(unknown_ms([a.as_slice(), &b], 0..30), 15 + 3);
        assert_eq!(unknown_ms([a.as_slice(), &[hole(20, 40, 6)]], 20..40), 11);
    }
}
