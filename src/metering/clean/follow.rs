use super::{Breaks, Chain, Point, Rows, Sink, interval, plain::Plain, prepare, register};
use crate::metering::MeterKind;

/// Where a chain stands in a series.
#[derive(Clone, Debug)]
pub(crate) struct Stand {
    /// The point accepted last.
    pub last: Point,
    /// The first row after it.
    pub row: usize,
}

/// Follows a chain through rows up to `end`, as far as it is settled if all readings before `complete_until` are known,
/// and books each step. Every row before the stand that is returned has been accounted for.
pub(crate) fn follow(
    chain: &Chain<'_>,
    rows: &Rows<'_>,
    mut stand: Stand,
    end: usize,
    complete_until: i64,
    sink: &mut impl Sink,
) -> Stand {
    let mut plain = Plain::new(chain, rows, &stand);
    let mut ahead = Ahead::default();
    loop {
        while let Some(walker) = &plain {
            walker.walk(&mut stand, end, sink);
            if !walker.is_over(&stand) || stand.row >= end {
                break;
            }
            let next = Plain::new(chain, rows, &stand);
            // A declared exchange comes first.
            let stalls = next.as_ref().is_some_and(|next| next.is_over(&stand));
            plain = next;
            if stalls {
                break;
            }
        }
        interval::walk(chain, rows, &mut stand, end, sink);
        if !ahead.step(chain, rows, &mut stand, end, complete_until, sink) || rows.are_disordered() {
            return stand;
        }
        if stand.last.restart.is_some() {
            plain = Plain::new(chain, rows, &stand);
        }
    }
}

/// The points just ahead of where the chain stands: only these are made, and more of them only when a step has to look
/// further.
#[derive(Default)]
struct Ahead {
    points: Vec<Point>,
    breaks: Breaks,
    /// The place of the stand among the points.
    at: usize,
    /// The rows of which they are made.
    from: usize,
    until: usize,
}

/// So many rows are looked at first.
const FEW: usize = 3;

/// More than these only if a step has to look further.
const MANY: usize = 1 << 12;

impl Ahead {
    /// One step by the rules of the meter's kind; whether there was one that is settled.
    fn step(
        &mut self,
        chain: &Chain<'_>,
        rows: &Rows<'_>,
        stand: &mut Stand,
        end: usize,
        complete_until: i64,
        sink: &mut impl Sink,
    ) -> bool {
        loop {
            let here = chain.place(&stand.last);
            while self.points.get(self.at).is_some_and(|point| chain.place(point) < here) {
                self.at += 1;
            }
            let stands_here = self.points.get(self.at).is_some_and(|point| chain.place(point) == here);
            let complete = if self.until < end { rows.key(self.until).0 } else { complete_until };
            if stands_here && let Some(next) = chain.next(&self.points, &self.breaks, self.at, complete) {
                chain.book(&self.points, self.at, next, sink);
                let before = self.points.get(self.at).copied();
                let Some(point) = self.points.get_mut(next) else { return false };
                *point = chain.accepted(before.as_ref(), *point);
                pass_over(chain, rows, stand, *point, end, sink);
                self.at = next;
                return true;
            }
            if stands_here && self.until >= end {
                return false;
            }
            self.look_further(chain, rows, stand, (end, complete_until), sink);
            if rows.are_disordered() {
                return false;
            }
        }
    }

    /// Twice as many points, from where the chain stands; a few if it has come far since.
    fn look_further(
        &mut self,
        chain: &Chain<'_>,
        rows: &Rows<'_>,
        stand: &mut Stand,
        (end, complete_until): (usize, i64),
        sink: &mut impl Sink,
    ) {
        let looked = self.until - self.from;
        let come = stand.row.saturating_sub(self.from);
        let take = match (come > 4 * looked, come == 0) {
            (true, _) => FEW,
            (false, true) => 2 * looked,
            (false, false) => (2 * looked).min(MANY.max(looked)),
        };
        self.from = stand.row;
        self.until = rows.end_of_group(stand.row.saturating_add(take.max(FEW)).min(end), end);
        let before = if self.until < end { rows.key(self.until).0 } else { complete_until };
        let window = (stand.last.until.saturating_add(1), before);
        self.points.clear();
        self.points.push(stand.last);
        self.points.extend(prepare(chain.meter, rows, self.from..self.until, chain.of(window), &mut super::Nowhere));
        register::squeeze(chain.meter, &mut self.points);
        self.breaks = Breaks::default();
        self.at = 0;
        // What shows the same as the one accepted last belongs to it.
        if let Some(&first) = self.points.first().filter(|first| first.until > stand.last.until)
            && matches!(chain.meter.kind, MeterKind::Register { .. })
        {
            pass_over(chain, rows, stand, first, end, sink);
        }
    }
}

/// Goes on to a point, and accounts for the rows up to it.
fn pass_over(chain: &Chain<'_>, rows: &Rows<'_>, stand: &mut Stand, accepted: Point, end: usize, sink: &mut impl Sink) {
    let after = rows.after(chain.place(&accepted), stand.row..end);
    if after - stand.row != 1 || !chain.meter.events.is_empty() {
        let passed = (stand.last.until.saturating_add(1), accepted.until.saturating_add(1));
        prepare(chain.meter, rows, stand.row..after, chain.of(passed), sink);
    }
    *stand = Stand { last: accepted, row: after };
}
