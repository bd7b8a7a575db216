//! What a mapping says, as it is written down.

use crate::quantity::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A mapping as it is written down, not checked yet: how a file that is not ours is read (导入映射).
///
/// What is not given is as in most files: commas, a decimal point, the header where all its columns stand, times in the site's zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MappingDraft {
    /// `pue/import/1`.
    pub schema: String,
    /// What it is for, in the user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The preset of which it says otherwise what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// What the bytes are.
    #[serde(default)]
    pub format: Format,
    /// How texts are cut into cells.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dialect: Dialect,
    /// What a row is.
    #[serde(default)]
    pub layout: Layout,
    /// When.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time: Time,
    /// Whose reading it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<Whose>,
    /// Of a wide file: a column per meter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, MeterColumn>,
    /// How much.
    #[serde(default, skip_serializing_if = "is_default")]
    pub value: Amount,
    /// How a value came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityOf>,
    /// What stands where there is no value, besides nothing, `NaN`, `null` and `-`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Rows that are none of ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<Skip>,
    /// Whether of two readings of one stamp the one further down counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub later_wins: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What the bytes of a file are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Format {
    /// Cells separated by some character, a row per line.
    #[default]
    Csv,
    /// A spreadsheet (feature `xlsx`).
    Xlsx,
    /// Green Button, the XML of ESPI (feature `greenbutton`).
    Greenbutton,
    /// The answer of Prometheus to `query_range`, JSON.
    Prometheus,
    /// InfluxDB: annotated CSV, or line protocol.
    Influx,
    /// NEM12 of the Australian market.
    Nem12,
}

/// What a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Layout {
    /// One reading.
    #[default]
    Long,
    /// One time, and a column per meter.
    Wide,
    /// One day of one meter, with its values in a row.
    Days,
}

/// How texts are cut into cells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Dialect {
    /// `utf-8`, `utf-16le`, `gb18030`, `windows-1252` …; without it UTF-8, UTF-16 with its mark, or GB18030 where UTF-8 fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What separates cells: a comma if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// What separates a number's whole part from its fraction: a point if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// What separates groups of three digits, if anything does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thousands: Option<char>,
    /// The line of the header, from 1; 0: there is none, and columns are `#1`, `#2` …. Without it the first line that has all
    /// columns that are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_line: Option<u64>,
    /// Lines that begin so are passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The sheet of a spreadsheet; the first if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

/// When: of a row, or of its day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Time {
    /// The columns of a single stamp, joined by a blank.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The columns of an interval's start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub start: Vec<String>,
    /// The columns of its end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub end: Vec<String>,
    /// In the terms of `strftime`, or `epoch_s`, `epoch_ms`, `epoch_us`, `epoch_ns`, `excel`; without it as in our own files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The column that says by how many minutes the clock is ahead of UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_column: Option<String>,
    /// `site`, an offset (`+10:00`) or an IANA name: the clocks that the times are of, where they do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What a single stamp marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks>,
    /// Whether the end is the last second, minute or day that belongs to the interval.
    #[serde(skip_serializing_if = "is_default")]
    pub end_included: bool,
    /// How long an interval is, in minutes, where one stamp is given; without it as long as its neighbours say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// The year, where times do not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
}

/// What a single stamp marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Marks {
    /// An interval's start.
    Start,
    /// An interval's end.
    End,
    /// The instant of a dial or a sample.
    Instant,
}

/// Whose reading it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Whose {
    /// All readings are of this meter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// The column that names the meter; of Prometheus, InfluxDB, Green Button and NEM12 a label. Without it all that a series says of
    /// itself, as the format writes it: `energy_kwh{feed="a"}`, `meter,feed=a energy`, `Usage point/Meter reading`, `NMI/E1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What it names, as the site has it; what is not listed is a meter of the same name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
    /// Only what has these labels (of a table: these columns) with these values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// How much.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Amount {
    /// The column of the value; of a day, the one that holds a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Of a day: the columns of its values, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What separates the values of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// The unit of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The column that says the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_column: Option<String>,
    /// What it says, as units of ours.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, UnitOf>,
    /// What each value is multiplied by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// The column of a further factor, such as the ratio of transformers (倍率).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor_column: Option<String>,
    /// What the values are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// A column of a wide file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MeterColumn {
    /// The meter.
    pub meter: String,
    /// Its unit, where it is not the file's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What it is multiplied by, besides the file's factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// What its values are, where that is not the file's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// A unit that is not ours, as so much of one that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum UnitOf {
    /// One of ours.
    Same(Unit),
    /// So much of it.
    Times {
        /// The unit.
        unit: Unit,
        /// How much of it.
        factor: f64,
    },
}

/// What the values of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Quantity {
    /// Energy of an interval (区间电量).
    Energy,
    /// Mean power over an interval (区间平均功率).
    MeanPower,
    /// A dial that counts up (累计表码).
    Register,
    /// Samples of power (功率采样).
    Power,
}

/// How values came about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct QualityOf {
    /// The column that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What it says.
    pub map: BTreeMap<String, Flag>,
    /// What all else means; without it a flag that is not listed is a fault of its row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Flag>,
}

/// What a flag of quality means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Flag {
    /// Read from the meter.
    Actual,
    /// Estimated by somebody.
    Estimated,
    /// Taken from another meter or source.
    Substituted,
    /// There is no value, whatever stands there.
    Missing,
}

/// A row that is none of ours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Skip {
    /// Where this column …
    pub column: String,
    /// … says this.
    pub is: String,
}
