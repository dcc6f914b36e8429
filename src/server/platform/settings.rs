//! What an operator configures for a platform: the `[platforms.<id>]` table of `Leptos.toml`.

use figment::value::{Dict, Value};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::model::PlatformInfo;

/// What is wrong with a table.
pub type Result<T> = std::result::Result<T, Box<figment::Error>>;

/// One platform's table: the keys that all platforms have, and the platform's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Off hides nothing: the card says "Off on this server". On unless set, or as the platform
    /// has it.
    pub enabled: Option<bool>,
    /// The app's public id at the platform.
    pub client_id: String,
    /// The app's secret at the platform; empty where none is set.
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
    /// Every other key, for the platform's own `settings.rs` to read or to refuse.
    #[serde(flatten)]
    pub own: Dict,
}

/// The own keys of a platform that has none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoOwnSettings {}

impl Settings {
    /// The keys that every platform's table may hold.
    pub const SHARED: &[&str] =
        &["enabled", "client_id", "client_secret", "scopes", "base_url", "browser_url", "issuer"];

    /// Reads the platform's own keys.
    ///
    /// # Errors
    /// A key that the platform does not know, or a value that it can't use.
    pub fn read_own<T: DeserializeOwned>(&self) -> Result<T> {
        Value::from(self.own.clone()).deserialize().map_err(Box::new)
    }

    /// The platform's own keys. They were checked at the start.
    pub fn own<T: DeserializeOwned + Default>(&self) -> T {
        self.read_own().unwrap_or_default()
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::platform::all;

    fn table(text: &str) -> Settings {
        use figment::providers::{Format, Toml};
        figment::Figment::from(Toml::string(text)).extract().expect("a table")
    }

    #[test]
    fn the_shared_keys_are_no_platforms_own() {
        let values = ["true", "'a'", "'b'", "['c']", "'http://d'", "'http://e'", "'f'"];
        assert_eq!(values.len(), Settings::SHARED.len());
        let lines =
            Settings::SHARED.iter().zip(values).map(|(key, value)| format!("{key} = {value}\n"));
        let settings = table(&lines.collect::<String>());
        assert!(settings.own.is_empty(), "{:?}", settings.own);
        for platform in all() {
            platform.check_settings(&settings).expect("everybody's keys");
        }
    }

    // H6: what means nothing to a platform is not accepted in silence.
    #[test]
    fn each_platform_takes_its_own_keys_and_no_other_does() {
        let keys = [
            ("instagram", "config_id = '4711'"),
            ("reddit", "user_agent = 'web:com.example.app:v1.0.0 (by /u/ada)'"),
            ("onlyfans", "rules = 'rules.json'"),
            ("onlyfans", "time_in_seconds = true"),
            ("onlyfans", "recheck_minutes = 5"),
            ("onlyfans", "extra_headers = { x-of-rev = '1' }"),
        ];
        for (owner, line) in keys {
            for platform in all() {
                let (id, outcome) = (&platform.info().id, platform.check_settings(&table(line)));
                assert_eq!(outcome.is_ok(), id == owner, "{line} in the table of {id}");
            }
        }
    }

    // A server's own app in the sandbox must be a whole one.
    #[test]
    fn the_sandbox_leaves_no_platform_incomplete() {
        let base = Url::parse("http://127.0.0.1:1/platform").expect("an address");
        for platform in all() {
            let settings = Settings {
                enabled: Some(true),
                client_id: "app".into(),
                client_secret: "secret".to_owned().into(),
                own: platform.sandbox_settings(&base),
                ..Settings::default()
            };
            platform.check_settings(&settings).expect("keys of its own");
            let missing = platform.missing_settings(&settings);
            assert!(missing.is_empty(), "{}: {missing:?}", platform.info().id);
        }
    }
}
