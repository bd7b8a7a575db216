//! `pue import`: a file in another layout: what it is taken for and what it does not say; or its readings as a file of ours.

use crate::{
    ending::Ending,
    foreign::{self, Named},
    language::{pick, plural},
    output::{self, Output},
};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use pue::{
    Lang, Readings, Site,
    jiff::tz::TimeZone,
    metering::{Quality, ReadingKind},
    period::rfc3339,
    read::{
        self,
        import::{Mapping, MeterFound, Proposal, Survey},
    },
};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// A file of readings: CSV, .xlsx, Green Button, Prometheus, InfluxDB, NEM12
    file: PathBuf,
    #[command(flatten)]
    named: Named,
    /// The site whose meters the readings are of
    #[arg(long, value_name = "SITE.json")]
    site: Option<PathBuf>,
    /// The clock of times that say no offset, where there is no site: Asia/Shanghai, +08:00
    #[arg(long, value_name = "ZONE", conflicts_with = "site")]
    zone: Option<String>,
    /// Say what it is taken for, and show how it would be read (as without --out)
    #[arg(long, conflicts_with = "out")]
    preview: bool,
    /// So many rows are shown
    #[arg(long, value_name = "N", default_value_t = 8)]
    rows: usize,
    /// Write the mapping to this file, with a question mark for each question that is open
    #[arg(long, value_name = "MAP.json")]
    save: Option<PathBuf>,
    /// Write the readings to this file, as CSV of ours
    #[arg(long, value_name = "READINGS.csv")]
    out: Option<PathBuf>,
    /// The preview as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        let inputs = [Some(&self.file), self.named.map.as_ref(), self.site.as_ref()];
        let inputs: Vec<PathBuf> = inputs.into_iter().flatten().cloned().collect();
        output::spare(&inputs, &[("--save", self.save.as_ref()), ("--out", self.out.as_ref())])?;
        let site = self.site.as_deref().map(site).transpose()?;
        let zone = foreign::zone(site.as_ref(), self.zone.as_deref())?;
        let proposal = self.named.proposal(&self.file)?;
        if let Some(path) = &self.save {
            let text = serde_json::to_string_pretty(&proposal.to_json()).map_err(|error| error.to_string())? + "\n";
            output::write_file("--save", path, text.as_bytes())?;
        }
        match &self.out {
            Some(out) => self.convert(&proposal, site, zone, out, lang),
            None => self.preview(&proposal, site.as_ref(), zone, lang),
        }
    }

    fn convert(
        &self,
        proposal: &Proposal,
        site: Option<Site>,
        zone: Option<TimeZone>,
        out: &Path,
        lang: Lang,
    ) -> Result<Ending, String> {
        if !self.named.is_named() {
            return Err("--out: expected --map or --preset: what a preview proposes is for a person to say; --save MAP.json writes it".to_owned());
        }
        let mapping = proposal.mapping().map_err(|faults| format!("{}: {faults}", self.file.display()))?;
        if zone.is_none() && !foreign::says_instants(&mapping) {
            return Err("--out: expected --site or --zone: the file's times say no offset".to_owned());
        }
        let zone = zone.unwrap_or(TimeZone::UTC);
        let site = match site {
            Some(site) => site,
            None => site_of(&foreign::look(&mapping, &zone, &self.file, 0)?, &zone)?,
        };
        let readings = read::mapped(&site, &mapping, &foreign::name(&self.file), foreign::open(&self.file)?)
            .map_err(|error| error.to_string())?;
        write(&readings, &site, out)?;
        for finding in readings.findings() {
            output::say(&foreign::told(finding, lang));
        }
        let units: Vec<String> = readings
            .iter()
            .filter_map(|(id, series)| {
                let meter = site.meters().get(site.meter_index(id)?)?;
                Some(format!("{id} {} ({})", series.len(), meter.unit))
            })
            .collect();
        output::say(&format!("{}: {}", out.display(), units.join(", ")));
        let is_faulty = readings.findings().iter().any(pue::Finding::is_error);
        Ok(if is_faulty { Ending::Unusable } else { Ending::Fine })
    }

    fn preview(
        &self,
        proposal: &Proposal,
        site: Option<&Site>,
        zone: Option<TimeZone>,
        lang: Lang,
    ) -> Result<Ending, String> {
        let has_zone = zone.is_some();
        let zone = zone.unwrap_or(TimeZone::UTC);
        let supposed = proposal.supposed().map_err(|faults| format!("{}: {faults}", self.file.display()));
        let survey = supposed.and_then(|mapping| {
            let survey = foreign::look(&mapping, &zone, &self.file, self.rows)?;
            Ok((mapping, survey))
        });
        let is_readable = survey.is_ok();
        if self.json {
            let (survey, error) = match survey {
                Ok((_, survey)) => (Some(survey), None),
                Err(error) => (None, Some(error)),
            };
            let answer = json!({"proposal": proposal, "mapping": proposal.to_json(), "survey": survey, "error": error});
            let text = serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())?;
            output::write_data(None, &(text + "\n"))?;
        } else {
            let clock = if has_zone { None } else { Some(&zone) };
            output::write(
                None,
                &self.told(proposal, survey.as_ref().map_err(String::as_str), site, (&zone, clock.is_some()), lang)?,
            )?;
        }
        Ok(match (is_readable, proposal.questions.is_empty()) {
            (true, true) => Ending::Fine,
            (_, false) => Ending::Undetermined,
            (false, true) => Ending::Unusable,
        })
    }

    fn told(
        &self,
        proposal: &Proposal,
        survey: Result<&(Mapping, Survey), &str>,
        site: Option<&Site>,
        (zone, is_bare): (&TimeZone, bool),
        lang: Lang,
    ) -> Result<String, String> {
        let file = foreign::name(&self.file);
        let mut text = match &proposal.preset {
            Some(name) => format!("{file}: {} {name}\n", pick(lang, "预设", "preset")),
            None => format!("{file}: {}\n", pick(lang, "不属于任何预设", "like no preset")),
        };
        for reason in &proposal.reasons {
            text += &format!("  · {}\n", reason.in_lang(lang));
        }
        let mapping = serde_json::to_string(&proposal.to_json()).map_err(|error| error.to_string())?;
        text += &format!("\n{}\n  {mapping}\n", pick(lang, "映射", "Mapping"));
        if !proposal.questions.is_empty() {
            text += &format!(
                "\n{}\n",
                pick(lang, "文件未说明，须由人回答", "What the file does not say, for you to answer")
            );
        }
        for question in &proposal.questions {
            text += &format!("  {}: {}\n", question.place, question.asks.in_lang(lang));
            if question.answers.is_empty() {
                let known =
                    site.map(|site| site.meters().iter().map(|meter| meter.id.as_str()).collect::<Vec<_>>().join(", "));
                let known = known.filter(|_| question.place.starts_with("meter")).unwrap_or_else(|| "…".to_owned());
                text += &format!("    --set {}={known}\n", question.place);
            }
            for answer in &question.answers {
                let said = answer.says.get(&question.place).or_else(|| answer.says.values().next());
                let said =
                    said.map(|said| said.as_str().map_or_else(|| said.to_string(), str::to_owned)).unwrap_or_default();
                let place = if answer.says.contains_key(&question.place) {
                    question.place.as_str()
                } else {
                    answer.says.keys().next().map_or("", String::as_str)
                };
                let mapping = proposal.supposed_with(answer).ok();
                let row = mapping.and_then(|mapping| foreign::first_row(&mapping, zone, &self.file));
                let row = row.map(|row| shown(&row, zone, is_bare));
                let row = row.map(|row| format!("  → {row}")).unwrap_or_default();
                text += &format!("    --set '{place}={said}'  {}{row}\n", answer.means.in_lang(lang));
            }
        }
        match survey {
            Err(error) => text += &format!("\n{}\n  {error}\n", pick(lang, "无法读取", "It cannot be read so")),
            Ok((mapping, survey)) => {
                let heading = match (proposal.questions.is_empty(), lang) {
                    (true, Lang::Zh) => "前几行的读法",
                    (true, Lang::En) => "Its first rows, as they are read",
                    (false, Lang::Zh) => "前几行的读法（假定各问题取首个答案；未被采用）",
                    (false, Lang::En) => {
                        "Its first rows, if each question had its first answer; nothing is read so yet"
                    }
                };
                text += &format!("\n{heading}\n{}", rows(survey, zone, is_bare, lang));
                if !survey.findings.is_empty() {
                    text += &format!("\n{}\n", pick(lang, "未能读取的内容", "What could not be read"));
                }
                for finding in &survey.findings {
                    text += &format!("  {}\n", foreign::told(finding, lang));
                }
                text += &format!("\n{}\n{}", pick(lang, "计量点", "Meters"), meters(survey, site, zone, is_bare, lang));
                if is_bare && !foreign::says_instants(mapping) {
                    text += pick(
                        lang,
                        "  时间为文件所写的钟面时间；以 --site 或 --zone 指明时区\n",
                        "  times are by the file's own clock; --site or --zone says which that is\n",
                    );
                }
                text += &self.next(proposal, lang);
            }
        }
        Ok(text)
    }

    /// What to do now.
    fn next(&self, proposal: &Proposal, lang: Lang) -> String {
        let file = self.file.display();
        if !proposal.questions.is_empty() {
            let zh = "\n以 --set 回答各问题，再以 --save MAP.json 存下映射\n";
            return pick(lang, zh, "\nAnswer by --set, then write the mapping by --save MAP.json\n").to_owned();
        }
        let map = self
            .save
            .as_ref()
            .or(self.named.map.as_ref())
            .map_or("MAP.json".to_owned(), |path| path.display().to_string());
        let save = if self.save.is_some() || self.named.map.is_some() {
            String::new()
        } else {
            pick(lang, "以 --save MAP.json 存下映射；", "write the mapping by --save MAP.json; ").to_owned()
        };
        let zh = format!("\n{save}然后 pue assess --site SITE.json --readings {file} --map {map} --period …\n");
        let en = format!("\n{save}then pue assess --site SITE.json --readings {file} --map {map} --period …\n");
        pick(lang, &zh, &en).to_owned()
    }
}

fn site(path: &Path) -> Result<Site, String> {
    let read = read::site(&output::read(path).map_err(|error| format!("--site {error}"))?);
    let why = || read.findings.first().map(ToString::to_string).unwrap_or_default();
    read.value.ok_or_else(|| format!("--site {}: {}", path.display(), why()))
}

/// A site of the meters that a file has, each in the file's unit, so that they can be read as they are.
fn site_of(survey: &Survey, zone: &TimeZone) -> Result<Site, String> {
    let mut meters = std::collections::BTreeMap::new();
    for meter in &survey.meters {
        let kind = meter.quantity.kind();
        let unit =
            meter.unit.ok_or_else(|| format!("{}: expected value.unit in the mapping, or --site", meter.label))?;
        // Mean power is of intervals, whose energy is what is kept.
        let unit = if kind == ReadingKind::Interval && unit.dimension() == pue::quantity::Dimension::Power {
            pue::Unit::KilowattHour
        } else {
            unit
        };
        meters
            .insert(&meter.meter, json!({"id": meter.meter, "point": "other", "kind": kind.to_string(), "unit": unit}));
    }
    let meters: Vec<_> = meters.into_values().collect();
    let zone = zone.iana_name().map_or_else(|| rfc3339(0, zone).chars().skip(19).collect(), str::to_owned);
    let zone = if zone == "Z" || zone == "+00:00" { "UTC".to_owned() } else { zone };
    let site = json!({"schema": read::SITE_SCHEMA, "facility": {"id": "import", "time_zone": zone}, "meters": meters});
    let read = read::site(site.to_string().as_bytes());
    let why = read.findings.iter().find(|finding| finding.is_error()).map(ToString::to_string);
    read.value.ok_or_else(|| why.unwrap_or_default())
}

/// Readings as CSV of ours, so that they are the same when they are read again.
fn write(readings: &Readings, site: &Site, out: &Path) -> Result<(), String> {
    let zone = site.time_zone();
    let series: Vec<_> = readings.iter().collect();
    let has_start = series.iter().any(|(_, series)| !series.column().start().is_empty());
    let mut file = Output::open(Some(out))?;
    let heading = if has_start { "meter,start,end,value,quality\n" } else { "meter,time,value,quality\n" };
    let mut is_read = file.write(heading.as_bytes())?;
    for (id, series) in series {
        let column = series.column();
        let id = if id.contains([',', '"', '\n']) { format!("\"{}\"", id.replace('"', "\"\"")) } else { id.to_owned() };
        for (i, (time, value)) in column.time().iter().zip(column.value()).enumerate() {
            let quality = column.quality().get(i).copied().unwrap_or(Quality::Actual);
            let start = column.start().get(i).map(|start| rfc3339(*start, &zone)).unwrap_or_default();
            let start = if has_start { format!("{start},") } else { String::new() };
            let value = if value.is_nan() { String::new() } else { value.to_string() };
            let line = format!("{id},{start}{},{value},{quality}\n", rfc3339(*time, &zone));
            is_read = is_read && file.write(line.as_bytes())?;
        }
    }
    file.close()
}

/// A time as people read it: by the file's own clock, or with its offset.
fn clock(at: i64, zone: &TimeZone, is_bare: bool) -> String {
    let text = rfc3339(at, zone).replace('T', " ");
    if is_bare { text.trim_end_matches('Z').trim_end_matches("+00:00").to_owned() } else { text }
}

fn shown(row: &read::import::ReadingFound, zone: &TimeZone, is_bare: bool) -> String {
    let start = row.start_ms.map(|start| clock(start, zone, is_bare) + " – ").unwrap_or_default();
    let value = row.value.map_or("–".to_owned(), |value| value.to_string());
    let unit = row.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    format!("{start}{}, {value}{unit}", clock(row.time_ms, zone, is_bare))
}

fn rows(survey: &Survey, zone: &TimeZone, is_bare: bool, lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["行", "计量点", "起", "止（时刻）", "数值", "单位", "质量"],
        Lang::En => ["line", "meter", "start", "end (time)", "value", "unit", "quality"],
    });
    for row in &survey.first {
        table.add_row([
            row.line.to_string(),
            row.label.clone(),
            row.start_ms.map_or("–".to_owned(), |start| clock(start, zone, is_bare)),
            clock(row.time_ms, zone, is_bare),
            row.value.map_or("–".to_owned(), |value| value.to_string()),
            row.unit.map_or("–".to_owned(), |unit| unit.to_string()),
            row.quality.to_string(),
        ]);
    }
    for column in [0, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

fn meters(survey: &Survey, site: Option<&Site>, zone: &TimeZone, is_bare: bool, lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["", "名称", "读数", "无值", "自", "至", "间隔", "最小", "最大", ""],
        Lang::En => ["", "name", "readings", "no value", "from", "to", "step", "least", "most", ""],
    });
    for meter in survey.meters.iter().take(30) {
        let is_known = site.map(|site| site.meter_index(&meter.meter).is_some());
        let mark = match is_known {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "",
        };
        let number =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| ((value * 1e6).round() / 1e6).to_string());
        table.add_row([
            mark.to_owned(),
            if meter.meter == meter.label { meter.label.clone() } else { format!("{} = {}", meter.label, meter.meter) },
            meter.readings.to_string(),
            meter.missing.to_string(),
            clock(meter.first_ms, zone, is_bare),
            clock(meter.last_ms, zone, is_bare),
            meter.step_ms.map_or("–".to_owned(), step),
            number(meter.least),
            number(meter.most),
            looks(meter, lang).to_owned(),
        ]);
    }
    let mut text = table.trim_fmt() + "\n";
    let more = survey.meters.len().saturating_sub(30) as u64;
    if more > 0 {
        text += &format!(
            "  … {}\n",
            match lang {
                Lang::Zh => format!("另有 {more} 个"),
                Lang::En => plural(more, "more meter"),
            }
        );
    }
    text
}

fn looks(meter: &MeterFound, lang: Lang) -> &'static str {
    if meter.turns > 0 {
        return pick(
            lang,
            "时间有重复或倒退：是否几块电表同名？",
            "its times repeat or go back: are several meters of this name?",
        );
    }
    match meter.looks_like_register() {
        true => pick(lang, "数值只升不降，似为累计表码（推测）", "values only rise, as a register's do (a guess)"),
        false => "",
    }
}

fn step(ms: i64) -> String {
    match (ms % 86_400_000, ms % 60_000) {
        (0, _) => format!("{} d", ms / 86_400_000),
        (_, 0) => format!("{} min", ms / 60_000),
        _ => format!("{} s", ms as f64 / 1000.0),
    }
}
