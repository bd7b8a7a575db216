use super::{Code, Finding};
use crate::place::Place;
use std::collections::BTreeMap;

/// So many places of one code are told apart; further ones are counted with the first: input of any size gives an answer
/// that fits in memory and that people can read.
const PLACES: usize = 1000;

/// Findings as they are gathered: see [`Finding::gather`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    groups: BTreeMap<(Code, Key), Finding>,
    places: BTreeMap<Code, usize>,
}

/// Path, meter, and, for what has neither, the file.
type Key = (Option<Place>, Option<String>, Option<String>);

fn key(finding: &Finding) -> (Code, Key) {
    let file = finding.file.clone().filter(|_| finding.place.is_none() && finding.meter.is_none());
    (finding.code, (finding.place.clone(), finding.meter.clone(), file))
}

impl Gathered {
    pub(crate) fn push(&mut self, finding: Finding) {
        let code = finding.code;
        let key = key(&finding);
        if let Some(known) = self.groups.get_mut(&key) {
            let count = known.count.saturating_add(finding.count);
            if finding.at < known.at {
                *known = finding;
            }
            known.count = count;
            return;
        }
        let places = self.places.entry(code).or_default();
        if *places < PLACES {
            *places += 1;
            self.groups.insert(key, finding);
        } else if let Some((_, first)) = self.groups.range_mut((code, Key::default())..).next() {
            first.count = first.count.saturating_add(finding.count);
        }
    }

    /// So many more of what was pushed before.
    #[cfg(all(feature = "json", feature = "csv"))]
    pub(crate) fn count(&mut self, finding: &Finding, count: u64) {
        let key = key(finding);
        let known = match self.groups.contains_key(&key) {
            true => self.groups.get_mut(&key),
            false => self.groups.range_mut((finding.code, Key::default())..).next().map(|(_, first)| first),
        };
        if let Some(known) = known {
            known.count = known.count.saturating_add(count);
        }
    }

    #[cfg(all(feature = "json", feature = "csv"))]
    pub(crate) fn has(&self, code: Code) -> bool {
        self.places.contains_key(&code)
    }

    /// What stands first in its file.
    #[cfg(all(feature = "json", feature = "csv"))]
    pub(crate) fn first(&self) -> Option<&Finding> {
        self.groups.values().min_by_key(|finding| finding.line.unwrap_or(u64::MAX))
    }

    /// Whether the value at a place is known to be unusable: then it need not be said that it is missing.
    pub(crate) fn refuses(&self, place: &Place) -> bool {
        const REFUSALS: [Code; 6] = [
            Code::JsonType,
            Code::JsonDuplicateKey,
            Code::JsonUnknownValue,
            Code::MeterUnit,
            Code::FacilityRegion,
            Code::FacilityTimeZone,
        ];
        let key = (Some(place.clone()), None, None);
        REFUSALS.iter().any(|code| self.groups.contains_key(&(*code, key.clone())))
    }

    pub(crate) fn into_vec(self) -> Vec<Finding> {
        let mut all: Vec<Finding> = self.groups.into_values().collect();
        all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        all
    }
}
