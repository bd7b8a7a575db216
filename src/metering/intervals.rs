use crate::period::{day_start, local};
use jiff::{ToSpan, tz::TimeZone};
use std::collections::HashMap;

/// What the single stamp of an interval marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Its start.
    Start,
    /// Its end.
    End,
}

/// The bounds `[start, end)` of intervals that carry one stamp each, in the order given.
///
/// The length is the usual spacing: the commonest distance between neighbouring stamps (of several, the shortest), or
/// the calendar month where all stamps are local month starts, and the calendar day where it is 24 hours between local
/// midnights; it never reaches past the neighbouring stamp. `None`
/// where nothing says how long the intervals are: a single stamp that is no month start.
pub fn interval_bounds(stamps: &[i64], stamp: Stamp, zone: &TimeZone) -> Option<Vec<(i64, i64)>> {
    let mut sorted = stamps.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let monthly =
        sorted.iter().all(|&at| local(at, zone).date().day() == 1 && day_start(local(at, zone).date(), zone) == at);
    let distance = if monthly { None } else { Some(commonest_distance(&sorted)?) };
    let at_midnight = || sorted.iter().all(|&at| day_start(local(at, zone).date(), zone) == at);
    let daily = distance == Some(86_400_000) && at_midnight();
    let spacing = distance.filter(|_| !daily);
    let away = |at: i64| match (spacing, stamp) {
        (Some(distance), Stamp::Start) => at.saturating_add(distance),
        (Some(distance), Stamp::End) => at.saturating_sub(distance),
        (None, _) => {
            let one = if daily { 1.day() } else { 1.month() };
            let step = if stamp == Stamp::Start { one } else { -one };
            local(at, zone).date().checked_add(step).map_or(at, |date| day_start(date, zone))
        }
    };
    let bounds = stamps.iter().map(|&at| {
        let here = sorted.partition_point(|&other| other < at);
        match stamp {
            Stamp::Start => (at, away(at).min(sorted.get(here + 1).copied().unwrap_or(i64::MAX))),
            Stamp::End => {
                let before = here.checked_sub(1).and_then(|i| sorted.get(i)).copied().unwrap_or(i64::MIN);
                (away(at).max(before), at)
            }
        }
    });
    Some(bounds.collect())
}

fn commonest_distance(sorted: &[i64]) -> Option<i64> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for (before, after) in sorted.iter().zip(sorted.iter().skip(1)) {
        *counts.entry(after.saturating_sub(*before)).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|&(distance, count)| (count, std::cmp::Reverse(distance)))
        .map(|(distance, _)| distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{Granularity, Period, time_zone};

    const H: i64 = 3_600_000;

    #[test]
    fn the_usual_spacing_is_kept_over_a_hole() {
        let zone = time_zone("Asia/Shanghai").unwrap();
        let stamps = [0, H, 2 * H, 5 * H, 6 * H];
        let starts = interval_bounds(&stamps, Stamp::Start, &zone).unwrap();
        assert_eq!(starts, [(0, H), (H, 2 * H), (2 * H, 3 * H), (5 * H, 6 * H), (6 * H, 7 * H)]);
        let ends = interval_bounds(&stamps, Stamp::End, &zone).unwrap();
        assert_eq!(ends[3], (4 * H, 5 * H));
        assert_eq!(interval_bounds(&[5 * H], Stamp::Start, &zone), None);
    }

    #[test]
    fn midnights_mean_calendar_days() {
        let zone = time_zone("America/Denver").unwrap();
        let edges = Period::parse("2024-10-25/2024-11-10", zone.clone()).unwrap().edges(Granularity::Day);
        let days = interval_bounds(&edges[..edges.len() - 1], Stamp::Start, &zone).unwrap();
        assert!(days.iter().zip(edges.windows(2)).all(|(day, edge)| (day.0, day.1) == (edge[0], edge[1])));
    }

    #[test]
    fn month_starts_mean_calendar_months() {
        let zone = time_zone("America/Denver").unwrap();
        let edges = Period::year(2024, zone.clone()).unwrap().edges(Granularity::Month);
        let months = interval_bounds(&edges[..12], Stamp::Start, &zone).unwrap();
        assert!(months.iter().zip(edges.windows(2)).all(|(month, edge)| (month.0, month.1) == (edge[0], edge[1])));
        assert_eq!(interval_bounds(&edges[1..], Stamp::End, &zone).unwrap(), months);
    }
}
