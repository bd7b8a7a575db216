//! What a file may be (识别): a mapping to look at, why it is proposed, and what the file itself does not say.

use super::{
    Format, MAPPING_SCHEMA, Mapping, delimited,
    entry::Receive,
    mapping::{OPEN, shape_faults},
    presets,
    sniff::{self, Sniffed},
    table::Row,
};
use crate::{
    finding::{Faults as MappingFaults, Text},
    read::csv::Faults,
};
use encoding_rs::GB18030;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::io::{self, Read};

/// So much of a text is looked at, and so much of a spreadsheet.
const BEGINNING: u64 = 1 << 20;
const SHEET: u64 = 1 << 26;

/// So many rows.
const ROWS: usize = 3000;

/// What stands for an answer, as long as nobody has given it, where anything can be one: for a look at the rows.
fn supposed(place: &str) -> Value {
    const NAME: &str = "(?)";
    match place {
        "time.year" => json!(2000),
        "time.minutes" => json!(60),
        "time.columns" => json!([NAME]),
        "columns" => json!({NAME: {"meter": NAME}}),
        _ => json!(NAME),
    }
}

/// What a file may be: a mapping that somebody has to say is right, and questions that the file leaves open.
///
/// Nothing is read by a proposal. What it cannot know it asks, and a mapping that it writes with a question open is none.
///
/// ```
/// use pue::read::import::Proposal;
/// let file = "Meter;When;kWh\nA;01/02/2024 00:00;5,25\nA;01/02/2024 00:30;5\n";
/// let mut proposal = Proposal::of(file.as_bytes())?;
/// let asked: Vec<&str> = proposal.questions.iter().map(|question| question.place.as_str()).collect();
/// // Day or month first? Start or end? The energy of a time, or a register's value?
/// assert_eq!(asked, ["time.format", "time.marks", "value.quantity"]);
/// proposal.set("time.format", "%d/%m/%Y %H:%M");
/// proposal.set("time.marks", "start");
/// assert!(proposal.mapping().is_err());
/// proposal.set("value.quantity", "energy");
/// assert_eq!(proposal.mapping()?.dialect.decimal, Some(','));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Proposal {
    /// The preset that it looks like, if there is one.
    pub preset: Option<String>,
    /// Why the mapping says what it says.
    pub reasons: Vec<Text>,
    /// What the file does not say.
    pub questions: Vec<Question>,
    /// What the mapping says already.
    mapping: Value,
    /// The places that somebody has spoken of.
    #[serde(skip)]
    told: Vec<String>,
}

/// What a file does not say.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Question {
    /// The place of the mapping that lacks it: `time.format`.
    pub place: String,
    /// What is asked.
    pub asks: Text,
    /// What it may be; nothing if it can be anything.
    pub answers: Vec<Answer>,
}

/// What the answer to a question may be.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// What it says in the mapping, by place.
    pub says: Map<String, Value>,
    /// What that means.
    pub means: Text,
}

impl Question {
    pub(super) fn new(place: &str, asks: impl Into<Text>, answers: Vec<Answer>) -> Self {
        Question { place: place.to_owned(), asks: asks.into(), answers }
    }
}

impl Answer {
    pub(super) fn new(place: &str, says: impl Into<Value>, means: impl Into<Text>) -> Self {
        Answer { says: Map::from_iter([(place.to_owned(), says.into())]), means: means.into() }
    }

    pub(super) fn and(mut self, place: &str, says: impl Into<Value>) -> Self {
        self.says.insert(place.to_owned(), says.into());
        self
    }
}

impl Proposal {
    /// What a file may be, by its beginning; a spreadsheet is read as a whole.
    ///
    /// # Errors
    /// The bytes cannot be had.
    pub fn of(mut reader: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        reader.by_ref().take(BEGINNING).read_to_end(&mut bytes)?;
        if bytes.starts_with(b"PK\x03\x04") {
            reader.take(SHEET).read_to_end(&mut bytes)?;
            return Ok(Proposal::of_sheet(&bytes));
        }
        let text = text(&bytes);
        if let Some(name) = presets::like(text.as_bytes()) {
            return Ok(Proposal::extending(name, &text));
        }
        let sniffed = match sniff::delimiter(&text) {
            None => Sniffed::none(),
            Some(delimiter) => {
                let rows = rows(&text, delimiter);
                let mut sniffed = sniff::table(&rows, Some(delimiter));
                if delimiter != ',' {
                    sniffed.say("dialect.delimiter", delimiter.to_string());
                }
                sniffed
            }
        };
        Ok(Proposal::from_sniffed(sniffed, Format::Csv))
    }

    fn of_sheet(bytes: &[u8]) -> Self {
        let rows = sheet_rows(bytes);
        let as_text: String = rows.iter().take(200).map(|(_, cells)| cells.join("\u{1f}") + "\n").collect();
        if let Some(name) = presets::like_separated(&as_text, '\u{1f}') {
            let mut proposal = Proposal::extending(name, &as_text);
            proposal.put("format", json!("xlsx"));
            return proposal;
        }
        Proposal::from_sniffed(sniff::table(&rows, None), Format::Xlsx)
    }

    fn extending(name: &str, text: &str) -> Self {
        let reason =
            Text::new(format!("该文件具有 {name} 的列或结构"), format!("it has the columns or the form of {name}"));
        let mapping = json!({"schema": MAPPING_SCHEMA, "extends": name});
        let mut proposal = Proposal {
            preset: Some(name.to_owned()),
            reasons: vec![reason],
            questions: Vec::new(),
            mapping,
            told: Vec::new(),
        };
        proposal.ask_what_lacks();
        match name {
            "enedis" => {
                let minutes = sniff::preamble_minutes(text);
                minutes.into_iter().for_each(|minutes| proposal.put("time.minutes", json!(minutes)));
            }
            "siemens-trend" => proposal.name_points(text),
            _ => {}
        }
        proposal
    }

    /// The points that a preamble names, as the meters of their columns.
    fn name_points(&mut self, text: &str) {
        let points = sniff::points(text);
        if points.is_empty() {
            return;
        }
        let columns: Map<String, Value> =
            points.into_iter().map(|(column, name)| (column, json!({"meter": name}))).collect();
        self.questions.retain(|question| question.place != "columns");
        self.put("columns", Value::Object(columns));
        self.reasons.push(Text::new("各列的计量点名称取自文件开头", "its first lines name the meter of each column"));
        self.ask_what_lacks();
    }

    fn from_sniffed(sniffed: Sniffed, format: Format) -> Self {
        let Sniffed { says, reasons, questions } = sniffed;
        let mut proposal =
            Proposal { preset: None, reasons, questions, mapping: json!({"schema": MAPPING_SCHEMA}), told: Vec::new() };
        if format == Format::Xlsx {
            proposal.put("format", json!("xlsx"));
        }
        for (place, said) in says {
            proposal.put(&place, said);
        }
        proposal.ask_what_lacks();
        proposal
    }

    /// A mapping that somebody has begun, to be filled in: asks what it lacks.
    ///
    /// # Errors
    /// It is no JSON object, or is wrong in more than that it lacks something.
    pub fn begun(json: &[u8]) -> Result<Self, MappingFaults> {
        let mapping: Value = serde_json::from_slice(json).map_err(shape_faults)?;
        let preset = mapping.get("extends").and_then(Value::as_str).map(str::to_owned);
        // Whoever writes a mapping leaves out the unit that the meters have.
        let told = if preset.is_none() { vec!["value.unit".to_owned()] } else { Vec::new() };
        let mut proposal = Proposal { preset, reasons: Vec::new(), questions: Vec::new(), mapping, told };
        proposal.ask_what_lacks();
        match proposal.supposed() {
            Ok(_) => Ok(proposal),
            Err(faults) => Err(faults),
        }
    }

    /// Says something at a place: `set("time.minutes", "15")`. The question that it answers is none any more.
    pub fn set(&mut self, place: &str, said: &str) {
        let is_number = ["time.minutes", "time.year", "value.factor", "dialect.header_line"].contains(&place);
        let is_flag = ["time.end_included", "later_wins"].contains(&place);
        let is_json = is_number || is_flag || said.starts_with(['{', '[']) || said == "null";
        let value = if is_json { serde_json::from_str(said).ok() } else { None };
        self.say(place, value.unwrap_or_else(|| json!(said)));
    }

    fn say(&mut self, place: &str, said: Value) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.put(place, said.clone());
        self.told.push(place.to_owned());
        // An instant is neither the start nor the end of anything.
        if place == "value.quantity" && matches!(said.as_str(), Some("register" | "power")) {
            self.questions.retain(|question| !matches!(question.place.as_str(), "time.marks" | "time.minutes"));
        }
        let answered = self.questions.iter().position(|question| {
            question.place == place || question.answers.iter().any(|answer| answer.says.contains_key(place))
        });
        let Some(at) = answered else { return };
        let question = self.questions.remove(at);
        // What else the answer says.
        let is_it = |answer: &&Answer| answer.says.get(place).is_some_and(|value| text(value) == text(&said));
        for (other, value) in question.answers.iter().find(is_it).into_iter().flat_map(|answer| &answer.says) {
            self.put(other, value.clone());
        }
        self.ask_what_lacks();
    }

    fn put(&mut self, place: &str, said: Value) {
        let mut at = &mut self.mapping;
        for key in place.split('.') {
            if !at.is_object() {
                *at = json!({});
            }
            let Some(object) = at.as_object_mut() else { return };
            at = object.entry(key).or_insert(Value::Null);
        }
        *at = said;
        if at.is_null()
            && let Some((outer, key)) = place.rsplit_once('.')
            && let Some(object) = self.mapping.pointer_mut(&format!("/{}", outer.replace('.', "/")))
        {
            object.as_object_mut().map(|object| object.remove(key));
        }
    }

    /// The faults of the mapping so far that are places where nothing stands yet.
    fn ask_what_lacks(&mut self) {
        let faults = match Mapping::from_json(self.supposing().to_string().as_bytes()) {
            Ok(mapping) => return self.ask_for_a_unit(&mapping),
            Err(faults) => faults,
        };
        for fault in faults.0 {
            let Some(place) = fault.place.map(|place| place.to_string().trim_start_matches('/').replace('/', "."))
            else {
                continue;
            };
            let stands = self.mapping.pointer(&format!("/{}", place.replace('.', "/"))).is_some();
            if stands && place != "meter" || self.questions.iter().any(|question| question.place == place) {
                continue;
            }
            let is_series = self.preset.as_deref().is_some_and(|name| matches!(name, "prometheus" | "influx"));
            let place = if is_series && place == "value.quantity" { "series.quantity" } else { place.as_str() };
            self.questions.extend(sniff::question(place));
        }
        if let Ok(mapping) = self.supposed() {
            self.ask_for_a_unit(&mapping);
        }
    }

    /// A mapping without a unit is right, and takes the meter's: that is for a person to say.
    fn ask_for_a_unit(&mut self, mapping: &Mapping) {
        let says_itself = matches!(mapping.format, Format::Greenbutton | Format::Nem12);
        let value = &mapping.value;
        let is_wide = mapping.layout == super::Layout::Wide;
        let all_columns_say = is_wide && mapping.columns.values().all(|column| column.unit.is_some());
        let is_said = value.unit.is_some() || value.unit_column.is_some() || all_columns_say;
        let is_told = self.told.iter().any(|place| place == "value.unit");
        if !says_itself && !is_said && !is_told && !self.questions.iter().any(|question| question.place == "value.unit")
        {
            self.questions.extend(sniff::question("value.unit"));
        }
    }

    /// The mapping as JSON, with a question mark wherever a question is open: it is no mapping before they are answered.
    pub fn to_json(&self) -> Value {
        let mut whole = self.clone();
        for question in &self.questions {
            whole.put(&question.place, json!(OPEN));
        }
        whole.mapping
    }

    fn supposing(&self) -> Value {
        let mut whole = self.clone();
        for question in &self.questions {
            match question.answers.first() {
                Some(answer) => answer.says.iter().for_each(|(place, said)| whole.put(place, said.clone())),
                None => whole.put(&question.place, supposed(&question.place)),
            }
        }
        whole.mapping
    }

    /// The mapping if each open question had its first answer: for a look at the rows, not to be used.
    ///
    /// # Errors
    /// What it still cannot be.
    pub fn supposed(&self) -> Result<Mapping, MappingFaults> {
        Mapping::from_json(self.supposing().to_string().as_bytes())
    }

    /// The mapping if an open question had another answer than its first.
    ///
    /// # Errors
    /// What it still cannot be.
    pub fn supposed_with(&self, answer: &Answer) -> Result<Mapping, MappingFaults> {
        let mut whole = self.clone();
        whole.questions.retain(|question| !question.answers.iter().any(|known| known.says == answer.says));
        answer.says.iter().for_each(|(place, said)| whole.put(place, said.clone()));
        whole.supposed()
    }

    /// The mapping, once no question is open.
    ///
    /// # Errors
    /// A question is open, or an answer cannot be right.
    pub fn mapping(&self) -> Result<Mapping, MappingFaults> {
        Mapping::from_json(self.to_json().to_string().as_bytes())
    }
}

fn text(bytes: &[u8]) -> String {
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let cut = match std::str::from_utf8(bytes) {
        // The beginning may end within a character.
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        _ => bytes,
    };
    match std::str::from_utf8(cut) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) if utf16 => {
            let encoding =
                encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::UTF_16LE, |(encoding, _)| encoding);
            encoding.decode(bytes).0.into_owned()
        }
        Err(_) => GB18030.decode(bytes).0.into_owned(),
    }
}

/// Rows as texts, with their numbers.
pub(super) type TextRows = Vec<(u64, Vec<String>)>;

/// Takes rows and makes no entry of them.
#[derive(Default)]
struct Collected(TextRows);

impl delimited::Rows for Collected {
    fn row(&mut self, row: &Row<'_>, _: &mut Faults<'_>, _: &mut impl Receive) {
        let cells: Vec<String> = (0..row.cells.len()).map(|at| row.text(at).into_owned()).collect();
        if self.0.len() < ROWS && cells.iter().any(|cell| !cell.is_empty()) {
            self.0.push((row.line, cells));
        }
    }

    fn is_hopeless(&self, _: u64) -> bool {
        self.0.len() >= ROWS
    }
}

struct Nobody;

impl Receive for Nobody {
    fn receive(&mut self, _: &super::entry::Entry<'_>, _: &mut Faults<'_>) {}

    fn wants(&mut self, _: &str, _: &mut Faults<'_>) -> bool {
        false
    }
}

fn rows(text: &str, delimiter: char) -> TextRows {
    let mut collected = Collected::default();
    let mark = delimiter as u32 as u8; // one of ASCII
    // Reading from memory does not fail.
    let _ = delimited::read(mark, None, &mut collected, text.as_bytes(), &mut Faults::new(None, ""), &mut Nobody);
    collected.0
}

#[cfg(feature = "xlsx")]
fn sheet_rows(bytes: &[u8]) -> TextRows {
    let mut collected = Collected::default();
    let _ = super::sheet::read(None, '.', &mut collected, bytes, &mut Faults::new(None, ""), &mut Nobody);
    collected.0
}

#[cfg(not(feature = "xlsx"))]
fn sheet_rows(_: &[u8]) -> TextRows {
    TextRows::new()
}
