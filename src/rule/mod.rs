//! Rules (规则): dated packs, and verdicts that explain themselves.
//!
//! A [`Pack`] is data: a document and edition, its requirements with their scope, their limit as printed, and the
//! citation each figure rests on. [`Pack::judge`] never errors: what cannot be decided is
//! [`Outcome::Undetermined`], with what would settle it.

mod engine;
mod pack;
pub mod packs;
mod scope;
mod verdict;

pub use engine::Case;
pub use pack::{Check, InvalidPack, JudgingBasis, Lapse, Nature, Pack, Requirement, ScaleClass, Settings, Source};
pub use scope::{Scope, Truth};
pub use verdict::{Outcome, TraceStep, Verdict};
