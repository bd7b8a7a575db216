//! The spreadsheet to be filled in, with Chinese and English headings; or a submission in its form.

use super::{
    CHOICES_SHEET, FIRST_FIELD, FIRST_ROW, KEY_COLUMN, KEY_ROW, VALUE_COLUMN,
    cell::{name, shown},
    value_at,
};
use crate::{
    place::{Part, Place, place},
    submission::form::{Choice, FACILITY, FACILITY_SHEET, Field, Kind, TABLES, Table},
};
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::Value;

/// The template, with the values of a submission if there is one.
pub(super) fn write(filled: Option<&Value>) -> Result<Vec<u8>, String> {
    book(filled).map_err(|error| error.to_string())
}

/// What of a submission the spreadsheet cannot show, the first.
pub(super) fn without_place(submission: &Value) -> Option<Place> {
    let in_table = |place: &Place, table: &Table| {
        let Some(depth) = place.steps().len().checked_sub(table.at.steps().len()) else { return false };
        place.is_within(&table.at)
            && match (depth, place.name()) {
                (3, Some("monthly_kwh" | "monthly")) | (2, Some("total_kwh")) => table.at.part() == Part::Energy,
                (2, Some(key)) => table.columns.iter().any(|field| field.key == key && key.parse::<usize>().is_err()),
                _ => false,
            }
    };
    // Of a name in two languages one is shown.
    let mut known = vec![place!(schema), place!(facility / name / zh), place!(facility / name / en)];
    known.extend(FACILITY.iter().map(Field::place));
    let is_known = |place: &Place| known.contains(place) || TABLES.iter().any(|table| in_table(place, table));
    let mut waiting = vec![(Place::WHOLE, submission)];
    while let Some((place, value)) = waiting.pop() {
        match value {
            Value::Object(map) => {
                waiting.extend(map.iter().map(|(key, value)| (place.clone().key(key.clone()), value)))
            }
            Value::Array(items) => {
                waiting.extend(items.iter().enumerate().map(|(i, value)| (place.clone().item(i), value)))
            }
            Value::Null => {}
            _ if !is_known(&place) => return Some(place),
            _ => {}
        }
    }
    None
}

/// What of the answer to a submission would be another one.
pub(super) fn difference(said: &[u8], shown: &[u8]) -> Option<String> {
    let of = |json: &[u8]| {
        let audit = crate::submission::audit_json(json, &[]);
        let outcome = |verdict: &crate::rule::Verdict| {
            format!("{} {} {}", verdict.pack, verdict.requirement, verdict.outcome.as_str())
        };
        let mut all: Vec<String> = audit.verdicts.iter().map(outcome).collect();
        all.extend(audit.findings.iter().map(|finding| finding.code.to_string()));
        all.extend(audit.pue.iter().map(|pue| format!("PUE {}", pue.value)));
        all
    };
    let (said, shown) = (of(said), of(shown));
    let lost = |of: &[String], other: &[String]| of.iter().find(|one| !other.contains(one)).cloned();
    let count = || (said.len() != shown.len()).then(|| format!("{} findings", said.len()));
    lost(&said, &shown).or_else(|| lost(&shown, &said)).or_else(count)
}

struct Formats {
    heading: Format,
    key: Format,
    date: Format,
    number: Format,
}

fn book(filled: Option<&Value>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same bytes every time.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2024, 1, 1)?));
    let formats = Formats {
        heading: Format::new().set_bold().set_background_color("DDEBF7").set_text_wrap(),
        key: Format::new().set_font_color("808080").set_italic(),
        date: Format::new().set_num_format("yyyy-mm-dd"),
        number: Format::new().set_num_format("General"),
    };
    let mut lists = Lists::default();
    let sheet = book.add_worksheet().set_name(FACILITY_SHEET)?;
    for (column, title) in ["项目", "Item", "key", "填写 Fill in"].into_iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, title, &formats.heading)?;
    }
    for (i, field) in FACILITY.iter().enumerate() {
        let row = FIRST_FIELD + i as u32;
        sheet.write_string(row, 0, field.zh)?;
        sheet.write_string(row, 1, field.en)?;
        sheet.write_string_with_format(row, KEY_COLUMN as u16, field.key, &formats.key)?;
        lists.allow(sheet, field, (row, row), VALUE_COLUMN as u16)?;
        let value = filled.and_then(|filled| value_at(filled, &field.place()));
        fill(sheet, field, row, VALUE_COLUMN as u16, value, &formats)?;
    }
    for (column, width) in [(0, 28.0), (1, 36.0), (2, 30.0), (3, 28.0)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for table in &TABLES {
        let sheet = book.add_worksheet().set_name(table.sheet)?;
        for (column, field) in table.columns.iter().enumerate() {
            let column = column as u16;
            sheet.write_string_with_format(0, column, field.zh, &formats.heading)?;
            sheet.write_string_with_format(1, column, field.en, &formats.heading)?;
            sheet.write_string_with_format(KEY_ROW, column, field.key, &formats.key)?;
            sheet.set_column_width(column, 16.0)?;
            lists.allow(sheet, field, (FIRST_ROW, FIRST_ROW + 199), column)?;
        }
        sheet.set_freeze_panes(FIRST_ROW, 0)?;
        let rows = filled.and_then(|filled| value_at(filled, &table.at)).and_then(Value::as_array);
        for (i, row) in rows.into_iter().flatten().enumerate() {
            for (column, field) in table.columns.iter().enumerate() {
                let month = field.key.parse::<usize>().ok();
                let value = match (month, field.key) {
                    (Some(month), _) => {
                        ["monthly_kwh", "monthly"].iter().find_map(|list| row.get(list)?.get(month - 1))
                    }
                    (None, "total") => ["total_kwh", "total"].iter().find_map(|total| row.get(total)),
                    _ => row.get(field.key),
                };
                fill(sheet, field, FIRST_ROW + i as u32, column as u16, value, &formats)?;
            }
        }
    }
    lists.write(book.add_worksheet().set_name(CHOICES_SHEET)?, &formats.heading)?;
    book.save_to_buffer()
}

/// Lists of what may be chosen, each once: they are too long to stand at the cells themselves.
#[derive(Default)]
struct Lists {
    known: Vec<&'static Field>,
}

impl Lists {
    fn allow(
        &mut self,
        sheet: &mut Worksheet,
        field: &'static Field,
        rows: (u32, u32),
        column: u16,
    ) -> Result<(), XlsxError> {
        if field.choices.is_empty() {
            return Ok(());
        }
        let known = self.known.iter().position(|known| known.choices == field.choices);
        let place = known.unwrap_or_else(|| {
            self.known.push(field);
            self.known.len() - 1
        });
        let corner = |row: usize| {
            let cell = name(row as u32, place as u32);
            let letters = cell.trim_end_matches(|c: char| c.is_ascii_digit());
            format!("${letters}${}", row + 1)
        };
        let range = format!("='{CHOICES_SHEET}'!{}:{}", corner(2), corner(1 + field.choices.len()));
        let list = DataValidation::new().allow_list_formula(range.as_str().into());
        sheet.add_data_validation(rows.0, column, rows.1, column, &list)?;
        Ok(())
    }

    fn write(&self, sheet: &mut Worksheet, heading: &Format) -> Result<(), XlsxError> {
        for (column, field) in self.known.iter().enumerate() {
            let column = column as u16;
            sheet.write_string_with_format(0, column, field.zh, heading)?;
            sheet.write_string_with_format(1, column, field.en, heading)?;
            for (row, choice) in field.choices.iter().enumerate() {
                sheet.write_string(2 + row as u32, column, shown(*choice))?;
            }
            sheet.set_column_width(column, 28.0)?;
        }
        sheet.set_freeze_panes(2, 0)?;
        Ok(())
    }
}

fn fill(
    sheet: &mut Worksheet,
    field: &Field,
    row: u32,
    column: u16,
    value: Option<&Value>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Number(number)) => {
            let number = number.as_f64().unwrap_or_default();
            sheet.write_number_with_format(row, column, number, &formats.number)?;
        }
        Some(Value::Bool(flag)) => {
            sheet.write_string(row, column, as_shown(field, if *flag { "TRUE" } else { "FALSE" }))?;
        }
        Some(Value::String(text)) => match ExcelDateTime::parse_from_str(text) {
            Ok(date) if field.kind == Kind::Date => {
                sheet.write_datetime_with_format(row, column, &date, &formats.date)?;
            }
            _ => {
                sheet.write_string(row, column, as_shown(field, text))?;
            }
        },
        // A name in both languages.
        Some(other) => {
            let text = ["zh", "en"].iter().find_map(|lang| other.get(lang)?.as_str());
            sheet.write_string(row, column, text.unwrap_or_default())?;
        }
    }
    Ok(())
}

/// A word as its list shows it.
fn as_shown(field: &Field, word: &str) -> String {
    let choice: Option<&Choice> = field.choices.iter().find(|(known, _)| *known == word);
    choice.map_or_else(|| word.to_owned(), |choice| shown(*choice))
}
