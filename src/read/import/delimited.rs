//! Text with separated cells: bytes to rows, in bounded memory.

use super::{Mapping, entry::Receive, table::Row};
use crate::{
    finding::{Code, Finding},
    read::csv::{Faults, OPEN_QUOTES, Quotes, Source, TextOf, Unquoted, record},
};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, Read};

/// Takes rows as they are read.
pub(super) trait Rows {
    fn row(&mut self, row: &Row<'_>, faults: &mut Faults<'_>, to: &mut impl Receive);

    /// Whether nothing can come of the rest.
    fn is_hopeless(&self, line: u64) -> bool;
}

/// What separates the cells of a mapping's file, and the encoding that it states.
pub(super) fn dialect(mapping: &Mapping) -> (u8, Option<&'static Encoding>) {
    let delimiter = mapping.dialect.delimiter.map_or(b',', |mark| mark as u32 as u8); // checked to be ASCII
    (delimiter, mapping.dialect.encoding.as_deref().and_then(|name| Encoding::for_label(name.as_bytes())))
}

/// Reads all rows.
pub(super) fn read(
    delimiter: u8,
    encoding: Option<&'static Encoding>,
    rows: &mut impl Rows,
    reader: impl Read,
    faults: &mut Faults<'_>,
    to: &mut impl Receive,
) -> io::Result<()> {
    let mut source = Source::new(Decoded::new(reader, encoding)?);
    let (mut line, mut open_quotes, mut encoding) = (1, 0, TextOf::default());
    let (mut unquoted, mut ranges) = (Unquoted::separated_by(delimiter), Vec::new());
    while source.read_on()? {
        if encoding.notice(source.bytes()) {
            faults.found(Finding::new(Code::CsvEncoding));
        }
        let mut used = 0;
        let mut cells: Vec<&[u8]> = Vec::new();
        while let Some(bytes) = source.bytes().get(used..)
            && let Some((length, quotes)) = record(
                bytes,
                source.is_last() || (used == 0 && source.is_full()),
                open_quotes >= OPEN_QUOTES,
                delimiter,
            )
        {
            let whole = bytes.get(..length).unwrap_or_default();
            let lines = if quotes == Quotes::None { 1 } else { memchr::memchr_iter(b'\n', whole).count().max(1) };
            used += length;
            open_quotes += u32::from(quotes == Quotes::Open && open_quotes < OPEN_QUOTES);
            let trimmed = without_line_end(whole);
            faults.lines(lines as u64);
            if quotes == Quotes::None {
                cells.clear();
                let mut from = 0;
                for end in memchr::memchr_iter(delimiter, trimmed).chain([trimmed.len()]) {
                    cells.push(trimmed.get(from..end).unwrap_or_default().trim_ascii());
                    from = end + 1;
                }
                rows.row(&Row { cells: &cells, line, encoding }, faults, to);
            } else {
                ranges.clear();
                let text = unquoted.undo(trimmed, &mut ranges);
                let cells: Vec<&[u8]> =
                    ranges.iter().map(|range| text.get(range.clone()).unwrap_or_default().trim_ascii()).collect();
                rows.row(&Row { cells: &cells, line, encoding }, faults, to);
            }
            faults.lines(1);
            line += lines as u64;
            if rows.is_hopeless(line) {
                return Ok(());
            }
        }
        drop(cells);
        source.use_up(used);
        if used == 0 && (source.is_last() || source.is_full()) {
            break;
        }
    }
    Ok(())
}

fn without_line_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}

/// Bytes of a stated encoding, or of UTF-16 that says so itself, as UTF-8; all others as they are.
pub(super) struct Decoded<R> {
    reader: R,
    decoder: Option<Decoder>,
    /// What was read and not decoded yet.
    raw: Vec<u8>,
    /// What was decoded and not taken yet.
    text: Vec<u8>,
    taken: usize,
    ended: bool,
}

/// So much is decoded at a time.
const STRETCH: usize = 1 << 16;

impl<R: Read> Decoded<R> {
    pub(super) fn new(mut reader: R, stated: Option<&'static Encoding>) -> io::Result<Self> {
        let mut first = [0; 2];
        let mut length = 0;
        while length < 2 {
            match reader.read(first.get_mut(length..).unwrap_or_default()) {
                Ok(0) => break,
                Ok(count) => length += count.min(2 - length),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let encoding = match first {
            [0xff, 0xfe] => Some(UTF_16LE),
            [0xfe, 0xff] => Some(UTF_16BE),
            _ => stated.filter(|encoding| *encoding != UTF_8),
        };
        let raw = first.get(..length).unwrap_or_default().to_vec();
        Ok(Decoded {
            reader,
            decoder: encoding.map(Encoding::new_decoder),
            raw,
            text: Vec::new(),
            taken: 0,
            ended: false,
        })
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            if self.raw.is_empty() {
                return self.reader.read(into);
            }
            let count = self.raw.len().min(into.len());
            into.iter_mut().zip(self.raw.drain(..count)).for_each(|(to, byte)| *to = byte);
            return Ok(count);
        }
        while self.taken == self.text.len() && !self.ended {
            let before = self.raw.len();
            self.raw.resize(STRETCH.max(before), 0);
            let count =
                if before < STRETCH { self.reader.read(self.raw.get_mut(before..).unwrap_or_default())? } else { 0 };
            self.ended = before < STRETCH && count == 0;
            self.raw.truncate(before + count);
            self.text.clear();
            self.text.resize(4 * STRETCH, 0);
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            let (_, read, written, _) = decoder.decode_to_utf8(&self.raw, &mut self.text, self.ended);
            self.raw.drain(..read);
            self.text.truncate(written);
            self.taken = 0;
        }
        let rest = self.text.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
        self.taken += count;
        Ok(count)
    }
}
