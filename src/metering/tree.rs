use super::{Ids, Meter};
use crate::{
    finding::{Code, Finding},
    place::place,
};

/// Which meter is above which (计量树).
///
/// ```
/// use pue::{Meter, Unit, metering::{MeasurementPoint, MeterKind, MeteringTree}};
/// let grid = Meter::new("grid", MeasurementPoint::GridSupply, MeterKind::REGISTER, Unit::KilowattHour);
/// let mut ups = Meter::new("ups", MeasurementPoint::UpsOutput, MeterKind::REGISTER, Unit::KilowattHour);
/// ups.parent = Some("grid".to_owned());
/// let (tree, findings) = MeteringTree::new(&[grid, ups]);
/// assert!(findings.is_empty() && tree.parent(1) == Some(0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeteringTree {
    parents: Vec<Option<usize>>,
}

impl MeteringTree {
    /// The tree of these meters, whose ids are unique, and its faults: parents that do not exist
    /// ([`Code::MeterOrphan`]) and cycles ([`Code::MeterCycle`]). A meter with such a fault becomes a root.
    pub fn new(meters: &[Meter]) -> (Self, Vec<Finding>) {
        let id = |i: usize| meters.get(i).map_or("", |meter| &meter.id);
        MeteringTree::by(&Ids::new(meters.len(), id), meters)
    }

    pub(crate) fn by(ids: &Ids, meters: &[Meter]) -> (Self, Vec<Finding>) {
        let of = |i: usize| meters.get(i).map_or("", |meter| &meter.id);
        let mut findings = Vec::new();
        let mut parents: Vec<Option<usize>> = Vec::with_capacity(meters.len());
        for meter in meters {
            let parent = meter.parent.as_deref().and_then(|id| {
                let found = ids.first(id, of);
                if found.is_none() {
                    findings.push(Finding::new(Code::MeterOrphan).place(place!(parent)).meter(&meter.id).found(id));
                }
                found
            });
            parents.push(parent);
        }
        for cut in cyclic(&parents) {
            if let (Some(parent), Some(meter)) = (parents.get_mut(cut), meters.get(cut)) {
                *parent = None;
                findings.push(
                    Finding::new(Code::MeterCycle)
                        .place(place!(parent))
                        .meter(&meter.id)
                        .found(meter.parent.as_deref().unwrap_or_default()),
                );
            }
        }
        cut_depth(&mut parents, |i| {
            let finding = Finding::new(Code::MeterValue).place(place!(parent));
            let expected = format!("≤ {DEEPEST}");
            findings.extend(
                meters
                    .get(i)
                    .map(|meter| finding.meter(&meter.id).found_text(("层级过深", "deeper")).expected(expected)),
            );
        });
        (MeteringTree { parents }, findings)
    }

    /// The meter above.
    pub fn parent(&self, meter: usize) -> Option<usize> {
        self.parents.get(meter).copied().flatten()
    }

    /// All meters above, the nearest first.
    pub fn above(&self, meter: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.parent(meter), |&up| self.parent(up))
    }
}

/// No real tree is deeper; every walk upwards ends within so many steps.
const DEEPEST: usize = 64;

/// Makes a root of each meter that would stand deeper, and reports it.
fn cut_depth(parents: &mut [Option<usize>], mut report: impl FnMut(usize)) {
    let mut depths: Vec<Option<usize>> = vec![None; parents.len()];
    let mut path = Vec::new();
    for start in 0..parents.len() {
        path.push(start);
        // Up to a meter whose depth is known, or to a root.
        while let Some(&last) = path.last()
            && depths.get(last).copied().flatten().is_none()
            && let Some(up) = parents.get(last).copied().flatten()
        {
            path.push(up);
        }
        let mut depth = None;
        for i in path.drain(..).rev() {
            let mut here =
                depths.get(i).copied().flatten().or_else(|| depth.map(|above: usize| above + 1)).unwrap_or(0);
            if here > DEEPEST {
                here = 0;
                report(i);
                set(parents, i, None);
            }
            set(&mut depths, i, Some(here));
            depth = Some(here);
        }
    }
}

/// Notes what is known of a meter.
#[expect(clippy::indexing_slicing, reason = "the position is one of the list's own")]
fn set(list: &mut [Option<usize>], meter: usize, value: Option<usize>) {
    list[meter] = value;
}

/// The members of cycles, each found in linear time.
fn cyclic(parents: &[Option<usize>]) -> Vec<usize> {
    // 0: not seen; a walk's own number: seen in that walk.
    let mut seen = vec![0_usize; parents.len()];
    let mut members = Vec::new();
    for start in 0..parents.len() {
        let mut at = Some(start);
        while let Some(i) = at {
            match seen.get_mut(i) {
                Some(mark) if *mark == 0 => *mark = start + 1,
                Some(mark) if *mark == start + 1 => {
                    let mut member = i;
                    loop {
                        members.push(member);
                        match parents.get(member).copied().flatten() {
                            Some(next) if next != i => member = next,
                            _ => break,
                        }
                    }
                    break;
                }
                _ => break,
            }
            at = parents.get(i).copied().flatten();
        }
    }
    members.sort_unstable();
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        metering::{MeasurementPoint, MeterKind},
        quantity::Unit,
    };

    fn meters(parents: &[(&str, Option<&str>)]) -> Vec<Meter> {
        parents
            .iter()
            .map(|(id, parent)| {
                let mut meter = Meter::new(*id, MeasurementPoint::Other, MeterKind::Interval, Unit::KilowattHour);
                meter.parent = parent.map(str::to_owned);
                meter
            })
            .collect()
    }

    #[test]
    fn no_walk_is_long() {
        let names: Vec<String> = (0..1000).map(|i| format!("m{i}")).collect();
        let chain: Vec<(&str, Option<&str>)> =
            (0..1000).map(|i| (names[i].as_str(), names.get(i + 1).map(String::as_str))).collect();
        let (tree, findings) = MeteringTree::new(&meters(&chain));
        assert!((0..1000).all(|i| tree.above(i).count() <= DEEPEST));
        assert_eq!(findings.len(), 999 / (DEEPEST + 1));
    }

    #[test]
    fn cycles_and_orphans_are_found_and_cut() {
        let meters = meters(&[
            ("a", None),
            ("b", Some("a")),
            ("c", Some("d")),
            ("d", Some("c")),
            ("e", Some("c")),
            ("f", Some("f")),
            ("g", Some("x")),
        ]);
        let (tree, findings) = MeteringTree::new(&meters);
        let found: Vec<_> = findings.iter().map(|f| (f.code, f.meter.as_deref().unwrap())).collect();
        assert_eq!(
            found,
            [(Code::MeterOrphan, "g"), (Code::MeterCycle, "c"), (Code::MeterCycle, "d"), (Code::MeterCycle, "f")]
        );
        assert_eq!(tree.above(4).collect::<Vec<_>>(), [2]);
        assert_eq!(tree.above(1).collect::<Vec<_>>(), [0]);
    }
}
