//! What goes over the wire (数据交换格式): answers as programs in any language read them.
//!
//! The library computes with an [`assessment::Assessment`](crate::Assessment); serde writes it as [`Assessment`], which a
//! client reads back.

mod assessment;

pub use assessment::{ASSESSMENT_SCHEMA, Assessment, Kpis, Meter, Pue, PueKind, Stretch};
