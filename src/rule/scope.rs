use super::{Case, Metric, Pack, engine::join};
use crate::{
    facility::{AirConditioning, ItCooling, LifecycleKind, Scale, StandardRacks},
    finding::Text,
    kpi::AnnualPue,
    place::{Place, place},
    quantity::{Decimal, Ratio, Relation},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// True, false, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody has said.
    Unknown,
}

impl From<bool> for Truth {
    fn from(known: bool) -> Truth {
        if known { Truth::Yes } else { Truth::No }
    }
}

/// Whom a requirement binds: conditions in three-valued logic (三值逻辑). What is not known never counts as false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Scope {
    /// All sites of the pack's regions.
    Always,
    /// All of these hold.
    All(Vec<Scope>),
    /// At least one of these holds.
    Any(Vec<Scope>),
    /// This does not hold.
    Not(Box<Scope>),
    /// The region's code begins with one of these.
    Region(Vec<String>),
    /// The project is one of these kinds.
    Lifecycle(Vec<LifecycleKind>),
    /// The scale, by the pack's own table, is at least this.
    ScaleAtLeast(Scale),
    /// The scale, by the pack's own table, is one of these.
    Scale(Vec<Scale>),
    /// The number of standard racks stands so to a limit.
    StandardRacks {
        /// How.
        relation: Relation,
        /// The limit.
        limit: Decimal,
    },
    /// The number of cabinets (架, not converted to standard racks) stands so to a limit.
    Cabinets {
        /// How.
        relation: Relation,
        /// The limit.
        limit: Decimal,
    },
    /// The development zone is one of these.
    Zone(Vec<String>),
    /// The climate is one of these.
    Climate(Vec<String>),
    /// The sector is one of these.
    Sector(Vec<String>),
    /// The air is conditioned in one of these ways.
    AirConditioning(Vec<AirConditioning>),
    /// The IT equipment is cooled in one of these ways.
    ItCooling(Vec<ItCooling>),
    /// Its power supply is its own, or is not.
    IndependentSupply(bool),
    /// It was approved within these days.
    Approved(Days),
    /// It went into service within these days.
    InService(Days),
    /// It has been in service for so many whole years on the day asked about.
    YearsInService {
        /// At least so many.
        at_least: i32,
    },
    /// The day asked about lies within these.
    Day(Days),
    /// The annual electricity of the data centre stands so to a limit in GWh.
    AnnualGwh {
        /// How.
        relation: Relation,
        /// The limit.
        limit: Decimal,
    },
    /// The same in tonnes of coal equivalent at 1.229 tce per 10 MWh of electricity (当量值).
    AnnualTce {
        /// How.
        relation: Relation,
        /// The limit.
        limit: Decimal,
    },
    /// The annual PUE of electricity stands so to a limit.
    AnnualPue {
        /// How.
        relation: Relation,
        /// The limit.
        limit: Decimal,
    },
    /// The rack occupancy by count stands so to a limit, from 0 to 1.
    Occupancy {
        /// How.
        relation: Relation,
        /// The limit.
        limit: Decimal,
    },
    /// The text does not say whether sites of which this holds are meant: not known for them, false for all others.
    Unclear {
        /// Of which sites it is not clear.
        when: Box<Scope>,
        /// What is not clear.
        because: Text,
    },
    /// The site stands in a national hub node, or does not.
    HubNode(bool),
    /// The site is an edge site, or is not.
    Edge(bool),
}

/// A stretch of days, both ends included; an open end is unset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Days {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Days {
    /// From a day on.
    pub const fn from(day: Date) -> Self {
        Days { from: Some(day), until: None }
    }

    /// Until a day, that day included.
    pub const fn until(day: Date) -> Self {
        Days { from: None, until: Some(day) }
    }

    /// Whether a day lies within them.
    pub fn hold(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// A truth with the conditions that made it so.
pub(super) struct Finding {
    pub truth: Truth,
    /// Why it is so: the conditions that fail, or those that are not known.
    pub because: Vec<Text>,
}

impl Scope {
    /// Whether it holds for a case.
    pub fn holds(&self, pack: &Pack, case: &Case<'_>) -> Truth {
        self.examine(pack, case, false).truth
    }

    /// Whether it holds for a case, and why it is so: the conditions that fail, or those that are not known.
    pub fn explain(&self, pack: &Pack, case: &Case<'_>) -> (Truth, Text) {
        let found = self.examine(pack, case, true);
        (found.truth, join(found.because))
    }

    /// Where that stands which would have to be known, of the conditions that are not.
    pub(super) fn unknown(&self, pack: &Pack, case: &Case<'_>) -> Vec<Place> {
        match self {
            Scope::All(parts) | Scope::Any(parts) => parts.iter().flat_map(|part| part.unknown(pack, case)).collect(),
            Scope::Not(inner) => inner.unknown(pack, case),
            Scope::Unclear { when, .. } => when.unknown(pack, case),
            _ if self.holds(pack, case) != Truth::Unknown => Vec::new(),
            _ => self.place().into_iter().collect(),
        }
    }

    /// Where that stands which a condition looks at; `None` for what is measured.
    fn place(&self) -> Option<Place> {
        Some(match self {
            Scope::Region(_) => place!(facility / region),
            Scope::Lifecycle(_) => place!(facility / lifecycle / kind),
            Scope::ScaleAtLeast(_) | Scope::Scale(_) | Scope::StandardRacks { .. } => {
                return Metric::StandardRacks.place();
            }
            Scope::Cabinets { .. } => return Metric::Cabinets.place(),
            Scope::YearsInService { .. } => return Metric::YearsInService.place(),
            Scope::Occupancy { .. } => return Metric::Occupancy.place(),
            Scope::Zone(_) => place!(facility / zone),
            Scope::Climate(_) => place!(facility / climate),
            Scope::Sector(_) => place!(facility / sector),
            Scope::AirConditioning(_) => place!(facility / air_conditioning),
            Scope::ItCooling(_) => place!(facility / it_cooling),
            Scope::IndependentSupply(_) => place!(facility / independent_supply),
            Scope::Approved(_) => place!(facility / lifecycle / approved_on),
            Scope::InService(_) => place!(facility / lifecycle / in_service_on),
            Scope::HubNode(_) => place!(facility / hub_node),
            Scope::Edge(_) => place!(facility / edge),
            _ => return None,
        })
    }

    /// Whether it asks for a class of the pack's own table.
    pub(super) fn asks_for_scale(&self) -> bool {
        match self {
            Scope::ScaleAtLeast(_) | Scope::Scale(_) => true,
            Scope::All(parts) | Scope::Any(parts) => parts.iter().any(Scope::asks_for_scale),
            Scope::Not(inner) => inner.asks_for_scale(),
            Scope::Unclear { when, .. } => when.asks_for_scale(),
            _ => false,
        }
    }

    /// Whether it names a kind of project.
    pub(crate) fn names(&self, kind: LifecycleKind) -> bool {
        match self {
            Scope::Lifecycle(kinds) => kinds.contains(&kind),
            Scope::All(parts) | Scope::Any(parts) => parts.iter().any(|part| part.names(kind)),
            _ => false,
        }
    }

    /// Whether it holds; why not is worked out only if that is asked for.
    pub(super) fn examine(&self, pack: &Pack, case: &Case<'_>, explain: bool) -> Finding {
        let facility = case.facility();
        let on = |metric: Metric, relation: Relation, limit: Decimal| {
            let shown = || {
                // Of a PUE that is not exact the value is shown all the same.
                let value = case.figure(metric, pack.counts).or_else(|| case.annual(pack.counts).map(AnnualPue::ratio));
                value.map_or(metric.text(), |value| metric.sentence(value, limit))
            };
            leaf(explain, case.stands(pack, metric, relation, limit), shown, || metric.missing())
        };
        match self {
            Scope::Always => Finding { truth: Truth::Yes, because: Vec::new() },
            Scope::All(conditions) => combine(
                conditions.iter().map(|condition| condition.examine(pack, case, explain)),
                Truth::No,
                Truth::Yes,
            ),
            Scope::Any(conditions) => combine(
                conditions.iter().map(|condition| condition.examine(pack, case, explain)),
                Truth::Yes,
                Truth::No,
            ),
            Scope::Not(condition) => {
                let inner = condition.examine(pack, case, explain);
                let truth = match inner.truth {
                    Truth::Yes => Truth::No,
                    Truth::No => Truth::Yes,
                    Truth::Unknown => Truth::Unknown,
                };
                let because = match truth {
                    Truth::No if explain => vec![Text::new("属于排除的情形", "it is one of those that are left out")],
                    _ => inner.because,
                };
                Finding { truth, because }
            }
            Scope::Region(prefixes) => in_region(explain, prefixes, case),
            Scope::Lifecycle(kinds) => lifecycle(explain, kinds, pack, case),
            Scope::ScaleAtLeast(least) => {
                let racks = case.standard_racks;
                leaf(
                    explain,
                    racks.map(|racks| pack.scale_of(racks) >= Some(*least)),
                    || of_racks(racks),
                    || Metric::StandardRacks.missing(),
                )
            }
            Scope::Scale(classes) => {
                let racks = case.standard_racks;
                leaf(
                    explain,
                    racks.map(|racks| pack.scale_of(racks).is_some_and(|class| classes.contains(&class))),
                    || of_racks(racks),
                    || Metric::StandardRacks.missing(),
                )
            }
            Scope::StandardRacks { relation, limit } => on(Metric::StandardRacks, *relation, *limit),
            Scope::Cabinets { relation, limit } => on(Metric::Cabinets, *relation, *limit),
            Scope::YearsInService { at_least } => {
                on(Metric::YearsInService, Relation::AtLeast, Decimal::from(*at_least))
            }
            Scope::AnnualGwh { relation, limit } => on(Metric::AnnualGwh, *relation, *limit),
            Scope::AnnualTce { relation, limit } => on(Metric::AnnualTce, *relation, *limit),
            Scope::AnnualPue { relation, limit } => on(Metric::Pue, *relation, *limit),
            Scope::Occupancy { relation, limit } => on(Metric::Occupancy, *relation, *limit),
            Scope::Zone(zones) => one_of(explain, facility.zone.as_ref(), zones, ("功能区", "zone", "zone")),
            Scope::Climate(climates) => {
                one_of(explain, facility.climate.as_ref(), climates, ("气候区", "climate", "climate"))
            }
            Scope::Sector(sectors) => one_of(explain, facility.sector.as_ref(), sectors, ("行业", "sector", "sector")),
            Scope::AirConditioning(kinds) => one_of(
                explain,
                facility.air_conditioning.as_ref(),
                kinds,
                ("空调形式", "air conditioning", "air_conditioning"),
            ),
            Scope::ItCooling(kinds) => one_of(
                explain,
                facility.it_cooling.as_ref(),
                kinds,
                ("IT 设备冷却方式", "cooling of the IT equipment", "it_cooling"),
            ),
            Scope::IndependentSupply(wanted) => leaf(
                explain,
                facility.independent_supply.map(|own| own == *wanted),
                || Text::new("是否独立配电不符", "its power supply being its own or not"),
                || {
                    Text::new(
                        "是否独立配电（independent_supply）",
                        "whether its power supply is its own (independent_supply)",
                    )
                },
            ),
            Scope::Approved(days) => {
                let approved = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.approved_on);
                within(explain, approved, days, ("批复日期", "day of approval", "lifecycle.approved_on"))
            }
            Scope::InService(days) => {
                let service = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.in_service_on);
                within(explain, service, days, ("投运日期", "first day in service", "lifecycle.in_service_on"))
            }
            Scope::Day(days) => within(explain, Some(case.day()), days, ("判定日", "the assessment date", "period")),
            Scope::Unclear { when, because } => {
                let inner = when.examine(pack, case, explain);
                match inner.truth {
                    Truth::Yes => Finding { truth: Truth::Unknown, because: vec![because.clone()] },
                    _ => inner,
                }
            }
            Scope::HubNode(wanted) => leaf(
                explain,
                facility.in_hub_node().map(|hub| hub == *wanted),
                || match wanted {
                    true => Text::new("不在国家枢纽节点", "it is in no national hub node"),
                    false => Text::new("在国家枢纽节点", "it is in a national hub node"),
                },
                || Text::new("是否在国家枢纽节点（hub_node）", "whether it is in a national hub node (hub_node)"),
            ),
            Scope::Edge(wanted) => leaf(
                explain,
                facility.edge.map(|edge| edge == *wanted),
                || match wanted {
                    true => Text::new("不是边缘数据中心", "it is no edge site"),
                    false => Text::new("是边缘数据中心", "it is an edge site"),
                },
                || Text::new("是否为边缘数据中心（edge）", "whether it is an edge site"),
            ),
        }
    }
}

fn of_racks(racks: Option<StandardRacks>) -> Text {
    let value = racks.map_or(Ratio::ZERO, StandardRacks::ratio);
    Metric::StandardRacks.sentence(value, Decimal::from(0))
}

/// Whether a field is one of some values; the words name it in Chinese, in English, and by its key.
fn one_of<T: PartialEq + fmt::Debug>(
    explain: bool,
    known: Option<&T>,
    wanted: &[T],
    (zh, en, key): (&str, &str, &str),
) -> Finding {
    // A name is shown as it was given, a kind of ours in small letters.
    let shown = || {
        let debug = known.map(|known| format!("{known:?}")).unwrap_or_default();
        debug
            .strip_prefix('"')
            .and_then(|name| name.strip_suffix('"'))
            .map_or_else(|| debug.to_lowercase(), str::to_owned)
    };
    leaf(
        explain,
        known.map(|known| wanted.contains(known)),
        || {
            let shown = shown();
            Text::new(format!("{zh}为 {shown}"), format!("its {en} is {shown}"))
        },
        || Text::new(format!("{zh}({key})"), format!("its {en} ({key})")),
    )
}

/// Whether a day lies within some.
fn within(explain: bool, known: Option<Date>, days: &Days, (zh, en, key): (&str, &str, &str)) -> Finding {
    let shown = || known.map(|day| day.to_string()).unwrap_or_default();
    leaf(
        explain,
        known.map(|day| days.hold(day)),
        || {
            let shown = shown();
            Text::new(format!("{zh}为 {shown}"), format!("its {en} is {shown}"))
        },
        || Text::new(format!("{zh}({key})"), format!("its {en} ({key})")),
    )
}

fn leaf(explain: bool, holds: Option<bool>, why_not: impl Fn() -> Text, what: impl Fn() -> Text) -> Finding {
    let truth = holds.map_or(Truth::Unknown, Truth::from);
    let because = match truth {
        Truth::Yes => Vec::new(),
        _ if !explain => Vec::new(),
        Truth::No => vec![why_not()],
        Truth::Unknown => vec![what()],
    };
    Finding { truth, because }
}

/// Whether a site lies in one of some regions.
fn in_region(explain: bool, prefixes: &[String], case: &Case<'_>) -> Finding {
    let region = case.facility().region;
    leaf(
        explain,
        region.and_then(|region| region.lies_in_any(prefixes)),
        || {
            let code = region.map_or_else(String::new, |region| region.to_string());
            Text::new(format!("所在地区为 {code}"), format!("its region is {code}"))
        },
        || match region {
            Some(region) => Text::new(
                format!("比 {region} 更具体的地区代码（region）"),
                format!("its region, more exactly than {region}"),
            ),
            None => Text::new("可识别的地区代码（region）", "its region, by a known code"),
        },
    )
}

impl Pack {
    /// Whether a requirement with this scope is for a site: one of the pack's regions, and of the scope; and why it is so.
    pub(super) fn binds(&self, scope: &Scope, case: &Case<'_>, explain: bool) -> Finding {
        let here = (!self.jurisdiction.is_empty()).then(|| in_region(explain, &self.jurisdiction, case));
        let parts = here.into_iter().chain(std::iter::once_with(|| scope.examine(self, case, explain)));
        combine(parts, Truth::No, Truth::Yes)
    }

    /// Where that stands which would have to be known to say whom a requirement binds.
    pub(super) fn unknown(&self, scope: &Scope, case: &Case<'_>) -> Vec<Place> {
        let region = Scope::Region(self.jurisdiction.clone());
        let here = (!self.jurisdiction.is_empty()).then(|| region.unknown(self, case));
        let mut places: Vec<Place> = here.into_iter().flatten().chain(scope.unknown(self, case)).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// `decisive` settles the whole, and the first part that is so says why; without one, anything unknown leaves it open; else it
/// is `otherwise`.
fn combine(parts: impl Iterator<Item = Finding>, decisive: Truth, otherwise: Truth) -> Finding {
    let (mut open, mut rest) = (None::<Vec<Text>>, Vec::new());
    for part in parts {
        if part.truth == decisive {
            return part;
        }
        if part.truth == Truth::Unknown {
            open.get_or_insert_default().extend(part.because);
        } else {
            rest.extend(part.because);
        }
    }
    match open {
        Some(because) => Finding { truth: Truth::Unknown, because },
        None => Finding { truth: otherwise, because: rest },
    }
}

fn lifecycle(explain: bool, kinds: &[LifecycleKind], pack: &Pack, case: &Case<'_>) -> Finding {
    let lifecycle = case.facility().lifecycle.as_ref();
    let kind = lifecycle.and_then(|lifecycle| lifecycle.kind);
    let wants_new = kinds.contains(&LifecycleKind::New);
    let counts = |kind| {
        let rebuilt = matches!(kind, LifecycleKind::Rebuilt | LifecycleKind::Extended);
        kinds.contains(&kind) || (rebuilt && wants_new && pack.settings.count_rebuilt_as_new)
    };
    let by_kind = leaf(
        explain,
        kind.map(counts),
        || match kind {
            Some(LifecycleKind::Rebuilt) => {
                Text::new("项目性质为改建，文本只写“新建”", "it is a rebuilt site, and the text says only new")
            }
            Some(LifecycleKind::Extended) => {
                Text::new("项目性质为扩建，文本只写“新建”", "it is an extended site, and the text says only new")
            }
            Some(LifecycleKind::Existing) => Text::new("属于存量数据中心", "it is an existing site"),
            _ => Text::new("属于新建数据中心", "it is a new site"),
        },
        || {
            Text::new(
                "项目性质（lifecycle.kind：新建、改建、扩建或存量）",
                "its lifecycle kind (new, rebuilt, extended or existing)",
            )
        },
    );
    let is_new = wants_new && kind != Some(LifecycleKind::Existing);
    let (Some(since), true, Truth::Yes) = (pack.settings.new_since, is_new, by_kind.truth) else { return by_kind };
    leaf(
        explain,
        lifecycle.and_then(|lifecycle| lifecycle.approved_on).map(|approved| approved >= since),
        || {
            Text::new(
                format!("批复早于 {since}，不按新建计"),
                format!("it was approved before {since} and does not count as new"),
            )
        },
        || Text::new("项目批复日期(lifecycle.approved_on)", "its day of approval"),
    )
}
