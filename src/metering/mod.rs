//! Metering (计量): meters, the tree they form, their readings, and how readings become energy.
//!
//! [`Readings`] are columns of instants and values. The `clean` room turns one meter's columns into known flows of energy
//! and holes of unknown energy; nothing is guessed, and what was dropped is counted under a code.

pub(crate) mod clean;
mod ids;
mod intervals;
mod meter;
mod origins;
mod readings;
mod tree;

pub(crate) use ids::Ids;
pub use intervals::{Stamp, interval_bounds};
pub use meter::{
    Absent, AccuracyClass, Carrier, Confirmed, Exchange, Integration, MeasurementPoint, Meter, MeterKind, Resets,
};
pub use readings::{Column, Quality, ReadingKind, Readings, Series, UnequalColumns};
pub(crate) use readings::{Mark, NO_REVISION};
pub use tree::MeteringTree;
