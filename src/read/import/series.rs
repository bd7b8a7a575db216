//! Files of series, each with labels that say what it is: Prometheus, InfluxDB, Green Button, NEM12.

use super::{Mapping, entry::shown};
use crate::{
    finding::{Code, Text},
    read::csv::Faults,
};
use std::collections::HashMap;

/// What a series says of itself, by name.
pub(super) type Labels = Vec<(String, String)>;

/// So many labels has a series at most.
pub(super) const MOST_LABELS: usize = 200;

/// And none is longer.
pub(super) const LONGEST_LABEL: usize = 4096;

/// Whose readings a series has.
#[derive(Debug, PartialEq)]
pub(super) enum Of {
    /// What the file calls the meter.
    Label(String),
    /// None that the mapping asks for.
    Nobody,
    /// It has not the label that names meters.
    Unnamed(String),
}

/// Whose readings a series has; `whole` is all that it says of itself, as its format writes it.
pub(super) fn of_series(mapping: &Mapping, labels: &[(String, String)], whole: impl FnOnce() -> String) -> Of {
    let find = |name: &str| labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str());
    if mapping.skip.iter().any(|skip| find(&skip.column) == Some(skip.is.as_str())) {
        return Of::Nobody;
    }
    let Some(whose) = &mapping.meter else { return Of::Label(whole()) };
    if whose.labels.iter().any(|(name, value)| find(name) != Some(value.as_str())) {
        return Of::Nobody;
    }
    match (&whose.is, &whose.column) {
        (Some(is), _) => Of::Label(is.clone()),
        (None, None) => Of::Label(whole()),
        (None, Some(name)) => find(name).map_or_else(|| Of::Unnamed(name.clone()), |label| Of::Label(label.to_owned())),
    }
}

/// So many names are remembered.
const MOST_NAMES: usize = 100_000;

/// Which series each name stood for: a mapping that gives several of them one name merges them, which is told.
#[derive(Debug, Default)]
pub(super) struct Named(HashMap<String, String>);

impl Named {
    /// `series` tells one from another, whatever a mapping calls them.
    pub(super) fn notice(&mut self, of: &Of, series: &str, line: u64, faults: &mut Faults<'_>) {
        let Of::Label(label) = of else { return };
        match self.0.get(label) {
            Some(first) if first != series => faults.tell(Code::ImportMerged, line, None, label, || {
                let found = Text::same(format!("{}, {}", shown(first), shown(series)));
                (found, ("一个序列", "one series").into())
            }),
            None if self.0.len() < MOST_NAMES => drop(self.0.insert(label.clone(), series.to_owned())),
            _ => {}
        }
    }
}
