//! How the time grows with what is wrong: 10⁴, 10⁵ and 10⁶ of each kind of bad input, by byte, beside good input of the same
//! form. Not a Criterion bench: it prints a table, and fails where a kind takes more than [`MOST`] times as long as good input,
//! or grows faster than its size.
//!
//! `cargo bench --bench growth`, or with the name of a kind; `-- --test` takes the smallest sizes alone.

use pue::{Assessment, Ledger, Pack, Period, Site, assessment::Options, packs, submission::audit_json};
use serde_json::{Value, json};
use std::{process::ExitCode, time::Instant};

/// So many times what good input of the same bytes takes.
const MOST: f64 = 20.0;

/// So many times the time by byte when the input gets ten times as large: 1 is work in proportion, 10 work by the square, and
/// what no longer fits into the caches lies between.
const GROWTH: f64 = 4.0;

type Make = fn(usize) -> Vec<u8>;

fn main() -> ExitCode {
    let is_test = std::env::args().any(|one| one == "--test");
    let only: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with("--")).collect();
    let sizes: &[usize] = if is_test { &[1000, 10_000] } else { &[10_000, 100_000, 1_000_000] };
    let mut fits = true;
    println!("{:36} {:>10}  ns by byte at {sizes:?}, times good input, growth", "input", "bytes");
    for (form, good, kinds) in [
        ("readings", good_rows as Make, READINGS),
        ("submission", good_energy as Make, SUBMISSIONS),
        ("pack", good_requirements as Make, PACKS),
    ] {
        let answer: fn(&[u8]) = match form {
            "readings" => readings,
            "submission" => submission,
            _ => pack,
        };
        let time = |make: Make| -> (usize, Vec<f64>) {
            let mut largest = 0;
            let each = sizes.iter().map(|&size| {
                let bytes = make(size);
                largest = bytes.len();
                let runs = if size < 1_000_000 { 3 } else { 1 };
                let seconds = (0..runs).map(|_| {
                    let start = Instant::now();
                    answer(&bytes);
                    start.elapsed().as_secs_f64()
                });
                seconds.fold(f64::INFINITY, f64::min) * 1e9 / bytes.len().max(1) as f64
            });
            let each = each.collect();
            (largest, each)
        };
        let (_, reference) = time(good);
        for (name, make) in [("good", good)].iter().chain(kinds) {
            if !only.is_empty() && !only.iter().any(|asked| name.contains(asked.as_str())) {
                continue;
            }
            let (bytes, each) = time(*make);
            let times = each.iter().zip(&reference).map(|(own, good)| own / good).fold(0.0, f64::max);
            // A fixed cost weighs most in what is small.
            let growth = each.windows(2).last().map_or(1.0, |pair| pair[1] / pair[0]);
            let is_well = times <= MOST && growth <= GROWTH;
            fits &= is_well;
            let shown: Vec<String> = each.iter().map(|one| format!("{one:8.1}")).collect();
            let mark = if is_well { "" } else { "  !" };
            println!("{:36} {bytes:>10} {} {times:6.2} {growth:6.2}{mark}", format!("{form}: {name}"), shown.join(" "));
        }
    }
    if fits || is_test { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

// Readings.

fn site() -> Site {
    let meter = |id: &str, kind: Value| json!({"id": id, "point": "grid_supply", "kind": kind, "unit": "kWh", "capacity_kw": 12000.0});
    let site = json!({
        "schema": "pue/site/1",
        "facility": {"id": "A", "region": "420100", "time_zone": "Asia/Shanghai"},
        "meters": [
            meter("g", json!({"register": {"modulus": 1e8}})),
            meter("r", json!("register")),
            meter("i", json!("interval")),
            {"id": "p", "point": "ups_output", "kind": "power", "unit": "kW"},
            {"id": "d", "point": "pdu_output", "kind": "register", "unit": "kWh", "parent": "g"},
        ],
    });
    serde_json::from_value(site).expect("a site")
}

fn readings(bytes: &[u8]) {
    let site = site();
    let Ok(readings) = pue::read::csv(&site, "growth.csv", bytes) else { return };
    let year = Period::year(2024, site.time_zone()).expect("a year");
    let ledger = Ledger::build(&site, &readings, year).expect("a ledger");
    std::hint::black_box(Assessment::of(&ledger, &Options::default()));
}

/// Half a minute apart: a million fit into a year.
fn stamp(i: usize) -> String {
    let at = 1_704_038_400 + 30 * i as i64;
    jiff::Timestamp::from_second(at).expect("an instant").to_string()
}

fn rows(count: usize, row: impl Fn(usize) -> String) -> Vec<u8> {
    let mut file = "meter,time,value\n".to_owned();
    (0..count).for_each(|i| {
        file += &row(i);
        file.push('\n');
    });
    file.into_bytes()
}

fn of_meter(meter: &'static str, count: usize, value: impl Fn(usize) -> String) -> Vec<u8> {
    rows(count, |i| format!("{meter},{},{}", stamp(i), value(i)))
}

/// Numbers that look random and are the same in each run.
fn random(i: usize) -> u64 {
    let mixed = (i as u64 ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

fn good_rows(count: usize) -> Vec<u8> {
    of_meter("g", count, |i| (i * 25).to_string())
}

const READINGS: &[(&str, Make)] = &[
    ("counts down, modulus", |n| of_meter("g", n, |i| (50_000_000 - i.min(49_999_999)).to_string())),
    ("counts down", |n| of_meter("r", n, |i| (50_000_000 - i.min(49_999_999)).to_string())),
    ("extremes in turn", |n| of_meter("g", n, |i| if i % 2 == 0 { "0" } else { "99999999" }.to_owned())),
    ("extremes in turn, no modulus", |n| of_meter("r", n, |i| if i % 2 == 0 { "0" } else { "1e15" }.to_owned())),
    ("random", |n| of_meter("g", n, |i| (random(i) % 100_000_000).to_string())),
    ("random, no modulus", |n| of_meter("r", n, |i| (random(i) % 100_000_000).to_string())),
    ("a spike in two", |n| of_meter("g", n, |i| (i * 25 + (i % 2) * 1_000_000).to_string())),
    ("a spike in three, rising", |n| of_meter("r", n, |i| (i * 25 + usize::from(i % 3 == 1) * i * 1000).to_string())),
    ("a glitch in two", |n| of_meter("g", n, |i| if i % 2 == 0 { (i * 25).to_string() } else { "0".to_owned() })),
    ("a reset each hour", |n| of_meter("r", n, |i| (i % 120 * 25).to_string())),
    ("a reset each four", |n| of_meter("g", n, |i| (i % 4 * 25).to_string())),
    ("rollovers", |n| of_meter("g", n, |i| (i * 90_000 % 100_000_000).to_string())),
    ("falls slowly, jumps", |n| of_meter("r", n, |i| (1_000_000 + i * 25 - (i % 100) * 40).to_string())),
    ("stands still", |n| of_meter("g", n, |_| "1000".to_owned())),
    ("scale changes", |n| of_meter("r", n, |i| if i / 100 % 2 == 0 { i * 25 } else { i * 25_000 }.to_string())),
    ("sentinels", |n| of_meter("g", n, |i| if i % 3 == 0 { "65535".to_owned() } else { (i * 25).to_string() })),
    ("NaN", |n| of_meter("g", n, |_| "NaN".to_owned())),
    ("no values", |n| of_meter("g", n, |_| String::new())),
    ("words for numbers", |n| of_meter("g", n, |i| format!("n/a {i}"))),
    ("huge numbers", |n| of_meter("r", n, |i| format!("{}e{}", i + 1, i % 300))),
    ("negative", |n| of_meter("g", n, |i| format!("-{i}"))),
    ("one instant, one value", |n| rows(n, |_| "g,2024-03-01T00:00:00Z,5".to_owned())),
    ("one instant, contradicting", |n| rows(n, |i| format!("g,2024-03-01T00:00:00Z,{i}"))),
    ("each instant twice, contradicting", |n| rows(n, |i| format!("g,{},{}", stamp(i / 2), i * 25 + i % 2 * 7000))),
    ("backwards", |n| rows(n, |i| format!("g,{},{}", stamp(n - i), (n - i) * 25))),
    ("shuffled", |n| {
        rows(n, |i| {
            let at = random(i) as usize % n;
            format!("g,{},{}", stamp(at), at * 25)
        })
    }),
    ("two meters in turn, one unknown", |n| rows(n, |i| format!("{},{},{}", ["g", "zz"][i % 2], stamp(i), i * 25))),
    ("unknown meters, each another", |n| rows(n, |i| format!("m{i},{},{i}", stamp(i)))),
    ("instants in no form", |n| rows(n, |i| format!("g,2024-13-{i},{i}"))),
    ("instants out of range", |n| rows(n, |i| format!("g,9999-01-01T00:00:{:02}Z,{i}", i % 60))),
    ("instants out of the period", |n| rows(n, |i| format!("g,2019-01-01T00:{:02}:{:02}Z,{i}", i / 60 % 60, i % 60))),
    ("one cell a row", |n| rows(n, |i| i.to_string())),
    ("rows of a hundred cells", |n| rows(n / 10, |i| format!("g,{}{}", stamp(i), ",1".repeat(100)))),
    ("one row of many cells", |n| rows(1, |_| "x,".repeat(n))),
    ("stray quotes", |n| rows(n, |i| format!("g,{},\"{i}", stamp(i)))),
    ("all quoted", |n| rows(n, |i| format!("\"g\",\"{}\",\"{}\"", stamp(i), i * 25))),
    ("quotes within quotes", |n| rows(n, |i| format!("g,{},\"\"\"{i}\"\"\"", stamp(i)))),
    ("not text", |n| (0..n * 40).map(|i| random(i) as u8).collect()),
    ("UTF-16", |n| of_meter("g", n, |i| i.to_string()).into_iter().flat_map(|byte| [byte, 0]).collect()),
    ("wide, blank", |n| {
        let blank = format!("{}\n", ",".repeat(500));
        let head = format!("time,g{}\n", (0..499).map(|i| format!(",m{i}")).collect::<String>());
        (head + &(0..n / 20).map(|i| stamp(i) + &blank).collect::<String>()).into_bytes()
    }),
    ("intervals over each other", |n| {
        let row = |i: usize| format!("i,{},{},5\n", stamp(i), stamp(i + 100));
        ("meter,start,end,value\n".to_owned() + &(0..n).map(row).collect::<String>()).into_bytes()
    }),
    ("intervals that end before they start", |n| {
        let row = |i: usize| format!("i,{},{},5\n", stamp(i + 100), stamp(i));
        ("meter,start,end,value\n".to_owned() + &(0..n).map(row).collect::<String>()).into_bytes()
    }),
    ("intervals within one", |n| {
        let row = |i: usize| format!("i,{},{},5\n", stamp(i), stamp(2 * n - i));
        ("meter,start,end,value\n".to_owned() + &(0..n).map(row).collect::<String>()).into_bytes()
    }),
    ("power with spikes", |n| of_meter("p", n, |i| if i % 5 == 0 { "1e9".to_owned() } else { "400".to_owned() })),
    ("power, random", |n| of_meter("p", n, |i| random(i).to_string())),
    ("a sub-meter above its parent", |n| {
        rows(n, |i| {
            let (meter, times) = [("g", 25), ("d", 60)][i % 2];
            format!("{meter},{},{}", stamp(i / 2), i / 2 * times)
        })
    }),
];

// Submissions.

fn base() -> Value {
    serde_json::from_str(include_str!("../examples/data/submissions/01-meets.json")).expect("a submission")
}

fn submission(bytes: &[u8]) {
    std::hint::black_box(audit_json(bytes, &[]));
}

/// Many rows, each another meter's; more than a hundred thousand in a list are refused.
fn good_energy(count: usize) -> Vec<u8> {
    with(&["energy"], count.min(100_000), |i| {
        let months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        json!({"id": format!("g{i}"), "point": "grid_supply", "carrier": "electricity", "monthly_kwh": months})
    })
}

/// The submission with so many of something in one of its lists.
fn with(keys: &[&str], count: usize, one: impl Fn(usize) -> Value) -> Vec<u8> {
    let mut submission = base();
    let mut at = &mut submission;
    for key in keys {
        at = &mut at[*key];
    }
    *at = (0..count).map(one).collect();
    serde_json::to_vec(&submission).expect("JSON")
}

/// A site that meets its limit, with so many more meters of a point, of which something is stated.
fn site_with(count: usize, point: &str, stated: impl Fn(usize) -> Value) -> Vec<u8> {
    let (count, mut submission) = (count.min(99_990) / 2, base());
    let carrier = if point == "purchased_cooling" { "chilled_water" } else { "electricity" };
    let row = |id: &str, point: &str, times: f64| json!({"id": id, "point": point, "unit": "kWh", "monthly": vec![times; 12]});
    let mut energy = vec![row("g", "grid_supply", 2.4e6), row("u", "ups_output", 2e6)];
    let mut meters =
        vec![json!({"id": "g", "point": "grid_supply"}), json!({"id": "u", "point": "ups_output", "parent": "g"})];
    for i in 0..count {
        let id = format!("m{i}");
        let mut meter = json!({"id": id, "point": point, "carrier": carrier});
        if let (Some(meter), Value::Object(more)) = (meter.as_object_mut(), stated(i)) {
            meter.extend(more);
        }
        meters.push(meter);
        let mut row = row(&id, point, 5.0);
        row["carrier"] = json!(carrier);
        energy.push(row);
    }
    (submission["energy"], submission["meters"]) = (energy.into(), meters.into());
    submission["facility"]["rated_it_kw"] = Value::Null;
    submission["facility"]["racks"] = json!({"types": [{"count": 15200, "rated_kw": 5.0}]});
    submission["declared"] = json!({});
    serde_json::to_vec(&submission).expect("JSON")
}

/// The same with an object of so many keys.
fn keyed(place: &str, count: usize, key: impl Fn(usize) -> String) -> Vec<u8> {
    let text = base().to_string();
    let many: String = (0..count).map(|i| format!("\"{}\":{i},", key(i))).collect();
    text.replacen(&format!("\"{place}\":{{"), &format!("\"{place}\":{{{many}"), 1).into_bytes()
}

const SUBMISSIONS: &[(&str, Make)] = &[
    ("rows of one id", |n| with(&["energy"], n, |_| json!({"id": "g", "point": "grid_supply", "monthly_kwh": [1, 2]}))),
    ("rows of no point", |n| with(&["energy"], n, |i| json!({"id": format!("g{i}"), "point": "moon"}))),
    ("rows of no shape", |n| with(&["energy"], n, |i| json!([i, null, "x"]))),
    ("rows with values in quotes", |n| {
        with(&["energy"], n, |i| json!({"id": format!("g{i}"), "point": "pv", "monthly_kwh": ["1", "2"]}))
    }),
    ("rows with nulls", |n| with(&["energy"], n, |_| json!({"point": "pv", "monthly_kwh": [null, null]}))),
    ("a row of many months", |n| with(&["energy"], 2, |_| json!({"point": "pv", "monthly_kwh": vec![1; n / 2]}))),
    ("certificates", |n| {
        with(
            &["certificates"],
            n,
            |i| json!({"ladder": "green", "kind": "operation", "level": "AAAA", "number": format!("n{i}"), "issued_on": "2024-06-20"}),
        )
    }),
    ("certificates, all the same", |n| with(&["certificates"], n, |_| base()["certificates"][0].clone())),
    ("rack types", |n| with(&["facility", "racks", "types"], n, |i| json!({"count": i, "rated_kw": 5.0}))),
    ("rack types of no shape", |n| with(&["facility", "racks", "types"], n, |i| json!({"count": "x", "rated": i}))),
    ("rows of IT and of supply", |n| {
        const POINTS: [&str; 4] = ["grid_supply", "ups_output", "pdu_output", "it_input"];
        with(&["energy"], n / 4, |i| {
            let point = POINTS[i % 4];
            json!({"id": format!("g{i}"), "point": point, "total_kwh": 5})
        })
    }),
    ("meters", |n| with(&["meters"], n, |i| json!({"id": format!("m{i}"), "point": "grid_supply"}))),
    ("meters of one id", |n| with(&["meters"], n, |_| json!({"id": "m", "point": "grid_supply"}))),
    ("meters, one below another", |n| {
        with(&["meters"], n, |i| json!({"id": format!("m{i}"), "point": "other", "parent": format!("m{}", i + 1)}))
    }),
    ("meters in a circle", |n| {
        with(
            &["meters"],
            n,
            |i| json!({"id": format!("m{i}"), "point": "other", "parent": format!("m{}", (i + 1) % n)}),
        )
    }),
    ("meters below one", |n| {
        with(&["meters"], n, |i| json!({"id": format!("m{i}"), "point": "other", "parent": "m0"}))
    }),
    ("meters below nothing", |n| {
        with(&["meters"], n, |i| json!({"id": format!("m{i}"), "point": "other", "parent": format!("z{i}")}))
    }),
    ("feeders out of use", |n| site_with(n, "grid_supply", |i| json!({"until": format!("2024-{:02}-01", 2 + i % 11)}))),
    ("feeders below one", |n| site_with(n, "grid_supply", |_| json!({"parent": "g"}))),
    ("check meters", |n| site_with(n, "grid_supply", |_| json!({"check_of": "g"}))),
    ("loads outside", |n| site_with(n, "outside", |_| json!({"parent": "g"}))),
    ("bought cooling, shared and out of use", |n| {
        site_with(n, "purchased_cooling", |_| json!({"factor": 0.05, "share": 0.5, "until": "2024-06-01"}))
    }),
    ("IT meters without a parent", |n| site_with(n, "ups_output", |_| json!({}))),
    ("events of a meter", |n| {
        with(&["meters"], 1, |_| {
            let events: Vec<Value> =
                (0..n).map(|i| json!({"at": stamp(i), "exchange": {"last": i, "first": 0}})).collect();
            json!({"id": "m", "point": "grid_supply", "kind": "register", "events": events})
        })
    }),
    ("confirmed stretches", |n| {
        with(&["meters"], 1, |_| {
            let events: Vec<Value> =
                (0..n).map(|i| json!({"from": stamp(i), "until": stamp(i + 50), "confirmed": "x"})).collect();
            json!({"id": "m", "point": "grid_supply", "kind": "register", "events": events})
        })
    }),
    ("events of no shape", |n| {
        with(&["meters"], 1, |_| json!({"id": "m", "point": "pv", "events": vec![json!({"at": 1}); n]}))
    }),
    ("unknown keys", |n| keyed("facility", n, |i| format!("k{i}"))),
    ("one key again and again", |n| keyed("facility", n, |_| "id".to_owned())),
    ("keys near a known one", |n| keyed("facility", n, |i| format!("oprator{i}"))),
    ("own keys", |n| keyed("facility", n, |i| format!("x_{i}"))),
    ("declared keys", |n| keyed("declared", n, |i| format!("pue{i}"))),
    ("a long id", |n| {
        let mut one = base();
        one["facility"]["id"] = json!("长".repeat(n));
        one.to_string().into_bytes()
    }),
    ("a long id of joiners", |n| {
        let mut one = base();
        one["facility"]["id"] = json!("\u{200d}".repeat(n));
        one.to_string().into_bytes()
    }),
    ("a long number", |n| base().to_string().replacen("7600.0", &"7".repeat(n), 1).into_bytes()),
    ("a long fraction", |n| base().to_string().replacen("7600.0", &format!("0.{}", "7".repeat(n)), 1).into_bytes()),
    ("lists in lists", |n| base().to_string().replacen("[", &"[".repeat(n), 1).into_bytes()),
    ("objects in objects", |n| base().to_string().replacen("{", &"{\"x_\":{".repeat(n), 1).into_bytes()),
    ("escapes", |n| base().to_string().replacen("Example Compute", &"\\u0041".repeat(n), 1).into_bytes()),
    ("broken at its end", |n| {
        let mut bytes = good_energy(n);
        bytes.pop();
        bytes
    }),
    ("not JSON", |n| vec![b'}'; n * 100]),
];

// Packs.

fn pack(bytes: &[u8]) {
    if let Ok(pack) = Pack::from_json(bytes) {
        std::hint::black_box(audit_json(include_bytes!("../examples/data/submissions/01-meets.json"), &[pack]));
    }
}

fn pack_with(count: usize, one: impl Fn(usize, &Value) -> Value) -> Vec<u8> {
    let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").expect("a pack")).expect("JSON");
    pack["id"] = json!("own");
    let first = pack["requirements"][0].clone();
    pack["requirements"] = (0..count / 100).map(|i| one(i, &first)).collect();
    serde_json::to_vec(&pack).expect("JSON")
}

fn good_requirements(count: usize) -> Vec<u8> {
    pack_with(count, |i, first| {
        let mut one = first.clone();
        one["id"] = json!(format!("r{i}"));
        one
    })
}

const PACKS: &[(&str, Make)] = &[
    ("requirements of one id", |n| pack_with(n, |_, first| first.clone())),
    ("requirements of no shape", |n| pack_with(n, |i, _| json!({"id": i}))),
    ("requirements of no scope", |n| {
        pack_with(n, |i, first| {
            let mut one = first.clone();
            (one["id"], one["scope"]) = (json!(format!("r{i}")), json!({}));
            one
        })
    }),
    ("scales", |n| {
        let mut pack = serde_json::to_value(packs::by_id("wuhan-2024").expect("a pack")).expect("JSON");
        (pack["id"], pack["scale"]) =
            (json!("own"), (0..n).map(|i| json!({"name": format!("s{i}"), "racks": i})).collect());
        serde_json::to_vec(&pack).expect("JSON")
    }),
];
