use super::{
    colon, document,
    places::{in_words, times_in_words},
    statements::outcomes_in_words,
};
use crate::{
    assessment::Assessment,
    finding::{Basis, Citation, Code, Finding, Lang, Severity, harmless},
    place::Part,
    quantity::ExactEnergy,
    retrofit::{Flag, measures},
    rule::{Outcome, Verdict, packs},
};
use std::fmt;

/// The letter that sends a submission back (退回修改通知): in plain words what was computed, what is wrong, where, and what to
/// do; errors first, each with a number. Where nothing has to be mended it says so.
///
/// ```
/// use pue::{finding::Lang, report::Letter, submission::audit_json};
/// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/07-it-above-total.json"));
/// let letter = Letter::new(&audit_json(json, &[]), Lang::En).to_string();
/// assert!(letter.contains("1. PUE below 1"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    assessment: &'a Assessment,
    lang: Lang,
}

impl<'a> Letter<'a> {
    /// A letter in one language.
    pub const fn new(assessment: &'a Assessment, lang: Lang) -> Self {
        Letter { assessment, lang }
    }

    /// Whether there is anything to be mended, given or told.
    pub fn is_needed(&self) -> bool {
        self.has(Outcome::Fails) || !self.assessment.findings.is_empty() || self.flags().next().is_some()
    }

    fn has(&self, outcome: Outcome) -> bool {
        self.assessment.verdicts.iter().any(|verdict| verdict.outcome == outcome)
    }

    /// The flags of the retrofit screen that are raised.
    fn flags(&self) -> impl Iterator<Item = &'a Flag> + use<'a> {
        let flags = self.assessment.retrofit.iter().flat_map(|retrofit| &retrofit.flags);
        flags.filter(|flag| flag.outcome.is_flagged())
    }

    /// The flags, what reaching the target would save, and the measures that Wuhan's plan names.
    fn retrofit(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(retrofit) = &self.assessment.retrofit else { return Ok(()) };
        for (i, flag) in self.flags().enumerate() {
            if i == 0 {
                let words = self
                    .pick("节能改造筛查提示（不作判定）", "Signs of a site to be retrofitted (a screen, no verdict)");
                writeln!(f, "\n{words}")?;
            }
            let action = flag
                .action
                .as_ref()
                .map_or(String::new(), |action| format!("{}{}", self.pick("；", "; "), action.in_lang(self.lang)));
            let evidence = harmless(flag.evidence.in_lang(self.lang));
            let name = flag.name();
            let name = name.in_lang(self.lang);
            let Citation { document, clause, basis, .. } = &flag.citation;
            let (basis, rule) = (basis.text(), format!("{} {}", flag.pack, flag.flag));
            let source = match self.lang {
                Lang::Zh => format!("（{document} {clause}，{}；{rule}）", basis.zh),
                Lang::En => format!(" ({document} {clause}, {}; {rule})", basis.en),
            };
            writeln!(f, "- {name}{}{evidence}{}{}", colon(self.lang), harmless(&source), harmless(&action))?;
        }
        let saved = retrofit.savings_kwh.filter(|saved| *saved > ExactEnergy::ZERO).zip(retrofit.target);
        if let Some((saved, target)) = saved.filter(|_| self.has(Outcome::Fails) || self.flags().next().is_some()) {
            let saved = saved.text();
            match self.lang {
                Lang::Zh => writeln!(f, "\n按该年 IT 电量，PUE 降至 {target} 可节电 {}", saved.zh)?,
                Lang::En => writeln!(f, "\nAt that year's IT energy, a PUE of {target} saves {}", saved.en)?,
            }
        }
        let in_wuhan = |verdict: &Verdict| verdict.pack == packs::WUHAN_2024 && verdict.outcome == Outcome::Fails;
        let proxy = |flag: &Flag| flag.citation.basis == Basis::Proxy;
        if self.assessment.verdicts.iter().any(in_wuhan) || self.flags().any(proxy) {
            let words = self.pick(
                "武政办〔2024〕9号二(六)15 所列改造措施",
                "Measures that Wuhan's action plan names (武政办〔2024〕9号, 二(六)15)",
            );
            let measures = measures().map(|measure| measure.in_lang(self.lang).to_owned());
            writeln!(f, "\n{words}{}{}", colon(self.lang), measures.join(self.pick("、", ", ")))?;
        }
        Ok(())
    }

    /// What to look at on site: what only the operator's word supports and would change an outcome.
    fn on_site(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changing = self.assessment.reliance.iter().filter(|one| one.decides || !one.outcomes_without.is_empty());
        for (i, one) in changing.enumerate() {
            if i == 0 {
                let words = self.pick(
                    "供现场核实（仅凭申报，影响判定）",
                    "To be checked on site (supported by your word alone, and it matters)",
                );
                writeln!(f, "\n{words}")?;
            }
            writeln!(f, "- {}", harmless(one.message().in_lang(self.lang)))?;
            if let Some(outcomes) = outcomes_in_words(one, self.lang) {
                writeln!(f, "  {outcomes}")?;
            }
        }
        Ok(())
    }

    /// The verdicts of one outcome, under a heading.
    fn verdicts(&self, f: &mut fmt::Formatter<'_>, outcome: Outcome, zh: &str, en: &str) -> fmt::Result {
        let verdicts = self.assessment.verdicts.iter().filter(|verdict| verdict.outcome == outcome);
        for (i, verdict) in verdicts.enumerate() {
            if i == 0 {
                writeln!(f, "\n{}", self.pick(zh, en))?;
            }
            let message = harmless(verdict.message.in_lang(self.lang));
            let limit = format!("{} {}", verdict.relation.symbol(), verdict.limit);
            let rule = document(&verdict.pack, &verdict.citation, (&verdict.requirement, self.lang), &limit);
            writeln!(f, "- {}{}{message}", harmless(&rule), colon(self.lang))?;
            if let Some(settles) = &verdict.settles {
                let settles = harmless(settles.in_lang(self.lang));
                writeln!(f, "  {}{}{settles}", self.pick("补充后可判定", "what would settle it"), colon(self.lang))?;
            }
        }
        Ok(())
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }

    fn opening(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.assessment.facility.as_deref().unwrap_or(self.pick("（标识未知）", "(id not known)"));
        if let Some(operator) = &self.assessment.operator {
            writeln!(f, "{}{}{}", self.pick("运营单位", "Operator"), colon(self.lang), harmless(operator))?;
        }
        let facility = match (&self.assessment.name, self.lang) {
            (None, _) => id.to_owned(),
            (Some(name), Lang::Zh) => format!("{}（{id}）", name.zh),
            (Some(name), Lang::En) => format!("{} ({id})", name.en),
        };
        writeln!(f, "{}{}{}", self.pick("数据中心", "Data centre"), colon(self.lang), harmless(&facility))?;
        if let Some(period) = &self.assessment.period {
            let days = period.text();
            let days = days.in_lang(self.lang);
            writeln!(f, "{}{}{days}", self.pick("报送期间", "Period"), colon(self.lang))?;
        }
        match &self.assessment.pue {
            Some(pue) => {
                let kind = match pue.is_annual() {
                    true => self.pick("年度 PUE", "annual PUE"),
                    false => self.pick("阶段性（非年度）PUE", "PUE of the period (not annual)"),
                };
                let (value, total, it) = (pue.published(), pue.total().text(), pue.it().text());
                // Where the data have errors nothing is decided by it.
                let is_open = self.assessment.findings.iter().any(Finding::is_error);
                let (zh, en) = if is_open {
                    ("；数据有误，待更正", "; provisional, since the data have errors")
                } else {
                    ("", "")
                };
                match self.lang {
                    Lang::Zh => writeln!(f, "重算结果：{kind} {value}（总电量 {}，IT 电量 {}{zh}）", total.zh, it.zh),
                    Lang::En => writeln!(f, "Recomputed: {kind} {value} (total {}, IT {}{en})", total.en, it.en),
                }
            }
            None => writeln!(f, "{}", self.pick("无法核算 PUE。", "No PUE could be computed.")),
        }
    }

    fn fault(&self, f: &mut fmt::Formatter<'_>, number: usize, finding: &Finding) -> fmt::Result {
        writeln!(f, "{number}. {}", harmless(finding.message.in_lang(self.lang)))?;
        let mut line = |name: &str, text: &str| writeln!(f, "   {name}{}{}", colon(self.lang), harmless(text));
        // A cell says where; else the words do, and the pointer, which is for programs, has a line of its own.
        let place = finding.place.as_ref().filter(|place| place.part() != Part::Whole && finding.cell.is_none());
        let words = place.map(|place| in_words(self.assessment, place, self.lang));
        // The name of a meter says more than an id that was made up for its row.
        let meter = finding.meter.as_ref().filter(|meter| match &words {
            Some(words) => !meter.contains('/') && !words.contains(meter.as_str()),
            None => true,
        });
        let meter = meter.map(|meter| match self.lang {
            Lang::Zh => format!("计量点“{meter}”"),
            Lang::En => format!("meter \"{meter}\""),
        });
        let places = [finding.file.clone(), finding.cell.clone(), words, meter];
        let mut places: Vec<String> = places.into_iter().flatten().filter(|place| !place.is_empty()).collect();
        places.extend(finding.line.map(|line| match (self.lang, finding.column) {
            (Lang::Zh, Some(column)) => format!("第 {line} 行第 {column} 列"),
            (Lang::Zh, None) => format!("第 {line} 行"),
            (Lang::En, Some(column)) => format!("line {line}, column {column}"),
            (Lang::En, None) => format!("line {line}"),
        }));
        places.extend(times_in_words(finding, self.lang));
        places.extend((finding.count > 1).then(|| match self.lang {
            Lang::Zh => format!("共 {} 处", finding.count),
            Lang::En => format!("{} times", finding.count),
        }));
        if !places.is_empty() {
            line(self.pick("位置", "where"), &places.join(self.pick("，", ", ")))?;
        }
        if let Some(place) = place {
            line(self.pick("JSON 指针", "JSON Pointer"), &place.to_string())?;
        }
        let (found, expected) = match finding.code {
            Code::DeclaredPue | Code::DeclaredTotal | Code::DeclaredRacks | Code::DeclaredOccupancy => {
                (self.pick("申报值", "declared"), self.pick("核算值", "recomputed"))
            }
            _ => (self.pick("实际", "found"), self.pick("应为", "expected")),
        };
        for (name, text) in [(found, &finding.found), (expected, &finding.expected)] {
            if let Some(text) = text {
                line(name, text.in_lang(self.lang))?;
            }
        }
        line(self.pick("处理", "to do"), finding.advice.in_lang(self.lang))
    }
}

impl fmt::Display for Letter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.opening(f)?;
        let worst = self.assessment.findings.iter().map(|finding| finding.severity).max();
        let request = match worst {
            Some(Severity::Error) => Some((
                "报送内容已经重算和核查，发现下列问题。请更正后重新报送；未列出的内容不必改动。",
                "Your submission was recomputed and checked. Please correct what follows and submit again; other fields need no change.",
            )),
            Some(Severity::Warning) => Some((
                "报送内容已经重算和核查。请核对下列各项：有误的请更正后重新报送，无误的请说明情况。",
                "Your submission was recomputed and checked. Please look at what follows: correct what is wrong; where a value is right, say why.",
            )),
            Some(Severity::Note) => Some((
                "报送内容已经重算和核查，没有须更正的内容。请补充下列信息。",
                "Your submission was recomputed and checked. Nothing has to be corrected; please add what follows.",
            )),
            None => None,
        };
        if let Some((zh, en)) = request {
            writeln!(f, "\n{}", self.pick(zh, en))?;
        }
        let of = |severity: Severity| move |finding: &&Finding| finding.severity == severity;
        let is_missing = |finding: &&Finding| finding.code == Code::JsonMissing;
        let all = || self.assessment.findings.iter();
        let parts: [(Vec<&Finding>, &str, &str); 4] = [
            (
                all().filter(of(Severity::Error)).collect(),
                "须更正（更正前不判定与之有关的要求）",
                "To be corrected (until then, what depends on it is not decided)",
            ),
            (all().filter(of(Severity::Warning)).collect(), "请核对", "To be checked"),
            (
                all().filter(of(Severity::Note)).filter(is_missing).collect(),
                "请补充（缺少时，与之有关的要求不能判定）",
                "To be added (without it, what depends on it is not decided)",
            ),
            (
                all().filter(of(Severity::Note)).filter(|note| !is_missing(note)).collect(),
                "提示",
                "For your information",
            ),
        ];
        let mut number = 0;
        for (findings, zh, en) in parts {
            for (i, finding) in findings.into_iter().enumerate() {
                if i == 0 {
                    writeln!(f, "\n{}", self.pick(zh, en))?;
                }
                number += 1;
                self.fault(f, number, finding)?;
            }
        }
        let (zh, en) = if self.has(Outcome::Fails) {
            (
                "报送数据未发现问题；但有不符合的要求，请按下列各项整改。",
                "No fault was found in the data; but the site does not meet what follows.",
            )
        } else if self.has(Outcome::Undetermined) {
            (
                "报送数据未发现问题；但有要求尚不能判定，原因见下。",
                "No fault was found in the data; but not all can be decided, as follows.",
            )
        } else {
            ("未发现问题，无需修改。", "Nothing was found that has to be mended.")
        };
        if number == 0 {
            writeln!(f, "\n{}", self.pick(zh, en))?;
        }
        self.verdicts(f, Outcome::Fails, "不符合的要求", "Requirements that are not met")?;
        self.verdicts(f, Outcome::Undetermined, "尚不能判定", "Not decided yet")?;
        self.on_site(f)?;
        self.retrofit(f)
    }
}
