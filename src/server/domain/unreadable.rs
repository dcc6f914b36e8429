//! Sealed values that no key of this server opens: rows that were moved or damaged.

use std::fmt::Display;

use crate::server::{metrics, vault};

/// Tells operators, by an error line and a count. Whoever calls this has seen to it that the value
/// is not met again, or that people are told what to do instead.
pub(super) fn report(table: &'static str, row: &dyn Display, error: vault::Error) {
    metrics::unreadable(table);
    tracing::error!(table, %row, "could not decrypt sealed value: {error}");
}
