//! The corpus of submissions: each faulty one has just the faults that it is known to have, and the clean ones have none.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{golden, path};
use pue::{Assessment, Severity, submission::audit_json};
use serde_json::Value;
use std::collections::BTreeSet;

fn audits(folder: &str) -> Vec<(String, Assessment)> {
    let mut files: Vec<_> = std::fs::read_dir(path(&format!("tests/golden/submissions/{folder}")))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let name = |file: &std::path::Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|file| (name(file), audit_json(&std::fs::read(file).unwrap(), &[]))).collect()
}

fn faults(audit: &Assessment) -> BTreeSet<&str> {
    let faults = audit.findings.iter().filter(|finding| finding.severity > Severity::Note);
    faults.map(|finding| finding.code.as_str()).collect()
}

#[test]
fn every_fault_is_found_and_none_is_invented() {
    let expected = golden("submissions/expected.json");
    let (mut found, mut missed, mut invented, mut unlike) = (0, 0, 0, Vec::new());
    let audits = audits("faulty");
    for (name, audit) in &audits {
        let expected = &expected[name];
        let planted: BTreeSet<&str> = expected["codes"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}"))
            .iter()
            .map(|code| code.as_str().unwrap())
            .collect();
        let mut faults = faults(audit);
        // A note that was planted counts too.
        faults.extend(audit.findings.iter().map(|finding| finding.code.as_str()).filter(|code| planted.contains(code)));
        found += planted.intersection(&faults).count();
        missed += planted.difference(&faults).count();
        invented += faults.difference(&planted).count();
        if planted != faults {
            unlike.push(format!("{name}: planted {planted:?}, found {faults:?}"));
        }
        if let Some(reason) = expected["reason"].as_str() {
            let given = &audit.declared.as_ref().unwrap()[&pue::assessment::Claim::Pue].reason.en;
            if !given.contains(reason) {
                unlike.push(format!("{name}: reason {given:?}"));
            }
        }
        for finding in &audit.findings {
            assert!(!finding.message.zh.is_empty() && !finding.message.en.is_empty() && !finding.advice.zh.is_empty());
            assert!(finding.place.is_some(), "{name}: {finding} has no place");
        }
    }
    assert!(unlike.is_empty(), "found {found}, missed {missed}, invented {invented}: {unlike:#?}");
    assert!(audits.len() >= 100 && expected.as_object().unwrap().len() == audits.len());
    println!("{} submissions: found {found}, missed {missed}, invented {invented}", audits.len());
}

#[test]
fn clean_submissions_raise_no_alarm() {
    let audits = audits("clean");
    for (name, audit) in &audits {
        assert!(faults(audit).is_empty(), "{name}: {:?}", faults(audit));
        assert!(audit.pue.as_ref().is_some_and(|pue| pue.is_annual()), "{name}");
    }
    assert!(audits.len() >= 20);
}

/// A fault never ends in a new "meets" of the PUE rule unless it is one that leaves the figure alone.
#[test]
fn errors_decide_nothing() {
    for (name, audit) in audits("faulty") {
        if audit.findings.iter().any(|finding| finding.severity == Severity::Error) {
            for verdict in
                audit.verdicts.iter().filter(|verdict| verdict.value.is_some() || verdict.requirement.contains("pue"))
            {
                let outcome: Value = serde_json::to_value(verdict.outcome).unwrap();
                assert!(outcome != "meets" && outcome != "fails", "{name}: {verdict}");
            }
        }
    }
}

/// Beside energies with errors, or with months missing, a declared PUE may be right: nobody is told to change it.
#[test]
fn a_claim_is_compared_with_what_can_be_trusted() {
    for (name, audit) in audits("faulty") {
        let pue = audit.declared.as_ref().and_then(|declared| declared.get(&pue::assessment::Claim::Pue));
        let number = name.split('-').next().unwrap();
        if ["44", "45", "46", "131"].contains(&number) {
            assert_eq!(pue.unwrap().agrees, None, "{name}");
        } else if ["01", "02", "19"].contains(&number) {
            assert!(pue.unwrap().agrees.is_some(), "{name}");
        }
    }
}

/// Nothing declared is no fault, but then nothing bears out what was recomputed.
#[test]
fn a_missing_second_figure_is_noted_once() {
    let missing = |audit: &Assessment| {
        let notes = audit.findings.iter().filter(|finding| common::pointer(finding) == "/declared/pue");
        notes.map(|finding| finding.code.as_str()).collect::<Vec<_>>()
    };
    for (name, audit) in audits("clean") {
        let is_declared =
            audit.declared.as_ref().is_some_and(|declared| declared.contains_key(&pue::assessment::Claim::Pue));
        assert_eq!(missing(&audit).is_empty(), is_declared, "{name}");
    }
    // Said before why there is none: not said again.
    let mut wrong = common::good_submission();
    wrong["declared"]["pue"] = serde_json::json!("1.24");
    assert_eq!(missing(&audit_json(wrong.to_string().as_bytes(), &[])), ["json.type"]);
    wrong["declared"].as_object_mut().unwrap().remove("pue");
    assert_eq!(missing(&audit_json(wrong.to_string().as_bytes(), &[])), ["json.missing"]);
}

/// A sum that is at fault has its place at the rows of figures; what the reader found stays where it stands.
#[test]
fn findings_stand_where_the_fault_is() {
    let sound = common::good_submission();
    let mut below_one = sound.clone();
    for row in below_one["energy"].as_array_mut().unwrap() {
        if row["point"] == "grid_supply" {
            row["monthly_kwh"] = serde_json::json!(vec![1e6; 12]);
        }
    }
    let doubled = sound.to_string().replacen('{', r#"{"meters": [], "meters": [], "monthly": 1, "#, 1);
    for (text, code, place) in [
        (below_one.to_string(), "pue.below_one", "/energy"),
        (doubled.clone(), "json.duplicate_key", "/meters"),
        (doubled, "json.unknown_field", "/monthly"),
    ] {
        let audit = audit_json(text.as_bytes(), &[]);
        let places = audit.findings.iter().filter(|finding| finding.code.as_str() == code);
        assert_eq!(places.map(common::pointer).collect::<Vec<_>>(), [place], "{code}");
    }
    // A property of a meter stands in the list of meters, if it is listed; else its row is all there is.
    let audits = audits("faulty");
    for (number, code, place) in [
        ("36-", "json.missing", "/energy/3"),
        ("62-", "meter.cycle", "/meters/"),
        ("125-", "meter.implausible", "/meters/0/factor"),
        ("126-", "json.missing", "/meters/0/factor"),
        ("127-", "meter.implausible", "/energy/4"),
        ("45-", "energy.unit_slip", "/energy/1"),
        ("46-", "energy.unit_slip", "/energy/0"),
        ("129-", "energy.unit_slip", "/energy"),
        ("132-", "declared.total_mismatch", "/energy/0/total_kwh"),
    ] {
        let (_, audit) = audits.iter().find(|(name, _)| name.starts_with(number)).unwrap();
        let mut places = audit.findings.iter().filter(|finding| finding.code.as_str() == code);
        assert!(places.any(|finding| common::pointer(finding).starts_with(place)), "{number}: {code} at {place}");
    }
}

/// Letters in Chinese are Chinese: its punctuation, and no English sentence. What has to be typed stays as it is typed.
#[test]
fn chinese_letters_are_chinese() {
    use pue::{Lang, report::Letter};
    let is_chinese = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
    let mut lines = 0;
    for (name, audit) in audits("faulty") {
        for line in Letter::new(&audit, Lang::Zh).to_string().lines() {
            if line.starts_with("运营单位") || line.starts_with("数据中心") {
                continue; // the sender's words
            }
            lines += 1;
            // Clauses have their issuer's numbering as the packs have it: 二(六)15.
            let plain = ["一(二)", "二(六)", "; ", "附件13", "附件14"]
                .iter()
                .fold(line.to_owned(), |line, not| line.replace(not, ""));
            let chars: Vec<char> = plain.chars().collect();
            for pair in chars.windows(2) {
                let narrow = |a: char, b: char| is_chinese(a) && "(),;:!?".contains(b);
                assert!(!narrow(pair[0], pair[1]) && !narrow(pair[1], pair[0]), "{name}: {line}");
            }
            let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
            let english = plain.split(' ').collect::<Vec<_>>().windows(3).any(|words| words.iter().all(is_word));
            assert!(!english, "{name}: {line}");
        }
    }
    assert!(lines > 1000, "{lines}");
}

/// What only follows from a row that was refused says so, and asks for nothing else.
#[test]
fn a_consequence_refers_to_its_cause() {
    let audits = audits("faulty");
    let (_, audit) = audits.iter().find(|(name, _)| name.starts_with("42-")).unwrap();
    let of = |code: &str| audit.findings.iter().find(|finding| finding.code.as_str() == code).unwrap();
    assert!(of("energy.months").advice.en.starts_with("give one value per month"));
    for code in ["meter.no_readings", "pue.no_total"] {
        assert!(of(code).advice.en.starts_with("it follows from another finding"), "{code}");
    }
}
