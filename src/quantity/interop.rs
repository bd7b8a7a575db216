//! What a program may state a quantity as: the exact types of this crate, or with the feature `uom` that crate's quantities.
//!
//! ```
//! # #[cfg(feature = "uom")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use pue::{facility::RackType, kpi::InterimPue, quantity::{ExactEnergy, ExactPower}};
//! use pue::uom::si::{energy::{gigajoule, megajoule, megawatt_hour}, f64::{Energy, Power}, power::{kilowatt, megawatt, watt}};
//!
//! // Whatever takes an energy or a power takes either, in any unit; the digits are rounded once.
//! let pue = InterimPue::interim(Energy::new::<gigajoule>(4.5), ExactEnergy::from_kwh(1_000.0)?)?;
//! assert_eq!(pue.to_string(), "1.250");
//! assert_eq!(pue.total().to_energy().get::<megawatt_hour>(), 1.25);
//! assert_eq!(RackType::new(400, Power::new::<watt>(2_500.0))?.rated.to_power().get::<kilowatt>(), 2.5);
//!
//! // A field takes it by conversion.
//! let capacity: ExactPower = Power::new::<megawatt>(1.5).try_into()?;
//! assert_eq!(capacity.kw(), 1_500.0);
//! assert!(ExactEnergy::try_from(Energy::new::<megajoule>(f64::NAN)).is_err());
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "uom"))]
//! # fn main() {}
//! ```

use super::{ExactEnergy, ExactPower, QuantityError};

/// An energy as a program states it: an [`ExactEnergy`], or `uom`'s `Energy` (feature `uom`).
pub trait IntoEnergy {
    /// To the nearest milliwatt-hour.
    ///
    /// # Errors
    /// [`QuantityError`] for NaN, infinities and beyond 10¹² kWh.
    fn into_energy(self) -> Result<ExactEnergy, QuantityError>;
}

/// A power as a program states it: an [`ExactPower`], or `uom`'s `Power` (feature `uom`).
pub trait IntoPower {
    /// To the nearest milliwatt.
    ///
    /// # Errors
    /// [`QuantityError`] for NaN, infinities and beyond 10¹² kW.
    fn into_power(self) -> Result<ExactPower, QuantityError>;
}

impl IntoEnergy for ExactEnergy {
    fn into_energy(self) -> Result<ExactEnergy, QuantityError> {
        Ok(self)
    }
}

impl IntoPower for ExactPower {
    fn into_power(self) -> Result<ExactPower, QuantityError> {
        Ok(self)
    }
}

#[cfg(feature = "uom")]
mod with_uom {
    use super::{ExactEnergy, ExactPower, IntoEnergy, IntoPower, QuantityError};
    use crate::quantity::EmissionFactor;
    use uom::si::{
        energy::{joule, kilowatt_hour},
        f64::{Energy, MassPerEnergy, Power},
        mass_per_energy::kilogram_per_kilowatt_hour,
        power::kilowatt,
    };

    impl ExactEnergy {
        /// As a `uom` quantity, the nearest float of joules.
        pub fn to_energy(self) -> Energy {
            Energy::new::<joule>(self.microjoules() as f64 / 1e6)
        }
    }

    impl ExactPower {
        /// As a `uom` quantity.
        pub fn to_power(self) -> Power {
            Power::new::<kilowatt>(self.kw())
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

    /// # Errors
    /// [`QuantityError`] for NaN, infinities and beyond 10¹² kW.
    impl TryFrom<Power> for ExactPower {
        type Error = QuantityError;

        fn try_from(power: Power) -> Result<Self, QuantityError> {
            ExactPower::from_kw(power.get::<kilowatt>())
        }
    }

    impl IntoEnergy for Energy {
        fn into_energy(self) -> Result<ExactEnergy, QuantityError> {
            self.try_into()
        }
    }

    impl IntoPower for Power {
        fn into_power(self) -> Result<ExactPower, QuantityError> {
            self.try_into()
        }
    }

    /// # Errors
    /// [`QuantityError`] for NaN, infinities and below zero.
    impl TryFrom<MassPerEnergy> for EmissionFactor {
        type Error = QuantityError;

        fn try_from(factor: MassPerEnergy) -> Result<Self, QuantityError> {
            EmissionFactor::from_kg_per_kwh(factor.get::<kilogram_per_kilowatt_hour>())
        }
    }
}
