//! `pue assess` with readings in other layouts.

mod common;

use common::pue;
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
    assert!(answer.contains("portfolio-manager") && answer.contains("--map"), "{answer}");
    let (code, _, said) = assess(&["--preset", "nobody"]);
    assert!(code == Some(3) && said.contains("nobody") && said.contains("portfolio-manager"), "{said}");
    let (code, _, said) = assess(&["--map", &case("site.json")]);
    assert!(code == Some(3) && said.contains("import.mapping"), "{said}");
    // It lacks whose readings they are.
    let (code, _, said) = assess(&["--preset", "oed"]);
    assert!(code == Some(3) && said.contains("/meter"), "{said}");
}
