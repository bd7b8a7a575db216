//! `pue`: the PUE of data centres from meter readings and submissions, with verdicts under dated rules.
//!
//! One file a command, under `command/`; what several of them share stands beside this file.

mod command;
mod ending;
mod foreign;
mod judging;
mod language;
mod output;
mod round;

use clap::{CommandFactory, FromArgMatches};
use command::Program;
use ending::Ending;
use language::Language;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Every command's option parser says which library, rules and time zones it works with.
    let program = Program::command().version(env!("CARGO_PKG_VERSION")).long_version(version());
    let matches = match program.try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Ending::Unusable.into() } else { ExitCode::SUCCESS };
        }
    };
    let program = match Program::from_arg_matches(&matches) {
        Ok(program) => program,
        Err(error) => error.exit(),
    };
    let lang = program.lang.unwrap_or_else(Language::of_locale).into();
    let done = match program.command {
        Some(command) => command.run(lang),
        None => command::start(lang),
    };
    match done {
        Ok(ending) => ending.into(),
        Err(message) => {
            output::say_error(&message);
            Ending::Unusable.into()
        }
    }
}

/// The program, the library, the editions of its packs and of the time-zone rules.
fn version() -> &'static str {
    let packs: Vec<String> = pue::packs::all().iter().map(pue::Pack::name).collect();
    let text = format!(
        "{}\nlibrary {}, time zones {}\npacks {}",
        env!("CARGO_PKG_VERSION"),
        pue::VERSION,
        pue::period::TZDB,
        packs.join(" "),
    );
    text.leak()
}
