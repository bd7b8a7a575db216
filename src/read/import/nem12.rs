//! NEM12 of the Australian market (AEMO, Meter Data File Format): records 200 (a channel), 300 (its day) and 400 (the quality of some of
//! the day's intervals).

use super::{
    Fits, Mapping, Quantity,
    delimited::Rows,
    entry::{Entry, Receive, shown},
    series::{Named, Of, of_series},
    table::Row,
    terms::{Terms, product},
};
use crate::{
    finding::{Code, Text},
    metering::{Quality, Stamp},
    quantity::{Ratio, Unit},
    read::csv::Faults,
};
use jiff::{civil::Date, tz::TimeZone};

/// The units of channels that carry energy; of others there is none of ours.
const UNITS: [(&str, Unit); 3] = [("WH", Unit::WattHour), ("KWH", Unit::KilowattHour), ("MWH", Unit::MegawattHour)];

/// The flags that the standard has, but for V, which says that records 400 follow.
const FLAGS: &str = "A, E, F, N, S";

const DAY_MIN: usize = 1440;

pub(super) struct Nem12<'m> {
    terms: Terms<'m>,
    channel: Option<Channel>,
    day: Option<Day>,
    named: Named,
    pub(super) fits: Fits,
}

/// What a record 200 says.
struct Channel {
    label: String,
    minutes: usize,
    unit: Unit,
    factor: Ratio,
}

/// What a record 300 says; its qualities may follow.
struct Day {
    start: i64,
    values: Vec<(f64, Option<Quality>)>,
    line: u64,
}

/// Why a record is none: told already.
struct Told;

impl<'m> Nem12<'m> {
    pub(super) fn new(mapping: &'m Mapping, site: TimeZone) -> Self {
        Nem12 {
            terms: Terms::new(mapping, site, false),
            channel: None,
            day: None,
            named: Named::default(),
            fits: Fits::default(),
        }
    }

    fn told(&self, faults: &mut Faults<'_>, row: &Row<'_>, at: usize, code: Code, expected: impl Into<Text>) -> Told {
        let label = self.channel.as_ref().map_or("", |channel| channel.label.as_str());
        faults
            .tell(code, row.line, Some(at), label, || (format!("{:?}", shown(&row.text(at))).into(), expected.into()));
        Told
    }

    fn channel(&mut self, row: &Row<'_>, faults: &mut Faults<'_>, to: &mut impl Receive) -> Result<(), Told> {
        let mapping = self.terms.mapping;
        let names = [(1, "NMI"), (3, "RegisterID"), (4, "NMISuffix"), (6, "MeterSerialNumber"), (7, "UOM")];
        let labels: Vec<(String, String)> =
            names.into_iter().map(|(at, name)| (name.to_owned(), row.text(at).into_owned())).collect();
        let whole = || format!("{}/{}", row.text(1), row.text(4));
        let of = of_series(mapping, &labels, whole);
        self.named.notice(&of, &whole(), row.line, faults);
        let label = match of {
            Of::Label(label) => label,
            Of::Nobody => return Ok(()),
            Of::Unnamed(name) => {
                return Err(self.told(
                    faults,
                    row,
                    1,
                    Code::CsvRow,
                    Text::same(format!("{} ({name})", names.map(|(_, name)| name).join(", "))),
                ));
            }
        };
        let said = row.text(7);
        let of_mapping = self.terms.unit(&said);
        let of_standard =
            || UNITS.into_iter().find(|(name, _)| said.eq_ignore_ascii_case(name)).map(|(_, unit)| (unit, None));
        let Some((unit, times)) = of_mapping.or_else(of_standard) else {
            // Channels of reactive energy are usual; nobody needs them who has no such meter.
            if !to.wants(&label, faults) {
                return Ok(());
            }
            faults.push(Code::ImportUnit, row.line, Some(7), &label, format!("{:?}", shown(&said)), "kWh, Wh, MWh");
            return Err(Told);
        };
        let minutes =
            row.text(8).parse().ok().filter(|minutes| (1..=60).contains(minutes) && DAY_MIN.is_multiple_of(*minutes));
        let Some(minutes) = minutes else {
            return Err(self.told(
                faults,
                row,
                8,
                Code::CsvValue,
                ("区间分钟数：5、15 或 30", "the minutes of an interval: 5, 15 or 30"),
            ));
        };
        // A checked mapping's factors are fractions.
        let factor = product([mapping.value.factor, times]).unwrap_or(Ratio::ONE);
        self.channel = Some(Channel { label, minutes, unit, factor });
        Ok(())
    }

    fn day(&mut self, row: &Row<'_>, faults: &mut Faults<'_>) -> Result<(), Told> {
        let Some(channel) = &self.channel else { return Ok(()) };
        let minutes = channel.minutes;
        let Some(start) = self.midnight(&row.text(1)) else {
            return Err(self.told(faults, row, 1, Code::CsvTime, ("日期，如 20240301", "a day, such as 20240301")));
        };
        // The flag stands behind the values: it says how many there are, whatever the record 200 said.
        let is_flag = |at: usize| row.cell(at).first().is_some_and(u8::is_ascii_alphabetic);
        let stated = DAY_MIN / minutes;
        let count = if is_flag(2 + stated) { stated } else { (0..=DAY_MIN).find(|at| is_flag(2 + at)).unwrap_or(0) };
        if count == 0 || !DAY_MIN.is_multiple_of(count) {
            let expected = Text::new(
                format!("{stated} 个数值，随后为质量标志"),
                format!("{stated} values and then a flag of quality"),
            );
            return Err(self.told(faults, row, 2, Code::CsvRow, expected));
        }
        if count != stated {
            let found = Text::new(format!("每日 {count} 个数值"), format!("{count} values a day"));
            let (label, expected) = (&channel.label, format!("{stated}"));
            faults.push(Code::ImportInterval, row.line, None, label, found, Text::same(expected));
        }
        let said = row.text(2 + count);
        let quality = match said.as_bytes().first() {
            Some(b'V' | b'v') => None,
            _ => Some(self.flag(row, 2 + count, faults)?),
        };
        let mut values = Vec::with_capacity(count);
        for at in 2..2 + count {
            let value = self.terms.number(row.cell(at));
            if value.is_none() {
                self.told(faults, row, at, Code::CsvValue, self.terms.expected_number());
            }
            values.push((value.unwrap_or(f64::NAN), quality));
        }
        self.day = Some(Day { start, values, line: row.line });
        Ok(())
    }

    /// What a flag means: by its first letter, unless the mapping lists it as a whole.
    fn flag(&self, row: &Row<'_>, at: usize, faults: &mut Faults<'_>) -> Result<Quality, Told> {
        let standard = |said: &str| {
            Some(match said.bytes().next()?.to_ascii_uppercase() {
                b'A' => Quality::Actual,
                b'E' => Quality::Estimated,
                b'F' | b'S' => Quality::Substituted,
                b'N' => Quality::Missing,
                _ => return None,
            })
        };
        let quality = self.terms.quality(&row.text(at), standard);
        quality.ok_or_else(|| self.told(faults, row, at, Code::CsvValue, self.terms.expected_flag(FLAGS)))
    }

    /// The quality of some intervals of the day before.
    fn event(&mut self, row: &Row<'_>, faults: &mut Faults<'_>) -> Result<(), Told> {
        let count = match &self.day {
            Some(day) => day.values.len(),
            None => return Ok(()),
        };
        let number = |at: usize| row.text(at).parse::<usize>().ok().filter(|number| (1..=count).contains(number));
        let (Some(first), Some(last)) = (number(1), number(2)) else {
            let expected =
                Text::new(format!("区间序号 1 至 {count}"), format!("the numbers of intervals, from 1 to {count}"));
            return Err(self.told(faults, row, 1, Code::CsvValue, expected));
        };
        let quality = self.flag(row, 3, faults)?;
        let of_day = self.day.iter_mut().flat_map(|day| &mut day.values);
        of_day.take(last).skip(first - 1).for_each(|(_, of)| *of = Some(quality));
        Ok(())
    }

    fn midnight(&self, text: &str) -> Option<i64> {
        let digits = Some(text).filter(|text| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()))?;
        let date =
            Date::new(digits.get(..4)?.parse().ok()?, digits.get(4..6)?.parse().ok()?, digits.get(6..)?.parse().ok()?);
        let date = date.ok().filter(|date| (1900..=2200).contains(&date.year()))?;
        Some(crate::period::day_start(date, &self.terms.zone))
    }

    /// Hands the day's readings on, once no quality can follow.
    pub(super) fn finish(&mut self, faults: &mut Faults<'_>, to: &mut impl Receive) {
        let (Some(day), Some(channel)) = (self.day.take(), &self.channel) else { return };
        let step = (DAY_MIN / day.values.len()) as i64 * 60_000;
        let mut without = 0;
        for ((value, quality), start) in day.values.into_iter().zip((0..).map(|i| day.start + i * step)) {
            without += u64::from(quality.is_none());
            let quality = quality.unwrap_or(Quality::Missing);
            let value = if quality == Quality::Missing { f64::NAN } else { value };
            let entry = Entry {
                label: &channel.label,
                start: Some(start),
                time: start + step,
                stamp: Stamp::End,
                value,
                factor: channel.factor,
                unit: Some(channel.unit),
                quantity: self.terms.mapping.value.quantity.unwrap_or(Quantity::Energy),
                quality,
                line: day.line,
            };
            to.receive(&entry, faults);
        }
        if without > 0 {
            let found = Text::new(format!("{without} 个数值没有"), format!("none for {without} values"));
            faults.push(
                Code::CsvValue,
                day.line,
                None,
                &channel.label,
                found,
                ("V 之后的质量（记录 400）", "their quality, after V in records 400"),
            );
        }
    }
}

impl Rows for Nem12<'_> {
    fn row(&mut self, row: &Row<'_>, faults: &mut Faults<'_>, to: &mut impl Receive) {
        let kind = row.cell(0);
        if kind != b"400" {
            self.finish(faults, to);
        }
        let done = match kind {
            b"100" if row.cell(1) != b"NEM12" => Err(self.told(faults, row, 1, Code::CsvRow, "NEM12")),
            b"100" | b"500" | b"900" | b"" => return,
            b"200" => {
                self.channel = None;
                self.channel(row, faults, to)
            }
            b"300" if self.channel.is_none() => return,
            b"300" => self.day(row, faults),
            b"400" => self.event(row, faults),
            _ => Err(self.told(faults, row, 0, Code::CsvRow, Text::same("100, 200, 300, 400, 500, 900"))),
        };
        match done {
            Ok(()) => self.fits.read += u64::from(kind == b"300"),
            Err(Told) => self.fits.not += 1,
        }
    }

    fn is_hopeless(&self, _: u64) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// What was received, as text.
    struct Seen(RefCell<Vec<String>>);

    impl Receive for Seen {
        fn wants(&mut self, _: &str, _: &mut Faults<'_>) -> bool {
            true
        }

        fn receive(&mut self, entry: &Entry<'_>, _: &mut Faults<'_>) {
            let start = entry.start.unwrap_or(0) / 60_000 % 1440;
            self.0.borrow_mut().push(format!("{} {start} {} {:?}", entry.label, entry.value, entry.quality));
        }
    }

    #[test]
    fn qualities_follow_their_day() {
        let mapping = Mapping::from_json(br#"{"schema": "pue/import/1", "format": "nem12"}"#).unwrap();
        let mut nem = Nem12::new(&mapping, TimeZone::UTC);
        let (mut faults, mut seen) = (Faults::new(None, "a.csv"), Seen(RefCell::default()));
        let values: Vec<String> = (0..24).map(|i| format!("{i}.5")).collect();
        let file = format!(
            "100,NEM12,200301011534,MDP1,Retailer1\n200,N1,E1Q1,1,E1,N1,S,kWh,60,\n300,20240301,{},V,,,\n400,1,23,A,,\n400,24,24,F14,76,\n900\n",
            values.join(",")
        );
        for (line, text) in file.lines().enumerate() {
            let cells: Vec<&[u8]> = text.split(',').map(str::as_bytes).collect();
            let row = Row { cells: &cells, line: line as u64 + 1, encoding: Default::default() };
            nem.row(&row, &mut faults, &mut seen);
        }
        nem.finish(&mut faults, &mut seen);
        let seen = seen.0.into_inner();
        // Midnight of the market's clock is 14:00 of UTC.
        assert_eq!(
            (seen.len(), seen[0].as_str(), seen[23].as_str()),
            (24, "N1/E1 840 0.5 Actual", "N1/E1 780 23.5 Substituted")
        );
        assert!(faults.into_findings().is_empty());
    }
}
