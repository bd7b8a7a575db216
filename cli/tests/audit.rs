//! A round of submissions: in order on any number of threads, to be verified later, with nothing that a stranger's file can
//! break.

mod common;

use common::{Folder, codes, good_submission, lines, program, pue, run, said, text};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Command,
    sync::LazyLock,
};

/// Three hundred submissions, some with a planted fault.
static ROUND: LazyLock<Vec<u8>> = LazyLock::new(|| run(&["bench-data", "round", "300"], None).stdout);

#[test]
fn planted_faults_are_found_and_none_is_invented() {
    let answers = lines(&pue("audit", &["-", "--format", "json"], Some(&ROUND)));
    let records: Vec<Value> =
        ROUND.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!((answers.len(), records.len()), (300, 300));
    let mut planted = 0;
    for (record, answer) in records.iter().zip(&answers) {
        let notes = |finding: &&Value| finding["severity"] != "note";
        match record["x_planted"].as_str() {
            Some(code) => {
                planted += 1;
                assert!(codes(answer).contains(&code), "{code}: {:?}", codes(answer));
            }
            None => assert_eq!(answer["findings"].as_array().unwrap().iter().filter(notes).count(), 0, "{answer}"),
        }
    }
    assert!(planted > 8, "{planted}");
}

#[test]
fn threads_change_nothing() {
    let folder = Folder::new("threads");
    let round = folder.write("round.ndjson", &ROUND);
    let mut seen: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = Vec::new();
    for threads in ["1", "2", "7", "1"] {
        let (records, summary) = (folder.file("records.ndjson"), folder.file("summary.json"));
        let more = ["--threads", threads, "--records", &records, "--summary", &summary];
        let output = pue("audit", &[&[round.as_str(), "--format", "json"], &more[..]].concat(), None);
        seen.push((output.stdout, std::fs::read(&records).unwrap(), std::fs::read(&summary).unwrap()));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]) && !seen[0].0.is_empty());
    let summary: Value = serde_json::from_slice(&seen[0].2).unwrap();
    assert_eq!(summary["records"], 300);
    assert!(summary["clean"].as_u64().unwrap() > 250 && summary["faults"][0]["code"].is_string());
    assert_eq!(summary["look_alikes"], json!([]));
}

#[test]
fn records_hold_until_something_changes() {
    let folder = Folder::new("verify");
    let (round, records) = (folder.write("round.ndjson", &ROUND), folder.file("records.ndjson"));
    pue("audit", &[&round, "--records", &records, "--format", "json"], None);
    let verify = |file: &str, records: &str| pue("verify", &[records, file, "--format", "json"], None);
    let held = verify(&round, &records);
    assert_eq!(held.status.code(), Some(0));
    assert!(lines(&held).iter().all(|line| line["holds"] == true && line["changed"].as_array().unwrap().is_empty()));

    // The same content in another dress.
    let pretty = serde_json::to_string_pretty(
        &serde_json::from_slice::<Value>(ROUND.split(|b| *b == b'\n').next().unwrap()).unwrap(),
    );
    let dressed = verify(&folder.write("one.json", pretty.unwrap().as_bytes()), &records);
    assert_eq!(lines(&dressed)[0]["holds"], true);
    assert!(String::from_utf8_lossy(&dressed.stderr).contains("a record without its input"));

    assert_eq!(dressed.status.code(), Some(3), "the other records were not verified");

    // Another figure, another rule, another version.
    let mut other: Value = serde_json::from_slice(ROUND.split(|b| *b == b'\n').next().unwrap()).unwrap();
    other["energy"][0]["monthly_kwh"][0] = json!(other["energy"][0]["monthly_kwh"][0].as_f64().unwrap() * 1.1);
    let changed = verify(&folder.write("other.json", other.to_string().as_bytes()), &records);
    assert_eq!((changed.status.code(), &lines(&changed)[0]["holds"]), (Some(1), &json!(false)));
    let what: Vec<Value> =
        lines(&changed)[0]["changed"].as_array().unwrap().iter().map(|change| change["what"].clone()).collect();
    assert!(what.contains(&json!("input")) && what.contains(&json!("pue")), "{what:?}");
    let first = std::fs::read_to_string(&records).unwrap();
    let older = first.replace("\"library\":\"", "\"library\":\"0.0.9-").replacen("\"meets\"", "\"fails\"", 1);
    let older = verify(&round, &folder.write("older.ndjson", older.as_bytes()));
    assert_eq!(older.status.code(), Some(1));
    assert_eq!(lines(&older).iter().filter(|line| line["holds"] == false).count(), 1);
    assert!(lines(&older).iter().all(|line| line["changed"][0]["what"] == "library"));
    let broken = verify(&round, &folder.write("broken.ndjson", b"{\"schema\": \"pue/record/1\"}"));
    assert_eq!(broken.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("line 1"));
}

#[test]
fn one_bad_record_never_stops_the_others() {
    let good = good_submission().to_string();
    let round = format!("\u{feff}{good}\n{{\n\n[1,2\n{good}\n\"text\"\n{}\n{good}", "[".repeat(5000));
    let output = pue("audit", &["-", "--format", "json"], Some(round.as_bytes()));
    let answers = lines(&output);
    let facilities: Vec<&Value> = answers.iter().map(|answer| &answer["facility"]).collect();
    let (known, lost) = (json!("WH-0101"), Value::Null);
    assert_eq!(facilities, [&known, &lost, &lost, &known, &lost, &lost, &known]);
    assert!(answers.iter().all(|answer| answer["schema"] == "pue/assessment/1"));
    let table = pue("audit", &["-"], Some(round.as_bytes()));
    let shown = String::from_utf8(table.stdout).unwrap();
    assert!(shown.contains("\n-:2 ") && shown.contains("\n-:7 ") && shown.contains("4 unreadable"), "{shown}");
}

#[test]
fn who_did_not_report_and_what_changed() {
    let folder = Folder::new("round");
    let (good, mut moved) = (good_submission(), good_submission());
    moved["facility"]["id"] = json!("WH-0102");
    moved["certificates"][0]["facility"] = json!("WH-0102");
    let before = folder.write("before.ndjson", format!("{good}\n{moved}\n").as_bytes());
    let mut better = good.clone();
    better["period"] = json!({"start": "2025-01-01", "end": "2026-01-01"});
    let mut poorer = better.clone();
    poorer["facility"]["id"] = json!("WH-0102");
    poorer["certificates"] = moved["certificates"].clone();
    poorer["energy"][0]["monthly_kwh"] = good["energy"][1]["monthly_kwh"]
        .as_array()
        .unwrap()
        .iter()
        .map(|month| json!(month.as_f64().unwrap() * 1.3))
        .collect();
    let now = folder.write("now.ndjson", format!("{better}\n{poorer}\n{poorer}\n").as_bytes());
    let register =
        json!({"schema": "pue/register/1", "sites": [{"id": "WH-0101"}, {"id": "WH-0999", "name": "Ghost"}]});
    let register = folder.write("register.json", register.to_string().as_bytes());
    let summary = folder.file("summary.json");
    let output = pue("audit", &[&now, "--before", &before, "--register", &register, "--summary", &summary], None);
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in [
        "did not report: 1",
        "WH-0999 (Ghost)",
        "not on the register: 1",
        "reported more than once: 1",
        "copied?",
        "meets → fails",
        "→ 1.3000 (+0.0",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let summary: Value = serde_json::from_slice(&std::fs::read(&summary).unwrap()).unwrap();
    assert_eq!(summary["attendance"]["missing"][0]["id"], "WH-0999");
    assert_eq!(summary["changes"].as_array().unwrap().len(), 2);
    let wrong = pue("audit", &[&now, "--register", &now], None);
    assert_eq!(wrong.status.code(), Some(3));
}

#[test]
fn ids_do_no_harm_in_files_and_tables() {
    let folder = Folder::new("letters");
    let mut round = String::new();
    for id in [
        "../../escape",
        "/etc/passwd",
        "=cmd|' /C calc'!A0",
        "a\u{0}b",
        "CON",
        "..",
        "",
        "\u{202e}x",
        "@SUM(1)",
        "＝1+1",
    ] {
        let mut submission = good_submission();
        submission["facility"]["id"] = json!(id);
        submission["declared"]["pue"] = json!(1.1);
        round += &format!("{submission}\n");
    }
    let letters = folder.file("letters");
    let output = pue("audit", &["-", "--format", "csv", "--letters", &letters], Some(round.as_bytes()));
    let mut names: Vec<String> =
        std::fs::read_dir(&letters).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 10);
    assert_eq!(names[0], "000001-------escape.txt");
    assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && name.matches('.').count() == 1));
    let letter = std::fs::read_to_string(Path::new(&letters).join(&names[0])).unwrap();
    assert!(letter.contains("To be checked") && letter.contains("/declared/pue") && letter.contains("1.1"), "{letter}");
    let table = String::from_utf8(output.stdout).unwrap();
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    for row in rows.records() {
        for cell in row.unwrap().iter() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{cell}");
        }
    }
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = Folder::new("spare");
    let file = folder.write("in.json", good_submission().to_string().as_bytes());
    for option in ["--out", "--records", "--summary"] {
        let refused = pue("audit", &[&file, option, &file, "--format", "json"], None);
        assert_eq!(refused.status.code(), Some(3), "{option}");
        assert_eq!(std::fs::read(&file).unwrap(), good_submission().to_string().as_bytes());
    }
    // Nor do two answers go to one file, nor is a template written over one that is filled in.
    let twice = ["--out", &folder.file("a"), "--summary", &folder.file("a"), "--format", "json"];
    for wrong in [&twice[..], &["--before", "nowhere"]] {
        let refused = pue("audit", &[&[file.as_str()], wrong].concat(), None);
        assert_eq!(refused.status.code(), Some(3), "{wrong:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("expected"), "{wrong:?}");
    }
    let site = folder.write("site.json", &common::bytes("examples/data/wuhan/site.json"));
    for wrong in [
        &["assess", "--site", &site, "--out", &site][..],
        &["template", "site", "--out", &site],
        &["template", "submission", "--out", &site],
        &["template", "submission", "--out", &folder.file("t.pdf")],
        &["board", &site, "--out", &site],
        &["verify", &file, &site, "--out", &file],
    ] {
        assert_eq!(run(wrong, None).status.code(), Some(3), "{wrong:?}");
        assert_eq!(std::fs::read(&site).unwrap(), common::bytes("examples/data/wuhan/site.json"));
    }
    let missing = lines(&pue("audit", &[&folder.file("nowhere.json"), "--format", "json"], None)).remove(0);
    assert_eq!(codes(&missing), ["file.unreadable"]);
}

#[test]
fn a_letter_says_what_fails() {
    let folder = Folder::new("fails");
    // An honest one over the limit: nothing to mend, and still it is told.
    let mut over = good_submission();
    let months = over["energy"][1]["monthly_kwh"].as_array().unwrap().clone();
    over["energy"][0]["monthly_kwh"] = months.iter().map(|month| json!(month.as_f64().unwrap() * 1.3)).collect();
    over["declared"]["pue"] = json!(1.3);
    for (lang, words) in [
        ("en", ["No fault was found in the data; but the site does not meet", "is over the plan's binding indicator"]),
        ("zh", ["报送数据未发现问题；但有不符合的要求", "超过约束性指标上限"]),
    ] {
        let letters = folder.file(lang);
        let options = ["-", "--letters", &letters, "--lang", lang, "--format", "json"];
        pue("audit", &options, Some(over.to_string().as_bytes()));
        let letter = std::fs::read_to_string(Path::new(&letters).join("000001-WH-0101.txt")).unwrap();
        assert!(words.iter().all(|words| letter.contains(words)), "{letter}");
        // Letters of two rounds are not mixed.
        assert_eq!(pue("audit", &options, Some(b"{}")).status.code(), Some(3));
    }
    // Places in words, counted from 1; of a record without an id the file is named.
    over["energy"][0]["monthly_kwh"][2] = json!("5e6");
    let (faulty, lost) = (folder.write("faulty.json", over.to_string().as_bytes()), folder.write("lost.json", b"{"));
    for (lang, words) in
        [("zh", "市电进线，2024年3月\n   JSON 指针：/energy/0/monthly_kwh/2"), ("en", "grid supply, March 2024")]
    {
        let letters = folder.file(&format!("of-files-{lang}"));
        pue("audit", &[&faulty, &lost, "--letters", &letters, "--lang", lang, "--format", "json"], None);
        let letter = std::fs::read_to_string(Path::new(&letters).join("000001-WH-0101.txt")).unwrap();
        assert!(letter.contains(words), "{letter}");
        let names = std::fs::read_dir(&letters).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().any(|name| name.starts_with("000002-") && name.contains("lost")));
    }
}

#[test]
fn a_site_that_reports_twice_is_named() {
    let twice = format!("{0}\n{0}\n", good_submission());
    let table = pue("audit", &["-"], Some(twice.as_bytes())).stdout;
    assert!(String::from_utf8(table).unwrap().contains("reported more than once: 1\n  WH-0101"));
}

#[test]
fn two_records_of_one_input_have_to_hold_both() {
    let folder = Folder::new("both");
    let (file, records) =
        (folder.write("in.json", good_submission().to_string().as_bytes()), folder.file("records.ndjson"));
    pue("audit", &[&file, "--records", &records, "--format", "json"], None);
    let true_one = std::fs::read_to_string(&records).unwrap();
    let false_one = true_one.replacen("\"meets\"", "\"fails\"", 1);
    let both = folder.write("both.ndjson", format!("{false_one}{true_one}").as_bytes());
    let verified = pue("verify", &[&both, &file, "--format", "json"], None);
    assert_eq!((verified.status.code(), &lines(&verified)[0]["holds"]), (Some(1), &json!(false)));
    // Another level of the certificate is another verdict, though it meets as well.
    let mut better = good_submission();
    better["certificates"][0]["level"] = json!("AAAAA");
    let other = pue(
        "verify",
        &[&records, &folder.write("better.json", better.to_string().as_bytes()), "--format", "json"],
        None,
    );
    assert_eq!(lines(&other)[0]["holds"], false);
}

/// Ctrl-C: what was read is answered, each line whole.
#[cfg(unix)]
#[test]
fn a_stopped_round_leaves_whole_lines() {
    let folder = Folder::new("stop");
    let out = folder.file("out.ndjson");
    let mut child =
        program().args(["audit", "-", "--format", "json", "--threads", "2", "--out", &out]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&ROUND).unwrap();
    stdin.flush().unwrap();
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("stopping"), "{said}");
    // One more line wakes the reader, which then sees that it has to stop.
    let _ = stdin.write_all(&ROUND);
    drop(stdin);
    let code = child.wait().unwrap().code();
    assert!([Some(1), Some(3)].contains(&code), "{code:?}");
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.ends_with('\n'));
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!((1..600).contains(&answers.len()), "{}", answers.len());
}

/// A requirement that is met by the operator's word alone is marked, told of, and ranked.
#[test]
fn what_is_met_by_word_alone_is_shown() {
    let folder = Folder::new("reliance");
    let (first, second) = (
        "tests/golden/attacks/02-second-feeder-below-first.json",
        "tests/golden/attacks/11-generator-output-understated.json",
    );
    for (lang, words) in [("en", "met by the operator's word alone"), ("zh", "仅凭申报而符合")] {
        let letters = folder.file(lang);
        let output = pue("audit", &[first, second, "--lang", lang, "--letters", &letters], None);
        let shown = text(&output);
        // The grade is open: no certificate is with it.
        assert!(shown.contains("?!"), "{shown}");
        let ranked: Vec<&str> = shown.lines().filter(|line| line.starts_with(words)).collect();
        assert_eq!(ranked.len(), 2, "{shown}");
        assert!(ranked[0].contains("ATT-02") && ranked[1].contains("ATT-11"), "{ranked:?}");
        let letter = std::fs::read_to_string(Path::new(&letters).join("000001-ATT-02.txt")).unwrap();
        let heading = if lang == "en" { "To be checked on site" } else { "供现场核实" };
        assert!(letter.contains(heading) && letter.contains("1.400"), "{letter}");
    }
    let summary = folder.file("summary.json");
    pue("audit", &[first, "--format", "json", "--summary", &summary], None);
    let summary: Value = serde_json::from_slice(&std::fs::read(&summary).unwrap()).unwrap();
    assert_eq!(summary["relying"][0]["facility"], "ATT-02");
}

/// A record holds of its own input only, and to a verdict: neither another input nor a second verdict of one name passes.
#[test]
fn a_record_holds_of_its_own_input_and_verdicts() {
    let folder = Folder::new("holds");
    let (input, records) =
        (folder.write("a.json", good_submission().to_string().as_bytes()), folder.file("records.ndjson"));
    pue("audit", &[&input, "--records", &records, "--format", "json"], None);
    assert_eq!(pue("verify", &[&records, &input], None).status.code(), Some(0));
    // All energies doubled: the PUE and the verdicts are the same, and it is another input.
    let mut doubled = good_submission();
    for row in doubled["energy"].as_array_mut().unwrap() {
        for month in row["monthly_kwh"].as_array_mut().into_iter().flatten() {
            *month = json!(month.as_f64().unwrap() * 2.0);
        }
    }
    doubled["facility"]["rated_it_kw"] = json!(15_200.0);
    doubled["facility"]["racks"]["types"] = json!([{"count": 3040, "rated_kw": 5.0}]);
    let doubled = folder.write("b.json", doubled.to_string().as_bytes());
    let changed = pue("verify", &[&records, &doubled, "--format", "json"], None);
    assert_eq!((changed.status.code(), &lines(&changed)[0]["holds"]), (Some(1), &json!(false)));
    // A second, contrary verdict beside the first.
    let mut record: Value = serde_json::from_slice(&std::fs::read(&records).unwrap()).unwrap();
    let mut contrary = record["verdicts"][0].clone();
    contrary[2] = json!("fails");
    record["verdicts"].as_array_mut().unwrap().push(contrary);
    let dressed = folder.write("dressed.ndjson", record.to_string().as_bytes());
    let changed = pue("verify", &[&dressed, &input, "--format", "json"], None);
    assert_eq!((changed.status.code(), &lines(&changed)[0]["holds"]), (Some(1), &json!(false)));
}

/// Many records of one site against many other inputs of it: the answer does not grow with each of them.
#[test]
fn records_of_one_site_are_compared_a_few_times() {
    let folder = Folder::new("same-site");
    let round = |from: u32| -> String {
        let one = |i: u32| {
            let mut one = good_submission();
            let first = one["energy"][0]["monthly_kwh"][0].as_f64().unwrap();
            one["energy"][0]["monthly_kwh"][0] = json!(first + f64::from(from + i) / 10.0);
            one.to_string() + "\n"
        };
        (0..100).map(one).collect()
    };
    let (first, second) =
        (folder.write("a.ndjson", round(0).as_bytes()), folder.write("b.ndjson", round(1000).as_bytes()));
    let records = folder.file("records.ndjson");
    pue("audit", &[&first, "--records", &records, "--format", "json"], None);
    let verified = pue("verify", &[&records, &second, "--format", "json"], None);
    assert_eq!(verified.status.code(), Some(1));
    let longest = lines(&verified).iter().map(|line| line["changed"].as_array().unwrap().len()).max().unwrap();
    assert!(longest <= 20 * 6, "{longest}");
}

/// Sites of one round whose ids nobody can tell apart, though each is fit for itself.
#[test]
fn ids_that_look_alike_are_named() {
    let folder = Folder::new("alike");
    let sites: String = ["WH-0101", "WH-O101", "wh-0101", "WH-0102", "汉口-1", "汉口 -1"]
        .map(|id| {
            let mut one = good_submission();
            one["facility"]["id"] = json!(id);
            one.to_string() + "\n"
        })
        .concat();
    let (round, summary) = (folder.write("round.ndjson", sites.as_bytes()), folder.file("summary.json"));
    for (lang, words) in [("en", "different sites whose ids look alike"), ("zh", "编号外观相同的不同数据中心")]
    {
        let shown = text(&pue("audit", &[&round, "--summary", &summary, "--lang", lang], None));
        let lines: Vec<&str> = shown.lines().filter(|line| line.starts_with(words)).collect();
        assert_eq!(lines.len(), 2, "{shown}");
        assert!(lines[0].ends_with("WH-0101, WH-O101, wh-0101") && lines[1].contains("汉口<U+0020>-1"), "{lines:?}");
    }
    let summary: Value = serde_json::from_slice(&std::fs::read(&summary).unwrap()).unwrap();
    assert_eq!(summary["look_alikes"], json!([["WH-0101", "WH-O101", "wh-0101"], ["汉口 -1", "汉口-1"]]));
}

/// Records of input that cannot be read: each has a key of its own, and none is taken for another's.
#[test]
fn records_of_unreadable_input_have_keys_of_their_own() {
    let folder = Folder::new("unreadable");
    let (first, second) = (folder.write("a.json", b"{"), folder.write("b.json", b"[1, 2"));
    let sheet = folder.write("c.xlsx", b"no spreadsheet");
    let lost = folder.file("d.json");
    let records = folder.file("records.ndjson");
    let inputs = [&first, &second, &sheet, &lost];
    let names = inputs.map(String::as_str);
    pue("audit", &[names.as_slice(), &["--records", &records]].concat(), None);
    let verify = |inputs: &[&str]| pue("verify", &[&[records.as_str()], inputs, &["--format", "json"]].concat(), None);
    let held = verify(&names);
    assert_eq!(held.status.code(), Some(0), "{}", said(&held));
    assert_eq!(lines(&held).iter().filter(|line| line["holds"] == true).count(), 4);
    // Another one that cannot be read has no record, and the records of the others are still to be verified.
    let other = verify(&[&folder.write("e.json", b"{{"), &folder.file("f.json")]);
    assert_eq!(other.status.code(), Some(3));
    let holds: Vec<Value> = lines(&other).iter().map(|line| line["holds"].clone()).collect();
    assert_eq!(holds, vec![Value::Null; 6]);
}

/// Whatever is added to a record, left out of it or altered in it, it does not hold; and all lines that are none are named.
#[test]
fn a_record_that_was_altered_does_not_hold() {
    let folder = Folder::new("altered");
    let input = "tests/golden/attacks/02-second-feeder-below-first.json";
    let records = folder.file("records.ndjson");
    pue("audit", &[input, "--records", &records, "--format", "json"], None);
    let record: Value = serde_json::from_slice(&std::fs::read(&records).unwrap()).unwrap();
    assert_eq!(record["reliance"][0][3], true, "{record}");
    let altered = |change: &dyn Fn(&mut Value)| {
        let mut other = record.clone();
        change(&mut other);
        let output = pue("verify", &[&folder.write("other.ndjson", other.to_string().as_bytes()), input], None);
        (output.status.code(), said(&output))
    };
    assert_eq!(altered(&|_| {}).0, Some(0));
    type Change<'c> = &'c dyn Fn(&mut Value);
    let changes: [Change<'_>; 7] = [
        &|of| of["reliance"] = json!([]),
        &|of| of["reliance"][0][3] = json!(false),
        &|of| of["findings"] = json!({}),
        &|of| of["findings"]["reading.stuck"] = json!(1),
        &|of| drop(of["verdicts"].as_array_mut().unwrap().pop()),
        &|of| of["facility"] = json!("WH-0002"),
        &|of| of["record"]["input_sha256"] = Value::Null,
    ];
    for (i, change) in changes.into_iter().enumerate() {
        assert_eq!(altered(change).0, Some(1), "{i}");
    }
    for change in
        [&(|of: &mut Value| of["note"] = json!("approved")) as Change<'_>, &|of| of["record"]["by"] = json!(1)]
    {
        let (code, said) = altered(change);
        assert!(code == Some(3) && said.contains("line 1: unknown field"), "{said}");
    }
    let lines = format!("{{}}\n{record}\n[]\n");
    let refused = said(&pue("verify", &[&folder.write("lines.ndjson", lines.as_bytes()), input], None));
    assert!(refused.contains("line 1: ") && refused.contains("line 3: ") && !refused.contains("line 2: "), "{refused}");
    let bytes = [b"\xff\n".as_slice(), record.to_string().as_bytes(), b"\nx\n"].concat();
    let refused = said(&pue("verify", &[&folder.write("bytes.ndjson", &bytes), input], None));
    assert!(refused.contains("line 1: ") && refused.contains("line 3: "), "{refused}");
    // The same line again and again is one record.
    let same = format!("{record}\n").repeat(25);
    assert_eq!(pue("verify", &[&folder.write("same.ndjson", same.as_bytes()), input], None).status.code(), Some(0));
}
