//! Tables: rows of cells, long, wide or a row per day, to entries.

use super::{
    Fits, Layout, Mapping, Marks, MeterColumn, Quantity, Whose,
    delimited::Rows,
    entry::{Entry, Receive, shown},
    stamp::NoStamp,
    terms::{Terms, product},
};
use crate::{
    finding::{Code, Finding, Text},
    metering::{Quality, Stamp},
    period::{LocalTime, day_start, from_local},
    quantity::{Ratio, Unit},
    read::csv::{Faults, TextOf},
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
    pub(super) fn cell(&self, at: usize) -> &'r [u8] {
        self.cells.get(at).copied().unwrap_or_default()
    }

    pub(super) fn text(&self, at: usize) -> Cow<'r, str> {
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
    label: Option<usize>,
    value: Option<usize>,
    values: Vec<usize>,
    wide: Vec<(usize, &'m MeterColumn, Ratio)>,
    unit: Option<usize>,
    factor: Option<usize>,
    quality: Option<usize>,
    skip: Vec<(usize, &'m str)>,
    only: Vec<(usize, &'m str)>,
}

impl<'m> Places<'m> {
    fn first_value(&self) -> usize {
        self.value.or(self.values.first().copied()).or(self.wide.first().map(|(at, ..)| *at)).unwrap_or(0)
    }

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
        let values = all(&value.columns);
        let whose = mapping.meter.as_ref();
        let places = Places {
            single,
            start,
            end,
            values,
            label: whose.and_then(|whose| whose.column.as_deref()).map(&mut find),
            offset: time.offset_column.as_deref().map(&mut find),
            value: value.column.as_deref().map(&mut find),
            wide: wide(mapping).map(|(name, column, factor)| (find(name), column, factor)).collect(),
            unit: value.unit_column.as_deref().map(&mut find),
            factor: value.factor_column.as_deref().map(&mut find),
            quality: mapping.quality.as_ref().and_then(|quality| quality.column.as_deref()).map(&mut find),
            skip: mapping.skip.iter().map(|skip| (find(&skip.column), skip.is.as_str())).collect(),
            only: whose.iter().flat_map(|whose| &whose.labels).map(|(name, is)| (find(name), is.as_str())).collect(),
        };
        if missing.is_empty() { Ok(places) } else { Err(missing) }
    }
}

/// The columns of a wide file, each with what its values are multiplied by, which a checked mapping can say as a fraction.
fn wide(mapping: &Mapping) -> impl Iterator<Item = (&str, &MeterColumn, Ratio)> {
    let factor = |column: &MeterColumn| product([mapping.value.factor, column.factor]);
    mapping.columns.iter().filter_map(move |(name, column)| Some((name.as_str(), column, factor(column)?)))
}

/// A table that is being read by a mapping.
pub(super) struct Table<'m> {
    mapping: &'m Mapping,
    terms: Terms<'m>,
    places: Option<Box<Places<'m>>>,
    /// How the header calls the column of values.
    name: Vec<u8>,
    /// What the first lines had, for who asks why none is the header.
    seen: Vec<String>,
    missing: Vec<&'m str>,
    /// The name of the last row's meter, and how it stood in its cell.
    label: String,
    said: Vec<u8>,
    /// Whether all columns are named by their numbers, so that any row could be the header.
    is_numbered: bool,
    pub(super) fits: Fits,
}

/// So many lines are looked at for a header.
const PREAMBLE: u64 = 200;

/// Columns of a wide file that the mapping does not name: one of them may be a meter.
fn unused(places: &Places<'_>, header: &[String], line: u64, faults: &mut Faults<'_>) {
    let own = places.wide.iter().map(|(at, ..)| at);
    let own: Vec<usize> =
        own.chain(&places.single).chain(&places.start).chain(&places.end).chain(&places.offset).copied().collect();
    let others = header.iter().enumerate().filter(|(at, name)| !own.contains(at) && !name.is_empty());
    let others: Vec<&str> = others.map(|(_, name)| name.as_str()).take(50).collect();
    if !others.is_empty() {
        let found: String = others.join(", ").chars().take(200).collect();
        faults.found(Finding { line: Some(line), ..Finding::new(Code::CsvColumn).found(found) });
    }
}

/// A text of the file, as findings show it.
fn quoted(text: &str) -> Text {
    format!("{:?}", shown(text)).into()
}

/// A row that cannot be read: why is told already.
struct Told;

impl<'m> Table<'m> {
    pub(super) fn new(mapping: &'m Mapping, site: TimeZone, is_sheet: bool) -> Self {
        let mut table = Table {
            mapping,
            terms: Terms::new(mapping, site, is_sheet),
            places: None,
            name: Vec::new(),
            seen: Vec::new(),
            missing: Vec::new(),
            label: String::new(),
            said: Vec::new(),
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

    fn look_for_header(&mut self, header: &[String]) -> bool {
        match Places::find(self.mapping, header) {
            Ok(places) => {
                self.places = Some(Box::new(places));
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

    fn entries(
        &mut self,
        row: &Row<'_>,
        places: &Places<'m>,
        faults: &mut Faults<'_>,
        to: &mut impl Receive,
    ) -> Result<(), Told> {
        let mapping = self.mapping;
        self.say_label(row, places);
        if mapping.layout == Layout::Days {
            return self.day(row, places, faults, to);
        }
        let quantity = mapping.quantity();
        let (start, time, stamp) = self.when(row, places, quantity.is_interval(), faults)?;
        if mapping.layout == Layout::Wide {
            for &(at, column, factor) in &places.wide {
                let quantity = column.quantity.unwrap_or(quantity);
                let Ok(value) = self.value(row, at, &column.meter, faults) else { continue };
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

    /// Whose reading a row is.
    fn say_label(&mut self, row: &Row<'_>, places: &Places<'_>) {
        let said = match &self.mapping.meter {
            Some(Whose { is: Some(is), .. }) => is.as_bytes(),
            _ => places.label.map_or(&b""[..], |at| row.cell(at)),
        };
        if self.said != said {
            self.said.clear();
            self.said.extend_from_slice(said);
            let is_own = self.mapping.meter.as_ref().is_some_and(|whose| whose.is.is_some());
            let encoding = if is_own { TextOf::default() } else { row.encoding };
            self.label.clear();
            self.label.push_str(&encoding.text(said));
        }
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
                end = self.terms.after(end);
            }
            return Ok((Some(start), end, Stamp::End));
        }
        let at = self.instant(row, &places.single, places, faults)?;
        Ok(self.terms.interval(at, is_interval))
    }

    fn instant(
        &mut self,
        row: &Row<'_>,
        columns: &[usize],
        places: &Places<'_>,
        faults: &mut Faults<'_>,
    ) -> Result<i64, Told> {
        if let [one] = columns
            && places.offset.is_none()
            && let Some(at) = self.terms.quick_instant(row.cell(*one))
        {
            return Ok(at);
        }
        let joined = match columns {
            [one] => row.text(*one),
            many => Cow::Owned(many.iter().map(|at| row.text(*at)).collect::<Vec<_>>().join(" ")),
        };
        let mut offset_s = None;
        if let Some(at) = places.offset {
            let said = row.text(at);
            let minutes = said.parse::<i32>().ok().and_then(|minutes| minutes.checked_mul(60));
            offset_s = minutes.filter(|seconds| seconds.abs() <= 93_600);
            if offset_s.is_none() {
                faults.tell(Code::CsvTime, row.line, Some(at), &self.label, || {
                    (quoted(&said), ("与 UTC 相差的分钟数", "minutes ahead of UTC").into())
                });
                return Err(Told);
            }
        }
        self.terms.instant(&joined, offset_s).map_err(|error: NoStamp| {
            let at = columns.first().copied().unwrap_or(0);
            faults.tell(Code::CsvTime, row.line, Some(at), &self.label, || {
                (quoted(&joined), self.terms.expected_time(error))
            });
            Told
        })
    }

    fn value(&self, row: &Row<'_>, at: usize, meter: &str, faults: &mut Faults<'_>) -> Result<f64, Told> {
        self.terms.number(row.cell(at)).ok_or_else(|| {
            faults.tell(Code::CsvValue, row.line, Some(at), meter, || {
                (quoted(&row.text(at)), self.terms.expected_number())
            });
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
        let own = match places.factor {
            None => None,
            Some(at) => Some(self.value(row, at, &self.label, faults)?),
        };
        let (unit, times) = match places.unit {
            None => (value.unit, None),
            Some(at) => {
                let said = row.text(at);
                let Some((unit, times)) = self.terms.unit(&said) else {
                    faults.tell(Code::ImportUnit, row.line, Some(at), &self.label, || {
                        (quoted(&said), self.terms.expected_unit())
                    });
                    return Err(Told);
                };
                (Some(unit), times)
            }
        };
        let factor = product([value.factor, own, times]).filter(|factor| factor.numerator() != 0);
        factor.map(|factor| (unit, factor)).ok_or_else(|| {
            let at = places.factor.unwrap_or(0);
            faults.tell(Code::CsvValue, row.line, Some(at), &self.label, || {
                (quoted(&row.text(at)), ("倍率", "a factor").into())
            });
            Told
        })
    }

    fn quality(&self, row: &Row<'_>, places: &Places<'_>, faults: &mut Faults<'_>) -> Result<Quality, Told> {
        let Some(at) = places.quality else { return Ok(Quality::Actual) };
        let said = row.text(at);
        self.terms.quality(&said, |_| None).ok_or_else(|| {
            faults.tell(Code::CsvValue, row.line, Some(at), &self.label, || {
                (quoted(&said), self.terms.expected_flag(""))
            });
            Told
        })
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
        let date = crate::period::local(at, &self.terms.zone).date();
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
        let Some(slots) = slots(filled, list.len(), date, &self.terms.zone) else {
            faults.tell(Code::CsvRow, row.line, Some(column(0)), &self.label, || {
                let found = Text::new(format!("{} 个数值", list.len()), format!("{} values", list.len()));
                (found, ("每日 24、48、96 … 个", "24, 48, 96 … a day").into())
            });
            return Err(Told);
        };
        let quantity = self.mapping.quantity();
        for (i, (cell, slot)) in list.iter().zip(slots).enumerate() {
            let Slot::At(start, end) = slot else {
                if !cell.is_empty() {
                    let expected =
                        ("时钟调整日每个时段一个数值", "a value for each period of a day on which the clocks are set");
                    faults.tell(Code::CsvTime, row.line, Some(column(i)), &self.label, || {
                        (quoted(&row.encoding.text(cell)), expected.into())
                    });
                }
                continue;
            };
            let Some(value) = self.terms.number(cell) else {
                faults.tell(Code::CsvValue, row.line, Some(column(i)), &self.label, || {
                    (quoted(&row.encoding.text(cell)), self.terms.expected_number())
                });
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

impl Rows for Table<'_> {
    /// A row, the header among them.
    fn row(&mut self, row: &Row<'_>, faults: &mut Faults<'_>, to: &mut impl Receive) {
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
                if let Some(places) = &self.places {
                    self.name = row.cell(places.first_value()).to_vec();
                    if self.mapping.layout == Layout::Wide {
                        unused(places, &header(), row.line, faults);
                    }
                }
            }
            return;
        };
        // A header that is repeated, maybe with another order, says the names where values are due.
        let at = places.first_value();
        let is_word =
            row.cell(at).first().is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii() || *byte == b'_');
        if is_word && !self.is_numbered && row.cells.contains(&self.name.as_slice()) && self.look_for_header(&header())
        {
            return;
        }
        let is_ours = places.skip.iter().all(|(at, is)| row.text(*at) != *is)
            && places.only.iter().all(|(at, is)| row.text(*at) == *is);
        if is_ours {
            match self.entries(row, &places, faults, to) {
                Ok(()) => self.fits.read += 1,
                Err(Told) => self.fits.not += 1,
            }
        }
        self.places = Some(places);
    }

    /// Whether no header can come any more.
    fn is_hopeless(&self, line: u64) -> bool {
        self.places.is_none() && line > self.mapping.dialect.header_line.unwrap_or(0).max(PREAMBLE)
    }
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
    use crate::period::time_zone;

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
