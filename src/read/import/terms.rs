//! What a mapping says of a single text: as a time, a number, a unit, a flag.

use super::{
    Flag, Format, Mapping, UnitOf,
    amount::Numbers,
    stamp::{Clocks, Form, NoStamp, Part, Quick, Resolution, Same, Written, of_day, written},
};
use crate::{
    finding::Text,
    metering::Quality,
    period::time_zone,
    quantity::{Ratio, Unit},
    read::csv::{Clock, NoTime},
};
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// The terms in which a file's texts are read.
pub(super) struct Terms<'m> {
    pub mapping: &'m Mapping,
    pub zone: TimeZone,
    pub clocks: Clocks,
    form: Form,
    /// How many of the format's parts say the day, before all others.
    of_day: usize,
    same: Same,
    quick: Option<Quick>,
    own: Clock,
    numbers: Numbers,
    /// Whether dates of cells are spelled as in our own files, whatever the format.
    is_sheet: bool,
    /// Whether the last time was the day of a cell.
    is_day: bool,
}

impl<'m> Terms<'m> {
    pub(super) fn new(mapping: &'m Mapping, site: TimeZone, is_sheet: bool) -> Self {
        let zone = match mapping.time.zone.as_deref() {
            // The Australian market has one clock, without summer time.
            None if mapping.format == Format::Nem12 => time_zone("+10:00").unwrap_or(site),
            None | Some("site") => site,
            Some(name) => time_zone(name).unwrap_or(site),
        };
        let form = mapping.form();
        let parts = if let Form::Parts(parts) = &form { parts.as_slice() } else { &[] };
        let of_day = of_day(parts);
        Terms {
            mapping,
            of_day,
            quick: parts.get(of_day..).filter(|_| of_day > 0).and_then(Quick::new),
            same: Same::default(),
            clocks: Clocks::new(zone.clone()),
            form,
            own: Clock::new(zone.clone()),
            zone,
            numbers: Numbers::new(mapping),
            is_sheet,
            is_day: false,
        }
    }

    /// An instant of a cell alone, where it can be had without a look at whether it is text.
    pub(super) fn quick_instant(&mut self, cell: &[u8]) -> Option<i64> {
        match (&self.form, &self.quick) {
            _ if self.is_sheet => None,
            (Form::Own, _) => self.own.read(cell).ok(),
            (_, Some(quick)) => quick.read(cell),
            _ => None,
        }
    }

    /// An instant; with the minutes by which its clock is ahead of UTC, where another column says them.
    pub(super) fn instant(&mut self, text: &str, offset_s: Option<i32>) -> Result<i64, NoStamp> {
        self.is_day = self.is_sheet && text.len() == 10 && text.as_bytes().get(4) == Some(&b'-');
        let whole = if self.is_day { Cow::Owned(format!("{text} 00:00")) } else { Cow::Borrowed(text) };
        match &self.form {
            Form::Own => own(&mut self.own, whole.as_bytes()),
            Form::Parts(parts) => match read(&mut self.same, text, parts, self.of_day, self.mapping.time.year) {
                Some(mut clock) => {
                    clock.offset_s = offset_s.or(clock.offset_s);
                    let instant = self.clocks.instant(clock);
                    if let Some(quick) = &mut self.quick {
                        quick.remember(&self.same, &self.clocks);
                    }
                    instant
                }
                // A spreadsheet's own dates have the year first, however the mapping writes those that are texts.
                None if self.is_sheet => own(&mut self.own, whole.as_bytes()),
                None => Err(NoStamp::Unreadable),
            },
            form => self.clocks.counted(text, form),
        }
    }

    /// What follows an included end.
    pub(super) fn after(&self, end: i64) -> i64 {
        self.clocks.after(end, if self.is_day { Resolution::Day } else { self.form.resolution() })
    }

    /// Start, where it is known, and time of a single stamp.
    pub(super) fn interval(&self, at: i64, is_interval: bool) -> (Option<i64>, i64, crate::metering::Stamp) {
        use crate::metering::Stamp::{End, Start};
        let time = &self.mapping.time;
        let stamp = if time.marks == Some(super::Marks::End) { End } else { Start };
        let length = time.minutes.filter(|_| is_interval).map(|minutes| i64::from(minutes) * 60_000);
        match (length, stamp) {
            (None, stamp) => (None, at, stamp),
            (Some(length), Start) => (Some(at), at + length, stamp),
            (Some(length), End) => (Some(at - length), at, stamp),
        }
    }

    pub(super) fn expected_time(&self, error: NoStamp) -> Text {
        let format = self.mapping.time.format.as_deref().unwrap_or("YYYY-MM-DD HH:MM");
        let expected = error.expected();
        Text::new(format!("{}（{format}）", expected.0), format!("{} ({format})", expected.1))
    }

    /// A number; NaN where there is none. `None`: neither.
    pub(super) fn number(&self, text: &[u8]) -> Option<f64> {
        self.numbers.read(text)
    }

    pub(super) fn expected_number(&self) -> Text {
        let dialect = &self.mapping.dialect;
        let (decimal, thousands) = (dialect.decimal.unwrap_or('.'), dialect.thousands);
        match thousands {
            None => Text::new(
                format!("数字，小数点为“{decimal}”"),
                format!("a number with {decimal:?} before its fraction"),
            ),
            Some(mark) => Text::new(
                format!("数字，小数点为“{decimal}”，千位分隔符为“{mark}”"),
                format!("a number with {decimal:?} before its fraction and {mark:?} between thousands"),
            ),
        }
    }

    /// A unit by its name in the file, and how much of it.
    pub(super) fn unit(&self, said: &str) -> Option<(Unit, Option<f64>)> {
        let unit = self.mapping.value.units.get(said).copied().or_else(|| said.parse().ok().map(UnitOf::Same))?;
        Some(match unit {
            UnitOf::Same(unit) => (unit, None),
            UnitOf::Times { unit, factor } => (unit, Some(factor)),
        })
    }

    pub(super) fn expected_unit(&self) -> Text {
        let known: Vec<&str> = self.mapping.value.units.keys().map(String::as_str).collect();
        Text::same(if known.is_empty() { "kWh, MWh, kW …".to_owned() } else { known.join(", ") })
    }

    /// What a flag of quality means by the mapping, or else by the format's own standard.
    pub(super) fn quality(&self, said: &str, standard: impl Fn(&str) -> Option<Quality>) -> Option<Quality> {
        let Some(quality) = &self.mapping.quality else { return standard(said) };
        let listed = quality.map.get(said).copied().map(Flag::into);
        listed.or_else(|| standard(said)).or(quality.other.map(Flag::into))
    }

    pub(super) fn expected_flag(&self, standard: &str) -> Text {
        let map = self.mapping.quality.iter().flat_map(|quality| quality.map.keys().map(String::as_str));
        let known: Vec<&str> = map.chain((!standard.is_empty()).then_some(standard)).collect();
        Text::same(known.join(", "))
    }
}

fn read(same: &mut Same, text: &str, parts: &[Part], of_day: usize, year: Option<i16>) -> Option<Written> {
    if of_day > 0 { same.written(text, parts, of_day, year) } else { written(text, parts, year) }
}

fn own(clock: &mut Clock, text: &[u8]) -> Result<i64, NoStamp> {
    clock.read(text).map_err(|error| match error {
        NoTime::Ambiguous => NoStamp::Ambiguous,
        NoTime::Nonexistent => NoStamp::Nonexistent,
        NoTime::OutOfRange => NoStamp::OutOfRange,
        _ => NoStamp::Unreadable,
    })
}

/// Factors as one fraction, each as the decimal that it is written as; `None` beyond the range of fractions.
pub(super) fn product<const N: usize>(factors: [Option<f64>; N]) -> Option<Ratio> {
    let mut given = factors.into_iter().flatten();
    given.try_fold(Ratio::ONE, |product, factor| product.checked_mul(Ratio::from_f64(factor)?))
}
