//! InfluxDB: annotated CSV, as queries answer and as it is exported, and line protocol.

use super::{
    Fits, Mapping,
    delimited::{self, Rows},
    entry::{Entry, Receive, shown},
    series::{LONGEST_LABEL, Labels, MOST_LABELS, Named, Of, of_series},
    table::Row,
    terms::{Terms, product},
};
use crate::{
    finding::{Code, Text},
    metering::Quality,
    quantity::Ratio,
    read::csv::{Faults, Source},
};
use jiff::tz::TimeZone;
use std::{
    borrow::Cow,
    io::{self, Read},
};

pub(super) fn read(
    mapping: &Mapping,
    site: TimeZone,
    mut reader: impl Read,
    faults: &mut Faults<'_>,
    to: &mut impl Receive,
) -> io::Result<Fits> {
    let mut beginning = Vec::new();
    reader.by_ref().take(1 << 12).read_to_end(&mut beginning)?;
    let is_table = is_annotated(&beginning);
    let reader = beginning.chain(reader);
    if is_table {
        let mut table = Annotated::new(mapping, site);
        delimited::read(b',', None, &mut table, reader, faults, to)?;
        return Ok(table.of.fits);
    }
    let mut of = Points::new(mapping, site);
    let mut source = Source::new(reader);
    let mut number = 1;
    while source.read_on()? {
        let mut used = 0;
        while let Some(rest) = source.bytes().get(used..).filter(|rest| !rest.is_empty()) {
            let (length, line) = match memchr::memchr(b'\n', rest) {
                Some(end) => (end + 1, rest.get(..end).unwrap_or_default()),
                None if source.is_last() || (used == 0 && source.is_full()) => (rest.len(), rest),
                None => break,
            };
            of.line(line.trim_ascii(), number, faults, to);
            used += length;
            number += 1;
        }
        source.use_up(used);
        if used == 0 && (source.is_last() || source.is_full()) {
            break;
        }
    }
    Ok(of.fits)
}

/// Whether a file is annotated CSV: it begins with an annotation, or with a header that has a column of times.
pub(super) fn is_annotated(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let first = text.trim_start_matches(['\u{feff}', '\r', '\n', ' ']).lines().next().unwrap_or_default();
    ["#group", "#datatype", "#default"].iter().any(|name| first.starts_with(name))
        || first.split(',').any(|cell| cell == "_time" || cell == "_value")
}

/// Whether a file begins with a line of line protocol: with a field that is a number, a text or a flag, and a time.
pub(super) fn is_line(beginning: &str) -> bool {
    let first = beginning.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(point) = first.and_then(Line::new) else { return false };
    let is_value = |value: &str| {
        let digits = value.strip_suffix(['i', 'u']).unwrap_or(value);
        digits.parse::<f64>().is_ok()
            || value.starts_with('"')
            || matches!(value, "t" | "T" | "true" | "f" | "F" | "false")
    };
    point.time.parse::<i64>().is_ok() && point.fields.iter().all(|(_, value)| is_value(value))
}

/// What both forms share: points of series.
struct Points<'m> {
    terms: Terms<'m>,
    factor: Ratio,
    /// The last series, as it stands, and whose readings it has.
    last: (Vec<u8>, Of),
    /// What all of it says, for who asks which series a name stands for.
    whole: String,
    named: Named,
    fits: Fits,
}

impl<'m> Points<'m> {
    fn new(mapping: &'m Mapping, site: TimeZone) -> Self {
        // A checked mapping's factor is a fraction.
        let factor = product([mapping.value.factor]).unwrap_or(Ratio::ONE);
        let terms = Terms::new(mapping, site, false);
        Points {
            terms,
            factor,
            last: (Vec::new(), Of::Nobody),
            whole: String::new(),
            named: Named::default(),
            fits: Fits::default(),
        }
    }

    /// A point; its series is the last. Times of line protocol are nanoseconds if the mapping does not say otherwise.
    fn point(
        &mut self,
        time: &str,
        value: &[u8],
        is_line: bool,
        line: u64,
        faults: &mut Faults<'_>,
        to: &mut impl Receive,
    ) {
        let label = match &self.last.1 {
            Of::Nobody => return,
            Of::Label(label) => label,
            Of::Unnamed(name) => {
                faults.tell(Code::CsvRow, line, None, "", || {
                    let expected = Text::new(format!("含标签 {name}"), format!("one that has the label {name}"));
                    (("无此标签", "none").into(), expected)
                });
                self.fits.not += 1;
                return;
            }
        };
        self.named.notice(&self.last.1, &self.whole, line, faults);
        let mapping = self.terms.mapping;
        let Some(value) = self.terms.number(value) else {
            faults.tell(Code::CsvValue, line, None, label, || {
                (format!("{:?}", shown(&String::from_utf8_lossy(value))).into(), self.terms.expected_number())
            });
            self.fits.not += 1;
            return;
        };
        let at = match time.parse::<i64>() {
            Ok(ns) if is_line && mapping.time.format.is_none() => Ok(ns.div_euclid(1_000_000)),
            _ => self.terms.instant(time, None),
        };
        let at = match at {
            Ok(at) => at,
            Err(error) => {
                faults.tell(Code::CsvTime, line, None, label, || {
                    (format!("{:?}", shown(time)).into(), self.terms.expected_time(error))
                });
                self.fits.not += 1;
                return;
            }
        };
        let quantity = mapping.quantity();
        let (start, time, stamp) = self.terms.interval(at, quantity.is_interval());
        let (unit, factor, quality) = (mapping.value.unit, self.factor, Quality::Actual);
        self.fits.read += 1;
        to.receive(&Entry { label, start, time, stamp, value, factor, unit, quantity, quality, line }, faults);
    }

    /// A line of line protocol: `measurement,tag=a field=1,other=2 1709251200000000000`.
    fn line(&mut self, line: &[u8], number: u64, faults: &mut Faults<'_>, to: &mut impl Receive) {
        if line.is_empty() || line.starts_with(b"#") {
            return;
        }
        let Some(point) = std::str::from_utf8(line).ok().and_then(Line::new) else {
            faults.tell(Code::CsvRow, number, None, "", || {
                let found = format!("{:?}", shown(&String::from_utf8_lossy(line)));
                (found.into(), Text::same("measurement,tag=… field=… timestamp"))
            });
            self.fits.not += 1;
            return;
        };
        for (field, value) in point.fields {
            let value = match value.as_bytes() {
                [digits @ .., b'i' | b'u'] if digits.last().is_some_and(u8::is_ascii_digit) => digits,
                bytes => bytes,
            };
            let is_number = value.first().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.'));
            let key = [point.series.as_bytes(), b" ", field.as_bytes()];
            if self.last.0.is_empty() || !is_joined(&self.last.0, key) {
                self.last.0 = key.concat();
                (self.last.1, self.whole) = of_line(self.terms.mapping, point.series, field);
            }
            // Texts and flags are no readings, unless somebody says that they are a meter's.
            let is_asked_for = || match &self.last.1 {
                Of::Label(label) => self.terms.mapping.names(label),
                _ => false,
            };
            if is_number || is_asked_for() {
                self.point(point.time, value, true, number, faults, to);
            }
        }
    }
}

fn is_joined(whole: &[u8], parts: [&[u8]; 3]) -> bool {
    let mut rest = whole;
    parts.iter().all(|part| rest.strip_prefix(*part).map(|after| rest = after).is_some()) && rest.is_empty()
}

fn of_line(mapping: &Mapping, series: &str, field: &str) -> (Of, String) {
    let mut parts = split(series, ',');
    let measurement = plain(parts.next().unwrap_or_default());
    let mut labels: Labels =
        vec![("_measurement".to_owned(), measurement.into_owned()), ("_field".to_owned(), plain(field).into_owned())];
    for tag in parts.take(MOST_LABELS) {
        let mut parts = split(tag, '=');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        labels.push((plain(name).into_owned(), plain(value).into_owned()));
    }
    (of_series(mapping, &labels, || whole(&labels)), whole(&labels))
}

/// As line protocol writes a series and its field, the tags by name.
fn whole(labels: &[(String, String)]) -> String {
    let find = |name: &str| labels.iter().find(|(label, _)| label == name).map_or("", |(_, value)| value.as_str());
    let mut tags: Vec<String> = labels
        .iter()
        .filter(|(label, _)| !matches!(label.as_str(), "_measurement" | "_field"))
        .map(|(label, value)| format!(",{label}={value}"))
        .collect();
    tags.sort_unstable();
    format!("{}{} {}", find("_measurement"), tags.concat(), find("_field"))
}

/// A line of line protocol, cut and not undone.
struct Line<'l> {
    series: &'l str,
    fields: Vec<(&'l str, &'l str)>,
    time: &'l str,
}

impl<'l> Line<'l> {
    fn new(line: &'l str) -> Option<Self> {
        let (series, rest) = cut(line, ' ')?;
        let (fields, time) = cut(rest.trim_start(), ' ').unwrap_or((rest.trim_start(), ""));
        if series.is_empty() || series.starts_with(',') || series.len() > LONGEST_LABEL * MOST_LABELS {
            return None;
        }
        let fields: Option<Vec<_>> =
            split(fields, ',').map(|field| cut(field, '=').filter(|(name, _)| !name.is_empty())).collect();
        Some(Line { series, fields: fields?, time: time.trim() })
    }
}

/// Where a mark stands that is neither escaped nor within quotes.
fn find(text: &str, mark: char) -> Option<usize> {
    let (mut is_escaped, mut is_quoted, mut is_value) = (false, false, false);
    text.char_indices()
        .find(|&(_, c)| {
            let is_plain = !std::mem::take(&mut is_escaped);
            match c {
                '\\' if is_plain => is_escaped = true,
                // Quotes count where a value begins or ends.
                '"' if is_plain && (is_quoted || is_value) => is_quoted = !is_quoted,
                c if c == mark && is_plain && !is_quoted => return true,
                _ => {}
            }
            is_value = c == '=' && is_plain;
            false
        })
        .map(|(at, _)| at)
}

fn cut(text: &str, mark: char) -> Option<(&str, &str)> {
    let at = find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len_utf8()..)?))
}

fn split(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || match cut(rest?, mark) {
        Some((part, after)) => {
            rest = Some(after);
            Some(part)
        }
        None => rest.take(),
    })
}

/// Without the marks that escape others.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut marks = text.chars().peekable();
    while let Some(mark) = marks.next() {
        match marks.peek() {
            Some(next @ (',' | '=' | ' ')) if mark == '\\' => {
                plain.push(*next);
                marks.next();
            }
            _ => plain.push(mark),
        }
    }
    Cow::Owned(plain)
}

/// Annotated CSV: tables one after the other, each with a header of its own.
struct Annotated<'m> {
    header: Option<Header>,
    of: Points<'m>,
    key: Vec<u8>,
}

struct Header {
    time: usize,
    value: usize,
    /// The columns that say which series it is.
    labels: Vec<(usize, String)>,
}

impl<'m> Annotated<'m> {
    fn new(mapping: &'m Mapping, site: TimeZone) -> Self {
        Annotated { header: None, of: Points::new(mapping, site), key: Vec::new() }
    }
}

impl Header {
    fn new(row: &Row<'_>) -> Option<Self> {
        let names: Vec<String> = (0..row.cells.len()).map(|at| row.text(at).into_owned()).collect();
        let find = |name: &str| names.iter().position(|column| column == name);
        let (time, value) = (find("_time")?, find("_value")?);
        let is_label = |name: &str| !matches!(name, "" | "result" | "table" | "_start" | "_stop" | "_time" | "_value");
        let labels = names.into_iter().enumerate().filter(|(_, name)| is_label(name)).take(MOST_LABELS).collect();
        Some(Header { time, value, labels })
    }
}

impl Rows for Annotated<'_> {
    fn row(&mut self, row: &Row<'_>, faults: &mut Faults<'_>, to: &mut impl Receive) {
        let is_blank = (0..row.cells.len()).all(|at| row.cell(at).is_empty());
        if is_blank || row.cell(0).starts_with(b"#") {
            self.header = None;
            return;
        }
        let Some(header) = &self.header else {
            self.header = Header::new(row);
            if self.header.is_none() {
                // A table that says why there is none: error and reference.
                let found = (0..row.cells.len()).map(|at| row.text(at)).collect::<Vec<_>>().join(",");
                faults.push(
                    Code::CsvRow,
                    row.line,
                    None,
                    "",
                    format!("{:?}", shown(&found)),
                    Text::same("_time, _value"),
                );
                self.of.fits.not += 1;
            }
            return;
        };
        self.key.clear();
        for (at, name) in &header.labels {
            self.key.extend_from_slice(name.as_bytes());
            self.key.push(b'=');
            self.key.extend_from_slice(row.cell(*at));
            self.key.push(b'\n');
        }
        if self.of.last.0 != self.key {
            let labels: Labels = header
                .labels
                .iter()
                .map(|(at, name)| (name.clone(), row.text(*at).into_owned()))
                .filter(|(_, value)| !value.is_empty())
                .collect();
            self.of.last = (self.key.clone(), of_series(self.of.terms.mapping, &labels, || whole(&labels)));
            self.of.whole = whole(&labels);
        }
        let time = row.text(header.time);
        self.of.point(&time, row.cell(header.value), false, row.line, faults, to);
    }

    fn is_hopeless(&self, _: u64) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_where_nothing_is_escaped() {
        let line = Line::new(r#"power\ main,feed=a\,b,site=x\=1 kwh=1.5,note="a, b \" c=d",n=64i 1590488773254420000"#)
            .unwrap();
        assert_eq!(line.series, r"power\ main,feed=a\,b,site=x\=1");
        assert_eq!(line.fields, [("kwh", "1.5"), ("note", r#""a, b \" c=d""#), ("n", "64i")]);
        assert_eq!(line.time, "1590488773254420000");
        let mapping =
            Mapping::from_json(br#"{"schema": "pue/import/1", "format": "influx", "value": {"quantity": "register"}}"#)
                .unwrap();
        assert_eq!(of_line(&mapping, line.series, "kwh").0, Of::Label("power main,feed=a,b,site=x=1 kwh".to_owned()));
        for none in ["power", "power ", ",a=b c=1", "power c", "power =1"] {
            assert!(Line::new(none).is_none(), "{none}");
        }
    }
}
