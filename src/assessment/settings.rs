//! Settings (参数): what a document leaves open, taken otherwise than the library does.

use super::Options;
use crate::{
    facility::{CertificateKind, Ladder},
    quantity::{Decimal, Ratio},
    rule::{Pack, Settings, law::Thresholds, packs},
};
use jiff::civil::Date;
use std::{borrow::Cow, collections::BTreeMap};

/// A setting that does not exist, or a value that it cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: expected {expected}, found {found}")]
#[non_exhaustive]
pub struct BadSetting {
    /// `PACK.KEY`, as it was given.
    pub name: String,
    /// What can be there.
    pub expected: String,
    /// What was there.
    pub found: String,
}

/// What can be set in every pack.
const OF_PACKS: [&str; 4] = ["count_rebuilt_as_new", "new_since", "ladders", "kinds"];

/// What can be set in the screen.
const OF_SCREENS: [&str; 6] = ["old_years", "inefficient_above", "small_at_most", "core_zones", "idle_below", "target"];

impl Options {
    /// Sets what a pack or the retrofit screen leaves open, by name: `wuhan-2024.new_since`, `wuhan-proxy.old_years`. Packs of
    /// one's own are added first. Every setting stands in the record of an assessment, and what it decides is printed as an
    /// assumption.
    ///
    /// | of a pack | value |
    /// |---|---|
    /// | `count_rebuilt_as_new` | `true`, `false`: whether 改建 and 扩建 count as 新建 |
    /// | `new_since` | a day: from which approval on a site is new |
    /// | `ladders` | `green`, `low_carbon` or both: whose certificates count |
    /// | `kinds` | `design`, `operation` or both |
    ///
    /// | of the screen | value |
    /// |---|---|
    /// | `old_years` | years in service from which a site is old (老) |
    /// | `inefficient_above` | the annual PUE above which it is inefficient |
    /// | `small_at_most` | standard racks up to which it is small (小) |
    /// | `core_zones` | zones in which it is not scattered (散), separated by commas |
    /// | `idle_below` | occupancy below which it is idle, from 0 to 1 |
    /// | `target` | the PUE against which savings are counted |
    ///
    /// ```
    /// use pue::assessment::Options;
    /// let options = Options::default().setting("wuhan-2024.new_since", "2024-01-25")?.setting("wuhan-proxy.old_years", "8")?;
    /// assert!(options.setting("wuhan-2024.limit", "1.3").is_err()); // a limit is no setting
    /// # Ok::<(), pue::assessment::BadSetting>(())
    /// ```
    ///
    /// # Errors
    /// [`BadSetting`].
    pub fn setting(mut self, name: &str, value: &str) -> Result<Self, BadSetting> {
        let bad =
            |expected: String, found: &str| BadSetting { name: name.to_owned(), expected, found: found.to_owned() };
        let Some((of, key)) = name.rsplit_once('.') else {
            return Err(bad("PACK.KEY, such as wuhan-2024.new_since".to_owned(), name));
        };
        if of == self.screen.id {
            let Some(thresholds) = &mut self.screen.thresholds else {
                return Err(bad("a screen with thresholds".to_owned(), of));
            };
            set_screen(thresholds.to_mut(), key, value).map_err(|expected| bad(expected, value))?;
        } else {
            if !packs::all().iter().chain(&self.packs).any(|pack| pack.id == of) {
                let known = packs::all().iter().map(|pack| &*pack.id).chain([&*self.screen.id]);
                return Err(bad(format!("one of {}", known.collect::<Vec<_>>().join(", ")), of));
            }
            set_pack(&mut Settings::default(), key, value).map_err(|expected| bad(expected, value))?;
        }
        self.settings.insert(name.to_owned(), value.to_owned());
        Ok(self)
    }

    /// The packs as they are judged by: with what is set otherwise.
    pub(super) fn set<'p>(&self, packs: Vec<&'p Pack>) -> Vec<Cow<'p, Pack>> {
        packs.into_iter().map(|pack| set_all(pack, &self.settings)).collect()
    }
}

fn set_all<'p>(pack: &'p Pack, settings: &BTreeMap<String, String>) -> Cow<'p, Pack> {
    let mut set = None;
    for (name, value) in settings {
        if let Some((_, key)) = name.rsplit_once('.').filter(|(of, _)| pack.id == *of) {
            // It was checked when it was set.
            let _ = set_pack(set.get_or_insert_with(|| pack.settings.clone()), key, value);
        }
    }
    set.map_or(Cow::Borrowed(pack), |set| Cow::Owned(pack.clone().with_settings(set)))
}

/// Sets what a pack leaves open; the error says what was expected.
fn set_pack(settings: &mut Settings, key: &str, value: &str) -> Result<(), String> {
    match key {
        "count_rebuilt_as_new" => settings.count_rebuilt_as_new = flag(value)?,
        "new_since" => settings.new_since = Some(day(value)?),
        "ladders" => settings.ladders = some_of(value, &[("green", Ladder::Green), ("low_carbon", Ladder::LowCarbon)])?,
        "kinds" => {
            settings.kinds =
                some_of(value, &[("design", CertificateKind::Design), ("operation", CertificateKind::Operation)])?;
        }
        _ => return Err(format!("a key of {}", OF_PACKS.join(", "))),
    }
    Ok(())
}

fn set_screen(screen: &mut Thresholds, key: &str, value: &str) -> Result<(), String> {
    match key {
        "old_years" => {
            let years = value.parse().ok().filter(|years| (0..=1000).contains(years));
            screen.old_years = years.ok_or("a whole number of years")?;
        }
        "inefficient_above" => screen.inefficient_above = number(value, Ratio::ONE)?,
        "small_at_most" => screen.small_at_most = number(value, Ratio::ZERO)?,
        "core_zones" => screen.core_zones = value.split(',').map(|zone| zone.trim().to_owned()).collect(),
        "idle_below" => {
            let share = number(value, Ratio::ZERO)?;
            if Ratio::from(&share) > Ratio::ONE {
                return Err("a share from 0 to 1".to_owned());
            }
            screen.idle_below = share;
        }
        "target" => screen.target = number(value, Ratio::ONE)?,
        _ => return Err(format!("a key of {}", OF_SCREENS.join(", "))),
    }
    Ok(())
}

fn flag(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "true or false".to_owned())
}

fn day(value: &str) -> Result<Date, String> {
    value.parse().map_err(|_| "a day such as 2024-01-25".to_owned())
}

fn number(value: &str, least: Ratio) -> Result<Decimal, String> {
    let number = value.parse().ok().filter(|number| Ratio::from(number) >= least);
    number.ok_or_else(|| format!("a number of {} or more", least.to_f64()))
}

fn some_of<T: Copy>(value: &str, words: &[(&str, T)]) -> Result<Vec<T>, String> {
    let one = |word: &str| words.iter().find(|(known, _)| *known == word.trim()).map(|(_, it)| *it);
    let all: Option<Vec<T>> = value.split(',').map(one).collect();
    all.ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("some of {}, separated by commas", known.join(", "))
    })
}
