//! Many submissions: read as they come, answered on all cores, in their order.

mod answer;
mod feed;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
pub mod input;
mod pool;

pub use answer::{Answer, Mark, Relying, as_text, header, marks};
pub use input::Record;

use crate::language::{pick, plural};
use feed::Feed;
use indicatif::{ProgressBar, ProgressStyle};
use pue::{Lang, assessment::Options};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed},
};

/// Ctrl-C, or nobody reads the answers any more: what has been read is answered, and no more is read.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// How often Ctrl-C was pressed.
static PRESSED: AtomicU8 = AtomicU8::new(0);

/// Whether it was ended before all was read.
pub fn is_stopped() -> bool {
    STOPPED.load(Relaxed)
}

/// Reads no more.
pub fn stop() {
    STOPPED.store(true, Relaxed);
}

/// All tests of one program share whether it is stopped: one of them has its turn at a time.
#[cfg(test)]
pub fn turn() -> std::sync::MutexGuard<'static, ()> {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Reads again.
#[cfg(any(test, fuzzing))]
pub fn go_on() {
    STOPPED.store(false, Relaxed);
}

/// From now on Ctrl-C ends the reading; what has been read is answered, also when it is pressed again, which happens of
/// impatience. The third ends the program.
pub fn stop_on_ctrl_c(lang: Lang) {
    let stop = move || {
        stop();
        match PRESSED.fetch_add(1, Relaxed) {
            0 => crate::output::say(pick(
                lang,
                "正在停止；已读入的仍会答完",
                "stopping; what has been read is still answered",
            )),
            1 => crate::output::say(pick(
                lang,
                "已读入的仍会答完（再按一次立即结束）",
                "what has been read is still answered (once more to end without it)",
            )),
            _ => std::process::exit(3),
        }
    };
    let _ = ctrlc::set_handler(stop); // without it Ctrl-C ends the program, as ever
}

/// How many threads work.
pub fn threads(asked: Option<usize>) -> Result<usize, String> {
    match asked {
        Some(threads) if !(1..=1024).contains(&threads) => {
            Err(format!("--threads: expected a number from 1 to 1024, found {threads}"))
        }
        Some(threads) => Ok(threads),
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}

/// Answers every record behind some paths, on several threads: `work` gets some of them with the number of the first, and
/// `take` what came of them, in order. Returns how many records there were.
pub fn run<T: Send>(
    paths: &[PathBuf],
    threads: usize,
    options: &Options,
    work: impl Fn(Vec<Answer>, usize) -> Result<T, String> + Sync,
    mut take: impl FnMut(T) -> Result<(), String>,
) -> Result<u64, String> {
    let files = input::files_aloud(paths)?;
    let bar = progress(input::size(&files));
    let mut records = 0_u64;
    let feed = Feed::default();
    feed.read(move |put| {
        // Each file until no more are wanted.
        let _ = files.iter().all(|(name, path)| input::each_record(name, path, put));
    });
    let read = |give: &mut dyn FnMut((Vec<Record>, u64, usize)) -> bool| {
        let mut first = 0_usize;
        while let Some((batch, bytes)) = feed.take() {
            let number = first;
            first += batch.len();
            if !give((batch, bytes, number)) {
                break;
            }
        }
        feed.leave();
    };
    let work = |(batch, bytes, first): (Vec<Record>, u64, usize)| {
        let count = batch.len() as u64;
        let answers = batch.into_iter().map(|record| Answer::new(record, options)).collect();
        Ok((count, bytes, work(answers, first)?))
    };
    let done = pool::run(threads, read, work, |batch: Result<(u64, u64, T), String>| {
        let (count, bytes, batch) = batch?;
        records += count;
        bar.inc(bytes);
        bar.set_message(format!(
            "{}, {:.0}/s",
            plural(records, "record"),
            records as f64 / bar.elapsed().as_secs_f64().max(1e-3)
        ));
        take(batch)
    });
    bar.finish_and_clear();
    done.map(|()| records)
}

fn progress(bytes: Option<u64>) -> ProgressBar {
    let (bar, style) = match bytes {
        Some(bytes) => (ProgressBar::new(bytes), "{bar:30} {percent}% {msg} ETA {eta}"),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes} {msg}"),
    };
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// One value on one line.
pub fn write_json(out: &mut Vec<u8>, value: &impl serde::Serialize) -> Result<(), String> {
    serde_json::to_writer(&mut *out, value).map_err(|error| error.to_string())?;
    out.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    /// What the fuzz target found, and whole rounds stopped at each place.
    #[test]
    fn rounds_answer_in_order_wherever_they_are_stopped() {
        let _turn = super::turn();
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/round")).unwrap();
        for file in files {
            super::fuzzed::round(&std::fs::read(file.unwrap().path()).unwrap());
        }
        let one: serde_json::Value =
            serde_json::from_str(include_str!("../../../examples/data/submissions/01-meets.json")).unwrap();
        let round = format!("{one}\n").repeat(200);
        for stopped_at in [0, 1, 31, 32, 33, 100, 199, u8::MAX] {
            for threads in [0, 1, 2, 0x80, 0x81, 0x82] {
                super::fuzzed::round(&[&[0, threads, stopped_at], round.as_bytes()].concat());
            }
        }
    }
}
