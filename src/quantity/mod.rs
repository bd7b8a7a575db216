//! Quantities (量): exact sums, ratios and limits, units at the edge, rounding by GB/T 8170.
//!
//! An energy ([`ExactEnergy`], a whole number of microjoules) cannot be passed for a power ([`ExactPower`]), and sums do not
//! depend on their order. A figure is a fraction of two integers ([`Ratio`]), compared with a limit ([`Decimal`], its printed
//! digits kept) without losing a digit. On the wire every number carries its unit in its key (`it_kwh`). With the feature
//! `uom`, whatever takes an energy or a power takes a quantity of that crate too ([`interop`]); its own serde form (base units,
//! 1 kWh as 3600000.0) is not used.

mod decimal;
mod digits;
mod energy;
pub mod interop;
mod power;
mod price;
mod ratio;
mod rounding;
pub(crate) mod text;
mod unit;

pub use decimal::{Decimal, ParseDecimalError};
pub(crate) use digits::Digits;
pub use energy::ExactEnergy;
pub use interop::{IntoEnergy, IntoPower};
pub use power::ExactPower;
pub use price::{EmissionFactor, Tariff};
pub use ratio::Ratio;
pub(crate) use ratio::{exact as exact_ratio, gcd};
pub use rounding::{ComparisonMethod, Published, Relation};
pub(crate) use unit::{Conversion, Count};
pub use unit::{Dimension, Unit};
/// The crate of units of measurement that [`ExactEnergy`] and [`ExactPower`] convert from and to (feature `uom`).
#[cfg(feature = "uom")]
pub use uom;

/// Why a number is not a quantity.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// NaN or infinite.
    #[error("expected a finite number, found {0}")]
    NotFinite(f64),
    /// Beyond 10¹² kWh or kW, which no data centre reaches: a wrong unit or multiplier.
    #[error("expected at most 10^12 kWh or kW, found {0:e}; check unit and multiplier")]
    OutOfRange(f64),
    /// A price or factor below zero.
    #[error("expected a number of 0 or more, found {0}")]
    BelowZero(f64),
}
