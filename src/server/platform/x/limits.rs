//! X's rate headers.

use chrono::{DateTime, Utc};

use crate::server::platform::{Limit, PlatformResponse, time};

/// `x-rate-limit-reset` is an instant in epoch seconds, not a wait.
/// <https://docs.x.com/x-api/fundamentals/rate-limits>
pub fn reset(answer: &PlatformResponse, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    time::instant(answer.header("x-rate-limit-reset")?.trim().parse().ok()?, now)
}

/// Every endpoint has a window of its own; those without a name here are nobody's business but
/// ours.
pub fn read(answer: &PlatformResponse, now: DateTime<Utc>) -> Vec<Limit> {
    let name = match () {
        () if answer.path.ends_with("/2/users/me") => "Profile reads",
        () => return Vec::new(),
    };
    let number = |header: &str| answer.header(header)?.parse().ok();
    let Some(remaining) = number("x-rate-limit-remaining") else {
        return Vec::new();
    };
    vec![Limit {
        name: name.into(),
        limit: number("x-rate-limit-limit"),
        remaining,
        resets_at: reset(answer, now),
    }]
}
