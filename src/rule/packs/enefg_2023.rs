use super::words::{decimal, official, pack, pue_at_most, requirement};
use crate::{
    finding::Text,
    quantity::Relation,
    rule::{Check, Days, Metric, Nature, Pack, Requirement, Scope},
};
use jiff::civil::date;

/// Germany's Energieeffizienzgesetz (EnEfG) §11: PUE by the day of commissioning, and the share of energy that is reused.
/// An amendment is pending.
pub fn enefg_2023() -> Pack {
    let mut pack = pack(
        "enefg-2023",
        "EnEfG",
        date(2023, 12, 31),
        ("德国能源效率法 §11 数据中心", "Energieeffizienzgesetz §11, data centres"),
        ("德国联邦议院", "Deutscher Bundestag"),
    );
    pack.jurisdiction = vec!["DE".to_owned()];
    let start = date(2026, 7, 1);
    let here = || Scope::Region(vec!["DE".to_owned()]);
    let started = |from, until| Scope::InService(Days { from, until });
    let before = || started(None, Some(date(2026, 6, 30)));
    let from = || started(Some(start), None);
    let law =
        |id: &'static str, scope: Vec<Scope>, check: Check, clause: &'static str, words: &'static str| -> Requirement {
            let scope = Scope::All([here()].into_iter().chain(scope).collect());
            let is_pue = matches!(check, Check::AnnualPue { .. });
            let requirement = requirement(id, Nature::Mandatory, scope, check, official(clause, words));
            let requirement = if is_pue { requirement } else { requirement.without_readings() };
            requirement
                .scope_reading(
                    "视为该法所称数据中心；修正案待定",
                    "taken as a data centre in the sense of the law; an amendment is pending",
                )
                .scope_reading(
                    "生效日仅知 2023 年，自该年末日起计",
                    "of the law's day only 2023 is known, taken from its end on",
                )
        };
    let reused =
        |units| Check::Figure { figure: Metric::ReusedShare, relation: Relation::AtLeast, limit: decimal(units, 2) };
    let planned = |percent: u8| Check::Attested {
        what: Text::new(
            format!("规划的能源再利用率不低于 {percent}%"),
            format!("a planned share of reused energy of at least {percent} %"),
        ),
    };
    let day = |from| Scope::Day(Days::from(from));
    let between = |from, until| started(Some(from), Some(until));
    pack.requirements = vec![
        law(
            "pue-existing-2027",
            vec![before(), day(date(2027, 7, 1))],
            pue_at_most(decimal(15, 1)),
            "§11",
            "PUE at most 1.5 from 2027-07-01 (annual average)",
        ),
        law(
            "pue-existing-2030",
            vec![before(), day(date(2030, 7, 1))],
            pue_at_most(decimal(13, 1)),
            "§11",
            "PUE at most 1.3 from 2030-07-01 (annual average)",
        ),
        law(
            "pue-new",
            vec![from(), Scope::YearsInService { at_least: 2 }],
            pue_at_most(decimal(12, 1)),
            "§11",
            "PUE at most 1.2, within two years of commissioning",
        ),
        law(
            "reuse-10",
            vec![between(start, date(2027, 6, 30)), Scope::YearsInService { at_least: 2 }],
            reused(10),
            "§11",
            "share of reused energy at least 10 %",
        )
        .scope_reading(
            "再利用率与 PUE 一样自投运两年起判定",
            "the share is judged two years after commissioning, like the PUE",
        ),
        law(
            "reuse-15",
            vec![between(date(2027, 7, 1), date(2028, 6, 30))],
            planned(15),
            "§11",
            "planned share of reused energy at least 15 %",
        ),
        law(
            "reuse-20",
            vec![started(Some(date(2028, 7, 1)), None)],
            planned(20),
            "§11",
            "planned share of reused energy at least 20 %",
        ),
    ];
    pack
}
