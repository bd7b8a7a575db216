use super::{Evidence, FEWEST, OUTLIER, median_of};
use crate::{
    finding::{Code, Finding, Text},
    kpi::{
        plausibility::in_month,
        view::{Month, name_of},
    },
    place::place,
    quantity::ExactEnergy,
};

/// A month's PUE that is more than 30 % from the median month's; a month without IT energy is as far as can be. And a month
/// of nothing at all between others: a zero that stands for what is missing makes it look known.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let months = &evidence.months;
    let finding = |month: &Month<'_>, found: String| {
        Finding::new(Code::EnergyOutlierMonth)
            .place(place!(monthly))
            .found_text(in_month(&name_of(month.month), &found))
    };
    let is_empty = |month: &&Month<'_>| month.total == ExactEnergy::ZERO && month.it == ExactEnergy::ZERO;
    let in_use: Vec<(&Month<'_>, f64)> =
        months.iter().filter(|month| month.total > ExactEnergy::ZERO).map(|month| (month, month.ratio())).collect();
    let Some(median) = median_of(in_use.iter().map(|(_, ratio)| *ratio)) else { return Vec::new() };
    let far = in_use.iter().filter(|(_, ratio)| in_use.len() >= FEWEST && (ratio - median).abs() > OUTLIER * median);
    let far = far.map(|(month, ratio)| finding(month, format!("{ratio:.3}")).expected(near(median)));
    let empty = months.iter().filter(is_empty);
    far.chain(empty.map(|month| finding(month, month.total.to_string()).expected(EMPTY))).collect()
}

/// A month of nothing at all.
const EMPTY: (&str, &str) = ("大于 0；缺数填 null", "above 0; null where it is missing");

fn near(median: f64) -> Text {
    Text::new(format!("接近各月中位数 {median:.3}"), format!("near the median month's {median:.3}"))
}

impl Month<'_> {
    fn ratio(&self) -> f64 {
        self.total.over(self.it).unwrap_or(f64::INFINITY)
    }
}
