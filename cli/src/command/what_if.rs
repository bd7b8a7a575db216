//! `pue what-if`: the same measurements with something changed, which verdicts that changes, and the least cut of the
//! overhead that reaches each limit.

use super::history::load;
use crate::{ending::Ending, judging::Judging, language::pick, output};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use pue::{
    Assessment, Lang, Outcome,
    assessment::{Change, Difference, WhatIf},
    facility::{Certificate, CertificateKind, Ladder, Level, RackType, Racks},
    finding::{Text, harmless},
    quantity::{ExactEnergy, ExactPower, Ratio},
};
use serde::Serialize;
use std::{fmt::Write as _, path::PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// The submission
    #[arg(value_name = "SUBMISSION.json")]
    submission: PathBuf,
    /// Other racks: 1520x5 are 1520 of 5 kW
    #[arg(long, value_name = "COUNTxKW", value_parser = racks)]
    racks: Option<Racks>,
    /// A certificate of this site besides its own: AAAA,2026-06-19
    #[arg(long, value_name = "LEVEL,EXPIRES", value_parser = certificate)]
    certificate: Option<(Level, Date)>,
    /// Another assessment date
    #[arg(long, value_name = "DATE")]
    day: Option<Date>,
    /// Less energy besides IT, in per cent of what it is: -8%
    #[arg(long, value_name = "-8%", allow_hyphen_values = true, value_parser = percent)]
    overhead: Option<f64>,
    #[command(flatten)]
    judging: Judging,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

fn racks(text: &str) -> Result<Racks, String> {
    let fault = || "expected COUNTxKW, such as 1520x5".to_owned();
    let (count, kw) = text.split_once(['x', 'X', '×']).ok_or_else(fault)?;
    let count: u64 = count.trim().parse().map_err(|_| fault())?;
    let kw: f64 = kw.trim().parse().map_err(|_| fault())?;
    let rated = ExactPower::from_kw(kw).map_err(|error| error.to_string())?;
    Ok(Racks { types: vec![RackType { count, rated }], ..Racks::default() })
}

fn certificate(text: &str) -> Result<(Level, Date), String> {
    let fault = || "expected LEVEL,EXPIRES, such as AAAA,2026-06-19".to_owned();
    let (level, day) = text.split_once(',').ok_or_else(fault)?;
    let level = serde_json::from_value(serde_json::json!(level.trim())).map_err(|_| fault())?;
    Ok((level, day.trim().parse().map_err(|_| fault())?))
}

/// The share that is saved.
fn percent(text: &str) -> Result<f64, String> {
    let fault = || "expected a share of the overhead that is saved, such as -8%".to_owned();
    let number = text.trim().strip_suffix(['%', '％']).ok_or_else(fault)?;
    let number: f64 = number.trim().parse().map_err(|_| fault())?;
    if !(-100.0..=0.0).contains(&number) {
        return Err(fault());
    }
    Ok(-number / 100.0)
}

/// What reaches a limit that is not met: so much less energy besides IT.
#[derive(Serialize)]
struct Cut {
    pack: String,
    requirement: String,
    limit: String,
    /// The energy to save in the period.
    less_kwh: ExactEnergy,
    /// The same as a share of what is used besides IT.
    share_of_overhead: Option<f64>,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    facility: Option<&'a str>,
    pue_before: Option<Ratio>,
    pue_after: Option<Ratio>,
    differences: &'a [Difference],
    least_cuts: &'a [Cut],
    /// What was not asked for and is taken to be so.
    assumptions: &'a [Text],
    verdicts: &'a [pue::Verdict],
}

impl Arguments {
    pub fn run(&self, lang: Lang) -> Result<Ending, String> {
        let (name, submission) = load(Some(&self.submission))?;
        let options = self.judging.options(lang)?;
        let now = submission.audit_by(&options);
        let options = submission.options(options);
        let ledger = submission.ledger().map_err(|error| format!("{name}: {error}"))?;
        let changes = self.changes(&submission, &now)?;
        let answer = WhatIf::new(&ledger, ledger.period(), &options, &changes);
        let cuts = cuts(&now);
        let assumed = self.assumed(&submission);
        let text = match self.format {
            Format::Json => {
                let answer = Answer {
                    schema: "pue/what-if/1",
                    facility: now.facility.as_deref(),
                    pue_before: answer.pue_before,
                    pue_after: answer.pue_after,
                    differences: &answer.differences,
                    least_cuts: &cuts,
                    assumptions: &assumed,
                    verdicts: &answer.verdicts,
                };
                serde_json::to_string(&answer).map_err(|error| error.to_string())? + "\n"
            }
            Format::Text => {
                let mut text = self.tell(&now, &answer, &cuts, lang);
                for one in &assumed {
                    let _ = writeln!(text, "{}: {}", pick(lang, "假设", "assumed"), one.in_lang(lang));
                }
                text
            }
        };
        match self.format {
            Format::Json => output::write_data(None, &text)?,
            Format::Text => output::write(None, &text)?,
        }
        Ok(ending(&answer))
    }

    /// What a change needs and nobody said.
    fn assumed(&self, submission: &pue::Submission) -> Vec<Text> {
        let first = submission.period().first_day();
        let of_paper = self.certificate.map(|_| {
            Text::new(
                format!("所加证书视为本数据中心的绿色等级、运行类证书，{first} 颁发"),
                format!("the certificate is one of this site, of the green grade, of operation, issued on {first}"),
            )
        });
        let of_racks = self
            .racks
            .as_ref()
            .map(|_| Text::new("已装、已用机柜数不变", "the cabinets installed and occupied stay as they are"));
        of_paper.into_iter().chain(of_racks).collect()
    }

    fn changes(&self, submission: &pue::Submission, now: &Assessment) -> Result<Vec<Change>, String> {
        let mut changes = Vec::new();
        if let Some(racks) = &self.racks {
            let mut racks = racks.clone();
            if let Some(own) = &submission.site().facility().racks {
                (racks.installed, racks.occupied) = (own.installed, own.occupied);
            }
            changes.push(Change::Racks(racks));
        }
        if let Some((level, expires)) = self.certificate {
            let mut papers = submission.site().certificates().to_vec();
            papers.push(Certificate {
                ladder: Some(Ladder::Green),
                kind: Some(CertificateKind::Operation),
                level: Some(level),
                issuer: None,
                number: None,
                facility: Some(submission.site().facility().id.clone()),
                issued_on: Some(submission.period().first_day()),
                expires_on: Some(expires),
            });
            changes.push(Change::Certificates(papers));
        }
        if let Some(day) = self.day {
            changes.push(Change::Day(day));
        }
        if let Some(share) = self.overhead {
            let pue = now
                .pue
                .as_ref()
                .ok_or("--overhead: there is no PUE, so no overhead is known; see pue audit --detail")?;
            let less = (pue.total() - pue.it()).kwh() * share;
            changes.push(Change::LessOverhead(ExactEnergy::from_kwh(less).map_err(|error| error.to_string())?));
        }
        Ok(changes)
    }

    fn tell(&self, now: &Assessment, answer: &WhatIf, cuts: &[Cut], lang: Lang) -> String {
        let shown =
            |pue: Option<Ratio>| pue.and_then(|pue| pue.round(4)).map_or("–".to_owned(), |pue| pue.to_string());
        let mut text = format!(
            "{}: PUE {} → {}\n",
            harmless(now.facility.as_deref().unwrap_or("–")),
            shown(answer.pue_before),
            shown(answer.pue_after)
        );
        let word = |outcome: Option<Outcome>| {
            outcome.map_or("–".to_owned(), |outcome| outcome.text().in_lang(lang).to_owned())
        };
        if answer.differences.is_empty() {
            text += pick(lang, "各项判定不变\n", "no verdict changes\n");
        }
        for change in &answer.differences {
            let (before, after) = (word(change.before), word(change.after));
            let _ = writeln!(text, "{} {}: {before} → {after}", change.pack, change.requirement);
        }
        if !cuts.is_empty() {
            let words = pick(
                lang,
                "\n在 IT 电量不变时，达到各限值至少须减少的非 IT 电量：",
                "\nThe least energy besides IT to save, at the same IT energy, to reach each limit that is not met:",
            );
            let _ = writeln!(text, "{words}");
            for cut in cuts {
                let share = cut.share_of_overhead.map_or(String::new(), |share| format!(" ({:.1} %)", share * 100.0));
                let _ = writeln!(
                    text,
                    "  {} {} ≤ {}: {:.3} MWh{share}",
                    cut.pack,
                    cut.requirement,
                    cut.limit,
                    cut.less_kwh.kwh() / 1e3
                );
            }
        }
        text
    }
}

fn ending(answer: &WhatIf) -> Ending {
    let of = |outcome: Outcome| match outcome {
        Outcome::Fails => Ending::Fails,
        Outcome::Undetermined => Ending::Undetermined,
        Outcome::Meets | Outcome::NotApplicable => Ending::Fine,
    };
    answer.verdicts.iter().map(|verdict| of(verdict.outcome)).max().unwrap_or(Ending::Unusable)
}

/// For each limit of a PUE that is not met, the least cut: what the verdict's margin lacks.
fn cuts(now: &Assessment) -> Vec<Cut> {
    let overhead = now.pue.as_ref().map(|pue| pue.total() - pue.it());
    let lacking = now.verdicts.iter().filter_map(|verdict| Some((verdict, verdict.margin_kwh?)));
    lacking
        .filter(|(verdict, margin)| verdict.outcome == Outcome::Fails && *margin < ExactEnergy::ZERO)
        .map(|(verdict, margin)| {
            let less = ExactEnergy::ZERO - margin;
            Cut {
                pack: verdict.pack.to_string(),
                requirement: verdict.requirement.to_string(),
                limit: verdict.limit.to_string(),
                less_kwh: less,
                share_of_overhead: overhead.and_then(|all| less.over(all)),
            }
        })
        .collect()
}
