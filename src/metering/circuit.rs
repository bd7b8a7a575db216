//! The rated circuit of a meter (额定回路): what its current transformers are made for.

/// What the current transformers of a meter are made for: with it, the power that was measured says at which share of
/// their rated current they worked.
///
/// ```
/// use pue::metering::Circuit;
/// let branch = Circuit { ct_primary_a: 200.0, voltage_v: 208.0, phases: 1 };
/// assert_eq!(branch.apparent_kva(), 41.6);
/// assert!((branch.active_kw(0.9) - 37.44).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circuit {
    /// Rated primary current (额定一次电流), A.
    pub ct_primary_a: f64,
    /// Nominal voltage (标称电压), V: between two lines of three phases, or of the single phase.
    pub voltage_v: f64,
    /// 3 phases or 1.
    pub phases: u8,
}

impl Circuit {
    /// Apparent power (视在功率) at rated current, kVA: `U × I` of one phase, `√3 × U × I` of three.
    pub fn apparent_kva(&self) -> f64 {
        let volt_amperes = self.ct_primary_a * self.voltage_v;
        if self.phases == 1 { volt_amperes / 1000.0 } else { 3_f64.sqrt() * volt_amperes / 1000.0 }
    }

    /// Active power (有功功率) at rated current, kW. Not the same as the apparent one: the power factor is a part of it.
    pub fn active_kw(&self, power_factor: f64) -> f64 {
        self.apparent_kva() * power_factor
    }
}
