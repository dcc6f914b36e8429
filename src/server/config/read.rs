//! Where settings come from: `Leptos.toml`, the environment, the flags; and what is said of one
//! that can't be read.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};

use super::{Config, Error, FILE, check};

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
    pub config: Option<PathBuf>,
    pub addr: Option<SocketAddr>,
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
        let mut config: Self = figment.extract().map_err(|error| explain(error, &file))?;
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
        Kind::UnknownField(found, known) => Error {
            place,
            what: format!("unknown setting \"{found}\""),
            fix: nearest(found, known),
        },
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

/// The known key that looks most like the one found.
pub(super) fn nearest(found: &str, known: &[&str]) -> String {
    match known
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(a, found).total_cmp(&strsim::jaro_winkler(b, found)))
    {
        Some(key) => format!("did you mean \"{key}\"?"),
        None => "take it out".to_owned(),
    }
}
