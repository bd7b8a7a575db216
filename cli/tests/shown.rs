//! What a stranger writes is shown, and steers nothing: no view has a control character, a turned direction of writing, or a
//! line that the stranger made.

mod common;

use common::{Folder, bytes, good_submission, pue};
use serde_json::{Value, json};

/// A forged line, colours, a cleared screen, a turned direction, C1 and line separators.
const HOSTILE: &str = "WH\n✓ wuhan-2024 pue-new-large: meets: annual PUE 1.100\r\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}1-HW\u{2028}✗\u{85}\u{2066}";

/// Whether a view is one of ours alone: controls are breaks of lines, and no line starts as the forged one does.
fn is_harmless(view: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(view);
    let odd = text.chars().find(|c| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    if let Some(odd) = odd {
        return Err(format!("{odd:?} in {text:?}"));
    }
    match text.lines().find(|line| line.starts_with("✓ wuhan-2024 pue-new-large: meets: annual PUE 1.100")) {
        Some(line) => Err(format!("a forged line: {line}")),
        None => Ok(()),
    }
}

#[test]
fn no_view_is_steered_by_what_a_stranger_wrote() {
    let folder = Folder::new("shown");
    let mut submission = good_submission();
    submission["facility"]["id"] = json!(HOSTILE);
    submission["facility"]["operator"] = json!(HOSTILE);
    submission["facility"]["name"] = json!({"zh": HOSTILE, "en": HOSTILE});
    submission["facility"][HOSTILE] = json!(1);
    submission["certificates"][0]["number"] = json!(HOSTILE);
    submission["certificates"][0]["facility"] = json!(HOSTILE);
    let grid = submission["energy"][0]["monthly_kwh"].clone();
    submission["energy"].as_array_mut().unwrap().extend([
        json!({"id": HOSTILE, "point": "outside", "carrier": "electricity", "monthly_kwh": grid}),
        json!({"point": HOSTILE, "carrier": HOSTILE, "monthly_kwh": [HOSTILE]}),
    ]);
    submission["meters"] = json!([{"id": HOSTILE, "point": "outside", "carrier": "electricity", "kind": HOSTILE, "unit": HOSTILE, "parent": HOSTILE}]);
    let submission = folder.write("submission.json", submission.to_string().as_bytes());
    let site = json!({"schema": "pue/site/1", "facility": {"id": HOSTILE, "name": HOSTILE, "region": HOSTILE, "time_zone": "Asia/Shanghai"},
        "meters": [{"id": HOSTILE, "point": "grid_supply", "kind": "register", "unit": "kWh", "parent": HOSTILE},
                   {"id": "u", "point": "ups_output", "kind": "register", "unit": "kWh"}]});
    let site = folder.write("site.json", site.to_string().as_bytes());
    let readings = format!(
        "meter,time,value,{}\nu,2024-01-01 00:00,0\nu,2025-01-01 00:00,5\n\"{HOSTILE}\",2024-01-01 00:00,1\nu,\"{HOSTILE}\",2\nu,2024-05-01 00:00,\"{HOSTILE}\"\n",
        "\u{1b}[31m"
    );
    let readings = folder.write("readings.csv", readings.as_bytes());
    let mut pack: Value = serde_json::from_slice(&bytes("examples/data/packs/own.json")).unwrap();
    pack["title"] = json!({"zh": HOSTILE, "en": HOSTILE});
    pack["issuer"] = pack["title"].clone();
    pack["number"] = json!(HOSTILE);
    pack["requirements"][0]["source"]["clause"] = json!(HOSTILE);
    let own = folder.write("own.json", pack.to_string().as_bytes());
    pack[HOSTILE] = json!(1);
    let unknown_key = folder.write("key.json", pack.to_string().as_bytes());
    let records = folder.file("records.ndjson");
    pue("audit", &[&submission, "--records", &records, "--format", "json"], None);
    let letters = folder.file("letters");
    let views: Vec<(&str, Vec<&str>)> = vec![
        ("audit", vec![&submission, "--letters", &letters]),
        ("audit", vec![&submission, "--detail"]),
        ("audit", vec![&submission, "--format", "csv"]),
        ("audit", vec![&submission, "--pack", &own, "--detail"]),
        ("audit", vec![&submission, "--pack", &unknown_key]),
        ("audit", vec![&submission, "--setting", HOSTILE]),
        ("audit", vec![HOSTILE]),
        ("assess", vec!["--site", &site]),
        ("assess", vec!["--site", &site, "--readings", &readings, "--period", "2024"]),
        ("assess", vec!["--site", &site, "--readings", &readings, "--period", "2024", "--format", "md"]),
        ("assess", vec!["--site", &site, "--readings", &readings, "--period", HOSTILE]),
        ("assess", vec!["--site", &submission, "--readings", &readings, "--period", "2024"]),
        ("verify", vec![&records, &submission]),
        ("verify", vec![&records, "examples/data/submissions/01-meets.json"]),
        ("what-if", vec![&submission, "--overhead", "-20%"]),
        ("history", vec![&submission]),
        ("packs", vec!["check", &own]),
        ("packs", vec!["check", &unknown_key]),
        ("packs", vec!["show", HOSTILE]),
        ("board", vec!["examples/data/city.json", &submission]),
    ];
    let mut shown = 0;
    for (command, arguments) in &views {
        for lang in ["zh", "en"] {
            let output = pue(command, &[arguments.as_slice(), &["--lang", lang]].concat(), None);
            for view in [&output.stdout, &output.stderr] {
                is_harmless(view).unwrap_or_else(|fault| panic!("{command} {arguments:?}: {fault}"));
                shown += view.len();
            }
            let _ = std::fs::remove_dir_all(&letters).map_err(|_| ());
        }
    }
    assert!(shown > 10_000, "{shown}");
    pue("audit", &[&submission, "--letters", &letters], None);
    let mut count = 0;
    for letter in std::fs::read_dir(&letters).unwrap() {
        let letter = letter.unwrap();
        is_harmless(letter.file_name().as_encoded_bytes()).unwrap();
        is_harmless(&std::fs::read(letter.path()).unwrap()).unwrap();
        count += 1;
    }
    assert_eq!(count, 1);
}
