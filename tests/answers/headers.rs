//! Headers that tell of waits and limits, in every form that somebody has sent.

use super::changes::{Change, Edit, Kind};

const WAITS: [&str; 21] = [
    "",
    "soon",
    "-5",
    "0",
    "1.5",
    "4",
    "3600",
    "86401",
    "NaN",
    "inf",
    "1e300",
    "10000000000000",
    "18446744073709551616",
    // An instant in place of a wait.
    "1779746533",
    "1779746533000",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Sat, 28 Nov 2026 00:05:00 GMT",
    "Saturday, 28-Nov-26 00:05:00 GMT",
    "Sat Nov 28 00:05:00 2026",
    "5, 7",
];

pub fn retry_after() -> Vec<Change> {
    let statuses = [429, 503];
    let waits = WAITS.into_iter().flat_map(|wait| {
        statuses.map(|status| Change {
            kind: Kind::RetryAfter,
            name: format!("{status} with Retry-After \"{wait}\""),
            edit: Edit::Header { status: Some(status), name: "retry-after", value: wait.into() },
        })
    });
    waits.collect()
}

const NUMBERS: [&str; 11] = [
    "",
    "odd",
    "-1",
    "0",
    "1.5",
    "NaN",
    "1e300",
    "10000000000000",
    "8210266876799",
    "-9000000000000000",
    "18446744073709551616",
];

/// X's and Reddit's.
const NUMBERED: [&str; 6] = [
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "x-ratelimit-used",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

/// Facebook's, which hold JSON.
const USAGES: [&str; 9] = [
    r#"{"1":[{"call_count":1,"estimated_time_to_regain_access":10000000000000}]}"#,
    r#"{"1":[{"call_count":1,"estimated_time_to_regain_access":-9000000000000000}]}"#,
    r#"{"1":[{"call_count":1,"estimated_time_to_regain_access":18446744073709551615}]}"#,
    r#"{"1":[{"call_count":"odd","estimated_time_to_regain_access":"12"}]}"#,
    r#"{"1":[{"call_count":1e300,"total_time":-1e300,"total_cputime":null}]}"#,
    r#"{"1":{}}"#,
    r#"{"call_count":1e300,"total_time":-7,"total_cputime":"odd"}"#,
    "[]",
    "<html>",
];

/// Beside a good answer: limits are never a reason to refuse it.
pub fn limits() -> Vec<Change> {
    let numbers = NUMBERED.into_iter().flat_map(|name| NUMBERS.map(|value| (name, value)));
    let usages = ["x-app-usage", "x-business-use-case-usage"]
        .into_iter()
        .flat_map(|name| USAGES.map(|value| (name, value)));
    let changes = numbers.chain(usages).map(|(name, value)| Change {
        kind: Kind::Limits,
        name: format!("{name}: {value}"),
        edit: Edit::Header { status: None, name, value: value.into() },
    });
    changes.collect()
}
