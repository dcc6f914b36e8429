//! Reddit's rate headers.

use chrono::{DateTime, Utc};

use crate::server::platform::{Limit, PlatformResponse, time};

/// What the only limit is called.
pub const OF_THE_SERVER: &str = "Calls of this server";

/// One window for the whole app, over ten minutes: floats, and the seconds to go.
pub fn read(answer: &PlatformResponse, now: DateTime<Utc>) -> Vec<Limit> {
    let number = |header: &str| answer.header(header)?.trim().parse::<f64>().ok();
    let Some(remaining) = number("x-ratelimit-remaining") else {
        return Vec::new();
    };
    let resets_at = number("x-ratelimit-reset")
        .and_then(|seconds| time::wait(seconds, time::MAX_CALL_WAIT))
        .map(|wait| time::after(now, wait));
    let limit = number("x-ratelimit-used").map(|used| (used + remaining) as i64);
    vec![Limit { name: OF_THE_SERVER.into(), limit, remaining: remaining as i64, resets_at }]
}
