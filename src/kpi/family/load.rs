//! How much of what was built is used.

use super::{During, Forming, IT, KpiError, KpiFault, indicator};
use crate::quantity::{IntoEnergy, IntoPower, Ratio};

const RATED: &str = "rated power";

/// IT energy over rated power times so many milliseconds.
fn use_rate(
    forming: Forming,
    it: During<impl IntoEnergy>,
    rated: impl IntoPower,
    milliseconds: i64,
) -> Result<Ratio, KpiError> {
    let it = forming.energy(IT, it)?;
    let rated = rated.into_power().map_err(|error| forming.fault(KpiFault::Quantity { of: RATED, error }))?;
    if rated.milliwatts() < 0 {
        return Err(forming.fault(KpiFault::Negative(RATED)));
    }
    forming.ratio(it.amount, (RATED, rated.over(milliseconds).microjoules()))
}

indicator! {
    /// IT load use rate (IT 负荷使用率): mean IT power over the rated one.
    ///
    /// Formula: `E_IT / (P_rated × hours of the period)`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::{ExactEnergy, ExactPower}};
    /// # let day = Period::parse("2024-03-01/2024-03-02", TimeZone::UTC)?;
    /// use pue::kpi::{During, ItLoadUseRate};
    /// let it = During::new(ExactEnergy::from_kwh(12_000.0)?, &day);
    /// assert_eq!(ItLoadUseRate::new(it, ExactPower::from_kw(1_000.0)?)?.value(), 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: 工信厅联节函〔2025〕279号 (the rate), with the period's own hours (ours).
    ItLoadUseRate, "IT load use rate", ""
}

impl ItLoadUseRate {
    /// From the IT energy and the rated IT power.
    ///
    /// # Errors
    /// [`KpiError`].
    pub fn new(it: During<impl IntoEnergy>, rated: impl IntoPower) -> Result<Self, KpiError> {
        let milliseconds = it.milliseconds();
        use_rate(Self::FORMING, it, rated, milliseconds).map(ItLoadUseRate)
    }
}

indicator! {
    /// IT load use rate of the 2020 index of national green data centres: by 8 760 hours as printed, leap year or not, and by
    /// the nominal power of all racks.
    ///
    /// Formula: `E_IT / 8760 h / Σ P_rack`.
    ///
    /// Unit: none.
    ///
    /// ```
    /// # use pue::{Period, jiff::tz::TimeZone, quantity::{ExactEnergy, ExactPower}};
    /// # let year = Period::year(2024, TimeZone::UTC)?;
    /// use pue::kpi::{During, ItLoadUseRate8760};
    /// let it = During::new(ExactEnergy::from_kwh(17_520_000.0)?, &year);
    /// assert_eq!(ItLoadUseRate8760::new(it, ExactPower::from_kw(4_000.0)?)?.value(), 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: 工信厅联节函〔2020〕183号.
    ItLoadUseRate8760, "IT load use rate (8760 h)", ""
}

impl ItLoadUseRate8760 {
    /// From the IT energy of a year, and the nominal power of all racks.
    ///
    /// # Errors
    /// [`KpiError`].
    pub fn new(it: During<impl IntoEnergy>, racks: impl IntoPower) -> Result<Self, KpiError> {
        // A year has 365 or 366 days.
        const DAY_MS: i64 = 86_400_000;
        if !(365 * DAY_MS..=366 * DAY_MS).contains(&it.milliseconds()) {
            return Err(Self::FORMING.fault(KpiFault::NotAYear));
        }
        use_rate(Self::FORMING, it, racks, 8760 * 3_600_000).map(ItLoadUseRate8760)
    }
}

const INSTALLED: &str = "what is installed";
const OCCUPIED: &str = "what is occupied";

/// What is occupied over what is installed, on one basis.
macro_rules! occupancy {
    ($(#[$doc:meta])* $name:ident, $symbol:literal) => {
        indicator! { $(#[$doc])* $name, $symbol, "" }

        impl $name {
            /// From what is occupied and what is installed.
            ///
            /// # Errors
            /// [`KpiError`]; no more can be occupied than is installed.
            pub fn new(occupied: f64, installed: f64) -> Result<Self, KpiError> {
                let forming = Self::FORMING;
                let (occupied, installed) = (forming.number(OCCUPIED, occupied)?, forming.number(INSTALLED, installed)?);
                let inverse = Ratio::new(installed.denominator(), installed.numerator());
                let inverse = inverse.ok_or(forming.fault(KpiFault::Zero(INSTALLED)))?;
                let share = occupied.checked_mul(inverse).ok_or(forming.fault(KpiFault::Range))?;
                if share > Ratio::ONE {
                    return Err(forming.fault(KpiFault::AboveWhole(OCCUPIED, INSTALLED)));
                }
                Ok($name(share))
            }
        }
    };
}

occupancy! {
    /// Rack occupancy by count of cabinets (上架率，按机柜数). The basis is a part of the number.
    ///
    /// Formula: `occupied cabinets / installed cabinets`.
    ///
    /// Unit: none, from 0 to 1.
    ///
    /// ```
    /// use pue::kpi::OccupancyByCount;
    /// assert_eq!(OccupancyByCount::new(980.0, 1_400.0)?.value(), 0.7);
    /// assert!(OccupancyByCount::new(1_401.0, 1_400.0).is_err());
    /// # Ok::<(), pue::kpi::KpiError>(())
    /// ```
    ///
    /// Source: 工信厅联节函〔2025〕279号 (the rate; its basis is ours).
    OccupancyByCount, "occupancy by count"
}

occupancy! {
    /// Rack occupancy by standard racks of 2.5 kW (上架率，按标准机架).
    ///
    /// Formula: `occupied standard racks / installed standard racks`.
    ///
    /// Unit: none, from 0 to 1.
    ///
    /// ```
    /// use pue::kpi::OccupancyByStandardRacks;
    /// assert_eq!(OccupancyByStandardRacks::new(1_500.0, 3_000.0)?.to_string(), "0.500");
    /// # Ok::<(), pue::kpi::KpiError>(())
    /// ```
    ///
    /// Source: the national definition of a standard rack; the basis is ours.
    OccupancyByStandardRacks, "occupancy by standard racks"
}

occupancy! {
    /// Rack occupancy by power (上架率，按功率): 337 of 545 MW are Guangdong's 61.8 %.
    ///
    /// Formula: `rated power of occupied racks / rated power of installed racks`, both in kW.
    ///
    /// Unit: none, from 0 to 1.
    ///
    /// ```
    /// use pue::kpi::OccupancyByPower;
    /// assert_eq!(OccupancyByPower::new(337_000.0, 545_000.0)?.to_string(), "0.618");
    /// # Ok::<(), pue::kpi::KpiError>(())
    /// ```
    ///
    /// Source: Guangdong's figures, which this basis reproduces; the text states none (`reported`).
    OccupancyByPower, "occupancy by power"
}
