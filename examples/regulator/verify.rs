//! Records of earlier answers, and whether they still hold.

use super::{Format, Options, answer::Answer, write_json};
use crate::common::Ending;
use pue::{
    Lang,
    assessment::{Changed, RECORD_SCHEMA, VerdictRecord},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Mutex,
};

/// Facility and period.
type SitePeriod = (Option<String>, Option<(String, String)>);

/// The records of a file, by digest of the input and by facility and period.
pub struct Records {
    all: Vec<VerdictRecord>,
    by_input: BTreeMap<String, Vec<usize>>,
    by_site: BTreeMap<SitePeriod, Vec<usize>>,
    seen: Mutex<BTreeSet<usize>>,
}

#[derive(serde::Serialize)]
struct Verified<'a> {
    /// `null`: the input of this record was not given.
    source: Option<&'a str>,
    facility: Option<&'a str>,
    /// Whether the answer is what the record says; `null` if there is no record of it.
    holds: Option<bool>,
    changed: Vec<Changed>,
}

impl Records {
    pub fn load(path: &Path) -> Result<Self, String> {
        let fault = |error: &dyn std::fmt::Display| format!("--verify {}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| fault(&error))?;
        let mut records =
            Records { all: Vec::new(), by_input: BTreeMap::new(), by_site: BTreeMap::new(), seen: Mutex::default() };
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let at = |error: &dyn std::fmt::Display| fault(&format!("line {}: {error}", i + 1));
            let record: VerdictRecord = serde_json::from_str(line).map_err(|error| at(&error))?;
            if record.schema != RECORD_SCHEMA {
                return Err(at(&format!("expected schema {RECORD_SCHEMA:?}, found {:?}", record.schema)));
            }
            let number = records.all.len();
            if let Some(digest) = &record.record.input_sha256 {
                records.by_input.entry(digest.clone()).or_default().push(number);
            }
            records.by_site.entry((record.facility.clone(), record.period.clone())).or_default().push(number);
            records.all.push(record);
        }
        Ok(records)
    }

    /// Compares an answer with its records, all of them: those of the same input, else of the same site and period.
    pub fn verify(&self, answer: &Answer, options: &Options) -> (Vec<u8>, Ending) {
        let now = VerdictRecord::of(&answer.assessment);
        let same_input = now.record.input_sha256.as_ref().and_then(|digest| self.by_input.get(digest));
        let numbers = same_input.or_else(|| self.by_site.get(&(now.facility.clone(), now.period.clone())));
        let mut changed = Vec::new();
        for &number in numbers.into_iter().flatten() {
            let before = self.all.get(number).map(|record| record.changes(&now)).unwrap_or_default();
            changed.extend(before.into_iter().filter(|change| !changed.contains(change)).collect::<Vec<_>>());
            if let Ok(mut seen) = self.seen.lock() {
                seen.insert(number);
            }
        }
        let holds = numbers.map(|_| !changed.iter().any(Changed::is_of_the_answer));
        let facility = answer.assessment.facility.as_deref();
        let verified = Verified { source: Some(&answer.source), facility, holds, changed };
        let mut line = Vec::new();
        match options.format {
            // Strings and flags can always be written.
            Format::Json => write_json(&mut line, &verified).unwrap_or_default(),
            _ => line = verified.in_words(options.lang).into_bytes(),
        }
        let ending = match holds {
            Some(true) => Ending::Fine,
            Some(false) => Ending::Fails,
            None => Ending::Unusable,
        };
        (line, ending)
    }

    /// The records of which the input was not given, a line each.
    pub fn unseen_lines(&self) -> Result<Vec<u8>, String> {
        let mut lines = Vec::new();
        for record in self.unseen() {
            let facility = record.facility.as_deref();
            write_json(&mut lines, &Verified { source: None, facility, holds: None, changed: Vec::new() })?;
        }
        Ok(lines)
    }

    /// Records of which the input was not given.
    pub fn unseen(&self) -> Vec<&VerdictRecord> {
        let seen = self.seen.lock().map(|seen| seen.clone()).unwrap_or_default();
        self.all.iter().enumerate().filter(|(number, _)| !seen.contains(number)).map(|(_, record)| record).collect()
    }
}

impl Verified<'_> {
    fn in_words(&self, lang: Lang) -> String {
        let pick = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
        let head = match self.holds {
            Some(true) if self.changed.is_empty() => pick("完全一致", "holds to the letter"),
            Some(true) => pick("结论一致，但条件有变", "holds; what it was made with has changed"),
            Some(false) => pick("不再成立", "no longer holds"),
            None => pick("没有对应记录", "there is no record of it"),
        };
        let mut text = format!("{} {}: {head}\n", self.source.unwrap_or("–"), self.facility.unwrap_or("–"));
        for change in &self.changed {
            text += &format!("  {}: {} → {}\n", change.what, change.was, change.is);
        }
        let shown = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
        text.chars().map(shown).collect()
    }
}
