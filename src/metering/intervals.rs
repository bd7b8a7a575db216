use crate::period::{day_start, local};
use jiff::{ToSpan, tz::TimeZone};

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
/// The length is that of the neighbours: the shorter of the distance to the next stamp (to the one before, for ends) and the
/// commonest of the four distances before and the four from here on (of several, the shortest). Where all stamps are local
/// month starts it is the calendar month, and the calendar day where they are local midnights, mostly 24 hours apart.
/// `None` where nothing says how long the intervals are: a single stamp that is no month start.
pub fn interval_bounds(stamps: &[i64], stamp: Stamp, zone: &TimeZone) -> Option<Vec<(i64, i64)>> {
    let mut sorted = stamps.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let monthly =
        sorted.iter().all(|&at| local(at, zone).date().day() == 1 && day_start(local(at, zone).date(), zone) == at);
    let distances: Vec<i64> =
        sorted.iter().zip(sorted.iter().skip(1)).map(|(before, after)| after.saturating_sub(*before)).collect();
    if !monthly && distances.is_empty() {
        return None;
    }
    let daily = !monthly
        && 2 * distances.iter().filter(|&&distance| distance == 86_400_000).count() > distances.len()
        && sorted.iter().all(|&at| day_start(local(at, zone).date(), zone) == at);
    let away = |at: i64, here: usize| {
        if monthly || daily {
            let one = if daily { 1.day() } else { 1.month() };
            let step = if stamp == Stamp::Start { one } else { -one };
            return local(at, zone).date().checked_add(step).map_or(at, |date| day_start(date, zone));
        }
        let around = distances.get(here.saturating_sub(4)..(here + 4).min(distances.len())).unwrap_or_default();
        let length = commonest(around);
        if stamp == Stamp::Start { at.saturating_add(length) } else { at.saturating_sub(length) }
    };
    let bounds = stamps.iter().map(|&at| {
        let here = sorted.partition_point(|&other| other < at);
        match stamp {
            Stamp::Start => (at, away(at, here).min(sorted.get(here + 1).copied().unwrap_or(i64::MAX))),
            Stamp::End => {
                let before = here.checked_sub(1).and_then(|i| sorted.get(i)).copied().unwrap_or(i64::MIN);
                (away(at, here).max(before), at)
            }
        }
    });
    Some(bounds.collect())
}

/// The commonest of a few distances; of several, the shortest.
fn commonest(distances: &[i64]) -> i64 {
    let count = |distance: i64| distances.iter().filter(|&&other| other == distance).count();
    let commonest = distances.iter().copied().max_by_key(|&distance| (count(distance), std::cmp::Reverse(distance)));
    commonest.unwrap_or(0)
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
    fn each_stretch_has_its_own_spacing() {
        let zone = time_zone("Asia/Shanghai").unwrap();
        let stamps: Vec<i64> =
            (0..6).map(|hour| hour * H).chain((0..8).map(|quarter| 6 * H + quarter * H / 4)).collect();
        let starts = interval_bounds(&stamps, Stamp::Start, &zone).unwrap();
        assert!(starts.iter().zip(starts.iter().skip(1)).all(|(a, b)| a.1 == b.0));
        assert_eq!(starts[13], (7 * H + 3 * H / 4, 8 * H));
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
