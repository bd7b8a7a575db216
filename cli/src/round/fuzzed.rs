//! A round of any bytes, stopped anywhere: for the fuzz target of that name, and for the test that replays what it found.

use super::{go_on, input, run, stop};
use pue::assessment::Options;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The first byte says what the file is called, the second how many threads work, the third after how many records, on the
/// worker's side or on the writer's, somebody presses Ctrl-C. The answers are those of the records in their order: all of them,
/// or as many as were read until then, and none twice.
pub fn round(bytes: &[u8]) {
    let [kind, threads, stopped_at, content @ ..] = bytes else { return };
    let folder = std::env::temp_dir().join(format!("pue-fuzzed-round-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let ending = ["ndjson", "json", "jsonl", "xlsx"][usize::from(kind % 4)];
    let path = folder.join("round").with_extension(ending);
    std::fs::write(&path, content).expect("a file");
    go_on();
    // No line is more than one record.
    let lines = content.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    let mut all = Vec::new();
    input::each_record(&path.display().to_string(), &path, &mut |record, _| {
        all.push(record.source);
        true
    });
    assert!(all.len() <= lines.max(1), "{all:?} of {lines} lines");
    let (threads, is_at_work) = (usize::from(threads % 3) + 1, threads & 0x80 != 0);
    let stops = |count: usize| *stopped_at != u8::MAX && count >= usize::from(*stopped_at);
    let (mut answered, worked) = (Vec::new(), AtomicUsize::new(0));
    let count = run(
        std::slice::from_ref(&path),
        threads,
        &Options::default(),
        |answers, _| {
            if is_at_work && stops(worked.fetch_add(answers.len(), Relaxed)) {
                stop();
            }
            Ok(answers.into_iter().map(|answer| answer.source).collect::<Vec<_>>())
        },
        |sources| {
            answered.extend(sources);
            if !is_at_work && stops(answered.len()) {
                stop();
            }
            Ok(())
        },
    );
    let was_stopped = super::is_stopped();
    go_on();
    assert_eq!(count, Ok(answered.len() as u64));
    assert!(all.starts_with(&answered), "{answered:?} of {all:?}");
    assert!(was_stopped || answered.len() == all.len(), "{answered:?} of {all:?}");
}
