//! What every page has around its own.

use crate::finding::Lang;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A page with its style in it; `class` says which kind of page it is.
pub(super) fn page(lang: Lang, title: &str, class: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(match lang { Lang::Zh => "zh-CN", Lang::En => "en" }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body class=(class) { (body) }
        }
    }
}
