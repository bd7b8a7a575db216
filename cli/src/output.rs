//! Where answers go: files that are not read, and standard output.

use pue::finding::is_harmful;
use std::{
    collections::BTreeSet,
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
    let read: BTreeSet<(u64, u64)> =
        inputs.iter().filter_map(|path| identity(&std::fs::metadata(path).ok()?)).collect();
    for (option, path) in outputs.iter().filter_map(|(option, path)| Some((*option, path.as_ref()?))) {
        let Some(file) = real(path) else { continue };
        // Another name of a file that is read is that file.
        let own = std::fs::metadata(&file).ok().as_ref().and_then(identity);
        let is_read = own.is_some_and(|own| read.contains(&own));
        match taken.iter().find(|(known, _)| *known == file || is_read) {
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
        Some(path) => write_file("--out", path, anstream::adapter::strip_str(text).to_string().as_bytes()),
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

/// Where answers go, line by line. A file is written beside its place, and put there when it is whole: a run that fails leaves
/// what was there before, and what one that was killed leaves behind has a name of its own.
pub enum Output {
    File {
        beside: BufWriter<File>,
        name: String,
        partial: Partial,
        place: PathBuf,
    },
    /// What is no file on a disk (/dev/null, a pipe) has no place beside it.
    Direct(BufWriter<File>, String),
    Standard,
}

/// A file that is not whole yet; it goes unless it has got its place.
pub struct Partial(Option<PathBuf>);

impl Partial {
    fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// What is added to the name of a file that is not whole yet.
const PARTIAL: &str = ".partial";

impl Output {
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Output::Standard) };
        let name = path.display().to_string();
        let writer = |file: File| BufWriter::with_capacity(1 << 18, file);
        let fault = |error: std::io::Error| format!("{name}: {error}");
        if path.exists() && !path.is_file() {
            let file = File::create(path).map_err(fault)?;
            return Ok(Output::Direct(writer(file), name));
        }
        // Where a link leads the file is.
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut partial = place.clone().into_os_string();
        partial.push(PARTIAL);
        let partial = Partial(Some(PathBuf::from(partial)));
        let file = File::create(partial.path()).map_err(fault)?;
        Ok(Output::File { beside: writer(file), name, partial, place })
    }

    /// Writes bytes as they are; `false`: nobody reads any more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<bool, String> {
        match self {
            Output::File { beside: file, name, .. } | Output::Direct(file, name) => {
                file.write_all(bytes).map(|()| true).map_err(|error| format!("{name}: {error}"))
            }
            Output::Standard => shown(std::io::stdout().lock().write_all(bytes)),
        }
    }

    /// Ends it: the file is whole.
    pub fn close(self) -> Result<(), String> {
        match self {
            Output::File { mut beside, name, mut partial, place } => {
                let done = beside.flush().and_then(|()| std::fs::rename(partial.path(), &place));
                done.map(|()| partial.0 = None).map_err(|error| format!("{name}: {error}"))
            }
            Output::Direct(mut file, name) => file.flush().map_err(|error| format!("{name}: {error}")),
            Output::Standard => shown(std::io::stdout().flush()).map(drop),
        }
    }
}

/// Writes a whole file at once.
pub fn write_file(option: &str, path: &Path, bytes: &[u8]) -> Result<(), String> {
    let named = |error: String| format!("{option} {error}");
    let mut out = Output::open(Some(path)).map_err(named)?;
    out.write(bytes).map_err(named)?;
    out.close().map_err(named)
}

/// What a file is on its disk, whatever it is called.
#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> Option<(u64, u64)> {
    None
}

/// The file that standard output goes to, if it goes to one.
#[cfg(unix)]
fn standard_output() -> Option<(u64, u64)> {
    use std::os::fd::AsFd;
    let file = File::from(std::io::stdout().as_fd().try_clone_to_owned().ok()?);
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    identity(&metadata)
}

#[cfg(not(unix))]
fn standard_output() -> Option<(u64, u64)> {
    None
}

/// Whether a file is the one that standard output goes to, or is not whole yet: it is not among what is read.
pub fn is_own(path: &Path) -> bool {
    let same = || identity(&std::fs::metadata(path).ok()?).filter(|own| standard_output() == Some(*own));
    path.to_string_lossy().ends_with(PARTIAL) || same().is_some()
}
