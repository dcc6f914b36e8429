//! The keys of `[platforms.onlyfans]` that no other platform has.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnlyFansSettings {
    /// The file or URL with the signing rules.
    pub rules: String,
    /// Whether `time` is signed in milliseconds (default) or seconds.
    pub time_in_seconds: bool,
    /// Headers to add to every call, as the web app's builds come and go.
    pub extra_headers: BTreeMap<String, String>,
    /// Opening a page checks a session again whose last check is older than this.
    pub recheck_minutes: u32,
}

impl Default for OnlyFansSettings {
    fn default() -> Self {
        Self {
            rules: String::new(),
            time_in_seconds: false,
            extra_headers: BTreeMap::new(),
            recheck_minutes: 30,
        }
    }
}
