//! Spreadsheets (电子表格): the template to be filled in, and what a filled one says.
//!
//! Nothing is guessed: a cell that can be read in more than one way stays as it is and becomes a finding, which names its
//! sheet and cell. The archive is a stranger's: it is unpacked in bounded memory, and what is larger than any submission is
//! refused.

mod cell;
mod layout;
mod reader;
mod template;
mod workbook;

pub use reader::Spreadsheet;

/// A spreadsheet that cannot be read, or a submission that cannot be shown as one: why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(String);

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
    let Some(json) = filled else { return template::write(None).map_err(Unfit) };
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let submission: serde_json::Value = serde_json::from_slice(json).map_err(|error| Unfit(error.to_string()))?;
    if let Some(lost) = template::without_place(&submission) {
        return Err(Unfit(format!("{lost} has no place in the spreadsheet")));
    }
    let bytes = template::write(Some(&submission)).map_err(Unfit)?;
    // Whatever else it cannot say would change the answer.
    let again = Spreadsheet::read(&bytes)?;
    match template::difference(json, again.json()) {
        Some(lost) => Err(Unfit(format!("the spreadsheet cannot say all of it: {lost}"))),
        None => Ok(bytes),
    }
}
