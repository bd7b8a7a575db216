//! The calendar of what is known (数据覆盖日历): a column a day, a row an hour.

use super::Page;
use crate::{
    kpi::{Boundary, Course, Stretch},
    period::Granularity,
};
use maud::{Markup, html};

/// A day more, and columns would be thinner than a point: longer periods have their months.
const MOST_DAYS: usize = 400;
const HOUR_MS: i64 = 3_600_000;

/// How much of an hour is known.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    All,
    Some,
    None,
}

impl Known {
    fn of(hour: &Stretch) -> Self {
        match hour.coverage {
            share if share >= 1.0 => Known::All,
            share if share > 0.0 => Known::Some,
            _ => Known::None,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Known::All => "f-known",
            Known::Some => "f-partly",
            Known::None => "f-missing",
        }
    }
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
        let boundary = Boundary::new(ledger.site(), pue.category);
        let hours = Course::new(ledger, &boundary, period).by(Granularity::Hour);
        let sums = [Known::All, Known::Some, Known::None]
            .map(|known| hours.iter().filter(|hour| Known::of(hour) == known).count());
        let [all, some, none] = sums;
        let width = (700.0 / count as f64 * 100.0).floor() / 100.0;
        // Runs of days in which the same hour is not known.
        let mut runs: Vec<(usize, usize, usize, Known)> = Vec::new();
        let mut day = 0;
        for hour in &hours {
            while days.get(day + 1).is_some_and(|end| *end <= hour.start) {
                day += 1;
            }
            let known = Known::of(hour);
            if known == Known::All {
                continue;
            }
            let start = days.get(day).copied().unwrap_or(hour.start);
            let row = usize::try_from((hour.start - start) / HOUR_MS).unwrap_or(0).min(24);
            match runs.iter_mut().rev().take(25).find(|run| run.2 == row && run.0 + run.1 == day && run.3 == known) {
                Some(run) => run.1 += 1,
                None => runs.push((day, 1, row, known)),
            }
        }
        let name = self.pick("逐小时数据覆盖（横向为日，纵向为时）", "which hours are known (days across, hours down)");
        let label = format!("{name}: {all} / {some} / {none}");
        let firsts = period.parts(Granularity::Month).map(|month| (month.start(), month.first_day()));
        let body = html! {
            figure {
                div class="wide" tabindex="0" role="region" aria-label=(name) {
                    svg viewBox="0 0 720 152" role="img" aria-label=(label) {
                        rect x="20" y="4" width=(width * count as f64) height="125" class="f-known" {}
                        @for (day, length, row, known) in &runs {
                            rect x=((20.0 + width * *day as f64) as f32) y=(4 + 5 * row) width=((width * *length as f64) as f32) height="5" class=(known.class()) {}
                        }
                        @for hour in [0, 6, 12, 18] { text x="16" y=(14 + 5 * hour) text-anchor="end" class="faint" { (hour) } }
                        @for (start, first) in firsts {
                            @let column = days.partition_point(|day| *day < start);
                            text x=((20.0 + width * column as f64) as f32) y="146" class="faint" { (first.month()) }
                        }
                    }
                }
                figcaption {
                    span class="swatch f-known" {} (self.pick("已知", "known")) " " (all)
                    span class="swatch f-partly" {} (self.pick("部分已知", "known in part")) " " (some)
                    span class="swatch f-missing" {} (self.pick("未知", "not known")) " " (none)
                    (self.pick("（小时）", " (hours)"))
                }
            }
        };
        self.section("calendar", self.pick("数据覆盖", "Coverage"), body)
    }
}
