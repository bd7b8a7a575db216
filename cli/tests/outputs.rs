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

/// A round under way that reads standard input, with what it says and answers.
#[cfg(target_os = "linux")]
struct Running {
    child: std::process::Child,
    input: Option<std::process::ChildStdin>,
    answers: BufReader<std::process::ChildStdout>,
    said: BufReader<std::process::ChildStderr>,
}

#[cfg(target_os = "linux")]
impl Running {
    /// Starts it, and waits until it listens for Ctrl-C.
    fn new(more: &[&str]) -> Self {
        let mut child = program().args(["audit", "-", "--format", "json"]).args(more).spawn().unwrap();
        let (input, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let said = BufReader::new(child.stderr.take().unwrap());
        let listens = || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0").trim().to_owned();
            u64::from_str_radix(&caught, 16).unwrap_or(0) & 0b10 != 0
        };
        while !listens() {
            std::thread::yield_now();
        }
        Running { child, input, answers, said }
    }

    fn write(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Ctrl-C; what it says to that.
    fn interrupt(&mut self) -> String {
        let killed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let mut said = String::new();
        self.said.read_line(&mut said).unwrap();
        said
    }

    /// What more it answers and says, and how it ends; its input stays open until then.
    fn end(mut self) -> (String, String, Option<i32>) {
        let (mut answers, mut said) = (String::new(), String::new());
        self.answers.read_to_string(&mut answers).unwrap();
        self.said.read_to_string(&mut said).unwrap();
        (answers, said, self.child.wait().unwrap().code())
    }
}

/// A round that is ended early says so, names nobody as missing, and ends with 3, though its input stays open.
#[cfg(target_os = "linux")]
#[test]
fn a_round_that_is_ended_early_says_so() {
    let folder = Folder::new("early");
    let register = folder
        .write("register.json", br#"{"schema": "pue/register/1", "sites": [{"id": "WH-0101"}, {"id": "WH-0999"}]}"#);
    let (summary, before) = (folder.file("summary.json"), folder.file("before.json"));
    std::fs::write(&before, good_submission().to_string().replace("WH-0101", "WH-0777")).unwrap();
    let mut round = Running::new(&["--register", &register, "--summary", &summary, "--before", &before]);
    round.write(&format!("{}\n", good_submission()));
    assert_eq!(round.answer()["facility"], "WH-0101");
    assert!(round.interrupt().starts_with("stopping"));
    let (answers, said, code) = round.end();
    assert_eq!((answers.as_str(), code), ("", Some(3)), "{said}");
    let summary: Value = serde_json::from_slice(&std::fs::read(&summary).unwrap()).unwrap();
    assert_eq!((&summary["complete"], &summary["records"]), (&Value::Bool(false), &Value::from(1)));
    assert!(summary["attendance"].is_null() && summary["since"].is_null(), "{summary}");
    assert!(!said.contains("did not report") && !said.contains("WH-0777") && said.contains("ended early"), "{said}");
}

/// Whoever presses Ctrl-C twice still gets an answer to all that was read.
#[cfg(target_os = "linux")]
#[test]
fn a_second_interrupt_loses_nothing() {
    let mut round = Running::new(&["--threads", "1"]);
    // More than goes out in one batch, and a record that has only begun; nobody takes answers yet.
    let record = format!("{}\n", good_submission());
    let mut input = round.input.take().unwrap();
    let writing =
        std::thread::spawn(move || (input.write_all((record.repeat(300) + &record[..100]).as_bytes()), input));
    assert_eq!(round.answer()["facility"], "WH-0101");
    assert!(round.interrupt().starts_with("stopping"));
    assert!(round.interrupt().contains("still answered"));
    let (answers, said, code) = round.end();
    let _ = writing.join().unwrap();
    assert_eq!(code, Some(3), "{said}");
    // However much of it was read: some batches, and each line is whole.
    assert!(answers.lines().count() >= 31, "{}", answers.lines().count());
    for line in answers.lines() {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["facility"], "WH-0101");
    }
    assert!(!said.contains("panicked"), "{said}");
}

/// What is whole is answered while its pipe stays open: records by line, over several lines, and after a broken line.
#[cfg(target_os = "linux")]
#[test]
fn a_stalled_pipe_holds_no_record_back() {
    let good = good_submission();
    let named = |id: &str| {
        let mut submission = good.clone();
        submission["facility"]["id"] = id.into();
        submission
    };
    let mut round = Running::new(&[]);
    round.write(&format!("{}\n", named("A")));
    assert_eq!(round.answer()["facility"], "A");
    round.write(&format!("{}\n{}", named("B"), &named("C").to_string()[..50]));
    assert_eq!(round.answer()["facility"], "B");
    round.write(&format!("{}\n", &named("C").to_string()[50..]));
    assert_eq!(round.answer()["facility"], "C");
    let mut round = Running::new(&[]);
    for id in ["A", "B"] {
        round.write(&format!("{}\n", serde_json::to_string_pretty(&named(id)).unwrap()));
        assert_eq!(round.answer()["facility"], id);
    }
    // What stands behind them in no form, and a value that breaks off.
    round.write("}\n");
    assert_eq!(round.answer()["findings"][0]["code"], "json.syntax");
    round.write(&format!("{}\n", named("C")));
    assert_eq!(round.answer()["facility"], "C");
    round.write("{\"a\" 1, [\n");
    assert_eq!(round.answer()["findings"][0]["code"], "json.syntax");
    round.write("{\"a\": [1,\n}\n");
    assert_eq!(round.answer()["findings"][0]["code"], "json.syntax");
    assert_eq!(round.answer()["findings"][0]["code"], "json.syntax");
    round.write(&format!("{}\n", serde_json::to_string_pretty(&named("D")).unwrap()));
    assert_eq!(round.answer()["facility"], "D");
    let mut round = Running::new(&[]);
    round.write("{\"schema\": \"pue/sub\n");
    assert_eq!(round.answer()["findings"][0]["code"], "json.syntax");
    round.write(&format!("{}\n", named("B")));
    assert_eq!(round.answer()["facility"], "B");
}

/// A disk that is full: said, exit code 3, and what was there before stays.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_leaves_the_old_file() {
    let folder = Folder::new("full");
    let input = folder.write("in.ndjson", format!("{}\n", good_submission()).repeat(100).as_bytes());
    let binary = program().get_program().to_str().unwrap().to_owned();
    // A limit to what a file may hold, which needs no rights, and where the system allows it a disk of 16 KB.
    let small = folder.file("small");
    std::fs::create_dir(&small).unwrap();
    let limited = format!("trap '' XFSZ; ulimit -f 16; cd {small}; echo old > answers; ");
    let mounted = format!("mount -t tmpfs -o size=16k none {small}; cd {small}; echo old > answers; ");
    let can_mount = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", &small]).output();
    let mut ways = vec![(vec!["bash", "-c"], limited)];
    if can_mount.is_ok_and(|output| output.status.success()) {
        ways.push((vec!["unshare", "-rm", "bash", "-c"], mounted));
    }
    for (way, prepared) in ways {
        for outputs in ["--format json --out answers", "--format csv --records answers > /dev/null"] {
            let line = format!("{prepared} {binary} audit {input} {outputs}; code=$?; cat answers; ls; exit $code");
            let output = Command::new(way[0]).args(&way[1..]).arg(&line).stdin(Stdio::null()).output().unwrap();
            let (text, said) = (common::text(&output), common::said(&output));
            assert_eq!(output.status.code(), Some(3), "{outputs}: {said}");
            assert!(said.contains("answers") && !said.contains("panicked"), "{outputs}: {said}");
            assert_eq!(text, "old\nanswers\n", "{outputs}");
        }
    }
}
