use super::words::{benchmark, decimal, existing, official, pack, pue_at_most, reported, requirement, transcribed};
use crate::{
    facility::{Ladder, Level, LifecycleKind, Scale},
    finding::Text,
    quantity::Relation,
    rule::{Check, Lapse, Nature, Pack, ScaleClass, Scope},
};
use jiff::civil::date;

/// 北京市存量数据中心优化工作方案(2024—2027年): existing sites of 5 GWh a year and more, PUE above 1.35, are encouraged to
/// retrofit; from 2026 the part above the limit bears a surcharge.
pub fn beijing_2024() -> Pack {
    let mut pack = pack(
        "beijing-2024",
        "北京市存量数据中心优化工作方案(2024—2027年)",
        date(2024, 11, 14),
        (
            "北京市存量数据中心优化工作方案(2024—2027年)",
            "Beijing plan for the optimisation of existing data centres (2024-2027)",
        ),
        ("北京市", "Beijing Municipality"),
    );
    pack.jurisdiction = vec!["11".to_owned()];
    pack.lapse = Some(Lapse {
        after: date(2027, 12, 31),
        note: Text::new("方案所列期间(2024—2027年)已过，未见废止", "the plan's period is over; no repeal is stated"),
    });
    let scope = Scope::All(vec![
        Scope::Region(vec!["11".to_owned()]),
        existing(),
        Scope::AnnualGwh { relation: Relation::AtLeast, limit: decimal(5, 0) },
    ]);
    pack.requirements = vec![
        requirement(
            "pue-existing",
            Nature::Threshold,
            scope,
            pue_at_most(decimal(135, 2)),
            official("改造对象", "年用电量500万千瓦时及以上且PUE高于1.35的存量数据中心，鼓励改造"),
        )
        .scope_reading(
            "不符合即为鼓励改造对象，2026 年起超限部分加价",
            "failing means being one of those encouraged to retrofit, with a surcharge from 2026",
        ),
    ];
    pack
}

/// 上海市节能降碳“百一”行动计划(2022—2025年): sites of at most 800 cabinets in continuous operation for ten years and more,
/// PUE above 1.7, are to be closed, stopped, merged or converted (关停并转).
pub fn shanghai_2022() -> Pack {
    let mut pack = pack(
        "shanghai-2022",
        "上海市节能降碳“百一”行动计划(2022—2025年)",
        date(2022, 12, 31),
        (
            "上海市节能降碳“百一”行动计划(2022—2025年)",
            "Shanghai \"hundred-one\" action plan for energy saving (2022-2025)",
        ),
        ("上海市", "Shanghai Municipality"),
    );
    pack.jurisdiction = vec!["31".to_owned()];
    pack.lapse = Some(Lapse {
        after: date(2025, 12, 31),
        note: Text::new("计划所列期间(2022—2025年)已过，未见废止", "the plan's period is over; no repeal is stated"),
    });
    let scope = Scope::All(vec![
        Scope::Region(vec!["31".to_owned()]),
        Scope::Cabinets { relation: Relation::AtMost, limit: decimal(800, 0) },
        Scope::YearsInService { at_least: 10 },
    ]);
    pack.requirements = vec![
        requirement(
            "not-to-be-closed",
            Nature::Threshold,
            scope,
            pue_at_most(decimal(17, 1)),
            official("关停并转", "PUE高于1.7、规模800架及以下、连续运行10年及以上的数据中心，关停并转"),
        )
        .scope_reading(
            "“架”按机柜数理解，不折算标准机架；发文日仅知 2022 年，自该年末日起计",
            "架 is read as cabinets, not converted to standard racks; of the plan's day only 2022 is known, taken from its end on",
        )
        .scope_reading("不符合即为关停并转对象", "failing means being one of those to be closed, stopped, merged or converted"),
    ];
    pack
}

/// Guangdong 2021-2025, known second-hand only; its size classes differ at 3 000 standard racks.
pub fn guangdong_2021() -> Pack {
    let mut pack = pack(
        "guangdong-2021",
        "广东省数据中心布局规划(2021—2025年，未核对原文)",
        date(2021, 12, 31),
        ("广东省数据中心布局(2021—2025年，未核对原文)", "Guangdong layout of data centres (2021-2025)"),
        ("广东省", "Guangdong Province"),
    );
    pack.jurisdiction = vec!["44".to_owned()];
    pack.lapse = Some(Lapse {
        after: date(2025, 12, 31),
        note: Text::new("规划所列期间(2021—2025年)已过，未见废止", "the plan's period is over; no repeal is stated"),
    });
    let class = |class, relation, racks| ScaleClass { class, relation, racks: decimal(racks, 0) };
    pack.scale = vec![
        class(Scale::SuperLarge, Relation::AtLeast, 10_000),
        class(Scale::Large, Relation::MoreThan, 3_000),
        class(Scale::Medium, Relation::MoreThan, 1_000),
        class(Scale::Small, Relation::AtLeast, 0),
    ];
    let here = || Scope::Region(vec!["44".to_owned()]);
    pack.comparisons = vec![
        reported("supported-first", here(), pue_at_most(decimal(125, 2)), "优先支持"),
        reported("supported", here(), pue_at_most(decimal(13, 1)), "支持"),
        reported(
            "rebuilding-restrained",
            Scope::All(vec![here(), Scope::Lifecycle(vec![LifecycleKind::Rebuilt, LifecycleKind::Existing])]),
            pue_at_most(decimal(15, 1)),
            "1.3 至 1.5 限制改建，不得新建、扩建；高于 1.5 一律不予支持",
        ),
    ];
    pack
}

/// 江苏省数据中心产业示范基地评估规范 (2021), of applicants only: green 4A, low-carbon 3A and a PUE, three separate
/// conditions. So a 4A does not stand for a known PUE.
pub fn jiangsu_2021() -> Pack {
    let mut pack = pack(
        "jiangsu-2021",
        "江苏省数据中心产业示范基地评估规范(2021)",
        date(2021, 12, 31),
        (
            "江苏省数据中心产业示范基地评估规范",
            "Jiangsu rules for the assessment of demonstration bases of data centres",
        ),
        ("江苏省", "Jiangsu Province"),
    );
    pack.jurisdiction = vec!["32".to_owned()];
    pack.on_request = true;
    let here =
        |more: Option<Scope>| Scope::All([Scope::Region(vec!["32".to_owned()])].into_iter().chain(more).collect());
    let grade = |level, ladder| Check::Grade { at_least: level, ladder: Some(ladder) };
    let applicant = (
        "按申报示范基地处理，非申报者不适用；发文日仅知 2021 年，自该年末日起计",
        "taken as an applicant, since it was asked for; it binds nobody else; of its day only 2021 is known, taken from its end on",
    );
    let large = Scope::ScaleAtLeast(Scale::Large);
    let smaller = Scope::Not(Box::new(Scope::ScaleAtLeast(Scale::Large)));
    pack.requirements = vec![
        requirement(
            "green-grade",
            Nature::Unstated,
            here(None),
            grade(Level::AAAA, Ladder::Green),
            transcribed("绿色等级", "绿色等级 4A 及以上"),
        )
        .without_readings(),
        requirement(
            "low-carbon-grade",
            Nature::Unstated,
            here(None),
            grade(Level::AAA, Ladder::LowCarbon),
            transcribed("低碳等级", "低碳等级 3A 及以上"),
        )
        .without_readings(),
        requirement(
            "pue-large",
            Nature::Unstated,
            here(Some(large)),
            pue_at_most(decimal(13, 1)),
            transcribed("PUE", "大型 PUE ≤ 1.3"),
        ),
        requirement(
            "pue-medium-small",
            Nature::Unstated,
            here(Some(smaller)),
            pue_at_most(decimal(15, 1)),
            transcribed("PUE", "中小型 PUE ≤ 1.5"),
        ),
    ]
    .into_iter()
    .map(|requirement| requirement.scope_reading(applicant.0, applicant.1))
    .collect();
    pack
}

/// Blue Angel DE-UZ 228 (reported): compares, for those who ask for it.
pub fn blue_angel_228() -> Pack {
    use crate::rule::Days;
    let mut pack = pack(
        "blue-angel-228",
        "DE-UZ 228",
        date(2023, 12, 31),
        ("蓝天使 DE-UZ 228 数据中心", "Blue Angel DE-UZ 228, data centres"),
        ("德国 RAL gGmbH", "RAL gGmbH, Germany"),
    );
    pack.jurisdiction = vec!["DE".to_owned()];
    pack.on_request = true;
    let days = |from: Option<i16>, until: Option<i16>| {
        Scope::InService(Days { from: from.map(|year| date(year, 1, 1)), until: until.map(|year| date(year, 12, 31)) })
    };
    pack.comparisons = vec![
        reported("from-2024", days(Some(2024), None), pue_at_most(decimal(125, 2)), "PUE, commissioned from 2024 on"),
        reported(
            "2019-2023",
            days(Some(2019), Some(2023)),
            pue_at_most(decimal(130, 2)),
            "PUE, commissioned 2019-2023",
        ),
        reported(
            "2015-2018",
            days(Some(2015), Some(2018)),
            pue_at_most(decimal(150, 2)),
            "PUE, commissioned 2015-2018",
        ),
        reported("to-2014", days(None, Some(2014)), pue_at_most(decimal(160, 2)), "PUE, commissioned up to 2014"),
    ];
    pack
}

/// Climate Neutral Data Centre Pact (reported): compares, for those who ask for it.
pub fn cndcp() -> Pack {
    use crate::{finding::Basis, rule::Metric};
    let mut pack = pack(
        "cndcp",
        "Climate Neutral Data Centre Pact",
        date(2021, 12, 31),
        ("气候中和数据中心公约", "Climate Neutral Data Centre Pact"),
        ("公约签署方", "its signatories"),
    );
    pack.jurisdiction = Vec::new();
    pack.on_request = true;
    let climate = |name: &str| Scope::Climate(vec![name.to_owned()]);
    let water = Check::Figure { figure: Metric::WaterUsage, relation: Relation::AtMost, limit: decimal(4, 1) };
    let everywhere = Scope::Not(Box::new(Scope::Day(crate::rule::Days::until(date(2020, 12, 31)))));
    let why = Text::new("自愿公约，数字为二手资料", "a voluntary pact, its figures only reported");
    pack.comparisons = vec![
        reported("pue-cool", climate("cool"), pue_at_most(decimal(13, 1)), "energy efficiency, cool climates"),
        reported("pue-warm", climate("warm"), pue_at_most(decimal(14, 1)), "energy efficiency, warm climates"),
        benchmark("wue", everywhere, water, ("water", None, Basis::Reported), why),
    ];
    pack
}
