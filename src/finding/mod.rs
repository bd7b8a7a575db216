//! What is wrong with the data (发现), and what a figure rests on (依据).
//!
//! A [`Finding`] says that the *data* or the *site* is at fault; a call that could not be done at all is an error of
//! its own room. Findings never stop a calculation by themselves: all of them are returned at once, each with a stable
//! [`Code`], a place, what was found, what was expected and a text in Chinese and English.

mod basis;
mod code;
mod gathered;
mod text;

use crate::place::Place;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use basis::{Basis, Citation};
pub use code::{Code, Severity};
pub(crate) use gathered::Gathered;
pub(crate) use text::plural;
pub use text::{Lang, Text, Words, harmless, is_harmful};

/// One fault of the data or the site.
///
/// One finding stands for all occurrences of its code at one place: [`count`](Finding::count) says how many, `at` where
/// the first was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// Where in the description or the submission; on the wire its JSON Pointer, `path`.
    #[serde(rename = "path", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub place: Option<Place>,
    /// The meter concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// The file concerned, as its reader was told to call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column in that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The cell of a spreadsheet: `Energy!D7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// When: the first occurrence, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Until when the first occurrence lasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// How often.
    pub count: u64,
    /// How many hours are at stake, over all occurrences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    /// The least energy that can have flowed in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_kwh: Option<f64>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_kwh: Option<f64>,
    /// What was found; on the wire in English.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_english")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub found: Option<Text>,
    /// What was expected; on the wire in English.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_english")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub expected: Option<Text>,
    /// The whole finding in a sentence.
    pub message: Text,
    /// What to do.
    pub advice: Text,
}

impl Finding {
    /// A finding with the code's own words.
    ///
    /// # Examples
    /// ```
    /// use pue::{Code, Finding};
    /// let finding = Finding::new(Code::ReadingNegative).place("/energy/0/monthly_kwh/2".parse()?).found(-3).expected("≥ 0");
    /// assert_eq!(
    ///     finding.to_string(),
    ///     "error reading.negative at /energy/0/monthly_kwh/2: negative energy, found -3, expected ≥ 0"
    /// );
    /// assert_eq!(&*finding.advice.zh, "更正该值；上网电量请以 export 计量点报送");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(code: Code) -> Self {
        Finding {
            code,
            severity: code.severity(),
            place: None,
            meter: None,
            file: None,
            line: None,
            column: None,
            cell: None,
            at: None,
            until: None,
            count: 1,
            hours: None,
            least_kwh: None,
            most_kwh: None,
            found: None,
            expected: None,
            message: code.title(),
            advice: code.advice(),
        }
    }

    /// Names the place in the input.
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Names the meter.
    pub fn meter(mut self, id: impl Into<String>) -> Self {
        self.meter = Some(id.into());
        self
    }

    /// Says what was found, in words that need no translation: a number, a name.
    pub fn found(self, found: impl fmt::Display) -> Self {
        self.found_text(Text::same(found.to_string()))
    }

    /// Says what was found, in both languages.
    pub fn found_text(mut self, found: impl Into<Text>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Says what was expected.
    pub fn expected(mut self, expected: impl Into<Text>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds particulars to the code's own words.
    pub fn detail(mut self, zh: impl AsRef<str>, en: impl AsRef<str>) -> Self {
        self.message.zh = format!("{}：{}", self.message.zh, zh.as_ref()).into();
        self.message.en = format!("{}: {}", self.message.en, en.as_ref()).into();
        self
    }

    /// Says in other words than the code's own what it is about.
    pub(crate) fn worded(mut self, zh: impl Into<Words>, en: impl Into<Words>) -> Self {
        self.message = Text::new(zh, en);
        self
    }

    /// Says in other words than the code's own what to do.
    pub(crate) fn advised(mut self, zh: impl Into<Words>, en: impl Into<Words>) -> Self {
        self.advice = Text::new(zh, en);
        self
    }

    /// Whether the figure cannot be formed or trusted because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Groups findings: one per code, path and meter, counted, the first occurrence kept; ordered by weight.
    pub fn gather(findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
        let mut gathered = Gathered::default();
        findings.into_iter().for_each(|finding| gathered.push(finding));
        gathered.into_vec()
    }
}

fn in_english<S: serde::Serializer>(text: &Option<Text>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_ref().map(|text| &text.en).serialize(serializer)
}

/// A finding in one line: `warning register.reset (chiller-1): …`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.tell(&mut text)?;
        f.write_str(&harmless(&text))
    }
}

impl Finding {
    fn tell(&self, f: &mut impl fmt::Write) -> fmt::Result {
        let weight = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        write!(f, "{weight} {}", self.code)?;
        if let Some(place) = &self.place {
            write!(f, " at {place}")?;
        }
        if let Some(meter) = &self.meter {
            write!(f, " ({meter})")?;
        }
        if let Some(file) = &self.file {
            write!(f, " in {file}")?;
        }
        for place in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{place}")?;
        }
        if let Some(cell) = &self.cell {
            write!(f, " {cell}")?;
        }
        if let Some(at) = &self.at {
            write!(f, " at {at}")?;
        }
        if self.count > 1 {
            write!(f, " × {}", self.count)?;
        }
        write!(f, ": {}", self.message.en)?;
        if let Some(found) = &self.found {
            write!(f, ", found {}", found.en)?;
        }
        if let Some(expected) = &self.expected {
            write!(f, ", expected {}", expected.en)?;
        }
        Ok(())
    }
}

/// All faults that kept something from being built.
///
/// ```
/// let faults = pue::Pack::from_json(br#"{"id": "", "edition": "soon"}"#).unwrap_err();
/// assert!(faults.0.len() > 1 && faults.0.iter().all(|fault| fault.place.is_some()));
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct Faults(pub Vec<Finding>);

/// So many of them are told in one sentence.
const TOLD: usize = 20;

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", plural(self.0.len() as u64, "fault"))?;
        for (i, fault) in self.0.iter().take(TOLD).enumerate() {
            write!(f, "{} {fault}", if i == 0 { ":" } else { ";" })?;
        }
        if self.0.len() > TOLD { write!(f, "; and {} more", self.0.len() - TOLD) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gather_counts_and_puts_errors_first() {
        let all = Finding::gather([
            Finding::new(Code::ReadingDuplicate).meter("a"),
            Finding::new(Code::MeterCycle).meter("b"),
            Finding::new(Code::ReadingDuplicate).meter("a"),
        ]);
        assert_eq!(
            all.iter().map(|f| (f.code, f.count)).collect::<Vec<_>>(),
            [(Code::MeterCycle, 1), (Code::ReadingDuplicate, 2)]
        );
    }
}
