//! The library for a browser: three functions over the module's memory, and nothing that the module asks of its host.
//!
//! The page reserves room, writes the bytes of a file there and keeps it ([`keep`]), then writes a request and calls ([`call`]). The answer
//! is JSON and stands at the address that [`answer`] gives. What can be asked stands in `request`.

mod request;

pub use request::{Files, answered};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// All that lives between two calls.
struct State {
    /// What the page writes next.
    room: Vec<u8>,
    files: Files,
    answer: String,
}

static STATE: Mutex<State> = Mutex::new(State { room: Vec::new(), files: Files::new(), answer: String::new() });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Room for so many bytes, which the page fills before it calls [`keep`] or [`call`].
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> *mut u8 {
    let mut state = state();
    state.room = vec![0; length];
    state.room.as_mut_ptr()
}

/// Keeps what was written as a file, and answers with its number.
#[unsafe(no_mangle)]
pub extern "C" fn keep() -> usize {
    let mut state = state();
    let bytes = std::mem::take(&mut state.room);
    state.files.keep(bytes)
}

/// Forgets a file.
#[unsafe(no_mangle)]
pub extern "C" fn forget(number: usize) {
    state().files.forget(number);
}

/// Does what was written as a request, and answers with the length of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn call() -> usize {
    let mut state = state();
    let request = std::mem::take(&mut state.room);
    state.answer = answered(&state.files, &request);
    state.answer.len()
}

/// Where the answer stands.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    state().answer.as_ptr()
}
