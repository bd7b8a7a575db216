use crate::period::{LocalTime, from_local, plain_day, time_zone};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

/// Reads times, and remembers the day of the one before: nearly all rows are of the same day, written alike.
pub(crate) struct Clock {
    site: TimeZone,
    zone: TimeZone,
    offset: Option<Offset>,
    day: Option<Day>,
}

/// A day whose hours are regular, as it is written in a file.
struct Day {
    date: [u8; 10],
    /// The length of the text, and what stands behind the clock: an offset, `Z`, or nothing.
    length: usize,
    offset: Vec<u8>,
    midnight: i64,
}

/// Why a time is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoTime {
    Unreadable,
    Ambiguous,
    Nonexistent,
    /// No calendar of ours goes so far.
    OutOfRange,
    /// The second that is put in after 23:59:59: no clock of a meter's year has it.
    LeapSecond,
}

/// The right reason for a time that is none.
fn reason(text: &[u8], otherwise: NoTime) -> NoTime {
    let year =
        text.trim_ascii_start().first_chunk::<4>().and_then(|year| std::str::from_utf8(year).ok()?.parse::<u16>().ok());
    match year {
        Some(year) if !(1900..=2200).contains(&year) => NoTime::OutOfRange,
        _ if is_leap_second(text) => NoTime::LeapSecond,
        _ => otherwise,
    }
}

fn is_leap_second(text: &[u8]) -> bool {
    text.windows(6).any(|part| matches!(part, [b':', b'5', b'9', b':', b'6', b'0']))
}

impl Clock {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Clock { site: zone.clone(), zone, offset: None, day: None }
    }

    /// Reads local times at a fixed offset; `None`: in the site's zone again.
    pub(super) fn read_in(&mut self, offset: Option<Offset>) {
        if offset != self.offset {
            (self.zone, self.day) = (offset.map_or_else(|| self.site.clone(), TimeZone::fixed), None);
            self.offset = offset;
        }
    }

    /// RFC 3339, or a local time in the site's zone.
    pub(crate) fn read(&mut self, text: &[u8]) -> Result<i64, NoTime> {
        match self.day.as_ref().and_then(|day| day.read(text)) {
            Some(time) => Ok(time),
            // It would be read as the second before.
            None if is_leap_second(text) => Err(NoTime::LeapSecond),
            None => self.read_slowly(text).map_err(|error| reason(text, error)),
        }
    }

    /// Of text that begins with a time as those before: the time and the length of its text.
    pub(super) fn begin(&self, text: &[u8]) -> Option<(i64, usize)> {
        let day = self.day.as_ref()?;
        Some((day.read(text.get(..day.length)?)?, day.length))
    }

    fn read_slowly(&mut self, text: &[u8]) -> Result<i64, NoTime> {
        let shaped = text.len() >= 16
            && [(4, b'-'), (7, b'-'), (13, b':')].iter().all(|(i, mark)| text.get(*i) == Some(mark))
            && matches!(text.get(10), Some(b'T' | b't' | b' '))
            && !text.ends_with(b"]")
            && text.get(11..13) != Some(b"24");
        if !shaped {
            return self.read_otherwise(text);
        }
        let readable = std::str::from_utf8(text).map_err(|_| NoTime::Unreadable)?;
        let has_offset = text.iter().skip(16).any(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
        let time = if has_offset {
            readable.parse::<Timestamp>().map_err(|_| NoTime::Unreadable)?.as_millisecond()
        } else {
            let clock = readable.parse::<DateTime>().map_err(|_| NoTime::Unreadable)?;
            match from_local(clock, &self.zone) {
                LocalTime::Unique(time) => time,
                LocalTime::Ambiguous => return Err(NoTime::Ambiguous),
                LocalTime::Nonexistent => return Err(NoTime::Nonexistent),
            }
        };
        self.day = self.remember(text, time, has_offset);
        Ok(time)
    }

    /// What has one meaning only, though it is written otherwise: the year first, `/` or one digit for month, day and hour,
    /// 24:00 at a day's end, the name of a zone in brackets.
    fn read_otherwise(&self, text: &[u8]) -> Result<i64, NoTime> {
        let text = std::str::from_utf8(text).map_err(|_| NoTime::Unreadable)?;
        let (text, zone) = match text.strip_suffix(']').and_then(|text| text.rsplit_once('[')) {
            Some((text, name)) => (text, Some(time_zone(name).map_err(|_| NoTime::Unreadable)?)),
            None => (text, None),
        };
        let (clock, offset) = civil(text).ok_or(NoTime::Unreadable)?;
        if !offset.is_empty() {
            let text = format!("{}{offset}", clock.strftime("%Y-%m-%dT%H:%M:%S%.f"));
            return text.parse::<Timestamp>().map(Timestamp::as_millisecond).map_err(|_| NoTime::Unreadable);
        }
        match from_local(clock, zone.as_ref().unwrap_or(&self.zone)) {
            LocalTime::Unique(time) => Ok(time),
            LocalTime::Ambiguous => Err(NoTime::Ambiguous),
            LocalTime::Nonexistent => Err(NoTime::Nonexistent),
        }
    }

    fn remember(&self, text: &[u8], time: i64, has_offset: bool) -> Option<Day> {
        let date: [u8; 10] = *text.first_chunk()?;
        let clock = text.get(11..)?;
        let (of_day, length) = of_day(clock)?;
        let offset = clock.get(length..)?.to_vec();
        let midnight = if has_offset {
            time - of_day
        } else {
            let date: Date = std::str::from_utf8(&date).ok()?.parse().ok()?;
            plain_day(date, &self.zone).filter(|_| offset.is_empty())?
        };
        Some(Day { date, length: text.len(), offset, midnight })
    }
}

impl Day {
    fn read(&self, text: &[u8]) -> Option<i64> {
        let known = text.len() == self.length
            && text.starts_with(&self.date)
            && matches!(text.get(10), Some(b'T' | b't' | b' '))
            && text.ends_with(&self.offset);
        let clock = text.get(11..self.length - self.offset.len()).filter(|_| known)?;
        let (of_day, length) = of_day(clock)?;
        (length == clock.len()).then_some(self.midnight + of_day)
    }
}

/// The milliseconds since midnight of `HH:MM` or `HH:MM:SS`, and how many bytes that was.
fn of_day(clock: &[u8]) -> Option<(i64, usize)> {
    let two = |i: usize, most: u8| {
        let (tens, ones) = (clock.get(i)?.wrapping_sub(b'0'), clock.get(i + 1)?.wrapping_sub(b'0'));
        let number = tens.wrapping_mul(10).wrapping_add(ones);
        (tens <= 9 && ones <= 9 && number <= most).then_some(i64::from(number))
    };
    let minutes = two(0, 23)? * 60 + two(3, 59)?;
    if clock.get(2) != Some(&b':') {
        return None;
    }
    if clock.get(5) == Some(&b':') {
        return Some(((minutes * 60 + two(6, 59)?) * 1000, 8));
    }
    Some((minutes * 60_000, 5))
}

/// A local clock reading with the year first, and what stands behind it: an offset, or nothing.
fn civil(text: &str) -> Option<(DateTime, &str)> {
    let mut rest = text.trim();
    let mut number = |digits: std::ops::RangeInclusive<usize>, after: &[char]| {
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i16 = rest.get(..length).filter(|_| digits.contains(&length))?.parse().ok()?;
        rest = rest.get(length..)?;
        if !after.is_empty() {
            rest = rest.strip_prefix(after)?;
        }
        Some((number, rest))
    };
    let separator = text.trim().chars().find(|mark| !mark.is_ascii_digit()).filter(|mark| matches!(mark, '-' | '/'))?;
    let (year, _) = number(4..=4, &[separator])?;
    let (month, _) = number(1..=2, &[separator])?;
    let (day, _) = number(1..=2, &[' ', 'T', 't'])?;
    let (hour, _) = number(1..=2, &[':'])?;
    let (minute, mut rest) = number(2..=2, &[])?;
    let mut second = 0;
    if let Some(after) = rest.strip_prefix(':') {
        second = after.get(..2)?.parse().ok().filter(|second| (0..60).contains(second))?;
        rest = after.get(2..)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches('0');
        }
    }
    let fits = rest.is_empty() || rest == "Z" || rest.starts_with(['+', '-']);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(|_| fits)?;
    if (hour, minute, second) == (24, 0, 0) {
        return Some((date.tomorrow().ok()?.at(0, 0, 0, 0), rest));
    }
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return None;
    }
    Some((date.at(hour as i8, minute as i8, second, 0), rest))
}

/// A plain decimal number; NaN for a missing one. `None`: neither.
pub(crate) fn number(text: &[u8]) -> Option<f64> {
    if let Some((number, length)) = decimal(text)
        && length == text.len()
    {
        return Some(number);
    }
    if matches!(text, b"" | b"-") || text.eq_ignore_ascii_case(b"nan") || text.eq_ignore_ascii_case(b"null") {
        return Some(f64::NAN);
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Digits with a point among them at the beginning of a text, and how many bytes that was: at most 15 digits, which a
/// float holds, over a power of ten, which it holds too, so that the quotient is the nearest float.
pub(super) fn decimal(text: &[u8]) -> Option<(f64, usize)> {
    const TENS: [f64; 16] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (mut digits, mut whole, mut point) = (0_u64, 0_usize, None);
    let mut length = 0;
    for &byte in text.iter().take(17) {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                whole += 1;
            }
            b'.' if point.is_none() && whole > 0 => point = Some(length),
            _ => break,
        }
        length += 1;
    }
    let decimals = point.map_or(0, |point| length - point - 1);
    if whole == 0 || whole > 15 || (point.is_some() && decimals == 0) {
        return None;
    }
    Some((digits as f64 / TENS.get(decimals)?, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::time_zone;
    use proptest::prelude::*;

    proptest! {
        /// The quick way reads what the standard library reads.
        #[test]
        fn numbers_are_the_nearest_floats(text in prop_oneof!["[0-9]{1,18}(\\.[0-9]{0,18})?", "-?[0-9.]{0,6}(e[0-9]{1,2})?", "[0-9]{1,9}\\.[0-9]{3}"]) {
            let expected = text.parse::<f64>().ok();
            let missing = matches!(text.as_str(), "" | "-");
            prop_assert_eq!(number(text.as_bytes()).filter(|_| !missing).map(f64::to_bits), expected.map(f64::to_bits));
        }

        /// What is remembered of a day changes nothing.
        #[test]
        fn times_are_those_of_a_fresh_clock(days in prop::collection::vec((0..3_i64, 0..1440_i64, 0..5_u8), 1..40), denver: bool) {
            let zone = time_zone(if denver { "America/Denver" } else { "Australia/Lord_Howe" }).unwrap();
            let mut clock = Clock::new(zone.clone());
            for (day, minute, form) in days {
                // Around the changes of both zones.
                let at = jiff::civil::date(2024, if denver { 3 } else { 4 }, if denver { 9 } else { 6 });
                let at = at.at(0, 0, 0, 0).checked_add(jiff::SignedDuration::from_mins(day * 1440 + minute)).unwrap();
                let text = match form {
                    0 => at.strftime("%Y-%m-%d %H:%M").to_string(),
                    1 => at.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                    2 => at.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string(),
                    3 => at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                    _ => at.strftime("%Y-%m-%dT%H:61:%S").to_string(),
                };
                prop_assert_eq!(clock.read(text.as_bytes()), Clock::new(zone.clone()).read(text.as_bytes()), "{}", text);
            }
        }
    }
}
