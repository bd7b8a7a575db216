//! Spreadsheets (电子表格): the template to be filled in, and what a filled one says.
//!
//! Nothing is guessed: a cell that can be read in more than one way stays as it is and becomes a finding, which names its
//! sheet and cell. The archive is a stranger's: it is unpacked in bounded memory, and what is larger than any submission is
//! refused.

mod cell;
mod formula;
mod reader;
mod template;
mod workbook;

pub use reader::Spreadsheet;

use crate::{
    finding::Text,
    place::{Place, Step},
};
use serde_json::Value;

/// Of the sheet with one thing a row: the columns of key and value, and the first row, from 0.
const KEY_COLUMN: u32 = 2;
const VALUE_COLUMN: u32 = 3;
const FIRST_FIELD: u32 = 1;

/// Of a table: the row of its keys, and the first row of data, from 0.
const KEY_ROW: u32 = 2;
const FIRST_ROW: u32 = 3;

/// The sheet of what may be chosen: a column for each list.
const CHOICES_SHEET: &str = "选项 Choices";

/// What stands at a place of a submission.
fn value_at<'v>(submission: &'v Value, place: &Place) -> Option<&'v Value> {
    place.steps().iter().try_fold(submission, |value, step| match step {
        Step::Key(key) => value.get(&**key),
        Step::Item(index) => value.get(index),
    })
}

/// A spreadsheet that cannot be read, or a submission that cannot be shown as one: why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct Unfit(Text);

impl Unfit {
    /// The same in both languages.
    pub fn text(&self) -> &Text {
        &self.0
    }
}

/// The bytes of the `.xlsx` file to be filled in, with headings and lists of choices in Chinese and English; `filled` is a
/// submission as JSON, whose values stand in it.
///
/// ```
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
/// use pue::submission::{Spreadsheet, audit_json, template};
/// let sheet = Spreadsheet::read(&template(Some(json))?)?;
/// assert_eq!(audit_json(sheet.json(), &[]).pue, audit_json(json, &[]).pue);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Unfit`]: the submission is no JSON, or says something that has no place in the spreadsheet, so that its answer would be
/// another one.
pub fn template(filled: Option<&[u8]>) -> Result<Vec<u8>, Unfit> {
    let Some(json) = filled else { return template::write(None).map_err(|error| Unfit(Text::same(error))) };
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let submission: Value = serde_json::from_slice(json).map_err(|error| Unfit(Text::same(error.to_string())))?;
    if let Some(lost) = template::without_place(&submission) {
        return Err(Unfit(Text::new(
            format!("{lost}：电子表格中没有对应的单元格"),
            format!("{lost} has no place in the spreadsheet"),
        )));
    }
    let bytes = template::write(Some(&submission)).map_err(|error| Unfit(Text::same(error)))?;
    // Whatever else it cannot say would change the answer.
    let again = Spreadsheet::read(&bytes)?;
    match template::difference(json, again.json()) {
        Some(lost) => Err(Unfit(Text::new(
            format!("电子表格不能表达全部内容：{lost}"),
            format!("the spreadsheet cannot say all of it: {lost}"),
        ))),
        None => Ok(bytes),
    }
}
