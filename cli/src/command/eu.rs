//! `pue eu`: a report to the European database on data centres, checked, with its four indicators.

use crate::{ending::Ending, language::pick, output};
use clap::{Args, ValueEnum};
use pue::{
    Lang,
    eu::{EuReport, EuSize, FieldFault, FieldFaultKind},
    finding::harmless,
};
use serde_json::{Value, json};
use std::{
    fmt::{Display, Write as _},
    path::PathBuf,
};

#[derive(Args)]
pub struct Arguments {
    /// The report (pue/eu-report/1), as `pue template eu` gives one to be filled in
    #[arg(value_name = "REPORT.json")]
    report: PathBuf,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the answer to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        output::spare(std::slice::from_ref(&self.report), &[("--out", self.out.as_ref())])?;
        let name = self.report.display();
        let report = EuReport::from_json(&output::read(&self.report)?).map_err(|error| format!("{name}: {error}"))?;
        let faults = report.check();
        match self.format {
            Format::Text => output::write_marked(self.out.as_deref(), &text(&report, &faults, lang))?,
            Format::Json => output::write(self.out.as_deref(), &format!("{}\n", answer(&report, &faults)))?,
        }
        let has = |kinds: &[FieldFaultKind]| faults.iter().any(|fault| kinds.contains(&fault.kind));
        Ok(match () {
            () if has(&[FieldFaultKind::Impossible, FieldFaultKind::Contradiction]) => Ending::Fails,
            () if has(&[FieldFaultKind::Missing]) => Ending::Undetermined,
            () => Ending::Fine,
        })
    }
}

/// An indicator's name, and its value or why there is none; nothing where a figure for it is not stated.
type Indicator = (&'static str, Option<Result<(String, f64), String>>);

fn indicators(report: &EuReport) -> [Indicator; 4] {
    fn told<T: Display + Copy, E: Display>(
        name: &'static str,
        of: Option<Result<T, E>>,
        value: fn(T) -> f64,
    ) -> Indicator {
        (name, of.map(|result| result.map(|kpi| (kpi.to_string(), value(kpi))).map_err(|error| error.to_string())))
    }
    let all = report.indicators();
    [
        told("PUE", all.pue, |kpi| kpi.value()),
        told("WUE", all.wue, |kpi| kpi.value()),
        told("ERF", all.erf, |kpi| kpi.value()),
        told("REF", all.r#ref, |kpi| kpi.value()),
    ]
}

fn answer(report: &EuReport, faults: &[FieldFault]) -> Value {
    let value = |of: Option<Result<(String, f64), String>>| of.and_then(Result::ok).map(|(_, value)| value);
    let [pue, wue, erf, r#ref] = indicators(report).map(|(_, of)| value(of));
    json!({
        "schema": "pue/eu-check/1",
        "name": report.name,
        "year": report.year,
        "size": report.pd_it_kw.and_then(EuSize::of).map(EuSize::as_str),
        "pue": pue, "wue_l_per_kwh": wue, "erf": erf, "ref": r#ref,
        "faults": faults,
    })
}

fn text(report: &EuReport, faults: &[FieldFault], lang: Lang) -> String {
    let unknown = || pick(lang, "未填", "not stated").to_owned();
    let name = report.name.as_deref().map_or_else(unknown, |name| harmless(name).into_owned());
    let year = report.year.map_or_else(unknown, |year| year.to_string());
    let mut text = format!("{name}  {year}  (EU 2024/1364)\n\n");
    for (symbol, value) in indicators(report) {
        let shown = match value {
            None => pick(lang, "未知（缺少所需字段）", "not known (a figure for it is missing)").to_owned(),
            Some(Ok((shown, _))) => shown,
            Some(Err(why)) => format!("{} ({why})", pick(lang, "无法得出", "cannot be formed")),
        };
        let _ = writeln!(text, "  {symbol} {shown}");
    }
    if let Some(size) = report.pd_it_kw.and_then(EuSize::of) {
        let _ = writeln!(text, "  {} {}", pick(lang, "规模档", "size category"), size.as_str());
    }
    let (missing, others): (Vec<_>, Vec<_>) = faults.iter().partition(|fault| fault.kind == FieldFaultKind::Missing);
    if !others.is_empty() {
        let _ = writeln!(text, "\n{}", pick(lang, "字段问题", "Fields"));
    }
    for fault in others {
        let message = harmless(fault.message.in_lang(lang)).into_owned();
        let _ = writeln!(text, "  {}: {message}", fault.field);
    }
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|fault| fault.field).collect();
        let head = pick(lang, "未填的必填字段", "Fields that the regulation asks for and that are not stated");
        let _ = writeln!(text, "\n{head} ({})\n  {}", names.len(), names.join(", "));
    }
    text
}
