//! By what is judged: packs, settings, factors.

use crate::language::pick;
use clap::Args;
use pue::{
    Lang, Pack,
    assessment::Options,
    finding::Faults,
    packs,
    quantity::{EmissionFactor, Tariff},
    rule::{Decision, LAW_SCHEMA, Law},
};
use serde::Deserialize;
use std::{fmt::Write as _, path::PathBuf};

/// In place of a pack: none applies by default.
const NO_DEFAULT: &str = "none";

/// The options of every command that judges.
#[derive(Args, Clone, Debug, Default)]
pub struct Judging {
    /// A further pack of rules, by id or as a file of JSON or TOML; `none`: those named alone, none by default; may be given several times
    #[arg(long, value_name = "ID|FILE")]
    pack: Vec<String>,
    /// What a document leaves open, set otherwise (`wuhan-2024.new_since=2024-01-25`); may be given several times
    #[arg(long, value_name = "PACK.KEY=VALUE")]
    setting: Vec<String>,
    /// How a limit is applied to a PUE that is not quite sure: simple (default), guarded, non-binary
    #[arg(long, value_name = "RULE", default_value_t, hide_default_value = true, value_parser = decision)]
    decision: Decision,
    /// The price of electricity: adds money to the savings
    #[arg(long, value_name = "YUAN_PER_KWH", value_parser = tariff)]
    tariff: Option<Tariff>,
    /// The emission factor of electricity: adds CO₂e to the savings
    #[arg(long, value_name = "KG_PER_KWH", value_parser = co2)]
    co2: Option<EmissionFactor>,
}

const NO_FACTOR: &str = "expected a number of 0 or more";

fn decision(text: &str) -> Result<Decision, String> {
    text.parse().map_err(|_| {
        let names = Decision::ALL.map(Decision::as_str).join(", ");
        format!("expected one of {names}")
    })
}

fn tariff(text: &str) -> Result<Tariff, &'static str> {
    text.parse().ok().and_then(|yuan| Tariff::from_yuan_per_kwh(yuan).ok()).ok_or(NO_FACTOR)
}

fn co2(text: &str) -> Result<EmissionFactor, &'static str> {
    text.parse().ok().and_then(|kg| EmissionFactor::from_kg_per_kwh(kg).ok()).ok_or(NO_FACTOR)
}

impl Judging {
    /// As the library takes them.
    pub fn options(&self, lang: Lang) -> Result<Options, String> {
        let is_none = |name: &String| name == NO_DEFAULT;
        let packs = self.pack.iter().filter(|name| !is_none(name)).map(|name| load(name, lang));
        let packs = packs.collect::<Result<Vec<_>, _>>()?;
        let only_asked = self.pack.iter().any(is_none);
        if only_asked && packs.is_empty() {
            return Err("--pack none: expected another pack besides, found nothing to judge by".to_owned());
        }
        let mut options = packs.into_iter().fold(Options::default(), Options::pack).tariff(self.tariff).co2(self.co2);
        options = options.decision(self.decision);
        if only_asked {
            options = options.without_default_packs();
        }
        for setting in &self.setting {
            let (name, value) = setting.split_once('=').ok_or_else(|| {
                format!("--setting {setting}: expected PACK.KEY=VALUE, such as wuhan-2024.new_since=2024-01-25")
            })?;
            options = options.setting(name.trim(), value.trim()).map_err(|error| format!("--setting {error}"))?;
        }
        Ok(options)
    }

    /// The files that are read for it.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.pack.iter().filter(|name| *name != NO_DEFAULT).map(PathBuf::from)
    }
}

/// A pack by its id, or from a file.
fn load(name: &str, lang: Lang) -> Result<Pack, String> {
    if let Some(pack) = packs::by_id(name) {
        return Ok(pack.clone());
    }
    let known: Vec<&str> = packs::all().iter().map(|pack| &*pack.id).collect();
    let text = std::fs::read_to_string(name).map_err(|error| {
        format!("--pack {name}: expected one of {}, or a file of JSON or TOML, found: {error}", known.join(", "))
    })?;
    parse(name, &text, lang).map_err(|error| format!("--pack {name}: {error}"))
}

/// A pack from a file's text, or that of a document (`pue/law/1`); the error names all that is wrong with it.
pub fn parse(name: &str, text: &str, lang: Lang) -> Result<Pack, String> {
    #[derive(Deserialize)]
    struct Named {
        schema: Option<String>,
    }
    let json = match name.to_lowercase().ends_with(".toml") {
        true => {
            let read: toml::Value = toml::from_str(text).map_err(|error| error.to_string())?;
            serde_json::to_string(&read).map_err(|error| error.to_string())?
        }
        false => text.to_owned(),
    };
    let named: Result<Named, _> = serde_json::from_str(&json);
    if named.is_ok_and(|named| named.schema.as_deref() == Some(LAW_SCHEMA)) {
        let law: Law = serde_json::from_str(&json).map_err(|error| error.to_string())?;
        return law.pack.ok_or_else(|| "expected a document with a pack of rules, found one without".to_owned());
    }
    Pack::from_json(json.as_bytes()).map_err(|faults| told(&faults, lang))
}

/// All faults, one a line.
fn told(faults: &Faults, lang: Lang) -> String {
    let mut text = format!("{} {}", faults.0.len(), pick(lang, "处错误", "fault(s)"));
    for fault in &faults.0 {
        let place = fault.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = write!(text, "\n  {} {place}: {}", fault.code, fault.message.in_lang(lang));
        for (zh, en, words) in [("现为", "found", &fault.found), ("应为", "expected", &fault.expected)] {
            if let Some(words) = words {
                let _ = write!(text, "{}{} {}", pick(lang, "，", ", "), pick(lang, zh, en), words.in_lang(lang));
            }
        }
    }
    text
}
