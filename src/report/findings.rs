//! What is wrong with the data, in words.

use super::{
    Report, colon, places,
    sections::{Sections, Topic},
};
use crate::{
    finding::{Finding, Severity},
    place::Part,
};
use std::fmt::Write as _;

impl<'a> Report<'a> {
    pub(super) fn findings(&self, out: &mut Sections) {
        if self.assessment.findings.is_empty() {
            return;
        }
        out.begin(Topic::Findings, self.pick("数据问题", "Findings"));
        for finding in &self.assessment.findings {
            self.finding(out, finding);
        }
    }

    fn finding(&self, out: &mut Sections, finding: &'a Finding) {
        let (weight, place) = (self.weight(finding.severity), self.place(finding));
        let facts = self.facts(finding) + &self.extent(finding);
        let times = if finding.count > 1 { format!(" ×{}", finding.count) } else { String::new() };
        out.item(format_args!(
            "{weight} {}{times}{place}{}{}{facts}",
            finding.code,
            colon(self.lang),
            self.say(&finding.message)
        ));
        if finding.severity > Severity::Note {
            out.below(format_args!("→ {}", self.say(&finding.advice)));
        }
    }

    /// How much it weighs.
    pub(super) fn weight(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.pick("错误", "error"),
            Severity::Warning => self.pick("警告", "warning"),
            Severity::Note => self.pick("提示", "note"),
        }
    }

    /// Where it is, behind a space.
    pub(super) fn place(&self, finding: &Finding) -> String {
        let mut place = String::new();
        if let Some(meter) = &finding.meter {
            let _ = write!(place, " {meter}");
        } else if let Some(known) = finding.place.as_ref().filter(|known| known.part() != Part::Whole) {
            let _ = write!(place, " {}", places::in_words(self.assessment, known, self.lang));
        }
        if let Some(file) = &finding.file {
            let _ = write!(place, " {file}");
            if let Some(line) = finding.line {
                let _ = write!(place, ":{line}");
            }
            if let Some(column) = finding.column {
                let _ = write!(place, ":{column}");
            }
        } else if let (Some(line), Some(column)) = (finding.line, finding.column) {
            let _ = write!(place, " {line}:{column}");
        }
        if let Some(at) = &finding.at {
            let _ = write!(place, " {at}");
        }
        place
    }

    /// What was found, and what was expected.
    pub(super) fn facts(&self, finding: &'a Finding) -> String {
        let mut facts = String::new();
        if let Some(found) = &finding.found {
            let _ = write!(facts, "{} {}", self.pick("；实际", "; found"), self.say(found));
        }
        if let Some(expected) = &finding.expected {
            let _ = write!(facts, "{} {}", self.pick("；应为", "; expected"), self.say(expected));
        }
        facts
    }

    /// How much of the time and the energy it is about.
    fn extent(&self, finding: &Finding) -> String {
        let mut extent = String::new();
        if let Some(hours) = finding.hours {
            let _ = write!(extent, "{}{hours:.2} h", self.pick("；", "; "));
        }
        if let (Some(least), Some(most)) = (finding.least_kwh, finding.most_kwh) {
            let _ = write!(extent, "{}{least:.1} – {most:.1} kWh", self.pick("，", ", "));
        }
        extent
    }
}
