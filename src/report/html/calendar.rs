//! The calendar of what is known (数据覆盖日历): a column a day, a row an hour.

use super::{Page, picture::reads};
use crate::{
    kpi::{Boundary, Course, Stretch},
    ledger::{Book, Ledger},
    metering::Meter,
    period::Granularity,
    quantity::Ratio,
};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// A day more, and columns would be thinner than a point: longer periods have their months.
const MOST_DAYS: usize = 400;
const HOUR_MS: i64 = 3_600_000;

/// What is known of an hour: what weighs most of all meters that are counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    All,
    /// With what was estimated, by others or by request.
    Estimated,
    /// The energy of a longer stretch, not its course.
    Sum,
    /// Read, and not used.
    Unusual,
    Missing,
}

impl Known {
    const EACH: [Known; 5] = [Known::All, Known::Estimated, Known::Sum, Known::Unusual, Known::Missing];

    const fn class(self) -> &'static str {
        match self {
            Known::All => "f-known",
            Known::Estimated => "f-cooling",
            Known::Sum => "f-rest",
            Known::Unusual => "f-partly",
            Known::Missing => "f-missing",
        }
    }

    const fn name(self) -> (&'static str, &'static str) {
        match self {
            Known::All => ("已知", "known"),
            Known::Estimated => ("估算", "estimated"),
            Known::Sum => ("仅知合计", "sum alone known"),
            Known::Unusual => ("有读数但未采用", "read, not used"),
            Known::Missing => ("缺失", "missing"),
        }
    }
}

/// An hour as it is drawn.
#[derive(Clone, Copy, PartialEq)]
struct Hour {
    known: Known,
    /// Whether some of it is known all the same.
    in_part: bool,
}

impl Page<'_> {
    /// Which hours of total and IT are known, if there is a ledger of hours.
    pub(super) fn calendar(&self) -> Markup {
        let (Some(ledger), Some(pue)) = (self.ledger, self.assessment().pue.as_ref()) else { return html! {} };
        let period = ledger.period();
        let days = period.edges(Granularity::Day);
        let count = days.len().saturating_sub(1);
        if count == 0 || count > MOST_DAYS || ledger.granularity() > Granularity::Hour {
            return html! {};
        }
        let boundary = Boundary::by(pue.method, ledger.site(), pue.category);
        let is_of_parts = self.assessment().record.settings.get("total").is_some_and(|total| total == "parts");
        let boundary = if is_of_parts { boundary.total_from_parts(ledger.site()) } else { boundary };
        let stretches = Course::new(ledger, &boundary, period).by(Granularity::Hour);
        let hours = self.hours(ledger, &boundary, &stretches);
        let sums = Known::EACH.map(|known| (known, hours.iter().filter(|hour| hour.known == known).count()));
        let width = (700.0 / count as f64 * 100.0).floor() / 100.0;
        // Runs of days in which of the same hour the same is known.
        let mut runs: Vec<(usize, usize, usize, Hour)> = Vec::new();
        let mut day = 0;
        for (stretch, hour) in stretches.iter().zip(&hours) {
            while days.get(day + 1).is_some_and(|end| *end <= stretch.start) {
                day += 1;
            }
            if hour.known == Known::All {
                continue;
            }
            let start = days.get(day).copied().unwrap_or(stretch.start);
            let row = usize::try_from((stretch.start - start) / HOUR_MS).unwrap_or(0).min(24);
            match runs.iter_mut().rev().take(25).find(|run| run.2 == row && run.0 + run.1 == day && run.3 == *hour) {
                Some(run) => run.1 += 1,
                None => runs.push((day, 1, row, *hour)),
            }
        }
        let shown = || sums.iter().filter(|(_, hours)| *hours > 0);
        let name = self.pick("逐小时数据覆盖（横向为日，纵向为时）", "which hours are known (days across, hours down)");
        let label = shown().fold(format!("{name}:"), |label, (known, hours)| {
            label + &format!(" {} {hours};", self.pick(known.name().0, known.name().1))
        });
        let firsts = period.parts(Granularity::Month).map(|month| (month.start(), month.first_day()));
        let body = html! {
            figure {
                div class="wide" tabindex="0" role="region" aria-label=(name) {
                    svg viewBox="0 0 720 152" role="img" aria-label=(label) {
                        rect x="20" y="4" width=(width * count as f64) height="125" class="f-known" {}
                        @for (day, length, row, hour) in &runs {
                            rect x=((20.0 + width * *day as f64) as f32) y=(4 + 5 * row) width=((width * *length as f64) as f32) height="5"
                                class=(hour.known.class()) opacity=[hour.in_part.then_some("0.6")] {}
                        }
                        @for hour in [0, 6, 12, 18] { text x="16" y=(14 + 5 * hour) text-anchor="end" class="faint" { (hour) } }
                        @for (start, first) in firsts {
                            @let column = days.partition_point(|day| *day < start);
                            text x=((20.0 + width * column as f64) as f32) y="146" class="faint" { (first.month()) }
                        }
                    }
                }
                figcaption {
                    @for (known, hours) in shown() {
                        span class={ "swatch " (known.class()) } {} (self.pick(known.name().0, known.name().1)) " " (hours)
                    }
                    (self.pick("（小时；颜色浅者，该小时部分已知）", " (hours; pale where some of the hour is known)"))
                }
            }
        };
        self.section("calendar", self.pick("数据覆盖", "Coverage"), body)
    }

    fn hours(&self, ledger: &Ledger<'_>, boundary: &Boundary, stretches: &[Stretch]) -> Vec<Hour> {
        let mut causes = vec![Known::All; stretches.len()];
        let counted: BTreeSet<usize> =
            boundary.all_carriers().iter().chain(&boundary.it).map(|term| term.meter).collect();
        for index in counted {
            let meter = ledger.site().meters().get(index);
            if let Some((meter, book)) = meter.zip(ledger.book(index)) {
                self.mark(meter, book, stretches, &mut causes);
            }
        }
        let hour = |(stretch, &cause): (&Stretch, &Known)| {
            let is_whole = stretch.coverage >= 1.0;
            let known = match (is_whole, cause) {
                (true, Known::Estimated) => Known::Estimated,
                (true, _) if stretch.total.is_none() => Known::Sum,
                (true, _) => Known::All,
                // Before the first reading and behind the last there is no hole.
                (false, Known::All) => Known::Missing,
                (false, cause) => cause,
            };
            Hour { known, in_part: !is_whole && stretch.coverage > 0.0 }
        };
        stretches.iter().zip(&causes).map(hour).collect()
    }

    /// Why a meter's energy is not known, hour by hour.
    fn mark(&self, meter: &Meter, book: &Book, stretches: &[Stretch], causes: &mut [Known]) {
        let Some(whole) = stretches.first().zip(stretches.last()).map(|(first, last)| first.start..last.end) else {
            return;
        };
        let column = self.readings.and_then(|readings| readings.get(&meter.id)).map(|series| series.column());
        let mut read: Vec<i64> = column
            .iter()
            .flat_map(|column| reads(column, &meter.kind))
            .filter(|read| read.value.is_finite())
            .map(|read| read.moment)
            .collect();
        if !read.is_sorted() {
            read.sort_unstable();
        }
        let unfilled = book.unfilled_in(&whole);
        for hole in book.holes_in(&whole) {
            let is_read = read.get(read.partition_point(|at| *at <= hole.start)).is_some_and(|at| *at < hole.end);
            let is_open = unfilled.binary_search_by_key(&hole.start, |open| open.start).is_ok();
            let cause = match (is_open, is_read) {
                (false, _) => Known::Estimated,
                (true, true) => Known::Unusual,
                (true, false) => Known::Missing,
            };
            let from = stretches.partition_point(|hour| hour.end <= hole.start);
            let until = stretches.partition_point(|hour| hour.start < hole.end);
            for one in causes.get_mut(from..until).unwrap_or_default() {
                *one = cause.max(*one);
            }
        }
        if book.has_estimates() {
            for (i, one) in causes.iter_mut().enumerate() {
                if *one == Known::All && book.estimated(&(i..i + 1), Ratio::ONE) != 0 {
                    *one = Known::Estimated;
                }
            }
        }
    }
}
