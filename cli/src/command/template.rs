//! `pue template site|submission`: what is to be filled in.

use crate::{ending::Ending, output};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// What is to be filled in: a site with its meters for `assess`, or a submission for `audit`
    #[arg(value_enum)]
    what: What,
    /// Filled from this submission
    #[arg(long, value_name = "SUBMISSION.json")]
    filled: Option<PathBuf>,
    /// A new file, .json or (submissions) .xlsx; without it JSON on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    Site,
    Submission,
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
        if self.what == What::Site && (is_sheet || self.filled.is_some()) {
            return Err("template site: expected --out FILE.json; only submissions have a spreadsheet".to_owned());
        }
        let filled =
            self.filled.as_deref().map(output::read).transpose().map_err(|error| format!("--filled {error}"))?;
        if is_sheet {
            return self.sheet(filled.as_deref());
        }
        if self.filled.is_some() {
            return Err("--filled: expected --out FILE.xlsx: a submission in JSON is filled in already".to_owned());
        }
        output::write(self.out.as_deref(), if self.what == What::Site { SITE } else { SUBMISSION })?;
        Ok(Ending::Fine)
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
    {"id": "grid-1", "point": "grid_supply", "carrier": "electricity", "kind": {"register": {"modulus": 100000000.0}}, "unit": "kWh", "capacity_kw": 12000.0, "accuracy_class": "0.5S"},
    {"id": "ups-a-out", "point": "ups_output", "carrier": "electricity", "kind": "register", "unit": "kWh", "capacity_kw": 5000.0, "parent": "grid-1"},
    {"id": "pv-1", "point": "pv", "carrier": "electricity", "kind": "interval", "unit": "kWh", "capacity_kw": 400.0},
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
