//! What the fuzz targets have found, replayed.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

#[path = "common/fuzzed.rs"]
mod fuzzed;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = format!("{}/tests/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{folder}");
    for file in files {
        println!("{}", file.display());
        run(&std::fs::read(&file).unwrap());
    }
}

#[test]
fn files_of_readings() {
    replay("csv", fuzzed::csv);
}

#[test]
fn series() {
    replay("series", fuzzed::series);
}

#[test]
fn merges() {
    replay("merge", fuzzed::merge);
}

#[test]
fn submissions() {
    replay("submission", fuzzed::submission);
}

#[test]
fn sites() {
    replay("site", fuzzed::site_file);
}

#[test]
fn packs() {
    replay("pack", fuzzed::pack);
}

#[cfg(feature = "xlsx")]
#[test]
fn spreadsheets() {
    replay("xlsx", fuzzed::xlsx);
}
