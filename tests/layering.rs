//! The rooms keep their order: a room imports only from itself and from rooms above it.

mod common;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const ROOMS: [&str; 22] = [
    "name",
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
    "eu",
    "portfolio",
    "wire",
    "report",
    "json",
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
    let Some(own) = rank(room(file)) else { return Vec::new() };
    let code = code(text);
    let mut faults: Vec<String> = imports(&code)
        .into_iter()
        .filter(|name| rank(name).is_none_or(|target| target > own))
        .map(|name| format!("{file} imports {name}"))
        .collect();
    let at_the_door = !file.contains('/') || file.ends_with("/mod.rs") && file.matches('/').count() == 1;
    let before_tests = code.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    if at_the_door && before_tests.contains("super::") || before_tests.contains("super::super::super") {
        faults.push(format!("{file} reaches out of its room by super::"));
    }
    faults
}

/// The names of the types that a file defines.
fn types(text: &str) -> impl Iterator<Item = String> {
    let before_tests = code(text).split("#[cfg(test)]\nmod tests").next().unwrap_or("").to_owned();
    let named = |line: &str| {
        let rest = ["struct ", "enum ", "type "].iter().find_map(|word| Some(line.split_once(word)?.1))?;
        let is_item = line.starts_with("pub") || line.starts_with(|c: char| "set".contains(c));
        Some(name(rest)).filter(|name| is_item && name.starts_with(char::is_uppercase))
    };
    before_tests.lines().filter_map(named).collect::<Vec<_>>().into_iter()
}

fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The types that a file gives methods of its own, not those of a trait.
fn inherent_impls(text: &str) -> Vec<String> {
    let of = |line: &str| {
        let rest = line.strip_prefix("impl")?;
        // What stands in angle brackets after `impl` is a list of parameters.
        let rest = if rest.starts_with('<') { rest.split_once("> ")?.1 } else { rest.strip_prefix(' ')? };
        let head = rest.split('{').next().unwrap_or("");
        let path = head.split(['<', ' ']).next().unwrap_or("");
        (!head.contains(" for ")).then(|| name(path.rsplit("::").next().unwrap_or("")))
    };
    code(text).lines().filter_map(of).filter(|name| name.starts_with(char::is_uppercase)).collect()
}

fn sources() -> Vec<(String, String)> {
    let src = PathBuf::from(common::path("src"));
    let mut all = Vec::new();
    files(&src, &mut all);
    assert!(all.len() > 30, "only {} files were read", all.len());
    let named = |path: &PathBuf| path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
    all.iter().map(|path| (named(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or("")
}

/// Methods that a room gives to a type of another one.
fn impls_elsewhere(sources: &[(String, String)]) -> Vec<String> {
    let mut homes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (file, text) in sources {
        types(text).for_each(|name| homes.entry(name).or_default().push(room(file)));
    }
    let mut faults = Vec::new();
    for (file, text) in sources {
        for of in inherent_impls(text) {
            // What is defined in none, as by a macro, is its own file's.
            if let Some(rooms) = homes.get(&of).filter(|rooms| !rooms.contains(&room(file))) {
                faults.push(format!("{file} gives methods to {of} of {}", rooms.join(", ")));
            }
        }
    }
    faults
}

#[test]
fn no_room_imports_upward() {
    let faults: Vec<String> = sources().iter().flat_map(|(file, text)| upward(file, text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_room_gives_methods_to_a_type_of_another() {
    let mut sources = sources();
    let faults = impls_elsewhere(&sources);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // And one that is planted is seen, a trait's is none.
    for (planted, seen) in [
        ("impl Ledger<'_> {\n    fn pue() {}\n}", true),
        ("impl<'a> crate::ledger::Ledger<'a> {}", true),
        ("impl From<Ledger<'_>> for Pue {}", false),
        ("impl std::fmt::Display for Finding {}", false),
        ("impl MeasuredPue {}", false),
    ] {
        sources.push(("kpi/planted.rs".to_owned(), planted.to_owned()));
        assert_eq!(impls_elsewhere(&sources).len(), usize::from(seen), "{planted}");
        sources.pop();
    }
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
