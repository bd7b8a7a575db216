//! The portfolio (多场所汇总): many sites side by side.
//!
//! A portfolio's PUE is Σ E_DC / Σ E_IT, never a mean of ratios. The European Union publishes an E_DC-weighted mean, a
//! different number: both are here, by name.

mod operators;
mod round;
mod scoreboard;

pub use crate::rule::law::Indicator;
pub use operators::{scattered_operators, suspected_splits};
pub use round::{Attendance, Change, Expected, REGISTER_SCHEMA, Register, Round, SiteLine};
pub use scoreboard::{CITY_SCHEMA, CityFacts, Line, Scoreboard};

use crate::{
    assessment::Assessment,
    finding::Finding,
    quantity::{ExactEnergy, Ratio},
    rule::Outcome,
};

/// Sites by what reaching the target would save in a year, the largest first: facility and energy. Sites of which that is not
/// known are not among them.
///
/// ```
/// # let read = |json: &[u8]| pue::submission::audit_json(json, &[]);
/// # let round = [read(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"))),
/// #     read(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json")))];
/// let ranking = pue::portfolio::by_savings(&round);
/// assert!(ranking[0].1.kwh() > 0.0); // the largest first
/// ```
pub fn by_savings<'a>(assessments: impl IntoIterator<Item = &'a Assessment>) -> Vec<(&'a str, ExactEnergy)> {
    let saving = |one: &'a Assessment| {
        let retrofit = one.retrofit.as_ref()?;
        Some((one.facility.as_deref()?, retrofit.savings_kwh.filter(|kwh| *kwh > ExactEnergy::ZERO)?))
    };
    let mut ranked: Vec<(&str, ExactEnergy)> = assessments.into_iter().filter_map(saving).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    ranked
}

/// Sums over sites; only annual figures without errors count, the others are named.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Portfolio {
    /// Sites with an annual PUE that no error stands against.
    pub counted: usize,
    /// Sites without one.
    pub left_out: usize,
    /// Records without any verdict: they could not be read.
    pub unjudged: usize,
    /// Σ E_DC of the sites that count.
    pub total: ExactEnergy,
    /// Σ E_IT of the sites that count.
    pub it: ExactEnergy,
    weighted: f64,
    outcomes: [usize; 4],
}

impl Portfolio {
    /// Adds a site's assessment.
    ///
    /// ```
    /// use pue::{portfolio::Portfolio, submission::audit_json};
    /// let mut portfolio = Portfolio::default();
    /// portfolio.add(&audit_json(b"not a submission", &[]));
    /// assert_eq!((portfolio.counted, portfolio.left_out, portfolio.pue()), (0, 1, None));
    /// ```
    pub fn add(&mut self, assessment: &Assessment) {
        let trusted = !assessment.findings.iter().any(Finding::is_error);
        match assessment.pue.as_ref().filter(|_| trusted).and_then(|pue| pue.value.annual()) {
            Some(pue) => {
                self.counted += 1;
                self.total += pue.total();
                self.it += pue.it();
                self.weighted += pue.value() * pue.total().kwh();
            }
            None => self.left_out += 1,
        }
        if assessment.verdicts.is_empty() {
            self.unjudged += 1;
        }
        if let Some(slot) = assessment.worst().and_then(|outcome| self.outcomes.get_mut(outcome as usize)) {
            *slot += 1;
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Portfolio) {
        self.counted += other.counted;
        self.left_out += other.left_out;
        self.unjudged += other.unjudged;
        self.total += other.total;
        self.it += other.it;
        self.weighted += other.weighted;
        self.outcomes.iter_mut().zip(other.outcomes).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Σ E_DC / Σ E_IT.
    pub fn pue(&self) -> Option<Ratio> {
        self.total.ratio_to(self.it)
    }

    /// The E_DC-weighted mean of the sites' PUEs, as the European Union publishes it.
    pub fn weighted_mean(&self) -> Option<f64> {
        (self.total > ExactEnergy::ZERO).then(|| self.weighted / self.total.kwh())
    }

    /// How many sites have this as their worst outcome.
    pub fn with(&self, outcome: Outcome) -> usize {
        self.outcomes.get(outcome as usize).copied().unwrap_or(0)
    }
}
