//! The packs that come with the library: one file per document and edition, or per line of documents; data only.

mod cities;
mod enefg_2023;
mod gb_40879_2021;
mod national;
mod national_green_2020;
mod national_green_2025;
pub(crate) mod words;
mod wuhan_2024;

use super::Pack;
use crate::facility::Region;
use jiff::civil::Date;
use std::sync::LazyLock;

pub use cities::{beijing_2024, blue_angel_228, cndcp, guangdong_2021, jiangsu_2021, shanghai_2022};
pub use enefg_2023::enefg_2023;
pub use gb_40879_2021::gb_40879_2021;
pub use national::{
    national_2013, national_2017, national_2019, national_2021_07, national_2021_12, national_2022_08,
    national_2024_07, national_hubs_2022,
};
pub use national_green_2020::national_green_2020;
pub use national_green_2025::national_green_2025;
pub use wuhan_2024::wuhan_2024;

/// All packs, the home pack first.
pub fn all() -> &'static [Pack] {
    static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| {
        vec![
            wuhan_2024(),
            gb_40879_2021(),
            national_2013(),
            national_2017(),
            national_2019(),
            national_2021_07(),
            national_2021_12(),
            national_hubs_2022(),
            national_2022_08(),
            national_2024_07(),
            beijing_2024(),
            shanghai_2022(),
            guangdong_2021(),
            jiangsu_2021(),
            national_green_2025(),
            enefg_2023(),
            blue_angel_228(),
            cndcp(),
        ]
    });
    &PACKS
}

/// The pack of this id.
pub fn by_id(id: &str) -> Option<&'static Pack> {
    all().iter().find(|pack| pack.id == id)
}

/// Whether a pack is one that comes with the library, with all its content.
pub(crate) fn is_published(pack: &Pack) -> bool {
    all().iter().any(|known| std::ptr::eq(known, pack) || known == pack)
}

/// The packs that apply by default to a site in `region` on day `on`: `wuhan-2024` always, so that its answer, even "not
/// applicable", is seen; and those in force there on that day whose own period is not over and that do not wait to be asked
/// for. Where none is in force, there is none: the nearest one is no answer.
pub fn applying(region: Option<&Region>, on: Date) -> impl Iterator<Item = &'static Pack> {
    let applies = move |pack: &Pack| {
        let here = || region.is_some_and(|region| region.lies_in_any(&pack.jurisdiction) == Some(true));
        !pack.on_request && pack.in_force(on) && !pack.is_lapsed(on) && here()
    };
    all().iter().enumerate().filter(move |(i, pack)| *i == 0 || applies(pack)).map(|(_, pack)| pack)
}
