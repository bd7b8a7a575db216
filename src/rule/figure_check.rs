//! Rules about other figures of a site: occupancy, age, size, reused energy, water.

use super::{Case, Metric, Outcome, Pack, Shown, Verdict};
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

impl Case<'_> {
    pub(super) fn figure(&self, metric: Metric) -> Option<Ratio> {
        if self.distrusted {
            return None;
        }
        let facility = self.facility();
        match metric {
            Metric::Occupancy => facility.racks.as_ref().and_then(|racks| racks.occupancy()).map(|known| known.share),
            Metric::StandardRacks => self.standard_racks.map(|racks| racks.ratio()),
            Metric::YearsInService => facility
                .lifecycle
                .as_ref()
                .and_then(|lifecycle| lifecycle.years_in_service(self.day()))
                .and_then(|years| Ratio::new(years.into(), 1)),
            Metric::ReusedShare => self.figures.reused_share,
            Metric::WaterUsage => self.figures.water_usage,
        }
    }
}

impl Pack {
    /// Whether a figure stands so to a limit.
    pub(super) fn decide_figure(
        &self,
        verdict: &mut Verdict,
        case: &Case<'_>,
        metric: Metric,
        relation: Relation,
        limit: Decimal,
    ) {
        let name = metric.text();
        let Some(value) = case.figure(metric) else {
            let settles = match metric {
                Metric::Occupancy => Text::new(
                    "已装与已用机架数(racks.installed、racks.occupied)",
                    "the racks installed and occupied (racks.installed, racks.occupied)",
                ),
                Metric::StandardRacks => Text::new("机架清单(racks.types)", "its rack list (racks.types)"),
                Metric::YearsInService => {
                    Text::new("投运日期(lifecycle.in_service_on)", "its first day in service (lifecycle.in_service_on)")
                }
                Metric::ReusedShare => Text::new(
                    "全年余热利用量(heat_reused_kwh)及完整的总电量",
                    "the heat reused in the period (heat_reused_kwh), and all of the total energy",
                ),
                Metric::WaterUsage => Text::new(
                    "全年用水量(water_m3)及完整的 IT 电量",
                    "the water used (water_m3), and all of the IT energy",
                ),
            };
            let why = Text::new(format!("{}未知", name.zh), format!("its {} is not known", name.en));
            return verdict.undetermined(why, settles);
        };
        let met = self.comparison.holds(value, relation, limit);
        verdict.value = Some(value);
        verdict.step(
            "compare",
            "value against limit (GB/T 8170-2008)",
            Shown::Stands(relation, limit, met),
            [("value", value.into()), ("limit", limit.into())],
        );
        verdict.outcome = if met { Outcome::Meets } else { Outcome::Fails };
        if verdict.is_silent {
            return;
        }
        let symbol = relation.symbol();
        verdict.say(if met {
            Text::new(format!("{} {value} {symbol} {limit}", name.zh), format!("{} {value} {symbol} {limit}", name.en))
        } else {
            Text::new(
                format!("{} {value}，要求 {symbol} {limit}", name.zh),
                format!("{} {value}, {symbol} {limit} is asked", name.en),
            )
        })
    }
}
