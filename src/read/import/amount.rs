//! Numbers as files write them, and what stands where there is none.

use super::Mapping;
use crate::read::csv::number;
use std::borrow::Cow;

/// How a file writes numbers.
#[derive(Debug)]
pub(super) struct Numbers {
    decimal: u8,
    thousands: Option<u8>,
    missing: Vec<Missing>,
}

/// A sign of no value, and as what number it may be written otherwise.
#[derive(Debug)]
struct Missing {
    text: String,
    number: Option<f64>,
}

impl Numbers {
    pub(super) fn new(mapping: &Mapping) -> Self {
        let mark = |mark: char| mark as u32 as u8; // checked to be ASCII
        let missing = mapping.missing.iter().map(|text| Missing { text: text.clone(), number: text.parse().ok() });
        Numbers {
            decimal: mapping.dialect.decimal.map_or(b'.', mark),
            thousands: mapping.dialect.thousands.map(mark),
            missing: missing.collect(),
        }
    }

    /// With these marks.
    pub(super) fn with(decimal: char, thousands: Option<char>) -> Self {
        let mark = |mark: char| mark as u32 as u8;
        Numbers { decimal: mark(decimal), thousands: thousands.map(mark), missing: Vec::new() }
    }

    /// A number; NaN where there is none. `None`: neither.
    pub(super) fn read(&self, text: &[u8]) -> Option<f64> {
        let value = self.plain(text).and_then(|text| number(&text));
        if self.missing.is_empty() {
            return value;
        }
        let is_missing = |missing: &Missing| match (missing.number, value) {
            (Some(sentinel), Some(value)) => sentinel == value,
            _ => missing.text.as_bytes().eq_ignore_ascii_case(text),
        };
        if self.missing.iter().any(is_missing) { Some(f64::NAN) } else { value }
    }

    /// With a decimal point and without groups; `None`: the marks stand where they cannot.
    fn plain<'t>(&self, text: &'t [u8]) -> Option<Cow<'t, [u8]>> {
        if self.decimal == b'.' && self.thousands.is_none() {
            return Some(Cow::Borrowed(text));
        }
        let (whole, fraction) = match text.iter().position(|&byte| byte == self.decimal) {
            Some(at) => (text.get(..at)?, text.get(at + 1..)?),
            None => (text, &b""[..]),
        };
        let groups = |mark: u8| whole.split(move |&byte| byte == mark);
        let mut plain = Vec::with_capacity(text.len());
        match self.thousands.filter(|mark| whole.contains(mark)) {
            Some(mark) => {
                let digits = |group: &[u8]| group.iter().filter(|byte| byte.is_ascii_digit()).count();
                let first = groups(mark).next().is_some_and(|first| (1..=3).contains(&digits(first)));
                let others = groups(mark).skip(1).all(|group| group.len() == 3 && digits(group) == 3);
                if !first || !others {
                    return None;
                }
                groups(mark).for_each(|group| plain.extend_from_slice(group));
            }
            // A point that is no decimal mark may be a group's, or the mark has changed.
            None if self.decimal != b'.' && text.contains(&b'.') => return None,
            None => plain.extend_from_slice(whole),
        }
        if text.len() > whole.len() {
            if fraction.contains(&self.decimal) || self.thousands.is_some_and(|mark| fraction.contains(&mark)) {
                return None;
            }
            plain.push(b'.');
            plain.extend_from_slice(fraction);
        }
        Some(Cow::Owned(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(decimal: char, thousands: Option<char>, missing: &[&str]) -> Numbers {
        let json = serde_json::json!({"schema": "pue/import/1", "meter": {"is": "m"}, "time": {"columns": ["t"], "marks": "end"},
            "value": {"column": "v", "quantity": "energy"}, "missing": missing,
            "dialect": {"decimal": decimal, "thousands": thousands}});
        Numbers::new(&serde_json::from_value(json).unwrap())
    }

    #[test]
    fn marks_stand_where_they_can() {
        let german = numbers(',', Some('.'), &[]);
        for (text, expected) in [
            ("1.234,5", Some(1234.5)),
            ("1234,5", Some(1234.5)),
            ("-1.234", Some(-1234.0)),
            ("12.34", None),
            ("1,234.5", None),
            ("1.23,4", None),
            ("0,061", Some(0.061)),
            ("1,2,3", None),
            ("x", None),
        ] {
            assert_eq!(german.read(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(numbers(',', None, &[]).read(b"1.5"), None);
        assert_eq!(numbers('.', None, &[]).read(b"1,5"), None);
        assert_eq!(numbers('.', Some(','), &[]).read(b"941,011"), Some(941_011.0));
        assert_eq!(numbers('.', Some(','), &[]).read(b"1,50"), None);
    }

    #[test]
    fn sentinels_are_missing() {
        let numbers = numbers('.', None, &["unavailable", "16777.215", "-32768"]);
        for text in ["unavailable", "Unavailable", "16777.215", "16777.2150", "-32768.0", "", "NaN"] {
            assert!(numbers.read(text.as_bytes()).is_some_and(f64::is_nan), "{text}");
        }
        assert_eq!(numbers.read(b"16777.216"), Some(16_777.216));
    }
}
