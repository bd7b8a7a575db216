//! What reaching the target would save, and the plan's own list of measures.

use super::Retrofit;
use crate::{
    finding::Text,
    quantity::{EmissionFactor, ExactEnergy, Tariff},
};
use serde::{Deserialize, Serialize};

/// What reaching the target would save in a year, at today's IT load.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Savings {
    /// Energy.
    pub kwh: ExactEnergy,
    /// Tonnes of CO₂e, if a factor was given.
    pub co2_t: Option<f64>,
    /// Yuan, if a tariff was given.
    pub yuan: Option<f64>,
}

impl Retrofit {
    /// The savings, with emissions by a factor and money by a tariff: both are inputs, and none is assumed.
    ///
    /// ```
    /// use pue::quantity::EmissionFactor;
    /// # use pue::submission::audit_json;
    /// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json"));
    /// let retrofit = audit_json(json, &[]).retrofit.unwrap();
    /// let savings = retrofit.savings(Some(EmissionFactor::from_kg_per_kwh(0.5)?), None).unwrap();
    /// assert_eq!((savings.co2_t.unwrap() * 2000.0).round(), savings.kwh.kwh().round());
    /// assert_eq!(savings.yuan, None);
    /// # Ok::<(), pue::quantity::QuantityError>(())
    /// ```
    pub fn savings(&self, co2: Option<EmissionFactor>, tariff: Option<Tariff>) -> Option<Savings> {
        let kwh = self.savings_kwh?;
        Some(Savings {
            kwh,
            co2_t: co2.map(|factor| factor.kg(kwh) / 1000.0),
            yuan: tariff.map(|tariff| tariff.yuan(kwh)),
        })
    }

    /// The same with its savings in money and emissions.
    pub(crate) fn priced(mut self, co2: Option<EmissionFactor>, tariff: Option<Tariff>) -> Self {
        let savings = self.savings(co2, tariff);
        self.savings_yuan = savings.and_then(|savings| savings.yuan);
        self.savings_co2_t = savings.and_then(|savings| savings.co2_t);
        self
    }
}

/// The measures that the plan itself names for the upgrade of old, small, scattered sites, as advice.
///
/// ```
/// assert_eq!(pue::retrofit::measures()[2].en, "liquid cooling");
/// ```
///
/// Source: 武政办〔2024〕9号, 二(六)15.
pub fn measures() -> [Text; 7] {
    [
        Text::new("整机柜服务器", "rack-scale servers"),
        Text::new("人工智能服务器", "artificial-intelligence servers"),
        Text::new("液冷", "liquid cooling"),
        Text::new("自然冷源", "free cooling"),
        Text::new("电力模块", "power modules"),
        Text::new("锂电池", "lithium batteries"),
        Text::new("全闪存、高密度存储", "all-flash and high-density storage"),
    ]
}
