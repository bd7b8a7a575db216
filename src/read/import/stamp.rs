//! Times as files write them: a format in the terms of `strftime`, and the clocks that they are of.

use crate::period::{LocalTime, from_local, plain_day};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

/// How a time is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// As in our own files.
    Own,
    /// A number of these many milliseconds since 1970, or of this part of one.
    Epoch { per_ms: i64, ms: i64 },
    /// Days since 1899-12-30 by the clock, as spreadsheets count.
    Excel,
    /// A clock, part by part.
    Parts(Vec<Part>),
}

/// A part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    Hour12,
    Minute,
    Second,
    Fraction,
    HalfOfDay,
    Offset,
    Weekday,
    /// `UTC`, `GMT` or `Z`.
    Universal,
    Blank,
    Mark(char),
}

/// Why a text is no such format.
pub(super) const FORMATS: &str =
    "%Y %y %m %b %d %H %I %p %M %S %f %z %Z %a, epoch_s, epoch_ms, epoch_us, epoch_ns, excel";

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Form {
    /// `None`: there is no such format.
    pub(super) fn new(format: Option<&str>) -> Option<Form> {
        Some(match format {
            None => Form::Own,
            Some("epoch_s") => Form::Epoch { per_ms: 1, ms: 1000 },
            Some("epoch_ms") => Form::Epoch { per_ms: 1, ms: 1 },
            Some("epoch_us") => Form::Epoch { per_ms: 1000, ms: 1 },
            Some("epoch_ns") => Form::Epoch { per_ms: 1_000_000, ms: 1 },
            Some("excel") => Form::Excel,
            Some(format) => Form::Parts(parts(format)?),
        })
    }

    fn has(&self, part: Part) -> bool {
        matches!(self, Form::Parts(parts) if parts.contains(&part))
    }

    /// Whether times say no year.
    pub(super) fn lacks_year(&self) -> bool {
        matches!(self, Form::Parts(_)) && !self.has(Part::Year) && !self.has(Part::ShortYear)
    }

    /// The smallest part that is told: an included end is followed by the next of these.
    pub(super) fn resolution(&self) -> Resolution {
        match self {
            Form::Parts(_) if self.has(Part::Second) => Resolution::Ms(1000),
            Form::Parts(_) if self.has(Part::Minute) => Resolution::Ms(60_000),
            Form::Parts(_) if self.has(Part::Hour) || self.has(Part::Hour12) => Resolution::Ms(3_600_000),
            Form::Parts(_) | Form::Excel => Resolution::Day,
            _ => Resolution::Ms(1000),
        }
    }
}

/// What follows an included end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resolution {
    /// So many milliseconds later.
    Ms(i64),
    /// The next day.
    Day,
}

fn parts(format: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut marks = format.chars();
    while let Some(mark) = marks.next() {
        parts.push(match mark {
            '%' => match marks.next()? {
                'Y' => Part::Year,
                'y' => Part::ShortYear,
                'm' => Part::Month,
                'b' | 'B' => Part::MonthName,
                'd' | 'e' => Part::Day,
                'H' | 'k' => Part::Hour,
                'I' | 'l' => Part::Hour12,
                'M' => Part::Minute,
                'S' => Part::Second,
                'f' => Part::Fraction,
                'p' | 'P' => Part::HalfOfDay,
                'z' => Part::Offset,
                'Z' => Part::Universal,
                'a' | 'A' => Part::Weekday,
                '%' => Part::Mark('%'),
                _ => return None,
            },
            mark if mark.is_whitespace() => match parts.last() {
                Some(Part::Blank) => continue,
                _ => Part::Blank,
            },
            mark => Part::Mark(mark),
        });
    }
    (!parts.is_empty()).then_some(parts)
}

/// Why a text is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoStamp {
    Unreadable,
    Ambiguous,
    Nonexistent,
    OutOfRange,
}

impl NoStamp {
    pub(super) const fn expected(self) -> (&'static str, &'static str) {
        match self {
            NoStamp::Unreadable => ("符合 time.format 的时间", "a time as time.format says"),
            NoStamp::Ambiguous => {
                ("只出现一次的时刻（时钟回拨）", "a time that the clocks show once; they were set back")
            }
            NoStamp::Nonexistent => ("存在的时刻（时钟前拨）", "a time that the clocks show; they were set forward"),
            NoStamp::OutOfRange => ("1900 年至 2200 年", "between the years 1900 and 2200"),
        }
    }
}

/// A clock reading as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Written {
    pub date: Date,
    pub of_day_ms: i64,
    pub offset_s: Option<i32>,
}

/// Reads a text by its parts. What is left over is a fault.
pub(super) fn written(text: &str, parts: &[Part], year: Option<i16>) -> Option<Written> {
    let mut rest = text.trim().as_bytes();
    let mut fields = Fields { year, ..Fields::default() };
    for (i, part) in parts.iter().enumerate() {
        fields.read(&mut rest, part, i + 1 == parts.len())?;
    }
    if rest.is_empty() { fields.written() } else { None }
}

/// Whether a text begins as these parts say.
pub(super) fn starts(text: &str, parts: &[Part]) -> bool {
    let (mut rest, mut fields) = (text.trim().as_bytes(), Fields::default());
    parts.iter().all(|part| fields.read(&mut rest, part, false).is_some())
}

/// A text as the one before, as far as its day goes: files have many times of a day.
#[derive(Debug, Default)]
pub(super) struct Same {
    day: Vec<u8>,
    /// What that day was read to.
    fields: Fields,
}

impl Same {
    /// The same as [`written`]; `of_day` is how many of the parts say the day, before all others.
    pub(super) fn written(&mut self, text: &str, parts: &[Part], of_day: usize, year: Option<i16>) -> Option<Written> {
        let text = text.trim();
        let (day, clock) = parts.split_at_checked(of_day).filter(|(day, _)| !day.is_empty())?;
        let mut rest = match text.as_bytes().strip_prefix(self.day.as_slice()).filter(|_| !self.day.is_empty()) {
            // A digit more would be another day.
            Some(rest) if !rest.first().is_some_and(u8::is_ascii_digit) => rest,
            _ => {
                let (mut rest, mut fields) = (text.as_bytes(), Fields { year, ..Fields::default() });
                for part in day {
                    fields.read(&mut rest, part, false)?;
                }
                self.day.clear();
                self.day.extend_from_slice(text.as_bytes().get(..text.len() - rest.len())?);
                self.fields = fields;
                rest
            }
        };
        let mut fields = self.fields;
        for (i, part) in clock.iter().enumerate() {
            fields.read(&mut rest, part, i + 1 == clock.len())?;
        }
        if rest.is_empty() { fields.written() } else { None }
    }
}

/// Times of one regular day in the commonest forms of a clock, `HH:MM` and `HH:MM:SS`, behind one blank or mark.
#[derive(Debug)]
pub(super) struct Quick {
    between: u8,
    has_seconds: bool,
    /// The text of the day, and its midnight.
    day: Vec<u8>,
    midnight: i64,
}

impl Quick {
    /// `None`: the parts behind the day are others.
    pub(super) fn new(clock: &[Part]) -> Option<Self> {
        let (between, clock) = clock.split_first()?;
        let between = match between {
            Part::Blank => b' ',
            Part::Mark(mark) => u8::try_from(*mark).ok().filter(u8::is_ascii)?,
            _ => return None,
        };
        let has_seconds = match clock {
            [Part::Hour, Part::Mark(':'), Part::Minute] => false,
            [Part::Hour, Part::Mark(':'), Part::Minute, Part::Mark(':'), Part::Second] => true,
            _ => return None,
        };
        Some(Quick { between, has_seconds, day: Vec::new(), midnight: 0 })
    }

    /// A time of the day that is known.
    pub(super) fn read(&self, text: &[u8]) -> Option<i64> {
        let rest = text.strip_prefix(self.day.as_slice()).filter(|_| !self.day.is_empty())?;
        let two = |tens: u8, ones: u8| {
            (tens.is_ascii_digit() && ones.is_ascii_digit())
                .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        };
        let (hour, minute, second) = match (rest, self.has_seconds) {
            (&[between, h, i, b':', m, n], false) if between == self.between => (two(h, i)?, two(m, n)?, 0),
            (&[between, h, i, b':', m, n, b':', s, t], true) if between == self.between => {
                (two(h, i)?, two(m, n)?, two(s, t)?)
            }
            _ => return None,
        };
        let is_clock = hour < 24 && minute < 60 && second < 60;
        is_clock.then_some(self.midnight + ((hour * 60 + minute) * 60 + second) * 1000)
    }

    /// Remembers the day of a time that was read in full.
    pub(super) fn remember(&mut self, same: &Same, clocks: &Clocks) {
        self.day.clear();
        let date = same.fields.written().map(|written| written.date);
        if let Some((day, midnight)) = clocks.day
            && date == Some(day)
        {
            self.day.extend_from_slice(&same.day);
            self.midnight = midnight;
        }
    }
}

/// How many of a format's parts say the day, if they stand before all others.
pub(super) fn of_day(parts: &[Part]) -> usize {
    let is_clock = |part: &Part| {
        matches!(part, Part::Hour | Part::Hour12 | Part::Minute | Part::Second | Part::Fraction | Part::HalfOfDay)
    };
    let is_zone = |part: &Part| matches!(part, Part::Offset | Part::Universal);
    let is_mark = |part: &Part| matches!(part, Part::Blank | Part::Mark(_));
    let Some(first) = parts.iter().position(|part| is_clock(part) || is_zone(part)) else { return 0 };
    let rest = parts.get(first..).unwrap_or_default();
    // What stands between them belongs to the clock.
    let day = parts.get(..first).unwrap_or_default();
    let end = day.iter().rposition(|part| !is_mark(part)).map_or(0, |last| last + 1);
    if rest.iter().all(|part| is_clock(part) || is_zone(part) || is_mark(part)) && end < parts.len() { end } else { 0 }
}

/// What was read of a time.
#[derive(Clone, Copy, Debug)]
struct Fields {
    year: Option<i16>,
    month: i8,
    day: i8,
    hour: i64,
    minute: i64,
    second: i64,
    ms: i64,
    half: Option<i64>,
    offset_s: Option<i32>,
}

impl Default for Fields {
    fn default() -> Self {
        Fields { year: None, month: 1, day: 1, hour: 0, minute: 0, second: 0, ms: 0, half: None, offset_s: None }
    }
}

impl Fields {
    fn read(&mut self, rest: &mut &[u8], part: &Part, is_last: bool) -> Option<()> {
        match part {
            Part::Year => self.year = Some(i16::try_from(number(rest, 4..=4)?).ok()?),
            // As POSIX has it: 69 to 99 are of the last century.
            Part::ShortYear => {
                let short = i16::try_from(number(rest, 2..=2)?).ok()?;
                self.year = Some(if short < 69 { short + 2000 } else { short + 1900 });
            }
            Part::Month => self.month = i8::try_from(number(rest, 1..=2)?).ok()?,
            Part::MonthName => {
                let name = word(rest);
                let at = MONTHS.iter().position(|month| {
                    name.len() >= 3 && name.get(..3).is_some_and(|name| name.eq_ignore_ascii_case(month.as_bytes()))
                })?;
                self.month = at as i8 + 1;
            }
            Part::Day => self.day = i8::try_from(number(rest, 1..=2)?).ok()?,
            Part::Hour => self.hour = number(rest, 1..=2)?,
            Part::Hour12 => self.hour = number(rest, 1..=2).filter(|hour| (1..=12).contains(hour))?,
            Part::Minute => self.minute = number(rest, 2..=2).filter(|minute| *minute < 60)?,
            Part::Second => self.second = number(rest, 2..=2).filter(|second| *second < 60)?,
            Part::Fraction => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let (fraction, after) = rest.split_at(digits);
                let thousandths = fraction.iter().chain(b"000").take(3);
                self.ms = thousandths.fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'));
                *rest = after;
            }
            Part::HalfOfDay => {
                self.half = Some(match word(rest).to_ascii_lowercase().as_slice() {
                    b"am" | b"a" => 0,
                    b"pm" | b"p" => 12,
                    _ => return None,
                });
            }
            Part::Offset => self.offset_s = Some(offset(rest)?),
            Part::Universal => {
                let name = word(rest);
                let is_universal = [&b"UTC"[..], b"GMT", b"Z"].iter().any(|utc| name.eq_ignore_ascii_case(utc));
                self.offset_s = Some(if is_universal { 0 } else { return None });
            }
            Part::Weekday => drop((!word(rest).is_empty()).then_some(())?),
            Part::Blank => {
                let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                // A blank at the end stands for a part that may be missing.
                if blanks == 0 && !is_last {
                    return None;
                }
                *rest = rest.get(blanks..)?;
            }
            Part::Mark(mark) => {
                let mut bytes = [0; 4];
                *rest = rest.strip_prefix(mark.encode_utf8(&mut bytes).as_bytes())?;
            }
        }
        Some(())
    }

    fn written(&self) -> Option<Written> {
        let (minute, second, ms) = (self.minute, self.second, self.ms);
        let hour = self.half.map_or(self.hour, |half| self.hour % 12 + half);
        let date = Date::new(self.year?, self.month, self.day).ok()?;
        // 24:00 is the end of its day.
        let is_end = (hour, minute, second, ms) == (24, 0, 0, 0);
        if hour > 23 && !is_end {
            return None;
        }
        let (date, hour) = if is_end { (date.tomorrow().ok()?, 0) } else { (date, hour) };
        Some(Written { date, of_day_ms: ((hour * 60 + minute) * 60 + second) * 1000 + ms, offset_s: self.offset_s })
    }
}

fn number(rest: &mut &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let most = *digits.end();
    let length = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, after) = rest.split_at_checked(length).filter(|_| digits.contains(&length))?;
    *rest = after;
    Some(number.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

fn word<'t>(rest: &mut &'t [u8]) -> &'t [u8] {
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, after) = rest.split_at(length);
    *rest = after;
    word
}

/// `Z`, `+08:00`, `+0800` or `+08`, in seconds.
fn offset(rest: &mut &[u8]) -> Option<i32> {
    if let Some(after) = rest.strip_prefix(b"Z").or_else(|| rest.strip_prefix(b"z")) {
        *rest = after;
        return Some(0);
    }
    let sign = match rest.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *rest = rest.get(1..)?;
    let hours = number(rest, 2..=2)?;
    *rest = rest.strip_prefix(b":").unwrap_or(rest);
    let minutes = number(rest, 2..=2).unwrap_or(0);
    (hours <= 25 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60) as i32)
}

/// The clocks of a file: turns what they show into instants, and remembers the day of the last.
#[derive(Debug)]
pub(super) struct Clocks {
    zone: TimeZone,
    /// A regular day and its midnight.
    day: Option<(Date, i64)>,
}

impl Clocks {
    pub(super) fn new(zone: TimeZone) -> Self {
        Clocks { zone, day: None }
    }

    /// The instant of a clock reading.
    pub(super) fn instant(&mut self, written: Written) -> Result<i64, NoStamp> {
        let Written { date, of_day_ms, offset_s } = written;
        if !(1900..=2200).contains(&date.year()) {
            return Err(NoStamp::OutOfRange);
        }
        if let Some(offset_s) = offset_s {
            let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| NoStamp::OutOfRange)?;
            return Ok(midnight.as_millisecond() + of_day_ms - i64::from(offset_s) * 1000);
        }
        if let Some((day, midnight)) = self.day
            && day == date
        {
            return Ok(midnight + of_day_ms);
        }
        if let Some(midnight) = plain_day(date, &self.zone) {
            self.day = Some((date, midnight));
            return Ok(midnight + of_day_ms);
        }
        let clock = clock(date, of_day_ms).ok_or(NoStamp::OutOfRange)?;
        match from_local(clock, &self.zone) {
            LocalTime::Unique(instant) => Ok(instant),
            LocalTime::Ambiguous => Err(NoStamp::Ambiguous),
            LocalTime::Nonexistent => Err(NoStamp::Nonexistent),
        }
    }

    /// A number that is an instant.
    pub(super) fn counted(&mut self, text: &str, form: &Form) -> Result<i64, NoStamp> {
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        match form {
            Form::Epoch { per_ms, ms } => {
                let number: i64 = whole.parse().map_err(|_| NoStamp::Unreadable)?;
                if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(NoStamp::Unreadable);
                }
                let part: i64 =
                    fraction.bytes().chain(*b"000").take(3).fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'));
                let instant =
                    number.div_euclid(*per_ms).checked_mul(*ms).and_then(|at| at.checked_add(part * *ms / 1000));
                instant.filter(|at| Timestamp::from_millisecond(*at).is_ok()).ok_or(NoStamp::OutOfRange)
            }
            _ => {
                let days: f64 =
                    text.trim().parse().ok().filter(|days: &f64| days.is_finite()).ok_or(NoStamp::Unreadable)?;
                if !(1.0..110_000.0).contains(&days) {
                    return Err(NoStamp::OutOfRange);
                }
                // A spreadsheet's float of a second is off by less than a millisecond; seconds are as much as it means.
                let seconds = (days * 86_400.0).round() as i64;
                let date = Date::constant(1899, 12, 30)
                    .checked_add(jiff::Span::new().days(seconds.div_euclid(86_400)))
                    .map_err(|_| NoStamp::OutOfRange)?;
                self.instant(Written { date, of_day_ms: seconds.rem_euclid(86_400) * 1000, offset_s: None })
            }
        }
    }

    /// What follows an included end.
    pub(super) fn after(&self, at: i64, resolution: Resolution) -> i64 {
        match resolution {
            Resolution::Ms(ms) => at + ms,
            Resolution::Day => {
                let day = crate::period::local(at, &self.zone).date();
                day.tomorrow().map_or(at, |next| crate::period::day_start(next, &self.zone))
            }
        }
    }

    /// As people write it.
    #[cfg(test)]
    pub(super) fn told(&self, at: i64) -> String {
        crate::period::rfc3339(at, &self.zone)
    }
}

fn clock(date: Date, of_day_ms: i64) -> Option<DateTime> {
    let (hour, minute) = (of_day_ms / 3_600_000, of_day_ms / 60_000 % 60);
    let (second, ms) = (of_day_ms / 1000 % 60, of_day_ms % 1000);
    DateTime::new(
        date.year(),
        date.month(),
        date.day(),
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        i32::try_from(ms).ok()? * 1_000_000,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::time_zone;

    fn read(format: &str, text: &str, zone: &str) -> Result<String, NoStamp> {
        let form = Form::new(Some(format)).unwrap();
        let mut clocks = Clocks::new(time_zone(zone).unwrap());
        let instant = match &form {
            Form::Parts(parts) => {
                let whole = written(text, parts, Some(2024));
                // After another time of its day, of another day, and after itself.
                let mut same = Same::default();
                for before in ["", text, "2024-04-0", text] {
                    let _ = same.written(before, parts, of_day(parts), Some(2024));
                    if of_day(parts) > 0 {
                        assert_eq!(same.written(text, parts, of_day(parts), Some(2024)), whole);
                    }
                }
                if let Some(mut quick) = Quick::new(&parts[of_day(parts)..])
                    && let Some(whole) = whole
                    && let Ok(instant) = clocks.instant(whole)
                {
                    quick.remember(&same, &clocks);
                    assert!(quick.read(text.as_bytes()).is_none_or(|quick| quick == instant), "{text}");
                }
                clocks.instant(whole.ok_or(NoStamp::Unreadable)?)?
            }
            form => clocks.counted(text, form)?,
        };
        Ok(clocks.told(instant))
    }

    #[test]
    fn times_as_people_write_them() {
        for (format, text, zone, expected) in [
            ("%d-%m-%Y %H:%M:%S", "05-04-2026 02:00:00", "Asia/Shanghai", "2026-04-05T02:00:00+08:00"),
            ("%d-%b-%y %I:%M:%S %p %Z", "22-Sep-26 09:00:01 AM UTC", "Asia/Shanghai", "2026-09-22T17:00:01+08:00"),
            ("%m/%d/%Y %H:%M", "5/30/2026 00:00", "UTC", "2026-05-30T00:00:00+00:00"),
            ("%m/%d  %H:%M:%S", " 01/01  24:00:00", "UTC", "2024-01-02T00:00:00+00:00"),
            ("%Y-%m-%dT%H:%M:%S%z", "2020-08-20T23:40:00+02:00", "UTC", "2020-08-20T21:40:00+00:00"),
            ("%d.%m.%Y %H:%M", "01.01.2025 00:15", "Europe/Berlin", "2025-01-01T00:15:00+01:00"),
            ("%m/%d/%Y %I:%M:%S %p", "03/01/2024 12:00:00 AM", "UTC", "2024-03-01T00:00:00+00:00"),
            ("%m/%d/%Y %I:%M:%S %p", "03/01/2024 12:00:00 PM", "UTC", "2024-03-01T12:00:00+00:00"),
            ("%Y年%m月%d日 %H:%M", "2024年3月1日 24:00", "Asia/Shanghai", "2024-03-02T00:00:00+08:00"),
            ("%Y%m%d", "20240301", "UTC", "2024-03-01T00:00:00+00:00"),
            ("epoch_s", "1709251200", "UTC", "2024-03-01T00:00:00+00:00"),
            ("epoch_s", "1709251200.5", "UTC", "2024-03-01T00:00:00.5+00:00"),
            ("epoch_ms", "1709251200000", "UTC", "2024-03-01T00:00:00+00:00"),
            ("epoch_ns", "1709251200000000000", "UTC", "2024-03-01T00:00:00+00:00"),
            ("excel", "45352.5", "Asia/Shanghai", "2024-03-01T12:00:00+08:00"),
        ] {
            assert_eq!(read(format, text, zone).as_deref(), Ok(expected), "{format} {text}");
        }
    }

    /// Times of a known day are read at once, and only those that the format says.
    #[test]
    fn a_known_day() {
        let Some(Form::Parts(parts)) = Form::new(Some("%d.%m.%Y %H:%M")) else { panic!() };
        let mut clocks = Clocks::new(time_zone("Europe/Berlin").unwrap());
        let (mut same, mut quick) = (Same::default(), Quick::new(&parts[of_day(&parts)..]).unwrap());
        for (first, expected) in [("01.03.2024 00:00", Some("2024-03-01T12:30:00+01:00")), ("31.03.2024 12:00", None)] {
            let written = same.written(first, &parts, of_day(&parts), None).unwrap();
            clocks.instant(written).unwrap();
            quick.remember(&same, &clocks);
            let read =
                |clock: &str| quick.read(format!("{}{clock}", &first[..10]).as_bytes()).map(|at| clocks.told(at));
            // A day on which clocks are set is none of these.
            assert_eq!(read(" 12:30").as_deref(), expected);
            for other in ["", " 12:3", " 12:30:00", "T12:30", " 24:00", " 12:60", " 1a:00", "0 12:30"] {
                assert_eq!(read(other), None, "{other}");
            }
        }
    }

    #[test]
    fn what_is_no_such_time_is_none() {
        for (format, text, expected) in [
            ("%d-%m-%Y %H:%M", "2024-04-05 02:00", NoStamp::Unreadable),
            ("%d/%m/%Y %H:%M", "31/02/2024 00:00", NoStamp::Unreadable),
            ("%d/%m/%Y %H:%M", "05/30/2026 00:00", NoStamp::Unreadable),
            ("%d/%m/%Y %H:%M", "01/02/2024 24:30", NoStamp::Unreadable),
            ("%d/%m/%Y %H:%M", "01/02/2024 00:00 x", NoStamp::Unreadable),
            ("%d/%m/%Y %I:%M %p", "01/02/2024 13:00 PM", NoStamp::Unreadable),
            ("%d/%m/%Y %H:%M", "31/03/2024 02:30", NoStamp::Nonexistent),
            ("%d/%m/%Y %H:%M", "27/10/2024 02:30", NoStamp::Ambiguous),
            ("%d/%m/%Y %H:%M", "01/02/0024 00:00", NoStamp::OutOfRange),
            ("epoch_s", "9999999999999999", NoStamp::OutOfRange),
            ("epoch_s", "-", NoStamp::Unreadable),
            ("excel", "0.2", NoStamp::OutOfRange),
        ] {
            assert_eq!(read(format, text, "Europe/Berlin"), Err(expected), "{format} {text}");
        }
        assert_eq!(Form::new(Some("%Q")), None);
    }
}
