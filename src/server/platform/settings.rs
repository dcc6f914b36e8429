//! What an operator configures for a platform: the `[platforms.<id>]` table of `Leptos.toml`.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::model::PlatformInfo;

/// One platform's table. A key that a platform has no use for is ignored by it.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Off hides nothing: the card says "Off on this server". Default: on, except for OnlyFans.
    pub enabled: Option<bool>,
    /// The app's public id at the platform (TikTok calls it the client key).
    pub client_id: String,
    pub client_secret: SecretString,
    /// The scopes that are asked for; all of the platform's own list unless set. What is not asked
    /// for is neither missed nor shown.
    pub scopes: Option<Vec<String>>,
    /// One base URL in place of all of the platform's hosts: a proxy of your own, or the sandbox.
    pub base_url: Option<Url>,
    /// The address people's browsers use for the consent page, where it differs from `base_url`.
    pub browser_url: Option<Url>,
    /// The issuer that the callback's `iss` has to name; the platform's own unless set.
    pub issuer: Option<String>,
    /// Instagram: the Facebook Login for Business configuration. Without it, scopes are asked for
    /// by name.
    pub config_id: Option<String>,
    /// Reddit: the contact in the mandatory User-Agent, `web:com.example.app:v1.0.0 (by /u/you)`.
    pub user_agent: Option<String>,
    /// OnlyFans: the file or URL with the signing rules.
    pub rules: Option<String>,
    /// OnlyFans: whether `time` is signed in milliseconds (default) or seconds.
    pub time_in_seconds: bool,
    /// OnlyFans: headers to add to every call, as the web app's builds come and go.
    pub extra_headers: BTreeMap<String, String>,
    /// OnlyFans: opening a page rechecks a session whose last check is older than this.
    pub recheck_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: None,
            client_id: String::new(),
            client_secret: SecretString::from(String::new()),
            scopes: None,
            base_url: None,
            browser_url: None,
            issuer: None,
            config_id: None,
            user_agent: None,
            rules: None,
            time_in_seconds: false,
            extra_headers: BTreeMap::new(),
            recheck_minutes: 30,
        }
    }
}

impl Settings {
    /// Whether this scope is asked for.
    pub fn asks_for(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|asked| asked.iter().any(|asked| asked == scope))
    }

    /// The scopes that the consent page is asked for.
    pub fn requested<'a>(&self, info: &'a PlatformInfo) -> Vec<&'a str> {
        let scopes = info.permissions.iter().map(|permission| permission.scope.as_ref());
        scopes.filter(|scope| self.asks_for(scope)).collect()
    }

    /// The keys that an OAuth platform can't do without and that are not set.
    pub fn missing_oauth(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.enabled == Some(false) {
            missing.push("enabled");
        }
        if self.client_id.is_empty() {
            missing.push("client_id");
        }
        if self.client_secret.expose_secret().is_empty() {
            missing.push("client_secret");
        }
        missing
    }
}
