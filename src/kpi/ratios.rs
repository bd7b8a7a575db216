//! The other indicators of ISO/IEC 30134 and EN 50600-4, as plain ratios of sums over the same time.

use crate::quantity::{ExactEnergy, IntoEnergy, IntoPower, Ratio};

fn energy(stated: impl IntoEnergy) -> Option<ExactEnergy> {
    stated.into_energy().ok()
}

/// Energy reuse factor (ERF, 能源再利用率): reused energy / E_DC.
///
/// `None` if the total is zero.
///
/// ```
/// use pue::{kpi::energy_reuse_factor, quantity::ExactEnergy};
/// let [reused, total] = [300.0, 1_500.0].map(|kwh| ExactEnergy::from_kwh(kwh).unwrap());
/// assert_eq!(energy_reuse_factor(reused, total).unwrap().to_f64(), 0.2);
/// ```
pub fn energy_reuse_factor(reused: impl IntoEnergy, total: impl IntoEnergy) -> Option<Ratio> {
    energy(reused)?.ratio_to(energy(total)?)
}

/// Energy reuse effectiveness (ERE): `(E_DC − reused) / E_IT`; may be below 1.
///
/// ```
/// use pue::{kpi::energy_reuse_effectiveness, quantity::ExactEnergy};
/// let [total, it, reused] = [1500.0, 1000.0, 300.0].map(|kwh| ExactEnergy::from_kwh(kwh).unwrap());
/// assert_eq!(energy_reuse_effectiveness(total, it, reused).unwrap().to_f64(), 1.2);
/// ```
pub fn energy_reuse_effectiveness(
    total: impl IntoEnergy,
    it: impl IntoEnergy,
    reused: impl IntoEnergy,
) -> Option<Ratio> {
    (energy(total)? - energy(reused)?).ratio_to(energy(it)?)
}

/// Renewable energy factor (REF, 可再生能源占比): renewable energy used and owned / E_DC; at most 1.
///
/// ```
/// use pue::{kpi::renewable_factor, quantity::ExactEnergy};
/// let [bought, total] = [1_800.0, 1_500.0].map(|kwh| ExactEnergy::from_kwh(kwh).unwrap());
/// assert_eq!(renewable_factor(bought, total).unwrap().to_f64(), 1.0);
/// ```
pub fn renewable_factor(renewable: impl IntoEnergy, total: impl IntoEnergy) -> Option<Ratio> {
    energy(renewable)?.ratio_to(energy(total)?).map(|share| share.min(Ratio::ONE))
}

/// Water usage effectiveness (WUE, 水利用效率): litres per kWh of IT energy, the same number as m³/MWh.
///
/// `None` if the water is not a number or the IT energy is zero.
///
/// ```
/// use pue::{kpi::water_usage, quantity::ExactEnergy};
/// assert_eq!(water_usage(1.8, ExactEnergy::from_kwh(1_000.0)?), Some(1.8));
/// assert_eq!(water_usage(f64::NAN, ExactEnergy::from_kwh(1_000.0)?), None);
/// # Ok::<(), pue::quantity::QuantityError>(())
/// ```
pub fn water_usage(water_m3: f64, it: impl IntoEnergy) -> Option<f64> {
    let it = energy(it)?;
    (water_m3.is_finite() && water_m3 >= 0.0 && it > ExactEnergy::ZERO).then(|| water_m3 * 1000.0 / it.kwh())
}

/// Carbon usage effectiveness (CUE, 碳利用效率): kg CO₂e per kWh of IT energy.
///
/// `None` if the emission is not a number or the IT energy is zero.
///
/// ```
/// use pue::{kpi::carbon_usage, quantity::ExactEnergy};
/// assert_eq!(carbon_usage(570.0, ExactEnergy::from_kwh(1_000.0)?), Some(0.57));
/// # Ok::<(), pue::quantity::QuantityError>(())
/// ```
pub fn carbon_usage(co2_kg: f64, it: impl IntoEnergy) -> Option<f64> {
    let it = energy(it)?;
    (co2_kg.is_finite() && co2_kg >= 0.0 && it > ExactEnergy::ZERO).then(|| co2_kg / it.kwh())
}

/// IT load use rate of the 2020 index of national green data centres: `E_IT / 8760 h / Σ nominal rack power`, 8 760 hours as
/// printed, leap year or not.
///
/// ```
/// use pue::{kpi::load_use_rate_8760, quantity::{ExactEnergy, ExactPower}};
/// let (it, racks) = (ExactEnergy::from_kwh(17_520_000.0)?, ExactPower::from_kw(4_000.0)?);
/// assert_eq!(load_use_rate_8760(it, racks).unwrap().to_f64(), 0.5);
/// # Ok::<(), pue::quantity::QuantityError>(())
/// ```
///
/// Source: 工信厅联节函〔2020〕183号.
pub fn load_use_rate_8760(it: impl IntoEnergy, racks: impl IntoPower) -> Option<Ratio> {
    it_load_use_rate(it, racks, 8760 * 3_600_000)
}

/// IT load use rate (IT 负荷使用率): E_IT / (rated IT power × hours of the period).
///
/// ```
/// use pue::{kpi::it_load_use_rate, quantity::{ExactEnergy, ExactPower}};
/// let (it, rated, day_ms) = (ExactEnergy::from_kwh(12_000.0)?, ExactPower::from_kw(1_000.0)?, 86_400_000);
/// assert_eq!(it_load_use_rate(it, rated, day_ms).unwrap().to_f64(), 0.5);
/// # Ok::<(), pue::quantity::QuantityError>(())
/// ```
pub fn it_load_use_rate(it: impl IntoEnergy, rated: impl IntoPower, milliseconds: i64) -> Option<Ratio> {
    energy(it)?.ratio_to(rated.into_power().ok()?.over(milliseconds))
}
