//! Key performance indicators (指标): PUE first, from energies of the same time.
//!
//! A KPI knows no rule: it says what is, with its category, its coverage and its bounds. Sums come first, then the
//! ratio; a mean of ratios is not a PUE.

mod boundary;
mod contradiction;
mod characteristic;
mod family;
mod measured;
mod method;
mod overhead;
mod plausibility;
mod pue;
mod reliance;
mod series;
mod uncertainty;
mod view;

pub(crate) use view::UNUSABLE;

pub use boundary::{Boundary, Category, ENERGY_CONTENT, EnergyContent, UnknownCategory};
pub use characteristic::{CharacteristicError, Condition, characteristic_ratio};
pub use family::{
    Cer, CharacteristicRatio, Clf, Co2, Cpue, Cue, Dcie, During, Ere, Erf, ItLoadUseRate, ItLoadUseRate8760, KpiError,
    KpiFault, OccupancyByCount, OccupancyByPower, OccupancyByStandardRacks, Olf, Plf, Ref, Water, WholeYearRatio, Wue,
};
pub use measured::{Bounds, Coverage, Measure, MeasuredPue, NotAnnual};
pub use method::Method;
pub use overhead::Overhead;
pub(crate) use pue::PUBLISHED_DIGITS;
pub use pue::{
    Annual, AnnualPue, AnyPue, Design, DesignPue, Interim, InterimPue, Kind, Partial, PartialPue, Pue, PueError,
};
pub use reliance::Statement;
pub(crate) use reliance::{Relied, Without};
pub use series::{Course, Monthly, Stretch};
pub use uncertainty::{
    COVERAGE_FACTOR, Contribution, ErrorSource, MeterRole, Remedy, Uncertainty, Unstated, built_uncertainty,
    conformance, probability_text, ratio_uncertainty,
};
