use super::Evidence;
use crate::{
    finding::{Code, Finding, Text},
    kpi::{
        plausibility::in_month,
        view::{Month, name_of},
    },
    place::place,
};

/// A month with more IT than total energy.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let below =
        evidence.months.iter().filter(|month| month.total < month.it).map(|Month { month, total, it, .. }| {
            let found = in_month(&name_of(month), &format!("{total}"));
            let expected = Text::new(format!("不低于 IT 电量 {it}"), format!("at least the IT energy, {it}"));
            Finding::new(Code::PueBelowOne).place(place!(monthly)).found_text(found).expected(expected)
        });
    below.collect()
}
