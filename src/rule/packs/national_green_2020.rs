use super::words::decimal;
use crate::{
    finding::{Basis, Text},
    quantity::Relation,
    rule::rubric::{Item, Points, RUBRIC_SCHEMA, Rubric, Step},
};

/// 国家绿色数据中心 2020 index (工信厅联节函〔2020〕183号): the items whose points are known. The inputs are `pue` (one continuous
/// year by YD/T 2543-2013), `not_worse_than_design` (1 or 0) and `it_load_use_rate`
/// ([`load_use_rate_8760`](crate::kpi::load_use_rate_8760)).
pub fn national_green_2020() -> Rubric {
    let item = |id: &str, name: Text, input: &str, points, basis| Item {
        id: id.to_owned(),
        name,
        input: input.to_owned(),
        points,
        clause: "国家绿色数据中心评价指标体系".to_owned(),
        basis,
    };
    let step = |hundredths, points| Step {
        relation: Relation::AtLeast,
        limit: decimal(hundredths, 2),
        points: decimal(points, 0),
    };
    Rubric {
        schema: RUBRIC_SCHEMA.to_owned(),
        id: "national-green-2020".to_owned(),
        edition: "2020-12-31".to_owned(),
        title: Text::new("国家绿色数据中心评价指标体系(2020)", "Index of national green data centres (2020)"),
        number: "工信厅联节函〔2020〕183号".to_owned(),
        items: vec![
            item(
                "pue",
                Text::new(
                    "电能使用效率：80 − 20 × PUE(0 至 60 分为解读)",
                    "PUE: 80 − 20 × PUE (kept to 0 … 60: a reading)",
                ),
                "pue",
                Points::Linear {
                    offset: decimal(80, 0),
                    slope: decimal(-20, 0),
                    least: decimal(0, 0),
                    most: decimal(60, 0),
                },
                Basis::Official,
            ),
            item(
                "design",
                Text::new("实际水平不低于设计水平", "the real level is not worse than the approved design"),
                "not_worse_than_design",
                Points::Attested { points: decimal(3, 0) },
                Basis::Official,
            ),
            item(
                "it-load",
                Text::new("IT 设备负荷使用率", "IT load use rate"),
                "it_load_use_rate",
                Points::Steps(vec![step(70, 3), step(50, 2), step(30, 1)]),
                Basis::Official,
            ),
        ],
        is_part: true,
        gates: Vec::new(),
        levels: Vec::new(),
    }
}
