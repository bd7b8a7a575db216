//! Which requirements come to the same for all energies between some: those need not be judged again.

use super::{Check, Decision, Metric, Outcome, Pack, Requirement, Scope};
use crate::{
    kpi::MeasuredPue,
    quantity::{Decimal, Ratio, Relation},
};

/// A lowest and a highest ratio, of electricity and over all carriers, with their bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span(Ratio, Ratio);

impl Span {
    /// Of what was measured; `None` where something of it is not bounded. Where a decision rule asks for the uncertainty, with
    /// that at both ends.
    pub(crate) fn of(measured: &MeasuredPue, decision: Decision) -> Option<Self> {
        let mut span: Option<Span> = None;
        for measure in [Some(&measured.electricity), measured.all_carriers.as_ref()].into_iter().flatten() {
            let (low, high) = (measure.bounds.low?, measure.bounds.high?);
            let value = measure.pue?.ratio();
            let own = match measure.uncertainty.as_ref().ok().filter(|_| decision != Decision::default()) {
                Some(known) => Span(known.moved(low.min(value), -1.0)?, known.moved(high.max(value), 1.0)?),
                None => Span(low.min(value), high.max(value)),
            };
            span = Some(span.map_or(own, |span| span.with(own)));
        }
        span
    }

    /// Both, and all between them.
    pub(crate) fn with(self, other: Span) -> Self {
        Span(self.0.min(other.0), self.1.max(other.1))
    }
}

impl Pack {
    /// Whether the outcome of a requirement is the same for every ratio of a span, all but the energies staying as they are.
    pub(crate) fn is_settled(&self, requirement: &Requirement, was: Outcome, Span(low, high): Span) -> bool {
        let is_one_side = |relation: Relation, limit: Decimal| {
            self.comparison.holds(low, relation, limit) == self.comparison.holds(high, relation, limit)
        };
        if asks_for_energy(&requirement.scope) {
            return false;
        }
        was == Outcome::NotApplicable
            || match &requirement.check {
                Check::AnnualPue { relation, limit } => is_one_side(*relation, *limit),
                Check::Figure { figure: Metric::Pue, relation, limit } => is_one_side(*relation, *limit),
                Check::Figure { figure, .. } => !is_of_energy(*figure),
                Check::Grade { .. } | Check::Attested { .. } => true,
                Check::PueBand { bands, at_worst } => {
                    let edge = bands.iter().find(|band| band.name == *at_worst);
                    edge.is_some_and(|band| is_one_side(Relation::AtMost, band.at_most))
                }
                Check::Score { .. } => false,
            }
    }
}

fn is_of_energy(figure: Metric) -> bool {
    match figure {
        Metric::Pue | Metric::ReusedShare | Metric::WaterUsage | Metric::AnnualGwh | Metric::AnnualTce => true,
        Metric::Occupancy | Metric::StandardRacks | Metric::Cabinets | Metric::YearsInService => false,
    }
}

fn asks_for_energy(scope: &Scope) -> bool {
    match scope {
        Scope::All(all) | Scope::Any(all) => all.iter().any(asks_for_energy),
        Scope::Not(one) => asks_for_energy(one),
        Scope::Unclear { when, .. } => asks_for_energy(when),
        Scope::AnnualGwh { .. } | Scope::AnnualTce { .. } | Scope::AnnualPue { .. } => true,
        Scope::Always
        | Scope::Region(_)
        | Scope::Lifecycle(_)
        | Scope::ScaleAtLeast(_)
        | Scope::Scale(_)
        | Scope::StandardRacks { .. }
        | Scope::Cabinets { .. }
        | Scope::Zone(_)
        | Scope::Climate(_)
        | Scope::Sector(_)
        | Scope::AirConditioning(_)
        | Scope::ItCooling(_)
        | Scope::IndependentSupply(_)
        | Scope::Approved(_)
        | Scope::InService(_)
        | Scope::YearsInService { .. }
        | Scope::Day(_)
        | Scope::Occupancy { .. }
        | Scope::HubNode(_)
        | Scope::Edge(_) => false,
    }
}
