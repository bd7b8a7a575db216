//! A stranger's spreadsheet to its cells: bounded in every way, for the archive and its parser are somebody else's.

use super::cell::name;
use calamine::{DataRef, Reader, Xlsx};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
};

/// A spreadsheet unpacks to so many bytes at most; the template has some 50 KB.
const MOST_UNPACKED: u64 = 1 << 25;

/// So many files stand in one.
const MOST_FILES: usize = 500;

/// And so many different texts: the parser makes room for as many as the file says.
const MOST_TEXTS: usize = 1_000_000;

/// So many sheets are read, and so many cells of each.
const MOST_SHEETS: usize = 100;
const MOST_CELLS: usize = 50_000;

/// The key of what stands for a formula without a value.
pub(super) const FORMULA: &str = "formula";

/// What is filled in of a sheet, by row and column from 0.
pub(super) type Cells = BTreeMap<(u32, u32), Value>;

/// The sheets of a spreadsheet with their names, in order; an error says why it cannot be read.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<(String, Cells)>, String> {
    look_inside(bytes)?;
    // The parser meets strangers' files: should it give up on one, the others go on.
    std::panic::catch_unwind(|| parsed(bytes)).unwrap_or_else(|_| Err("no spreadsheet".to_owned()))
}

/// Unpacks every file once and keeps none, so that a small file which unpacks to a huge one is refused.
fn look_inside(bytes: &[u8]) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    if archive.len() > MOST_FILES {
        return Err(format!("expected at most {MOST_FILES} files in it, found {}", archive.len()));
    }
    let mut left = MOST_UNPACKED;
    for i in 0..archive.len() {
        let file = archive.by_index(i).map_err(|error| error.to_string())?;
        let mut content = Vec::new();
        let unpacked = file.take(left + 1).read_to_end(&mut content).map_err(|error| error.to_string())?;
        left = left.checked_sub(unpacked as u64).ok_or(format!("it unpacks to more than {MOST_UNPACKED} bytes"))?;
        if says_too_many(content) {
            return Err(format!("expected at most {MOST_TEXTS} texts in it"));
        }
    }
    Ok(())
}

/// Whether a file says that there are more texts than anybody has, in whatever width its characters are.
fn says_too_many(mut content: Vec<u8>) -> bool {
    const KEY: &[u8] = b"uniqueCount";
    content.retain(|&byte| byte != 0);
    let mut places = content.windows(KEY.len()).enumerate().filter(|(_, window)| *window == KEY).map(|(at, _)| at);
    places.any(|at| {
        let rest = content.iter().skip(at + KEY.len()).skip_while(|byte| b" \t\r\n='\"".contains(byte));
        let digits = rest.take_while(|byte| byte.is_ascii_digit());
        let count =
            digits.fold(0_usize, |count, digit| count.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        count > MOST_TEXTS
    })
}

fn parsed(bytes: &[u8]) -> Result<Vec<(String, Cells)>, String> {
    let fault = |error: calamine::XlsxError| error.to_string();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let mut all = Vec::new();
    let names = book.sheet_names();
    if names.len() > MOST_SHEETS {
        return Err(format!("expected at most {MOST_SHEETS} sheets in it, found {}", names.len()));
    }
    for sheet in names {
        let mut reader = match book.worksheet_cells_reader(&sheet) {
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue, // a chart
            reader => reader.map_err(fault)?,
        };
        let mut cells = Cells::new();
        // Cells one by one: a sheet that says it has a million columns takes no more room than its cells.
        while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(fault)? {
            let is_saved = cell.formula.is_none() || !matches!(cell.value, DataRef::Empty);
            if let Some(value) = if is_saved { value(&cell.value) } else { Some(without_value("")) } {
                if cells.len() == MOST_CELLS {
                    return Err(format!("expected at most {MOST_CELLS} cells in the sheet {sheet:?}"));
                }
                if cells.insert(cell.pos, value).is_some() {
                    return Err(format!(
                        "the cell {} of the sheet {sheet:?} is there twice",
                        name(cell.pos.0, cell.pos.1)
                    ));
                }
            }
        }
        all.push((sheet, cells));
    }
    Ok(all)
}

/// What no field takes: a formula that came to nothing, or whose value was not saved with it.
fn without_value(error: &str) -> Value {
    json!({FORMULA: error})
}

fn value(cell: &DataRef<'_>) -> Option<Value> {
    let text = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(|text| json!(text));
    match cell {
        DataRef::Empty => None,
        DataRef::Int(number) => Some(json!(number)),
        DataRef::Float(number) if !number.is_finite() => Some(json!(number.to_string())),
        DataRef::Float(number) => Some(json!(number)),
        DataRef::String(string) => text(string),
        DataRef::SharedString(string) => text(string),
        DataRef::Bool(flag) => Some(json!(flag)),
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            Some(json!(format!("{year:04}-{month:02}-{day:02}")))
        }
        DataRef::DateTime(other) => Some(json!(other.as_f64())),
        DataRef::DateTimeIso(string) | DataRef::DurationIso(string) => text(string.get(..10).unwrap_or(string)),
        DataRef::Error(error) => Some(without_value(&error.to_string())),
    }
}
