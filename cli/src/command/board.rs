//! `pue board`: the 17 indicators of the Wuhan plan's annex and the goals of its text, from a city's facts and its sites.

use crate::{
    ending::Ending,
    language::pick,
    output,
    round::{self, Answer, input},
};
use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, Table, presets};
use jiff::{civil::Date, tz::TimeZone};
use pue::{
    Facility, Lang, Outcome,
    assessment::Options,
    finding::harmless,
    portfolio::{CITY_SCHEMA, CityFacts, Indicator, Line, Scoreboard},
    report::BoardPage,
};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// The city's facts (pue/city/1): the indicators that no submission tells
    #[arg(value_name = "CITY.json")]
    city: PathBuf,
    /// Submissions of its sites: files, folders, or - for standard input
    path: Vec<PathBuf>,
    /// These are all sites of the city: only then can something be known not to be met
    #[arg(long)]
    all_sites: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the answer to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many threads work [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    Html,
}

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        let mut inputs: Vec<PathBuf> = input::files(&self.path)?.into_iter().map(|(_, path)| path).collect();
        inputs.push(self.city.clone());
        output::spare(&inputs, &[("--out", self.out.as_ref())])?;
        let facts = facts(&self.city)?;
        let mut board = if self.all_sites { Scoreboard::of_all_sites() } else { Scoreboard::of_some_sites() };
        let nobody = Facility::new("", TimeZone::UTC);
        let work = |answers: Vec<Answer>, _: usize| Ok(answers);
        round::run(&self.path, round::threads(self.threads)?, &Options::default(), work, |answers| {
            for answer in answers {
                match (&answer.facility, answer.day) {
                    (Some(facility), Some(day)) => board.add(facility, &answer.assessment, day),
                    // A site of which nothing is known may be any.
                    _ => {
                        board.add(&nobody, &answer.assessment, Date::MAX);
                        output::say(&format!(
                            "{}: {}",
                            harmless(&answer.source),
                            pick(lang, "无法读取", "cannot be read")
                        ));
                    }
                }
            }
            Ok(())
        })?;
        let lines = board.lines(&facts);
        match self.format {
            Format::Json => {
                let json = serde_json::to_string_pretty(&lines).map_err(|error| error.to_string())? + "\n";
                output::write_data(self.out.as_deref(), &json)?;
            }
            Format::Html => output::write_data(self.out.as_deref(), &BoardPage::new(&lines, lang).to_string())?,
            Format::Table => output::write(self.out.as_deref(), &tell(&lines, lang))?,
        }
        let of = |line: &Line| match line.outcome {
            Outcome::Fails => Ending::Fails,
            Outcome::Undetermined => Ending::Undetermined,
            Outcome::Meets | Outcome::NotApplicable => Ending::Fine,
        };
        Ok(lines.iter().map(of).max().unwrap_or(Ending::Unusable))
    }
}

fn facts(path: &Path) -> Result<CityFacts, String> {
    let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let facts: CityFacts = serde_json::from_slice(&output::read(path)?).map_err(|error| fault(&error))?;
    if facts.schema != CITY_SCHEMA {
        return Err(fault(&format!("expected schema {CITY_SCHEMA:?}, found {:?}", facts.schema)));
    }
    let known: Vec<String> =
        Indicator::annex().iter().chain(&Indicator::goals()).map(|one| one.id.to_string()).collect();
    if let Some(lost) = facts.facts.keys().find(|id| !known.contains(id)) {
        return Err(fault(&format!("facts: expected ids of {}, found {lost:?}", known.join(", "))));
    }
    Ok(facts)
}

/// Target, value, progress, nature, source; the notes below.
fn tell(lines: &[Line], lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["", "指标", "目标", "现值", "进展", "判定", "性质", "出处"],
        Lang::En => ["", "indicator", "target", "value", "progress", "outcome", "nature", "source"],
    });
    for line in lines {
        let one = &line.indicator;
        let is_goal = one.nature.is_none();
        let number = if is_goal { "·".to_owned() } else { one.id.to_string() };
        let unit = one.unit.in_lang(lang);
        let value = line.value.map_or("–".to_owned(), |value| format!("{}", (value.to_f64() * 1e4).round() / 1e4));
        let progress = line.progress.map_or("–".to_owned(), |progress| format!("{:.0} %", progress * 100.0));
        let nature = one.nature.map_or("–".to_owned(), |nature| nature.text().in_lang(lang).to_owned());
        table.add_row([
            number,
            one.name.in_lang(lang).to_owned(),
            format!("{} {} {unit}", one.relation.symbol(), one.target).trim_end().to_owned(),
            value,
            progress,
            line.outcome.text().in_lang(lang).to_owned(),
            nature,
            one.citation.clause.to_string(),
        ]);
    }
    for column in [3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = table.trim_fmt() + "\n";
    for line in lines {
        let notes = [&line.note, &line.indicator.reading].into_iter().flatten();
        let notes: Vec<&str> = notes.map(|note| note.in_lang(lang)).collect();
        if line.value.is_some() && !notes.is_empty() {
            text += &format!("{}: {}\n", line.indicator.name.in_lang(lang), notes.join("; "));
        }
    }
    let missing = lines.iter().filter(|line| line.value.is_none() && line.outcome == Outcome::Undetermined).count();
    let zh = format!("{missing} 项未知：由市级数据（pue/city/1 的 facts）给出\n");
    let en = format!("{missing} are not known: state them in the facts of pue/city/1\n");
    if missing > 0 {
        text += pick(lang, &zh, &en);
    }
    text
}
