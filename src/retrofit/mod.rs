//! The retrofit screen (老旧小散筛查): old, inefficient, small, scattered, idle, each apart with its evidence.
//!
//! The Wuhan plan pushes the upgrade of old, small, scattered sites and gives no number (二(六)15). So this room
//! *screens* by a named proxy and never *judges*: each threshold says from which text it was borrowed, and a missing input
//! makes its flag undetermined, never "not flagged".

mod savings;
mod scheme;

pub use savings::{Savings, measures};
pub use scheme::{Surcharge, beijing_surcharge};

use crate::{
    facility::{Facility, Region},
    finding::{Citation, Text, Words, plural},
    kpi::{AnnualPue, AnyPue, MeasuredPue},
    name::named,
    quantity::{Decimal, ExactEnergy, Published, Ratio, Relation},
    rule::{Case, Counted, Law, law::Thresholds},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A screen with its thresholds, all of them changeable.
#[doc(alias = "老旧小散")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Screen {
    /// Its name, printed with each flag.
    pub id: Words,
    /// Its thresholds; none: it screens nothing.
    pub thresholds: Option<Cow<'static, Thresholds>>,
}

/// The default screen.
const WUHAN_PROXY: &str = "wuhan-proxy";

impl Screen {
    /// `wuhan-proxy`: the default.
    pub fn wuhan_proxy() -> Self {
        let thresholds = Law::by_id(WUHAN_PROXY).and_then(|law| law.screen.as_ref()).map(Cow::Borrowed);
        Screen { id: WUHAN_PROXY.into(), thresholds }
    }

    /// Screens a site on a day. A site that is known to lie outside Wuhan is not screened: there are no flags then.
    ///
    /// `trusted` says that no error stands against the figures; without it nothing about the PUE is known.
    ///
    /// Flags of documents that give numbers themselves ([`Scheme`](crate::rule::law::Scheme)) follow those of the screen, where they hold.
    ///
    /// # Examples
    /// ```
    /// # use pue::{Ledger, Period, Site};
    /// # const SITE: &str = r#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai",
    /// #   "lifecycle": {"kind": "existing", "in_service_on": "2012-06-01"}, "racks": {"types": [{"count": 400, "rated_kw": 5.0}]}},
    /// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "MWh"},
    /// #              {"id": "ups", "point": "ups_output", "kind": "register", "unit": "MWh", "parent": "grid"}]}"#;
    /// # const READINGS: &str = "meter,time,value\ngrid,2024-01-01 00:00,0\ngrid,2025-01-01 00:00,8000\nups,2024-01-01 00:00,0\nups,2025-01-01 00:00,5000\n";
    /// # let site: Site = serde_json::from_str(SITE)?;
    /// # let readings = pue::read::csv(&site, "readings.csv", READINGS.as_bytes())?;
    /// # let ledger = Ledger::build(&site, &readings, Period::year(2024, site.time_zone())?)?;
    /// use pue::{Assessment, assessment::Options};
    /// let retrofit = Assessment::of(&ledger, &Options::default()).retrofit.ok_or("not screened")?;
    /// let raised = retrofit.flags.iter().filter(|flag| flag.outcome.is_flagged() && flag.pack == "wuhan-proxy");
    /// assert_eq!(raised.map(|flag| &*flag.flag).collect::<Vec<_>>(), ["old", "inefficient", "small"]);
    /// assert_eq!(retrofit.savings_kwh.map(|saved| saved.kwh()), Some(1_750_000.0)); // (1.60 − 1.25) × 5 GWh
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn look_at(&self, case: &Case<'_>, pue: &MeasuredPue, trusted: bool) -> Retrofit {
        let schemes = scheme::flags(case);
        let surcharge = scheme::surcharge(case);
        let elsewhere = |region: &Region, place: &str| region.lies_in(place) == Some(false);
        let here =
            |limits: &&Thresholds| !case.facility().region.is_some_and(|region| elsewhere(&region, &limits.place));
        let Some(limits) = self.thresholds.as_deref().filter(here) else {
            return Retrofit { flags: schemes, surcharge, ..Retrofit::default() };
        };
        let look = Look { id: &self.id, limits };
        let (facility, on) = (case.facility(), case.day());
        let annual = pue.pue().and_then(AnyPue::annual).filter(|_| trusted);
        let own = [
            look.old(facility, on),
            look.inefficient(annual, case),
            look.small(facility),
            look.scattered(facility),
            look.idle(facility, on),
        ];
        let flags = own.into_iter().chain(schemes).collect();
        let savings_kwh = annual.and_then(|annual| look.savings(annual, case));
        Retrofit {
            flags,
            savings_kwh,
            target: savings_kwh.map(|_| limits.target),
            target_citation: savings_kwh.map(|_| limits.source("target")),
            surcharge,
            ..Retrofit::default()
        }
    }
}

/// A look at one site by some thresholds.
struct Look<'a> {
    id: &'a Words,
    limits: &'a Thresholds,
}

impl Look<'_> {
    /// `(PUE − target) × E_IT` a year at today's IT load; zero where the target is met, and nothing where that is open.
    fn savings(&self, annual: AnnualPue, case: &Case<'_>) -> Option<ExactEnergy> {
        let target = Ratio::from(&self.limits.target);
        case.annual_pue_holds(Counted::Unstated, Relation::AtMost, |value| value <= target)?;
        let allowed = target.floor_of(annual.it().microjoules())?;
        Some((annual.total() - ExactEnergy::from_microjoules(allowed)).max(ExactEnergy::ZERO))
    }

    fn old(&self, facility: &Facility, on: Date) -> Flag {
        let years = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.years_in_service(on));
        let evidence = match years {
            Some(years) => Text::new(
                format!("投运 {years} 年，阈值 {} 年", self.limits.old_years),
                format!("{} in service, threshold {}", plural(years, "year"), self.limits.old_years),
            ),
            None => Text::new("投运日期未知", "the first day in service is not known"),
        };
        self.flag("old", years.map(|years| years >= self.limits.old_years), evidence)
    }

    fn inefficient(&self, annual: Option<AnnualPue>, case: &Case<'_>) -> Flag {
        let above = self.limits.inefficient_above;
        let shown = |pue: AnnualPue| Published::new(pue.ratio(), 3).map_or(pue.to_string(), |pue| pue.beside(above));
        let evidence = match annual {
            Some(pue) => Text::new(
                format!("年度 PUE {}，阈值 > {}", shown(pue), self.limits.inefficient_above),
                format!("annual PUE {}, threshold > {}", shown(pue), self.limits.inefficient_above),
            ),
            None => Text::new("没有可信的年度 PUE", "there is no annual PUE to be trusted"),
        };
        // Whatever the missing energy was.
        let above = Ratio::from(&self.limits.inefficient_above);
        let known = case.annual_pue_holds(Counted::Unstated, Relation::MoreThan, |value| value > above);
        self.flag("inefficient", annual.and(known), evidence)
    }

    fn small(&self, facility: &Facility) -> Flag {
        let racks = facility.standard_racks();
        let evidence = match racks {
            Some(racks) => Text::new(
                format!("{racks} 个标准机架，阈值 ≤ {}", self.limits.small_at_most),
                format!("{racks} standard racks, threshold ≤ {}", self.limits.small_at_most),
            ),
            None => Text::new("标准机架数未知", "the number of standard racks is not known"),
        };
        self.flag("small", racks.map(|racks| racks.ratio() <= Ratio::from(&self.limits.small_at_most)), evidence)
    }

    fn scattered(&self, facility: &Facility) -> Flag {
        let outside = facility.zone.as_ref().map(|zone| !self.limits.core_zones.contains(zone));
        // Edge sites belong near their users.
        let known = match (facility.edge, outside) {
            (Some(true), _) | (_, Some(false)) => Some(false),
            (Some(false), Some(true)) => Some(true),
            _ => None,
        };
        let evidence = match (&facility.zone, facility.edge) {
            (_, Some(true)) => Text::new("边缘数据中心，不适用分散判断", "an edge site, exempt"),
            (Some(zone), None) if known.is_none() => Text::new(
                format!("所在功能区 {zone}，是否为边缘数据中心未知"),
                format!("zone {zone}; whether it is an edge site is not known"),
            ),
            (Some(zone), _) => Text::new(
                format!("所在功能区 {zone}；方案亦鼓励边缘与自建算力中心"),
                format!("zone {zone}; the plan also welcomes edge and self-financed centres elsewhere"),
            ),
            (None, _) => Text::new("所在功能区未知", "the zone is not known"),
        };
        self.flag("scattered", known, evidence)
    }

    fn idle(&self, facility: &Facility, on: Date) -> Flag {
        let occupancy = facility.racks.as_ref().and_then(|racks| racks.occupancy());
        let years = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.years_in_service(on));
        let below = occupancy.map(|occupancy| occupancy.share < Ratio::from(&self.limits.idle_below));
        let known = years.zip(below).map(|(years, below)| below && years >= 1);
        let evidence = match (occupancy, years) {
            (Some(occupancy), Some(years)) => {
                let percent = occupancy.share.to_f64() * 100.0;
                Text::new(
                    format!("上架率 {percent:.1}%（按机柜数），投运 {years} 年"),
                    format!("occupancy {percent:.1} % by count, {} in service", plural(years, "year")),
                )
            }
            (None, _) => Text::new("上架率未知", "the occupancy is not known"),
            (_, None) => Text::new("投运日期未知", "the first day in service is not known"),
        };
        self.flag("idle", known, evidence)
    }

    fn flag(&self, flag: &'static str, known: Option<bool>, evidence: Text) -> Flag {
        let citation = self.limits.source(flag);
        let outcome = match known {
            Some(true) => FlagOutcome::Flagged,
            Some(false) => FlagOutcome::NotFlagged,
            None => FlagOutcome::Undetermined,
        };
        Flag { flag: flag.into(), outcome, pack: self.id.clone(), evidence, citation, action: None }
    }
}

impl Default for Screen {
    fn default() -> Self {
        Screen::wuhan_proxy()
    }
}

/// What a screen found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Retrofit {
    /// The flags; none for a site outside Wuhan.
    pub flags: Vec<Flag>,
    /// What reaching the target would save a year at today's IT load, of the time that is known; `None` without an annual
    /// PUE, and where what is missing leaves open whether the target is met.
    pub savings_kwh: Option<ExactEnergy>,
    /// The same in yuan, if a tariff was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub savings_yuan: Option<f64>,
    /// The same in tonnes of CO₂e, if a factor was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub savings_co2_t: Option<f64>,
    /// The PUE that the savings are counted against.
    pub target: Option<Decimal>,
    /// From where the target was borrowed: for a site that it does not bind it is a proxy.
    pub target_citation: Option<Citation>,
    /// Beijing's surcharge, where its plan holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surcharge: Option<Surcharge>,
}

/// One flag with its evidence.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/14-old-small-scattered.json")), &[]);
/// let retrofit = audit.retrofit.unwrap();
/// let raised: Vec<&str> = retrofit.flags.iter().filter(|flag| flag.outcome.is_flagged() && flag.pack == "wuhan-proxy").map(|flag| &*flag.flag).collect();
/// assert_eq!(raised, ["old", "inefficient", "small", "scattered", "idle"]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Flag {
    /// `old`, `inefficient`, `small`, `scattered`, `idle`; `old_small_inefficient` of Shanghai.
    pub flag: Words,
    /// Whether it is raised.
    pub outcome: FlagOutcome,
    /// The screen.
    pub pack: Words,
    /// Why.
    pub evidence: Text,
    /// From where the threshold was borrowed, or where it stands.
    pub citation: Citation,
    /// What the document says is to be done with a site that is flagged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Text>,
}

/// Whether a flag is raised. A screen has no other answers: it cannot say that a rule is met or broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FlagOutcome {
    /// Raised (命中).
    Flagged,
    /// Not raised (未命中).
    NotFlagged,
    /// Not known (无法判定).
    Undetermined,
}

impl Flag {
    /// What it is called, in both languages.
    pub fn name(&self) -> Text {
        let (zh, en) = match &*self.flag {
            "old" => ("老", "old"),
            "inefficient" => ("低效", "inefficient"),
            "small" => ("小", "small"),
            "scattered" => ("散", "scattered"),
            "old_small_inefficient" => ("老小低效", "old, small and inefficient"),
            _ => ("闲置", "idle"),
        };
        Text::new(zh, en)
    }
}

impl FlagOutcome {
    /// Whether it is raised.
    pub fn is_flagged(self) -> bool {
        self == FlagOutcome::Flagged
    }
}

named!(FlagOutcome);
