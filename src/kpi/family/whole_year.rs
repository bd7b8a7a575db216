//! The two electricity ratios of GB 40879 (电能比): under characteristic conditions, and of a whole year.

use super::{During, IT, KpiError, KpiFault, TOTAL, indicator};
use crate::{
    kpi::{AnnualPue, CharacteristicError, Condition, characteristic_ratio},
    period::Period,
    quantity::IntoEnergy,
};

indicator! {
    /// R_M1, the electricity ratio under characteristic conditions (电能比特征工况值).
    ///
    /// Formula: `Σ T_k·P_k / Σ T_k·P_k,IT` over the five outdoor conditions.
    ///
    /// Unit: none.
    ///
    /// ```
    /// use pue::{kpi::{CharacteristicRatio, Condition}, quantity::ExactPower};
    /// let kw = |kw| ExactPower::from_kw(kw).unwrap();
    /// let powers = [(0.1, 1400.0), (0.2, 1350.0), (0.3, 1300.0), (0.3, 1250.0), (0.1, 1200.0)];
    /// let conditions = powers.map(|(share, total)| Condition { share, total: kw(total), it: kw(1000.0) });
    /// assert_eq!(CharacteristicRatio::new(&conditions)?.to_string(), "1.295");
    /// # Ok::<(), pue::kpi::CharacteristicError>(())
    /// ```
    ///
    /// Source: GB 40879-2021, 6.3.2.2 and 6.3.2.3.
    CharacteristicRatio, "R_M1", ""
}

impl CharacteristicRatio {
    /// From the conditions.
    ///
    /// # Errors
    /// [`CharacteristicError`].
    pub fn new(conditions: &[Condition]) -> Result<Self, CharacteristicError> {
        characteristic_ratio(conditions).map(CharacteristicRatio)
    }
}

indicator! {
    /// R_M2, the electricity ratio of a whole year (电能比全年值): electricity alone, whatever else crosses the boundary.
    ///
    /// Formula: `E / E_IT`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::ExactEnergy};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// # let kwh = |kwh| ExactEnergy::from_kwh(kwh).unwrap();
    /// use pue::kpi::WholeYearRatio;
    /// assert_eq!(WholeYearRatio::new(kwh(1_240.0), kwh(1_000.0), &year)?.to_string(), "1.240");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: GB 40879-2021, 6.3.2.4.
    WholeYearRatio, "R_M2", ""
}

impl WholeYearRatio {
    /// From the electricity of the data centre and its IT equipment in one year of the calendar.
    ///
    /// # Errors
    /// [`KpiError`]; another period than a year is none.
    pub fn new(electricity: impl IntoEnergy, it: impl IntoEnergy, year: &Period) -> Result<Self, KpiError> {
        if !year.is_one_year() {
            return Err(Self::FORMING.fault(KpiFault::NotAYear));
        }
        let (total, it) = (During::new(electricity, year), During::new(it, year));
        let (total, it) = (Self::FORMING.energy(TOTAL, total)?, Self::FORMING.energy(IT, it)?);
        Self::FORMING.share((IT, it), (TOTAL, total))?;
        Self::FORMING.over((TOTAL, total), (IT, it)).map(WholeYearRatio)
    }

    /// Of an annual PUE of electricity.
    pub fn of(electricity: AnnualPue) -> Self {
        WholeYearRatio(electricity.ratio())
    }
}
