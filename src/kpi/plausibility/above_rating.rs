use super::Evidence;
use crate::{
    finding::{Code, Finding, Text},
    kpi::{
        plausibility::in_month,
        view::{Month, name_of},
    },
    place::place,
    quantity::{ExactEnergy, Ratio},
};

/// More IT energy than 1.02 × rated power × hours, as a whole or in a month.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    above(evidence).into_iter().collect()
}

fn above(evidence: &Evidence<'_, '_>) -> Option<Finding> {
    let (pue, possible) = (evidence.measured.pue()?, evidence.possible()?);
    let (rated, margin) = (evidence.ledger.site().facility().rated_it?, Ratio::new(102, 100)?);
    let allowed = |energy: ExactEnergy| margin.floor_of(energy.microjoules()).map(ExactEnergy::from_microjoules);
    let finding = || Finding::new(Code::EnergyAboveRating).place(place!(facility / rated_it_kw));
    let most_of = |most: ExactEnergy| {
        Text::new(
            format!("不超过 {most}，即额定功率 {rated} × 小时数，另加 2% 余量"),
            format!("at most {most}: the rated power, {rated}, × the hours, and 2 % more"),
        )
    };
    let whole = allowed(possible)?;
    if pue.it() > whole {
        return Some(finding().found(pue.it()).expected(most_of(whole)));
    }
    evidence.months.iter().find_map(|Month { month, it, .. }| {
        let possible = rated.over(month.milliseconds());
        let most = if *it > possible { allowed(possible)? } else { return None };
        (*it > most).then(|| {
            finding().found_text(in_month(&name_of(month), it)).expected(most_of(most)).advised(
                "核对该月读数、单位与倍率，以及额定功率",
                "check the readings of that month, their unit and multiplier, and the rated power",
            )
        })
    })
}
