//! What a kilowatt-hour costs, and what it emits: inputs, none of which is assumed.

use super::{ExactEnergy, QuantityError};
use std::fmt;

/// The price of electricity (电价) in yuan per kilowatt-hour: a number of zero or more.
///
/// ```
/// use pue::quantity::{ExactEnergy, Tariff};
/// let tariff = Tariff::from_yuan_per_kwh(0.62)?;
/// assert_eq!(tariff.yuan(ExactEnergy::from_kwh(1_000.0)?), 620.0);
/// assert!(Tariff::from_yuan_per_kwh(-0.62).is_err() && Tariff::from_yuan_per_kwh(f64::NAN).is_err());
/// # Ok::<(), pue::quantity::QuantityError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Tariff(f64);

impl Tariff {
    /// From yuan per kilowatt-hour.
    ///
    /// # Errors
    /// [`QuantityError`] for NaN, infinities and below zero.
    pub fn from_yuan_per_kwh(yuan: f64) -> Result<Self, QuantityError> {
        not_below_zero(yuan).map(Tariff)
    }

    /// In yuan per kilowatt-hour.
    pub const fn yuan_per_kwh(self) -> f64 {
        self.0
    }

    /// What an energy costs, in yuan.
    pub fn yuan(self, energy: ExactEnergy) -> f64 {
        energy.kwh() * self.0
    }
}

impl fmt::Display for Tariff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} yuan/kWh", self.0)
    }
}

/// The emission factor of electricity (电力排放因子) in kilograms of CO₂e per kilowatt-hour: a number of zero or more.
///
/// ```
/// use pue::quantity::{EmissionFactor, ExactEnergy};
/// let factor = EmissionFactor::from_kg_per_kwh(0.5)?;
/// assert_eq!(factor.kg(ExactEnergy::from_kwh(1_000.0)?), 500.0);
/// # Ok::<(), pue::quantity::QuantityError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct EmissionFactor(f64);

impl EmissionFactor {
    /// From kilograms of CO₂e per kilowatt-hour.
    ///
    /// # Errors
    /// [`QuantityError`] for NaN, infinities and below zero.
    pub fn from_kg_per_kwh(kilograms: f64) -> Result<Self, QuantityError> {
        not_below_zero(kilograms).map(EmissionFactor)
    }

    /// In kilograms of CO₂e per kilowatt-hour.
    pub const fn kg_per_kwh(self) -> f64 {
        self.0
    }

    /// What an energy emits, in kilograms of CO₂e.
    pub fn kg(self, energy: ExactEnergy) -> f64 {
        energy.kwh() * self.0
    }
}

impl fmt::Display for EmissionFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kg/kWh", self.0)
    }
}

fn not_below_zero(number: f64) -> Result<f64, QuantityError> {
    match number {
        number if !number.is_finite() => Err(QuantityError::NotFinite(number)),
        number if number < 0.0 => Err(QuantityError::BelowZero(number)),
        number => Ok(number + 0.0), // −0 is 0
    }
}
