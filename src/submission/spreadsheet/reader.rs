//! A filled spreadsheet to a submission; what is found in the submission is then pointed to in the cells.

use super::{
    CHOICES_SHEET, FIRST_FIELD, FIRST_ROW, KEY_COLUMN, KEY_ROW, Unfit, VALUE_COLUMN,
    cell::{fitted, name},
    value_at,
    workbook::{self, Cells, FORMULA, Sheet},
};
use crate::{
    assessment::Assessment,
    finding::{Code, Finding, Text},
    place::{Part, Place, Step},
    submission::form::{FACILITY, FACILITY_SHEET, FACILITY_WORDS, Field, TABLES, Table},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A filled spreadsheet: the submission that it says, and where each value stands.
#[derive(Clone, Debug)]
pub struct Spreadsheet {
    /// The submission.
    pub(super) json: Vec<u8>,
    /// Where each value stands: its place in the submission, and the cell.
    cells: Vec<(Place, String)>,
    /// Formulas without a value, and what they came to.
    formulas: BTreeMap<Place, String>,
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
    let meters = submission.get("meters").and_then(Value::as_array).into_iter().flatten();
    meters.filter_map(|meter| Some((meter.get("id")?.as_str()?.to_owned(), meter.get("unit")?.clone()))).collect()
}

/// A sheet holds energies by month: that is what is read of a meter, in the unit of its row, if nothing else is said.
fn complete_meters(submission: &mut Value) {
    let rows: Vec<Value> = submission.get("energy").and_then(Value::as_array).cloned().unwrap_or_default();
    let meters = submission.get_mut("meters").and_then(Value::as_array_mut);
    for meter in meters.into_iter().flatten().filter_map(Value::as_object_mut) {
        let row = meter.get("id").and_then(|id| rows.iter().find(|row| row.get("id") == Some(id)));
        let unit = row.and_then(|row| row.get("unit")).cloned().unwrap_or(json!("kWh"));
        meter.entry("unit").or_insert(unit);
        meter.entry("kind").or_insert(json!("interval"));
    }
}

fn parse(bytes: &[u8]) -> Result<Spreadsheet, Text> {
    let sheets = workbook::sheets(bytes)?;
    let mut read = Spreadsheet { json: Vec::new(), cells: Vec::new(), formulas: BTreeMap::new(), findings: Vec::new() };
    let mut submission = json!({"schema": "pue/submission/1"});
    let Some(sheet) = read.sheet(&sheets, FACILITY_SHEET, FACILITY_WORDS, has_fields) else {
        let names: Vec<&str> = TABLES.iter().map(|table| table.sheet).collect();
        return Err(Text::new(
            format!("没有模板的工作表（{FACILITY_SHEET}、{}）", names.join("、")),
            format!("expected the template's sheets ({FACILITY_SHEET}, {})", names.join(", ")),
        ));
    };
    read.facility(sheet, &mut submission)?;
    let months = months(&submission);
    // Meters come last there, and say in which unit energies are.
    for table in TABLES.iter().rev() {
        if let Some(sheet) = read.sheet(&sheets, table.sheet, table.words, |cells| has_keys(table, cells)) {
            let units = units(&submission);
            let rows = read.table(table, sheet, (months, &units))?;
            if !rows.is_empty() {
                set(&mut submission, &table.at, Value::Array(rows));
            }
        }
    }
    read.hidden(&sheets);
    complete_meters(&mut submission);
    let formula = |place: &Place| value_at(&submission, place)?.get(FORMULA)?.as_str().map(str::to_owned);
    let formulas = read.cells.iter().filter_map(|(place, _)| Some((place.clone(), formula(place)?)));
    read.formulas = formulas.collect();
    read.json = serde_json::to_vec(&submission).map_err(|error| Text::same(error.to_string()))?;
    Ok(read)
}

/// How many calendar months the period touches, as far as it can be read.
fn months(submission: &Value) -> usize {
    let month = |key: &str| {
        let text = submission.get("period")?.get(key)?.as_str()?;
        let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<usize>().ok());
        Some((number(0..4)? * 12 + number(5..7)?, number(8..10)?))
    };
    let Some(((start, _), (end, day))) = month("start").zip(month("end")) else { return 12 };
    (end + usize::from(day > 1)).saturating_sub(start).clamp(1, 12)
}

/// Puts a value at a place, making the objects on the way.
fn set(root: &mut Value, place: &Place, value: Value) {
    let mut here = root;
    for step in place.steps() {
        let Step::Key(key) = step else { return };
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Value::Object(map) = here else { return };
        here = map.entry(&**key).or_insert(Value::Null);
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
    of(table) > 1 && TABLES.iter().all(|other| other.at == table.at || of(other) < of(table))
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
        sheets: &'s [Sheet],
        exact: &str,
        words: [&str; 2],
        is_like: impl Fn(&Cells) -> bool,
    ) -> Option<&'s Sheet> {
        let is_another = |name: &str| name == FACILITY_SHEET || TABLES.iter().any(|table| name == table.sheet);
        let has_word = |name: &str| words.iter().any(|word| name.to_lowercase().contains(word));
        let is_one = |Sheet { name, cells, .. }: &&Sheet| {
            name == exact || (!is_another(name) && (has_word(name) || is_like(cells)))
        };
        let mut all: Vec<&Sheet> = sheets.iter().filter(is_one).collect();
        all.sort_by_key(|sheet| (sheet.name != exact, !is_like(&sheet.cells)));
        let (first, others) = all.split_first()?;
        for sheet in others {
            if let Some((&(row, column), value)) = sheet.cells.iter().next() {
                self.misplaced(&sheet.name, row, column, value);
            }
        }
        Some(first)
    }

    /// Sheets that nobody sees who opens the file: a person may not know what they say.
    fn hidden(&mut self, sheets: &[Sheet]) {
        let is_named = |sheet: &&Sheet| sheet.is_hidden && sheet.name != CHOICES_SHEET;
        for sheet in sheets.iter().filter(is_named) {
            if let Some((&(row, column), value)) = sheet.cells.iter().next() {
                self.found(Code::XlsxHidden, &sheet.name, (row, column), value);
            }
        }
    }

    /// A value that a formula came to when the file was saved, and that is used as it stands.
    fn note_formula(&mut self, sheet: &Sheet, at: (u32, u32), value: &Value) {
        if sheet.formulas.contains_key(&at) {
            match self.findings.iter_mut().find(|finding| finding.code == Code::XlsxFormula) {
                Some(known) => known.count += 1,
                None => self.found(Code::XlsxFormula, &sheet.name, at, value),
            }
        }
    }

    fn found(&mut self, code: Code, sheet: &str, (row, column): (u32, u32), value: &Value) {
        let shown: String = value.to_string().chars().take(60).collect();
        let mut finding = Finding::new(code).found(shown);
        finding.cell = Some(format!("{sheet}!{}", name(row, column)));
        self.findings.push(finding);
    }

    fn facility(&mut self, of: &Sheet, submission: &mut Value) -> Result<(), Text> {
        let Sheet { name: sheet, cells, .. } = of;
        let mut known = Vec::new();
        for (&(row, _), key) in cells.iter().filter(|((_, column), _)| *column == KEY_COLUMN) {
            let Some(field) = FACILITY.iter().find(|field| key.as_str() == Some(field.key)) else { continue };
            let place = field.place();
            if self.cells.iter().any(|(known, _)| *known == place) {
                continue; // given again: its value is named as misplaced
            }
            self.cells.push((place.clone(), format!("{sheet}!{}", name(row, VALUE_COLUMN))));
            known.push(row);
            if let Some(value) = cells.get(&(row, VALUE_COLUMN)) {
                self.note_formula(of, (row, VALUE_COLUMN), value);
                set(submission, &place, fitted(field, value));
            }
        }
        for ((row, column), value) in cells {
            if *row >= FIRST_FIELD && (*column > VALUE_COLUMN || (*column == VALUE_COLUMN && !known.contains(row))) {
                self.misplaced(sheet, *row, *column, value);
            }
        }
        match known.is_empty() {
            true => Err(Text::new(
                format!("工作表 {sheet:?} 的 C 列没有模板的字段名"),
                format!("expected the template's keys in column C of the sheet {sheet:?}"),
            )),
            false => Ok(()),
        }
    }

    fn misplaced(&mut self, sheet: &str, row: u32, column: u32, value: &Value) {
        let is_full = self.findings.len() >= MOST_NAMED;
        match self.findings.iter_mut().rfind(|last| is_full && last.code == Code::XlsxLayout) {
            Some(last) => last.count += 1,
            None => self.found(Code::XlsxLayout, sheet, (row, column), value),
        }
    }

    fn table(
        &mut self,
        table: &Table,
        of: &Sheet,
        (months, units): (usize, &BTreeMap<String, Value>),
    ) -> Result<Vec<Value>, Text> {
        let Sheet { name: sheet, cells, .. } = of;
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
                    self.note_formula(of, (row, column), value);
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
            let found = rows.len();
            return Err(Text::new(
                format!("工作表 {sheet:?} 有 {found} 行，上限 {MOST_ROWS} 行"),
                format!("expected at most {MOST_ROWS} rows in the sheet {sheet:?}, found {found}"),
            ));
        }
        let values = rows.into_iter().enumerate().map(|(i, (row, filled))| {
            let (value, (list, total)) = match table.at.part() {
                Part::Energy => energy(filled, months, units),
                _ => (object(filled), NAMES_IN_KWH),
            };
            for (column, field) in &columns {
                let at = table.at.clone().item(i);
                let at = match field.key.parse::<usize>() {
                    Ok(month) => at.key(list).item(month - 1),
                    Err(_) => at.key(if field.key == "total" { total } else { field.key }),
                };
                self.cells.push((at, format!("{sheet}!{}", name(row, *column))));
            }
            value
        });
        Ok(values.collect())
    }

    /// Names file and cell of each finding of the submission's assessment, and adds what was found in the spreadsheet itself.
    pub fn point_to_cells(self, file: &str, assessment: &mut Assessment) {
        // By their places, with their order in the sheets.
        let cells = self.cells.iter().enumerate().map(|(order, (known, cell))| (known, (order, cell)));
        let cells: BTreeMap<&Place, (usize, &String)> = cells.collect();
        for finding in &mut assessment.findings {
            let Some(place) = &finding.place else { continue };
            // The value itself, or the first one within it, or the one that it is within.
            let inner = || {
                cells
                    .range::<&Place, _>(place..)
                    .take_while(|(known, _)| known.is_within(place))
                    .map(|(_, at)| at)
                    .min()
            };
            let outer = || cells.get(&place.outer()?);
            let cell = cells.get(place).or_else(inner).or_else(outer);
            finding.cell = cell.filter(|_| place.part() != Part::Whole).map(|(_, cell)| (*cell).clone());
            finding.file = Some(file.to_owned());
            if let Some(error) = self.formulas.get(place).filter(|_| finding.code == Code::JsonType) {
                // Saved as one value, and worked out as another.
                let (zh, en) = match error.contains('≠') {
                    true => ("保存的结果与公式不符：", "a value that its formula does not come to:"),
                    false => ("没有结果的公式", "a formula without a value"),
                };
                let found = |words: &str| format!("{words} {error}").trim_end().to_owned();
                finding.found = Some(Text::new(found(zh), found(en)));
            }
        }
        let own = self.findings.into_iter().map(|mut finding| {
            finding.file = Some(file.to_owned());
            finding
        });
        assessment.findings.extend(own);
    }
}

/// How the months and the sum of a row of energies are called.
type Names = (&'static str, &'static str);

const NAMES_IN_KWH: Names = ("monthly_kwh", "total_kwh");

/// A row of energies: its months are one list, in the unit that it states, or its meter; electricity is in kWh if nobody
/// states one. With the names of that list and of the sum.
fn energy(filled: Filled<'_>, months: usize, units: &BTreeMap<String, Value>) -> (Value, Names) {
    let of = |key: &str| filled.iter().find(|(_, field, _)| field.key == key).map(|(.., value)| value.clone());
    let text = |key: &str| of(key).and_then(|value| value.as_str().map(str::to_owned));
    let is_electric = match (text("carrier"), text("point").as_deref()) {
        (Some(carrier), _) => carrier == "electricity",
        (None, point) => !matches!(point, Some("generator_fuel" | "purchased_cooling")),
    };
    let unit = of("unit").or_else(|| units.get(&text("id")?).cloned());
    let in_kwh = unit.as_ref().map_or(is_electric, |unit| unit == "kWh");
    let (list, total) = if in_kwh { NAMES_IN_KWH } else { ("monthly", "total") };
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
    (row, (list, total))
}

fn object(filled: Filled<'_>) -> Value {
    Value::Object(filled.into_iter().map(|(_, field, value)| (field.key.to_owned(), value)).collect())
}
