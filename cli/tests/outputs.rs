//! What a run writes: never among what it reads, whole or not there, and never a panic where nobody listens.

mod common;

use common::{Folder, good_submission, lines, program, pue};
use serde_json::Value;
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
};

#[test]
fn what_a_run_writes_is_not_among_what_it_reads() {
    let folder = Folder::new("own-output");
    let inside = std::path::PathBuf::from(folder.file("in"));
    std::fs::create_dir(&inside).unwrap();
    let home = folder.write("in/a.json", good_submission().to_string().as_bytes());
    // Standard output goes into the folder that is read.
    let answers = inside.join("answers.ndjson");
    let out = File::create(&answers).unwrap();
    let status = program()
        .args(["audit", inside.to_str().unwrap(), "--format", "json"])
        .stdout(out)
        .stderr(Stdio::null())
        .status();
    assert_eq!(status.unwrap().code(), Some(0));
    let text = std::fs::read_to_string(&answers).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    std::fs::remove_file(&answers).unwrap();
    // Another name of an input.
    let other = inside.join("other-name.out");
    std::fs::hard_link(&home, &other).unwrap();
    let refused = pue("audit", &[&home, "--format", "json", "--out", other.to_str().unwrap()], None);
    assert_eq!(refused.status.code(), Some(3));
    assert_eq!(std::fs::read_to_string(&home).unwrap(), good_submission().to_string());
}

#[test]
fn outputs_are_whole_or_stay_as_they_were() {
    let folder = Folder::new("whole");
    let (records, out) = (folder.write("records.ndjson", b"old"), folder.write("out.ndjson", b"old"));
    let empty = folder.file("empty");
    std::fs::create_dir(&empty).unwrap();
    let failed = pue("audit", &[&empty, "--format", "json", "--records", &records, "--out", &out], None);
    assert_eq!(failed.status.code(), Some(3));
    for file in [&records, &out] {
        assert_eq!(std::fs::read_to_string(file).unwrap(), "old", "{file}");
        assert!(!std::path::Path::new(&format!("{file}.partial")).exists());
    }
    let input = folder.write("a.json", good_submission().to_string().as_bytes());
    let done = pue("audit", &[&input, "--format", "json", "--records", &records, "--out", &out], None);
    assert_eq!(done.status.code(), Some(0));
    for file in [&records, &out] {
        assert!(std::fs::read_to_string(file).unwrap().starts_with('{'), "{file}");
        assert!(!std::path::Path::new(&format!("{file}.partial")).exists());
    }
}

#[test]
fn files_in_other_forms_are_named() {
    let folder = Folder::new("passed");
    let inside = std::path::PathBuf::from(folder.file("in"));
    std::fs::create_dir(&inside).unwrap();
    folder.write("in/a.json", good_submission().to_string().as_bytes());
    let others = ["b.xls", "c.xlsm", "d.et", "e.ods", "f.csv", "g.json.gz"];
    for other in others {
        std::fs::write(inside.join(other), b"?").unwrap();
    }
    let output = pue("audit", &[inside.to_str().unwrap(), "--format", "json"], None);
    assert_eq!(lines(&output).len(), 1);
    let said = String::from_utf8_lossy(&output.stderr);
    for other in others {
        assert_eq!(said.matches(&format!("{other}: not read")).count(), 1, "{other}: {said}");
    }
}

/// Standard output full or closed, standard error closed: an exit code, and no panic.
#[cfg(target_os = "linux")]
#[test]
fn nobody_need_listen() {
    let folder = Folder::new("closed");
    let input = folder.write("a.json", good_submission().to_string().as_bytes());
    let summary = folder.file("summary.json");
    let binary = program().get_program().to_owned();
    let run = |redirect: &str, format: &str| {
        let line =
            format!("{} audit {input} --format {format} --summary {summary} {redirect}", binary.to_str().unwrap());
        Command::new("bash").args(["-c", &line]).stdin(Stdio::null()).output().unwrap()
    };
    for (redirect, codes) in
        [(">/dev/full", [3, 3]), (">&-", [3, 3]), ("2>&-", [0, 0]), ("2>/dev/full", [0, 0]), ("2>&1 | true", [0, 0])]
    {
        for (format, code) in ["json", "table"].into_iter().zip(codes) {
            let output = run(redirect, format);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("panicked"), "{redirect} {format}: {said}");
            let found = output.status.code();
            // A closed standard output is taken by the system for one that swallows everything.
            assert!(
                found == Some(code) || (redirect == ">&-" && found == Some(0)),
                "{redirect} {format}: {found:?} {said}"
            );
        }
    }
}

/// A round that is ended early says so, names nobody as missing, and ends with 3.
#[cfg(target_os = "linux")]
#[test]
fn a_round_that_is_ended_early_says_so() {
    let folder = Folder::new("early");
    let register = folder
        .write("register.json", br#"{"schema": "pue/register/1", "sites": [{"id": "WH-0101"}, {"id": "WH-0999"}]}"#);
    let summary = folder.file("summary.json");
    let mut child = program()
        .args(["audit", "-", "--format", "json", "--register", &register, "--summary", &summary])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", good_submission()).unwrap();
    input.flush().unwrap();
    // Once it listens for Ctrl-C it gets one, and says so; the input goes on then.
    let listens = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0").trim().to_owned();
        u64::from_str_radix(&caught, 16).unwrap_or(0) & 0b10 != 0
    };
    while !listens() {
        std::thread::yield_now();
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    said.read_line(&mut first).unwrap();
    assert!(first.starts_with("stopping"), "{first}");
    let _ = writeln!(input, "{}", good_submission());
    drop(input);
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{rest}");
    let summary: Value = serde_json::from_slice(&std::fs::read(&summary).unwrap()).unwrap();
    assert_eq!(summary["complete"], false);
    assert!(summary["attendance"].is_null(), "{summary}");
    assert!(!rest.contains("did not report") && rest.contains("ended early"), "{rest}");
    assert!(!output.stdout.is_empty());
}
