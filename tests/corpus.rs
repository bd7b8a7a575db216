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

#[test]
fn files_that_are_not_ours() {
    replay("import_csv", |bytes| fuzzed::import("csv", bytes));
    replay("import_nem12", |bytes| fuzzed::import("nem12", bytes));
    replay("import_prometheus", |bytes| fuzzed::import("prometheus", bytes));
    replay("import_influx", |bytes| fuzzed::import("influx", bytes));
    replay("import_xlsx", |bytes| fuzzed::import("xlsx", bytes));
    replay("import_greenbutton", |bytes| fuzzed::import("greenbutton", bytes));
}

#[cfg(feature = "xlsx")]
#[test]
fn spreadsheets() {
    replay("xlsx", fuzzed::xlsx);
}
