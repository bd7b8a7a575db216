//! `pue template site|submission|eu`: what is to be filled in.

use crate::{
    ending::Ending,
    foreign::{self, Named},
    output,
};
use clap::{Args, ValueEnum};
use pue::{
    Submission,
    eu::{EU_REPORT_SCHEMA, EuReport},
    jiff::tz::TimeZone,
    metering::ReadingKind,
    period::rfc3339,
    read::import::{MeterFound, Proposal},
};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// What is to be filled in: a site with its meters for `assess`, a submission for `audit`, a report for `eu`
    #[arg(value_enum)]
    what: What,
    /// Filled from this submission
    #[arg(long, value_name = "SUBMISSION.json")]
    filled: Option<PathBuf>,
    /// A site with the meters of this file of readings, whatever its layout
    #[arg(long, value_name = "FILE")]
    meters: Option<PathBuf>,
    #[command(flatten)]
    named: Named,
    /// A new file, .json or (submissions) .xlsx; without it JSON on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    Site,
    Submission,
    Eu,
}

impl Arguments {
    pub fn run(&self, _: pue::Lang) -> Result<Ending, String> {
        // It may be one that somebody has filled in.
        if let Some(path) = self.out.as_ref().filter(|path| path.exists()) {
            return Err(format!("--out {}: expected the name of a new file", path.display()));
        }
        let ends_in = |end: &str| {
            let extension = self.out.as_ref().and_then(|path| path.extension());
            extension.is_some_and(|found| found.eq_ignore_ascii_case(end))
        };
        let is_sheet = ends_in("xlsx");
        if self.out.is_some() && !is_sheet && !ends_in("json") {
            return Err("--out: expected the name of a new file that ends in .json or .xlsx".to_owned());
        }
        if self.what != What::Submission && is_sheet || self.what == What::Site && self.filled.is_some() {
            return Err("expected --out FILE.json; only submissions have a spreadsheet".to_owned());
        }
        let filled =
            self.filled.as_deref().map(output::read).transpose().map_err(|error| format!("--filled {error}"))?;
        if self.what == What::Eu {
            if self.meters.is_some() || self.named.is_named() || !self.named.set.is_empty() {
                return Err("template eu: expected --filled SUBMISSION.json and --out FILE.json alone".to_owned());
            }
            output::write(self.out.as_deref(), &report(filled.as_deref())?)?;
            return Ok(Ending::Fine);
        }
        if is_sheet {
            return self.sheet(filled.as_deref());
        }
        if self.filled.is_some() {
            return Err("--filled: expected --out FILE.xlsx: a submission in JSON is filled in already".to_owned());
        }
        if let Some(path) = &self.meters {
            if self.what != What::Site {
                return Err("--meters: expected template site".to_owned());
            }
            output::write(self.out.as_deref(), &self.of_meters(path)?)?;
            return Ok(Ending::Fine);
        }
        if self.named.is_named() || !self.named.set.is_empty() {
            return Err("--map, --preset, --set: expected --meters FILE".to_owned());
        }
        output::write(self.out.as_deref(), if self.what == What::Site { SITE } else { SUBMISSION })?;
        Ok(Ending::Fine)
    }

    /// The template with the meters that a file has, each with an empty point for a person to fill in.
    fn of_meters(&self, path: &Path) -> Result<String, String> {
        let proposal = self.named.proposal(path)?;
        let mapping = proposal.supposed().map_err(|faults| format!("{}: {faults}", path.display()))?;
        let survey = foreign::look(&mapping, &TimeZone::UTC, path, 0)?;
        let meters: Vec<String> = survey.meters.iter().map(|meter| found(meter, &proposal)).collect();
        let open: Vec<&str> = proposal.questions.iter().map(|question| question.place.as_str()).collect();
        let (before, rest) = SITE.split_once(METERS).unwrap_or((SITE, ""));
        let (_, after) = rest.split_once(END).unwrap_or(("", rest));
        let (after, _) = after.split_once(READINGS).unwrap_or((after, ""));
        let open = if open.is_empty() { String::new() } else { format!(",\n  \"x_open_questions\": {}", json!(open)) };
        Ok(format!("{before}{METERS}\n    {}{END}{after}{open}\n}}\n", meters.join(",\n    ")))
    }

    #[cfg(feature = "xlsx")]
    fn sheet(&self, filled: Option<&[u8]>) -> Result<Ending, String> {
        let of = self.filled.as_ref().map_or("--out".to_owned(), |path| format!("--filled {}", path.display()));
        let bytes = pue::submission::template(filled).map_err(|error| format!("{of}: {error}"))?;
        let path = self.out.as_ref().ok_or("--out: expected the name of a new file")?;
        std::fs::write(path, bytes).map_err(|error| format!("--out {}: {error}", path.display()))?;
        Ok(Ending::Fine)
    }

    #[cfg(not(feature = "xlsx"))]
    fn sheet(&self, _: Option<&[u8]>) -> Result<Ending, String> {
        Err(format!("--out: {}", crate::output::NO_XLSX))
    }
}

/// A report to the European database, with what a submission tells of it.
fn report(filled: Option<&[u8]>) -> Result<String, String> {
    let report = match filled {
        Some(json) => {
            let submission = Submission::from_json(json).map_err(|error| format!("--filled: {error}"))?;
            EuReport::of(&submission.audit(&[]), submission.site().facility(), submission.extra())
        }
        None => EuReport { schema: Some(EU_REPORT_SCHEMA.to_owned()), ..EuReport::default() },
    };
    serde_json::to_string_pretty(&report).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// Where the meters of the template stand, and what follows them that shows how readings look.
const METERS: &str = "\"meters\": [";
const END: &str = "\n  ],";
const READINGS: &str = ",\n  \"x_readings_long\"";

/// A meter as the file has it; what is guessed is marked as a guess.
fn found(meter: &MeterFound, proposal: &Proposal) -> String {
    let is_open = proposal.questions.iter().any(|question| question.place == "value.quantity");
    let kind = match meter.quantity.kind() {
        _ if is_open && meter.looks_like_register() => ReadingKind::Register,
        ReadingKind::Register if is_open => ReadingKind::Interval,
        kind => kind,
    };
    let guess = match (is_open, kind) {
        (false, _) => "",
        (true, ReadingKind::Register) => r#", "x_kind": "a guess: values only rise 推测：数值只升不降""#,
        (true, _) => r#", "x_kind": "a guess 推测""#,
    };
    let is_unit_open = proposal.questions.iter().any(|question| question.place == "value.unit");
    let unit = meter.unit.filter(|_| !is_unit_open).map_or("", pue::Unit::as_str);
    let day = |at: i64| rfc3339(at, &TimeZone::UTC).chars().take(10).collect::<String>();
    let of_file =
        json!({"name": meter.label, "readings": meter.readings, "from": day(meter.first_ms), "to": day(meter.last_ms)});
    let (id, kind) = (json!(meter.meter), kind.to_string());
    format!(r#"{{"id": {id}, "point": "", "kind": "{kind}", "unit": "{unit}"{guess}, "x_file": {of_file}}}"#)
}

const SITE: &str = r#"{
  "schema": "pue/site/1",
  "x_help": "Keys that start with x_ are yours. Leave out what you do not know: unknown is never taken for no or zero. 以 x_ 开头的键供自用；不清楚的项请删去，未知不等于否或零。",
  "facility": {
    "id": "WH-0001",
    "name": {"zh": "数据中心名称", "en": "Name of the data centre"},
    "operator": "Operator 运营单位",
    "region": "420100",
    "zone": "east_lake",
    "hub_node": false,
    "time_zone": "Asia/Shanghai",
    "lifecycle": {"kind": "new", "approved_on": "2023-03-01", "in_service_on": "2023-11-01"},
    "racks": {"types": [{"count": 1520, "rated_kw": 5.0}], "installed": 1400, "occupied": 980},
    "rated_it_kw": 7600.0,
    "air_conditioning": "electric",
    "it_cooling": "air",
    "edge": false
  },
  "meters": [
    {"id": "grid-1", "point": "grid_supply", "carrier": "electricity", "kind": {"register": {"modulus": 100000000.0}}, "unit": "kWh", "capacity_kw": 12000.0, "accuracy_class": "0.5S", "ct_class": "0.5S"},
    {"id": "ups-a-out", "point": "ups_output", "carrier": "electricity", "kind": "register", "unit": "kWh", "capacity_kw": 5000.0, "parent": "grid-1", "accuracy_class": "0.5S", "ct_class": "0.5S", "ct_primary_a": 8000.0, "voltage_v": 400.0, "power_factor": 0.98},
    {"id": "pv-1", "point": "pv", "carrier": "electricity", "kind": "interval", "unit": "kWh", "capacity_kw": 400.0, "accuracy_class": "1", "direct": true},
    {"id": "chiller-1", "point": "cooling", "carrier": "electricity", "kind": "power", "unit": "kW", "max_gap_s": 1800, "parent": "grid-1"}
  ],
  "certificates": [],
  "x_certificate": {"ladder": "green", "kind": "operation", "level": "AAAA", "issuer": "", "number": "", "facility": "WH-0001", "issued_on": "2024-06-20", "expires_on": "2026-06-19"},
  "x_readings_long": ["meter,time,value", "grid-1,2024-01-01T00:00:00+08:00,812345.5"],
  "x_readings_intervals": ["meter,start,end,value,known_h", "pv-1,2024-01-01T00:00:00+08:00,2024-01-01T01:00:00+08:00,35.2,1"],
  "x_readings_wide": ["time,grid-1,ups-a-out,chiller-1", "2024-01-01 00:00,812345.5,400321.0,310.5"]
}
"#;

const SUBMISSION: &str = r#"{
  "schema": "pue/submission/1",
  "x_help": "Keys that start with x_ are yours. Leave out what you do not know; a month that is not known is null, not 0. 以 x_ 开头的键供自用；不清楚的项请删去，未知月份填 null，不填 0。",
  "facility": {
    "id": "WH-0001",
    "name": {"zh": "数据中心名称", "en": "Name of the data centre"},
    "operator": "Operator 运营单位",
    "region": "420100",
    "zone": "east_lake",
    "time_zone": "Asia/Shanghai",
    "lifecycle": {"kind": "new", "approved_on": "2023-03-01", "in_service_on": "2023-11-01"},
    "racks": {"types": [{"count": 1520, "rated_kw": 5.0}], "installed": 1400, "occupied": 980},
    "rated_it_kw": 7600.0,
    "air_conditioning": "electric",
    "it_cooling": "air",
    "edge": false
  },
  "period": {"start": "2024-01-01", "end": "2025-01-01"},
  "energy": [
    {"point": "grid_supply", "carrier": "electricity", "monthly_kwh": [null, null, null, null, null, null, null, null, null, null, null, null]},
    {"point": "ups_output", "carrier": "electricity", "monthly_kwh": [null, null, null, null, null, null, null, null, null, null, null, null]}
  ],
  "declared": {},
  "certificates": [],
  "x_certificate": {"ladder": "green", "kind": "operation", "level": "AAAA", "issuer": "", "number": "", "facility": "WH-0001", "issued_on": "2024-06-20", "expires_on": "2026-06-19"},
  "x_declared": {"pue": 1.24, "category": 1, "standard_racks": 3040, "occupancy": 0.7, "grade": "AAAA"}
}
"#;
