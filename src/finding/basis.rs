use super::{Text, Words};
use crate::name::named;
use serde::{Deserialize, Serialize};

/// What a figure rests on (依据等级).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Basis {
    /// Read in the issuing text, or in a close paraphrase of it.
    Official,
    /// Read in a structured transcription of the issuing text.
    Transcribed,
    /// The text is silent or has two meanings; this is how it is read here. Printed as an assumption.
    Reading,
    /// Read only in the press or second-hand: it compares, it never judges.
    Reported,
    /// No issuer gives a number; one was picked and is named as such: it screens, it never judges.
    Proxy,
}

/// Where a figure stands: document, number, clause, and what the figure rests on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Citation {
    /// The document, by its number where it has one (文号).
    pub document: Words,
    /// The clause in the issuer's own numbering.
    pub clause: Words,
    /// The issuer's words for the figure, verbatim (原文).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Words>,
    /// What the issuer says of it, in other words than his (大意).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paraphrase: Option<Words>,
    /// What the figure rests on.
    pub basis: Basis,
}

impl Basis {
    /// In both languages.
    pub fn text(self) -> Text {
        match self {
            Basis::Official => Text::new("官方文本", "official"),
            Basis::Transcribed => Text::new("转录文本", "transcribed"),
            Basis::Reading => Text::new("解读", "reading"),
            Basis::Reported => Text::new("二手资料", "reported"),
            Basis::Proxy => Text::new("参考阈值（本方案未规定）", "proxy threshold: the plan gives none"),
        }
    }
}

impl Citation {
    /// A citation without quotation.
    ///
    /// # Examples
    /// ```
    /// use pue::finding::{Basis, Citation};
    /// let citation = Citation::new("武政办〔2024〕9号", "一(二)", Basis::Transcribed).quote("新建大型数据中心PUE降低到1.25以下");
    /// assert_eq!(citation.basis.text().en, "transcribed");
    /// ```
    pub fn new(document: impl Into<Words>, clause: impl Into<Words>, basis: Basis) -> Self {
        Citation { document: document.into(), clause: clause.into(), quote: None, paraphrase: None, basis }
    }

    /// Adds the issuer's own words.
    pub fn quote(mut self, words: impl Into<Words>) -> Self {
        self.quote = Some(words.into());
        self
    }
}

named!(Basis);
