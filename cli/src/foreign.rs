//! A file of readings in another layout, and the mapping that somebody names for it.

use crate::output;
use clap::Args;
use pue::{
    Finding, Lang, Site,
    jiff::tz::TimeZone,
    read::{
        self,
        import::{Format, Mapping, Proposal, ReadingFound, Survey, survey},
    },
};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// So much of a file shows its first row.
const BEGINNING: u64 = 1 << 18;

#[derive(Args)]
pub struct Named {
    /// The mapping (`pue/import/1`) by which it is read
    #[arg(long, value_name = "MAP.json")]
    pub map: Option<PathBuf>,
    /// The same, of those that ship with the program
    #[arg(long, value_name = "NAME", conflicts_with = "map")]
    pub preset: Option<String>,
    /// Say something of the mapping otherwise: time.marks=end; may be given several times
    #[arg(long, value_name = "PLACE=VALUE")]
    pub set: Vec<String>,
}

impl Named {
    /// Whether somebody has said how the file is read.
    pub fn is_named(&self) -> bool {
        self.map.is_some() || self.preset.is_some()
    }

    /// The mapping that is named, or what the file may be.
    pub fn proposal(&self, path: &Path) -> Result<Proposal, String> {
        let mut proposal = match (&self.map, &self.preset) {
            (Some(map), _) => {
                let json = output::read(map).map_err(|error| format!("--map {error}"))?;
                Proposal::begun(&json).map_err(|faults| format!("--map {}: {faults}", map.display()))?
            }
            (None, Some(name)) => {
                let json = serde_json::json!({"schema": read::import::MAPPING_SCHEMA, "extends": name});
                Proposal::begun(json.to_string().as_bytes()).map_err(|faults| format!("--preset {name}: {faults}"))?
            }
            (None, None) => Proposal::of(open(path)?).map_err(|error| format!("{}: {error}", path.display()))?,
        };
        for set in &self.set {
            let (place, said) =
                set.split_once('=').ok_or_else(|| format!("--set: expected PLACE=VALUE, found {set}"))?;
            proposal.set(place.trim(), said);
        }
        Ok(proposal)
    }
}

pub fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

pub fn look(mapping: &Mapping, zone: &TimeZone, path: &Path, rows: usize) -> Result<Survey, String> {
    survey(mapping, zone.clone(), &name(path), rows, open(path)?).map_err(|error| error.to_string())
}

/// The first row, by the beginning of a file: what an answer makes of it need not be read to its end. A spreadsheet has none.
pub fn first_row(mapping: &Mapping, zone: &TimeZone, path: &Path) -> Option<ReadingFound> {
    let mut beginning = Vec::new();
    let mut file = open(path).ok()?;
    file.by_ref().take(BEGINNING).read_to_end(&mut beginning).ok()?;
    if beginning.starts_with(b"PK") {
        file.read_to_end(&mut beginning).ok()?;
    }
    survey(mapping, zone.clone(), &name(path), 1, beginning.as_slice()).ok()?.first.into_iter().next()
}

/// Whether the times of a file say by themselves which instants they are.
pub fn says_instants(mapping: &Mapping) -> bool {
    let time = &mapping.time;
    let has_zone = time.zone.as_deref().is_some_and(|zone| zone != "site") || time.offset_column.is_some();
    let format = time.format.as_deref().unwrap_or_default();
    has_zone
        || format.contains("%z")
        || format.contains("%Z")
        || format.starts_with("epoch")
        || !matches!(mapping.format, Format::Csv | Format::Xlsx)
}

/// The zone in which local times are read.
pub fn zone(site: Option<&Site>, named: Option<&str>) -> Result<Option<TimeZone>, String> {
    match named {
        Some(name) => pue::period::time_zone(name).map(Some).map_err(|error| format!("--zone: {error}")),
        None => Ok(site.map(Site::time_zone)),
    }
}

/// A finding on one line.
pub fn told(finding: &Finding, lang: Lang) -> String {
    if lang == Lang::En {
        return finding.to_string();
    }
    let mut text = format!("{} {}", finding.code, finding.message.zh);
    let places =
        [finding.line.map(|line| format!("第 {line} 行")), finding.column.map(|column| format!("第 {column} 列"))];
    for place in places.into_iter().flatten().chain(finding.meter.clone()) {
        text += &format!(" {place}");
    }
    for (name, said) in [("；实际", &finding.found), ("；应为", &finding.expected)] {
        if let Some(said) = said {
            text += &format!("{name} {}", said.zh);
        }
    }
    if finding.count > 1 {
        text += &format!("（×{}）", finding.count);
    }
    text
}
