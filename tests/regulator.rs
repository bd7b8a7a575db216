//! A round of submissions: in order on any number of threads, to be verified later, with nothing that a stranger's file can
//! break.

mod common;

use common::{bytes, good_submission, path, program, run};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Cursor, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

/// Three hundred submissions, some with a planted fault.
static ROUND: LazyLock<Vec<u8>> = LazyLock::new(|| run("generate_round", &["300"], None).stdout);

/// A folder of its own for a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("pue-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, content: &[u8]) -> String {
        std::fs::write(self.0.join(name), content).unwrap();
        self.file(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn lines(output: &Output) -> Vec<Value> {
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn planted_faults_are_found_and_none_is_invented() {
    let answers = lines(&run("regulator", &["-", "--format", "json"], Some(&ROUND)));
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
        let output = run("regulator", &[&[round.as_str(), "--format", "json"], &more[..]].concat(), None);
        seen.push((output.stdout, std::fs::read(&records).unwrap(), std::fs::read(&summary).unwrap()));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]) && !seen[0].0.is_empty());
    let summary: Value = serde_json::from_slice(&seen[0].2).unwrap();
    assert_eq!(summary["records"], 300);
    assert!(summary["clean"].as_u64().unwrap() > 250 && summary["faults"][0]["code"].is_string());
}

#[test]
fn records_hold_until_something_changes() {
    let folder = Folder::new("verify");
    let (round, records) = (folder.write("round.ndjson", &ROUND), folder.file("records.ndjson"));
    run("regulator", &[&round, "--records", &records, "--format", "json"], None);
    let verify = |file: &str, records: &str| run("regulator", &[file, "--verify", records, "--format", "json"], None);
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
    let output = run("regulator", &["-", "--format", "json"], Some(round.as_bytes()));
    let answers = lines(&output);
    let facilities: Vec<&Value> = answers.iter().map(|answer| &answer["facility"]).collect();
    let (known, lost) = (json!("WH-0101"), Value::Null);
    assert_eq!(facilities, [&known, &lost, &lost, &known, &lost, &lost, &known]);
    assert!(answers.iter().all(|answer| answer["schema"] == "pue/assessment/1"));
    let table = run("regulator", &["-"], Some(round.as_bytes()));
    let shown = String::from_utf8(table.stdout).unwrap();
    assert!(shown.contains("-:1") && shown.contains("-:8") && shown.contains("4 unreadable"), "{shown}");
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
    let output = run("regulator", &[&now, "--before", &before, "--register", &register, "--summary", &summary], None);
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
    let wrong = run("regulator", &[&now, "--register", &now], None);
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
    let output = run("regulator", &["-", "--format", "csv", "--letters", &letters], Some(round.as_bytes()));
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

/// The spreadsheet of a submission, with some cells changed.
fn workbook(folder: &Folder, change: impl Fn(&mut Value)) -> String {
    let mut submission = good_submission();
    change(&mut submission);
    let json = folder.write("of.json", submission.to_string().as_bytes());
    let file = folder.file("filled.xlsx");
    let _ = std::fs::remove_file(&file);
    assert_eq!(run("regulator", &[&json, "--template", &file], None).status.code(), Some(0));
    file
}

#[test]
fn a_spreadsheet_says_what_its_submission_says() {
    let folder = Folder::new("xlsx");
    let answer = |file: &str| lines(&run("regulator", &[file, "--format", "json"], None)).remove(0);
    let (of_sheet, of_json) =
        (answer(&workbook(&folder, |_| ())), answer(&path("examples/data/submissions/01-meets.json")));
    for key in ["facility", "period", "pue", "monthly", "kpis", "verdicts", "findings", "declared", "retrofit"] {
        assert_eq!(of_sheet[key], of_json[key], "{key}");
    }
    // The faults name sheet and cell.
    let faulty = workbook(&folder, |submission| {
        submission["energy"][0]["monthly_kwh"][3] = json!("4,686,208");
        submission["declared"]["standard_racks"] = json!(1520);
        submission["certificates"][0]["expires_on"] = json!("2024-06-30");
        submission["facility"]["region"] = json!(420199.5);
        submission["facility"]["racks"]["occupied"] = json!(1450);
    });
    let answer = answer(&faulty);
    let place = |code: &str| {
        let finding = answer["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code);
        finding.unwrap_or_else(|| panic!("{code}: {:?}", codes(&answer)))["cell"].as_str().unwrap().to_owned()
    };
    assert_eq!(place("json.type"), "能耗 Energy!H4");
    assert_eq!(place("declared.racks"), "场所 Facility!D27");
    assert_eq!(place("certificate.expired"), "证书 Certificates!H4");
    assert_eq!(place("facility.region"), "场所 Facility!D5");
    assert_eq!(place("racks.inconsistent"), "场所 Facility!D12");
    let empty = folder.file("template.xlsx");
    run("regulator", &["--template", &empty], None);
    assert_eq!(run("regulator", &[&empty], None).status.code(), Some(3));
    assert_eq!(std::fs::read(&empty).unwrap(), bytes("examples/data/spreadsheets/template.xlsx"));
    let filled = folder.file("01.xlsx");
    run("regulator", &[&path("examples/data/submissions/01-meets.json"), "--template", &filled], None);
    assert_eq!(std::fs::read(&filled).unwrap(), bytes("examples/data/spreadsheets/filled.xlsx"));
}

/// Bought cooling needs a factor, and that stands with its meter.
#[test]
fn a_spreadsheet_lists_meters() {
    let folder = Folder::new("meters");
    let with_meters = |factor: Option<f64>| {
        let mut submission = good_submission();
        for (i, id) in ["g", "u", "cold"].into_iter().enumerate() {
            submission["energy"][i]["id"] = json!(id);
        }
        submission["energy"][2]["point"] = json!("purchased_cooling");
        submission["energy"][2]["carrier"] = json!("chilled_water");
        submission["meters"] = json!([
            {"id": "g", "point": "grid_supply", "accuracy_class": "0.5S", "capacity_kw": 12000.0, "kind": "register", "unit": "kWh"},
            {"id": "u", "point": "ups_output", "parent": "g", "accuracy_class": "1", "from": "2023-06-01", "kind": "interval", "unit": "kWh"},
            {"id": "cold", "point": "purchased_cooling", "carrier": "chilled_water", "factor": factor, "kind": "interval", "unit": "kWh"},
        ]);
        submission.as_object_mut().unwrap().remove("declared");
        submission
    };
    for factor in [Some(0.2), None] {
        let file = workbook(&folder, |submission| *submission = with_meters(factor));
        let json = folder.write("meters.json", with_meters(factor).to_string().as_bytes());
        let answer = |file: &str| lines(&run("regulator", &[file, "--format", "json"], None)).remove(0);
        let (of_sheet, of_json) = (answer(&file), answer(&json));
        for key in ["pue", "meters", "verdicts"] {
            assert_eq!(of_sheet[key], of_json[key], "{key}");
        }
        let lacks =
            of_sheet["findings"].as_array().unwrap().iter().find(|finding| finding["path"] == "/meters/2/factor");
        assert_eq!(lacks.map(|finding| &finding["cell"]), factor.is_none().then_some(&json!("计量点 Meters!K6")));
    }
}

/// Words of a list are taken as they are shown, and in each language; others are named.
#[test]
fn a_spreadsheet_is_filled_in_chinese_or_english() {
    let folder = Folder::new("words");
    let row = |i: usize, key: &str, value: &str| {
        format!(r#"<row r="{i}"><c r="C{i}" t="str"><v>{key}</v></c><c r="D{i}" t="str"><v>{value}</v></c></row>"#)
    };
    for (words, known) in [
        (["新建", "是", "4A", "风冷"], true),
        (["new", "TRUE", "AAAA", "air"], true),
        (["new 新建", "TRUE 是", "AAAA 4A", "air 风冷"], true),
        (["新建 NEW", "是\u{3000}true", "４Ａ", "Air  风冷"], true),
        (["existing 新建", "对", "4", "空气"], false),
        (["新建existing", "1", "1AA", "air 液冷"], false),
    ] {
        let keys = ["/facility/lifecycle/kind", "/facility/edge", "/declared/grade", "/facility/it_cooling"];
        let rows = (keys.iter().zip(words)).enumerate().map(|(i, (key, word))| row(2 + i, key, word));
        let sheet = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>"#,
            rows.collect::<String>()
        );
        let file = folder.write("words.xlsx", &fuzzed::book_with(sheet.as_bytes()));
        let answer = lines(&run("regulator", &[&file, "--format", "json"], None)).remove(0);
        for key in keys {
            let is_named = answer["findings"].as_array().unwrap().iter().any(|finding| {
                finding["path"] == key
                    && ["json.unknown_value", "json.type"].contains(&finding["code"].as_str().unwrap())
            });
            assert_eq!(is_named, !known, "{key} of {words:?}: {answer}");
        }
    }
}

#[test]
fn a_spreadsheet_says_nothing_twice_and_loses_nothing() {
    let folder = Folder::new("twice");
    // What has no place in the template is not left out silently.
    let mut more = good_submission();
    more["facility"]["own"] = json!("cold");
    let json = folder.write("more.json", more.to_string().as_bytes());
    let refused = run("regulator", &[&json, "--template", &folder.file("of.xlsx")], None);
    assert!(refused.status.code() == Some(3) && String::from_utf8_lossy(&refused.stderr).contains("/facility/own"));
    // A key that stands there twice: the first counts, the second is named.
    let row = |i: usize, key: &str, value: &str| {
        format!(r#"<row r="{i}"><c r="C{i}" t="str"><v>{key}</v></c><c r="D{i}" t="str"><v>{value}</v></c></row>"#)
    };
    let sheet = |rows: &str| {
        fuzzed::book_with(format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#).as_bytes())
    };
    let rows = [row(2, "/facility/id", "A"), row(3, "/facility/id", "B"), row(4, "/facility/own", "C")].concat();
    let answer =
        lines(&run("regulator", &[&folder.write("twice.xlsx", &sheet(&rows)), "--format", "json"], None)).remove(0);
    let misplaced: Vec<&Value> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"] == "xlsx.layout")
        .map(|finding| &finding["cell"])
        .collect();
    assert_eq!((&answer["facility"], misplaced), (&json!("A"), vec![&json!("Facility!D3"), &json!("Facility!D4")]));
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = Folder::new("spare");
    let file = folder.write("in.json", good_submission().to_string().as_bytes());
    for option in ["--out", "--records", "--summary"] {
        let refused = run("regulator", &[&file, option, &file, "--format", "json"], None);
        assert_eq!(refused.status.code(), Some(3), "{option}");
        assert_eq!(std::fs::read(&file).unwrap(), good_submission().to_string().as_bytes());
    }
    // Nor do two answers go to one file, nor is a template written over one that is filled in.
    let twice = ["--out", &folder.file("a"), "--summary", &folder.file("a"), "--format", "json"];
    for wrong in [&twice[..], &["--template", &file], &["--template", &folder.file("t.pdf")], &["--before", "nowhere"]]
    {
        let refused = run("regulator", &[&[file.as_str()], wrong].concat(), None);
        assert_eq!(refused.status.code(), Some(3), "{wrong:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("expected"), "{wrong:?}");
    }
    let site = folder.write("site.json", &bytes("examples/data/wuhan/site.json"));
    for wrong in [&["--site", &site, "--out", &site][..], &["--template", "--out", &site]] {
        assert_eq!(run("operator", wrong, None).status.code(), Some(3), "{wrong:?}");
        assert_eq!(std::fs::read(&site).unwrap(), bytes("examples/data/wuhan/site.json"));
    }
    let missing = lines(&run("regulator", &[&folder.file("nowhere.json"), "--format", "json"], None)).remove(0);
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
        ("en", ["Nothing was found that has to be mended", "is over the plan's binding indicator"]),
        ("zh", ["未发现问题", "超过约束性指标上限"]),
    ] {
        let letters = folder.file(lang);
        let options = ["-", "--letters", &letters, "--lang", lang, "--format", "json"];
        run("regulator", &options, Some(over.to_string().as_bytes()));
        let letter = std::fs::read_to_string(Path::new(&letters).join("000001-WH-0101.txt")).unwrap();
        assert!(words.iter().all(|words| letter.contains(words)), "{letter}");
        // Letters of two rounds are not mixed.
        assert_eq!(run("regulator", &options, Some(b"{}")).status.code(), Some(3));
    }
    // Places in words, counted from 1; of a record without an id the file is named.
    over["energy"][0]["monthly_kwh"][2] = json!("5e6");
    let (faulty, lost) = (folder.write("faulty.json", over.to_string().as_bytes()), folder.write("lost.json", b"{"));
    for (lang, words) in
        [("zh", "energy 第 1 项 monthly_kwh 第 3 项 (/energy/0/monthly_kwh/2)"), ("en", "energy #1 monthly_kwh #3")]
    {
        let letters = folder.file(&format!("of-files-{lang}"));
        run("regulator", &[&faulty, &lost, "--letters", &letters, "--lang", lang, "--format", "json"], None);
        let letter = std::fs::read_to_string(Path::new(&letters).join("000001-WH-0101.txt")).unwrap();
        assert!(letter.contains(words), "{letter}");
        let names = std::fs::read_dir(&letters).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().any(|name| name.starts_with("000002-") && name.contains("lost")));
    }
}

#[test]
fn a_site_that_reports_twice_is_named() {
    let twice = format!("{0}\n{0}\n", good_submission());
    let table = run("regulator", &["-"], Some(twice.as_bytes())).stdout;
    assert!(String::from_utf8(table).unwrap().contains("reported more than once: 1\n  WH-0101"));
}

#[test]
fn a_blank_spreadsheet_is_pointed_to_from_its_first_cell() {
    let blank = path("examples/data/spreadsheets/template.xlsx");
    let answer = lines(&run("regulator", &[&blank, "--format", "json"], None)).remove(0);
    let finding = answer["findings"].as_array().unwrap().iter().find(|finding| finding["path"] == "/facility").unwrap();
    assert_eq!(finding["cell"], "场所 Facility!D2");
}

#[test]
fn two_records_of_one_input_have_to_hold_both() {
    let folder = Folder::new("both");
    let (file, records) =
        (folder.write("in.json", good_submission().to_string().as_bytes()), folder.file("records.ndjson"));
    run("regulator", &[&file, "--records", &records, "--format", "json"], None);
    let true_one = std::fs::read_to_string(&records).unwrap();
    let false_one = true_one.replacen("\"meets\"", "\"fails\"", 1);
    let both = folder.write("both.ndjson", format!("{false_one}{true_one}").as_bytes());
    let verified = run("regulator", &[&file, "--verify", &both, "--format", "json"], None);
    assert_eq!((verified.status.code(), &lines(&verified)[0]["holds"]), (Some(1), &json!(false)));
    // Another level of the certificate is another verdict, though it meets as well.
    let mut better = good_submission();
    better["certificates"][0]["level"] = json!("AAAAA");
    let other = run(
        "regulator",
        &[&folder.write("better.json", better.to_string().as_bytes()), "--verify", &records, "--format", "json"],
        None,
    );
    assert_eq!(lines(&other)[0]["holds"], false);
}

/// A spreadsheet with one of its files changed.
fn edited(book: &[u8], file: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut changed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).unwrap();
        let (name, mut content) = (part.name().unwrap().into_owned(), String::new());
        std::io::Read::read_to_string(&mut part, &mut content).unwrap();
        let now = if name == file { change(&content) } else { content.clone() };
        assert!(name != file || now != content, "{file} is the same");
        changed.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        changed.write_all(now.as_bytes()).unwrap();
    }
    changed.finish().unwrap().into_inner()
}

/// A sheet's XML with another content of a cell, or with the cell at its end.
fn with_cell(sheet: &str, cell: &str, content: &str) -> String {
    let row: String = cell.chars().filter(char::is_ascii_digit).collect();
    match sheet.find(&format!("<c r=\"{cell}\"")) {
        Some(from) => {
            let end = sheet[from..].find(['/', '>']).unwrap() + from;
            let until = match &sheet[end..=end] {
                "/" => end + 2,
                _ => sheet[from..].find("</c>").unwrap() + from + 4,
            };
            format!("{}<c r=\"{cell}\"{content}</c>{}", &sheet[..from], &sheet[until..])
        }
        None => {
            sheet.replace("</sheetData>", &format!("<row r=\"{row}\"><c r=\"{cell}\"{content}</c></row></sheetData>"))
        }
    }
}

/// What somebody who fills it in by hand does: nothing is lost without a word, and nothing becomes something else.
#[test]
fn a_spreadsheet_filled_by_hand_loses_nothing() {
    let folder = Folder::new("hand");
    let energy = "xl/worksheets/sheet3.xml";
    let filled = bytes("examples/data/spreadsheets/filled.xlsx");
    let answer =
        |book: &[u8]| lines(&run("regulator", &[&folder.write("hand.xlsx", book), "--format", "json"], None)).remove(0);
    let told = |answer: &Value| -> Vec<String> {
        let findings = answer["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| format!("{} {}", finding["code"].as_str().unwrap(), finding["cell"].as_str().unwrap_or("–")))
            .collect()
    };
    let names =
        |answer: &Value, what: &str| assert!(told(answer).contains(&what.to_owned()), "{what}: {:?}", told(answer));
    let with = |cell: &str, content: &str| answer(&edited(&filled, energy, |sheet| with_cell(sheet, cell, content)));
    assert_eq!(told(&answer(&filled)), Vec::<String>::new());
    // A formula whose value was not saved; a remark; a sum of the rows above; a column of one's own.
    names(&with("E4", "><f>1+1</f>"), "json.type 能耗 Energy!E4");
    assert_eq!(told(&with("E4", "><f>1+1</f><v>4613004</v>")), Vec::<String>::new());
    names(&with("A20", " t=\"inlineStr\"><is><t>备注：无</t></is>"), "xlsx.layout 能耗 Energy!A20");
    names(&with("A20", " t=\"inlineStr\"><is><t>合计</t></is>"), "xlsx.layout 能耗 Energy!A20");
    names(&with("Z3", " t=\"inlineStr\"><is><t>own</t></is>"), "xlsx.layout 能耗 Energy!Z3");
    // A formula that came to an empty text is an empty cell; a sum below the table is a row that lacks its point.
    assert_eq!(told(&with("Q20", " t=\"str\"><f>IF(1=1,\"\",1)</f><v></v>")), Vec::<String>::new());
    assert_eq!(told(&with("Q20", "><f>SUM(Q4:Q6)</f><v>0</v>")), Vec::<String>::new());
    names(&with("Q20", "><f>SUM(Q4:Q6)</f><v>9</v>"), "meter.unusable 能耗 Energy!A20");
    for (cell, formula) in [("D2", "><f>1+1</f>"), ("D2", " t=\"e\"><f>1+1</f><v>#REF!</v>"), ("D4", "><f>1+1</f>")] {
        let answer = answer(&edited(&filled, "xl/worksheets/sheet1.xml", |sheet| with_cell(sheet, cell, formula)));
        names(&answer, &format!("json.type 场所 Facility!{cell}"));
        let findings = answer["findings"].as_array().unwrap();
        assert!(
            findings.iter().any(|finding| finding["found"].as_str().unwrap_or("").starts_with("a formula")),
            "{cell}"
        );
    }
    // Numbers in cells of text: digits are what they are, marks between thousands are not guessed at.
    let text = |text: &str| with("E4", &format!(" t=\"inlineStr\"><is><t>{text}</t></is>"));
    for clear in ["4613004", "4613004.00", "4613004.000"] {
        assert_eq!(told(&text(clear)), Vec::<String>::new(), "{clear}");
    }
    assert_eq!(text("4613004")["pue"], answer(&filled)["pue"]);
    for unclear in ["4.613", "4,613,004", "4613004 kWh", "四百万", "1e6", "NaN", "-1", &"9".repeat(400)] {
        names(&text(unclear), "json.type 能耗 Energy!E4");
    }
    // Another sheet that could be meant, and one that goes by its Chinese name alone.
    let renamed = |from: &str, to: &str| answer(&edited(&filled, "xl/workbook.xml", |book| book.replace(from, to)));
    names(&renamed("选项 Choices", "Energy 2"), "xlsx.layout Energy 2!A1");
    // A sheet is known by its keys too.
    assert_eq!(told(&renamed("能耗 Energy", "能耗")), Vec::<String>::new());
    assert_eq!(told(&renamed("能耗 Energy", "表三")), Vec::<String>::new());
    assert_eq!(told(&renamed("场所 Facility", "表一")), Vec::<String>::new());
    // A key that was written over.
    let rows = answer(&edited(&filled, "xl/worksheets/sheet2.xml", |sheet| with_cell(sheet, "B3", "><v>2.5</v>")));
    assert!(told(&rows).contains(&"xlsx.layout 机架 Racks!B3".to_owned()), "{:?}", told(&rows));
    // Dates as they are written.
    let first_day = |day: &str| {
        let cell = format!(" t=\"inlineStr\"><is><t>{day}</t></is>");
        answer(&edited(&filled, "xl/worksheets/sheet1.xml", |sheet| with_cell(sheet, "D23", &cell)))
    };
    for day in ["2024/1/1", "2024-1-1", "2024.01.01", "2024年1月1日", "2024-01-01 00:00:00", "2024 年 1 月 1 日"]
    {
        assert_eq!(told(&first_day(day)), Vec::<String>::new(), "{day}");
    }
    for unclear in ["1/1/2024", "24-1-1", "2024-1", "20240101", "2024年元月1日", "2024-1-1 1"] {
        names(&first_day(unclear), "json.type 场所 Facility!D23");
    }
}

/// Only electricity is taken to be in kWh.
#[test]
fn a_fuel_needs_its_unit() {
    let folder = Folder::new("unit");
    let file = folder.file("diesel.xlsx");
    run("regulator", &[&path("examples/data/submissions/12-diesel.json"), "--template", &file], None);
    let book = std::fs::read(&file).unwrap();
    let without = edited(&book, "xl/worksheets/sheet3.xml", |sheet| with_cell(sheet, "D7", ">"));
    let answer =
        |book: &[u8]| lines(&run("regulator", &[&folder.write("unit.xlsx", book), "--format", "json"], None)).remove(0);
    let row = |answer: &Value| {
        let findings = answer["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error");
        findings.map(|finding| finding["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(row(&answer(&without)).iter().any(|path| path.starts_with("/energy/3")), "{}", answer(&without));
    let answer = answer(&without);
    let verdicts = answer["verdicts"].as_array().unwrap();
    assert!(verdicts.iter().all(|verdict| verdict["value"].is_null() || verdict["outcome"] != "meets"), "{answer}");
}

/// A submission that the spreadsheet cannot say is not made another one.
#[test]
fn a_template_is_filled_truly_or_not_at_all() {
    let folder = Folder::new("truly");
    let change = |change: &dyn Fn(&mut Value)| {
        let mut submission = good_submission();
        change(&mut submission);
        submission.to_string()
    };
    for (i, submission) in [
        change(&|it| it["energy"][0]["monthly_kwh"].as_array_mut().unwrap().push(json!(1.0))),
        change(&|it| it["energy"][0]["monthly"] = json!([1.0])),
        change(&|it| it["energy"][0]["unit"] = json!("MWh")),
        change(&|it| it["energy"][0]["id"] = json!({"a": 1})),
        change(&|it| it["energy"].as_array_mut().unwrap().insert(0, json!({}))),
        change(&|it| it["schema"] = json!("pue/submission/2")),
        change(&|it| it["period"]["start"] = json!("2024-1-1")),
        change(&|it| it["facility"]["name"] = json!({"zh": 5})),
        change(&|it| it["facility"]["id"] = json!(12)),
        change(&|it| {
            it["meters"] =
                json!([{"id": "g", "point": "grid_supply", "unit": "kWh", "kind": {"register": {"modulus": 1e8}}}])
        }),
        change(&|_| ()).replacen("\"start\"", "\"start\": \"2024-01-01\", \"start\"", 1),
    ]
    .iter()
    .enumerate()
    {
        let json = folder.write("truly.json", submission.as_bytes());
        let refused = run("regulator", &[&json, "--template", &folder.file(&format!("{i}.xlsx"))], None);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(3) && said.contains("--template"), "{i}: {said}");
        assert!(!Path::new(&folder.file(&format!("{i}.xlsx"))).exists(), "{i}");
    }
    let all = std::fs::read_dir(path("tests/golden/submissions/clean")).unwrap().map(|entry| entry.unwrap().path());
    let taken = all.filter(|file| {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let to = folder.file(&format!("{name}.xlsx"));
        run("regulator", &[file.to_str().unwrap(), "--template", &to], None).status.code() == Some(0)
    });
    // All but the one with fields of its own.
    assert_eq!(taken.count() + 1, std::fs::read_dir(path("tests/golden/submissions/clean")).unwrap().count());
}

/// An archive of one file that unpacks to so many bytes of nothing.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let chunk = vec![b' '; 1 << 20];
    (0..megabytes).for_each(|_| archive.write_all(&chunk).unwrap());
    archive.finish().unwrap().into_inner()
}

#[test]
fn hostile_spreadsheets_are_refused() {
    let folder = Folder::new("bomb");
    let many = {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for i in 0..2000 {
            archive.start_file(format!("f{i}"), zip::write::SimpleFileOptions::default()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let sheet = |content: &str| fuzzed::book_with(content.as_bytes());
    // A sheet that says that it is as large as sheets can be, and one with a cell in the far corner.
    let corner = sheet(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#,
    );
    let cells: String = (1..200_000).map(|i| format!(r#"<row r="{i}"><c r="A{i}"><v>1</v></c></row>"#)).collect();
    let cells = sheet(&format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
    ));
    // A table of as many rows as cells are read.
    let template = bytes("examples/data/spreadsheets/template.xlsx");
    let rows = edited(&template, "xl/worksheets/sheet3.xml", |content| {
        let more: String = (4..40_000).map(|i| format!(r#"<row r="{i}"><c r="E{i}"><v>1</v></c></row>"#)).collect();
        content.replace("</sheetData>", &format!("{more}</sheetData>"))
    });
    // One that says it has more texts than there is room for, and one with a cell given twice.
    let texts = edited(&template, "xl/sharedStrings.xml", |content| {
        let at = content.find("uniqueCount=\"").unwrap() + 13;
        format!("{}4000000{}", &content[..at], &content[at..])
    });
    let twice = sheet(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData></worksheet>"#,
    );
    for (name, content, said) in [
        ("bomb.xlsx", bomb(200), "unpacks to more than"),
        ("many.xlsx", many, "at most 500 files"),
        ("text.xlsx", b"no archive at all".to_vec(), ""),
        ("empty.xlsx", Vec::new(), ""),
        ("cells.xlsx", cells, "at most 50000 cells"),
        ("rows.xlsx", rows, "at most 2000 rows"),
        ("texts.xlsx", texts, "at most 1000000 texts"),
        ("twice.xlsx", twice, "A1"),
        ("corner.xlsx", corner, ""),
    ] {
        let output = run("regulator", &[&folder.write(name, &content), "--format", "json"], None);
        let answer = lines(&output).remove(0);
        assert!(
            output.status.code() == Some(3) && answer["verdicts"].as_array().unwrap().is_empty(),
            "{name}: {answer}"
        );
        let finding = &answer["findings"][0];
        if name != "corner.xlsx" {
            assert_eq!(finding["code"], "xlsx.unreadable", "{name}");
            assert!(finding["found"].as_str().unwrap().contains(said), "{name}: {finding}");
        }
    }
}

#[allow(dead_code)]
#[path = "common/fuzzed.rs"]
mod fuzzed;

/// Ctrl-C: what was read is answered, each line whole.
#[cfg(unix)]
#[test]
fn a_stopped_round_leaves_whole_lines() {
    let folder = Folder::new("stop");
    let out = folder.file("out.ndjson");
    let mut child = Command::new(program("regulator"))
        .args(["-", "--format", "json", "--threads", "2", "--out", &out])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
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
