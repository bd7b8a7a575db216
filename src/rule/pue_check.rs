//! Rules about the annual PUE: a limit, or a table of grades.

use super::{Band, Case, Counted, Nature, Outcome, Pack, Shown, decision::Held, weighing::Weighing};
use crate::{
    finding::Text,
    kpi::{AnnualPue, AnyPue, Bounds, Measure, Method},
    metering::Carrier,
    period::months_text,
    quantity::{ComparisonMethod, Decimal, ExactEnergy, Published, Ratio, Relation},
};
use std::borrow::Cow;

impl<'a> Case<'a> {
    /// The ratio that a document counts; `None` if a carrier of it cannot be weighed.
    fn measure(&self, counted: Counted) -> Option<&'a Measure> {
        match counted {
            Counted::AllCarriers if !self.other_carriers.is_empty() => self.pue.all_carriers.as_ref(),
            _ => Some(&self.pue.electricity),
        }
    }

    /// The annual PUE that a document counts, if no error stands against it.
    pub(crate) fn annual(&self, counted: Counted) -> Option<AnnualPue> {
        self.measure(counted)?.pue.filter(|_| !self.distrusted).and_then(AnyPue::annual)
    }

    /// The same, if nothing is missing, and nothing besides what is counted could matter.
    pub(super) fn annual_pue_if_exact(&self, counted: Counted) -> Option<Ratio> {
        let exact = self.measure(counted)?.bounds.exact && (!self.may_count_more(counted));
        self.annual(counted).filter(|_| exact).map(|annual| annual.ratio())
    }

    /// Whether the annual PUE stands so to a limit, whatever the missing energy was; `None`: not known.
    pub(crate) fn annual_pue_holds(
        &self,
        counted: Counted,
        relation: Relation,
        holds: impl Fn(Ratio) -> bool,
    ) -> Option<bool> {
        let (annual, bounds) = (self.annual(counted)?, self.measure(counted)?.bounds);
        let met = holds(annual.ratio());
        let sure = bounds.exact || on_one_side(bounds, relation, met, &holds);
        (sure && !self.other_carriers_matter(counted, relation, met, holds)).then_some(met)
    }

    /// Whether the document leaves open if what crossed the boundary besides electricity counts.
    fn may_count_more(&self, counted: Counted) -> bool {
        counted == Counted::Unstated && !self.other_carriers.is_empty()
    }

    /// Whether the value over all carriers may lie on another side of the limit.
    fn other_carriers_matter(
        &self,
        counted: Counted,
        relation: Relation,
        met: bool,
        holds: impl Fn(Ratio) -> bool,
    ) -> bool {
        // Other carriers only add: what is too much on electricity alone is too much with them, and what is enough is enough.
        let settled = match relation {
            Relation::AtMost | Relation::LessThan => !met,
            Relation::AtLeast | Relation::MoreThan => met,
        };
        if !self.may_count_more(counted) || settled {
            return false;
        }
        let agrees = |ratio: Ratio| holds(ratio) == met;
        match self.pue.all_carriers.as_ref().and_then(|all| Some((all.pue?, all.bounds))) {
            Some((all, bounds)) => !agrees(all.ratio()) || !(bounds.exact || bounds.all(agrees)),
            None => true, // not known
        }
    }
}

impl Pack {
    /// Whether the annual PUE stands so to a limit; what the document does not count out must not matter.
    pub(super) fn weigh_pue(&self, weighing: &mut Weighing<'_>, case: &Case<'_>, relation: Relation, limit: Decimal) {
        if case.distrusted {
            return weighing.distrusted();
        }
        let counts_all = self.counts == Counted::AllCarriers;
        let Some(measure) = case.measure(self.counts) else { return unweighed(weighing, case) };
        let annual = match measure.pue {
            Some(AnyPue::Annual(annual)) => annual,
            Some(AnyPue::Interim(_)) => return not_annual(weighing, measure),
            None if case.pue.pue().is_some() && !counts_all => {
                let carriers = carriers(case.other_carriers);
                let why = Text::new(
                    format!("仅计电力得不出 PUE，另有{}", carriers.zh),
                    format!("electricity alone makes no PUE; there is also {}", carriers.en),
                );
                return weighing.undetermined(why, method_to_be_named());
            }
            None => {
                return weighing.undetermined(
                    Text::new("没有可用的 PUE", "there is no PUE"),
                    Text::new("提供总量与 IT 在同一时段的电量", "energies of total and IT for the same time"),
                );
            }
        };
        let method = if counts_all { Method::default() } else { Method::ElectricityOnly };
        let value = annual.ratio();
        weighing.value = Some(value);
        weighing.method = Some(method);
        weighing.assumptions.extend(case.pue.confirmed.iter().cloned());
        if self.counts == Counted::Electricity && !case.other_carriers.is_empty() && !weighing.is_silent {
            let carriers = carriers(case.other_carriers);
            weighing.assumptions.push(Text::new(
                format!("{}不计入；发电机所发电量以其输出计量点为准，未装则未计入", carriers.zh),
                format!(
                    "{} does not count; what generators make counts by the meter at their output, and not without one",
                    carriers.en
                ),
            ));
        }
        let energies =
            [("e_dc_kwh", annual.total().into()), ("e_it_kwh", annual.it().into()), ("method", method.as_str().into())];
        weighing.step("pue", "E_DC / E_IT", value, energies);
        let held = Held::new(case.decision, relation, measure);
        let keeps = |value: Ratio| self.comparison.holds(value, relation, limit);
        let holds = |value: Ratio| held.holds(value, keeps);
        let met = holds(value);
        let comparison = if self.comparison == ComparisonMethod::Full { "full value" } else { "rounded value" };
        let inputs = [("value", value.into()), ("limit", limit.into()), ("comparison", comparison.into())];
        weighing.step("compare", "value against limit (GB/T 8170-2008)", Shown::Stands(relation, limit, met), inputs);
        let may_keep = keeps(value) || !(measure.bounds.exact || on_one_side(measure.bounds, relation, false, keeps));
        if let Err((why, settles)) = held.state(weighing, measure.bounds, limit, may_keep) {
            return weighing.undetermined(why, settles);
        }
        if let Some((why, settles)) = straddles(weighing, measure.bounds, relation, met, holds) {
            return weighing.undetermined(why, settles);
        }
        if case.other_carriers_matter(self.counts, relation, met, holds) {
            if !case.unweighted.is_empty() {
                return unweighed(weighing, case);
            }
            let carriers = carriers(case.other_carriers);
            let why = Text::new(
                format!("仅计电力与计入全部能源的结果落在限值两侧（{}）", carriers.zh),
                format!("electricity alone and all carriers lie on different sides of the limit ({})", carriers.en),
            );
            return weighing.undetermined(why, method_to_be_named());
        }
        weighing.outcome = if met { Outcome::Meets } else { Outcome::Fails };
        held.qualify(weighing, value, measure.bounds, keeps);
        if matches!(relation, Relation::AtMost | Relation::LessThan) && self.comparison == ComparisonMethod::Full {
            weighing.margin_kwh = margin(annual, limit);
            let margin = weighing.margin_kwh.map_or("beyond range".into(), Shown::from);
            weighing.step("margin", "⌊limit × E_IT⌋ − E_DC", margin, []);
        }
        if weighing.is_silent {
            return;
        }
        let is_short = !met && keeps(value);
        let sentence = pue_sentence(weighing, value, limit, self.comparison, is_short);
        weighing.say(held.explain(weighing, is_short, sentence));
    }

    /// In which band of a table the annual PUE lies, and whether that is good enough.
    pub(super) fn weigh_band(&self, weighing: &mut Weighing<'_>, case: &Case<'_>, bands: &[Band], at_worst: &str) {
        let Some(limit) = bands.iter().find(|band| band.name == at_worst).map(|band| band.at_most) else {
            return weighing.undetermined(
                Text::new(format!("等级表中没有 {at_worst} 级"), format!("the table has no band {at_worst}")),
                Text::new("更正规则包", "a corrected pack"),
            );
        };
        self.weigh_pue(weighing, case, Relation::AtMost, limit);
        let Some(value) = weighing.value else { return };
        let of = |value: Ratio| bands.iter().find(|band| self.comparison.holds(value, Relation::AtMost, band.at_most));
        let (band, bounds) = (of(value), case.measure(self.counts).map(|measure| measure.bounds));
        let is_sure = bounds.is_some_and(|bounds| {
            bounds.exact || bounds.all(|bound| of(bound).map(|band| &band.name) == band.map(|band| &band.name))
        });
        let name = band.map_or("none", |band| band.name.as_str()).to_owned();
        let settled = is_sure && weighing.outcome != Outcome::Undetermined;
        weighing.step("band", "the first band whose limit the value keeps", name, [("sure", settled.into())]);
        if let Some(band) = band.filter(|_| settled) {
            weighing.level = Some(band.name.clone());
            weighing.message.zh = format!("{}；{} 级", weighing.message.zh, band.name).into();
            weighing.message.en = format!("{}; grade {}", weighing.message.en, band.name).into();
        }
    }
}

fn not_annual(weighing: &mut Weighing<'_>, measure: &Measure) {
    let known = measure.coverage.result() * 100.0;
    let why = match measure.unknown_months.as_slice() {
        [] if measure.incomplete_months.is_empty() => Text::new(
            "只有阶段性 PUE，没有年度值（期间不是完整一年）",
            "the value is an interim one, not an annual one (the period is not a whole year)",
        ),
        [] => Text::new(
            format!("只有阶段性 PUE，没有年度值（已知 {known:.1}%）"),
            format!("the value is an interim one, not an annual one ({known:.1} % known)"),
        ),
        months => {
            let Text { zh, en } = months_text(months);
            Text::new(
                format!("只有阶段性 PUE，没有年度值（{zh}无数据）"),
                format!("the value is an interim one, not an annual one (no data of {en})"),
            )
        }
    };
    let named = if measure.unknown_months.is_empty() { &measure.incomplete_months } else { &measure.unknown_months };
    let settles = if named.is_empty() {
        Text::new("提供连续 12 个月的读数", "readings of twelve continuous months")
    } else {
        let Text { zh, en } = months_text(named);
        Text::new(
            format!("补齐{zh}的读数：连续 12 个月每月都须有数据，且覆盖率不低于 90%"),
            format!("readings of {en}: of twelve continuous months each needs data, and 90 % have to be known"),
        )
    };
    weighing.undetermined(why, settles);
}

/// Whether all values between the bounds stand alike to a limit; an open side reaches as far as it can.
fn on_one_side(bounds: Bounds, relation: Relation, met: bool, holds: impl Fn(Ratio) -> bool) -> bool {
    let is_upper = matches!(relation, Relation::AtMost | Relation::LessThan);
    bounds.low.map_or(is_upper, &holds) == met && bounds.high.map_or(!is_upper, &holds) == met
}

/// With energy missing, the verdict stands only if the lowest and the highest value lie on the same side: else why not,
/// and what would settle it.
fn straddles(
    weighing: &mut Weighing<'_>,
    bounds: Bounds,
    relation: Relation,
    met: bool,
    holds: impl Fn(Ratio) -> bool,
) -> Option<(Text, Text)> {
    if bounds.exact {
        return None;
    }
    let show = |bound: Option<Ratio>| {
        bound.and_then(|bound| bound.round(4)).map_or("open".to_owned(), |bound| bound.to_string())
    };
    let (low, high) = (show(bounds.low), show(bounds.high));
    let same = on_one_side(bounds, relation, met, holds);
    let inputs = [("low", low.clone().into()), ("high", high.clone().into())];
    weighing.step(
        "bounds",
        "lowest and highest value that the missing energy allows",
        format!("same side: {same}"),
        inputs,
    );
    weighing.assumptions.push(Text::new(
        "未知电量在其最小与最大之间：最大为容量×时长，未给容量的按该表常态最高功率的 2 倍（汇总数按最高已知功率）",
        "unknown energy lies between its least and its most: capacity × time, without a capacity twice the rate that is highest usually (of sums, the highest known)",
    ));
    let why = match bounds.high {
        Some(_) => Text::new(
            format!("缺失的电量可能使 PUE 落在 {low} 至 {high} 之间，跨越限值"),
            format!("the missing energy allows a PUE from {low} to {high}, on both sides of the limit"),
        ),
        None => Text::new(
            format!("PUE 不低于 {low}，上限未知，可能跨越限值"),
            format!("the PUE is {low} or more and not bounded above; it may lie on the other side of the limit"),
        ),
    };
    let settles = Text::new(
        "补充缺失时段的读数，或按“数据问题”所列申报、确认，或填写各计量点的 capacity_kw",
        "the readings that are missing, what the findings ask to be declared or confirmed, or the meters' capacity_kw",
    );
    (!same).then_some((why, settles))
}

/// Not decided, since a carrier that may count, or counts, cannot be weighed.
fn unweighed(weighing: &mut Weighing<'_>, case: &Case<'_>) {
    let is_thermal = |carrier: &Carrier| matches!(carrier, Carrier::ChilledWater | Carrier::HotWater);
    let carriers = carriers(case.unweighted);
    let (why, settles) = if case.unweighted.iter().all(is_thermal) {
        (
            Text::new(
                format!("外购冷热量（{}）未给折电系数，计入后的 PUE 未知", carriers.zh),
                format!(
                    "the factor of bought cooling or heat is missing ({}), so the PUE with it is not known",
                    carriers.en
                ),
            ),
            Text::new("补充该计量点的折电系数（factor）", "the factor of its meter"),
        )
    } else {
        (
            Text::new(
                format!("{}不能折算，计入后的 PUE 未知", carriers.zh),
                format!("{} cannot be weighed, so the PUE with it is not known", carriers.en),
            ),
            Text::new(
                "按“数据问题”补充该计量点的折电系数、单位或所供发电机",
                "what the findings ask of its meter: the factor, the unit, or the generator that it feeds",
            ),
        )
    };
    weighing.undetermined(why, settles);
}

fn method_to_be_named() -> Text {
    Text::new("由主管部门明确 PUE 计算口径", "the authority naming the method of the PUE")
}

fn carriers(list: &[Carrier]) -> Text {
    let mut list = list.to_vec();
    list.dedup();
    let (zh, en): (Vec<&str>, Vec<&str>) = list.iter().map(|carrier| (carrier.zh(), carrier.as_str())).unzip();
    Text::new(zh.join("、"), en.join(", "))
}

/// What the total may still grow by, at the IT energy of the year, before it is over the limit; negative if it is.
fn margin(annual: AnnualPue, limit: Decimal) -> Option<ExactEnergy> {
    let allowed = Ratio::from(&limit).floor_of(annual.it().microjoules())?;
    Some(ExactEnergy::from_microjoules(allowed) - annual.total())
}

/// Value and limit in a sentence that does not round its reason away, with the energy that is too much.
fn pue_sentence(
    weighing: &Weighing<'_>,
    value: Ratio,
    limit: Decimal,
    comparison: ComparisonMethod,
    keeps_it: bool,
) -> Text {
    let digits = limit.digits().max(crate::kpi::PUBLISHED_DIGITS);
    let full = Published::new(value, digits).map_or(value.to_string(), |published| published.beside(limit));
    let rounded = value.round(limit.digits()).filter(|_| comparison == ComparisonMethod::Rounded);
    let shown_zh = rounded.map_or(Cow::Borrowed(&*full), |value| format!("{value}（修约值，全数值 {full}）").into());
    let shown_en = rounded.map_or(Cow::Borrowed(&*full), |value| format!("{value} (rounded; in full {full})").into());
    let symbol = weighing.relation.symbol();
    if weighing.outcome == Outcome::Meets || keeps_it {
        return Text::new(
            format!("年度 PUE {shown_zh} {symbol} {limit}"),
            format!("annual PUE {shown_en} {symbol} {limit}"),
        );
    }
    let excess = weighing.margin_kwh.map(|margin| -margin);
    let (zh, en) =
        excess.filter(|excess| *excess > ExactEnergy::ZERO).map_or((String::new(), String::new()), |excess| {
            let Text { zh, en } = excess.text();
            (
                format!("；按该年 IT 电量，非 IT 用电须减少 {zh}"),
                format!("; at that year's IT energy the non-IT energy must fall by {en}"),
            )
        });
    let own = weighing.limit_name.cloned();
    let Text { zh: name_zh, en: name_en } = own.unwrap_or_else(|| match weighing.nature {
        Nature::Mandatory => Text::new("强制性限值", "the mandatory limit"),
        Nature::Binding => Text::new("约束性限值", "the binding limit"),
        Nature::Expected => Text::new("预期性限值", "the expected limit"),
        Nature::Unstated => Text::new("文件所列限值", "the document's limit"),
        Nature::Threshold => Text::new("文件所列触发线", "the threshold beyond which the document provides for action"),
    });
    let (is_zh, is_en) = match weighing.relation {
        Relation::AtMost => ("超过", "is over"),
        Relation::LessThan => ("未低于", "is not below"),
        Relation::AtLeast => ("低于", "is below"),
        Relation::MoreThan => ("未高于", "is not above"),
    };
    Text::new(
        format!("年度 PUE {shown_zh} {is_zh}{name_zh}（{symbol} {limit}）{zh}"),
        format!("annual PUE {shown_en} {is_en} {name_en} ({symbol} {limit}){en}"),
    )
}
