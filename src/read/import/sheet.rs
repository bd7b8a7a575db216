//! Spreadsheets: rows of cells, one after the other.

use super::{delimited::Rows, entry::Receive, table::Row};
use crate::{
    finding::{Code, Finding, Text},
    read::{
        csv::{Faults, TextOf},
        workbook,
    },
};
use calamine::{DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxCellReader};
use jiff::civil::{Date, DateTimeRound, Time};
use std::io::{self, Cursor, Read};

/// A file of readings is no larger, packed …
const MOST_PACKED: u64 = 1 << 28;

/// … or unpacked.
const MOST_UNPACKED: u64 = 1 << 30;

/// Columns beyond these are passed over.
const MOST_COLUMNS: usize = 2000;

/// Reads the rows of one sheet; numbers are written with the decimal mark that its texts have.
pub(super) fn read(
    name: Option<&str>,
    decimal: char,
    rows: &mut impl Rows,
    reader: impl Read,
    faults: &mut Faults<'_>,
    to: &mut impl Receive,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    if reader.take(MOST_PACKED + 1).read_to_end(&mut bytes)? as u64 > MOST_PACKED {
        broken(faults, &Text::new(format!("超过 {MOST_PACKED} 字节"), format!("more than {MOST_PACKED} bytes")));
        return Ok(());
    }
    if let Err(why) = workbook::look_inside(&bytes, MOST_UNPACKED) {
        broken(faults, &why);
        return Ok(());
    }
    // The parser is somebody else's: should it give up on a stranger's file, that is a fault of the file.
    let done =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sheet(name, decimal, rows, &bytes, faults, to)));
    match done {
        Ok(Ok(())) => {}
        Ok(Err(why)) => broken(faults, &why),
        Err(_) => broken(faults, &Text::new("不是电子表格", "no spreadsheet")),
    }
    Ok(())
}

fn broken(faults: &mut Faults<'_>, why: &Text) {
    faults.found(Finding::new(Code::ImportBroken).found_text(why.clone()));
}

fn fault(error: impl std::fmt::Display) -> Text {
    Text::same(error.to_string())
}

fn sheet(
    name: Option<&str>,
    mark: char,
    rows: &mut impl Rows,
    bytes: &[u8],
    faults: &mut Faults<'_>,
    to: &mut impl Receive,
) -> Result<(), Text> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let sheets = book.sheets_metadata().to_vec();
    let is_it = |sheet: &&calamine::Sheet| match name {
        Some(name) => sheet.name == name,
        None => sheet.visible == SheetVisible::Visible,
    };
    let Some(sheet) = sheets.iter().find(is_it) else {
        let names: Vec<&str> = sheets.iter().take(20).map(|sheet| sheet.name.as_str()).collect();
        let asked = name.unwrap_or_default();
        let (names, zh) = (names.join(", "), format!("没有工作表 {asked:?}，只有 {}", names.join("、")));
        return Err(Text::new(zh, format!("no sheet {asked:?} but {names}")));
    };
    faults.within(&super::entry::shown(&sheet.name));
    let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(fault)?;
    let mut row = Cells { mark, ..Cells::default() };
    while let Some((number, column)) = next(&mut cells, &mut row)? {
        if number != row.number {
            // Cells come row by row; what comes again is no table.
            if number < row.number {
                return Err(Text::new("行序混乱", "rows that are not in order"));
            }
            row.give(rows, faults, to);
            row.number = number;
            if rows.is_hopeless(u64::from(number) + 1) {
                return Ok(());
            }
        }
        row.keep(column as usize);
    }
    row.give(rows, faults, to);
    Ok(())
}

/// The next cell: where it is, with its text.
fn next<R: Read + io::Seek>(cells: &mut XlsxCellReader<'_, R>, row: &mut Cells) -> Result<Option<(u32, u32)>, Text> {
    let Some(cell) = cells.next_cell_with_formula_metadata().map_err(fault)? else { return Ok(None) };
    row.text.clear();
    write(&cell.value, row.mark, &mut row.text);
    if row.text.is_empty() && cell.formula.is_some() {
        row.text.push_str("= ?"); // a formula whose value was not saved with it
    }
    Ok(Some(cell.pos))
}

/// The cells of a row, as texts one behind the other.
#[derive(Default)]
struct Cells {
    number: u32,
    mark: char,
    text: String,
    kept: String,
    /// Where each column's text ends.
    ends: Vec<usize>,
}

impl Cells {
    fn keep(&mut self, column: usize) {
        if column >= MOST_COLUMNS || column < self.ends.len() {
            return;
        }
        self.ends.resize(column, self.kept.len());
        self.kept.push_str(self.text.trim());
        self.ends.push(self.kept.len());
    }

    fn give(&mut self, rows: &mut impl Rows, faults: &mut Faults<'_>, to: &mut impl Receive) {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let cells = starts.zip(&self.ends).map(|(from, end)| self.kept.as_bytes().get(from..*end).unwrap_or_default());
        let cells: Vec<&[u8]> = cells.collect();
        if !cells.is_empty() {
            rows.row(&Row { cells: &cells, line: u64::from(self.number) + 1, encoding: TextOf::default() }, faults, to);
        }
        self.kept.clear();
        self.ends.clear();
    }
}

/// A cell as a text: dates with the year first, to the second, which is as much as a spreadsheet's number of days means.
fn write(cell: &DataRef<'_>, mark: char, to: &mut String) {
    match cell {
        DataRef::Empty => {}
        DataRef::Int(number) => to.push_str(&number.to_string()),
        DataRef::Float(number) if mark != '.' => to.push_str(&number.to_string().replace('.', &mark.to_string())),
        DataRef::Float(number) => to.push_str(&number.to_string()),
        DataRef::String(text) => to.push_str(text),
        DataRef::SharedString(text) => to.push_str(text),
        DataRef::Bool(flag) => to.push_str(&flag.to_string()),
        DataRef::DateTime(date) if date.is_datetime() => to.push_str(&dated(date).unwrap_or_default()),
        DataRef::DateTime(other) => to.push_str(&other.as_f64().to_string()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => to.push_str(text),
        DataRef::Error(error) => to.push_str(&error.to_string()),
    }
}

/// A day alone, a time of day alone, or both.
fn dated(date: &ExcelDateTime) -> Option<String> {
    let (year, month, day, hour, minute, second, ms) = date.to_ymd_hms_milli();
    let day = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let (hour, minute, second) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?);
    let clock = day.to_datetime(Time::new(hour, minute, second, i32::from(ms) * 1_000_000).ok()?);
    let clock = clock.round(DateTimeRound::new().smallest(jiff::Unit::Second)).ok()?;
    let format = match (date.as_f64() < 1.0, clock.time() == Time::midnight()) {
        (true, _) => "%H:%M:%S",
        (false, true) => "%Y-%m-%d",
        (false, false) => "%Y-%m-%d %H:%M:%S",
    };
    Some(clock.strftime(format).to_string())
}
