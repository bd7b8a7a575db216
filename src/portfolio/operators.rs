//! What only shows over several sites of one operator.

use crate::{
    facility::{Facility, LifecycleKind, Scale, StandardRacks},
    finding::{Code, Finding},
    quantity::Ratio,
    retrofit::Screen,
    rule::packs,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// So many sites are named.
const SHOWN: usize = 20;

/// Approved within so many years of each other (ours, `proxy`).
const YEARS: i32 = 2;

/// Projects that may have been split to evade the energy assessment (三(一) 严禁为规避能耗评估拆分项目), in Wuhan: several new projects of one
/// operator, at one place or approved within two years of each other, each below the national edge of "large" and together at
/// least that. A suspicion (`proxy`), never a verdict; what was found is the operator, the ids and the sum.
pub fn suspected_splits<'f>(sites: impl IntoIterator<Item = &'f Facility>) -> Vec<Finding> {
    let is_new = |site: &&Facility| site.lifecycle.as_ref().and_then(|one| one.kind) == Some(LifecycleKind::New);
    let Some(edge) = packs::national_edge(Scale::Large) else { return Vec::new() };
    let large = Ratio::from(&edge);
    let below = |site: &&Facility| racks(site).is_some_and(|racks| racks < large);
    let candidates = sites.into_iter().filter(in_wuhan).filter(is_new).filter(below);
    let mut findings = Vec::new();
    for (operator, sites) in by_operator(candidates) {
        let mut places: BTreeMap<(&str, &str), Vec<&Facility>> = BTreeMap::new();
        for site in &sites {
            // `other` says only that it is none of the zones that are named.
            if let (Some(region), Some(zone)) = (&site.region, site.zone.as_ref().filter(|zone| *zone != "other")) {
                places.entry((region.as_str(), zone)).or_default().push(site);
            }
        }
        let groups = places.into_values().chain(approved_together(sites));
        let sums = groups.filter(|group| group.len() > 1).filter_map(|group| Some((sum(&group)?, group)));
        let as_large = sums.filter(|(sum, _)| *sum >= large);
        if let Some((sum, group)) = as_large.max_by(|(a, one), (b, other)| (a, other.len()).cmp(&(b, one.len()))) {
            let ids: Vec<&str> = group.iter().take(SHOWN).map(|site| site.id.as_str()).collect();
            let mut finding = Finding::new(Code::ProjectSplitSuspected);
            finding.count = group.len() as u64;
            let more = if group.len() > ids.len() { format!(" … ({})", group.len()) } else { String::new() };
            findings.push(
                finding.found(format!("{operator}: {}{more}: {sum}", ids.join(", "))).expected(format!("< {edge}")),
            );
        }
    }
    findings
}

fn in_wuhan(site: &&Facility) -> bool {
    site.region.as_ref().and_then(|region| region.lies_in("4201")) == Some(true)
}

fn sum(group: &[&Facility]) -> Option<Ratio> {
    group.iter().filter_map(|site| racks(site)).try_fold(Ratio::ZERO, Ratio::checked_add)
}

/// The largest group of sites approved within two years of the first of them.
fn approved_together(sites: Vec<&Facility>) -> Option<Vec<&Facility>> {
    let approved = |site: &Facility| site.lifecycle.as_ref().and_then(|lifecycle| lifecycle.approved_on);
    let mut dated: Vec<(Date, &Facility)> =
        sites.into_iter().filter_map(|site| Some((approved(site)?, site))).collect();
    dated.sort_by_key(|(day, site)| (*day, site.id.as_str()));
    let (mut best, mut until, mut together) = ((Ratio::ZERO, 0..0), 0, Ratio::ZERO);
    for (from, (first, site)) in dated.iter().enumerate() {
        let last = first.checked_add(jiff::Span::new().years(YEARS)).unwrap_or(*first);
        while let Some((_, next)) = dated.get(until).filter(|(day, _)| *day <= last) {
            together = together.checked_add(racks(next)?)?;
            until += 1;
        }
        if together > best.0 && until - from > 1 {
            best = (together, from..until);
        }
        let own = racks(site)?;
        together = together.checked_add(Ratio::new(-own.numerator(), own.denominator())?)?;
    }
    Some(dated.get(best.1)?.iter().map(|(_, site)| *site).collect())
}

/// Operators with several small sites in Wuhan (散), each with the ids of these: a screen (`proxy`), since no text defines 散.
/// A site of which size, region or being an edge site is not known is not among them: its absence says nothing.
pub fn scattered_operators<'f>(sites: impl IntoIterator<Item = &'f Facility>) -> BTreeMap<String, Vec<String>> {
    let screen = Screen::wuhan_proxy().thresholds;
    let edge = screen.map(|thresholds| Ratio::from(&thresholds.small_at_most));
    let small = |site: &&Facility| racks(site).zip(edge).is_some_and(|(racks, edge)| racks <= edge);
    let own = |site: &&Facility| site.edge == Some(false);
    let sites = by_operator(sites.into_iter().filter(in_wuhan).filter(small).filter(own));
    let several = sites.into_iter().filter(|(_, sites)| sites.len() > 1);
    several.map(|(name, sites)| (name.to_owned(), sites.iter().map(|site| site.id.clone()).collect())).collect()
}

/// In thousandths of a rack, rounded down, so that no fraction makes a sum unknown.
fn racks(site: &Facility) -> Option<Ratio> {
    let thousandths = site.standard_racks().map(StandardRacks::ratio)?.floor_of(1000)?;
    Ratio::new(thousandths, 1000)
}

fn by_operator<'f>(sites: impl Iterator<Item = &'f Facility>) -> BTreeMap<&'f str, Vec<&'f Facility>> {
    let mut operators: BTreeMap<&str, Vec<&Facility>> = BTreeMap::new();
    for site in sites {
        if let Some(operator) = site.operator.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            operators.entry(operator).or_default().push(site);
        }
    }
    operators
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        facility::{Lifecycle, RackType, Racks},
        quantity::ExactPower,
    };

    fn site(id: &str, operator: &str, racks: u64, approved: &str, zone: &str) -> Facility {
        let mut site = Facility::new(id, jiff::tz::TimeZone::UTC);
        site.operator = Some(operator.to_owned());
        site.region = "420100".parse().ok();
        site.zone = Some(zone.to_owned());
        site.edge = Some(false);
        site.lifecycle = Some(Lifecycle { approved_on: approved.parse().ok(), ..Lifecycle::new(LifecycleKind::New) });
        let kind = RackType { count: racks, rated: ExactPower::from_kw(2.5).unwrap() };
        site.racks = Some(Racks { types: vec![kind], ..Racks::default() });
        site
    }

    #[test]
    fn projects_that_are_large_together_are_suspected() {
        let of = |sites: &[Facility]| {
            suspected_splits(sites).iter().map(|one| one.found.clone().unwrap().en).collect::<Vec<_>>()
        };
        let pair = |racks, second: &str, zone: &str, operator: &str| {
            [site("a", "X", 2000, "2022-01-01", "east_lake"), site("b", operator, racks, second, zone)]
        };
        assert_eq!(of(&pair(1000, "2024-01-01", "other", "X")), ["X: a, b: 3000"]);
        assert_eq!(of(&pair(1000, "2030-01-01", "east_lake", "X")), ["X: a, b: 3000"]);
        for fine in [
            pair(999, "2024-01-01", "east_lake", "X"),
            pair(1000, "2024-01-02", "other", "X"),
            pair(1000, "2022-01-01", "east_lake", "Y"),
            pair(3000, "2022-01-01", "east_lake", "X"),
        ] {
            assert!(of(&fine).is_empty());
        }
    }

    #[test]
    fn several_small_sites_are_scattered() {
        let sites = [
            site("a", "X", 1000, "2022-01-01", "other"),
            site("b", "X", 10, "2012-01-01", "east_lake"),
            site("c", "X", 1001, "2012-01-01", "east_lake"),
            site("d", "Y", 10, "2012-01-01", "east_lake"),
        ];
        assert_eq!(scattered_operators(&sites), [("X".to_owned(), vec!["a".to_owned(), "b".to_owned()])].into());
    }
}
