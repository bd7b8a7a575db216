//! Charts as SVG, each with its table: the PUE beside its limits, the months, and where the overhead goes.
//!
//! Bars, lines and labels over a scale of one axis are these two hundred lines; a plotting library brings fonts and colours of its own,
//! which neither follow the reader's light or dark page nor have a table.

use super::{Page, mark};
use crate::{
    assessment::Reliance,
    kpi::Monthly,
    quantity::{Decimal, Ratio},
    rule::{Outcome, Verdict},
};
use maud::{Markup, html};

/// The width of every chart.
const WIDTH: f64 = 720.0;

/// So many statements have a ring on the scale.
const MOST_WITHOUT: usize = 12;

/// A linear scale from values to places.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Axis {
    pub(super) const fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        Axis { from, to, start, end }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from);
        let place = self.start + share.clamp(0.0, 1.0) * (self.end - self.start);
        (place * 10.0).round() / 10.0
    }

    /// At most `most` round values within it.
    fn ticks(&self, most: usize) -> (Vec<f64>, usize) {
        let rough = (self.to - self.from) / most as f64;
        let power = rough.log10().floor();
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * 10_f64.powf(power)).find(|step| *step >= rough);
        let step = step.unwrap_or(rough).max(f64::MIN_POSITIVE);
        let first = (self.from / step).ceil();
        let count = ((self.to / step).floor() - first).clamp(0.0, 2.0 * most as f64);
        let ticks = (0..=count as usize).map(|i| (first + i as f64) * step).collect();
        (ticks, (-step.log10().floor()).max(0.0) as usize)
    }
}

impl Page<'_> {
    /// The PUE with its interval and its bounds, over the limits that apply.
    pub(super) fn scale(&self) -> Markup {
        let assessment = self.assessment();
        let Some(pue) = assessment.pue.as_ref() else { return html! {} };
        let value = pue.value.ratio().to_f64();
        let interval = pue.uncertainty.as_ref().ok().map(|known| known.interval());
        let bound = |bound: Option<Ratio>| bound.map(Ratio::to_f64);
        // What it would be if one of the operator's statements were left aside.
        let without: Vec<(&Reliance, f64)> = assessment
            .reliance
            .iter()
            .filter_map(|one| Some((one, one.pue_without?.to_f64())))
            .take(MOST_WITHOUT)
            .collect();
        let (low, high) = (bound(pue.low), bound(pue.high));
        let limits: Vec<(&Verdict, f64)> = assessment
            .verdicts
            .iter()
            .filter(|verdict| verdict.method.is_some() && verdict.outcome != Outcome::NotApplicable)
            .filter_map(|verdict| Some((verdict, Ratio::from(&verdict.limit.parse::<Decimal>().ok()?).to_f64())))
            .collect();
        let stated = limits.iter().map(|(_, limit)| *limit).chain(without.iter().map(|(_, pue)| *pue));
        let all = stated.chain(interval.into_iter().flatten()).chain(low).chain(high);
        let (least, most) = all.fold((value, value), |(least, most), one| (least.min(one), most.max(one)));
        let room = ((most - least) * 0.08).max(0.01);
        let axis = Axis::new(((least - room).max(0.0), most + room), (250.0, WIDTH - 20.0));
        let row = |i: usize| 34.0 + 26.0 * i as f64;
        let bottom = row(limits.len() + 1 + usize::from(!without.is_empty()));
        let (ticks, digits) = axis.ticks(7);
        let (from, to) = (low.map_or(axis.start, |low| axis.at(low)), high.map_or(axis.end, |high| axis.at(high)));
        let name = self.pick("PUE 与各限值", "the PUE beside its limits");
        let label = format!("{name}: PUE {value:.4}");
        html! {
            figure {
                div class="wide" tabindex="0" role="region" aria-label=(name) {
                    svg viewBox={ "0 0 " (WIDTH) " " (bottom + 24.0) } role="img" aria-label=(label) {
                        @for tick in &ticks {
                            line x1=(axis.at(*tick)) x2=(axis.at(*tick)) y1="10" y2=(bottom) class="s-line" {}
                            text x=(axis.at(*tick)) y=(bottom + 16.0) text-anchor="middle" class="faint" { (format!("{tick:.digits$}")) }
                        }
                        text x="0" y=(row(0) + 4.0) { "PUE " (format!("{value:.4}")) }
                        @if (low, high) != (Some(value), Some(value)) {
                            rect x=(from) y=(row(0) - 8.0) width=(to - from) height="16" class="f-partly" opacity="0.45" {}
                        }
                        @if let Some([from, to]) = interval {
                            rect x=(axis.at(from)) y=(row(0) - 4.0) width=(axis.at(to) - axis.at(from)) height="8" class="f-it" {}
                        }
                        line x1=(axis.at(value)) x2=(axis.at(value)) y1="14" y2=(bottom) class="s-pue" {}
                        @for (i, (verdict, limit)) in limits.iter().enumerate() {
                            text x="0" y=(row(i + 1) + 4.0) {
                                (mark(verdict.outcome)) " " (verdict.relation.symbol()) " " (verdict.limit)
                                " " (verdict.pack)
                            }
                            line x1=(axis.at(*limit)) x2=(axis.at(*limit)) y1=(row(i + 1) - 9.0) y2=(row(i + 1) + 9.0) class="s-ink" stroke-width="3" {}
                        }
                        @if !without.is_empty() {
                            @let y = row(limits.len() + 1);
                            text x="0" y=(y + 4.0) { (self.pick("不采信申报依据时的 PUE", "PUE without the operator's word")) }
                            @for (_, pue) in &without { circle cx=(axis.at(*pue)) cy=(y) r="5" class="s-ink" fill="none" stroke-width="2" {} }
                        }
                    }
                }
                figcaption {
                    (self.pick("竖线：PUE；短粗线：限值；", "line: the PUE; thick marks: limits; "))
                    span class="swatch f-it" {} (self.pick("扩展不确定度（k = 2）", "expanded uncertainty (k = 2)"))
                    span class="swatch f-partly" {} (self.pick("缺失电量允许的范围", "what missing energy allows"))
                    @if !without.is_empty() { (self.pick("；圆圈：逐项不采信申报依据时的 PUE", "; rings: the PUE if one of the operator's statements is left aside")) }
                }
            }
            (self.limits(&limits, &without))
        }
    }

    fn limits(&self, limits: &[(&Verdict, f64)], without: &[(&Reliance, f64)]) -> Markup {
        if limits.is_empty() && without.is_empty() {
            return html! {};
        }
        let lang = self.report.lang;
        html! {
            details {
                summary { (self.pick("图中数据", "the figures of the chart")) }
                table {
                    thead { tr {
                        th scope="col" { (self.pick("规则", "rule")) }
                        th scope="col" class="number" { (self.pick("限值", "limit")) }
                        th scope="col" { (self.pick("结论", "outcome")) }
                        th scope="col" class="number" { (self.pick("符合概率", "probability")) }
                    } }
                    tbody {
                        @for (verdict, limit) in limits {
                            tr {
                                th scope="row" { (verdict.pack) " " (verdict.requirement) }
                                td class="number" { (verdict.relation.symbol()) " " (limit) }
                                td { (verdict.outcome.text().in_lang(lang)) }
                                td class="number" { (verdict.conformance_probability.map_or("–".to_owned(), crate::kpi::probability_text)) }
                            }
                        }
                    }
                }
                @if !without.is_empty() {
                    table {
                        thead { tr {
                            th scope="col" { (self.pick("不采信的申报依据", "what is left aside")) }
                            th scope="col" class="number" { "PUE" }
                        } }
                        tbody {
                            @for (one, pue) in without {
                                tr { td { (self.said(one.on.text().in_lang(lang))) " · " (self.said(&one.place.to_string())) } td class="number" { (format!("{pue:.4}")) } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Total and IT energy of each month, with its PUE; what is not known of a month is hatched by its share.
    pub(super) fn months(&self) -> Markup {
        let months = &self.assessment().monthly;
        let energies = months.iter().filter_map(|month| month.total_kwh).map(|energy| energy.kwh() / 1e3);
        let most = energies.fold(0.0, f64::max);
        if months.is_empty() || most <= 0.0 {
            return html! {};
        }
        let ratios = || months.iter().filter_map(|month| month.pue).filter(|pue| pue.is_finite());
        let (least_pue, most_pue) =
            ratios().fold((f64::INFINITY, 0.0), |(least, most), pue| (least.min(pue), f64::max(most, pue)));
        let (top, bottom) = (22.0, 216.0);
        let energy = Axis::new((0.0, most * 1.05), (bottom, top));
        let room = ((most_pue - least_pue) * 0.15).max(0.01);
        let ratio = Axis::new((least_pue - room, most_pue + room), (bottom, top));
        let (left, right) = (64.0, WIDTH - 48.0);
        let each = (right - left) / months.len() as f64;
        let x = |i: usize| left + each * i as f64;
        let centre = |i: usize| ((x(i) + each / 2.0) * 10.0).round() / 10.0;
        let every = months.len().div_ceil(if months.len() > 12 { 9 } else { 12 });
        let (energy_ticks, energy_digits) = energy.ticks(5);
        let (ratio_ticks, ratio_digits) = ratio.ticks(5);
        // A line goes on only from month to month; a gap breaks it.
        let mut path = String::new();
        let mut before = false;
        for (i, month) in months.iter().enumerate() {
            let known = month.pue.filter(|pue| pue.is_finite());
            if let Some(pue) = known {
                path += &format!("{}{} {} ", if before { "L" } else { "M" }, centre(i), ratio.at(pue));
            }
            before = known.is_some();
        }
        let name = self.pick("逐月电量与 PUE", "energy and PUE of each month");
        let body = html! {
            figure {
                div class="wide" tabindex="0" role="region" aria-label=(name) {
                    svg viewBox={ "0 0 " (WIDTH) " 250" } role="img" aria-label=(name) {
                        @for tick in &energy_ticks {
                            line x1=(left) x2=(right) y1=(energy.at(*tick)) y2=(energy.at(*tick)) class="s-line" {}
                            text x=(left - 6.0) y=(energy.at(*tick) + 4.0) text-anchor="end" class="faint" { (format!("{tick:.energy_digits$}")) }
                        }
                        @for tick in ratio_ticks.iter().filter(|_| least_pue.is_finite()) {
                            text x=(right + 6.0) y=(ratio.at(*tick) + 4.0) class="faint" { (format!("{tick:.ratio_digits$}")) }
                        }
                        text x=(left - 6.0) y="13" text-anchor="end" class="faint" { "MWh" }
                        text x=(right + 6.0) y="13" class="faint" { "PUE" }
                        @for (i, month) in months.iter().enumerate() {
                            (bars(month, (x(i), each), &energy))
                            @if i % every == 0 {
                                text x=(centre(i)) y=(bottom + 16.0) text-anchor="middle" class="faint" { (short(&month.month, every, i == 0)) }
                            }
                        }
                        path d=(path) class="s-pue" {}
                        @for (i, month) in months.iter().enumerate() {
                            @if let Some(pue) = month.pue.filter(|pue| pue.is_finite()) { circle cx=(centre(i)) cy=(ratio.at(pue)) r=(if every > 3 { 1.6 } else { 3.0 }) class="d-pue" {} }
                        }
                    }
                }
                figcaption {
                    span class="swatch f-it" {} "IT"
                    span class="swatch f-total" {} (self.pick("总电量", "total"))
                    span class="swatch f-missing" {} (self.pick("未知时间占比（柱底）", "share of the time that is not known (foot of the bar)"))
                    (self.pick("；折线：PUE（右轴）", "; line: PUE (right)"))
                }
            }
                details {
                    summary { (self.pick("图中数据", "the figures of the chart")) }
                    table {
                        thead { tr {
                            th scope="col" { (self.pick("月份", "month")) }
                            th scope="col" class="number" { (self.pick("总电量 MWh", "total, MWh")) }
                            th scope="col" class="number" { "IT, MWh" }
                            th scope="col" class="number" { "PUE" }
                            th scope="col" class="number" { (self.pick("已知", "known")) }
                        } }
                        tbody {
                            @for month in months {
                                tr {
                                    th scope="row" { (month.month) }
                                    td class="number" { (month.total_kwh.map_or("–".to_owned(), |energy| self.number(energy.kwh() / 1e3, 3))) }
                                    td class="number" { (month.it_kwh.map_or("–".to_owned(), |energy| self.number(energy.kwh() / 1e3, 3))) }
                                    td class="number" { (month.pue.map_or("–".to_owned(), |pue| format!("{pue:.4}"))) }
                                    td class="number" { (format!("{:.1} %", month.coverage * 100.0)) }
                                }
                            }
                        }
                    }
                }
        };
        self.section("months", self.pick("逐月", "Months"), body)
    }

    /// From IT to the total.
    pub(super) fn overhead(&self) -> Markup {
        let assessment = self.assessment();
        let (Some(overhead), Some(pue)) = (assessment.overhead.as_ref(), assessment.pue.as_ref()) else {
            return html! {};
        };
        let parts = [
            ("IT", "f-it", Some(1.0)),
            (self.pick("制冷", "cooling"), "f-cooling", overhead.cooling),
            (self.pick("供配电", "power chain"), "f-chain", overhead.power_chain),
            (self.pick("照明及其他", "lighting and other"), "f-other", overhead.lighting_other),
            (self.pick("未解释", "unexplained"), "f-rest", Some(overhead.unexplained)),
        ];
        let axis = Axis::new((0.0, pue.value.ratio().to_f64().max(1.0)), (0.0, WIDTH));
        let mut reached = 0.0;
        let mut bars = Vec::new();
        for (_, class, share) in &parts {
            let share = share.unwrap_or(0.0).max(0.0);
            bars.push((*class, axis.at(reached), axis.at(reached + share) - axis.at(reached)));
            reached += share;
        }
        let name = self.pick("每单位 IT 电量的用电去向", "where the energy goes for each unit of IT energy");
        let body = html! {
            figure {
                div class="wide" tabindex="0" role="region" aria-label=(name) {
                    svg viewBox={ "0 0 " (WIDTH) " 40" } role="img" aria-label=(name) {
                        @for (class, x, width) in bars { rect x=(x) y="4" width=(width) height="32" class=(class) {} }
                    }
                }
                table {
                    caption { (name) }
                    tbody {
                        @for (name, class, share) in parts {
                            tr {
                                th scope="row" { span class={ "swatch " (class) } {} (name) }
                                td class="number" { (share.map_or(self.pick("未单独计量", "not sub-metered").to_owned(), |share| format!("{share:.3}"))) }
                            }
                        }
                    }
                }
            }
        };
        self.section("overhead", self.pick("用电去向", "Where the energy goes"), body)
    }
}

/// The bars of one month, and below them the share that is not known.
fn bars(month: &Monthly, (x, each): (f64, f64), energy: &Axis) -> Markup {
    let bottom = energy.start;
    let (x, width) = (((x + each * 0.14) * 10.0).round() / 10.0, (each * 7.2).round() / 10.0);
    let bar = |kwh: f64, class: &str| {
        let y = energy.at(kwh / 1e3);
        html! { rect x=(x) y=(y) width=(width) height=(((bottom - y) * 10.0).round() / 10.0) class=(class) {} }
    };
    let unknown = (1.0 - month.coverage).clamp(0.0, 1.0);
    html! {
        @if let Some(total) = month.total_kwh { (bar(total.kwh(), "f-total")) }
        @if let Some(it) = month.it_kwh { (bar(it.kwh(), "f-it")) }
        @if unknown > 0.0 { rect x=(x) y=(bottom) width=((width * unknown * 10.0).round() / 10.0) height="4" class="f-missing" {} }
    }
}

/// `2024-03` as it fits below a chart: the month alone, or the year where it begins or months are left out.
fn short(month: &str, every: usize, is_first: bool) -> &str {
    match month.split_once('-') {
        Some((_, of_year)) if every == 1 && !is_first && of_year != "01" => of_year,
        _ => month,
    }
}
