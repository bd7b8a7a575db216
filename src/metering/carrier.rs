use crate::{
    name::named,
    quantity::{Dimension, Unit},
};
use serde::{Deserialize, Serialize};

/// What flows through a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Carrier {
    /// Electricity (电).
    Electricity,
    /// Diesel (柴油).
    Diesel,
    /// Natural gas (天然气).
    NaturalGas,
    /// Hydrogen (氢).
    Hydrogen,
    /// Bioethanol (生物乙醇).
    Bioethanol,
    /// Chilled water (冷冻水).
    ChilledWater,
    /// Hot water (热水).
    HotWater,
    /// Water (水).
    Water,
}

impl Carrier {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Carrier::Electricity => "electricity",
            Carrier::Diesel => "diesel",
            Carrier::NaturalGas => "natural_gas",
            Carrier::Hydrogen => "hydrogen",
            Carrier::Bioethanol => "bioethanol",
            Carrier::ChilledWater => "chilled_water",
            Carrier::HotWater => "hot_water",
            Carrier::Water => "water",
        }
    }

    /// Its Chinese name.
    pub const fn zh(self) -> &'static str {
        match self {
            Carrier::Electricity => "电力",
            Carrier::Diesel => "柴油",
            Carrier::NaturalGas => "天然气",
            Carrier::Hydrogen => "氢",
            Carrier::Bioethanol => "生物乙醇",
            Carrier::ChilledWater => "冷冻水",
            Carrier::HotWater => "热水",
            Carrier::Water => "水",
        }
    }

    pub(super) fn is_measured_in(self, unit: Unit) -> bool {
        match (self, unit.dimension()) {
            (Carrier::Water, Dimension::Volume) => true,
            (Carrier::Water, _) => false,
            (_, Dimension::Energy | Dimension::Power) => true,
            (Carrier::Diesel | Carrier::NaturalGas | Carrier::Bioethanol, Dimension::Volume) => true,
            (Carrier::Hydrogen, Dimension::Mass) => true,
            _ => false,
        }
    }
}

named!(Carrier);
