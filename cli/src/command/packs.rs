//! `pue packs`: the documents that come with the program, one of them in words, and the check of one's own.

use crate::{ending::Ending, judging, language::pick, output};
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};
use pue::{
    Lang, Pack,
    finding::{Basis, harmless},
    packs,
};
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
                match format {
                    Format::Json => {
                        let json = serde_json::to_string_pretty(pack).map_err(|error| error.to_string())? + "\n";
                        output::write_data(None, &json)?;
                    }
                    Format::Text => output::write(None, &tell(pack, lang))?,
                }
            }
            Some(What::Check { file }) => {
                let name = file.display().to_string();
                let bytes = output::read(file)?;
                let text = String::from_utf8(bytes).map_err(|_| format!("{name}: expected UTF-8"))?;
                let pack = judging::parse(&name, &text, lang).map_err(|error| format!("{name}: {error}"))?;
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
                let named = format!("{name}: {}", pack.name());
                output::write(None, &format!("{} {words} {judged}, {others} {compared}\n", harmless(&named)))?;
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
        "（日期）：文件自身所列期间已止，未见废止。查看条款：pue packs show 编号",
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
    let _ = writeln!(text, "{}", pack.text().in_lang(lang));
    let mut line = |zh: &str, en: &str, words: &str| {
        if !words.is_empty() {
            text += &format!("  {}: {}\n", pick(lang, zh, en), harmless(words));
        }
    };
    for one in &pack.requirements {
        let (nature, source) = (one.nature.text(), &one.source);
        line("\n要求", "\nrule", &format!("{} ({})", one.id, nature.in_lang(lang)));
        line("内容", "asks", one.check.text().in_lang(lang));
        line("对象", "binds", one.scope.text().in_lang(lang));
        line("条款", "clause", &format!("{} ({})", source.clause, Basis::from(source.basis).text().in_lang(lang)));
        line("原文", "verbatim", source.quote.as_deref().unwrap_or_default());
        line("大意", "in substance", source.paraphrase.as_deref().unwrap_or_default());
        for reading in one.scope_readings.iter().chain(&one.readings) {
            line("理解", "read as", reading.in_lang(lang));
        }
    }
    for one in &pack.comparisons {
        line("\n对照（不判定）", "\ncompares, never judges", &one.id);
        line("内容", "figure", one.check.text().in_lang(lang));
        line("对象", "for", one.scope.text().in_lang(lang));
        line("条款", "clause", &format!("{} ({})", one.clause, one.basis.text().in_lang(lang)));
        line("原文", "verbatim", one.quote.as_deref().unwrap_or_default());
        line("大意", "in substance", one.paraphrase.as_deref().unwrap_or_default());
        line("原因", "because", one.why_not_judged.in_lang(lang));
    }
    text.replace("  \n", "\n")
}
