//! Short words to write conditions with.

use crate::{facility::LifecycleKind, quantity::Decimal, rule::Scope};

/// A figure as printed: 125, 2 is 1.25.
pub(crate) const fn decimal(units: i128, digits: u8) -> Decimal {
    match Decimal::new(units, digits) {
        Some(decimal) => decimal,
        None => Decimal::ONE,
    }
}

/// 存量.
pub(crate) fn existing() -> Scope {
    Scope::Lifecycle(vec![LifecycleKind::Existing])
}
