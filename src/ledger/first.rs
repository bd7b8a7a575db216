use super::{Histories, LedgerError, column, count, of_each, parcel::NONE_LEADS_TO};
use crate::{
    metering::{
        Meter, Readings,
        clean::{History, Pass, Rows, first_pass},
    },
    site::Site,
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A stretch `[from, until)` of which all readings of a meter have been seen, and what was seen.
type Part = ((i64, i64), Pass);

/// The schema of first passes.
pub const FIRST_PASS_SCHEMA: &str = "pue/first-pass/1";

/// The first look at readings that come in parts (首遍统计): parts merge in any order and grouping, travel in any serde
/// format, and together say what is usual for each meter.
///
/// ```
/// use pue::{Readings, ledger::{FirstPass, Histories}, metering::Series};
/// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#).value.unwrap();
/// let hours = |from: i64, until: i64| {
///     let mut readings = Readings::default();
///     let dial = |hour: i64| 1000.0 + 125.0 * hour as f64;
///     readings.insert("grid", Series::registers((from..until).map(|h| h * 3_600_000).collect(), (from..until).map(dial).collect()).unwrap());
///     readings
/// };
/// let noon = 12 * 3_600_000;
/// let (morning, rest) = (FirstPass::new(&site, &hours(0, 12), 0..noon), FirstPass::new(&site, &hours(12, 48), noon..i64::MAX));
/// let sent = serde_json::to_string(&rest)?;
/// let both = morning.merge(serde_json::from_str(&sent)?, &site)?;
/// assert_eq!(both.histories(&site)?, Histories::new(&site, &hours(0, 48)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstPass {
    schema: String,
    /// Per meter: the stretches `[from, until)` of which all readings have been seen, in time order.
    meters: Vec<Vec<Part>>,
}

impl FirstPass {
    /// Looks at the readings whose instant (the start, for intervals) lies within `window`, a half-open stretch of
    /// milliseconds; the caller promises that these are all readings of that stretch.
    pub fn new(site: &Site, readings: &Readings, window: Range<i64>) -> Self {
        let (zone, window) = (site.time_zone(), (window.start, window.end));
        let meters = of_each(site.meters(), count(readings), |_, meter: &Meter| {
            let rows = Rows::new(meter, column(readings, meter));
            vec![(window, first_pass(meter, &rows, &zone, window))]
        });
        FirstPass { schema: FIRST_PASS_SCHEMA.to_owned(), meters }
    }

    /// Adds the first look at another part.
    ///
    /// # Errors
    /// [`LedgerError::Different`] if it is of another site, [`LedgerError::Overlap`] if both are of the same time,
    /// [`LedgerError::Parcel`] if no readings can lead to it.
    pub fn merge(mut self, other: FirstPass, site: &Site) -> Result<Self, LedgerError> {
        self.check(site)?;
        other.check(site)?;
        let zone = site.time_zone();
        for ((mine, theirs), meter) in self.meters.iter_mut().zip(other.meters).zip(site.meters()) {
            mine.extend(theirs);
            mine.sort_by_key(|(window, _)| *window);
            let mut joined: Vec<Part> = Vec::with_capacity(mine.len());
            for (window, pass) in mine.drain(..) {
                match joined.last_mut() {
                    Some((last, _)) if last.1 > window.0 => {
                        let (until, from) = (last.1, window.0);
                        return Err(LedgerError::Overlap { meter: meter.id.clone(), until, from });
                    }
                    Some((last, before)) if last.1 == window.0 => {
                        last.1 = window.1;
                        before.join(pass, meter, &zone);
                    }
                    _ => joined.push((window, pass)),
                }
            }
            *mine = joined;
        }
        Ok(self)
    }

    /// What is usual for each meter. Stretches that no part covers hold no readings.
    ///
    /// # Errors
    /// [`LedgerError::Different`], [`LedgerError::Parcel`].
    pub fn histories(self, site: &Site) -> Result<Histories, LedgerError> {
        self.check(site)?;
        let zone = site.time_zone();
        let of_meter = |(parts, meter): (Vec<Part>, &Meter)| {
            let whole = parts.into_iter().map(|(_, pass)| pass).reduce(|mut left, right| {
                left.join(right, meter, &zone);
                left
            });
            whole.map_or_else(|| History::in_advance(meter), |pass| pass.history(meter))
        };
        Ok(Histories(self.meters.into_iter().zip(site.meters()).map(of_meter).collect()))
    }

    fn check(&self, site: &Site) -> Result<(), LedgerError> {
        if self.schema != FIRST_PASS_SCHEMA {
            return Err(LedgerError::Parcel("another schema"));
        }
        if self.meters.len() != site.meters().len() {
            return Err(LedgerError::Different("site"));
        }
        let is_sound = |((from, until), pass): &Part| from <= until && pass.is_sound();
        if !self.meters.iter().flatten().all(is_sound) {
            return Err(LedgerError::Parcel(NONE_LEADS_TO));
        }
        Ok(())
    }
}
