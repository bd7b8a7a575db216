//! What the command-line examples share: options, packs, exit codes.

use clap::ValueEnum;
use pue::{Assessment, Lang, Outcome, Pack, packs};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The language of texts for people.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Language {
    /// 中文.
    Zh,
    /// English.
    #[default]
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Lang {
        match language {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        }
    }
}

/// How a run ends. Several records: 1 before 3 before 2 before 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// 0: every verdict meets or is not applicable.
    Fine,
    /// 2: some verdict is undetermined.
    Undetermined,
    /// 3: input that could not be used, or wrong options.
    Unusable,
    /// 1: some requirement fails.
    Fails,
}

impl Ending {
    /// Of one assessment.
    pub fn of(assessment: &Assessment) -> Ending {
        match assessment.worst() {
            Some(Outcome::Fails) => Ending::Fails,
            _ if assessment.pue.is_none() => Ending::Unusable,
            Some(Outcome::Undetermined) => Ending::Undetermined,
            _ => Ending::Fine,
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> ExitCode {
        ExitCode::from(match ending {
            Ending::Fine => 0,
            Ending::Fails => 1,
            Ending::Undetermined => 2,
            Ending::Unusable => 3,
        })
    }
}

/// Runs a program with its options. Wrong options, and what it could not do at all, end with 3; a call for help with 0.
pub fn run<T: clap::Parser>(program: impl Fn(&T) -> Result<Ending, String>) -> ExitCode {
    let options = match T::try_parse() {
        Ok(options) => options,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Ending::Unusable.into() } else { ExitCode::SUCCESS };
        }
    };
    program(&options).map_or_else(
        |message| {
            eprintln!("{message}");
            Ending::Unusable.into()
        },
        ExitCode::from,
    )
}

/// Packs by id, or from JSON files.
pub fn load_packs(names: &[String]) -> Result<Vec<Pack>, String> {
    names.iter().map(|name| load_pack(name)).collect()
}

fn load_pack(name: &str) -> Result<Pack, String> {
    if let Some(pack) = packs::by_id(name) {
        return Ok(pack.clone());
    }
    let known: Vec<String> = packs::all().iter().map(|pack| pack.id.to_string()).collect();
    let text = std::fs::read_to_string(name).map_err(|error| {
        format!("--pack {name}: expected one of {} or a file of JSON, found: {error}", known.join(", "))
    })?;
    let pack: Pack = serde_json::from_str(&text).map_err(|error| format!("--pack {name}: {error}"))?;
    pack.validate().map_err(|error| format!("--pack {name}: {error}"))?;
    Ok(pack)
}

/// Nothing that is read, and nothing else that is written, may be written over: a file is emptied before its answer is
/// there.
#[allow(dead_code)] // not every program writes files
pub fn spare(inputs: &[PathBuf], outputs: &[(&str, Option<&PathBuf>)]) -> Result<(), String> {
    // A file that is not there yet has its place in its folder; what is no file (/dev/null) cannot be lost.
    let real = |path: &Path| {
        let folder = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        let new = || Some(folder?.canonicalize().ok()?.join(path.file_name()?));
        path.canonicalize().ok().or_else(new).filter(|path| !path.exists() || path.is_file())
    };
    let mut taken: Vec<(PathBuf, &str)> = inputs.iter().filter_map(|path| Some((real(path)?, ""))).collect();
    for (option, path) in outputs.iter().filter_map(|(option, path)| Some((*option, path.as_ref()?))) {
        let Some(file) = real(path) else { continue };
        match taken.iter().find(|(known, _)| *known == file) {
            Some((_, "")) => {
                return Err(format!("{option} {}: expected another file than those that are read", path.display()));
            }
            Some((_, other)) => return Err(format!("{option} {}: expected another file than {other}", path.display())),
            None => taken.push((file, option)),
        }
    }
    Ok(())
}

/// Writes an answer to a file, or to standard output.
#[allow(dead_code)] // not every program writes its answer at once
pub fn write_out(out: Option<&Path>, text: &str) -> Result<(), String> {
    use std::io::Write;
    match out {
        Some(path) => std::fs::write(path, text).map_err(|error| format!("--out {}: {error}", path.display())),
        // A reader that closes the pipe early has seen enough.
        None => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
            _ => Ok(()),
        },
    }
}
