use super::{Evidence, FEWEST, OUTLIER, median_of, of_months};
use crate::{
    finding::{Code, Finding, Text},
    kpi::{
        plausibility::in_month,
        view::{Month, name_of},
    },
    period::month_text,
    place::place,
    quantity::ExactEnergy,
};

/// A month's PUE that is more than 30 % from the median month's; a month without IT energy is as far as can be. And a month
/// of nothing at all between others: a zero that stands for what is missing makes it look known.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    let months = &evidence.months;
    let is_empty = |month: &&Month<'_>| month.total == ExactEnergy::ZERO && month.it == ExactEnergy::ZERO;
    let in_use: Vec<(&Month<'_>, f64)> =
        months.iter().filter(|month| month.total > ExactEnergy::ZERO).map(|month| (month, month.ratio())).collect();
    let Some(median) = median_of(in_use.iter().map(|(_, ratio)| *ratio)) else { return Vec::new() };
    let far = in_use.iter().filter(|(_, ratio)| in_use.len() >= FEWEST && (ratio - median).abs() > OUTLIER * median);
    let mut found: Vec<Text> =
        far.map(|(month, ratio)| in_month(&name_of(month.month), &format!("PUE {ratio:.3}"))).collect();
    let mut finding = Finding::new(Code::EnergyOutlierMonth).place(place!(monthly)).expected(Text::new(
        format!("接近各月 PUE 的中位数 {median:.3}"),
        format!("near the median month's PUE, {median:.3}"),
    ));
    let empty: Vec<&Month<'_>> = months.iter().filter(is_empty).collect();
    if !empty.is_empty() && found.is_empty() {
        finding = finding
            .worded("某月总电量与 IT 电量均为零", "a month in which total and IT energy are zero")
            .expected(("未取得读数的填 null", "null where there was no reading"))
            .advised(
                "未取得读数的填 null；确为零用电的，请说明原因",
                "give null where there was no reading; if nothing was used, say why",
            );
    }
    let nothing = |month: &&Month<'_>| {
        let Text { zh, en } = month_text(&name_of(month.month));
        Text::new(format!("{zh}：总电量、IT 电量均为 0"), format!("{en}: total and IT 0 kWh"))
    };
    found.extend(empty.iter().map(nothing));
    of_months(finding, found).into_iter().collect()
}

impl Month<'_> {
    fn ratio(&self) -> f64 {
        self.total.over(self.it).unwrap_or(f64::INFINITY)
    }
}
