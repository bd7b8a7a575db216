//! What a cell says to its field, where it can be read in one way only.

use super::layout::{Field, Kind};
use serde_json::{Value, json};

/// A cell's value as its field asks for; whatever does not fit stays as it is and becomes a finding later.
pub(super) fn fitted(field: &Field, value: &Value) -> Value {
    let text = value.as_str();
    let fitting = match field.kind {
        // A code of digits that a spreadsheet took for a number, as long as it kept all of them.
        Kind::Text if text.is_none() => {
            value.as_f64().filter(|number| number.abs() < 1e15).map(|number| json!(number.to_string()))
        }
        Kind::Text => None,
        Kind::Number => text.and_then(number).map(|number| json!(number)),
        Kind::Date => text.and_then(date).map(|date| json!(date)),
        Kind::Flag => match text.map(|text| field.word(text).unwrap_or(text).to_lowercase()).as_deref() {
            Some("true" | "yes") => Some(json!(true)),
            Some("false" | "no") => Some(json!(false)),
            _ => None,
        },
    };
    let word = || text.and_then(|text| field.word(text)).map(|word| json!(word));
    fitting.or_else(word).unwrap_or_else(|| value.clone())
}

/// A number in a cell formatted as text, if it can be read in one way only: three digits after a point may be thousands.
fn number(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_clear = part.len() != 3 || whole.len() > 3 || whole.starts_with('0');
    let is_number = is_plain(whole) && is_plain(part) && is_clear && text.len() <= 15;
    text.parse().ok().filter(|_| is_number)
}

/// A date as it is written in China: year, month and day, in this order.
fn date(text: &str) -> Option<String> {
    let day = [" 00:00:00", "T00:00:00", " 0:00:00", " 0:00"].iter().find_map(|hour| text.strip_suffix(hour));
    let day = day.unwrap_or(text);
    let parts = day.strip_suffix('日').unwrap_or(day).split(['-', '/', '.', '年', '月']);
    let parts: Vec<&str> = parts.map(str::trim).collect();
    let is_plain =
        |part: &str, lens: &[usize]| lens.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts[..] {
        [year, month, day] if is_plain(year, &[4]) && is_plain(month, &[1, 2]) && is_plain(day, &[1, 2]) => {
            Some(format!("{year}-{month:0>2}-{day:0>2}"))
        }
        _ => None,
    }
}
