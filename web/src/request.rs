//! What the page can ask for, each a call of `pue::json`.

use pue::{
    json::{self, File, Form, Refused},
    read::import::presets,
    sample,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The files that the page has handed over, by number.
#[derive(Debug, Default)]
pub struct Files(Vec<Option<Vec<u8>>>);

impl Files {
    /// None yet.
    pub const fn new() -> Self {
        Files(Vec::new())
    }

    /// Keeps a file, and answers with its number.
    pub fn keep(&mut self, bytes: Vec<u8>) -> usize {
        self.0.push(Some(bytes));
        self.0.len() - 1
    }

    /// Forgets a file; its number stays its own.
    pub fn forget(&mut self, number: usize) {
        if let Some(file) = self.0.get_mut(number) {
            *file = None;
        }
    }

    fn get(&self, number: usize) -> Result<&[u8], Refused> {
        let file = self.0.get(number).and_then(Option::as_deref);
        file.ok_or_else(|| Refused::Options(format!("expected a file, found no file {number}")))
    }
}

/// A request, JSON: `{"call": "assess", …}`.
#[derive(Deserialize)]
#[serde(tag = "call", rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    /// What a file is: `site`, `submission`, `mapping`, `spreadsheet` (a submission), or `readings`.
    Recognize { file: usize },
    /// Whether a file is readings in the form of the library: `true`, `false`, or nothing where the site cannot be read.
    IsOurs { site: usize, file: Named },
    /// What a file in another form may be.
    Preview { file: Named, said: Vec<(String, String)>, zone: String, rows: usize },
    /// A site before its readings.
    Describe { site: usize, forms: Vec<String> },
    /// A site with its readings.
    Assess { site: usize, files: Vec<Named>, period: String, options: Value, forms: Vec<String> },
    /// A submission.
    Audit { file: Named, options: Value, forms: Vec<String> },
    /// The packs, the presets, and what is shown before anything is given.
    Known,
}

/// A file by its number, with its name, and the mapping by which it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    file: usize,
    name: String,
    #[serde(default)]
    mapping: String,
}

impl Named {
    fn of<'a>(&'a self, files: &'a Files) -> Result<File<'a>, Refused> {
        Ok(File::new(&self.name, files.get(self.file)?).mapped(&self.mapping))
    }
}

/// What comes back: texts in the order in which they were asked for, or why there are none.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Told(Vec<String>),
    Refused(String),
}

/// The answer to a request: `{"told": [text, …]}`, or `{"refused": why}`.
///
/// ```
/// use pue_web::{Files, answered};
/// let mut files = Files::new();
/// let number = files.keep(pue::sample::NEW_LARGE.into());
/// assert_eq!(answered(&files, br#"{"call": "recognize", "file": 0}"#), r#"{"told":["submission"]}"#);
/// let request = format!(r#"{{"call": "audit", "file": {{"file": {number}, "name": "a.json"}}, "options": {{}}, "forms": ["json"]}}"#);
/// assert!(answered(&files, request.as_bytes()).contains("pue/assessment/1"));
/// assert!(answered(&files, b"[]").starts_with(r#"{"refused":"#));
/// ```
pub fn answered(files: &Files, request: &[u8]) -> String {
    let told = match serde_json::from_slice::<Request>(request) {
        Ok(request) => request.done(files),
        Err(error) => Err(Refused::Options(error.to_string())),
    };
    let told = told.map_or_else(|refused| Told::Refused(refused.to_string()), Told::Told);
    serde_json::to_string(&told).unwrap_or_else(|error| json!({"refused": error.to_string()}).to_string())
}

impl Request {
    fn done(self, files: &Files) -> Result<Vec<String>, Refused> {
        match self {
            Request::Recognize { file } => Ok(vec![recognized(files.get(file)?).to_owned()]),
            Request::IsOurs { site, file } => {
                let is_ours = file.of(files)?.is_ours(files.get(site)?);
                Ok(vec![is_ours.map_or(String::new(), |is_ours| is_ours.to_string())])
            }
            Request::Preview { file, said, zone, rows } => {
                let said: Vec<_> = said.iter().map(|(place, value)| (place.as_str(), value.as_str())).collect();
                json::preview(&file.of(files)?, &said, &zone, rows.min(100)).map(|told| vec![told])
            }
            Request::Describe { site, forms } => json::describe(files.get(site)?, &forms_of(&forms)?),
            Request::Assess { site, files: named, period, options, forms } => {
                let named = named.iter().map(|file| file.of(files)).collect::<Result<Vec<_>, _>>()?;
                json::assess_in(files.get(site)?, &named, &period, &options.to_string(), &forms_of(&forms)?)
            }
            Request::Audit { file, options, forms } => {
                json::audit_in(&file.of(files)?, &options.to_string(), &forms_of(&forms)?)
            }
            Request::Known => known().map(|known| vec![known]),
        }
    }
}

fn forms_of(forms: &[String]) -> Result<Vec<Form>, Refused> {
    forms.iter().map(|form| form.parse()).collect()
}

/// By its beginning or its schema; whatever is neither is taken for readings.
fn recognized(bytes: &[u8]) -> &'static str {
    #[derive(Deserialize)]
    struct Schema {
        schema: String,
    }
    if bytes.starts_with(b"PK") {
        return if pue::submission::Spreadsheet::read(bytes).is_ok() { "spreadsheet" } else { "readings" };
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice::<Schema>(bytes).map(|one| one.schema).as_deref() {
        Ok(pue::read::SITE_SCHEMA) => "site",
        Ok(pue::read::import::MAPPING_SCHEMA) => "mapping",
        Ok(_) => "submission",
        // A broken description is to be told so, not to be read as readings.
        Err(_) if bytes.trim_ascii_start().starts_with(b"{") && contains(bytes, b"\"pue/site/") => "site",
        Err(_) if bytes.trim_ascii_start().starts_with(b"{") && contains(bytes, b"\"pue/submission/") => "submission",
        Err(_) => "readings",
    }
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.get(..4096).unwrap_or(bytes).windows(what.len()).any(|window| window == what)
}

fn known() -> Result<String, Refused> {
    let packs: Value = serde_json::from_str(&json::packs()?).map_err(|error| Refused::Answer(error.to_string()))?;
    let packs: Vec<Value> = packs
        .as_array()
        .into_iter()
        .flatten()
        .map(|pack| json!({"id": pack["id"], "title": pack["title"], "on_request": pack["on_request"]}))
        .collect();
    Ok(json!({
        "version": pue::VERSION,
        "packs": packs,
        "presets": presets::NAMES,
        "sample": {
            "site": sample::REAL_SITE,
            "readings": sample::REAL_READINGS,
            "period": sample::REAL_PERIOD,
            "submission": sample::NEW_LARGE,
        },
    })
    .to_string())
}
