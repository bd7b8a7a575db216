//! The family of indicators (指标族): each a type of its own, formed from amounts of the same time.
//!
//! An amount carries the period that it is of ([`During`]); an indicator of amounts of different periods does not come to be, nor
//! one of a zero below the line, of a negative amount, of a value that is no number: the [`KpiError`] names the indicator and
//! what it lacks. One indicator cannot be passed where another is asked for:
//!
//! ```compile_fail
//! use pue::kpi::{Erf, Ref};
//! fn report(renewable: Ref) {}
//! fn pass(reused: Erf) {
//!     report(reused);
//! }
//! ```

mod efficiency;
mod heat;
mod load;
mod resources;
mod whole_year;

pub use efficiency::{Clf, Cpue, Dcie, Olf, Plf};
pub use heat::{Cer, Ere, Erf};
pub use load::{ItLoadUseRate, ItLoadUseRate8760, OccupancyByCount, OccupancyByPower, OccupancyByStandardRacks};
pub use resources::{Co2, Cue, Ref, Water, Wue};
pub use whole_year::{CharacteristicRatio, WholeYearRatio};

use crate::{
    period::Period,
    quantity::{ExactEnergy, IntoEnergy, QuantityError, Ratio},
};

/// An amount with the period that it is of.
///
/// ```
/// use pue::{Period, jiff::tz::TimeZone, kpi::{Dcie, During}, quantity::ExactEnergy};
/// let [year, month] = ["2024", "2024-03"].map(|text| Period::parse(text, TimeZone::UTC).unwrap());
/// let [total, it] = [1250.0, 1000.0].map(|kwh| ExactEnergy::from_kwh(kwh).unwrap());
/// assert_eq!(Dcie::new(During::new(total, &year), During::new(it, &year))?.value(), 0.8);
/// assert!(Dcie::new(During::new(total, &year), During::new(it, &month)).is_err());
/// # Ok::<(), pue::kpi::KpiError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct During<T> {
    amount: T,
    /// Start and end, milliseconds.
    time: (i64, i64),
}

impl<T> During<T> {
    /// An amount of a period.
    pub const fn new(amount: T, period: &Period) -> Self {
        During { amount, time: (period.start(), period.end()) }
    }

    /// The amount.
    pub const fn amount(&self) -> &T {
        &self.amount
    }

    const fn milliseconds(&self) -> i64 {
        self.time.1 - self.time.0
    }
}

/// Why there is no such indicator.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{kpi}: {fault}")]
#[non_exhaustive]
pub struct KpiError {
    /// The indicator, by its symbol.
    pub kpi: &'static str,
    /// What it lacks.
    pub fault: KpiFault,
}

/// What an indicator lacks.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KpiFault {
    /// Nothing to divide by.
    #[error("expected {0} above 0, found 0")]
    Zero(&'static str),
    /// An amount below zero.
    #[error("expected {0} of 0 or more, found less")]
    Negative(&'static str),
    /// An amount that is no number.
    #[error("expected {of} that is a number within range, found {found}")]
    NotFinite {
        /// Which amount.
        of: &'static str,
        /// What it was.
        found: f64,
    },
    /// An amount that is no quantity.
    #[error("{of}: {error}")]
    Quantity {
        /// Which amount.
        of: &'static str,
        /// What is wrong with it.
        error: QuantityError,
    },
    /// Amounts of different times.
    #[error("expected {0} and {1} of one period, found two")]
    Periods(&'static str, &'static str),
    /// A part that is more than the whole.
    #[error("expected {0} of at most {1}, found more")]
    AboveWhole(&'static str, &'static str),
    /// A whole year is asked for.
    #[error("expected a whole year, found another period")]
    NotAYear,
    /// Beyond exact fractions.
    #[error("expected amounts whose ratio is within range")]
    Range,
}

/// An indicator as it is formed, by its symbol.
#[derive(Clone, Copy)]
struct Forming(&'static str);

impl Forming {
    const fn fault(self, fault: KpiFault) -> KpiError {
        KpiError { kpi: self.0, fault }
    }

    /// An energy of zero or more.
    fn energy(self, of: &'static str, stated: During<impl IntoEnergy>) -> Result<During<i128>, KpiError> {
        let energy = stated.amount.into_energy().map_err(|error| self.fault(KpiFault::Quantity { of, error }))?;
        if energy < ExactEnergy::ZERO {
            return Err(self.fault(KpiFault::Negative(of)));
        }
        Ok(During { amount: energy.microjoules(), time: stated.time })
    }

    /// A number of zero or more, as an exact fraction.
    fn number(self, of: &'static str, stated: f64) -> Result<Ratio, KpiError> {
        let number = Ratio::from_f64(stated).ok_or(self.fault(KpiFault::NotFinite { of, found: stated }))?;
        if number < Ratio::ZERO { Err(self.fault(KpiFault::Negative(of))) } else { Ok(number) }
    }

    /// `above / below`, of one time.
    fn over(
        self,
        (name, above): (&'static str, During<i128>),
        (of, below): (&'static str, During<i128>),
    ) -> Result<Ratio, KpiError> {
        if above.time != below.time {
            return Err(self.fault(KpiFault::Periods(name, of)));
        }
        self.ratio(above.amount, (of, below.amount))
    }

    fn ratio(self, above: i128, (of, below): (&'static str, i128)) -> Result<Ratio, KpiError> {
        if below == 0 {
            return Err(self.fault(KpiFault::Zero(of)));
        }
        Ratio::new(above, below).ok_or(self.fault(KpiFault::Range))
    }

    /// The same where the upper amount is a part of the lower one.
    fn share(self, part: (&'static str, During<i128>), whole: (&'static str, During<i128>)) -> Result<Ratio, KpiError> {
        let ratio = self.over(part, whole)?;
        if ratio > Ratio::ONE { Err(self.fault(KpiFault::AboveWhole(part.0, whole.0))) } else { Ok(ratio) }
    }
}

const TOTAL: &str = "total energy (E_DC)";
const IT: &str = "IT energy (E_IT)";

/// A type of its own around an exact ratio, with symbol and unit.
macro_rules! indicator {
    ($(#[$doc:meta])* $name:ident, $symbol:literal, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::quantity::Ratio);

        impl $name {
            /// Its symbol.
            pub const SYMBOL: &'static str = $symbol;
            /// Its unit; empty for a pure number.
            pub const UNIT: &'static str = $unit;
            #[allow(dead_code)]
            const FORMING: super::Forming = super::Forming($symbol);

            /// The exact value.
            pub const fn ratio(self) -> $crate::quantity::Ratio {
                self.0
            }

            /// The value as a float, for display.
            pub fn value(self) -> f64 {
                self.0.to_f64()
            }
        }

        /// To three decimals, with its unit.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.0.round(3) {
                    Some(rounded) => rounded.fmt(f)?,
                    None => self.0.fmt(f)?,
                }
                if Self::UNIT.is_empty() { Ok(()) } else { write!(f, " {}", Self::UNIT) }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
    };
}
use indicator;
