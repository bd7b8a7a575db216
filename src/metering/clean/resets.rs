//! Dials that are set to zero on purpose (定时清零): at each full local hour, midnight, or month's beginning.

use super::{Chain, Point};
use crate::{
    metering::{Meter, Resets},
    period::{day_start, local},
};
use jiff::tz::TimeZone;

/// The last reset at or before an instant.
fn last_reset(resets: Resets, zone: &TimeZone, instant: i64) -> i64 {
    let clock = local(instant, zone);
    match resets {
        Resets::Hour => {
            let into = i64::from(clock.minute()) * 60_000 + i64::from(clock.second()) * 1_000;
            instant - into - instant.rem_euclid(1_000)
        }
        Resets::Day => day_start(clock.date(), zone),
        Resets::Month => day_start(clock.date().first_of_month(), zone),
    }
}

/// Whether the dial was set to zero after `a` and not after `b`.
pub(super) fn is_reset(meter: &Meter, zone: &TimeZone, a: i64, b: i64) -> bool {
    meter.resets().is_some_and(|resets| last_reset(resets, zone, b) > a)
}

/// What happens from one reading of such a dial to the next.
pub(super) enum Count {
    /// It counted on.
    On,
    /// It was set to zero in between: it has counted as much as it shows since then, and nobody knows how much before.
    Anew,
}

pub(super) fn count(chain: &Chain<'_>, a: &Point, b: &Point) -> Count {
    let Some(resets) = chain.meter.resets() else { return Count::On };
    let last = last_reset(resets, chain.zone, b.at);
    if last <= a.until {
        return Count::On;
    }
    let only_at_b = last == b.at && last_reset(resets, chain.zone, b.at - 1) <= a.until;
    if only_at_b && b.value >= a.base() { Count::On } else { Count::Anew }
}

/// A reading at the very moment of a reset that is not below the one before belongs to the old count: the next one counts
/// from zero.
pub(super) fn belongs_to_old_count(chain: &Chain<'_>, a: Option<&Point>, b: &Point) -> bool {
    let Some(resets) = chain.meter.resets() else { return false };
    last_reset(resets, chain.zone, b.at) == b.at && a.is_none_or(|a| b.value >= a.base())
}
