//! A mapping that can be right, and all that is wrong with one that cannot.

use super::{
    draft::{Flag, Format, Layout, MappingDraft, Marks, Quantity},
    presets,
    stamp::{FORMATS, Form},
    terms::product,
};
use crate::{
    finding::{Code, Faults, Finding, Text},
    metering::Quality,
    period::time_zone,
    place::{Place, place},
    quantity::{Dimension, Unit},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, ops::Deref};

/// The schema of a mapping.
pub const MAPPING_SCHEMA: &str = "pue/import/1";

/// How a file that is not ours is read (导入映射), checked: no mapping exists that cannot be right.
///
/// ```
/// use pue::read::import::Mapping;
/// let mapping = Mapping::from_json(br#"{"schema": "pue/import/1", "dialect": {"delimiter": ";", "decimal": ","},
///   "time": {"columns": ["Datum", "Uhrzeit"], "format": "%d.%m.%Y %H:%M", "marks": "end", "minutes": 15},
///   "meter": {"is": "grid"}, "value": {"column": "Wert (kWh)", "unit": "kWh", "quantity": "energy"}}"#)?;
/// assert_eq!(mapping.time.columns, ["Datum", "Uhrzeit"]);
///
/// let faults = Mapping::from_json(br#"{"schema": "pue/import/1", "time": {"columns": ["t"], "format": "%Q"}}"#).unwrap_err();
/// let places: Vec<String> = faults.0.iter().filter_map(|fault| Some(fault.place.as_ref()?.to_string())).collect();
/// assert_eq!(places, ["/meter", "/time/format", "/time/marks", "/value/column", "/value/quantity"]);
/// # Ok::<(), pue::finding::Faults>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "MappingDraft")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "MappingDraft"))]
pub struct Mapping(MappingDraft);

impl Mapping {
    /// Checks what was written down.
    ///
    /// # Errors
    /// [`Faults`], with all that cannot be right, each with its place.
    pub fn new(draft: MappingDraft) -> Result<Self, Faults> {
        let faults = faults(&draft);
        if faults.is_empty() { Ok(Mapping(draft)) } else { Err(Faults(Finding::gather(faults))) }
    }

    /// The mapping that some JSON says; what `extends` a preset has all of it that it does not say otherwise.
    ///
    /// # Errors
    /// [`Faults`].
    pub fn from_json(json: &[u8]) -> Result<Self, Faults> {
        let mut value: serde_json::Value = serde_json::from_slice(json).map_err(shape_faults)?;
        let base = value.get("extends").and_then(|name| name.as_str()).map(|name| {
            presets::text(name).ok_or_else(|| {
                let names = presets::NAMES.join(", ");
                Faults(vec![wrong(place!(extends), Text::same(names), format!("{name:?}"))])
            })
        });
        if let Some(base) = base {
            let mut whole: serde_json::Value = serde_json::from_str(base?).map_err(shape_faults)?;
            give_way(&mut whole, &value);
            merge(&mut whole, value, 0);
            value = whole;
        }
        let mut open = Vec::new();
        open_places(&value, &Place::WHOLE, 0, &mut open);
        if !open.is_empty() {
            return Err(Faults(open));
        }
        Mapping::new(serde_json::from_value(value).map_err(shape_faults)?)
    }

    /// The preset of a name (预设): a mapping that ships with the library. Some lack what only a user knows, mostly which meter it
    /// is, and are there to be extended.
    ///
    /// # Errors
    /// [`Faults`]: there is no such preset, or it lacks something.
    pub fn preset(name: &str) -> Result<Self, Faults> {
        let json = serde_json::json!({"schema": MAPPING_SCHEMA, "extends": name});
        Mapping::from_json(json.to_string().as_bytes())
    }

    /// What was written down, to be changed and checked again.
    pub fn into_draft(self) -> MappingDraft {
        self.0
    }

    pub(super) fn form(&self) -> Form {
        Form::new(self.time.format.as_deref()).unwrap_or(Form::Own)
    }

    /// What single stamps mark, and values are.
    pub(super) fn quantity(&self) -> Quantity {
        self.value.quantity.unwrap_or(Quantity::Energy)
    }
}

impl Deref for Mapping {
    type Target = MappingDraft;

    fn deref(&self) -> &MappingDraft {
        &self.0
    }
}

impl TryFrom<MappingDraft> for Mapping {
    type Error = Faults;

    fn try_from(draft: MappingDraft) -> Result<Self, Faults> {
        Mapping::new(draft)
    }
}

impl Quantity {
    pub(super) const fn is_interval(self) -> bool {
        matches!(self, Quantity::Energy | Quantity::MeanPower)
    }

    /// Whether values in a unit can be this.
    fn fits(self, unit: Unit) -> bool {
        match self {
            Quantity::MeanPower | Quantity::Power => unit.dimension() == Dimension::Power,
            Quantity::Energy | Quantity::Register => unit.dimension() != Dimension::Power,
        }
    }
}

impl From<Flag> for Quality {
    fn from(flag: Flag) -> Quality {
        match flag {
            Flag::Actual => Quality::Actual,
            Flag::Estimated => Quality::Estimated,
            Flag::Substituted => Quality::Substituted,
            Flag::Missing => Quality::Missing,
        }
    }
}

/// What stands for an answer that nobody has given.
pub(super) const OPEN: &str = "?";

/// Places whose question is still open.
fn open_places(value: &serde_json::Value, at: &Place, depth: usize, open: &mut Vec<Finding>) {
    match value {
        serde_json::Value::String(text) if text == OPEN => {
            open.push(wrong(at.clone(), ("答案：该问题尚未回答", "an answer: the question is still open"), OPEN));
        }
        serde_json::Value::Object(object) if depth < 3 => {
            // What a file says is for the file: a question mark may be a flag of it.
            let own = object.iter().filter(|(key, _)| !matches!(key.as_str(), "map" | "labels" | "units"));
            own.for_each(|(key, value)| open_places(value, &at.clone().key(key.clone()), depth + 1, open));
        }
        _ => {}
    }
}

/// Keys of which a mapping says one: the other is what a preset says that is extended.
const RIVALS: [(&str, &str, &str); 8] = [
    ("meter", "is", "column"),
    ("meter", "column", "is"),
    ("value", "column", "columns"),
    ("value", "columns", "column"),
    ("value", "unit", "unit_column"),
    ("value", "unit_column", "unit"),
    ("time", "columns", "start"),
    ("time", "columns", "end"),
];

fn give_way(whole: &mut serde_json::Value, own: &serde_json::Value) {
    for (part, said, rival) in RIVALS {
        let is_said = |key: &str| own.get(part).and_then(|part| part.get(key)).is_some();
        if is_said(said)
            && !is_said(rival)
            && let Some(part) = whole.get_mut(part).and_then(serde_json::Value::as_object_mut)
        {
            part.remove(rival);
        }
    }
    let is_said = |key: &str| own.get("time").and_then(|time| time.get(key)).is_some();
    if is_said("start")
        && is_said("end")
        && !is_said("columns")
        && let Some(time) = whole.get_mut("time").and_then(serde_json::Value::as_object_mut)
    {
        time.remove("columns");
    }
}

/// What one object says goes before what the other does; lists and maps of names stand for themselves.
fn merge(whole: &mut serde_json::Value, own: serde_json::Value, depth: usize) {
    use serde_json::Value::Object;
    match (whole, own) {
        (Object(whole), Object(own)) if depth < 2 => {
            for (key, value) in own {
                merge(whole.entry(key).or_insert(serde_json::Value::Null), value, depth + 1);
            }
        }
        (whole, own) => *whole = own,
    }
}

/// What serde has to say of a text that is none.
pub(super) fn shape_faults(error: serde_json::Error) -> Faults {
    Faults(vec![shape(&error)])
}

fn shape(error: &serde_json::Error) -> Finding {
    let finding = Finding::new(Code::ImportMapping).detail(format!("格式不符（{error}）"), error.to_string());
    let at = (error.line() > 0).then_some((error.line() as u64, error.column() as u64));
    Finding { line: at.map(|at| at.0), column: at.map(|at| at.1), ..finding }
}

fn wrong(at: Place, expected: impl Into<Text>, found: impl std::fmt::Display) -> Finding {
    Finding::new(Code::ImportMapping).place(at).expected(expected).found(found)
}

fn lacking(at: Place, expected: impl Into<Text>) -> Finding {
    Finding::new(Code::ImportMapping).place(at).expected(expected).found_text(("空", "nothing"))
}

const COLUMN: (&str, &str) = ("列名", "the name of a column");
const QUANTITIES: &str = "energy, mean_power, register, power";

fn faults(draft: &MappingDraft) -> Vec<Finding> {
    let mut faults = Vec::new();
    if draft.schema != MAPPING_SCHEMA {
        faults.push(wrong(place!(schema), Text::same(MAPPING_SCHEMA), format!("{:?}", draft.schema)));
    }
    of_dialect(draft, &mut faults);
    of_time(draft, &mut faults);
    if draft.layout != Layout::Long && !matches!(draft.format, Format::Csv | Format::Xlsx) {
        let expected = ("long：该格式不是表格", "long, since the format is no table");
        faults.push(wrong(place!(layout), expected, if draft.layout == Layout::Wide { "wide" } else { "days" }));
    }
    of_meter(draft, &mut faults);
    of_value(draft, &mut faults);
    if let Some(quality) = &draft.quality {
        let is_table = matches!(draft.format, Format::Csv | Format::Xlsx);
        if is_table && quality.column.as_ref().is_none_or(String::is_empty) {
            faults.push(lacking(place!(quality / column), COLUMN));
        }
    }
    for (i, skip) in draft.skip.iter().enumerate().filter(|(_, skip)| skip.column.is_empty()) {
        let _ = skip;
        faults.push(lacking(place!(skip).item(i).key("column"), COLUMN));
    }
    faults
}

fn of_dialect(draft: &MappingDraft, faults: &mut Vec<Finding>) {
    let dialect = &draft.dialect;
    let mut marks = BTreeSet::new();
    let decimal = (place!(dialect / decimal), Some(dialect.decimal.unwrap_or('.')));
    let given =
        [(place!(dialect / delimiter), dialect.delimiter), decimal, (place!(dialect / thousands), dialect.thousands)];
    for (at, mark) in given.into_iter().filter_map(|(at, mark)| Some((at, mark?))) {
        let is_delimiter = at == place!(dialect / delimiter);
        if !mark.is_ascii() || mark.is_ascii_alphanumeric() || matches!(mark, '"' | '\n' | '\r' | '+' | '-') {
            let expected = ("一个 ASCII 标点、空格或制表符", "a mark of ASCII, a blank or a tab");
            faults.push(wrong(at, expected, format!("{mark:?}")));
        } else if !is_delimiter && !marks.insert(mark) {
            faults.push(wrong(at, ("与其他符号不同", "another mark than the decimal one"), format!("{mark:?}")));
        }
    }
    if let Some(name) = &dialect.encoding
        && encoding_rs::Encoding::for_label(name.as_bytes()).is_none()
    {
        let expected = Text::same("utf-8, utf-16le, utf-16be, gb18030, windows-1252 …");
        faults.push(wrong(place!(dialect / encoding), expected, format!("{name:?}")));
    }
    if dialect.comment.as_ref().is_some_and(String::is_empty) {
        faults.push(lacking(place!(dialect / comment), ("注释行的开头", "what such lines begin with")));
    }
}

fn of_time(draft: &MappingDraft, faults: &mut Vec<Finding>) {
    let time = &draft.time;
    let form = Form::new(time.format.as_deref());
    if form.is_none() {
        let found = format!("{:?}", time.format.as_deref().unwrap_or_default());
        faults.push(wrong(place!(time / format), Text::same(FORMATS), found));
    }
    if let Some(zone) = time.zone.as_deref().filter(|zone| *zone != "site")
        && time_zone(zone).is_err()
    {
        faults.push(wrong(place!(time / zone), Text::same("site, +08:00, Asia/Shanghai"), format!("{zone:?}")));
    }
    if time.minutes.is_some_and(|minutes| minutes == 0 || minutes > 44_640) {
        faults.push(wrong(place!(time / minutes), ("1 至 44640", "from 1 to 44640"), time.minutes.unwrap_or(0)));
    }
    let is_series = matches!(draft.format, Format::Prometheus | Format::Influx);
    if is_series && draft.value.quantity.is_some_and(Quantity::is_interval) {
        if !matches!(time.marks, Some(Marks::Start | Marks::End)) {
            let expected = ("区间的起点 start 或终点 end", "start or end of an interval");
            faults.push(lacking(place!(time / marks), expected));
        }
        if time.minutes.is_none() {
            faults.push(lacking(place!(time / minutes), ("区间的分钟数", "how many minutes an interval has")));
        }
    }
    if !matches!(draft.format, Format::Csv | Format::Xlsx) {
        return; // these formats say when by themselves
    }
    let (single, start, end) = (&time.columns, &time.start, &time.end);
    for (at, columns) in [(place!(time / columns), single), (place!(time / start), start), (place!(time / end), end)] {
        for (i, _) in columns.iter().enumerate().filter(|(_, column)| column.is_empty()) {
            faults.push(lacking(at.clone().item(i), COLUMN));
        }
    }
    let has_both = !start.is_empty() && !end.is_empty();
    if single.is_empty() && !has_both {
        let at = if start.is_empty() && end.is_empty() { place!(time / columns) } else { place!(time) };
        let expected = ("columns（单一时刻），或 start 与 end", "columns of a single stamp, or start and end");
        faults.push(lacking(at, expected));
    } else if !single.is_empty() && (!start.is_empty() || !end.is_empty()) {
        let expected = ("columns，或 start 与 end，二者取一", "columns, or start and end, not both");
        faults.push(wrong(place!(time), expected, "columns, start, end"));
    }
    if form.as_ref().is_some_and(Form::lacks_year) && time.year.is_none() {
        faults.push(lacking(
            place!(time / year),
            ("年份：time.format 不含年", "the year, which time.format does not say"),
        ));
    }
    let is_interval = |quantity: Quantity| quantity.is_interval();
    let marks = (draft.layout != Layout::Days && !single.is_empty()).then_some(time.marks);
    match (marks, draft.value.quantity) {
        (Some(None), quantity) if quantity.is_none_or(is_interval) => {
            let expected = ("区间的起点 start 或终点 end，或时刻 instant", "start or end of an interval, or instant");
            faults.push(lacking(place!(time / marks), expected));
        }
        (Some(Some(Marks::Instant)), Some(quantity)) if quantity.is_interval() => {
            let expected = ("start 或 end：区间有长短", "start or end, since an interval has a length");
            faults.push(wrong(place!(time / marks), expected, "instant"));
        }
        _ => {}
    }
    if draft.layout == Layout::Days
        && draft.value.quantity.is_some_and(|quantity| !quantity.is_interval())
        && time.marks.is_none()
    {
        faults.push(lacking(
            place!(time / marks),
            ("start 或 end：首个数值的时刻", "start or end: of which moment the values are"),
        ));
    }
}

fn of_meter(draft: &MappingDraft, faults: &mut Vec<Finding>) {
    let is_table = matches!(draft.format, Format::Csv | Format::Xlsx);
    if draft.layout == Layout::Wide && is_table {
        if draft.columns.is_empty() {
            let expected = ("每列对应的计量点", "the meter of each column");
            faults.push(lacking(place!(columns), expected));
        }
        for (name, column) in draft.columns.iter().filter(|(_, column)| column.meter.is_empty()) {
            let _ = column;
            faults.push(lacking(place!(columns).key(name.clone()).key("meter"), ("计量点编号", "the id of a meter")));
        }
        return;
    }
    let whose = draft.meter.as_ref();
    let says = |of: fn(&super::Whose) -> bool| whose.is_some_and(of);
    let (is, column) = (says(|whose| whose.is.is_some()), says(|whose| whose.column.is_some()));
    if is_table && !is && !column {
        let expected = ("is（整份文件属一个计量点）或 column（列名）", "is (one meter) or column");
        faults.push(lacking(place!(meter), expected));
    } else if is && column {
        faults.push(wrong(place!(meter), ("is 与 column 取一", "is or column, not both"), "is, column"));
    }
    for (at, name) in [
        (place!(meter / is), whose.and_then(|whose| whose.is.as_ref())),
        (place!(meter / column), whose.and_then(|whose| whose.column.as_ref())),
    ] {
        if name.is_some_and(String::is_empty) {
            faults.push(lacking(at, ("非空文字", "a text that is not empty")));
        }
    }
}

fn of_value(draft: &MappingDraft, faults: &mut Vec<Finding>) {
    let value = &draft.value;
    let is_table = matches!(draft.format, Format::Csv | Format::Xlsx);
    if is_table && draft.layout != Layout::Wide {
        let has_columns = draft.layout == Layout::Days && !value.columns.is_empty();
        match (&value.column, has_columns) {
            (Some(column), false) if !column.is_empty() => {}
            (None, true) => {}
            (Some(_), true) => {
                let expected =
                    ("column（一格内的列表）或 columns，二者取一", "column (a list in a cell) or columns, not both");
                faults.push(wrong(place!(value), expected, "column, columns"));
            }
            _ => faults.push(lacking(place!(value / column), COLUMN)),
        }
    }
    let all_columns_say = !draft.columns.is_empty() && draft.columns.values().all(|column| column.quantity.is_some());
    let says_itself = matches!(draft.format, Format::Greenbutton | Format::Nem12);
    if !says_itself && value.quantity.is_none() && !all_columns_say {
        faults.push(lacking(place!(value / quantity), Text::same(QUANTITIES)));
    }
    let mut check = |at: Place, quantity: Option<Quantity>, unit: Option<Unit>| {
        if let (Some(quantity), Some(unit)) = (quantity, unit)
            && !quantity.fits(unit)
        {
            let expected = ("与 quantity 相符的单位", "a unit that fits the quantity");
            faults.push(wrong(at, expected, unit));
        }
    };
    check(place!(value / unit), value.quantity, value.unit);
    for (name, column) in &draft.columns {
        let at = place!(columns).key(name.clone()).key("unit");
        check(at, column.quantity.or(value.quantity), column.unit);
    }
    if value.unit_column.is_some() && value.unit.is_some() {
        faults.push(wrong(
            place!(value / unit),
            ("unit 与 unit_column 取一", "unit or unit_column, not both"),
            "unit, unit_column",
        ));
    }
    let units = value.units.iter().filter_map(|(name, unit)| match unit {
        super::UnitOf::Times { factor, .. } => Some((place!(value / units).key(name.clone()).key("factor"), *factor)),
        super::UnitOf::Same(_) => None,
    });
    let columns = draft.columns.iter();
    let columns =
        columns.filter_map(|(name, column)| Some((place!(columns).key(name.clone()).key("factor"), column.factor?)));
    for (at, factor) in
        value.factor.map(|factor| (place!(value / factor), factor)).into_iter().chain(units).chain(columns)
    {
        let whole = value.factor.filter(|_| at != place!(value / factor));
        if factor == 0.0 || product([Some(factor), whole]).is_none() {
            faults.push(wrong(
                at,
                ("不为 0 且可表示为分数的数", "a number other than 0 that a fraction can say"),
                factor,
            ));
        }
    }
}
