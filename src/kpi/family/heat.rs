//! Heat: what is reused outside, and what it costs to remove.

use super::{During, IT, KpiError, TOTAL, indicator};
use crate::quantity::IntoEnergy;

const REUSED: &str = "reused energy";

indicator! {
    /// Energy reuse factor (ERF, 能源再利用率): the share of the energy that is used again outside the data centre.
    ///
    /// Formula: `E_reuse / E_DC`.
    ///
    /// Unit: none, from 0 to 1.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{During, Erf};
    /// assert_eq!(Erf::new(During::new(kwh(300.0), &year), During::new(kwh(1_500.0), &year))?.value(), 0.2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: ISO/IEC 30134-6, EN 50600-4-6.
    Erf, "ERF", ""
}

impl Erf {
    /// From the energy that is reused and the total.
    ///
    /// # Errors
    /// [`KpiError`]; no more can be reused than was used.
    pub fn new(reused: During<impl IntoEnergy>, total: During<impl IntoEnergy>) -> Result<Self, KpiError> {
        let (reused, total) = (Self::FORMING.energy(REUSED, reused)?, Self::FORMING.energy(TOTAL, total)?);
        Self::FORMING.share((REUSED, reused), (TOTAL, total)).map(Erf)
    }
}

indicator! {
    /// Energy reuse effectiveness (ERE, 能源再利用效率): what is left of the energy after reuse, over IT energy. It may be below 1,
    /// and is no PUE: what is reused is not taken off a PUE.
    ///
    /// Formula: `(E_DC − E_reuse) / E_IT = (1 − ERF) · PUE`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{During, Ere};
    /// let [total, it, reused] = [1_500.0, 1_000.0, 300.0].map(|amount| During::new(kwh(amount), &year));
    /// assert_eq!(Ere::new(total, it, reused)?.value(), 1.2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: The Green Grid, 2010; ISO/IEC 30134-6 for the factor (`reported`).
    Ere, "ERE", ""
}

impl Ere {
    /// From total, IT and reused energy.
    ///
    /// # Errors
    /// [`KpiError`].
    pub fn new(
        total: During<impl IntoEnergy>,
        it: During<impl IntoEnergy>,
        reused: During<impl IntoEnergy>,
    ) -> Result<Self, KpiError> {
        let forming = Self::FORMING;
        let (total, it) = (forming.energy(TOTAL, total)?, forming.energy(IT, it)?);
        let reused = forming.energy(REUSED, reused)?;
        forming.share((REUSED, reused), (TOTAL, total))?;
        forming.over((TOTAL, During { amount: total.amount - reused.amount, ..total }), (IT, it)).map(Ere)
    }
}

indicator! {
    /// Cooling efficiency ratio (CER, 制冷能效比): heat removed for each unit of energy that the cooling system uses.
    ///
    /// Formula: `Q_removed / E_cooling`, the whole system: chillers, pumps, fans, towers, every carrier.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::{Cer, During};
    /// assert_eq!(Cer::new(During::new(kwh(1_200.0), &year), During::new(kwh(200.0), &year))?.value(), 6.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: ISO/IEC 30134-7, EN 50600-4-7.
    Cer, "CER", ""
}

impl Cer {
    /// From the heat removed and the energy of the whole cooling system.
    ///
    /// # Errors
    /// [`KpiError`].
    pub fn new(heat: During<impl IntoEnergy>, cooling: During<impl IntoEnergy>) -> Result<Self, KpiError> {
        const HEAT: &str = "heat removed";
        const COOLING: &str = "energy of the cooling system";
        let (heat, cooling) = (Self::FORMING.energy(HEAT, heat)?, Self::FORMING.energy(COOLING, cooling)?);
        Self::FORMING.over((HEAT, heat), (COOLING, cooling)).map(Cer)
    }
}
