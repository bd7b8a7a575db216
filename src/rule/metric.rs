//! The figures of a site that a document may ask for (指标): what each is called, where it comes from, what is missing if it is
//! not known. Conditions, requirements and rubrics ask for them by the same names.

use super::{Case, Counted, Pack};
use crate::{
    facility::Racks,
    finding::Text,
    name::named,
    place::{Place, place},
    quantity::{Decimal, ExactEnergy, Published, Ratio, Relation},
};
use serde::{Deserialize, Serialize};

/// A figure of a site that a document may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Metric {
    /// The annual PUE, of the energies that the document counts.
    Pue,
    /// Rack occupancy (上架率) by count of cabinets, from 0 to 1.
    Occupancy,
    /// Standard racks (标准机架数).
    StandardRacks,
    /// Cabinets (架), not converted to standard racks.
    Cabinets,
    /// Whole years in service on the day asked about (投运年数).
    YearsInService,
    /// Reused energy / E_DC (ERF), from 0 to 1.
    ReusedShare,
    /// Litres of water per kWh of IT energy (WUE).
    WaterUsage,
    /// The electricity of the data centre in a year, in GWh.
    AnnualGwh,
    /// The same in tonnes of coal equivalent at 1.229 tce per 10 MWh (当量值).
    AnnualTce,
}

/// 1 tce is so many kWh of electricity: 1.229 tce per 10⁴ kWh.
const TCE_PER_KWH: (i128, i128) = (1_229, 10_000_000);

impl Metric {
    /// All of them.
    pub const ALL: [Metric; 9] = [
        Metric::Pue,
        Metric::Occupancy,
        Metric::StandardRacks,
        Metric::Cabinets,
        Metric::YearsInService,
        Metric::ReusedShare,
        Metric::WaterUsage,
        Metric::AnnualGwh,
        Metric::AnnualTce,
    ];

    /// As in a pack, and as an input of a rubric.
    pub const fn as_str(self) -> &'static str {
        match self {
            Metric::Pue => "pue",
            Metric::Occupancy => "occupancy",
            Metric::StandardRacks => "standard_racks",
            Metric::Cabinets => "cabinets",
            Metric::YearsInService => "years_in_service",
            Metric::ReusedShare => "reused_share",
            Metric::WaterUsage => "water_usage",
            Metric::AnnualGwh => "annual_gwh",
            Metric::AnnualTce => "annual_tce",
        }
    }

    /// Its name in both languages.
    pub fn text(self) -> Text {
        match self {
            Metric::Pue => Text::new("年度 PUE", "annual PUE"),
            Metric::Occupancy => Text::new("上架率（按机柜数）", "rack occupancy by count"),
            Metric::StandardRacks => Text::new("标准机架数", "standard racks"),
            Metric::Cabinets => Text::new("机柜数", "cabinets"),
            Metric::YearsInService => Text::new("投运年数", "years in service"),
            Metric::ReusedShare => Text::new("能源再利用率（ERF）", "reused share of the energy (ERF)"),
            Metric::WaterUsage => Text::new("水利用效率（WUE，l/kWh）", "water usage effectiveness (WUE, l/kWh)"),
            Metric::AnnualGwh => Text::new("年用电量（GWh）", "electricity a year (GWh)"),
            Metric::AnnualTce => Text::new("年用电量（吨标准煤，当量值）", "electricity a year (tce)"),
        }
    }

    /// What has to be given for it to be known.
    pub(super) fn missing(self) -> Text {
        match self {
            Metric::Pue => Text::new("可信的年度 PUE", "an annual PUE that can be trusted"),
            Metric::Occupancy => Text::new(
                "已装与已用机架数(racks.installed、racks.occupied)",
                "the racks installed and occupied (racks.installed, racks.occupied)",
            ),
            Metric::StandardRacks => Text::new(
                "机架清单（racks.types）或申报的标准机架数；额定 IT 功率不能代替",
                "its rack list (racks.types) or declared standard racks; the rated IT power does not stand for them",
            ),
            Metric::Cabinets => Text::new("机架清单（racks.types）", "its rack list (racks.types)"),
            Metric::YearsInService => {
                Text::new("投运日期(lifecycle.in_service_on)", "its first day in service (lifecycle.in_service_on)")
            }
            Metric::ReusedShare => Text::new(
                "全年余热利用量（heat_reused_kwh）及完整的总电量",
                "the heat reused in the period (heat_reused_kwh), and all of the total energy",
            ),
            Metric::WaterUsage => Text::new(
                "全年用水量（water_m3）及完整的 IT 电量",
                "the water used (water_m3), and all of the IT energy",
            ),
            Metric::AnnualGwh | Metric::AnnualTce => {
                Text::new("年用电量（连续 12 个月）", "its electricity of twelve continuous months")
            }
        }
    }

    /// Where it stands in a submission; `None` for what is measured.
    pub(super) fn place(self) -> Option<Place> {
        match self {
            Metric::Occupancy => Some(place!(facility / racks / occupied)),
            Metric::StandardRacks | Metric::Cabinets => Some(place!(facility / racks / types)),
            Metric::YearsInService => Some(place!(facility / lifecycle / in_service_on)),
            Metric::Pue | Metric::ReusedShare | Metric::WaterUsage | Metric::AnnualGwh | Metric::AnnualTce => None,
        }
    }

    /// Whether it is measured and may be rounded before it is compared; what is counted is compared as it is.
    const fn is_measured(self) -> bool {
        matches!(self, Metric::Pue | Metric::Occupancy | Metric::ReusedShare | Metric::WaterUsage)
    }

    /// Whether a value stands so to a limit, by the comparison of a pack.
    pub(super) fn holds(self, pack: &Pack, value: Ratio, relation: Relation, limit: Decimal) -> bool {
        match self.is_measured() {
            true => pack.comparison.holds(value, relation, limit),
            false => relation.admits(value.cmp(&Ratio::from(&limit))),
        }
    }

    /// A value of it in a sentence, beside a limit.
    pub(super) fn sentence(self, value: Ratio, limit: Decimal) -> Text {
        match self {
            Metric::Pue => {
                let pue = Published::new(value, 3).map_or_else(|| value.to_string(), |pue| pue.beside(limit));
                Text::new(format!("年度 PUE 为 {pue}"), format!("its annual PUE is {pue}"))
            }
            Metric::Occupancy => {
                let percent = value.to_f64() * 100.0;
                Text::new(format!("上架率 {percent:.1}%"), format!("its occupancy is {percent:.1} %"))
            }
            Metric::StandardRacks => {
                Text::new(format!("规模为 {value} 个标准机架"), format!("its scale is {value} standard racks"))
            }
            Metric::Cabinets => Text::new(format!("机柜数为 {value}"), format!("it has {value} cabinets")),
            Metric::YearsInService => {
                Text::new(format!("投运 {value} 年"), format!("it has been in service for {value} years"))
            }
            Metric::AnnualGwh => {
                let gwh = value.to_f64();
                Text::new(format!("年用电 {gwh:.3} GWh"), format!("it uses {gwh:.3} GWh a year"))
            }
            Metric::AnnualTce => {
                let tce = value.to_f64();
                Text::new(
                    format!("年用电折 {tce:.1} 吨标准煤（当量值）"),
                    format!("it uses electricity of {tce:.1} tce a year"),
                )
            }
            Metric::ReusedShare | Metric::WaterUsage => {
                let name = self.text();
                Text::new(format!("{}为 {value}", name.zh), format!("its {} is {value}", name.en))
            }
        }
    }
}

impl Case<'_> {
    /// A figure of the site, whether or not an error stands against the energies; `None`: not known.
    pub(super) fn figure(&self, metric: Metric, counted: Counted) -> Option<Ratio> {
        let facility = self.facility();
        let per_year = |(some, of): (i128, i128)| {
            self.annual_total()?.ratio_to(ExactEnergy::KWH)?.checked_mul(Ratio::new(some, of)?)
        };
        match metric {
            Metric::Pue => self.annual_pue_if_exact(counted),
            Metric::Occupancy => facility.racks.as_ref().and_then(Racks::occupancy).map(|known| known.share),
            Metric::StandardRacks => self.standard_racks.map(|racks| racks.ratio()),
            Metric::Cabinets => facility.racks.as_ref().and_then(Racks::cabinets).map(Ratio::from),
            Metric::YearsInService => {
                let lifecycle = facility.lifecycle.as_ref()?;
                Ratio::new(lifecycle.years_in_service(self.day())?.into(), 1)
            }
            Metric::ReusedShare => self.figures.reused_share,
            Metric::WaterUsage => self.figures.water_usage,
            Metric::AnnualGwh => per_year((1, 1_000_000)),
            Metric::AnnualTce => per_year(TCE_PER_KWH),
        }
    }

    /// Whether a figure stands so to a limit; `None`: not known.
    pub(super) fn stands(&self, pack: &Pack, metric: Metric, relation: Relation, limit: Decimal) -> Option<bool> {
        let holds = |value: Ratio| metric.holds(pack, value, relation, limit);
        match metric {
            Metric::Pue => self.annual_pue_holds(pack.counts, relation, holds),
            _ => self.figure(metric, pack.counts).map(holds),
        }
    }
}

named!(Metric);
