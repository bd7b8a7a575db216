use crate::quantity::{Decimal, ExactEnergy, IntoEnergy, QuantityError, Ratio};
use serde::Serialize;
use std::{fmt, marker::PhantomData};

/// How many decimal places a published PUE has.
pub(crate) const PUBLISHED_DIGITS: u8 = 3;

/// Power usage effectiveness (PUE, 电能利用效率): `E_DC / E_IT`, energies of the same time, both kept exactly.
///
/// The kind is a part of the type: an [`AnnualPue`] needs twelve continuous months, an [`InterimPue`] is any other
/// measured stretch, a [`DesignPue`] rests on assumptions, a [`PartialPue`] is of a part of the site. One cannot be passed
/// where another is asked for:
///
/// ```compile_fail
/// use pue::{kpi::{AnnualPue, InterimPue, Pue}, quantity::ExactEnergy};
/// fn judge(pue: AnnualPue) {}
/// let march: InterimPue = Pue::interim(ExactEnergy::KWH, ExactEnergy::KWH).unwrap();
/// judge(march);
/// ```
///
/// Source: ISO/IEC 30134-2, EN 50600-4-2.
#[doc(alias = "power usage effectiveness")]
#[doc(alias = "电能利用效率")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pue<K> {
    total: ExactEnergy,
    it: ExactEnergy,
    /// Their quotient, which is asked for again and again.
    ratio: Ratio,
    kind: PhantomData<K>,
}

/// A kind of PUE.
pub trait Kind: Copy + fmt::Debug + 'static {
    /// As on the wire.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $alias:ident, $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $kind {}

        impl Kind for $kind {
            const NAME: &'static str = $name;
        }

        $(#[$doc])*
        pub type $alias = Pue<$kind>;
    )*};
}

kinds! {
    /// Measured over one year of the site's calendar, with enough of it known (年度 PUE).
    Annual, AnnualPue, "annual";
    /// Measured over any other stretch: iPUE (期间 PUE).
    Interim, InterimPue, "interim";
    /// From design assumptions: dPUE (设计 PUE).
    Design, DesignPue, "design";
    /// Of a part of the site: pPUE (局部 PUE), `(E_sub + E_IT) / E_IT`.
    Partial, PartialPue, "partial";
}

/// Why two energies are no PUE.
///
/// ```
/// use pue::{kpi::{InterimPue, PueError}, quantity::ExactEnergy};
/// let [total, it] = [900.0, 1_000.0].map(|kwh| ExactEnergy::from_kwh(kwh).unwrap());
/// assert_eq!(InterimPue::interim(total, it), Err(PueError::BelowOne { total, it }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PueError {
    /// There is no IT energy to divide by.
    #[error("expected IT energy above 0, found {0}")]
    ItZero(ExactEnergy),
    /// Less total than IT energy: a fault of metering or boundary, not a superb site.
    #[error("expected at least as much total energy as IT energy ({it}), found {total}")]
    BelowOne {
        /// Total energy.
        total: ExactEnergy,
        /// IT energy.
        it: ExactEnergy,
    },
    /// Energies beyond what any site uses, and beyond exact fractions.
    #[error("expected energies within range, found {0}")]
    Range(ExactEnergy),
    /// An energy is no quantity.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

impl<K: Kind> Pue<K> {
    fn new(total: ExactEnergy, it: ExactEnergy) -> Result<Self, PueError> {
        if it <= ExactEnergy::ZERO {
            return Err(PueError::ItZero(it));
        }
        if total < it {
            return Err(PueError::BelowOne { total, it });
        }
        let ratio = total.ratio_to(it).ok_or(PueError::Range(total))?;
        Ok(Pue { total, it, ratio, kind: PhantomData })
    }

    /// Total energy of the data centre, E_DC.
    pub const fn total(self) -> ExactEnergy {
        self.total
    }

    /// IT energy, E_IT.
    pub const fn it(self) -> ExactEnergy {
        self.it
    }

    /// The exact quotient.
    pub const fn ratio(self) -> Ratio {
        self.ratio
    }

    /// The value as a float, for display.
    pub fn value(self) -> f64 {
        self.ratio().to_f64()
    }

    /// The value for publication: three decimals, half to even (GB/T 8170), once, from the exact quotient.
    pub fn published(self) -> Decimal {
        self.ratio().round(PUBLISHED_DIGITS).unwrap_or(Decimal::ONE)
    }
}

impl Pue<Annual> {
    /// From twelve months of (total, IT) in kilowatt-hours: the ratio of the sums.
    ///
    /// ```
    /// use pue::kpi::AnnualPue;
    /// let pue = AnnualPue::from_monthly_kwh(&[(125.0, 100.0); 12])?;
    /// assert_eq!(pue.to_string(), "1.250");
    /// # Ok::<(), pue::kpi::PueError>(())
    /// ```
    ///
    /// # Errors
    /// [`PueError`].
    pub fn from_monthly_kwh(months: &[(f64, f64); 12]) -> Result<Self, PueError> {
        let (mut total, mut it) = (ExactEnergy::ZERO, ExactEnergy::ZERO);
        for &(month_total, month_it) in months {
            total += ExactEnergy::from_kwh(month_total)?;
            it += ExactEnergy::from_kwh(month_it)?;
        }
        Pue::new(total, it)
    }

    /// Only a year that was found to be one makes an annual PUE.
    pub(crate) fn annual(total: ExactEnergy, it: ExactEnergy) -> Result<Self, PueError> {
        Pue::new(total, it)
    }
}

impl Pue<Interim> {
    /// From the energies of any stretch of time.
    ///
    /// # Errors
    /// [`PueError`].
    pub fn interim(total: impl IntoEnergy, it: impl IntoEnergy) -> Result<Self, PueError> {
        Pue::new(total.into_energy()?, it.into_energy()?)
    }
}

impl Pue<Design> {
    /// From the energies that the design assumes.
    ///
    /// # Errors
    /// [`PueError`].
    pub fn design(total: impl IntoEnergy, it: impl IntoEnergy) -> Result<Self, PueError> {
        Pue::new(total.into_energy()?, it.into_energy()?)
    }
}

impl Pue<Partial> {
    /// From the energy of one part of the infrastructure and the IT energy: `(E_sub + E_IT) / E_IT`.
    ///
    /// # Errors
    /// [`PueError`].
    pub fn partial(part: impl IntoEnergy, it: impl IntoEnergy) -> Result<Self, PueError> {
        let (part, it) = (part.into_energy()?, it.into_energy()?);
        Pue::new(part + it, it)
    }
}

impl<K: Kind> fmt::Debug for Pue<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} PUE {} = {} / {}", K::NAME, self.value(), self.total, self.it)
    }
}

/// The published value.
impl<K: Kind> fmt::Display for Pue<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.published().fmt(f)
    }
}

/// A measured PUE of the whole site.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// let pue = audit.pue.unwrap().value;
/// // An interim value is none by which a year is judged.
/// assert_eq!(pue.kind(), "annual");
/// assert!(pue.annual().is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyPue {
    /// Of one year, with enough of it known.
    Annual(AnnualPue),
    /// Of anything else.
    Interim(InterimPue),
}

impl AnyPue {
    /// As on the wire.
    pub const fn kind(self) -> &'static str {
        match self {
            AnyPue::Annual(_) => Annual::NAME,
            AnyPue::Interim(_) => Interim::NAME,
        }
    }

    /// The annual value, if it is one.
    pub const fn annual(self) -> Option<AnnualPue> {
        match self {
            AnyPue::Annual(pue) => Some(pue),
            AnyPue::Interim(_) => None,
        }
    }

    /// Total energy.
    pub const fn total(self) -> ExactEnergy {
        match self {
            AnyPue::Annual(pue) => pue.total(),
            AnyPue::Interim(pue) => pue.total(),
        }
    }

    /// IT energy.
    pub const fn it(self) -> ExactEnergy {
        match self {
            AnyPue::Annual(pue) => pue.it(),
            AnyPue::Interim(pue) => pue.it(),
        }
    }

    /// The exact quotient.
    pub const fn ratio(self) -> Ratio {
        match self {
            AnyPue::Annual(pue) => pue.ratio(),
            AnyPue::Interim(pue) => pue.ratio(),
        }
    }

    /// The value for publication.
    pub fn published(self) -> Decimal {
        match self {
            AnyPue::Annual(pue) => pue.published(),
            AnyPue::Interim(pue) => pue.published(),
        }
    }
}

impl fmt::Display for AnyPue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.published().fmt(f)
    }
}

impl Serialize for AnyPue {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.ratio().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pue_is_refused() {
        let kwh = |kwh: f64| ExactEnergy::from_kwh(kwh).unwrap();
        assert_eq!(Pue::interim(kwh(5.0), kwh(0.0)), Err(PueError::ItZero(kwh(0.0))));
        assert!(matches!(Pue::interim(kwh(5.0), kwh(6.0)), Err(PueError::BelowOne { .. })));
        assert!(matches!(AnnualPue::from_monthly_kwh(&[(f64::NAN, 1.0); 12]), Err(PueError::Quantity(_))));
        assert_eq!(Pue::partial(kwh(30.0), kwh(100.0)).unwrap().value(), 1.3);
    }
}
