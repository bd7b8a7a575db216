use super::{Evidence, of_months};
use crate::{
    finding::{Code, Finding, Text},
    kpi::view::{Month, name_of},
    period::month_text,
    place::place,
};

/// A month with more IT than total energy.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let below = evidence.months.iter().filter(|month| month.total < month.it);
    let found = below.map(|Month { month, total, it, .. }| {
        let Text { zh, en } = month_text(&name_of(month));
        Text::new(format!("{zh}：总电量 {total}，IT 电量 {it}"), format!("{en}: total {total}, IT {it}"))
    });
    let finding = Finding::new(Code::PueBelowOne)
        .place(place!(monthly))
        .worded(
            "某月总电量小于 IT 电量：计量或边界有误",
            "a month with less total than IT energy: a fault of metering or boundary",
        )
        .expected(("总电量不低于 IT 电量", "no less total than IT energy"));
    of_months(finding, found.collect()).into_iter().collect()
}
