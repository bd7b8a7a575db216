#![no_main]

#[allow(dead_code)]
#[path = "../../tests/common/fuzzed.rs"]
mod fuzzed;

/// The reader of spreadsheets is known to give up on some, and its caller goes on: only what is not caught counts.
static QUIET: std::sync::Once = std::sync::Once::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    fuzzed::import("xlsx", bytes)
});
