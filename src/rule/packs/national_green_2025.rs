use super::words::{decimal, official, pack, pue_at_most, requirement};
use crate::{
    finding::Text,
    quantity::Relation,
    rule::{Band, Check, Days, Metric, Nature, Pack, Requirement, Scope},
};
use jiff::civil::date;

/// 国家绿色数据中心 2025 (工信厅联节函〔2025〕279号): the conditions of entry, for sites that apply. What no field carries stays
/// open until somebody has seen it.
pub fn national_green_2025() -> Pack {
    let mut pack = pack(
        "national-green-2025",
        "工信厅联节函〔2025〕279号",
        date(2025, 7, 7),
        ("2025 年度国家绿色数据中心推荐", "National green data centres, call of 2025"),
        ("工业和信息化部办公厅等", "General Office of the Ministry of Industry and Information Technology and others"),
    );
    pack.on_request = true;
    let here = || Scope::Region(vec!["CN".to_owned()]);
    let figure =
        |figure, units, digits| Check::Figure { figure, relation: Relation::AtLeast, limit: decimal(units, digits) };
    let band = |name: &str, units| Band { name: name.to_owned(), at_most: decimal(units, 2) };
    let attested = |zh: &'static str, en: &'static str| Check::Attested { what: Text::new(zh, en) };
    let entry = |id: &'static str, scope: Scope, check: Check, quote: &'static str| -> Requirement {
        let is_pue = matches!(check, Check::AnnualPue { .. } | Check::PueBand { .. });
        let requirement = requirement(id, Nature::Unstated, scope, check, official("申报条件", quote));
        let requirement = if is_pue { requirement } else { requirement.without_readings() };
        requirement.scope_reading(
            "按申报单位处理；非申报者不适用",
            "taken as an applicant, since it was asked for; it binds nobody else",
        )
    };
    let not_public = Scope::Not(Box::new(Scope::Sector(vec!["public".to_owned(), "finance".to_owned()])));
    pack.requirements = vec![
        entry(
            "standard-racks",
            Scope::All(vec![here(), not_public]),
            figure(Metric::StandardRacks, 3_000, 0),
            "标准机架数≥3000(公共机构、金融领域除外)",
        ),
        entry("occupancy", here(), figure(Metric::Occupancy, 60, 2), "上架率≥60%"),
        entry("pue", here(), pue_at_most(decimal(130, 2)), "PUE不高于1.30"),
        entry(
            "gb-40879-grade-2",
            here(),
            Check::PueBand { bands: vec![band("1", 120), band("2", 130), band("3", 150)], at_worst: "2".to_owned() },
            "达到 GB 40879 2 级及以上能效",
        ),
        entry("running-one-year", here(), figure(Metric::YearsInService, 1, 0), "投入运行一年及以上"),
        entry(
            "gb-t-44989-level-2",
            here(),
            attested("GB/T 44989-2024 2 级及以上(原则上)", "GB/T 44989-2024 level 2 or better (in principle)"),
            "原则上达到 GB/T 44989-2024 2 级及以上",
        ),
        entry(
            "servers",
            here(),
            attested("服务器达到 GB 43630-2023 节能水平", "servers at the energy-saving level of GB 43630-2023"),
            "服务器达到 GB 43630-2023 节能水平",
        ),
        entry(
            "renewables",
            here(),
            attested(
                "可再生能源利用不低于本省消纳责任权重",
                "renewables not below the province's share (消纳责任权重)",
            ),
            "不低于所在省消纳责任权重",
        ),
        entry(
            "place",
            Scope::All(vec![here(), Scope::InService(Days::from(date(2022, 1, 1)))]),
            attested(
                "2022 年以来新建的，原则上位于枢纽或算电协同试点",
                "sites built from 2022 on: in principle in hubs or pilot areas of computing with power",
            ),
            "2022年以来新建的原则上位于国家枢纽节点或算电协同试点",
        ),
        entry(
            "standing",
            here(),
            attested("产权清晰、独立法人、无不良记录", "clear title, a legal person, no bad record"),
            "产权清晰，独立法人，无不良记录",
        ),
    ];
    pack
}
