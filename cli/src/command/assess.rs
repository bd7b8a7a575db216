//! `pue assess`: an operator's PUE from meter readings: the value, what is wrong with the data, and the verdicts.

use crate::{ending::Ending, judging::Judging, language::pick, output};
use clap::{Args, ValueEnum};
use pue::{
    Assessment, Finding, Lang, Ledger, Period, Readings, Site,
    assessment::Options,
    finding::Text,
    kpi::{Category, Method},
    ledger::Estimate,
    read::{
        self, CsvError,
        import::{Mapping, presets},
    },
    report::{Page, Report, Style},
    sample,
};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

#[derive(Args)]
pub struct Arguments {
    /// The site, JSON; without it the shipped real site
    #[arg(long, value_name = "SITE.json")]
    site: Option<PathBuf>,
    /// Readings, CSV; may be given several times
    #[arg(long, value_name = "A.csv")]
    readings: Vec<PathBuf>,
    /// How readings that are not ours are read: a mapping (`pue/import/1`)
    #[arg(long, value_name = "MAP.json")]
    map: Option<PathBuf>,
    /// The same by a mapping that ships with the program
    #[arg(long, value_name = "NAME", conflicts_with = "map")]
    preset: Option<String>,
    /// Later files correct earlier ones: of each meter, readings of the same stamp are replaced
    #[arg(long)]
    later_corrects: bool,
    /// 2024, 2024-03, or 2024-01-01/2025-01-01 (the end exclusive)
    #[arg(long)]
    period: Option<String>,
    /// The PUE category that you name: 1 UPS output, 2 PDU output, 3 IT input
    #[arg(long, value_name = "1|2|3")]
    category: Option<u8>,
    /// How missing energy is estimated: none, all, or some of check-meter, linear, neighbouring-weeks (a,b)
    #[arg(long, value_name = "METHOD", default_value = "none", hide_default_value = true)]
    estimate: String,
    /// How other carriers count: iso-30134-2 (default), electricity-only, green-grid-2010, green-grid-2011
    #[arg(long, value_name = "NAME", default_value = "iso-30134-2", hide_default_value = true)]
    method: String,
    /// Without a meter of the grid the total is IT energy, cooling, losses, lighting: what no meter measures is not in it
    #[arg(long)]
    total_from_parts: bool,
    #[command(flatten)]
    judging: Judging,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the answer to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Md,
    Html,
}

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        let inputs = self.site.iter().chain(&self.readings).chain(&self.map).cloned().chain(self.judging.files());
        output::spare(&inputs.collect::<Vec<_>>(), &[("--out", self.out.as_ref())])?;
        let (options, estimates) = (self.options(lang)?, estimates(&self.estimate)?);
        let json = match &self.site {
            Some(path) => output::read(path).map_err(|error| format!("--site {error}"))?,
            None => sample::REAL_SITE.as_bytes().to_vec(),
        };
        let read = read::site(&json);
        let Some(site) = read.value else {
            return self.answer(&Assessment::unreadable(None, read.findings), lang).map(|_| Ending::Unusable);
        };
        let shipped = self.site.is_none() && self.readings.is_empty();
        if self.readings.is_empty() && !shipped {
            return self.describe(&site, lang);
        }
        let readings = if shipped {
            read::csv(&site, "readings.csv", sample::REAL_READINGS.as_bytes()).map_err(|error| error.to_finding())
        } else {
            self.read(&site)?
        };
        let readings = match readings {
            Ok(readings) => readings,
            Err(error) => {
                let id = Some(site.facility().id.clone());
                let answer = Assessment::unreadable(id, vec![error]);
                return self.answer(&answer, lang).map(|_| Ending::Unusable);
            }
        };
        let period = match &self.period {
            None if shipped => sample::REAL_PERIOD,
            None => {
                return Err("--period: expected 2024, 2024-03 or 2024-01-01/2025-01-01, found nothing; say which period is asked about".to_owned());
            }
            Some(text) => text,
        };
        let period = Period::parse(period, site.time_zone()).map_err(|error| format!("--period: {error}"))?;
        let ledger = Ledger::build(&site, &readings, period).map_err(|error| format!("--period: {error}"))?;
        let ledger = ledger.estimate(&estimates);
        self.answer_with(&Assessment::of(&ledger, &options), Some((&ledger, &readings)), lang)
    }

    fn options(&self, lang: Lang) -> Result<Options, String> {
        let method = Method::ALL.into_iter().find(|method| method.as_str() == self.method).ok_or_else(|| {
            let names = Method::ALL.map(Method::as_str).join(", ");
            format!("--method: expected one of {names}, found {}", self.method)
        })?;
        let category =
            self.category.map(Category::try_from).transpose().map_err(|error| format!("--category: {error}"))?;
        Ok(self.judging.options(lang)?.category(category).method(method).total_from_parts(self.total_from_parts))
    }

    /// All files; a file that is no readings at all is an answer of its own.
    fn read(&self, site: &Site) -> Result<Result<Readings, Finding>, String> {
        let mapping = self.mapping()?;
        let mut readings = Readings::default();
        for path in &self.readings {
            let name =
                path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
            let file = File::open(path).map_err(|error| format!("--readings {}: {error}", path.display()))?;
            let read = match &mapping {
                Some(mapping) => read::mapped(site, mapping, &name, file).map_err(|error| error.to_finding()),
                None => read::csv(site, &name, file).map_err(|error| foreign(&error, path)),
            };
            match read {
                Ok(more) if self.later_corrects => readings.correct(more),
                Ok(more) => readings.extend(more),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(readings))
    }

    fn mapping(&self) -> Result<Option<Mapping>, String> {
        match (&self.map, &self.preset) {
            (Some(path), _) => {
                let json = output::read(path).map_err(|error| format!("--map {error}"))?;
                let mapping =
                    Mapping::from_json(&json).map_err(|faults| format!("--map {}: {faults}", path.display()))?;
                Ok(Some(mapping))
            }
            (None, Some(name)) => {
                let mapping = Mapping::preset(name).map_err(|faults| format!("--preset {name}: {faults}"))?;
                Ok(Some(mapping))
            }
            (None, None) => Ok(None),
        }
    }

    fn answer(&self, assessment: &Assessment, lang: Lang) -> Result<Ending, String> {
        self.answer_with(assessment, None, lang)
    }

    fn answer_with<'a>(
        &self,
        assessment: &'a Assessment,
        from: Option<(&'a Ledger<'a>, &'a Readings)>,
        lang: Lang,
    ) -> Result<Ending, String> {
        let text = match self.format {
            Format::Html => {
                let page = Page::new(assessment, lang);
                from.map_or(page, |(ledger, readings)| page.with_ledger(ledger).with_readings(readings)).to_string()
            }
            Format::Text => Report::new(assessment, lang, Style::Text).to_string(),
            Format::Md => Report::new(assessment, lang, Style::Markdown).to_string(),
            Format::Json => serde_json::to_string(assessment).map_err(|error| error.to_string())? + "\n",
        };
        match self.format {
            Format::Json | Format::Html => output::write_data(self.out.as_deref(), &text)?,
            _ => output::write(self.out.as_deref(), &text)?,
        }
        Ok(Ending::of(assessment))
    }

    /// No readings: what is wrong with the description, and what it lacks.
    fn describe(&self, site: &Site, lang: Lang) -> Result<Ending, String> {
        let check = Assessment::of_description(site);
        let findings = &check.findings;
        let (is_faulty, is_flawless) = (findings.iter().any(Finding::is_error), findings.is_empty());
        self.answer(&check, lang)?;
        if is_flawless {
            output::say(pick(
                lang,
                "描述未发现问题；给出 --readings 与 --period 即可计算",
                "nothing is wrong with the description; with --readings and --period there is a PUE",
            ));
        }
        Ok(if is_faulty { Ending::Unusable } else { Ending::Fine })
    }
}

/// Why a file cannot be read as ours, and as what it could be.
fn foreign(error: &CsvError, path: &Path) -> Finding {
    let mut finding = error.to_finding();
    let CsvError::Header { .. } = error else { return finding };
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1 << 16).read_to_end(&mut beginning));
    let file = path.display();
    let (zh, en) = match read.ok().and_then(|_| presets::like(&beginning)) {
        None => (
            format!("如为其他格式：pue import {file} 查看读法并存下映射，再以 --map 给出"),
            format!(
                "if it is of another layout, `pue import {file}` shows how it may be read and writes a mapping for --map"
            ),
        ),
        Some(name) => (
            format!("该文件似为 {name}：pue import {file} 查看读法并存下映射，再以 --map 给出（或 --preset {name}）"),
            format!(
                "it looks like {name}: `pue import {file}` shows how it is read and writes a mapping for --map (or --preset {name})"
            ),
        ),
    };
    finding.advice = Text::new(zh, en);
    finding
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
