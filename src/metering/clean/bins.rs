use super::history::FACTOR;
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;

/// Series shorter than this are looked at by stretches of two hours instead of days.
const SHORT_MS: i64 = 12 * DAY_MS;

/// The least and the greatest rate of each UTC day in which readings end; of two hours, if first and last reading are less
/// than twelve days apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Bins {
    are_days: bool,
    /// In the order of time.
    rates: Vec<(i64, Bin)>,
}

/// Least and greatest rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Bin {
    #[serde(with = "crate::quantity::text")]
    least: f64,
    #[serde(with = "crate::quantity::text")]
    greatest: f64,
}

/// What is usual of the rates in some bins.
pub(super) struct Reached {
    pub lowest: f64,
    pub highest: f64,
    /// The bins from the first to the last that reaches a rate.
    bins: Vec<(i64, f64)>,
    length: i64,
}

impl Reached {
    /// From when until when rates are reached that are not below an edge.
    pub(super) fn lives_above(&self, edge: f64) -> Option<(i64, i64)> {
        let reaches = |bin: &&(i64, f64)| bin.1 >= edge;
        let (first, last) = (self.bins.iter().find(reaches)?, self.bins.iter().rfind(reaches)?);
        Some((first.0 * self.length, (last.0 + 1) * self.length))
    }
}

/// Fewer bins than this say nothing of what is usual.
const FEWEST: usize = 5;

/// A rate is usual if it is reached in so many groups of neighbouring bins that leave it in between,
const GROUPS: usize = 3;

/// or in so many days on end, or in a quarter of all bins. Days on end say nothing of rates so far below the median as none
/// may be above it: a stretch at a thousandth is no habit.
const DAYS_ON_END: usize = 10;

/// A rate so many times above the median of the bins' greatest is none of this meter's.
const TIMES_THE_MEDIAN: f64 = 20.0;

impl Bins {
    const fn length(&self) -> i64 {
        if self.are_days { DAY_MS } else { 2 * 3_600_000 }
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(super) fn are_sound(&self) -> bool {
        let places = -(1 << 33)..=1_i64 << 33;
        let in_order = self.rates.is_sorted_by(|a, b| a.0 < b.0);
        in_order
            && self.rates.iter().all(|(bin, rates)| {
                places.contains(bin)
                    && rates.least.is_finite()
                    && rates.greatest.is_finite()
                    && rates.least <= rates.greatest
            })
    }

    /// Adds rates between readings of a bin; `end` is the end of a step in it.
    pub(super) fn add(&mut self, end: i64, least: f64, greatest: f64) {
        let place = end.div_euclid(self.length());
        // Nearly always the last one, or one after it.
        let at = match self.rates.last() {
            Some((last, _)) if *last == place => self.rates.len() - 1,
            Some((last, _)) if *last > place => self.rates.partition_point(|(bin, _)| *bin < place),
            _ => self.rates.len(),
        };
        match self.rates.get_mut(at) {
            Some((bin, rates)) if *bin == place => {
                *rates = Bin { least: rates.least.min(least), greatest: rates.greatest.max(greatest) };
            }
            _ => self.rates.insert(at, (place, Bin { least, greatest })),
        }
    }

    /// The end of the bin that holds an instant.
    pub(super) fn end_of(&self, instant: i64) -> i64 {
        (instant.div_euclid(self.length()) + 1).saturating_mul(self.length())
    }

    /// Says how long the series is of which these are bins.
    pub(super) fn settle(&mut self, span_ms: i64) {
        if self.are_days || span_ms < SHORT_MS {
            return;
        }
        let fine = std::mem::take(self);
        self.are_days = true;
        fine.rates.into_iter().for_each(|(bin, rates)| self.add(bin * fine_length(), rates.least, rates.greatest));
    }

    /// Adds the bins of another stretch of the same series.
    pub(super) fn join(&mut self, mut other: Bins) {
        if self.are_days != other.are_days {
            self.settle(SHORT_MS);
            other.settle(SHORT_MS);
        }
        for (bin, rates) in other.rates {
            self.add(bin * self.length(), rates.least, rates.greatest);
        }
    }

    /// 20 × the lower median of the bins' positive greatest rates; infinite if there is none.
    pub(super) fn own_limit(median: Option<f64>) -> f64 {
        median.map_or(f64::INFINITY, |median| TIMES_THE_MEDIAN * median)
    }

    /// The lower median of the bins' positive greatest rates.
    pub(super) fn median(&self) -> Option<f64> {
        let mut positive: Vec<f64> =
            self.rates.iter().map(|(_, bin)| bin.greatest).filter(|greatest| *greatest > 0.0).collect();
        let middle = positive.len().checked_sub(1)? / 2;
        Some(*positive.select_nth_unstable_by(middle, f64::total_cmp).1)
    }

    /// The highest rate below a limit.
    pub(super) fn highest(&self, limit: f64) -> Option<f64> {
        self.rates.iter().map(|(_, bin)| bin.greatest).filter(|greatest| *greatest <= limit).reduce(f64::max)
    }

    /// The first bin with a rate above a limit, and how many there are.
    pub(super) fn above(&self, limit: f64) -> Option<(i64, u64)> {
        let mut above = self.rates.iter().filter(|(_, bin)| bin.greatest > limit);
        let (first, _) = above.next()?;
        Some((first * self.length(), 1 + above.count() as u64))
    }

    /// The rates that are reached usually; `None`: there are too few bins to say.
    pub(super) fn reached(&self, median: Option<f64>) -> Option<Reached> {
        if self.rates.len() < FEWEST {
            return None;
        }
        let limit = Bins::own_limit(median);
        // A bin whose greatest rate is none of this meter's has no greatest, and is passed over.
        let greatest = self.rates.iter().map(|(day, bin)| (*day, bin.greatest)).filter(|(_, rate)| *rate <= limit);
        let (days_of_greatest, greatest): (Vec<i64>, Vec<f64>) = greatest.unzip();
        let (days, least): (Vec<i64>, Vec<f64>) = self.rates.iter().map(|(day, bin)| (*day, -bin.least)).unzip();
        let highest = self.usually(&greatest, &days_of_greatest, f64::INFINITY)?;
        let floor = median.map_or(0.0, |median| median / TIMES_THE_MEDIAN);
        let lowest = -self.usually(&least, &days, -floor)?;
        let bins = days_of_greatest.into_iter().zip(greatest).collect();
        Some(Reached { lowest, highest, bins, length: self.length() })
    }

    /// The highest rate that is reached usually. Days on end count up to a rate only.
    fn usually(&self, rates: &[f64], days: &[i64], most: f64) -> Option<f64> {
        self.steadily(rates, days, most).or_else(|| self.one_by_one(rates, days, most))
    }

    fn one_by_one(&self, rates: &[f64], days: &[i64], most: f64) -> Option<f64> {
        let rate = |i: usize| rates.get(i).copied().unwrap_or(f64::NEG_INFINITY);
        let mut order: Vec<usize> = (0..rates.len()).collect();
        order.sort_unstable_by(|&a, &b| rate(b).total_cmp(&rate(a)));
        let mut groups = Groups::new(rates.len());
        let mut on_end = OnEnd::new(days);
        let mut come_near = order.iter().copied().peekable();
        for (place, &i) in order.iter().enumerate() {
            while let Some(near) = come_near.next_if(|&near| rate(near) >= nearly(rate(i))) {
                groups.add(near);
            }
            groups.mark(i);
            if self.are_days && rate(i) <= most {
                on_end.add(i);
            }
            let is_last_of_rate = order.get(place + 1).is_none_or(|&next| rate(next) < rate(i));
            let usual = groups.count >= GROUPS || on_end.longest >= DAYS_ON_END || 4 * (place + 1) >= self.rates.len();
            if is_last_of_rate && usual {
                return Some(rate(i));
            }
        }
        order.last().map(|&i| rate(i))
    }
}

impl Bins {
    /// The same, where no bin leaves the highest rate, so that all of them are one group: what a quarter of the bins reaches,
    /// or ten days on end.
    fn steadily(&self, rates: &[f64], days: &[i64], most: f64) -> Option<f64> {
        let mut all = rates.to_vec();
        let (lowest, highest) =
            all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), rate| (low.min(*rate), high.max(*rate)));
        // Where the quarter is not reached by those that count, nothing is.
        let quarter = self.rates.len().div_ceil(4).max(1) - 1;
        if lowest < nearly(highest) || highest > most || quarter >= all.len() {
            return None;
        }
        let on_end = |i: usize| {
            let ends = i.checked_sub(DAYS_ON_END - 1).and_then(|from| Some((days.get(from)?, days.get(i)?)));
            ends.is_some_and(|(from, until)| until - from == DAYS_ON_END as i64 - 1)
        };
        let by_days = (0..all.len()).filter(|&i| self.are_days && on_end(i)).map(|i| {
            all.get(i + 1 - DAYS_ON_END..=i).unwrap_or_default().iter().copied().fold(f64::INFINITY, f64::min)
        });
        let by_days = by_days.fold(f64::NEG_INFINITY, f64::max);
        let by_count = *all.select_nth_unstable_by(quarter, |a, b| b.total_cmp(a)).1;
        Some(by_days.max(by_count))
    }
}

/// A rate that does not come as near as this has left it.
fn nearly(rate: f64) -> f64 {
    if rate < 0.0 { rate * FACTOR } else { rate / FACTOR }
}

/// Neighbouring bins that come near a rate, in groups; counted are those in which one reaches it. What lies between two
/// groups has left the rate, so that a stretch of faults is one group, however it wavers.
struct Groups {
    /// The bin that stands for the group; `None`: it does not come near.
    head: Vec<Option<usize>>,
    reaches: Vec<bool>,
    count: usize,
}

impl Groups {
    fn new(bins: usize) -> Self {
        Groups { head: vec![None; bins], reaches: vec![false; bins], count: 0 }
    }

    fn find(&mut self, bin: usize) -> Option<usize> {
        let mut at = bin;
        loop {
            let up = self.head.get(at).copied().flatten()?;
            if up == at {
                return Some(at);
            }
            let above = self.head.get(up).copied().flatten()?;
            if let Some(slot) = self.head.get_mut(at) {
                *slot = Some(above);
            }
            at = above;
        }
    }

    fn add(&mut self, bin: usize) {
        if let Some(slot) = self.head.get_mut(bin) {
            *slot = Some(bin);
        }
        for beside in [bin.checked_sub(1), Some(bin + 1)].into_iter().flatten() {
            if let (Some(mine), Some(other)) = (self.find(bin), self.find(beside)) {
                let reach = |groups: &Groups, of: usize| groups.reaches.get(of).copied().unwrap_or(false);
                let (one, two) = (reach(self, mine), reach(self, other));
                self.count -= usize::from(one && two);
                if let Some(slot) = self.head.get_mut(mine) {
                    *slot = Some(other);
                }
                if let Some(slot) = self.reaches.get_mut(other) {
                    *slot = one || two;
                }
            }
        }
    }

    /// A bin reaches the rate.
    fn mark(&mut self, bin: usize) {
        if let Some(head) = self.find(bin)
            && let Some(slot) = self.reaches.get_mut(head)
            && !std::mem::replace(slot, true)
        {
            self.count += 1;
        }
    }
}

/// Days that follow each other in the calendar.
struct OnEnd<'a> {
    days: &'a [i64],
    /// At both ends of each run, the other end.
    other_end: Vec<Option<usize>>,
    longest: usize,
}

impl<'a> OnEnd<'a> {
    fn new(days: &'a [i64]) -> Self {
        OnEnd { days, other_end: vec![None; days.len()], longest: 0 }
    }

    fn add(&mut self, bin: usize) {
        let day = |i: usize| self.days.get(i).copied();
        let follow = |a: usize, b: usize| day(a).zip(day(b)).is_some_and(|(a, b)| b - a == 1);
        let end = |i: usize| self.other_end.get(i).copied().flatten();
        let before = bin.checked_sub(1).filter(|&before| follow(before, bin)).and_then(end);
        let after = Some(bin + 1).filter(|&after| follow(bin, after)).and_then(end);
        let (first, last) = (before.unwrap_or(bin), after.unwrap_or(bin));
        for (at, other) in [(bin, bin), (first, last), (last, first)] {
            if let Some(slot) = self.other_end.get_mut(at) {
                *slot = Some(other);
            }
        }
        self.longest = self.longest.max(last - first + 1);
    }
}

const fn fine_length() -> i64 {
    2 * 3_600_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(bins: &Bins) -> Option<Reached> {
        bins.reached(bins.median())
    }

    fn days(rates: &[f64]) -> Bins {
        let mut bins = Bins { are_days: true, ..Bins::default() };
        rates.iter().enumerate().for_each(|(day, &rate)| bins.add(day as i64 * DAY_MS, rate, rate));
        bins
    }

    #[test]
    fn one_jump_is_not_usual_and_a_monthly_test_is() {
        let mut rates = vec![100.0; 60];
        rates[30] = 600.0;
        assert_eq!(reached(&days(&rates)).unwrap().highest, 100.0);
        (rates[3], rates[58]) = (500.0, 500.0);
        assert_eq!(reached(&days(&rates)).unwrap().highest, 500.0);
        let mut rates = vec![100.0; 400];
        rates[100..109].fill(300.0);
        assert_eq!(reached(&days(&rates)).unwrap().highest, 100.0);
        rates[109] = 300.0;
        assert_eq!(reached(&days(&rates)).unwrap().highest, 300.0);
    }

    proptest::proptest! {
        /// Where no bin leaves the highest rate, the quick way finds the same.
        #[test]
        fn steady_rates_are_found_the_same(rates in proptest::collection::vec(100_u8..140, 5..60), gap in 0_usize..60, low: bool) {
            let mut bins = Bins { are_days: true, ..Bins::default() };
            for (day, &rate) in rates.iter().enumerate() {
                let rate = if low { -f64::from(rate) } else { f64::from(rate) };
                bins.add((day + usize::from(day > gap)) as i64 * DAY_MS, rate, rate);
            }
            let rates: Vec<f64> = bins.rates.iter().map(|(_, bin)| bin.greatest).collect();
            let days: Vec<i64> = bins.rates.iter().map(|(day, _)| *day).collect();
            let most = if low { -1.0 } else { f64::INFINITY };
            let found = bins.steadily(&rates, &days, most);
            proptest::prop_assert!(found.is_some());
            proptest::prop_assert_eq!(bins.one_by_one(&rates, &days, most), found);
        }
    }

    #[test]
    fn what_no_meter_of_its_size_reads_counts_for_nothing() {
        let mut rates = vec![100.0; 20];
        (rates[3], rates[9], rates[15]) = (2_001.0, 9_999.0, 2_001.0);
        let bins = days(&rates);
        assert_eq!((reached(&bins).unwrap().highest, Bins::own_limit(bins.median())), (100.0, 2_000.0));
        assert_eq!(bins.above(2_000.0), Some((3 * DAY_MS, 3)));
        assert!(reached(&days(&[1.0; 4])).is_none());
    }

    #[test]
    fn short_series_are_looked_at_by_two_hours() {
        let mut fine = Bins::default();
        for hour in 0..40 * 24 {
            fine.add(hour * 3_600_000, 1.0, f64::from(hour as i32));
        }
        let mut parts = Bins::default();
        for part in 0..4 {
            let mut bins = Bins::default();
            (part * 240..part * 240 + 240).for_each(|hour| bins.add(hour * 3_600_000, 1.0, f64::from(hour as i32)));
            if part == 2 {
                bins.settle(SHORT_MS);
            }
            parts.join(bins);
        }
        assert_eq!(fine.rates.len(), 480);
        fine.settle(40 * DAY_MS);
        assert_eq!(fine, parts);
        assert_eq!(fine.rates.len(), 40);
    }
}
