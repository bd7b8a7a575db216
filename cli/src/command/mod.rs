//! The commands, one file each.

mod assess;
mod audit;
mod bench_data;
mod board;
mod bulk;
mod completions;
mod eu;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod history;
mod import;
mod packs;
mod start;
mod template;
mod verify;
mod what_if;

use crate::{ending::Ending, language::Language};
use clap::{Parser, Subcommand};
use pue::Lang;

pub use start::start;

/// PUE of data centres from meter readings and submissions, with verdicts under dated rules (电能利用效率计算与核查)
#[derive(Parser)]
#[command(name = "pue", max_term_width = 110)]
pub struct Program {
    /// The language of texts for people [default: the locale's, else en]
    #[arg(long, value_enum, global = true)]
    pub lang: Option<Language>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What can be asked.
#[derive(Subcommand)]
pub enum Command {
    /// The PUE of a site from its meters' readings, what is wrong with them, and the verdicts (评估)
    Assess(assess::Arguments),
    /// A file in another layout: what it is taken for, what it does not say, its readings as CSV of ours (导入)
    Import(import::Arguments),
    /// Submissions recomputed and judged, one line each; then what shows over all of them (核查)
    #[command(help_template = "{about}\n{usage-heading} {usage}\n{all-args}")]
    Audit(audit::Arguments),
    /// Whether the records of earlier answers still hold, and what changed (复核)
    Verify(verify::Arguments),
    /// A site or a submission to be filled in (模板)
    Template(template::Arguments),
    /// The packs of rules: list them, show one, check one's own (规则包)
    Packs(packs::Arguments),
    /// A report to the European database (EU 2024/1364): what it lacks or contradicts, and its indicators (欧盟填报)
    Eu(eu::Arguments),
    /// A city's 17 indicators and goals: target, value, progress, source (指标进展)
    Board(board::Arguments),
    /// The same measurements with something changed, and which verdicts that changes (假设分析)
    WhatIf(what_if::Arguments),
    /// One site under the rules of each year from 2013 on (历年规则)
    History(history::Arguments),
    /// A script that completes commands and options in a shell
    Completions(completions::Arguments),
    /// Every facility of a folder, checked against its truth.csv
    #[command(hide = true)]
    Bulk(bulk::Arguments),
    /// Made data: a round of submissions, or the site in Wuhan
    #[command(hide = true)]
    BenchData(bench_data::Arguments),
}

impl Command {
    pub fn run(self, lang: Lang) -> Result<Ending, String> {
        match self {
            Command::Assess(arguments) => arguments.run(lang),
            Command::Import(arguments) => arguments.run(lang),
            Command::Audit(arguments) => arguments.run(lang),
            Command::Verify(arguments) => arguments.run(lang),
            Command::Template(arguments) => arguments.run(lang),
            Command::Packs(arguments) => arguments.run(lang),
            Command::Eu(arguments) => arguments.run(lang),
            Command::Board(arguments) => arguments.run(lang),
            Command::WhatIf(arguments) => arguments.run(lang),
            Command::History(arguments) => arguments.run(lang),
            Command::Completions(arguments) => arguments.run(),
            Command::Bulk(arguments) => arguments.run(),
            Command::BenchData(arguments) => arguments.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    /// What the fuzz target found.
    #[test]
    fn records_of_any_bytes() {
        let _turn = crate::round::turn();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/verify");
        for file in std::fs::read_dir(folder).unwrap() {
            super::fuzzed::verify(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}
