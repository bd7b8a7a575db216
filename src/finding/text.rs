use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// A text for people, in Chinese and in English.
///
/// On the wire it is `{"zh": …, "en": …}`; either alone, or a plain string (taken for both), is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Text {
    /// Chinese (中文).
    pub zh: Words,
    /// English.
    pub en: Words,
}

/// Words that are mostly the library's own, and then need no memory of their own.
pub type Words = Cow<'static, str>;

impl Text {
    /// A text in both languages.
    ///
    /// # Examples
    /// ```
    /// use pue::finding::{Lang, Text};
    /// let text = Text::new("市电进线", "grid supply");
    /// assert_eq!(text.in_lang(Lang::Zh), "市电进线");
    /// assert_eq!(serde_json::from_str::<Text>(r#""PUE""#)?, Text::same("PUE"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(zh: impl Into<Words>, en: impl Into<Words>) -> Self {
        Text { zh: zh.into(), en: en.into() }
    }

    /// The same words in both languages: a name, a number.
    pub fn same(text: impl Into<Words>) -> Self {
        let text: Words = text.into();
        Text { zh: text.clone(), en: text }
    }

    /// The text in one language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A count and what is counted: `1 year`, `2 years`.
pub(crate) fn plural<N: fmt::Display + From<u8> + PartialEq>(count: N, one: &str) -> String {
    format!("{count} {one}{}", if count == N::from(1) { "" } else { "s" })
}

/// The same words in both languages.
impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::same(text)
    }
}

/// The same words in both languages.
impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::same(text.to_owned())
    }
}

/// Chinese, English.
impl From<(&'static str, &'static str)> for Text {
    fn from((zh, en): (&'static str, &'static str)) -> Text {
        Text::new(zh, en)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Plain(String),
            Both { zh: Option<String>, en: Option<String> },
        }
        match Wire::deserialize(deserializer)? {
            Wire::Plain(text) => Ok(Text::same(text)),
            Wire::Both { zh: Some(zh), en: Some(en) } => Ok(Text::new(zh, en)),
            Wire::Both { zh: Some(one), en: None } | Wire::Both { zh: None, en: Some(one) } => Ok(Text::same(one)),
            Wire::Both { zh: None, en: None } => Err(serde::de::Error::custom("a text needs \"zh\" or \"en\"")),
        }
    }
}

/// A text of a stranger's as it may be shown: on one line, and with nothing that steers a terminal or turns the direction of
/// writing. Breaks of lines and tabs become blanks; other control characters, and those that turn or hide, the sign for what
/// cannot be shown.
///
/// # Examples
/// ```
/// use pue::finding::harmless;
/// assert_eq!(harmless("WH-1"), "WH-1");
/// assert_eq!(harmless("WH\n\u{1b}[31m✓"), "WH \u{fffd}[31m✓");
/// assert_eq!(harmless("\u{202e}1-HW"), "\u{fffd}1-HW");
/// ```
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        c if is_harmful(c) => '\u{fffd}',
        c => c,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Control characters, and those that break lines or turn the direction of writing.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The language of a text for people.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json")), &[]);
/// use pue::Lang;
/// let outcome = audit.verdicts[0].outcome.text();
/// assert_eq!(outcome.in_lang(Lang::Zh), &*outcome.zh);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese (中文).
    Zh,
    /// English.
    #[default]
    En,
}

#[cfg(feature = "report")]
impl Lang {
    /// One of two texts.
    pub(crate) const fn pick<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}
