#![no_main]

#[allow(dead_code)]
#[path = "../../tests/common/fuzzed.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::import("greenbutton", bytes));
