//! Typed configuration: defaults that work on one machine, then `Leptos.toml`, then the
//! environment, then the flags.

#![warn(missing_docs)]

mod check;
mod read;
mod tables;

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

pub use check::is_safe;
pub use read::Flags;
pub use tables::{
    Audit, Database, Http, Keys, Limits, Log, Mail, Redis, Registration, SandboxConfig, Server,
    Users, Worker,
};

use super::platform::Settings;

/// The file beside the binary.
pub const FILE: &str = "Leptos.toml";
/// Everything an operator can set. `Leptos.toml` documents each key.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens, what it trusts, and where its files are.
    pub server: Server,
    /// SQLite or PostgreSQL.
    pub database: Database,
    /// Where the keys that seal credentials come from.
    pub keys: Keys,
    /// How background jobs are done, and by which process.
    pub worker: Worker,
    /// Who may register, and who operates the server.
    pub users: Users,
    /// How many accounts a workspace may connect, by the name of its tier.
    pub tiers: BTreeMap<String, u32>,
    /// The tier of a new workspace; has to be one of `tiers`.
    pub default_tier: String,
    /// Time-outs and repeats of calls to platforms.
    pub http: Http,
    /// Where mails go.
    pub mail: Mail,
    /// How long the audit log is kept.
    pub audit: Audit,
    /// How many requests are taken in a minute.
    pub limits: Limits,
    /// Where several processes count their limits together.
    pub redis: Redis,
    /// One table for each platform, by its id; a missing one means the defaults.
    pub platforms: BTreeMap<String, Settings>,
    /// Set by `--sandbox` only, never from a file.
    #[serde(skip)]
    pub sandbox: Option<SandboxConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: Server::default(),
            database: Database::default(),
            keys: Keys::default(),
            worker: Worker::default(),
            users: Users::default(),
            tiers: [("free", 5), ("creator", 25), ("studio", 100)]
                .map(|(name, limit)| (name.to_owned(), limit))
                .into(),
            default_tier: "creator".to_owned(),
            http: Http::default(),
            mail: Mail::default(),
            audit: Audit::default(),
            limits: Limits::default(),
            redis: Redis::default(),
            platforms: BTreeMap::new(),
            sandbox: None,
        }
    }
}

/// A setting that stops the start, with where it stands and how to mend it.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}\n  fix: {fix}")]
pub struct Error {
    /// File and key, or environment variable.
    pub place: String,
    /// What is wrong with it; never the value of a secret.
    pub what: String,
    /// What to write instead.
    pub fix: String,
}

impl Config {
    /// What people's browsers see, without a trailing slash.
    pub fn public_url(&self) -> Url {
        self.server.public_url.clone().unwrap_or_else(|| {
            // An address and a scheme make a URL.
            Url::parse(&format!("http://{}", self.server.addr))
                .expect("http:// and a socket address are a URL")
        })
    }

    /// The redirect URI to register at a platform.
    pub fn redirect_uri(&self, provider: &str) -> Url {
        let mut url = self.public_url();
        url.set_path(&format!(
            "{}/api/integrations/callback/{provider}",
            url.path().trim_end_matches('/')
        ));
        url
    }

    /// How many accounts a tier allows. A tier that was taken out of the configuration allows what
    /// the default one does.
    pub fn tier_limit(&self, tier: &str) -> u32 {
        self.tiers
            .get(tier)
            .or_else(|| self.tiers.get(&self.default_tier))
            .copied()
            .unwrap_or_default()
    }

    /// A platform's settings.
    pub fn platform(&self, id: &str) -> Settings {
        self.platforms.get(id).cloned().unwrap_or_default()
    }

    /// Whether this address is among the operators', in any case.
    pub fn is_operator(&self, email: &str) -> bool {
        self.users.operators.iter().any(|operator| operator.eq_ignore_ascii_case(email))
    }
}
