//! Submissions as spreadsheets: filled by hand, by strangers, by those who mean harm.
#![cfg(feature = "xlsx")]

#[path = "../../tests/common/book.rs"]
mod book;
mod common;

use common::{Folder, bytes, codes, good_submission, lines, path, pue};
use serde_json::{Value, json};
use std::{
    io::{Cursor, Write},
    path::Path,
};

/// The template, filled from a submission.
fn template(from: &str, to: &str) -> std::process::Output {
    pue("template", &["submission", "--filled", from, "--out", to], None)
}

/// The spreadsheet of a submission, with some cells changed.
fn workbook(folder: &Folder, change: impl Fn(&mut Value)) -> String {
    let mut submission = good_submission();
    change(&mut submission);
    let json = folder.write("of.json", submission.to_string().as_bytes());
    let file = folder.file("filled.xlsx");
    let _ = std::fs::remove_file(&file);
    assert_eq!(template(&json, &file).status.code(), Some(0));
    file
}

#[test]
fn a_spreadsheet_says_what_its_submission_says() {
    let folder = Folder::new("xlsx");
    let answer = |file: &str| lines(&pue("audit", &[file, "--format", "json"], None)).remove(0);
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
    assert_eq!(place("declared.racks"), "数据中心 Facility!D27");
    assert_eq!(place("certificate.expired"), "证书 Certificates!H4");
    assert_eq!(place("facility.region"), "数据中心 Facility!D5");
    assert_eq!(place("racks.inconsistent"), "数据中心 Facility!D12");
    let empty = folder.file("template.xlsx");
    pue("template", &["submission", "--out", &empty], None);
    assert_eq!(pue("audit", &[&empty], None).status.code(), Some(3));
    assert_eq!(std::fs::read(&empty).unwrap(), bytes("examples/data/spreadsheets/template.xlsx"));
    let filled = folder.file("01.xlsx");
    template(&path("examples/data/submissions/01-meets.json"), &filled);
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
        let answer = |file: &str| lines(&pue("audit", &[file, "--format", "json"], None)).remove(0);
        let (of_sheet, of_json) = (answer(&file), answer(&json));
        for key in ["pue", "meters", "verdicts"] {
            assert_eq!(of_sheet[key], of_json[key], "{key}");
        }
        let lacks =
            of_sheet["findings"].as_array().unwrap().iter().find(|finding| finding["path"] == "/meters/2/factor");
        assert_eq!(lacks.map(|finding| &finding["cell"]), factor.is_none().then_some(&json!("计量点 Meters!O6")));
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
        let file = folder.write("words.xlsx", &book::with_sheet(sheet.as_bytes()));
        let answer = lines(&pue("audit", &[&file, "--format", "json"], None)).remove(0);
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
    let refused = template(&json, &folder.file("of.xlsx"));
    assert!(refused.status.code() == Some(3) && String::from_utf8_lossy(&refused.stderr).contains("/facility/own"));
    // A key that stands there twice: the first counts, the second is named.
    let row = |i: usize, key: &str, value: &str| {
        format!(r#"<row r="{i}"><c r="C{i}" t="str"><v>{key}</v></c><c r="D{i}" t="str"><v>{value}</v></c></row>"#)
    };
    let sheet = |rows: &str| {
        book::with_sheet(format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#).as_bytes())
    };
    let rows = [row(2, "/facility/id", "A"), row(3, "/facility/id", "B"), row(4, "/facility/own", "C")].concat();
    let answer =
        lines(&pue("audit", &[&folder.write("twice.xlsx", &sheet(&rows)), "--format", "json"], None)).remove(0);
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
fn a_blank_spreadsheet_is_pointed_to_from_its_first_cell() {
    let blank = path("examples/data/spreadsheets/template.xlsx");
    let answer = lines(&pue("audit", &[&blank, "--format", "json"], None)).remove(0);
    let finding = answer["findings"].as_array().unwrap().iter().find(|finding| finding["path"] == "/facility").unwrap();
    assert_eq!(finding["cell"], "数据中心 Facility!D2");
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
        |book: &[u8]| lines(&pue("audit", &[&folder.write("hand.xlsx", book), "--format", "json"], None)).remove(0);
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
    // One whose saved value is what it comes to, another one, or that of a formula which is not worked out again.
    assert_eq!(told(&with("E4", "><f>4613000+2*2</f><v>4613004</v>")), Vec::<String>::new());
    let stale = with("E4", "><f>1+1</f><v>4613004</v>");
    names(&stale, "json.type 能耗 Energy!E4");
    assert!(stale.to_string().contains("a value that its formula does not come to: 4613004 ≠ 2"), "{stale}");
    assert_eq!(told(&with("E4", "><f>MAX(4613004,1)</f><v>4613004</v>")), ["xlsx.formula 能耗 Energy!E4"]);
    names(&with("A20", " t=\"inlineStr\"><is><t>备注：无</t></is>"), "xlsx.layout 能耗 Energy!A20");
    names(&with("A20", " t=\"inlineStr\"><is><t>合计</t></is>"), "xlsx.layout 能耗 Energy!A20");
    names(&with("Z3", " t=\"inlineStr\"><is><t>own</t></is>"), "xlsx.layout 能耗 Energy!Z3");
    // A formula that came to an empty text is an empty cell; a sum below the table is a row that lacks its point.
    assert_eq!(told(&with("Q20", " t=\"str\"><f>IF(1=1,\"\",1)</f><v></v>")), Vec::<String>::new());
    assert_eq!(told(&with("Q20", "><f>SUM(Y4:Y6)</f><v>0</v>")), Vec::<String>::new());
    names(&with("Q20", "><f>SUM(Q4:Q6)</f><v>9</v>"), "meter.unusable 能耗 Energy!A20");
    for (cell, formula) in [("D2", "><f>1+1</f>"), ("D2", " t=\"e\"><f>1+1</f><v>#REF!</v>"), ("D4", "><f>1+1</f>")] {
        let answer = answer(&edited(&filled, "xl/worksheets/sheet1.xml", |sheet| with_cell(sheet, cell, formula)));
        names(&answer, &format!("json.type 数据中心 Facility!{cell}"));
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
    assert_eq!(told(&renamed("数据中心 Facility", "表一")), Vec::<String>::new());
    assert_eq!(told(&renamed("数据中心 Facility", "场所 Facility")), Vec::<String>::new());
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
        names(&first_day(unclear), "json.type 数据中心 Facility!D23");
    }
}

/// What nobody sees who opens the file is named.
#[test]
fn a_hidden_sheet_is_named() {
    let folder = Folder::new("hidden");
    let filled = bytes("examples/data/spreadsheets/filled.xlsx");
    for state in ["hidden", "veryHidden"] {
        let hide = |name: &str| {
            let sheet = format!("<sheet name=\"{name}\"");
            let book =
                edited(&filled, "xl/workbook.xml", |book| book.replace(&sheet, &format!("{sheet} state=\"{state}\"")));
            let answer = lines(&pue("audit", &[&folder.write("h.xlsx", &book), "--format", "json"], None)).remove(0);
            codes(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(hide("能耗 Energy"), ["xlsx.hidden"]);
        // The lists of what may be chosen are ours.
        assert_eq!(hide("选项 Choices"), Vec::<String>::new());
    }
}

/// Only electricity is taken to be in kWh.
#[test]
fn a_fuel_needs_its_unit() {
    let folder = Folder::new("unit");
    let file = folder.file("diesel.xlsx");
    template(&path("examples/data/submissions/12-diesel.json"), &file);
    let book = std::fs::read(&file).unwrap();
    let without = edited(&book, "xl/worksheets/sheet3.xml", |sheet| with_cell(sheet, "D7", ">"));
    let answer =
        |book: &[u8]| lines(&pue("audit", &[&folder.write("unit.xlsx", book), "--format", "json"], None)).remove(0);
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
        let refused = template(&json, &folder.file(&format!("{i}.xlsx")));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(3) && said.contains("--filled"), "{i}: {said}");
        assert!(!Path::new(&folder.file(&format!("{i}.xlsx"))).exists(), "{i}");
    }
    let all = std::fs::read_dir(path("tests/golden/submissions/clean")).unwrap().map(|entry| entry.unwrap().path());
    let taken = all.filter(|file| {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let to = folder.file(&format!("{name}.xlsx"));
        template(file.to_str().unwrap(), &to).status.code() == Some(0)
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
    let sheet = |content: &str| book::with_sheet(content.as_bytes());
    // A sheet that says that it is as large as sheets can be, and one with a cell in the far corner.
    let corner = sheet(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#,
    );
    let cells: String = (1..=200_001).map(|i| format!(r#"<row r="{i}"><c r="A{i}"><v>1</v></c></row>"#)).collect();
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
    // Sheets that are all one part: of blank cells, or of something before its cells.
    let shared = |count: usize, content: &str| {
        let more: String =
            (0..count).map(|i| format!(r#"<sheet name="s{i}" sheetId="{}" r:id="rId3"/>"#, i + 10)).collect();
        let many = edited(&template, "xl/workbook.xml", |book| book.replace("</sheets>", &format!("{more}</sheets>")));
        edited(&many, "xl/worksheets/sheet3.xml", |sheet| {
            sheet.replace("</sheetData>", &format!("{content}</sheetData>"))
        })
    };
    let blank = shared(40, &format!(r#"<row r="900">{}</row>"#, r#"<c r="A900"/>"#.repeat(60_000)));
    let junk = shared(90, &"<row/>".repeat(1_500_000));
    let other = {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("content.xml", zip::write::SimpleFileOptions::default()).unwrap();
        archive.finish().unwrap().into_inner()
    };
    for (name, content, said) in [
        ("bomb.xlsx", bomb(200), "at most 33554432 bytes, unpacked"),
        ("many.xlsx", many, "at most 500 files"),
        ("text.xlsx", b"no archive at all".to_vec(), ""),
        ("empty.xlsx", Vec::new(), ""),
        ("cells.xlsx", cells, "at most 200000 cells"),
        ("blank.xlsx", blank, "at most 2000000 blank cells"),
        ("junk.xlsx", junk, "at most 100 sheets"),
        ("old.xlsx", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 4096]].concat(), "encrypted"),
        ("other.xlsx", other, ".ods"),
        ("rows.xlsx", rows, "at most 2000 rows"),
        ("texts.xlsx", texts, "at most 1000000 texts"),
        ("twice.xlsx", twice, "A1"),
        ("corner.xlsx", corner, ""),
    ] {
        let output = pue("audit", &[&folder.write(name, &content), "--format", "json"], None);
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
