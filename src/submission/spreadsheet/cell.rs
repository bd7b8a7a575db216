//! What a cell says to its field, where it can be read in one way only.

use crate::submission::form::{Choice, Field, Kind};
use serde_json::{Value, json};

/// The name of a cell: `D7` is row 6, column 3.
pub(super) fn name(row: u32, column: u32) -> String {
    let (mut letters, mut left) = (String::new(), column + 1);
    while left > 0 {
        left -= 1;
        letters.insert(0, char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    format!("{letters}{}", row + 1)
}

/// A choice as the spreadsheet shows it: `grid_supply 市电进线`.
pub(super) fn shown((word, zh): Choice) -> String {
    format!("{word} {}", zh.split('|').next().unwrap_or_default()).trim_end().to_owned()
}

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

impl Field {
    /// The word that a cell's text stands for: as it is shown, or in one of the two languages.
    fn word(&self, text: &str) -> Option<&'static str> {
        let blanks = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| text.split_at(at));
        let parts: Vec<[String; 2]> = blanks.map(|(left, right)| [plain(left), plain(right)]).collect();
        let text = plain(text);
        let is_it = |&&(word, zh): &&Choice| {
            let word = plain(word);
            let both = |zh: &String| parts.iter().any(|[a, b]| (a, b) == (&word, zh) || (a, b) == (zh, &word));
            let mut zh = zh.split('|').map(plain).filter(|zh| !zh.is_empty());
            text == word || zh.any(|zh| text == zh || both(&zh))
        };
        self.choices.iter().find(is_it).map(|(word, _)| *word)
    }
}

/// A text as it is compared: without blanks and underscores, in small letters, full-width characters as usual ones.
fn plain(text: &str) -> String {
    let usual = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(usual).filter(|c| !c.is_whitespace() && *c != '_').flat_map(char::to_lowercase).collect()
}
