//! The four sustainability indicators, and the size categories.

use super::EuReport;
use crate::{
    kpi::{During, Erf, InterimPue, KpiError, PueError, Ref, Water, Wue},
    period::Period,
    quantity::ExactEnergy,
};
use jiff::tz::TimeZone;

/// The data centre sustainability indicators of a report; `None` where a figure that it needs is not stated.
///
/// Formula: `PUE = E_DC/E_IT`, `WUE = W_IN/E_IT` (E_IT in MWh), `ERF = E_REUSE/E_DC`, `REF = E_RES-TOT/E_DC`.
///
/// Source: Delegated Regulation (EU) 2024/1364, annex III.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct EuIndicators {
    /// Power usage effectiveness; of totals as they are stated.
    pub pue: Option<Result<InterimPue, PueError>>,
    /// Water usage effectiveness.
    pub wue: Option<Result<Wue, KpiError>>,
    /// Energy reuse factor.
    pub erf: Option<Result<Erf, KpiError>>,
    /// Renewable energy factor.
    pub r#ref: Option<Result<Ref, KpiError>>,
}

impl EuReport {
    /// The indicators.
    pub fn indicators(&self) -> EuIndicators {
        // All figures are of the same time, whichever it is.
        let time = Period::year(self.year.unwrap_or(2000), TimeZone::UTC).ok();
        let energy = |stated: Option<f64>| stated.and_then(|stated| ExactEnergy::from_kwh(stated).ok());
        let (total, it) = (energy(self.e_dc_kwh), energy(self.e_it_kwh));
        let (reused, renewable) = (energy(self.e_reuse_kwh), energy(self.e_res_tot_kwh));
        let during = |energy: Option<ExactEnergy>| Some(During::new(energy?, time.as_ref()?));
        let water = self.w_in_m3.zip(time.as_ref()).map(|(m3, time)| During::new(Water::m3(m3), time));
        EuIndicators {
            pue: total.zip(it).map(|(total, it)| InterimPue::interim(total, it)),
            wue: water.zip(during(it)).map(|(water, it)| Wue::new(water, it)),
            erf: during(reused).zip(during(total)).map(|(reused, total)| Erf::new(reused, total)),
            r#ref: during(renewable).zip(during(total)).map(|(renewable, total)| Ref::new(renewable, total)),
        }
    }
}

/// Size category by installed IT power. A shared edge counts to the category above it (`reading`: the text gives it to neither, but
/// for 10 MW, above which a data centre is very large).
///
/// ```
/// use pue::eu::EuSize;
/// let of = |kw| EuSize::of(kw).map(EuSize::as_str);
/// assert_eq!([99.0, 100.0, 500.0, 2_000.0, 10_000.0, 10_001.0].map(of),
///     [None, Some("very small"), Some("small"), Some("large"), Some("large"), Some("very large")]);
/// ```
///
/// Source: Delegated Regulation (EU) 2024/1364, annex IV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EuSize {
    /// 100 to 500 kW: below the duty to report.
    VerySmall,
    /// 500 to 1 000 kW.
    Small,
    /// 1 to 2 MW.
    Medium,
    /// 2 to 10 MW.
    Large,
    /// Above 10 MW.
    VeryLarge,
}

impl EuSize {
    /// Of so many kilowatts; none below 100 kW.
    pub fn of(kw: f64) -> Option<EuSize> {
        match kw {
            kw if kw > 10_000.0 => Some(EuSize::VeryLarge),
            kw if kw >= 2_000.0 => Some(EuSize::Large),
            kw if kw >= 1_000.0 => Some(EuSize::Medium),
            kw if kw >= 500.0 => Some(EuSize::Small),
            kw if kw >= 100.0 => Some(EuSize::VerySmall),
            _ => None,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            EuSize::VerySmall => "very small",
            EuSize::Small => "small",
            EuSize::Medium => "medium",
            EuSize::Large => "large",
            EuSize::VeryLarge => "very large",
        }
    }
}
