//! Power samples (功率采样): joined by a straight line or held, if they are close enough; a longer distance is a hole,
//! which no line ever fills.

use super::{Chain, Flow, Hole, Point, Rate, Shape, Sink, Tally};
use crate::{finding::Code, metering::Integration};

pub(super) fn book(chain: &Chain<'_>, points: &[Point], from: usize, to: usize, sink: &mut impl Sink) {
    let (Some(a), Some(b)) = (points.get(from), points.get(to)) else { return };
    let elapsed = b.at - a.at;
    for power in [a.value, b.value] {
        sink.rate(Rate { amount: power, ms: 1 });
    }
    if elapsed > chain.meter.max_gap_ms() {
        sink.hole(Hole { start: a.at, end: b.at, missing_ms: elapsed, most: None });
        sink.fault(Code::PowerGap, a.at, Tally { until: Some(b.at), ..Tally::default() });
        return;
    }
    let flow = match chain.meter.integrate {
        Integration::Trapezoid => {
            let twice = (a.value + b.value) * i128::from(elapsed);
            Flow { start: a.at, end: b.at, amount: half_to_even(twice), shape: Shape::Ramp(a.value, b.value) }
        }
        Integration::Step => Flow { start: a.at, end: b.at, amount: a.value * i128::from(elapsed), shape: Shape::Even },
    };
    sink.flow(flow);
}

/// Half of a number that is not negative, ties to even.
fn half_to_even(twice: i128) -> i128 {
    twice / 2 + i128::from(twice % 4 == 3)
}
