//! Facts of a site that keep a requirement from applying, where they stand beside a limit or something contradicts them: a number
//! of racks just below a limit, a region that is not that of the time zone, a site called existing after the rule was issued.

use crate::{
    facility::{Facility, LifecycleKind, StandardRacks},
    finding::Text,
    kpi::{Relied, Statement, Without},
    place::place,
    quantity::{Decimal, Ratio},
    rule::{Nature, Pack},
};
use jiff::civil::Date;
use std::borrow::Cow;

/// A number of racks is just below a limit that it would reach with a hundredth more (ours).
const NEAR: (i128, i128) = (99, 100);

/// All of them that hold for a site under some packs.
pub(super) fn find(facility: &Facility, packs: &[Cow<'_, Pack>]) -> Vec<Relied> {
    let mut found = Vec::new();
    if let Some((racks, edge)) = facility.standard_racks().and_then(|racks| Some((racks, edge_above(racks, packs)?))) {
        let name = Text::new(
            format!("{racks} 个，界限为 {edge}"),
            format!("{racks} standard racks, where the limit is {edge}"),
        );
        found.push(relied(Statement::Racks, name, Without::Racks(edge)));
    }
    let zone = facility.time_zone.iana_name().and_then(country_of);
    if let (Some(region), Some(country)) = (facility.region, zone)
        && !is_in(&region, country)
    {
        let zone = facility.time_zone.iana_name().unwrap_or_default();
        let name = Text::new(format!("地区 {region}，时区 {zone}"), format!("region {region}, time zone {zone}"));
        found.push(relied(Statement::Region, name, Without::Region));
    }
    if let Some(lifecycle) = facility.lifecycle.as_ref().filter(|of| of.kind == Some(LifecycleKind::Existing)) {
        let day = [lifecycle.approved_on, lifecycle.in_service_on].into_iter().flatten().max();
        let name = |day| Text::new(format!("{day} 批复或投运"), format!("approved or in service on {day}"));
        match day {
            Some(day) if packs.iter().any(|pack| day > pack.from && binds_new(pack)) => {
                found.push(relied(Statement::Lifecycle, name(day), Without::New { since: day }));
            }
            Some(_) => {}
            // A bare word: it is listed.
            None if packs.iter().any(|pack| binds_new(pack)) => {
                let name = Text::new("未填批复和投运日期", "no day of approval or service is given");
                let bare = relied(Statement::Lifecycle, name, Without::New { since: Date::MAX });
                found.push(Relied { is_warned: false, ..bare });
            }
            None => {}
        }
    }
    found
}

/// Whether one of its requirements binds new projects.
fn binds_new(pack: &Pack) -> bool {
    let binds = |nature: Nature| matches!(nature, Nature::Mandatory | Nature::Binding);
    pack.requirements.iter().any(|one| binds(one.nature) && one.scope.names(LifecycleKind::New))
}

fn relied(on: Statement, name: Text, without: Without) -> Relied {
    let place = match on {
        Statement::Racks => place!(facility / racks),
        Statement::Region => place!(facility / region),
        _ => place!(facility / lifecycle / kind),
    };
    Relied { on, place, meter: None, name, energy: None, without, is_warned: true }
}

/// The lowest limit of the packs' scales that is just above a number of racks.
fn edge_above(racks: StandardRacks, packs: &[Cow<'_, Pack>]) -> Option<StandardRacks> {
    // Few limits are anywhere near, and a glance tells.
    let racks_f64 = racks.ratio().to_f64();
    let is_about = |edge: &&Decimal| {
        let edge = edge.units() as f64 / 10_f64.powi(edge.digits().into());
        edge > racks_f64 * 0.98 && edge < racks_f64 * 1.05
    };
    let rows = packs.iter().flat_map(|pack| &pack.scale).map(|row| &row.racks);
    let near = rows.filter(is_about).map(Ratio::from).filter(|edge| {
        let least = Ratio::new(NEAR.0, NEAR.1).and_then(|near| edge.checked_mul(near));
        racks.ratio() < *edge && least.is_some_and(|least| racks.ratio() >= least)
    });
    near.min().and_then(|edge| StandardRacks::declared(edge.to_f64()))
}

/// The time zones of countries whose documents ship with the library, and of their neighbours of one law.
///
/// Source: IANA time zone database, `zone.tab`.
const ZONES: [(&str, &[&str]); 31] = [
    ("CN", &["Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC"]),
    ("HK", &["Asia/Hong_Kong", "Hongkong"]),
    ("MO", &["Asia/Macau", "Asia/Macao"]),
    ("TW", &["Asia/Taipei", "ROC"]),
    ("AT", &["Europe/Vienna"]),
    ("BE", &["Europe/Brussels"]),
    ("BG", &["Europe/Sofia"]),
    ("CY", &["Asia/Nicosia", "Asia/Famagusta", "Europe/Nicosia"]),
    ("CZ", &["Europe/Prague"]),
    ("DE", &["Europe/Berlin", "Europe/Busingen"]),
    ("DK", &["Europe/Copenhagen"]),
    ("EE", &["Europe/Tallinn"]),
    ("ES", &["Europe/Madrid", "Africa/Ceuta", "Atlantic/Canary"]),
    ("FI", &["Europe/Helsinki"]),
    ("FR", &["Europe/Paris"]),
    ("GR", &["Europe/Athens"]),
    ("HR", &["Europe/Zagreb"]),
    ("HU", &["Europe/Budapest"]),
    ("IE", &["Europe/Dublin", "Eire"]),
    ("IT", &["Europe/Rome"]),
    ("LT", &["Europe/Vilnius"]),
    ("LU", &["Europe/Luxembourg"]),
    ("LV", &["Europe/Riga"]),
    ("MT", &["Europe/Malta"]),
    ("NL", &["Europe/Amsterdam"]),
    ("PL", &["Europe/Warsaw", "Poland"]),
    ("PT", &["Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores", "Portugal"]),
    ("RO", &["Europe/Bucharest"]),
    ("SE", &["Europe/Stockholm"]),
    ("SI", &["Europe/Ljubljana"]),
    ("SK", &["Europe/Bratislava"]),
];

fn country_of(zone: &str) -> Option<&'static str> {
    ZONES.iter().find(|(_, zones)| zones.contains(&zone)).map(|(country, _)| *country)
}

/// Whether a region is of a country, or may be.
fn is_in(region: &crate::facility::Region, country: &str) -> bool {
    match country {
        "CN" => region.is_mainland_china(),
        "HK" | "MO" | "TW" => {
            let code = match country {
                "HK" => "81",
                "MO" => "82",
                _ => "71",
            };
            region.as_str().starts_with(code) || region.as_str().ends_with(country) || region.as_str() == "CN"
        }
        _ => region.as_str().get(..2) == Some(country),
    }
}
