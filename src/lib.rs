#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    warn(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

// The rooms, in layer order: each imports only from rooms above it.
pub mod facility;
pub mod finding;
pub mod kpi;
pub mod ledger;
pub mod metering;
pub mod period;
pub mod quantity;
pub mod read;
pub mod rule;
pub mod site;
