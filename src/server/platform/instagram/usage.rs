//! How much of Facebook's allowance is used up, in percent.
//! <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use crate::server::platform::{Answer, Limit};

/// All of the app's people together, for an hour.
const APP: &str = "x-app-usage";
/// What that limit is called.
pub const OF_THE_SERVER: &str = "This server's share of Facebook calls, %";
/// One account, for a day, by its Instagram or business id.
const ACCOUNT: &str = "x-business-use-case-usage";

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    call_count: f64,
    #[serde(default)]
    total_time: f64,
    #[serde(default)]
    total_cputime: f64,
    /// Minutes until calls are taken again.
    #[serde(default)]
    estimated_time_to_regain_access: i64,
}

impl Usage {
    fn limit(&self, name: &str, now: DateTime<Utc>) -> Limit {
        let used = self.call_count.max(self.total_time).max(self.total_cputime);
        Limit {
            name: name.to_owned(),
            limit: Some(100),
            // `as` saturates.
            remaining: (100.0 - used).clamp(0.0, 100.0) as i64,
            resets_at: self.regained(now),
        }
    }

    fn regained(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let minutes = self.estimated_time_to_regain_access;
        (minutes > 0).then(|| Duration::try_minutes(minutes).map(|wait| now + wait))?
    }
}

/// The limits that an answer's headers tell.
pub fn limits(answer: &Answer, now: DateTime<Utc>) -> Vec<Limit> {
    let app = app(answer).map(|usage| usage.limit(OF_THE_SERVER, now));
    let account =
        tightest(answer).map(|usage| usage.limit("This account's Instagram calls, %", now));
    app.into_iter().chain(account).collect()
}

/// When calls are taken again, where a limit was reached and Facebook says.
pub fn regained(answer: &Answer, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    by_account(answer).iter().filter_map(|usage| usage.regained(now)).max()
}

fn app(answer: &Answer) -> Option<Usage> {
    serde_json::from_str(answer.header(APP)?).ok()
}

fn tightest(answer: &Answer) -> Option<Usage> {
    let used = |usage: &Usage| usage.call_count.max(usage.total_time).max(usage.total_cputime);
    by_account(answer).into_iter().max_by(|a, b| used(a).total_cmp(&used(b)))
}

fn by_account(answer: &Answer) -> Vec<Usage> {
    let read = |text| serde_json::from_str::<BTreeMap<String, Vec<Usage>>>(text).ok();
    answer.header(ACCOUNT).and_then(read).unwrap_or_default().into_values().flatten().collect()
}
