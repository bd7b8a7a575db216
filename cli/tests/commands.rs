//! The commands as users run them: options, answers, exit codes.

mod common;

use common::{pue, run, text};
use serde_json::Value;

const WUHAN: [&str; 10] = [
    "--site",
    "examples/data/wuhan/site.json",
    "--readings",
    "examples/data/wuhan/registers.csv",
    "--readings",
    "examples/data/wuhan/power.csv",
    "--readings",
    "examples/data/wuhan/intervals.csv",
    "--period",
    "2024",
];

#[test]
fn the_first_command_shows_the_real_site_and_two_of_wuhan() {
    for (lang, words) in [
        ("en", ["not applicable", "old, inefficient, small, scattered, idle", "yearly savings"]),
        ("zh", ["不适用", "老旧小散筛查：老、低效、小、散、闲置", "每年节电潜力"]),
    ] {
        let output = run(&["--lang", lang], None);
        assert_eq!(output.status.code(), Some(0));
        let shown = text(&output);
        let parts =
            ["1.0716", "1.0456", "10.7799/3015212", "wuhan-2024 pue-new-large", "PUE 1.240", "PUE 1.855", "pue audit"];
        for part in parts.iter().chain(&words) {
            assert!(shown.contains(part), "{part} is not in\n{shown}");
        }
    }
    let real = pue("assess", &["--period", "2024"], None);
    assert!(text(&real).contains("1.072") && real.status.code() == Some(0), "{}", text(&real));
}

#[test]
fn the_operator_answers_in_each_form() {
    let with = |more: &[&str]| pue("assess", &[&WUHAN, more].concat(), None);
    let json = with(&["--format", "json"]);
    assert_eq!((json.status.code(), json.stderr.len()), (Some(0), 0));
    let answer: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(answer["schema"], "pue/assessment/1");
    assert_eq!(answer["pue"]["kind"], "annual");
    assert!(text(&with(&["--format", "md"])).starts_with("# WH-0007"));
    assert!(text(&with(&["--lang", "zh"])).contains("电能利用效率"));
    let one_month = pue("assess", &[&WUHAN[..9], &["2024-03"]].concat(), None);
    assert_eq!(one_month.status.code(), Some(2), "an interim value leaves the rule open");
    let file = std::env::temp_dir().join(format!("pue-{}.json", std::process::id()));
    let written = with(&["--format", "json", "--out", file.to_str().unwrap()]);
    assert_eq!((written.status.code(), written.stdout.len()), (Some(0), 0));
    assert_eq!(std::fs::read(&file).unwrap(), json.stdout);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn wrong_options_and_unusable_input_end_in_three() {
    let cases: [&[&str]; 10] = [
        &["--nonsense"],
        &["--period", "2024-13"],
        &["--period", "2024-02-01/2024-01-01"],
        &["--site", "no-such-file.json"],
        &["--site", "README.md"],
        &["--readings", "examples/data/wuhan/truth.json", "--period", "2024"],
        &["--category", "4"],
        &["--estimate", "magic"],
        &["--format", "pdf"],
        &["--pack", "no-such-pack"],
    ];
    for case in cases {
        let output = pue("assess", case, None);
        assert_eq!(output.status.code(), Some(3), "{case:?}");
        assert!(output.stdout.len() + output.stderr.len() > 20, "{case:?} says why");
    }
    let output = pue("assess", &["--period", "2031"], None);
    assert_eq!(output.status.code(), Some(3), "a year without readings");
    assert!(text(&output).contains("pue.no_total"));
}

#[test]
fn a_site_without_readings_is_checked() {
    assert_eq!(pue("assess", &["--site", "examples/data/wuhan/site.json"], None).status.code(), Some(0));
    let template = text(&pue("template", &["site"], None));
    let site: pue::Site = serde_json::from_str(&template).unwrap();
    assert!(site.findings().is_empty(), "{:?}", site.findings());
    assert!(template.contains("meter,time,value"));
    let lacking =
        serde_json::json!({"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "UTC"}, "meters": []});
    let file = std::env::temp_dir().join(format!("pue-lacking-{}.json", std::process::id()));
    std::fs::write(&file, lacking.to_string()).unwrap();
    let output = pue("assess", &["--site", file.to_str().unwrap()], None);
    std::fs::remove_file(file).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output).contains("pue.no_total"));
}

#[test]
fn the_regulator_gives_one_line_for_each_record() {
    let output = pue("audit", &["examples/data/submissions", "--format", "json"], None);
    assert_eq!(output.status.code(), Some(1), "some of them fail");
    let lines: Vec<Value> = text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 15);
    assert_eq!(lines[0]["facility"], "WH-0101");
    assert!(lines[10]["facility"].is_null());
    let code = |file: &str| pue("audit", &[&format!("examples/data/submissions/{file}")], None).status.code();
    assert_eq!(code("01-meets.json"), Some(0));
    assert_eq!(code("02-over-the-limit.json"), Some(1));
    assert_eq!(code("03-no-certificate.json"), Some(2));
    assert_eq!(code("05-2999-racks.json"), Some(0));
    assert_eq!(code("07-it-above-total.json"), Some(3));
    assert_eq!(code("11-truncated.json"), Some(3));
    assert_eq!(pue("audit", &[], None).status.code(), Some(3));
    assert_eq!(pue("audit", &["src"], None).status.code(), Some(3));
}

#[test]
fn the_regulator_reads_ndjson_and_standard_input() {
    let good = common::good_submission().to_string();
    let lines = format!("{good}\n\nnot json\n{good}\n");
    let output = pue("audit", &["-", "--format", "json"], Some(lines.as_bytes()));
    assert_eq!(text(&output).lines().count(), 3);
    assert_eq!(output.status.code(), Some(3));
    let pretty = common::bytes("examples/data/submissions/01-meets.json");
    let output = pue("audit", &["-", "--format", "json"], Some(&pretty));
    assert_eq!((text(&output).lines().count(), output.status.code()), (1, Some(0)));
    let evil = good.replace("WH-0101", "=cmd()");
    let output = pue("audit", &["-", "--format", "csv"], Some(evil.as_bytes()));
    assert!(text(&output).contains("'=cmd()") && !text(&output).contains(",=cmd()"));
}

/// A folder of one facility with a little of every fault, its truth, and a truth that is wrong.
#[test]
fn bulk_tells_whether_the_truth_holds() {
    let folder = std::env::temp_dir().join(format!("pue-bulk-{}", std::process::id()));
    for inner in ["csv", "site"] {
        std::fs::create_dir_all(folder.join(inner)).unwrap();
    }
    let points = ["grid_supply", "it_input", "cooling", "distribution", "lighting"];
    let meters: Vec<Value> = points.iter().enumerate().map(|(i, point)| serde_json::json!({"id": format!("M{i}"), "point": point, "kind": {"register": {"modulus": 1000.0}}, "unit": "kWh", "capacity_kw": 100.0})).collect();
    let site = serde_json::json!({"schema": "pue/site/1", "facility": {"id": "F000", "time_zone": "Asia/Shanghai"}, "meters": meters});
    std::fs::write(folder.join("site/F000.json"), site.to_string()).unwrap();
    let mut csv = "facility_id,meter_id,timestamp,value\n".to_owned();
    // 2 920 readings a meter, each 3 hours; 4, 3, 2, 1 and 1 kWh a step. One blank, one twice, one spike.
    for (meter, kwh) in [(0, 4), (1, 3), (2, 2), (3, 1), (4, 1)] {
        for i in 0..=2920_i64 {
            let (day, hour) = (i / 8, i % 8 * 3);
            let date = date_of(day);
            let dial = 100 + i * kwh;
            let value = match (meter, i) {
                (1, 500) => String::new(),
                (2, 700) => "99999".to_owned(),
                _ => format!("{}.500", dial % 1000),
            };
            let row = format!("F000,M{meter},{date}T{hour:02}:00:00+08:00,{value}\n");
            csv += &row;
            if (meter, i) == (3, 900) {
                csv += &row;
            }
        }
    }
    std::fs::write(folder.join("csv/F000.csv"), csv).unwrap();
    let truth = |it: i64| {
        format!(
            "facility_id,total_kwh,it_kwh,cooling_kwh,loss_kwh,lighting_kwh,pue,rows,nan,dup,spike,rollover,reset\nF000,11680.000,{it}.000,5840.000,2920.000,2920.000,{},14606,1,1,1,30,0\n",
            11680.0 / it as f64
        )
    };
    for (it, holds) in [(8760, true), (8761, false)] {
        std::fs::write(folder.join("truth.csv"), truth(it)).unwrap();
        for kind in ["csv", "mem"] {
            let output = pue("bulk", &[kind, folder.to_str().unwrap(), "2"], None);
            let shown = text(&output);
            assert!(shown.ends_with(&format!("flags {holds}\n")), "{kind}: {shown}");
            assert_eq!(output.status.code(), Some(i32::from(!holds)), "{shown}");
        }
    }
    assert_eq!(pue("bulk", &["csv", "nowhere", "2"], None).status.code(), Some(3));
    assert_eq!(pue("bulk", &["csv", "nowhere", "0"], None).status.code(), Some(3));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A day of 2025, from 1 January on.
fn date_of(day: i64) -> String {
    let months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut rest, mut month) = (day, 0);
    while month < 12 && rest >= months[month] {
        rest -= months[month];
        month += 1;
    }
    if month == 12 { "2026-01-01".to_owned() } else { format!("2025-{:02}-{:02}", month + 1, rest + 1) }
}
