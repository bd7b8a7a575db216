use super::boundary::ENERGY_CONTENT;
use crate::{
    finding::Text,
    metering::{Carrier, Meter},
    name::named,
    quantity::Ratio,
};
use serde::{Deserialize, Serialize};

/// How carriers other than electricity enter a PUE (计算方法); part of the result, since different methods give different
/// numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Method {
    /// All carriers by their energy content; bought cooling by the declared factor of the system that makes it.
    ///
    /// Source: ISO/IEC 30134-2:2016 + Amd 1:2018 (`reported`).
    #[default]
    #[serde(rename = "iso-30134-2")]
    Iso30134,
    /// Electricity alone, as GB 40879 and YD/T 2543 count.
    #[serde(rename = "electricity-only")]
    ElectricityOnly,
    /// By source energy relative to electricity: gas 0.31, oil 0.30, chilled water 0.31.
    ///
    /// Source: The Green Grid, 2010 (`reported`, not checked against the original).
    #[serde(rename = "green-grid-2010")]
    GreenGrid2010,
    /// The later set: gas 0.35, oil 0.35, chilled water 0.4.
    ///
    /// Source: The Green Grid, 2011 (`reported`, not checked against the original).
    #[serde(rename = "green-grid-2011")]
    GreenGrid2011,
}

/// Hundredths of the source energy of electricity: gas, oil, chilled water.
struct SourceWeights(i128, i128, i128);

impl Method {
    /// All methods.
    pub const ALL: [Method; 4] =
        [Method::Iso30134, Method::ElectricityOnly, Method::GreenGrid2010, Method::GreenGrid2011];

    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Iso30134 => "iso-30134-2",
            Method::ElectricityOnly => "electricity-only",
            Method::GreenGrid2010 => "green-grid-2010",
            Method::GreenGrid2011 => "green-grid-2011",
        }
    }

    const fn source_weights(self) -> Option<SourceWeights> {
        match self {
            Method::GreenGrid2010 => Some(SourceWeights(31, 30, 31)),
            Method::GreenGrid2011 => Some(SourceWeights(35, 35, 40)),
            Method::Iso30134 | Method::ElectricityOnly => None,
        }
    }

    /// What one exact unit of a meter's carrier counts as, in exact units of energy; `None` if the method does not say.
    pub(super) fn weight(self, meter: &Meter, bought: bool) -> Option<Ratio> {
        let Some(SourceWeights(gas, oil, chilled)) = self.source_weights() else {
            let declared = || meter.factor.filter(|factor| *factor > Ratio::ZERO);
            return if bought { declared() } else { ENERGY_CONTENT.per_unit(meter) };
        };
        let hundredths = match meter.carrier {
            Carrier::NaturalGas => gas,
            Carrier::Diesel => oil,
            Carrier::ChilledWater => chilled,
            Carrier::Electricity => 100,
            _ => return None,
        };
        ENERGY_CONTENT.per_unit(meter)?.checked_mul(Ratio::new(hundredths, 100)?)
    }

    /// How a meter's carrier was weighed, for people.
    pub(super) fn explain(self, meter: &Meter, weight: Ratio, bought: bool) -> Option<Text> {
        let (id, name) = (&meter.id, self.as_str());
        if self.source_weights().is_some() {
            let kwh = weight.checked_mul(ENERGY_CONTENT.exact_per_kwh(meter)?)?;
            let unit = ENERGY_CONTENT.unit(meter);
            return Some(Text::new(
                format!("{id}（{}）按每{unit}折 {kwh} kWh 电计（{name}，二手资料）", meter.carrier.zh()),
                format!(
                    "{id} ({}) at {kwh} kWh of electricity a {unit} ({name}, reported second-hand)",
                    meter.carrier.as_str()
                ),
            ));
        }
        if bought {
            return Some(Text::new(
                format!("外购冷量 {id} 按申报系数 {weight} 折电"),
                format!("bought cooling {id} times the declared factor {weight}"),
            ));
        }
        let (.., unit, watt_hours) = ENERGY_CONTENT.row(meter)?;
        let (table, content) = (ENERGY_CONTENT.name, *watt_hours as f64 / 1000.0);
        Some(Text::new(
            format!("{}按 {content} kWh/{unit} 计（{table}，二手资料）", meter.carrier.zh()),
            format!("{} at {content} kWh/{unit} ({table}, reported second-hand)", meter.carrier.as_str()),
        ))
    }
}

named!(Method);
