//! An operator's PUE from meter readings: the value, what is wrong with the data, and the verdicts.
//!
//! `cargo run --release --example operator` shows the shipped real site; `-- --help` lists the options.

#[path = "common/mod.rs"]
mod common;

use clap::{Parser, ValueEnum};
use common::{Ending, Language};
use pue::{
    Assessment, Finding, Lang, Ledger, Period, Readings, Site,
    assessment::Options,
    kpi::{Boundary, Category, Method},
    ledger::Estimate,
    period::Granularity,
    read::{self, CsvError},
    report::{Report, Style},
};
use std::{fmt::Write, fs::File, path::PathBuf, process::ExitCode};

/// PUE from meter readings, with verdicts.
#[derive(Parser)]
#[command(about = "PUE from meter readings: the value, what is wrong with the data, and the verdicts")]
struct Arguments {
    /// The site, JSON; without it the shipped real site
    #[arg(long)]
    site: Option<PathBuf>,
    /// Readings, CSV; may be given several times
    #[arg(long)]
    readings: Vec<PathBuf>,
    /// Later files correct earlier ones: of each meter, readings of the same stamp are replaced
    #[arg(long)]
    later_corrects: bool,
    /// 2024, 2024-03, or 2024-01-01/2025-01-01 (the end exclusive)
    #[arg(long)]
    period: Option<String>,
    /// The PUE category that you name: 1 UPS output, 2 PDU output, 3 IT input
    #[arg(long)]
    category: Option<u8>,
    /// How missing energy is estimated: none, all, or some of check-meter, linear, neighbouring-weeks, separated by commas
    #[arg(long, default_value = "none")]
    estimate: String,
    /// How other carriers are counted: iso-30134-2, electricity-only, green-grid-2010 or green-grid-2011
    #[arg(long, default_value = "iso-30134-2")]
    method: String,
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
    /// Print a site to fill in, with the headers of files of readings
    #[arg(long)]
    template: bool,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Md,
}

const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/esif");

/// The months of the shipped site.
const WHOLE: &str = "2016-06-01/2025-09-01";

fn main() -> ExitCode {
    common::run(run)
}

fn run(arguments: &Arguments) -> Result<Ending, String> {
    let inputs = arguments.site.iter().chain(&arguments.readings).cloned();
    let inputs: Vec<PathBuf> = inputs.chain(arguments.pack.iter().map(PathBuf::from)).collect();
    common::spare(&inputs, &[("--out", arguments.out.as_ref())])?;
    if arguments.template {
        // It may be one that somebody has filled in.
        if let Some(path) = arguments.out.as_ref().filter(|path| path.is_file()) {
            return Err(format!("--out {}: expected the name of a new file", path.display()));
        }
        common::write_out(arguments.out.as_deref(), TEMPLATE)?;
        return Ok(Ending::Fine);
    }
    let estimates = estimates(&arguments.estimate)?;
    let method = Method::ALL.into_iter().find(|method| method.as_str() == arguments.method).ok_or_else(|| {
        let names = Method::ALL.map(Method::as_str).join(", ");
        format!("--method: expected one of {names}, found {}", arguments.method)
    })?;
    let category =
        arguments.category.map(Category::try_from).transpose().map_err(|error| format!("--category: {error}"))?;
    let packs = common::load_packs(&arguments.pack)?;
    let options = packs.into_iter().fold(Options::default().category(category).method(method), Options::pack);
    let shipped = arguments.site.is_none();
    let path = arguments.site.clone().unwrap_or_else(|| format!("{REAL}/site.json").into());
    let json = std::fs::read(&path).map_err(|error| format!("--site {}: {error}", path.display()))?;
    let read = read::site(&json);
    let Some(site) = read.value else {
        return answer(arguments, &Assessment::unreadable(None, read.findings)).map(|_| Ending::Unusable);
    };
    let mut files = arguments.readings.clone();
    if shipped && files.is_empty() {
        files.push(format!("{REAL}/readings.csv").into());
    }
    if files.is_empty() {
        return describe(arguments, &site);
    }
    let readings = match read_all(&site, &files, arguments.later_corrects)? {
        Ok(readings) => readings,
        Err(error) => {
            let id = Some(site.facility().id.clone());
            return answer(arguments, &Assessment::unreadable(id, vec![error.to_finding()])).map(|_| Ending::Unusable);
        }
    };
    let shipped = shipped && arguments.readings.is_empty();
    let period = match &arguments.period {
        None if shipped && arguments.format == Format::Text => return overview(arguments, &site, &readings, &options),
        None if shipped => WHOLE,
        None => {
            return Err("--period: expected 2024, 2024-03 or 2024-01-01/2025-01-01, found nothing; say which period is asked about".to_owned());
        }
        Some(text) => text,
    };
    let period = Period::parse(period, site.time_zone()).map_err(|error| format!("--period: {error}"))?;
    let ledger = Ledger::build(&site, &readings, period).map_err(|error| format!("--period: {error}"))?;
    answer(arguments, &Assessment::of(&ledger.estimate(&estimates), &options))
}

/// `none`, `all`, or names separated by commas.
fn estimates(text: &str) -> Result<Vec<Estimate>, String> {
    if text == "none" {
        return Ok(Vec::new());
    }
    if text == "all" {
        return Ok(Estimate::ALL.to_vec());
    }
    let one = |name: &str| Estimate::ALL.into_iter().find(|method| method.as_str() == name);
    let names = Estimate::ALL.map(Estimate::as_str).join(", ");
    let expected = |name: &str| format!("--estimate: expected none, all, or some of {names}, found {name}");
    text.split(',').map(|name| one(name.trim()).ok_or_else(|| expected(name))).collect()
}

/// All files; a file that is no readings at all is an answer of its own.
fn read_all(site: &Site, files: &[PathBuf], later_corrects: bool) -> Result<Result<Readings, CsvError>, String> {
    let mut readings = Readings::default();
    for path in files {
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        let file = File::open(path).map_err(|error| format!("--readings {}: {error}", path.display()))?;
        match read::csv(site, &name, file) {
            Ok(more) if later_corrects => readings.correct(more),
            Ok(more) => readings.extend(more),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(readings))
}

fn answer(arguments: &Arguments, assessment: &Assessment) -> Result<Ending, String> {
    let lang = arguments.lang.into();
    let text = match arguments.format {
        Format::Text => Report::new(assessment, lang, Style::Text).to_string(),
        Format::Md => Report::new(assessment, lang, Style::Markdown).to_string(),
        Format::Json => serde_json::to_string(assessment).map_err(|error| error.to_string())? + "\n",
    };
    common::write_out(arguments.out.as_deref(), &text)?;
    Ok(Ending::of(assessment))
}

/// No readings: what is wrong with the description, and what it lacks.
fn describe(arguments: &Arguments, site: &Site) -> Result<Ending, String> {
    let boundary = Boundary::new(site, None);
    // An hour without readings tells whether the description gives a total and IT energy.
    let hour = Period::parse("2024-01-01/2024-01-02", site.time_zone()).map_err(|error| error.to_string())?;
    let nothing = Ledger::build(site, &Readings::default(), hour.clone()).map_err(|error| error.to_string())?;
    let lacking = nothing.pue(&boundary, &hour).findings.into_iter();
    let lacking = lacking.filter(|finding| finding.found.as_ref().is_none_or(|found| found.en != "no usable readings"));
    let findings = Finding::gather(site.findings().iter().cloned().chain(lacking));
    let faulty = findings.iter().any(Finding::is_error);
    let flawless = findings.is_empty();
    answer(arguments, &Assessment::unreadable(Some(site.facility().id.clone()), findings))?;
    if flawless {
        let zh = matches!(arguments.lang.into(), Lang::Zh);
        eprintln!(
            "{}",
            if zh {
                "描述未发现问题；给出 --readings 与 --period 即可计算"
            } else {
                "nothing is wrong with the description; with --readings and --period there is a PUE"
            }
        );
    }
    Ok(if faulty { Ending::Unusable } else { Ending::Fine })
}

/// The shipped site: every calendar year and month, the whole period, and the verdicts on the last year that is annual.
fn overview(arguments: &Arguments, site: &Site, readings: &Readings, options: &Options) -> Result<Ending, String> {
    let zh = matches!(arguments.lang.into(), Lang::Zh);
    let pick = |zh_text: &'static str, en: &'static str| if zh { zh_text } else { en };
    let whole = Period::parse(WHOLE, site.time_zone()).map_err(|error| error.to_string())?;
    let ledger =
        Ledger::build_by(site, readings, whole.clone(), Granularity::Month).map_err(|error| error.to_string())?;
    let boundary = Boundary::new(site, options.category);
    let mut text = String::new();
    let name =
        site.facility().name.as_ref().map(|name| name.in_lang(arguments.lang.into()).to_owned()).unwrap_or_default();
    let line = |text: &mut String, args: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{args}");
    };
    line(&mut text, format_args!("{name} ({})", site.facility().id));
    line(
        &mut text,
        format_args!(
            "{}\n",
            pick("实测数据，来源：NREL,DOI 10.7799/3015212", "measured energies; source: NREL, DOI 10.7799/3015212")
        ),
    );
    line(
        &mut text,
        format_args!(
            "{}",
            pick(
                "年度      PUE     类型      覆盖率   总电量 MWh    IT 电量 MWh",
                "year      PUE     kind      coverage    total MWh       IT MWh"
            )
        ),
    );
    let (mut judged, mut ending) = (None, Ending::Fine);
    for part in whole.years().into_iter().chain([whole.clone()]) {
        let measured = ledger.pue(&boundary, &part);
        let Some(pue) = measured.pue() else { continue };
        let four = pue.ratio().round(4).map(|value| value.to_string()).unwrap_or_default();
        let label = if part == whole { pick("全部", "all").to_owned() } else { part.first_day().year().to_string() };
        let why = measured
            .findings
            .iter()
            .find(|finding| finding.code.as_str() == "coverage.low" || finding.code.as_str() == "pue.partial_year");
        let why = why
            .map(|finding| format!("  {}: {}", finding.code, finding.message.in_lang(arguments.lang.into())))
            .unwrap_or_default();
        let kind =
            if pue.kind() == "annual" { pick("年度值  ", "annual  ") } else { pick("期间值  ", "interim ") };
        let coverage = measured.reported().coverage.result() * 100.0;
        line(
            &mut text,
            format_args!(
                "{label:<8}{four:>7}   {kind}{coverage:>7.1} %{:>14.3}{:>14.3}{why}",
                pue.total().kwh() / 1e3,
                pue.it().kwh() / 1e3
            ),
        );
        if pue.annual().is_some() {
            judged = Some(part);
        }
    }
    line(&mut text, format_args!("\n{}", pick("各月 PUE", "PUE by month")));
    line(&mut text, format_args!("        {}", (1..=12).map(|month| format!("{month:>7}")).collect::<String>()));
    for year in whole.years() {
        let months = ledger.monthly(&boundary, &year);
        let first = usize::try_from(year.first_day().month()).unwrap_or(1) - 1;
        let cells: String =
            months.iter().map(|month| month.pue.map_or("      –".to_owned(), |pue| format!("{pue:>7.4}"))).collect();
        line(&mut text, format_args!("{:<8}{}{cells}", year.first_day().year(), "       ".repeat(first)));
    }
    if let Some(year) = judged {
        let assessment = Assessment::of_part(&ledger, &year, options);
        line(&mut text, format_args!("\n{}\n", pick("最近一个年度值的评估：", "The last annual value, assessed:")));
        text.push_str(&Report::new(&assessment, arguments.lang.into(), Style::Text).to_string());
        ending = Ending::of(&assessment);
    }
    line(
        &mut text,
        format_args!(
            "\n{}\n  cargo run --release --example operator -- --site examples/data/wuhan/site.json --readings examples/data/wuhan/registers.csv --readings examples/data/wuhan/power.csv --readings examples/data/wuhan/intervals.csv --period 2024",
            pick(
                "武汉示例数据中心(14 个计量点，含各类故障):",
                "A made site in Wuhan (14 meters, faults of all kinds):"
            )
        ),
    );
    common::write_out(arguments.out.as_deref(), &text)?;
    Ok(ending)
}

const TEMPLATE: &str = r#"{
  "schema": "pue/site/1",
  "x_help": "Keys that start with x_ are yours. Leave out what you do not know: unknown is never taken for no or zero. 以 x_ 开头的键供自用；不清楚的项请删去，未知不等于否或零。",
  "facility": {
    "id": "WH-0001",
    "name": {"zh": "数据中心名称", "en": "Name of the data centre"},
    "operator": "Operator 运营单位",
    "region": "420100",
    "zone": "east_lake",
    "hub_node": false,
    "time_zone": "Asia/Shanghai",
    "lifecycle": {"kind": "new", "approved_on": "2023-03-01", "in_service_on": "2023-11-01"},
    "racks": {"types": [{"count": 1520, "rated_kw": 5.0}], "installed": 1400, "occupied": 980},
    "rated_it_kw": 7600.0,
    "air_conditioning": "electric",
    "it_cooling": "air",
    "edge": false
  },
  "meters": [
    {"id": "grid-1", "point": "grid_supply", "carrier": "electricity", "kind": {"register": {"modulus": 100000000.0}}, "unit": "kWh", "capacity_kw": 12000.0, "accuracy_class": "0.5S"},
    {"id": "ups-a-out", "point": "ups_output", "carrier": "electricity", "kind": "register", "unit": "kWh", "capacity_kw": 5000.0, "parent": "grid-1"},
    {"id": "pv-1", "point": "pv", "carrier": "electricity", "kind": "interval", "unit": "kWh", "capacity_kw": 400.0},
    {"id": "chiller-1", "point": "cooling", "carrier": "electricity", "kind": "power", "unit": "kW", "max_gap_s": 1800, "parent": "grid-1"}
  ],
  "certificates": [],
  "x_certificate": {"ladder": "green", "kind": "operation", "level": "AAAA", "issuer": "", "number": "", "facility": "WH-0001", "issued_on": "2024-06-20", "expires_on": "2026-06-19"},
  "x_readings_long": ["meter,time,value", "grid-1,2024-01-01T00:00:00+08:00,812345.5"],
  "x_readings_intervals": ["meter,start,end,value,known_h", "pv-1,2024-01-01T00:00:00+08:00,2024-01-01T01:00:00+08:00,35.2,1"],
  "x_readings_wide": ["time,grid-1,ups-a-out,chiller-1", "2024-01-01 00:00,812345.5,400321.0,310.5"]
}
"#;
