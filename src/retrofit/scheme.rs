//! Screens whose issuer gives the numbers himself: each is a condition of a document, with what it says is to be done.

use super::{Flag, FlagOutcome};
use crate::{
    facility::LifecycleKind,
    finding::{Citation, Text, plural},
    kpi::AnnualPue,
    quantity::{Decimal, ExactEnergy, Ratio},
    rule::{
        Case, Counted, Law, Truth,
        law::{Scheme, SurchargeTerms},
        packs,
    },
};
use serde::{Deserialize, Serialize};

/// The flags of all documents that hold for a site.
pub(super) fn flags(case: &Case<'_>) -> Vec<Flag> {
    let all = Law::all().iter().flat_map(|law| law.schemes.iter().map(move |scheme| (law, scheme)));
    all.filter_map(|(law, scheme)| look_at(law, scheme, case)).collect()
}

/// The flag of a site; `None` where the scheme does not hold.
fn look_at(law: &Law, scheme: &Scheme, case: &Case<'_>) -> Option<Flag> {
    let pack = law.pack.as_ref().or(packs::all().first())?;
    if !scheme.days.hold(case.day()) || scheme.place.holds(pack, case) != Truth::Yes {
        return None;
    }
    let (truth, because) = scheme.condition.explain(pack, case);
    let (outcome, evidence) = match truth {
        Truth::Yes => (FlagOutcome::Flagged, known(case)),
        Truth::No => (FlagOutcome::NotFlagged, because),
        Truth::Unknown => {
            let missing = Text::new(format!("缺少：{}", because.zh), format!("not known: {}", because.en));
            (FlagOutcome::Undetermined, missing)
        }
    };
    Some(Flag {
        flag: scheme.flag.clone(),
        outcome,
        pack: law.id.clone(),
        evidence,
        citation: scheme.citation.clone(),
        action: (outcome == FlagOutcome::Flagged).then(|| scheme.action.clone()),
    })
}

/// What is known of a site, in a line.
fn known(case: &Case<'_>) -> Text {
    let facility = case.facility();
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    if let Some(pue) = case.annual(Counted::Unstated) {
        zh.push(format!("年度 PUE {pue}"));
        en.push(format!("annual PUE {pue}"));
        zh.push(format!("年用电 {:.3} GWh", pue.total().kwh() / 1e6));
        en.push(format!("{:.3} GWh a year", pue.total().kwh() / 1e6));
    }
    if let Some(cabinets) = facility.racks.as_ref().and_then(|racks| racks.cabinets()) {
        zh.push(format!("{cabinets} 架"));
        en.push(format!("{cabinets} cabinets"));
    }
    if let Some(share) = facility.racks.as_ref().and_then(|racks| racks.occupancy()) {
        let percent = share.share.to_f64() * 100.0;
        zh.push(format!("上架率 {percent:.1}%（按机柜数）"));
        en.push(format!("occupancy {percent:.1} % by count"));
    }
    if let Some(years) = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.years_in_service(case.day())) {
        zh.push(format!("投运 {years} 年"));
        en.push(format!("{} in service", plural(years, "year")));
    }
    Text::new(zh.join("，"), en.join(", "))
}

/// The surcharge (加价) of Beijing's plan on a year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Surcharge {
    /// The part above the limit: `(PUE − 1.35) × E_IT`.
    pub kwh: ExactEnergy,
    /// Yuan per kWh: 0.2 up to a PUE of 2.70, 0.5 beyond.
    pub yuan_per_kwh: Decimal,
    /// What it comes to.
    pub yuan: f64,
    /// How the text was read.
    pub assumption: Text,
    /// Where it stands.
    pub citation: Citation,
}

/// The surcharge of Beijing's plan (2024-11-14) on a year from 2026 on: for existing sites of 5 GWh a year and more whose PUE
/// is above 1.35, on the part above the limit; `None` where there is none.
///
/// ```
/// use pue::{kpi::AnnualPue, retrofit::beijing_surcharge};
/// let mut months = [(0.0, 0.0); 12];
/// months[0] = (15_000_000.0, 10_000_000.0);
/// let year = AnnualPue::from_monthly_kwh(&months)?;
/// assert_eq!(beijing_surcharge(year, 2026).unwrap().yuan, 300_000.0);
/// assert!(beijing_surcharge(year, 2025).is_none());
/// # Ok::<(), pue::kpi::PueError>(())
/// ```
///
/// Source: 北京市存量数据中心优化工作方案(2024—2027年), `official`; that the part is `(PUE − 1.35) × E_IT` is a `reading`.
pub fn beijing_surcharge(annual: AnnualPue, year: i16) -> Option<Surcharge> {
    of(Law::by_id("beijing-2024")?.surcharge.as_ref()?, annual, year)
}

fn of(terms: &SurchargeTerms, annual: AnnualPue, year: i16) -> Option<Surcharge> {
    let (pue, above) = (annual.ratio(), Ratio::from(&terms.above));
    let least = Ratio::from(&terms.least_gwh).checked_mul(Ratio::from(1_000_000))?;
    if year < terms.first_year || in_kwh(annual.total())? < least || pue <= above {
        return None;
    }
    let allowed = above.floor_of(annual.it().microjoules())?;
    let kwh = annual.total() - ExactEnergy::from_microjoules(allowed);
    let within = |at_most: &Option<Decimal>| at_most.as_ref().is_none_or(|at_most| pue <= Ratio::from(at_most));
    let rate = terms.rates.iter().find(|rate| within(&rate.at_most))?.yuan_per_kwh;
    Some(Surcharge {
        kwh,
        yuan_per_kwh: rate,
        yuan: in_kwh(kwh).and_then(|kwh| kwh.checked_mul(Ratio::from(&rate)))?.to_f64(),
        assumption: terms.assumption.clone(),
        citation: terms.citation.clone(),
    })
}

fn in_kwh(energy: ExactEnergy) -> Option<Ratio> {
    Ratio::new(energy.microjoules(), ExactEnergy::KWH.microjoules())
}

/// The surcharge on the year of a case, where a document that has one holds and all of the year's electricity is known.
pub(super) fn surcharge(case: &Case<'_>) -> Option<Surcharge> {
    let is_existing = case.facility().lifecycle.as_ref()?.kind? == LifecycleKind::Existing;
    let annual = case.annual_if_exact().filter(|_| is_existing)?;
    // The year in which the twelve months begin: months before the first that bears it bear none.
    let first = case.day().tomorrow().ok()?.checked_sub(jiff::Span::new().years(1)).ok()?;
    Law::all().iter().find_map(|law| {
        let (terms, pack) = (law.surcharge.as_ref()?, law.pack.as_ref()?);
        let holds = terms.days.hold(case.day()) && terms.place.holds(pack, case) == Truth::Yes;
        of(terms, annual, first.year()).filter(|_| holds)
    })
}
