//! `pue packs`: the documents that come with the program, one of them in words, and the check of one's own.

use crate::{ending::Ending, judging, language::pick, output};
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};
use pue::{Lang, Pack, packs};
use std::{fmt::Write as _, path::PathBuf};

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// All of them: document, days in force, what they judge (without a command)
    List,
    /// One of them, in words or as JSON
    Show {
        /// Its id
        id: String,
        /// In words with clauses, or the pack itself
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Checks a pack of one's own, JSON or TOML: all that is wrong with it
    Check {
        /// The file
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        match &self.what {
            None | Some(What::List) => output::write(None, &list(lang))?,
            Some(What::Show { id, format }) => {
                let known: Vec<&str> = packs::all().iter().map(|pack| &*pack.id).collect();
                let pack =
                    packs::by_id(id).ok_or_else(|| format!("packs show {id}: expected one of {}", known.join(", ")))?;
                let text = match format {
                    Format::Json => serde_json::to_string_pretty(pack).map_err(|error| error.to_string())? + "\n",
                    Format::Text => tell(pack, lang),
                };
                output::write(None, &text)?;
            }
            Some(What::Check { file }) => {
                let name = file.display().to_string();
                let bytes = output::read(file)?;
                let text = String::from_utf8(bytes).map_err(|_| format!("{name}: expected UTF-8"))?;
                let pack = judging::parse(&name, &text).map_err(|error| format!("{name}: {error}"))?;
                if let Some(known) =
                    packs::by_id(&pack.id).filter(|known| known.name() == pack.name() && **known != pack)
                {
                    return Err(format!(
                        "{name}: {} is the name of a published pack with another content; expected an id or edition of its own",
                        known.name()
                    ));
                }
                let words = pick(lang, "可用：要求", "can be used: requirements");
                let others = pick(lang, "对照", "comparisons");
                let (judged, compared) = (pack.requirements.len(), pack.comparisons.len());
                output::write(None, &format!("{name}: {} {words} {judged}, {others} {compared}\n", pack.name()))?;
            }
        }
        Ok(Ending::Fine)
    }
}

fn list(lang: Lang) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(match lang {
        Lang::Zh => ["编号", "文号", "施行", "至", "判定", "对照", "适用"],
        Lang::En => ["id", "document", "from", "until", "judges", "compares", "applied"],
    });
    for pack in packs::all() {
        let count = |count: usize| if count == 0 { "–".to_owned() } else { count.to_string() };
        let until = match (&pack.until, &pack.lapse) {
            (Some(until), _) => until.to_string(),
            (None, Some(lapse)) => format!("({})", lapse.after),
            (None, None) => "–".to_owned(),
        };
        table.add_row([
            pack.id.to_string(),
            pack.number.to_string(),
            pack.from.to_string(),
            until,
            count(pack.requirements.len()),
            count(pack.comparisons.len()),
            if pack.on_request { pick(lang, "按需", "on request") } else { pick(lang, "默认", "by default") }
                .to_owned(),
        ]);
    }
    let note = pick(
        lang,
        "(日期)：文件自身所列期间已止，未见废止。查看条款：pue packs show 编号",
        "(a day): the text's own period ends, no repeal is known. Its clauses: pue packs show ID",
    );
    format!("{}\n{note}\n", table.trim_fmt())
}

/// A pack in words: the document, each requirement with its clause, each comparison.
fn tell(pack: &Pack, lang: Lang) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}  {}", pack.name(), pack.title.in_lang(lang));
    let _ = writeln!(text, "{}, {}", pack.issuer.in_lang(lang), pack.number);
    let until = pack.until.map_or(String::new(), |until| format!(" – {until}"));
    let _ = writeln!(text, "{} {}{until}", pick(lang, "施行", "in force from"), pack.from);
    if let Some(lapse) = &pack.lapse {
        let _ = writeln!(text, "{} ({})", lapse.note.in_lang(lang), lapse.after);
    }
    for requirement in &pack.requirements {
        let _ = writeln!(text, "\n{}  [{}]", requirement.id, word(&requirement.nature));
        let _ = writeln!(text, "  {}: {}", pick(lang, "条款", "clause"), requirement.source.clause);
        if let Some(quote) = &requirement.source.quote {
            let _ = writeln!(text, "  “{quote}”");
        }
        let _ = writeln!(text, "  {}: {}", pick(lang, "要求", "asks"), word(&requirement.check));
        let _ = writeln!(text, "  {}: {}", pick(lang, "适用对象", "binds"), word(&requirement.scope));
        let _ = writeln!(text, "  {}: {}", pick(lang, "依据", "basis"), word(&requirement.source.basis));
        for reading in requirement.scope_readings.iter().chain(&requirement.readings) {
            let _ = writeln!(text, "  {}: {}", pick(lang, "理解", "read as"), reading.in_lang(lang));
        }
    }
    for one in &pack.comparisons {
        let _ = writeln!(text, "\n{}  ({})", one.id, pick(lang, "仅对照，不判定", "compares, never judges"));
        let _ = writeln!(text, "  {}: {}", pick(lang, "条款", "clause"), one.clause);
        if let Some(quote) = &one.quote {
            let _ = writeln!(text, "  “{quote}”");
        }
        let _ = writeln!(text, "  {}: {}", pick(lang, "内容", "figure"), word(&one.check));
        let _ = writeln!(text, "  {}: {}", pick(lang, "原因", "because"), one.why_not_judged.in_lang(lang));
    }
    text
}

/// A part of a pack in the pack's own words, on one line.
fn word(part: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(part).unwrap_or_default();
    match json {
        serde_json::Value::String(text) => text,
        other => flat(&other),
    }
}

/// `annual_pue: relation at_most, limit 1.25`.
fn flat(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) if map.contains_key("zh") || map.contains_key("en") => {
            map.get("zh").or(map.get("en")).and_then(|text| text.as_str()).unwrap_or_default().to_owned()
        }
        serde_json::Value::Object(map) => {
            let parts: Vec<String> = map
                .iter()
                .map(|(key, value)| match value {
                    serde_json::Value::Object(_) => format!("{key} ({})", flat(value)),
                    _ => format!("{key} {}", flat(value)),
                })
                .collect();
            parts.join(", ")
        }
        serde_json::Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(flat).collect();
            format!("[{}]", parts.join("; "))
        }
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
