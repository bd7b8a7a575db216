use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::ops::Range;

/// Undoes the quotes of records, one after the other, with one reader and one piece of memory for all of them.
pub(crate) struct Unquoted {
    delimiter: u8,
    /// Made for the first record with quotes: that takes a thousand times as long as to use it.
    reader: Option<Box<Reader>>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Unquoted {
    pub(crate) fn separated_by(delimiter: u8) -> Self {
        Unquoted { delimiter, reader: None, text: Vec::new(), ends: Vec::new() }
    }

    /// The record without its quotes; where its cells stand in it is added to `cells`.
    pub(crate) fn undo(&mut self, record: &[u8], cells: &mut Vec<Range<usize>>) -> &[u8] {
        let new = || Box::new(ReaderBuilder::new().delimiter(self.delimiter).build());
        let reader = self.reader.get_or_insert_with(new);
        reader.reset();
        // No cell is longer than it was with its quotes, and no more cells than bytes.
        self.text.resize(self.text.len().max(record.len() + 1), 0);
        self.ends.resize(self.ends.len().max(record.len() + 1), 0);
        let (mut read, mut written, mut cut) = (0, 0, 0);
        loop {
            // What is empty is the end of the input.
            let input = record.get(read..).unwrap_or_default();
            let (text, ends) = (self.text.get_mut(written..), self.ends.get_mut(cut..));
            let (result, r, w, e) = reader.read_record(input, text.unwrap_or_default(), ends.unwrap_or_default());
            (read, written, cut) = (read + r, written + w, cut + e);
            if result != ReadRecordResult::InputEmpty {
                break;
            }
        }
        let mut from = 0;
        cells.extend(self.ends.iter().take(cut).map(|&end| std::mem::replace(&mut from, end)..end));
        self.text.get(..written).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_those_without_quotes() {
        let mut unquoted = Unquoted::separated_by(b',');
        for (record, expected) in [
            (&b"\"a,b\",c"[..], vec!["a,b", "c"]),
            (b"a,\"\",", vec!["a", "", ""]),
            (b"\"a\"\"b\",\"c\nd\"", vec!["a\"b", "c\nd"]),
            (b"\"never closed,1", vec!["never closed,1"]),
            (b"", vec![]),
        ] {
            let mut cells = Vec::new();
            let text = unquoted.undo(record, &mut cells).to_vec();
            let found: Vec<&str> = cells.iter().map(|cell| std::str::from_utf8(&text[cell.clone()]).unwrap()).collect();
            assert_eq!(found, expected);
        }
    }
}
