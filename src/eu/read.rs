//! A report from JSON: every field that is no such value is named at once.

use super::{EU_REPORT_SCHEMA, EuReport};
use serde_json::{Map, Value};

/// A text that is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct EuUnreadable(
    /// What is wrong, a field each.
    pub Vec<String>,
);

impl EuReport {
    /// From JSON (`pue/eu-report/1`). Keys that start with `x_` are the sender's.
    ///
    /// ```
    /// use pue::eu::EuReport;
    /// let fault = EuReport::from_json(br#"{"e_dc_kwh": "many", "e_it": 1, "year": 2024}"#).unwrap_err();
    /// assert!(fault.0.len() == 2 && fault.to_string().contains("e_dc_kwh") && fault.to_string().contains("e_it"));
    /// ```
    ///
    /// # Errors
    /// [`EuUnreadable`] with all fields that are no such value.
    pub fn from_json(json: &[u8]) -> Result<EuReport, EuUnreadable> {
        let said = |error: serde_json::Error| EuUnreadable(vec![error.to_string()]);
        let fields: Map<String, Value> = serde_json::from_slice(json).map_err(said)?;
        let mut faults = Vec::new();
        let mut good = Map::new();
        for (key, value) in fields.into_iter().filter(|(key, _)| !key.starts_with("x_")) {
            let alone = Value::Object(Map::from_iter([(key.clone(), value.clone())]));
            match serde_json::from_value::<EuReport>(alone) {
                Err(error) => {
                    let name: String = key.chars().take(60).collect();
                    faults.push(format!("{name}: {}", error.to_string().chars().take(200).collect::<String>()));
                }
                Ok(report) if report.schema.as_deref().is_some_and(|schema| schema != EU_REPORT_SCHEMA) => {
                    faults.push(format!("schema: expected {EU_REPORT_SCHEMA}"));
                }
                Ok(_) => {
                    good.insert(key, value);
                }
            }
        }
        if faults.is_empty() {
            serde_json::from_value(Value::Object(good)).map_err(said)
        } else {
            Err(EuUnreadable(faults))
        }
    }
}
