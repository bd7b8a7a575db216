//! The packs that come with the library: one file per document and edition, data only.

mod wuhan_2024;

use super::Pack;
use crate::facility::Region;
use jiff::civil::Date;

pub use wuhan_2024::wuhan_2024;

/// All packs.
pub fn all() -> Vec<Pack> {
    vec![wuhan_2024()]
}

/// The pack of this id.
pub fn by_id(id: &str) -> Option<Pack> {
    all().into_iter().find(|pack| pack.id == id)
}

/// The packs that apply by default to a site in `region` on day `on`: `wuhan-2024` always, so that its answer, even "not
/// applicable", is seen, and those in force there on that day.
pub fn applying(region: Option<&Region>, on: Date) -> Vec<Pack> {
    let home = wuhan_2024();
    let in_region = |pack: &Pack| region.is_some_and(|region| region.lies_in_any(&pack.jurisdiction) == Some(true));
    all().into_iter().filter(|pack| pack.id == home.id || (pack.in_force(on) && in_region(pack))).collect()
}
