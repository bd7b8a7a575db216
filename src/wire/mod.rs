//! What goes over the wire (数据交换格式): answers as programs in any language read them.
//!
//! The library computes with an [`assessment::Assessment`](crate::Assessment); serde writes it as [`Assessment`], which a
//! client reads back.

mod assessment;
mod brief;

/// What stands in answers as the library has it.
pub use crate::{
    assessment::{Changed, Declared, Difference, Record, VerdictRecord, WhatIf},
    finding::Finding,
    retrofit::{Flag, Retrofit},
    rule::{Comparison, Verdict},
};
pub use assessment::{ASSESSMENT_SCHEMA, Assessment, Ends, Kpis, Meter, Pue, PueKind, Reliance};
pub use brief::{BRIEF_SCHEMA, Brief, BriefPue, BriefVerdict};
