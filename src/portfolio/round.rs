use super::Portfolio;
use crate::{
    assessment::Assessment,
    finding::{Code, Finding, Severity, Text},
    period::rfc3339,
    quantity::ExactEnergy,
    read::likeness,
    rule::Outcome,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The schema of a register of expected sites on the wire.
pub const REGISTER_SCHEMA: &str = "pue/register/1";

/// A round of submissions (一轮填报): what all of them came to.
///
/// Counts alone need no memory; [`Round::by_site`] keeps a line for each site too, to tell who did not report, and what
/// changed since the round before.
///
/// ```
/// use pue::{portfolio::Round, submission::audit_json};
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/07-it-above-total.json"));
/// let mut round = Round::by_site();
/// round.add(&audit_json(json, &[]));
/// assert_eq!(round.frequent()[0].0.as_str(), "pue.below_one");
/// assert!(round.changes_since(&Round::by_site())[0].remarks[0].en.contains("not in the round before"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Round {
    /// How many records there were.
    pub records: usize,
    /// How many of them have no finding that weighs more than a note.
    pub clean: usize,
    /// Sums and outcomes.
    pub portfolio: Portfolio,
    /// Records with a finding of this code.
    codes: BTreeMap<Code, usize>,
    sites: Option<BTreeMap<String, SiteLine>>,
}

/// What one site reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SiteLine {
    /// How many records it sent.
    pub records: usize,
    /// The first instant of its period.
    pub since: Option<String>,
    /// Its annual PUE, if no error stands against it.
    pub pue: Option<f64>,
    /// Its total energy.
    pub total_kwh: Option<ExactEnergy>,
    /// Its IT energy.
    pub it_kwh: Option<ExactEnergy>,
    /// The worst outcome.
    pub outcome: Option<Outcome>,
}

impl Round {
    /// A round that keeps a line for each site.
    pub fn by_site() -> Self {
        Round { sites: Some(BTreeMap::new()), ..Round::default() }
    }

    /// Adds a record's answer.
    pub fn add(&mut self, assessment: &Assessment) {
        self.records += 1;
        self.portfolio.add(assessment);
        let mut codes: Vec<Code> = assessment.findings.iter().map(|finding| finding.code).collect();
        codes.sort_unstable();
        codes.dedup();
        self.clean +=
            usize::from(!assessment.verdicts.is_empty() && codes.iter().all(|code| code.severity() == Severity::Note));
        for code in codes {
            *self.codes.entry(code).or_default() += 1;
        }
        if let (Some(sites), Some(facility)) = (&mut self.sites, &assessment.facility) {
            let trusted = !assessment.findings.iter().any(Finding::is_error);
            let pue = assessment.pue.as_ref().filter(|_| trusted).and_then(|pue| pue.value.annual());
            let records = sites.get(facility).map_or(0, |line| line.records) + 1;
            let line = SiteLine {
                records,
                since: assessment.period.as_ref().map(|period| rfc3339(period.start(), period.zone())),
                pue: pue.map(|pue| pue.value()),
                total_kwh: pue.map(|pue| pue.total()),
                it_kwh: pue.map(|pue| pue.it()),
                outcome: assessment.worst(),
            };
            sites.insert(facility.clone(), line);
        }
    }

    /// Adds all of another; of a site that is in both, the other's line counts.
    pub fn merge(&mut self, other: Round) {
        self.records += other.records;
        self.clean += other.clean;
        self.portfolio.merge(&other.portfolio);
        for (code, count) in other.codes {
            *self.codes.entry(code).or_default() += count;
        }
        if let (Some(sites), Some(others)) = (&mut self.sites, other.sites) {
            for (facility, line) in others {
                let earlier = sites.get(&facility).map_or(0, |line| line.records);
                sites.insert(facility, SiteLine { records: earlier + line.records, ..line });
            }
        }
    }

    /// Whether it keeps a line for each site.
    pub const fn is_by_site(&self) -> bool {
        self.sites.is_some()
    }

    /// Warnings and errors by how many records have them, the most frequent first.
    pub fn frequent(&self) -> Vec<(Code, usize)> {
        let faults = self.codes.iter().filter(|(code, _)| code.severity() > Severity::Note);
        let mut faults: Vec<(Code, usize)> = faults.map(|(code, count)| (*code, *count)).collect();
        faults.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        faults
    }

    /// Sites that sent more than one record; of each the last one counts. Of a round that keeps no lines none is known.
    pub fn repeated(&self) -> Vec<&str> {
        let sites = self.sites.iter().flatten();
        sites.filter(|(_, line)| line.records > 1).map(|(id, _)| id.as_str()).collect()
    }

    /// Identifiers of several sites that look alike, such as `WH-01` and `WH-O1`: nobody who reads them can tell these sites
    /// apart. Of a round that keeps no lines none is known.
    pub fn look_alikes(&self) -> Vec<Vec<&str>> {
        let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for id in self.sites.iter().flatten().map(|(id, _)| id.as_str()) {
            alike.entry(likeness(id)).or_default().push(id);
        }
        alike.into_values().filter(|ids| ids.len() > 1).collect()
    }

    /// Who was expected and did not report, who reported and was not expected, who reported more than once. Of a round that
    /// keeps no lines nobody is known to have reported.
    pub fn against<'r>(&'r self, register: &'r Register) -> Attendance<'r> {
        let sites = self.sites.as_ref().unwrap_or(&NONE);
        let expected: BTreeMap<&str, &Expected> = register.sites.iter().map(|site| (site.id.as_str(), site)).collect();
        let names = |is_such: &dyn Fn(&str, &SiteLine) -> bool| {
            sites.iter().filter(|(id, line)| is_such(id, line)).map(|(id, _)| id.as_str()).collect()
        };
        Attendance {
            missing: expected.iter().filter(|(id, _)| !sites.contains_key(**id)).map(|(_, site)| *site).collect(),
            unexpected: names(&|id, _| !expected.contains_key(id)),
            repeated: self.repeated(),
        }
    }

    /// What changed since the round before, site by site; sites of which nothing did are not among them.
    pub fn changes_since<'r>(&'r self, before: &'r Round) -> Vec<Change<'r>> {
        let (was, is) = (before.sites.as_ref().unwrap_or(&NONE), self.sites.as_ref().unwrap_or(&NONE));
        let mut all: Vec<&String> = was.keys().chain(is.keys()).collect();
        all.sort_unstable();
        all.dedup();
        let changes = all.into_iter().map(|facility| Change {
            facility,
            before: was.get(facility),
            after: is.get(facility),
            pue: None,
            remarks: Vec::new(),
        });
        changes.map(Change::remarked).filter(|change| !change.remarks.is_empty()).collect()
    }
}

/// The lines of a round that keeps none.
static NONE: BTreeMap<String, SiteLine> = BTreeMap::new();

/// The sites that have to report (应报名单).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Register {
    /// [`REGISTER_SCHEMA`].
    pub schema: String,
    /// The sites.
    pub sites: Vec<Expected>,
}

/// A site that has to report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expected {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
}

/// Who reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Attendance<'r> {
    /// Expected, and not reported.
    pub missing: Vec<&'r Expected>,
    /// Reported, and not expected.
    pub unexpected: Vec<&'r str>,
    /// Reported more than once.
    pub repeated: Vec<&'r str>,
}

/// What changed at one site between two rounds (同比).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change<'r> {
    /// The site.
    pub facility: &'r str,
    /// The round before.
    pub before: Option<&'r SiteLine>,
    /// This round.
    pub after: Option<&'r SiteLine>,
    /// PUE now − PUE before.
    pub pue: Option<f64>,
    /// What to say of it.
    pub remarks: Vec<Text>,
}

impl Change<'_> {
    fn remarked(mut self) -> Self {
        let (before, after) = match (self.before, self.after) {
            (Some(before), Some(after)) => (before, after),
            (None, Some(_)) => {
                self.remarks.push(Text::new("上一轮未报", "not in the round before"));
                return self;
            }
            _ => {
                self.remarks.push(Text::new("本轮未报", "not in this round"));
                return self;
            }
        };
        self.pue = after.pue.zip(before.pue).map(|(after, before)| after - before).filter(|change| *change != 0.0);
        if let (Some(change), Some(was), Some(is)) = (self.pue, before.pue, after.pue) {
            self.remarks.push(Text::same(format!("PUE {was:.4} → {is:.4} ({change:+.4})")));
        }
        if before.outcome != after.outcome {
            let name = |outcome: Option<Outcome>| outcome.map_or(Text::same("–"), Outcome::text);
            let (was, is) = (name(before.outcome), name(after.outcome));
            self.remarks.push(Text::new(format!("{} → {}", was.zh, is.zh), format!("{} → {}", was.en, is.en)));
        }
        let energies = |line: &SiteLine| line.total_kwh.zip(line.it_kwh);
        let another_time = before.since != after.since;
        if another_time && energies(before).is_some() && energies(before) == energies(after) {
            let same = "两轮的总电量与 IT 电量完全相同，疑为照抄";
            self.remarks
                .push(Text::new(same, "total and IT energy are those of the round before to the last digit: copied?"));
        }
        self
    }
}
