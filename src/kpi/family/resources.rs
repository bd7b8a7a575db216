//! What a data centre uses besides energy, and where its energy comes from.

use super::{During, Forming, IT, KpiError, KpiFault, TOTAL, indicator};
use crate::quantity::{ExactEnergy, IntoEnergy, Ratio};

/// Water as it is stated; what is no amount of it is found when an indicator is formed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Water(f64);

impl Water {
    /// In cubic metres.
    pub const fn m3(cubic_metres: f64) -> Self {
        Water(cubic_metres)
    }
}

/// Emissions as they are stated, CO₂ equivalent; what is no amount of it is found when an indicator is formed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Co2(f64);

impl Co2 {
    /// In kilograms.
    pub const fn kg(kilograms: f64) -> Self {
        Co2(kilograms)
    }
}

/// A stated number of things, in `parts` smaller ones each, over the IT energy in kWh.
fn per_kwh(
    forming: Forming,
    name: &'static str,
    stated: During<f64>,
    parts: i128,
    it: During<impl IntoEnergy>,
) -> Result<Ratio, KpiError> {
    let (number, it) = (forming.number(name, stated.amount)?, forming.energy(IT, it)?);
    let one = During { amount: parts * ExactEnergy::KWH.microjoules(), time: stated.time };
    let each = forming.over((name, one), (IT, it))?;
    number.checked_mul(each).ok_or(forming.fault(KpiFault::Range))
}

indicator! {
    /// Renewable energy factor (REF, 可再生能源占比): renewable energy used and owned over all energy; at most 1, whatever else
    /// was bought.
    ///
    /// Formula: `min(E_renewable, E_DC) / E_DC`.
    ///
    /// Unit: none, from 0 to 1.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{During, Ref};
    /// let of = |renewable| Ref::new(During::new(kwh(renewable), &year), During::new(kwh(1_500.0), &year));
    /// assert_eq!((of(300.0)?.value(), of(1_800.0)?.value()), (0.2, 1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: ISO/IEC 30134-3, EN 50600-4-3.
    Ref, "REF", ""
}

impl Ref {
    /// From renewable energy used and owned (certificates, contracts, made on the site), and the total.
    ///
    /// # Errors
    /// [`KpiError`].
    pub fn new(renewable: During<impl IntoEnergy>, total: During<impl IntoEnergy>) -> Result<Self, KpiError> {
        const RENEWABLE: &str = "renewable energy";
        let (renewable, total) = (Self::FORMING.energy(RENEWABLE, renewable)?, Self::FORMING.energy(TOTAL, total)?);
        let ratio = Self::FORMING.over((RENEWABLE, renewable), (TOTAL, total))?;
        Ok(Ref(ratio.min(Ratio::ONE)))
    }
}

indicator! {
    /// Water usage effectiveness (WUE, 水利用效率): water used on the site over IT energy.
    ///
    /// Formula: `V_water / E_IT`; m³/MWh is the same number as l/kWh.
    ///
    /// Unit: l/kWh.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{During, Water, Wue};
    /// let of = |m3| Wue::new(During::new(Water::m3(m3), &year), During::new(kwh(1_000.0), &year));
    /// assert_eq!(of(1.8)?.to_string(), "1.800 l/kWh");
    /// assert!(of(f64::NAN).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: ISO/IEC 30134-9, EN 50600-4-9.
    Wue, "WUE", "l/kWh"
}

impl Wue {
    /// From the water used and the IT energy.
    ///
    /// # Errors
    /// [`KpiError`].
    pub fn new(water: During<Water>, it: During<impl IntoEnergy>) -> Result<Self, KpiError> {
        // A cubic metre is a thousand litres.
        per_kwh(Self::FORMING, "water", During { amount: water.amount.0, time: water.time }, 1000, it).map(Wue)
    }
}

indicator! {
    /// Carbon usage effectiveness (CUE, 碳利用效率): emissions of the energy over IT energy.
    ///
    /// Formula: `m_CO₂e / E_IT`.
    ///
    /// Unit: kg/kWh.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{Co2, Cue, During};
    /// let cue = Cue::new(During::new(Co2::kg(570.0), &year), During::new(kwh(1_000.0), &year))?;
    /// assert_eq!(cue.to_string(), "0.570 kg/kWh");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: ISO/IEC 30134-8, EN 50600-4-8.
    Cue, "CUE", "kg/kWh"
}

impl Cue {
    /// From the emissions and the IT energy.
    ///
    /// # Errors
    /// [`KpiError`].
    pub fn new(emissions: During<Co2>, it: During<impl IntoEnergy>) -> Result<Self, KpiError> {
        per_kwh(Self::FORMING, "CO₂e", During { amount: emissions.amount.0, time: emissions.time }, 1, it).map(Cue)
    }
}
