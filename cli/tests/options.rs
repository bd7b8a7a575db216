//! Every command with every option of it, and with input that it cannot use.

mod common;

use common::{Folder, bytes, codes, good_submission, lines, pue, run, said, text};
use serde_json::{Value, json};

const COMMANDS: [&str; 13] = [
    "assess",
    "import",
    "audit",
    "verify",
    "template",
    "eu",
    "packs",
    "board",
    "what-if",
    "history",
    "completions",
    "bulk",
    "bench-data",
];

const SUBMISSIONS: &str = "examples/data/submissions";

/// A run, its exit code, and what it has to say.
type Run<'a> = (&'a [&'a str], i32, &'a [&'a str]);

fn check(runs: &[Run<'_>]) {
    for (arguments, code, words) in runs {
        let output = run(arguments, None);
        let shown = text(&output) + &said(&output);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {shown}");
        for word in *words {
            assert!(shown.contains(word), "{word:?} is not in what {arguments:?} says:\n{shown}");
        }
    }
}

/// The long options that a command's help lists.
fn options(help: &str) -> Vec<String> {
    let lines = help.lines().filter_map(|line| line.trim_start().strip_prefix("--"));
    lines.map(|line| format!("--{}", line.split([' ', '<']).next().unwrap())).collect()
}

#[test]
fn help_fits_a_screen() {
    for command in COMMANDS {
        let output = pue(command, &["--help"], None);
        let help = text(&output);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(help.lines().count() <= 24, "{command}: {help}");
    }
    let help = text(&run(&["--help"], None));
    assert!(help.lines().count() <= 24 && !help.contains("bulk") && !help.contains("bench-data"), "{help}");
    let version = text(&run(&["--version"], None));
    for part in ["library", "time zones 20", "wuhan-2024@2024-01-25", "enefg-2023@"] {
        assert!(version.contains(part), "{version}");
    }
}

#[test]
fn every_option_of_every_command_is_used() {
    let folder = Folder::new("options");
    let file = |name: &str| folder.file(name);
    let register = folder.write("register.json", br#"{"schema": "pue/register/1", "sites": [{"id": "WH-0999"}]}"#);
    let (records, letters, summary, out) = (file("records.ndjson"), file("letters"), file("summary.json"), file("out"));
    let (out_2, out_3, out_4) = (file("out-2"), file("out-3"), file("out-4.json"));
    let parts = folder.write(
        "parts.json",
        br#"{"schema": "pue/site/1", "facility": {"id": "WH-7", "region": "420100", "time_zone": "Asia/Shanghai"}, "meters": [
            {"id": "ups", "point": "ups_output", "kind": "register", "unit": "kWh", "accuracy_class": "0.5", "ct_class": "0.5"},
            {"id": "cooling", "point": "cooling", "kind": "register", "unit": "kWh", "accuracy_class": "1", "direct": true}]}"#,
    );
    let days = |meter: &str, each: f64| {
        (1..=12).map(|day| format!("{meter},2025-03-{day:02} 00:00,{}\n", each * f64::from(day))).collect::<String>()
    };
    let parts_readings = folder.write(
        "parts.csv",
        ("meter,time,value\n".to_owned() + &days("ups", 1000.0) + &days("cooling", 300.0)).as_bytes(),
    );
    let eu = file("eu.json");
    let over = "examples/data/submissions/02-over-the-limit.json";
    let open = "examples/data/submissions/03-no-certificate.json";
    let (own, own_toml) = ("examples/data/packs/own.json", "examples/data/packs/own.toml");
    let (site, readings) = ("examples/data/esif/site.json", "examples/data/esif/readings.csv");
    let factors = ["--tariff", "0.6", "--co2", "0.5703"];
    let [tariff, yuan, co2, kg] = factors;
    let old = "wuhan-proxy.target=1.2";
    let runs: &[Run<'_>] = &[
        (
            &[
                "assess",
                "--lang",
                "en",
                "--site",
                site,
                "--readings",
                readings,
                "--readings",
                readings,
                "--later-corrects",
                "--period",
                "2024",
                "--category",
                "1",
                "--estimate",
                "all",
                "--method",
                "electricity-only",
                "--pack",
                own,
                "--setting",
                "wuhan-2024.new_since=2024-01-25",
                tariff,
                yuan,
                co2,
                kg,
                "--format",
                "md",
                "--out",
                &out,
            ],
            0,
            &[],
        ),
        (
            &[
                "audit",
                over,
                "--lang",
                "zh",
                "--format",
                "table",
                "--detail",
                "--out",
                &out_2,
                "--summary",
                &summary,
                "--register",
                &register,
                "--before",
                open,
                "--letters",
                &letters,
                "--reports",
                &file("reports"),
                "--records",
                &records,
                "--threads",
                "2",
                "--pack",
                own_toml,
                "--setting",
                old,
                tariff,
                yuan,
                co2,
                kg,
            ],
            1,
            &[],
        ),
        (
            &[
                "verify",
                &records,
                over,
                "--lang",
                "en",
                "--format",
                "json",
                "--out",
                &out_3,
                "--threads",
                "1",
                "--pack",
                own_toml,
                "--setting",
                old,
                tariff,
                yuan,
                co2,
                kg,
            ],
            0,
            &[],
        ),
        (&["verify", &records, over], 1, &["no longer holds", "settings"]),
        (&["template", "submission", "--lang", "en", "--out", &out_4], 0, &[]),
        (&["import", "tests/golden/imports/oed.csv", "--preset", "oed"], 2, &["meter.is"]),
        (&["packs", "--lang", "en"], 0, &["wuhan-2024", "武政办〔2024〕9号", "on request", "by default"]),
        (&["packs", "list"], 0, &["enefg-2023"]),
        (
            &["packs", "show", "wuhan-2024", "--format", "text"],
            0,
            &["附件13", "annual PUE ≤ 1.25", "(binding)", "a new project, and of scale large or above"],
        ),
        (&["packs", "show", "wuhan-2024@2024-01-25", "--lang", "zh"], 0, &["原文: 新建大型数据中心PUE降低到1.25以下"]),
        (&["packs", "show", "wuhan-2024", "--format", "json"], 0, &["\"schema\": \"pue/pack/1\""]),
        (&["packs", "check", own], 0, &["can be used"]),
        (&["packs", "check", "law/cn/beijing-2024.json"], 0, &["beijing-2024@2024-11-14 can be used"]),
        (&["packs", "check", "law/cn/wuhan-proxy.json"], 3, &["found one without"]),
        (&["packs", "check", own_toml, "--lang", "zh"], 0, &["可用"]),
        (
            &["board", "examples/data/city.json", SUBMISSIONS, "--lang", "en", "--format", "table", "--threads", "2"],
            1,
            &["附件13", "附件17", "PUE of new large data centres", "3650", "binding"],
        ),
        (
            &[
                "board",
                "examples/data/city.json",
                over,
                "--all-sites",
                "--format",
                "json",
                "--out",
                &file("board.json"),
            ],
            1,
            &[],
        ),
        (
            &[
                "what-if",
                over,
                "--lang",
                "en",
                "--overhead",
                "-25%",
                "--pack",
                own,
                "--setting",
                old,
                tariff,
                yuan,
                co2,
                kg,
            ],
            0,
            &["PUE 1.31", "fails → meets", "2792.400 MWh (19.4 %)"],
        ),
        (&["what-if", over, "--racks", "100x2.5", "--format", "text"], 0, &["fails → not applicable"]),
        (
            &["what-if", open, "--certificate", "AAAA,2026-06-19", "--day", "2024-12-31"],
            0,
            &[
                "undetermined → meets",
                "assumed: the certificate is one of this site, of the green grade, of operation, issued on",
            ],
        ),
        (&["what-if", over, "--day", "2023-12-31", "--format", "json"], 1, &["pue/what-if/1", "\"after\":null"]),
        (&["assess", "--pack", own, "--pack", "none"], 0, &["city-2026"]),
        (&["audit", over, "--pack", own, "--pack", "none", "--format", "json"], 1, &["\"default_packs\":\"off\""]),
        (
            &["audit", over, "--brief"],
            1,
            &["{\"schema\":\"pue/brief/1\",\"facility\":\"WH-0102\"", "\"declared.pue_mismatch\":1"],
        ),
        (&["audit", over, "--brief", "--format", "csv"], 3, &["--brief: expected --format json"]),
        (&["verify", &records, over, "--pack", own, "--pack", "none"], 1, &["default_packs=off"]),
        (
            &["what-if", over, "--overhead", "-50%", "--pack", own, "--pack", "none"],
            0,
            &["city-2026 pue: fails → meets"],
        ),
        (&["what-if", over, "--pack", "none"], 3, &["expected another pack besides"]),
        (&["history", over, "--lang", "en"], 0, &["wuhan-2024 pue-new-large", "2013", "2026"]),
        (&["history"], 0, &["gb-40879-2021"]),
        (&["template", "eu", "--filled", "examples/data/submissions/15-close-to-the-limit.json", "--out", &eu], 0, &[]),
        (
            &["audit", SUBMISSIONS, "--format", "html", "--lang", "en"],
            1,
            &["<!DOCTYPE html>", "WH-0115", "±0.014", "data-sort"],
        ),
        (&["eu", &eu, "--lang", "en"], 2, &["PUE 1.248", "WUE 1.740 l/kWh", "size category large", "e_res_goo_kwh"]),
        (&["eu", &eu, "--format", "json", "--out", &file("eu-check.json")], 2, &[]),
        (&["eu", open], 3, &["facility: unknown field"]),
        (&["template", "eu", "--out", &file("eu.xlsx")], 3, &["only submissions have a spreadsheet"]),
        (
            &[
                "assess",
                "--site",
                &parts,
                "--readings",
                &parts_readings,
                "--lang",
                "en",
                "--period",
                "2025-03-01/2025-03-12",
                "--total-from-parts",
            ],
            2,
            &["±0.0042: 1.2958 – 1.3042", "pue.total_from_parts", "1.3000 – open"],
        ),
        (
            &[
                "assess",
                "--site",
                &parts,
                "--readings",
                &parts_readings,
                "--period",
                "2025-03-01/2025-03-12",
                "--lang",
                "en",
            ],
            3,
            &["--total-from-parts"],
        ),
        (&["assess", "--lang", "en", "--decision", "non-binary"], 0, &["to be stated: facility accuracy_class"]),
        (&["assess", "--decision", "strict"], 3, &["expected one of simple, guarded, non-binary"]),
        (&["audit", over, "--decision", "guarded", "--format", "json"], 1, &["\"decision\":\"guarded\""]),
        (&["audit", over, "--decision", "non-binary", "--detail", "--lang", "en"], 2, &["uncertainty"]),
        (&["verify", &records, over, "--decision", "guarded"], 1, &["decision=guarded"]),
        (&["what-if", over, "--overhead", "-50%", "--decision", "simple"], 0, &["fails → meets"]),
        (&["completions", "bash"], 0, &["_pue"]),
        (&["bench-data", "round", "3", "--year", "2025"], 0, &["2025-01-01", "x_planted"]),
        (&["bench-data", "wuhan", &file("wuhan")], 0, &[]),
    ];
    check(&runs.iter().filter(|run| !run.2.contains(&"x_planted")).copied().collect::<Vec<_>>());
    // The filling of a spreadsheet, and mappings, have tests of their own.
    let elsewhere = [
        ("template", "--filled"),
        ("template", "--meters"),
        ("template", "--preset"),
        ("template", "--map"),
        ("template", "--set"),
        ("assess", "--map"),
        ("assess", "--preset"),
        ("import", "--map"),
        ("import", "--set"),
        ("import", "--site"),
        ("import", "--zone"),
        ("import", "--preview"),
        ("import", "--rows"),
        ("import", "--save"),
        ("import", "--out"),
        ("import", "--json"),
    ];
    for command in COMMANDS {
        let mut helps = vec![text(&pue(command, &["--help"], None))];
        for inner in ["list", "show", "check", "round", "wuhan"] {
            let help = pue(command, &[inner, "--help"], None);
            helps.extend(help.status.success().then(|| text(&help)));
        }
        for option in helps.iter().flat_map(|help| options(help)) {
            let is_used =
                runs.iter().any(|(arguments, ..)| arguments[0] == command && arguments.contains(&option.as_str()));
            let is_known =
                ["--lang", "--help"].contains(&option.as_str()) || elsewhere.contains(&(command, option.as_str()));
            assert!(is_used || is_known, "{command} {option} is used by no run");
        }
    }
    // What they have written.
    let read = |name: &str| std::fs::read_to_string(name).unwrap();
    assert!(read(&out).starts_with("# ESIF-HPC") && read(&out_2).contains("WH-0102"));
    let summary: Value = serde_json::from_str(&read(&summary)).unwrap();
    assert_eq!((&summary["schema"], &summary["complete"]), (&json!("pue/summary/1"), &json!(true)));
    assert_eq!(summary["attendance"]["missing"][0]["id"], "WH-0999");
    let saved = &summary["largest_savings"][0];
    let kwh = saved["savings_kwh"].as_f64().unwrap();
    assert!((saved["savings_yuan"].as_f64().unwrap() - 0.6 * kwh).abs() < 1.0, "{saved}");
    assert!((saved["savings_co2_t"].as_f64().unwrap() - 0.5703 * kwh / 1e3).abs() < 1.0, "{saved}");
    let out_2 = read(&out_2);
    assert!(out_2.contains(" CNY, ") && out_2.contains(" t CO₂e"), "{out_2}");
    assert!(read(&out_3).contains("\"holds\":true"), "{}", read(&out_3));
    let board: Value = serde_json::from_str(&read(&file("board.json"))).unwrap();
    assert_eq!(board.as_array().unwrap().len(), 30);
    for made in ["site.json", "registers.csv", "power.csv", "intervals.csv", "truth.json"] {
        assert_eq!(read(&file(&format!("wuhan/{made}"))).into_bytes(), bytes(&format!("examples/data/wuhan/{made}")));
    }
    // Templates can be used as they are.
    let site: pue::Site = serde_json::from_str(&text(&pue("template", &["site"], None))).unwrap();
    assert!(site.findings().is_empty());
    let answer = lines(&pue("audit", &[&out_4, "--format", "json"], None)).remove(0);
    assert!(codes(&answer).iter().all(|code| !code.starts_with("json.") || *code == "json.missing"), "{answer}");
}

#[test]
fn what_a_command_cannot_use_ends_in_three() {
    let folder = Folder::new("bad");
    let broken = folder.write("broken.json", b"{\"schema\": ");
    let other = folder.write("other.json", br#"{"schema": "pue/other/1", "facts": {}}"#);
    let unknown = folder.write("unknown.json", br#"{"schema": "pue/city/1", "facts": {"18": 1.0}}"#);
    let mut forged: Value =
        serde_json::from_str(&text(&pue("packs", &["show", "wuhan-2024", "--format", "json"], None))).unwrap();
    forged["requirements"][0]["check"]["annual_pue"]["limit"] = json!("1.5");
    let forged = folder.write("forged.json", forged.to_string().as_bytes());
    let good = "examples/data/submissions/01-meets.json";
    let mut unsound: Value = serde_json::from_slice(&bytes("examples/data/packs/own.json")).unwrap();
    unsound["edition"] = json!("");
    unsound["schema"] = json!("x");
    let unsound = folder.write("unsound.json", unsound.to_string().as_bytes());
    check(&[
        (&["nonsense"], 3, &["nonsense"]),
        (&["assess", "--site", &broken, "--period", "2024"], 3, &["json.syntax"]),
        (&["assess", "--setting", "wuhan-2024.limit=1.3"], 3, &["new_since"]),
        (&["assess", "--setting", "wuhan-2025.new_since=2024-01-01"], 3, &["expected one of wuhan-2024"]),
        (&["assess", "--setting", "wuhan-2024.new_since=soon"], 3, &["a day such as"]),
        (&["assess", "--setting", "nothing"], 3, &["PACK.KEY=VALUE"]),
        (&["assess", "--setting", "wuhan-proxy.idle_below=1.5"], 3, &["from 0 to 1"]),
        (&["assess", "--tariff", "NaN"], 3, &["a number of 0 or more"]),
        (&["assess", "--co2", "-1"], 3, &[]),
        (&["assess", "--pack", &unsound], 3, &["schema", "edition"]),
        (&["audit", &broken], 3, &["broken.json", "1 unreadable"]),
        (&["audit", "no-such-folder"], 3, &["no-such-folder"]),
        (&["audit", good, "--threads", "0"], 3, &["from 1 to 1024"]),
        (&["audit", good, "--register", &broken], 3, &["--register"]),
        (&["audit", good, "--out", "no/such/folder/out"], 3, &["no/such/folder"]),
        (&["verify", &broken, good], 3, &["line 1"]),
        (&["verify", "no-such-file", good], 3, &["no-such-file"]),
        (&["template", "site", "--out", "site.xlsx"], 3, &["only submissions"]),
        (&["template", "submission", "--filled", good], 3, &["--out FILE.xlsx"]),
        (&["packs", "show", "wuhan"], 3, &["expected one of wuhan-2024"]),
        (&["packs", "check", &broken], 3, &["broken.json"]),
        (&["packs", "check", &unsound], 3, &["schema", "edition"]),
        (&["packs", "check", &forged], 3, &["another content"]),
        (&["board", &broken], 3, &["broken.json"]),
        (&["board", &other], 3, &["expected schema"]),
        (&["board", &unknown], 3, &["found \"18\""]),
        (&["what-if", &broken], 3, &["json.syntax"]),
        (&["what-if", good, "--racks", "many"], 3, &["COUNTxKW"]),
        (&["what-if", good, "--racks", "10xNaN"], 3, &[]),
        (&["what-if", good, "--certificate", "AAAA"], 3, &["LEVEL,EXPIRES"]),
        (&["what-if", good, "--certificate", "9A,2026-01-01"], 3, &["LEVEL,EXPIRES"]),
        (&["what-if", good, "--day", "2024-13-01"], 3, &[]),
        (&["what-if", good, "--overhead", "8"], 3, &["-8%"]),
        (&["what-if", good, "--overhead", "-101%"], 3, &["-8%"]),
        (&["history", &broken], 3, &["json.syntax"]),
        (&["completions", "dos"], 3, &[]),
        (&["bulk", "csv", "nowhere", "2"], 3, &["nowhere"]),
        (&["bench-data", "round", "many"], 3, &[]),
        (&["bench-data", "round", "1", "--year", "99999999"], 3, &["--year"]),
    ]);
    // A forged pack is found by whoever judges with it, too.
    let answer = lines(&pue("audit", &[good, "--pack", &forged, "--format", "json"], None)).remove(0);
    assert!(codes(&answer).contains(&"pack.other_content"), "{answer}");
}

#[test]
fn settings_change_what_is_judged_and_are_on_record() {
    let answer = |more: &[&str]| {
        let good = "examples/data/submissions/01-meets.json";
        lines(&pue("audit", &[&[good, "--format", "json"], more].concat(), None)).remove(0)
    };
    let outcome = |answer: &Value, requirement: &str| {
        let verdicts = answer["verdicts"].as_array().unwrap();
        let of =
            verdicts.iter().find(|verdict| verdict["pack"] == "wuhan-2024" && verdict["requirement"] == requirement);
        of.unwrap()["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome(&answer(&[]), "pue-new-large"), "meets");
    // It was approved before.
    let since = answer(&["--setting", "wuhan-2024.new_since=2024-01-25"]);
    assert_eq!(outcome(&since, "pue-new-large"), "not_applicable");
    assert_eq!(since["record"]["settings"]["wuhan-2024.new_since"], "2024-01-25");
    assert_eq!(since["record"]["packs"], answer(&[])["record"]["packs"]);
    assert!(since["record"].get("packs_sha256").is_none());
    let kinds = answer(&["--setting", "wuhan-2024.kinds=design"]);
    assert_eq!(outcome(&kinds, "grade-new-large"), "undetermined");
    let small = answer(&["--setting", "wuhan-proxy.small_at_most=4000", "--setting", "wuhan-proxy.old_years=0"]);
    let flag = |name: &str| {
        let flags = small["retrofit"]["flags"].as_array().unwrap();
        flags.iter().find(|flag| flag["flag"] == name).unwrap()["outcome"].clone()
    };
    assert_eq!((flag("small"), flag("old")), (json!("flagged"), json!("flagged")));
    // Another target saves more; money and emissions follow from what is stated, and from nothing else.
    assert!(answer(&[])["retrofit"].get("savings_yuan").is_none());
    let priced = answer(&["--setting", "wuhan-proxy.target=1.1", "--tariff", "0.5", "--co2", "0.4"]);
    let retrofit = &priced["retrofit"];
    let number = |key: &str| retrofit[key].as_f64().unwrap();
    assert!(number("savings_kwh") > 1e6);
    assert!((number("savings_yuan") - 0.5 * number("savings_kwh")).abs() < 1e-6);
    assert!((number("savings_co2_t") - 0.0004 * number("savings_kwh")).abs() < 1e-6);
    assert_eq!(priced["record"]["settings"]["tariff"], "0.5");
}

#[test]
fn colours_are_for_terminals() {
    let table = text(&pue("audit", &[SUBMISSIONS], None));
    assert!(table.contains('✓') && !table.contains('\u{1b}'));
    // One line a record, aligned by the width of what is shown.
    let rows: Vec<&str> = table.lines().skip(1).take(14).collect();
    assert!(rows.iter().all(|row| row.starts_with("WH-") || row.starts_with("11-truncated")), "{table}");
    let mut wide = good_submission();
    wide["facility"]["id"] = json!("武汉一号数据中心");
    let both = format!("{wide}\n{}\n", good_submission());
    let table = text(&pue("audit", &["-"], Some(both.as_bytes())));
    let width =
        |line: &str| -> usize { line.chars().map(|c| if ('\u{2e80}'..'\u{ffff}').contains(&c) { 2 } else { 1 }).sum() };
    let rows: Vec<usize> = table.lines().take(3).map(width).collect();
    assert!(rows[0] == rows[1] && rows[1] == rows[2], "{rows:?}\n{table}");
}

/// An answer that could not be written is no answer.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for arguments in [&["audit", SUBMISSIONS][..], &["audit", SUBMISSIONS, "--format", "json"], &["packs"], &["assess"]]
    {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = common::program().args(arguments).stdout(full).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert!(said(&output).contains("standard output"), "{arguments:?}: {}", said(&output));
    }
}

#[cfg(not(feature = "xlsx"))]
#[test]
fn without_the_feature_a_spreadsheet_is_refused_by_name() {
    let folder = Folder::new("no-xlsx");
    let answer = lines(&pue("audit", &["examples/data/spreadsheets/filled.xlsx", "--format", "json"], None)).remove(0);
    assert_eq!(codes(&answer), ["xlsx.unreadable"]);
    assert!(answer["findings"][0]["found"].as_str().unwrap().contains("feature xlsx"), "{answer}");
    let output = pue("template", &["submission", "--out", &folder.file("a.xlsx")], None);
    assert!(output.status.code() == Some(3) && said(&output).contains("feature xlsx"), "{}", said(&output));
}
