//! The site (场所): facility, meters and certificates, checked together.

use crate::{
    facility::{Certificate, Facility},
    finding::{Code, Faults, Finding},
    metering::{Meter, MeteringTree},
};
use std::collections::{BTreeMap, HashMap};

/// A data centre with its meters and certificates.
///
/// What exists is right in itself: meters have unique ids, units that fit and parents without cycles. What was wrong
/// with the input, and what is worth knowing, stands in [`Site::findings`].
#[derive(Clone, Debug)]
pub struct Site {
    facility: Facility,
    meters: Vec<Meter>,
    certificates: Vec<Certificate>,
    tree: MeteringTree,
    index: HashMap<String, usize>,
    findings: Vec<Finding>,
}

impl Site {
    /// A site, if nothing is wrong with it; warnings and notes are kept.
    ///
    /// # Errors
    /// All [`Faults`] at once.
    pub fn new(facility: Facility, meters: Vec<Meter>, certificates: Vec<Certificate>) -> Result<Self, Faults> {
        Site::assemble(facility, meters, certificates, Vec::new()).checked()
    }

    /// A site of whatever can be used, with everything that was found on the way. A meter with an error is left out.
    pub(crate) fn assemble(
        facility: Facility,
        meters: Vec<Meter>,
        certificates: Vec<Certificate>,
        mut findings: Vec<Finding>,
    ) -> Self {
        findings.extend(facility.check().into_iter().map(|finding| at_place("/facility", finding)));
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, meter) in meters.iter().enumerate() {
            places.entry(&meter.id).or_default().push(i);
        }
        let mut bad = vec![false; meters.len()];
        let mut refuse = |i: usize, finding: Finding| {
            if finding.is_error()
                && let Some(flag) = bad.get_mut(i)
            {
                *flag = true;
            }
            findings.push(at_place(&format!("/meters/{i}"), finding));
        };
        for (id, shared) in places.iter().filter(|(_, shared)| shared.len() > 1) {
            for &i in shared {
                refuse(
                    i,
                    Finding::new(Code::MeterDuplicateId)
                        .path("/id")
                        .meter(*id)
                        .found(format!("{} meters of this id", shared.len())),
                );
            }
        }
        for (i, meter) in meters.iter().enumerate() {
            for finding in meter.check() {
                refuse(i, finding);
            }
        }
        let (kept, places): (Vec<Meter>, Vec<usize>) = meters
            .into_iter()
            .enumerate()
            .filter(|(i, _)| !bad.get(*i).copied().unwrap_or(true))
            .map(|(i, meter)| (meter, i))
            .unzip();
        let index: HashMap<String, usize> = kept.iter().enumerate().map(|(i, meter)| (meter.id.clone(), i)).collect();
        let (tree, faults) = MeteringTree::new(&kept);
        for finding in faults {
            let place = finding
                .meter
                .as_deref()
                .and_then(|id| index.get(id))
                .and_then(|&i| places.get(i))
                .copied()
                .unwrap_or(0);
            findings.push(at_place(&format!("/meters/{place}"), finding));
        }
        Site { facility, meters: kept, certificates, tree, index, findings }
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
        self.index.get(id).copied()
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

fn at_place(place: &str, mut finding: Finding) -> Finding {
    finding.path = Some(format!("{place}{}", finding.path.unwrap_or_default()));
    finding
}
