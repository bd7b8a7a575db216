//! What the fuzz targets do with their bytes; `tests/corpus.rs` replays what they have found.

use pue::{
    Finding, Lang, Ledger, Outcome, Pack, Period, Readings, Site, Verdict,
    assessment::VerdictRecord,
    kpi::{Boundary, MeasuredPue},
    ledger::{Estimate, Histories, LedgerStream, Parcel, PartialLedger},
    metering::Series,
    period::Granularity,
    report::{Letter, Report, Style},
};
use std::io::Read;

const H: i64 = 3_600_000;

fn site(json: serde_json::Value) -> Site {
    serde_json::from_value(serde_json::json!({
        "schema": "pue/site/1", "facility": {"id": "A", "time_zone": "America/Denver"}, "meters": json,
    }))
    .expect("a site")
}

/// Hands out a few bytes at a time.
struct Slowly<'b>(&'b [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        (self.0, self.1) = (later, self.1 % 7 + 1);
        Ok(count)
    }
}

/// A file of readings: however its bytes come, the same readings and findings; and a ledger of them can be built.
pub fn csv(bytes: &[u8]) {
    let site = site(serde_json::json!([
        {"id": "g", "point": "grid_supply", "kind": {"register": {"modulus": 1000.0}}, "unit": "kWh", "capacity_kw": 100.0},
        {"id": "u", "point": "ups_output", "kind": "interval", "unit": "kWh"},
        {"id": "中", "point": "cooling", "kind": "power", "unit": "kW"},
    ]));
    let read = |reader: &mut dyn Read| pue::read::csv(&site, "a.csv", reader);
    let (whole, slowly) = (read(&mut &bytes[..]), read(&mut Slowly(bytes, 3)));
    match (whole, slowly) {
        (Ok(whole), Ok(slowly)) => {
            let same = |a: &Readings, b: &Readings| {
                let columns = |readings: &Readings| -> Vec<(String, Vec<i64>, Vec<u64>)> {
                    readings
                        .iter()
                        .map(|(id, series)| {
                            (
                                id.to_owned(),
                                series.column().time().to_vec(),
                                series.column().value().iter().map(|value| value.to_bits()).collect(),
                            )
                        })
                        .collect()
                };
                columns(a) == columns(b) && a.findings() == b.findings()
            };
            assert!(same(&whole, &slowly));
            let day = Period::parse("2024-03-09/2024-03-12", site.time_zone()).expect("days");
            let ledger = Ledger::build(&site, &whole, day.clone()).expect("a ledger").estimate(&Estimate::ALL);
            ledger.findings();
            MeasuredPue::over(&ledger, &Boundary::new(&site, None), &day);
            let mut stream =
                LedgerStream::new(site.clone(), day, Granularity::Hour, Histories::by_capacity(&site), 24 * H)
                    .expect("a stream");
            stream.read_csv("a.csv", bytes).expect("the same file");
            stream.now().findings();
        }
        (Err(_), Err(_)) => {}
        (whole, slowly) => panic!("{:?} {:?}", whole.err(), slowly.err()),
    }
}

/// A meter and its readings from bytes: eight a reading.
struct Case {
    site: Site,
    /// Start, end, value.
    rows: Vec<(i64, i64, f64)>,
    kind: u8,
    period: Period,
}

impl Case {
    fn new(bytes: &[u8]) -> Option<(Case, u8)> {
        let (&[kind, flags, cut], rest) = bytes.split_first_chunk::<3>()?;
        let kind = kind % 4;
        let mut meter = match kind {
            0 => serde_json::json!({"kind": "register", "unit": "kWh"}),
            1 => serde_json::json!({"kind": {"register": {"modulus": 300.0}}, "unit": "kWh"}),
            2 => serde_json::json!({"kind": "interval", "unit": "MJ"}),
            _ => serde_json::json!({"kind": "power", "unit": "kW", "max_gap_s": 7200}),
        };
        meter["id"] = "m".into();
        meter["point"] = "grid_supply".into();
        if flags & 1 == 1 {
            meter["capacity_kw"] = 40.0.into();
        }
        if flags & 2 == 2 && kind < 2 {
            meter["events"] = serde_json::json!([{"at": "2024-03-10T12:00:00-06:00", "exchange": {"last": 120.0, "first": 3.0, "multiplier": 2.0}}]);
        }
        if flags & 4 == 4 {
            meter["multiplier"] = 80.0.into();
        }
        let site = site(serde_json::json!([meter]));
        let period = Period::parse("2024-03-09/2024-03-12", site.time_zone()).ok()?;
        let mut at = period.start() - 6 * H;
        let rows = rest.chunks_exact(4).take(2000).map(|chunk| {
            let [step, length, low, high] = [chunk[0], chunk[1], chunk[2], chunk[3]];
            at += i64::from(step as i8) * if flags & 8 == 8 { 61_001 } else { 900_000 };
            let value = f64::from(u16::from(low) | u16::from(high & 0x7f) << 8) / 16.0;
            let value = match high {
                0xff => f64::NAN,
                0xfe => f64::INFINITY,
                0xfd => -value,
                0xfc => value * 1e12,
                _ => value,
            };
            let at = if length == 255 { at.wrapping_mul(1 << 20) } else { at };
            (at, at.saturating_add(i64::from(length) * 300_000), value)
        });
        let rows = rows.collect();
        Some((Case { site, rows, kind, period }, cut))
    }

    fn readings(&self, rows: &[(i64, i64, f64)]) -> Readings {
        let (start, (end, value)): (Vec<i64>, (Vec<i64>, Vec<f64>)) =
            rows.iter().map(|&(start, end, value)| (start, (end, value))).unzip();
        let mut readings = Readings::default();
        readings.insert(
            "m",
            match self.kind {
                2 => Series::intervals(start, end, value).unwrap(),
                3 => Series::power(start, value).unwrap(),
                _ => Series::registers(start, value).unwrap(),
            },
        );
        readings
    }

    fn build(&self, rows: &[(i64, i64, f64)]) -> Ledger<'_> {
        Ledger::build(&self.site, &self.readings(rows), self.period.clone()).expect("a ledger")
    }

    /// All that a ledger says but for the order in which readings came.
    fn all(&self, ledger: &Ledger<'_>) -> String {
        let book = ledger.meter("m").expect("a book");
        let steps: Vec<i128> = book.steps().map(|energy| energy.microjoules()).collect();
        assert_eq!(steps.iter().sum::<i128>(), book.exact());
        let mut findings = ledger.findings();
        findings.retain(|finding| !matches!(finding.code.as_str(), "reading.out_of_order" | "reading.outside_period"));
        let coverage = (book.coverage(&self.period).to_bits(), book.course_coverage(&self.period).to_bits());
        let bounds = MeasuredPue::over(ledger, &Boundary::new(&self.site, None), &self.period).electricity.bounds;
        format!("{steps:?} {coverage:?} {bounds:?} {findings:?}")
    }
}

/// One series, cleaned: its steps add up, and the order in which readings came changes nothing.
pub fn series(bytes: &[u8]) {
    let Some((case, _)) = Case::new(bytes) else { return };
    let ledger = case.build(&case.rows);
    let mut backwards = case.rows.clone();
    backwards.reverse();
    assert_eq!(case.all(&ledger), case.all(&case.build(&backwards)));
    MeasuredPue::over(&ledger.estimate(&Estimate::ALL), &Boundary::new(&case.site, None), &case.period);
}

/// One series, cut, sent and merged, or taken one by one: the ledger of the whole.
pub fn merge(bytes: &[u8]) {
    let Some((case, cut)) = Case::new(bytes) else { return };
    let readings = case.readings(&case.rows);
    let histories = Histories::new(&case.site, &readings);
    let whole = case.all(&case.build(&case.rows));
    let first = case.period.start() + i64::from(cut % 72) * H;
    let second = first + i64::from(cut % 5) * 7 * H + 1;
    let part = |window| {
        PartialLedger::build(&case.site, &readings, case.period.clone(), Granularity::Hour, &histories, window)
            .expect("a part")
    };
    let middle = serde_json::to_vec(&part(first..second).to_parcel()).expect("a parcel");
    let middle: Parcel = serde_json::from_slice(&middle).expect("the same parcel");
    let middle = PartialLedger::from_parcel(&case.site, middle).expect("a part");
    let merged = part(second..i64::MAX)
        .merge(part(i64::MIN..first))
        .and_then(|ends| ends.merge(middle))
        .expect("they belong together");
    assert_eq!(case.all(&merged.close()), whole);
    let mut stream = LedgerStream::new(case.site.clone(), case.period.clone(), Granularity::Hour, histories, i64::MAX)
        .expect("a stream");
    for &(start, end, value) in &case.rows {
        if case.kind == 2 {
            stream.push_interval("m", start, end, value, None)
        } else {
            stream.push("m", start, value)
        }
        .expect("the meter's own kind");
    }
    let state = serde_json::to_vec(&stream.to_parcel()).expect("a parcel");
    let state = serde_json::from_slice(&state).expect("the same parcel");
    let stream = LedgerStream::from_parcel(case.site.clone(), state).expect("the same stream");
    assert_eq!(case.all(&stream.now()), whole);
}

/// A submission of any bytes: an answer that can be written, the same every time; an error decides nothing.
pub fn submission(bytes: &[u8]) {
    let audit = pue::submission::audit_json(bytes, &[]);
    answered(&audit);
    assert_eq!(audit, pue::submission::audit_json(bytes, &[]));
}

fn answered(audit: &pue::Assessment) {
    serde_json::to_string(audit).expect("an answer");
    for lang in [Lang::Zh, Lang::En] {
        Letter::new(audit, lang).to_string();
        Report::new(audit, lang, Style::Markdown).to_string();
        #[cfg(feature = "html")]
        pue::report::Page::new(audit, lang).to_string();
    }
    let record = VerdictRecord::of(audit);
    let again: VerdictRecord =
        serde_json::from_slice(&serde_json::to_vec(&record).expect("a record")).expect("the same record");
    assert!(record.changes(&again).is_empty());
    if audit.findings.iter().any(Finding::is_error) {
        let decided = |verdict: &&Verdict| matches!(verdict.outcome, Outcome::Meets | Outcome::Fails);
        let by_pue = audit.verdicts.iter().filter(decided).find(|verdict| verdict.requirement.contains("pue"));
        assert!(by_pue.is_none(), "{by_pue:?} beside {:?}", audit.findings);
    }
}

/// A site of any bytes: what has no error goes round, but for what could not be read.
pub fn site_file(bytes: &[u8]) {
    let read = pue::read::site(bytes);
    let Some(site) = read.value else { return assert!(!read.findings.is_empty()) };
    let json = serde_json::to_string(&site).expect("a site");
    if !site.findings().iter().any(Finding::is_error) {
        let again: Site = serde_json::from_str(&json).expect("the same site");
        assert_eq!(json, serde_json::to_string(&again).expect("a site"));
    }
}

/// A pack of any bytes: one that is valid judges, and goes round; of another one it is said what is wrong.
pub fn pack(bytes: &[u8]) {
    let read = Pack::from_json(bytes);
    assert_eq!(read.is_ok(), serde_json::from_slice::<Pack>(bytes).is_ok());
    let pack = match read {
        Ok(pack) => pack,
        Err(faults) => return assert!(!faults.0.is_empty()),
    };
    let again: Pack = serde_json::from_str(&serde_json::to_string(&pack).expect("a pack")).expect("the same pack");
    assert_eq!(pack, again);
    let json = include_bytes!("../../examples/data/submissions/01-meets.json");
    answered(&pue::submission::audit_json(json, &[pack]));
}

#[cfg(feature = "xlsx")]
#[path = "book.rs"]
mod book;

/// A spreadsheet of any bytes; or a sound one, a sheet of which is any bytes.
#[cfg(feature = "xlsx")]
pub fn xlsx(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let book = if first % 2 == 0 { rest.to_vec() } else { book::with_sheet(rest) };
    if let Ok(read) = pue::submission::Spreadsheet::read(&book) {
        let mut audit = pue::submission::audit_json(read.json(), &[]);
        read.point_to_cells("a.xlsx", &mut audit);
        answered(&audit);
    }
}

/// A mapping, a zero byte, and a file: however its bytes come, the same readings and findings; and it can be looked at.
pub fn import(format: &str, bytes: &[u8]) {
    use pue::read::import::{Mapping, Proposal, survey};
    let (map, file) = match bytes.iter().position(|&byte| byte == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (&b""[..], bytes),
    };
    let site = site(serde_json::json!([
        {"id": "g", "point": "grid_supply", "kind": "register", "unit": "kWh"},
        {"id": "u", "point": "ups_output", "kind": "interval", "unit": "kWh"},
        {"id": "p", "point": "cooling", "kind": "power", "unit": "kW"},
    ]));
    let kind = if matches!(format, "prometheus" | "influx") { "register" } else { "energy" };
    let plain = serde_json::json!({"schema": "pue/import/1", "format": format, "meter": {"is": if kind == "energy" { "u" } else { "g" }},
        "time": {"columns": ["#1"], "marks": "end", "minutes": 30}, "value": {"column": "#2", "unit": "kWh", "quantity": kind}});
    let mapping = Mapping::from_json(map);
    let mapping = mapping.unwrap_or_else(|_| Mapping::from_json(plain.to_string().as_bytes()).expect("a mapping"));
    let read = |reader: &mut dyn Read| pue::read::mapped(&site, &mapping, "a", reader);
    match (read(&mut &file[..]), read(&mut Slowly(file, 3))) {
        (Ok(whole), Ok(slowly)) => {
            let columns = |readings: &Readings| -> Vec<(String, Vec<i64>, Vec<u64>)> {
                let bits = |series: &Series| series.column().value().iter().map(|value| value.to_bits()).collect();
                readings
                    .iter()
                    .map(|(id, series)| (id.to_owned(), series.column().time().to_vec(), bits(series)))
                    .collect()
            };
            assert_eq!(columns(&whole), columns(&slowly));
            assert_eq!(whole.findings(), slowly.findings());
            assert!(whole.iter().all(|(id, _)| ["g", "u", "p"].contains(&id)));
        }
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        (whole, slowly) => panic!("{:?} {:?}", whole.err(), slowly.err()),
    }
    let _ = survey(&mapping, site.time_zone(), "a", 5, file);
    let mut proposal = Proposal::of(file).expect("bytes in memory");
    while let Some(question) = proposal.questions.first().cloned() {
        let said = question.answers.first().map_or("u".to_owned(), |answer| {
            let said = answer.says.get(&question.place).or(answer.says.values().next()).cloned().unwrap_or_default();
            said.as_str().map_or_else(|| said.to_string(), str::to_owned)
        });
        let before = proposal.questions.len();
        proposal.set(&question.place, &said);
        if proposal.questions.len() >= before {
            break;
        }
    }
    if let Ok(mapping) = proposal.mapping() {
        let _ = survey(&mapping, site.time_zone(), "a", 5, file);
    }
}
