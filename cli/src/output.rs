//! Where answers go: files that are not read, and standard output.

use pue::finding::is_harmful;
use std::{
    fs::File,
    io::{BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// Nothing that is read, and nothing else that is written, may be written over: a file is emptied before its answer is
/// there.
pub fn spare(inputs: &[PathBuf], outputs: &[(&str, Option<&PathBuf>)]) -> Result<(), String> {
    // A file that is not there yet has its place in its folder; what is no file (/dev/null) cannot be lost.
    let real = |path: &Path| {
        let folder = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        let new = || Some(folder?.canonicalize().ok()?.join(path.file_name()?));
        path.canonicalize().ok().or_else(new).filter(|path| !path.exists() || path.is_file())
    };
    let mut taken: Vec<(PathBuf, &str)> = inputs.iter().filter_map(|path| Some((real(path)?, ""))).collect();
    for (option, path) in outputs.iter().filter_map(|(option, path)| Some((*option, path.as_ref()?))) {
        let Some(file) = real(path) else { continue };
        match taken.iter().find(|(known, _)| *known == file) {
            Some((_, "")) => {
                return Err(format!("{option} {}: expected another file than those that are read", path.display()));
            }
            Some((_, other)) => return Err(format!("{option} {}: expected another file than {other}", path.display())),
            None => taken.push((file, option)),
        }
    }
    Ok(())
}

/// What is said of a spreadsheet by a program that cannot read it.
#[cfg(not(feature = "xlsx"))]
pub const NO_XLSX: &str = "this program was built without spreadsheets; build it with the feature xlsx (cargo install --path cli --features xlsx)";

/// Reads a file; the error names it.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// What people read: nothing of a stranger's steers the terminal. Lines are ours; what is within them is made harmless where it
/// is put into them.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c != '\n' && is_harmful(c) { '\u{fffd}' } else { c }).collect()
}

/// Says something beside the answers, on standard error; nobody need be there to hear it.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", plain(text));
}

/// Says what went wrong: what follows its first line is indented, so that no line of a stranger's looks like one of ours.
pub fn say_error(text: &str) {
    say(&text.trim_end().replace('\n', "\n  "));
}

/// Writes text for people to a file, or to standard output.
pub fn write(out: Option<&Path>, text: &str) -> Result<(), String> {
    write_data(out, &plain(text))
}

/// The same with the marks of a table, which comes first, in colours.
pub fn write_marked(out: Option<&Path>, text: &str) -> Result<(), String> {
    let text = plain(text);
    let (table, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let table: Vec<String> = table.lines().map(coloured).collect();
    write_data(out, &format!("{}\n\n{rest}", table.join("\n")))
}

/// Marks in green, red and yellow, for a terminal.
fn coloured(line: &str) -> String {
    let in_colour = |mark: &str, code: u8| format!("\u{1b}[{code}m{mark}\u{1b}[0m");
    line.trim_end()
        .replace('✓', &in_colour("✓", 32))
        .replace('✗', &in_colour("✗", 31))
        .replace(" ? ", &format!(" {} ", in_colour("?", 33)))
}

/// Writes data as they are to a file, or to standard output, without colours unless that is a terminal that wants them.
pub fn write_data(out: Option<&Path>, text: &str) -> Result<(), String> {
    match out {
        Some(path) => std::fs::write(path, anstream::adapter::strip_str(text).to_string())
            .map_err(|error| format!("--out {}: {error}", path.display())),
        None => {
            let mut out = anstream::stdout().lock();
            shown(out.write_all(text.as_bytes()).and_then(|()| out.flush())).map(drop)
        }
    }
}

/// A reader that closes the pipe early has seen enough: whether it is still there.
fn shown(written: std::io::Result<()>) -> Result<bool, String> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(format!("standard output: {error}")),
        Ok(()) => Ok(true),
    }
}

/// Where answers go, line by line: whatever has been written is whole, whenever it ends.
pub enum Output {
    File(BufWriter<File>, String),
    Standard,
}

impl Output {
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Output::Standard) };
        let name = path.display().to_string();
        let file = File::create(path).map_err(|error| format!("{name}: {error}"))?;
        Ok(Output::File(BufWriter::with_capacity(1 << 18, file), name))
    }

    /// Writes bytes as they are; `false`: nobody reads any more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<bool, String> {
        match self {
            Output::File(file, name) => {
                file.write_all(bytes).map(|()| true).map_err(|error| format!("{name}: {error}"))
            }
            Output::Standard => shown(std::io::stdout().lock().write_all(bytes)),
        }
    }

    pub fn close(self) -> Result<(), String> {
        match self {
            Output::File(mut file, name) => file.flush().map_err(|error| format!("{name}: {error}")),
            Output::Standard => shown(std::io::stdout().flush()).map(drop),
        }
    }
}
