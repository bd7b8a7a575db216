//! Between what is read, which may stall, and what is worked on: records come in one by one and go out in batches, full ones
//! or, where nothing more comes for a moment, what there is.

use super::{Record, is_stopped};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// So many records, or bytes, go out at once.
const BATCH: (usize, u64) = (32, 1 << 19);

/// Nothing more came for so long: what there is goes out, and whether the run was stopped is asked again.
const MOMENT: Duration = Duration::from_millis(50);

/// Records that were read and are not worked on yet.
#[derive(Clone, Default)]
pub struct Feed(Arc<(Mutex<Waiting>, Condvar)>);

#[derive(Default)]
struct Waiting {
    records: Vec<Record>,
    bytes: u64,
    /// No more are read.
    is_read: bool,
    /// No more are wanted.
    is_left: bool,
}

impl Waiting {
    fn is_full(&self) -> bool {
        self.records.len() >= BATCH.0 || self.bytes >= BATCH.1
    }
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'w>(&self, waiting: MutexGuard<'w, Waiting>) -> MutexGuard<'w, Waiting> {
        self.0.1.wait_timeout(waiting, MOMENT).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Reads on a thread of its own, which is not waited for: it may hang in a pipe that nobody writes to.
    pub fn read(&self, read: impl FnOnce(&mut dyn FnMut(Record, u64) -> bool) + Send + 'static) {
        let end = ReadingEnds(self.clone());
        std::thread::spawn(move || {
            let feed = &end.0;
            read(&mut |record, bytes| feed.put(record, bytes));
        });
    }

    /// Whether more are wanted.
    fn put(&self, record: Record, bytes: u64) -> bool {
        let mut waiting = self.lock();
        while waiting.is_full() && !waiting.is_left {
            waiting = self.wait(waiting);
        }
        if waiting.is_left || is_stopped() {
            return false;
        }
        waiting.records.push(record);
        waiting.bytes += bytes;
        if waiting.is_full() || waiting.records.len() == 1 {
            self.0.1.notify_all();
        }
        true
    }

    /// Some records and their bytes; `None`: all have been handed out.
    pub fn take(&self) -> Option<(Vec<Record>, u64)> {
        let mut waiting = self.lock();
        while !waiting.is_full() && !waiting.is_read && !is_stopped() {
            let before = waiting.records.len();
            waiting = self.wait(waiting);
            if before > 0 && waiting.records.len() == before {
                break;
            }
        }
        let batch = (std::mem::take(&mut waiting.records), std::mem::take(&mut waiting.bytes));
        self.0.1.notify_all();
        (!batch.0.is_empty()).then_some(batch)
    }

    /// No more are wanted.
    pub fn leave(&self) {
        self.lock().is_left = true;
        self.0.1.notify_all();
    }
}

/// Says that no more are read, however the reading ends.
struct ReadingEnds(Feed);

impl Drop for ReadingEnds {
    fn drop(&mut self) {
        self.0.lock().is_read = true;
        self.0.0.1.notify_all();
    }
}
