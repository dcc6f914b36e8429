//! The keys of `[platforms.reddit]` that no other platform has.

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedditSettings {
    /// The contact in the mandatory User-Agent, `web:com.example.app:v1.0.0 (by /u/you)`.
    /// <https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki>
    pub user_agent: String,
}
