//! Mappings that ship with the library (预设), one file each. What each rests on stands in `docs/formats.md`.

use super::{Format, MappingDraft, influx};

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        /// The names of all presets.
        pub const NAMES: &[&str] = &[$($name),*];

        /// The preset of a name, as it is written.
        pub fn text(name: &str) -> Option<&'static str> {
            Some(match name {
                $($name => include_str!(concat!("presets/", $name, ".json")),)*
                _ => return None,
            })
        }
    };
}

presets![
    "datadis",
    "de-lastgang",
    "enedis",
    "energyplus",
    "greenbutton",
    "home-assistant",
    "influx",
    "nem12",
    "niagara",
    "oed",
    "portfolio-manager",
    "prometheus",
    "schneider-comx",
    "siemens-trend",
    "uk-hh",
    "utility-usage",
];

/// So much of a file is looked at.
const BEGINNING: usize = 1 << 16;

/// The preset whose columns stand in one line of a file's beginning, if there is one; of several the one that names most. It is for a
/// person to say that the file is of that kind.
///
/// ```
/// use pue::read::import::presets;
/// assert_eq!(presets::like(b"Z\xc3\xa4hlpunkt;DE1\nDatum;Uhrzeit;Wert (kWh);Status\n"), Some("de-lastgang"));
/// assert_eq!(presets::like(b"meter,time,value\n"), None);
/// ```
pub fn like(beginning: &[u8]) -> Option<&'static str> {
    let beginning = String::from_utf8_lossy(beginning.get(..BEGINNING).unwrap_or(beginning));
    if let Some(name) = by_form(&beginning) {
        return Some(name);
    }
    table_like(&beginning, None)
}

/// The same of the rows of a sheet, whose cells are separated by a mark of their own.
pub(super) fn like_separated(rows: &str, delimiter: char) -> Option<&'static str> {
    table_like(rows, Some(delimiter))
}

fn table_like(beginning: &str, separated_by: Option<char>) -> Option<&'static str> {
    let named = |name: &&'static str| {
        let draft: MappingDraft = serde_json::from_str(text(name)?).ok()?;
        let delimiter = separated_by.or(draft.dialect.delimiter).unwrap_or(',');
        if draft.format != Format::Csv {
            return None;
        }
        let (time, value, whose) = (draft.time, draft.value, draft.meter.unwrap_or_default());
        let lists = [time.columns, time.start, time.end, value.columns];
        let single = [time.offset_column, value.column, value.unit_column, whose.column];
        let columns: Vec<String> = lists.into_iter().flatten().chain(single.into_iter().flatten()).collect();
        let has_all = |line: &str| {
            let cells: Vec<&str> = line.split(delimiter).map(|cell| cell.trim().trim_matches('"')).collect();
            columns.iter().all(|column| cells.contains(&column.as_str()))
        };
        beginning.lines().take(200).any(has_all).then_some((columns.len(), *name))
    };
    NAMES.iter().filter_map(named).max_by_key(|(columns, _)| *columns).map(|(_, name)| name)
}

/// The presets of files that are no plain tables show by how they begin.
fn by_form(beginning: &str) -> Option<&'static str> {
    let start = beginning.trim_start_matches('\u{feff}').trim_start();
    match start.chars().next()? {
        '<' => beginning.contains("naesb.org/espi").then_some("greenbutton"),
        '{' | '[' => beginning.contains("\"metric\"").then_some("prometheus"),
        _ if start.starts_with("100,NEM12") || start.starts_with("200,") => Some("nem12"),
        _ => (influx::is_annotated(start.as_bytes()) || influx::is_line(start)).then_some("influx"),
    }
}
