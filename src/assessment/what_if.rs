//! What if (假设分析): the same measurements, judged with something changed, and what that changes.

use super::{Ground, Options};
use crate::{
    facility::{Certificate, Lifecycle, Racks},
    kpi::AnyPue,
    ledger::Ledger,
    period::Period,
    quantity::{ExactEnergy, IntoEnergy, QuantityError, Ratio},
    rule::{Outcome, Pack, Verdict},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something that is taken to be otherwise.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The racks: another design, or other counts of installed and occupied cabinets.
    Racks(Racks),
    /// The kind of project and its dates.
    Lifecycle(Lifecycle),
    /// The certificates, all of them.
    Certificates(Vec<Certificate>),
    /// The assessment date (判定日).
    Day(Date),
    /// So much less energy besides IT (cooling, losses) over the period, at the same IT energy.
    LessOverhead(ExactEnergy),
    /// Another pack besides those that apply.
    Pack(Box<Pack>),
}

impl Change {
    /// So much less energy besides IT.
    ///
    /// # Errors
    /// [`QuantityError`] of an energy that is none.
    pub fn less_overhead(energy: impl IntoEnergy) -> Result<Self, QuantityError> {
        energy.into_energy().map(Change::LessOverhead)
    }
}

/// What comes of some changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WhatIf {
    /// The PUE of electricity before.
    pub pue_before: Option<Ratio>,
    /// The same after; `None` if there is none, or none is left that could be.
    pub pue_after: Option<Ratio>,
    /// The verdicts after.
    pub verdicts: Vec<Verdict>,
    /// What has changed.
    pub differences: Vec<Difference>,
}

/// A requirement whose outcome changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// The pack.
    pub pack: String,
    /// The requirement.
    pub requirement: String,
    /// Before; `None` if the pack did not apply.
    pub before: Option<Outcome>,
    /// After; `None` if the pack applies no more.
    pub after: Option<Outcome>,
}

impl WhatIf {
    /// Judges a part of a ledger as it is and with some changes.
    ///
    /// ```
    /// # use pue::{Ledger, Period, Site, assessment::Options, quantity::ExactEnergy};
    /// # const SITE: &str = r#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai",
    /// #   "lifecycle": {"kind": "new"}, "racks": {"types": [{"count": 1520, "rated_kw": 5.0}]}},
    /// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "MWh"},
    /// #              {"id": "ups", "point": "ups_output", "kind": "register", "unit": "MWh", "parent": "grid"}]}"#;
    /// # const READINGS: &str = "meter,time,value\ngrid,2024-01-01 00:00,0\ngrid,2025-01-01 00:00,65000\nups,2024-01-01 00:00,0\nups,2025-01-01 00:00,50000\n";
    /// use pue::assessment::{Change, WhatIf};
    /// let site: Site = serde_json::from_str(SITE)?;
    /// let readings = pue::read::csv(&site, "readings.csv", READINGS.as_bytes())?;
    /// let ledger = Ledger::build(&site, &readings, Period::year(2024, site.time_zone())?)?; // PUE 1.30
    /// let less = Change::less_overhead(ExactEnergy::from_kwh(2_500_000.0)?)?;
    /// let answer = WhatIf::new(&ledger, ledger.period(), &Options::default(), &[less]);
    /// assert_eq!(answer.pue_after.unwrap().to_f64(), 1.25);
    /// assert_eq!(answer.differences[0].to_string(), "wuhan-2024 pue-new-large: fails → meets");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(ledger: &Ledger<'_>, part: &Period, options: &Options, changes: &[Change]) -> WhatIf {
        let ground = Ground::new(ledger, part, options);
        let (before, _) = ground.judge(part.last_day(), &options.packs, options);
        let (mut facility, mut certificates) = (ground.facility.clone().into_owned(), ground.certificates.to_vec());
        let (mut on, mut packs, mut measured) = (part.last_day(), options.packs.clone(), ground.judged().clone());
        for change in changes {
            match change {
                Change::Racks(racks) => {
                    facility.racks = Some(racks.clone());
                    facility.declared_standard_racks = None;
                }
                Change::Lifecycle(lifecycle) => facility.lifecycle = Some(lifecycle.clone()),
                Change::Certificates(papers) => certificates = papers.clone(),
                Change::Day(day) => on = *day,
                Change::LessOverhead(less) => measured = measured.with(-*less, ExactEnergy::ZERO),
                Change::Pack(pack) => packs.push((**pack).clone()),
            }
        }
        let pue_before = ground.judged().electricity.pue.map(AnyPue::ratio);
        let pue_after = measured.electricity.pue.map(AnyPue::ratio);
        let (verdicts, _) = ground.changed(facility, certificates, measured).judge(on, &packs, options);
        let differences = differences(&before, &verdicts);
        WhatIf { pue_before, pue_after, verdicts, differences }
    }
}

fn differences(before: &[Verdict], after: &[Verdict]) -> Vec<Difference> {
    type Key<'v> = (&'v str, &'v str, &'v str);
    fn key(one: &Verdict) -> Key<'_> {
        (&one.pack, &one.edition, &one.requirement)
    }
    fn outcomes(verdicts: &[Verdict]) -> BTreeMap<Key<'_>, Outcome> {
        verdicts.iter().map(|one| (key(one), one.outcome)).collect()
    }
    let (was, is) = (outcomes(before), outcomes(after));
    let gone = before.iter().filter(|one| is.get(&key(one)) != Some(&one.outcome));
    let new = after.iter().filter(|one| !was.contains_key(&key(one)));
    let difference = |one: &Verdict| Difference {
        pack: one.pack.to_string(),
        requirement: one.requirement.to_string(),
        before: was.get(&key(one)).copied(),
        after: is.get(&key(one)).copied(),
    };
    gone.chain(new).map(difference).collect()
}

/// `wuhan-2024 pue-new-large: fails → meets`.
impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |outcome: Option<Outcome>| outcome.map_or("—".into(), |outcome| outcome.text().en);
        write!(f, "{} {}: {} → {}", self.pack, self.requirement, word(self.before), word(self.after))
    }
}
