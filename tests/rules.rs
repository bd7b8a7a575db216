//! The rules: frozen figures, and scope in three-valued logic.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use common::{golden, good_submission, outcome};
use pue::{Pack, packs, submission::audit_json};
use serde_json::{Value, json};

/// A changed figure of a published edition breaks this test: publish a new edition instead.
#[test]
fn wuhan_2024_figures_are_frozen() {
    let pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
    assert_eq!(pack, golden("rules/wuhan-2024.json"));
}

#[test]
fn packs_go_round() {
    for pack in packs::all().iter() {
        let again: Pack = serde_json::from_str(&serde_json::to_string(&pack).unwrap()).unwrap();
        assert_eq!(*pack, again);
    }
}

/// A figure that is only reported, or a proxy, cannot be written into a requirement.
#[test]
fn a_proxy_cannot_judge() {
    for basis in ["proxy", "reported"] {
        let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
        pack["requirements"][0]["source"]["basis"] = json!(basis);
        let refused = serde_json::from_value::<Pack>(pack).unwrap_err().to_string();
        assert!(refused.contains("unknown variant") && refused.contains("transcribed"), "{refused}");
    }
}

#[test]
fn a_faulty_pack_is_refused_with_all_its_faults() {
    let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
    pack["id"] = json!("");
    pack["until"] = json!("2020-01-01");
    pack["scale"].as_array_mut().unwrap().reverse();
    pack["requirements"][1]["id"] = json!("pue-new-large");
    pack["requirements"][0]["check"]["annual_pue"]["limit"] = json!("0.5");
    let faults = Pack::from_json(pack.to_string().as_bytes()).unwrap_err().0;
    let places: Vec<String> = faults.iter().map(|fault| fault.place.as_ref().unwrap().to_string()).collect();
    let expected = [
        "/id",
        "/requirements/0/check/annual_pue/limit",
        "/requirements/0/id",
        "/requirements/1/id",
        "/scale/1",
        "/scale/2",
        "/until",
    ];
    assert_eq!(places, expected);
    assert!(faults.iter().all(|fault| fault.code == pue::Code::PackInvalid && fault.expected.is_some()));
    // What serde reads is checked as well: no pack is without it.
    let refused = serde_json::from_value::<Pack>(pack).unwrap_err().to_string();
    assert!(expected.iter().all(|place| refused.contains(place)), "{refused}");
    let mut number = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
    number["requirements"][0]["check"]["annual_pue"]["limit"] = json!(1.25);
    assert!(serde_json::from_value::<Pack>(number).is_err(), "a limit is text, so that its printed digits survive");
}

/// A pack with another limit gives another verdict: the verdict comes from the data.
#[test]
fn the_limit_is_data() {
    let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
    pack["id"] = json!("stricter");
    pack["requirements"][0]["check"]["annual_pue"]["limit"] = json!("1.2399");
    let pack: Pack = serde_json::from_value(pack).unwrap();
    let audit = audit_json(good_submission().to_string().as_bytes(), &[pack]);
    let of = |id: &str| {
        audit.verdicts.iter().find(|verdict| verdict.pack == id && verdict.requirement == "pue-new-large").unwrap()
    };
    assert_eq!(of("wuhan-2024").outcome, pue::Outcome::Meets);
    assert_eq!(of("stricter").outcome, pue::Outcome::Fails);
    assert!(
        of("stricter").message.en.contains("1.240") && of("stricter").message.en.contains("1.2399"),
        "{}",
        of("stricter").message.en
    );
}

#[test]
fn settings_change_what_the_text_leaves_open() {
    let changed = |change: &dyn Fn(&mut Value), spoil: &dyn Fn(&mut Value)| {
        let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
        pack["id"] = json!("set");
        change(&mut pack["settings"]);
        let mut submission = good_submission();
        spoil(&mut submission);
        let audit = audit_json(submission.to_string().as_bytes(), &[serde_json::from_value(pack).unwrap()]);
        let outcomes: Vec<Value> = audit
            .verdicts
            .iter()
            .filter(|verdict| verdict.pack == "set")
            .map(|verdict| json!(verdict.outcome))
            .collect();
        json!(outcomes)
    };
    let rebuilt = |submission: &mut Value| submission["facility"]["lifecycle"]["kind"] = json!("rebuilt");
    assert_eq!(
        changed(&|settings| settings["count_rebuilt_as_new"] = json!(true), &rebuilt),
        json!(["meets", "meets"])
    );
    assert_eq!(
        changed(&|settings| settings["new_since"] = json!("2024-01-25"), &|_| {}),
        json!(["not_applicable", "not_applicable"])
    );
    assert_eq!(changed(&|settings| settings["new_since"] = json!("2023-03-01"), &|_| {}), json!(["meets", "meets"]));
    let no_day = |submission: &mut Value| submission["facility"]["lifecycle"]["approved_on"] = Value::Null;
    assert_eq!(
        changed(&|settings| settings["new_since"] = json!("2023-03-01"), &no_day),
        json!(["undetermined", "undetermined"])
    );
    assert_eq!(
        changed(&|settings| settings["ladders"] = json!(["low_carbon"]), &|_| {}),
        json!(["meets", "undetermined"])
    );
    assert_eq!(changed(&|settings| settings["kinds"] = json!(["operation"]), &|_| {}), json!(["meets", "meets"]));
}

#[test]
fn after_the_plans_years_the_verdict_says_so() {
    let mut submission = good_submission();
    submission["period"] = json!({"start": "2025-02-01", "end": "2026-02-01"});
    let audit = audit_json(submission.to_string().as_bytes(), &[]);
    assert_eq!(outcome(&audit, "pue-new-large"), "meets");
    assert!(audit.verdicts[0].assumptions.iter().any(|text| text.en.contains("no repeal is stated")));
}

/// Missing energy: the verdict stands only if all that may have been missing keeps it.
#[test]
fn a_hole_decides_only_if_it_cannot_matter() {
    use pue::{Ledger, Period, Readings, Site, metering::Series};
    let judge = |capacity: f64, pue: f64| {
        let mut site = good_submission();
        site["schema"] = json!("pue/site/1");
        for key in ["period", "energy", "declared"] {
            site.as_object_mut().unwrap().remove(key);
        }
        site["facility"].as_object_mut().unwrap().remove("rated_it_kw");
        site["meters"] = json!([
            {"id": "total", "point": "grid_supply", "kind": "interval", "unit": "kWh", "capacity_kw": capacity * pue},
            {"id": "it", "point": "ups_output", "kind": "interval", "unit": "kWh", "capacity_kw": capacity},
        ]);
        let site: Site = serde_json::from_value(site).unwrap();
        let year = Period::year(2024, site.time_zone()).unwrap();
        // A fortnight of June is missing.
        let hours = (0..8784_i64).filter(|hour| !(4000..4336).contains(hour));
        let start: Vec<i64> = hours.map(|hour| year.start() + hour * 3_600_000).collect();
        let end: Vec<i64> = start.iter().map(|start| start + 3_600_000).collect();
        let mut readings = Readings::default();
        for (id, kw) in [("total", 4000.0 * pue), ("it", 4000.0)] {
            readings.insert(id, Series::intervals(start.clone(), end.clone(), vec![kw; start.len()]).unwrap());
        }
        let ledger = Ledger::build(&site, &readings, year).unwrap();
        assert!(pue::AnnualPue::of(&ledger).is_ok());
        let verdicts = packs::by_id("wuhan-2024").unwrap().judge(&ledger);
        serde_json::to_value(&verdicts[0]).unwrap()
    };
    assert_eq!(judge(4500.0, 1.10)["outcome"], "meets");
    assert_eq!(judge(4500.0, 1.24)["outcome"], "undetermined");
    assert_eq!(judge(4500.0, 1.40)["outcome"], "fails");
    assert!(judge(4500.0, 1.24)["settles"]["en"].as_str().unwrap().contains("missing"));
}

/// The audit of one row of a document's cases.
fn audit_of(pack: &str, group: &Value, row: &Value) -> pue::Assessment {
    let asked = row["asked"] == true;
    let extra = packs::by_id(pack).filter(|pack| pack.on_request || asked).cloned();
    audit_json(common::submission_of_row(group, row).to_string().as_bytes(), extra.as_slice())
}

/// Every limit at its edges, on tables that a lawyer can read: `law/*/*.cases.json`.
#[test]
fn verdicts_at_their_edges() {
    let mut tested = std::collections::BTreeSet::new();
    for (pack, group) in common::groups("verdicts") {
        let requirement = group["requirement"].as_str().unwrap();
        tested.insert(format!("{pack} {requirement}"));
        for row in group["rows"].as_array().unwrap() {
            let audit = audit_of(&pack, &group, row);
            let found = audit.verdicts.iter().find(|one| one.pack == pack && one.requirement == requirement);
            let outcome = found.map_or(json!("absent"), |verdict| json!(verdict.outcome));
            assert_eq!(outcome, row["expect"], "{pack} {requirement} {row}: {found:#?} {:?}", audit.findings);
            if let Some(verdict) = found {
                if let Some(says) = row["says"].as_str() {
                    assert!(verdict.message.en.contains(says), "{pack} {requirement} {row}: {}", verdict.message.en);
                }
                assert!(
                    group["clause"].as_str().unwrap().starts_with(&*verdict.citation.clause),
                    "{pack} {requirement}"
                );
                if row.get("level").is_some() {
                    assert_eq!(json!(verdict.level), row["level"], "{pack} {requirement} {row}");
                }
            }
        }
    }
    let figures = packs::all().iter().cloned().flat_map(|pack| {
        let id = pack.id.clone();
        pack.into_draft().requirements.into_iter().map(move |one| (format!("{id} {}", one.id), one.check))
    });
    for (name, check) in figures {
        let has_table = name.starts_with("wuhan-2024 grade") || matches!(check, pue::rule::Check::Attested { .. });
        assert!(has_table || tested.contains(&name), "no row tests {name}");
    }
}

/// Averages, figures of zones, and what is only reported.
#[test]
fn comparisons_at_their_edges() {
    let mut tested = std::collections::BTreeSet::new();
    for (pack, group) in common::groups("comparisons") {
        let requirement = group["requirement"].as_str().unwrap();
        tested.insert(format!("{pack} {requirement}"));
        for row in group["rows"].as_array().unwrap() {
            let audit = audit_of(&pack, &group, row);
            let found = audit.comparisons.iter().find(|one| one.pack == pack && one.requirement == requirement);
            let within = found.map_or(json!("absent"), |comparison| json!(comparison.within));
            assert_eq!(within, row["expect"], "{pack} {requirement} {row}: {found:#?}");
            assert!(
                found.is_none_or(|comparison| *comparison.citation.clause == group["clause"]),
                "{pack} {requirement}"
            );
            assert!(!audit.verdicts.iter().any(|verdict| verdict.pack == pack && verdict.requirement == requirement));
        }
    }
    for pack in packs::all().iter() {
        for one in &pack.comparisons {
            assert!(tested.contains(&format!("{} {}", pack.id, one.id)), "no row tests {} {}", pack.id, one.id);
        }
    }
}

/// Conditions for retrofit, and the screen that borrows its thresholds.
#[test]
fn flags_at_their_edges() {
    let mut tested = std::collections::BTreeSet::new();
    for (law, group) in common::groups("flags") {
        let flag = group["flag"].as_str().unwrap();
        tested.insert(format!("{law} {flag}"));
        for row in group["rows"].as_array().unwrap() {
            let audit = audit_of(&law, &group, row);
            let found = audit.retrofit.iter().flat_map(|retrofit| &retrofit.flags);
            let found = found.into_iter().find(|one| one.pack == law && one.flag == flag);
            let outcome = found.map_or(json!("absent"), |flag| json!(flag.outcome));
            assert_eq!(outcome, row["expect"], "{law} {flag} {row}: {found:#?} {:?}", audit.findings);
            assert!(found.is_none_or(|flag| *flag.citation.clause == group["clause"]), "{law} {flag} {found:#?}");
        }
    }
    for law in pue::rule::Law::all() {
        let own = ["old", "inefficient", "small", "scattered", "idle"].iter().filter(|_| law.screen.is_some());
        for flag in law.schemes.iter().map(|scheme| &*scheme.flag).chain(own.copied()) {
            assert!(tested.contains(&format!("{} {flag}", law.id)), "no row tests {} {flag}", law.id);
        }
    }
}

/// The points of single inputs of a rubric.
#[test]
fn scores_at_their_edges() {
    let rows = common::groups("scores");
    assert!(!rows.is_empty());
    for (law, row) in rows {
        let rubric = packs::rubric(&law).unwrap();
        let number = |text: &Value| {
            pue::quantity::Ratio::from(&text.as_str().unwrap().parse::<pue::quantity::Decimal>().unwrap())
        };
        let inputs =
            row["inputs"].as_object().unwrap().iter().map(|(key, value)| (key.clone(), number(value))).collect();
        let scored = rubric.score(&inputs);
        let (_, low, high) = scored.items.iter().find(|item| item.0 == row["item"].as_str().unwrap()).unwrap();
        assert!(*low == number(&row["points"]) && low == high, "{law} {row}: {scored:?}");
    }
}

/// A new document is its file and its cases: what is invented here judges as those that are listed do.
#[test]
fn a_new_document_is_two_files() {
    let law: pue::rule::Law = serde_json::from_value(golden("rules/invented.json")).unwrap();
    let pack = law.pack.clone().unwrap();
    assert_eq!(serde_json::to_value(&law).unwrap(), golden("rules/invented.json"), "it goes round");
    let cases = golden("rules/invented.cases.json");
    for group in cases["verdicts"].as_array().unwrap() {
        for row in group["rows"].as_array().unwrap() {
            let submission = common::submission_of_row(group, row).to_string();
            let audit = audit_json(submission.as_bytes(), std::slice::from_ref(&pack));
            let found =
                audit.verdicts.iter().find(|one| one.pack == *law.id && group["requirement"] == *one.requirement);
            assert_eq!(json!(found.unwrap().outcome), row["expect"], "{row}");
            assert_eq!(json!(found.unwrap().citation.clause), group["clause"]);
        }
    }
}

/// Every document has its cases beside it.
#[test]
fn every_document_has_cases() {
    let with: Vec<String> = common::cases().into_iter().map(|(id, _)| id).collect();
    let mut all: Vec<String> = pue::rule::Law::all().iter().map(|law| law.id.to_string()).collect();
    all.sort();
    assert_eq!(with, all);
}

/// Each figure names document, number, clause and basis.
#[test]
fn every_limit_has_a_source() {
    for pack in packs::all().iter() {
        assert!(!pack.number.is_empty() && !pack.title.zh.is_empty() && !pack.title.en.is_empty(), "{}", pack.id);
        for one in &pack.requirements {
            let citation = pack.citation(one);
            assert!(
                !citation.clause.is_empty() && (citation.quote.is_some() != citation.paraphrase.is_some()),
                "{} {}",
                pack.id,
                one.id
            );
        }
        for one in &pack.comparisons {
            assert!(!one.clause.is_empty() && !one.why_not_judged.zh.is_empty(), "{} {}", pack.id, one.id);
        }
    }
}

/// A rule about a score is decided only if no missing input can change it.
#[test]
fn a_score_decides_only_if_nothing_missing_can_change_it() {
    let judge = |at_least: &str, is_part: bool| {
        let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").unwrap()).unwrap();
        let mut rubric = serde_json::to_value(packs::rubric("national-green-2020").unwrap()).unwrap();
        rubric["is_part"] = json!(is_part);
        pack["id"] = json!("scored");
        pack["requirements"] = json!([{
            "id": "score", "nature": "expected", "scope": {"region": ["4201"]}, "source": {"clause": "1", "basis": "official"},
            "check": {"score": {"rubric": rubric, "at_least": at_least}},
        }]);
        let pack: Pack = serde_json::from_value(pack).unwrap();
        let audit = audit_json(common::submission_of(1.25, 12, &[]).to_string().as_bytes(), &[pack]);
        let verdict = audit.verdicts.into_iter().find(|verdict| verdict.pack == "scored").unwrap();
        (json!(verdict.outcome), verdict.settles.map(|text| text.en.into_owned()).unwrap_or_default())
    };
    // 55 points for the PUE, up to 6 for what no field carries.
    assert_eq!(judge("55", false).0, "meets");
    assert_eq!(
        judge("61", false),
        (json!("undetermined"), "giving: it_load_use_rate, not_worse_than_design".to_owned())
    );
    assert_eq!(judge("61.1", false).0, "fails");
    assert_eq!(judge("61.1", true).0, "undetermined");
    // Nor can points that are known be taken for the whole.
    assert_eq!(judge("55", true).0, "undetermined");
}

/// A published edition is frozen: a correction is a new edition.
#[test]
fn published_editions_are_frozen() {
    let digest = |pack: &Pack| {
        // FNV-1a, 64 bits: enough to notice a change.
        let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        format!("{:016x}", serde_json::to_vec(pack).unwrap().iter().fold(0xcbf2_9ce4_8422_2325, fold))
    };
    let found: std::collections::BTreeMap<String, String> =
        packs::all().iter().map(|pack| (pack.name(), digest(pack))).collect();
    let known: std::collections::BTreeMap<String, String> =
        serde_json::from_value(golden("rules/digests.json")).unwrap();
    let changed: Vec<_> = found.iter().filter(|(name, digest)| known.get(*name) != Some(digest)).collect();
    assert!(changed.is_empty(), "not as in tests/golden/rules/digests.json: {changed:#?}");
    assert_eq!(found.len(), known.len(), "a published edition is gone");
}

/// What a document says stands in its file and nowhere else: from the rules upward no code has a figure of it.
#[test]
fn no_figure_of_a_document_stands_in_code() {
    fn figures(value: &Value, found: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::String(text) => {
                let is_figure = text.parse::<pue::quantity::Decimal>().is_ok();
                let digits = text.trim_matches('0').len();
                // Of whole numbers those that are no power of ten: these are factors of units too.
                if is_figure && (text.contains('.') || (text.len() > 3 && digits > 0 && !text.starts_with('1'))) {
                    found.insert(text.clone());
                }
            }
            Value::Array(items) => items.iter().for_each(|item| figures(item, found)),
            Value::Object(map) => map.values().for_each(|value| figures(value, found)),
            _ => {}
        }
    }
    let mut all = std::collections::BTreeSet::new();
    for law in pue::rule::Law::all() {
        figures(&serde_json::to_value(law).unwrap(), &mut all);
    }
    assert!(["1.25", "1.35", "3000", "0.50", "5.5"].iter().all(|known| all.contains(*known)), "{all:?}");
    // A half is what rounding goes by; a region is a place and no figure.
    all.remove("0.5");
    for pack in packs::all() {
        all.retain(|figure| !pack.jurisdiction.contains(figure));
    }
    let (mut seen, mut faults) = (0, Vec::new());
    let mut folders: Vec<std::path::PathBuf> =
        ["rule", "retrofit", "assessment", "submission", "portfolio", "report", "facility"]
            .map(|room| common::path(&format!("src/{room}")).into())
            .to_vec();
    folders.push(common::path("cli/src").into());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            // Generators make energies, spreadsheets have cells, forms have classes of accuracy: they know no rule.
            if entry.is_dir() {
                let knows_none =
                    |path: &std::path::PathBuf| path.ends_with("bench_data") || path.ends_with("spreadsheet");
                folders.extend(Some(entry).filter(|path| !knows_none(path)));
                continue;
            }
            if entry.ends_with("submission/form.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap().split("#[cfg(all(test").next().unwrap();
            for line in code.lines().map(|line| line.split("//").next().unwrap().replace('_', "")) {
                let numbers = line.split(|c: char| !c.is_alphanumeric() && c != '.');
                let known = numbers.filter(|number| all.contains(*number));
                faults.extend(known.map(|number| format!("{number} in {}: {line}", entry.display())));
            }
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen} files");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What stands as the document's own words is in the document.
#[test]
fn quotations_are_verbatim() {
    let excerpt = common::text("tests/golden/rules/wuhan-2024.excerpt.txt");
    let pack = packs::by_id(packs::WUHAN_2024).unwrap();
    for one in &pack.requirements {
        let quote = one.source.quote.as_deref().unwrap();
        assert!(excerpt.contains(quote), "{quote}");
    }
    // Of no other document the words are at hand.
    for other in packs::all().iter().filter(|other| other.id != pack.id) {
        assert!(other.requirements.iter().all(|one| one.source.quote.is_none()), "{}", other.id);
        assert!(other.comparisons.iter().all(|one| one.quote.is_none()), "{}", other.id);
    }
}

/// A province without a national hub node decides the question, whatever the field says.
#[test]
fn a_hub_node_lies_in_a_hub_province() {
    let found = |region: &str| {
        let changes = json!({"/facility/region": region, "/facility/hub_node": true});
        let audit = audit_json(common::submission_of(1.2, 12, &[&changes]).to_string().as_bytes(), &[]);
        audit.findings.iter().any(|finding| finding.code.as_str() == "facility.hub_node")
    };
    for none in ["420100", "370100", "410100", "CN-HB"] {
        assert!(found(none), "{none}");
    }
    for hub in ["520100", "110105", "440100", "CN-GZ", "CN"] {
        assert!(!found(hub), "{hub}");
    }
}

/// What is given and not understood is not said to be missing.
#[test]
fn a_region_that_is_not_understood_was_given() {
    let changes = json!({"/facility/region": "Wuhan"});
    let audit = audit_json(common::submission_of(1.2, 12, &[&changes]).to_string().as_bytes(), &[]);
    let codes: Vec<&str> = audit.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert!(codes.contains(&"facility.region") && !codes.contains(&"json.missing"), "{codes:?}");
    let said = &audit.verdicts[0].message;
    assert_eq!(audit.verdicts[0].outcome, pue::Outcome::Undetermined);
    assert!(!said.en.contains("missing") && !said.zh.contains("缺少"), "{said:?}");
}

fn cooling_without_factor(pue: f64) -> Value {
    let mut submission = common::submission_of(pue, 12, &[]);
    let cooling =
        json!({"point": "purchased_cooling", "carrier": "chilled_water", "unit": "kWh", "monthly": vec![3e5; 12]});
    submission["energy"].as_array_mut().unwrap().push(cooling);
    submission
}

/// What cannot be weighed leaves open what reaching the target would save, unless electricity alone is too much.
#[test]
fn savings_are_not_known_where_the_pue_is_open() {
    let saved = |pue: f64| {
        let audit = audit_json(cooling_without_factor(pue).to_string().as_bytes(), &[]);
        audit.retrofit.unwrap().savings_kwh.map(|saved| saved.kwh().round())
    };
    assert_eq!([saved(1.20), saved(1.30)], [None, Some(2_400_000.0)]);
}

/// A declared PUE that a pack judges by is explained, and no mismatch.
#[test]
fn a_declared_pue_of_electricity_alone_is_explained() {
    let of = |declared: f64| {
        let mut submission = common::submission_of(1.24, 12, &[&json!({"/declared/pue": declared})]);
        let diesel = json!({"point": "generator_fuel", "carrier": "diesel", "unit": "l", "monthly": vec![4000.0; 12]});
        submission["energy"].as_array_mut().unwrap().push(diesel);
        let audit = audit_json(submission.to_string().as_bytes(), &[]);
        let told = audit.findings.iter().any(|finding| finding.code == pue::finding::Code::DeclaredPue);
        let declared = &audit.declared.as_ref().unwrap()[&pue::assessment::Claim::Pue];
        (declared.agrees, told, declared.reason.en.to_string())
    };
    let (agrees, told, reason) = of(1.24);
    assert_eq!((agrees, told), (Some(true), false));
    assert!(reason.contains("electricity alone, by which wuhan-2024 judges"), "{reason}");
    let (agrees, told, _) = of(1.22);
    assert_eq!((agrees, told), (Some(false), true));
}

/// The letter to a site that fails, and whose data have no fault, says that, with the flags and the measures.
#[test]
fn a_letter_to_a_site_that_fails_without_faults() {
    use pue::{Lang, report::Letter};
    let mut submission: Value =
        serde_json::from_str(&common::text("examples/data/submissions/02-over-the-limit.json")).unwrap();
    submission["facility"]["lifecycle"]["in_service_on"] = json!("2010-01-01");
    submission["facility"]["lifecycle"]["approved_on"] = json!("2009-01-01");
    submission["declared"]["pue"] = json!(1.31);
    let audit = audit_json(submission.to_string().as_bytes(), &[]);
    assert!(audit.findings.is_empty(), "{:?}", audit.findings);
    let (zh, en) = (Letter::new(&audit, Lang::Zh).to_string(), Letter::new(&audit, Lang::En).to_string());
    for not in ["无需修改", "更正前"] {
        assert!(!zh.contains(not), "{zh}");
    }
    for not in ["Nothing was found", "not decided before"] {
        assert!(!en.contains(not), "{en}");
    }
    for part in ["不符合的要求", "wuhan-proxy old", "可节电", "液冷"] {
        assert!(zh.contains(part), "{part}: {zh}");
    }
    for part in ["does not meet", "wuhan-proxy old", "a PUE of 1.25 saves", "liquid cooling"] {
        assert!(en.contains(part), "{part}: {en}");
    }
}

/// A pack's own name of its limit is its own: another pack's verdict does not use it.
#[test]
fn a_verdict_speaks_in_its_packs_words() {
    let audit = audit_json(common::submission_of(1.6, 12, &[]).to_string().as_bytes(), &[]);
    for verdict in audit.verdicts.iter().filter(|verdict| verdict.outcome == pue::Outcome::Fails) {
        let own = verdict.message.en.contains("the plan's binding indicator");
        assert_eq!(own, verdict.pack == packs::WUHAN_2024, "{}", verdict.message.en);
    }
}

/// The annex as its table prints it, and what is counted once.
#[test]
fn the_annex_says_how_it_is_read() {
    let annex = pue::rule::law::Indicator::annex();
    let of = |id: &str| annex.iter().find(|one| one.id == id).unwrap();
    assert_eq!(of("4").unit.zh, "万个");
    assert!(of("13").reading.as_ref().unwrap().zh.contains("含本数"));
    assert!(of("15").reading.as_ref().unwrap().zh.contains("只计一次"));
}

/// A document that counts electricity alone says what it leaves out, and what that rests on.
#[test]
fn what_is_left_out_is_said() {
    let audit = audit_json(cooling_without_factor(1.24).to_string().as_bytes(), &[]);
    let gb = audit.verdicts.iter().find(|verdict| verdict.pack == packs::GB_40879_2021).unwrap();
    assert_eq!(gb.outcome, pue::Outcome::Meets);
    assert!(
        gb.assumptions.iter().any(|one| one.en.starts_with("chilled_water does not count")),
        "{:?}",
        gb.assumptions
    );
    assert!(audit.verdicts[0].settles.as_ref().unwrap().en.contains("the factor of its meter"));
}
