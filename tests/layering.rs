//! The rooms keep their order: a room imports only from itself and from rooms above it.

mod common;

use std::path::{Path, PathBuf};

const ROOMS: [&str; 18] = [
    "place",
    "finding",
    "quantity",
    "period",
    "facility",
    "metering",
    "site",
    "read",
    "ledger",
    "kpi",
    "rule",
    "retrofit",
    "assessment",
    "submission",
    "portfolio",
    "report",
    "schema",
    "sample",
];

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else if path.extension().is_some_and(|end| end == "rs") {
            all.push(path);
        }
    }
}

/// The code without comments, which may speak of anything.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The rooms named behind `crate::`, alone or in braces.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut item) = (0, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(std::mem::take(&mut item)),
                    _ => {}
                }
                if c != ',' || depth > 0 {
                    item.push(c);
                }
            }
            found.push(item);
        } else {
            found.push(rest.to_owned());
        }
    }
    let first =
        |item: &String| item.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    found.iter().map(first).filter(|name| !name.is_empty()).collect()
}

fn upward(file: &str, text: &str) -> Vec<String> {
    let room = file.split(['/', '.']).next().unwrap_or("");
    let Some(own) = rank(room) else { return Vec::new() };
    let code = code(text);
    let mut faults: Vec<String> = imports(&code)
        .into_iter()
        .filter(|name| rank(name).is_none_or(|target| target > own))
        .map(|name| format!("{file} imports {name}"))
        .collect();
    let at_the_door = !file.contains('/') || file.ends_with("/mod.rs") && file.matches('/').count() == 1;
    let before_tests = code.split("#[cfg(test)]").next().unwrap_or("");
    if at_the_door && before_tests.contains("super::") || before_tests.contains("super::super::super") {
        faults.push(format!("{file} reaches out of its room by super::"));
    }
    faults
}

#[test]
fn no_room_imports_upward() {
    let src = PathBuf::from(common::path("src"));
    let mut all = Vec::new();
    files(&src, &mut all);
    assert!(all.len() > 30, "only {} files were read", all.len());
    let faults: Vec<String> = all
        .iter()
        .flat_map(|path| {
            upward(
                &path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/"),
                &std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_front_page_lists_the_rooms_in_order() {
    let lib = common::text("src/lib.rs");
    let listed: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, ROOMS);
}

#[test]
fn an_upward_import_is_seen() {
    for planted in [
        "use crate::rule::Pack;",
        "use crate::{finding::Code, ledger::{Ledger, LedgerError}, rule};",
        "fn f() -> crate::report::Report {}",
    ] {
        assert_eq!(upward("kpi/pue.rs", planted).len(), 1, "{planted}");
    }
    assert_eq!(
        upward("kpi/pue.rs", "use crate::{finding::{Code, Finding}, ledger::Ledger};\n// crate::rule is below").len(),
        0
    );
    assert_eq!(upward("kpi/mod.rs", "use super::rule::Pack;").len(), 1);
}
