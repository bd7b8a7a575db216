//! A second evaluator, plain and slow, written from the meaning of packs and not from the engine: both agree on random pairs
//! of pack and site.
#![cfg(all(feature = "csv", feature = "json", feature = "report"))]

mod common;

use pue::{Pack, submission::audit_json};
use serde_json::{Map, Value, json};

/// A generator of numbers: the same for every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }
    fn some(&mut self, of: &[&str]) -> Vec<String> {
        let count = 1 + self.roll(2);
        (0..count).map(|_| self.pick(of).to_owned()).collect()
    }
}

const REGIONS: [&str; 8] = ["420100", "420111", "420000", "310115", "110105", "DE", "US-CO", "CN"];
const PREFIXES: [&str; 6] = ["4201", "42", "31", "11", "DE", "CN"];
const KINDS: [&str; 4] = ["new", "rebuilt", "extended", "existing"];
const DAYS: [&str; 8] =
    ["2012-06-01", "2014-12-31", "2015-01-01", "2021-07-04", "2023-03-01", "2024-12-30", "2024-12-31", "2025-01-01"];
const SCALES: [&str; 3] = ["super_large", "large", "medium_small"];
const RELATIONS: [&str; 4] = ["at_most", "less_than", "at_least", "more_than"];
const LEVELS: [&str; 5] = ["A", "AA", "AAA", "AAAA", "AAAAA"];

// ---- Random sites ------------------------------------------------------------------------------------------------------

fn site(dice: &mut Dice) -> Value {
    let mut facility = Map::new();
    facility.insert("id".into(), json!("S-1"));
    facility.insert("time_zone".into(), json!("Asia/Shanghai"));
    let mut maybe = |key: &str, value: Value, dice: &mut Dice| {
        if dice.roll(5) > 0 {
            facility.insert(key.into(), value);
        }
    };
    let value = json!(dice.pick(&REGIONS));
    maybe("region", value, dice);
    for (key, of) in [
        ("zone", &["east_lake", "airport", "other"][..]),
        ("climate", &["cold", "warm", "cool"][..]),
        ("sector", &["finance", "public", "internet"][..]),
        ("air_conditioning", &["electric", "absorption", "other"][..]),
        ("it_cooling", &["air", "liquid", "mixed"][..]),
    ] {
        let value = json!(dice.pick(of));
        maybe(key, value, dice);
    }
    for key in ["hub_node", "edge", "independent_supply"] {
        let value = json!(dice.roll(2) == 0);
        maybe(key, value, dice);
    }
    let mut lifecycle = Map::new();
    for (key, value) in
        [("kind", dice.pick(&KINDS)), ("approved_on", dice.pick(&DAYS)), ("in_service_on", dice.pick(&DAYS))]
    {
        if dice.roll(5) > 0 {
            lifecycle.insert(key.into(), json!(value));
        }
    }
    maybe("lifecycle", Value::Object(lifecycle), dice);
    let count = dice.pick(&[100, 101, 800, 801, 1_000, 2_999, 3_000, 3_001, 9_999, 10_000]);
    let rated = dice.pick(&[2.5, 5.0]);
    let (occupied, installed) = (dice.pick(&[0, 49, 50, 59, 60, 100]), dice.pick(&[50, 100]));
    let racks = json!({"types": [{"count": count, "rated_kw": rated}], "occupied": occupied, "installed": installed});
    maybe("racks", racks, dice);
    let papers: Vec<Value> = (0..dice.roll(3)).map(|_| paper(dice)).collect();
    // IT energy and total of a month, in kWh; a year, or half of one.
    let it = dice.pick(&[400_000.0, 4_000_000.0]);
    let pue = dice.pick(&[1.1, 1.2, 1.2001, 1.2504, 1.25, 1.2496, 1.3, 1.345, 1.35, 1.355, 1.5, 1.7, 1.71]);
    let total = (it * pue * 1e6_f64).round() / 1e6;
    let (months, end) = dice.pick(&[(12, "2025-01-01"), (12, "2025-01-01"), (6, "2024-07-01")]);
    json!({
        "schema": "pue/submission/1", "facility": facility, "certificates": papers,
        "period": {"start": "2024-01-01", "end": end},
        "energy": [
            {"point": "grid_supply", "carrier": "electricity", "monthly_kwh": vec![total; months]},
            {"point": "ups_output", "carrier": "electricity", "monthly_kwh": vec![it; months]},
        ],
    })
}

fn paper(dice: &mut Dice) -> Value {
    let mut paper = Map::new();
    for (key, value) in [
        ("ladder", dice.pick(&["green", "low_carbon"])),
        ("kind", dice.pick(&["design", "operation"])),
        ("level", dice.pick(&LEVELS)),
        ("facility", dice.pick(&["S-1", "S-1", "S-1", "S-2"])),
        ("issued_on", dice.pick(&["2023-01-01", "2024-06-30", "2024-12-31", "2025-01-01"])),
        ("expires_on", dice.pick(&["2024-06-29", "2024-12-30", "2024-12-31", "2026-01-01"])),
    ] {
        if dice.roll(12) > 0 {
            paper.insert(key.into(), json!(value));
        }
    }
    Value::Object(paper)
}

// ---- Random packs ------------------------------------------------------------------------------------------------------

fn days(dice: &mut Dice) -> Value {
    let (a, b) = (dice.roll(DAYS.len()), dice.roll(DAYS.len()));
    match dice.roll(3) {
        0 => json!({"from": DAYS[a]}),
        1 => json!({"until": DAYS[a]}),
        _ => json!({"from": DAYS[a.min(b)], "until": DAYS[a.max(b)]}),
    }
}

fn scope(dice: &mut Dice, depth: usize) -> Value {
    let limit = |dice: &mut Dice, of: &[&str]| json!({"relation": dice.pick(&RELATIONS), "limit": dice.pick(of)});
    match dice.roll(if depth == 0 { 20 } else { 24 }) {
        0 => json!({"region": dice.some(&PREFIXES)}),
        1 => json!({"lifecycle": dice.some(&KINDS)}),
        2 => json!({"scale_at_least": dice.pick(&SCALES)}),
        3 => json!({"scale": dice.some(&SCALES)}),
        4 => json!({"standard_racks": limit(dice, &["100", "3000", "10000", "1602"])}),
        5 => json!({"cabinets": limit(dice, &["100", "800", "3000"])}),
        6 => json!({"zone": dice.some(&["east_lake", "airport"])}),
        7 => json!({"climate": dice.some(&["cold", "cool"])}),
        8 => json!({"sector": dice.some(&["finance", "public"])}),
        9 => json!({"air_conditioning": dice.some(&["electric", "other"])}),
        10 => json!({"it_cooling": dice.some(&["air", "mixed"])}),
        11 => json!({"independent_supply": dice.roll(2) == 0}),
        12 => json!({"approved": days(dice)}),
        13 => json!({"in_service": days(dice)}),
        14 => json!({"years_in_service": {"at_least": dice.pick(&[1, 9, 10, 12])}}),
        15 => json!({"annual_gwh": limit(dice, &["5", "5.28", "60", "61.2"])}),
        16 => json!({"annual_pue": limit(dice, &["1.25", "1.3", "1.5"])}),
        17 => json!({"occupancy": limit(dice, &["0.5", "0.6"])}),
        18 => json!({"hub_node": dice.roll(2) == 0}),
        19 => json!({"edge": dice.roll(2) == 0}),
        20 => json!({"not": scope(dice, depth - 1)}),
        21 => json!({"unclear": {"when": scope(dice, depth - 1), "because": "?"}}),
        kind => {
            let parts: Vec<Value> = (0..1 + dice.roll(3)).map(|_| scope(dice, depth - 1)).collect();
            if kind == 22 { json!({"all": parts}) } else { json!({"any": parts}) }
        }
    }
}

fn check(dice: &mut Dice) -> Value {
    let relation = dice.pick(&RELATIONS);
    match dice.roll(8) {
        0..=2 => {
            json!({"annual_pue": {"relation": relation, "limit": dice.pick(&["1.25", "1.2", "1.3", "1.35", "1.5"])}})
        }
        3 => json!({"pue_band": {
            "bands": [{"name": "1", "at_most": "1.20"}, {"name": "2", "at_most": "1.30"}, {"name": "3", "at_most": "1.50"}],
            "at_worst": dice.pick(&["1", "2", "3"]),
        }}),
        4 => json!({"grade": {"at_least": dice.pick(&LEVELS)}}),
        5 => json!({"grade": {"at_least": dice.pick(&LEVELS), "ladder": dice.pick(&["green", "low_carbon"])}}),
        6 => {
            let (figure, limit) =
                dice.pick(&[("occupancy", "0.6"), ("standard_racks", "3000"), ("years_in_service", "1")]);
            json!({"figure": {"figure": figure, "relation": relation, "limit": limit}})
        }
        _ => json!({"attested": {"what": "?"}}),
    }
}

fn pack(dice: &mut Dice, i: usize) -> Value {
    let until = dice.pick(&[None, None, Some("2024-12-30"), Some("2024-12-31")]);
    let mut pack = json!({
        "schema": "pue/pack/1", "id": format!("random-{i}"), "edition": "2024-01-01", "title": "t", "issuer": "i", "number": "n",
        "from": dice.pick(&["2020-01-01", "2024-12-31", "2025-01-01", "2024-06-30"]), "jurisdiction": dice.pick(&[json!([]), json!([]), json!([]), json!(["CN"]), json!(["42", "31"])]),
        "comparison": dice.pick(&["full", "rounded"]),
        "scale": [{"class": "super_large", "relation": "at_least", "racks": "10000"},
                  {"class": "large", "relation": dice.pick(&["at_least", "more_than"]), "racks": "3000"},
                  {"class": "medium_small", "relation": "at_least", "racks": "0"}],
        "requirements": [{"id": "r", "nature": "binding", "scope": scope(dice, 3), "check": check(dice),
                          "source": {"clause": "c", "basis": "official"}}],
    });
    if let Some(until) = until.filter(|until| *until >= pack["from"].as_str().unwrap()) {
        pack["until"] = json!(until);
    }
    pack
}

// ---- The plain evaluator -----------------------------------------------------------------------------------------------

/// A fraction.
type Number = (i128, i128);

fn decimal(text: &str) -> (Number, u32) {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = part.len() as u32;
    ((format!("{whole}{part}").parse().unwrap(), 10_i128.pow(digits)), digits)
}

fn stands(value: Number, rule: &Value) -> bool {
    let (limit, _) = decimal(rule["limit"].as_str().unwrap());
    let (left, right) = (value.0 * limit.1, limit.0 * value.1);
    match rule["relation"].as_str().unwrap() {
        "at_most" => left <= right,
        "less_than" => left < right,
        "at_least" => left >= right,
        _ => left > right,
    }
}

/// The same after rounding to the limit's digits, half to even.
fn stands_by(comparison: &Value, value: Number, rule: &Value) -> bool {
    if comparison == "full" {
        return stands(value, rule);
    }
    let (_, digits) = decimal(rule["limit"].as_str().unwrap());
    let scale = 10_i128.pow(digits);
    let (quotient, rest) = (value.0 * scale / value.1, value.0 * scale % value.1);
    let up = 2 * rest > value.1 || (2 * rest == value.1 && quotient % 2 == 1);
    stands((quotient + i128::from(up), scale), rule)
}

/// What is known of a site, read off the submission by itself.
struct Facts<'a> {
    submission: &'a Value,
    day: &'static str,
}

impl<'a> Facts<'a> {
    fn text(&self, pointer: &str) -> Option<&'a str> {
        self.submission.pointer(&format!("/facility/{pointer}"))?.as_str()
    }
    fn flag(&self, key: &str) -> Option<bool> {
        self.submission["facility"][key].as_bool()
    }
    fn annual(&self) -> Option<(Number, i128)> {
        let sum = |row: usize| -> i128 {
            let months = self.submission["energy"][row]["monthly_kwh"].as_array().unwrap();
            months.iter().map(|kwh| (kwh.as_f64().unwrap() * 1e6).round() as i128).sum()
        };
        let is_year = self.day == "2024-12-31";
        is_year.then(|| ((sum(0), sum(1)), sum(0)))
    }
    fn cabinets(&self) -> Option<i128> {
        Some(self.submission.pointer("/facility/racks/types/0/count")?.as_i64()?.into())
    }
    fn racks(&self) -> Option<Number> {
        let rated = self.submission.pointer("/facility/racks/types/0/rated_kw")?.as_f64()?;
        Some((self.cabinets()? * (rated * 10.0) as i128, 25))
    }
    fn occupancy(&self) -> Option<Number> {
        let racks = self.submission.pointer("/facility/racks")?;
        let (some, of) = (racks["occupied"].as_i64()?, racks["installed"].as_i64()?);
        (some <= of).then_some((some.into(), of.into()))
    }
    fn years(&self) -> Option<i128> {
        let since = self.text("lifecycle/in_service_on")?;
        let year = |day: &str| day[..4].parse::<i128>().unwrap();
        let reached = self.day[5..] >= since[5..];
        Some((year(self.day) - year(since) - i128::from(!reached)).max(0))
    }
    /// The place of the scale in the pack's table, the largest first.
    fn scale(&self, pack: &Value) -> Option<usize> {
        let racks = self.racks()?;
        pack["scale"]
            .as_array()
            .unwrap()
            .iter()
            .position(|row| stands(racks, &json!({"relation": row["relation"], "limit": row["racks"]})))
    }
}

fn lies_in(region: &str, prefix: &str) -> Option<bool> {
    let is_china = region == "CN" || region.starts_with(|c: char| c.is_ascii_digit());
    if prefix == "CN" {
        return Some(is_china);
    }
    let own = if region == "CN" { "" } else { region.trim_end_matches("00").trim_end_matches("00") };
    if own.starts_with(prefix) && region != "CN" {
        return Some(true);
    }
    let may = prefix.starts_with(own) && is_china && prefix.starts_with(|c: char| c.is_ascii_digit());
    if may { None } else { Some(false) }
}

fn any(parts: Vec<Option<bool>>) -> Option<bool> {
    if parts.contains(&Some(true)) {
        Some(true)
    } else if parts.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn among(list: &Value, known: Option<&str>) -> Option<bool> {
    known.map(|known| list.as_array().unwrap().iter().any(|one| one == known))
}

fn within(days: &Value, known: Option<&str>) -> Option<bool> {
    known.map(|day| {
        days["from"].as_str().is_none_or(|from| from <= day) && days["until"].as_str().is_none_or(|until| day <= until)
    })
}

fn holds(scope: &Value, pack: &Value, facts: &Facts<'_>) -> Option<bool> {
    let (kind, inner) = scope.as_object().unwrap().iter().next().unwrap();
    let each = || inner.as_array().unwrap().iter().map(|part| holds(part, pack, facts)).collect::<Vec<_>>();
    match kind.as_str() {
        "all" => any(each().into_iter().map(|part| part.map(|part| !part)).collect()).map(|any| !any),
        "any" => any(each()),
        "not" => holds(inner, pack, facts).map(|holds| !holds),
        "unclear" => holds(&inner["when"], pack, facts).filter(|holds| !holds),
        "region" => {
            let region = facts.text("region")?;
            any(inner.as_array().unwrap().iter().map(|prefix| lies_in(region, prefix.as_str().unwrap())).collect())
        }
        "lifecycle" => among(inner, facts.text("lifecycle/kind")),
        "scale_at_least" => {
            let wanted = SCALES.iter().position(|name| inner == name).unwrap();
            facts.racks().map(|_| facts.scale(pack).is_some_and(|place| place <= wanted))
        }
        "scale" => facts
            .racks()
            .map(|_| facts.scale(pack).is_some_and(|place| inner.as_array().unwrap().contains(&json!(SCALES[place])))),
        "standard_racks" => facts.racks().map(|racks| stands(racks, inner)),
        "cabinets" => facts.cabinets().map(|count| stands((count, 1), inner)),
        "zone" | "climate" | "sector" | "air_conditioning" | "it_cooling" => among(inner, facts.text(kind)),
        // Neither Hubei nor any other country has a national hub node.
        "hub_node"
            if facts.text("region").is_some_and(|region| ["42", "DE", "US"].iter().any(|p| region.starts_with(p))) =>
        {
            Some(inner == false)
        }
        "independent_supply" | "hub_node" | "edge" => facts.flag(kind).map(|flag| inner == flag),
        "approved" => within(inner, facts.text("lifecycle/approved_on")),
        "in_service" => within(inner, facts.text("lifecycle/in_service_on")),
        "years_in_service" => facts.years().map(|years| years >= inner["at_least"].as_i64().unwrap().into()),
        "annual_gwh" => facts.annual().map(|(_, mwh)| stands((mwh, 1_000_000_000_000), inner)),
        "annual_pue" => facts.annual().map(|(pue, _)| stands_by(&pack["comparison"], pue, inner)),
        "occupancy" => facts.occupancy().map(|share| stands_by(&pack["comparison"], share, inner)),
        other => panic!("{other}"),
    }
}

/// The scope, within the pack's own regions.
fn binds(rule: &Value, pack: &Value, facts: &Facts<'_>) -> Option<bool> {
    let regions = &pack["jurisdiction"];
    let here = match regions.as_array().unwrap().is_empty() {
        true => Some(true),
        false => holds(&json!({"region": regions}), pack, facts),
    };
    any(vec![here.map(|here| !here), holds(&rule["scope"], pack, facts).map(|holds| !holds)]).map(|not| !not)
}

fn graded(rule: &Value, facts: &Facts<'_>) -> Option<bool> {
    let wanted = LEVELS.iter().position(|level| rule["at_least"] == *level).unwrap();
    let papers = facts.submission["certificates"].as_array().unwrap();
    let level = |paper: &Value| LEVELS.iter().position(|level| paper["level"] == *level);
    let text = |paper: &Value, key: &str| paper[key].as_str().map(str::to_owned);
    // What speaks against a paper, and what it lacks.
    let against = |paper: &Value| {
        let other_ladder =
            rule["ladder"].as_str().is_some_and(|wanted| text(paper, "ladder").is_some_and(|own| own != wanted));
        other_ladder
            || text(paper, "facility").is_some_and(|site| site != "S-1")
            || text(paper, "issued_on").is_some_and(|day| day.as_str() > facts.day)
            || text(paper, "expires_on").is_some_and(|day| day.as_str() < facts.day)
    };
    let keys = ["ladder", "kind", "level", "facility", "issued_on", "expires_on"];
    let complete = |paper: &Value| keys.iter().all(|key| paper[key].is_string());
    let counted: Vec<usize> =
        papers.iter().filter(|paper| complete(paper) && !against(paper)).filter_map(level).collect();
    let best = *counted.iter().max()?;
    let open =
        papers.iter().any(|paper| !complete(paper) && !against(paper) && level(paper).is_none_or(|one| one >= wanted));
    if best >= wanted {
        Some(true)
    } else if open {
        None
    } else {
        Some(false)
    }
}

fn met(pack: &Value, check: &Value, facts: &Facts<'_>) -> Option<bool> {
    let (kind, rule) = check.as_object().unwrap().iter().next().unwrap();
    let by = |value: Number, rule: &Value| stands_by(&pack["comparison"], value, rule);
    match kind.as_str() {
        "annual_pue" => facts.annual().map(|(pue, _)| by(pue, rule)),
        "pue_band" => {
            let bands = rule["bands"].as_array().unwrap();
            let band = bands.iter().find(|band| band["name"] == rule["at_worst"]).unwrap();
            facts.annual().map(|(pue, _)| by(pue, &json!({"relation": "at_most", "limit": band["at_most"]})))
        }
        "grade" => graded(rule, facts),
        "figure" => match rule["figure"].as_str().unwrap() {
            "occupancy" => facts.occupancy().map(|share| by(share, rule)),
            "standard_racks" => facts.racks().map(|racks| by(racks, rule)),
            _ => facts.years().map(|years| by((years, 1), rule)),
        },
        _ => None,
    }
}

fn judged(pack: &Value, facts: &Facts<'_>) -> &'static str {
    let in_force =
        pack["from"].as_str().unwrap() <= facts.day && pack["until"].as_str().is_none_or(|until| facts.day <= until);
    let rule = &pack["requirements"][0];
    match (in_force, in_force.then(|| binds(rule, pack, facts)).flatten()) {
        (false, _) => "not_applicable",
        (_, None) => "undetermined",
        (_, Some(false)) => "not_applicable",
        (_, Some(true)) => match met(pack, &rule["check"], facts) {
            Some(true) => "meets",
            Some(false) => "fails",
            None => "undetermined",
        },
    }
}

#[test]
fn the_engine_and_a_plain_evaluator_agree() {
    let mut dice = Dice(20_240_125);
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    let rounds = common::config().cases as usize * 4;
    for _ in 0..rounds {
        let submission = site(&mut dice);
        let packs: Vec<Value> = (0..100).map(|i| pack(&mut dice, i)).collect();
        let typed: Vec<Pack> = packs.iter().map(|pack| serde_json::from_value(pack.clone()).unwrap()).collect();
        let day = if submission["period"]["end"] == "2025-01-01" { "2024-12-31" } else { "2024-06-30" };
        let facts = Facts { submission: &submission, day };
        let audit = audit_json(submission.to_string().as_bytes(), &typed);
        for pack in &packs {
            let expected = judged(pack, &facts);
            let found = audit.verdicts.iter().find(|verdict| pack["id"] == *verdict.pack).unwrap();
            assert_eq!(json!(found.outcome), expected, "{pack}\n{submission}\n{found:#?}\n{:?}", audit.findings);
            *counts.entry(expected).or_default() += 1;
        }
    }
    // Each outcome occurs often enough to mean something.
    assert!(counts.len() == 4 && counts.values().all(|count| *count > rounds * 3), "{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), rounds * 100);
}
