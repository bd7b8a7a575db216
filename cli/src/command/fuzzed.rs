//! Records of any bytes against any input: for the fuzz target `verify`, and for the test that replays what it found.

use super::Program;
use crate::round;
use clap::Parser;
use pue::{
    Lang,
    assessment::{Changed, VerdictRecord},
    submission::audit_json,
};

/// What stands before the first zero is a file of records, what follows a submission: every line of the answer can be read, and
/// says `holds` of the same answer only. And the bytes are changes to a true record, which holds of none but itself.
pub fn verify(bytes: &[u8]) {
    let folder = std::env::temp_dir().join(format!("pue-fuzzed-verify-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let [records, input, out] = ["records.ndjson", "input.ndjson", "out.ndjson"].map(|name| folder.join(name));
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    std::fs::write(&records, parts.next().unwrap_or_default()).expect("a file");
    std::fs::write(&input, parts.next().unwrap_or_default()).expect("a file");
    let _ = std::fs::remove_file(&out);
    round::go_on();
    let arguments = ["pue", "verify"].map(std::path::Path::new);
    let options = ["--format", "json", "--threads", "1", "--out"].map(std::path::Path::new);
    let all = arguments.iter().copied().chain([records.as_path(), &input]).chain(options).chain([out.as_path()]);
    let program = Program::try_parse_from(all).expect("arguments");
    if program.command.is_some_and(|command| command.run(Lang::En).is_ok()) {
        for line in std::fs::read_to_string(&out).expect("an answer").lines() {
            let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            assert!(line["holds"].is_boolean() || line["holds"].is_null(), "{line}");
        }
    }
    altered(bytes);
}

/// Each four bytes put one byte at some place of a record as it is written.
fn altered(bytes: &[u8]) {
    let json = include_bytes!("../../../examples/data/submissions/01-meets.json");
    let truth = VerdictRecord::of(&audit_json(json, &[]));
    let mut text = serde_json::to_vec(&truth).expect("a record");
    for change in bytes.chunks_exact(4) {
        let [high, low, kind, byte] = *change else { continue };
        let at = usize::from(u16::from_be_bytes([high, low])) % text.len().max(1);
        match kind % 3 {
            0 => text[at] = byte,
            1 => text.insert(at, byte),
            _ => drop(text.remove(at)),
        }
    }
    let Ok(mut record) = serde_json::from_slice::<VerdictRecord>(&text) else { return };
    // The name of the schema is looked at where records are read.
    record.schema = truth.schema.clone();
    let changes = record.changes(&truth);
    let holds = Changed::leave_it_holding(&changes);
    let made = |of: &VerdictRecord| {
        let made = &of.record;
        (of.library.clone(), made.tzdb.clone(), made.packs.clone(), made.packs_sha256.clone(), made.settings.clone())
    };
    let is_same = record == truth;
    assert_eq!(changes.is_empty(), is_same, "{changes:?}");
    assert!(!holds || is_same || made(&record) != made(&truth), "{changes:?}");
}
