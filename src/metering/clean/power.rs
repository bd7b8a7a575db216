//! Power samples (功率采样): joined by a straight line or held, if they are close enough; a longer distance is a hole,
//! which no line ever fills. A sample that cannot be, that is not usual or that stands still makes holes of the steps that
//! rest on it.

use super::{Chain, Flow, Hole, Judged, MOST, Point, Shape, Sink, Tally, stands};
use crate::{finding::Code, metering::Integration};

/// The first sample after those that show the same, once it is known whether it stands still itself.
pub(super) fn next(chain: &Chain<'_>, points: &[Point], from: usize, complete_until: i64) -> Option<usize> {
    let to = stands::first_after(points, from + 1)?;
    stands::is_stuck(chain, points, to, complete_until).map(|_| to)
}

pub(super) fn book(chain: &Chain<'_>, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
    let stuck = stands::is_stuck(chain, points, from, i64::MAX) == Some(true);
    let then_stuck = stands::is_stuck(chain, points, to, i64::MAX) == Some(true);
    steps(chain, points, (from, stuck), to, then_stuck, sink);
}

/// The last stand, after which nothing comes. Returns until when the meter is known.
pub(super) fn finish(chain: &Chain<'_>, points: &[Point], from: usize, sink: &mut impl Sink) -> i64 {
    let stuck = stands::is_stuck(chain, points, from, i64::MAX) == Some(true);
    let Some(last) = points.len().checked_sub(1) else { return i64::MIN };
    steps(chain, points, (from, stuck), last, stuck, sink);
    if let Some(point) = points.get(last).filter(|_| !stuck) {
        fault(chain, point, sink);
    }
    points.get(last).map_or(i64::MIN, |last| last.until)
}

/// What is wrong with a sample by itself.
#[derive(Clone, Copy, PartialEq)]
enum Sample {
    Good,
    Low,
    High,
    Impossible,
    Negative,
}

fn judge(chain: &Chain<'_>, point: &Point) -> Sample {
    if point.dial < 0.0 && !chain.meter.net {
        return Sample::Negative;
    }
    if point.dial.abs() > chain.history.limit {
        return Sample::Impossible;
    }
    match chain.history.judge_power(point.dial, point.at) {
        _ if chain.meter.is_confirmed(point.at, point.at) => Sample::Good,
        Judged::Usual => Sample::Good,
        Judged::Below => Sample::Low,
        Judged::Above => Sample::High,
    }
}

fn fault(chain: &Chain<'_>, point: &Point, sink: &mut impl Sink) {
    let code = match judge(chain, point) {
        Sample::Good => return,
        Sample::Low | Sample::High => Code::PowerUnusual,
        Sample::Impossible => Code::PowerImpossible,
        Sample::Negative => Code::ReadingBelowZero,
    };
    let found = Some(chain.meter.conversion(point.at).dial(point.value));
    sink.fault(code, point.at, Tally { found, ..Tally::default() });
}

/// The steps from the first sample of a stand to the sample `to`, which belongs to the next.
fn steps(
    chain: &Chain<'_>,
    points: &[Point],
    (from, stuck): (usize, bool),
    to: usize,
    then_stuck: bool,
    sink: &mut impl Sink,
) {
    let Some(stand) = points.get(from..=to) else { return };
    let confirmed = |a: &Point, b: &Point| chain.meter.is_confirmed(a.at, b.at);
    if let (true, Some(first)) = (stuck, stand.first()) {
        let last = stand.iter().rfind(|point| point.dial == first.dial).unwrap_or(first);
        if !confirmed(first, last) {
            let found = Some(chain.meter.conversion(first.at).dial(first.value));
            let most = chain.history.most(last.at - first.at);
            let tally = Tally { until: Some(last.at), found, ms: last.at - first.at, most, ..Tally::default() };
            sink.fault(Code::ReadingStuck, first.at, tally);
        }
    }
    for (i, (a, b)) in stand.iter().zip(stand.iter().skip(1)).enumerate() {
        if !stuck {
            fault(chain, a, sink);
        }
        let ms = b.at - a.at;
        let hole = |least: i128| Hole { start: a.at, end: b.at, missing_ms: ms, least, most: chain.history.most(ms) };
        if ms > chain.history.max_gap_ms {
            sink.hole(hole(0));
            sink.fault(
                Code::PowerGap,
                a.at,
                Tally { until: Some(b.at), ms, most: chain.history.most(ms), ..Tally::default() },
            );
            continue;
        }
        let held = chain.meter.integrate == Integration::Step || chain.meter.on_change;
        let flow = if held {
            Flow {
                start: a.at,
                end: b.at,
                amount: a.value * i128::from(ms),
                shape: Shape::Even,
                estimated: a.estimated,
            }
        } else {
            let twice = (a.value + b.value) * i128::from(ms);
            let estimated = a.estimated || b.estimated;
            let shape = Shape::Ramp(a.value, b.value);
            Flow { start: a.at, end: b.at, amount: half_to_even(twice), shape, estimated }
        };
        let is_last = i + 2 == stand.len();
        let stands_still = stuck || (is_last && then_stuck && !held);
        let samples = [judge(chain, a), if held { Sample::Good } else { judge(chain, b) }];
        let worst = |sample: Sample| samples.contains(&sample);
        if stands_still && !confirmed(a, b) || worst(Sample::Impossible) || worst(Sample::High) {
            sink.hole(hole(0));
        } else if worst(Sample::Negative) || worst(Sample::Low) {
            let most = chain.history.most(ms).map(|most| most.max(flow.amount));
            sink.hole(Hole { most, ..hole(flow.amount) });
        } else {
            sink.flow(flow);
            if ms > FAR_APART_MS && !chain.meter.on_change {
                let (least, most) = between(chain, a, b);
                let around = Hole { missing_ms: 0, least: least - flow.amount, ..hole(0) };
                sink.hole(Hole { most: most.map(|most| most - flow.amount), ..around });
                sink.fault(
                    Code::PowerSparse,
                    a.at,
                    Tally { until: Some(b.at), ms, least: Some(least), most, ..Tally::default() },
                );
            }
        }
    }
}

/// Further apart than this, what was used between two samples is only bounded by what the load usually does.
const FAR_APART_MS: i64 = 3_600_000;

/// The least and the most that was used between two samples: at the lowest and the highest usual power, or theirs.
fn between(chain: &Chain<'_>, a: &Point, b: &Point) -> (i128, Option<i128>) {
    let ms = b.at - a.at;
    let power = |dial: f64| chain.meter.conversion(i64::MIN).exact(dial).ok();
    let usual = chain.history.usual.and_then(|usual| Some((usual.lowest_at(b.at), power(usual.high)?)));
    let over = |power: i128| power.saturating_mul(i128::from(ms)).clamp(-MOST, MOST);
    let (lower, higher) = (a.value.min(b.value), a.value.max(b.value));
    match usual {
        Some((low, high)) => {
            let low = low.and_then(power).unwrap_or(0);
            (over(lower.min(low)), Some(over(higher.max(high))))
        }
        None => (over(lower.min(0)), chain.history.most(ms).map(|most| most.max(over(higher)))),
    }
}

/// Half of a number, ties to even.
fn half_to_even(twice: i128) -> i128 {
    twice.div_euclid(2) + i128::from(twice.rem_euclid(4) == 3)
}
