use super::words::{decimal, new_rebuilt_extended, pack, requirement, transcribed};
use crate::{
    facility::{AirConditioning, ItCooling},
    finding::Text,
    quantity::Relation,
    rule::{Band, Check, Nature, Pack, Scope},
};
use jiff::civil::date;

/// GB 40879-2021 数据中心能效限定值及能效等级: grades 1 to 3 of the electricity ratio R, grade 3 being the limit value.
///
/// R is taken as the whole-year value R_M2 (6.3.2.4). The characteristic-condition value R_M1 needs the shares of the five
/// outdoor conditions as an input: see [`characteristic_ratio`](crate::kpi::characteristic_ratio).
pub fn gb_40879_2021() -> Pack {
    let band = |name: &str, units| Band { name: name.to_owned(), at_most: decimal(units, 2) };
    let unit = Scope::All(vec![
        Scope::IndependentSupply(true),
        Scope::ItCooling(vec![ItCooling::Air]),
        Scope::AirConditioning(vec![AirConditioning::Electric]),
    ]);
    let existing_unit = Scope::Unclear {
        when: Box::new(unit),
        because: Text::new(
            "标准是否适用于既有建筑单体或模块单元(文本第二句未写“新建”)",
            "whether existing buildings or units are meant (the second limb of the scope does not say \"new\")",
        ),
    };
    let small_edge = Scope::All(vec![
        Scope::Edge(true),
        Scope::StandardRacks { relation: Relation::AtMost, limit: decimal(100, 0) },
    ]);
    let scope =
        Scope::All(vec![Scope::Any(vec![new_rebuilt_extended(), existing_unit]), Scope::Not(Box::new(small_edge))]);
    let mut pack = pack(
        "gb-40879-2021",
        "GB 40879-2021",
        date(2022, 11, 1),
        (
            "数据中心能效限定值及能效等级",
            "Maximum allowable values of energy efficiency and energy efficiency grades for data centers",
        ),
        (
            "国家市场监督管理总局、国家标准化管理委员会",
            "State Administration for Market Regulation, Standardization Administration of China",
        ),
    );
    pack.requirements = vec![
        requirement(
            "grade-3",
            Nature::Mandatory,
            scope,
            Check::PueBand { bands: vec![band("1", 120), band("2", 130), band("3", 150)], at_worst: "3".to_owned() },
            transcribed("范围；能效等级与限定值", "电能比 R：1 级 ≤1.20，2 级 ≤1.30，3 级(限定值) ≤1.50"),
        )
        .scope_reading(
            "电能比 R 取全年值 R_M2(6.3.2.4)；特征工况值 R_M1 须另给各工况占比",
            "R is the whole-year value R_M2 (6.3.2.4); the characteristic-condition value R_M1 needs the shares of its conditions",
        )
        .scope_reading(
            "其他空调形式为参照执行；液冷机房处于适用范围边缘",
            "other air conditioning follows by reference; liquid-cooled halls are at the edge of the scope",
        ),
    ];
    pack
}
