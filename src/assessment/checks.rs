//! What does not look right once everything stands side by side. The thresholds are ours (`proxy`): they warn; only
//! energy beyond the rated power is an error.

use crate::{
    facility::{ItCooling, Level, Standing},
    finding::{Code, Finding},
    kpi::{AnyPue, MeasuredPue},
    period::Period,
    quantity::{ExactEnergy, Ratio},
    site::Site,
};

pub(super) fn all(site: &Site, measured: &MeasuredPue, part: &Period) -> Vec<Finding> {
    let mut findings = certificates(site, measured, part);
    findings.extend(plausible(site, measured));
    findings.extend(rating(site, measured, part));
    findings
}

fn certificates(site: &Site, measured: &MeasuredPue, part: &Period) -> Vec<Finding> {
    let on = part.last_day();
    let one_and_a_half = Ratio::new(3, 2).unwrap_or(Ratio::ONE);
    let poor = measured.pue.and_then(AnyPue::annual).filter(|pue| pue.ratio() > one_and_a_half);
    let mut findings = Vec::new();
    for (i, paper) in site.certificates().iter().enumerate() {
        let place = |key: &str| format!("/certificates/{i}{key}");
        let standing = match paper.standing(&site.facility().id, on) {
            Standing::InForce => None,
            Standing::OtherSite => Some(
                Finding::new(Code::CertificateOtherSite)
                    .path(place("/facility"))
                    .found(paper.facility.as_deref().unwrap_or_default())
                    .expected(site.facility().id.as_str()),
            ),
            Standing::Expired => {
                let day = paper.expires_on.map(|day| day.to_string()).unwrap_or_default();
                Some(
                    Finding::new(Code::CertificateExpired)
                        .path(place("/expires_on"))
                        .found(day)
                        .expected(format!("≥ {on}")),
                )
            }
            Standing::NotYetIssued => {
                let day = paper.issued_on.map(|day| day.to_string()).unwrap_or_default();
                Some(
                    Finding::new(Code::CertificateNotYet)
                        .path(place("/issued_on"))
                        .found(day)
                        .expected(format!("≤ {on}")),
                )
            }
            Standing::NoExpiry => Some(Finding::new(Code::CertificateNoExpiry).path(place("/expires_on"))),
            Standing::Incomplete => Some(
                Finding::new(Code::JsonMissing)
                    .path(place(""))
                    .expected(("facility、issued_on 与 expires_on", "facility, issued_on and expires_on")),
            ),
        };
        findings.extend(standing);
        if let (Some(pue), Some(level)) = (poor, paper.level.filter(|level| *level >= Level::AAAA)) {
            findings.push(
                Finding::new(Code::CertificateUnlikely)
                    .path(place("/level"))
                    .found(format!("{} beside PUE {pue}", level.short())),
            );
        }
    }
    findings
}

/// Annual PUE over 4, or under 1.05 with air cooling, or under 1.02.
fn plausible(site: &Site, measured: &MeasuredPue) -> Option<Finding> {
    let pue = measured.pue.and_then(AnyPue::annual)?;
    let least =
        if site.facility().it_cooling == Some(ItCooling::Air) { Ratio::new(105, 100)? } else { Ratio::new(102, 100)? };
    let implausible = pue.ratio() > Ratio::from(4) || pue.ratio() < least;
    implausible
        .then(|| Finding::new(Code::PueImplausible).path("/meters").found(pue.value()).expected(format!("{least} – 4")))
}

/// More IT energy than 1.02 × rated power × the hours that it is of.
fn rating(site: &Site, measured: &MeasuredPue, part: &Period) -> Option<Finding> {
    let (pue, rated) = (measured.pue?, site.facility().rated_it?);
    let known_ms = (part.milliseconds() as f64 * measured.coverage.common).ceil() as i64;
    let most = rated.over(known_ms);
    let allowed = ExactEnergy::from_microjoules(Ratio::new(102, 100)?.floor_of(most.microjoules())?);
    (pue.it() > allowed).then(|| {
        Finding::new(Code::EnergyAboveRating)
            .path("/facility/rated_it_kw")
            .found(pue.it())
            .expected(format!("≤ {allowed}"))
    })
}
