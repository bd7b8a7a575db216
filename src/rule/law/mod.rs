//! Documents as data (`law/`, `pue/law/1`): all that one document says, in one file each. They are parsed once, on first use.
//!
//! A new document is its file, the file of its cases, and a line in the list `DOCUMENTS`.

mod indicator;
mod scheme;
mod screen;

pub use indicator::Indicator;
pub use scheme::{Rate, Scheme, SurchargeTerms};
pub use screen::Thresholds;

use super::{Check, Pack, PackDraft, Rubric, Scope};
use crate::finding::{Citation, Text, Words};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The schema of a document.
pub const LAW_SCHEMA: &str = "pue/law/1";

/// All that one document says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Law {
    /// [`LAW_SCHEMA`].
    pub schema: String,
    /// Its id, that of its pack if it has one.
    pub id: Words,
    /// Its rules; only these are digested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<Pack>,
    /// Under which conditions a site is to be retrofitted, merged or closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<Scheme>,
    /// The thresholds of a screen, where a document asks for something and gives no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<Thresholds>,
    /// What a year above a PUE costs more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surcharge: Option<SurchargeTerms>,
    /// Its scoring rubric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rubric: Option<Rubric>,
    /// Its indicators for a whole city.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
}

/// The documents that come with the library, the home document first.
const DOCUMENTS: [&str; 21] = [
    include_str!("../../../law/cn/wuhan-2024.json"),
    include_str!("../../../law/cn/wuhan-proxy.json"),
    include_str!("../../../law/cn/gb-40879-2021.json"),
    include_str!("../../../law/cn/national-2013.json"),
    include_str!("../../../law/cn/national-2017.json"),
    include_str!("../../../law/cn/national-2019.json"),
    include_str!("../../../law/cn/national-2021-07.json"),
    include_str!("../../../law/cn/national-2021-12.json"),
    include_str!("../../../law/cn/national-hubs-2022.json"),
    include_str!("../../../law/cn/national-2022-08.json"),
    include_str!("../../../law/cn/national-2024-07.json"),
    include_str!("../../../law/cn/beijing-2024.json"),
    include_str!("../../../law/cn/beijing-2022.json"),
    include_str!("../../../law/cn/shanghai-2022.json"),
    include_str!("../../../law/cn/guangdong-2021.json"),
    include_str!("../../../law/cn/jiangsu-2021.json"),
    include_str!("../../../law/cn/national-green-2020.json"),
    include_str!("../../../law/cn/national-green-2025.json"),
    include_str!("../../../law/de/enefg-2023.json"),
    include_str!("../../../law/de/blue-angel-228.json"),
    include_str!("../../../law/eu/cndcp.json"),
];

impl Law {
    /// All of them.
    pub fn all() -> &'static [Law] {
        static LAWS: LazyLock<Vec<Law>> = LazyLock::new(|| {
            // Each of them is read by a test.
            let read = |text: &&str| serde_json::from_str(text).ok();
            let mut laws: Vec<Law> = DOCUMENTS.iter().filter_map(read).collect();
            laws.iter_mut().for_each(lend);
            laws
        });
        &LAWS
    }

    /// The document of this id.
    pub fn by_id(id: &str) -> Option<&'static Law> {
        Law::all().iter().find(|law| law.id == id)
    }
}

/// The words of a document that stays for good are lent to every verdict: none of them is copied.
fn lend(law: &mut Law) {
    keep(&mut law.id);
    law.pack.iter_mut().for_each(|pack| lend_pack(pack.draft_mut()));
    for scheme in &mut law.schemes {
        keep(&mut scheme.flag);
        of_text(&mut scheme.action);
        of_citation(&mut scheme.citation);
    }
    if let Some(terms) = &mut law.surcharge {
        of_text(&mut terms.assumption);
        of_citation(&mut terms.citation);
    }
    law.screen.iter_mut().flat_map(|screen| screen.sources.values_mut()).for_each(of_citation);
    for one in &mut law.indicators {
        keep(&mut one.id);
        [&mut one.name, &mut one.unit].into_iter().chain(&mut one.reading).for_each(of_text);
        of_citation(&mut one.citation);
    }
}

fn of_text(text: &mut Text) {
    [&mut text.zh, &mut text.en].into_iter().for_each(keep);
}

fn of_citation(citation: &mut Citation) {
    let words = [&mut citation.document, &mut citation.clause].into_iter();
    words.chain(&mut citation.quote).chain(&mut citation.paraphrase).for_each(keep);
}

fn lend_pack(pack: &mut PackDraft) {
    [&mut pack.id, &mut pack.edition, &mut pack.number].into_iter().for_each(keep);
    [&mut pack.title, &mut pack.issuer].into_iter().for_each(of_text);
    pack.lapse.iter_mut().for_each(|lapse| of_text(&mut lapse.note));
    for one in &mut pack.requirements {
        let words = [&mut one.id, &mut one.source.clause].into_iter();
        words.chain(&mut one.source.quote).chain(&mut one.source.paraphrase).for_each(keep);
        one.limit_name.iter_mut().for_each(of_text);
        one.scope_readings.iter_mut().chain(&mut one.readings).for_each(of_text);
        lend_scope(&mut one.scope);
        lend_check(&mut one.check);
    }
    for one in &mut pack.comparisons {
        let words = [&mut one.id, &mut one.clause].into_iter();
        words.chain(&mut one.quote).chain(&mut one.paraphrase).for_each(keep);
        of_text(&mut one.why_not_judged);
        lend_scope(&mut one.scope);
        lend_check(&mut one.check);
    }
}

fn lend_scope(scope: &mut Scope) {
    match scope {
        Scope::All(scopes) | Scope::Any(scopes) => scopes.iter_mut().for_each(lend_scope),
        Scope::Not(scope) => lend_scope(scope),
        Scope::Unclear { when, because } => {
            lend_scope(when);
            of_text(because);
        }
        _ => {}
    }
}

fn lend_check(check: &mut Check) {
    if let Check::Attested { what } = check {
        of_text(what);
    }
}

fn keep(words: &mut Words) {
    if let Words::Owned(text) = words {
        *words = Words::Borrowed(std::mem::take(text).leak());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::packs;

    #[test]
    fn every_document_is_read_and_has_an_id_of_its_own() {
        for (i, text) in DOCUMENTS.iter().enumerate() {
            let law: Law = serde_json::from_str(text).unwrap_or_else(|error| panic!("document {i}: {error}"));
            assert_eq!(law.schema, LAW_SCHEMA, "{}", law.id);
            assert!(Law::all().iter().filter(|other| other.id == law.id).count() == 1, "{} is there twice", law.id);
            let Some(pack) = &law.pack else { continue };
            assert_eq!(*pack.id, law.id);
            assert!(packs::by_id(&law.id).is_some_and(|known| known == pack));
        }
        assert_eq!(Law::all().len(), DOCUMENTS.len());
    }

    #[test]
    fn published_words_are_lent() {
        for pack in packs::all() {
            let ids = pack.requirements.iter().map(|one| &one.id).chain(pack.comparisons.iter().map(|one| &one.id));
            assert!(
                ids.chain([&pack.id, &pack.number, &pack.title.zh]).all(|words| matches!(words, Words::Borrowed(_)))
            );
        }
    }

    /// A file that nobody lists is a document that nobody applies.
    #[test]
    fn every_file_is_listed() {
        let mut seen = 0;
        for folder in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/law")).unwrap() {
            for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
                let file = file.unwrap().path();
                if file.to_string_lossy().ends_with(".cases.json") {
                    continue;
                }
                let text = std::fs::read_to_string(&file).unwrap();
                assert!(DOCUMENTS.contains(&text.as_str()), "{} is not in DOCUMENTS", file.display());
                let id = file.file_stem().unwrap().to_string_lossy().into_owned();
                assert!(Law::by_id(&id).is_some(), "{id} is not the id in {}", file.display());
                seen += 1;
            }
        }
        assert_eq!(seen, DOCUMENTS.len());
    }
}
