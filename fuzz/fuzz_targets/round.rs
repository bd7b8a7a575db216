#![no_main]
#![allow(dead_code)]

#[path = "../../cli/src/command/mod.rs"]
mod command;
#[path = "../../cli/src/ending.rs"]
mod ending;
#[path = "../../cli/src/foreign.rs"]
mod foreign;
#[path = "../../cli/src/judging.rs"]
mod judging;
#[path = "../../cli/src/language.rs"]
mod language;
#[path = "../../cli/src/output.rs"]
mod output;
#[path = "../../cli/src/round/mod.rs"]
mod round;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| round::fuzzed::round(bytes));
