//! Where records come from: files, folders, lines, standard input, spreadsheets; a few at a time, whatever their number.

use pue::{Code, Finding, finding::harmless};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::{Path, PathBuf},
};

/// One record: where it stands, and its bytes or why there are none.
pub struct Record {
    pub source: String,
    pub content: Content,
}

pub enum Content {
    Json(Vec<u8>),
    Xlsx(Vec<u8>),
    /// It cannot be read at all.
    Lost(Box<Finding>),
}

/// No record is longer; a submission has some kilobytes.
const LONGEST: u64 = 1 << 25;

/// The files behind the paths, folders in order, each with the name that the answer gives it.
pub fn files(paths: &[PathBuf]) -> Result<Vec<(String, PathBuf)>, String> {
    listed(paths).map(|(files, _)| files)
}

/// The same; those that are passed over are told.
pub fn files_aloud(paths: &[PathBuf]) -> Result<Vec<(String, PathBuf)>, String> {
    let (files, passed) = listed(paths)?;
    say_passed(&passed);
    Ok(files)
}

/// What is read, and the names of what is passed over.
type Listed = (Vec<(String, PathBuf)>, Vec<String>);

fn listed(paths: &[PathBuf]) -> Result<Listed, String> {
    let (mut all, mut passed) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            collect(path, path, &mut all, &mut passed)?
        } else {
            all.push((path.display().to_string(), path.clone()))
        }
    }
    Ok((all, passed))
}

/// So many files that are passed over are named.
const MOST_PASSED: usize = 20;

/// Files of a folder that look like submissions or readings in a form that is not read here are not passed over in silence.
fn say_passed(passed: &[String]) {
    for name in passed.iter().take(MOST_PASSED) {
        crate::output::say(&format!("{}: not read: expected *.json, *.ndjson, *.jsonl or *.xlsx", harmless(name)));
    }
    if passed.len() > MOST_PASSED {
        crate::output::say(&format!("… {} more files are not read", passed.len() - MOST_PASSED));
    }
}

/// Whether a file may hold what was meant to be read.
fn may_hold_records(name: &str) -> bool {
    let kinds =
        [".xls", ".xlsm", ".xlsb", ".ods", ".et", ".csv", ".gz", ".zip", ".7z", ".rar", ".xml", ".toml", ".txt"];
    let name = name.to_lowercase();
    kinds.iter().any(|kind| name.ends_with(kind))
}

fn collect(
    top: &Path,
    folder: &Path,
    all: &mut Vec<(String, PathBuf)>,
    passed: &mut Vec<String>,
) -> Result<(), String> {
    let fault = |error: io::Error| format!("{}: {error}", folder.display());
    let mut entries: Vec<_> = std::fs::read_dir(folder).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        // A link may lead back up: only real folders are entered.
        if entry.file_type().map_err(fault)?.is_dir() {
            collect(top, &path, all, passed)?;
        } else {
            let name = path.strip_prefix(top).unwrap_or(&path).display().to_string();
            let is_one = ["json", "ndjson", "jsonl", "xlsx"].contains(&ending(&path).as_str());
            if is_one && !crate::output::is_own(&path) {
                all.push((name, path));
            } else if !is_one && may_hold_records(&name) {
                passed.push(name);
            }
        }
    }
    Ok(())
}

/// The ending of a file's name, in small letters.
fn ending(path: &Path) -> String {
    path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// How many bytes there are to read, if that is known.
pub fn size(files: &[(String, PathBuf)]) -> Option<u64> {
    let size = |path: &Path| if is_standard_input(path) { None } else { std::fs::metadata(path).ok() };
    files.iter().map(|(_, path)| size(path).map(|data| data.len())).sum()
}

/// Hands over each record of a file, with the number of bytes read for it, until the taker says no. A file that cannot be
/// read is a record too, so that it never stops the others.
pub fn each_record(name: &str, path: &Path, take: &mut dyn FnMut(Record, u64) -> bool) -> bool {
    let lost = |error: &dyn std::fmt::Display| {
        let mut finding = Finding::new(Code::FileUnreadable).found(error);
        finding.file = Some(name.to_owned());
        Record { source: name.to_owned(), content: Content::Lost(Box::new(finding)) }
    };
    let reader: Box<dyn Read> = match is_standard_input(path) {
        true => Box::new(io::stdin().lock()),
        false => match File::open(path) {
            Ok(file) => Box::new(file),
            Err(error) => return take(lost(&error), 0),
        },
    };
    let mut reader = BufReader::with_capacity(1 << 18, reader);
    if ending(path) == "xlsx" {
        let mut bytes = Vec::new();
        return match reader.take(LONGEST + 1).read_to_end(&mut bytes) {
            Ok(read) if read as u64 <= LONGEST => {
                take(Record { source: name.to_owned(), content: Content::Xlsx(bytes) }, read as u64)
            }
            Ok(read) => take(Record { source: name.to_owned(), content: too_large(name) }, read as u64),
            Err(error) => take(lost(&error), 0),
        };
    }
    let named = is_standard_input(path) || ["ndjson", "jsonl"].contains(&ending(path).as_str());
    if named {
        return values(name, reader, take);
    }
    let mut first = Vec::new();
    let read = match line(&mut reader, &mut first) {
        Err(error) => return take(lost(&error), 0),
        Ok(read) => read.unwrap_or(0),
    };
    // A first line that is a record of its own: records by line. Else the file is one record.
    if is_json(&first) || read > LONGEST {
        return lines(name, &mut reader, (1, Some((first, read))), take);
    }
    let mut whole = Vec::new();
    match Cursor::new(first).chain(reader).take(LONGEST).read_to_end(&mut whole) {
        Err(error) => take(lost(&error), whole.len() as u64),
        Ok(read) => {
            let content = if read as u64 == LONGEST { too_large(name) } else { Content::Json(whole) };
            take(Record { source: name.to_owned(), content }, read as u64)
        }
    }
}

/// Values that were begun and came to nothing are read to their end, until this much was read for nothing; from then on each
/// line is a record: else a sender of many would have all of the rest read again for each.
const MOST_WASTED: usize = 2 * LONGEST as usize;

/// One value after another, in a line or over several lines, each handed over as soon as it is whole; a line that is none, and
/// begins none, is a record that cannot be read.
fn values(name: &str, reader: impl BufRead, take: &mut dyn FnMut(Record, u64) -> bool) -> bool {
    let mut source = Source { again: Vec::new(), at: 0, reader };
    let (mut number, mut wasted, mut is_first) = (1_u64, 0, true);
    loop {
        let mut bytes = Vec::new();
        let label = format!("{name}:{number}");
        let mut read = match line(&mut source, &mut bytes) {
            Ok(None) => return true,
            Ok(Some(read)) => read,
            Err(error) => {
                let mut finding = Finding::new(Code::FileUnreadable).found(error);
                finding.file = Some(name.to_owned());
                return take(Record { source: label, content: Content::Lost(Box::new(finding)) }, 0);
            }
        };
        // A mark of the encoding may stand at the start.
        if number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let mut line_ends = 1;
        let content = if read > LONGEST {
            too_large(&label)
        } else if bytes.trim_ascii().is_empty() {
            number += 1;
            continue;
        } else {
            let begins = bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[");
            if begins && !is_closed(&bytes) && wasted < MOST_WASTED {
                let first = bytes.clone();
                source.give_back(&bytes);
                bytes.clear();
                match spread(&mut source, &mut bytes) {
                    Ok(Spread::Value) => {
                        read = bytes.len() as u64;
                        line_ends = bytes.iter().filter(|&&byte| byte == b'\n').count().max(1) as u64;
                    }
                    Ok(Spread::Fault) => {
                        wasted += bytes.len();
                        // All of it again, but for its first line.
                        source.give_back(&bytes);
                        source.consume(first.len());
                        bytes = first;
                    }
                    Err(_) => {} // what was read of it is answered; then the error comes again
                }
            }
            Content::Json(bytes)
        };
        // Of a single value over several lines its file is name enough.
        let source = if is_first && line_ends > 1 { name.to_owned() } else { label };
        (is_first, number) = (false, number + line_ends);
        if !take(Record { source, content }, read) {
            return false;
        }
    }
}

/// Whether all brackets of a line are closed at its end, and not before.
fn is_closed(line: &[u8]) -> bool {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    let line = line.trim_ascii();
    for (i, byte) in line.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => depth += 1,
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && i + 1 < line.len() {
            return true; // one that ends within the line is none that goes on
        }
    }
    depth == 0
}

/// What is read, and what was read already and is to be read again.
struct Source<R> {
    again: Vec<u8>,
    at: usize,
    reader: R,
}

impl<R> Source<R> {
    fn give_back(&mut self, bytes: &[u8]) {
        let rest = self.again.get(self.at..).unwrap_or_default();
        (self.again, self.at) = ([bytes, rest].concat(), 0);
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.again.len() {
            return Ok(self.again.get(self.at..).unwrap_or_default());
        }
        self.reader.fill_buf()
    }

    fn consume(&mut self, read: usize) {
        if self.at < self.again.len() {
            self.at += read;
        } else {
            self.reader.consume(read);
        }
    }
}

/// What comes of a value that is begun.
enum Spread {
    /// It is whole, with the rest of its last line, which is blank.
    Value,
    /// It is none, or something stands behind it on its line.
    Fault,
}

/// Takes a value, which may stand over several lines, as soon as it is whole: a pipe need not end for that.
fn spread(source: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<Spread> {
    let mut tee = Tee { source: &mut *source, bytes: &mut *bytes };
    let mut values = serde_json::Deserializer::from_reader(&mut tee).into_iter::<serde::de::IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => {}
        Some(Err(error)) if error.is_io() => return Err(error.into()),
        _ => return Ok(Spread::Fault),
    }
    // What stands behind it on its line.
    let is_end = until_line_end(source, bytes)?;
    Ok(if is_end || bytes.ends_with(b"\n") { Spread::Value } else { Spread::Fault })
}

/// Takes blanks to the end of the line, as far as they go; whether all ends there.
fn until_line_end(source: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(true);
        }
        let blanks = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let line = buffer.iter().take(blanks).position(|&byte| byte == b'\n').map(|at| at + 1);
        let taken = line.unwrap_or(blanks).min((LONGEST as usize).saturating_sub(bytes.len()));
        let is_whole = taken == buffer.len() && line.is_none();
        bytes.extend(buffer.iter().take(taken));
        source.consume(taken);
        if !is_whole {
            return Ok(false);
        }
    }
}

/// Keeps what is read through it, up to the longest that a record may be.
struct Tee<'t, S> {
    source: S,
    bytes: &'t mut Vec<u8>,
}

impl<S: Read> Read for Tee<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = (LONGEST as usize).saturating_sub(self.bytes.len()).min(buffer.len());
        let read = match buffer.get_mut(..left) {
            Some(buffer) => self.source.read(buffer)?,
            None => 0,
        };
        self.bytes.extend(buffer.iter().take(read));
        Ok(read)
    }
}

fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

fn too_large(name: &str) -> Content {
    let mut finding = Finding::new(Code::JsonTooLarge).expected(format!("≤ {LONGEST}"));
    finding.file = Some(name.to_owned());
    Content::Lost(Box::new(finding))
}

/// Records by line, from a line of some number on; if that has been read already it comes first.
fn lines(
    name: &str,
    reader: &mut dyn BufRead,
    (start, mut ready): (u64, Option<(Vec<u8>, u64)>),
    take: &mut dyn FnMut(Record, u64) -> bool,
) -> bool {
    for number in start.. {
        let source = || format!("{name}:{number}");
        let (bytes, read) = match ready.take() {
            Some(first) => first,
            None => {
                let mut bytes = Vec::new();
                match line(reader, &mut bytes) {
                    Ok(None) => return true,
                    Ok(Some(read)) => (bytes, read),
                    Err(error) => {
                        let mut finding = Finding::new(Code::FileUnreadable).found(error);
                        finding.file = Some(name.to_owned());
                        return take(Record { source: source(), content: Content::Lost(Box::new(finding)) }, 0);
                    }
                }
            }
        };
        let content = if read > LONGEST { too_large(&source()) } else { Content::Json(bytes) };
        let is_blank = matches!(&content, Content::Json(bytes) if bytes.trim_ascii().is_empty());
        if !is_blank && !take(Record { source: source(), content }, read) {
            return false;
        }
    }
    true
}

/// Reads a line, and says how many bytes it had; of one that is too long the rest is passed over.
fn line(reader: &mut dyn BufRead, bytes: &mut Vec<u8>) -> io::Result<Option<u64>> {
    let mut read = reader.take(LONGEST).read_until(b'\n', bytes)? as u64;
    if read == LONGEST && bytes.last() != Some(&b'\n') {
        loop {
            let buffer = reader.fill_buf()?;
            let end = buffer.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
            let (length, passed) = (buffer.len(), end.unwrap_or(buffer.len()));
            reader.consume(passed);
            read += passed as u64;
            if end.is_some() || length == 0 {
                read += 1; // one byte more than allowed, at least
                break;
            }
        }
    }
    Ok((read > 0).then_some(read))
}
