//! Declared beside recomputed.

use super::Claims;
use crate::{
    assessment::{Assessment, Declared, Figure},
    facility::Standing,
    finding::{Code, Finding},
    period::Period,
    quantity::{Decimal, Ratio},
    site::Site,
};
use std::collections::BTreeMap;

/// Half a unit in the third decimal: what a published PUE may be off by.
const TOLERANCE: f64 = 0.0005;

pub(super) fn compare(claims: &Claims, site: &Site, period: &Period, assessment: &mut Assessment) {
    let mut all = BTreeMap::new();
    let mut findings = std::mem::take(&mut assessment.findings);
    let mut note = |key: &'static str,
                    code: Code,
                    said: Figure,
                    recomputed: Option<Figure>,
                    tolerance: Option<f64>,
                    agrees: Option<bool>| {
        // A wrong category stands among the findings already, from the boundary that looked for its meters.
        if agrees == Some(false) && key != "category" {
            let show = |figure: &Figure| match figure {
                Figure::Number(number) => number.to_string(),
                Figure::Level(level) => level.clone(),
            };
            let recomputed = recomputed.as_ref().map_or("nothing to support it".to_owned(), show);
            findings.push(Finding::new(code).path(format!("/declared/{key}")).found(show(&said)).expected(recomputed));
        }
        all.insert(key, Declared { said, recomputed, tolerance, agrees });
    };
    if let Some(said) = claims.pue {
        let value = assessment.pue.as_ref().map(|pue| pue.value.ratio());
        let agrees = value.map(|value| agrees(said, value));
        note(
            "pue",
            Code::DeclaredPue,
            Figure::Number(said),
            value.map(|value| Figure::Number(value.to_f64())),
            Some(TOLERANCE),
            agrees,
        );
    }
    if let Some(category) = claims.category {
        let found = assessment.pue.as_ref().and_then(|pue| pue.category);
        let number = |number: u8| Figure::Number(number.into());
        note(
            "category",
            Code::DeclaredCategory,
            number(category.number()),
            found.map(number),
            None,
            found.map(|found| found == category.number()),
        );
    }
    if let Some(said) = claims.standard_racks {
        let computed = site.facility().racks.as_ref().and_then(|racks| racks.standard());
        let number = |racks: crate::facility::StandardRacks| Figure::Number(racks.ratio().to_f64());
        note(
            "standard_racks",
            Code::DeclaredRacks,
            number(said),
            computed.map(number),
            Some(0.0),
            computed.map(|computed| computed == said),
        );
    }
    if let Some(said) = claims.occupancy {
        let computed =
            site.facility().racks.as_ref().and_then(|racks| racks.occupancy()).map(|occupancy| occupancy.share);
        note(
            "occupancy",
            Code::DeclaredOccupancy,
            Figure::Number(said),
            computed.map(|share| Figure::Number(share.to_f64())),
            Some(TOLERANCE),
            computed.map(|share| agrees(said, share)),
        );
    }
    if let Some(said) = claims.grade {
        let on = period.last_day();
        let counted =
            site.certificates().iter().filter(|paper| paper.standing(&site.facility().id, on) == Standing::InForce);
        let best = counted.filter_map(|paper| paper.level).max();
        let level = |level: crate::facility::Level| Figure::Level(level.as_str().to_owned());
        note(
            "grade",
            Code::DeclaredGrade,
            level(said),
            best.map(level),
            None,
            Some(best.is_some_and(|best| best >= said)),
        );
    }
    assessment.findings = Finding::gather(findings);
    assessment.declared = Some(all);
}

/// Equal to the value rounded to the digits that were said, or within half a unit in the third decimal.
fn agrees(said: f64, value: Ratio) -> bool {
    let Some(exact) = Ratio::from_f64(said) else { return false };
    let printed: Option<Decimal> = format!("{said}").parse().ok();
    let rounded = printed.and_then(|printed| value.round(printed.digits()));
    rounded.is_some_and(|rounded| Ratio::from(&rounded) == exact) || (said - value.to_f64()).abs() <= TOLERANCE
}
