//! Rules (规则): dated packs, and verdicts that explain themselves.
//!
//! A [`Pack`] is data: a document and edition, its requirements with their scope, their limit as printed, and the
//! citation each figure rests on; what cannot be right is no pack. [`Pack::judge`] never errors: what cannot be decided is
//! [`Outcome::Undetermined`], with what would settle it.

mod decision;
mod draft;
mod engine;
mod faults;
mod figure_check;
mod grade_check;
pub mod law;
mod metric;
mod pack;
pub mod packs;
mod prose;
mod pue_check;
pub mod rubric;
mod score_check;
mod scope;
mod settled;
#[cfg(feature = "json")]
mod shape;
mod verdict;
mod weighing;

pub use decision::{Conformance, Decision};
pub use draft::{
    Band, Benchmark, Check, Counted, JudgingBasis, Lapse, Nature, PackDraft, Requirement, ScaleClass, Settings, Source,
};
pub use engine::Case;
pub use figure_check::Figures;
pub use law::{LAW_SCHEMA, Law};
pub use metric::Metric;
pub use pack::Pack;
pub use rubric::Rubric;
pub use scope::{Days, Scope, Truth};
pub(crate) use settled::Span;
pub use verdict::{Comparison, Inputs, Outcome, Shown, TraceStep, Verdict};
