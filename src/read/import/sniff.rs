//! Looks at the rows of a table and says what they show beyond doubt, with the reason, and asks what they do not.

use super::{
    amount::Numbers,
    proposal::{Answer, Question, TextRows},
    stamp::{Form, written},
};
use crate::{
    finding::Text,
    quantity::{Dimension, Unit},
    read::csv::Clock,
};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a table shows.
#[derive(Debug, Default)]
pub(super) struct Sniffed {
    pub says: Vec<(String, Value)>,
    pub reasons: Vec<Text>,
    pub questions: Vec<Question>,
}

impl Sniffed {
    /// Of a file that shows nothing.
    pub(super) fn none() -> Self {
        let mut sniffed = Sniffed::default();
        sniffed.because("未见表格：没有分隔符在各行中重复", "no table: no mark separates cells on most lines");
        sniffed
    }

    pub(super) fn say(&mut self, place: &str, said: impl Into<Value>) {
        self.says.push((place.to_owned(), said.into()));
    }

    fn because(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.reasons.push(Text::new(zh.into(), en.into()));
    }

    /// The format of times, or the first that it may be.
    fn first_format(&self) -> Option<String> {
        let said = self.says.iter().find(|(place, _)| place == "time.format").map(|(_, said)| said);
        let asked = || {
            self.questions
                .iter()
                .find(|question| question.place == "time.format")?
                .answers
                .first()?
                .says
                .get("time.format")
        };
        said.or_else(asked).and_then(Value::as_str).map(str::to_owned)
    }

    fn ask(&mut self, place: &str, asks: (&'static str, &'static str), answers: Vec<Answer>) {
        self.questions.push(Question::new(place, asks, answers));
    }
}

/// The question that a place without anything is.
pub(super) fn question(place: &str) -> Option<Question> {
    let answer = |says: &str, zh: &'static str, en: &'static str| Answer::new(place, says, (zh, en));
    Some(match place {
        "meter" => Question::new(
            "meter.is",
            ("读数属于哪个计量点？", "of which meter are the readings? its id on the site"),
            Vec::new(),
        ),
        "time.marks" => Question::new(
            place,
            ("时刻是区间的起点还是终点？", "does a time mark the start or the end of its interval?"),
            vec![
                answer("start", "区间起点", "the start of its interval"),
                answer("end", "区间终点", "the end of its interval"),
            ],
        ),
        "value.quantity" => Question::new(place, ASKS_QUANTITY, quantities(place, &QUANTITIES)),
        // Series are counters or gauges mostly.
        "series.quantity" => {
            let [energy, mean, register, power] = QUANTITIES;
            Question::new(
                "value.quantity",
                ASKS_QUANTITY,
                quantities("value.quantity", &[register, power, energy, mean]),
            )
        }
        "value.unit" => {
            let own = Answer::new(
                place,
                Value::Null,
                ("与站点中该计量点的单位相同", "the unit that the meter has on the site"),
            );
            let units = UNITS.map(|unit| Answer::new(place, unit, Text::same(unit)));
            Question::new(place, ASKS_UNIT, units.into_iter().chain([own]).collect())
        }
        "time.year" => Question::new(place, ("哪一年？时间不含年份", "which year? the times do not say"), Vec::new()),
        "time.minutes" => Question::new(place, ("区间多少分钟？", "how many minutes has an interval?"), Vec::new()),
        "time.columns" => Question::new(place, ("哪一列是时间？", "which column is the time?"), Vec::new()),
        "value.column" => Question::new(place, ("哪一列是数值？", "which column is the value?"), Vec::new()),
        _ => return None,
    })
}

const ASKS_QUANTITY: (&str, &str) = (
    "数值是什么：区间电量、区间平均功率、累计表码，还是功率采样？",
    "what are the values: energy of an interval, its mean power, a register's reading, or samples of power?",
);

const ASKS_UNIT: (&str, &str) = ("数值是什么单位？", "in which unit are the values?");

const UNITS: [&str; 6] = ["kWh", "MWh", "Wh", "kW", "W", "MW"];

const QUANTITIES: [(&str, &str, &str); 4] = [
    ("energy", "区间电量", "energy of an interval"),
    ("mean_power", "区间平均功率", "mean power over an interval"),
    ("register", "累计表码", "the reading of a register, which counts up"),
    ("power", "功率采样", "samples of power"),
];

fn quantities(place: &str, of: &[(&str, &'static str, &'static str)]) -> Vec<Answer> {
    of.iter().map(|(says, zh, en)| Answer::new(place, *says, (*zh, *en))).collect()
}

/// The minutes that a preamble states, as that of Enedis does.
pub(super) fn preamble_minutes(text: &str) -> Option<u32> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next()?.split(';').collect();
    let at = names.iter().position(|name| name.trim() == "Pas en minutes")?;
    lines.next()?.split(';').nth(at)?.trim().parse().ok().filter(|minutes| *minutes > 0)
}

/// What separates cells: on most lines equally often. A comma is it where nothing else is, since it may be a decimal mark.
pub(super) fn delimiter(text: &str) -> Option<char> {
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

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
enum Column {
    Empty,
    /// Times by these formats, `None` being our own.
    Time(Vec<Option<String>>),
    /// Times of day by these formats.
    Clock(Vec<&'static str>),
    Number,
    Word,
}

const DATES: [&str; 21] = [
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
const CLOCKS: [&str; 7] = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%H%M", "%H%M%S"];
const WITHOUT_YEAR: [&str; 2] = ["%m/%d", "%d/%m"];
const ZONES: [&str; 4] = ["", "%z", " %z", " %Z"];

/// Days that a spreadsheet counts, from 1999 to 2069.
const SERIALS: std::ops::Range<f64> = 36_500.0..62_000.0;

/// Words that stand where there is no value.
const MISSING: [&str; 10] =
    ["unavailable", "unknown", "n/a", "na", "--", "bad", "not available", "none", "missing", "#n/a"];

/// Numbers that are often signs of no value.
const SENTINELS: [f64; 8] = [65535.0, 6553.5, 32767.0, -32768.0, 16_777.215, 4_294_967_295.0, 9999.0, -9999.0];

fn is_missing(cell: &str) -> bool {
    cell.is_empty()
        || matches!(cell, "-" | "NaN" | "nan" | "null" | "NULL")
        || MISSING.contains(&cell.to_lowercase().as_str())
}

fn parses(form: &Form, cell: &str) -> Option<(Date, i64)> {
    let Form::Parts(parts) = form else { return None };
    let written = written(cell, parts, Some(2024))?;
    (1990..=2060).contains(&written.date.year()).then_some((written.date, written.of_day_ms))
}

/// The formats by which all cells are times.
fn times(cells: &[&str]) -> Vec<Option<String>> {
    let Some(first) = cells.first() else { return Vec::new() };
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
    let mut formats: Vec<String> = DATES.iter().map(|date| (*date).to_owned()).collect();
    for (between, clock) in CLOCKS.iter().flat_map(|clock| [(" ", clock), ("T", clock)]) {
        for zone in ZONES {
            formats.extend(DATES.iter().map(|date| format!("{date}{between}{clock}{zone}")));
        }
        formats.extend(WITHOUT_YEAR.iter().map(|date| format!("{date}{between}{clock}")));
    }
    formats.extend(["%Y%m%d%H%M".to_owned(), "%Y%m%d%H%M%S".to_owned()]);
    let fits = |format: &String| {
        let form = Form::new(Some(format))?;
        cells.iter().all(|cell| parses(&form, cell).is_some()).then_some(())
    };
    formats.into_iter().filter(|format| fits(format).is_some()).map(Some).collect()
}

/// The formats by which all cells are times of day.
fn clocks(cells: &[&str]) -> Vec<&'static str> {
    let fits = |clock: &&&str| {
        let form = Form::new(Some(&format!("%Y-%m-%d {clock}")));
        form.is_some_and(|form| cells.iter().all(|cell| parses(&form, &format!("2024-01-01 {cell}")).is_some()))
    };
    CLOCKS.iter().take(5).filter(fits).copied().collect()
}

/// Decimal mark and mark of thousands by which all cells are numbers, and the numbers; the same numbers once.
fn marks(cells: &[&str], delimiter: Option<char>) -> Vec<((char, Option<char>), Vec<f64>)> {
    let has_comma = cells.iter().any(|cell| cell.contains(','));
    let mut found: Vec<((char, Option<char>), Vec<f64>)> = Vec::new();
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

/// The unit that a heading says.
fn unit_in(heading: &str) -> Option<Unit> {
    for (name, unit) in [("千瓦时", Unit::KilowattHour), ("兆瓦时", Unit::MegawattHour), ("千瓦", Unit::Kilowatt)]
    {
        if heading.contains(name) {
            return Some(unit);
        }
    }
    let words = heading.split(|c: char| !c.is_alphanumeric() || ('\u{4e00}'..='\u{9fff}').contains(&c));
    words.filter(|word| !word.is_empty()).find_map(|word| {
        word.parse().ok().or_else(|| match word.to_lowercase().as_str() {
            "kwh" => Some(Unit::KilowattHour),
            "mwh" => Some(Unit::MegawattHour),
            "wh" => Some(Unit::WattHour),
            "gwh" => Some(Unit::GigawattHour),
            "kw" => Some(Unit::Kilowatt),
            _ => None,
        })
    })
}

fn has_word(heading: &str, words: &[&str]) -> bool {
    let heading = heading.to_lowercase();
    words.iter().any(|word| heading.contains(word))
}

const METER_WORDS: [&str; 17] = [
    "meter", "device", "point", "sensor", "entity", "channel", "feed", "circuit", "mpan", "nmi", "cups", "表", "计量",
    "设备", "回路", "户号", "测点",
];
const QUALITY_WORDS: [&str; 10] =
    ["status", "quality", "flag", "error", "estimat", "valid", "状态", "质量", "标志", "异常"];
const END_WORDS: [&str; 6] = ["end", "ending", "until", "止", "结束", "bis"];
const START_WORDS: [&str; 6] = ["start", "begin", "from", "起", "开始", "von"];

struct Rows {
    /// The headings, or `#1` and so on.
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    fn cells(&self, at: usize) -> Vec<&str> {
        let cells = self.rows.iter().map(|row| row.get(at).map_or("", |cell| cell.trim()));
        cells.filter(|cell| !is_missing(cell)).collect()
    }

    fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }
}

/// What the rows of a table show.
pub(super) fn table(rows: &TextRows, delimiter: Option<char>) -> Sniffed {
    let mut sniffed = Sniffed::default();
    let Some(rows) = header(rows, &mut sniffed) else {
        sniffed.because("未见数据行：没有同时含时间与数值的行", "no rows of data: none has a time and a number");
        return sniffed;
    };
    let mut columns = classify(&rows, delimiter);
    let Some(daily) = time(&rows, &mut columns, &mut sniffed) else { return sniffed };
    let numbers: Vec<usize> = (0..columns.len()).filter(|at| columns.get(*at) == Some(&Column::Number)).collect();
    let words: Vec<usize> = (0..columns.len()).filter(|at| columns.get(*at) == Some(&Column::Word)).collect();
    let words = quality(&rows, words, &mut sniffed);
    let is_day = daily && [23, 24, 25, 46, 48, 50, 92, 96, 100].contains(&numbers.len());
    let (value, meter) = if is_day { (days(&rows, &numbers, &mut sniffed), None) } else { (None, Some(())) };
    let labels: Vec<usize> = words.iter().copied().filter(|at| !is_units(&rows, *at)).collect();
    let (numbers, label) = whose(&rows, numbers, &labels, is_day, &mut sniffed);
    let value = if meter.is_some() { values(&rows, &numbers, label, &mut sniffed) } else { value };
    decimal(&rows, &numbers, delimiter, &mut sniffed);
    sentinels(&rows, &numbers, &mut sniffed);
    let unit = unit(&rows, &words, &value, &mut sniffed);
    quantity(&rows, &numbers, label, unit, is_day, delimiter, &mut sniffed);
    minutes(&rows, label, &mut sniffed);
    sniffed
}

/// The header, and what stands under it.
fn header(rows: &TextRows, sniffed: &mut Sniffed) -> Option<Rows> {
    let is_data = |cells: &Vec<String>| {
        let times = cells.iter().filter(|cell| cell.len() >= 6 && !times(&[cell.trim()]).is_empty()).count();
        let numbers =
            cells.iter().filter(|cell| !is_missing(cell.trim()) && !marks(&[cell.trim()], None).is_empty()).count();
        times > 0 && numbers + times > 1
    };
    let is_counted = |cells: &Vec<String>| {
        let numbers: Vec<f64> = cells.iter().filter_map(|cell| cell.trim().parse().ok()).collect();
        numbers.len() > 1 && numbers.iter().any(|number| SERIALS.contains(number))
    };
    let of_kind = |is_it: &dyn Fn(&Vec<String>) -> bool| rows.iter().take(300).position(|(_, cells)| is_it(cells));
    let first = of_kind(&is_data).or_else(|| of_kind(&is_counted))?;
    let width = rows.get(first)?.1.len();
    let before = rows.get(..first)?;
    let is_header = |cells: &Vec<String>| {
        let said = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        said * 2 > width
            && cells.iter().all(|cell| marks(&[cell.trim()], None).is_empty() || is_clock_name(cell.trim()))
    };
    let header = before.iter().rev().find(|(_, cells)| cells.len() + 1 >= width && is_header(cells));
    let names = match header {
        Some((line, cells)) => {
            let names: Vec<String> =
                (0..width).map(|at| cells.get(at).map_or(String::new(), |cell| cell.trim().to_owned())).collect();
            let distinct: BTreeSet<&String> = names.iter().collect();
            sniffed.because(format!("第 {line} 行为表头"), format!("line {line} is its header"));
            if distinct.len() < names.len() {
                sniffed.say("dialect.header_line", 0);
                (1..=width).map(|number| format!("#{number}")).collect()
            } else {
                names
            }
        }
        None => {
            sniffed.because("没有表头：列按序号称 #1、#2 …", "it has no header: columns are called #1, #2 …");
            sniffed.say("dialect.header_line", 0);
            (1..=width).map(|number| format!("#{number}")).collect()
        }
    };
    let data = rows.get(first..)?.iter().map(|(_, cells)| cells.clone()).filter(|cells| cells.len() <= width + 1);
    Some(Rows { names, rows: data.collect() })
}

/// `00:30` or `1` as the heading of a value of a day.
fn is_clock_name(name: &str) -> bool {
    !clocks(&[name]).is_empty() || name.parse::<u32>().is_ok_and(|number| number <= 100)
}

fn classify(rows: &Rows, delimiter: Option<char>) -> Vec<Column> {
    let of_column = |at: usize| {
        let cells = rows.cells(at);
        let most = cells.get(..cells.len().min(1000)).unwrap_or_default();
        if most.is_empty() {
            return Column::Empty;
        }
        // A few cells that are otherwise, such as a footer's, make no other column of it.
        let formats = times(most);
        if !formats.is_empty() {
            return Column::Time(formats);
        }
        let clocks = clocks(most);
        if !clocks.is_empty() {
            return Column::Clock(clocks);
        }
        if marks(most, delimiter).is_empty() { Column::Word } else { Column::Number }
    };
    (0..rows.names.len()).map(of_column).collect()
}

/// When. Whether each row is a day; `None` if no column is a time.
fn time(rows: &Rows, columns: &mut [Column], sniffed: &mut Sniffed) -> Option<bool> {
    let of_kind = |columns: &[Column], is_it: fn(&Column) -> bool| -> Vec<usize> {
        (0..columns.len()).filter(|at| columns.get(*at).is_some_and(is_it)).collect()
    };
    let mut times = of_kind(columns, |column| matches!(column, Column::Time(_)));
    let clocks = of_kind(columns, |column| matches!(column, Column::Clock(_)));
    // Numbers that are as long as a count of seconds are a time only where nothing else is.
    let is_epoch = |columns: &[Column], at: usize| matches!(columns.get(at), Some(Column::Time(formats)) if formats.iter().flatten().any(|format| format.starts_with("epoch")));
    if times.iter().any(|at| !is_epoch(columns, *at)) {
        for at in times.iter().copied().filter(|at| is_epoch(columns, *at)).collect::<Vec<_>>() {
            if let Some(column) = columns.get_mut(at) {
                *column = Column::Number;
            }
        }
        times = of_kind(columns, |column| matches!(column, Column::Time(_)));
    }
    let formats = |columns: &[Column], at: usize| match columns.get(at) {
        Some(Column::Time(formats)) => formats.clone(),
        _ => Vec::new(),
    };
    let names = |of: &[usize]| of.iter().map(|at| rows.name(*at).to_owned()).collect::<Vec<_>>();
    match (times.as_slice(), clocks.as_slice()) {
        ([], _) => {
            let serial =
                (0..columns.len()).find(|at| columns.get(*at) == Some(&Column::Number) && is_serial(rows, *at));
            let Some(at) = serial else {
                let answers = (0..columns.len()).map(|at| {
                    Answer::new("time.columns", json!([rows.name(at)]), Text::same(rows.name(at).to_owned()))
                });
                sniffed.ask("time.columns", ("哪一列是时间？", "which column is the time?"), answers.collect());
                return None;
            };
            sniffed.say("time.columns", json!([rows.name(at)]));
            let means = ("电子表格的日序号", "a spreadsheet's count of days");
            sniffed.ask(
                "time.format",
                ("该列数值是电子表格的日序号吗？", "is this column a spreadsheet's count of days?"),
                vec![Answer::new("time.format", "excel", means)],
            );
            if let Some(column) = columns.get_mut(at) {
                *column = Column::Empty;
            }
            marks_of(rows.name(at), sniffed);
            Some(false)
        }
        ([one], []) => {
            let all = formats(columns, *one);
            // A column of the hour beside that of the day.
            let is_date = all
                .iter()
                .flatten()
                .all(|format| !format.contains("%H") && !format.contains("%I") && !format.starts_with("epoch"))
                && all.iter().all(Option::is_some);
            let hour = (0..columns.len())
                .find(|at| is_date && columns.get(*at) == Some(&Column::Number) && is_hours(rows, *at));
            match hour {
                Some(hour) => {
                    sniffed.say("time.columns", json!(names(&[*one, hour])));
                    sniffed.because(
                        format!("“{}”为日期，“{}”为小时", rows.name(*one), rows.name(hour)),
                        format!("{:?} is the day and {:?} its hour", rows.name(*one), rows.name(hour)),
                    );
                    let joined = all.iter().flatten().map(|format| Some(format!("{format} %H"))).collect();
                    format(joined, rows, sniffed);
                    if let Some(column) = columns.get_mut(hour) {
                        *column = Column::Empty;
                    }
                    marks_of(rows.name(hour), sniffed);
                    Some(false)
                }
                None => {
                    sniffed.say("time.columns", json!(names(&[*one])));
                    format(all, rows, sniffed);
                    let days: BTreeSet<&str> = rows.cells(*one).into_iter().collect();
                    let is_daily = is_date && days.len() * 2 > rows.rows.len().min(2000);
                    let values = columns.iter().filter(|column| **column == Column::Number).count();
                    if !(is_daily || is_date && values >= 23) || values < 23 {
                        marks_of(rows.name(*one), sniffed);
                    }
                    Some(is_date && values >= 23)
                }
            }
        }
        ([day], [clock]) => {
            sniffed.say("time.columns", json!(names(&[*day, *clock])));
            format(joined(&formats(columns, *day), columns, *clock), rows, sniffed);
            marks_of(rows.name(*clock), sniffed);
            Some(false)
        }
        ([day], [first, second]) => {
            sniffed.say("time.start", json!(names(&[*day, *first])));
            sniffed.say("time.end", json!(names(&[*day, *second])));
            format(joined(&formats(columns, *day), columns, *first), rows, sniffed);
            included(rows, &[*day, *first], &[*day, *second], sniffed);
            Some(false)
        }
        ([first, second], [])
            if both(&formats(columns, *first), &formats(columns, *second)).next().is_some()
                && is_before(rows, *first, *second, &formats(columns, *first)) =>
        {
            sniffed.say("time.start", json!(names(&[*first])));
            sniffed.say("time.end", json!(names(&[*second])));
            sniffed.because(
                format!("“{}”各行均早于“{}”", rows.name(*first), rows.name(*second)),
                format!("{:?} is before {:?} on every row", rows.name(*first), rows.name(*second)),
            );
            let shared = both(&formats(columns, *first), &formats(columns, *second)).collect();
            format(shared, rows, sniffed);
            included(rows, &[*first], &[*second], sniffed);
            Some(false)
        }
        (many, _) => {
            let answers = many
                .iter()
                .map(|at| Answer::new("time.columns", json!(names(&[*at])), Text::same(rows.name(*at).to_owned())));
            sniffed.ask(
                "time.columns",
                ("哪一列是读数的时间？", "which of these is the time of the reading?"),
                answers.collect(),
            );
            let first = many.first().copied().unwrap_or(0);
            format(formats(columns, first), rows, sniffed);
            sniffed.questions.extend(question("time.marks"));
            Some(false)
        }
    }
}

fn both<'f>(one: &'f [Option<String>], other: &'f [Option<String>]) -> impl Iterator<Item = Option<String>> + 'f {
    one.iter().filter(|format| other.contains(format)).cloned()
}

fn joined(days: &[Option<String>], columns: &[Column], clock: usize) -> Vec<Option<String>> {
    let Some(Column::Clock(clocks)) = columns.get(clock) else { return Vec::new() };
    let own = |day: &Option<String>| day.clone().unwrap_or_else(|| "%Y-%m-%d".to_owned());
    days.iter().flat_map(|day| clocks.iter().map(move |clock| Some(format!("{} {clock}", own(day))))).collect()
}

/// One format is said, of several it is asked which.
fn format(formats: Vec<Option<String>>, rows: &Rows, sniffed: &mut Sniffed) {
    let _ = rows;
    let formats: Vec<Option<String>> = without_twins(formats);
    match formats.as_slice() {
        [] | [None] => {}
        [Some(only)] => {
            sniffed.say("time.format", only.clone());
            sniffed.because(
                format!("各行时间均符合 {only}，且只符合此格式"),
                format!("all times are {only}, and nothing else"),
            );
        }
        many => {
            let answers = many.iter().flatten().map(|format| {
                let order = |zh: &'static str, en: &'static str| Text::new(zh, en);
                let at = |part: &str| format.find(part).unwrap_or(usize::MAX);
                let means = match (at("%d") < at("%m"), at("%y").min(at("%Y")) < at("%m")) {
                    (_, true) => order("年在前", "the year first"),
                    (true, _) => order("日在月前", "the day before the month"),
                    (false, _) => order("月在日前", "the month before the day"),
                };
                Answer::new("time.format", format.clone(), means)
            });
            sniffed.ask(
                "time.format",
                ("时间按哪种次序写？", "in which order are times written: day or month first?"),
                answers.collect(),
            );
        }
    }
    if formats
        .iter()
        .flatten()
        .all(|format| !format.contains("%z") && !format.contains("%Z") && !format.starts_with("epoch"))
        && !formats.iter().any(Option::is_none)
    {
        sniffed.because(
            "时间不含时差：按站点时区读取，除非另给 time.zone",
            "times have no offset: read by the site's clock unless time.zone says another",
        );
    }
}

/// Formats that read all alike are one: with and without a part that no cell has.
fn without_twins(formats: Vec<Option<String>>) -> Vec<Option<String>> {
    let plain = |format: &str| format.replace("%Y年%m月%d日", "%Y-%m-%d");
    let mut seen = BTreeSet::new();
    formats.into_iter().filter(|format| seen.insert(format.as_deref().map(plain))).collect()
}

fn marks_of(name: &str, sniffed: &mut Sniffed) {
    let said = match (has_word(name, &START_WORDS), has_word(name, &END_WORDS)) {
        (true, false) => "start",
        (false, true) => "end",
        _ => {
            sniffed.questions.extend(question("time.marks"));
            return;
        }
    };
    sniffed.say("time.marks", said);
    sniffed.because(
        format!("列名“{name}”说明时刻为{}", if said == "end" { "终点" } else { "起点" }),
        format!("the heading {name:?} says that times mark the {said}"),
    );
}

/// Whole numbers of hours: 0 to 23, or 1 to 24.
fn is_hours(rows: &Rows, at: usize) -> bool {
    let hours: Option<BTreeSet<u32>> = rows.cells(at).iter().map(|cell| cell.parse().ok()).collect();
    hours.is_some_and(|hours| {
        hours.len() > 3
            && hours.iter().all(|hour| *hour <= 24)
            && hours.iter().zip(hours.iter().skip(1)).all(|(a, b)| b - a == 1)
    })
}

/// Days that a spreadsheet counts, of this century.
fn is_serial(rows: &Rows, at: usize) -> bool {
    let days: Option<Vec<f64>> = rows.cells(at).iter().map(|cell| cell.parse().ok()).collect();
    days.is_some_and(|days| {
        days.iter().all(|day| SERIALS.contains(day))
            && days.windows(2).all(|pair| pair.first() <= pair.last())
            && days.len() > 1
    })
}

fn instants(rows: &Rows, columns: &[usize], formats: &[Option<String>]) -> Vec<Option<i64>> {
    let form = formats.first().and_then(|format| Form::new(format.as_deref()));
    let mut own = Clock::new(TimeZone::UTC);
    rows.rows
        .iter()
        .take(500)
        .map(|row| {
            let cell =
                columns.iter().map(|at| row.get(*at).map_or("", |cell| cell.trim())).collect::<Vec<_>>().join(" ");
            match &form {
                Some(Form::Own) => own.read(cell.as_bytes()).ok(),
                Some(form) => {
                    let (date, ms) = parses(form, &cell)?;
                    Some(
                        jiff::civil::DateTime::from(date).to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()
                            + ms,
                    )
                }
                None => None,
            }
        })
        .collect()
}

fn is_before(rows: &Rows, first: usize, second: usize, formats: &[Option<String>]) -> bool {
    let (starts, ends) = (instants(rows, &[first], formats), instants(rows, &[second], formats));
    starts.iter().zip(&ends).all(|(start, end)| start.zip(*end).is_none_or(|(start, end)| start <= end))
        && starts.iter().zip(&ends).any(|(start, end)| start.zip(*end).is_some_and(|(start, end)| start < end))
}

/// Whether the end belongs to the interval: the next one starts right behind it.
fn included(rows: &Rows, first: &[usize], second: &[usize], sniffed: &mut Sniffed) {
    let formats = [sniffed.first_format()];
    let (starts, ends) = (instants(rows, first, &formats), instants(rows, second, &formats));
    let gaps: Vec<i64> =
        starts.iter().skip(1).zip(&ends).filter_map(|(start, end)| Some((*start)? - (*end)?)).collect();
    let whole = gaps.iter().filter(|gap| **gap == 0).count();
    let part = gaps.iter().filter(|gap| matches!(**gap, 1000 | 60_000 | 86_400_000)).count();
    if whole * 2 > gaps.len() && whole > 0 {
        sniffed.because(
            "下一区间始于上一区间之终：终点不计入",
            "the next interval starts where the last ends: the end is not included",
        );
    } else if part * 2 > gaps.len() && part > 0 {
        sniffed.say("time.end_included", true);
        sniffed.because(
            "下一区间始于上一区间终点之后一格：终点计入",
            "the next interval starts right behind the last one's end: the end is included",
        );
    } else {
        let answers = vec![
            Answer::new("time.end_included", false, ("终点不属于区间", "the interval ends there")),
            Answer::new(
                "time.end_included",
                true,
                ("终点是区间的最后一天（分、秒）", "it is the last day (minute, second) of the interval"),
            ),
        ];
        sniffed.ask("time.end_included", ("区间是否含终点？", "does the end belong to its interval?"), answers);
    }
}

/// Columns of flags are asked about, and are no names of meters.
fn quality(rows: &Rows, words: Vec<usize>, sniffed: &mut Sniffed) -> Vec<usize> {
    let (flags, others): (Vec<usize>, Vec<usize>) =
        words.into_iter().partition(|at| has_word(rows.name(*at), &QUALITY_WORDS));
    if let Some(&at) = flags.first() {
        let said: BTreeSet<String> =
            rows.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.trim().to_owned()).take(3000).collect();
        let all: serde_json::Map<String, Value> =
            said.iter().take(50).map(|flag| (flag.clone(), json!("actual"))).collect();
        let answers = vec![
            Answer::new(
                "quality",
                json!({"column": rows.name(at), "map": all}),
                ("均为实测", "all of them mean an actual reading"),
            ),
            Answer::new(
                "quality",
                Value::Null,
                ("与读数质量无关，不采用", "they say nothing of the reading, and are not used"),
            ),
        ];
        let shown: Vec<&str> = said.iter().take(6).map(String::as_str).collect();
        let asks = Text::new(
            format!("“{}”列的各标志（{}）是什么意思？", rows.name(at), shown.join("、")),
            format!("what do the flags of {:?} mean ({})? list them in quality.map", rows.name(at), shown.join(", ")),
        );
        sniffed.questions.push(Question::new("quality", asks, answers));
    }
    others
}

fn days(rows: &Rows, numbers: &[usize], sniffed: &mut Sniffed) -> Option<usize> {
    sniffed.say("layout", "days");
    sniffed.say("value.columns", json!(numbers.iter().map(|at| rows.name(*at)).collect::<Vec<_>>()));
    sniffed.because(
        format!("每行一日，{} 个数值", numbers.len()),
        format!("a row is a day, with {} values", numbers.len()),
    );
    numbers.first().copied()
}

fn is_units(rows: &Rows, at: usize) -> bool {
    rows.cells(at).iter().all(|cell| unit_in(cell).is_some())
}

/// Whose readings they are. What is left of the numbers, and the column of names.
fn whose(
    rows: &Rows,
    numbers: Vec<usize>,
    labels: &[usize],
    is_day: bool,
    sniffed: &mut Sniffed,
) -> (Vec<usize>, Option<usize>) {
    // Whole numbers that come again and again under a heading that says meter are names.
    let is_id = |at: &usize| {
        let cells = rows.cells(*at);
        let distinct: BTreeSet<&str> = cells.iter().copied().collect();
        has_word(rows.name(*at), &METER_WORDS)
            && unit_in(rows.name(*at)).is_none()
            && cells.iter().all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
            && (distinct.len() * 2 <= cells.len() || is_day)
    };
    let (ids, numbers): (Vec<usize>, Vec<usize>) =
        if is_day { (Vec::new(), numbers) } else { numbers.into_iter().partition(is_id) };
    let all: Vec<usize> = labels.iter().copied().chain(ids).collect();
    let named: Vec<usize> = all.iter().copied().filter(|at| has_word(rows.name(*at), &METER_WORDS)).collect();
    match (all.as_slice(), named.as_slice()) {
        ([], _) => {
            // Of a wide table the columns are the meters.
            if numbers.len() == 1 || is_day {
                sniffed.questions.extend(question("meter"));
            }
            (numbers, None)
        }
        ([only], [_]) => {
            sniffed.say("meter.column", rows.name(*only));
            sniffed.because(
                format!("“{}”列为计量点名称", rows.name(*only)),
                format!("{:?} names the meter", rows.name(*only)),
            );
            (numbers, Some(*only))
        }
        (many, _) => {
            let answers = many
                .iter()
                .map(|at| Answer::new("meter.column", rows.name(*at), Text::same(rows.name(*at).to_owned())));
            let mut answers: Vec<Answer> = answers.collect();
            answers.push(Answer::new(
                "meter.is",
                "?",
                ("均非：整份文件属一个计量点", "none of them: the file is of one meter"),
            ));
            sniffed.ask("meter.column", ("哪一列是计量点名称？", "which column names the meter?"), answers);
            (numbers, many.first().copied())
        }
    }
}

/// Which column is the value.
fn values(rows: &Rows, numbers: &[usize], label: Option<usize>, sniffed: &mut Sniffed) -> Option<usize> {
    match numbers {
        [] => {
            sniffed.questions.extend(question("value.column"));
            None
        }
        [only] => {
            sniffed.say("value.column", rows.name(*only));
            Some(*only)
        }
        many => {
            let wide: serde_json::Map<String, Value> = many
                .iter()
                .take(500)
                .map(|at| {
                    let mut column = json!({"meter": rows.name(*at)});
                    if let Some(unit) = unit_in(rows.name(*at))
                        && let Some(column) = column.as_object_mut()
                    {
                        column.insert("unit".to_owned(), json!(unit));
                    }
                    (rows.name(*at).to_owned(), column)
                })
                .collect();
            let as_wide = Answer::new("layout", "wide", ("每列一个计量点", "each column is a meter"))
                .and("columns", wide)
                .and("value.column", Value::Null)
                .and("meter", Value::Null);
            let each = many.iter().take(20).map(|at| {
                let means = Text::new(
                    format!("只有“{}”列", rows.name(*at)),
                    format!("{:?} alone is the value", rows.name(*at)),
                );
                Answer::new("value.column", rows.name(*at), means)
            });
            let answers =
                if label.is_none() { std::iter::once(as_wide).chain(each).collect() } else { each.collect::<Vec<_>>() };
            let place = if label.is_none() { "layout" } else { "value.column" };
            sniffed.ask(
                place,
                ("哪一列是数值？或每列一个计量点？", "which column is the value, or is each a meter?"),
                answers,
            );
            many.first().copied()
        }
    }
}

fn decimal(rows: &Rows, numbers: &[usize], delimiter: Option<char>, sniffed: &mut Sniffed) {
    if delimiter.is_none() {
        return; // a spreadsheet's numbers are numbers
    }
    let cells: Vec<&str> = numbers.iter().flat_map(|at| rows.cells(*at)).collect();
    let mut found = marks(&cells, delimiter);
    let said = |(decimal, thousands): (char, Option<char>)| {
        [(decimal != '.').then(|| ("dialect.decimal", decimal)), thousands.map(|mark| ("dialect.thousands", mark))]
            .into_iter()
            .flatten()
    };
    match found.len() {
        0 => sniffed.because("数值列中小数点写法不一", "its numbers are written with several decimal marks"),
        1 => {
            let Some((mark, _)) = found.pop() else { return };
            for (place, mark) in said(mark) {
                sniffed.say(place, mark.to_string());
            }
            if mark != ('.', None) {
                let thousands = mark.1.map(|mark| mark.to_string()).unwrap_or_default();
                sniffed.because(
                    format!(
                        "数值只能以“{}”为小数点{}",
                        mark.0,
                        if thousands.is_empty() {
                            String::new()
                        } else {
                            format!("、“{thousands}”为千位分隔符")
                        }
                    ),
                    format!(
                        "numbers can only be read with {:?} before their fraction{}",
                        mark.0,
                        if thousands.is_empty() {
                            String::new()
                        } else {
                            format!(" and {thousands:?} between thousands")
                        }
                    ),
                );
            }
        }
        _ => {
            let shown = cells.iter().find(|cell| cell.contains([',', '.', ' '])).copied().unwrap_or_default();
            let answers = found.iter().map(|((decimal, thousands), read)| {
                let at = cells.iter().position(|cell| *cell == shown).unwrap_or(0);
                let value = read.get(at).copied().unwrap_or(f64::NAN);
                let answer =
                    Answer::new("dialect.decimal", decimal.to_string(), Text::same(format!("{shown} = {value}")));
                answer.and("dialect.thousands", thousands.map_or(Value::Null, |mark| json!(mark.to_string())))
            });
            sniffed.ask(
                "dialect.decimal",
                ("小数点还是千位分隔符？", "a decimal mark, or one between thousands?"),
                answers.collect(),
            );
        }
    }
}

fn sentinels(rows: &Rows, numbers: &[usize], sniffed: &mut Sniffed) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut words = BTreeSet::new();
    for row in &rows.rows {
        for cell in numbers.iter().filter_map(|at| row.get(*at)).map(|cell| cell.trim()) {
            if cell.parse().is_ok_and(|number: f64| SENTINELS.contains(&number)) {
                *seen.entry(cell).or_default() += 1;
            } else if MISSING.contains(&cell.to_lowercase().as_str()) {
                words.insert(cell.to_owned());
            }
        }
    }
    if let Some((sentinel, count)) = seen.into_iter().find(|(_, count)| *count > 1) {
        let all: Vec<String> = words.iter().cloned().chain([sentinel.to_owned()]).collect();
        let answers = vec![
            Answer::new("missing", json!(all), ("表示无值", "a sign that there is no value")),
            Answer::new("missing", json!(words), ("是读数", "readings like others")),
        ];
        let asks = Text::new(
            format!("{sentinel} 出现 {count} 次：是读数还是无值的记号？"),
            format!("{sentinel} is there {count} times: a reading, or a sign of no value?"),
        );
        sniffed.questions.push(Question::new("missing", asks, answers));
    } else if !words.is_empty() {
        sniffed.say("missing", json!(words));
        let shown = words.into_iter().collect::<Vec<_>>().join(", ");
        sniffed.because(format!("无值处写作 {shown}"), format!("where there is no value it says {shown}"));
    }
}

/// The unit, where the file says it.
fn unit(rows: &Rows, words: &[usize], value: &Option<usize>, sniffed: &mut Sniffed) -> Option<Unit> {
    if let Some(&at) = words.iter().find(|at| is_units(rows, **at)) {
        sniffed.say("value.unit_column", rows.name(at));
        sniffed.because(format!("“{}”列为单位", rows.name(at)), format!("{:?} says the unit", rows.name(at)));
        return rows.cells(at).first().and_then(|cell| unit_in(cell));
    }
    let is_wide = sniffed.questions.iter().any(|question| question.place == "layout");
    let heading = value.map_or("", |at| rows.name(at));
    match unit_in(heading) {
        Some(unit) => {
            if !is_wide {
                sniffed.say("value.unit", json!(unit));
            }
            sniffed
                .because(format!("列名“{heading}”说明单位为 {unit}"), format!("the heading {heading:?} says {unit}"));
            Some(unit)
        }
        None => {
            sniffed.questions.extend(question("value.unit").filter(|_| !is_wide));
            None
        }
    }
}

/// What the values are: of what the unit allows, what the values do not rule out.
fn quantity(
    rows: &Rows,
    numbers: &[usize],
    label: Option<usize>,
    unit: Option<Unit>,
    is_day: bool,
    delimiter: Option<char>,
    sniffed: &mut Sniffed,
) {
    let falls = numbers.first().map_or((0, 0), |at| falls(rows, *at, label, delimiter));
    // A register falls when it is reset or replaced, which is rare.
    let is_register = is_day || falls.1 > 3 && falls.0 * 10 > falls.1;
    let dimension = unit.map(Unit::dimension);
    let possible: Vec<_> = QUANTITIES
        .into_iter()
        .filter(|(name, ..)| match dimension {
            None => true,
            Some(Dimension::Power) => matches!(*name, "mean_power" | "power"),
            Some(_) => matches!(*name, "energy" | "register"),
        })
        .filter(|(name, ..)| *name != "register" || !is_register)
        .collect();
    let has_ends = sniffed.says.iter().any(|(place, _)| place == "time.start");
    let possible: Vec<_> = possible.into_iter().filter(|(name, ..)| !has_ends || *name != "power").collect();
    match possible.as_slice() {
        [(only, ..)] => {
            sniffed.say("value.quantity", *only);
            let (zh, en) = if is_day {
                ("每日各时段", "they are of the periods of a day")
            } else {
                ("数值有升有降，不是累计表码", "values rise and fall, as no register does")
            };
            sniffed.because(format!("数值为 {only}：{zh}"), format!("values are {only}: {en}"));
        }
        many => {
            sniffed.ask("value.quantity", ASKS_QUANTITY, quantities("value.quantity", many));
        }
    }
}

/// How long an interval is, where almost all times of a meter follow one another alike.
fn minutes(rows: &Rows, label: Option<usize>, sniffed: &mut Sniffed) {
    let Some((_, Value::Array(names))) = sniffed.says.iter().find(|(place, _)| place == "time.columns") else { return };
    let at = |name: &Value| rows.names.iter().position(|known| Some(known.as_str()) == name.as_str());
    let columns: Vec<usize> = names.iter().filter_map(at).collect();
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    let mut steps: BTreeMap<i64, usize> = BTreeMap::new();
    for (row, time) in rows.rows.iter().zip(instants(rows, &columns, &[sniffed.first_format()])) {
        let of = label.and_then(|label| row.get(label)).map_or("", String::as_str);
        let Some(time) = time else { continue };
        if let Some(before) = last.insert(of, time) {
            *steps.entry((time - before).abs()).or_default() += 1;
        }
    }
    let pairs: usize = steps.values().sum();
    let most = steps.into_iter().max_by_key(|(_, count)| *count);
    if let Some((step, count)) = most
        && pairs >= 2
        && count * 10 >= pairs * 9
        && (60_000..86_400_000).contains(&step)
        && step % 60_000 == 0
    {
        let minutes = step / 60_000;
        sniffed.say("time.minutes", minutes);
        sniffed.because(format!("时间间隔为 {minutes} 分钟"), format!("times follow one another at {minutes} minutes"));
    }
}

/// How often a value is less than the one before of the same meter, and how many pairs there are.
fn falls(rows: &Rows, at: usize, label: Option<usize>, delimiter: Option<char>) -> (usize, usize) {
    let cells = rows.cells(at);
    let Some((mark, _)) = marks(&cells, delimiter).into_iter().next() else { return (0, 0) };
    let numbers = Numbers::with(mark.0, mark.1);
    let mut last: BTreeMap<&str, f64> = BTreeMap::new();
    let (mut falls, mut pairs) = (0, 0);
    for row in &rows.rows {
        let of = label.and_then(|label| row.get(label)).map_or("", String::as_str);
        let Some(value) =
            row.get(at).and_then(|cell| numbers.read(cell.trim().as_bytes())).filter(|value| value.is_finite())
        else {
            continue;
        };
        if let Some(before) = last.insert(of, value) {
            falls += usize::from(value < before);
            pairs += 1;
        }
    }
    (falls, pairs)
}
