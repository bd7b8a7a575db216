//! What users get: dependencies that keep to the stated Rust version, and the commands that the front page gives.

mod common;

use serde_json::Value;
use std::process::Command;

#[test]
fn no_dependency_asks_for_a_newer_rust() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let version = |text: &str| -> Vec<u32> { text.split('.').map(|part| part.parse().unwrap()).collect() };
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    // Everything reachable by normal dependencies.
    let mut open = metadata["workspace_members"].as_array().unwrap().clone();
    assert_eq!(open.len(), 2, "the library and the program");
    let mut seen = Vec::new();
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            if dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null()) {
                open.push(dependency["pkg"].clone());
            }
        }
        seen.push(id);
    }
    let packages = metadata["packages"].as_array().unwrap();
    let of = |id: &Value| packages.iter().find(|package| package["id"] == *id).unwrap();
    let ours = version(of(&metadata["resolve"]["root"])["rust_version"].as_str().unwrap());
    assert!(seen.len() > 8, "only {} packages", seen.len());
    for id in &seen {
        let package = of(id);
        if let Some(theirs) = package["rust_version"].as_str() {
            assert!(version(theirs) <= [ours.clone(), vec![0]].concat(), "{} asks for {theirs}", package["name"]);
        }
        let license = package["license"].as_str().unwrap_or_default();
        assert!(
            ["MIT", "Apache-2.0", "Unlicense", "Zlib", "BSD"].iter().any(|known| license.contains(known)),
            "{}: {license}",
            package["name"]
        );
    }
}

/// Each of the library's code lines is used by a test of the front page, so its commands are looked at here.
#[test]
fn the_front_page_gives_its_commands() {
    let readme = common::text("README.md");
    let is_command = |line: &&str| line.starts_with("cargo ") || line.starts_with("pue ");
    let commands: Vec<&str> = readme.lines().filter(is_command).collect();
    assert_eq!(&commands[..2], ["cargo run --release", "cargo test"]);
    assert!(readme.lines().take(20).any(|line| line == "cargo test"), "both stand in the first screen");
    let chinese = common::text("README.zh.md");
    assert_eq!(chinese.lines().filter(is_command).collect::<Vec<_>>(), commands, "the same in both languages");
    for file in commands.iter().flat_map(|command| command.split(' ')).filter(|word| word.starts_with("examples/")) {
        assert!(std::path::Path::new(&common::path(file)).exists(), "{file}");
    }
}

/// What people copy is short and needs nothing besides the library and a reader of JSON.
#[test]
fn examples_are_short() {
    let mut seen = 0;
    for entry in std::fs::read_dir(common::path("examples")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let code = std::fs::read_to_string(&file).unwrap();
        assert!(code.lines().count() <= 60, "{}", file.display());
        for line in code.lines().filter_map(|line| line.trim().strip_prefix("use ")) {
            let from = line.split([':', ';', ' ', '{']).next().unwrap();
            assert!(["pue", "std", "serde_json"].contains(&from), "{}: {line}", file.display());
        }
        seen += 1;
    }
    assert_eq!(seen, 9);
}

/// Each example with the shipped data, and with files of one's own: what it says, and how it ends. Without the features that they
/// need they are not built.
#[cfg(all(feature = "csv", feature = "json", feature = "report"))]
#[test]
fn examples_run() {
    let data = |file: &str| common::path(&format!("examples/data/{file}"));
    let (pack, good) = (data("packs/own.json"), data("submissions/01-meets.json"));
    let (site, readings) = (data("esif/site.json"), data("esif/readings.csv"));
    let cases: [(&str, &[&str], &str, i32); 13] = [
        ("embedder", &[], "pue-new-large: meets", 0),
        ("operator", &[], "wuhan-2024 pue-new-large", 0),
        ("operator", &[&site, &readings, "2024"], "1.072", 0),
        ("operator", &[&site], "", 3),
        ("regulator", &[], "15 records", 0),
        ("regulator", &[&good], "1 record, 1 without a fault", 0),
        ("own_pack", &[&pack, &good], "wuhan-2024 pue-new-large: meets", 0),
        ("scoreboard", &[], "13                     ≤ 1.25", 0),
        ("scoreboard", &["no-such-file.json"], "", 1),
        ("columns", &[], "PUE 1.245 = 10936080 kWh / 8784000 kWh", 0),
        ("gateway", &[], "until 2024-01-04T00:00:00: interim PUE 1.128", 0),
        ("service", &[], "02-over-the-limit.json: HTTP/1.1 409", 0),
        ("what_if", &[], "20 % less overhead: PUE 1.248", 0),
    ];
    for (name, arguments, words, code) in cases {
        let output = common::run(name, arguments, None);
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{name} {arguments:?}: {shown}");
        assert!(shown.contains(words), "{words} is not in what {name} {arguments:?} says: {shown}");
    }
}
