use super::words::decimal;
use crate::{
    facility::{Level, LifecycleKind, Scale},
    finding::Text,
    quantity::{Comparison, Decimal, Relation},
    rule::{Check, JudgingBasis, Lapse, Nature, Pack, Requirement, ScaleClass, Scope, Settings, Source, pack::SCHEMA},
};
use jiff::civil::date;

/// The PUE that a new large data centre may have: ≤ 1.25 (附件13).
const PUE_LIMIT: Decimal = decimal(125, 2);
/// The grade that it must have: 4A级以上 (附件14).
const GRADE: Level = Level::AAAA;
/// From so many standard racks on a site is large (工信部联通〔2013〕13号).
const LARGE: Decimal = decimal(3_000, 0);
/// From so many standard racks on a site is super-large (工信部联通〔2013〕13号).
const SUPER_LARGE: Decimal = decimal(10_000, 0);

/// 武汉市推进算力基础设施及应用产业高质量发展行动方案(2024—2025年), 武政办〔2024〕9号: the two requirements that are judged
/// for each project, 附件13 (PUE) and 附件14 (grade) of new large data centres.
pub fn wuhan_2024() -> Pack {
    let new_large = || {
        Scope::All(vec![
            Scope::Region(vec!["4201".to_owned()]),
            Scope::Lifecycle(vec![LifecycleKind::New]),
            Scope::ScaleAtLeast(Scale::Large),
        ])
    };
    let scope_readings = || {
        vec![Text::new(
            "“大型”按国家规模划分(≥3000 个标准机架)，含超大型；指标按单个项目判定",
            "\"large\" by the national table (3 000 standard racks and more), super-large included; the indicator is judged per project",
        )]
    };
    let pue_readings = vec![
        Text::new(
            "正文“降低到1.25以下”与附件“≤1.25”不一，以附件为准：恰为 1.25 视为符合",
            "the text says \"below 1.25\", the annex \"≤ 1.25\"; the annex decides, so exactly 1.25 passes",
        ),
        Text::new(
            "电能利用效率按年度电量比计算，文本未指明方法",
            "the annual ratio of electricity; the text names no method",
        ),
    ];
    Pack {
        schema: SCHEMA.to_owned(),
        id: "wuhan-2024".into(),
        edition: "2024-01-25".into(),
        title: Text::new(
            "武汉市推进算力基础设施及应用产业高质量发展行动方案(2024—2025年)",
            "Wuhan action plan for the high-quality development of computing infrastructure and applications (2024-2025)",
        ),
        issuer: Text::new("武汉市人民政府办公厅", "General Office of the Wuhan Municipal People's Government"),
        number: "武政办〔2024〕9号".into(),
        from: date(2024, 1, 25),
        until: None,
        lapse: Some(Lapse {
            after: date(2025, 12, 31),
            note: Text::new(
                "方案所列期间(2024—2025年)已过，未见废止",
                "the plan's period is over; no repeal is stated",
            ),
        }),
        jurisdiction: vec!["4201".to_owned()],
        comparison: Comparison::Full,
        scale: vec![
            ScaleClass { class: Scale::SuperLarge, relation: Relation::AtLeast, racks: SUPER_LARGE },
            ScaleClass { class: Scale::Large, relation: Relation::AtLeast, racks: LARGE },
            ScaleClass { class: Scale::MediumSmall, relation: Relation::AtLeast, racks: decimal(0, 0) },
        ],
        settings: Settings::default(),
        on_request: false,
        comparisons: Vec::new(),
        requirements: vec![
            Requirement {
                id: "pue-new-large".into(),
                nature: Nature::Binding,
                scope: new_large(),
                check: Check::AnnualPue { relation: Relation::AtMost, limit: PUE_LIMIT },
                source: Source {
                    clause: "一(二); 二(六)15; 附件13".into(),
                    quote: Some("新建大型数据中心PUE ≤1.25 约束性".into()),
                    basis: JudgingBasis::Transcribed,
                },
                scope_readings: scope_readings(),
                readings: pue_readings,
            },
            Requirement {
                id: "grade-new-large".into(),
                nature: Nature::Binding,
                scope: new_large(),
                check: Check::Grade { at_least: GRADE, ladder: None },
                source: Source {
                    clause: "一(二); 二(六)15; 附件14".into(),
                    quote: Some("新建大型数据中心绿色低碳等级 4A级以上 约束性".into()),
                    basis: JudgingBasis::Transcribed,
                },
                scope_readings: scope_readings(),
                readings: Vec::new(),
            },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_is_valid() {
        wuhan_2024().validate().unwrap();
    }
}
