//! The vectors of the method, read from golden files.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{bytes, golden, outcome, text};
use pue::{
    Ledger, Period,
    facility::{RackType, Racks, Scale, StandardRacks},
    kpi::{AnyPue, Boundary, MeasuredPue, Pue},
    period::{Granularity, time_zone},
    quantity::{ComparisonMethod, ExactEnergy, ExactPower, Ratio, Relation},
    submission::audit_json,
};
use serde_json::Value;

fn kwh(value: &Value) -> ExactEnergy {
    ExactEnergy::from_kwh(value.as_f64().unwrap()).unwrap()
}

fn racks(list: &Value) -> Racks {
    let types = list.as_array().unwrap().iter().map(|row| RackType {
        count: row["count"].as_u64().unwrap(),
        rated: ExactPower::from_kw(row["rated_kw"].as_f64().unwrap()).unwrap(),
    });
    let mut racks = Racks::default();
    racks.types.extend(types);
    racks
}

#[test]
fn v1_exactly_the_limit() {
    let v = golden("v01-pue.json");
    let pue = Pue::interim(kwh(&v["total_kwh"]), kwh(&v["it_kwh"])).unwrap();
    let limit = v["expect"]["pue"].as_str().unwrap().parse().unwrap();
    assert_eq!(pue.ratio(), Ratio::from(&limit));
    assert_eq!(ComparisonMethod::Full.holds(pue.ratio(), Relation::AtMost, limit), v["expect"]["at_most_1.25"]);
    assert_eq!(ComparisonMethod::Full.holds(pue.ratio(), Relation::LessThan, limit), v["expect"]["less_than_1.25"]);
}

#[test]
fn v2_design_figure() {
    let v = golden("v02-design.json");
    let racks = racks(&v["racks"]);
    let power = racks.design_power().unwrap();
    assert_eq!(power.kw(), v["expect"]["power_kw"].as_f64().unwrap());
    let it = power.over(v["hours"].as_i64().unwrap() * 3_600_000);
    assert_eq!(it, kwh(&v["expect"]["it_kwh"]));
    let pue = Pue::design(kwh(&v["total_kwh"]), it).unwrap();
    assert_eq!(pue.ratio().round(5).unwrap().to_string(), v["expect"]["pue_5_digits"]);
    let standard = racks.standard().unwrap();
    assert_eq!(standard.ratio().to_f64(), v["expect"]["standard_racks"].as_f64().unwrap());
    assert_eq!(pue::packs::national_scale(standard).unwrap().as_str(), v["expect"]["scale"]);
}

#[test]
fn v3_ratio_of_sums_not_mean_of_ratios() {
    let v = golden("v03-ratio-of-sums.json");
    let sum =
        |column: usize| v["months"].as_array().unwrap().iter().map(|month| kwh(&month[column])).sum::<ExactEnergy>();
    let pue = Pue::interim(sum(0), sum(1)).unwrap();
    assert_eq!(pue.ratio().round(6).unwrap().to_string(), v["expect"]["pue_6_digits"]);
    assert_ne!(pue.ratio().round(2).unwrap().to_string(), v["expect"]["not"]);
}

#[test]
fn v7_standard_racks_by_power() {
    let v = golden("v07-standard-racks.json");
    let standard = racks(&v["racks"]).standard().unwrap();
    assert_eq!(standard.ratio().to_f64(), v["expect"]["standard_racks"].as_f64().unwrap());
    assert_eq!(pue::packs::national_scale(standard).unwrap().as_str(), v["expect"]["scale"]);
}

#[test]
fn v8_scale_edges() {
    for row in golden("v08-scale.json")["expect"].as_array().unwrap() {
        let racks = StandardRacks::declared(row["standard_racks"].as_f64().unwrap()).unwrap();
        assert_eq!(pue::packs::national_scale(racks).unwrap().as_str(), row["scale"], "{racks}");
        let by_pack = pue::packs::by_id("wuhan-2024").unwrap().scale_of(racks).unwrap();
        assert_eq!(by_pack.as_str(), row["scale"], "{racks}");
    }
    // The edge belongs to the other class in Guangdong: the class is a property of the pack.
    for (racks, scale) in [
        (1000.0, Scale::Small),
        (1001.0, Scale::Medium),
        (3000.0, Scale::Medium),
        (3001.0, Scale::Large),
        (10_000.0, Scale::SuperLarge),
    ] {
        let declared = StandardRacks::declared(racks).unwrap();
        assert_eq!(pue::packs::by_id("guangdong-2021").unwrap().scale_of(declared), Some(scale), "{racks}");
    }
}

#[test]
fn v9_wuhan_rules_at_their_edges() {
    let v = golden("v09-wuhan.json");
    for case in v["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let months = case["months"].as_u64().unwrap_or(12) as usize;
        let submission = common::submission_of(case["pue"].as_f64().unwrap(), months, &[&case["change"]]);
        let audit = audit_json(submission.to_string().as_bytes(), &[]);
        assert_eq!(outcome(&audit, "pue-new-large"), case["expect"]["pue"], "{name}: {:#?}", audit.verdicts);
        assert_eq!(outcome(&audit, "grade-new-large"), case["expect"]["grade"], "{name}: {:#?}", audit.verdicts);
        for verdict in &audit.verdicts {
            let undetermined = verdict.outcome == pue::Outcome::Undetermined;
            assert_eq!(
                verdict.settles.is_some(),
                undetermined,
                "{name}: what would settle it is said if, and only if, it is open"
            );
            assert!(
                !verdict.trace.is_empty() && !verdict.message.zh.is_empty() && !verdict.message.en.is_empty(),
                "{name}"
            );
        }
    }
}

#[test]
fn v12_to_v14_and_v17() {
    use pue::kpi::{AnnualPue, Condition, During, ItLoadUseRate8760, characteristic_ratio};
    let energy = |kwh: &Value| ExactEnergy::from_kwh(kwh.as_f64().unwrap()).unwrap();
    let power = |kw: &Value| pue::quantity::ExactPower::from_kw(kw.as_f64().unwrap()).unwrap();
    let v = golden("v12-characteristic.json");
    let conditions = v["conditions"].as_array().unwrap().iter().map(|row| Condition {
        share: row["share"].as_f64().unwrap(),
        total: power(&row["total_kw"]),
        it: power(&row["it_kw"]),
    });
    let conditions: Vec<Condition> = conditions.collect();
    assert_eq!(characteristic_ratio(&conditions).unwrap().to_string(), v["expect"]["r_m1"]);
    assert!(characteristic_ratio(&conditions[1..]).unwrap_err().to_string().contains("add up to 1"));

    let rubric = pue::packs::rubric("national-green-2020").unwrap();
    rubric.validate().unwrap();
    let points = |input: &str, value: Ratio| {
        let scored = rubric.score(&[(input.to_owned(), value)].into());
        scored
            .items
            .into_iter()
            .find(|(id, ..)| rubric.items.iter().any(|item| item.id == *id && item.input == input))
            .unwrap()
            .1
    };
    for row in golden("v13-score-2020.json")["expect"].as_array().unwrap() {
        let pue = Ratio::from_f64(row["pue"].as_f64().unwrap()).unwrap();
        assert_eq!(points("pue", pue).to_f64(), row["points"].as_f64().unwrap(), "{row}");
    }
    let v = golden("v14-use-rate.json");
    let year = pue::Period::year(2024, pue::jiff::tz::TimeZone::UTC).unwrap();
    let rate = ItLoadUseRate8760::new(During::new(energy(&v["it_kwh"]), &year), power(&v["racks_kw"])).unwrap().ratio();
    assert_eq!(rate.to_f64(), v["expect"]["use_rate"].as_f64().unwrap());
    assert_eq!(points("it_load_use_rate", rate).to_f64(), v["expect"]["points"].as_f64().unwrap());

    let v = golden("v17-surcharge.json");
    let mut months = [(0.0, 0.0); 12];
    months[0] = (v["total_kwh"].as_f64().unwrap(), v["it_kwh"].as_f64().unwrap());
    let year = AnnualPue::from_monthly_kwh(&months).unwrap();
    for row in v["expect"].as_array().unwrap() {
        let surcharge = pue::retrofit::beijing_surcharge(year, row["year"].as_i64().unwrap() as i16);
        assert_eq!(surcharge.as_ref().map(|one| one.kwh.kwh()), row["kwh"].as_f64(), "{row}");
        assert_eq!(surcharge.map(|one| one.yuan), row["yuan"].as_f64(), "{row}");
    }
}

#[test]
fn v15_the_real_site() {
    let v = golden("v15-esif.json");
    let site = pue::read::site(&bytes("examples/data/esif/site.json")).value.unwrap();
    let readings = pue::read::csv(&site, "readings.csv", text("examples/data/esif/readings.csv").as_bytes()).unwrap();
    let zone = time_zone("America/Denver").unwrap();
    let whole = Period::parse("2016-06-01/2025-09-01", zone.clone()).unwrap();
    let boundary = Boundary::new(&site, None);
    for granularity in [Granularity::Month, Granularity::Hour] {
        let ledger = Ledger::build_by(&site, &readings, whole.clone(), granularity).unwrap();
        let measured = MeasuredPue::over(&ledger, &boundary, &whole);
        let pue = measured.pue().unwrap();
        assert_eq!(pue.kind(), v["whole"]["kind"]);
        assert_eq!(pue.ratio().round(4).unwrap().to_string(), v["whole"]["pue_4_digits"]);
        for row in v["years"].as_array().unwrap() {
            let year = Period::year(row["year"].as_i64().unwrap() as i16, zone.clone()).unwrap();
            let measured = MeasuredPue::over(&ledger, &boundary, &year);
            let pue = measured.pue().unwrap();
            assert_eq!(pue.kind(), row["kind"], "{year}");
            let percent = measured.reported().coverage.result() * 100.0;
            assert!((percent - row["coverage_percent"].as_f64().unwrap()).abs() <= 0.05, "{year}: {percent}");
            if let Some(printed) = row["pue_4_digits"].as_str() {
                assert_eq!(pue.ratio().round(4).unwrap().to_string(), printed, "{year}");
                assert_ne!(pue.ratio().round(4).unwrap().to_string(), row["not_the_mean_of_months"], "{year}");
            }
            assert_eq!(matches!(pue, AnyPue::Annual(_)), row["kind"] == "annual", "{year}");
        }
    }
}

/// Every month's ratio is the one that the source prints, within 2e-6.
#[test]
fn v15_every_month_is_the_printed_one() {
    let site = pue::read::site(&bytes("examples/data/esif/site.json")).value.unwrap();
    let readings = pue::read::csv(&site, "readings.csv", text("examples/data/esif/readings.csv").as_bytes()).unwrap();
    let whole = Period::parse("2016-06-01/2025-09-01", site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, whole.clone()).unwrap();
    let months = pue::kpi::Course::new(&ledger, &Boundary::new(&site, None), &whole).monthly();
    let printed = text("tests/golden/v15-esif-monthly.csv");
    let printed: Vec<(&str, f64)> =
        printed.lines().skip(1).map(|line| (&line[..7], line.rsplit(',').next().unwrap().parse().unwrap())).collect();
    assert_eq!((months.len(), printed.len()), (111, 111));
    for (month, (name, ratio)) in months.iter().zip(printed) {
        assert_eq!(month.month, name);
        let ours = month.pue.unwrap();
        assert!((ours - ratio).abs() <= 2e-6, "{name}: {ours} against {ratio}");
    }
}
