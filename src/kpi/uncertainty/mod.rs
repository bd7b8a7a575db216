//! How sure a PUE is (测量不确定度): what the classes of its meters and transformers leave open.
//!
//! A class is a limit of error; within it every error is taken as equally likely (a rectangular distribution), so the
//! standard uncertainty of a limit `n` is `n / √3`. A PUE is a ratio of two sums of meters, and each meter's error changes it
//! by `(a − P·b) · E · ε / E_IT`, where `a` and `b` say how the meter counts in total and IT. So a meter that is in both, as
//! those of a total that is built from its parts, counts once. Errors of one group add up, and never make a PUE surer than
//! independent ones would; others are independent.
//!
//! What is missing is another matter: [`Bounds`](super::Bounds) are no distribution, and the two are never made one figure.
//!
//! Source: JCGM 100:2008 (GUM), JCGM 106:2012; ILAC-G8:09/2019.

mod limits;
mod propagation;

use crate::{
    finding::Text,
    metering::AccuracyClass,
    name::named,
    quantity::{ExactEnergy, Ratio, Relation},
};
use serde::{Deserialize, Serialize};

pub(super) use propagation::of;

/// The coverage factor (包含因子) of an expanded uncertainty: about 95 %.
pub const COVERAGE_FACTOR: f64 = 2.0;

/// The standard uncertainty of a limit, as a share of the limit: every error within it is equally likely.
const RECTANGULAR: f64 = 0.577_350_269_189_625_8;

/// Where an error comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum ErrorSource {
    /// The meter's own class.
    AccuracyClass,
    /// The ratio error of its current transformers, by their class and load.
    CtClass,
    /// Their phase displacement, by class, load and power factor.
    CtPhase,
    /// The class of its voltage transformers.
    VtClass,
}

named!(ErrorSource, MeterRole);

impl ErrorSource {
    /// In both languages.
    pub fn text(self) -> Text {
        match self {
            ErrorSource::AccuracyClass => Text::new("电能表", "meters"),
            ErrorSource::CtClass => Text::new("电流互感器", "current transformers"),
            ErrorSource::CtPhase => Text::new("电流互感器相位差", "phase displacement of current transformers"),
            ErrorSource::VtClass => Text::new("电压互感器", "voltage transformers"),
        }
    }
}

/// In which sum a meter is. One that is in both is a meter of IT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MeterRole {
    /// In the total alone.
    Total,
    /// In the IT energy.
    It,
}

/// The uncertainty of a PUE by the classes of its meters.
///
/// ```
/// # use pue::{Ledger, Period, Site};
/// # const SITE: &str = r#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "MWh", "accuracy_class": "0.5", "ct_class": "0.5"},
/// #              {"id": "ups", "point": "ups_output", "kind": "register", "unit": "MWh", "parent": "grid", "accuracy_class": "0.5", "ct_class": "0.5"}]}"#;
/// # const READINGS: &str = "meter,time,value\ngrid,2024-01-01 00:00,0\ngrid,2025-01-01 00:00,6500\nups,2024-01-01 00:00,0\nups,2025-01-01 00:00,5000\n";
/// # let site: Site = serde_json::from_str(SITE)?;
/// # let readings = pue::read::csv(&site, "readings.csv", READINGS.as_bytes())?;
/// # let ledger = Ledger::build(&site, &readings, Period::year(2024, site.time_zone())?)?;
/// use pue::kpi::{Boundary, MeasuredPue};
/// let measured = MeasuredPue::over(&ledger, &Boundary::new(&site, None), ledger.period());
/// // Meter and transformers of class 0.5 at both, PUE 1.30.
/// let uncertainty = measured.reported().uncertainty.as_ref().map_err(|unstated| format!("{unstated:?}"))?;
/// assert_eq!(format!("{:.4}", uncertainty.expanded()), "0.0150");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "不确定度")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Uncertainty {
    /// Standard uncertainty u of the PUE.
    pub standard: f64,
    /// The PUE that it is of.
    pub value: f64,
    /// What each error has to do with it, the largest first.
    pub contributions: Vec<Contribution>,
    /// What would make it smaller; `None`: the meters have the best classes that are usual.
    pub remedy: Option<Remedy>,
    /// What was taken to be so.
    pub(super) premises: Premises,
}

/// The part of one error in the variance of a PUE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contribution {
    /// The meter.
    pub meter: String,
    /// Where the error comes from.
    pub part: ErrorSource,
    /// Its share of u²; all add up to 1. Below zero where errors of one group cancel out.
    pub share: f64,
}

/// The largest contribution that better classes would make smaller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Remedy {
    /// Whose.
    pub of: MeterRole,
    /// Of which kind.
    pub part: ErrorSource,
    /// Their share of u².
    pub share: f64,
    /// The class that they would have.
    pub class: AccuracyClass,
    /// The expanded uncertainty (k = 2) that would come of it.
    pub expanded: f64,
}

/// A meter whose error nobody knows: what it has to state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Unstated {
    /// The meter.
    pub meter: String,
    /// The property that it lacks: `accuracy_class`, or `ct_class` (or that it is connected directly).
    pub needs: crate::finding::Words,
}

/// What an uncertainty takes to be so.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Premises {
    /// Meters whose transformers are taken to work at normal current, because nothing says what they are made for.
    load_unknown: Vec<String>,
    /// Whether no power factor is stated at some transformers.
    no_power_factor: bool,
    /// Whether no voltage transformers are stated at some meter with current transformers.
    no_vt: bool,
    /// Whether some current is that of the mean power of a step.
    by_mean: bool,
    /// Whether there are voltage transformers, of whose phase displacement nothing is known.
    vt_phase: bool,
    /// Energy measured at a current for which the class sets no limit.
    without_limit: ExactEnergy,
    /// Whether some meters have one error.
    grouped: bool,
}

impl Uncertainty {
    /// Expanded uncertainty `U = k·u`, k = 2 (扩展不确定度).
    pub fn expanded(&self) -> f64 {
        COVERAGE_FACTOR * self.standard
    }

    /// Value less and plus U.
    pub fn interval(&self) -> [f64; 2] {
        [self.value - self.expanded(), self.value + self.expanded()]
    }

    /// U of another value of the same meters, as far from 0 as it.
    pub(crate) fn expanded_at(&self, value: Ratio) -> f64 {
        self.expanded() * value.to_f64() / self.value
    }

    /// Another value of the same meters, moved by so many times its expanded uncertainty; to 10⁻⁹: more an uncertainty never says.
    pub(crate) fn moved(&self, value: Ratio, times: f64) -> Option<Ratio> {
        const PARTS: f64 = 1e9;
        value.checked_add(Ratio::new((times * self.expanded_at(value) * PARTS).round() as i128, PARTS as i128)?)
    }

    /// The probability that the true value stands so to a limit, if `value` was measured (符合概率):
    /// `p = Φ((limit − value) / u)` for a limit from above.
    ///
    /// Source: JCGM 106:2012, 7.4.
    pub fn conformance_of(&self, value: f64, relation: Relation, limit: f64) -> f64 {
        conformance(value, self.standard, relation, limit)
    }

    /// The same of a value that is so much larger, at the same relative uncertainty.
    pub(super) fn scaled(mut self, by: f64) -> Self {
        self.standard *= by;
        self.value *= by;
        if let Some(remedy) = &mut self.remedy {
            remedy.expanded *= by;
        }
        self
    }

    /// What was taken to be so, for people.
    pub fn assumptions(&self) -> Vec<Text> {
        let Premises { load_unknown, no_power_factor, no_vt, by_mean, vt_phase, without_limit, grouped } =
            &self.premises;
        let mut texts = vec![match grouped {
            true => Text::new(
                "同组（error_group）计量点的误差完全相关（仅在使不确定度增大时计入），其余相互独立；误差在限值内均匀分布（u = 限值/√3）",
                "errors of one error_group are the same, as far as that makes the PUE less sure; others are independent; within its limit every error is equally likely (u = limit / √3)",
            ),
            false => Text::new(
                "各计量点的误差相互独立，在限值内均匀分布（u = 限值/√3）",
                "errors of meters are independent, and within its limit each is equally likely (u = limit / √3)",
            ),
        }];
        if !load_unknown.is_empty() {
            let (zh, en) = (listed(load_unknown, "、", "等"), listed(load_unknown, ", ", " …"));
            texts.push(Text::new(
                format!("{zh}：未填 ct_primary_a 与 voltage_v，电流互感器按正常电流计"),
                format!(
                    "{en}: current transformers taken at normal current, since ct_primary_a and voltage_v are not stated"
                ),
            ));
        }
        if *no_power_factor {
            texts.push(Text::new(
                "未填 power_factor 的：电流按功率因数 1 推算，未计入相位差",
                "without power_factor the current is that of a power factor of 1, and phase displacement is left out",
            ));
        }
        if *no_vt {
            texts.push(Text::new(
                "未填 vt_class 的按无电压互感器计",
                "without vt_class there are taken to be no voltage transformers",
            ));
        }
        if *by_mean {
            texts.push(Text::new(
                "电流按相邻读数之间的平均功率推算；期间负荷波动的，实际误差限可能更大",
                "the current is that of the mean power between two readings; where the load varied in between, transformers may have been off by more",
            ));
        }
        if *vt_phase {
            texts.push(Text::new("未计入电压互感器的相位差", "phase displacement of voltage transformers is left out"));
        }
        if *without_limit > ExactEnergy::ZERO {
            texts.push(Text::new(
                format!("{without_limit} 是在该等级不规定限值的电流下计得的，其误差限按电量本身计"),
                format!("{without_limit} was measured at a current for which the class sets no limit; its own amount is its limit"),
            ));
        }
        texts
    }
}

/// At most three names.
fn listed(names: &[String], between: &str, more: &str) -> String {
    let shown = names.get(..3.min(names.len())).unwrap_or_default().join(between);
    if names.len() > 3 { shown + more } else { shown }
}

/// A probability for people: three digits, and never a certainty that it is not.
///
/// ```
/// use pue::kpi::probability_text;
/// assert_eq!([0.9149, 0.99996, 1.0, 2e-7].map(probability_text), ["0.915", "> 0.999", "> 0.999", "< 0.001"]);
/// ```
pub fn probability_text(p: f64) -> String {
    match p {
        p if p < 0.001 => "< 0.001".to_owned(),
        p if p > 0.999 => "> 0.999".to_owned(),
        p => format!("{p:.3}"),
    }
}

/// The probability that the true value stands so to a limit, where `value` was measured with standard uncertainty `u`:
/// `Φ((limit − value) / u)`, and its complement for a limit from below. Without uncertainty it is 1 or 0.
///
/// ```
/// use pue::{kpi::conformance, quantity::Relation};
/// let p = conformance(1.28, 0.00739, Relation::AtMost, 1.30);
/// assert_eq!(format!("{p:.4}"), "0.9966");
/// ```
///
/// Source: JCGM 106:2012, 7.4, for a normal distribution.
pub fn conformance(value: f64, u: f64, relation: Relation, limit: f64) -> f64 {
    let room = match relation {
        Relation::AtMost | Relation::LessThan => limit - value,
        Relation::AtLeast | Relation::MoreThan => value - limit,
    };
    if u > 0.0 { libm::erfc(-room / u / std::f64::consts::SQRT_2) / 2.0 } else { f64::from(u8::from(room >= 0.0)) }
}

/// Standard uncertainty of a ratio `P = D / I` of two meters, from the relative ones of both and their correlation `r`:
/// `(u_P/P)² = d² + i² − 2·r·d·i`.
///
/// ```
/// use pue::{kpi::ratio_uncertainty, metering::AccuracyClass};
/// // A meter of class 0.5 at total and IT: U = 0.0106.
/// let each = AccuracyClass::C05.limit() / 3_f64.sqrt();
/// assert_eq!(format!("{:.4}", 2.0 * ratio_uncertainty(1.30, each, each, 0.0)), "0.0106");
/// assert_eq!(ratio_uncertainty(1.30, each, each, 1.0), 0.0);
/// ```
///
/// Source: JCGM 100:2008, 5.2.2.
pub fn ratio_uncertainty(pue: f64, total: f64, it: f64, correlation: f64) -> f64 {
    pue * (total * total + it * it - 2.0 * correlation * total * it).max(0.0).sqrt()
}

/// Standard uncertainty of a PUE whose total is IT energy plus overhead: `u_P = (P − 1)·√(o² + i²)`, from the relative
/// ones of overhead and IT.
///
/// ```
/// use pue::{kpi::built_uncertainty, metering::AccuracyClass};
/// // Meter and transformers of class 0.5 at both: U = 0.00346.
/// let each = AccuracyClass::C05.limit() / 3_f64.sqrt() * 2_f64.sqrt();
/// assert_eq!(format!("{:.5}", 2.0 * built_uncertainty(1.30, each, each)), "0.00346");
/// ```
///
/// Source: JCGM 100:2008, 5.1.2, of `P = 1 + O / I`.
pub fn built_uncertainty(pue: f64, overhead: f64, it: f64) -> f64 {
    (pue - 1.0) * overhead.hypot(it)
}
