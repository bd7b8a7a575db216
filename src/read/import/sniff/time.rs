//! Which columns say when, in which form, and what a stamp marks.

use super::{
    Column, Rows, Sniffed,
    cells::{END_WORDS, HOUR_WORDS, SERIALS, START_WORDS, has_word, is_called, parses},
    question,
};
use crate::{
    finding::Text,
    read::{
        csv::Clock,
        import::{proposal::Answer, stamp::Form},
    },
};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// When. Whether each row is a day; `None` if no column is a time.
pub(super) fn time(rows: &Rows, columns: &mut [Column], sniffed: &mut Sniffed) -> Option<bool> {
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
                    let values = columns.iter().filter(|column| **column == Column::Number).count();
                    if values < 23 || !is_date {
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

pub(super) fn both<'f>(
    one: &'f [Option<String>],
    other: &'f [Option<String>],
) -> impl Iterator<Item = Option<String>> + 'f {
    one.iter().filter(|format| other.contains(format)).cloned()
}

pub(super) fn joined(days: &[Option<String>], columns: &[Column], clock: usize) -> Vec<Option<String>> {
    let Some(Column::Clock(clocks)) = columns.get(clock) else { return Vec::new() };
    let own = |day: &Option<String>| day.clone().unwrap_or_else(|| "%Y-%m-%d".to_owned());
    days.iter().flat_map(|day| clocks.iter().map(move |clock| Some(format!("{} {clock}", own(day))))).collect()
}

/// One format is said, of several it is asked which.
pub(super) fn format(formats: Vec<Option<String>>, rows: &Rows, sniffed: &mut Sniffed) {
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
pub(super) fn without_twins(formats: Vec<Option<String>>) -> Vec<Option<String>> {
    let plain = |format: &str| format.replace("%Y年%m月%d日", "%Y-%m-%d");
    let mut seen = BTreeSet::new();
    formats.into_iter().filter(|format| seen.insert(format.as_deref().map(plain))).collect()
}

pub(super) fn marks_of(name: &str, sniffed: &mut Sniffed) {
    let said = match (is_called(name, &START_WORDS), is_called(name, &END_WORDS)) {
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

/// Whole numbers that are hours: all of 0 to 23 or 1 to 24, or some of them under a heading that says so.
pub(super) fn is_hours(rows: &Rows, at: usize) -> bool {
    let hours: Option<BTreeSet<u32>> = rows.cells(at).iter().map(|cell| cell.parse().ok()).collect();
    hours.is_some_and(|hours| {
        let is_whole_day = hours.len() >= 24;
        hours.iter().all(|hour| *hour <= 24)
            && (is_whole_day || hours.len() > 3 && has_word(rows.name(at), &HOUR_WORDS))
            && hours.iter().zip(hours.iter().skip(1)).all(|(a, b)| b - a == 1)
    })
}

/// Days that a spreadsheet counts, of this century.
pub(super) fn is_serial(rows: &Rows, at: usize) -> bool {
    let days: Option<Vec<f64>> = rows.cells(at).iter().map(|cell| cell.parse().ok()).collect();
    days.is_some_and(|days| {
        days.iter().all(|day| SERIALS.contains(day))
            && days.windows(2).all(|pair| pair.first() <= pair.last())
            && days.len() > 1
    })
}

pub(super) fn instants(rows: &Rows, columns: &[usize], formats: &[Option<String>]) -> Vec<Option<i64>> {
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

pub(super) fn is_before(rows: &Rows, first: usize, second: usize, formats: &[Option<String>]) -> bool {
    let (starts, ends) = (instants(rows, &[first], formats), instants(rows, &[second], formats));
    starts.iter().zip(&ends).all(|(start, end)| start.zip(*end).is_none_or(|(start, end)| start <= end))
        && starts.iter().zip(&ends).any(|(start, end)| start.zip(*end).is_some_and(|(start, end)| start < end))
}

/// Whether the end belongs to the interval: the next one starts right behind it.
pub(super) fn included(rows: &Rows, first: &[usize], second: &[usize], sniffed: &mut Sniffed) {
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

/// How long an interval is, where almost all times of a meter follow one another alike.
pub(super) fn minutes(rows: &Rows, label: Option<usize>, sniffed: &mut Sniffed) {
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
