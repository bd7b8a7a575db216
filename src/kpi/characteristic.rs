use crate::quantity::{ExactPower, IntoPower, QuantityError, Ratio};

/// One outdoor condition (特征工况) of GB 40879-2021: its share of the year, and the powers measured in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// The share of the year, from 0 to 1 (annex B of the standard, by place: an input).
    pub share: f64,
    /// Power of the data centre.
    pub total: ExactPower,
    /// Power of the IT equipment.
    pub it: ExactPower,
}

impl Condition {
    /// A condition that makes up a share of the year, with the powers that were measured in it.
    ///
    /// # Errors
    /// [`QuantityError`] of a power that is none.
    pub fn new(share: f64, total: impl IntoPower, it: impl IntoPower) -> Result<Self, QuantityError> {
        Ok(Condition { share, total: total.into_power()?, it: it.into_power()? })
    }
}

/// Why no characteristic ratio can be formed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CharacteristicError {
    /// A share is not a number from 0 to 1.
    #[error("expected shares of the year from 0 to 1, found {0}")]
    Share(f64),
    /// The shares do not make a year.
    #[error("expected shares that add up to 1, found {0}")]
    Year(Ratio),
    /// There is no IT energy.
    #[error("expected IT power above 0 in some condition that occurs")]
    ItZero,
    /// Less total than IT energy.
    #[error("expected at least as much total as IT power, found a ratio of {0}")]
    BelowOne(Ratio),
    /// Powers beyond any site.
    #[error("expected powers that add up within range")]
    Range,
}

/// The characteristic-condition value of the electricity ratio (电能比的特征工况值), `R_M1 = Σ T·P / Σ T·P_IT` over the five
/// outdoor conditions: another quantity than the whole-year value R_M2, which is the annual PUE of electricity.
///
/// ```
/// use pue::{kpi::{Condition, characteristic_ratio}, quantity::ExactPower};
/// let kw = |kw| ExactPower::from_kw(kw).unwrap();
/// let powers = [(0.1, 1400.0), (0.2, 1350.0), (0.3, 1300.0), (0.3, 1250.0), (0.1, 1200.0)];
/// let conditions = powers.map(|(share, total)| Condition { share, total: kw(total), it: kw(1000.0) });
/// assert_eq!(characteristic_ratio(&conditions)?.to_f64(), 1.295);
/// # Ok::<(), pue::kpi::CharacteristicError>(())
/// ```
///
/// # Errors
/// [`CharacteristicError`].
///
/// Source: GB 40879-2021, 6.3.2.2 and 6.3.2.3. The temperatures, the shares and the conditions of the test are inputs.
pub fn characteristic_ratio(conditions: &[Condition]) -> Result<Ratio, CharacteristicError> {
    let (mut year, mut total, mut it) = (Ratio::ZERO, Ratio::ZERO, Ratio::ZERO);
    for condition in conditions {
        let share = Ratio::from_f64(condition.share).filter(|share| (Ratio::ZERO..=Ratio::ONE).contains(share));
        let share = share.ok_or(CharacteristicError::Share(condition.share))?;
        let part = |power: ExactPower| Ratio::new(power.milliwatts().into(), 1)?.checked_mul(share);
        let sum = |sum: Ratio, power| sum.checked_add(part(power)?);
        year = year.checked_add(share).ok_or(CharacteristicError::Range)?;
        total = sum(total, condition.total).ok_or(CharacteristicError::Range)?;
        it = sum(it, condition.it).ok_or(CharacteristicError::Range)?;
    }
    if year != Ratio::ONE {
        return Err(CharacteristicError::Year(year));
    }
    if it <= Ratio::ZERO {
        return Err(CharacteristicError::ItZero);
    }
    let inverse = Ratio::new(it.denominator(), it.numerator()).ok_or(CharacteristicError::Range)?;
    let ratio = total.checked_mul(inverse).ok_or(CharacteristicError::Range)?;
    if ratio < Ratio::ONE { Err(CharacteristicError::BelowOne(ratio)) } else { Ok(ratio) }
}
