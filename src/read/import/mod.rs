//! Files that are not ours (导入): read by a [`Mapping`], which says what a file's columns and times are.
//!
//! Nothing is guessed: a mapping is written by hand, or is a preset that somebody named ([`Mapping::preset`], [`presets::NAMES`]).
//!
//! ```
//! use pue::read::{self, import::Mapping};
//! # let site = read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Europe/Berlin"},
//! #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "interval", "unit": "kWh"}]}"#).value.unwrap();
//! // A load profile as German grid operators send it, of one meter, which the file does not name as the site does.
//! let file = "Zählpunkt;DE0001\nDatum;Uhrzeit;Wert (kWh);Status\n01.01.2024;00:15;12,5;W\n01.01.2024;00:30;13,25;W\n";
//! let mapping = Mapping::from_json(br#"{"schema": "pue/import/1", "extends": "de-lastgang", "meter": {"is": "grid"}}"#)?;
//! let readings = read::mapped(&site, &mapping, "profile.csv", file.as_bytes())?;
//! assert_eq!(readings.get("grid").map(|series| series.column().value().to_vec()), Some(vec![12.5, 13.25]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A file goes through `delimited` (bytes to cells), `table` (cells to entries: `stamp` reads times, `amount` numbers) and `entry`
//! (an entry to a reading of the site's meter, in its unit) into the same columns as our own CSV.

mod amount;
mod delimited;
mod draft;
mod entry;
mod mapping;
pub mod presets;
mod stamp;
mod table;

pub use draft::{
    Amount, Dialect, Flag, Format, Layout, MappingDraft, Marks, MeterColumn, QualityOf, Quantity, Skip, Time, UnitOf,
    Whose,
};
pub use mapping::{MAPPING_SCHEMA, Mapping};

use super::csv::{Columns, Faults, Take};
use crate::{
    finding::{Code, Finding, Text},
    metering::Readings,
    site::Site,
};
use entry::{OfSite, Receive};
use std::io;
use table::Table;

/// Why a file cannot be read by a mapping at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The bytes could not be had.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: String,
        /// What went wrong.
        error: io::Error,
    },
    /// No line has the columns that the mapping names.
    #[error("{file}: expected a line with the columns {missing}, found {found:?}")]
    Header {
        /// The file.
        file: String,
        /// The columns that were not found.
        missing: String,
        /// The line that had most of them.
        found: String,
    },
    /// No row became a reading.
    #[error("{file}: expected rows as the mapping says, found none of {rows} that is; the first: {first}")]
    NoRow {
        /// The file.
        file: String,
        /// How many rows there were.
        rows: u64,
        /// What is wrong with the first.
        first: String,
    },
    /// This library was built without the format.
    #[error("{file}: expected a library with the feature of the format, found one without")]
    Feature {
        /// The file.
        file: String,
    },
}

impl ImportError {
    /// The same as a finding, for an answer that lists what was found.
    pub fn to_finding(&self) -> Finding {
        let (finding, file) = match self {
            ImportError::Io { file, error } => (Finding::new(Code::FileUnreadable).found(error), file),
            ImportError::Header { file, missing, found } => {
                let finding = Finding::new(Code::ImportHeader).found(format!("{found:?}"));
                (finding.expected(Text::same(missing.clone())), file)
            }
            ImportError::NoRow { file, rows, first } => {
                let found = Text::new(
                    format!("{rows} 行均不符，首个问题：{first}"),
                    format!("none of {rows} rows; the first: {first}"),
                );
                (Finding::new(Code::ImportNoRow).found_text(found), file)
            }
            ImportError::Feature { file } => (Finding::new(Code::ImportFormat), file),
        };
        Finding { file: Some(file.clone()), ..finding }
    }
}

/// Reads meter readings from a file by a mapping; `file` is the name that findings give.
///
/// A row that the mapping does not fit becomes a finding with file, line and column, and the rest is read. Of the file, a stretch of a
/// few hundred kilobytes is in memory at a time, beside the readings.
///
/// # Errors
/// [`ImportError`]; one is that no row fits.
pub fn mapped(site: &Site, mapping: &Mapping, file: &str, reader: impl io::Read) -> Result<Readings, ImportError> {
    let mut readings = Readings::default();
    let mut columns = Columns::new(site, readings.add_file(file));
    let mut faults = each_entry(Some(site), mapping, file, reader, &mut OfSite::new(site, mapping, &mut columns))?;
    columns.finish(&mut faults, &mut readings);
    readings.push_findings(faults.into_findings());
    Ok(readings)
}

/// Hands each reading of a file on as it is read; answers with what was found.
pub(crate) fn each_mapped(
    site: &Site,
    mapping: &Mapping,
    file: &str,
    reader: impl io::Read,
    take: &mut impl Take,
) -> Result<Vec<Finding>, ImportError> {
    each_entry(Some(site), mapping, file, reader, &mut OfSite::new(site, mapping, take)).map(Faults::into_findings)
}

/// Hands each entry of a file on as it is read.
fn each_entry<'a>(
    site: Option<&'a Site>,
    mapping: &Mapping,
    file: &'a str,
    reader: impl io::Read,
    to: &mut impl Receive,
) -> Result<Faults<'a>, ImportError> {
    let mut faults = Faults::new(site, file);
    let zone = site.map_or(jiff::tz::TimeZone::UTC, Site::time_zone);
    let unreadable = |error: io::Error| ImportError::Io { file: file.to_owned(), error };
    let mut table = Table::new(mapping, zone, mapping.format == Format::Xlsx);
    match mapping.format {
        Format::Csv => delimited::read(mapping, &mut table, reader, &mut faults, to).map_err(unreadable)?,
        _ => return Err(ImportError::Feature { file: file.to_owned() }),
    }
    if let Some((missing, found)) = table.no_header() {
        return Err(ImportError::Header { file: file.to_owned(), missing, found });
    }
    let fits = table.fits;
    if fits.read == 0 {
        let first = faults.first().map_or_else(String::new, ToString::to_string);
        return Err(ImportError::NoRow { file: file.to_owned(), rows: fits.not, first });
    }
    if fits.not > 0 {
        let found = Text::new(
            format!("{} 行中 {} 行不符", fits.read + fits.not, fits.not),
            format!("{} of {} rows do not fit", fits.not, fits.read + fits.not),
        );
        faults.found(Finding::new(Code::ImportFits).found_text(found));
    }
    Ok(faults)
}
