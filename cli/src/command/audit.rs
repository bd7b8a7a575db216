//! `pue audit`: a round of submissions, each recomputed and judged, a line each; then what only shows over all of them.

mod summary;
mod table;

use crate::{
    ending::Ending,
    judging::Judging,
    output::{self, Output},
    round::{self, Answer, header, input, write_json},
};
use clap::{Args, ValueEnum};
use pue::{
    Lang,
    assessment::Options,
    portfolio::{Register, Round},
    report::{Letter, Page, RoundRow},
};
use std::path::{Path, PathBuf};
use summary::Summary;
use table::Row;

#[derive(Args)]
pub struct Arguments {
    /// Files, folders (*.json *.ndjson *.jsonl *.xlsx, recursive), or - for standard input
    #[arg(required = true)]
    path: Vec<PathBuf>,
    /// The form of the answer: a table of one line a record, JSON of one line a record, CSV, a page of HTML
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Say in the table what each verdict and each fault is
    #[arg(long, conflicts_with = "brief")]
    detail: bool,
    /// JSON of one short line a record: outcomes, values and codes, without sentences and traces (pue/brief/1)
    #[arg(long)]
    brief: bool,
    /// Write the answer to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the summary of the round to this file (pue/summary/1)
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// The sites that have to report (pue/register/1): who did not is named
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// Submissions of the round before: what changed since is named; may be given several times
    #[arg(long, value_name = "PATH")]
    before: Vec<PathBuf>,
    /// Write a letter of faults for each record that has any to this folder
    #[arg(long, value_name = "DIR")]
    letters: Option<PathBuf>,
    /// Write the report of each record as a page of HTML to this folder
    #[arg(long, value_name = "DIR")]
    reports: Option<PathBuf>,
    /// Write the record of each answer to this file, for `pue verify` (pue/record/1)
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
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
    Csv,
    Html,
}

/// What came of some records, in order.
struct Batch {
    /// The answers as they are written; nothing for a table.
    text: Vec<u8>,
    records: Vec<u8>,
    rows: Vec<Row>,
    /// For a page.
    lines: Vec<RoundRow>,
    round: Round,
    ending: Option<Ending>,
}

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        round::stop_on_ctrl_c(lang);
        if self.brief && self.format == Format::Csv {
            return Err("--brief: expected --format json, found csv".to_owned());
        }
        let options = self.judging.options(lang)?;
        let threads = round::threads(self.threads)?;
        let register = self.register.as_deref().map(load_register).transpose()?;
        self.spare()?;
        for (option, folder) in [("--letters", &self.letters), ("--reports", &self.reports)] {
            folder.as_deref().map_or(Ok(()), |folder| make_folder(option, folder))?;
        }
        let before = self.round_before(threads, &options)?;
        let is_table = self.format() == Format::Table;
        let is_streamed = matches!(self.format(), Format::Json | Format::Csv);
        let mut out = Output::open(self.out.as_deref().filter(|_| is_streamed))?;
        let mut records = self.records.as_deref().map(|path| Output::open(Some(path))).transpose()?;
        let mut summary = Summary::new(self.is_by_site());
        if self.format() == Format::Csv {
            out.write(&csv_row(&header(lang).map(str::to_owned))?)?;
        }
        let work = |answers: Vec<Answer>, first: usize| self.batch(answers, first, lang);
        round::run(&self.path, threads, &options, work, |batch| {
            if !out.write(&batch.text)? {
                round::stop();
            }
            if let Some(records) = &mut records {
                records.write(&batch.records)?;
            }
            summary.add(batch);
            Ok(())
        })?;
        if summary.round.records == 0 && !round::is_stopped() {
            return Err("expected at least one submission (*.json, *.ndjson, *.jsonl, *.xlsx), found none".to_owned());
        }
        let table = is_table.then_some(self.detail);
        // Of a round that was ended early nobody can say who did not report, or what is gone.
        let (register, before) = if round::is_stopped() { (None, None) } else { (register, before) };
        let told = summary.tell(table, lang, register.as_ref(), before.as_ref());
        match self.format() {
            Format::Table => output::write_marked(self.out.as_deref(), &told)?,
            Format::Html => output::write_data(self.out.as_deref(), &summary.page(lang, register.as_ref()))?,
            // What is no answer goes beside the answers.
            _ => output::say(told.trim_end()),
        }
        if let Some(path) = &self.summary {
            let json = summary.to_json(register.as_ref(), before.as_ref());
            output::write_file("--summary", path, json.as_bytes())?;
        }
        out.close()?;
        records.map_or(Ok(()), Output::close)?;
        let stopped = round::is_stopped().then_some(Ending::Unusable);
        Ok(stopped.or(summary.ending).unwrap_or(Ending::Unusable))
    }

    /// A brief answer is one of JSON.
    fn format(&self) -> Format {
        if self.brief { Format::Json } else { self.format }
    }

    /// Whether sites are looked at beside each other.
    fn is_by_site(&self) -> bool {
        matches!(self.format(), Format::Table | Format::Html) || self.register.is_some() || !self.before.is_empty()
    }

    fn batch(&self, answers: Vec<Answer>, first: usize, lang: Lang) -> Result<Batch, String> {
        let mut done = Batch {
            text: Vec::new(),
            records: Vec::new(),
            rows: Vec::new(),
            lines: Vec::new(),
            round: if self.is_by_site() { Round::by_site() } else { Round::default() },
            ending: None,
        };
        for (i, answer) in answers.into_iter().enumerate() {
            done.round.add(&answer.assessment);
            match self.format() {
                Format::Json if self.brief => write_json(&mut done.text, &answer.assessment.brief())?,
                Format::Json => write_json(&mut done.text, &answer.assessment)?,
                Format::Csv => done.text.extend(csv_row(&answer.cells(lang))?),
                Format::Html => done
                    .lines
                    .push(RoundRow::new(&answer.assessment, &answer.source).link(self.link(&answer, first + i + 1))),
                Format::Table => {}
            }
            done.ending = done.ending.max(Some(Ending::of(&answer.assessment)));
            if self.records.is_some() {
                write_json(&mut done.records, &answer.record())?;
            }
            self.write_beside(&answer, first + i + 1, lang)?;
            done.rows.push(match self.format() {
                Format::Table => Row::new(answer, self.detail, lang),
                _ => Row::untold(answer),
            });
        }
        Ok(done)
    }

    /// The round before, site by site.
    fn round_before(&self, threads: usize, options: &Options) -> Result<Option<Round>, String> {
        if self.before.is_empty() {
            return Ok(None);
        }
        // Without it every site would seem to be new.
        if let Some(lost) = self.before.iter().find(|path| *path != Path::new("-") && !path.exists()) {
            return Err(format!("--before {}: expected a file or a folder, found none", lost.display()));
        }
        let mut before = Round::by_site();
        let work = |answers: Vec<Answer>, _: usize| {
            let mut round = Round::by_site();
            answers.iter().for_each(|answer| round.add(&answer.assessment));
            Ok(round)
        };
        round::run(&self.before, threads, options, work, |round| {
            before.merge(round);
            Ok(())
        })?;
        if before.records == 0 && !round::is_stopped() {
            return Err("--before: expected at least one submission, found none".to_owned());
        }
        Ok(Some(before))
    }

    /// Where the report of a record is, seen from the page of the round; none if it is not below the page's folder.
    fn link(&self, answer: &Answer, number: usize) -> Option<String> {
        let folder = self.reports.as_deref()?;
        let below = match self.out.as_deref().and_then(Path::parent) {
            Some(parent) if parent != Path::new("") => folder.strip_prefix(parent).ok()?,
            _ => Some(folder).filter(|folder| folder.is_relative())?,
        };
        let path = below.join(file_name(answer, number, "html"));
        let steps = path.components().map(|step| encoded(&step.as_os_str().to_string_lossy()));
        Some(steps.collect::<Vec<_>>().join("/"))
    }

    /// A letter for a record that has anything to be mended, and its report.
    fn write_beside(&self, answer: &Answer, number: usize, lang: Lang) -> Result<(), String> {
        let letter = Letter::new(&answer.assessment, lang);
        if let Some(folder) = self.letters.as_deref().filter(|_| letter.is_needed()) {
            write_named("--letters", &folder.join(file_name(answer, number, "txt")), &letter.to_string())?;
        }
        if let Some(folder) = &self.reports {
            let page = Page::new(&answer.assessment, lang).to_string();
            write_named("--reports", &folder.join(file_name(answer, number, "html")), &page)?;
        }
        Ok(())
    }

    /// What is read must not be written over.
    fn spare(&self) -> Result<(), String> {
        let all: Vec<PathBuf> = self.path.iter().chain(&self.before).cloned().collect();
        let mut inputs: Vec<PathBuf> = input::files(&all)?.into_iter().map(|(_, path)| path).collect();
        inputs.extend(self.register.iter().cloned().chain(self.judging.files()));
        output::spare(
            &inputs,
            &[("--out", self.out.as_ref()), ("--records", self.records.as_ref()), ("--summary", self.summary.as_ref())],
        )
    }
}

fn make_folder(option: &str, folder: &Path) -> Result<(), String> {
    let fault = |error: std::io::Error| format!("{option} {}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(fault)?;
    // What was written of another round would lie among them.
    if std::fs::read_dir(folder).map_err(fault)?.next().is_some() {
        return Err(format!("{option} {}: expected an empty folder", folder.display()));
    }
    Ok(())
}

/// A name that holds what is harmless of the id; of a record without an id that of its file tells whose it is.
fn file_name(answer: &Answer, number: usize, end: &str) -> String {
    let file = Path::new(&answer.source).file_name().unwrap_or_default().to_string_lossy();
    let id = answer.assessment.facility.as_deref().unwrap_or(&file);
    let id: String = id.chars().take(40).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{number:06}-{id}.{end}")
}

/// As it stands in an address.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

fn write_named(option: &str, path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{option} {}: {error}", path.display()))
}

fn csv_row(cells: &[String]) -> Result<Vec<u8>, String> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(cells.iter().map(|cell| round::as_text(cell))).map_err(|error| error.to_string())?;
    rows.into_inner().map_err(|error| error.to_string())
}

fn load_register(path: &Path) -> Result<Register, String> {
    let fault = |error: &dyn std::fmt::Display| format!("--register {}: {error}", path.display());
    let register: Register =
        serde_json::from_slice(&std::fs::read(path).map_err(|error| fault(&error))?).map_err(|error| fault(&error))?;
    match register.schema == pue::portfolio::REGISTER_SCHEMA {
        true => Ok(register),
        false => {
            Err(fault(&format!("expected schema {:?}, found {:?}", pue::portfolio::REGISTER_SCHEMA, register.schema)))
        }
    }
}
