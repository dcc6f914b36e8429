//! The sandbox's own clock. It runs with the system's and can be set forward (`POST
//! /control/clock`), so that two hours or half a year pass in a test without waiting. Nothing else
//! in the sandbox asks for the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 on the system's clock.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox's own clock")]
pub fn system() -> i64 {
    // A machine whose clock stands before 1970 plays at the epoch: there is no better answer.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}
