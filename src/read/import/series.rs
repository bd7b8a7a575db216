//! Files of series, each with labels that say what it is: Prometheus, InfluxDB, Green Button, NEM12.

use super::Mapping;

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
