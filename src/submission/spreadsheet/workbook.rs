//! A stranger's spreadsheet to its cells: bounded in every way, for the archive and its parser are somebody else's.

use super::formula::{Formula, MOST_LOOKED_AT};
use crate::{
    finding::Text,
    read::workbook::{at_most, look_inside},
};
use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxFormulaMetadata};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Display, io::Cursor, rc::Rc};

/// A spreadsheet unpacks to so many bytes at most; the template has some 50 KB.
const MOST_UNPACKED: u64 = 1 << 25;

/// Sheets may all be one file: so many bytes are parsed at most, however often they are told to be.
const MOST_PARSED: u64 = 1 << 29;

/// So many sheets are read.
const MOST_SHEETS: usize = 100;

/// So many cells are read of all sheets together, and so many more that say nothing.
const MOST_CELLS: usize = 200_000;
const MOST_BLANK: usize = 2_000_000;

/// The key of what stands for a formula without a value.
pub(super) const FORMULA: &str = "formula";

/// What is filled in of a sheet, by row and column from 0.
pub(super) type Cells = BTreeMap<(u32, u32), Value>;

/// A sheet of a spreadsheet.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub name: String,
    pub cells: Cells,
    /// The cells whose values a formula came to; `None`: it cannot be worked out again.
    pub formulas: BTreeMap<(u32, u32), Option<Formula>>,
    /// Who opens the file does not see it.
    pub is_hidden: bool,
}

/// The sheets of a spreadsheet, in order; an error says why it cannot be read.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Text> {
    let largest = look_inside(bytes, MOST_UNPACKED)?;
    // The parser meets strangers' files: should it give up on one, the others go on.
    std::panic::catch_unwind(|| parsed(bytes, largest))
        .unwrap_or_else(|_| Err(Text::new("不是电子表格", "no spreadsheet")))
}

/// The parser's own words.
fn fault(error: impl Display) -> Text {
    Text::same(error.to_string())
}

fn parsed(bytes: &[u8], largest: u64) -> Result<Vec<Sheet>, Text> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let mut all = Vec::new();
    let sheets: Vec<_> = book.sheets_metadata().to_vec();
    if sheets.len() > MOST_SHEETS || largest.saturating_mul(sheets.len() as u64) > MOST_PARSED {
        return Err(at_most(MOST_SHEETS, ("张工作表，且不过大", "sheets, none of them large")));
    }
    let (mut filled, mut blank) = (0, 0);
    for calamine::Sheet { name, visible, .. } in sheets {
        let mut reader = match book.worksheet_cells_reader(&name) {
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue, // a chart
            reader => reader.map_err(fault)?,
        };
        let mut sheet = Sheet { name, is_hidden: visible != SheetVisible::Visible, ..Sheet::default() };
        let mut shared = BTreeMap::new();
        // Cells one by one: a sheet that says it has a million columns takes no more room than its cells.
        while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(fault)? {
            let is_saved = cell.formula.is_none() || !matches!(cell.value, DataRef::Empty);
            let Some(value) = (if is_saved { value(&cell.value) } else { Some(without_value("")) }) else {
                blank += 1;
                if blank > MOST_BLANK {
                    return Err(at_most(MOST_BLANK, ("个空白单元格", "blank cells")));
                }
                continue;
            };
            filled += 1;
            if filled > MOST_CELLS {
                return Err(at_most(MOST_CELLS, ("个单元格", "cells")));
            }
            if let Some(formula) = cell.formula {
                sheet.formulas.insert(cell.pos, of_cell(formula, cell.pos, &mut shared));
            }
            if sheet.cells.insert(cell.pos, value).is_some() {
                let cell = format!("{}!{}", sheet.name, super::cell::name(cell.pos.0, cell.pos.1));
                return Err(Text::new(format!("单元格 {cell} 出现两次"), format!("the cell {cell} is there twice")));
            }
        }
        all.push(sheet);
    }
    work_out(&mut all);
    Ok(all)
}

/// The formula of a cell; of those that cells share, the first is kept with its place.
fn of_cell(
    formula: XlsxFormulaMetadata,
    (row, column): (u32, u32),
    shared: &mut BTreeMap<usize, (Rc<str>, (u32, u32))>,
) -> Option<Formula> {
    let own = |text: String| Formula { text: text.into(), down: 0, right: 0 };
    match formula {
        XlsxFormulaMetadata::Normal { formula } => Some(own(formula)),
        XlsxFormulaMetadata::Shared { shared_index, formula, .. } => {
            let formula = own(formula);
            shared.insert(shared_index, (Rc::clone(&formula.text), (row, column)));
            Some(formula)
        }
        XlsxFormulaMetadata::SharedDerived { shared_index } => {
            let (text, (first_row, first_column)) = shared.get(&shared_index)?;
            let (down, right) = (i64::from(row) - i64::from(*first_row), i64::from(column) - i64::from(*first_column));
            Some(Formula { text: Rc::clone(text), down, right })
        }
        _ => None,
    }
}

/// Works out again what formulas came to: a value that is another one is none, and what cannot be worked out stays listed.
fn work_out(sheets: &mut [Sheet]) {
    let mut left = MOST_LOOKED_AT;
    for here in 0..sheets.len() {
        let mut differs = Vec::new();
        let mut open = Vec::new();
        let Some(sheet) = sheets.get(here) else { return };
        for (&at, formula) in &sheet.formulas {
            let Some(saved) = sheet.cells.get(&at).filter(|saved| !saved.is_object()) else { continue };
            let value = formula.as_ref().and_then(|formula| formula.value(sheets, here, &mut left));
            match value.zip(saved.as_f64()) {
                None => open.push(at),
                Some((value, saved)) if (value - saved).abs() > ROUNDED * value.abs().max(saved.abs()).max(1.0) => {
                    differs.push((at, without_value(&format!("{saved} ≠ {value}"))));
                }
                Some(_) => {}
            }
        }
        if let Some(sheet) = sheets.get_mut(here) {
            sheet.cells.extend(differs);
            sheet.formulas.retain(|at, _| open.binary_search(at).is_ok());
        }
    }
}

/// Two ways of summing differ by less than this part.
const ROUNDED: f64 = 1e-9;

/// What no field takes: a formula that came to nothing, whose value was not saved with it, or is not what it comes to.
pub(super) fn without_value(error: &str) -> Value {
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
