//! Reports as pages of HTML: as they were last looked at, and inert whatever somebody writes into a submission.
#![cfg(all(feature = "csv", feature = "html", feature = "json"))]

mod common;

use common::{bytes, good_submission, path, text};
use pue::{
    Assessment, Lang, Ledger, Period, Site,
    assessment::Options,
    metering::Series,
    portfolio::Round,
    report::{Page, Report, RoundPage, RoundRow, Style},
    submission::audit_json,
};
use serde_json::{Value, json};

/// A week of a site with a tree of meters, a gap, a spike, and hours that nobody wrote down.
fn small_site() -> (Site, String) {
    let meter = |id: &str, point: &str, parent: Option<&str>| {
        json!({"id": id, "point": point, "kind": "register", "unit": "kWh", "parent": parent, "capacity_kw": 400.0,
            "accuracy_class": "0.5S", "ct_class": "0.5S"})
    };
    let site = json!({
        "schema": "pue/site/1",
        "facility": {"id": "WH-9", "name": {"zh": "示例数据中心", "en": "Example centre"}, "region": "420100", "time_zone": "Asia/Shanghai"},
        "meters": [meter("grid", "grid_supply", None), meter("ups", "ups_output", Some("grid")), meter("chiller", "cooling", Some("grid"))],
    });
    let mut file = "meter,time,value\n".to_owned();
    for (id, each, gap) in [("grid", 130.0, 40..52), ("ups", 100.0, 200..200), ("chiller", 25.0, 90..91)] {
        for hour in (0..=168).filter(|hour| !gap.contains(hour)) {
            // Loads that go up and down a little; one dial that jumps.
            let kwh = each * f64::from(hour) + (each / 20.0 * (f64::from(hour) / 4.0).sin()).round();
            let kwh = if id == "grid" && hour == 120 { kwh + 90_000.0 } else { kwh };
            file += &format!("{id},2025-03-{:02} {:02}:00,{kwh}\n", 3 + hour / 24, hour % 24);
        }
    }
    (serde_json::from_value(site).unwrap(), file)
}

/// The page without what changes with every version.
fn stable(page: &str, answer: &Assessment) -> String {
    page.replace(pue::VERSION, "VERSION").replace(&*answer.record.tzdb, "TZDB")
}

/// `PUE_UPDATE=1 cargo test --features html --test pages` writes them anew; then they have to be looked at.
fn check(name: &str, page: &str) {
    let file = format!("tests/golden/pages/{name}");
    if std::env::var_os("PUE_UPDATE").is_some() {
        std::fs::write(path(&file), page).unwrap();
    }
    assert!(text(&file) == page, "{file} is another");
}

#[test]
fn pages_are_as_they_were_looked_at() {
    let close = audit_json(&bytes("examples/data/submissions/15-close-to-the-limit.json"), &[]);
    let none = audit_json(&bytes("examples/data/submissions/07-it-above-total.json"), &[]);
    let (site, file) = small_site();
    let readings = pue::read::csv(&site, "week.csv", file.as_bytes()).unwrap();
    let period = Period::parse("2025-03-03/2025-03-10", site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, period).unwrap();
    let week = Assessment::of(&ledger, &Options::default());
    for (lang, of) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        for (name, answer) in [("close", &close), ("none", &none), ("week", &week)] {
            let page = Page::new(answer, lang);
            let page = if name == "week" { page.with_ledger(&ledger).with_readings(&readings) } else { page };
            check(&format!("{name}-{of}.html"), &stable(&page.to_string(), answer));
            check(&format!("{name}-{of}.txt"), &stable(&Report::new(answer, lang, Style::Text).to_string(), answer));
            check(&format!("{name}-{of}.md"), &stable(&Report::new(answer, lang, Style::Markdown).to_string(), answer));
        }
    }
}

/// A spike leaves no hole in a register, and is in doubt all the same; what lies beside it is not.
#[test]
fn a_picture_marks_the_readings_of_its_fault() {
    let (site, file) = small_site();
    let readings = pue::read::csv(&site, "week.csv", file.as_bytes()).unwrap();
    let period = Period::parse("2025-03-03/2025-03-10", site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, period).unwrap();
    let week = Assessment::of(&ledger, &Options::default());
    assert!(week.findings.iter().any(|finding| finding.code == pue::Code::RegisterSpike));
    let page = Page::new(&week, Lang::En).with_ledger(&ledger).with_readings(&readings).to_string();
    // Twelve hours before it, itself, the reading with which it ends, and twelve hours behind that.
    let counts = page.split("readings 25<span class=\"swatch f-missing\"></span>in doubt 1;").count() - 1;
    assert_eq!(counts, 1);
}

/// Readings at the ends of time, and as large as numbers are.
#[test]
fn pictures_of_impossible_readings_are_drawn_or_left_out() {
    let (site, file) = small_site();
    let mut readings = pue::read::csv(&site, "week.csv", file.as_bytes()).unwrap();
    let week = 1_740_931_200_000_i64;
    let time = vec![i64::MIN, i64::MIN + 1, week, week + 1, week + 3_600_000, i64::MAX - 1, i64::MAX];
    let value = vec![1.0, f64::MAX, -f64::MAX, f64::MAX, f64::NAN, -1.0, 2.0];
    readings.insert("grid", Series::registers(time, value).unwrap());
    let period = Period::parse("2025-03-03/2025-03-10", site.time_zone()).unwrap();
    let ledger = Ledger::build(&site, &readings, period).unwrap();
    let week = Assessment::of(&ledger, &Options::default());
    let page = Page::new(&week, Lang::Zh).with_ledger(&ledger).with_readings(&readings).to_string();
    assert!(page.contains("reading.too_large") && page.contains("<svg"));
    let paths = page.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next());
    assert!(paths.into_iter().all(|path| !path.contains("NaN") && !path.contains("inf")));
}

#[test]
fn a_page_loads_nothing() {
    for file in std::fs::read_dir(path("examples/data/submissions")).unwrap() {
        let answer = audit_json(&std::fs::read(file.unwrap().path()).unwrap(), &[]);
        for lang in [Lang::Zh, Lang::En] {
            // Links within the page lead nowhere else.
            let page = Page::new(&answer, lang).to_string().replace("href=\"#", "");
            for outside in
                ["http:", "https:", " src=", "href=", "url(", "@import", "<script", "<iframe", "<link", " on"]
            {
                // Words of sentences may begin so, attributes may not.
                let found = page
                    .match_indices(outside)
                    .filter(|(at, _)| {
                        outside != " on" || page[*at..].starts_with(" onload") || page[*at..].starts_with(" onclick")
                    })
                    .count();
                assert_eq!(found, 0, "{outside}");
            }
            assert!(page.len() < 400_000, "{}", page.len());
        }
    }
}

/// Every element that is opened is closed, in its order; attributes are quoted.
fn balanced(page: &str) {
    const VOID: [&str; 4] = ["meta", "br", "!DOCTYPE", "input"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("an end of the tag");
        let (tag, after) = rest.split_at(end);
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else {
            let name = tag.split(' ').next().unwrap();
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '!'), "{tag}");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            if !VOID.contains(&name) {
                open.push(name);
            }
        }
        rest = after;
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn what_somebody_writes_is_inert() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE sites; --",
        "</style><script>alert(1)</script>",
        "\u{202e}1-HW\u{2066}",
        "\u{1b}[31mred\u{1b}[0m\u{7}",
        "&lt;b&gt;&amp;",
        "机房🏢🔥",
        "line\nbreak\u{2028}and\ttab",
    ];
    let long = "长".repeat(300);
    for text in hostile.into_iter().chain([long.as_str()]) {
        let mut submission = good_submission();
        let meter = |id: &str, point: &str, parent: Value| json!({"id": id, "point": point, "kind": "interval", "unit": "kWh", "parent": parent, "accuracy_class": "1", "direct": true});
        submission["facility"]["id"] = text.into();
        submission["facility"]["name"] = json!({"zh": text, "en": text});
        submission["facility"]["operator"] = text.into();
        submission["facility"]["zone"] = text.into();
        submission["declared"]["grade"] = text.into();
        submission["certificates"][0]["number"] = text.into();
        submission["meters"] =
            json!([meter(text, "grid_supply", Value::Null), meter("ups", "ups_output", text.into())]);
        submission["energy"][0]["id"] = text.into();
        submission["energy"][1]["id"] = "ups".into();
        submission[text] = text.into();
        let answer = audit_json(submission.to_string().as_bytes(), &[]);
        for lang in [Lang::Zh, Lang::En] {
            let page = Page::new(&answer, lang).to_string();
            balanced(&page);
            assert!(!page.contains("<script") && !page.contains("<img"), "{text:?}");
            assert_eq!(page.matches("</style>").count(), 1, "{text:?}");
            let of_terminal = Report::new(&answer, lang, Style::Text).to_string();
            for shown in [&page, &of_terminal] {
                assert!(!shown.chars().any(|c| c != '\n' && pue::finding::is_harmful(c)), "{text:?}");
            }
        }
    }
}

#[test]
fn a_round_is_one_page() {
    let mut round = Round::by_site();
    let mut rows = Vec::new();
    for (name, id) in
        [("01-meets", "<b>WH-1</b>"), ("02-over-the-limit", "WH-2"), ("15-close-to-the-limit", "\u{202e}3-HW")]
    {
        let mut submission: Value =
            serde_json::from_slice(&bytes(&format!("examples/data/submissions/{name}.json"))).unwrap();
        submission["facility"]["id"] = id.into();
        let answer = audit_json(submission.to_string().as_bytes(), &[]);
        round.add(&answer);
        rows.push(RoundRow::new(&answer, name).link(Some(format!("reports/{name}.html"))));
    }
    for lang in [Lang::Zh, Lang::En] {
        let page = RoundPage::new(&round, &rows, lang).to_string();
        let (before, script) = page.split_once("<script>").unwrap();
        assert!(
            script.ends_with("</script></body></html>") && !script.contains("<script"),
            "one script, the last element"
        );
        balanced(&(before.to_owned() + "</body></html>"));
        assert!(page.contains("&lt;b&gt;WH-1") && page.contains("WH-2") && page.contains("±0.014"));
        assert!(!page.contains('\u{202e}') && !page.contains("http"));
        // Long rounds show what has to be looked at, and say so.
        let many: Vec<RoundRow> = rows.iter().cycle().take(12_000).cloned().collect();
        let long = RoundPage::new(&round, &many, lang).to_string();
        assert!(long.contains(if lang == Lang::Zh { "只列出" } else { "only records" }), "it says so");
        assert!(long.matches("<tr data-outcome").count() <= 10_000);
    }
}
