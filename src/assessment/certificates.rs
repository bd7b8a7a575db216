//! What is wrong with certificates (等级证书核查): those that have expired, are of another site or contradict each other.

use super::checks::is_first;
use crate::{
    facility::{Certificate, CertificateKind, Ladder, Level, Standing},
    finding::{Code, Finding, Text},
    kpi::{AnyPue, MeasuredPue},
    period::Period,
    place::{Part, Place},
    quantity::Ratio,
    site::Site,
};
use std::collections::{BTreeMap, BTreeSet};

/// Certificates against the site, the assessment date, each other and the PUE.
pub(super) fn findings(site: &Site, measured: &MeasuredPue, part: &Period) -> Vec<Finding> {
    let on = part.last_day();
    let one_and_a_half = Ratio::new(3, 2).unwrap_or(Ratio::ONE);
    // Of a PUE that cannot be trusted it says nothing.
    let trusted = measured.pue().filter(|_| !measured.findings.iter().any(Finding::is_error));
    let poor = trusted.and_then(AnyPue::annual).filter(|pue| pue.ratio() > one_and_a_half);
    let mut findings = Vec::new();
    let stands = |paper: &Certificate| paper.standing(&site.facility().id, on) == Standing::InForce;
    let in_force: BTreeSet<_> =
        site.certificates().iter().filter(|paper| stands(paper)).map(|paper| (paper.ladder, paper.kind)).collect();
    let rivals = Rivals::among(site.certificates().iter().enumerate().filter(|(_, paper)| stands(paper)));
    for (i, paper) in site.certificates().iter().enumerate() {
        let place = |key: &'static str| Place::from(Part::Certificates).item(i).key(key);
        if let Some(other) = stands(paper).then(|| rivals.of(paper)).flatten() {
            let level = |paper: &Certificate| paper.level.map_or("–", Level::short);
            let (row, other) = (other + 1, site.certificates().get(other).map_or("–", level));
            let expected =
                Text::new(format!("与第 {row} 份证书的 {other} 一致"), format!("{other}, as certificate {row} says"));
            let finding = Finding::new(Code::CertificateConflict).place(place("level"));
            findings.push(finding.found(level(paper)).expected(expected));
        }
        if let (Some(issued), Some(expires)) = (paper.issued_on, paper.expires_on)
            && expires < issued
        {
            let finding = Finding::new(Code::FacilityDates).place(place("expires_on")).found(expires);
            let expected =
                Text::new(format!("不早于颁发日期 {issued}"), format!("not before its day of issue, {issued}"));
            findings.push(finding.expected(expected));
        }
        // Operation is certified after it began; what was rebuilt began before.
        let began = site.facility().lifecycle.as_ref().filter(|lifecycle| is_first(lifecycle.kind));
        let began = began.and_then(|lifecycle| lifecycle.in_service_on);
        if let (Some(CertificateKind::Operation), Some(issued), Some(began)) = (paper.kind, paper.issued_on, began)
            && issued < began
            && stands(paper)
        {
            let finding =
                Finding::new(Code::FacilityDates).place(place("issued_on")).found(issued).expected(Text::new(
                    format!("运行等级证书不早于投运日期 {began}"),
                    format!("a certificate of operation not before the first day in service, {began}"),
                ));
            findings.push(finding);
        }
        // A renewal, or the one before it, is no fault beside the one that is in force.
        let renewed = in_force.contains(&(paper.ladder, paper.kind));
        let standing = match paper.standing(&site.facility().id, on) {
            Standing::Expired | Standing::NotYetIssued if renewed => None,
            Standing::InForce => None,
            Standing::OtherSite => Some(
                Finding::new(Code::CertificateOtherSite)
                    .place(place("facility"))
                    .found(paper.facility.as_deref().unwrap_or_default())
                    .expected(site.facility().id.as_str()),
            ),
            Standing::Expired => {
                let day = paper.expires_on.map(|day| day.to_string()).unwrap_or_default();
                Some(Finding::new(Code::CertificateExpired).place(place("expires_on")).found(day).expected(Text::new(
                    format!("在判定日 {on} 仍有效"),
                    format!("still in force on the assessment date, {on}"),
                )))
            }
            Standing::NotYetIssued => {
                let day = paper.issued_on.map(|day| day.to_string()).unwrap_or_default();
                Some(Finding::new(Code::CertificateNotYet).place(place("issued_on")).found(day).expected(Text::new(
                    format!("在判定日 {on} 已颁发"),
                    format!("issued by the assessment date, {on}"),
                )))
            }
            Standing::NoExpiry => Some(Finding::new(Code::CertificateNoExpiry).place(place("expires_on"))),
            Standing::Incomplete => Some(
                Finding::new(Code::JsonMissing)
                    .place(Place::from(Part::Certificates).item(i))
                    .expected(("facility、issued_on 与 expires_on", "facility, issued_on and expires_on")),
            ),
        };
        findings.extend(standing);
        for (key, missing, zh, en) in [
            ("ladder", paper.ladder.is_none(), "green（绿色）或 low_carbon（低碳）", "green or low_carbon"),
            ("kind", paper.kind.is_none(), "design（设计）或 operation（运行）", "design or operation"),
            ("level", paper.level.is_none(), "1A 至 5A", "1A to 5A"),
        ] {
            let expected = Text::new(
                format!("{zh}；缺少则该证书不能计入"),
                format!("{en}; without it the certificate is not counted"),
            );
            findings.extend(missing.then(|| Finding::new(Code::JsonMissing).place(place(key)).expected(expected)));
        }
        if let (Some(pue), Some(level)) = (poor, paper.level.filter(|level| *level >= Level::AAAA)) {
            let finding = Finding::new(Code::CertificateUnlikely).place(place("level")).found_text(Text::new(
                format!("{}，而年度 PUE 为 {pue}", level.short()),
                format!("{} beside an annual PUE of {pue}", level.short()),
            ));
            findings.push(finding.expected(Text::new(
                format!("4A 级以上的 PUE 一般不高于 {one_and_a_half}（参考阈值）"),
                format!("a PUE of at most {one_and_a_half} beside 4A or better (a threshold of ours)"),
            )));
        }
    }
    findings
}

/// Certificates in force by what they are of, and by number: the first of each, and the first of another level.
#[derive(Default)]
struct Rivals<'a> {
    by_kind: BTreeMap<(Option<Ladder>, Option<CertificateKind>), Levels>,
    by_number: BTreeMap<&'a str, Levels>,
}

/// A certificate with its level, and the first one with another.
type Levels = ((usize, Option<Level>), Option<(usize, Option<Level>)>);

impl<'a> Rivals<'a> {
    fn among(papers: impl Iterator<Item = (usize, &'a Certificate)>) -> Self {
        let mut rivals = Rivals::default();
        let add = |levels: &mut Levels, own: (usize, Option<Level>)| {
            if levels.0.1 != own.1 && levels.1.is_none() {
                levels.1 = Some(own);
            }
        };
        for (i, paper) in papers {
            let own = (i, paper.level);
            add(rivals.by_kind.entry((paper.ladder, paper.kind)).or_insert((own, None)), own);
            if let Some(number) = &paper.number {
                add(rivals.by_number.entry(number).or_insert((own, None)), own);
            }
        }
        rivals
    }

    /// The first one that contradicts a certificate.
    fn of(&self, paper: &Certificate) -> Option<usize> {
        let other = |(first, second): &Levels| match first.1 == paper.level {
            false => Some(first.0),
            true => second.map(|(i, _)| i),
        };
        let by_kind = self.by_kind.get(&(paper.ladder, paper.kind)).and_then(other);
        let by_number = paper.number.as_deref().and_then(|number| self.by_number.get(number)).and_then(other);
        by_kind.into_iter().chain(by_number).min()
    }
}
