use super::Carrier;
use crate::{finding::Text, name::named};
use serde::{Deserialize, Serialize};

/// Where a meter measures.
///
/// ```
/// use pue::metering::MeasurementPoint;
/// let point: MeasurementPoint = "ups_output".parse()?;
/// assert_eq!(point, MeasurementPoint::UpsOutput);
/// assert_eq!(point.to_string(), "ups_output");
/// # Ok::<(), pue::name::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MeasurementPoint {
    /// Supply from the grid, before the transfer switch (市电进线).
    GridSupply,
    /// Output of generators (发电机输出).
    GeneratorOutput,
    /// Fuel to generators (发电机燃料).
    GeneratorFuel,
    /// Photovoltaics, as delivered (光伏).
    Pv,
    /// Wind, as delivered (风电).
    Wind,
    /// Bought cooling (外购冷量).
    PurchasedCooling,
    /// UPS input (UPS 输入): never IT energy.
    UpsInput,
    /// UPS or HVDC output (UPS/HVDC 输出): category 1.
    UpsOutput,
    /// Output of the power distribution units (PDU 输出): category 2.
    PduOutput,
    /// Input of the IT equipment (IT 设备输入): category 3.
    ItInput,
    /// IT, the place of measurement not stated (IT 负载).
    ItLoad,
    /// Cooling (制冷).
    Cooling,
    /// Energy lost or used by the distribution gear, not passed through (配电损耗).
    Distribution,
    /// Lighting (照明).
    Lighting,
    /// Anything else inside the boundary (其他).
    Other,
    /// Not part of the data centre (非数据中心用能).
    Outside,
    /// Heat that is reused outside (余热利用).
    HeatReused,
    /// Water (用水).
    Water,
    /// Electricity given back to the grid (上网电量).
    Export,
}

impl MeasurementPoint {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            MeasurementPoint::GridSupply => "grid_supply",
            MeasurementPoint::GeneratorOutput => "generator_output",
            MeasurementPoint::GeneratorFuel => "generator_fuel",
            MeasurementPoint::Pv => "pv",
            MeasurementPoint::Wind => "wind",
            MeasurementPoint::PurchasedCooling => "purchased_cooling",
            MeasurementPoint::UpsInput => "ups_input",
            MeasurementPoint::UpsOutput => "ups_output",
            MeasurementPoint::PduOutput => "pdu_output",
            MeasurementPoint::ItInput => "it_input",
            MeasurementPoint::ItLoad => "it_load",
            MeasurementPoint::Cooling => "cooling",
            MeasurementPoint::Distribution => "distribution",
            MeasurementPoint::Lighting => "lighting",
            MeasurementPoint::Other => "other",
            MeasurementPoint::Outside => "outside",
            MeasurementPoint::HeatReused => "heat_reused",
            MeasurementPoint::Water => "water",
            MeasurementPoint::Export => "export",
        }
    }

    /// What it is called, in both languages.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            MeasurementPoint::GridSupply => ("市电进线", "grid supply"),
            MeasurementPoint::GeneratorOutput => ("发电机输出", "generator output"),
            MeasurementPoint::GeneratorFuel => ("发电机燃料", "generator fuel"),
            MeasurementPoint::Pv => ("光伏", "photovoltaics"),
            MeasurementPoint::Wind => ("风电", "wind"),
            MeasurementPoint::PurchasedCooling => ("外购冷量", "bought cooling"),
            MeasurementPoint::UpsInput => ("UPS 输入", "UPS input"),
            MeasurementPoint::UpsOutput => ("UPS/HVDC 输出", "UPS output"),
            MeasurementPoint::PduOutput => ("PDU 输出", "PDU output"),
            MeasurementPoint::ItInput => ("IT 设备输入", "IT equipment input"),
            MeasurementPoint::ItLoad => ("IT 负载", "IT load"),
            MeasurementPoint::Cooling => ("制冷", "cooling"),
            MeasurementPoint::Distribution => ("配电损耗", "distribution losses"),
            MeasurementPoint::Lighting => ("照明", "lighting"),
            MeasurementPoint::Other => ("其他用能", "other loads"),
            MeasurementPoint::Outside => ("非数据中心用能", "loads outside the data centre"),
            MeasurementPoint::HeatReused => ("余热利用", "reused heat"),
            MeasurementPoint::Water => ("用水", "water"),
            MeasurementPoint::Export => ("上网电量", "export"),
        };
        Text::new(zh, en)
    }

    /// What a meter there is called; with its id if it does not stand alone.
    pub(crate) fn named(self, id: Option<&str>) -> Text {
        let Text { zh, en } = self.text();
        match id {
            Some(id) => Text::new(format!("{zh}“{id}”"), format!("{en} \"{id}\"")),
            None => Text::new(zh, en),
        }
    }

    /// Whether only electricity passes there; a fuel may be named for a supply that burns it.
    pub(super) const fn is_electrical(self) -> bool {
        matches!(
            self,
            MeasurementPoint::GridSupply
                | MeasurementPoint::GeneratorOutput
                | MeasurementPoint::Pv
                | MeasurementPoint::Wind
                | MeasurementPoint::UpsInput
                | MeasurementPoint::UpsOutput
                | MeasurementPoint::PduOutput
                | MeasurementPoint::ItInput
                | MeasurementPoint::ItLoad
                | MeasurementPoint::Distribution
                | MeasurementPoint::Lighting
                | MeasurementPoint::Export
        )
    }

    /// The carrier that goes without saying there; a generator's fuel has to be named.
    pub const fn usual_carrier(self) -> Option<Carrier> {
        match self {
            MeasurementPoint::GeneratorFuel => None,
            MeasurementPoint::PurchasedCooling => Some(Carrier::ChilledWater),
            MeasurementPoint::HeatReused => Some(Carrier::HotWater),
            MeasurementPoint::Water => Some(Carrier::Water),
            _ => Some(Carrier::Electricity),
        }
    }
}

named!(MeasurementPoint);
