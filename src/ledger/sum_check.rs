//! Sum checks (计量平衡校核): the sub-meters of a meter cannot measure more than it does, and a check meter measures the same as
//! the meter that it checks, both within what their accuracy classes allow.

use super::{Book, Ledger};
use crate::{
    finding::{Code, Finding, Text},
    metering::{Carrier, MeasurementPoint as Point, Meter},
    quantity::{Dimension, ExactEnergy},
};
use std::{collections::BTreeSet, ops::Range};

/// What a meter without a stated class is allowed, in thousandths (ours, a setting): class 2 with transformers of class 1.
const UNKNOWN_CLASS: i128 = 30;

/// Sums so many times apart have their units mixed up rather than meters missing.
const MIXED_UP: i128 = 300;

/// A comparison over more stretches than this says too little to be made.
const MOST_RUNS: usize = 100;

pub(super) fn all(ledger: &Ledger<'_>) -> Vec<Finding> {
    let (site, tree) = (ledger.site(), ledger.site().tree());
    let meters = site.meters();
    let is_electric = |meter: &&Meter| meter.carrier == Carrier::Electricity && meter.dimension() == Dimension::Energy;
    let counts = |i: &usize| meters.get(*i).filter(is_electric).is_some_and(|meter| meter.check_of.is_none());
    let mut children: Vec<(usize, usize)> =
        (0..meters.len()).filter(counts).filter_map(|child| Some((tree.parent(child)?, child))).collect();
    children.sort_unstable();
    let families = || children.chunk_by(|a, b| a.0 == b.0).filter_map(|family| Some((family.first()?.0, family)));
    let members = |family: &[(usize, usize)]| family.iter().map(|(_, child)| *child).collect::<Vec<_>>();
    let point = |i: &usize| meters.get(*i).map(|meter| meter.point);
    let supplies =
        |i: &usize| matches!(point(i), Some(Point::GridSupply | Point::GeneratorOutput | Point::Pv | Point::Wind));
    let feeds = |i: &usize| supplies(i) || point(i) == Some(Point::Export);
    let mut findings = Vec::new();
    for (parent, family) in families().filter(|(parent, _)| counts(parent) && !supplies(parent)) {
        // What feeds in below, or flows back, is in none of the two sums.
        if !family.iter().any(|(_, child)| feeds(child)) {
            // What a UPS does not give on is its loss.
            let both_ways = point(&parent) != Some(Point::UpsInput);
            findings.extend(compare(ledger, &[parent], &members(family), (parent, both_ways)));
        }
    }
    // All supplies feed all sub-meters of any of them: nobody says how the bars are coupled.
    let all: Vec<usize> = (0..meters.len()).filter(counts).filter(supplies).collect();
    let of_supplies = children.iter().filter(|(parent, child)| counts(parent) && supplies(parent) && !supplies(child));
    let below: Vec<usize> = of_supplies.map(|(_, child)| *child).collect();
    let has = |of: Point| meters.iter().any(|meter| meter.point == of);
    let unmetered = has(Point::Export) || (has(Point::GeneratorFuel) && !has(Point::GeneratorOutput));
    let nested = all.iter().any(|i| tree.above(*i).any(|up| supplies(&up)));
    if let Some(&first) = all.first().filter(|_| !below.is_empty() && !unmetered && !nested) {
        findings.extend(compare(ledger, &all, &below, (first, true)));
    }
    for (check, meter) in meters.iter().enumerate().filter(|(_, meter)| is_electric(meter)) {
        if let Some(main) = meter.check_of.as_deref().and_then(|id| site.meter_index(id)) {
            findings.extend(differ(ledger, main, check));
        }
    }
    // IT energy measured at several points, where the tree does not say which is below which.
    let at = |of: Point| -> Vec<usize> {
        let top = |i: &usize| !tree.above(*i).any(|up| point(&up) == Some(of));
        (0..meters.len()).filter(counts).filter(|i| point(i) == Some(of)).filter(top).collect()
    };
    let told = |members: &[usize]| members.iter().any(|i| tree.parent(*i).is_some());
    // Where both have their places in the tree, or one is below the other, the tree has been looked at.
    let is_told = |upstream: &[usize], downstream: &[usize]| {
        let is_below = |i: &usize| tree.above(*i).any(|up| upstream.binary_search(&up).is_ok());
        told(downstream) && (told(upstream) || downstream.iter().any(is_below))
    };
    let places = [Point::UpsInput, Point::UpsOutput, Point::PduOutput, Point::ItInput].map(at);
    for (i, upstream) in places.iter().enumerate() {
        for downstream in places.iter().skip(i + 1) {
            if let Some(&first) = downstream.first().filter(|_| !upstream.is_empty() && !is_told(upstream, downstream))
            {
                // What a UPS does not give on is its loss.
                findings.extend(compare(ledger, upstream, downstream, (first, i > 0)));
            }
        }
    }
    // IT energy of which nobody says where it is measured came through the UPS all the same, unless the tree says otherwise.
    let it_load = at(Point::ItLoad);
    let is_placed = it_load.iter().all(|i| tree.parent(*i).is_some());
    for upstream in places.iter().take(2).filter(|upstream| !upstream.is_empty() && !is_placed) {
        findings.extend(it_load.first().and_then(|&first| compare(ledger, upstream, &it_load, (first, false))));
    }
    // What the supplies cannot have fed; the first point of IT energy is the one that the PUE itself compares.
    if !all.is_empty() && !unmetered && !nested {
        let [inputs, outputs, pdus, it] = places;
        let points_of_it = [outputs, pdus, it, it_load].into_iter().filter(|members| !members.is_empty());
        for members in std::iter::once(inputs).chain(points_of_it.skip(1)).filter(|members| !told(members)) {
            findings.extend(members.first().and_then(|&first| compare(ledger, &all, &members, (first, false))));
        }
    }
    // A supply, or anything that is no electricity, is a part of the next meter of its kind above it.
    let alike = |a: &Meter, b: &Meter| {
        (a.point, a.carrier, a.dimension()) == (b.point, b.carrier, b.dimension()) && b.check_of.is_none()
    };
    let whole = |i: usize| {
        let meter = meters.get(i).filter(|meter| meter.check_of.is_none() && (!is_electric(meter) || supplies(&i)))?;
        Some((tree.above(i).find(|&up| meters.get(up).is_some_and(|up| alike(meter, up)))?, i))
    };
    let mut parts: Vec<(usize, usize)> = (0..meters.len()).filter_map(whole).collect();
    parts.sort_unstable();
    for family in parts.chunk_by(|a, b| a.0 == b.0) {
        let parts = members(family);
        let of = family.first().zip(parts.first());
        findings.extend(of.and_then(|(of, &first)| compare(ledger, &[of.0], &parts, (first, false))));
    }
    // No more can flow back than was made here.
    let of = |is_such: fn(Point) -> bool| -> Vec<usize> {
        (0..meters.len()).filter(counts).filter(|i| point(i).is_some_and(is_such)).collect()
    };
    let exports = of(|point| point == Point::Export);
    let made = of(|point| matches!(point, Point::Pv | Point::Wind | Point::GeneratorOutput));
    findings.extend(exports.first().and_then(|&first| compare(ledger, &made, &exports, (first, false))));
    findings
}

/// Σ of the meters below against Σ of those above, over the time in which all of them are known: whether it is more or, if
/// that is asked for `both_ways`, less.
fn compare(
    ledger: &Ledger<'_>,
    above: &[usize],
    below: &[usize],
    (place, both_ways): (usize, bool),
) -> Option<Finding> {
    let runs = common(ledger, above.iter().chain(below))?;
    let (upper, lower) = (sum(ledger, above, &runs), sum(ledger, below, &runs));
    let tolerance = upper.tolerance + lower.tolerance;
    let dimension = ledger.site().meters().get(place).map_or(Dimension::Energy, Meter::dimension);
    let shown = |amount: i128| match dimension {
        Dimension::Volume => format!("{} l", amount as f64 / 1e6),
        Dimension::Mass => format!("{} kg", amount as f64 / 1e6),
        Dimension::Energy | Dimension::Power => energy(amount).to_string(),
    };
    let sums = |meters: &[usize], sum: &Measured| {
        let (Text { zh, en }, amount) = (names(ledger, meters), shown(sum.amount));
        Text::new(format!("{zh} {amount}"), format!("{en} {amount}"))
    };
    // Off by hundreds of times it is no sub-meter that is missing, and none that is counted twice.
    let hinted = |finding: Finding, low: i128, high: i128| match low.saturating_mul(MIXED_UP) < high {
        true => finding.advised(
            "两者相差 300 倍以上：请先核对单位、倍率与小数点",
            "they are more than 300 times apart: check units, multipliers and decimal points first",
        ),
        false => finding,
    };
    if lower.amount > upper.amount + tolerance {
        let (off, of) = (shown(tolerance), sums(above, &upper));
        let (zh, en) = (
            format!("不超过{}，按两者准确度等级允许误差 {off}", of.zh),
            format!("at most {}, within {off} by the accuracy classes of both", of.en),
        );
        let finding = about(ledger, Code::MeterSumCheck, place).found_text(sums(below, &lower));
        return Some(hinted(finding.expected(Text::new(zh, en)), upper.amount, lower.amount));
    }
    (both_ways && lower.amount < upper.amount - tolerance).then(|| {
        let (rest, share) = (shown(upper.amount - lower.amount), 1.0 - lower.amount as f64 / upper.amount as f64);
        let (of, percent) = (sums(below, &lower), share * 100.0);
        let up = sums(above, &upper);
        let found = Text::new(
            format!("上级{}，下级{}，余下 {rest}（{percent:.1}%）", up.zh, of.zh),
            format!("above: {}; below: {}; the rest is {rest} ({percent:.1} %)", up.en, of.en),
        );
        hinted(about(ledger, Code::MeterUnmetered, place).found_text(found), lower.amount, upper.amount)
    })
}

/// Meters by name: the first two, and how many more there are.
fn names(ledger: &Ledger<'_>, meters: &[usize]) -> Text {
    let site = ledger.site();
    let (zh, en): (Vec<_>, Vec<_>) =
        meters.iter().take(2).map(|meter| site.name_of(*meter)).map(|name| (name.zh, name.en)).unzip();
    let (mut zh, mut en) = (zh.join(" + "), en.join(" + "));
    if meters.len() > 2 {
        zh = format!("{zh} 等 {} 个计量点", meters.len());
        en = format!("{en} and {} more", meters.len() - 2);
    }
    Text::new(zh, en)
}

/// A check meter against its meter.
fn differ(ledger: &Ledger<'_>, main: usize, check: usize) -> Option<Finding> {
    let runs = common(ledger, [&main, &check].into_iter())?;
    let (said, checked) = (sum(ledger, &[main], &runs), sum(ledger, &[check], &runs));
    let tolerance = said.tolerance + checked.tolerance;
    ((said.amount - checked.amount).abs() > tolerance).then(|| {
        let (of, amount, off) = (ledger.site().name_of(main), energy(said.amount), energy(tolerance));
        let expected =
            Text::new(format!("{} {amount}，允许误差 {off}", of.zh), format!("{} {amount}, within {off}", of.en));
        let finding = about(ledger, Code::MeterSumCheck, check).found(energy(checked.amount)).expected(expected);
        finding.worded(
            "校核表与所校核的表不一致，超出准确度等级所允许的误差",
            "a check meter differs from the meter that it checks by more than their accuracy classes allow",
        )
    })
}

fn about(ledger: &Ledger<'_>, code: Code, meter: usize) -> Finding {
    let finding = Finding::new(code).place(ledger.site().place(meter));
    match ledger.site().meters().get(meter) {
        Some(meter) => finding.meter(&meter.id),
        None => finding,
    }
}

fn energy(amount: i128) -> ExactEnergy {
    ExactEnergy::from_microjoules(amount)
}

/// An amount, and how far it may be off.
#[derive(Default)]
struct Measured {
    amount: i128,
    tolerance: i128,
}

fn sum(ledger: &Ledger<'_>, of: &[usize], runs: &[Range<usize>]) -> Measured {
    let mut measured = Measured::default();
    let edge = |i: usize| ledger.edges().get(i).copied().unwrap_or(i64::MAX);
    for (book, meter) in of.iter().filter_map(|&i| Some((ledger.book(i)?, ledger.site().meters().get(i)?))) {
        let amount: i128 = runs.iter().map(|run| book.scaled(run, crate::quantity::Ratio::ONE)).sum();
        let off = meter.class_thousandths().unwrap_or(UNKNOWN_CLASS);
        // Of a sum that reaches over an edge, nobody knows how much lies on which side.
        let astray: i128 = runs
            .iter()
            .map(|run| edge(run.start)..edge(run.end))
            .map(|run| book.spans.iter().filter(|span| span.reaches_over(&run)).map(|span| span.amount).sum::<i128>())
            .sum();
        measured.amount += amount;
        measured.tolerance += amount.abs() * off / 1000 + astray;
    }
    measured
}

/// Runs of steps in which all of some meters are known; `None` if there are none, or too many.
fn common<'a>(ledger: &Ledger<'_>, of: impl Iterator<Item = &'a usize>) -> Option<Vec<Range<usize>>> {
    let edges = ledger.edges();
    let last = edges.len().saturating_sub(1);
    let mut broken = BTreeSet::new();
    for book in of.map(|&i| ledger.book(i)) {
        let book: &Book = book?;
        for hole in &book.holes {
            let first = edges.partition_point(|&edge| edge <= hole.start).saturating_sub(1);
            broken.extend(first..edges.partition_point(|&edge| edge < hole.end).min(last));
        }
    }
    let (mut runs, mut from) = (Vec::new(), 0);
    for step in broken.into_iter().chain([last]) {
        if step > from {
            runs.push(from..step);
        }
        from = step + 1;
    }
    (!runs.is_empty() && runs.len() <= MOST_RUNS).then_some(runs)
}
