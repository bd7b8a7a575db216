//! A filled spreadsheet to a submission; what is found in the submission is then pointed to in the cells.

use super::Unfit;
use super::{
    cell::fitted,
    layout::{
        FACILITY, FACILITY_SHEET, FACILITY_WORDS, FIRST_FIELD, FIRST_ROW, Field, KEY_COLUMN, KEY_ROW, TABLES, Table,
        VALUE_COLUMN, name,
    },
    workbook::{self, Cells, FORMULA},
};
use crate::{
    assessment::Assessment,
    finding::{Code, Finding, Text},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A filled spreadsheet: the submission that it says, and where each value stands.
#[derive(Clone, Debug)]
pub struct Spreadsheet {
    /// The submission.
    pub(super) json: Vec<u8>,
    /// Where each value stands: its JSON Pointer, and the cell.
    cells: Vec<(String, String)>,
    /// Formulas without a value: their JSON Pointers, and what they came to.
    formulas: BTreeMap<String, String>,
    findings: Vec<Finding>,
}

/// So many rows are read of a table: the template has two hundred.
const MOST_ROWS: usize = 2_000;

/// So many misplaced cells are named one by one; further ones are counted with the last.
const MOST_NAMED: usize = 200;

/// What is filled in of a row: column, field, value.
type Filled<'f> = Vec<(u32, &'f Field, Value)>;

/// The units of listed meters, by id.
fn units(submission: &Value) -> BTreeMap<String, Value> {
    let meters = submission.pointer("/meters").and_then(Value::as_array).into_iter().flatten();
    meters.filter_map(|meter| Some((meter.get("id")?.as_str()?.to_owned(), meter.get("unit")?.clone()))).collect()
}

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

fn parse(bytes: &[u8]) -> Result<Spreadsheet, String> {
    let sheets = workbook::sheets(bytes)?;
    let mut read = Spreadsheet { json: Vec::new(), cells: Vec::new(), formulas: BTreeMap::new(), findings: Vec::new() };
    let mut submission = json!({"schema": "pue/submission/1"});
    let Some((sheet, cells)) = read.sheet(&sheets, FACILITY_SHEET, FACILITY_WORDS, has_fields) else {
        let names: Vec<&str> = TABLES.iter().map(|table| table.sheet).collect();
        return Err(format!("expected the template's sheets ({FACILITY_SHEET}, {})", names.join(", ")));
    };
    read.facility(sheet, cells, &mut submission)?;
    let months = months(&submission);
    // Meters come last there, and say in which unit energies are.
    for table in TABLES.iter().rev() {
        if let Some((sheet, cells)) = read.sheet(&sheets, table.sheet, table.words, |cells| has_keys(table, cells)) {
            let units = units(&submission);
            let rows = read.table(table, sheet, cells, (months, &units))?;
            if !rows.is_empty() {
                set(&mut submission, table.pointer, Value::Array(rows));
            }
        }
    }
    complete_meters(&mut submission);
    let formula = |pointer: &str| submission.pointer(pointer)?.get(FORMULA)?.as_str().map(str::to_owned);
    let formulas = read.cells.iter().filter_map(|(pointer, _)| Some((pointer.clone(), formula(pointer)?)));
    read.formulas = formulas.collect();
    read.json = serde_json::to_vec(&submission).map_err(|error| error.to_string())?;
    Ok(read)
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

/// Whether the keys of the facility stand in a sheet.
fn has_fields(cells: &Cells) -> bool {
    let keys = cells.iter().filter(|((_, column), _)| *column == KEY_COLUMN).filter_map(|(_, key)| key.as_str());
    keys.filter(|key| FACILITY.iter().any(|field| field.key == *key)).nth(1).is_some()
}

/// Whether the keys of a table stand in a sheet, more of them than of any other table.
fn has_keys(table: &Table, cells: &Cells) -> bool {
    let keys = || cells.range((KEY_ROW, 0)..(KEY_ROW + 1, 0)).filter_map(|(_, key)| key.as_str());
    let of = |table: &Table| keys().filter(|key| table.columns.iter().any(|field| field.key == *key)).count();
    of(table) > 1 && TABLES.iter().all(|other| other.pointer == table.pointer || of(other) < of(table))
}

impl Spreadsheet {
    /// Reads the bytes of an `.xlsx` file in the layout of the [`template`](super::template).
    ///
    /// # Errors
    /// [`Unfit`]: no spreadsheet, one that is larger than any of these, or one without the template's sheets.
    pub fn read(bytes: &[u8]) -> Result<Spreadsheet, Unfit> {
        parse(bytes).map_err(Unfit)
    }

    /// The submission that it says, as JSON.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// The sheet of this name or, if there is none, the first that looks like it or has one of these words; others are named.
    fn sheet<'s>(
        &mut self,
        sheets: &'s [(String, Cells)],
        exact: &str,
        words: [&str; 2],
        is_like: impl Fn(&Cells) -> bool,
    ) -> Option<&'s (String, Cells)> {
        let is_another = |name: &str| name == FACILITY_SHEET || TABLES.iter().any(|table| name == table.sheet);
        let has_word = |name: &str| words.iter().any(|word| name.to_lowercase().contains(word));
        let is_one = |(name, cells): &&(String, Cells)| {
            name == exact || (!is_another(name) && (has_word(name) || is_like(cells)))
        };
        let mut all: Vec<&(String, Cells)> = sheets.iter().filter(is_one).collect();
        all.sort_by_key(|(name, cells)| (name != exact, !is_like(cells)));
        let (first, others) = all.split_first()?;
        for (name, cells) in others {
            if let Some((&(row, column), value)) = cells.iter().next() {
                self.misplaced(name, row, column, value);
            }
        }
        Some(first)
    }

    fn facility(&mut self, sheet: &str, cells: &Cells, submission: &mut Value) -> Result<(), String> {
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
        match known.is_empty() {
            true => Err(format!("expected the template's keys in column C of the sheet {sheet:?}")),
            false => Ok(()),
        }
    }

    fn misplaced(&mut self, sheet: &str, row: u32, column: u32, value: &Value) {
        let is_full = self.findings.len() >= MOST_NAMED;
        if let Some(last) = self.findings.last_mut().filter(|_| is_full) {
            last.count += 1;
            return;
        }
        let shown: String = value.to_string().chars().take(60).collect();
        let mut finding = Finding::new(Code::XlsxLayout).found(shown);
        finding.cell = Some(format!("{sheet}!{}", name(row, column)));
        self.findings.push(finding);
    }

    fn table(
        &mut self,
        table: &Table,
        sheet: &str,
        cells: &Cells,
        (months, units): (usize, &BTreeMap<String, Value>),
    ) -> Result<Vec<Value>, String> {
        let mut columns: Vec<(u32, &Field)> = Vec::new();
        for (&(_, column), cell) in cells.range((KEY_ROW, 0)..(KEY_ROW + 1, 0)) {
            let key = match cell.as_f64() {
                Some(month) => month.to_string(),
                None => cell.as_str().unwrap_or_default().to_owned(),
            };
            // A key that stands there again has no place: what is below it is named.
            let known = columns.iter().any(|(_, field)| field.key == key);
            let field = table.columns.iter().find(|field| field.key == key && !known);
            match field {
                Some(field) => columns.push((column, field)),
                // A row of figures may have moved up here.
                None => self.misplaced(sheet, KEY_ROW, column, cell),
            }
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
        // A remark below the table is no row of it, nor are sums of nothing.
        rows.retain(|(row, filled)| match filled[..] {
            [(column, field, ref remark)] if field.key == "id" => {
                self.misplaced(sheet, *row, column, remark);
                false
            }
            [(_, field, ref sum)] if field.key == "total" => sum.as_f64() != Some(0.0),
            _ => true,
        });
        if rows.len() > MOST_ROWS {
            return Err(format!("expected at most {MOST_ROWS} rows in the sheet {sheet:?}, found {}", rows.len()));
        }
        let values = rows.into_iter().enumerate().map(|(i, (row, filled))| {
            let (pointer, before) = (format!("{}/{i}", table.pointer), self.cells.len());
            for (column, field) in &columns {
                let cell = format!("{sheet}!{}", name(row, *column));
                self.cells.push((format!("{pointer}/{}", field.key), cell));
            }
            match table.pointer {
                "/energy" => self.energy(before, filled, months, units),
                _ => object(filled),
            }
        });
        Ok(values.collect())
    }

    /// A row of energy: its months are one list, in the unit that it states, or its meter; electricity is in kWh if nobody
    /// states one.
    fn energy(&mut self, own: usize, filled: Filled<'_>, months: usize, units: &BTreeMap<String, Value>) -> Value {
        let of = |key: &str| filled.iter().find(|(_, field, _)| field.key == key).map(|(.., value)| value.clone());
        let text = |key: &str| of(key).and_then(|value| value.as_str().map(str::to_owned));
        let is_electric = match (text("carrier"), text("point").as_deref()) {
            (Some(carrier), _) => carrier == "electricity",
            (None, point) => !matches!(point, Some("generator_fuel" | "purchased_cooling")),
        };
        let unit = of("unit").or_else(|| units.get(&text("id")?).cloned());
        let in_kwh = unit.as_ref().map_or(is_electric, |unit| unit == "kWh");
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
            map.extend(unit.map(|unit| ("unit".to_owned(), unit)));
            if let Some(sum) = map.remove("total") {
                map.insert(total.to_owned(), sum);
            }
            if any {
                map.insert(list.to_owned(), Value::Array(values));
            }
        }
        row
    }

    /// Names file and cell of each finding of the submission's assessment, and adds what was found in the spreadsheet itself.
    pub fn point_to_cells(self, file: &str, assessment: &mut Assessment) {
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
            finding.file = Some(file.to_owned());
            if let Some(error) = self.formulas.get(path).filter(|_| finding.code == Code::JsonType) {
                let found = |words: &str| format!("{words} {error}").trim_end().to_owned();
                finding.found = Some(Text::new(found("没有结果的公式"), found("a formula without a value")));
            }
        }
        let own = self.findings.into_iter().map(|mut finding| {
            finding.file = Some(file.to_owned());
            finding
        });
        assessment.findings.extend(own);
    }
}

fn object(filled: Filled<'_>) -> Value {
    Value::Object(filled.into_iter().map(|(_, field, value)| (field.key.to_owned(), value)).collect())
}
