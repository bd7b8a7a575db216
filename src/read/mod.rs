//! Readers (读入): bytes to values, with all faults. Nothing is opened here: bytes, or any [`std::io::Read`], come in.
//!
//! What a sender says is read leniently: a fault costs what is faulty, becomes a finding with its place, and the rest is
//! used.

mod canonical;
#[cfg(feature = "csv")]
mod csv;
mod fields;
mod identifier;
#[cfg(all(feature = "json", feature = "csv"))]
pub mod import;
mod node;
mod site;
#[cfg(feature = "xlsx")]
pub(crate) mod workbook;

pub(crate) use canonical::Digest;
#[cfg(feature = "json")]
pub use canonical::input_sha256;
#[cfg(feature = "csv")]
pub use csv::{CsvError, csv};
#[cfg(feature = "csv")]
pub(crate) use csv::{Faults, Reading, Take, each_reading};
pub(crate) use fields::{Fields, number};
pub(crate) use identifier::likeness;
#[cfg(all(feature = "json", feature = "csv"))]
pub use import::mapped;
pub(crate) use node::{Document, Node};
#[cfg(feature = "json")]
pub use site::site;
pub use site::{Read, SITE_SCHEMA};
pub(crate) use site::{carrier, certificates, expect_schema, facility, meters, standard_racks, unit, unusable};
