//! `pue verify`: records of earlier answers, and whether they still hold.

use crate::{
    ending::Ending,
    judging::Judging,
    output::{self, Output},
    round::{self, Answer, input, write_json},
};
use clap::{Args, ValueEnum};
use pue::{
    Lang,
    assessment::{Changed, RECORD_SCHEMA, VerdictRecord},
    finding::harmless,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Mutex,
};

#[derive(Args)]
pub struct Arguments {
    /// The records of earlier answers (pue/record/1), as `pue audit --records` wrote them
    records: PathBuf,
    /// The submissions: files, folders, or - for standard input
    #[arg(required = true)]
    path: Vec<PathBuf>,
    /// The form of the answer: a line each in words, or in JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the answer to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many threads work [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    #[command(flatten)]
    judging: Judging,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
}

/// Of several records of one input, or of one site and period, so many are compared; those beyond are not seen.
const MOST_COMPARED: usize = 20;

/// So many records without an input, and changes of one record, are named.
const MOST_LINES: usize = 50;

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        round::stop_on_ctrl_c(lang);
        let (options, threads) = (self.judging.options(lang)?, round::threads(self.threads)?);
        let mut inputs: Vec<PathBuf> = input::files(&self.path)?.into_iter().map(|(_, path)| path).collect();
        inputs.extend(self.judging.files().chain([self.records.clone()]));
        output::spare(&inputs, &[("--out", self.out.as_ref())])?;
        let records = Records::load(&self.records)?;
        let mut out = Output::open(self.out.as_deref())?;
        let mut ending = None;
        let work = |answers: Vec<Answer>, _: usize| {
            let (mut text, mut ending): (Vec<u8>, Option<Ending>) = (Vec::new(), None);
            for answer in &answers {
                let (line, of_one) = records.verify(answer, self.format, lang);
                text.extend(line);
                ending = ending.max(Some(of_one));
            }
            Ok((text, ending))
        };
        let count = round::run(&self.path, threads, &options, work, |(text, of_some)| {
            ending = ending.max(of_some);
            if !out.write(&text)? {
                round::stop();
            }
            Ok(())
        })?;
        if count == 0 && !round::is_stopped() {
            return Err("expected at least one submission (*.json, *.ndjson, *.jsonl, *.xlsx), found none".to_owned());
        }
        // What was not read is not missing.
        let unseen = if round::is_stopped() { Vec::new() } else { records.unseen() };
        if self.format == Format::Json {
            out.write(&unseen_lines(&unseen)?)?;
        }
        for record in unseen.iter().take(MOST_LINES) {
            let words = if lang == Lang::Zh { "有记录而未提供输入" } else { "a record without its input" };
            let line = format!("{words}: {}", record.facility.as_deref().unwrap_or("–"));
            output::say(&harmless(&line));
        }
        if unseen.len() > MOST_LINES {
            output::say(&format!("… {}", unseen.len() - MOST_LINES));
        }
        out.close()?;
        let stopped = round::is_stopped().then_some(Ending::Unusable);
        // A record whose input was not given is not verified.
        let left = (!unseen.is_empty()).then_some(Ending::Unusable);
        Ok(stopped.or(ending.max(left)).unwrap_or(Ending::Unusable))
    }
}

/// Facility and period.
type SitePeriod = (Option<String>, Option<(String, String)>);

/// The records of a file: by digest of the input, or where it could not be read by its source; by facility and period.
#[derive(Default)]
struct Records {
    all: Vec<VerdictRecord>,
    by_input: BTreeMap<String, Vec<usize>>,
    by_source: BTreeMap<String, Vec<usize>>,
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
    fn load(path: &Path) -> Result<Self, String> {
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let bytes = std::fs::read(path).map_err(|error| fault(&error))?;
        let mut records = Records::default();
        let mut faults = Vec::new();
        let mut known = BTreeSet::new();
        for (i, line) in
            bytes.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty())
        {
            match serde_json::from_slice::<VerdictRecord>(line) {
                Ok(record) if record.schema == RECORD_SCHEMA => {
                    // The same once more says nothing new.
                    if known.insert(line) {
                        records.add(record);
                    }
                }
                Ok(record) => {
                    faults.push(format!("line {}: expected schema {RECORD_SCHEMA:?}, found {:?}", i + 1, record.schema))
                }
                Err(error) => {
                    let told = error.to_string();
                    let told = told.split(" at line ").next().unwrap_or_default();
                    faults.push(format!("line {}: {told}, at column {}", i + 1, error.column()));
                }
            }
        }
        if faults.is_empty() {
            return Ok(records);
        }
        if let Some(more) = faults.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
            faults.truncate(MOST_LINES);
            faults.push(format!("… {more} more"));
        }
        Err(fault(&faults.join("\n")))
    }

    fn add(&mut self, record: VerdictRecord) {
        let number = self.all.len();
        if let Some(digest) = &record.record.input_sha256 {
            self.by_input.entry(digest.clone()).or_default().push(number);
        } else if let Some(source) = &record.source {
            self.by_source.entry(source.clone()).or_default().push(number);
        }
        // What names neither site nor period could be of any.
        if record.facility.is_some() || record.period.is_some() {
            self.by_site.entry((record.facility.clone(), record.period.clone())).or_default().push(number);
        }
        self.all.push(record);
    }

    /// The records of an input: the same input, else the same source, else the same site and period.
    fn of(&self, now: &VerdictRecord) -> Option<&Vec<usize>> {
        let by_input = now.record.input_sha256.as_ref().and_then(|digest| self.by_input.get(digest));
        let by_source = || now.source.as_ref().and_then(|source| self.by_source.get(source));
        let by_site = || self.by_site.get(&(now.facility.clone(), now.period.clone()));
        by_input.or_else(by_source).or_else(by_site)
    }

    /// Compares an answer with its records, all of them.
    fn verify(&self, answer: &Answer, format: Format, lang: Lang) -> (Vec<u8>, Ending) {
        let now = answer.record();
        let numbers = self.of(&now);
        let (mut changed, mut hold): (Vec<Changed>, bool) = (Vec::new(), true);
        for (place, &number) in numbers.into_iter().flatten().enumerate() {
            // One that is not compared is not confirmed either.
            if place == MOST_COMPARED {
                hold = false;
                break;
            }
            let before = self.all.get(number).map(|record| record.changes(&now)).unwrap_or_default();
            hold &= Changed::leave_it_holding(&before);
            for change in before.into_iter().take(MOST_LINES) {
                if !changed.contains(&change) {
                    changed.push(change);
                }
            }
        }
        if let Ok(mut seen) = self.seen.lock() {
            seen.extend(numbers.into_iter().flatten().take(MOST_COMPARED));
        }
        let holds = numbers.map(|_| hold);
        let facility = answer.assessment.facility.as_deref();
        let verified = Verified { source: Some(&answer.source), facility, holds, changed };
        let mut line = Vec::new();
        match format {
            // Strings and flags can always be written.
            Format::Json => write_json(&mut line, &verified).unwrap_or_default(),
            _ => line = verified.in_words(lang).into_bytes(),
        }
        let ending = match holds {
            Some(true) => Ending::Fine,
            Some(false) => Ending::Fails,
            None => Ending::Unusable,
        };
        (line, ending)
    }

    /// Records of which the input was not given.
    fn unseen(&self) -> Vec<&VerdictRecord> {
        let seen = self.seen.lock().map(|seen| seen.clone()).unwrap_or_default();
        self.all.iter().enumerate().filter(|(number, _)| !seen.contains(number)).map(|(_, record)| record).collect()
    }
}

/// The records of which the input was not given, a line each.
fn unseen_lines(unseen: &[&VerdictRecord]) -> Result<Vec<u8>, String> {
    let mut lines = Vec::new();
    for record in unseen {
        let facility = record.facility.as_deref();
        write_json(&mut lines, &Verified { source: None, facility, holds: None, changed: Vec::new() })?;
    }
    Ok(lines)
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
        let head = format!("{} {}: {head}", self.source.unwrap_or("–"), self.facility.unwrap_or("–"));
        let mut text = harmless(&head).into_owned() + "\n";
        for change in &self.changed {
            text += &harmless(&format!("  {}: {} → {}", change.what, change.was, change.is));
            text.push('\n');
        }
        text
    }
}
