//! A regulator's round: every submission recomputed and judged, a line each; then what only shows over all of them.
//!
//! `cargo run --release --example regulator -- PATH…` (files, folders, NDJSON, spreadsheets, `-` for standard input).

#[path = "common/mod.rs"]
mod common;
#[path = "regulator/answer.rs"]
mod answer;
#[path = "regulator/cell.rs"]
mod cell;
#[path = "regulator/input.rs"]
mod input;
#[path = "regulator/layout.rs"]
mod layout;
#[path = "regulator/pool.rs"]
mod pool;
#[path = "regulator/sheet.rs"]
mod sheet;
#[path = "regulator/summary.rs"]
mod summary;
#[path = "regulator/template.rs"]
mod template;
#[path = "regulator/verify.rs"]
mod verify;
#[path = "regulator/workbook.rs"]
mod workbook;

use answer::{Answer, harmless, header};
use clap::{Parser, ValueEnum};
use common::{Ending, Language};
use indicatif::{ProgressBar, ProgressStyle};
use input::Record;
use pue::{
    Lang, Pack,
    assessment::VerdictRecord,
    portfolio::{Register, Round},
    report::Letter,
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};
use summary::Summary;

/// Submissions recomputed and judged.
#[derive(Parser)]
#[command(about = "Submissions recomputed and judged, one line each", name = "regulator")]
struct Arguments {
    /// Files, folders (*.json *.ndjson *.jsonl *.xlsx, recursive), or - for standard input
    #[arg(required_unless_present = "template")]
    paths: Vec<PathBuf>,
    /// A further pack of rules, by id or as a JSON file; may be given several times
    #[arg(long)]
    pack: Vec<String>,
    /// The language
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the answer to this file
    #[arg(long)]
    out: Option<PathBuf>,
    /// How many threads work (default: one for each core)
    #[arg(long)]
    threads: Option<usize>,
    /// A register of the sites that have to report (pue/register/1): who did not is named
    #[arg(long)]
    register: Option<PathBuf>,
    /// The submissions of the round before: what changed since is named; may be given several times
    #[arg(long)]
    before: Vec<PathBuf>,
    /// Write a letter of faults for each record that has any to this folder
    #[arg(long)]
    letters: Option<PathBuf>,
    /// Write the record of each answer (pue/record/1) to this file, to be verified later
    #[arg(long)]
    records: Option<PathBuf>,
    /// Write the summary of the round as JSON to this file
    #[arg(long)]
    summary: Option<PathBuf>,
    /// Make the answers again and say whether the records in this file still hold
    #[arg(long)]
    verify: Option<PathBuf>,
    /// Write the spreadsheet to be filled in to this file; with a path, filled from that submission
    #[arg(long)]
    template: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    Csv,
}

/// How records are answered.
pub struct Options {
    packs: Vec<Pack>,
    lang: Lang,
    format: Format,
    keeps_facilities: bool,
    by_site: bool,
    letters: Option<PathBuf>,
    with_records: bool,
    verify: Option<verify::Records>,
}

/// Ctrl-C: what has been read is answered, and no more is read.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// So many records, or bytes, go to a worker at once.
const BATCH: (usize, usize) = (32, 1 << 19);

fn main() -> ExitCode {
    let stop = || {
        if STOPPED.swap(true, Relaxed) {
            std::process::exit(3); // asked twice
        }
        eprintln!("stopping; what has been read is still answered (again to end at once)");
    };
    let _ = ctrlc::set_handler(stop); // without it Ctrl-C ends the program, as ever
    common::run(run)
}

fn run(arguments: &Arguments) -> Result<Ending, String> {
    if let Some(path) = &arguments.template {
        return write_template(path, &arguments.paths);
    }
    let is_table = arguments.format == Format::Table && arguments.verify.is_none();
    let options = Options {
        packs: common::load_packs(&arguments.pack)?,
        lang: arguments.lang.into(),
        format: arguments.format,
        keeps_facilities: is_table,
        by_site: is_table || arguments.register.is_some() || !arguments.before.is_empty(),
        letters: arguments.letters.clone(),
        with_records: arguments.records.is_some(),
        verify: arguments.verify.as_deref().map(verify::Records::load).transpose()?,
    };
    let register = arguments.register.as_deref().map(load_register).transpose()?;
    spare_inputs(arguments)?;
    if let Some(folder) = &options.letters {
        let fault = |error: std::io::Error| format!("--letters {}: {error}", folder.display());
        std::fs::create_dir_all(folder).map_err(fault)?;
        // Letters of another round would lie among them.
        if std::fs::read_dir(folder).map_err(fault)?.next().is_some() {
            return Err(format!("--letters {}: expected an empty folder", folder.display()));
        }
    }
    let threads = arguments.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let mut before = Round::by_site();
    // Without it every site would seem to be new.
    if let Some(lost) = arguments.before.iter().find(|path| *path != Path::new("-") && !path.exists()) {
        return Err(format!("--before {}: expected a file or a folder, found none", lost.display()));
    }
    if !arguments.before.is_empty() {
        let quiet = Options {
            format: Format::Json,
            keeps_facilities: false,
            letters: None,
            with_records: false,
            verify: None,
            packs: options.packs.clone(),
            ..options
        };
        answer_all(&arguments.before, &quiet, threads, |batch| {
            before.merge(batch.round);
            Ok(())
        })?;
        if before.records == 0 && !STOPPED.load(Relaxed) {
            return Err("--before: expected at least one submission, found none".to_owned());
        }
    }
    let mut out = Output::open(arguments.out.as_deref())?;
    let mut records = arguments.records.as_deref().map(|path| Output::open(Some(path))).transpose()?;
    let mut summary = Summary::new(&options);
    if options.format == Format::Csv && options.verify.is_none() {
        out.write(&csv_row(&header(options.lang).map(str::to_owned))?)?;
    }
    answer_all(&arguments.paths, &options, threads, |batch| {
        out.write(&batch.text)?;
        if let Some(records) = &mut records {
            records.write(&batch.records)?;
        }
        summary.add(batch);
        Ok(())
    })?;
    if summary.round.records == 0 && !STOPPED.load(Relaxed) {
        return Err("expected at least one submission (*.json, *.ndjson, *.jsonl, *.xlsx), found none".to_owned());
    }
    if let (Some(records), Format::Json) = (&options.verify, options.format) {
        out.write(&records.unseen_lines()?)?;
    }
    let told = summary.tell(&options, register.as_ref(), (!arguments.before.is_empty()).then_some(&before));
    match options.format {
        Format::Table => out.write(told.as_bytes())?,
        // What is no answer goes beside the answers.
        _ => eprint!("{told}"),
    }
    if let Some(path) = &arguments.summary {
        let before = (!arguments.before.is_empty()).then_some(&before);
        let json = summary.to_json(register.as_ref(), before);
        std::fs::write(path, json).map_err(|error| format!("--summary {}: {error}", path.display()))?;
    }
    out.close()?;
    records.map_or(Ok(()), Output::close)?;
    let stopped = STOPPED.load(Relaxed).then_some(Ending::Unusable);
    // A record whose input was not given is not verified.
    let unseen = options.verify.as_ref().is_some_and(|records| !records.unseen().is_empty());
    let stopped = stopped.or(unseen.then_some(Ending::Unusable));
    Ok(stopped.into_iter().chain(summary.ending).max().unwrap_or(Ending::Unusable))
}

/// What came of some records, in order.
pub struct Batch {
    /// The answers as they are written; nothing for a table.
    text: Vec<u8>,
    records: Vec<u8>,
    rows: Vec<summary::Row>,
    round: Round,
    ending: Option<Ending>,
    bytes: u64,
}

/// Answers every record behind some paths, on several threads, in order.
fn answer_all(
    paths: &[PathBuf],
    options: &Options,
    threads: usize,
    mut take: impl FnMut(Batch) -> Result<(), String>,
) -> Result<(), String> {
    let files = input::files(paths)?;
    let bar = progress(input::size(&files));
    let mut records = 0_u64;
    let read = |give: &mut dyn FnMut((Vec<Record>, u64, usize)) -> bool| {
        let (mut batch, mut bytes, mut first) = (Vec::new(), 0_u64, 0_usize);
        for (name, path) in &files {
            let go_on = input::each_record(name, path, &mut |record, read| {
                batch.push(record);
                bytes += read;
                if batch.len() < BATCH.0 && bytes < BATCH.1 as u64 {
                    return !STOPPED.load(Relaxed);
                }
                let number = first;
                first += batch.len();
                give((std::mem::take(&mut batch), std::mem::take(&mut bytes), number)) && !STOPPED.load(Relaxed)
            });
            if !go_on {
                break;
            }
        }
        if !batch.is_empty() {
            give((batch, bytes, first));
        }
    };
    let work = |(batch, bytes, first): (Vec<Record>, u64, usize)| answer_batch(batch, bytes, first, options);
    let done = pool::run(threads.max(1), read, work, |batch: Result<Batch, String>| {
        let batch = batch?;
        records += batch.round.records as u64;
        bar.inc(batch.bytes);
        bar.set_message(format!("{records} records, {:.0}/s", records as f64 / bar.elapsed().as_secs_f64().max(1e-3)));
        take(batch)
    });
    bar.finish_and_clear();
    done
}

fn progress(bytes: Option<u64>) -> ProgressBar {
    let (bar, style) = match bytes {
        Some(bytes) => (ProgressBar::new(bytes), "{bar:30} {percent}% {msg} ETA {eta}"),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes} {msg}"),
    };
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn answer_batch(batch: Vec<Record>, bytes: u64, first: usize, options: &Options) -> Result<Batch, String> {
    let mut done = Batch {
        text: Vec::new(),
        records: Vec::new(),
        rows: Vec::new(),
        round: if options.by_site { Round::by_site() } else { Round::default() },
        ending: None,
        bytes,
    };
    for (i, record) in batch.into_iter().enumerate() {
        let answer = Answer::new(record, options);
        done.round.add(&answer.assessment);
        let ending = match &options.verify {
            Some(records) => {
                let (line, ending) = records.verify(&answer, options);
                done.text.extend_from_slice(&line);
                ending
            }
            None => {
                match options.format {
                    Format::Json => {
                        write_json(&mut done.text, &answer.assessment)?;
                    }
                    Format::Csv => done.text.extend(csv_row(&answer.cells(options.lang))?),
                    Format::Table => {}
                }
                Ending::of(&answer.assessment)
            }
        };
        done.ending = done.ending.max(Some(ending));
        if options.with_records {
            write_json(&mut done.records, &VerdictRecord::of(&answer.assessment))?;
        }
        write_letter(&answer, first + i + 1, options)?;
        if options.keeps_facilities {
            done.rows.push(summary::Row::new(answer, options.lang));
        }
    }
    Ok(done)
}

/// One value on one line.
fn write_json(out: &mut Vec<u8>, value: &impl serde::Serialize) -> Result<(), String> {
    serde_json::to_writer(&mut *out, value).map_err(|error| error.to_string())?;
    out.push(b'\n');
    Ok(())
}

fn csv_row(cells: &[String]) -> Result<Vec<u8>, String> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(cells.iter().map(|cell| harmless(cell))).map_err(|error| error.to_string())?;
    rows.into_inner().map_err(|error| error.to_string())
}

/// A letter for a record that has anything to be mended; its name holds what is harmless of the id.
fn write_letter(answer: &Answer, number: usize, options: &Options) -> Result<(), String> {
    let letter = Letter::new(&answer.assessment, options.lang);
    let Some(folder) = options.letters.as_ref().filter(|_| letter.is_needed()) else { return Ok(()) };
    // Of a record without an id its file tells whose letter it is.
    let file = Path::new(&answer.source).file_name().unwrap_or_default().to_string_lossy();
    let id = answer.assessment.facility.as_deref().unwrap_or(&file);
    let id: String = id.chars().take(40).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let path = folder.join(format!("{number:06}-{id}.txt"));
    std::fs::write(&path, letter.to_string()).map_err(|error| format!("--letters {}: {error}", path.display()))
}

fn write_template(path: &Path, from: &[PathBuf]) -> Result<Ending, String> {
    // It may be one that somebody has filled in.
    if path.extension().is_none_or(|end| !end.eq_ignore_ascii_case("xlsx")) || path.exists() {
        return Err(format!("--template {}: expected the name of a new file that ends in .xlsx", path.display()));
    }
    let bytes = match from {
        [] => template::write(None)?,
        [one] => {
            let of = one.display();
            let json = std::fs::read(one).map_err(|error| format!("{of}: {error}"))?;
            let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&json);
            let filled: serde_json::Value = serde_json::from_slice(json).map_err(|error| format!("{of}: {error}"))?;
            if let Some(lost) = template::without_place(&filled) {
                return Err(format!("--template: {lost} of {of} has no place in the spreadsheet"));
            }
            let bytes = template::write(Some(&filled))?;
            // Whatever else it cannot say would change the answer.
            let again = sheet::read(&bytes).map_err(|error| format!("--template: {of}: {error}"))?;
            if let Some(lost) = template::difference(json, &again.json) {
                return Err(format!("--template: the spreadsheet cannot say all that {of} says: {lost}"));
            }
            bytes
        }
        _ => return Err("--template: expected one submission at most, found several".to_owned()),
    };
    std::fs::write(path, bytes).map_err(|error| format!("--template {}: {error}", path.display()))?;
    Ok(Ending::Fine)
}

/// What is read must not be written over.
fn spare_inputs(arguments: &Arguments) -> Result<(), String> {
    let all: Vec<PathBuf> = arguments.paths.iter().chain(&arguments.before).cloned().collect();
    let mut inputs: Vec<PathBuf> = input::files(&all)?.into_iter().map(|(_, path)| path).collect();
    inputs.extend(arguments.verify.iter().chain(&arguments.register).cloned());
    inputs.extend(arguments.pack.iter().map(PathBuf::from));
    common::spare(
        &inputs,
        &[
            ("--out", arguments.out.as_ref()),
            ("--records", arguments.records.as_ref()),
            ("--summary", arguments.summary.as_ref()),
        ],
    )
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

/// Where answers go, line by line: whatever has been written is whole, whenever it ends.
enum Output {
    File(BufWriter<File>, String),
    Standard,
}

impl Output {
    fn open(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Output::Standard) };
        let name = path.display().to_string();
        let file = File::create(path).map_err(|error| format!("{name}: {error}"))?;
        Ok(Output::File(BufWriter::with_capacity(1 << 18, file), name))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        match self {
            Output::File(file, name) => file.write_all(bytes).map_err(|error| format!("{name}: {error}")),
            Output::Standard => match std::io::stdout().lock().write_all(bytes) {
                // A reader that closes the pipe early has seen enough.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                    STOPPED.store(true, Relaxed);
                    Ok(())
                }
                Err(error) => Err(error.to_string()),
                Ok(()) => Ok(()),
            },
        }
    }

    fn close(self) -> Result<(), String> {
        match self {
            Output::File(mut file, name) => file.flush().map_err(|error| format!("{name}: {error}")),
            Output::Standard => std::io::stdout().flush().or(Ok(())),
        }
    }
}
