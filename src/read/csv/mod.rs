//! Meter readings from CSV, long and wide, in bounded memory beside what is kept.
//!
//! `lines` cuts the bytes into records, `quoted` undoes their quotes, `encoding` reads their texts; `layout` knows which column holds what; `cells` reads
//! times and numbers; `wide` holds the columns of a wide file; `rows` brings these together and hands each reading to whoever
//! takes it: columns of [`Readings`] (`columns`), or a ledger that is being built.

mod cells;
mod columns;
mod encoding;
mod layout;
mod lines;
mod quoted;
mod rows;
mod wide;

use crate::{
    finding::{Code, Finding},
    metering::Readings,
    site::Site,
};
#[cfg(feature = "json")]
pub(crate) use cells::{Clock, NoTime, number};
#[cfg(not(feature = "json"))]
use columns::Columns;
#[cfg(feature = "json")]
pub(crate) use columns::Columns;
#[cfg(feature = "json")]
pub(crate) use encoding::TextOf;
#[cfg(feature = "json")]
pub(crate) use lines::{Quotes, Source, record};
#[cfg(feature = "json")]
pub(crate) use quoted::Unquoted;
#[cfg(feature = "json")]
pub(crate) use rows::OPEN_QUOTES;
pub(crate) use rows::{Faults, Reading, Take};
use std::io;

/// Why a file of readings cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The bytes could not be had.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: String,
        /// What went wrong.
        error: io::Error,
    },
    /// The header is none of the two forms (`csv.header`).
    #[error(
        "{file}, line 1: expected columns separated by commas, meter,time,value (long) or time and one column per meter (wide), found {found:?}"
    )]
    Header {
        /// The file.
        file: String,
        /// The header's columns.
        found: String,
    },
    /// Two bytes a character (`csv.header`).
    #[error("{file}, line 1: expected UTF-8 or GB18030, found UTF-16; save it as UTF-8")]
    Utf16 {
        /// The file.
        file: String,
    },
    /// Two columns of the header say the same (`csv.header`).
    #[error(
        "{file}, line 1: expected one column for each of meter, time and value, and one for each meter of a wide file, found {found}; remove or rename the others"
    )]
    Rivals {
        /// The file.
        file: String,
        /// The columns of which one is too many.
        found: String,
    },
}

impl CsvError {
    /// The same as a finding, for an answer that lists what was found.
    pub fn to_finding(&self) -> Finding {
        let (mut finding, file) = match self {
            CsvError::Io { file, error } => (Finding::new(Code::CsvHeader).found(error), file),
            CsvError::Utf16 { file } => {
                let finding = Finding::new(Code::CsvHeader).found("UTF-16").expected("UTF-8, GB18030");
                (
                    finding
                        .worded("文件为 UTF-16 编码", "the file is UTF-16")
                        .advised("另存为 UTF-8", "save it as UTF-8"),
                    file,
                )
            }
            CsvError::Rivals { file, found } => {
                let finding = Finding::new(Code::CsvHeader).found(found);
                let finding = finding.worded(
                    "多列含义相同，不知应采用哪一列",
                    "several columns say the same; which of them counts is not known",
                );
                (finding.advised("只保留一列，其余删去或改名", "keep one of them; remove or rename the others"), file)
            }
            CsvError::Header { file, found } => (Finding::new(Code::CsvHeader).found(format!("{found:?}")), file),
        };
        finding.file = Some(file.clone());
        finding.line = Some(1);
        finding
    }
}

/// Reads meter readings from CSV, long or wide; `file` is the name that findings give.
///
/// Long: `meter,time,value` (also `meter_id`, `timestamp`, `reading`), with `start,end` for interval meters, `known_h`
/// for the hours that a value covers, `quality` and `revision` of a value, and `facility` where several sites share a file.
/// Columns that are not used are named (`csv.column`). Wide: `time` (or `end`), then one
/// column per meter. UTF-8 with or without BOM; GB18030 where UTF-8 fails. Empty, `NaN`, `null` and `-` are missing
/// values. Local times are read in the site's zone and never guessed. A bad cell costs its row and becomes a finding of
/// the [`Readings`] with file, line and column.
///
/// Of the file, a stretch of a few hundred kilobytes is in memory at a time, beside the readings: 16 bytes each.
///
/// ```
/// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#).value.unwrap();
/// let file = "meter,time,value\ngrid,2024-01-01 00:00,100\ngrid,2024-01-01 01:00,one hundred\n";
/// let readings = pue::read::csv(&site, "a.csv", file.as_bytes())?;
/// assert_eq!(readings.len(), 1);
/// assert_eq!((readings.findings()[0].line, readings.findings()[0].column), (Some(3), Some(3)));
/// # Ok::<(), pue::read::CsvError>(())
/// ```
///
/// # Errors
/// [`CsvError`].
pub fn csv(site: &Site, file: &str, reader: impl io::Read) -> Result<Readings, CsvError> {
    let mut readings = Readings::default();
    let mut columns = Columns::new(site, readings.add_file(file));
    let mut faults = rows::read(site, file, reader, &mut columns)?;
    columns.finish(&mut faults, &mut readings);
    readings.push_findings(faults.into_findings());
    Ok(readings)
}

/// Hands each reading of a file on as it is read; answers with what was found.
pub(crate) fn each_reading(
    site: &Site,
    file: &str,
    reader: impl io::Read,
    take: &mut impl Take,
) -> Result<Vec<Finding>, CsvError> {
    rows::read(site, file, reader, take).map(Faults::into_findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn site() -> Site {
        let meters: Vec<String> = ["grid", "ups"]
            .map(|id| format!(r#"{{"id": "{id}", "point": "grid_supply", "kind": "register", "unit": "kWh"}}"#))
            .into();
        let meters = meters.join(",");
        let site = format!(
            r#"{{"schema": "pue/site/1", "facility": {{"id": "A", "time_zone": "Asia/Shanghai"}}, "meters": [{meters}]}}"#
        );
        crate::read::site(site.as_bytes()).value.unwrap()
    }

    /// Quotes that are never closed, on every line: each byte is looked at a few times, however many lines there are.
    #[test]
    fn open_quotes_are_searched_a_few_times() {
        for rows in [10_000, 1_000_000] {
            let file = format!("meter,time,value\n{}", "x\",\"\n".repeat(rows));
            lines::LOOKED_AT.set(0);
            let found = csv(&site(), "a.csv", file.as_bytes()).unwrap();
            assert!(lines::LOOKED_AT.get() <= 40 * file.len(), "{}", lines::LOOKED_AT.get());
            assert_eq!(found.findings()[0].count, rows as u64);
        }
    }

    /// A column of blanks takes no memory, however long it is, and all of them are counted.
    #[test]
    fn blank_cells_are_counted_and_not_kept() {
        for rows in [20, 40_000] {
            let stamp = |i: usize| {
                format!("2024-01-{:02} {:02}:{:02}:{:02}", 1 + i / 86_400, i / 3600 % 24, i / 60 % 60, i % 60)
            };
            let lines: String = (0..rows).map(|i| format!("{},,-\n", stamp(i))).collect();
            let readings = csv(&site(), "a.csv", format!("time,grid,ups\n{lines}").as_bytes()).unwrap();
            assert_eq!(readings.len(), 20);
            let counted: u64 = readings.findings().iter().map(|finding| finding.count).sum();
            assert_eq!(counted as usize, 2 * (rows - 10));
            assert!(
                readings
                    .findings()
                    .iter()
                    .all(|finding| finding.code == Code::ReadingMissing && finding.line == Some(7))
            );
        }
    }

    #[test]
    fn a_time_that_is_none_has_its_reason() {
        for (time, why) in [
            ("9999-12-31 12:00", "between the years 1900 and 2200"),
            ("9999-12-31T23:00:00Z", "between the years 1900 and 2200"),
            ("2016-12-31 23:59:60", "leap second"),
            ("2016-12-31T23:59:60Z", "leap second"),
            ("2016/12/31 23:59:60", "leap second"),
            ("2016-13-31 23:59", "RFC 3339"),
        ] {
            let file = format!("meter,time,value\ngrid,{time},1\n");
            let found = csv(&site(), "a.csv", file.as_bytes()).unwrap();
            let expected = found.findings()[0].expected.as_ref().unwrap();
            assert!(found.is_empty() && expected.en.contains(why), "{time}: {expected:?}");
        }
    }

    #[test]
    fn two_columns_of_a_meter_are_an_error() {
        for header in ["time,grid,ups,grid", "meter,time,value,reading", "meter,time,timestamp,value"] {
            let found = csv(&site(), "a.csv", format!("{header}\n").as_bytes());
            assert!(matches!(found, Err(CsvError::Rivals { .. })), "{header}");
        }
    }

    proptest! {
        /// Blanks that are not kept change no interval: those of a long file are all kept.
        #[test]
        fn blanks_that_are_not_kept_change_no_interval(runs in prop::collection::vec((0..30_usize, 1..12_usize), 1..8), ends: bool) {
            let site = {
                let site = r#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
                    "meters": [{"id": "grid", "point": "grid_supply", "kind": "interval", "unit": "kWh"}]}"#;
                crate::read::site(site.as_bytes()).value.unwrap()
            };
            let values = runs.iter().flat_map(|&(blank, known)| {
                std::iter::repeat_n(None, blank).chain((0..known).map(|value| Some(value as f64)))
            });
            let column = if ends { "end" } else { "time" };
            let (mut long, mut wide) = (format!("meter,{column},value\n"), format!("{column},grid\n"));
            for (i, value) in values.enumerate() {
                let time = format!("2024-01-{:02} {:02}:{:02}", 1 + i / 96, i / 4 % 24, i % 4 * 15);
                let value = value.map(|value: f64| value.to_string()).unwrap_or_default();
                long += &format!("grid,{time},{value}\n");
                wide += &format!("{time},{value}\n");
            }
            let known = |file: &str| {
                let readings = csv(&site, "a.csv", file.as_bytes()).unwrap();
                let series = readings.get("grid").cloned().unwrap_or_default();
                let all = series.start.iter().zip(&series.time).zip(&series.value);
                all.filter(|(_, value)| !value.is_nan()).map(|((&start, &end), &value)| (start, end, value)).collect::<Vec<_>>()
            };
            prop_assert_eq!(known(&long), known(&wide));
        }

        /// Quotes around any cell change nothing, whether the rows before were written alike or not.
        #[test]
        fn quotes_change_nothing(rows in prop::collection::vec((0..2_usize, 0..8_u8, 0..3_u8, 0..1500_u32), 1..60)) {
            let (mut plain, mut quoted) = ("meter,time,value\n".to_owned(), "meter,time,value\n".to_owned());
            for (i, (meter, quotes, odd, value)) in rows.into_iter().enumerate() {
                let time = format!("2024-01-01 {:02}:{:02}", i / 60, i % 60);
                let value = match odd { 0 => String::new(), 1 => format!("{value}"), _ => format!("{value}.5") };
                let cells = [["grid", "ups"][meter].to_owned(), time, value];
                let mark = |i: usize| if quotes >> i & 1 == 1 { "\"" } else { "" };
                plain += &format!("{}\n", cells.join(","));
                quoted += &cells.iter().enumerate().map(|(i, cell)| format!("{0}{cell}{0}", mark(i))).collect::<Vec<_>>().join(",");
                quoted += "\n";
            }
            let site = site();
            let read = |file: &str| csv(&site, "a.csv", file.as_bytes()).unwrap();
            let (plain, quoted) = (read(&plain), read(&quoted));
            for meter in ["grid", "ups"] {
                let of = |readings: &Readings| readings.get(meter).map(|series| {
                    (series.time.clone(), series.value.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
                });
                prop_assert_eq!(of(&plain), of(&quoted));
            }
            prop_assert_eq!(plain.findings(), quoted.findings());
        }
    }
}
