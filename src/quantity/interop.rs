//! From and to the quantities of `uom`, for programs that compute with those (feature `uom`).
//!
//! ```
//! use pue::quantity::{ExactEnergy, ExactPower, uom::si::{energy::megajoule, f64::{Energy, Power}, power::megawatt}};
//!
//! # fn main() -> Result<(), pue::quantity::QuantityError> {
//! assert_eq!(ExactEnergy::try_from(Energy::new::<megajoule>(3.6))?.kwh(), 1.0);
//! assert_eq!(ExactPower::from_kw(1500.0)?.to_power().get::<megawatt>(), 1.5);
//! assert!(ExactPower::try_from(Power::new::<megawatt>(f64::NAN)).is_err());
//! # Ok(())
//! # }
//! ```

use super::{ExactEnergy, ExactPower, QuantityError};
use uom::si::{
    energy::{joule, kilowatt_hour},
    f64::{Energy, Power},
    power::kilowatt,
};

impl ExactEnergy {
    /// As a `uom` quantity, the nearest float of joules.
    pub fn to_energy(self) -> Energy {
        Energy::new::<joule>(self.microjoules() as f64 / 1e6)
    }
}

/// # Errors
/// [`QuantityError`] for NaN, infinities and beyond 10¹² kWh.
impl TryFrom<Energy> for ExactEnergy {
    type Error = QuantityError;

    fn try_from(energy: Energy) -> Result<Self, QuantityError> {
        ExactEnergy::from_kwh(energy.get::<kilowatt_hour>())
    }
}

impl ExactPower {
    /// As a `uom` quantity.
    pub fn to_power(self) -> Power {
        Power::new::<kilowatt>(self.kw())
    }
}

/// # Errors
/// [`QuantityError`] for NaN, infinities and beyond 10¹² kW.
impl TryFrom<Power> for ExactPower {
    type Error = QuantityError;

    fn try_from(power: Power) -> Result<Self, QuantityError> {
        ExactPower::from_kw(power.get::<kilowatt>())
    }
}
