//! The site (场所): facility, meters and certificates, checked together.

use crate::{
    facility::{Certificate, Facility},
    finding::{Code, Faults, Finding, Text},
    metering::{Ids, Meter, MeteringTree},
    place::{Part, Place, place},
};

/// A data centre with its meters and certificates.
///
/// What exists is right in itself: meters have unique ids, units that fit and parents without cycles. What was wrong
/// with the input, and what is worth knowing, stands in [`Site::findings`].
///
/// # Examples
/// ```
/// use pue::{Facility, Meter, Site, metering::{MeasurementPoint, MeterKind}, period::time_zone, quantity::Unit};
/// let facility = Facility::new("WH-1", time_zone("Asia/Shanghai")?);
/// let grid = Meter::new("grid", MeasurementPoint::GridSupply, MeterKind::REGISTER, Unit::MegawattHour);
/// let site = Site::new(facility.clone(), vec![grid.clone()], Vec::new())?;
/// assert_eq!(site.meter_index("grid"), Some(0));
/// // All faults at once.
/// let faults = Site::new(facility, vec![grid.clone(), grid], Vec::new()).unwrap_err().0;
/// assert_eq!(faults.len(), 2);
/// assert_eq!(faults[1].to_string(), "error meter.duplicate_id at /meters/1/id (grid): duplicate meter id; none of them is used, found 2 meters of this id");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Site {
    facility: Facility,
    meters: Vec<Meter>,
    certificates: Vec<Certificate>,
    tree: MeteringTree,
    ids: Ids,
    /// Where each meter stands in the input.
    places: Vec<Spot>,
    /// A bit for each measurement point at which several meters stand.
    crowded: u32,
    findings: Vec<Finding>,
}

impl Site {
    /// A site, if nothing is wrong with it; warnings and notes are kept.
    ///
    /// # Errors
    /// All [`Faults`] at once.
    pub fn new(facility: Facility, meters: Vec<Meter>, certificates: Vec<Certificate>) -> Result<Self, Faults> {
        Site::assemble(facility, in_list(meters), certificates, Vec::new()).checked()
    }

    /// A site of whatever can be used, with everything that was found on the way. Each meter comes with its place in the
    /// input; one with an error is left out.
    pub(crate) fn assemble(
        facility: Facility,
        meters: Vec<(Spot, Meter)>,
        certificates: Vec<Certificate>,
        mut findings: Vec<Finding>,
    ) -> Self {
        findings.extend(facility.check());
        let id = |i: usize| meters.get(i).map_or("", |(_, meter)| &meter.id);
        let shared = Ids::new(meters.len(), id);
        let mut sound = Vec::with_capacity(meters.len());
        for (place, meter) in &meters {
            let mut faults = meter.check();
            let count = if shared.are_shared() { shared.all(&meter.id, id).len() } else { 1 };
            if count > 1 {
                let found = Text::new(format!("{count} 个计量点同号"), format!("{count} meters of this id"));
                faults.push(Finding::new(Code::MeterDuplicateId).place(place!(id)).meter(&meter.id).found_text(found));
            }
            sound.push(!faults.iter().any(Finding::is_error));
            findings.extend(faults.into_iter().map(|finding| at_place(*place, finding)));
        }
        let (mut places, mut kept) = (Vec::with_capacity(meters.len()), Vec::with_capacity(meters.len()));
        for ((place, meter), _) in meters.into_iter().zip(sound).filter(|(_, sound)| *sound) {
            places.push(place);
            kept.push(meter);
        }
        let id = |i: usize| kept.get(i).map_or("", |meter: &Meter| &meter.id);
        let ids = if kept.len() == shared.len() { shared } else { Ids::new(kept.len(), id) };
        let (tree, faults) = MeteringTree::by(&ids, &kept);
        for finding in faults {
            let meter = finding.meter.as_deref().and_then(|meter| ids.first(meter, id)).and_then(|i| places.get(i));
            findings.push(match meter {
                Some(place) => at_place(*place, finding),
                None => finding.place(place!(meters)),
            });
        }
        for (meter, place) in kept.iter().zip(&places) {
            let may_be_checked = |i: usize| {
                let Some(of) = kept.get(i) else { return false };
                let same_flow = (of.point, of.carrier) == (meter.point, meter.carrier);
                same_flow && of.id != meter.id && of.check_of.is_none()
            };
            if let Some(checked) = meter.check_of.as_ref().filter(|of| !ids.first(of, id).is_some_and(may_be_checked)) {
                let finding = Finding::new(Code::MeterValue).place(place!(check_of)).meter(&meter.id).found(checked);
                findings.push(at_place(
                    *place,
                    finding.expected((
                        "同一位置、同一介质的另一计量点编号",
                        "the id of another meter of the same point and carrier",
                    )),
                ));
            }
        }
        let (_, crowded) = kept.iter().fold((0_u32, 0_u32), |(seen, crowded), meter| {
            let bit = 1 << meter.point as u32;
            (seen | bit, crowded | (seen & bit))
        });
        Site { facility, meters: kept, certificates, tree, ids, places, crowded, findings }
    }

    /// The site, if none of its findings is an error.
    pub(crate) fn checked(self) -> Result<Self, Faults> {
        let faults: Vec<Finding> = self.findings.iter().filter(|finding| finding.is_error()).cloned().collect();
        if faults.is_empty() { Ok(self) } else { Err(Faults(faults)) }
    }

    /// The facility.
    pub const fn facility(&self) -> &Facility {
        &self.facility
    }

    /// Its meters.
    pub fn meters(&self) -> &[Meter] {
        &self.meters
    }

    /// Its certificates, as submitted.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Which meter is above which.
    pub const fn tree(&self) -> &MeteringTree {
        &self.tree
    }

    /// The position of a meter.
    pub fn meter_index(&self, id: &str) -> Option<usize> {
        self.ids.first(id, |i| self.meters.get(i).map_or("", |meter| &meter.id))
    }

    /// The finding for readings of a meter that is not listed, with the listed one that was probably meant.
    pub(crate) fn unknown_meter(&self, id: &str) -> Finding {
        let near = |meter: &&Meter| meter.id.trim().eq_ignore_ascii_case(id.trim());
        let finding = Finding::new(Code::ReadingUnknownMeter).meter(id.chars().take(100).collect::<String>());
        match self.meters.iter().find(near) {
            Some(meter) => finding.expected(format!("{:?}?", meter.id)),
            None => finding,
        }
    }

    /// What a meter is called: its measurement point; with its id where several stand there.
    pub(crate) fn name_of(&self, meter: usize) -> Text {
        let Some(named) = self.meters.get(meter) else { return Text::same("–") };
        let is_crowded = self.crowded & (1 << named.point as u32) != 0;
        named.point.named(is_crowded.then_some(&named.id))
    }

    /// Where a meter stands in the input.
    pub(crate) fn spot(&self, meter: usize) -> Option<Spot> {
        self.places.get(meter).copied()
    }

    /// The same as a place.
    pub(crate) fn place(&self, meter: usize) -> Place {
        self.property(meter, Place::WHOLE)
    }

    /// Where a property of a meter stands.
    pub(crate) fn property(&self, meter: usize, property: Place) -> Place {
        self.places.get(meter).map_or(place!(meters), |spot| spot.property(property))
    }

    /// Its time zone.
    pub fn time_zone(&self) -> jiff::tz::TimeZone {
        self.facility.time_zone.clone()
    }

    /// What was found while it was put together.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Two sites are equal if they say the same; what was found on the way follows from that.
impl PartialEq for Site {
    fn eq(&self, other: &Self) -> bool {
        (&self.facility, &self.meters, &self.certificates) == (&other.facility, &other.meters, &other.certificates)
    }
}

/// Meters with their places in a plain list.
pub(crate) fn in_list(meters: Vec<Meter>) -> Vec<(Spot, Meter)> {
    meters.into_iter().enumerate().map(|(i, meter)| (Spot::new(Part::Meters, i), meter)).collect()
}

/// A member of the list of meters, or of that of energies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The list that holds its energies, or itself.
    list: Part,
    index: usize,
    /// Where it is described in `meters`, if it stands in another list.
    described: Option<usize>,
}

impl Spot {
    pub(crate) const fn new(list: Part, index: usize) -> Self {
        Spot { list, index, described: None }
    }

    /// The position in a list, if it is of that one.
    pub(crate) fn within(self, list: Part) -> Option<usize> {
        (self.list == list).then_some(self.index)
    }

    /// Whether a place is the row where it stands or is described, or is in it.
    pub(crate) fn holds(self, place: &Place) -> bool {
        let described = if place.part() == Part::Meters { self.described } else { None };
        place.row().is_some_and(|row| self.within(place.part()) == Some(row) || described == Some(row))
    }

    /// The same, described at another spot.
    pub(crate) const fn described_at(self, other: Spot) -> Self {
        Spot { described: Some(other.index), ..self }
    }

    pub(crate) fn place(self) -> Place {
        Place::from(self.list).item(self.index)
    }

    /// The place of a property: a row of energies has few of them.
    pub(crate) fn property(self, property: Place) -> Place {
        let of_row = matches!(property.name(), None | Some("id" | "point" | "carrier" | "unit"));
        match self.described {
            Some(index) if !of_row => Place::from(Part::Meters).item(index).join(property),
            None if !of_row && self.list == Part::Energy => self.place(),
            _ => self.place().join(property),
        }
    }
}

/// A finding about a property of a meter, at the meter's own place.
fn at_place(spot: Spot, mut finding: Finding) -> Finding {
    finding.place = Some(spot.property(finding.place.unwrap_or_default()));
    finding
}
