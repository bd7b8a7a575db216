//! The packs that come with the library: the rules of the documents under `law/`.

use super::{Pack, Rubric, law::Law};
use crate::{
    facility::{Region, Scale, StandardRacks},
    quantity::Decimal,
};
use jiff::civil::Date;
use std::sync::LazyLock;

/// Wuhan's action plan of 2024 and 2025, the home pack.
pub const WUHAN_2024: &str = "wuhan-2024";
/// China's standard of energy efficiency grades of data centres.
pub const GB_40879_2021: &str = "gb-40879-2021";
/// Germany's energy efficiency act (EnEfG).
pub const ENEFG_2023: &str = "enefg-2023";
/// The guidance of 2013 that fixes the sizes of sites.
pub const NATIONAL_2013: &str = "national-2013";
/// The index of national green data centres of 2020, a rubric.
pub const NATIONAL_GREEN_2020: &str = "national-green-2020";

/// All packs, the home pack first.
///
/// # Examples
/// ```
/// use pue::{Pack, packs};
/// let wuhan = packs::by_id(packs::WUHAN_2024).ok_or("no such pack")?;
/// assert_eq!(wuhan.requirements.len(), 2);
/// // It is data: a copy of it goes over the wire and comes back.
/// let sent = serde_json::to_string(wuhan)?;
/// assert_eq!(&serde_json::from_str::<Pack>(&sent)?, wuhan);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn all() -> &'static [Pack] {
    static PACKS: LazyLock<Vec<Pack>> =
        LazyLock::new(|| Law::all().iter().filter_map(|law| law.pack.clone()).collect());
    &PACKS
}

/// The pack of this id, in its newest edition; or the one of a name `ID@EDITION`.
///
/// ```
/// use pue::packs;
/// assert_eq!(packs::by_id(packs::WUHAN_2024).unwrap().number, "武政办〔2024〕9号");
/// assert!(packs::by_id("wuhan-2024@2024-01-25").is_some() && packs::by_id("wuhan-2024@2023-01-25").is_none());
/// ```
pub fn by_id(id: &str) -> Option<&'static Pack> {
    find(all(), id)
}

fn find<'p>(packs: &'p [Pack], name: &str) -> Option<&'p Pack> {
    match name.split_once('@') {
        Some((id, edition)) => packs.iter().find(|pack| pack.id == id && pack.edition == edition),
        None => packs.iter().filter(|pack| pack.id == name).max_by(|a, b| order(a).cmp(&order(b))),
    }
}

/// An edition is a day, or a day and which one of that day: `2024-01-25`, `2024-01-25.2`.
fn order(pack: &Pack) -> (&str, u32) {
    let (day, which) = pack.edition.split_once('.').unwrap_or((&pack.edition, "1"));
    (day, which.parse().unwrap_or(0))
}

/// Whether a newer edition is in force on a day.
fn is_superseded(packs: &[Pack], pack: &Pack, on: Date) -> bool {
    let is_newer = |other: &Pack| other.id == pack.id && other.in_force(on) && order(other) > order(pack);
    packs.iter().any(|other| !std::ptr::eq(other, pack) && is_newer(other))
}

/// The rubric of the document of this id.
pub fn rubric(id: &str) -> Option<&'static Rubric> {
    Law::by_id(id)?.rubric.as_ref()
}

/// The size class of so many standard racks by the national table (工信部联通〔2013〕13号).
///
/// ```
/// use pue::{facility::StandardRacks, packs};
/// let scale = |racks| packs::national_scale(StandardRacks::declared(racks)?).map(|scale| scale.as_str());
/// assert_eq!([scale(2999.0), scale(3000.0), scale(10_000.0)], [Some("medium_small"), Some("large"), Some("super_large")]);
/// ```
pub fn national_scale(racks: StandardRacks) -> Option<Scale> {
    national()?.scale_of(racks)
}

/// The document with the national table.
fn national() -> Option<&'static Pack> {
    static NATIONAL: LazyLock<Option<&'static Pack>> = LazyLock::new(|| by_id(NATIONAL_2013));
    *NATIONAL
}

/// From so many standard racks on a site is of a class, by the national table.
pub(crate) fn national_edge(class: Scale) -> Option<Decimal> {
    national()?.scale.iter().find(|row| row.class == class).map(|row| row.racks)
}

/// Whether a pack is one that comes with the library, with all its content.
pub(crate) fn is_published(pack: &Pack) -> bool {
    all().iter().any(|known| std::ptr::eq(known, pack) || known == pack)
}

/// The packs that apply by default to a site in `region` on day `on`: `wuhan-2024` always, so that its answer, even "not
/// applicable", is seen; and those in force there on that day whose own period is not over and that do not wait to be asked
/// for, each in the newest edition in force. Where none is in force, there is none: the nearest one is no answer.
pub fn applying(region: Option<&Region>, on: Date) -> impl Iterator<Item = &'static Pack> {
    applying_of(all(), region, on)
}

fn applying_of<'p>(packs: &'p [Pack], region: Option<&Region>, on: Date) -> impl Iterator<Item = &'p Pack> {
    let applies = move |pack: &Pack| {
        let here = || region.is_some_and(|region| region.lies_in_any(&pack.jurisdiction) == Some(true));
        !pack.on_request && pack.in_force(on) && !pack.is_lapsed(on) && here()
    };
    let is_it = move |pack: &&Pack| pack.id == WUHAN_2024 || applies(pack);
    packs.iter().filter(is_it).filter(move |pack| !is_superseded(packs, pack, on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::PackDraft;

    #[test]
    fn the_newest_edition_in_force_applies() {
        let old = by_id(GB_40879_2021).unwrap();
        let edition = |edition: &'static str, from: &str| {
            Pack::new(PackDraft { edition: edition.into(), from: from.parse().unwrap(), ..old.clone().into_draft() })
                .unwrap()
        };
        let (new, tenth) = (edition("2022-11-01.2", "2024-06-01"), edition("2022-11-01.10", "2025-06-01"));
        let packs = [old.clone(), new, tenth];
        let region: Region = "420100".parse().unwrap();
        let on = |day: &str| {
            applying_of(&packs, Some(&region), day.parse().unwrap()).map(Pack::name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(on("2024-05-31"), "gb-40879-2021@2022-11-01");
        assert_eq!(on("2024-06-01"), "gb-40879-2021@2022-11-01.2");
        assert_eq!(on("2025-06-01"), "gb-40879-2021@2022-11-01.10");
        assert_eq!(on("2022-10-31"), "");
        let find = |name: &str| find(&packs, name).map(Pack::name);
        assert_eq!(find(GB_40879_2021).as_deref(), Some("gb-40879-2021@2022-11-01.10"));
        assert_eq!(find("gb-40879-2021@2022-11-01").as_deref(), Some("gb-40879-2021@2022-11-01"));
        assert_eq!(find("gb-40879-2021@2022-11-02"), None);
    }
}
