//! In which form an answer is given: JSON for machines; text, Markdown, a page for people.

use super::{Asked, Refused};
#[cfg(feature = "html")]
use crate::report::Page;
use crate::{
    assessment::Assessment,
    finding::Lang,
    ledger::Ledger,
    metering::Readings,
    report::{Report, Style},
};
use std::str::FromStr;

/// The form of an answer (输出格式).
///
/// ```
/// use pue::{Lang, json::Form};
/// assert_eq!("json".parse(), Ok(Form::Json));
/// assert_eq!("text-zh".parse(), Ok(Form::Text(Lang::Zh)));
/// assert!("pdf".parse::<Form>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// `json`: `pue/assessment/1`, or `pue/brief/1` where the options ask for it.
    Json,
    /// `text-zh`, `text-en`: for a terminal.
    Text(Lang),
    /// `md-zh`, `md-en`.
    Markdown(Lang),
    /// `html-zh`, `html-en`: one page that loads nothing.
    #[cfg(feature = "html")]
    Html(Lang),
}

impl FromStr for Form {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let form = match text.split_once('-') {
            None if text == "json" => Some(Form::Json),
            Some(("text", lang)) => language(lang).map(Form::Text),
            Some(("md", lang)) => language(lang).map(Form::Markdown),
            #[cfg(feature = "html")]
            Some(("html", lang)) => language(lang).map(Form::Html),
            _ => None,
        };
        form.ok_or_else(|| Refused::Form(text.chars().take(60).collect()))
    }
}

/// `zh` or `en`.
pub(super) fn language(text: &str) -> Option<Lang> {
    match text {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

impl Asked {
    /// An answer in several forms; with ledger and readings a page shows meters, hours and faults too.
    pub(super) fn tell_in(
        &self,
        answer: &Assessment,
        from: Option<(&Ledger<'_>, &Readings)>,
        forms: &[Form],
    ) -> Result<Vec<String>, Refused> {
        #[cfg(not(feature = "html"))]
        let _ = from;
        let told = |form: &Form| match *form {
            Form::Json => self.tell(answer),
            Form::Text(lang) => Ok(Report::new(answer, lang, Style::Text).to_string()),
            Form::Markdown(lang) => Ok(Report::new(answer, lang, Style::Markdown).to_string()),
            #[cfg(feature = "html")]
            Form::Html(lang) => {
                let page = Page::new(answer, lang);
                Ok(from.map_or(page, |(ledger, readings)| page.with_ledger(ledger).with_readings(readings)).to_string())
            }
        };
        forms.iter().map(told).collect()
    }
}
