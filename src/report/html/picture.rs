//! The readings around a fault (故障附近的读数): a small picture, and the nearest of them as a table.

use super::{Page, chart::Axis};
use crate::{
    finding::{Finding, Severity},
    ledger::{Book, rejects},
    metering::{Column, MeterKind},
    period::{Period, rfc3339},
};
use jiff::Timestamp;
use maud::{Markup, html};
use std::fmt::Write as _;

/// So many faults have a picture, those of the most energy at stake.
const MOST: usize = 8;
/// More points are drawn as the least and the most of each part.
const POINTS: usize = 160;
/// So many readings stand in the table.
const ROWS: usize = 9;
/// So many usual distances of readings are shown before a fault and behind it.
const AROUND: i64 = 12;
const WIDTH: f64 = 420.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 84.0;

/// A reading, and whether it is in doubt: the fault is its own, or it lies where the energy is not known.
#[derive(Clone, Copy)]
struct Point {
    time: i64,
    value: f64,
    in_doubt: bool,
}

/// A reading and its time.
pub(super) struct Read {
    /// The start of an interval, where it is stated, or else its time.
    begin: i64,
    /// When what it says was so: an interval's middle, a stamp's own instant.
    pub moment: i64,
    time: i64,
    pub value: f64,
}

pub(super) fn reads<'a>(column: &Column<'a>, kind: &MeterKind) -> impl Iterator<Item = Read> + 'a {
    let starts = column.start();
    // An interval that has its end alone lies before it.
    let back = i64::from(matches!(kind, MeterKind::Interval));
    column.time().iter().zip(column.value()).enumerate().map(move |(i, (&time, &value))| match starts.get(i) {
        Some(&begin) => Read { begin, moment: begin / 2 + time / 2, time, value },
        None => Read { begin: time.saturating_sub(back), moment: time.saturating_sub(back), time, value },
    })
}

impl Page<'_> {
    /// The pictures of the gravest faults, each with its place in the list.
    pub(super) fn pictures(&self, findings: &[&Finding]) -> Vec<(usize, Markup)> {
        let drawn = findings.iter().enumerate().filter(|(_, finding)| finding.severity > Severity::Note);
        drawn.filter_map(|(i, finding)| Some((i, self.picture(finding)?))).take(MOST).collect()
    }

    fn picture(&self, finding: &Finding) -> Option<Markup> {
        let ledger = self.ledger?;
        let id = finding.meter.as_deref()?;
        let (book, series) = (ledger.meter(id)?, self.readings?.get(id)?);
        let meter = ledger.site().meters().get(ledger.site().meter_index(id)?)?;
        let at = instant(finding.at.as_deref()?)?;
        let lasts = finding.until.as_deref().and_then(instant).unwrap_or(at).max(at);
        let hole = book.holes_in(&(at.saturating_sub(1)..lasts.saturating_add(1))).last();
        let until = hole.map_or(lasts, |hole| hole.end.max(lasts));
        let is_own = |read: &Read| rejects(finding.code) && (read.begin == at || (at..lasts).contains(&read.begin));
        let column = series.column();
        let window = window(&column, ledger.period(), at, until)?;
        let mut points: Vec<Point> = reads(&column, &meter.kind)
            .filter(|read| (window.0..=window.1).contains(&read.time) && read.value.is_finite())
            .map(|read| {
                let in_doubt = is_own(&read) || is_unknown(book, read.moment);
                Point { time: read.time, value: read.value, in_doubt }
            })
            .collect();
        points.sort_by_key(|point| point.time);
        if points.len() < 2 {
            return None;
        }
        let (from, to) = window;
        let values = || points.iter().map(|point| point.value);
        let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let x = Axis::new((from as f64, to as f64), (4.0, WIDTH - 4.0));
        let room = if most > least { 0.0 } else { least.abs().max(1.0) };
        let (low, high) = (least - room, most + room);
        if !(high - low).is_finite() {
            return None;
        }
        let y = Axis::new((low, high), (BOTTOM, TOP));
        let thin = thinned(&points, from, to);
        let dots = |in_doubt: bool| {
            let mut path = String::new();
            for point in thin.iter().filter(|point| point.in_doubt == in_doubt) {
                let _ = write!(path, "M{} {}h0", x.at(point.time as f64), y.at(point.value));
            }
            path
        };
        let doubted = points.iter().filter(|point| point.in_doubt).count();
        let sound = points.len() - doubted;
        let zone = ledger.site().time_zone();
        let clock = |at: i64| rfc3339(at, &zone).replace('T', " ").chars().take(16).collect::<String>();
        let number = |value: f64| self.number(value, if value.abs() < 1e4 && value.fract() != 0.0 { 3 } else { 0 });
        let unit = meter.unit.to_string();
        let name = format!(
            "{}: {} – {}, {} {sound}, {} {doubted}",
            self.said(id),
            clock(from),
            clock(to),
            self.pick("读数", "readings"),
            self.pick("存疑", "in doubt"),
        );
        let holes = book.holes_in(&(from..to)).iter().take(POINTS);
        let near = {
            let middle = points.partition_point(|point| point.time < at);
            let start = middle.saturating_sub(ROWS / 2).min(points.len().saturating_sub(ROWS));
            points.iter().skip(start).take(ROWS)
        };
        Some(html! {
            figure class="picture" {
                svg viewBox={ "0 0 " (WIDTH) " 108" } role="img" aria-label=(name) class="small" {
                    @for hole in holes {
                        @let (left, right) = (x.at(hole.start.max(from) as f64), x.at(hole.end.min(to) as f64));
                        rect x=(left) y="2" width=(format!("{:.1}", (right - left).max(0.6))) height="88" class="f-missing" opacity="0.22" {}
                    }
                    path d=(dots(false)) class="p-sound" {}
                    path d=(dots(true)) class="p-doubt" {}
                    text x="4" y="102" class="faint" { (clock(from)) }
                    text x=(WIDTH - 4.0) y="102" text-anchor="end" class="faint" { (clock(to)) }
                }
                figcaption {
                    span class="swatch f-it" {} (self.pick("读数 ", "readings ")) (sound)
                    span class="swatch f-missing" {} (self.pick("存疑 ", "in doubt ")) (doubted)
                    (self.pick("；底色：电量未知；范围 ", "; shaded: energy not known; from "))
                    (number(least)) (self.pick(" 至 ", " to ")) (number(most)) " " (unit)
                }
            }
            details {
                summary { (self.pick("附近的读数", "the readings nearest to it")) }
                table {
                    thead { tr {
                        th scope="col" { (self.pick("时间", "time")) }
                        th scope="col" class="number" { (unit) }
                        th scope="col" { (self.pick("状态", "state")) }
                    } }
                    tbody {
                        @for point in near {
                            tr {
                                td { (clock(point.time)) }
                                td class="number" { (number(point.value)) }
                                td { (if point.in_doubt { self.pick("存疑", "in doubt") } else { "" }) }
                            }
                        }
                    }
                }
            }
        })
    }
}

fn instant(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The stretch that is shown: the fault, and as much beside it as makes it plain, as far as the period has readings.
fn window(column: &Column<'_>, period: &Period, at: i64, until: i64) -> Option<(i64, i64)> {
    let within = || column.time().iter().copied().filter(|time| (period.start()..=period.end()).contains(time));
    let (first, last, count) = within().fold((i64::MAX, i64::MIN, 0), |(a, b, n), t| (a.min(t), b.max(t), n + 1));
    let steps = Some(count - 1).filter(|steps: &i64| *steps > 0)?;
    let room = (last.checked_sub(first)? / steps).saturating_mul(AROUND).max(until.saturating_sub(at) / 2);
    let from = at.saturating_sub(room).max(first.min(at));
    let to = until.saturating_add(room).min(last.max(until));
    (from < to).then_some((from, to))
}

/// Whether a reading lies where the energy of its meter is not known.
fn is_unknown(book: &Book, moment: i64) -> bool {
    book.holes_in(&(moment.saturating_sub(1)..moment.saturating_add(1)))
        .iter()
        .any(|hole| hole.start < moment && moment < hole.end)
}

/// The least and the most of each part of time, those in doubt apart, where there are more points than can be seen.
fn thinned(points: &[Point], from: i64, to: i64) -> Vec<Point> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let parts = (POINTS / 4) as i128;
    let span = i128::from(to) - i128::from(from) + 1;
    let part = |point: &Point| (i128::from(point.time) - i128::from(from)) * parts / span;
    let mut thin = Vec::with_capacity(POINTS);
    for same in points.chunk_by(|a, b| part(a) == part(b)) {
        for in_doubt in [false, true] {
            let of = || same.iter().filter(|point| point.in_doubt == in_doubt).copied();
            thin.extend(of().min_by(|a, b| a.value.total_cmp(&b.value)));
            thin.extend(of().max_by(|a, b| a.value.total_cmp(&b.value)));
        }
    }
    thin
}
