#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    warn(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

// The rooms, in layer order: each imports only from rooms above it (`tests/layering.rs`).
pub mod name;
pub mod place;
pub mod finding;
pub mod quantity;
pub mod period;
pub mod facility;
pub mod metering;
pub mod site;
pub mod read;
pub mod ledger;
pub mod kpi;
pub mod rule;
pub mod retrofit;
pub mod assessment;
pub mod submission;
pub mod eu;
pub mod portfolio;
pub mod wire;
#[cfg(feature = "report")]
pub mod report;
#[cfg(all(feature = "json", feature = "csv", feature = "report"))]
pub mod json;
#[cfg(feature = "schema")]
pub mod schema;
#[cfg(feature = "sample")]
pub mod sample;

// The crates whose types stand in this one's.
pub use jiff;
#[cfg(feature = "uom")]
pub use uom;

// The paved path.
pub use assessment::Assessment;
pub use facility::Facility;
pub use finding::{Code, Finding, Lang, Severity};
pub use kpi::AnnualPue;
pub use ledger::{Ledger, LedgerError};
pub use metering::{Meter, Readings};
pub use period::Period;
pub use quantity::Unit;
pub use rule::{Outcome, Pack, Verdict, packs};
pub use site::Site;
pub use submission::Submission;

#[cfg(any(doc, all(doctest, feature = "json", feature = "csv")))]
#[doc = include_str!("../docs/tour.md")]
pub mod tour {}
#[cfg(doc)]
#[doc = include_str!("../docs/design.md")]
pub mod design {}
#[cfg(doc)]
#[doc = include_str!("../CHANGELOG.md")]
pub mod changelog {}

/// The version of the library.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
