//! How much of the energy reaches the IT equipment, and where the rest goes.

use super::{During, IT, KpiError, TOTAL, indicator};
use crate::quantity::IntoEnergy;

indicator! {
    /// Data centre infrastructure efficiency (DCiE, 数据中心基础设施效率): the share of the energy that reaches IT.
    ///
    /// Formula: `E_IT / E_DC = 1 / PUE`.
    ///
    /// Unit: none, from 0 to 1.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{Dcie, During};
    /// let dcie = Dcie::new(During::new(kwh(1_250.0), &year), During::new(kwh(1_000.0), &year))?;
    /// assert_eq!(dcie.to_string(), "0.800");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: The Green Grid, 2007 (`reported`).
    Dcie, "DCiE", ""
}

impl Dcie {
    /// From total and IT energy.
    ///
    /// # Errors
    /// [`KpiError`]; IT energy above the total is a fault of metering or boundary.
    pub fn new(total: During<impl IntoEnergy>, it: During<impl IntoEnergy>) -> Result<Self, KpiError> {
        let (total, it) = (Self::FORMING.energy(TOTAL, total)?, Self::FORMING.energy(IT, it)?);
        Self::FORMING.share((IT, it), (TOTAL, total)).map(Dcie)
    }
}

/// A part of the overhead over the IT energy.
macro_rules! load_factor {
    ($(#[$doc:meta])* $name:ident, $symbol:literal, $part:literal) => {
        indicator! { $(#[$doc])* $name, $symbol, "" }

        impl $name {
            /// From the energy of the part and the IT energy.
            ///
            /// # Errors
            /// [`KpiError`].
            pub fn new(part: During<impl IntoEnergy>, it: During<impl IntoEnergy>) -> Result<Self, KpiError> {
                let (part, it) = (Self::FORMING.energy($part, part)?, Self::FORMING.energy(IT, it)?);
                Self::FORMING.over(($part, part), (IT, it)).map(Self)
            }
        }
    };
}

load_factor! {
    /// Cooling load factor (CLF, 制冷负载系数): `PUE = 1 + CLF + PLF + OLF`.
    ///
    /// Formula: `E_cooling / E_IT`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{Clf, During};
    /// assert_eq!(Clf::new(During::new(kwh(151.0), &year), During::new(kwh(1_000.0), &year))?.value(), 0.151);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: YD/T 2543, The Green Grid (`reported`).
    Clf, "CLF", "energy of cooling"
}

load_factor! {
    /// Power load factor (PLF, 供电负载系数): losses of the power chain over IT energy.
    ///
    /// Formula: `E_power / E_IT`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{During, Plf};
    /// assert_eq!(Plf::new(During::new(kwh(58.0), &year), During::new(kwh(1_000.0), &year))?.value(), 0.058);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: YD/T 2543, The Green Grid (`reported`).
    Plf, "PLF", "energy lost in the power chain"
}

load_factor! {
    /// Other load factor (OLF, 其他负载系数): lighting and all else over IT energy.
    ///
    /// Formula: `E_other / E_IT`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{During, Olf};
    /// assert_eq!(Olf::new(During::new(kwh(12.0), &year), During::new(kwh(1_000.0), &year))?.value(), 0.012);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: YD/T 2543, The Green Grid (`reported`).
    Olf, "OLF", "energy of lighting and all else"
}

indicator! {
    /// Comprehensive PUE of Shanghai (CPUE, 综合电能利用效率): all energy as electricity equivalent over IT energy. Another quantity
    /// than a PUE of electricity, and than one by energy content: what an equivalent is, the authority says.
    ///
    /// Formula: `Σ energy as electricity equivalent / E_IT`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{Cpue, During};
    /// assert_eq!(Cpue::new(During::new(kwh(1_320.0), &year), During::new(kwh(1_000.0), &year))?.to_string(), "1.320");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: Shanghai's rules on data centres (`reported`).
    Cpue, "CPUE", ""
}

impl Cpue {
    /// From all energy as electricity equivalent, and the IT energy.
    ///
    /// # Errors
    /// [`KpiError`]; less than the IT energy is a fault of metering or boundary.
    pub fn new(equivalent: During<impl IntoEnergy>, it: During<impl IntoEnergy>) -> Result<Self, KpiError> {
        let (total, it) = (Self::FORMING.energy(TOTAL, equivalent)?, Self::FORMING.energy(IT, it)?);
        Self::FORMING.share((IT, it), (TOTAL, total))?;
        Self::FORMING.over((TOTAL, total), (IT, it)).map(Cpue)
    }
}
