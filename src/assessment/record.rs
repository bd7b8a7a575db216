//! The record of an assessment (判定记录): what it was made of, and what it came to, so that anybody can make it again and
//! say whether it still holds.

use super::{Assessment, Options};
use crate::{
    finding::Words,
    kpi::Method,
    ledger::Estimate,
    period::rfc3339,
    quantity::{EmissionFactor, Tariff},
    read::Digest,
    rule::{Decision, Outcome, Pack, packs},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The schema of a record on the wire.
pub const RECORD_SCHEMA: &str = "pue/record/1";

/// What makes an assessment reproducible.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// let record = &audit.record;
/// assert!(record.packs.contains(&"wuhan-2024@2024-01-25".to_owned()));
/// assert_eq!(record.input_sha256.as_ref().map(String::len), Some(64));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Record {
    /// SHA-256 of the input: of its canonical form (RFC 8785), or of its bytes where it is no JSON. `None` where the input
    /// was not one document.
    pub input_sha256: Option<String>,
    /// The packs with their editions.
    pub packs: Vec<String>,
    /// Of packs that did not come with the library: SHA-256 of their canonical form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "once")]
    pub packs_sha256: BTreeMap<String, String>,
    /// The settings that differ from the packs' own.
    #[serde(deserialize_with = "once")]
    pub settings: BTreeMap<Words, String>,
    /// Edition of the time-zone rules.
    pub tzdb: Words,
}

impl Record {
    pub(super) fn new(packs: &[&Pack], options: &Options, estimates: &[Estimate], tzdb: &'static str) -> Self {
        let mut settings = BTreeMap::new();
        let mut set = |key: &'static str, value: String| drop(settings.insert(Words::Borrowed(key), value));
        if let Some(category) = options.category {
            set("category", category.number().to_string());
        }
        if options.only_asked {
            set("default_packs", "off".to_owned());
        }
        if options.total_from_parts {
            set("total", "parts".to_owned());
        }
        if options.decision != Decision::default() {
            set("decision", options.decision.as_str().to_owned());
        }
        if options.method != Method::default() {
            set("method", options.method.as_str().to_owned());
        }
        if !estimates.is_empty() {
            let names: Vec<&str> = estimates.iter().map(|method| method.as_str()).collect();
            set("estimate", names.join(","));
        }
        set("screen", options.screen.id.to_string());
        let factors = [
            ("tariff", options.tariff.map(Tariff::yuan_per_kwh)),
            ("co2", options.co2.map(EmissionFactor::kg_per_kwh)),
        ];
        factors
            .into_iter()
            .for_each(|(key, factor)| factor.into_iter().for_each(|factor| set(key, factor.to_string())));
        settings.extend(options.settings.iter().map(|(name, value)| (Words::Owned(name.clone()), value.clone())));
        let own = packs.iter().filter(|pack| !packs::is_published(pack));
        Record {
            input_sha256: None,
            packs: packs.iter().map(|pack| pack.name()).collect(),
            packs_sha256: own.filter_map(|pack| Some((pack.name(), Digest::of_value(pack)?.hex()))).collect(),
            settings,
            tzdb: tzdb.into(),
        }
    }
}

/// An assessment in short: what it was made of and what it came to. Written down, it can be [verified](Self::changes) years
/// later.
///
/// ```
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
/// use pue::{assessment::VerdictRecord, submission::audit_json};
/// let record = VerdictRecord::of(&audit_json(json, &[]));
/// assert!(record.changes(&VerdictRecord::of(&audit_json(json, &[]))).is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct VerdictRecord {
    /// [`RECORD_SCHEMA`].
    pub schema: String,
    /// The version of the library.
    pub library: String,
    /// The facility's id.
    pub facility: Option<String>,
    /// The period, its end exclusive.
    pub period: Option<(String, String)>,
    /// What it was made of.
    pub record: Record,
    /// The kind of PUE and its value in full.
    pub pue: Option<(String, String)>,
    /// Pack, requirement, outcome, and the value or level that was compared.
    pub verdicts: Vec<(String, String, Outcome, Option<String>)>,
    /// What the verdicts rely on: statement, place, the PUE without it where that is known, and whether it decides.
    pub reliance: Vec<(String, String, Option<String>, bool)>,
    /// Codes of what was found, with their number.
    #[serde(deserialize_with = "once")]
    pub findings: BTreeMap<String, u64>,
    /// Where the input came from, if it could not be read, so that there is no digest of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A map in which no key stands twice.
fn once<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: serde::Deserializer<'de>,
    K: Deserialize<'de> + Ord + std::fmt::Display,
    V: Deserialize<'de>,
{
    struct Once<K, V>(std::marker::PhantomData<(K, V)>);
    impl<'de, K: Deserialize<'de> + Ord + std::fmt::Display, V: Deserialize<'de>> serde::de::Visitor<'de> for Once<K, V> {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some((key, value)) = entries.next_entry::<K, V>()? {
                if map.contains_key(&key) {
                    return Err(serde::de::Error::custom(format_args!("duplicate field `{key}`")));
                }
                map.insert(key, value);
            }
            Ok(map)
        }
    }
    deserializer.deserialize_map(Once(std::marker::PhantomData))
}

/// One thing that is no longer as a record says.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// # let other = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json")), &[]);
/// use pue::assessment::VerdictRecord;
/// let changes = VerdictRecord::of(&audit).changes(&VerdictRecord::of(&other));
/// assert!(changes.iter().any(|change| change.is_of_the_answer())); // not the library's version alone
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Changed {
    /// What: `input`, `library`, `tzdb`, `packs`, `settings`, `facility`, `period`, `pue`, `verdict`, `reliance`, `findings`.
    pub what: Words,
    /// What the record says.
    pub was: String,
    /// What it is now.
    pub is: String,
}

/// Outcomes and values by pack and requirement.
type ByName<'r> = BTreeMap<(&'r str, &'r str), Vec<(Outcome, Option<&'r String>)>>;

fn by_name(record: &VerdictRecord) -> ByName<'_> {
    let mut by_name = ByName::new();
    for (pack, requirement, outcome, value) in &record.verdicts {
        by_name.entry((pack, requirement)).or_default().push((*outcome, value.as_ref()));
    }
    by_name
}

impl Changed {
    /// Whether the answer itself is another one, or is of another input, and not only what it was made with.
    pub fn is_of_the_answer(&self) -> bool {
        matches!(&*self.what, "input" | "facility" | "period" | "pue" | "verdict")
    }

    /// Whether a record holds of which these things have changed: its answer has not, and what else has is due to what it was
    /// made with. Where nothing of that changed, and something else did, the record is not the one that was written.
    pub fn leave_it_holding(changes: &[Changed]) -> bool {
        let is_made_otherwise = |change: &Changed| matches!(&*change.what, "library" | "tzdb" | "packs" | "settings");
        !changes.iter().any(Changed::is_of_the_answer) && (changes.is_empty() || changes.iter().any(is_made_otherwise))
    }
}

impl VerdictRecord {
    /// Of an assessment.
    pub fn of(assessment: &Assessment) -> Self {
        let mut findings = BTreeMap::new();
        for finding in &assessment.findings {
            let count: &mut u64 = findings.entry(finding.code.as_str().to_owned()).or_default();
            *count = count.saturating_add(finding.count);
        }
        let verdicts = assessment.verdicts.iter();
        VerdictRecord {
            schema: RECORD_SCHEMA.to_owned(),
            library: assessment.library.to_owned(),
            facility: assessment.facility.clone(),
            period: assessment
                .period
                .as_ref()
                .map(|period| (rfc3339(period.start(), period.zone()), rfc3339(period.end(), period.zone()))),
            record: assessment.record.clone(),
            pue: assessment.pue.as_ref().map(|pue| (pue.value.kind().to_owned(), pue.value.ratio().to_string())),
            verdicts: verdicts
                .map(|verdict| {
                    let pack = format!("{}@{}", verdict.pack, verdict.edition);
                    let value = verdict.value.map(|value| value.to_string()).or(verdict.level.clone());
                    (pack, verdict.requirement.to_string(), verdict.outcome, value)
                })
                .collect(),
            reliance: (assessment.reliance.iter())
                .map(|one| {
                    let without = one.pue_without.map(|pue| pue.to_string());
                    (one.on.as_str().to_owned(), one.place.to_string(), without, one.decides)
                })
                .collect(),
            findings,
            source: None,
        }
    }

    /// What is no longer as this record says, if `now` is the record of the same made again; empty: it holds to the letter.
    pub fn changes(&self, now: &VerdictRecord) -> Vec<Changed> {
        let mut changes = Vec::new();
        // Compared as they are: two that differ could be written alike.
        let mut compare = |what: &'static str, is_same: bool, told: &dyn Fn(&VerdictRecord) -> String| {
            if !is_same {
                changes.push(Changed { what: what.into(), was: told(self), is: told(now) });
            }
        };
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        let pair = |pair: &Option<(String, String)>| {
            pair.as_ref().map_or("–".to_owned(), |(first, second)| format!("{first} {second}"))
        };
        let (was, is) = (&self.record, &now.record);
        compare("input", (&was.input_sha256, &self.source) == (&is.input_sha256, &now.source), &|of| {
            let known: Vec<&str> =
                [&of.record.input_sha256, &of.source].into_iter().flatten().map(String::as_str).collect();
            if known.is_empty() { "–".to_owned() } else { known.join(" ") }
        });
        compare("library", self.library == now.library, &|of| of.library.clone());
        compare("tzdb", was.tzdb == is.tzdb, &|of| of.record.tzdb.to_string());
        compare("packs", (&was.packs, &was.packs_sha256) == (&is.packs, &is.packs_sha256), &|of| {
            let own = of.record.packs_sha256.iter().map(|(pack, digest)| format!("{pack}={digest}"));
            of.record.packs.iter().cloned().chain(own).collect::<Vec<_>>().join(", ")
        });
        compare("settings", was.settings == is.settings, &|of| {
            of.record.settings.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
        });
        compare("facility", self.facility == now.facility, &|of| or_none(&of.facility));
        compare("period", self.period == now.period, &|of| pair(&of.period));
        compare("pue", self.pue == now.pue, &|of| pair(&of.pue));
        let (was, is) = (by_name(self), by_name(now));
        let names: BTreeSet<_> = was.keys().chain(is.keys()).copied().collect();
        let is_same_order = names.iter().any(|name| was.get(name) != is.get(name)) || self.verdicts == now.verdicts;
        for (pack, requirement) in names {
            // All of that name: a second one beside the first is no small matter.
            let told = |of: &ByName<'_>| {
                let one = |(outcome, value): &(Outcome, Option<&String>)| match value {
                    Some(value) => format!("{} ({value})", outcome.as_str()),
                    None => outcome.as_str().to_owned(),
                };
                let told: Vec<String> = of.get(&(pack, requirement)).into_iter().flatten().map(one).collect();
                format!("{pack} {requirement}: {}", if told.is_empty() { "–".to_owned() } else { told.join(", ") })
            };
            if was.get(&(pack, requirement)) != is.get(&(pack, requirement)) {
                changes.push(Changed { what: "verdict".into(), was: told(&was), is: told(&is) });
            }
        }
        let names = |record: &VerdictRecord| {
            record.verdicts.iter().map(|(pack, one, ..)| format!("{pack} {one}")).collect::<Vec<_>>().join(", ")
        };
        if !is_same_order {
            changes.push(Changed { what: "verdict".into(), was: names(self), is: names(now) });
        }
        // Verdicts of packs that it does not name.
        let packs: BTreeSet<&String> = self.record.packs.iter().collect();
        let stray = self.verdicts.iter().find(|(pack, ..)| !packs.contains(pack));
        if let Some((pack, ..)) = stray {
            changes.push(Changed { what: "verdict".into(), was: pack.clone(), is: self.record.packs.join(", ") });
        }
        let mut compare = |what: &'static str, is_same: bool, told: &dyn Fn(&VerdictRecord) -> String| {
            if !is_same {
                changes.push(Changed { what: what.into(), was: told(self), is: told(now) });
            }
        };
        compare("reliance", self.reliance == now.reliance, &|of| {
            let one = |(on, at, without, decides): &(String, String, Option<String>, bool)| {
                let mark = if *decides { "!" } else { "" };
                format!("{on} {at}{mark}{}", without.as_ref().map_or(String::new(), |pue| format!(" ({pue})")))
            };
            of.reliance.iter().map(one).collect::<Vec<_>>().join(", ")
        });
        compare("findings", self.findings == now.findings, &|of| {
            of.findings.iter().map(|(code, count)| format!("{code}×{count}")).collect::<Vec<_>>().join(", ")
        });
        changes
    }
}
