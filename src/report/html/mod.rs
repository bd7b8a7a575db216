//! The report as one page of HTML: nothing is loaded for it, it is read without script, printed, and by screen readers.
//!
//! What is said comes from the same sections as the text; charts and tables show the same figures. Each chart has its table.

mod board;
mod calendar;
mod chart;
mod picture;
mod round;
mod shell;

pub use board::BoardPage;
pub use round::{RoundPage, RoundRow};

use super::{
    Report, Style, colon, document,
    sections::{Section, Topic},
};
use crate::{
    assessment::{Assessment, MeterEnergy},
    finding::{Finding, Lang, Severity, harmless},
    ledger::Ledger,
    metering::{Meter, Readings},
    quantity::ExactEnergy,
    rule::{Outcome, Verdict},
};
use maud::{Markup, html};
use std::{collections::BTreeSet, fmt};

/// An assessment as a page of HTML.
///
/// ```
/// use pue::{Lang, report::Page, submission::audit_json};
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json"));
/// let page = Page::new(&audit_json(json, &[]), Lang::En).to_string();
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("fails"));
/// assert!(!page.contains("<script") && !page.contains("http"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    report: Report<'a>,
    ledger: Option<&'a Ledger<'a>>,
    readings: Option<&'a Readings>,
}

impl<'a> Page<'a> {
    /// A page in one language.
    pub const fn new(assessment: &'a Assessment, lang: Lang) -> Self {
        Page { report: Report::new(assessment, lang, Style::Text), ledger: None, readings: None }
    }

    /// With what only the ledger tells: the tree of the meters, and which hours are known.
    pub const fn with_ledger(mut self, ledger: &'a Ledger<'a>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// With the readings of that ledger: pictures of the gravest faults, and which of the hours that are not known were read.
    pub const fn with_readings(mut self, readings: &'a Readings) -> Self {
        self.readings = Some(readings);
        self
    }

    fn assessment(&self) -> &'a Assessment {
        self.report.assessment
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.report.pick(zh, en)
    }

    fn markup(&self) -> Markup {
        let (facility, period) = self.report.head();
        let facility = harmless(facility);
        let assessment = self.assessment();
        let name = assessment.name.as_ref().map(|name| harmless(name.in_lang(self.report.lang)));
        let operator = assessment.operator.as_deref().map(harmless);
        let sections = self.report.sections().0;
        let has_pue = assessment.pue.is_some();
        let body = html! {
            header {
                h1 { (name.as_deref().unwrap_or(&facility)) }
                p class="faint" {
                    (facility) " · " (period)
                    @if let Some(operator) = operator { " · " (operator) }
                }
                p class="big" { (self.big()) }
                p { (self.counts()) }
                @if let Some(first) = self.first() { p { strong { (self.pick("首先：", "First: ")) } (first) } }
            }
            main {
                @if !has_pue { (self.findings()) }
                (self.verdicts())
                @if assessment.period.is_some() { (self.pue(&sections)) }
                (self.listed(&sections, Topic::Reliance))
                (self.months())
                (self.overhead())
                (self.calendar())
                (self.meters())
                @if has_pue { (self.findings()) }
                (self.listed(&sections, Topic::Indicators))
                (self.listed(&sections, Topic::Declared))
                (self.listed(&sections, Topic::Retrofit))
                (self.listed(&sections, Topic::Comparisons))
                (self.record())
            }
        };
        shell::page(self.report.lang, &format!("{facility} · {period} · PUE"), "report", body)
    }

    fn section(&self, id: &str, title: &str, body: Markup) -> Markup {
        html! {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                (body)
            }
        }
    }

    /// A section that is a list.
    fn listed(&self, sections: &[Section], topic: Topic) -> Markup {
        let Some(section) = sections.iter().find(|section| section.topic == topic) else { return html! {} };
        self.section(id_of(topic), section.title, items(section))
    }

    fn verdicts(&self) -> Markup {
        let all = &self.assessment().verdicts;
        let (others, ruled): (Vec<&Verdict>, Vec<&Verdict>) =
            all.iter().partition(|verdict| verdict.outcome == Outcome::NotApplicable);
        if all.is_empty() {
            return html! {};
        }
        let body = html! {
            @for (i, verdict) in ruled.iter().enumerate() { (self.verdict(verdict, i)) }
            @if ruled.is_empty() { p { (self.pick("没有适用的要求", "no requirement applies")) } }
            @if !others.is_empty() {
                details {
                    summary { (self.pick("不适用的要求", "Requirements that do not apply")) " (" (others.len()) ")" }
                    ul {
                        @for verdict in others {
                            li { (verdict.pack) " " (verdict.requirement) (colon(self.report.lang)) (self.reason(verdict)) }
                        }
                    }
                }
            }
        };
        self.section("verdicts", self.pick("判定", "Verdicts"), body)
    }

    fn verdict(&self, verdict: &'a Verdict, number: usize) -> Markup {
        let lang = self.report.lang;
        let outcome = verdict.outcome.text();
        let limit = format!("{} {}", verdict.relation.symbol(), verdict.limit);
        let of = document(&verdict.pack, &verdict.citation, (&verdict.requirement, lang), &limit);
        let basis = verdict.citation.basis.text();
        let id = format!("verdict-{number}");
        html! {
            article class={ "verdict " (verdict.outcome.as_str()) } aria-labelledby=(id) {
                h3 id=(id) { span class="badge" { (mark(verdict.outcome)) " " (outcome.in_lang(lang)) } " · " (self.said(&of)) }
                p { (self.reason(verdict)) }
                @if let Some(margin) = self.margin(verdict) { p { (margin) } }
                @if let Some(conformance) = self.report.conformance(verdict) { p { (conformance) } }
                @if let Some(settles) = &verdict.settles {
                    p { strong { (self.pick("补充下列内容后可判定：", "would settle it: ")) } (self.said(self.report.say(settles))) }
                }
                details {
                    summary { (self.pick("依据、假定与计算过程", "source, assumptions and how it was worked out")) }
                    p { (self.pick("依据：", "source: ")) (verdict.citation.document) " " (verdict.citation.clause) " (" (basis.in_lang(lang)) ")" }
                    @if !verdict.assumptions.is_empty() {
                        ul {
                            @for one in &verdict.assumptions { li { (self.pick("假定：", "assumed: ")) (self.said(self.report.say(one))) } }
                        }
                    }
                    @if !verdict.trace.is_empty() {
                        table {
                            caption { (self.pick("计算过程", "steps")) }
                            thead { tr {
                                th scope="col" { (self.pick("步骤", "step")) }
                                th scope="col" { (self.pick("公式", "formula")) }
                                th scope="col" { (self.pick("输入", "inputs")) }
                                th scope="col" { (self.pick("结果", "result")) }
                            } }
                            tbody {
                                @for step in &verdict.trace {
                                    tr {
                                        td { (step.step) }
                                        td { (step.formula) }
                                        td { @for (name, value) in step.inputs.iter() { (name) " = " (self.said(&value.to_string())) br; } }
                                        td { (self.said(&step.value.to_string())) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn pue(&self, sections: &[Section]) -> Markup {
        let Some(section) = sections.iter().find(|section| section.topic == Topic::Pue) else { return html! {} };
        self.section("pue", section.title, html! { (self.scale()) (items(section)) })
    }

    /// The PUE, or that there is none.
    fn big(&self) -> String {
        match &self.assessment().pue {
            Some(pue) => format!("PUE {}", pue.published()),
            None => self.pick("PUE 无法得出", "no PUE").to_owned(),
        }
    }

    /// How many requirements are met, and how many faults the data have.
    fn counts(&self) -> String {
        let of = |outcome| self.assessment().verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
        let [meets, fails, open] = [Outcome::Meets, Outcome::Fails, Outcome::Undetermined].map(of);
        let of = |severity| self.assessment().findings.iter().filter(|finding| finding.severity == severity).count();
        let [errors, warnings] = [Severity::Error, Severity::Warning].map(of);
        match self.report.lang {
            Lang::Zh => {
                format!("要求：符合 {meets}，不符合 {fails}，无法判定 {open}；数据问题：错误 {errors}，警告 {warnings}")
            }
            Lang::En => format!(
                "requirements: {meets} met, {fails} failed, {open} undetermined; data: {errors} errors, {warnings} warnings"
            ),
        }
    }

    /// What to do before all else: the gravest error of the data, or what a verdict asks for, or the gravest warning.
    fn first(&self) -> Option<Markup> {
        let assessment = self.assessment();
        let gravest = |severity| self.by_stake().into_iter().find(|finding| finding.severity == severity);
        let of_data = |finding: &'a Finding| {
            let place = self.report.place(finding);
            html! { (self.said(self.report.say(&finding.advice))) " (" code { (finding.code) } (self.said(&place)) ") " a href="#findings" { (self.pick("详见数据问题", "see the findings")) } }
        };
        if let Some(error) = gravest(Severity::Error) {
            return Some(of_data(error));
        }
        let of = |outcome| assessment.verdicts.iter().find(|verdict| verdict.outcome == outcome);
        if let Some(fails) = of(Outcome::Fails) {
            let asks = self.margin(fails).unwrap_or_else(|| self.reason(fails));
            return Some(html! { (asks) " (" (fails.pack) " " (fails.requirement) ")" });
        }
        let open = of(Outcome::Undetermined).and_then(|open| Some((open, open.settles.as_ref()?)));
        if let Some((open, settles)) = open {
            return Some(html! { (self.said(self.report.say(settles))) " (" (open.pack) " " (open.requirement) ")" });
        }
        gravest(Severity::Warning).map(of_data)
    }

    /// What is wrong with the data, the gravest first: by severity, then by the energy at stake.
    fn by_stake(&self) -> Vec<&'a Finding> {
        let at_stake =
            |finding: &Finding| finding.least_kwh.zip(finding.most_kwh).map_or(0.0, |(least, most)| most - least);
        let mut findings: Vec<&Finding> = self.assessment().findings.iter().collect();
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(at_stake(b).total_cmp(&at_stake(a))));
        findings
    }

    /// What a verdict says behind its outcome, which stands above it.
    fn reason(&self, verdict: &'a Verdict) -> String {
        let (message, outcome) = (self.report.say(&verdict.message), verdict.outcome.text());
        let behind =
            message.strip_prefix(outcome.in_lang(self.report.lang)).and_then(|rest| rest.strip_prefix([':', '：']));
        self.said(behind.map_or(message, str::trim))
    }

    /// How much the non-IT energy may still grow, or has to fall, at the year's IT energy.
    fn margin(&self, verdict: &Verdict) -> Option<String> {
        let kwh = verdict.margin_kwh?.kwh();
        let energy = self.report.energy(ExactEnergy::from_kwh(kwh.abs()).ok()?);
        Some(match (kwh < 0.0, self.report.lang) {
            (false, Lang::Zh) => format!("距限值还可增加的非 IT 电量：{energy}"),
            (false, Lang::En) => format!("the non-IT energy may still grow by {energy}"),
            (true, Lang::Zh) => format!("须减少的非 IT 电量：{energy}"),
            (true, Lang::En) => format!("the non-IT energy has to fall by {energy}"),
        })
    }

    /// The meters, each below the one above it.
    fn meters(&self) -> Markup {
        let meters = &self.assessment().meters;
        if meters.is_empty() {
            return html! {};
        }
        let kwh = |energy: Option<ExactEnergy>| energy.map_or("–".to_owned(), |energy| self.number(energy.kwh(), 1));
        let share = |share: f64| format!("{:.1} %", share * 100.0);
        let body = html! {
            div class="wide" tabindex="0" role="region" aria-label=(self.pick("计量点表", "table of meters")) {
                table {
                    caption { (self.pick("电量 kWh；覆盖率为电量已知的时间占比", "energies in kWh; coverage is the share of time whose energy is known")) }
                    thead { tr {
                        th scope="col" { (self.pick("计量点", "meter")) }
                        th scope="col" { (self.pick("位置", "point")) }
                        th scope="col" class="number" { (self.pick("已知电量", "known")) }
                        th scope="col" class="number" { (self.pick("最小", "least")) }
                        th scope="col" class="number" { (self.pick("最大", "most")) }
                        th scope="col" class="number" { (self.pick("覆盖率", "coverage")) }
                        th scope="col" class="number" { (self.pick("读数", "readings")) }
                        th scope="col" class="number" { (self.pick("未用", "not used")) }
                    } }
                    tbody {
                        @for (depth, meter) in self.tree(meters) {
                            tr {
                                th scope="row" class={ "depth-" (depth) } { (self.said(&meter.id)) }
                                td { (meter.point.text().in_lang(self.report.lang)) }
                                td class="number" { (kwh(meter.known)) }
                                td class="number" { (kwh(meter.least)) }
                                td class="number" { (kwh(meter.most)) }
                                td class="number" { (share(meter.coverage)) }
                                td class="number" { (meter.readings) }
                                td class="number" { (meter.rejected) }
                            }
                        }
                    }
                }
            }
        };
        self.section("meters", self.pick("计量点", "Meters"), body)
    }

    /// Each meter with its depth in the tree, as far as the ledger tells it; every meter once.
    fn tree(&self, meters: &'a [MeterEnergy]) -> Vec<(usize, &'a MeterEnergy)> {
        /// Deeper trees are shown no deeper.
        const DEEPEST: usize = 8;
        let known: &[Meter] = self.ledger.map_or(&[], |ledger| ledger.site().meters());
        let parent_of = |id: &str| known.iter().find(|meter| meter.id == id).and_then(|meter| meter.parent.as_deref());
        let mut placed: BTreeSet<usize> = BTreeSet::new();
        let mut rows = Vec::with_capacity(meters.len());
        let is_root = |meter: &MeterEnergy| {
            parent_of(&meter.id).is_none_or(|parent| !meters.iter().any(|other| other.id == parent))
        };
        let mut open: Vec<(usize, usize)> =
            meters.iter().enumerate().rev().filter(|(_, meter)| is_root(meter)).map(|(i, _)| (0, i)).collect();
        while let Some((depth, i)) = open.pop() {
            let Some(meter) = meters.get(i).filter(|_| placed.insert(i)) else { continue };
            rows.push((depth.min(DEEPEST), meter));
            let below = meters.iter().enumerate().rev().filter(|(_, other)| parent_of(&other.id) == Some(&meter.id));
            open.extend(below.map(|(below, _)| (depth + 1, below)));
        }
        // What goes round in a circle hangs below nothing.
        rows.extend(meters.iter().enumerate().filter(|(i, _)| !placed.contains(i)).map(|(_, meter)| (0, meter)));
        rows
    }

    /// What is wrong with the data: errors first, then by the energy that is at stake.
    fn findings(&self) -> Markup {
        let findings = self.by_stake();
        if findings.is_empty() {
            return html! {};
        }
        let (notes, faults): (Vec<&Finding>, Vec<&Finding>) =
            findings.into_iter().partition(|finding| finding.severity == Severity::Note);
        let body = html! {
            @if faults.is_empty() { p { (self.pick("没有错误或警告", "no errors and no warnings")) } }
            @if !faults.is_empty() { (self.finding_table(&faults, self.pick("错误与警告，按涉及电量排列", "errors and warnings, by the energy at stake"))) }
            @if !notes.is_empty() {
                details {
                    summary { (self.pick("提示", "Notes")) " (" (notes.len()) ")" }
                    (self.finding_table(&notes, self.pick("提示", "notes")))
                }
            }
        };
        self.section("findings", self.pick("数据问题", "Findings"), body)
    }

    fn finding_table(&self, findings: &[&'a Finding], caption: &str) -> Markup {
        let mut pictures = self.pictures(findings).into_iter().peekable();
        html! {
            div class="wide" tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption { (caption) }
                    thead { tr {
                        th scope="col" { (self.pick("代码", "code")) }
                        th scope="col" { (self.pick("位置", "where")) }
                        th scope="col" { (self.pick("问题与处理", "what, and what to do")) }
                        th scope="col" class="number" { (self.pick("涉及电量 kWh", "at stake, kWh")) }
                    } }
                    tbody {
                        @for (i, finding) in findings.iter().enumerate() {
                            tr {
                                td {
                                    (self.report.weight(finding.severity)) br;
                                    code { (finding.code) }
                                    @if finding.count > 1 { " ×" (finding.count) }
                                }
                                td { (self.said(self.report.place(finding).trim())) }
                                td {
                                    p { (self.said(self.report.say(&finding.message))) (self.said(&self.report.facts(finding))) }
                                    @if finding.severity > Severity::Note { p { "→ " (self.said(self.report.say(&finding.advice))) } }
                                    @if let Some((_, picture)) = pictures.next_if(|(at, _)| *at == i) { (picture) }
                                }
                                td class="number" {
                                    @if let Some((least, most)) = finding.least_kwh.zip(finding.most_kwh) {
                                        (self.number(least, 1)) " – " (self.number(most, 1))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What makes it reproducible.
    fn record(&self) -> Markup {
        let record = &self.assessment().record;
        let body = html! {
            dl {
                dt { "pue" } dd { (self.assessment().library) }
                @if let Some(digest) = &record.input_sha256 { dt { (self.pick("输入 SHA-256", "SHA-256 of the input")) } dd { code { (digest) } } }
                @for pack in &record.packs {
                    dt { (self.pick("规则包", "pack")) }
                    dd { (pack) }
                }
                @for (name, value) in &record.settings { dt { (self.pick("设置", "setting")) } dd { (name) " = " (self.said(value)) } }
                dt { (self.pick("时区数据库", "time zones")) } dd { (record.tzdb) }
            }
        };
        self.section("record", self.pick("记录", "Record"), body)
    }

    /// What somebody else may have written.
    fn said(&self, text: &str) -> String {
        harmless(text).into_owned()
    }

    /// A number with groups of three digits.
    fn number(&self, number: f64, digits: usize) -> String {
        let plain = format!("{number:.digits$}");
        let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
        let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
        if !whole.chars().all(|c| c.is_ascii_digit()) {
            return plain;
        }
        let mut grouped = String::with_capacity(plain.len() + whole.len() / 3);
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i) % 3 == 0 {
                grouped.push(if self.report.lang == Lang::Zh { '\u{2009}' } else { ',' });
            }
            grouped.push(digit);
        }
        if rest.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{rest}") }
    }
}

/// The items of a section, each with what belongs to it.
fn items(section: &Section) -> Markup {
    html! {
        ul {
            @for item in &section.items {
                li {
                    (harmless(item.text.strip_prefix("· ").unwrap_or(&item.text)))
                    @for line in &item.below { p { (harmless(line)) } }
                }
            }
        }
    }
}

const fn id_of(topic: Topic) -> &'static str {
    match topic {
        Topic::Pue => "pue",
        Topic::Verdicts => "verdicts",
        Topic::Reliance => "reliance",
        Topic::Indicators => "indicators",
        Topic::Declared => "declared",
        Topic::Retrofit => "retrofit",
        Topic::Comparisons => "comparisons",
        Topic::Findings => "findings",
    }
}

pub(super) const fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Meets => "✓",
        Outcome::Fails => "✗",
        Outcome::Undetermined => "?",
        Outcome::NotApplicable => "–",
    }
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.markup().into_string())
    }
}
