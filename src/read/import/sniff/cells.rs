//! What a single cell, a column of cells or a heading can be.

use crate::{
    quantity::{Dimension, Unit},
    read::{
        csv::Clock,
        import::{
            amount::Numbers,
            stamp::{Form, starts, written},
        },
    },
};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

pub(super) const DATES: [&str; 21] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%y/%m/%d",
    "%d-%m-%y",
    "%m-%d-%y",
    "%y-%m-%d",
    "%d.%m.%y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
];
pub(super) const CLOCKS: [&str; 7] = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%H%M", "%H%M%S"];
pub(super) const WITHOUT_YEAR: [&str; 2] = ["%m/%d", "%d/%m"];
pub(super) const ZONES: [&str; 4] = ["", "%z", " %z", " %Z"];

/// Days that a spreadsheet counts, from 1999 to 2069.
pub(super) const SERIALS: std::ops::Range<f64> = 36_500.0..62_000.0;

/// Words that stand where there is no value.
pub(super) const MISSING: [&str; 10] =
    ["unavailable", "unknown", "n/a", "na", "--", "bad", "not available", "none", "missing", "#n/a"];

/// Numbers that are often signs of no value.
pub(super) const SENTINELS: [f64; 8] =
    [65535.0, 6553.5, 32767.0, -32768.0, 16_777.215, 4_294_967_295.0, 9999.0, -9999.0];

pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty()
        || matches!(cell, "-" | "NaN" | "nan" | "null" | "NULL")
        || MISSING.contains(&cell.to_lowercase().as_str())
}

pub(super) fn parses(form: &Form, cell: &str) -> Option<(Date, i64)> {
    let Form::Parts(parts) = form else { return None };
    let written = written(cell, parts, Some(2024))?;
    (1990..=2060).contains(&written.date.year()).then_some((written.date, written.of_day_ms))
}

/// The formats by which all cells are times.
pub(super) fn times(cells: &[&str]) -> Vec<Option<String>> {
    let Some(first) = cells.first().filter(|cell| (6..=40).contains(&cell.len())) else { return Vec::new() };
    let mut own = Clock::new(TimeZone::UTC);
    if cells.iter().all(|cell| own.read(cell.as_bytes()).is_ok()) {
        return vec![None];
    }
    let digits = first.len();
    if cells.iter().all(|cell| cell.len() == digits && cell.bytes().all(|byte| byte.is_ascii_digit())) {
        let epoch = [(10, "epoch_s"), (13, "epoch_ms"), (16, "epoch_us"), (19, "epoch_ns")];
        if let Some((_, name)) = epoch.into_iter().find(|(length, _)| *length == digits) {
            return vec![Some(name.to_owned())];
        }
    }
    let mut formats = Vec::new();
    for date in DATES.iter().chain(&WITHOUT_YEAR).filter(|date| begins(first, date)) {
        let has_year = !WITHOUT_YEAR.contains(date);
        formats.extend(has_year.then(|| (*date).to_owned()));
        for (between, clock) in CLOCKS.iter().flat_map(|clock| [(" ", clock), ("T", clock)]) {
            let zones = if has_year { &ZONES[..] } else { &ZONES[..1] };
            formats.extend(zones.iter().map(|zone| format!("{date}{between}{clock}{zone}")));
        }
    }
    if begins(first, "%Y%m%d") {
        formats.extend(["%Y%m%d%H%M".to_owned(), "%Y%m%d%H%M%S".to_owned()]);
    }
    let fits = |format: &String| {
        let form = Form::new(Some(format))?;
        cells.iter().all(|cell| parses(&form, cell).is_some()).then_some(())
    };
    formats.into_iter().filter(|format| fits(format).is_some()).map(Some).collect()
}

/// Whether a text begins as a format says.
fn begins(text: &str, format: &str) -> bool {
    let Some(Form::Parts(parts)) = Form::new(Some(format)) else { return false };
    starts(text, &parts)
}

/// The formats by which all cells are times of day.
pub(super) fn clocks(cells: &[&str]) -> Vec<&'static str> {
    let fits = |clock: &&&str| {
        let form = Form::new(Some(&format!("%Y-%m-%d {clock}")));
        form.is_some_and(|form| cells.iter().all(|cell| parses(&form, &format!("2024-01-01 {cell}")).is_some()))
    };
    CLOCKS.iter().take(5).filter(fits).copied().collect()
}

/// A decimal mark, and one between thousands.
pub(super) type Marks = (char, Option<char>);

/// Decimal mark and mark of thousands by which all cells are numbers, and the numbers; the same numbers once.
pub(super) fn marks(cells: &[&str], delimiter: Option<char>) -> Vec<(Marks, Vec<f64>)> {
    let has_comma = cells.iter().any(|cell| cell.contains(','));
    let mut found: Vec<(Marks, Vec<f64>)> = Vec::new();
    for (decimal, thousands) in [
        ('.', None),
        (',', None),
        ('.', Some(',')),
        (',', Some('.')),
        ('.', Some(' ')),
        (',', Some(' ')),
        ('.', Some('\'')),
    ] {
        // Where commas separate cells no number is written with one, unless it stands in quotes.
        if decimal == ',' && delimiter == Some(',') && !has_comma {
            continue;
        }
        let numbers = Numbers::with(decimal, thousands);
        let read: Option<Vec<f64>> =
            cells.iter().map(|cell| numbers.read(cell.as_bytes()).filter(|number| number.is_finite())).collect();
        if let Some(read) = read
            && !found.iter().any(|(_, known)| *known == read)
        {
            found.push(((decimal, thousands), read));
        }
    }
    found
}

/// The unit of energy or power that a heading says, if it says one: that in brackets before others, and a lone W in brackets only, for it
/// may be the west wing.
pub(super) fn unit_in(heading: &str) -> Option<Unit> {
    let brackets =
        |open, close| heading.split_once(open).and_then(|(_, rest)| rest.split_once(close)).map(|(within, _)| within);
    let within = [('(', ')'), ('[', ']'), ('（', '）')].into_iter().find_map(|(open, close)| brackets(open, close));
    let said = |text: &str, is_within: bool| {
        let words = text.split(|c: char| !c.is_alphanumeric() || ('\u{4e00}'..='\u{9fff}').contains(&c));
        let mut units: Vec<Unit> = words.filter_map(|word| unit_of(word, is_within)).collect();
        let chinese = [("千瓦时", Unit::KilowattHour), ("兆瓦时", Unit::MegawattHour), ("千瓦", Unit::Kilowatt)];
        units.extend(chinese.into_iter().find(|(name, _)| text.contains(name)).map(|(_, unit)| unit));
        units.dedup();
        // Two are none.
        if let [unit] = units[..] { Some(unit) } else { None }
    };
    within.and_then(|within| said(within, true)).or_else(|| said(heading, heading.chars().count() == 1))
}

fn unit_of(word: &str, may_be_short: bool) -> Option<Unit> {
    let unit = word.parse().ok().or_else(|| match word.to_lowercase().as_str() {
        "kwh" => Some(Unit::KilowattHour),
        "mwh" => Some(Unit::MegawattHour),
        "wh" => Some(Unit::WattHour),
        "gwh" => Some(Unit::GigawattHour),
        "kw" => Some(Unit::Kilowatt),
        _ => None,
    });
    unit.filter(|unit: &Unit| matches!(unit.dimension(), Dimension::Energy | Dimension::Power))
        .filter(|_| may_be_short || word.len() > 1)
}

/// Whether a heading has one of these words; an ASCII one may go on: `estimat` is in `Estimation?`, and not in `underestimated`.
pub(super) fn has_word(heading: &str, words: &[&str]) -> bool {
    let heading = heading.to_lowercase();
    let own = heading.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .iter()
        .any(|word| if word.is_ascii() { own.clone().any(|one| one.starts_with(word)) } else { heading.contains(word) })
}

/// The same of whole words.
pub(super) fn is_called(heading: &str, words: &[&str]) -> bool {
    let heading = heading.to_lowercase();
    let own = heading.split(|c: char| !c.is_ascii_alphanumeric());
    words.iter().any(|word| if word.is_ascii() { own.clone().any(|one| one == *word) } else { heading.contains(word) })
}

pub(super) const METER_WORDS: [&str; 17] = [
    "meter", "device", "point", "sensor", "entity", "channel", "feed", "circuit", "mpan", "nmi", "cups", "表", "计量",
    "设备", "回路", "户号", "测点",
];
pub(super) const QUALITY_WORDS: [&str; 10] =
    ["status", "quality", "flag", "error", "estimat", "valid", "状态", "质量", "标志", "异常"];
pub(super) const HOUR_WORDS: [&str; 6] = ["hour", "hr", "hora", "heure", "stunde", "时"];
pub(super) const END_WORDS: [&str; 7] = ["end", "ending", "ended", "until", "止", "结束", "bis"];
pub(super) const START_WORDS: [&str; 8] = ["start", "starting", "begin", "beginning", "from", "起", "开始", "von"];

/// What separates cells: on most lines equally often. A comma is it where nothing else is, since it may be a decimal mark.
pub(in crate::read::import) fn delimiter(text: &str) -> Option<char> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(400).collect();
    let is_it = |mark: &char| {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for line in &lines {
            let mut is_quoted = false;
            let count = line.chars().filter(|&c| {
                is_quoted ^= c == '"';
                c == *mark && !is_quoted
            });
            *counts.entry(count.count()).or_default() += 1;
        }
        let most = counts.iter().filter(|(count, _)| **count > 0).map(|(_, lines)| *lines).max().unwrap_or(0);
        most * 5 >= lines.len() * 3 || most >= 20 && most * 2 >= lines.len()
    };
    ['\t', ';', '|', ','].into_iter().find(is_it)
}

/// The columns of a trend report and the points that they are of: `Point_1:`, its name.
pub(in crate::read::import) fn points(text: &str) -> Vec<(String, String)> {
    let of_line = |line: &str| {
        let mut cells = line.split(',').map(|cell| cell.trim().trim_matches('"').trim());
        let column = cells.next()?.strip_suffix(':').filter(|column| column.starts_with("Point_"))?;
        Some((column.to_owned(), cells.next().filter(|name| !name.is_empty())?.to_owned()))
    };
    text.lines().take(2000).filter_map(of_line).collect()
}

/// The minutes that a preamble states, as that of Enedis does.
pub(in crate::read::import) fn preamble_minutes(text: &str) -> Option<u32> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next()?.split(';').collect();
    let at = names.iter().position(|name| name.trim() == "Pas en minutes")?;
    lines.next()?.split(';').nth(at)?.trim().parse().ok().filter(|minutes| *minutes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_headings() {
        for (heading, unit) in [
            ("Wert (kWh)", Some(Unit::KilowattHour)),
            ("energy_kwh", Some(Unit::KilowattHour)),
            ("Power [W]", Some(Unit::Watt)),
            ("Building W (kWh)", Some(Unit::KilowattHour)),
            ("有功电量（千瓦时）", Some(Unit::KilowattHour)),
            ("功率(kW)", Some(Unit::Kilowatt)),
            ("Hall W", None),
            ("L1", None),
            ("Phase L", None),
            ("kvarh", None),
            ("kWh or MWh", None),
            ("calendar", None),
        ] {
            assert_eq!(unit_in(heading), unit, "{heading}");
        }
        assert!(!is_called("calendar day", &END_WORDS) && is_called("Interval End", &END_WORDS));
        assert!(!has_word("parameter", &METER_WORDS) && has_word("MeterID", &METER_WORDS));
    }
}
