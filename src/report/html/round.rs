//! A round of submissions as one page (核查汇总页): what came of all, and a line for each that can be sorted and filtered.

use super::{mark, shell};
use crate::{
    assessment::Assessment,
    facility::Scale,
    finding::{Lang, Severity, Text, harmless},
    portfolio::{Attendance, Round},
    quantity::Decimal,
    retrofit::Savings,
    rule::Outcome,
};
use maud::{Markup, PreEscaped, html};
use std::fmt;

/// A longer table makes a page that opens slowly: beyond, it holds those that somebody has to look at, and says so.
const MOST_ROWS: usize = 10_000;
/// The histogram goes from 1.0 in steps of so much, and what is beyond is in its last bar.
const STEP: f64 = 0.05;
const BARS: usize = 21;

/// One record of a round, as its page shows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RoundRow {
    /// The facility's id; of a record without one where it came from.
    pub site: String,
    /// Its name.
    pub name: Option<Text>,
    /// The PUE as it is published, and whether it is an annual one.
    pub pue: Option<(Decimal, bool)>,
    /// Its expanded uncertainty (k = 2).
    pub expanded: Option<f64>,
    /// Its scale.
    pub scale: Option<Scale>,
    /// The outcomes, with pack and requirement.
    pub verdicts: Vec<(String, Outcome)>,
    /// The outcome that weighs most.
    pub worst: Option<Outcome>,
    /// Errors and warnings.
    pub faults: usize,
    /// What reaching the target would save in a year.
    pub savings: Option<Savings>,
    /// Where its own report is, from this page on.
    pub link: Option<String>,
}

impl RoundRow {
    /// Of one answer; `source` says where it came from.
    pub fn new(answer: &Assessment, source: &str) -> Self {
        let verdicts = answer.verdicts.iter().filter(|verdict| verdict.outcome != Outcome::NotApplicable);
        RoundRow {
            site: answer.facility.clone().unwrap_or_else(|| source.to_owned()),
            name: answer.name.clone(),
            pue: answer.pue.as_ref().map(|pue| (pue.published(), pue.is_annual())),
            expanded: answer.pue.as_ref().and_then(|pue| Some(pue.uncertainty.as_ref().ok()?.expanded())),
            scale: answer.kpis.scale,
            verdicts: verdicts.map(|one| (format!("{} {}", one.pack, one.requirement), one.outcome)).collect(),
            worst: answer.worst(),
            faults: answer.findings.iter().filter(|finding| finding.severity > Severity::Note).count(),
            savings: answer.retrofit.as_ref().and_then(|retrofit| retrofit.savings(None, None)),
            link: None,
        }
    }

    /// With the place of its own report.
    pub fn link(mut self, link: Option<String>) -> Self {
        self.link = link;
        self
    }

    fn needs_a_look(&self) -> bool {
        self.faults > 0 || self.worst != Some(Outcome::Meets)
    }
}

/// A round as a page of HTML: without script a table, with it one that is sorted and filtered.
///
/// ```
/// use pue::{Lang, portfolio::Round, report::{RoundPage, RoundRow}, submission::audit_json};
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json"));
/// let answer = audit_json(json, &[]);
/// let mut round = Round::by_site();
/// round.add(&answer);
/// let rows = [RoundRow::new(&answer, "02-over-the-limit.json")];
/// let page = RoundPage::new(&round, &rows, Lang::En).to_string();
/// assert!(page.contains("WH-0102") && page.contains("1.310"));
/// ```
#[derive(Debug)]
pub struct RoundPage<'a> {
    round: &'a Round,
    rows: &'a [RoundRow],
    lang: Lang,
    attendance: Option<Attendance<'a>>,
}

impl<'a> RoundPage<'a> {
    /// A page in one language.
    pub const fn new(round: &'a Round, rows: &'a [RoundRow], lang: Lang) -> Self {
        RoundPage { round, rows, lang, attendance: None }
    }

    /// With who was expected and did not report.
    pub fn attendance(mut self, attendance: Option<Attendance<'a>>) -> Self {
        self.attendance = attendance;
        self
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }

    fn markup(&self) -> Markup {
        let title = self.pick("PUE 核查汇总", "PUE audit of a round");
        let body = html! {
            header { h1 { (title) } (self.totals()) }
            main {
                (self.distribution())
                (self.table())
                (self.savings())
                (self.faults())
                (self.absent())
            }
            script { (PreEscaped(include_str!("round.js"))) }
        };
        shell::page(self.lang, title, "round", body)
    }

    fn totals(&self) -> Markup {
        let portfolio = &self.round.portfolio;
        let pue = portfolio.pue().and_then(|pue| pue.round(3)).map(|pue| pue.to_string());
        html! {
            p class="big" { (self.round.records) " " (self.pick("份", "records")) }
            dl {
                @for outcome in [Outcome::Meets, Outcome::Fails, Outcome::Undetermined, Outcome::NotApplicable] {
                    dt { (mark(outcome)) " " (outcome.text().in_lang(self.lang)) } dd { (portfolio.with(outcome)) }
                }
                dt { (self.pick("无法读取", "unreadable")) } dd { (portfolio.unjudged) }
                dt { (self.pick("未发现问题", "without a fault")) } dd { (self.round.clean) }
                @if let Some(pue) = pue {
                    dt { (self.pick("合计 PUE（Σ总电量/ΣIT）", "PUE of all (Σ total / Σ IT)")) }
                    dd { (pue) " (" (portfolio.counted) (self.pick(" 个年度值", " annual values")) ")" }
                }
            }
        }
    }

    /// How many sites have which annual PUE, by scale.
    fn distribution(&self) -> Markup {
        let groups = [
            (self.pick("大型及以上", "large and above"), "f-it"),
            (self.pick("中小型", "smaller"), "f-total"),
            (self.pick("规模未知", "scale not known"), "f-rest"),
        ];
        let mut counts = [[0_usize; BARS]; 3];
        for row in self.rows {
            let Some((published, true)) = row.pue else { continue };
            let bar = ((crate::quantity::Ratio::from(&published).to_f64() - 1.0) / STEP)
                .floor()
                .clamp(0.0, (BARS - 1) as f64);
            let group = match row.scale {
                Some(Scale::Large | Scale::SuperLarge) => 0,
                Some(_) => 1,
                None => 2,
            };
            if let Some(count) = counts.get_mut(group).and_then(|bars| bars.get_mut(bar as usize)) {
                *count += 1;
            }
        }
        let of_bar = |bar: usize| counts.iter().filter_map(|bars| bars.get(bar)).sum::<usize>();
        let most = (0..BARS).map(of_bar).max().unwrap_or(0);
        if most == 0 {
            return html! {};
        }
        // Of one bar: each group that has records there, and how many stand below it.
        let stacked = |bar: usize| {
            let of_group = counts.iter().filter_map(move |bars| bars.get(bar).copied());
            let parts = of_group.zip(groups).scan(0, |below, (count, (_, class))| {
                let part = (count, *below, class);
                *below += count;
                Some(part)
            });
            parts.filter(|(count, ..)| *count > 0).collect::<Vec<_>>()
        };
        let (width, height) = (32.0, 160.0);
        let label = |bar: usize| format!("{:.2}{}", 1.0 + STEP * bar as f64, if bar + 1 == BARS { "+" } else { "" });
        let name = self.pick("年度 PUE 的分布", "how the annual PUE are spread");
        html! {
            section aria-labelledby="spread" {
                h2 id="spread" { (name) }
                figure {
                    div class="wide" tabindex="0" role="group" aria-label=(name) {
                        svg viewBox="0 0 720 206" role="img" aria-label=(name) {
                            @for bar in 0..BARS {
                                @let x = 24.0 + width * bar as f64;
                                @for (count, below, class) in stacked(bar) {
                                    @let part = height * count as f64 / most as f64;
                                    @let y = 20.0 + height - height * below as f64 / most as f64 - part;
                                    rect x=(x + 2.0) y=(format!("{y:.1}")) width=(width - 4.0) height=(format!("{part:.1}")) class=(class) {}
                                }
                                @if of_bar(bar) > 0 { text x=(x + width / 2.0) y=(format!("{:.1}", 15.0 + height - height * of_bar(bar) as f64 / most as f64)) text-anchor="middle" { (of_bar(bar)) } }
                                @if bar % 2 == 0 { text x=(x) y="198" class="faint" { (label(bar)) } }
                            }
                        }
                    }
                    figcaption { @for (name, class) in groups { span class={ "swatch " (class) } {} (name) } }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let is_whole = self.rows.len() <= MOST_ROWS;
        let shown: Vec<&RoundRow> =
            self.rows.iter().filter(|row| is_whole || row.needs_a_look()).take(MOST_ROWS).collect();
        let head = |zh, en, class: &str| html! { th scope="col" class=(class) { button type="button" { (self.pick(zh, en)) } } };
        html! {
            section aria-labelledby="records" {
                h2 id="records" { (self.pick("各数据中心", "Records")) }
                @if !is_whole {
                    p { (match self.lang {
                        Lang::Zh => format!("只列出须人工查看的前 {} 份", shown.len()),
                        Lang::En => format!("only records that somebody has to look at are shown, the first {}", shown.len()),
                    }) }
                }
                p id="filter" hidden {
                    label { (self.pick("筛选 ", "filter ")) input id="filter-text" type="search"; }
                    " "
                    label { (self.pick("结论 ", "outcome "))
                        select id="filter-outcome" {
                            option value="" { (self.pick("全部", "all")) }
                            @for outcome in [Outcome::Meets, Outcome::Fails, Outcome::Undetermined, Outcome::NotApplicable] {
                                option value=(outcome.as_str()) { (outcome.text().in_lang(self.lang)) }
                            }
                        }
                    }
                }
                div class="wide" tabindex="0" role="group" aria-label=(self.pick("各数据中心", "Records")) {
                    table data-sort {
                        thead { tr {
                            (head("数据中心", "site", ""))
                            (head("PUE", "PUE", "number"))
                            (head("U（k=2）", "U (k=2)", "number"))
                            (head("规模", "scale", ""))
                            (head("结论", "outcome", ""))
                            (head("问题", "faults", "number"))
                            (head("年节电潜力 MWh", "savings, MWh", "number"))
                        } }
                        tbody { @for row in shown { (self.row(row)) } }
                    }
                }
            }
        }
    }

    fn row(&self, row: &RoundRow) -> Markup {
        let outcome = row.worst.map_or("", Outcome::as_str);
        let scale = row.scale.map(|scale| if self.lang == Lang::Zh { scale.zh() } else { scale.as_str() });
        let site = harmless(&row.site);
        let name = row.name.as_ref().map(|name| harmless(name.in_lang(self.lang)));
        let savings = row.savings.as_ref().map(|savings| format!("{:.1}", savings.kwh.kwh() / 1e3));
        html! {
            tr data-outcome=(outcome) class=(outcome) {
                th scope="row" {
                    @match &row.link { Some(link) => a href=(link) { (site) }, None => (site) }
                    @if let Some(name) = name { br; span class="faint" { (name) } }
                }
                td class="number" { @if let Some((pue, annual)) = &row.pue { (pue) @if !annual { " *" } } }
                td class="number" { @if let Some(expanded) = row.expanded { (format!("±{expanded:.3}")) } }
                td { (scale.unwrap_or("")) }
                td {
                    @match row.worst { Some(worst) => span class="badge" { (mark(worst)) " " (worst.text().in_lang(self.lang)) }, None => (self.pick("无法读取", "unreadable")) }
                    @for (name, outcome) in &row.verdicts { br; span class="faint" { (mark(*outcome)) " " (name) } }
                }
                td class="number" { (row.faults) }
                td class="number" { (savings.unwrap_or_default()) }
            }
        }
    }

    /// Where reaching the target would save most.
    fn savings(&self) -> Markup {
        let mut rows: Vec<(&RoundRow, f64)> = self
            .rows
            .iter()
            .filter_map(|row| Some((row, row.savings.as_ref()?.kwh.kwh())))
            .filter(|(_, kwh)| *kwh > 0.0)
            .collect();
        rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        rows.truncate(20);
        if rows.is_empty() {
            return html! {};
        }
        html! {
            section aria-labelledby="savings" {
                h2 id="savings" { (self.pick("年节电潜力最大的数据中心", "Where most could be saved in a year")) }
                ol { @for (row, kwh) in rows { li { (harmless(&row.site)) " · " (format!("{:.1} MWh", kwh / 1e3)) } } }
            }
        }
    }

    fn faults(&self) -> Markup {
        let frequent = self.round.frequent();
        if frequent.is_empty() {
            return html! {};
        }
        html! {
            section aria-labelledby="faults" {
                h2 id="faults" { (self.pick("最常见的问题", "Most frequent faults")) }
                table {
                    thead { tr {
                        th scope="col" { (self.pick("代码", "code")) }
                        th scope="col" { (self.pick("问题", "what")) }
                        th scope="col" class="number" { (self.pick("份数", "records")) }
                    } }
                    tbody {
                        @for (code, count) in frequent.into_iter().take(20) {
                            tr { td { code { (code) } } td { (code.title().in_lang(self.lang)) } td class="number" { (count) } }
                        }
                    }
                }
            }
        }
    }

    fn absent(&self) -> Markup {
        let Some(attendance) = &self.attendance else { return html! {} };
        html! {
            section aria-labelledby="absent" {
                h2 id="absent" { (self.pick("应报未报", "Did not report")) " (" (attendance.missing.len()) ")" }
                ul {
                    @for site in &attendance.missing {
                        li {
                            (harmless(&site.id))
                            @if let Some(name) = &site.name { " · " (harmless(name.in_lang(self.lang))) }
                        }
                    }
                }
            }
        }
    }
}

impl fmt::Display for RoundPage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.markup().into_string())
    }
}
