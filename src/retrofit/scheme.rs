//! Screens whose issuer gives the numbers himself: each is a condition of a document, with what it says is to be done.

use super::{Flag, FlagOutcome};
use crate::{
    finding::{Basis, Citation, Text},
    kpi::{AnnualPue, AnyPue},
    quantity::{Decimal, ExactEnergy, Ratio, Relation},
    rule::{
        Case, Days, Scope, Truth,
        packs::{
            self,
            words::{decimal, existing},
        },
    },
};
use jiff::civil::date;
use serde::Serialize;
use std::sync::LazyLock;

/// A condition of a document under which a site is to be retrofitted, merged or closed, as data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scheme {
    /// The pack of the document.
    pub pack: &'static str,
    /// The name of the flag.
    pub flag: &'static str,
    /// Where it holds.
    pub place: Scope,
    /// When it holds: the document's days, as far as they are known.
    pub days: Days,
    /// The condition.
    pub condition: Scope,
    /// What the document says is to be done.
    pub action: Text,
    /// Where it stands.
    pub citation: Citation,
}

/// Beijing's plan of 2024 to 2027.
const BEIJING: Days = Days { from: Some(date(2024, 11, 14)), until: Some(date(2027, 12, 31)) };

const fn pue_above(limit: Decimal) -> Scope {
    Scope::AnnualPue { relation: Relation::MoreThan, limit }
}

fn region(prefix: &str) -> Scope {
    Scope::Region(vec![prefix.to_owned()])
}

impl Scheme {
    /// The schemes that come with the library.
    pub fn all() -> &'static [Scheme] {
        static SCHEMES: LazyLock<Vec<Scheme>> = LazyLock::new(Scheme::published);
        &SCHEMES
    }

    fn published() -> Vec<Scheme> {
        let at_least = |limit| Scope::AnnualGwh { relation: Relation::AtLeast, limit };
        vec![
            Scheme {
                pack: "national-2021-12",
                flag: "inefficient",
                place: region("CN"),
                days: Days::from(date(2021, 12, 8)),
                condition: Scope::All(vec![existing(), pue_above(decimal(15, 1))]),
                action: Text::new("分步实施节能改造", "energy-saving retrofit, step by step"),
                citation: Citation::new("发改高技〔2021〕1742号", "存量数据中心 PUE > 1.5", Basis::Official),
            },
            Scheme {
                pack: "shanghai-2022",
                flag: "old_small_inefficient",
                place: region("31"),
                days: Days { from: Some(date(2022, 12, 31)), until: Some(date(2025, 12, 31)) },
                condition: Scope::All(vec![
                    pue_above(decimal(17, 1)),
                    Scope::Cabinets { relation: Relation::AtMost, limit: decimal(800, 0) },
                    Scope::YearsInService { at_least: 10 },
                ]),
                action: Text::new("关停并转", "to be closed, stopped, merged or converted"),
                citation: Citation::new(
                    "上海市节能降碳“百一”行动计划(2022—2025年)",
                    "PUE > 1.7 且 ≤ 800 架 且 连续运行 ≥ 10 年",
                    Basis::Official,
                ),
            },
            Scheme {
                pack: "beijing-2024",
                flag: "inefficient",
                place: region("11"),
                days: BEIJING,
                condition: Scope::All(vec![existing(), at_least(decimal(5, 0)), pue_above(decimal(135, 2))]),
                action: Text::new("鼓励改造；2026 年起超限部分加价", "retrofit encouraged; a surcharge from 2026"),
                citation: Citation::new(
                    "北京市存量数据中心优化工作方案(2024—2027年)",
                    "年用电 ≥ 500 万 kWh 且 PUE > 1.35",
                    Basis::Official,
                ),
            },
            Scheme {
                pack: "beijing-2022",
                flag: "idle",
                place: region("11"),
                days: Days::from(date(2022, 12, 31)),
                condition: Scope::All(vec![
                    // 2 000 tce at 1.229 tce per 10 MWh (当量值).
                    Scope::AnnualTce { relation: Relation::AtLeast, limit: decimal(2_000, 0) },
                    Scope::Occupancy { relation: Relation::LessThan, limit: decimal(50, 2) },
                    Scope::YearsInService { at_least: 1 },
                ]),
                action: Text::new("放缓节能审查", "its energy reviews are slowed"),
                citation: Citation::new(
                    "北京 低效数据中心治理 2022",
                    "年能耗 ≥ 2 000 tce 且 建成一年后上架率 < 50% (解读：仅计电力，按当量值 1.229 tce/万kWh；建成按投运计)",
                    Basis::Official,
                ),
            },
        ]
    }

    /// The flag of a site; `None` where the scheme does not hold.
    pub fn look_at(&self, case: &Case<'_>) -> Option<Flag> {
        let pack = packs::by_id(self.pack).or(packs::all().first())?;
        if !self.days.hold(case.day()) || self.place.holds(pack, case) != Truth::Yes {
            return None;
        }
        let (truth, because) = self.condition.explain(pack, case);
        let (outcome, evidence) = match truth {
            Truth::Yes => (FlagOutcome::Flagged, known(case)),
            Truth::No => (FlagOutcome::NotFlagged, because),
            Truth::Unknown => {
                let missing = Text::new(format!("缺少：{}", because.zh), format!("not known: {}", because.en));
                (FlagOutcome::Undetermined, missing)
            }
        };
        Some(Flag {
            flag: self.flag,
            outcome,
            pack: self.pack.to_owned(),
            evidence,
            citation: self.citation.clone(),
            action: (outcome == FlagOutcome::Flagged).then(|| self.action.clone()),
        })
    }
}

/// What is known of a site, in a line.
fn known(case: &Case<'_>) -> Text {
    let facility = case.facility();
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    if let Some(pue) = case.annual() {
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
        zh.push(format!("上架率 {percent:.1}%(按机柜数)"));
        en.push(format!("occupancy {percent:.1} % by count"));
    }
    if let Some(years) = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.years_in_service(case.day())) {
        zh.push(format!("投运 {years} 年"));
        en.push(format!("{years} years in service"));
    }
    Text::new(zh.join("，"), en.join(", "))
}

/// The surcharge (加价) of Beijing's plan on a year.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    let limit = Ratio::from(&decimal(135, 2));
    let large = annual.total() >= ExactEnergy::from_kwh(5e6).ok()?;
    if year < 2026 || !large || annual.ratio() <= limit {
        return None;
    }
    let allowed = limit.floor_of(annual.it().microjoules())?;
    let kwh = annual.total() - ExactEnergy::from_microjoules(allowed);
    let tenths = if annual.ratio() <= Ratio::from(&decimal(270, 2)) { 2 } else { 5 };
    Some(Surcharge {
        kwh,
        yuan_per_kwh: decimal(tenths, 1),
        yuan: kwh.kwh() * tenths as f64 / 10.0,
        assumption: Text::new(
            "超限部分按 (PUE − 1.35) × IT 电量 理解",
            "the part above the limit is read as (PUE − 1.35) × IT energy",
        ),
        citation: Citation::new("北京市存量数据中心优化工作方案(2024—2027年)", "超限部分加价", Basis::Official),
    })
}

/// The surcharge on the year of a case, where Beijing's plan holds and all of the year's electricity is known.
pub(super) fn surcharge(case: &Case<'_>) -> Option<Surcharge> {
    let in_beijing = case.facility().region.as_ref()?.lies_in("11") == Some(true);
    let existing = case.facility().lifecycle.as_ref()?.kind? == crate::facility::LifecycleKind::Existing;
    let annual = case.annual_if_exact().filter(|_| in_beijing && existing && BEIJING.hold(case.day()))?;
    // The year in which the twelve months begin: months before 2026 bear none.
    let first = case.day().tomorrow().ok()?.checked_sub(jiff::Span::new().years(1)).ok()?;
    beijing_surcharge(annual, first.year())
}

/// Annual PUE of a case.
impl Case<'_> {
    /// The annual PUE of electricity, if there is one that can be trusted.
    pub(crate) fn annual(&self) -> Option<AnnualPue> {
        self.trusted_electricity().and_then(AnyPue::annual)
    }
}
