//! Registers (累计表码): the ladder by which one dial value follows another.
//!
//! From `a`, the last accepted point, to `b`, the next one, with `d = b − a` and `lim` = capacity × time:
//! 1. `0 ≤ d ≤ lim`: `d` is the energy.
//! 2. A modulus is given, `d < 0`, `d + modulus ≤ lim`: a rollover.
//! 3. Some later `c` within 24 h of `b` fits 1 or 2: what lies between is dropped, as a glitch below `a`, as a spike
//!    above. Unless the register has counted on from `b` to `c` by itself (1, and by more than nothing before `c`): then
//!    it has only come by `a` again.
//! 4. `0 ≤ b ≤ lim`: a reset; `b` is booked, what was used before the zero is unknown.
//! 5. Else a step: nothing is booked, `b` is the new base.
//!
//! A hole between two readings loses no energy: the total is known, only its course is not.

use super::{Blocks, Chain, Flow, Hole, Point, Rate, Shape, Sink, Tally};
use crate::{finding::Code, metering::MeterKind};

pub(super) const LOOK_AHEAD_MS: i64 = 24 * 3_600_000;

pub(super) fn next(
    chain: &Chain<'_>,
    points: &[Point],
    blocks: &Blocks,
    from: usize,
    complete_until: i64,
) -> Option<usize> {
    let (a, b) = (points.get(from)?, points.get(from + 1)?);
    if fit(chain, a, b).is_some() || b.restart.is_some() {
        return Some(from + 1);
    }
    let horizon = b.at.saturating_add(LOOK_AHEAD_MS);
    // The values that can fit at all, however late within the horizon they come.
    let most = chain.history.limit.map_or(i128::MAX, |limit| a.base().saturating_add(limit.most(horizon - a.at)));
    let modulus = modulus(chain, a.at);
    let may_fit = |least: i128, greatest: i128| {
        let plainly = greatest >= a.base() && least <= most;
        let by_rollover = |modulus: i128| least < a.base() && greatest >= a.base().saturating_sub(modulus);
        plainly || modulus.is_some_and(by_rollover)
    };
    let mut counting = from + 1;
    let mut c = from + 2;
    loop {
        c = blocks.skip(points, c, may_fit);
        let Some(later) = points.get(c) else { break };
        if later.at > horizon {
            return Some(from + 1);
        }
        if fit(chain, a, later).is_some() {
            while counting < c && follows(chain, points, counting) {
                counting += 1;
            }
            let has_counted = points.get(c - 1).is_some_and(|last| last.value > b.value);
            if counting < c || !has_counted {
                return Some(c);
            }
        }
        if later.restart.is_some() {
            return Some(from + 1);
        }
        c += 1;
    }
    (complete_until > horizon).then_some(from + 1)
}

pub(super) fn book(chain: &Chain<'_>, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
    let (Some(a), Some(b)) = (points.get(from), points.get(to)) else { return };
    let elapsed = b.at - a.at;
    let flow = |amount: i128| Flow { start: a.at, end: b.at, amount, shape: Shape::Even };
    let fitted = fit(chain, a, b);
    if let Some(Fit::Plain(amount) | Fit::Rollover(amount)) = fitted {
        sink.rate(Rate { amount, ms: elapsed });
        sink.flow(flow(amount));
    }
    if let Some(Fit::Plain(amount) | Fit::Rollover(amount)) = fitted
        && let (Some(turn), Some(limit)) = (modulus(chain, a.at), chain.history.limit)
        && limit.admits(amount.saturating_add(turn), elapsed)
    {
        // One more turn of the dial would have fitted as well.
        let most = limit.most(elapsed) - amount;
        sink.hole(Hole { start: a.at, end: b.at, missing_ms: 0, most: Some(most) });
        sink.fault(Code::RegisterTurns, b.at, Tally { until: None, ..Tally::default() });
    }
    if matches!(fitted, Some(Fit::Plain(_))) && to == from + 1 && b.restart.is_none() {
        return; // as nearly always
    }
    let units = chain.meter.conversion(b.at);
    let seen =
        |point: &Point| Tally { until: Some(b.at), found: Some(units.dial(point.value)), and: None, at_least: None };
    for dropped in points.get(from + 1..to).unwrap_or_default() {
        let glitch = Tally { at_least: Some(units.dial(a.base())), ..seen(dropped) };
        if dropped.value < a.base() {
            sink.fault(Code::RegisterGlitch, dropped.at, glitch);
        } else {
            sink.fault(Code::RegisterSpike, dropped.at, seen(dropped));
        }
    }
    match (fitted, chain.history.limit.map(|limit| limit.most(elapsed))) {
        (Some(Fit::Plain(_)), _) => {}
        (Some(Fit::Rollover(_)), _) => sink.fault(Code::RegisterRollover, b.at, seen(b)),
        (None, Some(most)) if b.restart.is_none() && b.value <= most => {
            sink.flow(flow(b.value));
            sink.hole(Hole { start: a.at, end: b.at, missing_ms: 0, most: Some(most - b.value) });
            sink.fault(Code::RegisterReset, b.at, Tally { at_least: Some(units.dial(a.base())), ..seen(b) });
        }
        (None, most) => {
            // A limit from history alone may be wrong: what was read may then be what flowed.
            let read = (b.value - a.base()).max(0);
            let most = if chain.meter.capacity.is_some() { most } else { most.map(|most| most.max(read)) };
            sink.hole(Hole { start: a.at, end: b.at, missing_ms: elapsed, most });
            sink.fault(Code::RegisterStep, b.at, seen(b));
        }
    }
    if let Some(first) = b.restart {
        sink.fault(Code::RegisterExchange, b.at, Tally { found: Some(units.dial(first)), ..Tally::default() });
    }
}

/// Whether the point after `from` follows it by step 1.
fn follows(chain: &Chain<'_>, points: &[Point], from: usize) -> bool {
    let pair = points.get(from).zip(points.get(from + 1));
    pair.is_some_and(|(a, b)| b.restart.is_none() && matches!(fit(chain, a, b), Some(Fit::Plain(_))))
}

enum Fit {
    Plain(i128),
    Rollover(i128),
}

/// Steps 1 and 2 of the ladder.
fn fit(chain: &Chain<'_>, a: &Point, b: &Point) -> Option<Fit> {
    let (d, elapsed) = (b.value - a.base(), b.at - a.at);
    let possible = |amount: i128| amount >= 0 && chain.history.limit.is_none_or(|limit| limit.admits(amount, elapsed));
    if possible(d) {
        return Some(Fit::Plain(d));
    }
    let modulus = modulus(chain, a.at)?;
    (d < 0 && possible(d + modulus)).then_some(Fit::Rollover(d + modulus))
}

/// The modulus of the dial that is read at an instant, in exact units.
pub(super) fn modulus(chain: &Chain<'_>, at: i64) -> Option<i128> {
    let MeterKind::Register { modulus: Some(modulus) } = chain.meter.kind else { return None };
    chain.meter.conversion(at).exact(modulus).ok()
}
