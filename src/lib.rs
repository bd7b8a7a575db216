#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    warn(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

// The rooms, in layer order: each imports only from rooms above it.
pub mod assessment;
pub mod facility;
pub mod finding;
pub mod kpi;
pub mod ledger;
pub mod metering;
pub mod period;
pub mod portfolio;
pub mod quantity;
pub mod read;
#[cfg(feature = "report")]
pub mod report;
pub mod retrofit;
pub mod rule;
pub mod site;
pub mod submission;

pub use assessment::Assessment;
pub use facility::Facility;
pub use finding::{Code, Finding, Lang, Severity, Text};
pub use kpi::{AnnualPue, InterimPue, Pue};
pub use ledger::Ledger;
pub use metering::{Meter, Readings};
pub use period::Period;
pub use rule::{Outcome, Pack, Verdict, packs};
pub use site::Site;
pub use submission::Submission;
