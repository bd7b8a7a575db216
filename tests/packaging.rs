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
    let mut open = vec![metadata["resolve"]["root"].clone()];
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
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("cargo ")).collect();
    assert_eq!(&commands[..2], ["cargo run --release --example operator", "cargo test"]);
    assert!(readme.lines().take(10).any(|line| line == "cargo test"), "both stand in the first screen");
    for file in commands.iter().flat_map(|command| command.split(' ')).filter(|word| word.starts_with("examples/")) {
        assert!(std::path::Path::new(&common::path(file)).exists(), "{file}");
    }
}
