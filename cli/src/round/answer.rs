//! One record's answer, in the forms that the program writes.

use super::input::{Content, Record};
use jiff::civil::Date;
use pue::{
    Assessment, Code, Facility, Finding, Lang, Outcome, Severity, Submission,
    assessment::{Claim, Figure, Options, VerdictRecord},
    finding::{Text, harmless},
    kpi,
    quantity::ExactEnergy,
    read::input_sha256,
    retrofit::Savings,
};

/// One record and its answer.
pub struct Answer {
    pub source: String,
    pub assessment: Assessment,
    /// The site, for what only shows over several of them.
    pub facility: Option<Facility>,
    /// The last day of its period.
    pub day: Option<Date>,
}

impl Answer {
    pub fn new(record: Record, options: &Options) -> Self {
        let Record { source, content } = record;
        let unreadable = |finding: Finding| (Assessment::unreadable(None, vec![finding]), None);
        let (assessment, site) = match content {
            Content::Lost(finding) => unreadable(*finding),
            Content::Json(bytes) => audit(&bytes, options),
            Content::Xlsx(bytes) => match of_sheet(&bytes, &source, options) {
                Ok(answer) => answer,
                Err(fault) => {
                    let mut finding = Finding::new(Code::XlsxUnreadable).found_text(fault);
                    finding.file = Some(source.clone());
                    let (mut answer, site) = unreadable(finding);
                    answer.record.input_sha256 = Some(input_sha256(&bytes));
                    (answer, site)
                }
            },
        };
        let (facility, day) = site.unzip();
        Answer { source, assessment, facility, day }
    }

    /// The record of it; of an input without a digest its source tells which it was.
    pub fn record(&self) -> VerdictRecord {
        let mut record = VerdictRecord::of(&self.assessment);
        if record.record.input_sha256.is_none() {
            record.source = Some(self.source.clone());
        }
        record
    }

    /// Whether somebody has to look at it.
    pub fn needs_a_look(&self) -> bool {
        let outcome = self.assessment.worst();
        matches!(outcome, None | Some(Outcome::Fails | Outcome::Undetermined))
            || self.assessment.findings.iter().any(|finding| finding.severity > Severity::Note)
    }

    /// What reaching the target would save in a year, with money and emissions as far as their factors were given.
    pub fn savings(&self) -> Option<(String, Savings)> {
        let retrofit = self.assessment.retrofit.as_ref()?;
        let mut savings = retrofit.savings(None, None).filter(|savings| savings.kwh > ExactEnergy::ZERO)?;
        (savings.yuan, savings.co2_t) = (retrofit.savings_yuan, retrofit.savings_co2_t);
        Some((self.assessment.facility.clone()?, savings))
    }

    /// What decides a verdict and only the operator's word supports, with its energy where that is known.
    pub fn reliance(&self) -> Option<Relying> {
        let decides = || self.assessment.reliance.iter().filter(|one| one.decides);
        let first = decides().next()?;
        let kwh = decides().filter_map(|one| one.energy).fold(0.0, |sum, energy| sum + energy.kwh());
        let facility = self.assessment.facility.clone().unwrap_or_else(|| self.source.clone());
        Some(Relying { facility, kwh, message: first.message() })
    }

    /// The expanded uncertainty of the PUE (k = 2), with its digits.
    pub fn uncertainty(&self) -> Option<String> {
        let known = self.assessment.pue.as_ref()?.uncertainty.as_ref().ok()?;
        Some(format!("{:.3}", known.expanded()))
    }

    /// The declared PUE; marked where it is not what was recomputed.
    pub fn declared(&self) -> Option<String> {
        let pue = self.assessment.declared.as_ref()?.get(&Claim::Pue)?;
        Some(match (&pue.said, pue.agrees) {
            (Figure::Number(said), Some(false)) => format!("{said} ≠"),
            (Figure::Number(said), _) => said.to_string(),
            (Figure::Level(said), _) => said.clone(),
        })
    }

    /// How many faults were found.
    pub fn faults(&self) -> usize {
        self.assessment.findings.iter().filter(|finding| finding.severity > Severity::Note).count()
    }

    /// The cells of one record, the same for the table and for CSV.
    pub fn cells(&self, lang: Lang) -> Vec<String> {
        let assessment = &self.assessment;
        let verdicts = assessment.verdicts.iter().filter(|verdict| verdict.outcome != Outcome::NotApplicable);
        let mut said: Vec<String> = verdicts
            .map(|verdict| {
                let probability = verdict.conformance_probability.map_or(String::new(), |p| match lang {
                    Lang::Zh => format!("（符合概率 {}）", kpi::probability_text(p)),
                    Lang::En => format!(" (probability of conformance {})", kpi::probability_text(p)),
                });
                let said = verdict.message.in_lang(lang);
                format!("{} {}: {said}{probability}", verdict.pack, verdict.requirement)
            })
            .collect();
        if said.is_empty() {
            said.extend(assessment.verdicts.first().map(|verdict| verdict.message.in_lang(lang).to_owned()));
        }
        let flags = assessment.retrofit.iter().flat_map(|retrofit| &retrofit.flags);
        let flags: Vec<&str> = flags.filter(|flag| flag.outcome.is_flagged()).map(|flag| &*flag.flag).collect();
        let faults = assessment.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let faults: Vec<String> = faults
            .map(|finding| match &finding.cell {
                Some(cell) => format!("{} ({})", finding.code, harmless(cell)),
                None => finding.code.to_string(),
            })
            .collect();
        let unknown = || "–".to_owned();
        vec![
            harmless(&self.source).into_owned(),
            assessment.facility.as_deref().map_or_else(unknown, |id| harmless(id).into_owned()),
            assessment.pue.as_ref().map_or_else(unknown, |pue| pue.published().to_string()),
            self.uncertainty().unwrap_or_else(unknown),
            self.declared().unwrap_or_else(unknown),
            assessment.pue.as_ref().map_or_else(unknown, |pue| kind(pue.is_annual(), lang).to_owned()),
            said.iter().map(|line| harmless(line)).collect::<Vec<_>>().join("\n"),
            flags.join(", "),
            faults.join("\n"),
        ]
    }
}

/// The titles of the cells.
pub fn header(lang: Lang) -> [&'static str; 9] {
    match lang {
        Lang::Zh => ["来源", "数据中心", "重算 PUE", "U (k=2)", "申报", "类型", "判定", "改造标记", "问题"],
        Lang::En => ["source", "facility", "PUE", "U (k=2)", "declared", "kind", "verdicts", "retrofit", "findings"],
    }
}

fn audit(json: &[u8], options: &Options) -> (Assessment, Option<(Facility, Date)>) {
    match Submission::from_json(json) {
        Ok(submission) => {
            let site = (submission.site().facility().clone(), submission.period().last_day());
            (submission.audit_by(options), Some(site))
        }
        Err(unusable) => (unusable.into(), None),
    }
}

#[cfg(feature = "xlsx")]
fn of_sheet(bytes: &[u8], source: &str, options: &Options) -> Result<(Assessment, Option<(Facility, Date)>), Text> {
    let sheet = pue::submission::Spreadsheet::read(bytes).map_err(|fault| fault.text().clone())?;
    let (mut assessment, site) = audit(sheet.json(), options);
    sheet.point_to_cells(source, &mut assessment);
    Ok((assessment, site))
}

#[cfg(not(feature = "xlsx"))]
fn of_sheet(_: &[u8], _: &str, _: &Options) -> Result<(Assessment, Option<(Facility, Date)>), Text> {
    Err(Text::same(crate::output::NO_XLSX))
}

/// What a pack's requirements come to, the worst of them.
#[derive(Clone)]
pub struct Mark {
    pub pack: String,
    pub outcome: Outcome,
    /// Whether one of them is met only by what the operator says.
    pub relies: bool,
    /// Whether the limit of one of them lies within the uncertainty.
    pub conditional: bool,
}

/// A site that meets a requirement only by what its operator says.
#[derive(Clone)]
pub struct Relying {
    pub facility: String,
    pub kwh: f64,
    pub message: Text,
}

/// Of each pack that was applied, the outcome that weighs most.
pub fn marks(assessment: &Assessment) -> Vec<Mark> {
    let weight = |outcome: Outcome| match outcome {
        Outcome::Fails => 3,
        Outcome::Undetermined => 2,
        Outcome::Meets => 1,
        Outcome::NotApplicable => 0,
    };
    let mut marks: Vec<Mark> = Vec::new();
    for verdict in &assessment.verdicts {
        let (relies, conditional) = (!verdict.relying_on.is_empty(), verdict.conditional);
        match marks.iter_mut().find(|mark| mark.pack == *verdict.pack) {
            Some(mark) => {
                mark.relies |= relies;
                mark.conditional |= conditional;
                if weight(verdict.outcome) > weight(mark.outcome) {
                    mark.outcome = verdict.outcome;
                }
            }
            None => marks.push(Mark { pack: verdict.pack.to_string(), outcome: verdict.outcome, relies, conditional }),
        }
    }
    marks
}

fn kind(is_annual: bool, lang: Lang) -> &'static str {
    match (lang, is_annual) {
        (Lang::En, true) => "annual",
        (Lang::En, false) => "interim",
        (Lang::Zh, true) => "年度",
        (Lang::Zh, false) => "阶段性",
    }
}

/// A cell that a spreadsheet takes for text, not for a formula.
pub fn as_text(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}
