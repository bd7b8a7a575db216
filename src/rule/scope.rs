use super::{Case, Pack};
use crate::{
    facility::{LifecycleKind, Scale},
    finding::Text,
};
use serde::{Deserialize, Serialize};

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
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
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
    /// The site stands in a national hub node, or does not.
    HubNode(bool),
    /// The site is an edge site, or is not.
    Edge(bool),
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
        self.examine(pack, case).truth
    }

    pub(super) fn examine(&self, pack: &Pack, case: &Case<'_>) -> Finding {
        let facility = case.facility();
        match self {
            Scope::All(conditions) => {
                combine(conditions.iter().map(|condition| condition.examine(pack, case)), Truth::No, Truth::Yes)
            }
            Scope::Any(conditions) => {
                combine(conditions.iter().map(|condition| condition.examine(pack, case)), Truth::Yes, Truth::No)
            }
            Scope::Not(condition) => {
                let inner = condition.examine(pack, case);
                let truth = match inner.truth {
                    Truth::Yes => Truth::No,
                    Truth::No => Truth::Yes,
                    Truth::Unknown => Truth::Unknown,
                };
                let because = match truth {
                    Truth::No => vec![Text::new("属于排除的情形", "it is one of those that are left out")],
                    _ => inner.because,
                };
                Finding { truth, because }
            }
            Scope::Region(prefixes) => leaf(
                facility.region.as_ref().and_then(|region| region.lies_in_any(prefixes)),
                || {
                    let code = facility.region.as_ref().map_or("", |region| region.as_str());
                    Text::new(format!("所在地区为 {code}"), format!("its region is {code}"))
                },
                || Text::new("地区代码(region)，具体到市", "its region, down to the city"),
            ),
            Scope::Lifecycle(kinds) => lifecycle(kinds, pack, case),
            Scope::ScaleAtLeast(least) => {
                let racks = facility.standard_racks();
                leaf(
                    racks.map(|racks| pack.scale_of(racks) >= Some(*least)),
                    || {
                        let racks = racks.map(|racks| racks.to_string()).unwrap_or_default();
                        Text::new(format!("规模为 {racks} 个标准机架"), format!("its scale is {racks} standard racks"))
                    },
                    || {
                        Text::new(
                            "机架清单(racks.types)或申报的标准机架数；额定 IT 功率不能代替",
                            "its rack list (racks.types) or declared standard racks; the rated IT power does not stand for them",
                        )
                    },
                )
            }
            Scope::HubNode(wanted) => leaf(
                facility.hub_node.map(|hub| hub == *wanted),
                || Text::new("是否在国家枢纽节点不符", "its being in a national hub node or not"),
                || Text::new("是否在国家枢纽节点(hub_node)", "whether it is in a national hub node"),
            ),
            Scope::Edge(wanted) => leaf(
                facility.edge.map(|edge| edge == *wanted),
                || Text::new("是否为边缘数据中心不符", "its being an edge site or not"),
                || Text::new("是否为边缘数据中心(edge)", "whether it is an edge site"),
            ),
        }
    }
}

fn leaf(holds: Option<bool>, why_not: impl Fn() -> Text, what: impl Fn() -> Text) -> Finding {
    let truth = holds.map_or(Truth::Unknown, Truth::from);
    let because = match truth {
        Truth::Yes => Vec::new(),
        Truth::No => vec![why_not()],
        Truth::Unknown => vec![what()],
    };
    Finding { truth, because }
}

/// `decisive` settles the whole; without one, anything unknown leaves it open; else it is `otherwise`.
fn combine(parts: impl Iterator<Item = Finding>, decisive: Truth, otherwise: Truth) -> Finding {
    let (mut decided, mut open, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    let (mut any_decided, mut any_open) = (false, false);
    for part in parts {
        if part.truth == decisive {
            any_decided = true;
            decided.extend(part.because);
        } else if part.truth == Truth::Unknown {
            any_open = true;
            open.extend(part.because);
        } else {
            rest.extend(part.because);
        }
    }
    match (any_decided, any_open) {
        (true, _) => Finding { truth: decisive, because: decided },
        (false, true) => Finding { truth: Truth::Unknown, because: open },
        (false, false) => Finding { truth: otherwise, because: rest },
    }
}

fn lifecycle(kinds: &[LifecycleKind], pack: &Pack, case: &Case<'_>) -> Finding {
    let lifecycle = case.facility().lifecycle.as_ref();
    let kind = lifecycle.and_then(|lifecycle| lifecycle.kind);
    let wants_new = kinds.contains(&LifecycleKind::New);
    let counts = |kind| {
        let rebuilt = matches!(kind, LifecycleKind::Rebuilt | LifecycleKind::Extended);
        kinds.contains(&kind) || (rebuilt && wants_new && pack.settings.count_rebuilt_as_new)
    };
    let by_kind = leaf(
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
                "项目性质(lifecycle.kind:新建、改建、扩建或存量)",
                "its lifecycle kind (new, rebuilt, extended or existing)",
            )
        },
    );
    let (Some(since), true, Truth::Yes) = (pack.settings.new_since, wants_new, by_kind.truth) else { return by_kind };
    leaf(
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
