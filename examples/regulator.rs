//! A regulator's round: every submission recomputed and judged, one line each, one table.
//!
//! `cargo run --release --example regulator -- PATH…` (files, folders, NDJSON, `-` for standard input).

#[path = "common/mod.rs"]
mod common;

use clap::{Parser, ValueEnum};
use comfy_table::{Cell, Table, presets::UTF8_HORIZONTAL_ONLY};
use common::{Ending, Language};
use pue::{
    Assessment, Code, Facility, Finding, Lang, Outcome, Pack, Severity, Submission,
    portfolio::{Portfolio, by_savings, scattered_operators, suspected_splits},
    submission::audit_json,
};
use std::{
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Submissions recomputed and judged.
#[derive(Parser)]
#[command(about = "Submissions recomputed and judged, one line each")]
struct Arguments {
    /// Files, folders (*.json *.ndjson *.jsonl, recursive), or - for standard input
    #[arg(required = true)]
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
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    Csv,
}

fn main() -> ExitCode {
    common::run(run)
}

fn run(arguments: &Arguments) -> Result<Ending, String> {
    let packs = common::load_packs(&arguments.pack)?;
    let mut audits = Vec::new();
    for (name, path) in files(&arguments.paths)? {
        audit_file(name, &path, &packs, &mut audits);
    }
    if audits.is_empty() {
        return Err("expected at least one submission (*.json, *.ndjson, *.jsonl), found none".to_owned());
    }
    let text = match arguments.format {
        Format::Table => table(&audits, arguments.lang.into()),
        Format::Json => json(&audits)?,
        Format::Csv => csv(&audits, arguments.lang.into())?,
    };
    common::write_out(arguments.out.as_deref(), &text)?;
    Ok(audits.iter().map(|audit| Ending::of(&audit.assessment)).max().unwrap_or(Ending::Unusable))
}

/// One record and its answer.
struct Audit {
    source: String,
    assessment: Assessment,
    /// The site, for what only shows over several of them.
    facility: Option<Facility>,
}

/// The files behind the paths, folders in order, each with the name that the answer gives it.
fn files(paths: &[PathBuf]) -> Result<Vec<(String, PathBuf)>, String> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            collect(path, path, &mut all)?
        } else {
            all.push((path.display().to_string(), path.clone()))
        }
    }
    Ok(all)
}

fn collect(top: &Path, folder: &Path, all: &mut Vec<(String, PathBuf)>) -> Result<(), String> {
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut entries: Vec<_> = std::fs::read_dir(folder).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        // A link may lead back up: only real folders are entered.
        if entry.file_type().map_err(fault)?.is_dir() {
            collect(top, &path, all)?;
        } else if ["json", "ndjson", "jsonl"].contains(&ending(&path).as_str()) {
            let name = path.strip_prefix(top).unwrap_or(&path).display().to_string();
            all.push((name, path));
        }
    }
    Ok(())
}

/// The ending of a file's name, in small letters.
fn ending(path: &Path) -> String {
    path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default()
}

impl Audit {
    fn new(source: String, bytes: &[u8], packs: &[Pack]) -> Self {
        let facility = Submission::from_json(bytes).ok().map(|submission| submission.site().facility().clone());
        Audit { source, assessment: audit_json(bytes, packs), facility }
    }
}

/// One audit for each record; a file that cannot be read has one too, so that it never stops the others.
fn audit_file(name: String, path: &Path, packs: &[Pack], audits: &mut Vec<Audit>) {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let mut finding = Finding::new(Code::JsonSyntax).found(error);
            finding.file = Some(name.clone());
            audits.push(Audit {
                source: name,
                assessment: Assessment::unreadable(None, vec![finding]),
                facility: None,
            });
            return;
        }
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let is_json = |bytes: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    let mut lines = bytes.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    // Records by line: a name that says so, or a first line that is a record while the whole is not.
    let named = path == Path::new("-") || ["ndjson", "jsonl"].contains(&ending(path).as_str());
    let by_line = !is_json(bytes) && (named || lines.clone().next().is_some_and(|(_, line)| is_json(line)));
    if by_line {
        audits.extend(lines.map(|(i, line)| Audit::new(format!("{name}:{}", i + 1), line, packs)));
    } else if lines.next().is_some() || !named {
        audits.push(Audit::new(name, bytes, packs));
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn json(audits: &[Audit]) -> Result<String, String> {
    let mut text = String::new();
    for audit in audits {
        text += &serde_json::to_string(&audit.assessment).map_err(|error| error.to_string())?;
        text.push('\n');
    }
    Ok(text)
}

/// The cells of one record, the same for the table and for CSV.
fn cells(audit: &Audit, lang: Lang) -> Vec<String> {
    let assessment = &audit.assessment;
    let verdicts = assessment.verdicts.iter().filter(|verdict| verdict.outcome != Outcome::NotApplicable);
    let mut said: Vec<String> = verdicts
        .map(|verdict| format!("{} {}: {}", verdict.pack, verdict.requirement, verdict.message.in_lang(lang)))
        .collect();
    if said.is_empty() {
        said.extend(assessment.verdicts.first().map(|verdict| verdict.message.in_lang(lang).to_owned()));
    }
    let declared = assessment.declared.as_ref().and_then(|declared| declared.get("pue"));
    let declared = declared.map(|pue| match (&pue.said, pue.agrees) {
        (pue::assessment::Figure::Number(said), Some(false)) => format!("{said} ≠"),
        (pue::assessment::Figure::Number(said), _) => said.to_string(),
        (pue::assessment::Figure::Level(said), _) => said.clone(),
    });
    let worst: Vec<String> = assessment
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note)
        .map(|finding| finding.code.to_string())
        .collect();
    vec![
        audit.source.clone(),
        assessment.facility.clone().unwrap_or_else(|| "–".to_owned()),
        assessment.pue.as_ref().map_or("–".to_owned(), |pue| pue.published.to_string()),
        declared.unwrap_or_else(|| "–".to_owned()),
        assessment.pue.as_ref().map_or("–".to_owned(), |pue| kind(pue.kind, lang).to_owned()),
        said.join("\n"),
        worst.join("\n"),
    ]
}

fn kind(kind: &'static str, lang: Lang) -> &'static str {
    match (lang, kind) {
        (Lang::En, kind) => kind,
        (Lang::Zh, "annual") => "年度",
        (Lang::Zh, _) => "期间",
    }
}

fn header(lang: Lang) -> [&'static str; 7] {
    match lang {
        Lang::Zh => ["来源", "数据中心", "重算 PUE", "申报", "类型", "判定", "问题"],
        Lang::En => ["source", "facility", "PUE", "declared", "kind", "verdicts", "findings"],
    }
}

fn table(audits: &[Audit], lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(150);
    }
    table.set_header(header(lang));
    let mut portfolio = Portfolio::default();
    for audit in audits {
        portfolio.add(&audit.assessment);
        table.add_row(
            cells(audit, lang)
                .into_iter()
                .map(|cell| Cell::new(cell.replace(|c: char| c.is_control() && c != '\n', " "))),
        );
    }
    let counts = [Outcome::Meets, Outcome::Fails, Outcome::Undetermined, Outcome::NotApplicable]
        .map(|outcome| format!("{} {}", portfolio.with(outcome), outcome.text().in_lang(lang)));
    let sum = portfolio.pue().and_then(|pue| pue.round(3)).map_or("–".to_owned(), |pue| pue.to_string());
    let of = match lang {
        Lang::Zh => format!(
            "{} 份：{}，无法读取 {}；合计 PUE(Σ总电量/ΣIT){sum}，含 {} 个无错误的年度值，其余 {} 个未计入",
            audits.len(),
            counts.join(","),
            portfolio.unjudged,
            portfolio.counted,
            portfolio.left_out
        ),
        Lang::En => format!(
            "{} records: {}, {} unreadable; PUE of all (Σ total / Σ IT) {sum}, of {} annual values without errors, {} left out",
            audits.len(),
            counts.join(", "),
            portfolio.unjudged,
            portfolio.counted,
            portfolio.left_out
        ),
    };
    format!("{table}\n{of}\n{}", together(audits, lang))
}

/// What only shows over several sites: projects that may have been split, operators with several small sites, and where
/// reaching the target would save most.
fn together(audits: &[Audit], lang: Lang) -> String {
    let pick = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let sites = || audits.iter().filter_map(|audit| audit.facility.as_ref());
    let mut lines = Vec::new();
    for finding in suspected_splits(sites()) {
        let (operator, found) = (finding.path.unwrap_or_default(), finding.found.unwrap_or_default());
        lines.push(format!("{}: {operator}: {found}", finding.message.in_lang(lang)));
    }
    for (operator, ids) in scattered_operators(sites()) {
        let words = pick("同一运营者的多个小型场所(代用阈值)", "several small sites of one operator (a proxy)");
        lines.push(format!("{words}: {operator}: {}", ids.join(", ")));
    }
    for (facility, kwh) in by_savings(audits.iter().map(|audit| &audit.assessment)).into_iter().take(5) {
        let words = pick("每年节电潜力", "yearly savings");
        lines.push(format!("{words}: {facility}: {:.3} MWh", kwh.kwh() / 1e3));
    }
    let shown = lines.iter().map(|line| line.replace(|c: char| c.is_control(), " ") + "\n");
    shown.collect()
}

fn csv(audits: &[Audit], lang: Lang) -> Result<String, String> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(header(lang)).map_err(|error| error.to_string())?;
    for audit in audits {
        rows.write_record(cells(audit, lang).iter().map(|cell| harmless(cell))).map_err(|error| error.to_string())?;
    }
    let bytes = rows.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// A cell that a spreadsheet takes for text, not for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
