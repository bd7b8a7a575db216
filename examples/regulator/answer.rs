//! One record's answer, in the forms that the program writes.

use super::{
    Options,
    input::{Content, Record},
    sheet,
};
use pue::{
    Assessment, Code, Facility, Finding, Lang, Outcome, Severity, Submission, assessment::Figure, quantity::ExactEnergy,
};

/// One record and its answer.
pub struct Answer {
    pub source: String,
    pub assessment: Assessment,
    /// The site, for what only shows over several of them.
    pub facility: Option<Facility>,
}

impl Answer {
    pub fn new(record: Record, options: &Options) -> Self {
        let Record { source, content } = record;
        let unreadable = |finding: Finding| Assessment::unreadable(None, vec![finding]);
        let (assessment, facility) = match content {
            Content::Lost(finding) => (unreadable(*finding), None),
            Content::Json(bytes) => audit(&bytes, options),
            Content::Xlsx(bytes) => match sheet::read(&bytes) {
                Ok(read) => {
                    let (mut assessment, facility) = audit(&read.json, options);
                    read.point_to_cells(&source, &mut assessment);
                    (assessment, facility)
                }
                Err(fault) => {
                    let mut finding = Finding::new(Code::XlsxUnreadable).found(fault);
                    finding.file = Some(source.clone());
                    (unreadable(finding), None)
                }
            },
        };
        Answer { source, assessment, facility }
    }

    /// Whether somebody has to look at it.
    pub fn needs_a_look(&self) -> bool {
        let outcome = self.assessment.worst();
        matches!(outcome, None | Some(Outcome::Fails | Outcome::Undetermined))
            || self.assessment.findings.iter().any(|finding| finding.severity > Severity::Note)
    }

    /// What reaching the target would save in a year.
    pub fn savings(&self) -> Option<(String, ExactEnergy)> {
        let kwh = self.assessment.retrofit.as_ref()?.savings_kwh.filter(|kwh| *kwh > ExactEnergy::ZERO)?;
        Some((self.assessment.facility.clone()?, kwh))
    }

    /// The cells of one record, the same for the table and for CSV.
    pub fn cells(&self, lang: Lang) -> Vec<String> {
        let assessment = &self.assessment;
        let verdicts = assessment.verdicts.iter().filter(|verdict| verdict.outcome != Outcome::NotApplicable);
        let mut said: Vec<String> = verdicts
            .map(|verdict| format!("{} {}: {}", verdict.pack, verdict.requirement, verdict.message.in_lang(lang)))
            .collect();
        if said.is_empty() {
            said.extend(assessment.verdicts.first().map(|verdict| verdict.message.in_lang(lang).to_owned()));
        }
        let declared = assessment.declared.as_ref().and_then(|declared| declared.get("pue"));
        let declared = declared.map(|pue| match (&pue.said, pue.agrees) {
            (Figure::Number(said), Some(false)) => format!("{said} ≠"),
            (Figure::Number(said), _) => said.to_string(),
            (Figure::Level(said), _) => said.clone(),
        });
        let flags = assessment.retrofit.iter().flat_map(|retrofit| &retrofit.flags);
        let flags: Vec<&str> = flags.filter(|flag| flag.outcome.is_flagged()).map(|flag| flag.flag).collect();
        let faults = assessment.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let faults: Vec<String> = faults
            .map(|finding| match &finding.cell {
                Some(cell) => format!("{} ({cell})", finding.code),
                None => finding.code.to_string(),
            })
            .collect();
        let unknown = || "–".to_owned();
        vec![
            self.source.clone(),
            assessment.facility.clone().unwrap_or_else(unknown),
            assessment.pue.as_ref().map_or_else(unknown, |pue| pue.published.to_string()),
            declared.unwrap_or_else(unknown),
            assessment.pue.as_ref().map_or_else(unknown, |pue| kind(pue.kind, lang).to_owned()),
            said.join("\n"),
            flags.join(", "),
            faults.join("\n"),
        ]
    }
}

/// The titles of the cells.
pub fn header(lang: Lang) -> [&'static str; 8] {
    match lang {
        Lang::Zh => ["来源", "数据中心", "重算 PUE", "申报", "类型", "判定", "改造标记", "问题"],
        Lang::En => ["source", "facility", "PUE", "declared", "kind", "verdicts", "retrofit", "findings"],
    }
}

fn audit(json: &[u8], options: &Options) -> (Assessment, Option<Facility>) {
    match Submission::from_json(json) {
        Ok(submission) => {
            let facility = options.keeps_facilities.then(|| submission.site().facility().clone());
            (submission.audit(&options.packs), facility)
        }
        Err(unusable) => (unusable.into(), None),
    }
}

fn kind(kind: &'static str, lang: Lang) -> &'static str {
    match (lang, kind) {
        (Lang::En, kind) => kind,
        (Lang::Zh, "annual") => "年度",
        (Lang::Zh, _) => "期间",
    }
}

/// A cell that a spreadsheet takes for text, not for a formula.
pub fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}
