//! How much of Facebook's allowance is used up, in percent.
//! <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::server::platform::{Limit, PlatformResponse, read, time};

/// All of the app's people together, for an hour.
const APP: &str = "x-app-usage";
/// What that limit is called.
pub const OF_THE_SERVER: &str = "This server's share of Facebook calls, %";
/// One account, for a day, by its Instagram or business id.
const ACCOUNT: &str = "x-business-use-case-usage";

#[derive(Deserialize)]
struct Usage {
    #[serde(default, deserialize_with = "read::decimal")]
    call_count: Option<f64>,
    #[serde(default, deserialize_with = "read::decimal")]
    total_time: Option<f64>,
    #[serde(default, deserialize_with = "read::decimal")]
    total_cputime: Option<f64>,
    /// Minutes until calls are taken again.
    #[serde(default, deserialize_with = "read::decimal")]
    estimated_time_to_regain_access: Option<f64>,
}

impl Usage {
    /// The fullest of the three, in percent. Facebook tells more than a hundred, too.
    fn used(&self) -> f64 {
        let shares = [self.call_count, self.total_time, self.total_cputime];
        shares.into_iter().flatten().fold(0.0, f64::max).min(100.0)
    }

    fn limit(&self, name: &str, now: DateTime<Utc>) -> Limit {
        Limit {
            name: name.to_owned(),
            limit: Some(100),
            // Between 0 and 100.
            remaining: (100.0 - self.used()) as i64,
            resets_at: self.regained(now),
        }
    }

    fn regained(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let minutes = self.estimated_time_to_regain_access.filter(|minutes| *minutes > 0.0)?;
        let wait = time::lifetime(minutes * 60.0)?;
        Some(time::after(now, wait.min(time::MAX_CALL_WAIT)))
    }
}

/// The limits that an answer's headers tell.
pub fn limits(answer: &PlatformResponse, now: DateTime<Utc>) -> Vec<Limit> {
    let app = app(answer).map(|usage| usage.limit(OF_THE_SERVER, now));
    let account =
        tightest(answer).map(|usage| usage.limit("This account's Instagram calls, %", now));
    app.into_iter().chain(account).collect()
}

/// When calls are taken again, where a limit was reached and Facebook says.
pub fn regained(answer: &PlatformResponse, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    by_account(answer).iter().filter_map(|usage| usage.regained(now)).max()
}

fn app(answer: &PlatformResponse) -> Option<Usage> {
    serde_json::from_str(answer.header(APP)?).ok()
}

fn tightest(answer: &PlatformResponse) -> Option<Usage> {
    by_account(answer).into_iter().max_by(|a, b| a.used().total_cmp(&b.used()))
}

/// What is readable of it.
fn by_account(answer: &PlatformResponse) -> Vec<Usage> {
    let read = |text| serde_json::from_str::<BTreeMap<String, Vec<Value>>>(text).ok();
    let all = answer.header(ACCOUNT).and_then(read).unwrap_or_default();
    all.into_values().flatten().filter_map(|usage| serde_json::from_value(usage).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    proptest! {
        // R2: no number in a usage header ends anything, and no
        // wait is longer than a day.
        #[test]
        fn any_number_in_a_usage_header_is_bounded(minutes in any::<f64>(), count in any::<f64>()) {
            let usage = json!({ "1": [{ "call_count": count, "total_time": "12",
                "estimated_time_to_regain_access": minutes }] }).to_string();
            let header = [(ACCOUNT, &*usage.leak())];
            let (answer, now) = (PlatformResponse::recorded(400, &header, "/", ""), at(1_790_000_000));
            for limit in limits(&answer, now) {
                prop_assert!((0..=100).contains(&limit.remaining));
            }
            if let Some(until) = regained(&answer, now) {
                prop_assert!(until >= now && until <= now + time::MAX_CALL_WAIT);
            }
        }
    }
}
