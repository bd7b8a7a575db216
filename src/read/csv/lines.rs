use std::io;

/// So much of a file is read at a time.
const STRETCH: usize = 1 << 18;

/// A record longer than this is cut: no file of readings has one, and memory stays bounded.
const LONGEST: usize = 1 << 24;

/// The bytes of a file, stretch by stretch, each of whole records as far as its user takes them.
pub(crate) struct Source<R> {
    reader: R,
    buffer: Vec<u8>,
    /// What is in the buffer and not used yet.
    from: usize,
    until: usize,
    ended: bool,
    started: bool,
}

impl<R: io::Read> Source<R> {
    pub(crate) fn new(reader: R) -> Self {
        Source { reader, buffer: Vec::new(), from: 0, until: 0, ended: false, started: false }
    }

    /// Reads on. What was not used comes again, with more behind it. `false` if there is nothing more.
    pub(crate) fn read_on(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.from..self.until, 0);
        (self.from, self.until) = (0, self.until - self.from);
        if self.until == self.buffer.len() && self.until < LONGEST {
            self.buffer.resize((2 * self.until).max(STRETCH), 0);
        } else if self.until < STRETCH / 2 {
            self.buffer.truncate(STRETCH);
            self.buffer.shrink_to(STRETCH);
        }
        while !self.ended && self.until < self.buffer.len() {
            let free = self.buffer.get_mut(self.until..).unwrap_or_default();
            match self.reader.read(free) {
                Ok(0) => self.ended = true,
                Ok(count) => self.until = (self.until + count).min(self.buffer.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if !std::mem::replace(&mut self.started, true) && self.bytes().starts_with(b"\xef\xbb\xbf") {
            self.from = 3;
        }
        Ok(self.from < self.until)
    }

    /// What is there.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.from..self.until).unwrap_or_default()
    }

    /// Whether nothing comes after it.
    pub(crate) fn is_last(&self) -> bool {
        self.ended
    }

    /// Whether no more of it fits.
    pub(crate) fn is_full(&self) -> bool {
        self.until - self.from >= LONGEST
    }

    pub(crate) fn use_up(&mut self, count: usize) {
        self.from = (self.from + count).min(self.until);
    }
}

/// The quotes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    None,
    Closed,
    /// One is never closed.
    Open,
}

/// The length of the first record with its line end, and its quotes; `None` if its end is not there. A record with a quote
/// that is never closed ends with its line; so does every record if they are to be taken `by_lines`.
pub(crate) fn record(bytes: &[u8], is_last: bool, by_lines: bool, delimiter: u8) -> Option<(usize, Quotes)> {
    let end = memchr::memchr(b'\n', bytes).map(|end| end + 1);
    let line = bytes.get(..end.unwrap_or(bytes.len()))?;
    if by_lines || memchr::memchr(b'"', line).is_none() {
        return match end {
            None if !is_last || bytes.is_empty() => None,
            _ => Some((line.len(), if by_lines { Quotes::Open } else { Quotes::None })),
        };
    }
    match quoted(bytes, delimiter) {
        Some(end) => Some((end, Quotes::Closed)),
        None if is_last => Some((line.len(), Quotes::Open)),
        None => None,
    }
}

/// Where a cell with quotes stands.
#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Start,
    Plain,
    Open,
    /// A quote has just closed it, or is the first of two that stand for one.
    Closed,
}

#[cfg(test)]
thread_local! {
    /// How many bytes have been looked at for the end of a record with quotes.
    pub(super) static LOOKED_AT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The length of a record in which a line end may stand within quotes.
fn quoted(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut cell = Cell::Start;
    for (i, &byte) in bytes.iter().enumerate() {
        #[cfg(test)]
        LOOKED_AT.set(LOOKED_AT.get() + 1);
        cell = match (cell, byte) {
            (Cell::Open, b'"') => Cell::Closed,
            (Cell::Open, _) | (Cell::Start | Cell::Closed, b'"') => Cell::Open,
            (_, b'\n') => return Some(i + 1),
            (_, byte) if byte == delimiter => Cell::Start,
            _ => Cell::Plain,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_where_their_quotes_allow() {
        assert_eq!(record(b"a,b\nc", false, false, b','), Some((4, Quotes::None)));
        assert_eq!(record(b"a,b", false, false, b','), None);
        assert_eq!(record(b"a,b", true, false, b','), Some((3, Quotes::None)));
        assert_eq!(record(b"", true, false, b','), None);
        assert_eq!(record(b"\"a\nb\",c\nd", false, false, b','), Some((8, Quotes::Closed)));
        assert_eq!(record(b"\"a\"\"\n\",c\nd", false, false, b','), Some((9, Quotes::Closed)));
        assert_eq!(record(b"a\"b\nc", false, false, b','), Some((4, Quotes::Closed)));
        assert_eq!(record(b"\"a\nb", false, false, b','), None);
        assert_eq!(record(b"\"a\nb", true, false, b','), Some((3, Quotes::Open)));
    }

    #[test]
    fn a_source_gives_back_what_was_not_used() {
        let mut source = Source::new(&b"\xef\xbb\xbfab\ncd"[..]);
        assert!(source.read_on().unwrap());
        assert_eq!(source.bytes(), b"ab\ncd");
        source.use_up(3);
        assert!(source.read_on().unwrap());
        assert_eq!((source.bytes(), source.is_last()), (&b"cd"[..], true));
        source.use_up(2);
        assert!(!source.read_on().unwrap());
    }
}
