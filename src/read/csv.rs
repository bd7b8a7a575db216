use crate::{
    finding::{Code, Finding, Gathered, Text},
    metering::{MeterKind, Origin, Readings, Series, Stamp, interval_bounds},
    period::{LocalTime, from_local},
    site::Site,
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::{borrow::Cow, collections::BTreeMap, io};

/// Why a file of readings cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The bytes could not be had.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: String,
        /// What went wrong.
        error: io::Error,
    },
    /// The header is none of the two forms (`csv.header`).
    #[error(
        "{file}, line 1: expected columns separated by commas, meter,time,value (long) or time and one column per meter (wide), found {found:?}"
    )]
    Header {
        /// The file.
        file: String,
        /// The header's columns.
        found: String,
    },
}

impl CsvError {
    /// The same as a finding, for an answer that lists what was found.
    pub fn to_finding(&self) -> Finding {
        let (mut finding, file) = match self {
            CsvError::Io { file, error } => (Finding::new(Code::CsvHeader).found(error), file),
            CsvError::Header { file, found } => (Finding::new(Code::CsvHeader).found(format!("{found:?}")), file),
        };
        finding.file = Some(file.clone());
        finding.line = Some(1);
        finding
    }
}

/// Reads meter readings from CSV, long or wide; `file` is the name that findings give.
///
/// Long: `meter,time,value` (also `meter_id`, `timestamp`, `reading`), with `start,end` for interval meters, `known_h`
/// for the hours that a value covers, and `facility` where several sites share a file. Wide: `time` (or `end`), then one
/// column per meter. UTF-8 with or without BOM; GB18030 where UTF-8 fails. Empty, `NaN`, `null` and `-` are missing
/// values. Local times are read in the site's zone and never guessed. A bad cell costs its row and becomes a finding of
/// the [`Readings`] with file, line and column.
///
/// ```
/// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#).value.unwrap();
/// let file = "meter,time,value\ngrid,2024-01-01 00:00,100\ngrid,2024-01-01 01:00,one hundred\n";
/// let readings = pue::read::csv(&site, "a.csv", file.as_bytes())?;
/// assert_eq!(readings.len(), 1);
/// assert_eq!((readings.findings()[0].line, readings.findings()[0].column), (Some(3), Some(3)));
/// # Ok::<(), pue::read::CsvError>(())
/// ```
///
/// # Errors
/// [`CsvError`].
pub fn csv(site: &Site, file: &str, mut reader: impl io::Read) -> Result<Readings, CsvError> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|error| CsvError::Io { file: file.to_owned(), error })?;
    let mut readings = Readings::default();
    let number = readings.add_file(file);
    let text = decode(&bytes, file, &mut readings);
    let mut rows =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let unreadable = |error: csv::Error| CsvError::Io { file: file.to_owned(), error: error.into() };
    let more = rows.read_record(&mut record).map_err(unreadable)?;
    let layout = more.then(|| Layout::new(&record)).flatten();
    let Some(layout) = layout else {
        let found: String = record.iter().collect::<Vec<_>>().join(",").chars().take(200).collect();
        return Err(CsvError::Header { file: file.to_owned(), found });
    };
    let mut sheet = Sheet {
        site,
        file,
        number,
        zone: site.time_zone(),
        columns: BTreeMap::new(),
        unknown: BTreeMap::new(),
        elsewhere: 0,
        findings: Gathered::default(),
    };
    let width = record.len();
    let mut lines = Lines { text: text.as_bytes(), byte: 0, line: 1 };
    while rows.read_record(&mut record).map_err(unreadable)? {
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != width {
            // Cells that are missing at the end, or empty beyond it, are how spreadsheets save.
            let short = record.len() < width && layout.needed(&record);
            let padded = record.len() > width && record.iter().skip(width).all(str::is_empty);
            if !short && !padded {
                sheet.fault(
                    Code::CsvRow,
                    line,
                    None,
                    None,
                    format!("{} columns", record.len()),
                    format!("{width} columns"),
                );
                continue;
            }
        }
        layout.read(&record, line, &mut sheet);
    }
    sheet.finish(&mut readings);
    Ok(readings)
}

/// The lines of a file: a record's position stands before the line ends and blank lines that precede it.
struct Lines<'t> {
    text: &'t [u8],
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).max(self.byte);
        let blank = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let blanks = self.text.get(from..).unwrap_or_default().iter().take_while(|byte| blank(byte)).count();
        let passed = self.text.get(self.byte..from + blanks).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.byte = from + blanks;
        self.line
    }
}

fn decode<'b>(bytes: &'b [u8], file: &str, readings: &mut Readings) -> Cow<'b, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut finding = Finding::new(Code::CsvEncoding);
    finding.file = Some(file.to_owned());
    readings.push_findings([finding]);
    encoding_rs::GB18030.decode_without_bom_handling(bytes).0
}

/// Which column holds what.
enum Layout {
    Long { meter: usize, value: usize, when: When, known_h: Option<usize>, facility: Option<usize> },
    Wide { when: When, meters: Vec<(usize, String)> },
}

/// The columns that say when.
enum When {
    /// One stamp.
    One(usize, Stamp),
    /// Start and end.
    Both(usize, usize),
}

impl Layout {
    fn new(header: &csv::StringRecord) -> Option<Layout> {
        let names: Vec<String> = header.iter().map(str::to_lowercase).collect();
        let find = |of: &[&str]| names.iter().position(|name| of.contains(&name.as_str()));
        let time = find(&["time", "timestamp"]);
        let (start, end) = (find(&["start"]), find(&["end"]));
        if let (Some(meter), Some(value)) = (find(&["meter", "meter_id"]), find(&["value", "reading"])) {
            let when = match (time, start, end) {
                (_, Some(start), Some(end)) => When::Both(start, end),
                (Some(time), ..) => When::One(time, Stamp::Start),
                (None, None, Some(end)) => When::One(end, Stamp::End),
                (None, Some(start), None) => When::One(start, Stamp::Start),
                (None, None, None) => return None,
            };
            return Some(Layout::Long {
                meter,
                value,
                when,
                known_h: find(&["known_h"]),
                facility: find(&["facility", "facility_id"]),
            });
        }
        if find(&["meter", "meter_id"]).is_some() {
            return None; // a long file without a column of values
        }
        let first = names.first()?.as_str();
        let when = match first {
            "start" if names.get(1).is_some_and(|second| second == "end") => When::Both(0, 1),
            "time" | "timestamp" | "start" => When::One(0, Stamp::Start),
            "end" => When::One(0, Stamp::End),
            _ => return None,
        };
        let stamps = if matches!(when, When::Both(..)) { 2 } else { 1 };
        let columns = header.iter().enumerate().skip(stamps).filter(|(_, id)| !id.is_empty());
        let meters: Vec<(usize, String)> = columns.map(|(i, id)| (i, id.to_owned())).collect();
        (!meters.is_empty()).then_some(Layout::Wide { when, meters })
    }

    /// Whether a short row still has all that it needs: only optional columns at its end are missing.
    fn needed(&self, record: &csv::StringRecord) -> bool {
        let last = match self {
            Layout::Long { meter, value, when, .. } => {
                let when = match *when {
                    When::One(at, _) => at,
                    When::Both(start, end) => start.max(end),
                };
                when.max(*meter).max(*value)
            }
            Layout::Wide { meters, .. } => meters.last().map_or(0, |(i, _)| *i),
        };
        record.len() > last
    }

    fn read(&self, record: &csv::StringRecord, line: u64, sheet: &mut Sheet<'_>) {
        let cell = |i: usize| record.get(i).unwrap_or("");
        match self {
            Layout::Long { meter, value, when, known_h, facility } => {
                if facility.is_some_and(|i| cell(i) != sheet.site.facility().id) {
                    sheet.elsewhere += 1;
                    return;
                }
                let id = cell(*meter);
                let Some(kind) = sheet.kind(id) else { return };
                let Some((start, time)) = when.read(&cell, kind, line, id, sheet) else { return };
                let Some(number) = sheet.value(cell(*value), line, *value, id) else { return };
                let known = match known_h.map(|i| (i, cell(i))) {
                    None | Some((_, "")) => None,
                    Some((i, text)) => match sheet.hours(text, line, i, id) {
                        Some(known) => Some(known),
                        None => return,
                    },
                };
                sheet.push(id, Row { start, time, value: number, known, line, stamp: when.stamp() });
            }
            Layout::Wide { when, meters } => {
                let Some((start, time)) = when.read(&cell, MeterKind::Interval, line, "", sheet) else { return };
                for (i, id) in meters {
                    let Some(kind) = sheet.kind(id) else { continue };
                    let start = start.filter(|_| kind == MeterKind::Interval);
                    if let Some(value) = sheet.value(cell(*i), line, *i, id) {
                        sheet.push(id, Row { start, time, value, known: None, line, stamp: when.stamp() });
                    }
                }
            }
        }
    }
}

impl When {
    /// Start, for intervals that state it, and time.
    fn read<'c>(
        &self,
        cell: &impl Fn(usize) -> &'c str,
        kind: MeterKind,
        line: u64,
        id: &str,
        sheet: &mut Sheet<'_>,
    ) -> Option<(Option<i64>, i64)> {
        match *self {
            When::One(at, _) => sheet.time(cell(at), line, at, id).map(|time| (None, time)),
            When::Both(start, end) if kind == MeterKind::Interval => {
                let both = (sheet.time(cell(start), line, start, id), sheet.time(cell(end), line, end, id));
                both.0.zip(both.1).map(|(start, end)| (Some(start), end))
            }
            When::Both(_, end) => sheet.time(cell(end), line, end, id).map(|time| (None, time)),
        }
    }

    fn stamp(&self) -> Stamp {
        if let When::One(_, stamp) = self { *stamp } else { Stamp::End }
    }
}

/// One reading as it stood in the file.
#[derive(Clone, Copy)]
struct Row {
    start: Option<i64>,
    time: i64,
    value: f64,
    known: Option<i64>,
    line: u64,
    stamp: Stamp,
}

/// So many foreign meters are told apart; the rest are counted together.
const UNKNOWN: usize = 1000;

/// What has been read of a file so far.
struct Sheet<'a> {
    site: &'a Site,
    file: &'a str,
    number: u32,
    zone: TimeZone,
    columns: BTreeMap<String, Vec<Row>>,
    unknown: BTreeMap<String, u64>,
    /// Rows of other facilities.
    elsewhere: u64,
    findings: Gathered,
}

impl Sheet<'_> {
    /// The kind of a meter; a foreign one is counted.
    fn kind(&mut self, id: &str) -> Option<MeterKind> {
        let kind = self.site.meter_index(id).and_then(|i| self.site.meters().get(i)).map(|meter| meter.kind);
        if kind.is_none() {
            let known = self.unknown.contains_key(id) || self.unknown.len() < UNKNOWN;
            *self.unknown.entry(if known { id } else { "…" }.to_owned()).or_default() += 1;
        }
        kind
    }

    fn fault(
        &mut self,
        code: Code,
        line: u64,
        column: Option<usize>,
        meter: Option<&str>,
        found: impl std::fmt::Display,
        expected: impl Into<Text>,
    ) {
        let mut finding = Finding::new(code).found(found).expected(expected);
        finding.file = Some(self.file.to_owned());
        finding.line = Some(line);
        finding.column = column.map(|column| column as u64 + 1);
        finding.meter = meter.filter(|id| !id.is_empty()).map(str::to_owned);
        self.findings.push(finding);
    }

    /// RFC 3339, or a local time in the site's zone.
    fn time(&mut self, text: &str, line: u64, column: usize, meter: &str) -> Option<i64> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() >= 16
            && [(4, b'-'), (7, b'-'), (13, b':')].iter().all(|(i, mark)| bytes.get(*i) == Some(mark))
            && matches!(bytes.get(10), Some(b'T' | b't' | b' '));
        let has_offset = bytes.iter().skip(16).any(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
        let shown: String = text.chars().take(60).collect();
        if shaped && has_offset {
            if let Ok(time) = text.parse::<Timestamp>() {
                return Some(time.as_millisecond());
            }
        } else if shaped && let Ok(clock) = text.parse::<DateTime>() {
            let (code, why) = match from_local(clock, &self.zone) {
                LocalTime::Unique(time) => return Some(time),
                LocalTime::Ambiguous => (
                    Code::TimeAmbiguous,
                    ("带时差的时间：该当地时间出现两次", "a time with offset: this local time occurs twice"),
                ),
                LocalTime::Nonexistent => (
                    Code::TimeNonexistent,
                    ("带时差的时间：该当地时间不存在", "a time with offset: this local time does not exist"),
                ),
            };
            self.fault(code, line, Some(column), Some(meter), shown, why);
            return None;
        }
        self.fault(
            Code::CsvTime,
            line,
            Some(column),
            Some(meter),
            format!("{shown:?}"),
            (
                "带时差的 RFC 3339，或 YYYY-MM-DD HH:MM[:SS],00:00 至 23:59",
                "RFC 3339 with offset, or YYYY-MM-DD HH:MM[:SS] from 00:00 to 23:59",
            ),
        );
        None
    }

    fn no_value(&mut self, text: &str, line: u64, column: usize, meter: &str, expected: (&str, &str)) {
        let shown: String = text.chars().take(60).collect();
        self.fault(Code::CsvValue, line, Some(column), Some(meter), format!("{shown:?}"), expected);
    }

    /// A plain decimal number; NaN for a missing one.
    fn value(&mut self, text: &str, line: u64, column: usize, meter: &str) -> Option<f64> {
        if matches!(text, "" | "-") || text.eq_ignore_ascii_case("nan") || text.eq_ignore_ascii_case("null") {
            return Some(f64::NAN);
        }
        let number = text.parse::<f64>().ok();
        if number.is_none() {
            self.no_value(text, line, column, meter, ("普通小数", "a plain decimal number"));
        }
        number
    }

    /// Hours from 0 up, in milliseconds.
    fn hours(&mut self, text: &str, line: u64, column: usize, meter: &str) -> Option<i64> {
        let hours = text.parse::<f64>().ok().filter(|hours| (0.0..=1e6).contains(hours));
        if hours.is_none() {
            self.no_value(text, line, column, meter, ("不小于 0 的小时数", "hours from 0 up"));
        }
        hours.map(|hours| (hours * 3_600_000.0).round() as i64)
    }

    fn push(&mut self, id: &str, row: Row) {
        match self.columns.get_mut(id) {
            Some(rows) => rows.push(row),
            None => {
                self.columns.insert(id.to_owned(), vec![row]);
            }
        }
    }

    fn finish(mut self, readings: &mut Readings) {
        for (id, mut rows) in std::mem::take(&mut self.columns) {
            let interval = self.kind(&id) == Some(MeterKind::Interval);
            rows.retain(|row| {
                let length = row.start.map_or(i64::MAX, |start| row.time - start);
                let fits = row.known.is_none_or(|known| known <= length);
                if !fits {
                    let hours = length as f64 / 3_600_000.0;
                    self.fault(
                        Code::CsvValue,
                        row.line,
                        None,
                        Some(&id),
                        "more known_h than the interval has",
                        format!("≤ {hours}"),
                    );
                }
                fits
            });
            let mut series = Series {
                time: rows.iter().map(|row| row.time).collect(),
                value: rows.iter().map(|row| row.value).collect(),
                origins: rows
                    .iter()
                    .map(|row| Origin { file: self.number, line: u32::try_from(row.line).unwrap_or(u32::MAX) })
                    .collect(),
                ..Series::default()
            };
            if interval {
                let Some(bounds) = self.bounds(&id, &rows) else { continue };
                (series.start, series.time) = bounds.into_iter().unzip();
                if rows.iter().any(|row| row.known.is_some()) {
                    let known = rows
                        .iter()
                        .zip(series.start.iter().zip(&series.time))
                        .map(|(row, (start, end))| row.known.unwrap_or(end - start));
                    series.known_ms = known.collect();
                }
            }
            readings.insert(id, series);
        }
        for (id, count) in std::mem::take(&mut self.unknown) {
            let mut finding = self.site.unknown_meter(&id);
            finding.file = Some(self.file.to_owned());
            finding.count = count;
            self.findings.push(finding);
        }
        if self.elsewhere > 0 {
            let mut finding = Finding::new(Code::CsvOtherFacility).expected(self.site.facility().id.as_str());
            (finding.file, finding.count) = (Some(self.file.to_owned()), self.elsewhere);
            self.findings.push(finding);
        }
        readings.push_findings(self.findings.into_vec());
    }

    /// Where each interval starts and ends.
    fn bounds(&mut self, id: &str, rows: &[Row]) -> Option<Vec<(i64, i64)>> {
        let stated: Option<Vec<(i64, i64)>> = rows.iter().map(|row| Some((row.start?, row.time))).collect();
        if stated.is_some() {
            return stated;
        }
        let stamps: Vec<i64> = rows.iter().map(|row| row.time).collect();
        let first = rows.first()?;
        let bounds = interval_bounds(&stamps, first.stamp, &self.zone);
        if bounds.is_none() {
            self.fault(
                Code::CsvTime,
                first.line,
                None,
                Some(id),
                "one stamp, which does not say how long the interval is",
                ("start,end 两列", "columns start,end"),
            );
        }
        bounds
    }
}
