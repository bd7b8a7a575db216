//! The columns of a wide file, each the readings of a meter. Blank cells are missing readings; of many in a row the first and the
//! last few are kept, which say how long the intervals beside them are, and the others are counted: a column of blanks takes no
//! memory.

use super::rows::Reading;
use crate::{
    metering::{Meter, MeterKind},
    site::Site,
};
use jiff::tz::Offset;
use std::collections::VecDeque;

/// So many blanks are kept at each end: intervals are as long as the distances of the four stamps on either side.
const KEPT: usize = 5;

/// One column.
pub(super) struct Column {
    /// Its place in a row.
    pub cell: usize,
    pub id: String,
    /// Whose readings it holds; of a meter that the site does not list they are counted.
    pub meter: Option<Of>,
    pub unknown: u64,
    /// How many blanks came before the last few, and on which line the first of those that were not kept stood.
    blank: usize,
    dropped: u64,
    first_dropped: u64,
    last: VecDeque<Reading>,
}

/// What a column's readings need to know of their meter.
#[derive(Clone, Copy)]
pub(super) struct Of {
    pub meter: usize,
    pub is_interval: bool,
    pub offset: Option<Offset>,
}

impl Column {
    pub(super) fn new(site: &Site, cell: usize, id: &str) -> Self {
        let of =
            |meter: usize, of: &Meter| Of { meter, is_interval: of.kind == MeterKind::Interval, offset: of.utc_offset };
        let meter = site.meter_index(id).and_then(|i| site.meters().get(i).map(|meter| of(i, meter)));
        let id = id.to_owned();
        Column { cell, id, meter, unknown: 0, blank: 0, dropped: 0, first_dropped: 0, last: VecDeque::new() }
    }

    /// A reading of it: hands it on, and the blanks that were held back before it.
    pub(super) fn push(&mut self, reading: Reading, mut take: impl FnMut(Reading)) {
        if !reading.value.is_nan() {
            self.flush(&mut take);
            return take(reading);
        }
        if self.blank < KEPT {
            self.blank += 1;
            return take(reading);
        }
        if self.last.len() == KEPT
            && let Some(dropped) = self.last.pop_front()
        {
            if self.dropped == 0 {
                self.first_dropped = dropped.line;
            }
            self.dropped += 1;
        }
        self.last.push_back(reading);
    }

    /// Hands on the blanks that were held back.
    pub(super) fn flush(&mut self, take: impl FnMut(Reading)) {
        self.blank = 0;
        self.last.drain(..).for_each(take);
    }

    /// How many blanks were not kept, and the line of the first.
    pub(super) fn dropped(&self) -> Option<(u64, u64)> {
        (self.dropped > 0).then_some((self.dropped, self.first_dropped))
    }
}
