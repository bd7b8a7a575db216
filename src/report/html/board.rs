//! A city's indicators as one page (城市指标页): each with its target, its value and how far it has come.

use super::{mark, shell};
use crate::{
    finding::Lang,
    portfolio::Line,
    rule::{Nature, Outcome},
};
use maud::{Markup, html};
use std::fmt;

/// The indicators of the annex of Wuhan's plan, and the goals of its text, as a page of HTML.
///
/// ```
/// use pue::{Lang, portfolio::{CityFacts, Scoreboard}, report::BoardPage};
/// let lines = Scoreboard::of_some_sites().lines(&CityFacts::new([("1".to_owned(), 3650.0)]));
/// let page = BoardPage::new(&lines, Lang::En).to_string();
/// assert!(page.contains("3650") && !page.contains("<script"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BoardPage<'a> {
    lines: &'a [Line],
    lang: Lang,
}

impl<'a> BoardPage<'a> {
    /// A page in one language.
    pub const fn new(lines: &'a [Line], lang: Lang) -> Self {
        BoardPage { lines, lang }
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }

    fn markup(&self) -> Markup {
        let title =
            self.pick("算力基础设施行动方案指标进展", "Progress of the action plan for computing infrastructure");
        let (annex, goals): (Vec<&Line>, Vec<&Line>) =
            self.lines.iter().partition(|line| line.indicator.nature.is_some());
        let of = |outcome| annex.iter().filter(|line| line.outcome == outcome).count();
        let body = html! {
            header {
                h1 { (title) }
                p class="faint" { @if let Some(line) = self.lines.first() { (line.indicator.citation.document) } }
                p class="big" { (of(Outcome::Meets)) " / " (annex.len()) }
                dl {
                    @for outcome in [Outcome::Meets, Outcome::Fails, Outcome::Undetermined] {
                        dt { (mark(outcome)) " " (outcome.text().in_lang(self.lang)) } dd { (of(outcome)) }
                    }
                }
            }
            main {
                (self.table("annex", self.pick("附件指标", "Indicators of the annex"), &annex))
                @if !goals.is_empty() { (self.table("goals", self.pick("正文目标", "Goals of the text"), &goals)) }
            }
        };
        shell::page(self.lang, title, "round", body)
    }

    fn table(&self, id: &str, title: &str, lines: &[&Line]) -> Markup {
        html! {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                div class="wide" tabindex="0" role="group" aria-labelledby=(id) {
                    table {
                        thead { tr {
                            th scope="col" { (self.pick("序号", "no.")) }
                            th scope="col" { (self.pick("指标", "indicator")) }
                            th scope="col" class="number" { (self.pick("目标", "target")) }
                            th scope="col" class="number" { (self.pick("现值", "value")) }
                            th scope="col" { (self.pick("进展", "progress")) }
                            th scope="col" { (self.pick("判定", "outcome")) }
                            th scope="col" { (self.pick("性质", "nature")) }
                        } }
                        tbody { @for line in lines { (self.line(line)) } }
                    }
                }
            }
        }
    }

    fn line(&self, line: &Line) -> Markup {
        let one = &line.indicator;
        let nature = one.nature.map(Nature::text);
        let value = line.value.map_or("–".to_owned(), |value| ((value.to_f64() * 1e4).round() / 1e4).to_string());
        let notes = [&line.note, &one.reading].into_iter().flatten();
        html! {
            tr class=(line.outcome.as_str()) {
                td { (if one.nature.is_some() { one.id.to_string() } else { "·".to_owned() }) }
                th scope="row" {
                    (one.name.in_lang(self.lang))
                    br; span class="faint" { (one.citation.clause) }
                    @for note in notes { br; span class="faint" { (note.in_lang(self.lang)) } }
                }
                td class="number" { (one.relation.symbol()) " " (one.target) " " (one.unit.in_lang(self.lang)) }
                td class="number" { (value) }
                td { @if let Some(progress) = line.progress { (bar(progress)) } @else { "–" } }
                td { span class="badge" { (mark(line.outcome)) " " (line.outcome.text().in_lang(self.lang)) } }
                td { (nature.as_ref().map_or("–", |nature| nature.in_lang(self.lang))) }
            }
        }
    }
}

/// How much of a target is reached, with a mark at all of it.
fn bar(progress: f64) -> Markup {
    /// A bar goes a little past the target.
    const MOST: f64 = 1.16;
    let at = |share: f64| (share.clamp(0.0, MOST) / MOST * 1000.0).round() / 10.0;
    let text = format!("{:.0} %", progress * 100.0);
    html! {
        svg viewBox="0 0 100 12" class="bar" role="img" aria-label=(text) {
            rect x="0" y="2" width="100" height="8" class="f-panel" {}
            rect x="0" y="2" width=(at(progress)) height="8" class="f-it" {}
            line x1=(at(1.0)) x2=(at(1.0)) y1="0" y2="12" class="s-ink" {}
        }
        (text)
    }
}

impl fmt::Display for BoardPage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.markup().into_string())
    }
}
