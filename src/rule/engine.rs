use super::{
    Benchmark, Check, Comparison, Counted, Decision, Figures, Nature, Outcome, Pack, Requirement, Scope, Shown, Truth,
    Verdict, weighing::Weighing,
};
use crate::{
    facility::{Certificate, Facility, LifecycleKind, StandardRacks},
    finding::{Citation, Finding, Text, Words},
    kpi::{AnnualPue, Boundary, MeasuredPue},
    ledger::Ledger,
    metering::Carrier,
    place::place,
    quantity::{Decimal, ExactEnergy, Relation},
    site::Site,
};
use jiff::civil::Date;

/// What a rule may look at: a site on a day, and what was measured. No reading is among it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    facility: &'a Facility,
    pub(super) certificates: &'a [Certificate],
    pub(super) on: Date,
    pub(super) pue: &'a MeasuredPue,
    pub(super) figures: Figures,
    pub(super) other_carriers: &'a [Carrier],
    /// Of those, the ones that cannot be weighed.
    pub(super) unweighted: &'a [Carrier],
    /// Of the design, or as declared; worked out once.
    pub(super) standard_racks: Option<StandardRacks>,
    /// Whether an error in the input keeps the figure from being trusted.
    pub(super) distrusted: bool,
    /// How a limit is applied to a value that is not quite sure.
    pub(super) decision: Decision,
}

impl<'a> Case<'a> {
    /// A site on day `on` (the period's last), with its PUE. `findings` are all that came up on the way.
    pub fn new(site: &'a Site, on: Date, pue: &'a MeasuredPue, boundary: &'a Boundary, findings: &[Finding]) -> Self {
        let case = Case::over(site.facility(), site.certificates(), on, pue, boundary);
        case.distrusted_by(findings).distrusted_by(site.findings())
    }

    /// The same over a site's parts.
    pub(crate) fn over(
        facility: &'a Facility,
        certificates: &'a [Certificate],
        on: Date,
        pue: &'a MeasuredPue,
        boundary: &'a Boundary,
    ) -> Self {
        let distrusted = pue.findings.iter().any(Finding::is_error);
        let standard_racks = facility.standard_racks();
        Case {
            facility,
            certificates,
            on,
            pue,
            figures: Figures::default(),
            other_carriers: boundary.other_carriers(),
            unweighted: boundary.unweighted_carriers(),
            standard_racks,
            distrusted,
            decision: Decision::default(),
        }
    }

    /// The same with a decision rule (判定规则) for limits of the PUE.
    pub const fn by(mut self, decision: Decision) -> Self {
        self.decision = decision;
        self
    }

    /// Notes whether an error is among some findings.
    pub(crate) fn distrusted_by(mut self, findings: &[Finding]) -> Self {
        self.distrusted |= findings.iter().any(Finding::is_error);
        self
    }

    /// The same where these carriers cross the boundary, of which some cannot be weighed.
    pub(crate) const fn counting(mut self, others: &'a [Carrier], unweighted: &'a [Carrier]) -> Self {
        (self.other_carriers, self.unweighted) = (others, unweighted);
        self
    }

    /// The same with another number of standard racks.
    pub(crate) fn of_scale(mut self, racks: Option<StandardRacks>) -> Self {
        self.standard_racks = racks.or(self.standard_racks);
        self
    }

    /// Adds figures besides the PUE.
    pub const fn with(mut self, figures: Figures) -> Self {
        self.figures = figures;
        self
    }

    /// The facility.
    pub const fn facility(&self) -> &'a Facility {
        self.facility
    }

    /// The day asked about.
    pub const fn day(&self) -> Date {
        self.on
    }

    /// The annual PUE of electricity, if nothing of it is missing.
    pub(crate) fn annual_if_exact(&self) -> Option<AnnualPue> {
        self.annual(Counted::Electricity).filter(|_| self.pue.electricity.bounds.exact)
    }

    /// The electricity of the data centre in a year, if all of it is known.
    pub(super) fn annual_total(&self) -> Option<ExactEnergy> {
        self.annual_if_exact().map(|annual| annual.total())
    }
}

/// What is asked of a site: a requirement, or a figure to compare with.
struct Asked<'a> {
    id: &'a Words,
    nature: Nature,
    limit_name: Option<&'a Text>,
    scope: &'a Scope,
    check: &'a Check,
    citation: Citation,
    scope_readings: &'a [Text],
    readings: &'a [Text],
    /// What is said of all rules of a document that is not in force.
    not_in_force: Option<&'a Text>,
    /// Whether only value and outcome are wanted.
    is_silent: bool,
}

impl Pack {
    /// The verdicts of this pack on the site of a ledger, one for each requirement. Judging never errors.
    ///
    /// # Examples
    /// ```
    /// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json"));
    /// use pue::{Outcome, submission::audit_json};
    /// let audit = audit_json(json, &[]);
    /// let verdict = &audit.verdicts[0];
    /// assert_eq!((&*verdict.pack, &*verdict.requirement, verdict.outcome), ("wuhan-2024", "pue-new-large", Outcome::Fails));
    /// assert_eq!((verdict.value.map(|value| value.to_string()), &*verdict.limit), (Some("1.31".to_owned()), "1.25"));
    /// assert_eq!(&*verdict.citation.document, "武政办〔2024〕9号");
    /// let steps: Vec<&str> = verdict.trace.iter().map(|step| &*step.step).collect();
    /// assert_eq!(steps, ["in force", "scope", "pue", "compare", "margin"]);
    /// ```
    ///
    /// # Examples
    /// ```
    /// # use pue::{Ledger, Period, Site};
    /// # const SITE: &str = r#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai",
    /// #   "lifecycle": {"kind": "existing", "in_service_on": "2012-06-01"}, "racks": {"types": [{"count": 400, "rated_kw": 5.0}]}},
    /// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "MWh"},
    /// #              {"id": "ups", "point": "ups_output", "kind": "register", "unit": "MWh", "parent": "grid"}]}"#;
    /// # const READINGS: &str = "meter,time,value\ngrid,2024-01-01 00:00,0\ngrid,2025-01-01 00:00,8000\nups,2024-01-01 00:00,0\nups,2025-01-01 00:00,5000\n";
    /// # let site: Site = serde_json::from_str(SITE)?;
    /// # let readings = pue::read::csv(&site, "readings.csv", READINGS.as_bytes())?;
    /// # let ledger = Ledger::build(&site, &readings, Period::year(2024, site.time_zone())?)?;
    /// use pue::{packs, rule::Outcome};
    /// let verdicts = packs::by_id(packs::WUHAN_2024).ok_or("no such pack")?.judge(&ledger);
    /// assert_eq!(verdicts[0].outcome, Outcome::NotApplicable); // an existing site, of 800 standard racks
    /// assert_eq!(verdicts[0].citation.document, "武政办〔2024〕9号");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn judge(&self, ledger: &Ledger<'_>) -> Vec<Verdict> {
        let site = ledger.site();
        let boundary = Boundary::new(site, None);
        let measured = MeasuredPue::over(ledger, &boundary, ledger.period());
        let case = Case::new(site, ledger.period().last_day(), &measured, &boundary, &ledger.findings());
        self.judge_case(&case)
    }

    /// The verdicts on a case that is at hand.
    pub fn judge_case(&self, case: &Case<'_>) -> Vec<Verdict> {
        self.verdicts(case).collect()
    }

    /// The same one by one.
    pub(crate) fn verdicts<'c>(&'c self, case: &'c Case<'_>) -> impl Iterator<Item = Verdict> + 'c {
        let not_in_force = (!self.in_force(case.on)).then(|| {
            let (on, from) = (case.on.to_string(), self.from.to_string());
            let until = self.until.map(|until| until.to_string());
            let zh = until.as_ref().map_or(String::new(), |until| format!("，至 {until} 止"));
            let en = until.as_ref().map_or(String::new(), |until| format!(" until {until}"));
            Text::new(
                format!("{on} 不在本文件的有效期内（自 {from} 起{zh}）"),
                format!("{on} is outside the time in which the document is in force (from {from}{en})"),
            )
        });
        self.requirements.iter().map(move |requirement| {
            let mut weighing = self.weigh(self.asked(requirement, not_in_force.as_ref(), false), case);
            // A grade is asked for, and no certificate was offered.
            let of_grade = matches!(requirement.check, Check::Grade { .. });
            if of_grade && weighing.outcome == Outcome::Undetermined && case.certificates.is_empty() {
                weighing.missing.push(place!(certificates));
            }
            weighing.verdict()
        })
    }

    /// The outcome of one of its requirements alone.
    pub(crate) fn outcome(&self, requirement: &Requirement, case: &Case<'_>) -> Outcome {
        match self.in_force(case.on) {
            true => self.weigh(self.asked(requirement, None, true), case).outcome,
            false => Outcome::NotApplicable,
        }
    }

    fn asked<'p>(&'p self, requirement: &'p Requirement, not_in_force: Option<&'p Text>, is_silent: bool) -> Asked<'p> {
        Asked {
            id: &requirement.id,
            nature: requirement.nature,
            limit_name: requirement.limit_name.as_ref(),
            scope: &requirement.scope,
            check: &requirement.check,
            citation: self.citation(requirement),
            scope_readings: &requirement.scope_readings,
            readings: &requirement.readings,
            not_in_force,
            is_silent,
        }
    }

    /// How a case compares with the pack's figures that do not judge; those that are not for it are left out.
    pub fn compare_case(&self, case: &Case<'_>) -> Vec<Comparison> {
        // What only compares decides nothing.
        let case = &case.by(Decision::Simple);
        let is_for_it =
            |one: &&Benchmark| self.in_force(case.on) && self.binds(&one.scope, case, false).truth != Truth::No;
        let compared = self.comparisons.iter().filter(is_for_it).map(|benchmark| {
            let asked = Asked {
                id: &benchmark.id,
                nature: Nature::Expected,
                limit_name: None,
                scope: &benchmark.scope,
                check: &benchmark.check,
                citation: Citation {
                    document: self.number.clone(),
                    clause: benchmark.clause.clone(),
                    quote: benchmark.quote.clone(),
                    paraphrase: benchmark.paraphrase.clone(),
                    basis: benchmark.basis,
                },
                scope_readings: &[],
                readings: &[],
                not_in_force: None,
                is_silent: true,
            };
            self.weigh(asked, case).comparison(benchmark.why_not_judged.clone())
        });
        compared.collect()
    }

    fn weigh<'p>(&'p self, asked: Asked<'p>, case: &Case<'_>) -> Weighing<'p> {
        let limit = |limit: &Decimal| Words::from(limit.to_string());
        let (relation, shown) = match asked.check {
            Check::AnnualPue { relation, limit: edge } => (*relation, limit(edge)),
            Check::Figure { relation, limit: edge, .. } => (*relation, limit(edge)),
            Check::PueBand { bands, at_worst } => {
                let edge = bands.iter().find(|band| band.name == *at_worst).map(|band| limit(&band.at_most));
                (Relation::AtMost, edge.unwrap_or_default())
            }
            Check::Grade { at_least, .. } => (Relation::AtLeast, at_least.as_str().into()),
            Check::Score { at_least, .. } => (Relation::AtLeast, limit(at_least)),
            Check::Attested { .. } => (Relation::AtLeast, Words::default()),
        };
        let mut weighing = Weighing::new(self, asked.id, asked.nature, (relation, shown), asked.citation.clone());
        weighing.is_silent = asked.is_silent;
        weighing.limit_name = asked.limit_name.filter(|_| !asked.is_silent);
        if !asked.is_silent {
            weighing.trace.reserve_exact(if asked.not_in_force.is_some() { 1 } else { 3 });
        }
        let days = [("day", case.on.into()), ("from", self.from.into())];
        weighing.step("in force", "from ≤ day ≤ until", asked.not_in_force.is_none(), days);
        if let Some(why) = asked.not_in_force {
            weighing.outcome = Outcome::NotApplicable;
            weighing.say(why.clone());
            return weighing;
        }
        let truth = self.binds(asked.scope, case, false).truth;
        if !weighing.is_silent {
            self.note_scope(&mut weighing, &asked, truth, case);
        }
        match truth {
            Truth::No => {
                weighing.outcome = Outcome::NotApplicable;
                weighing.say(join(self.binds(asked.scope, case, true).because));
                return weighing;
            }
            Truth::Unknown => {
                let missing = join(self.binds(asked.scope, case, true).because);
                let why = Text::new(
                    format!("尚不能确定本规则是否适用，须明确：{}", missing.zh),
                    format!("whether it binds this site cannot be said without {}", missing.en),
                );
                let settles = Text::new(format!("明确{}", missing.zh), format!("stating {}", missing.en));
                weighing.undetermined(why, settles);
                if !weighing.is_silent {
                    weighing.missing = self.unknown(asked.scope, case);
                }
                return weighing;
            }
            Truth::Yes => weighing.assumptions.extend(asked.readings.iter().cloned()),
        }
        match asked.check {
            Check::AnnualPue { relation, limit } => self.weigh_pue(&mut weighing, case, *relation, *limit),
            Check::PueBand { bands, at_worst } => self.weigh_band(&mut weighing, case, bands, at_worst),
            Check::Grade { at_least, ladder } => self.weigh_grade(&mut weighing, case, *at_least, *ladder),
            Check::Figure { figure, relation, limit } => {
                self.weigh_figure(&mut weighing, case, *figure, *relation, *limit)
            }
            Check::Score { rubric, at_least } => self.weigh_score(&mut weighing, case, rubric, *at_least),
            Check::Attested { what } => weighing.undetermined(
                Text::new(format!("需另行核验：{}", what.zh), format!("needs manual verification: {}", what.en)),
                what.clone(),
            ),
        }
        weighing
    }

    /// Whom the requirement binds, in the trace and among the assumptions.
    fn note_scope(&self, weighing: &mut Weighing<'_>, asked: &Asked<'_>, truth: Truth, case: &Case<'_>) {
        let facility = case.facility;
        let region = facility.region.map_or("unknown".into(), Shown::from);
        let racks = case.standard_racks.map_or("unknown".into(), |racks| racks.ratio().into());
        let kind = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.kind);
        let inputs = [
            ("region", region),
            ("lifecycle", kind.map_or("unknown", LifecycleKind::as_str).into()),
            ("standard_racks", racks),
        ];
        let shown = match truth {
            Truth::Yes => "yes",
            Truth::No => "no",
            Truth::Unknown => "unknown",
        };
        weighing.step("scope", "conditions of the requirement, three-valued", shown, inputs);
        weighing.assumptions.extend(asked.scope_readings.iter().cloned());
        weighing.assumptions.extend(self.assumed_new(asked.scope, case));
        if case.facility.racks.as_ref().and_then(|racks| racks.standard()).is_none() && case.standard_racks.is_some() {
            weighing.assumptions.push(Text::new(
                "规模依据申报的标准机架数，未提供机架清单",
                "the scale rests on the declared standard racks; no rack list was given",
            ));
        }
        if let Some(lapse) = self.lapse.as_ref().filter(|_| self.is_lapsed(case.on)) {
            weighing.assumptions.push(lapse.note.clone());
        }
    }

    /// How 新建 was taken, where the requirement asks for it.
    fn assumed_new(&self, scope: &Scope, case: &Case<'_>) -> Option<Text> {
        if !scope.names(LifecycleKind::New) {
            return None;
        }
        let rebuilt = [LifecycleKind::Rebuilt, LifecycleKind::Extended];
        let kind = case.facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.kind)?;
        let approved = case.facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.approved_on);
        let text = match (kind, self.settings.new_since) {
            (LifecycleKind::New, None) => Text::new(
                "按提交材料认定为新建；文本未规定自何日起算新建",
                "taken as new because the submission says so; the text gives no day from which a site is new",
            ),
            (LifecycleKind::New, Some(since)) if approved.is_none_or(|approved| approved < since) => return None,
            (LifecycleKind::New, Some(since)) => Text::new(
                format!("{since} 及以后批复的按新建计（设置）"),
                format!("approved on {since} or later, so it counts as new (a setting)"),
            ),
            (LifecycleKind::Existing, _) => return None,
            (kind, _) if scope.names(kind) => return None,
            _ if rebuilt.into_iter().any(|kind| scope.names(kind)) => return None,
            _ if self.settings.count_rebuilt_as_new => {
                Text::new("改建、扩建按新建计（设置）", "rebuilt and extended sites count as new (a setting)")
            }
            _ => Text::new(
                "“新建”按字面理解，不含改建、扩建（可设置）",
                "\"new\" is read by the letter, without rebuilt and extended sites (a setting)",
            ),
        };
        Some(text)
    }
}

pub(super) fn join(mut texts: Vec<Text>) -> Text {
    if texts.len() == 1
        && let Some(only) = texts.pop()
    {
        return only;
    }
    let zh: Vec<&str> = texts.iter().map(|text| &*text.zh).collect();
    let en: Vec<&str> = texts.iter().map(|text| &*text.en).collect();
    Text::new(zh.join("；"), en.join("; "))
}
