//! Work in order on all cores, in bounded memory: batches go out to the workers, their results come back in the order in
//! which the batches came.

use std::{
    collections::BTreeMap,
    sync::{Mutex, mpsc},
    thread,
};

/// So many batches for each worker are on their way at most.
const AHEAD: usize = 4;

/// Runs `read`, which hands out batches until it is told that no more are wanted; works on each; and gives the results to
/// `write` in order.
pub fn run<T: Send, R: Send>(
    threads: usize,
    read: impl FnOnce(&mut dyn FnMut(T) -> bool) + Send,
    work: impl Fn(T) -> R + Sync,
    mut write: impl FnMut(R) -> Result<(), String>,
) -> Result<(), String> {
    let most = threads * AHEAD;
    let (permit, permits) = mpsc::sync_channel::<()>(most);
    let (job, jobs) = mpsc::sync_channel::<(u64, T)>(most);
    let (result, results) = mpsc::channel::<(u64, R)>();
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        let permits = permits; // goes when nobody writes any more, and then the reader ends
        scope.spawn(move || {
            let mut number = 0;
            read(&mut |batch| {
                // Waits while too many are on their way; ends when nobody takes results any more.
                let sent = permit.send(()).is_ok() && job.send((number, batch)).is_ok();
                number += 1;
                sent
            });
        });
        for _ in 0..threads {
            let (result, jobs, work) = (result.clone(), &jobs, &work);
            scope.spawn(move || {
                loop {
                    let next = jobs.lock().map(|jobs| jobs.recv());
                    let Ok(Ok((number, batch))) = next else { return };
                    if result.send((number, work(batch))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(result);
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (number, done) in results {
            waiting.insert(number, done);
            while let Some(done) = waiting.remove(&due) {
                write(done)?;
                due += 1;
                let _ = permits.recv();
            }
        }
        Ok(())
    })
}
