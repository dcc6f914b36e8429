//! A time as a person reads it.

use serde::{Deserialize, Serialize};

/// A time in three forms, so that a page never shows a bare timestamp: `<time datetime=iso
/// title=exact>text</time>`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Timestamp {
    /// RFC 3339 in UTC, for machines.
    pub iso: String,
    /// Relative or short: "3 hours ago", "in 6 days", "3 May".
    pub text: String,
    /// Exact, in the reader's time zone: "Friday, 20 November 2026, 14:05".
    pub exact: String,
}
