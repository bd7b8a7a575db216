use super::boundary::{Boundary, Term};
use crate::quantity::ExactEnergy;
use serde::Serialize;

/// Where the overhead goes: `PUE = 1 + cooling + power chain + lighting and other + unexplained`, each over E_IT.
///
/// A part without a meter is unknown, not zero; the remainder is shown, never hidden.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Overhead {
    /// Cooling (制冷).
    pub cooling: Option<f64>,
    /// Losses of the power chain (供配电损耗): distribution meters, and UPS input less output.
    pub power_chain: Option<f64>,
    /// Lighting and other (照明及其他).
    pub lighting_other: Option<f64>,
    /// What no meter explains (未解释部分).
    pub unexplained: f64,
}

impl Overhead {
    /// `sum` gives the energy of some terms over the time that the PUE is of.
    pub(crate) fn new(
        boundary: &Boundary,
        total: ExactEnergy,
        it: ExactEnergy,
        sum: impl Fn(&[Term]) -> ExactEnergy,
    ) -> Overhead {
        let mut rest = total - it;
        let mut part = |terms: &[Term]| {
            let energy = (!terms.is_empty()).then(|| sum(terms))?;
            rest -= energy;
            over(energy, it)
        };
        let cooling = part(&boundary.cooling);
        let power_chain = part(&boundary.power_chain);
        let lighting_other = part(&boundary.lighting_other);
        Overhead { cooling, power_chain, lighting_other, unexplained: over(rest, it).unwrap_or(0.0) }
    }
}

fn over(energy: ExactEnergy, it: ExactEnergy) -> Option<f64> {
    energy.ratio_to(it).map(|ratio| ratio.to_f64())
}
