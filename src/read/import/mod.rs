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
//! A file becomes rows of cells (`delimited`, `sheet`) and these entries (`table`, `nem12`), or entries at once (`prometheus`, `influx`,
//! `greenbutton`; whose they are says `series`). `terms` reads a single text: `stamp` times, `amount` numbers. `entry` makes of an
//! entry the reading of a site's meter, in its unit, for the same columns as our own CSV.

mod amount;
mod bounded;
mod delimited;
mod draft;
mod entry;
#[cfg(feature = "greenbutton")]
mod greenbutton;
mod influx;
mod mapping;
mod nem12;
pub mod presets;
mod proposal;
mod prometheus;
mod series;
#[cfg(feature = "xlsx")]
mod sheet;
mod sniff;
mod stamp;
mod survey;
mod table;
mod terms;

pub use draft::{
    Amount, Dialect, Flag, Format, Layout, MappingDraft, Marks, MeterColumn, QualityOf, Quantity, Skip, Time, UnitOf,
    Whose,
};
pub use mapping::{MAPPING_SCHEMA, Mapping};
pub use proposal::{Answer, Proposal, Question};
pub use survey::{MeterFound, ReadingFound, Survey, survey};

use super::csv::{Columns, Faults, Take};
use crate::{
    finding::{Code, Finding, Text},
    metering::Readings,
    site::Site,
};
use entry::{OfSite, Receive};
use jiff::tz::TimeZone;
use std::io::{self, Read as _};
use table::Table;

/// How many rows of a file became readings.
#[derive(Clone, Copy, Debug, Default)]
struct Fits {
    read: u64,
    not: u64,
}

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
    #[error("{file}: expected a library with the feature {feature}, found one without")]
    Feature {
        /// The file.
        file: String,
        /// The feature that reads its format.
        feature: &'static str,
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
            ImportError::Feature { file, feature } => {
                (Finding::new(Code::ImportFormat).expected(Text::same(*feature)), file)
            }
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
    let mut faults =
        each_entry(Some(site), site.time_zone(), mapping, file, reader, &mut OfSite::new(site, mapping, &mut columns))?;
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
    each_entry(Some(site), site.time_zone(), mapping, file, reader, &mut OfSite::new(site, mapping, take))
        .map(Faults::into_findings)
}

/// Whether a file is a spreadsheet: a table is read by the same mapping in either form, and a zipped file is no text.
fn is_sheet(mapping: &Mapping, mut reader: impl io::Read) -> io::Result<(impl io::Read, bool)> {
    let mut first = Vec::new();
    reader.by_ref().take(4).read_to_end(&mut first)?;
    let is_sheet = mapping.format == Format::Xlsx || first.starts_with(b"PK\x03\x04");
    Ok((io::Read::chain(io::Cursor::new(first), reader), is_sheet))
}

/// Hands each entry of a file on as it is read.
fn each_entry<'a>(
    site: Option<&'a Site>,
    zone: TimeZone,
    mapping: &Mapping,
    file: &str,
    reader: impl io::Read,
    to: &mut impl Receive,
) -> Result<Faults<'a>, ImportError> {
    let mut faults = Faults::new(site, file);
    let unreadable = |error: io::Error| ImportError::Io { file: file.to_owned(), error };
    let (reader, is_sheet) = is_sheet(mapping, reader).map_err(unreadable)?;
    let (delimiter, encoding) = delimited::dialect(mapping);
    let fits = match mapping.format {
        Format::Csv | Format::Xlsx => {
            let mut table = Table::new(mapping, zone, is_sheet);
            if is_sheet {
                #[cfg(feature = "xlsx")]
                sheet::read(
                    mapping.dialect.sheet.as_deref(),
                    mapping.dialect.decimal.unwrap_or('.'),
                    &mut table,
                    reader,
                    &mut faults,
                    to,
                )
                .map_err(unreadable)?;
                #[cfg(not(feature = "xlsx"))]
                return Err(ImportError::Feature { file: file.to_owned(), feature: "xlsx" });
            } else {
                delimited::read(delimiter, encoding, &mut table, reader, &mut faults, to).map_err(unreadable)?;
            }
            match table.no_header() {
                // Why there is none may be that the file is none of its kind.
                Some((missing, found)) if !faults.is_broken() => {
                    return Err(ImportError::Header { file: file.to_owned(), missing, found });
                }
                _ => table.fits,
            }
        }
        Format::Nem12 => {
            let mut nem12 = nem12::Nem12::new(mapping, zone);
            delimited::read(delimiter, encoding, &mut nem12, reader, &mut faults, to).map_err(unreadable)?;
            nem12.finish(&mut faults, to);
            nem12.fits
        }
        Format::Prometheus => prometheus::read(mapping, zone, reader, &mut faults, to).map_err(unreadable)?,
        Format::Influx => influx::read(mapping, zone, reader, &mut faults, to).map_err(unreadable)?,
        #[cfg(feature = "greenbutton")]
        Format::Greenbutton => greenbutton::read(mapping, zone, reader, &mut faults, to).map_err(unreadable)?,
        #[cfg(not(feature = "greenbutton"))]
        Format::Greenbutton => return Err(ImportError::Feature { file: file.to_owned(), feature: "greenbutton" }),
    };
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
