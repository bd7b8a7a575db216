//! Metering (计量): meters, the tree they form, their readings, and how readings become energy.
//!
//! [`Readings`] are columns of instants and values. The `clean` room turns one meter's columns into known flows of energy
//! and holes of unknown energy; nothing is guessed, and what was dropped is counted under a code.

mod accuracy;
mod carrier;
mod circuit;
pub(crate) mod clean;
mod events;
mod ids;
mod intervals;
mod kind;
mod meter;
mod origins;
mod point;
mod readings;
mod tree;

pub use accuracy::{AccuracyClass, CtLimit};
pub use carrier::Carrier;
pub use circuit::Circuit;
pub use events::{Confirmed, Exchange};
pub(crate) use ids::Ids;
pub use intervals::{Stamp, interval_bounds};
pub use kind::{Absent, Integration, MeterKind, Resets};
pub use meter::Meter;
pub use point::MeasurementPoint;
pub use readings::{Column, Quality, ReadingKind, Readings, Series, UnequalColumns};
pub(crate) use readings::{Mark, NO_REVISION};
pub use tree::MeteringTree;
