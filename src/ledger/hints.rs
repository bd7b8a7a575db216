//! What a person could say of a meter that would explain a pattern in its readings. Nothing is assumed: the readings are
//! judged as they are until somebody says it.

use super::{Book, Ledger, account::Fall};
use crate::{
    finding::{Code, Finding, Text},
    metering::{Absent, MeasurementPoint as Point, Meter, MeterKind},
    period::{local, rfc3339},
};

/// So many falls show a pattern.
const FEWEST: usize = 3;

impl Ledger<'_> {
    /// The proposals for all meters.
    pub(super) fn hints(&self) -> Vec<Finding> {
        let mut hints = Vec::new();
        let generates = self.site.meters().iter().any(|other| matches!(other.point, Point::Pv | Point::Wind));
        for (i, (meter, book)) in self.site.meters().iter().zip(&self.books).enumerate() {
            let proposals = [
                self.of_falls(meter, book),
                self.of_gaps(meter, book),
                of_negatives(meter, book).filter(|_| generates),
                of_changes(meter, book),
            ];
            for (code, at, count, found, expected) in proposals.into_iter().flatten() {
                let mut finding = Finding::new(code).place(self.site.place(i)).meter(&meter.id);
                (finding.at, finding.count) = (Some(rfc3339(at, self.period.zone())), count);
                hints.push(finding.found_text(found).expected(expected));
            }
        }
        hints
    }

    /// Falls at one height look like a dial that rolls over; falls at one local time, like one that is set to zero.
    fn of_falls(&self, meter: &Meter, book: &Book) -> Option<Proposal> {
        let MeterKind::Register { modulus: None, resets: None } = meter.kind else { return None };
        let falls = &book.falls;
        let first = falls.first().filter(|_| falls.len() >= FEWEST)?;
        let count = falls.len() as u64;
        if let Some(often) = self.clock_of(falls) {
            let (zh, en) = match often {
                "hour" => ("每小时", "hour"),
                "day" => ("每日", "day"),
                _ => ("每月", "month"),
            };
            let found = Text::new(format!("{zh}同一时刻归零"), format!("falls at the same time of each {en}"));
            return Some((Code::MeterHint, first.at, count, found, format!("kind.register.resets = {often:?}").into()));
        }
        // Within two usual steps of one height.
        let step = |fall: &Fall| {
            let high = book.history.usual.map_or(0.0, |usual| usual.high);
            2.0 * high * (fall.at - fall.from) as f64 + book.history.digit
        };
        let mut heights: Vec<f64> = falls.iter().map(|fall| fall.height).collect();
        heights.sort_unstable_by(f64::total_cmp);
        let width = falls.iter().map(step).fold(0.0, f64::max);
        let (mut best, mut from) = ((0, 0.0), 0);
        for (i, height) in heights.iter().enumerate() {
            while heights.get(from).is_some_and(|low| height - low > width) {
                from += 1;
            }
            best = if i + 1 - from > best.0 { (i + 1 - from, *height) } else { best };
        }
        if best.0 < FEWEST {
            return None;
        }
        let unit = meter.unit.as_str();
        let (count, height) = (best.0 as u64, best.1);
        let found = Text::new(format!("在 {height} {unit} 附近归零"), format!("falls near {height} {unit}"));
        let expected = Text::new(
            format!("kind.register.modulus ≥ {height} {unit}，如铭牌所示"),
            format!("kind.register.modulus ≥ {height} {unit}, as the meter's plate says"),
        );
        Some((Code::RegisterModulus, first.at, count, found, expected))
    }

    /// How often the falls come at one local time.
    fn clock_of(&self, falls: &[Fall]) -> Option<&'static str> {
        let zone = self.period.zone();
        let spacing = falls.iter().map(|fall| fall.at - fall.from).max()?;
        let agree = |of: &dyn Fn(&Fall) -> i64, whole: i64| {
            // Each fall lies between two readings: the moment that all of them share.
            let place = |fall: &Fall| of(fall).rem_euclid(whole);
            let first = falls.first().map(place).unwrap_or(0);
            let off = |fall: &Fall| {
                let apart = (place(fall) - first).rem_euclid(whole);
                apart.min(whole - apart)
            };
            2 * spacing <= whole && falls.iter().all(|fall| off(fall) <= spacing)
        };
        let of_day = |fall: &Fall| {
            let clock = local(fall.at, zone).time();
            i64::from(clock.hour()) * 3_600_000 + i64::from(clock.minute()) * 60_000 + i64::from(clock.second()) * 1_000
        };
        const HOUR_MS: i64 = 3_600_000;
        let apart = falls.iter().zip(falls.iter().skip(1)).map(|(a, b)| b.at - a.at).min()?;
        if apart <= HOUR_MS + spacing && agree(&of_day, HOUR_MS) {
            return Some("hour");
        }
        if spacing > 12 * HOUR_MS || !agree(&of_day, 24 * HOUR_MS) {
            return None;
        }
        let first_days = falls.iter().all(|fall| local(fall.at, zone).date().day() == 1);
        Some(if first_days { "month" } else { "day" })
    }

    /// Intervals that are missing at the same hours again and again, at a place that rests.
    fn of_gaps(&self, meter: &Meter, book: &Book) -> Option<Proposal> {
        let &(count, at, _) = book.log.get(&Code::IntervalGap)?;
        let rests = matches!(meter.point, Point::Pv | Point::Wind | Point::GeneratorOutput | Point::GeneratorFuel);
        if meter.kind != MeterKind::Interval || meter.absent == Absent::Zero || !rests || count < FEWEST as u64 {
            return None;
        }
        let found = Text::new(format!("{count} 处空缺"), format!("{count} gaps"));
        let expected = Text::new(
            "absent = \"zero\"，如该表停用时不写数据",
            "absent = \"zero\", if it writes nothing while it rests",
        );
        Some((Code::MeterHint, at, count, found, expected))
    }
}

/// A supply that gives values below zero; on a site that generates it may be what it gives back.
fn of_negatives(meter: &Meter, book: &Book) -> Option<Proposal> {
    let &(count, at, _) = book.log.get(&Code::ReadingBelowZero)?;
    if !meter.is_supply() || meter.net || count < FEWEST as u64 {
        return None;
    }
    let found = Text::new(format!("{count} 个负值"), format!("{count} values below zero"));
    let expected = Text::new("net = true，如该表按购入减上网计量", "net = true, if it measures import less export");
    Some((Code::MeterHint, at, count, found, expected))
}

/// Samples far apart, of which none equals the one before: each was written because the value had changed.
fn of_changes(meter: &Meter, book: &Book) -> Option<Proposal> {
    let &(count, at, _) = book.log.get(&Code::PowerGap)?;
    let often = count.saturating_mul(SHARE_OF_GAPS) >= book.history.changes;
    if meter.on_change || book.history.changes < FEWEST_CHANGES || !often {
        return None;
    }
    let found = Text::new(
        format!("{count} 处间隔过长，且无相邻两值相等"),
        format!("{count} gaps, and no two samples in a row are equal"),
    );
    let expected = Text::new(
        "on_change = true，如该表仅在数值变化时写入",
        "on_change = true, if it writes only when the value changes",
    );
    Some((Code::MeterHint, at, count, found, expected))
}

/// So many samples that all differ from the one before are no chance, if at least every tenth comes after a gap.
const FEWEST_CHANGES: u64 = 20;
const SHARE_OF_GAPS: u64 = 10;

/// Code, the first place, how many, what was found, what to state.
type Proposal = (Code, i64, u64, Text, Text);
