//! What has come of one meter: readings wait until none that is older can come, and are settled then.

use super::piece::Piece;
use crate::{
    metering::{
        Column, Mark, Meter, MeterKind, Quality,
        clean::{Chain, Rows},
    },
    period::Period,
};
use serde::{Deserialize, Serialize};

/// What has come of one meter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Intake {
    /// What has been settled, and what waits for the day after it.
    pub piece: Piece,
    #[serde(with = "rows")]
    pub waiting: Vec<Waiting>,
    /// When so many wait, those that are old enough are settled.
    #[serde(skip)]
    full: usize,
    newest: Option<(i64, i64)>,
    /// The newest that is not beyond the period.
    latest: i64,
    pub displaced: u64,
    pub outside: u64,
    pub late: u64,
    pub first_late: i64,
}

/// Start (or instant), end, value, how much of it is known, and what is said of it.
pub(super) type Waiting = (i64, i64, f64, Option<i64>, Mark);

/// The fewest readings that are settled at once.
const FULL: usize = 1024;

impl Intake {
    pub(super) fn new() -> Self {
        Intake {
            piece: Piece::empty(i64::MIN),
            waiting: Vec::new(),
            full: FULL,
            newest: None,
            latest: i64::MIN,
            displaced: 0,
            outside: 0,
            late: 0,
            first_late: i64::MAX,
        }
    }

    /// Takes a reading that is not late, and settles those that are old enough when many wait.
    pub(super) fn take(
        &mut self,
        (at, until, value, known_ms, mark): Waiting,
        chain: &Chain<'_>,
        calendar: (&Period, &[i64]),
        lateness_ms: i64,
    ) {
        let at = if chain.meter.kind == MeterKind::Interval { at } else { until };
        if at < self.settled_before(lateness_ms) {
            self.late = self.late.saturating_add(1);
            self.first_late = self.first_late.min(at);
            return;
        }
        let newest = self.newest.map_or((at, until), |newest| {
            self.displaced = self.displaced.saturating_add(u64::from((at, until) < newest));
            newest.max((at, until))
        });
        self.newest = Some(newest);
        // A stamp beyond the period makes none late that lies within it.
        if at <= calendar.0.end() {
            self.latest = self.latest.max(at);
        }
        self.waiting.push((at, until, value, known_ms, mark));
        if self.waiting.len() >= self.full {
            self.settle(chain, calendar, lateness_ms);
            // Those beyond the period wait for its end, but not without end.
            if self.waiting.len() >= self.full {
                self.settle_before(chain, calendar, newest.0.saturating_sub(lateness_ms));
            }
            self.make_room();
        }
    }

    /// So many may wait until those that are old enough are settled again.
    pub(super) fn make_room(&mut self) {
        self.full = FULL.max(2 * self.waiting.len());
    }

    /// Before which instant no reading is waited for.
    pub(super) fn settled_before(&self, lateness_ms: i64) -> i64 {
        self.latest.saturating_sub(lateness_ms).max(self.piece.window.1)
    }

    /// Books the readings that are older than the lateness.
    pub(super) fn settle(&mut self, chain: &Chain<'_>, calendar: (&Period, &[i64]), lateness_ms: i64) {
        let before = self.settled_before(lateness_ms);
        self.settle_before(chain, calendar, before);
    }

    fn settle_before(&mut self, chain: &Chain<'_>, calendar: (&Period, &[i64]), before: i64) {
        let (ready, waiting): (Vec<Waiting>, Vec<Waiting>) =
            self.waiting.drain(..).partition(|reading| reading.0 < before);
        self.waiting = waiting;
        if !ready.is_empty() {
            let outside = settle(&mut self.piece, &ready, before, chain, calendar);
            self.outside = self.outside.saturating_add(outside);
        }
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(super) fn is_sound(&self, meter: &Meter, edges: usize) -> bool {
        let is_interval = meter.kind == MeterKind::Interval;
        let waits = |&(at, until, ..): &Waiting| {
            at >= self.piece.window.1
                && (is_interval || at == until)
                && self.newest.is_some_and(|newest| (at, until) <= newest)
        };
        let counts = [self.displaced, self.outside, self.late];
        counts.iter().all(|count| *count <= 1 << 48)
            && self.piece.is_sound(meter, edges)
            && self.waiting.iter().all(waits)
    }
}

/// Books readings that follow a piece, all of them before an instant; returns how many lie outside of the period.
pub(super) fn settle(
    piece: &mut Piece,
    ready: &[Waiting],
    before: i64,
    chain: &Chain<'_>,
    (period, edges): (&Period, &[i64]),
) -> u64 {
    let start: Vec<i64> = ready.iter().map(|reading| reading.0).collect();
    let time: Vec<i64> = ready.iter().map(|reading| reading.1).collect();
    let value: Vec<f64> = ready.iter().map(|reading| reading.2).collect();
    let known_ms: Vec<i64> =
        ready.iter().map(|&(start, end, _, known, _)| known.unwrap_or(end.saturating_sub(start))).collect();
    let is_marked = ready.iter().any(|reading| reading.4 != Mark::NONE);
    let marked: &[Waiting] = if is_marked { ready } else { &[] };
    let quality: Vec<Quality> = marked.iter().map(|reading| reading.4.quality).collect();
    let revision: Vec<i64> = marked.iter().map(|reading| reading.4.revision).collect();
    let (known_ms, quality, revision) = (known_ms.as_slice(), quality.as_slice(), revision.as_slice());
    let column = Column { start: &start, time: &time, value: &value, known_ms, quality, revision, kind: None };
    let rows = Rows::new(chain.meter, column);
    let outside = rows.outside((period.start(), period.end()));
    let next = Piece::unsettled(chain, &rows, (piece.window.1, before), edges);
    piece.join(next, chain, edges);
    outside
}

/// Readings that wait, in columns: each by how long it comes after the one before.
mod rows {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    #[derive(Default, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Columns {
        after: Vec<i64>,
        /// Empty: no time.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        lasts: Vec<i64>,
        /// As text, which is a double to the bit.
        value: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        known: Vec<Option<i64>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        mark: Vec<Mark>,
    }

    pub(super) fn serialize<S: Serializer>(waiting: &[Waiting], serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0_i64;
        let after = waiting.iter().map(|row| row.0.wrapping_sub(std::mem::replace(&mut last, row.0))).collect();
        let value: Vec<String> = waiting.iter().map(|row| row.2.to_string()).collect();
        let mut columns = Columns { after, value: value.join(" "), ..Columns::default() };
        if waiting.iter().any(|row| row.1 != row.0) {
            columns.lasts = waiting.iter().map(|row| row.1.wrapping_sub(row.0)).collect();
        }
        if waiting.iter().any(|row| row.3.is_some()) {
            columns.known = waiting.iter().map(|row| row.3).collect();
        }
        if waiting.iter().any(|row| row.4 != Mark::NONE) {
            columns.mark = waiting.iter().map(|row| row.4).collect();
        }
        columns.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Waiting>, D::Error> {
        let columns = Columns::deserialize(deserializer)?;
        let value: Result<Vec<f64>, _> = columns.value.split_whitespace().map(str::parse).collect();
        let value = value.map_err(|_| D::Error::custom("expected numbers"))?;
        let fits = |length: usize| length == 0 || length == value.len();
        let optional = [columns.lasts.len(), columns.known.len(), columns.mark.len()];
        if columns.after.len() != value.len() || !optional.into_iter().all(fits) {
            return Err(D::Error::custom("expected columns of one length"));
        }
        let mut at = 0_i64;
        let row = |(i, (after, value)): (usize, (&i64, f64))| {
            at = at.wrapping_add(*after);
            let lasts = columns.lasts.get(i).copied().unwrap_or(0);
            let known = columns.known.get(i).copied().flatten();
            (at, at.wrapping_add(lasts), value, known, columns.mark.get(i).copied().unwrap_or(Mark::NONE))
        };
        Ok(columns.after.iter().zip(value).enumerate().map(row).collect())
    }
}
