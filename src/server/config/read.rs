//! Where settings come from: `Leptos.toml`, the environment, the flags; and what is said of one
//! that can't be read.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};

use super::{Config, Error, FILE, check};
use crate::server::platform::{self, Settings, settings};

const PREFIX: &str = "HUNTAZE__";
/// Settings that are text whatever they look like. figment would read an app id of digits as a
/// number and a key ring as a table.
const TEXTS: &[&str] =
    &["url", "direct_url", "ring", "client_id", "client_secret", "config_id", "metrics_token"];
/// Settings whose value is never shown.
const SECRETS: &[&str] = &["url", "direct_url", "ring", "client_secret", "metrics_token"];

/// The flags of the command line that override everything.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The configuration file, which has to exist; `Leptos.toml`, if there is one, when not given.
    pub config: Option<PathBuf>,
    /// Takes the place of `server.addr`.
    pub addr: Option<SocketAddr>,
    /// Takes the place of `server.data_dir`.
    pub data_dir: Option<PathBuf>,
}

impl Config {
    /// Reads file, environment and flags.
    ///
    /// # Errors
    /// An unknown or malformed setting, named with its file or variable and the fix.
    pub fn load(flags: &Flags) -> Result<Self, Error> {
        let file = flags.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
        if flags.config.is_some() && !file.exists() {
            return Err(Error {
                place: file.display().to_string(),
                what: "there is no such file".into(),
                fix: "give the path of your Leptos.toml, or leave --config out".into(),
            });
        }
        let written =
            if file.exists() { Figment::from(Toml::file_exact(&file)) } else { Figment::new() };
        let environment = Env::prefixed(PREFIX).split("__");
        let figment = written
            .merge(Env::raw().only(&["DATABASE_URL"]).map(|_| "database.url".into()))
            .merge(Env::raw().only(&["REDIS_URL"]).map(|_| "redis.url".into()))
            .merge(Env::raw().only(&["LEPTOS_SITE_ADDR"]).map(|_| "server.addr".into()))
            .merge(Env::raw().only(&["LEPTOS_SITE_ROOT"]).map(|_| "server.site_root".into()))
            .merge(environment.clone());
        let texts = environment.iter().filter(|(key, _)| is_one_of(TEXTS, key.as_str()));
        let figment = texts
            .fold(figment, |figment, (key, value)| figment.merge((key.as_str(), value.trim())));
        let mut config = extract(&figment).map_err(|error| explain(*error, &file))?;
        if let Some(addr) = flags.addr {
            config.server.addr = addr;
        }
        if let Some(dir) = &flags.data_dir {
            config.server.data_dir = dir.clone();
        }
        check::check(&config, &file)?;
        Ok(config)
    }
}

/// Each platform reads its own keys. What it makes of them carries no place, so that is looked up.
fn extract(figment: &Figment) -> settings::Result<Config> {
    let config: Config = figment.extract()?;
    for platform in platform::all() {
        let id = platform.info().id.as_ref();
        if let Err(mut error) = platform.check_settings(&config.platform(id)) {
            error.path.splice(0..0, ["platforms".to_owned(), id.to_owned()]);
            error.metadata = figment.find_metadata(&error.path.join(".")).cloned();
            return Err(error);
        }
    }
    Ok(config)
}

/// Whether a key's last part is one of these.
fn is_one_of(names: &[&str], key: &str) -> bool {
    names.contains(&key.rsplit('.').next().unwrap_or(key))
}

fn explain(error: figment::Error, file: &Path) -> Error {
    use figment::error::Kind;
    let key = error.path.join(".");
    let from_environment = error.metadata.as_ref().is_some_and(|m| m.name.contains("environment"));
    let place = if from_environment {
        format!("environment variable {PREFIX}{}", key.to_uppercase().replace('.', "__"))
    } else if key.is_empty() {
        file.display().to_string()
    } else {
        format!("{}, key {key}", file.display())
    };
    match &error.kind {
        Kind::UnknownField(found, known) => {
            let of_platform = error.path.first().is_some_and(|table| table == "platforms");
            let shared = if of_platform { Settings::SHARED } else { &[] };
            Error {
                place,
                what: format!("unknown setting \"{found}\""),
                fix: nearest(found, &[known, shared].concat()),
            }
        }
        Kind::InvalidType(_, expected) if is_one_of(SECRETS, &key) => Error {
            place,
            what: "found a value of another type".to_owned(),
            fix: format!("give {expected}"),
        },
        Kind::InvalidType(found, expected) => {
            Error { place, what: format!("found {found}"), fix: format!("give {expected}") }
        }
        other => {
            Error { place, what: other.to_string(), fix: format!("see the comments in {FILE}") }
        }
    }
}

/// So much alike are two keys of which one was meant. "adress" and "addr" still are.
const A_SLIP: f64 = 0.78;

/// The known key that looks most like the one found, where that looks like a slip.
pub(super) fn nearest(found: &str, known: &[&str]) -> String {
    let likeness = |key: &str| strsim::jaro_winkler(key, found);
    let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match nearest.filter(|key| likeness(key) >= A_SLIP) {
        Some(key) => format!("did you mean \"{key}\"?"),
        None => "take it out".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file of the repository with every key set that it documents.
    fn documented() -> String {
        let is_setting = |line: &str| {
            let key = line.split(" = ").next().filter(|key| key.len() < line.len());
            let is_key = |key: &str| key.bytes().all(|b| b == b'_' || b.is_ascii_lowercase());
            line.starts_with('[') || key.is_some_and(is_key)
        };
        let lines = include_str!("../../../Leptos.toml").lines();
        let lines = lines.map(|line| match line.strip_prefix("# ") {
            Some(setting) if is_setting(setting) => setting,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_key_that_the_file_documents_is_known() {
        let config = extract(&Figment::from(Toml::string(&documented())));
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.platform("x").issuer.as_deref(), Some("https://x.example.com"));
        let own = |id: &str| config.platform(id).own.into_keys().collect::<Vec<_>>();
        assert_eq!(own("instagram"), ["config_id"]);
        assert_eq!(own("reddit"), ["user_agent"]);
        let keys = ["extra_headers", "recheck_minutes", "rules", "time_in_seconds"];
        assert_eq!(own("onlyfans"), keys);
    }
}
