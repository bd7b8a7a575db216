//! Bytes for parsers that are somebody else's: how long a text or a number may be that such a parser keeps, and which line it is at.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// The longest text that a file of readings has.
pub(super) const LONGEST: usize = 1 << 20;

/// So much is read at a time.
const STRETCH: usize = 1 << 16;

/// The line that is being read, for who has given the reader away.
#[derive(Clone, Debug)]
pub(super) struct LineOf(Rc<Cell<u64>>);

impl LineOf {
    pub(super) fn get(&self) -> u64 {
        self.0.get()
    }
}

/// JSON, byte by byte: a text or number that is longer than any is an error, before its parser keeps it.
pub(super) struct JsonBytes<R> {
    reader: R,
    buffer: Vec<u8>,
    from: usize,
    line: LineOf,
    is_text: bool,
    is_escaped: bool,
    length: usize,
}

impl<R: Read> JsonBytes<R> {
    pub(super) fn new(reader: R) -> Self {
        let line = LineOf(Rc::new(Cell::new(1)));
        JsonBytes { reader, buffer: Vec::new(), from: 0, line, is_text: false, is_escaped: false, length: 0 }
    }

    pub(super) fn line(&self) -> LineOf {
        self.line.clone()
    }

    fn notice(&mut self, byte: u8) -> io::Result<()> {
        if self.is_text {
            let ends = byte == b'"' && !self.is_escaped;
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            self.is_text = !ends;
            self.length += 1;
        } else if matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'a'..=b'z' | b'A'..=b'Z') {
            self.length += 1;
        } else {
            self.is_text = byte == b'"';
            self.length = 0;
            if byte == b'\n' {
                self.line.0.set(self.line.get() + 1);
            }
        }
        if self.length > LONGEST { Err(too_long()) } else { Ok(()) }
    }
}

impl<R: Read> Read for JsonBytes<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(to) = into.first_mut() else { return Ok(0) };
        if self.from == self.buffer.len() {
            fill(&mut self.reader, &mut self.buffer)?;
            self.from = 0;
        }
        let Some(&byte) = self.buffer.get(self.from) else { return Ok(0) };
        self.from += 1;
        *to = byte;
        self.notice(byte)?;
        Ok(1)
    }
}

/// XML, piece by piece: a piece that is longer than any is an error.
#[cfg(feature = "greenbutton")]
pub(super) struct XmlBytes<R> {
    reader: R,
    buffer: Vec<u8>,
    from: usize,
    line: LineOf,
    /// How much of a piece was read.
    length: usize,
}

#[cfg(feature = "greenbutton")]
impl<R: Read> XmlBytes<R> {
    pub(super) fn new(reader: R) -> Self {
        let line = LineOf(Rc::new(Cell::new(1)));
        XmlBytes { reader, buffer: Vec::new(), from: 0, line, length: 0 }
    }

    pub(super) fn line(&self) -> LineOf {
        self.line.clone()
    }

    /// A new piece begins.
    pub(super) fn begin(&mut self) {
        self.length = 0;
    }
}

#[cfg(feature = "greenbutton")]
impl<R: Read> Read for XmlBytes<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = io::BufRead::fill_buf(self)?.read(into)?;
        io::BufRead::consume(self, read);
        Ok(read)
    }
}

#[cfg(feature = "greenbutton")]
impl<R: Read> io::BufRead for XmlBytes<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.length > LONGEST {
            return Err(too_long());
        }
        if self.from >= self.buffer.len() {
            fill(&mut self.reader, &mut self.buffer)?;
            self.from = 0;
        }
        Ok(self.buffer.get(self.from..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let used = self.buffer.get(self.from..self.from + count).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', used).count() as u64;
        self.line.0.set(self.line.get() + lines);
        self.from += count;
        self.length += count;
    }
}

fn fill(reader: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.resize(STRETCH, 0);
    loop {
        match reader.read(buffer) {
            Ok(count) => {
                buffer.truncate(count);
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                buffer.clear();
                return Err(error);
            }
        }
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a text longer than {LONGEST} bytes"))
}

/// Whether bytes are readable and not what they should be, rather than not to be had.
pub(super) fn is_content(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}
