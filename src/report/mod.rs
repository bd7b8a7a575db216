//! The report (报告): an assessment as text or Markdown, in Chinese or English. It computes nothing.

mod kpis;
mod letter;
mod places;
mod uncertainty;

pub use letter::Letter;

use crate::{
    assessment::{Assessment, Reliance},
    finding::{Citation, Finding, Lang, Severity, Text, harmless},
    place::Part,
    quantity::ExactEnergy,
    retrofit::{FlagOutcome, measures},
    rule::{Comparison, Outcome, Verdict, packs},
};
use std::fmt::{self, Write};

/// What stands between a name and what is said of it.
const fn colon(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    }
}

/// The look of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// Plain text for a terminal.
    #[default]
    Text,
    /// Markdown.
    Markdown,
}

/// An assessment to be shown.
///
/// ```
/// use pue::{finding::Lang, report::{Report, Style}, submission::audit_json};
/// let assessment = audit_json(b"{}", &[]);
/// let report = Report::new(&assessment, Lang::Zh, Style::Text).to_string();
/// assert!(report.contains("json.schema"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    assessment: &'a Assessment,
    lang: Lang,
    style: Style,
}

impl<'a> Report<'a> {
    /// A report in one language and style.
    pub const fn new(assessment: &'a Assessment, lang: Lang, style: Style) -> Self {
        Report { assessment, lang, style }
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    fn say(&self, text: &'a Text) -> &'a str {
        text.in_lang(self.lang)
    }

    /// In MWh, in Chinese in 万千瓦时 too.
    fn energy(&self, energy: ExactEnergy) -> String {
        let mwh = energy.kwh() / 1e3;
        match self.lang {
            Lang::Zh => format!("{mwh:.3} MWh（{:.4} 万千瓦时）", mwh / 10.0),
            Lang::En => format!("{mwh:.3} MWh"),
        }
    }

    fn heading(&self, f: &mut fmt::Formatter<'_>, zh: &str, en: &str) -> fmt::Result {
        match self.style {
            Style::Text => writeln!(f, "\n{}", self.pick(zh, en)),
            Style::Markdown => writeln!(f, "\n## {}\n", self.pick(zh, en)),
        }
    }

    fn item(&self, f: &mut fmt::Formatter<'_>, text: impl fmt::Display) -> fmt::Result {
        match self.style {
            Style::Text => writeln!(f, "  {}", harmless(&text.to_string())),
            Style::Markdown => writeln!(f, "- {}", escape(&text.to_string())),
        }
    }

    /// A line that belongs to the item above it.
    fn below(&self, f: &mut fmt::Formatter<'_>, text: impl fmt::Display) -> fmt::Result {
        match self.style {
            Style::Text => writeln!(f, "    {}", harmless(&text.to_string())),
            Style::Markdown => writeln!(f, "  - {}", escape(&text.to_string())),
        }
    }

    fn pue(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(pue) = &self.assessment.pue else {
            return self
                .item(f, self.pick("PUE：无法得出（见“数据问题”）", "PUE: cannot be formed (see the findings)"));
        };
        let kind = match pue.is_annual() {
            true => self.pick("年度", "annual"),
            false => self.pick("阶段性 PUE", "interim (iPUE)"),
        };
        let category = pue
            .category
            .map_or(self.pick("未说明", "not stated").to_owned(), |category| category.number().to_string());
        let four = pue.value.ratio().round(4).map(|value| value.to_string()).unwrap_or_default();
        let coverage = self.assessment.coverage.map_or(0.0, |coverage| coverage.result() * 100.0);
        self.item(
            f,
            format_args!(
                "PUE {} ({four}) · {kind} · {} {category} · {} {coverage:.1}%",
                pue.published(),
                self.pick("类别", "category"),
                self.pick("覆盖率", "coverage")
            ),
        )?;
        let range = |bound: Option<crate::quantity::Ratio>| {
            bound
                .and_then(|bound| bound.round(4))
                .map_or(self.pick("不限", "open").to_owned(), |bound| bound.to_string())
        };
        if pue.low != pue.high || pue.low.is_none() {
            self.item(
                f,
                format_args!(
                    "{} {} – {}",
                    self.pick(
                        "缺失或分布未知的电量允许的范围",
                        "range that energy missing, or of unknown course, allows"
                    ),
                    range(pue.low),
                    range(pue.high)
                ),
            )?;
        }
        self.item(
            f,
            format_args!(
                "{} {} · IT {} · {}",
                self.pick("总电量", "total"),
                self.energy(pue.total()),
                self.energy(pue.it()),
                pue.method.as_str()
            ),
        )?;
        let common = self.assessment.coverage.map_or(1.0, |coverage| coverage.common);
        if common * 100.0 < coverage - 0.05 {
            let note = self.pick("总量与 IT 同时已知的时段占", "total and IT are known at once for");
            self.item(
                f,
                format_args!(
                    "{note} {:.1}%; {}",
                    common * 100.0,
                    self.pick("PUE 与电量仅为该时段", "value and energies are of that time")
                ),
            )?;
        }
        for assumption in &pue.assumptions {
            self.item(f, format_args!("{}{}", self.pick("假定：", "assumed: "), self.say(assumption)))?;
        }
        self.uncertainty(f, pue)?;
        if let Some(overhead) = self.assessment.overhead {
            let part = |share: Option<f64>| share.map_or("—".to_owned(), |share| format!("{share:.3}"));
            self.item(
                f,
                format_args!(
                    "1 + {} {} + {} {} + {} {} + {} {:.3}",
                    self.pick("制冷", "cooling"),
                    part(overhead.cooling),
                    self.pick("供配电", "power chain"),
                    part(overhead.power_chain),
                    self.pick("照明及其他", "lighting and other"),
                    part(overhead.lighting_other),
                    self.pick("未解释", "unexplained"),
                    overhead.unexplained
                ),
            )?;
        }
        Ok(())
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>, verdict: &'a Verdict) -> fmt::Result {
        let mark = match verdict.outcome {
            Outcome::Meets => "✓",
            Outcome::Fails => "✗",
            Outcome::Undetermined => "?",
            Outcome::NotApplicable => "–",
        };
        self.item(
            f,
            format_args!(
                "{mark} {} {}{}{}",
                verdict.pack,
                verdict.requirement,
                colon(self.lang),
                self.say(&verdict.message)
            ),
        )?;
        self.conformance(f, verdict)?;
        let source = self.pick("依据：", "source: ");
        let citation = &verdict.citation;
        self.below(
            f,
            format_args!(
                "{source}{} {} ({})",
                citation.document,
                citation.clause,
                citation.basis.text().in_lang(self.lang)
            ),
        )?;
        if let Some(settles) = &verdict.settles {
            self.below(
                f,
                format_args!("{}{}", self.pick("补充下列内容后可判定：", "would settle it: "), self.say(settles)),
            )?;
        }
        for assumption in &verdict.assumptions {
            self.below(f, format_args!("{}{}", self.pick("假定：", "assumed: "), self.say(assumption)))?;
        }
        Ok(())
    }

    fn comparison(&self, f: &mut fmt::Formatter<'_>, one: &'a Comparison) -> fmt::Result {
        let within = match one.within {
            Some(true) => self.pick("满足对照值", "within"),
            Some(false) => self.pick("未达到", "not within"),
            None => self.pick("未知", "not known"),
        };
        let value = one.value.and_then(|value| value.round(4)).map(|value| value.to_string());
        let shown = one.level.clone().or(value).unwrap_or("—".to_owned());
        let limit = format_args!("{} {}", one.relation.symbol(), one.limit).to_string();
        self.item(f, format_args!("{} {}{}{shown} / {limit} · {within}", one.pack, one.requirement, colon(self.lang)))?;
        let (citation, basis) = (&one.citation, one.citation.basis.text());
        let basis = basis.in_lang(self.lang);
        let why = self.say(&one.why_not_judged);
        self.below(f, format_args!("{} {} ({basis}); {why}", citation.document, citation.clause))
    }

    fn finding(&self, f: &mut fmt::Formatter<'_>, finding: &'a Finding) -> fmt::Result {
        let weight = match finding.severity {
            Severity::Error => self.pick("错误", "error"),
            Severity::Warning => self.pick("警告", "warning"),
            Severity::Note => self.pick("提示", "note"),
        };
        let mut place = String::new();
        if let Some(meter) = &finding.meter {
            write!(place, " {meter}")?;
        } else if let Some(known) = finding.place.as_ref().filter(|known| known.part() != Part::Whole) {
            write!(place, " {}", places::in_words(self.assessment, known, self.lang))?;
        }
        if let Some(file) = &finding.file {
            write!(place, " {file}")?;
            if let Some(line) = finding.line {
                write!(place, ":{line}")?;
            }
            if let Some(column) = finding.column {
                write!(place, ":{column}")?;
            }
        } else if let (Some(line), Some(column)) = (finding.line, finding.column) {
            write!(place, " {line}:{column}")?;
        }
        if let Some(at) = &finding.at {
            write!(place, " {at}")?;
        }
        let mut facts = String::new();
        if let Some(found) = &finding.found {
            write!(facts, "{} {}", self.pick("；实际", "; found"), self.say(found))?;
        }
        if let Some(expected) = &finding.expected {
            write!(facts, "{} {}", self.pick("；应为", "; expected"), self.say(expected))?;
        }
        if let Some(hours) = finding.hours {
            write!(facts, "{}{hours:.2} h", self.pick("；", "; "))?;
        }
        if let (Some(least), Some(most)) = (finding.least_kwh, finding.most_kwh) {
            write!(facts, "{}{least:.1} – {most:.1} kWh", self.pick("，", ", "))?;
        }
        let times = if finding.count > 1 { format!(" ×{}", finding.count) } else { String::new() };
        self.item(
            f,
            format_args!(
                "{weight} {}{times}{place}{}{}{facts}",
                finding.code,
                colon(self.lang),
                self.say(&finding.message)
            ),
        )?;
        if finding.severity > Severity::Note {
            self.below(f, format_args!("→ {}", self.say(&finding.advice)))?;
        }
        Ok(())
    }
}

impl Report<'_> {
    /// What to look at on site: all that only the operator's word supports, what decides first.
    fn reliance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.assessment.reliance.is_empty() {
            return Ok(());
        }
        self.heading(
            f,
            "仅凭申报的依据（供现场核实）",
            "Supported by the operator's word alone (to be checked on site)",
        )?;
        self.assessment.reliance.iter().try_for_each(|one| {
            let mark = if one.decides { "!" } else { "·" };
            let place = places::in_words(self.assessment, &one.place, self.lang);
            let message = one.message();
            let message = message.in_lang(self.lang);
            self.item(f, format_args!("{mark} {place}{}{message}", colon(self.lang)))?;
            outcomes_in_words(one, self.lang).map_or(Ok(()), |outcomes| self.below(f, outcomes))
        })
    }
}

/// The outcomes that would be others without a statement.
fn outcomes_in_words(one: &Reliance, lang: Lang) -> Option<String> {
    let outcomes = one.outcomes_without.iter().map(|(name, outcome)| (name, outcome.text()));
    let outcomes: Vec<String> = outcomes.map(|(name, text)| format!("{name} {}", text.in_lang(lang))).collect();
    let (words, comma) = match lang {
        Lang::Zh => ("否则：", "；"),
        Lang::En => ("without it: ", "; "),
    };
    (!outcomes.is_empty()).then(|| format!("{words}{}", outcomes.join(comma)))
}

impl Report<'_> {
    fn findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.assessment.findings.is_empty() {
            return Ok(());
        }
        self.heading(f, "数据问题", "Findings")?;
        self.assessment.findings.iter().try_for_each(|finding| self.finding(f, finding))
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facility = self.assessment.facility.as_deref().unwrap_or(self.pick("（无法读取）", "(cannot be read)"));
        let period = self
            .assessment
            .period
            .as_ref()
            .map(|period| period.text().in_lang(self.lang).to_owned())
            .unwrap_or_default();
        match self.style {
            Style::Text => writeln!(f, "{}  {period}", harmless(facility))?,
            Style::Markdown => writeln!(f, "# {}\n\n{period}", escape(facility))?,
        }
        // Where there is no PUE, what is wrong comes before anything else.
        let has_pue = self.assessment.pue.is_some() || self.assessment.period.is_none();
        if !has_pue {
            self.findings(f)?;
        }
        if self.assessment.period.is_some() {
            self.heading(f, "电能利用效率", "Power usage effectiveness")?;
            self.pue(f)?;
        }
        if !self.assessment.verdicts.is_empty() {
            self.heading(f, "判定", "Verdicts")?;
            for verdict in &self.assessment.verdicts {
                self.verdict(f, verdict)?;
            }
        }
        self.reliance(f)?;
        self.kpis(f)?;
        if let Some(declared) = self.assessment.declared.as_ref().filter(|declared| !declared.is_empty()) {
            self.heading(f, "申报与重算", "Declared and recomputed")?;
            for (key, figure) in declared {
                let show = |figure: &crate::assessment::Figure| match figure {
                    crate::assessment::Figure::Number(number) => number.to_string(),
                    crate::assessment::Figure::Level(level) => level.clone(),
                };
                let recomputed = figure.recomputed.as_ref().map_or("—".to_owned(), show);
                let agrees = match figure.agrees {
                    Some(true) => self.pick("一致", "agrees"),
                    Some(false) => self.pick("不一致", "differs"),
                    None => self.pick("无法核对", "cannot be checked"),
                };
                self.item(
                    f,
                    format_args!(
                        "{}{}{} / {recomputed} · {agrees}",
                        key.as_str(),
                        colon(self.lang),
                        show(&figure.said)
                    ),
                )?;
            }
        }
        if let Some(retrofit) = self.assessment.retrofit.as_ref().filter(|retrofit| !retrofit.flags.is_empty()) {
            self.heading(
                f,
                "老旧小散筛查（不作判定；参考阈值已注明）",
                "Retrofit screen (screens, never judges; proxy thresholds are named)",
            )?;
            for flag in &retrofit.flags {
                let outcome = match flag.outcome {
                    FlagOutcome::Flagged => self.pick("触发", "flagged"),
                    FlagOutcome::NotFlagged => self.pick("未触发", "not flagged"),
                    FlagOutcome::Undetermined => self.pick("无法判定", "undetermined"),
                };
                let name = flag.name();
                let name = name.in_lang(self.lang);
                self.item(f, format_args!("{name}: {outcome} · {}", self.say(&flag.evidence)))?;
                let basis = flag.citation.basis.text();
                let basis = basis.in_lang(self.lang);
                self.below(f, format_args!("{} {} ({basis})", flag.citation.document, flag.citation.clause))?;
                if let Some(action) = &flag.action {
                    self.below(f, format_args!("→ {}", self.say(action)))?;
                }
            }
            if retrofit.flags.iter().any(|flag| flag.outcome == FlagOutcome::Flagged) {
                let measures = measures();
                let names: Vec<&str> = measures.iter().map(|measure| measure.in_lang(self.lang)).collect();
                let words =
                    self.pick("方案所列改造措施（二(六)15）：", "measures that the Wuhan plan names (二(六)15):");
                self.item(f, format_args!("{words} {}", names.join(self.pick("、", ", "))))?;
            }
            if let Some(surcharge) = &retrofit.surcharge {
                let words = self.pick("北京超限加价", "surcharge in Beijing");
                let (mwh, yuan) = (surcharge.kwh.kwh() / 1e3, surcharge.yuan);
                self.item(
                    f,
                    format_args!(
                        "{words}{}{mwh:.3} MWh × {} = {yuan:.2} {}",
                        colon(self.lang),
                        surcharge.yuan_per_kwh,
                        self.pick("元", "CNY")
                    ),
                )?;
            }
            if let (Some(savings), Some(target)) = (retrofit.savings_kwh, retrofit.target) {
                self.item(
                    f,
                    format_args!(
                        "{} {target}{}{}",
                        self.pick("每年节电潜力，目标 PUE", "yearly savings at PUE"),
                        colon(self.lang),
                        self.energy(savings)
                    ),
                )?;
                if let Some(yuan) = retrofit.savings_yuan {
                    let words = self.pick("折合电费", "in money");
                    self.below(f, format_args!("{words}{}{yuan:.2} {}", colon(self.lang), self.pick("元", "CNY")))?;
                }
                if let Some(tonnes) = retrofit.savings_co2_t {
                    let words = self.pick("折合减排", "in emissions");
                    self.below(f, format_args!("{words}{}{tonnes:.3} t CO₂e", colon(self.lang)))?;
                }
            }
        }
        if !self.assessment.comparisons.is_empty() {
            self.heading(f, "对照（不作判定）", "Comparisons (they judge nothing)")?;
            for one in &self.assessment.comparisons {
                self.comparison(f, one)?;
            }
        }
        if has_pue { self.findings(f) } else { Ok(()) }
    }
}

/// A requirement for people: the document's title where it is known, its number and clause, and in brackets the ids and the
/// limit.
fn document(pack: &str, citation: &Citation, (requirement, lang): (&str, Lang), limit: &str) -> String {
    let title = packs::by_id(pack).map(|pack| pack.title.in_lang(lang)).filter(|title| *title != citation.document);
    let (number, clause) = (&citation.document, &citation.clause);
    match (lang, title) {
        (Lang::Zh, Some(title)) => format!("《{title}》{number} {clause}（{pack} {requirement}，{limit}）"),
        (Lang::Zh, None) => format!("{number} {clause}（{pack} {requirement}，{limit}）"),
        (Lang::En, Some(title)) => format!("{title}, {number} {clause} ({pack} {requirement}, {limit})"),
        (Lang::En, None) => format!("{number} {clause} ({pack} {requirement}, {limit})"),
    }
}

/// Keeps what a sender wrote from becoming markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
