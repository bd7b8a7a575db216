use super::{
    AnyPue,
    boundary::{Boundary, Term},
    view::{LEAST_COVERAGE, View},
};
use serde::{Deserialize, Serialize};

/// Where the overhead goes: `PUE = 1 + cooling + power chain + lighting and other + unexplained`, each over E_IT.
///
/// A part without a meter is unknown, not zero; the remainder is shown, never hidden.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// let overhead = audit.overhead.unwrap();
/// assert!(overhead.cooling.is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
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
    /// Of the reported value, over the time that it is of. A part of which less than 90 % is known counts as unknown;
    /// what is missing of the others stands in the remainder.
    pub(super) fn new(boundary: &Boundary, all_carriers: bool, view: &View<'_>, pue: AnyPue) -> Overhead {
        let (total, it) = (pue.total(), pue.it());
        let mut rest = total - it;
        let mut share = |terms: &[Term]| {
            let known = !terms.is_empty() && view.known_share_of(terms) >= LEAST_COVERAGE;
            let energy = known.then(|| view.sum(terms))?;
            rest -= energy;
            energy.over(it)
        };
        let mut cooling = boundary.cooling.clone();
        if all_carriers {
            cooling.extend(&boundary.bought_cooling);
        }
        let cooling = share(&cooling);
        let power_chain = share(&boundary.power_chain);
        let lighting_other = share(&boundary.lighting_other);
        Overhead { cooling, power_chain, lighting_other, unexplained: rest.over(it).unwrap_or(0.0) }
    }
}
