//! The language of texts for people.

use clap::ValueEnum;
use pue::Lang;

/// Chinese or English.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Language {
    Zh,
    En,
}

impl Language {
    /// The locale's, else English.
    pub fn of_locale() -> Language {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| {
            let value = std::env::var(name).ok()?;
            Some(value).filter(|value| !value.is_empty())
        });
        if set.is_some_and(|locale| locale.to_lowercase().starts_with("zh")) { Language::Zh } else { Language::En }
    }
}

impl From<Language> for Lang {
    fn from(language: Language) -> Lang {
        match language {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        }
    }
}

/// The one of two texts.
pub fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    if lang == Lang::Zh { zh } else { en }
}

/// A count and what is counted: `1 record`, `2 records`.
pub fn plural(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}
