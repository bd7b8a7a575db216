use super::{
    CsvError,
    cells::{Clock, NoTime, decimal, number},
    encoding::TextOf,
    layout::{Layout, Optional, When, rivals},
    lines::{Quotes, Source, record},
    quoted::Unquoted,
    wide::{self, Column},
};
use crate::{
    finding::{Code, Finding, Gathered, Text},
    metering::{Mark, MeterKind, NO_REVISION, Quality, Stamp},
    site::Site,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io,
};

/// One reading as it stood in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The start of an interval, where it is stated.
    pub start: Option<i64>,
    pub time: i64,
    pub value: f64,
    /// How much of the interval the value covers, where it is stated.
    pub known_ms: Option<i64>,
    pub line: u64,
    /// What a single stamp marks.
    pub stamp: Stamp,
    pub mark: Mark,
}

/// Takes the readings of a file, one after the other; `meter` is the meter's place on the site.
pub(crate) trait Take {
    fn take(&mut self, meter: usize, reading: Reading, faults: &mut Faults<'_>);
}

/// What was found in one file.
pub(crate) struct Faults<'a> {
    site: Option<&'a Site>,
    file: String,
    gathered: Gathered,
    unknown: BTreeMap<String, u64>,
    /// Rows of other facilities.
    elsewhere: u64,
    /// How many lines the record that is looked at has: a stray quote makes one of many.
    lines: u64,
    /// What was found already, and how often it was found again since.
    #[cfg(feature = "json")]
    again: Vec<(Code, String, u64)>,
}

/// So much of what was found is remembered to be counted when it is found again.
#[cfg(feature = "json")]
const AGAIN: usize = 16;

/// So many foreign meters are told apart; the rest are counted together.
const UNKNOWN: usize = 1000;

impl<'a> Faults<'a> {
    pub(crate) fn new(site: Option<&'a Site>, file: &str) -> Self {
        Faults {
            site,
            file: file.to_owned(),
            gathered: Gathered::default(),
            unknown: BTreeMap::new(),
            elsewhere: 0,
            lines: 1,
            #[cfg(feature = "json")]
            again: Vec::new(),
        }
    }

    /// How many lines the record has that is looked at.
    #[cfg(feature = "json")]
    pub(crate) fn lines(&mut self, lines: u64) {
        self.lines = lines;
    }

    /// Whether the file itself is none of its kind.
    #[cfg(feature = "json")]
    pub(crate) fn is_broken(&self) -> bool {
        self.gathered.has(Code::ImportBroken)
    }

    /// Within a part of the file, such as a sheet.
    #[cfg(feature = "xlsx")]
    pub(crate) fn within(&mut self, part: &str) {
        self.file = format!("{}, {part}", self.file);
    }

    /// What is wrong with the file as a whole.
    pub(crate) fn found(&mut self, mut finding: Finding) {
        finding.file = Some(self.file.clone());
        self.gathered.push(finding);
    }

    /// The first that was found.
    #[cfg(feature = "json")]
    pub(crate) fn first(&self) -> Option<&Finding> {
        self.gathered.first()
    }

    pub(crate) fn push(
        &mut self,
        code: Code,
        line: u64,
        column: Option<usize>,
        meter: &str,
        found: impl Into<Text>,
        expected: impl Into<Text>,
    ) {
        let mut finding = Finding::new(code).found_text(found).expected(expected);
        finding.file = Some(self.file.clone());
        finding.line = Some(line);
        finding.column = column.map(|column| column as u64 + 1);
        finding.count = self.lines;
        finding.meter = Some(meter).filter(|id| !id.is_empty()).map(str::to_owned);
        self.gathered.push(finding);
    }

    /// The same for what may be found on every row: of a meter it is told once, and counted after that.
    #[cfg(feature = "json")]
    pub(crate) fn tell(
        &mut self,
        code: Code,
        line: u64,
        column: Option<usize>,
        meter: &str,
        say: impl FnOnce() -> (Text, Text),
    ) {
        if let Some((_, _, count)) = self.again.iter_mut().find(|(known, of, _)| *known == code && of == meter) {
            *count += self.lines;
            return;
        }
        if self.again.len() < AGAIN {
            self.again.push((code, meter.to_owned(), 0));
        }
        let (found, expected) = say();
        self.push(code, line, column, meter, found, expected);
    }

    /// Rows of a meter that the site does not list.
    pub(crate) fn unknown(&mut self, id: &str, count: u64) {
        let known = self.unknown.contains_key(id) || self.unknown.len() < UNKNOWN;
        *self.unknown.entry(if known { id } else { "…" }.to_owned()).or_default() += count;
    }

    /// Blank cells of a column that were counted and not kept.
    fn blank(&mut self, column: &Column, count: u64, line: u64) {
        let mut finding = Finding::new(Code::ReadingMissing).meter(&column.id);
        (finding.file, finding.line) = (Some(self.file.clone()), Some(line));
        (finding.column, finding.count) = (Some(column.cell as u64 + 1), count);
        self.gathered.push(finding);
    }

    /// A value that covers more hours than its interval has is no reading.
    pub(crate) fn too_much_known(&mut self, line: u64, meter: &str, length_ms: i64) {
        let hours = length_ms as f64 / 3_600_000.0;
        let found = ("known_h 大于区间长度", "more known_h than the interval has");
        self.push(Code::CsvValue, line, None, meter, found, format!("≤ {hours}"));
    }

    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        #[cfg(feature = "json")]
        for (code, meter, count) in self.again {
            let finding = Finding {
                meter: Some(meter).filter(|id| !id.is_empty()),
                file: Some(self.file.clone()),
                ..Finding::new(code)
            };
            self.gathered.count(&finding, count);
        }
        for (id, count) in self.unknown {
            let Some(site) = self.site else { continue };
            let mut finding = site.unknown_meter(&id);
            finding.file = Some(self.file.clone());
            finding.count = count;
            self.gathered.push(finding);
        }
        if self.elsewhere > 0 {
            let mut finding = Finding::new(Code::CsvOtherFacility);
            if let Some(site) = self.site {
                finding = finding.expected(site.facility().id.as_str());
            }
            (finding.file, finding.count) = (Some(self.file.clone()), self.elsewhere);
            self.gathered.push(finding);
        }
        self.gathered.into_vec()
    }
}

/// Reads a file and hands each reading on.
pub(crate) fn read<'a>(
    site: &'a Site,
    file: &str,
    reader: impl io::Read,
    take: &mut impl Take,
) -> Result<Faults<'a>, CsvError> {
    let unreadable = |error: io::Error| CsvError::Io { file: file.to_owned(), error };
    let faults = Faults::new(Some(site), file);
    let clock = Clock::new(site.time_zone());
    let quoted = Unquoted::separated_by(b',');
    let (cells, columns) = (Vec::new(), Vec::new());
    let mut rows = Rows {
        site,
        faults,
        clock,
        same: None,
        cells,
        quoted,
        columns,
        encoding: TextOf::default(),
        line: 1,
        open_quotes: 0,
    };
    let mut source = Source::new(reader);
    let mut layout = None;
    while source.read_on().map_err(unreadable)? {
        rows.notice_encoding(source.bytes());
        let mut used = 0;
        while let Some(bytes) = source.bytes().get(used..)
            // Of a stretch that is full, at least its first record has to go.
            && let Some((length, quotes)) =
                record(bytes, source.is_last() || (used == 0 && source.is_full()), rows.open_quotes >= OPEN_QUOTES, b',')
        {
            let (line, ahead) = bytes.split_at(length);
            used += length;
            rows.open_quotes += u32::from(quotes == Quotes::Open && rows.open_quotes < OPEN_QUOTES);
            let quoted = quotes != Quotes::None;
            match &layout {
                None if line.trim_ascii().is_empty() => rows.line += 1,
                None => layout = Some(rows.header(line, quoted, file)?),
                Some((layout, width)) => {
                    rows.record(line, quoted, layout, *width, take);
                    used += rows.same_again(ahead, take);
                }
            }
        }
        source.use_up(used);
        if used == 0 && (source.is_last() || source.is_full()) {
            break;
        }
    }
    match layout {
        Some(_) => Ok(rows.finish(take)),
        None => Err(CsvError::Header { file: file.to_owned(), found: String::new() }),
    }
}

struct Rows<'a> {
    site: &'a Site,
    faults: Faults<'a>,
    clock: Clock,
    /// Whose reading the last row was, if the next may be written alike.
    same: Option<Same>,
    /// The cells of a row, in its bytes.
    cells: Vec<std::ops::Range<usize>>,
    quoted: Unquoted,
    /// Those of a wide file.
    columns: Vec<Column>,
    encoding: TextOf,
    line: u64,
    /// How many quotes were never closed.
    open_quotes: u32,
}

/// After so many quotes that are never closed, no more line ends are looked for within quotes: each such search may go
/// through all that is in memory.
pub(crate) const OPEN_QUOTES: u32 = 16;

/// How the rows of one meter are written, but for the clock and the value: what stands before these (facility and meter),
/// between them and after them. Their quotes are part of it.
struct Same {
    prefix: Vec<u8>,
    between: Vec<u8>,
    after: Vec<u8>,
    of: Of,
}

/// Whose reading it is, and what is said of it.
#[derive(Clone, Copy)]
struct Of {
    meter: usize,
    stamp: Stamp,
    known_ms: Option<i64>,
    mark: Mark,
}

impl Same {
    /// Of a line whose last two cells are a time and a value.
    fn new(line: &[u8], of: Of) -> Option<Self> {
        let second = memchr::memrchr(b',', line)?;
        let first = memchr::memrchr(b',', line.get(..second)?)?;
        let quote = |cell: &[u8]| usize::from(cell.len() > 1 && cell.starts_with(b"\"") && cell.ends_with(b"\""));
        let (time, value) = (line.get(first + 1..second)?, line.get(second + 1..)?);
        let (of_time, of_value) = (quote(time), quote(value));
        let part = |from: usize, to: usize| line.get(from..to).map(<[u8]>::to_vec);
        Some(Same {
            prefix: part(0, first + 1 + of_time)?,
            between: part(second - of_time, second + 1 + of_value)?,
            after: part(line.len() - of_value, line.len())?,
            of,
        })
    }
}

impl<'a> Rows<'a> {
    fn notice_encoding(&mut self, bytes: &[u8]) {
        if self.encoding.notice(bytes) {
            self.faults.found(Finding::new(Code::CsvEncoding));
        }
    }

    fn text<'t>(&self, bytes: &'t [u8]) -> Cow<'t, str> {
        self.encoding.text(bytes)
    }

    fn header(&mut self, line: &[u8], quoted: bool, file: &str) -> Result<(Layout, usize), CsvError> {
        if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
            return Err(CsvError::Utf16 { file: file.to_owned() });
        }
        self.line += memchr::memchr_iter(b'\n', line).count().max(1) as u64;
        self.split(line, quoted, |rows, line| {
            let cells: Vec<String> =
                rows.cells.iter().map(|cell| rows.text(cell_of(line, cell)).into_owned()).collect();
            if let Some(rivals) = rivals(&cells) {
                let found: String = rivals.join(", ").chars().take(200).collect();
                return Err(CsvError::Rivals { file: file.to_owned(), found });
            }
            match Layout::new(&cells) {
                Some(layout) => {
                    if let Layout::Wide { meters, .. } = &layout {
                        let mut known = BTreeSet::new();
                        if let Some((_, twice)) = meters.iter().find(|(_, id)| !known.insert(id)) {
                            return Err(CsvError::Rivals { file: file.to_owned(), found: format!("{twice}, {twice}") });
                        }
                        rows.columns = meters.iter().map(|(cell, id)| Column::new(rows.site, *cell, id)).collect();
                    }
                    let unused = layout.unused(&cells);
                    if !unused.is_empty() {
                        let shown: String = unused.join(", ").chars().take(200).collect();
                        let mut finding = Finding::new(Code::CsvColumn).found(shown);
                        (finding.file, finding.line) = (Some(file.to_owned()), Some(rows.line - 1));
                        rows.faults.gathered.push(finding);
                    }
                    Ok((layout, cells.len()))
                }
                None => {
                    let found: String = cells.join(",").chars().take(200).collect();
                    Err(CsvError::Header { file: file.to_owned(), found })
                }
            }
        })
    }

    /// Cuts a record into cells, and hands it on with its quotes undone.
    fn split<T>(&mut self, line: &[u8], quoted: bool, take: impl FnOnce(&mut Self, &[u8]) -> T) -> T {
        self.cells.clear();
        if quoted {
            let mut unquoted = std::mem::replace(&mut self.quoted, Unquoted::separated_by(b','));
            let line = unquoted.undo(line, &mut self.cells);
            let taken = take(self, line);
            self.quoted = unquoted;
            return taken;
        }
        let mut from = 0;
        for end in memchr::memchr_iter(b',', line).chain([line.len()]) {
            self.cells.push(from..end);
            from = end + 1;
        }
        take(self, line)
    }

    /// One record, whatever it holds.
    fn record(&mut self, line: &[u8], quoted: bool, layout: &Layout, width: usize, take: &mut impl Take) {
        self.same = None;
        let number = self.line;
        self.line += memchr::memchr_iter(b'\n', line).count() as u64;
        let raw = line.trim_ascii_end();
        // What is wrong with a record is wrong with all the lines that its quotes hold together.
        self.faults.lines = 1 + if quoted { memchr::memchr_iter(b'\n', raw).count() as u64 } else { 0 };
        self.split(raw, quoted, |rows, line| {
            let same = rows.cut(line, number, layout, width, take);
            // A row whose quotes are never closed says nothing of the next.
            let is_like_others = layout.ends_with_time_and_value(width) && memchr::memchr(b'\n', raw).is_none();
            rows.same = same.filter(|_| is_like_others).and_then(|of| Same::new(raw, of));
        });
        self.faults.lines = 1;
    }

    /// A record cut into cells. Whose reading it was, if it was a good one.
    fn cut(&mut self, line: &[u8], number: u64, layout: &Layout, width: usize, take: &mut impl Take) -> Option<Of> {
        if self.cells.iter().all(|cell| cell_of(line, cell).is_empty()) {
            return None;
        }
        if self.cells.len() != width {
            // Cells that are missing at the end, or empty beyond it, are how spreadsheets save.
            let short = self.cells.len() < width && self.cells.len() >= layout.least();
            let beyond = self.cells.iter().skip(width).all(|cell| cell_of(line, cell).is_empty());
            if !short && (self.cells.len() < width || !beyond) {
                let columns = |count: usize| Text::new(format!("{count} 列"), format!("{count} columns"));
                let (found, expected) = (columns(self.cells.len()), columns(width));
                self.faults.push(Code::CsvRow, number, None, "", found, expected);
                return None;
            }
        }
        match layout {
            Layout::Long { .. } => self.long(line, number, layout, take).filter(|_| self.cells.len() == width),
            Layout::Wide { when, .. } => {
                self.wide(line, number, *when, take);
                None
            }
        }
    }

    fn long(&mut self, line: &[u8], number: u64, layout: &Layout, take: &mut impl Take) -> Option<Of> {
        let Layout::Long { meter, value, when, optional } = *layout else { return None };
        let Optional { known_h, facility, quality, revision } = optional;
        if facility.is_some_and(|i| self.text(self.cell(line, i)) != self.site.facility().id.as_str()) {
            self.faults.elsewhere += 1;
            return None;
        }
        let id = self.text(self.cell(line, meter)).into_owned();
        let (meter, kind) = self.meter(&id)?;
        let offset = self.site.meters().get(meter).and_then(|meter| meter.utc_offset);
        self.clock.read_in(offset);
        let stamps = self.when(line, when, kind, number, &id);
        self.clock.read_in(None);
        let (start, time) = stamps?;
        let read = self.value(line, value, number, &id)?;
        let known_ms = match known_h.map(|i| (i, self.cell(line, i))) {
            None | Some((_, b"")) => None,
            Some((i, _)) => Some(self.hours(line, i, number, &id)?),
        };
        let quality = match quality {
            Some(i) => self.quality(line, i, number, &id)?,
            None => Quality::Actual,
        };
        let revision = match revision.map(|i| (i, self.cell(line, i))) {
            None | Some((_, b"")) => NO_REVISION,
            Some((i, _)) => self.revision(line, i, number, &id)?,
        };
        let (stamp, mark) = (when.stamp(), Mark { quality, revision });
        let reading = Reading { start, time, value: read, known_ms, line: number, stamp, mark };
        take.take(meter, reading, &mut self.faults);
        offset.is_none().then_some(Of { meter, stamp, known_ms, mark })
    }

    /// Rows that are written as the one before, but for the clock and the value: read without being cut first. Returns how
    /// many bytes they were.
    fn same_again(&mut self, bytes: &[u8], take: &mut impl Take) -> usize {
        let Some(same) = &self.same else { return 0 };
        let mut used = 0;
        while let Some(row) = bytes.get(used..)
            && let Some(row) = row.strip_prefix(same.prefix.as_slice())
            && let Some((time, clock)) = self.clock.begin(row)
            && let Some(cell) = row.get(clock..).and_then(|rest| strip(rest, &same.between))
            && let Some((value, digits)) = decimal(cell)
            && let Some(rest) = cell.get(digits..).and_then(|rest| strip(rest, &same.after))
            && let Some(end) = line_end(rest)
        {
            let Of { meter, stamp, known_ms, mark } = same.of;
            let reading = Reading { start: None, time, value, known_ms, line: self.line, stamp, mark };
            take.take(meter, reading, &mut self.faults);
            self.line += 1;
            used += same.prefix.len() + clock + same.between.len() + digits + same.after.len() + end;
        }
        used
    }

    fn wide(&mut self, line: &[u8], number: u64, when: When, take: &mut impl Take) {
        let Some((start, time)) = self.when(line, when, MeterKind::Interval, number, "") else { return };
        let mut columns = std::mem::take(&mut self.columns);
        for column in &mut columns {
            let Some(wide::Of { meter, is_interval, offset }) = column.meter else {
                column.unknown += 1;
                continue;
            };
            let (start, time) = match offset {
                None => (start, time),
                offset => {
                    self.clock.read_in(offset);
                    let own = self.when(line, when, MeterKind::Interval, number, &column.id);
                    self.clock.read_in(None);
                    own.unwrap_or((start, time))
                }
            };
            let start = start.filter(|_| is_interval);
            if let Some(value) = self.value(line, column.cell, number, &column.id) {
                let (stamp, mark) = (when.stamp(), Mark::NONE);
                let reading = Reading { start, time, value, known_ms: None, line: number, stamp, mark };
                column.push(reading, |reading| take.take(meter, reading, &mut self.faults));
            }
        }
        self.columns = columns;
    }

    /// What the columns of a wide file held back, and counted.
    fn finish(mut self, take: &mut impl Take) -> Faults<'a> {
        for mut column in self.columns {
            if let Some(of) = column.meter {
                column.flush(|reading| take.take(of.meter, reading, &mut self.faults));
            } else if column.unknown > 0 {
                self.faults.unknown(&column.id, column.unknown);
            }
            if let Some((count, line)) = column.dropped() {
                self.faults.blank(&column, count, line);
            }
        }
        self.faults
    }

    fn cell<'l>(&self, line: &'l [u8], i: usize) -> &'l [u8] {
        self.cells.get(i).map_or(&[], |cell| cell_of(line, cell))
    }

    /// A meter of the site; a foreign one is counted.
    fn meter(&mut self, id: &str) -> Option<(usize, MeterKind)> {
        let found = self.site.meter_index(id).and_then(|i| Some((i, self.site.meters().get(i)?.kind)));
        if found.is_none() {
            self.faults.unknown(id, 1);
        }
        found
    }

    /// Start, for intervals that state it, and time.
    fn when(&mut self, line: &[u8], when: When, kind: MeterKind, number: u64, id: &str) -> Option<(Option<i64>, i64)> {
        match when {
            When::One(at, _) => self.time(line, at, number, id).map(|time| (None, time)),
            When::Both(start, end) if kind == MeterKind::Interval => {
                let both = (self.time(line, start, number, id), self.time(line, end, number, id));
                both.0.zip(both.1).map(|(start, end)| (Some(start), end))
            }
            When::Both(_, end) => self.time(line, end, number, id).map(|time| (None, time)),
        }
    }

    fn time(&mut self, line: &[u8], column: usize, number: u64, meter: &str) -> Option<i64> {
        let cell = self.cell(line, column);
        let (code, why) = match self.clock.read(cell) {
            Ok(time) => return Some(time),
            Err(NoTime::Ambiguous) => (
                Code::TimeAmbiguous,
                ("带时差的时间：该当地时间出现两次", "a time with offset: this local time occurs twice"),
            ),
            Err(NoTime::Nonexistent) => (
                Code::TimeNonexistent,
                ("带时差的时间：该当地时间不存在", "a time with offset: this local time does not exist"),
            ),
            Err(NoTime::OutOfRange) => {
                (Code::CsvTime, ("1900 年至 2200 年之间的时间", "a time between the years 1900 and 2200"))
            }
            Err(NoTime::LeapSecond) => (
                Code::CsvTime,
                ("23:59:59 或次日 00:00:00，不用闰秒", "23:59:59, or 00:00:00 of the next day, not a leap second"),
            ),
            Err(NoTime::Unreadable) => (
                Code::CsvTime,
                (
                    "带时差的 RFC 3339，或 YYYY-MM-DD HH:MM[:SS]，00:00 至 24:00",
                    "RFC 3339 with offset, or YYYY-MM-DD HH:MM[:SS] from 00:00 to 24:00",
                ),
            ),
        };
        let shown: String = self.text(cell).chars().take(60).collect();
        let shown = if code == Code::CsvTime { format!("{shown:?}") } else { shown };
        self.faults.push(code, number, Some(column), meter, shown, why);
        None
    }

    fn no_value(
        &mut self,
        line: &[u8],
        column: usize,
        number: u64,
        meter: &str,
        expected: (&'static str, &'static str),
    ) {
        let shown: String = self.text(self.cell(line, column)).chars().take(60).collect();
        self.faults.push(Code::CsvValue, number, Some(column), meter, format!("{shown:?}"), expected);
    }

    /// A plain decimal number; NaN for a missing one.
    fn value(&mut self, line: &[u8], column: usize, row: u64, meter: &str) -> Option<f64> {
        let value = number(self.cell(line, column));
        if value.is_none() {
            self.no_value(line, column, row, meter, ("普通小数", "a plain decimal number"));
        }
        value
    }

    /// How a value came about.
    fn quality(&mut self, line: &[u8], column: usize, row: u64, meter: &str) -> Option<Quality> {
        let quality = std::str::from_utf8(self.cell(line, column)).ok().and_then(Quality::parse);
        if quality.is_none() {
            let expected = "actual, estimated, substituted, missing";
            self.no_value(line, column, row, meter, (expected, expected));
        }
        quality
    }

    /// A whole number, or a time.
    fn revision(&mut self, line: &[u8], column: usize, row: u64, meter: &str) -> Option<i64> {
        let cell = self.cell(line, column);
        let number = std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok());
        let revision =
            number.or_else(|| self.clock.read(self.cells.get(column).map_or(&[], |cell| cell_of(line, cell))).ok());
        if revision.is_none() {
            self.no_value(line, column, row, meter, ("整数或时间", "a whole number or a time"));
        }
        revision
    }

    /// Hours from 0 up, in milliseconds.
    fn hours(&mut self, line: &[u8], column: usize, row: u64, meter: &str) -> Option<i64> {
        let text = std::str::from_utf8(self.cell(line, column)).unwrap_or_default();
        let hours = text.parse::<f64>().ok().filter(|hours| (0.0..=1e6).contains(hours));
        if hours.is_none() {
            self.no_value(line, column, row, meter, ("不小于 0 的小时数", "hours from 0 up"));
        }
        hours.map(|hours| (hours * 3_600_000.0).round() as i64)
    }
}

fn cell_of<'l>(line: &'l [u8], cell: &std::ops::Range<usize>) -> &'l [u8] {
    line.get(cell.clone()).unwrap_or_default().trim_ascii()
}

/// A text without what it begins with: mostly nothing, or a comma.
#[inline(always)]
fn strip<'t>(text: &'t [u8], part: &[u8]) -> Option<&'t [u8]> {
    match (part, text) {
        ([], _) => Some(text),
        ([one], [first, rest @ ..]) => (one == first).then_some(rest),
        _ => text.strip_prefix(part),
    }
}

/// The length of a line end at the beginning of a text.
fn line_end(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}
