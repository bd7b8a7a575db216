//! Rules about other figures of a site: occupancy, age, size, reused energy, water.

use super::{Case, Metric, Outcome, Pack, Shown, weighing::Weighing};
use crate::{
    finding::Text,
    quantity::{Decimal, Ratio, Relation},
};

/// Figures of the period besides the PUE, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Figures {
    /// Reused energy / E_DC.
    pub reused_share: Option<Ratio>,
    /// Litres of water per kWh of IT energy.
    pub water_usage: Option<Ratio>,
}

impl Figures {
    /// From the reused share of the energy and the water usage.
    pub const fn new(reused_share: Option<Ratio>, water_usage: Option<Ratio>) -> Self {
        Figures { reused_share, water_usage }
    }
}

impl Pack {
    /// Whether a figure stands so to a limit.
    pub(super) fn weigh_figure(
        &self,
        weighing: &mut Weighing<'_>,
        case: &Case<'_>,
        metric: Metric,
        relation: Relation,
        limit: Decimal,
    ) {
        if metric == Metric::Pue {
            return self.weigh_pue(weighing, case, relation, limit);
        }
        if case.distrusted {
            return weighing.distrusted();
        }
        let name = metric.text();
        let Some(value) = case.figure(metric, self.counts) else {
            let why = Text::new(format!("{}未知", name.zh), format!("its {} is not known", name.en));
            return weighing.undetermined(why, metric.missing());
        };
        let met = metric.holds(self, value, relation, limit);
        weighing.value = Some(value);
        weighing.step(
            "compare",
            "value against limit (GB/T 8170-2008)",
            Shown::Stands(relation, limit, met),
            [("value", value.into()), ("limit", limit.into())],
        );
        weighing.outcome = if met { Outcome::Meets } else { Outcome::Fails };
        if weighing.is_silent {
            return;
        }
        let symbol = relation.symbol();
        weighing.say(if met {
            Text::new(format!("{} {value} {symbol} {limit}", name.zh), format!("{} {value} {symbol} {limit}", name.en))
        } else {
            Text::new(
                format!("{} {value}，要求 {symbol} {limit}", name.zh),
                format!("{} {value}, {symbol} {limit} is asked", name.en),
            )
        })
    }
}
