use super::Evidence;
use crate::{
    finding::{Code, Finding},
    kpi::view::{Month, name_of},
    place::place,
};

/// A month with more IT than total energy.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let below =
        evidence.months.iter().filter(|month| month.total < month.it).map(|Month { month, total, it, .. }| {
            let found = format!("{}: {total}", name_of(month));
            Finding::new(Code::PueBelowOne).place(place!(monthly)).found(found).expected(format!("≥ {it}"))
        });
    below.collect()
}
