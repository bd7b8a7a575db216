//! `pue history`: one site, one year's energy, judged as of the end of each year: how the verdict changes with the date.

use crate::{ending::Ending, language::pick, output};
use clap::Args;
use comfy_table::{Table, presets};
use jiff::civil::{Date, date};
use pue::{
    Lang, Outcome, Submission,
    assessment::{Change, Options, WhatIf},
    packs, sample,
};
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// The submission; without it a shipped one
    #[arg(value_name = "SUBMISSION.json")]
    submission: Option<PathBuf>,
}

const YEARS: std::ops::RangeInclusive<i16> = 2013..=2026;

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        let (name, submission) = load(self.submission.as_ref())?;
        let ledger = submission.ledger().map_err(|error| format!("{name}: {error}"))?;
        let last_day = |year: i16| -> Date { date(year, 12, 31) };
        let asked: Vec<Change> = packs::all().iter().map(|pack| Change::Pack(Box::new(pack.clone()))).collect();
        let answers: Vec<WhatIf> = YEARS
            .map(|year| {
                let mut changes = asked.clone();
                changes.push(Change::Day(last_day(year)));
                WhatIf::new(&ledger, ledger.period(), &Options::default(), &changes)
            })
            .collect();
        let mut table = Table::new();
        table.load_preset(presets::UTF8_FULL_CONDENSED);
        let head = pick(lang, "规则", "rule").to_owned();
        table.set_header([head].into_iter().chain(YEARS.map(|year| year.to_string())));
        for pack in packs::all().iter().filter(|pack| !pack.on_request) {
            for requirement in &pack.requirements {
                let cells = answers.iter().zip(YEARS).map(|(answer, year)| {
                    let is_it =
                        |verdict: &&pue::Verdict| verdict.pack == pack.id && verdict.requirement == requirement.id;
                    let verdict = answer.verdicts.iter().find(is_it);
                    match verdict.map(|verdict| verdict.outcome).filter(|_| pack.in_force(last_day(year))) {
                        Some(Outcome::Meets) => "✓",
                        Some(Outcome::Fails) => "✗",
                        Some(Outcome::Undetermined) => "?",
                        Some(Outcome::NotApplicable) => "–",
                        None => "",
                    }
                });
                let cells: Vec<&str> = cells.collect();
                if cells.iter().any(|cell| !cell.is_empty() && *cell != "–") {
                    let name = format!("{} {}", pack.id, requirement.id);
                    table.add_row([name].into_iter().chain(cells.into_iter().map(str::to_owned)));
                }
            }
        }
        let pue = answers.first().and_then(|answer| answer.pue_before);
        let pue = pue.and_then(|pue| pue.round(4)).map_or("–".to_owned(), |pue| pue.to_string());
        let words = pick(lang, "按各年最后一日的规则", "as of the last day of each year");
        let legend = pick(
            lang,
            "✓ 符合  ✗ 不符合  ? 无法判定  – 不适用 （空白：当日未施行）",
            "✓ meets  ✗ fails  ? undetermined  – not applicable  (blank: not in force)",
        );
        output::write(None, &format!("{name}: PUE {pue}, {words}\n{legend}\n{table}\n"))?;
        Ok(Ending::Fine)
    }
}

/// A submission and its name; without a file the shipped one.
pub fn load(path: Option<&PathBuf>) -> Result<(String, Submission), String> {
    let name = path.map_or("sample".to_owned(), |path| path.display().to_string());
    let json = match path {
        Some(path) => output::read(path)?,
        None => sample::NEW_LARGE.as_bytes().to_vec(),
    };
    let submission = Submission::from_json(&json).map_err(|unusable| {
        let faults: Vec<String> = unusable.findings.iter().map(ToString::to_string).collect();
        format!("{name}: {}", faults.join("\n"))
    })?;
    Ok((name, submission))
}
