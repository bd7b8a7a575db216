//! The report (报告): an assessment as text or Markdown, in Chinese or English. It computes nothing.

mod findings;
#[cfg(feature = "html")]
mod html;
mod kpis;
mod letter;
mod places;
mod pue;
mod retrofit;
mod sections;
mod statements;
mod uncertainty;
mod verdicts;

#[cfg(feature = "html")]
pub use html::{BoardPage, Page, RoundPage, RoundRow};
pub use letter::Letter;

use crate::{
    assessment::Assessment,
    finding::{Citation, Lang, Text, harmless},
    quantity::ExactEnergy,
    rule::packs,
};
use sections::{Sections, Topic};
use std::fmt;

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
        self.lang.pick(zh, en)
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
}

impl<'a> Report<'a> {
    /// Whom and when it is about.
    fn head(&self) -> (&'a str, String) {
        let unread = match self.lang {
            Lang::Zh => "（无法读取）",
            Lang::En => "(cannot be read)",
        };
        let period = self.assessment.period.as_ref().map(|period| period.text().in_lang(self.lang).to_owned());
        (self.assessment.facility.as_deref().unwrap_or(unread), period.unwrap_or_default())
    }

    /// Everything, in the order in which it is read.
    fn sections(&self) -> Sections {
        let mut all = Sections::default();
        let out = &mut all;
        // Where there is no PUE, what is wrong comes before anything else.
        let has_pue = self.assessment.pue.is_some() || self.assessment.period.is_none();
        if !has_pue {
            self.findings(out);
        }
        if self.assessment.period.is_some() {
            out.begin(Topic::Pue, self.pick("电能利用效率", "Power usage effectiveness"));
            self.pue(out);
        }
        if !self.assessment.verdicts.is_empty() {
            out.begin(Topic::Verdicts, self.pick("判定", "Verdicts"));
            for verdict in &self.assessment.verdicts {
                self.verdict(out, verdict);
            }
        }
        self.reliance(out);
        self.kpis(out);
        self.declared(out);
        self.retrofit(out);
        if !self.assessment.comparisons.is_empty() {
            out.begin(Topic::Comparisons, self.pick("对照（不作判定）", "Comparisons (they judge nothing)"));
            for one in &self.assessment.comparisons {
                self.comparison(out, one);
            }
        }
        if has_pue {
            self.findings(out);
        }
        all
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (facility, period) = self.head();
        let [heading, end, item, below] = match self.style {
            Style::Text => ["", "", "  ", "    "],
            Style::Markdown => ["## ", "\n", "- ", "  - "],
        };
        let shown = |text: &str| match self.style {
            Style::Text => harmless(text).into_owned(),
            Style::Markdown => escape(text),
        };
        match self.style {
            Style::Text => writeln!(f, "{}  {period}", shown(facility))?,
            Style::Markdown => writeln!(f, "# {}\n\n{period}", shown(facility))?,
        }
        for section in self.sections().0 {
            writeln!(f, "\n{heading}{}{end}", section.title)?;
            for one in section.items {
                writeln!(f, "{item}{}", shown(&one.text))?;
                for line in one.below {
                    writeln!(f, "{below}{}", shown(&line))?;
                }
            }
        }
        Ok(())
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
