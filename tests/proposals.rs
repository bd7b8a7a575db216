//! What a file may be: what it shows beyond doubt is said, and nothing else is.
#![cfg(all(feature = "csv", feature = "json"))]

mod common;

use common::{bytes, text};
use pue::read::import::{Answer, Proposal, presets, survey};
use serde_json::{Value, json};

fn proposal(file: &str) -> Proposal {
    Proposal::of(file.as_bytes()).unwrap()
}

fn asked(proposal: &Proposal) -> Vec<&str> {
    let mut asked: Vec<&str> = proposal.questions.iter().map(|question| question.place.as_str()).collect();
    asked.sort_unstable();
    asked
}

/// A file of rows, each made from its number.
fn rows(header: &str, count: usize, row: impl Fn(usize) -> String) -> String {
    let rows: Vec<String> = (0..count).map(row).collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

/// Files that are ambiguous on purpose, and what has to be asked of each.
fn ambiguous() -> Vec<(&'static str, String, &'static [&'static str])> {
    let up_and_down = |i: usize| [5, 7, 4, 8, 6, 9, 3][i % 7];
    let hour = |i: usize| format!("{:02}:00", i % 24);
    vec![
        (
            "day or month first",
            rows("meter,when,kWh", 9, |i| format!("A,0{}/02/2024 00:00,{}.5", i + 1, up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "day or month first, dots",
            rows("meter;when;kWh", 9, |i| format!("A;0{}.02.2024 00:00;{},25", i + 1, up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "day or month first, dashes",
            rows("meter,when,kWh", 9, |i| format!("A,05-04-2026 {},{}.5", hour(i), up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "two digits of a year",
            rows("meter,when,kWh", 9, |i| format!("A,01/02/03 {},{}.5", hour(i), up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "two digits of a year, days above twelve",
            rows("meter,when,kWh", 9, |i| format!("A,1{}/02/24 00:00,{}.5", i, up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "am and pm",
            rows("meter,when,kWh", 9, |i| format!("A,02/03/2024 0{}:00 AM,{}.5", i % 9 + 1, up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "day and clock apart",
            rows("meter,day,clock,kWh", 9, |i| format!("A,02/03/2024,{},{}.5", hour(i), up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "start or end",
            rows("meter,time,kWh", 9, |i| format!("A,2024-03-01 {},{}.5", hour(i), up_and_down(i))),
            &["time.marks"],
        ),
        (
            "start or end, days",
            rows("meter,date,kWh", 9, |i| format!("A,2024-03-{:02},{}.5", i + 1, up_and_down(i))),
            &["time.marks"],
        ),
        (
            "register or energy that rises",
            rows("meter,end,kWh", 9, |i| format!("A,2024-03-01 {},{}.5", hour(i), 100 + i)),
            &["value.quantity"],
        ),
        (
            "mean power or samples",
            rows("meter,end,kW", 9, |i| format!("A,2024-03-01 {},{}.5", hour(i), up_and_down(i))),
            &["value.quantity"],
        ),
        (
            "no unit",
            rows("meter,end,value", 9, |i| format!("A,2024-03-01 {},{}.5", hour(i), up_and_down(i))),
            &["value.quantity", "value.unit"],
        ),
        (
            "reactive energy",
            rows("meter,end,kvarh", 9, |i| format!("A,2024-03-01 {},{}.5", hour(i), up_and_down(i))),
            &["value.quantity", "value.unit"],
        ),
        ("whose", rows("end,kWh", 9, |i| format!("2024-03-01 {},{}.5", hour(i), up_and_down(i))), &["meter.is"]),
        (
            "decimal comma or thousands",
            rows("meter;end;kWh", 9, |i| format!("A;2024-03-01 {};{},500", hour(i), up_and_down(i))),
            &["dialect.decimal"],
        ),
        (
            "decimal point or thousands",
            rows("meter;end;kWh", 9, |i| format!("A;2024-03-01 {};{}.500", hour(i), up_and_down(i))),
            &["dialect.decimal"],
        ),
        (
            "decimal comma or thousands, quoted",
            rows("meter,end,kWh", 9, |i| format!("A,2024-03-01 {},\"{},500\"", hour(i), up_and_down(i))),
            &["dialect.decimal"],
        ),
        (
            "two columns of numbers",
            rows("end,Main kWh,UPS kWh", 9, |i| {
                format!("2024-03-01 {},{}.5,{}.25", hour(i), up_and_down(i), up_and_down(i + 1))
            }),
            &["layout"],
        ),
        (
            "energy and power of a meter",
            rows("meter,end,kWh,kW", 9, |i| {
                format!("A,2024-03-01 {},{}.5,{}.5", hour(i), up_and_down(i), up_and_down(i + 1))
            }),
            &["value.column"],
        ),
        (
            "two columns of names",
            rows("site,meter,end,kWh", 9, |i| format!("X,A,2024-03-01 {},{}.5", hour(i), up_and_down(i))),
            &["meter.column"],
        ),
        (
            "a column of words that may be names",
            rows("what,end,kWh", 9, |i| format!("total,2024-03-01 {},{}.5", hour(i), up_and_down(i))),
            &["meter.column"],
        ),
        (
            "two times, neither an end",
            rows("meter,read at,stored at,kWh", 9, |i| {
                format!("A,2024-03-01 {},2024-03-0{} 00:00,{}.5", hour(i), 2 - i % 2, up_and_down(i))
            }),
            &["time.columns", "time.marks"],
        ),
        (
            "one bill, whose end may be included",
            "meter,start,end,kWh\nA,2024-03-01,2024-03-31,5.5\n".to_owned(),
            &["time.end_included", "value.quantity"],
        ),
        (
            "flags of quality",
            rows("meter,end,kWh,status", 9, |i| {
                format!("A,2024-03-01 {},{}.5,{}", hour(i), up_and_down(i), ["OK", "E", "OK"][i % 3])
            }),
            &["quality"],
        ),
        (
            "a number that may be a sign",
            rows("meter,end,kWh", 12, |i| {
                format!("A,2024-03-01 {},{}", hour(i), if i % 4 == 3 { 65535 } else { up_and_down(i) })
            }),
            &["missing"],
        ),
        (
            "a spreadsheet's days",
            rows("meter,when,kWh", 9, |i| format!("A,{}.5,{}.5", 45352 + i, up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "no header",
            rows("A,2024-03-01 23:00,4.5", 9, |i| format!("A,2024-03-02 {},{}.5", hour(i), up_and_down(i))),
            &["meter.column", "time.marks", "value.quantity", "value.unit"],
        ),
        (
            "hours in a column of their own",
            rows("meter,date,hour,kWh", 48, |i| format!("A,0{}/02/2024,{},{}.5", i / 24 + 1, i % 24, up_and_down(i))),
            &["time.format", "time.marks"],
        ),
        (
            "a day's curve, without a unit",
            rows(&format!("meter,date,{}", (1..=24).map(|i| format!("h{i}")).collect::<Vec<_>>().join(",")), 9, |d| {
                format!(
                    "A,2024-03-0{},{}",
                    d + 1,
                    (0..24).map(|i| format!("{}.5", up_and_down(i + d))).collect::<Vec<_>>().join(",")
                )
            }),
            &["value.quantity", "value.unit"],
        ),
        ("no year", rows("meter,end,kWh", 9, |i| format!("A,03/13 {},{}.5", hour(i), up_and_down(i))), &["time.year"]),
        (
            "seconds since 1970, of what",
            rows("meter,end,reading", 9, |i| format!("A,{},{}", 1_709_251_200 + 900 * i, 1000 + i)),
            &["value.quantity", "value.unit"],
        ),
        (
            "counters or gauges",
            r#"{"data":{"result":[{"metric":{"__name__":"x"},"values":[[1709251200,"1"],[1709252100,"2"]]}]}}"#
                .to_owned(),
            &["value.quantity", "value.unit"],
        ),
        (
            "points of line protocol",
            "power,feed=a value=1.5 1709251200000000000\npower,feed=a value=2.5 1709252100000000000\n".to_owned(),
            &["value.quantity", "value.unit"],
        ),
    ]
}

/// It never picks silently: what is ambiguous is asked, and a mapping with a question open is none.
#[test]
fn what_is_ambiguous_is_asked() {
    let all = ambiguous();
    assert!(all.len() >= 30);
    for (what, file, expected) in all {
        let proposal = proposal(&file);
        assert_eq!(asked(&proposal), expected, "{what}:\n{file}\n{:#}", proposal.to_json());
        assert!(proposal.mapping().is_err() || expected == ["missing"] || expected == ["quality"], "{what}");
        assert!(proposal.to_json().to_string().contains("\"?\""), "{what}");
    }
}

/// Two answers to a question are two readings of the file, or it would not have to be asked; with all answered there is a mapping
/// that reads every row.
#[test]
fn answers_lead_to_a_mapping() {
    for (what, file, _) in ambiguous() {
        let mut open = proposal(&file);
        let mut rounds = 0;
        while let Some(question) = open.questions.first().cloned() {
            let (place, said) = match question.answers.first() {
                Some(Answer { says, .. }) => {
                    let (place, said) = says
                        .get(&question.place)
                        .map_or_else(|| says.iter().next().unwrap(), |said| (&question.place, said));
                    (place.clone(), said.as_str().map_or_else(|| said.to_string(), str::to_owned))
                }
                None => {
                    let said = match question.place.as_str() {
                        "time.year" => "2024",
                        "time.minutes" => "60",
                        _ => "grid",
                    };
                    (question.place, said.to_owned())
                }
            };
            open.set(&place, &said);
            rounds += 1;
            assert!(rounds < 20, "{what}: {:?}", asked(&open));
        }
        let mapping = open.mapping().unwrap_or_else(|faults| panic!("{what}: {faults}\n{:#}", open.to_json()));
        let found = survey(&mapping, pue::jiff::tz::TimeZone::UTC, what, 3, file.as_bytes());
        let found = found.unwrap_or_else(|error| panic!("{what}: {error}\n{:#}", open.to_json()));
        let lines = file.lines().count() as u64;
        assert!(found.readings + 2 >= lines, "{what}: {} of {lines}", found.readings);
        assert!(found.findings.is_empty(), "{what}: {:#?}", found.findings);
    }
}

/// What a file shows beyond doubt is not asked.
#[test]
fn what_is_shown_is_said() {
    let file = rows("meter;end;kWh", 40, |i| {
        format!("A;{:02}.03.2024 {:02}:00;1.{:03},5", i / 2 + 1, i % 2 * 12, 100 + (i * 37) % 200)
    });
    let proposal = proposal(&file);
    assert_eq!(asked(&proposal), [""; 0], "{:#?}", proposal.questions);
    let mapping = proposal.mapping().unwrap();
    assert_eq!(
        (mapping.dialect.delimiter, mapping.dialect.decimal, mapping.dialect.thousands),
        (Some(';'), Some(','), Some('.'))
    );
    assert_eq!(mapping.time.format.as_deref(), Some("%d.%m.%Y %H:%M"));
    assert_eq!(mapping.time.minutes, Some(720));
    assert!(!proposal.reasons.is_empty());
}

/// Each sample of a preset is known as that, and as proposed lacks no more than a person has to say.
#[test]
fn presets_are_known() {
    let expected: Value = serde_json::from_str(&text("tests/golden/imports/expected.json")).unwrap();
    for name in presets::NAMES {
        let file = bytes(&format!("tests/golden/imports/{}", expected[name]["file"].as_str().unwrap()));
        let proposal = Proposal::of(file.as_slice()).unwrap();
        assert_eq!(proposal.preset.as_deref(), Some(*name));
        let allowed =
            ["time.format", "meter.is", "time.marks", "time.minutes", "time.year", "value.quantity", "value.unit"];
        assert!(asked(&proposal).iter().all(|place| allowed.contains(place)), "{name}: {:?}", asked(&proposal));
        // It can be looked at before anything is answered, and by its name alone.
        if cfg!(feature = "greenbutton") || *name != "greenbutton" {
            let supposed = proposal.supposed().unwrap_or_else(|faults| panic!("{name}: {faults}"));
            let found = survey(&supposed, pue::jiff::tz::TimeZone::UTC, name, 3, file.as_slice());
            assert!(found.unwrap_or_else(|error| panic!("{name}: {error}")).readings > 0);
        }
        let begun = json!({"schema": "pue/import/1", "extends": name}).to_string();
        assert!(Proposal::begun(begun.as_bytes()).is_ok(), "{name}");
    }
}

/// The first lines of a trend report name its points; a register asks for no start or end.
#[test]
fn points_of_a_trend_report() {
    let mut proposal = Proposal::of(bytes("tests/golden/imports/siemens-trend.csv").as_slice()).unwrap();
    assert_eq!(proposal.to_json()["columns"]["Point_2"]["meter"], "AHU-1.TEMP");
    proposal.set("value.quantity", "register");
    proposal.set("value.unit", "kWh");
    assert_eq!(asked(&proposal), [""; 0]);
    assert_eq!(proposal.mapping().unwrap().columns.len(), 2);
}

/// Whatever stands in a file, it is looked at in bounded time and no panic comes of it.
mod hostile {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(common::config())]

        #[test]
        fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let proposal = Proposal::of(bytes.as_slice()).unwrap();
            let _ = (proposal.mapping(), proposal.to_json(), proposal.supposed());
        }

        #[test]
        fn any_table(lines in prop::collection::vec("[-0-9a-cE.:/;,\" 月kWh#]{0,30}", 0..30), place in "[a-z]{1,5}(\\.[a-z]{1,5}){0,3}", said in "\\PC{0,10}") {
            let file = lines.join("\n");
            let mut proposal = Proposal::of(file.as_bytes()).unwrap();
            proposal.set(&place, &said);
            if let Ok(mapping) = proposal.supposed() {
                let _ = survey(&mapping, pue::jiff::tz::TimeZone::UTC, "a", 3, file.as_bytes());
            }
            let _ = Proposal::begun(json!(proposal.to_json()).to_string().as_bytes());
        }
    }
}
