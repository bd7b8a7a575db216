use super::{Evidence, is_slip};
use crate::{
    finding::{Code, Finding, Text},
    kpi::boundary::Term,
    place::{Place, place},
    quantity::ExactEnergy,
};

/// IT against what the rated power makes, or that of the racks where none is stated; else total against IT.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    slip(evidence).into_iter().collect()
}

fn slip(evidence: &Evidence<'_, '_>) -> Option<Finding> {
    let (boundary, site) = (evidence.boundary, evidence.ledger.site());
    let pue = evidence.measured.pue()?;
    let (total, it) = (pue.total(), pue.it());
    let rated = || Some((evidence.possible()?, ("额定功率 × 小时", "rated power × hours")));
    let racks = || {
        let design = site.facility().racks.as_ref()?.design_power()?;
        Some((design.over(evidence.known_ms()), ("机架功率 × 小时", "power of the racks × hours")))
    };
    let about = |(zh, en): (&str, &str), energy: ExactEnergy, other: ExactEnergy| {
        let factor = (energy.kwh() / other.kwh()).max(other.kwh() / energy.kwh());
        Text::new(
            format!("与{zh} {energy} 相近；现相差约 {factor:.0} 倍"),
            format!("a figure near the {en}, {energy}; it is off by a factor of {factor:.0}"),
        )
    };
    // A sum of one meter is that meter's fault.
    let place = |terms: &[Term]| match terms {
        [one] => site.place(one.meter),
        _ => place!(meters),
    };
    let off_at = |place: Place| Finding::new(Code::EnergyUnitSlip).place(place);
    let power = rated().or_else(racks);
    let off = is_slip(it.kwh(), total.kwh());
    if let Some((reference, name)) = power.filter(|(reference, _)| is_slip(it.kwh(), reference.kwh())) {
        // Where the total is of the size of the IT energy, both are off.
        return Some(match off {
            true => off_at(place(&boundary.it)).found(format!("IT {it}")).expected(about(name, reference, it)),
            false => off_at(place!(meters))
                .found_text(Text::new(format!("总电量 {total}，IT 电量 {it}"), format!("total {total}, IT {it}")))
                .expected(about(name, reference, it))
                .advised(
                    "总电量与 IT 电量均偏离：请一并核对全部计量点的单位（kWh/MWh）与倍率，以及额定功率",
                    "total and IT are both off: check unit (kWh/MWh) and multiplier of every meter, and the rated power",
                ),
        });
    }
    off.then(|| match power {
        Some(_) => off_at(place(&boundary.electricity()))
            .found_text(Text::new(format!("总电量 {total}"), format!("total {total}")))
            .expected(about((" IT 电量", "IT energy"), it, total)),
        None => off_at(place!(meters)).found(format!("IT {it}")).expected(about(("总电量", "total"), total, it)),
    })
}
