//! Readings in other layouts: looked at, converted, assessed.

mod common;

use common::{Folder, pue, said, text};
use serde_json::Value;
use std::path::PathBuf;

fn case(file: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/cases/14-bills-with-inclusive-dates");
    folder.join(file).to_string_lossy().into_owned()
}

fn assess(more: &[&str]) -> (Option<i32>, String, String) {
    let (site, readings) = (case("site.json"), case("as_exported.csv"));
    let arguments = [&["--lang", "en", "--site", &site, "--readings", &readings, "--period", "2024"], more].concat();
    let output = pue("assess", &arguments, None);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_mapping_or_a_preset_reads_what_is_not_ours() {
    let map = case("map.json");
    for more in [["--map", map.as_str()], ["--preset", "portfolio-manager"]] {
        let (_, answer, _) = assess(&more);
        assert!(answer.contains("meets: annual PUE 1.240"), "{answer}");
    }
}

#[test]
fn without_one_it_is_refused_and_named() {
    let (code, answer, _) = assess(&[]);
    assert_eq!(code, Some(3), "{answer}");
    assert!(
        answer.contains("portfolio-manager") && answer.contains("pue import") && answer.contains("--map"),
        "{answer}"
    );
    let (code, _, said) = assess(&["--preset", "nobody"]);
    assert!(code == Some(3) && said.contains("nobody") && said.contains("portfolio-manager"), "{said}");
    let (code, _, said) = assess(&["--map", &case("site.json")]);
    assert!(code == Some(3) && said.contains("import.mapping"), "{said}");
    // It lacks whose readings they are.
    let (code, _, said) = assess(&["--preset", "oed"]);
    assert!(code == Some(3) && said.contains("/meter"), "{said}");
}

fn run(command: &str, arguments: &[&str]) -> (i32, String) {
    let output = pue(command, arguments, None);
    (output.status.code().unwrap(), text(&output) + &said(&output))
}

fn export(file: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/data/exports").join(file).to_string_lossy().into_owned()
}

/// Looked at, asked about, answered, kept as a mapping, converted, and assessed: the same PUE as of our own file.
#[test]
fn from_a_file_to_its_pue() {
    let folder = Folder::new("import");
    // Its days are at most the eighth: nobody can say whether they come first.
    let (file, site, map, out) =
        (export("home-assistant.csv"), export("site.json"), folder.file("map.json"), folder.file("out.csv"));
    let (code, shown) = run("import", &[&file, "--lang", "en", "--preview", "--rows", "3"]);
    assert_eq!(code, 2, "{shown}");
    for part in
        ["preset home-assistant", "value.quantity", "value.unit", "sensor.grid_1", "nothing is read so yet", "--set"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let (code, shown) = run("import", &[&file, "--out", &out]);
    assert!(code == 3 && shown.contains("--map or --preset"), "{shown}");
    let set = [
        "--set",
        "value.quantity=energy",
        "--set",
        "value.unit=kWh",
        "--set",
        "time.marks=end",
        "--set",
        "time.minutes=30",
    ];
    let named = ["--set", r#"meter.map={"sensor.grid_1": "grid-1", "sensor.ups_1": "ups-1"}"#];
    let (code, shown) = run(
        "import",
        &[&[&file as &str, "--lang", "zh", "--save", &map, "--site", &site], &set[..], &named[..]].concat(),
    );
    assert!(code == 0 && shown.contains("✓") && shown.contains("pue assess"), "{code} {shown}");
    let (code, shown) = run("import", &[&file, "--map", &map, "--site", &site, "--out", &out]);
    assert_eq!(code, 0, "{shown}");
    let pue_of = |more: &[&str]| {
        let output = pue(
            "assess",
            &[&["--site", &site, "--period", "2024-03-01/2024-03-08", "--format", "json"], more].concat(),
            None,
        );
        let answer: Value = serde_json::from_str(&text(&output)).unwrap();
        answer["pue"].to_string()
    };
    let own = pue_of(&["--readings", &export("readings.csv")]);
    assert!(own.contains("value"), "{own}");
    assert_eq!(pue_of(&["--readings", &file, "--map", &map]), own);
    assert_eq!(pue_of(&["--readings", &out]), own);
}

/// Without a site the meters are those of the file, and the clock has to be named.
#[test]
fn converted_without_a_site() {
    let folder = Folder::new("import-alone");
    let (file, map, out) = (export("wide.csv"), export("wide.map.json"), folder.file("out.csv"));
    let (code, shown) = run("import", &[&file, "--map", &map, "--out", &out]);
    assert!(code == 3 && shown.contains("--zone"), "{shown}");
    let (code, shown) = run("import", &[&file, "--map", &map, "--zone", "Asia/Shanghai", "--out", &out]);
    assert!(code == 0 && shown.contains("kWh"), "{shown}");
    let converted = std::fs::read_to_string(&out).unwrap();
    assert!(
        converted
            .starts_with("meter,start,end,value,quality\ngrid-1,2024-02-28T22:00:00+08:00,2024-02-28T22:30:00+08:00,"),
        "{converted:.200}"
    );
    let (code, shown) = run("import", &[&file, "--map", &map, "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((code, &shown["survey"]["readings"]), (0, &serde_json::json!(2 * 432)));
    let (code, shown) = run("import", &["no-such-file.csv"]);
    assert!(code == 3 && shown.contains("no-such-file"), "{shown}");
}

/// The meters of a file, each with a point for a person to fill in.
#[test]
fn a_site_of_the_meters_of_a_file() {
    let output = pue("template", &["site", "--meters", &export("influx.lp"), "--set", "meter.column=feed"], None);
    let site: Value = serde_json::from_str(&text(&output)).unwrap();
    let meters = site["meters"].as_array().unwrap();
    assert_eq!(meters.len(), 2, "{meters:?}");
    assert_eq!((&meters[0]["id"], &meters[0]["point"]), (&"grid-1".into(), &"".into()));
    assert!(meters[0]["x_kind"].as_str().unwrap().contains("guess"), "{meters:?}");
    let (code, shown) = run("template", &["submission", "--meters", &export("influx.lp")]);
    assert!(code == 3 && shown.contains("template site"), "{shown}");
    let (code, shown) = run("template", &["site", "--preset", "oed"]);
    assert!(code == 3 && shown.contains("--meters"), "{shown}");
}
