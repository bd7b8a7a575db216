//! A file of readings that a caller hands over, and how it is read.

use super::Refused;
use crate::{
    finding::Finding,
    metering::Readings,
    period,
    read::{
        self,
        import::{MAPPING_SCHEMA, Mapping, Proposal, survey},
    },
    site::Site,
};
use serde_json::json;
use std::borrow::Cow;

/// A file: its name, which findings give, its bytes, and the mapping by which it is read.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    name: &'a str,
    bytes: &'a [u8],
    mapping: &'a str,
}

impl<'a> File<'a> {
    /// A file in the form of this library: CSV of readings, or a submission.
    pub fn new<T: AsRef<[u8]> + ?Sized>(name: &'a str, bytes: &'a T) -> Self {
        File { name, bytes: bytes.as_ref(), mapping: "" }
    }

    /// Readings in another form: `mapping` is a mapping (`pue/import/1`), or the name of a preset; an empty one changes nothing.
    pub const fn mapped(mut self, mapping: &'a str) -> Self {
        self.mapping = mapping;
        self
    }

    #[cfg(feature = "xlsx")]
    pub(super) const fn name(&self) -> &'a str {
        self.name
    }

    pub(super) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its readings; or as a finding why it has none.
    pub(super) fn readings(&self, site: &Site) -> Result<Result<Readings, Finding>, Refused> {
        Ok(match mapping(self.mapping) {
            None => read::csv(site, self.name, self.bytes).map_err(|error| error.to_finding()),
            Some(json) => {
                let mapping = Mapping::from_json(json.as_bytes()).map_err(Refused::Mapping)?;
                read::mapped(site, &mapping, self.name, self.bytes).map_err(|error| error.to_finding())
            }
        })
    }

    /// Whether its first line is that of readings of this library for the site: if not, a mapping has to be named. `None`: the site cannot
    /// be read.
    ///
    /// ```
    /// use pue::json::File;
    /// # let site = r#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [
    /// #   {"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#;
    /// assert_eq!(File::new("a.csv", "meter,time,value\n").is_ours(site), Some(true));
    /// assert_eq!(File::new("a.csv", "Datum;Uhrzeit;Wert (kWh);Status\n").is_ours(site), Some(false));
    /// assert_eq!(File::new("a.csv", "meter,time,value\n").is_ours("{}"), None);
    /// ```
    pub fn is_ours(&self, site: impl AsRef<[u8]>) -> Option<bool> {
        /// A header is no longer.
        const BEGINNING: usize = 1 << 16;
        let beginning = self.bytes.get(..BEGINNING).unwrap_or(self.bytes);
        read::site(site.as_ref()).value.map(|site| read::csv(&site, self.name, beginning).is_ok())
    }
}

/// The JSON of the mapping that is named; nothing for an empty name.
fn mapping(named: &str) -> Option<Cow<'_, str>> {
    match named.trim() {
        "" => None,
        json if json.starts_with('{') => Some(json.into()),
        preset => Some(json!({"schema": MAPPING_SCHEMA, "extends": preset}).to_string().into()),
    }
}

/// What a file in another form may be, and how it would be read (导入预览): `proposal`, with what the file does not say; `mapping`, with a
/// question mark for each open question; `survey`, its meters and first `rows`, or `error`.
///
/// The file's own mapping is where it begins, and `said` answers questions, each a place and a value. `zone` is the clock of times that say
/// no offset; empty for the file's own clock. Nothing is read by it: once no question is open the mapping is given with the file.
///
/// ```
/// use pue::json::{File, preview};
/// let file = File::new("profile.csv", "Datum;Uhrzeit;Wert (kWh);Status\n01.01.2024;00:15;12,5;W\n");
/// let seen = preview(&file, &[("meter.is", "grid")], "Europe/Berlin", 5)?;
/// assert!(seen.contains(r#""preset":"de-lastgang""#) && seen.contains(r#""value":12.5"#));
/// # Ok::<(), pue::json::Refused>(())
/// ```
///
/// # Errors
/// [`Refused`].
pub fn preview(file: &File<'_>, said: &[(&str, &str)], zone: &str, rows: usize) -> Result<String, Refused> {
    let mut proposal = match mapping(file.mapping) {
        None => Proposal::of(file.bytes).map_err(|error| Refused::Options(error.to_string()))?,
        Some(json) => Proposal::begun(json.as_bytes()).map_err(Refused::Mapping)?,
    };
    for (place, value) in said {
        proposal.set(place, value);
    }
    let zone = period::time_zone(if zone.is_empty() { "UTC" } else { zone })?;
    let seen = proposal
        .supposed()
        .map_err(|faults| faults.to_string())
        .and_then(|mapping| survey(&mapping, zone, file.name, rows, file.bytes).map_err(|error| error.to_string()));
    let (survey, error) = match seen {
        Ok(survey) => (Some(survey), None),
        Err(error) => (None, Some(error)),
    };
    super::told(&json!({"proposal": proposal, "mapping": proposal.to_json(), "survey": survey, "error": error}))
}
