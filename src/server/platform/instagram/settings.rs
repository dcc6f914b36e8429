//! The keys of `[platforms.instagram]` that no other platform has.

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstagramSettings {
    /// The Facebook Login for Business configuration. Without it, scopes are asked for by name.
    pub config_id: Option<String>,
}
