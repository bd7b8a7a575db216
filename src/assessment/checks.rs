//! What does not look right once everything stands side by side. The thresholds are ours (`proxy`) and only warn.

use super::{Extra, certificates};
use crate::{
    facility::{ItCooling, LifecycleKind},
    finding::{Code, Finding, Text},
    kpi::{AnyPue, MeasuredPue},
    period::Period,
    place::{Part, Place, place},
    quantity::{ExactEnergy, Ratio},
    rule::Verdict,
    site::Site,
};

pub(super) fn all(site: &Site, measured: &MeasuredPue, extra: &Extra, part: &Period) -> Vec<Finding> {
    let mut findings = certificates::findings(site, measured, part);
    findings.extend(plausible(site, measured));
    findings.extend(above_total(measured, extra));
    findings.extend(dates(site, measured, part));
    findings.extend(above_racks(site, measured, part));
    findings
}

/// What a rule would have to know, and nothing has been said of yet.
pub(super) fn missing(verdicts: &[Verdict], known: &[Finding]) -> Vec<Finding> {
    let asked = verdicts.iter().flat_map(|verdict| verdict.missing.iter().map(move |place| (place, verdict)));
    // A finding about the object that holds it, or about what it holds, says it already.
    let is_said = |place: &Place| {
        let said = |known: &Place| known.is_within(place) || (place.is_within(known) && known.steps().len() > 1);
        known.iter().filter_map(|finding| finding.place.as_ref()).any(said)
    };
    let asked = asked.filter(|(place, _)| place.part() != Part::Certificates && !is_said(place));
    let missing = asked.map(|(place, verdict)| {
        let (citation, who) = (&verdict.citation, format!("{} {}", verdict.pack, verdict.requirement));
        let (document, form) = (&citation.document, form(place));
        let expected = Text::new(
            format!("{}（{document} 的规定所需：{who}）", form.0),
            format!("{} (needed by {who}, {document})", form.1),
        );
        Finding::new(Code::JsonMissing).place(place.clone()).expected(expected)
    });
    missing.chain(no_certificate(verdicts)).collect()
}

/// What may be stated at a place that a rule has to know.
fn form(place: &Place) -> (&'static str, &'static str) {
    match place.name() {
        Some("independent_supply" | "hub_node" | "edge") => ("true（是）或 false（否）", "true or false"),
        Some("kind") => {
            ("new（新建）、rebuilt（改建）、extended（扩建）或 existing（存量）", "new, rebuilt, extended or existing")
        }
        Some("approved_on" | "in_service_on") => ("日期 YYYY-MM-DD", "a date, YYYY-MM-DD"),
        Some("region") => ("GB/T 2260 六位代码，如 \"420100\"", "a GB/T 2260 code such as \"420100\""),
        _ => ("该项的值", "its value"),
    }
}

/// A grade is asked for, and no certificate was offered.
fn no_certificate(verdicts: &[Verdict]) -> Option<Finding> {
    let missing = verdicts.iter().any(|verdict| verdict.missing.contains(&place!(certificates)));
    let expected = ("绿色低碳等级证书", "a certificate of the green low-carbon grade");
    missing.then(|| Finding::new(Code::JsonMissing).place(place!(certificates)).expected(expected))
}

/// Whether it began with its first day in service: what was rebuilt or extended was there before.
pub(super) const fn is_first(kind: Option<LifecycleKind>) -> bool {
    !matches!(kind, Some(LifecycleKind::Rebuilt | LifecycleKind::Extended))
}

/// Approval and service against the period, in which energy was used.
fn dates(site: &Site, measured: &MeasuredPue, part: &Period) -> Vec<Finding> {
    let lifecycle = site.facility().lifecycle.as_ref();
    let lifecycle = lifecycle.filter(|lifecycle| measured.pue().is_some() && is_first(lifecycle.kind));
    let days = lifecycle.map(|lifecycle| {
        // Energy of a test run comes before the first day in service.
        let first = lifecycle.in_service_on.filter(|day| *day > part.first_day());
        let early = first.filter(|day| (*day - part.first_day()).get_days() > TEST_RUN_DAYS);
        let whole = measured.pue().is_some_and(|pue| pue.annual().is_some());
        [
            (place!(facility / lifecycle / in_service_on), early.filter(|day| whole || *day > part.last_day())),
            (place!(facility / lifecycle / approved_on), lifecycle.approved_on.filter(|day| *day > part.first_day())),
        ]
    });
    let late = days.into_iter().flatten().filter_map(|(place, day)| {
        let day = day?;
        let (finding, first) = (Finding::new(Code::FacilityDates).place(place).found(day), part.first_day());
        Some(finding.expected(Text::new(
            format!("不晚于期间首日 {first}：此后已有用电"),
            format!("not after the period's first day, {first}: energy was used from then on"),
        )))
    });
    late.collect()
}

/// So long may a site use energy before its first day in service (ours).
const TEST_RUN_DAYS: i32 = 92;

/// More IT energy than all racks of the design, or those installed, use at their rated power.
fn above_racks(site: &Site, measured: &MeasuredPue, part: &Period) -> Option<Finding> {
    let (racks, pue) = (site.facility().racks.as_ref()?, measured.pue()?);
    let places = [
        (place!(facility / racks / types), racks.design_power()),
        (place!(facility / racks / installed), racks.most_installed_power()),
    ];
    places.into_iter().find_map(|(place, power)| {
        let power = power?;
        let possible = power.over(part.milliseconds());
        if pue.it() <= possible {
            return None;
        }
        let allowed = ExactEnergy::from_microjoules(Ratio::new(102, 100)?.floor_of(possible.microjoules())?);
        let finding = Finding::new(Code::RacksInconsistent).place(place);
        let found = Text::new(format!("IT 电量 {}", pue.it()), format!("IT energy {}", pue.it()));
        let expected = Text::new(
            format!("不超过 {allowed}，即机柜总功率 {power} × 小时数，另加 2% 余量"),
            format!("at most {allowed}: the power of all racks, {power}, × the hours, and 2 % more"),
        );
        let finding = finding
            .found_text(found)
            .expected(expected)
            .worded("IT 电量超过全部机柜所能使用的电量", "more IT energy than all racks can use")
            .advised(
                "核对 IT 电量的单位与倍率、机柜数与单柜额定功率",
                "check the unit of the IT energy, the racks and their rated power",
            );
        (pue.it() > allowed).then_some(finding)
    })
}

/// What is a part of the total energy cannot be more than all of it.
fn above_total(measured: &MeasuredPue, extra: &Extra) -> Vec<Finding> {
    let Some(pue) = measured.pue().filter(|_| measured.reported().coverage.common == 1.0) else { return Vec::new() };
    let parts = [(place!(heat_reused_kwh), extra.heat_reused), (place!(renewable_kwh), extra.renewable)];
    let above = parts.into_iter().filter_map(|(place, part)| {
        let part = part.filter(|part| *part > pue.total())?;
        let total = pue.total();
        let expected = Text::new(format!("不超过总电量 {total}"), format!("at most the total energy, {total}"));
        Some(Finding::new(Code::EnergyAboveTotal).place(place).found(part).expected(expected))
    });
    above.collect()
}

/// Annual PUE over 4, or under 1.05 with air cooling, or under 1.02.
fn plausible(site: &Site, measured: &MeasuredPue) -> Option<Finding> {
    let pue = measured.pue().and_then(AnyPue::annual)?;
    let least =
        if site.facility().it_cooling == Some(ItCooling::Air) { Ratio::new(105, 100)? } else { Ratio::new(102, 100)? };
    let (low, high) = (pue.ratio() < least, pue.ratio() > Ratio::from(4));
    let finding = Finding::new(Code::PueImplausible)
        .place(place!(meters))
        .found(pue)
        .expected(Text::new(format!("{least} 至 4"), format!("from {least} to 4")));
    (low || high).then(|| match low {
        true => finding.advised(
            "核对制冷、照明、UPS 损耗是否都在总电量的计量范围内",
            "check that cooling, lighting and UPS losses are within what the total meters measure",
        ),
        false => finding.advised(
            "核对 IT 计量点是否齐全，总电量是否含非数据中心用能",
            "check that the IT meters cover all IT, and that the total has no loads outside the data centre",
        ),
    })
}
