//! What a stranger's spreadsheet may hold: looked at before somebody else's parser makes room for it.

use crate::finding::Text;
use std::{
    fmt::Display,
    io::{Cursor, Read as _},
};

/// So many files stand in one.
const MOST_FILES: usize = 500;

/// And so many different texts: the parser makes room for as many as the file says.
const MOST_TEXTS: usize = 1_000_000;

/// The parser keeps all texts at once: so many bytes of them.
const MOST_OF_TEXTS: u64 = 1 << 26;

/// How a compound file begins: the old format, or an encrypted spreadsheet within one.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// So much is looked at at a time; a text that says a number ends in the next piece at the latest.
const PIECE: usize = 1 << 16;

/// What is more than any spreadsheet has.
pub(crate) fn at_most(most: impl Display, what: (&str, &str)) -> Text {
    Text::new(format!("超过上限：至多 {most} {}", what.0), format!("expected at most {most} {} in it", what.1))
}

/// Unpacks every file once and keeps none, so that a small file which unpacks to a huge one is refused. The size of the largest.
pub(crate) fn look_inside(bytes: &[u8], most_unpacked: u64) -> Result<u64, Text> {
    let fault = |error: &dyn Display| Text::same(error.to_string());
    if bytes.starts_with(COMPOUND) {
        return Err(Text::new(
            "加密的电子表格或旧格式（.xls）",
            "an encrypted spreadsheet, or one of the old format (.xls)",
        ));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| fault(&error))?;
    if archive.len() > MOST_FILES {
        return Err(at_most(MOST_FILES, ("个文件", "files")));
    }
    if archive.index_for_name("xl/workbook.xml").is_none() && archive.index_for_name("content.xml").is_some() {
        return Err(Text::new("OpenDocument 格式（.ods）", "an OpenDocument spreadsheet (.ods)"));
    }
    let (mut left, mut largest) = (most_unpacked, 0);
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).map_err(|error| fault(&error))?;
        let is_sheet = file.name().is_ok_and(|name| name.starts_with("xl/worksheets/"));
        let (mut size, mut window) = (0, Vec::new());
        loop {
            let kept = window.len();
            let read = file.by_ref().take(PIECE as u64).read_to_end(&mut window).map_err(|error| fault(&error))?;
            if read == 0 {
                break;
            }
            size += read as u64;
            left = left
                .checked_sub(read as u64)
                .ok_or_else(|| at_most(most_unpacked, ("字节（解压后）", "bytes, unpacked")))?;
            if !is_sheet && size > MOST_OF_TEXTS {
                return Err(at_most(MOST_OF_TEXTS, ("字节文字", "bytes of texts")));
            }
            if says_too_many(&window) {
                return Err(at_most(MOST_TEXTS, ("条文字", "texts")));
            }
            window.drain(..kept);
        }
        largest = largest.max(size);
    }
    Ok(largest)
}

/// Whether a file says that there are more texts than anybody has, in whatever width its characters are.
fn says_too_many(content: &[u8]) -> bool {
    const KEY: &[u8] = b"uniqueCount";
    if memchr::memchr(b'u', content).is_none() {
        return false;
    }
    let content: Vec<u8> = content.iter().copied().filter(|&byte| byte != 0).collect();
    memchr::memmem::find_iter(&content, KEY).any(|at| {
        let rest = content.iter().skip(at + KEY.len()).skip_while(|byte| b" \t\r\n='\"".contains(byte));
        let digits = rest.take_while(|byte| byte.is_ascii_digit());
        let count =
            digits.fold(0_usize, |count, digit| count.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        count > MOST_TEXTS
    })
}
