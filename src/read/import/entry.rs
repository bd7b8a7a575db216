//! A reading as a file has it, before it is known whose it is on a site; and how it becomes the reading of a meter.

use super::{Mapping, Quantity};
use crate::{
    finding::{Code, Text},
    metering::{Mark, NO_REVISION, Quality, ReadingKind, Stamp},
    quantity::{Dimension, Ratio, Unit},
    read::csv::{Faults, Reading, Take},
    site::Site,
};
use std::collections::{BTreeMap, HashMap};

/// A reading as its file has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'e> {
    /// What the file calls the meter.
    pub label: &'e str,
    /// The start of an interval, where it is known.
    pub start: Option<i64>,
    pub time: i64,
    /// What a single stamp marks.
    pub stamp: Stamp,
    /// As it stands; NaN where there is none.
    pub value: f64,
    /// What it is multiplied by.
    pub factor: Ratio,
    /// `None`: that of the meter.
    pub unit: Option<Unit>,
    pub quantity: Quantity,
    pub quality: Quality,
    pub line: u64,
}

/// Takes entries as they are read.
pub(crate) trait Receive {
    fn receive(&mut self, entry: &Entry<'_>, faults: &mut Faults<'_>);

    /// Whether anything is done with readings of a label; that they are not is told, if somebody should know.
    fn wants(&mut self, label: &str, faults: &mut Faults<'_>) -> bool;
}

/// Hands entries on as readings of a site's meters.
pub(super) struct OfSite<'a, T> {
    site: &'a Site,
    mapping: &'a Mapping,
    take: &'a mut T,
    meters: HashMap<String, Option<Meter>>,
    /// The label of the last entry, and its meter.
    last: (String, Option<Meter>),
    /// By meter of the site, the first label that it had.
    labels: BTreeMap<usize, String>,
    /// How many came before: of two readings of a stamp the one further down counts, if later ones win.
    count: i64,
    /// The last that values were multiplied by, and its parts.
    scale: (Ratio, Option<Unit>, Unit, Option<(f64, f64)>),
}

/// What an entry needs to know of its meter.
#[derive(Clone, Copy)]
struct Meter {
    at: usize,
    kind: ReadingKind,
    unit: Unit,
}

/// So many labels are looked up at once; more are looked up each time.
const LABELS: usize = 100_000;

impl<'a, T: Take> OfSite<'a, T> {
    pub(super) fn new(site: &'a Site, mapping: &'a Mapping, take: &'a mut T) -> Self {
        let last = ("\u{0}".to_owned(), None);
        OfSite {
            site,
            mapping,
            take,
            meters: HashMap::new(),
            last,
            labels: BTreeMap::new(),
            count: 0,
            scale: (Ratio::ONE, None, Unit::WattHour, None),
        }
    }

    fn find(&mut self, label: &str, line: u64, faults: &mut Faults<'_>) -> Option<Meter> {
        if self.last.0 == label {
            return self.last.1;
        }
        let meter = match self.meters.get(label) {
            Some(meter) => *meter,
            None => {
                let meter = self.look_up(label, line, faults);
                if self.meters.len() < LABELS {
                    self.meters.insert(label.to_owned(), meter);
                }
                meter
            }
        };
        self.last.0.clear();
        self.last.0.push_str(label);
        self.last.1 = meter;
        meter
    }

    fn look_up(&mut self, label: &str, line: u64, faults: &mut Faults<'_>) -> Option<Meter> {
        let id = self.mapping.id_of(label);
        let at = self.site.meter_index(id)?;
        let meter = self.site.meters().get(at)?;
        let first = self.labels.entry(at).or_insert_with(|| label.to_owned());
        if first != label {
            let found = Text::same(format!("{}, {}", shown(first), shown(label)));
            faults.push(Code::ImportMerged, line, None, id, found, ("一个", "one of them"));
        }
        Some(Meter { at, kind: meter.kind.readings(), unit: meter.unit })
    }
}

impl<T: Take> Receive for OfSite<'_, T> {
    fn wants(&mut self, label: &str, faults: &mut Faults<'_>) -> bool {
        let id = self.mapping.id_of(label);
        let is_known = self.site.meter_index(id).is_some();
        if !is_known {
            faults.unknown(id, 1);
        }
        is_known
    }

    fn receive(&mut self, entry: &Entry<'_>, faults: &mut Faults<'_>) {
        let Some(meter) = self.find(entry.label, entry.line, faults) else {
            return faults.unknown(self.mapping.id_of(entry.label), 1);
        };
        if entry.quantity.kind() != meter.kind {
            let id = self.mapping.id_of(entry.label);
            return faults.tell(Code::ImportKind, entry.line, None, id, || {
                (Text::same(entry.quantity.as_str()), Text::same(meter.kind.to_string()))
            });
        }
        let Some(value) = self.in_unit(entry, meter.unit) else {
            let (id, unit) = (self.mapping.id_of(entry.label), entry.unit.map_or("", Unit::as_str));
            return faults
                .tell(Code::ImportUnit, entry.line, None, id, || (Text::same(unit), Text::same(meter.unit.as_str())));
        };
        let start = entry.start.filter(|_| meter.kind == ReadingKind::Interval);
        self.count += 1;
        let revision = if self.mapping.later_wins { self.count } else { NO_REVISION };
        let mark = Mark { quality: entry.quality, revision };
        let reading =
            Reading { start, time: entry.time, value, known_ms: None, line: entry.line, stamp: entry.stamp, mark };
        self.take.take(meter.at, reading, faults);
    }
}

impl<T> OfSite<'_, T> {
    /// The value in its meter's unit: of the same kind, or energy and mean power of an interval whose length is known. Factors and
    /// units are one fraction, so that nothing is rounded twice that need not be.
    fn in_unit(&mut self, entry: &Entry<'_>, to: Unit) -> Option<f64> {
        let key = (entry.factor, entry.unit, to);
        if (self.scale.0, self.scale.1, self.scale.2) != key {
            let parts = entry.factor.checked_mul(size_in(entry.unit.unwrap_or(to), to)?);
            let parts = parts.map(|scale| (scale.numerator() as f64, scale.denominator() as f64));
            self.scale = (key.0, key.1, key.2, parts);
        }
        let (times, over) = self.scale.3?;
        let from = entry.unit.unwrap_or(to).dimension();
        let value = match (from, to.dimension()) {
            (one, other) if one == other => entry.value,
            // In kWh and kW, whose sizes are alike.
            (Dimension::Power, Dimension::Energy) if entry.quantity == Quantity::MeanPower => {
                entry.value * hours(entry)?
            }
            (Dimension::Energy, Dimension::Power) if entry.quantity == Quantity::Energy => entry.value / hours(entry)?,
            _ => return None,
        };
        Some(match (times == 1.0, over == 1.0) {
            (true, true) => value,
            (true, false) => value / over,
            (false, _) => value * times / over,
        })
    }
}

fn hours(entry: &Entry<'_>) -> Option<f64> {
    let length = entry.time.checked_sub(entry.start?)?;
    (length > 0).then_some(length as f64 / 3_600_000.0)
}

/// How much one unit is of another, where a watt for an hour is a watt-hour.
fn size_in(unit: Unit, other: Unit) -> Option<Ratio> {
    // In joules, and watts for an hour as such; in millilitres; in grams.
    let size = |unit: Unit| match unit {
        Unit::WattHour | Unit::Watt => 3_600,
        Unit::KilowattHour | Unit::Kilowatt => 3_600_000,
        Unit::MegawattHour | Unit::Megawatt => 3_600_000_000,
        Unit::GigawattHour => 3_600_000_000_000,
        Unit::Megajoule => 1_000_000,
        Unit::Gigajoule => 1_000_000_000,
        Unit::Litre | Unit::Kilogram => 1_000,
        Unit::CubicMetre => 1_000_000,
    };
    Ratio::new(size(unit), size(other))
}

impl Quantity {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Quantity::Energy => "energy",
            Quantity::MeanPower => "mean_power",
            Quantity::Register => "register",
            Quantity::Power => "power",
        }
    }

    /// What a meter must be to have such readings.
    pub const fn kind(self) -> ReadingKind {
        match self {
            Quantity::Energy | Quantity::MeanPower => ReadingKind::Interval,
            Quantity::Register => ReadingKind::Register,
            Quantity::Power => ReadingKind::Power,
        }
    }
}

impl Mapping {
    /// Whether it says that a label is a meter.
    pub(super) fn names(&self, label: &str) -> bool {
        self.meter.as_ref().is_some_and(|whose| whose.is.is_some() || whose.map.contains_key(label))
    }

    /// The meter of the site that a label stands for.
    pub(super) fn id_of<'l>(&'l self, label: &'l str) -> &'l str {
        self.meter.as_ref().and_then(|whose| whose.map.get(label)).map_or(label, String::as_str)
    }
}

/// So much of a text as is shown.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
