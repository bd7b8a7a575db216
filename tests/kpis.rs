//! The family of indicators: their vectors, what each refuses, and that each is documented.

use pue::{
    Period,
    jiff::tz::TimeZone,
    kpi::{
        Cer, Clf, Co2, Cpue, Cue, Dcie, During, Ere, Erf, InterimPue, ItLoadUseRate, ItLoadUseRate8760, KpiError,
        KpiFault, OccupancyByCount, OccupancyByPower, OccupancyByStandardRacks, Olf, Plf, Ref, Water, WholeYearRatio,
        Wue,
    },
    metering::Circuit,
    quantity::{ExactEnergy, ExactPower, Ratio},
};
use serde_json::Value;

fn golden(name: &str) -> Value {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn kwh(kwh: f64) -> ExactEnergy {
    ExactEnergy::from_kwh(kwh).unwrap()
}

fn year(year: i16) -> Period {
    Period::year(year, TimeZone::UTC).unwrap()
}

#[test]
fn v5_and_v6() {
    for name in ["v05-reuse.json", "v06-reuse.json"] {
        let v = golden(name);
        let [total, it, reused] = ["total_kwh", "it_kwh", "reused_kwh"].map(|key| kwh(v[key].as_f64().unwrap()));
        let of = |energy| During::new(energy, &year(2024));
        assert_eq!(InterimPue::interim(total, it).unwrap().to_string(), v["expect"]["pue"]);
        let ere = Ere::new(of(total), of(it), of(reused)).unwrap();
        let erf = Erf::new(of(reused), of(total)).unwrap();
        assert_eq!((erf.to_string(), ere.to_string()), (text(&v["expect"]["erf"]), text(&v["expect"]["ere"])));
        if let Some(value) = v["expect"]["ere_value"].as_f64() {
            assert!((ere.value() - value).abs() < 5e-6, "{name}");
        }
        // ERE = (1 − ERF) · PUE, exactly.
        let rest = Ratio::ONE.checked_add(erf.ratio().checked_mul(Ratio::new(-1, 1).unwrap()).unwrap()).unwrap();
        let pue = InterimPue::interim(total, it).unwrap().ratio();
        assert_eq!(rest.checked_mul(pue).unwrap(), ere.ratio());
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn v16() {
    let v = golden("v16-apparent-power.json");
    let number = |key: &str| v[key].as_f64().unwrap();
    let circuit = Circuit { ct_primary_a: number("ct_primary_a"), voltage_v: number("voltage_v"), phases: 1 };
    assert_eq!(circuit.apparent_kva(), v["expect"]["kva"].as_f64().unwrap());
    assert!((circuit.active_kw(number("power_factor")) - v["expect"]["kw"].as_f64().unwrap()).abs() < 1e-12);
}

/// An indicator of two amounts, formed of numbers of kWh (or m³, or kg) over two periods.
type Forming = fn(f64, &Period, f64, &Period) -> Result<f64, KpiError>;

/// Numbers that are no energy never become one; what can be stated so comes to the indicator.
fn energy(amount: f64) -> ExactEnergy {
    ExactEnergy::from_kwh(amount).unwrap_or(ExactEnergy::from_microjoules(i128::MAX / 2))
}

macro_rules! of_energies {
    ($kpi:ty) => {
        |a, of_a, b, of_b| <$kpi>::new(During::new(energy(a), of_a), During::new(energy(b), of_b)).map(<$kpi>::value)
    };
}

const RATIOS: [(&str, Forming); 10] = [
    (Dcie::SYMBOL, |a, of_a, b, of_b| {
        Dcie::new(During::new(energy(b), of_b), During::new(energy(a), of_a)).map(Dcie::value)
    }),
    (Clf::SYMBOL, of_energies!(Clf)),
    (Plf::SYMBOL, of_energies!(Plf)),
    (Olf::SYMBOL, of_energies!(Olf)),
    (Ref::SYMBOL, of_energies!(Ref)),
    (Erf::SYMBOL, of_energies!(Erf)),
    (Cer::SYMBOL, of_energies!(Cer)),
    (Wue::SYMBOL, |a, of_a, b, of_b| {
        Wue::new(During::new(Water::m3(a), of_a), During::new(energy(b), of_b)).map(Wue::value)
    }),
    (Cue::SYMBOL, |a, of_a, b, of_b| {
        Cue::new(During::new(Co2::kg(a), of_a), During::new(energy(b), of_b)).map(Cue::value)
    }),
    (Ere::SYMBOL, |a, of_a, b, of_b| {
        let reused = During::new(energy(0.0), of_b);
        Ere::new(During::new(energy(a), of_a), During::new(energy(b), of_b), reused).map(Ere::value)
    }),
];

#[test]
fn each_refuses_what_is_no_amount() {
    let (this, other) = (year(2024), year(2023));
    for (name, form) in RATIOS {
        let fault = |a, of_a, b, of_b| {
            let error = form(a, of_a, b, of_b).unwrap_err();
            assert_eq!(error.kpi, name);
            assert!(error.to_string().starts_with(name), "{error}");
            error.fault
        };
        assert!(form(500.0, &this, 1000.0, &this).unwrap() > 0.0, "{name}");
        assert!(matches!(fault(500.0, &this, 0.0, &this), KpiFault::Zero(_)), "{name}");
        assert!(matches!(fault(-500.0, &this, 1000.0, &this), KpiFault::Negative(_)), "{name}");
        assert!(matches!(fault(500.0, &this, -1000.0, &this), KpiFault::Negative(_)), "{name}");
        assert!(matches!(fault(500.0, &this, 1000.0, &other), KpiFault::Periods(..)), "{name}");
        for no_number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(form(no_number, &this, 1000.0, &this).is_err(), "{name} of {no_number}");
            assert!(
                form(500.0, &this, no_number, &this).is_err() || form(500.0, &this, no_number, &this) == Ok(0.0),
                "{name} over {no_number}"
            );
        }
    }
    // What is a part of a whole is not more than it.
    let of = |energy| During::new(kwh(energy), &this);
    assert!(matches!(Erf::new(of(2.0), of(1.0)).unwrap_err().fault, KpiFault::AboveWhole(..)));
    assert!(matches!(Dcie::new(of(1.0), of(2.0)).unwrap_err().fault, KpiFault::AboveWhole(..)));
    assert!(matches!(Cpue::new(of(1.0), of(2.0)).unwrap_err().fault, KpiFault::AboveWhole(..)));
    assert!(matches!(Ere::new(of(1.0), of(1.0), of(2.0)).unwrap_err().fault, KpiFault::AboveWhole(..)));
    assert!(matches!(Cpue::new(of(1.0), of(0.0)).unwrap_err().fault, KpiFault::Zero(_)));
    assert_eq!(Ref::new(of(3.0), of(1.0)).unwrap().value(), 1.0);
    let month = Period::parse("2024-03", TimeZone::UTC).unwrap();
    assert_eq!(WholeYearRatio::new(kwh(2.0), kwh(1.0), &month).unwrap_err().fault, KpiFault::NotAYear);
    assert!(
        WholeYearRatio::new(kwh(1.0), kwh(0.0), &this).is_err()
            && WholeYearRatio::new(kwh(1.0), kwh(2.0), &this).is_err()
    );
    assert_eq!(WholeYearRatio::new(kwh(1.3), kwh(1.0), &this).unwrap().to_string(), "1.300");
}

#[test]
fn rates_of_use_refuse_too() {
    let (this, kw) = (year(2024), |kw| ExactPower::from_kw(kw).unwrap());
    let it = |energy| During::new(kwh(energy), &this);
    assert!(matches!(ItLoadUseRate::new(it(1.0), kw(0.0)).unwrap_err().fault, KpiFault::Zero(_)));
    assert!(matches!(ItLoadUseRate::new(it(1.0), kw(-1.0)).unwrap_err().fault, KpiFault::Negative(_)));
    assert!(matches!(ItLoadUseRate::new(it(-1.0), kw(1.0)).unwrap_err().fault, KpiFault::Negative(_)));
    // A leap year has 8 784 hours; the rubric prints 8 760.
    let energy = it(17_520_000.0);
    assert_eq!(ItLoadUseRate8760::new(energy, kw(4000.0)).unwrap().to_string(), "0.500");
    assert_eq!(ItLoadUseRate::new(energy, kw(4000.0)).unwrap().to_string(), "0.499");
    let month = Period::parse("2024-03", TimeZone::UTC).unwrap();
    let short = ItLoadUseRate8760::new(During::new(kwh(1.0), &month), kw(1.0));
    assert_eq!(short.unwrap_err().fault, KpiFault::NotAYear);
    for form in [
        |a, b| OccupancyByCount::new(a, b).map(OccupancyByCount::value),
        |a, b| OccupancyByStandardRacks::new(a, b).map(OccupancyByStandardRacks::value),
        |a, b| OccupancyByPower::new(a, b).map(OccupancyByPower::value),
    ] as [fn(f64, f64) -> Result<f64, KpiError>; 3]
    {
        assert_eq!(form(980.0, 1400.0).unwrap(), 0.7);
        assert!(matches!(form(1.0, 0.0).unwrap_err().fault, KpiFault::Zero(_)));
        assert!(matches!(form(2.0, 1.0).unwrap_err().fault, KpiFault::AboveWhole(..)));
        assert!(matches!(form(-1.0, 1.0).unwrap_err().fault, KpiFault::Negative(_)));
        assert!(matches!(form(f64::NAN, 1.0).unwrap_err().fault, KpiFault::NotFinite { .. }));
        assert!(matches!(form(1.0, f64::INFINITY).unwrap_err().fault, KpiFault::NotFinite { .. }));
    }
}

#[test]
fn each_is_documented() {
    let folder = format!("{}/src/kpi/family", env!("CARGO_MANIFEST_DIR"));
    let mut documented = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for block in source.split("\n}\n") {
            let Some(at) =
                ["\nindicator! {", "\nload_factor! {", "\noccupancy! {"].iter().find_map(|start| block.find(start))
            else {
                continue;
            };
            let docs: Vec<&str> = block[at..].lines().filter(|line| line.trim().starts_with("///")).collect();
            for part in ["Formula: `", "Unit: ", "Source: ", "```"] {
                assert!(docs.iter().any(|line| line.contains(part)), "{part} is missing in {}", &block[at..]);
            }
            documented += 1;
        }
    }
    assert_eq!(documented, 18, "one indicator more or less");
}
