//! Looks at the rows of a table and says what they show beyond doubt, with the reason, and asks what they do not.

mod cells;
mod time;
mod values;

use super::proposal::{Answer, Question, TextRows};
use crate::finding::Text;
use cells::{SERIALS, clocks, is_missing, marks, times};
pub(super) use cells::{delimiter, points, preamble_minutes};
use serde_json::Value;
use std::collections::BTreeSet;

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
        "columns" => Question::new(
            place,
            ("各列属于哪个计量点？", "of which meter is each column? {\"Point_1\": {\"meter\": \"grid-1\"}, …}"),
            Vec::new(),
        ),
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

/// So many columns are looked at.
const COLUMNS: usize = 2000;

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
    let Some(daily) = time::time(&rows, &mut columns, &mut sniffed) else { return sniffed };
    let numbers: Vec<usize> = (0..columns.len()).filter(|at| columns.get(*at) == Some(&Column::Number)).collect();
    let words: Vec<usize> = (0..columns.len()).filter(|at| columns.get(*at) == Some(&Column::Word)).collect();
    let words = values::quality(&rows, words, &mut sniffed);
    let is_day = daily && [23, 24, 25, 46, 48, 50, 92, 96, 100].contains(&numbers.len());
    let (value, meter) = if is_day { (values::days(&rows, &numbers, &mut sniffed), None) } else { (None, Some(())) };
    let labels: Vec<usize> = words.iter().copied().filter(|at| !values::is_units(&rows, *at)).collect();
    let (numbers, label) = values::whose(&rows, numbers, &labels, is_day, &mut sniffed);
    let value = if meter.is_some() { values::values(&rows, &numbers, label, &mut sniffed) } else { value };
    values::decimal(&rows, &numbers, delimiter, &mut sniffed);
    values::sentinels(&rows, &numbers, &mut sniffed);
    let unit = values::unit(&rows, &words, &value, &mut sniffed);
    values::quantity(&rows, &numbers, label, unit, is_day, delimiter, &mut sniffed);
    time::minutes(&rows, label, &mut sniffed);
    unused(&rows, &mut sniffed);
    sniffed
}

/// Columns of which nothing is said and nothing asked.
fn unused(rows: &Rows, sniffed: &mut Sniffed) {
    let said = sniffed.says.iter().map(|(_, said)| said.to_string());
    let asked = sniffed.questions.iter().flat_map(|question| &question.answers).flat_map(|answer| answer.says.values());
    let used: String = said.chain(asked.map(Value::to_string)).collect();
    let is_unused = |name: &&String| !name.is_empty() && !used.contains(&Value::from(name.as_str()).to_string());
    let unused: Vec<&str> = rows.names.iter().filter(is_unused).map(String::as_str).take(20).collect();
    if !unused.is_empty() {
        sniffed.because(
            format!("未采用的列：{}", unused.join("、")),
            format!("columns that are not used: {}", unused.join(", ")),
        );
    }
}

/// The header, and what stands under it.
fn header(rows: &TextRows, sniffed: &mut Sniffed) -> Option<Rows> {
    let is_data = |cells: &Vec<String>| {
        let cells = cells.get(..cells.len().min(COLUMNS)).unwrap_or_default();
        let times = cells.iter().filter(|cell| !times(&[cell.trim()]).is_empty()).count();
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
    let width = rows.get(first)?.1.len().min(COLUMNS);
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
