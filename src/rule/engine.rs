use super::{Check, Nature, Outcome, Pack, Requirement, Truth, Verdict};
use crate::{
    facility::{Certificate, CertificateKind, Facility, Ladder, Level, LifecycleKind, Standing},
    finding::{Finding, Text},
    kpi::{AnyPue, Boundary, Bounds, Measure, MeasuredPue},
    ledger::Ledger,
    metering::Carrier,
    quantity::{Decimal, ExactEnergy, Published, Ratio, Relation},
    site::Site,
};
use jiff::civil::Date;

/// What a rule may look at: a site on a day, and what was measured. No reading is among it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    facility: &'a Facility,
    certificates: &'a [Certificate],
    on: Date,
    pue: &'a MeasuredPue,
    other_carriers: &'a [Carrier],
    /// Whether an error in the input keeps the figure from being trusted.
    distrusted: bool,
}

impl<'a> Case<'a> {
    /// A site on day `on` (the period's last), with its PUE. `findings` are all that came up on the way.
    pub fn new(site: &'a Site, on: Date, pue: &'a MeasuredPue, boundary: &'a Boundary, findings: &[Finding]) -> Self {
        Case {
            facility: site.facility(),
            certificates: site.certificates(),
            on,
            pue,
            other_carriers: boundary.other_carriers(),
            distrusted: findings.iter().chain(site.findings()).chain(&pue.findings).any(Finding::is_error),
        }
    }

    /// The facility.
    pub const fn facility(&self) -> &'a Facility {
        self.facility
    }
}

impl Pack {
    /// The verdicts of this pack on the site of a ledger, one for each requirement. Judging never errors.
    pub fn judge(&self, ledger: &Ledger<'_>) -> Vec<Verdict> {
        let site = ledger.site();
        let boundary = Boundary::new(site, None);
        let measured = ledger.pue(&boundary, ledger.period());
        let case = Case::new(site, ledger.period().last_day(), &measured, &boundary, &ledger.findings());
        self.judge_case(&case)
    }

    /// The verdicts on a case that is at hand.
    pub fn judge_case(&self, case: &Case<'_>) -> Vec<Verdict> {
        self.requirements.iter().map(|requirement| self.decide(requirement, case)).collect()
    }

    fn decide(&self, requirement: &Requirement, case: &Case<'_>) -> Verdict {
        let mut verdict = match requirement.check {
            Check::AnnualPue { relation, limit } => Verdict::new(self, requirement, relation, limit.to_string()),
            Check::Grade { at_least } => {
                Verdict::new(self, requirement, Relation::AtLeast, at_least.as_str().to_owned())
            }
        };
        let days = [("day", case.on.to_string()), ("from", self.from.to_string())];
        verdict.step("in force", "from ≤ day ≤ until", self.in_force(case.on), &days);
        if !self.in_force(case.on) {
            verdict.outcome = Outcome::NotApplicable;
            let (on, from) = (case.on, self.from);
            return verdict.say(Text::new(
                format!("{on} 不在本文件的有效期内(自 {from} 起)"),
                format!("{on} is outside the time in which the document is in force (from {from})"),
            ));
        }
        let scope = requirement.scope.examine(self, case);
        let inputs = [
            ("region", case.facility.region.as_ref().map_or("unknown".to_owned(), ToString::to_string)),
            (
                "lifecycle",
                case.facility
                    .lifecycle
                    .as_ref()
                    .and_then(|l| l.kind)
                    .map_or("unknown".to_owned(), |kind| format!("{kind:?}").to_lowercase()),
            ),
            ("standard_racks", case.facility.standard_racks().map_or("unknown".to_owned(), |racks| racks.to_string())),
        ];
        verdict.step(
            "scope",
            "conditions of the requirement, three-valued",
            format!("{:?}", scope.truth).to_lowercase(),
            &inputs,
        );
        verdict.assumptions.extend(requirement.scope_readings.iter().cloned());
        verdict.assumptions.extend(self.assumed_new(case));
        if case.facility.racks.as_ref().and_then(|racks| racks.standard()).is_none()
            && case.facility.declared_standard_racks.is_some()
        {
            verdict.assumptions.push(Text::new(
                "规模依据申报的标准机架数，未提供机架清单",
                "the scale rests on the declared standard racks; no rack list was given",
            ));
        }
        if let Some(lapse) = self.lapse.as_ref().filter(|lapse| case.on > lapse.after) {
            verdict.assumptions.push(lapse.note.clone());
        }
        match scope.truth {
            Truth::No => {
                verdict.outcome = Outcome::NotApplicable;
                return verdict.say(join(&scope.because));
            }
            Truth::Unknown => {
                let missing = join(&scope.because);
                let why = Text::new(
                    format!("无法确定本规则是否适用，缺少{}", missing.zh),
                    format!("whether it binds the site is not known; missing: {}", missing.en),
                );
                let settles = Text::new(format!("补充{}", missing.zh), format!("giving {}", missing.en));
                return verdict.undetermined(why, settles);
            }
            Truth::Yes => verdict.assumptions.extend(requirement.readings.iter().cloned()),
        }
        match requirement.check {
            Check::AnnualPue { relation, limit } => self.decide_pue(verdict, case, relation, limit),
            Check::Grade { at_least } => self.decide_grade(verdict, case, at_least),
        }
    }

    fn assumed_new(&self, case: &Case<'_>) -> Option<Text> {
        let kind = case.facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.kind)?;
        let text = match (kind, self.settings.new_since) {
            (LifecycleKind::New, None) => Text::new(
                "按提交材料认定为新建；文本未规定自何日起算新建",
                "taken as new because the submission says so; the text gives no day from which a site is new",
            ),
            (LifecycleKind::New, Some(since)) => Text::new(
                format!("{since} 及以后批复的按新建计(设置)"),
                format!("approved on {since} or later, so it counts as new (a setting)"),
            ),
            (LifecycleKind::Existing, _) => return None,
            _ if self.settings.count_rebuilt_as_new => {
                Text::new("改建、扩建按新建计(设置)", "rebuilt and extended sites count as new (a setting)")
            }
            _ => Text::new(
                "“新建”按字面理解，不含改建、扩建(可设置)",
                "\"new\" is read by the letter, without rebuilt and extended sites (a setting)",
            ),
        };
        Some(text)
    }

    fn decide_pue(&self, mut verdict: Verdict, case: &Case<'_>, relation: Relation, limit: Decimal) -> Verdict {
        if case.distrusted {
            return verdict.undetermined(
                Text::new("数据存在错误，数值不可信", "the data have errors, so the figure cannot be trusted"),
                Text::new("更正所列错误后重新计算", "correcting the errors listed and computing again"),
            );
        }
        let measure = &case.pue.electricity;
        let annual = match measure.pue {
            Some(AnyPue::Annual(annual)) => annual,
            Some(AnyPue::Interim(_)) => return not_annual(verdict, measure),
            None if case.pue.pue().is_some() => {
                let carriers = carriers(case);
                return verdict.undetermined(
                    Text::new(
                        format!("仅计电力得不出 PUE，另有{}", carriers.zh),
                        format!("electricity alone makes no PUE; there is also {}", carriers.en),
                    ),
                    Text::new("由主管部门明确 PUE 计算口径", "the authority naming the method of the PUE"),
                );
            }
            None => {
                return verdict.undetermined(
                    Text::new("没有可用的 PUE", "there is no PUE"),
                    Text::new("提供总量与 IT 在同一时段的电量", "energies of total and IT for the same time"),
                );
            }
        };
        let value = annual.ratio();
        verdict.value = Some(value);
        verdict.method = Some("electricity-only");
        let energies = [
            ("e_dc_kwh", annual.total().kwh().to_string()),
            ("e_it_kwh", annual.it().kwh().to_string()),
            ("method", "electricity-only".to_owned()),
        ];
        verdict.step("pue", "E_DC / E_IT", value, &energies);
        let holds = |value: Ratio| self.comparison.holds(value, relation, limit);
        let met = holds(value);
        let comparison =
            if self.comparison == crate::quantity::Comparison::Full { "full value" } else { "rounded value" };
        let inputs =
            [("value", value.to_string()), ("limit", limit.to_string()), ("comparison", comparison.to_owned())];
        verdict.step(
            "compare",
            "value against limit, exactly (GB/T 8170-2008, 4.3)",
            format!("{} {limit}: {met}", relation.symbol()),
            &inputs,
        );
        if let Some((why, settles)) = straddles(&mut verdict, measure.bounds, met, holds) {
            return verdict.undetermined(why, settles);
        }
        if other_carriers_matter(case, met, holds) {
            let carriers = carriers(case);
            let why = Text::new(
                format!("仅计电力与计入全部能源的结果落在限值两侧({})", carriers.zh),
                format!("electricity alone and all carriers lie on different sides of the limit ({})", carriers.en),
            );
            return verdict.undetermined(
                why,
                Text::new("由主管部门明确 PUE 计算口径", "the authority naming the method of the PUE"),
            );
        }
        verdict.outcome = if met { Outcome::Meets } else { Outcome::Fails };
        let sentence = pue_sentence(&verdict, value, limit, annual.it());
        verdict.say(sentence)
    }

    fn decide_grade(&self, mut verdict: Verdict, case: &Case<'_>, at_least: Level) -> Verdict {
        let (ladders, kinds) = (&self.settings.ladders, &self.settings.kinds);
        let admitted = |paper: &Certificate| {
            let ladder = if ladders.is_empty() {
                paper.ladder.is_some()
            } else {
                paper.ladder.is_some_and(|ladder| ladders.contains(&ladder))
            };
            let kind = if kinds.is_empty() {
                paper.kind.is_some()
            } else {
                paper.kind.is_some_and(|kind| kinds.contains(&kind))
            };
            ladder && kind && paper.standing(&case.facility.id, case.on) == Standing::InForce
        };
        // A paper that lacks a field, and may turn out to be one of those that count and high enough.
        let may_be = |paper: &Certificate| {
            let ladder = ladders.is_empty() || paper.ladder.is_none_or(|ladder| ladders.contains(&ladder));
            let kind = kinds.is_empty() || paper.kind.is_none_or(|kind| kinds.contains(&kind));
            let standing = paper.standing(&case.facility.id, case.on);
            let open = matches!(standing, Standing::InForce | Standing::NoExpiry | Standing::Incomplete);
            ladder && kind && open && paper.level.is_none_or(|level| level >= at_least)
        };
        let best = case
            .certificates
            .iter()
            .filter(|paper| admitted(paper))
            .filter_map(|paper| Some((paper.level?, paper)))
            .max_by_key(|(level, _)| *level);
        verdict.assumptions.push(which_count(ladders, kinds));
        let inputs = [("offered", case.certificates.len().to_string()), ("day", case.on.to_string())];
        verdict.step(
            "certificates",
            "of this site, admitted, in force on the day; the best",
            best.map_or("none", |(level, _)| level.as_str()),
            &inputs,
        );
        let Some((level, paper)) = best else {
            return verdict.undetermined(
                Text::new("没有可计入的绿色低碳等级证书", "no certificate of the green low-carbon grade that counts"),
                Text::new(
                    format!("提交本场所在 {} 有效、写明颁发日与有效期的等级证书", case.on),
                    format!("a certificate of this site in force on {}, with its day of issue and of expiry", case.on),
                ),
            );
        };
        if level < at_least && case.certificates.iter().any(may_be) {
            return verdict.undetermined(
                Text::new(
                    format!("有效证书仅 {} 级，另有证书信息不全，可能达到要求", level.short()),
                    format!("the certificate that counts is {}, and another one, which may be high enough, lacks information", level.short()),
                ),
                Text::new(
                    "补全该证书的等级种类、类别、级别、场所、颁发日与有效期",
                    "its ladder, kind, level, facility, day of issue and of expiry",
                ),
            );
        }
        verdict.level = Some(level.as_str());
        verdict.outcome = if level >= at_least { Outcome::Meets } else { Outcome::Fails };
        verdict.step(
            "compare",
            "level against level",
            format!("{} ≥ {}: {}", level.as_str(), at_least.as_str(), level >= at_least),
            &[],
        );
        let number = paper.number.as_deref().unwrap_or("—");
        let (zh, en) = match paper.ladder {
            Some(Ladder::LowCarbon) => ("低碳等级", "low-carbon grade"),
            _ => ("绿色等级", "green grade"),
        };
        let needed = at_least.short();
        verdict.say(Text::new(
            format!("{zh} {}，要求 {needed} 级以上(证书 {number})", level.short()),
            format!("{en} {}, {needed} or better is asked (certificate {number})", level.short()),
        ))
    }
}

fn not_annual(verdict: Verdict, measure: &Measure) -> Verdict {
    let known = measure.coverage.result() * 100.0;
    let why = Text::new(
        format!("只有期间值，没有年度值(已知 {known:.1}%)"),
        format!("the value is an interim one, not an annual one ({known:.1} % known)"),
    );
    let named = if measure.unknown_months.is_empty() { &measure.incomplete_months } else { &measure.unknown_months };
    let settles = if named.is_empty() {
        Text::new("提供连续 12 个月的读数", "readings of twelve continuous months")
    } else {
        let months = named.join(", ");
        Text::new(
            format!("补齐下列月份的读数，使连续 12 个月的覆盖率不低于 90%：{months}"),
            format!("readings of these months, so that 90 % of twelve continuous months are known: {months}"),
        )
    };
    verdict.undetermined(why, settles)
}

/// With energy missing, the verdict stands only if the lowest and the highest value lie on the same side: else why not,
/// and what would settle it.
fn straddles(verdict: &mut Verdict, bounds: Bounds, met: bool, holds: impl Fn(Ratio) -> bool) -> Option<(Text, Text)> {
    if bounds.exact {
        return None;
    }
    let show = |bound: Option<Ratio>| {
        bound.and_then(|bound| bound.round(4)).map_or("open".to_owned(), |bound| bound.to_string())
    };
    let (low, high) = (show(bounds.low), show(bounds.high));
    let same = bounds.all(|bound| holds(bound) == met);
    let inputs = [("low", low.clone()), ("high", high.clone())];
    verdict.step(
        "bounds",
        "lowest and highest value that the missing energy allows",
        format!("same side: {same}"),
        &inputs,
    );
    verdict.assumptions.push(Text::new(
        "缺失时段的电量在 0 与容量×时长之间；未给容量的按自身最高已知功率的 2 倍",
        "missing energy lies between nothing and capacity × time; without a capacity, twice the meter's own highest known rate",
    ));
    let why = Text::new(
        format!("缺失的电量可能使 PUE 落在 {low} 至 {high} 之间，跨越限值"),
        format!("the missing energy allows a PUE from {low} to {high}, on both sides of the limit"),
    );
    let settles = Text::new(
        "补充缺失时段的读数，或填写各计量点的 capacity_kw",
        "the readings that are missing, or the meters' capacity_kw",
    );
    (!same).then_some((why, settles))
}

/// Whether the value over all carriers may lie on another side of the limit.
fn other_carriers_matter(case: &Case<'_>, met: bool, holds: impl Fn(Ratio) -> bool) -> bool {
    // Other carriers only add: what fails on electricity alone fails with them too.
    if case.other_carriers.is_empty() || !met {
        return false;
    }
    let agrees = |ratio: Ratio| holds(ratio) == met;
    match case.pue.all_carriers.as_ref().and_then(|all| Some((all.pue?, all.bounds))) {
        Some((all, bounds)) => !agrees(all.ratio()) || !(bounds.exact || bounds.all(agrees)),
        None => true, // not known
    }
}

/// The carriers besides electricity.
fn carriers(case: &Case<'_>) -> Text {
    let (zh, en): (Vec<&str>, Vec<&str>) =
        case.other_carriers.iter().map(|carrier| (carrier.zh(), carrier.as_str())).unzip();
    Text::new(zh.join("、"), en.join(", "))
}

fn which_count(ladders: &[Ladder], kinds: &[CertificateKind]) -> Text {
    if ladders.is_empty() && kinds.is_empty() {
        return Text::new(
            "文本未指明等级种类：绿色等级或低碳等级、设计类或运行类均可",
            "the text does not say which grade counts: green or low-carbon, design or operation, either is taken",
        );
    }
    Text::new(
        format!("按设置计入的等级：{ladders:?} {kinds:?}"),
        format!("grades that count by setting: {ladders:?} {kinds:?}"),
    )
}

/// Value and limit in a sentence that does not round its reason away, with the energy that is too much.
fn pue_sentence(verdict: &Verdict, value: Ratio, limit: Decimal, it: ExactEnergy) -> Text {
    let digits = limit.digits().max(crate::kpi::PUBLISHED_DIGITS);
    let shown = Published::new(value, digits).map_or(value.to_string(), |published| published.beside(limit));
    let symbol = verdict.relation.symbol();
    if verdict.outcome == Outcome::Meets {
        return Text::new(format!("年度 PUE {shown} {symbol} {limit}"), format!("annual PUE {shown} {symbol} {limit}"));
    }
    let energy = |ratio: Ratio| ratio.floor_of(it.microjoules()).map(ExactEnergy::from_microjoules);
    let excess = energy(value).zip(energy(Ratio::from(&limit))).map(|(used, allowed)| (used - allowed).kwh() / 1e6);
    let (zh, en) = excess.filter(|gwh| *gwh > 0.0).map_or((String::new(), String::new()), |gwh| {
        (
            format!("；按目前 IT 负荷，非 IT 用电每年须减少 {gwh:.3} GWh"),
            format!("; at today's IT load the non-IT energy must fall by {gwh:.3} GWh a year"),
        )
    });
    let (nature_zh, nature_en) = match verdict.nature {
        Nature::Binding => ("约束性", "binding"),
        Nature::Expected => ("预期性", "expected"),
    };
    Text::new(
        format!("年度 PUE {shown} 超过{nature_zh}指标上限({symbol} {limit}){zh}"),
        format!("annual PUE {shown} is over the plan's {nature_en} indicator ({symbol} {limit}){en}"),
    )
}

fn join(texts: &[Text]) -> Text {
    let zh: Vec<&str> = texts.iter().map(|text| text.zh.as_str()).collect();
    let en: Vec<&str> = texts.iter().map(|text| text.en.as_str()).collect();
    Text::new(zh.join("；"), en.join("; "))
}
