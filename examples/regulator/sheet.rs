//! A filled spreadsheet to a submission; what is found in the submission is then pointed to in the cells.

use super::layout::{
    FACILITY, FACILITY_WORD, FIRST_FIELD, FIRST_ROW, Field, KEY_COLUMN, KEY_ROW, Kind, TABLES, Table, VALUE_COLUMN,
    name,
};
use calamine::{DataRef, Reader, Xlsx};
use pue::{Assessment, Code, Finding};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
};

/// What a spreadsheet says, and where.
pub struct Read {
    /// The submission.
    pub json: Vec<u8>,
    /// Where each value stands: its JSON Pointer, and the cell.
    cells: Vec<(String, String)>,
    findings: Vec<Finding>,
}

/// A spreadsheet unpacks to so many bytes at most; the template has some 50 KB.
const MOST_UNPACKED: u64 = 1 << 25;

/// So many files stand in one.
const MOST_FILES: usize = 500;

/// So many cells are read of a sheet, and so many rows of a table: the template has two hundred.
const MOST_CELLS: usize = 50_000;
const MOST_ROWS: usize = 2_000;

type Cells = BTreeMap<(u32, u32), Value>;

/// What is filled in of a row: column, field, value.
type Filled<'f> = Vec<(u32, &'f Field, Value)>;

/// A sheet holds energies by month: that is what is read of a meter, in the unit of its row, if nothing else is said.
fn complete_meters(submission: &mut Value) {
    let rows: Vec<Value> = submission.pointer("/energy").and_then(Value::as_array).cloned().unwrap_or_default();
    let meters = submission.pointer_mut("/meters").and_then(Value::as_array_mut);
    for meter in meters.into_iter().flatten().filter_map(Value::as_object_mut) {
        let row = meter.get("id").and_then(|id| rows.iter().find(|row| row.get("id") == Some(id)));
        let unit = row.and_then(|row| row.get("unit")).cloned().unwrap_or(json!("kWh"));
        meter.entry("unit").or_insert(unit);
        meter.entry("kind").or_insert(json!("interval"));
    }
}

/// Reads a spreadsheet; an error says why it cannot be.
pub fn read(bytes: &[u8]) -> Result<Read, String> {
    look_inside(bytes)?;
    // The parser meets strangers' files: should it give up on one, the others go on.
    let sheets = std::panic::catch_unwind(|| sheets(bytes)).unwrap_or_else(|_| Err("no spreadsheet".to_owned()))?;
    let mut read = Read { json: Vec::new(), cells: Vec::new(), findings: Vec::new() };
    let mut submission = json!({"schema": "pue/submission/1"});
    let by_word = |word: &str| sheets.iter().find(|(sheet, _)| sheet.to_lowercase().contains(word));
    let Some((sheet, cells)) = by_word(FACILITY_WORD) else {
        return Err("expected the template's sheets (Facility, Racks, Energy, Certificates)".to_owned());
    };
    read.facility(sheet, cells, &mut submission);
    let months = months(&submission);
    for table in &TABLES {
        if let Some((sheet, cells)) = by_word(table.word) {
            let rows = read.table(table, sheet, cells, months)?;
            if !rows.is_empty() {
                set(&mut submission, table.pointer, Value::Array(rows));
            }
        }
    }
    complete_meters(&mut submission);
    read.json = serde_json::to_vec(&submission).map_err(|error| error.to_string())?;
    Ok(read)
}

/// Unpacks everything once without keeping it, so that a small file which unpacks to a huge one is refused.
fn look_inside(bytes: &[u8]) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    if archive.len() > MOST_FILES {
        return Err(format!("expected at most {MOST_FILES} files in it, found {}", archive.len()));
    }
    let mut left = MOST_UNPACKED;
    for i in 0..archive.len() {
        let file = archive.by_index(i).map_err(|error| error.to_string())?;
        let unpacked =
            std::io::copy(&mut file.take(left + 1), &mut std::io::sink()).map_err(|error| error.to_string())?;
        left = left.checked_sub(unpacked).ok_or(format!("it unpacks to more than {MOST_UNPACKED} bytes"))?;
    }
    Ok(())
}

fn sheets(bytes: &[u8]) -> Result<Vec<(String, Cells)>, String> {
    let fault = |error: calamine::XlsxError| error.to_string();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let mut all = Vec::new();
    for sheet in book.sheet_names().into_iter().take(20) {
        let mut reader = book.worksheet_cells_reader(&sheet).map_err(fault)?;
        let mut cells = Cells::new();
        // Cells one by one: a sheet that says it has a million columns takes no more room than its cells.
        while let Some(cell) = reader.next_cell().map_err(fault)? {
            if let Some(value) = value(cell.get_value()) {
                if cells.len() == MOST_CELLS {
                    return Err(format!("expected at most {MOST_CELLS} cells in the sheet {sheet:?}"));
                }
                cells.insert(cell.get_position(), value);
            }
        }
        all.push((sheet, cells));
    }
    Ok(all)
}

fn value(cell: &DataRef<'_>) -> Option<Value> {
    let text = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(|text| json!(text));
    match cell {
        DataRef::Empty => None,
        DataRef::Int(number) => Some(json!(number)),
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
        DataRef::Error(error) => Some(json!(error.to_string())),
    }
}

/// A cell's value as its field asks for; whatever does not fit stays as it is and becomes a finding later.
fn fitted(field: &Field, value: &Value) -> Value {
    match (field.kind, value) {
        // A code of digits that a spreadsheet took for a number.
        (Kind::Text, Value::Number(number)) => {
            json!(number.as_f64().map_or(number.to_string(), |number| number.to_string()))
        }
        (Kind::Flag, Value::String(text)) => match field.word(text).unwrap_or(text).to_lowercase().as_str() {
            "true" | "yes" => json!(true),
            "false" | "no" => json!(false),
            _ => value.clone(),
        },
        (_, Value::String(text)) => field.word(text).map_or_else(|| value.clone(), |word| json!(word)),
        _ => value.clone(),
    }
}

/// How many calendar months the period touches, as far as it can be read.
fn months(submission: &Value) -> usize {
    let month = |key: &str| {
        let text = submission.pointer(key)?.as_str()?;
        let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<usize>().ok());
        Some((number(0..4)? * 12 + number(5..7)?, number(8..10)?))
    };
    let Some(((start, _), (end, day))) = month("/period/start").zip(month("/period/end")) else { return 12 };
    (end + usize::from(day > 1)).saturating_sub(start).clamp(1, 12)
}

/// Puts a value at a JSON Pointer, making the objects on the way.
fn set(root: &mut Value, pointer: &str, value: Value) {
    let mut here = root;
    for key in pointer.split('/').skip(1) {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Value::Object(map) = here else { return };
        here = map.entry(key).or_insert(Value::Null);
    }
    *here = value;
}

impl Read {
    fn facility(&mut self, sheet: &str, cells: &Cells, submission: &mut Value) {
        let mut known = Vec::new();
        for (&(row, _), key) in cells.iter().filter(|((_, column), _)| *column == KEY_COLUMN) {
            let Some(field) = FACILITY.iter().find(|field| key.as_str() == Some(field.key)) else { continue };
            if self.cells.iter().any(|(known, _)| known == field.key) {
                continue; // given again: its value is named as misplaced
            }
            self.cells.push((field.key.to_owned(), format!("{sheet}!{}", name(row, VALUE_COLUMN))));
            known.push(row);
            if let Some(value) = cells.get(&(row, VALUE_COLUMN)) {
                set(submission, field.key, fitted(field, value));
            }
        }
        for ((row, column), value) in cells {
            if *row >= FIRST_FIELD && (*column > VALUE_COLUMN || (*column == VALUE_COLUMN && !known.contains(row))) {
                self.misplaced(sheet, *row, *column, value);
            }
        }
    }

    fn misplaced(&mut self, sheet: &str, row: u32, column: u32, value: &Value) {
        let shown: String = value.to_string().chars().take(60).collect();
        let mut finding = Finding::new(Code::XlsxLayout).found(shown);
        finding.cell = Some(format!("{sheet}!{}", name(row, column)));
        self.findings.push(finding);
    }

    fn table(&mut self, table: &Table, sheet: &str, cells: &Cells, months: usize) -> Result<Vec<Value>, String> {
        let mut columns: Vec<(u32, &Field)> = Vec::new();
        for (&(_, column), key) in cells.range((KEY_ROW, 0)..(KEY_ROW + 1, 0)) {
            let key = match key {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            // A key that stands there again has no place: what is below it is named.
            let known = columns.iter().any(|(_, field)| field.key == key);
            let field = table.columns.iter().find(|field| field.key == key && !known);
            columns.extend(field.map(|field| (column, field)));
        }
        let mut rows: Vec<(u32, Filled<'_>)> = Vec::new();
        for (&(row, column), value) in cells.range((FIRST_ROW, 0)..) {
            match columns.iter().find(|(known, _)| *known == column) {
                None => self.misplaced(sheet, row, column, value),
                Some((_, field)) => {
                    if rows.last().is_none_or(|(last, _)| *last != row) {
                        rows.push((row, Vec::new()));
                    }
                    if let Some((_, filled)) = rows.last_mut() {
                        filled.push((column, field, fitted(field, value)));
                    }
                }
            }
        }
        if rows.len() > MOST_ROWS {
            return Err(format!("expected at most {MOST_ROWS} rows in the sheet {sheet:?}, found {}", rows.len()));
        }
        let values = rows.into_iter().enumerate().map(|(i, (row, filled))| {
            let (pointer, before) = (format!("{}/{i}", table.pointer), self.cells.len());
            for (column, field) in &columns {
                let cell = format!("{sheet}!{}", name(row, *column));
                self.cells.push((format!("{pointer}/{}", field.key), cell));
            }
            if table.word == "energy" { self.energy(before, filled, months) } else { object(filled) }
        });
        Ok(values.collect())
    }

    /// A row of energy: its months are one list, in kWh or in the unit that it states.
    fn energy(&mut self, own: usize, filled: Filled<'_>, months: usize) -> Value {
        let in_kwh = filled.iter().all(|(_, field, value)| field.key != "unit" || value == "kWh");
        let (list, total) = if in_kwh { ("monthly_kwh", "total_kwh") } else { ("monthly", "total") };
        let (mut values, mut row) = (vec![Value::Null; months], Vec::new());
        let mut any = false;
        for (column, field, value) in filled {
            match field.key.parse::<usize>() {
                Ok(month) => {
                    any = true;
                    values.resize(values.len().max(month), Value::Null);
                    if let Some(place) = values.get_mut(month - 1) {
                        *place = value;
                    }
                }
                Err(_) => row.push((column, field, value)),
            }
        }
        for (known, _) in self.cells.iter_mut().skip(own) {
            let Some((before, key)) = known.rsplit_once('/') else { continue };
            if let Ok(month) = key.parse::<usize>() {
                *known = format!("{before}/{list}/{}", month - 1);
            } else if key == "total" {
                *known = format!("{before}/{total}");
            }
        }
        let mut row = object(row);
        if let Value::Object(map) = &mut row {
            if let Some(sum) = map.remove("total") {
                map.insert(total.to_owned(), sum);
            }
            if any {
                map.insert(list.to_owned(), Value::Array(values));
            }
        }
        row
    }

    /// Names the cell of each finding, and adds those of the spreadsheet itself.
    pub fn point_to_cells(self, source: &str, assessment: &mut Assessment) {
        // By their pointers, with their order in the sheets.
        let cells = self.cells.iter().enumerate().map(|(order, (known, cell))| (known.as_str(), (order, cell)));
        let cells: BTreeMap<&str, (usize, &String)> = cells.collect();
        for finding in &mut assessment.findings {
            let Some(path) = finding.path.as_deref() else { continue };
            // The value itself, or the first one within it, or the one that it is within.
            let within = format!("{path}/");
            let from = || cells.range(within.as_str()..).take_while(|(known, _)| known.starts_with(&within));
            let inner = || from().map(|(_, place)| place).min();
            let outer = || path.rsplit_once('/').and_then(|(outer, _)| cells.get(outer));
            let cell = cells.get(path).or_else(inner).or_else(outer);
            finding.cell = cell.filter(|_| !path.is_empty()).map(|(_, cell)| (*cell).clone());
            finding.file = Some(source.to_owned());
        }
        let own = self.findings.into_iter().map(|mut finding| {
            finding.file = Some(source.to_owned());
            finding
        });
        assessment.findings.extend(own);
    }
}

fn object(filled: Filled<'_>) -> Value {
    Value::Object(filled.into_iter().map(|(_, field, value)| (field.key.to_owned(), value)).collect())
}
