//! Tables: rows of cells, long, wide or a row per day, to entries.

use super::{
    Flag, Layout, Mapping, Marks, MeterColumn, Quantity, UnitOf,
    amount::Numbers,
    entry::{Entry, Receive, shown},
    stamp::{Clocks, Form, NoStamp, written},
};
use crate::{
    finding::{Code, Text},
    metering::{Quality, Stamp},
    period::{LocalTime, day_start, from_local, time_zone},
    quantity::{Ratio, Unit},
    read::csv::{Clock, Faults, NoTime, TextOf},
};
use jiff::{civil::Date, tz::TimeZone};
use std::borrow::Cow;

/// The cells of a row, trimmed.
pub(super) struct Row<'r> {
    pub cells: &'r [&'r [u8]],
    pub line: u64,
    pub encoding: TextOf,
}

impl<'r> Row<'r> {
    fn cell(&self, at: usize) -> &'r [u8] {
        self.cells.get(at).copied().unwrap_or_default()
    }

    fn text(&self, at: usize) -> Cow<'r, str> {
        self.encoding.text(self.cell(at))
    }
}

/// Where a header has what a mapping names.
#[derive(Debug, Default)]
struct Places<'m> {
    single: Vec<usize>,
    start: Vec<usize>,
    end: Vec<usize>,
    offset: Option<usize>,
    labels: Vec<usize>,
    value: Option<usize>,
    values: Vec<usize>,
    wide: Vec<(usize, &'m MeterColumn)>,
    unit: Option<usize>,
    factor: Option<usize>,
    quality: Option<usize>,
    skip: Vec<(usize, &'m str)>,
}

impl<'m> Places<'m> {
    /// What is missing, if anything is.
    fn find(mapping: &'m Mapping, header: &[String]) -> Result<Self, Vec<&'m str>> {
        let mut missing = Vec::new();
        let mut find = |name: &'m str| {
            let number =
                name.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()).filter(|number| *number > 0);
            let by_name = || {
                let exactly = header.iter().position(|column| column == name);
                exactly.or_else(|| header.iter().position(|column| column.to_lowercase() == name.to_lowercase()))
            };
            by_name().or_else(|| number.map(|number| number - 1)).unwrap_or_else(|| {
                missing.push(name);
                0
            })
        };
        let (time, value) = (&mapping.time, &mapping.value);
        let mut all = |names: &'m [String]| names.iter().map(|name| find(name)).collect::<Vec<_>>();
        let (single, start, end) = (all(&time.columns), all(&time.start), all(&time.end));
        let (values, mut labels) = (all(&value.columns), Vec::new());
        if let Some(whose) = &mapping.meter {
            labels = all(&whose.labels);
            labels.extend(whose.column.as_deref().map(&mut find));
        }
        let places = Places {
            single,
            start,
            end,
            values,
            labels,
            offset: time.offset_column.as_deref().map(&mut find),
            value: value.column.as_deref().map(&mut find),
            wide: mapping.columns.iter().map(|(name, column)| (find(name), column)).collect(),
            unit: value.unit_column.as_deref().map(&mut find),
            factor: value.factor_column.as_deref().map(&mut find),
            quality: mapping.quality.as_ref().and_then(|quality| quality.column.as_deref()).map(&mut find),
            skip: mapping.skip.iter().map(|skip| (find(&skip.column), skip.is.as_str())).collect(),
        };
        if missing.is_empty() { Ok(places) } else { Err(missing) }
    }
}

/// A table that is being read by a mapping.
pub(super) struct Table<'m> {
    mapping: &'m Mapping,
    form: Form,
    clocks: Clocks,
    own: Clock,
    zone: TimeZone,
    numbers: Numbers,
    places: Option<Places<'m>>,
    /// What the first lines had, for who asks why none is the header.
    seen: Vec<String>,
    missing: Vec<&'m str>,
    label: String,
    /// Whether dates of cells are spelled as in our own files, whatever the format.
    is_sheet: bool,
    /// Whether all columns are named by their numbers, so that any row could be the header.
    is_numbered: bool,
    pub(super) fits: Fits,
}

/// How many rows became readings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fits {
    pub read: u64,
    pub not: u64,
}

/// So many lines are looked at for a header.
const PREAMBLE: u64 = 200;

/// A row that cannot be read: why is told already.
struct Told;

impl<'m> Table<'m> {
    pub(super) fn new(mapping: &'m Mapping, site: TimeZone, is_sheet: bool) -> Self {
        let zone = match mapping.time.zone.as_deref() {
            None | Some("site") => site,
            Some(name) => time_zone(name).unwrap_or(site),
        };
        let mut table = Table {
            mapping,
            form: mapping.form(),
            clocks: Clocks::new(zone.clone()),
            own: Clock::new(zone.clone()),
            zone,
            numbers: Numbers::new(mapping),
            places: None,
            seen: Vec::new(),
            missing: Vec::new(),
            label: String::new(),
            is_sheet,
            is_numbered: false,
            fits: Fits::default(),
        };
        table.is_numbered = Places::find(mapping, &[]).is_ok();
        if matches!(mapping.dialect.header_line, None | Some(0)) && table.is_numbered {
            table.look_for_header(&[]);
        }
        table
    }

    /// What is missing of the header, and what the first lines were; `None` once it is found.
    pub(super) fn no_header(&self) -> Option<(String, String)> {
        self.places.is_none().then(|| (self.missing.join(", "), self.seen.first().cloned().unwrap_or_default()))
    }

    /// Whether no header can come any more.
    pub(super) fn is_hopeless(&self, line: u64) -> bool {
        self.places.is_none() && line > self.mapping.dialect.header_line.unwrap_or(0).max(PREAMBLE)
    }

    fn look_for_header(&mut self, header: &[String]) -> bool {
        match Places::find(self.mapping, header) {
            Ok(places) => {
                self.places = Some(places);
                true
            }
            Err(missing) => {
                // Of the line that has most.
                if self.missing.is_empty() || missing.len() < self.missing.len() {
                    self.missing = missing;
                    self.seen = vec![shown(&header.join(","))];
                }
                false
            }
        }
    }

    /// A row, the header among them.
    pub(super) fn row(&mut self, row: &Row<'_>, faults: &mut Faults<'_>, to: &mut impl Receive) {
        if row.cells.iter().all(|cell| cell.is_empty()) {
            return;
        }
        if let Some(comment) = self.mapping.dialect.comment.as_deref()
            && row.cell(0).starts_with(comment.as_bytes())
        {
            return;
        }
        let header = || {
            row.cells
                .iter()
                .map(|cell| row.encoding.text(cell).trim_start_matches('\u{feff}').to_owned())
                .collect::<Vec<_>>()
        };
        let Some(places) = self.places.take() else {
            if self.mapping.dialect.header_line.is_none_or(|line| line == row.line) {
                self.look_for_header(&header());
            }
            return;
        };
        // A header that is repeated, maybe with another order, says the names where values are due.
        let at =
            places.value.or(places.values.first().copied()).or(places.wide.first().map(|(at, _)| *at)).unwrap_or(0);
        let is_word =
            row.cell(at).first().is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii() || *byte == b'_');
        if is_word && !self.is_numbered && self.look_for_header(&header()) {
            return;
        }
        if places.skip.iter().all(|(at, is)| row.text(*at) != *is) {
            match self.entries(row, &places, faults, to) {
                Ok(()) => self.fits.read += 1,
                Err(Told) => self.fits.not += 1,
            }
        }
        self.places = Some(places);
    }

    fn entries(
        &mut self,
        row: &Row<'_>,
        places: &Places<'m>,
        faults: &mut Faults<'_>,
        to: &mut impl Receive,
    ) -> Result<(), Told> {
        let mapping = self.mapping;
        self.label.clear();
        match mapping.meter.as_ref().and_then(|whose| whose.is.as_deref()) {
            Some(is) => self.label.push_str(is),
            None => {
                for (i, &at) in places.labels.iter().enumerate() {
                    self.label.push_str(if i == 0 { "" } else { "/" });
                    self.label.push_str(&row.text(at));
                }
            }
        }
        if mapping.layout == Layout::Days {
            return self.day(row, places, faults, to);
        }
        let quantity = mapping.quantity();
        let (start, time, stamp) = self.when(row, places, quantity.is_interval(), faults)?;
        if mapping.layout == Layout::Wide {
            for (at, column) in &places.wide {
                let quantity = column.quantity.unwrap_or(quantity);
                let Ok(value) = self.value(row, *at, &column.meter, faults) else { continue };
                let (value, factor) = match product([mapping.value.factor, column.factor]) {
                    Some(factor) => (value, factor),
                    None => (f64::NAN, Ratio::ONE),
                };
                let start = start.filter(|_| quantity.is_interval());
                let (label, unit) = (column.meter.as_str(), column.unit.or(mapping.value.unit));
                let (quality, line) = (Quality::Actual, row.line);
                to.receive(&Entry { label, start, time, stamp, value, factor, unit, quantity, quality, line }, faults);
            }
            return Ok(());
        }
        let (unit, factor) = self.scale(row, places, faults)?;
        let value = self.value(row, places.value.unwrap_or(0), &self.label, faults)?;
        let quality = self.quality(row, places, faults)?;
        let value = if quality == Quality::Missing { f64::NAN } else { value };
        let (label, line) = (self.label.as_str(), row.line);
        to.receive(&Entry { label, start, time, stamp, value, factor, unit, quantity, quality, line }, faults);
        Ok(())
    }

    /// Start, end or instant, and what a single stamp marks.
    fn when(
        &mut self,
        row: &Row<'_>,
        places: &Places<'_>,
        is_interval: bool,
        faults: &mut Faults<'_>,
    ) -> Result<(Option<i64>, i64, Stamp), Told> {
        let time = &self.mapping.time;
        if places.single.is_empty() {
            let start = self.instant(row, &places.start, places, faults)?;
            let mut end = self.instant(row, &places.end, places, faults)?;
            if time.end_included {
                end = self.clocks.after(end, self.form.resolution());
            }
            return Ok((Some(start), end, Stamp::End));
        }
        let at = self.instant(row, &places.single, places, faults)?;
        let stamp = if time.marks == Some(Marks::End) { Stamp::End } else { Stamp::Start };
        let length = time.minutes.filter(|_| is_interval).map(|minutes| i64::from(minutes) * 60_000);
        Ok(match (length, stamp) {
            (None, stamp) => (None, at, stamp),
            (Some(length), Stamp::Start) => (Some(at), at + length, stamp),
            (Some(length), Stamp::End) => (Some(at - length), at, stamp),
        })
    }

    fn instant(
        &mut self,
        row: &Row<'_>,
        columns: &[usize],
        places: &Places<'_>,
        faults: &mut Faults<'_>,
    ) -> Result<i64, Told> {
        let joined = match columns {
            [one] => row.text(*one),
            many => Cow::Owned(many.iter().map(|at| row.text(*at)).collect::<Vec<_>>().join(" ")),
        };
        let read = match &self.form {
            Form::Own => self.own.read(joined.as_bytes()).map_err(|error| match error {
                NoTime::Ambiguous => NoStamp::Ambiguous,
                NoTime::Nonexistent => NoStamp::Nonexistent,
                NoTime::OutOfRange => NoStamp::OutOfRange,
                _ => NoStamp::Unreadable,
            }),
            Form::Parts(parts) => match written(&joined, parts, self.mapping.time.year) {
                Some(mut clock) => {
                    if let Some(at) = places.offset {
                        let Ok(minutes) = row.text(at).parse::<i32>() else {
                            return self.no_time(
                                row,
                                at,
                                &row.text(at),
                                ("与 UTC 相差的分钟数", "minutes ahead of UTC"),
                                faults,
                            );
                        };
                        clock.offset_s = minutes.checked_mul(60).filter(|seconds| seconds.abs() <= 93_600);
                        if clock.offset_s.is_none() {
                            return self.no_time(
                                row,
                                at,
                                &row.text(at),
                                ("与 UTC 相差的分钟数", "minutes ahead of UTC"),
                                faults,
                            );
                        }
                    }
                    self.clocks.instant(clock)
                }
                // A spreadsheet's own dates have the year first, however the mapping writes those that are texts.
                None if self.is_sheet => self.own.read(joined.as_bytes()).map_err(|_| NoStamp::Unreadable),
                None => Err(NoStamp::Unreadable),
            },
            form => self.clocks.counted(&joined, form),
        };
        match read {
            Ok(at) => Ok(at),
            Err(error) => self.no_time(row, columns.first().copied().unwrap_or(0), &joined, error.expected(), faults),
        }
    }

    fn no_time<T>(
        &self,
        row: &Row<'_>,
        at: usize,
        found: &str,
        expected: (&'static str, &'static str),
        faults: &mut Faults<'_>,
    ) -> Result<T, Told> {
        let format = self.mapping.time.format.as_deref().unwrap_or("YYYY-MM-DD HH:MM");
        let expected = Text::new(format!("{}（{format}）", expected.0), format!("{} ({format})", expected.1));
        faults.push(Code::CsvTime, row.line, Some(at), &self.label, format!("{:?}", shown(found)), expected);
        Err(Told)
    }

    fn value(&self, row: &Row<'_>, at: usize, meter: &str, faults: &mut Faults<'_>) -> Result<f64, Told> {
        self.numbers.read(row.cell(at)).ok_or_else(|| {
            let dialect = &self.mapping.dialect;
            let (decimal, thousands) = (dialect.decimal.unwrap_or('.'), dialect.thousands);
            let expected = match thousands {
                None => Text::new(
                    format!("数字，小数点为“{decimal}”"),
                    format!("a number with {decimal:?} before its fraction"),
                ),
                Some(mark) => Text::new(
                    format!("数字，小数点为“{decimal}”，千位分隔符为“{mark}”"),
                    format!("a number with {decimal:?} before its fraction and {mark:?} between thousands"),
                ),
            };
            faults.push(Code::CsvValue, row.line, Some(at), meter, format!("{:?}", shown(&row.text(at))), expected);
            Told
        })
    }

    /// The unit of a row, and what its value is multiplied by.
    fn scale(
        &self,
        row: &Row<'_>,
        places: &Places<'_>,
        faults: &mut Faults<'_>,
    ) -> Result<(Option<Unit>, Ratio), Told> {
        let value = &self.mapping.value;
        let mut own = None;
        if let Some(at) = places.factor {
            let said = self.value(row, at, &self.label, faults)?;
            if !(said.is_finite() && said != 0.0) {
                faults.push(
                    Code::CsvValue,
                    row.line,
                    Some(at),
                    &self.label,
                    format!("{:?}", shown(&row.text(at))),
                    ("倍率", "a factor"),
                );
                return Err(Told);
            }
            own = Some(said);
        }
        let Some(at) = places.unit else { return Ok((value.unit, product([value.factor, own]).ok_or(Told)?)) };
        let said = row.text(at);
        let unit = value.units.get(&*said).copied().or_else(|| said.parse().ok().map(UnitOf::Same));
        match unit {
            Some(UnitOf::Same(unit)) => Ok((Some(unit), product([value.factor, own]).ok_or(Told)?)),
            Some(UnitOf::Times { unit, factor: times }) => {
                Ok((Some(unit), product([value.factor, own, Some(times)]).ok_or(Told)?))
            }
            None => {
                let known: Vec<&str> = value.units.keys().map(String::as_str).collect();
                let expected = if known.is_empty() { "kWh, MWh, kW …".to_owned() } else { known.join(", ") };
                faults.push(
                    Code::ImportUnit,
                    row.line,
                    Some(at),
                    &self.label,
                    format!("{:?}", shown(&said)),
                    Text::same(expected),
                );
                Err(Told)
            }
        }
    }

    fn quality(&self, row: &Row<'_>, places: &Places<'_>, faults: &mut Faults<'_>) -> Result<Quality, Told> {
        let (Some(quality), Some(at)) = (&self.mapping.quality, places.quality) else { return Ok(Quality::Actual) };
        let said = row.text(at);
        match quality.map.get(&*said).copied().or(quality.other) {
            Some(flag) => Ok(Flag::into(flag)),
            None => {
                let known: Vec<&str> = quality.map.keys().map(String::as_str).collect();
                let expected = Text::same(known.join(", "));
                faults.push(Code::CsvValue, row.line, Some(at), &self.label, format!("{:?}", shown(&said)), expected);
                Err(Told)
            }
        }
    }

    /// A row that is a day.
    fn day(
        &mut self,
        row: &Row<'_>,
        places: &Places<'m>,
        faults: &mut Faults<'_>,
        to: &mut impl Receive,
    ) -> Result<(), Told> {
        let at = self.instant(row, &places.single, places, faults)?;
        let date = crate::period::local(at, self.clocks.zone()).date();
        let (unit, factor) = self.scale(row, places, faults)?;
        let quality = self.quality(row, places, faults)?;
        let list: Vec<&[u8]> = match places.value {
            Some(at) => {
                let mark = self.mapping.value.separator.unwrap_or(',') as u32 as u8;
                row.cell(at).split(|&byte| byte == mark).map(<[u8]>::trim_ascii).collect()
            }
            None => places.values.iter().map(|at| row.cell(*at)).collect(),
        };
        let column = |i: usize| places.values.get(i).copied().or(places.value).unwrap_or(0);
        let filled = list.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let Some(slots) = slots(filled, list.len(), date, &self.zone) else {
            let found = Text::new(format!("{} 个数值", list.len()), format!("{} values", list.len()));
            faults.push(
                Code::CsvRow,
                row.line,
                Some(column(0)),
                &self.label,
                found,
                ("每日 24、48、96 … 个", "24, 48, 96 … a day"),
            );
            return Err(Told);
        };
        let quantity = self.mapping.quantity();
        for (i, (cell, slot)) in list.iter().zip(slots).enumerate() {
            let Slot::At(start, end) = slot else {
                if !cell.is_empty() {
                    let found = format!("{:?}", shown(&row.encoding.text(cell)));
                    let expected =
                        ("时钟调整日每个时段一个数值", "a value for each period of a day on which the clocks are set");
                    faults.push(Code::CsvTime, row.line, Some(column(i)), &self.label, found, expected);
                }
                continue;
            };
            let Some(value) = self.numbers.read(cell) else {
                let found = format!("{:?}", shown(&row.encoding.text(cell)));
                faults.push(Code::CsvValue, row.line, Some(column(i)), &self.label, found, ("数字", "a number"));
                continue;
            };
            let value = if quality == Quality::Missing { f64::NAN } else { value };
            let (start, time) = match quantity {
                Quantity::Energy | Quantity::MeanPower => (Some(start), end),
                _ if self.mapping.time.marks == Some(Marks::End) => (None, end),
                _ => (None, start),
            };
            let (label, stamp, line) = (self.label.as_str(), Stamp::End, row.line);
            to.receive(&Entry { label, start, time, stamp, value, factor, unit, quantity, quality, line }, faults);
        }
        Ok(())
    }
}

/// Factors as one fraction, each as the decimal that it is written as; `None` beyond the range of fractions.
fn product<const N: usize>(factors: [Option<f64>; N]) -> Option<Ratio> {
    let mut given = factors.into_iter().flatten();
    given.try_fold(Ratio::ONE, |product, factor| product.checked_mul(Ratio::from_f64(factor)?))
}

/// When a value of a day was.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    At(i64, i64),
    /// Of no time, or of an hour that the clocks repeat, which one value cannot be of.
    No,
}

/// When each of a day's values was: as many as its hours ask for follow one another; of another number they are by the clock, which
/// shows an hour twice or never on two days of the year. `None`: no such number.
fn slots(filled: usize, count: usize, date: Date, zone: &TimeZone) -> Option<Vec<Slot>> {
    const HOUR: i64 = 3_600_000;
    let (start, end) = (day_start(date, zone), day_start(date.tomorrow().ok()?, zone));
    let (filled, count, hours) = (filled as i64, count as i64, (end - start) / HOUR);
    let per_hour =
        [1_i64, 2, 4, 6, 12].into_iter().find(|per_hour| (23 * per_hour..=25 * per_hour).contains(&count))?;
    let step = HOUR / per_hour;
    if filled == hours * per_hour || hours == 24 && count >= 24 * per_hour {
        let at = |i| if i < hours * per_hour { Slot::At(start + i * step, start + (i + 1) * step) } else { Slot::No };
        return Some((0..count).map(at).collect());
    }
    let by_clock = |i: i64| {
        let minutes = i * step / 60_000;
        match from_local(date.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0), zone) {
            LocalTime::Unique(at) => Slot::At(at, at + step),
            LocalTime::Ambiguous | LocalTime::Nonexistent => Slot::No,
        }
    };
    (count == 24 * per_hour).then(|| (0..count).map(by_clock).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUARTER: i64 = 900_000;

    #[test]
    fn days_on_which_clocks_are_set() {
        let zone = time_zone("Europe/Berlin").unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let plain = slots(96, 96, day("2024-03-01"), &zone).unwrap();
        assert!(plain.windows(2).all(|pair| matches!(pair, [Slot::At(_, end), Slot::At(start, _)] if end == start)));
        // 92 values in a row, with four blanks behind them.
        let short = slots(92, 96, day("2024-03-31"), &zone).unwrap();
        let start = day_start(day("2024-03-31"), &zone);
        assert_eq!((short[91], short[92]), (Slot::At(start + 91 * QUARTER, start + 92 * QUARTER), Slot::No));
        // 96 values by the clock: there is no 02:00 to 03:00.
        let short = slots(96, 96, day("2024-03-31"), &zone).unwrap();
        assert_eq!(
            short[7..13],
            [
                Slot::At(start + 7 * QUARTER, start + 8 * QUARTER),
                Slot::No,
                Slot::No,
                Slot::No,
                Slot::No,
                Slot::At(start + 8 * QUARTER, start + 9 * QUARTER)
            ]
        );
        assert_eq!(
            slots(100, 100, day("2024-10-27"), &zone).unwrap().iter().filter(|slot| **slot == Slot::No).count(),
            0
        );
        assert_eq!(
            slots(96, 96, day("2024-10-27"), &zone).unwrap().iter().filter(|slot| **slot == Slot::No).count(),
            4
        );
        assert_eq!(slots(30, 30, day("2024-03-01"), &zone), None);
        assert_eq!(slots(100, 100, day("2024-03-31"), &zone), None);
    }
}
