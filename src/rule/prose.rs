//! Rules in sentences: whom they bind and what they ask, for people who do not read data.

use super::{Check, Counted, Days, Metric, Nature, Pack, Scope};
use crate::{
    facility::{AirConditioning, ItCooling, Ladder, LifecycleKind, Scale},
    finding::Text,
    quantity::{Decimal, Relation},
};

impl Scope {
    /// The condition in words.
    ///
    /// ```
    /// use pue::packs;
    /// let rule = &packs::by_id(packs::WUHAN_2024).unwrap().requirements[0];
    /// assert_eq!(rule.scope.text().en, "a new project, and of scale large or above");
    /// assert_eq!(rule.scope.text().zh, "新建项目，且规模为大型及以上");
    /// ```
    pub fn text(&self) -> Text {
        match self {
            Scope::Always => Text::new("所有数据中心", "all sites"),
            Scope::All(parts) => joined(parts, ("，且", ", and ")),
            Scope::Any(parts) => joined(parts, ("，或", ", or ")),
            Scope::Not(part) => {
                let part = part.text();
                Text::new(format!("不属于（{}）", part.zh), format!("not ({})", part.en))
            }
            Scope::Region(codes) => {
                let codes = codes.join(", ");
                Text::new(format!("位于 {codes}"), format!("in {codes}"))
            }
            Scope::Lifecycle(kinds) => {
                let of = |kind: &LifecycleKind| match kind {
                    LifecycleKind::New => ("新建", "new"),
                    LifecycleKind::Rebuilt => ("改建", "rebuilt"),
                    LifecycleKind::Extended => ("扩建", "extended"),
                    LifecycleKind::Existing => ("存量", "existing"),
                };
                let words = list(kinds.iter().map(of));
                Text::new(format!("{}项目", words.zh), format!("a {} project", words.en))
            }
            Scope::ScaleAtLeast(scale) => {
                Text::new(format!("规模为{}及以上", scale.zh()), format!("of scale {} or above", scale.as_str()))
            }
            Scope::Scale(scales) => {
                let words = list(scales.iter().map(|scale: &Scale| (scale.zh(), scale.as_str())));
                Text::new(format!("规模为{}", words.zh), format!("of scale {}", words.en))
            }
            Scope::StandardRacks { relation, limit } => figure(Metric::StandardRacks, *relation, *limit),
            Scope::Cabinets { relation, limit } => figure(Metric::Cabinets, *relation, *limit),
            Scope::YearsInService { at_least } => {
                figure(Metric::YearsInService, Relation::AtLeast, Decimal::from(*at_least))
            }
            Scope::AnnualGwh { relation, limit } => figure(Metric::AnnualGwh, *relation, *limit),
            Scope::AnnualTce { relation, limit } => figure(Metric::AnnualTce, *relation, *limit),
            Scope::AnnualPue { relation, limit } => figure(Metric::Pue, *relation, *limit),
            Scope::Occupancy { relation, limit } => figure(Metric::Occupancy, *relation, *limit),
            Scope::Zone(names) => named(("功能区", "zone"), names),
            Scope::Climate(names) => named(("气候区", "climate"), names),
            Scope::Sector(names) => named(("行业", "sector"), names),
            Scope::AirConditioning(kinds) => {
                let of = |kind: &AirConditioning| match kind {
                    AirConditioning::Electric => ("电动空调", "electric air conditioning"),
                    AirConditioning::Absorption => ("吸收式空调", "absorption chillers"),
                    AirConditioning::Other => ("其他空调", "other air conditioning"),
                    AirConditioning::None => ("无空调", "no air conditioning"),
                };
                list(kinds.iter().map(of))
            }
            Scope::ItCooling(kinds) => {
                let of = |kind: &ItCooling| match kind {
                    ItCooling::Air => ("空气冷却", "cooled by air"),
                    ItCooling::Liquid => ("液冷", "cooled by liquid"),
                    ItCooling::Mixed => ("空气与液体混合冷却", "cooled by air and liquid"),
                };
                list(kinds.iter().map(of))
            }
            Scope::IndependentSupply(true) => Text::new("独立配电", "with a power supply of its own"),
            Scope::IndependentSupply(false) => Text::new("非独立配电", "without a power supply of its own"),
            Scope::Approved(days) => within(("批复", "approved"), days),
            Scope::InService(days) => within(("投运", "in service"), days),
            Scope::Day(days) => within(("判定日", "assessed on a day"), days),
            Scope::Unclear { when, because } => {
                let when = when.text();
                Text::new(
                    format!("不明确的情形（{}）：{}", when.zh, because.zh),
                    format!("not clear for ({}): {}", when.en, because.en),
                )
            }
            Scope::HubNode(true) => Text::new("位于国家枢纽节点", "in a national hub node"),
            Scope::HubNode(false) => Text::new("不在国家枢纽节点", "in no national hub node"),
            Scope::Edge(true) => Text::new("边缘数据中心", "an edge site"),
            Scope::Edge(false) => Text::new("非边缘数据中心", "no edge site"),
        }
    }
}

impl Check {
    /// What is asked, in words.
    ///
    /// ```
    /// use pue::packs;
    /// let rules = &packs::by_id(packs::WUHAN_2024).unwrap().requirements;
    /// assert_eq!(rules[0].check.text().en, "annual PUE ≤ 1.25");
    /// assert_eq!(rules[1].check.text().zh, "绿色低碳等级 4A 级以上");
    /// ```
    pub fn text(&self) -> Text {
        match self {
            Check::AnnualPue { relation, limit } => figure(Metric::Pue, *relation, *limit),
            Check::Figure { figure: metric, relation, limit } => figure(*metric, *relation, *limit),
            Check::PueBand { bands, at_worst } => {
                let zh: Vec<String> = bands.iter().map(|band| format!("{} 级 ≤ {}", band.name, band.at_most)).collect();
                let en: Vec<String> =
                    bands.iter().map(|band| format!("grade {} ≤ {}", band.name, band.at_most)).collect();
                Text::new(
                    format!("年度 PUE 达到 {at_worst} 级及以上（{}）", zh.join("，")),
                    format!("an annual PUE of grade {at_worst} or better ({})", en.join(", ")),
                )
            }
            Check::Grade { at_least, ladder } => {
                let (zh, en) = match ladder {
                    Some(Ladder::Green) => ("绿色等级", "green grade"),
                    Some(Ladder::LowCarbon) => ("低碳等级", "low-carbon grade"),
                    None => ("绿色低碳等级", "green low-carbon grade"),
                };
                let level = at_least.short();
                Text::new(format!("{zh} {level} 级以上"), format!("{en} {level} or better"))
            }
            Check::Score { rubric, at_least } => Text::new(
                format!("按《{}》得分不少于 {at_least} 分", rubric.title.zh),
                format!("a score of {at_least} or more by {}", rubric.title.en),
            ),
            Check::Attested { what } => {
                Text::new(format!("须另行核验：{}", what.zh), format!("to be seen by somebody: {}", what.en))
            }
        }
    }
}

impl Nature {
    /// In both languages.
    pub fn text(self) -> Text {
        match self {
            Nature::Mandatory => Text::new("强制性", "mandatory"),
            Nature::Binding => Text::new("约束性", "binding"),
            Nature::Expected => Text::new("预期性", "expected"),
            Nature::Unstated => Text::new("性质未写明", "nature not stated"),
            Nature::Threshold => Text::new("触发线", "threshold of an action"),
        }
    }
}

impl Pack {
    /// What holds of all its rules: for which regions, which energies its PUE counts.
    pub fn text(&self) -> Text {
        let (mut zh, mut en) = if self.jurisdiction.is_empty() {
            ("适用地区不限".to_owned(), "for sites everywhere".to_owned())
        } else {
            let codes = self.jurisdiction.join(", ");
            (format!("适用地区 {codes}"), format!("for sites in {codes}"))
        };
        match self.counts {
            Counted::Unstated => {}
            Counted::Electricity => {
                zh.push_str("；PUE 只计电力");
                en.push_str("; its PUE counts electricity alone");
            }
            Counted::AllCarriers => {
                zh.push_str("；PUE 计入全部能源");
                en.push_str("; its PUE counts all carriers");
            }
        }
        Text::new(zh, en)
    }
}

fn figure(metric: Metric, relation: Relation, limit: Decimal) -> Text {
    let (name, symbol) = (metric.text(), relation.symbol());
    Text::new(format!("{} {symbol} {limit}", name.zh), format!("{} {symbol} {limit}", name.en))
}

/// Conditions with a word between them; what is itself several stands in brackets.
fn joined(parts: &[Scope], (zh, en): (&str, &str)) -> Text {
    let each = parts.iter().map(|part| {
        let text = part.text();
        match part {
            Scope::All(inner) | Scope::Any(inner) if inner.len() > 1 => {
                Text::new(format!("({})", text.zh), format!("({})", text.en))
            }
            _ => text,
        }
    });
    let each: Vec<Text> = each.collect();
    let of = |words: fn(&Text) -> &str, between: &str| each.iter().map(words).collect::<Vec<_>>().join(between);
    Text::new(of(|text| &text.zh, zh), of(|text| &text.en, en))
}

/// Words of which one holds.
fn list<'w>(words: impl Iterator<Item = (&'w str, &'w str)>) -> Text {
    let (zh, en): (Vec<&str>, Vec<&str>) = words.unzip();
    Text::new(zh.join("、"), en.join(" or "))
}

fn named((zh, en): (&str, &str), names: &[String]) -> Text {
    Text::new(format!("{zh}为 {}", names.join("、")), format!("{en} {}", names.join(" or ")))
}

fn within((zh, en): (&str, &str), days: &Days) -> Text {
    match (days.from, days.until) {
        (Some(from), Some(until)) => {
            Text::new(format!("{from} 至 {until} {zh}"), format!("{en} from {from} until {until}"))
        }
        (Some(from), None) => Text::new(format!("{from} 及以后{zh}"), format!("{en} from {from} on")),
        (None, Some(until)) => Text::new(format!("{until} 及以前{zh}"), format!("{en} until {until}")),
        (None, None) => Text::new(zh.to_owned(), en.to_owned()),
    }
}
