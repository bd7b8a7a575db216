//! Declared beside recomputed.

use super::{Claims, traps};
use crate::{
    assessment::{Assessment, Claim, Declared, Figure},
    facility::{Level, StandardRacks, Standing},
    finding::{Code, Finding, Text},
    kpi::Method,
    ledger::Ledger,
    place::{Part, Place, place},
    quantity::{Decimal, ExactEnergy, Ratio},
};
use std::collections::BTreeMap;

/// Half a unit in the third decimal: what a published PUE may be off by.
pub(super) const TOLERANCE: f64 = 0.0005;

/// A PUE or an occupancy is declared in at least so many decimals.
const FEWEST_DIGITS: u8 = 2;

pub(super) fn compare(
    claims: &Claims,
    ledger: &Ledger<'_>,
    heat_reused: Option<ExactEnergy>,
    assessment: &mut Assessment,
) {
    let (site, period) = (ledger.site(), ledger.period());
    let racks = site.facility().racks.as_ref();
    let mut all = BTreeMap::new();
    let mut new = Vec::new();
    let mut note = |key: Claim, code: Code, declared: Declared| {
        // A wrong category stands among the findings already, from the boundary that looked for its meters.
        if declared.agrees == Some(false) && key != Claim::Category {
            let none = Text::new("有数据支持的值", "a value that the data support");
            let recomputed =
                declared.recomputed.as_ref().map_or(none, |figure| Text::same(shown(figure, &declared.said)));
            let finding = Finding::new(code)
                .place(Place::from(Part::Declared).key(key.as_str()))
                .found(shown(&declared.said, &declared.said));
            let (zh, en) = (&declared.reason.zh, &declared.reason.en);
            let finding = finding.expected(recomputed).detail(zh, en);
            new.push(match (key, &declared.said) {
                (Claim::Occupancy, Figure::Number(percent)) if *percent > 1.0 => finding.advised(
                    format!("上架率按 0 至 1 填报：{percent}% 填 {}", percent / 100.0),
                    format!("give the occupancy from 0 to 1: {} for {percent} %", percent / 100.0),
                ),
                _ => finding,
            });
        }
        all.insert(key, declared);
    };
    if let Some(said) = claims.pue {
        let value = assessment.pue.as_ref().map(|pue| pue.value.ratio());
        let reason = || {
            let trap = traps::behind(said, ledger, heat_reused, assessment);
            trap.unwrap_or(Text::new("未能判明原因", "no usual cause explains it"))
        };
        let mut declared = number(said, value, reason);
        if let Some(why) = as_a_pack_counts(said, assessment).filter(|_| declared.agrees == Some(false)) {
            (declared.agrees, declared.reason) = (Some(true), why);
        }
        if declared.agrees == Some(false)
            && let Some(why) = cannot_tell(said, assessment)
        {
            // A trap that shows with some months missing shows all the same.
            if why.is_error || traps::behind(said, ledger, heat_reused, assessment).is_none() {
                (declared.agrees, declared.reason) = (None, why.reason);
            }
        }
        note(Claim::Pue, Code::DeclaredPue, declared);
    }
    if let Some(category) = claims.category {
        let found = assessment.pue.as_ref().and_then(|pue| pue.category).map(|category| f64::from(category.number()));
        let said = f64::from(category.number());
        let agrees = found.map(|found| found == said);
        let reason = match agrees {
            Some(true) => Text::new("该类别有对应计量点", "its meters are there"),
            Some(false) => {
                Text::new("该类别没有对应计量点，按现有计量点计算", "it has no meters; what there is was used")
            }
            None => nothing(),
        };
        let recomputed = found.map(Figure::Number);
        let declared = Declared { said: Figure::Number(said), recomputed, tolerance: None, agrees, reason };
        note(Claim::Category, Code::DeclaredCategory, declared);
    }
    if let Some(said) = claims.standard_racks {
        let computed = racks.and_then(|racks| racks.standard());
        // Standard racks are reported in whole numbers, rounded one way or the other.
        let near = |computed: StandardRacks| (computed.ratio().to_f64() - said.ratio().to_f64()).abs() < 1.0;
        let agrees = computed.map(near);
        let cabinets = racks.and_then(|racks| racks.cabinets());
        let reason = match agrees {
            Some(true) => Text::new("等于 Σ 机架数 × 额定功率 ÷ 2.5 kW", "equal to Σ racks × rated power / 2.5 kW"),
            Some(false) if cabinets.is_some_and(|cabinets| said.ratio() == Ratio::from(cabinets)) => Text::new(
                "申报的是机柜数，不是标准机架数（2.5 kW）",
                "it is the number of cabinets, not of standard racks of 2.5 kW",
            ),
            Some(false) => Text::new("与 Σ 机架数 × 额定功率 ÷ 2.5 kW 不符", "not Σ racks × rated power / 2.5 kW"),
            None => nothing(),
        };
        let figure = |racks: StandardRacks| Figure::Number(racks.ratio().to_f64());
        let (said, recomputed) = (figure(said), computed.map(figure));
        note(
            Claim::StandardRacks,
            Code::DeclaredRacks,
            Declared { said, recomputed, tolerance: Some(1.0), agrees, reason },
        );
    }
    if let Some(said) = claims.occupancy {
        let computed = racks.and_then(|racks| racks.occupancy()).map(|occupancy| occupancy.share);
        let reason = || match computed.is_some_and(|share| agreement(said / 100.0, share).is_some()) {
            true => Text::new("似以百分数申报，应为 0 至 1", "given in per cent, it seems; it goes from 0 to 1"),
            false => Text::new("与已用 ÷ 已装机柜数不符", "not occupied / installed cabinets"),
        };
        note(Claim::Occupancy, Code::DeclaredOccupancy, number(said, computed, reason));
    }
    if let Some(said) = claims.grade {
        let on = period.last_day();
        let counted =
            site.certificates().iter().filter(|paper| paper.standing(&site.facility().id, on) == Standing::InForce);
        let complete = counted.filter(|paper| paper.ladder.is_some() && paper.kind.is_some());
        let best = complete.filter_map(|paper| paper.level).max();
        let supported = best.is_some_and(|best| best >= said);
        let reason = match (supported, best) {
            (true, _) => Text::new("有在有效期内的本数据中心证书", "a certificate of this site is in force"),
            (false, Some(_)) => Text::new("有效证书的等级较低", "the certificate in force is of a lower level"),
            (false, None) => Text::new("没有可计入的证书", "there is no certificate that counts"),
        };
        let level = |level: Level| Figure::Level(level.as_str().to_owned());
        let (said, recomputed) = (level(said), best.map(level));
        note(
            Claim::Grade,
            Code::DeclaredGrade,
            Declared { said, recomputed, tolerance: None, agrees: Some(supported), reason },
        );
    }
    if claims.pue.is_none() {
        new.extend(undeclared(assessment));
    }
    if !new.is_empty() {
        let before = std::mem::take(&mut assessment.findings);
        assessment.findings = Finding::gather(before.into_iter().chain(new));
    }
    assessment.declared = Some(all);
}

/// A figure for people: a recomputed number in three decimals, or in more if they are those that differ from what was said.
fn shown(figure: &Figure, said: &Figure) -> String {
    match (figure, said) {
        (Figure::Level(level), _) => format!("{}A", level.len()), // AAAA is 4A
        (Figure::Number(number), Figure::Number(said)) if number != said => {
            let round = |decimals: i32| (number * 10_f64.powi(decimals)).round() / 10_f64.powi(decimals);
            let differs = |decimals: &i32| (round(*decimals) - said).abs() > TOLERANCE;
            round((3..6).find(differs).unwrap_or(6)).to_string()
        }
        (Figure::Number(number), _) => number.to_string(),
    }
}

/// A recomputed PUE that no second figure confirms, unless it was said before why there is none.
fn undeclared(assessment: &Assessment) -> Option<Finding> {
    let place = place!(declared / pue);
    let is_of_it = |finding: &Finding| {
        finding.place.as_ref().is_some_and(|known| *known == place || *known == Place::from(Part::Declared))
    };
    let said = assessment.findings.iter().any(is_of_it);
    let expected = Text::new("申报的 PUE，用以核对重算值", "the PUE declared, to confirm the recomputed one");
    (assessment.pue.is_some() && !said).then(|| Finding::new(Code::JsonMissing).place(place).expected(expected))
}

/// A declared PUE that is the one a pack has judged by, electricity alone, where the reported one counts all carriers.
fn as_a_pack_counts(said: f64, assessment: &Assessment) -> Option<Text> {
    let alone = assessment.pue.as_ref()?.electricity_only?;
    let verdict = assessment.verdicts.iter().find(|one| one.method == Some(Method::ElectricityOnly))?;
    agreement(said, alone)?;
    Some(Text::new(
        format!("等于只计电量的 PUE，即 {} 所用口径；重算值计入全部能源", verdict.pack),
        format!(
            "equal to the PUE of electricity alone, by which {} judges; the recomputed one counts all carriers",
            verdict.pack
        ),
    ))
}

/// Why a PUE that differs from the recomputed one may be right.
struct Doubt {
    is_error: bool,
    reason: Text,
}

/// Energies that have errors, or months that are missing, make a recomputed PUE that nothing can be measured against.
fn cannot_tell(said: f64, assessment: &Assessment) -> Option<Doubt> {
    let of_energies = [Part::Energy, Part::Meters, Part::Period];
    let is_of_energies = |place: &Place| of_energies.contains(&place.part());
    let doubts = |finding: &Finding| finding.is_error() && finding.place.as_ref().is_some_and(is_of_energies);
    if assessment.findings.iter().any(doubts) {
        let reason =
            Text::new("电量数据有错误，更正后再比较", "the energies have errors; it is compared once they are mended");
        return Some(Doubt { is_error: true, reason });
    }
    let (pue, said) = (assessment.pue.as_ref()?, Ratio::from_f64(said)?);
    let possible = pue.low.is_none_or(|low| low <= said) && pue.high.is_none_or(|high| said <= high);
    let missing = assessment.coverage.is_some_and(|coverage| coverage.common < 1.0);
    let reason = Text::new(
        "有时段缺数，申报值在可能范围内",
        "energy of some time is missing, and the declared value is one that is possible",
    );
    (missing && possible).then_some(Doubt { is_error: false, reason })
}

fn nothing() -> Text {
    Text::new("没有可比的重算值", "there is nothing recomputed to compare with")
}

/// A declared number, and why it does not agree if it does not.
fn number(said: f64, value: Option<Ratio>, unlike: impl Fn() -> Text) -> Declared {
    let agreement = value.map(|value| agreement(said, value));
    let reason = match &agreement {
        None => nothing(),
        Some(None) => unlike(),
        Some(Some(how)) => how.clone(),
    };
    Declared {
        said: Figure::Number(said),
        recomputed: value.map(|value| Figure::Number(value.to_f64())),
        tolerance: Some(TOLERANCE),
        agrees: agreement.map(|how| how.is_some()),
        reason,
    }
}

/// Equal to the value rounded to the digits that were said, or within half a unit in the third decimal: in which way.
pub(super) fn agreement(said: f64, value: Ratio) -> Option<Text> {
    let exact = Ratio::from_f64(said)?;
    // Zeros at the end are lost in JSON, so 1.2 may have been 1.20: nobody declares such a figure in one digit.
    let printed = Decimal::of_short(said).or_else(|| said.to_string().parse().ok());
    let rounded = printed.and_then(|printed| value.round(printed.digits().max(FEWEST_DIGITS)));
    if rounded.is_some_and(|rounded| Ratio::from(&rounded) == exact) {
        return Some(Text::new("与重算值修约到同样位数后相等", "equal to the recomputed value in the digits declared"));
    }
    let within = (said - value.to_f64()).abs() <= TOLERANCE;
    within.then(|| Text::new("与重算值相差不超过 0.0005", "within 0.0005 of the recomputed value"))
}
