//! Whose readings they are, which column is the value, how numbers are written, their unit, and what they are.

use super::{
    ASKS_QUANTITY, QUANTITIES, Rows, Sniffed,
    cells::{METER_WORDS, MISSING, Marks, QUALITY_WORDS, SENTINELS, has_word, marks, unit_in},
    quantities, question,
};
use crate::{
    finding::Text,
    quantity::{Dimension, Unit},
    read::import::{
        amount::Numbers,
        proposal::{Answer, Question},
    },
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Columns of flags are asked about, and are no names of meters.
pub(super) fn quality(rows: &Rows, words: Vec<usize>, sniffed: &mut Sniffed) -> Vec<usize> {
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

pub(super) fn days(rows: &Rows, numbers: &[usize], sniffed: &mut Sniffed) -> Option<usize> {
    sniffed.say("layout", "days");
    sniffed.say("value.columns", json!(numbers.iter().map(|at| rows.name(*at)).collect::<Vec<_>>()));
    sniffed.because(
        format!("每行一日，{} 个数值", numbers.len()),
        format!("a row is a day, with {} values", numbers.len()),
    );
    numbers.first().copied()
}

pub(super) fn is_units(rows: &Rows, at: usize) -> bool {
    rows.cells(at).iter().all(|cell| unit_in(cell).is_some())
}

/// Whose readings they are. What is left of the numbers, and the column of names.
pub(super) fn whose(
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
pub(super) fn values(rows: &Rows, numbers: &[usize], label: Option<usize>, sniffed: &mut Sniffed) -> Option<usize> {
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

pub(super) fn decimal(rows: &Rows, numbers: &[usize], delimiter: Option<char>, sniffed: &mut Sniffed) {
    if delimiter.is_none() {
        return; // a spreadsheet's numbers are numbers
    }
    let cells: Vec<&str> = numbers.iter().flat_map(|at| rows.cells(*at)).collect();
    let mut found = marks(&cells, delimiter);
    let said = |(decimal, thousands): Marks| {
        [(decimal != '.').then_some(("dialect.decimal", decimal)), thousands.map(|mark| ("dialect.thousands", mark))]
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

pub(super) fn sentinels(rows: &Rows, numbers: &[usize], sniffed: &mut Sniffed) {
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
pub(super) fn unit(rows: &Rows, words: &[usize], value: &Option<usize>, sniffed: &mut Sniffed) -> Option<Unit> {
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
pub(super) fn quantity(
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

/// How often a value is less than the one before of the same meter, and how many pairs there are.
pub(super) fn falls(rows: &Rows, at: usize, label: Option<usize>, delimiter: Option<char>) -> (usize, usize) {
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
