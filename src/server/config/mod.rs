//! Typed configuration: defaults that work on one machine, then `Leptos.toml`, then the
//! environment, then the flags.

mod check;
mod read;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

pub use check::is_safe;
pub use read::Flags;

use super::platform::Settings;
use super::request_context::Proxy;

/// The file beside the binary.
pub const FILE: &str = "Leptos.toml";
/// An account is held for its refresh longer than this, so that no answer comes after somebody else
/// has begun.
const LONGEST_TOKEN_CALL_MS: u64 = 60_000;

/// Everything an operator can set. `Leptos.toml` documents each key.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub keys: Keys,
    pub worker: Worker,
    pub users: Users,
    pub tiers: BTreeMap<String, u32>,
    pub default_tier: String,
    pub http: Http,
    pub mail: Mail,
    pub audit: Audit,
    pub limits: Limits,
    pub redis: Redis,
    pub platforms: BTreeMap<String, Settings>,
    /// Set by `--sandbox` only, never from a file.
    #[serde(skip)]
    pub sandbox: Option<SandboxConfig>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where to listen.
    pub addr: SocketAddr,
    /// What people's browsers see; the address unless set.
    pub public_url: Option<Url>,
    /// The proxies in front, whose `X-Forwarded-For` tells where people come from.
    pub trusted_proxies: Vec<Proxy>,
    /// How long the head of a request may take to arrive, and how long its body.
    pub request_seconds: u64,
    /// How long a peer may take nothing of its answer.
    pub write_seconds: u64,
    /// Open connections, all together; a share of the files that the process may open unless set.
    pub connections: Option<usize>,
    /// And from one address; the proxies in front are not counted.
    pub connections_per_address: usize,
    /// Where cargo-leptos put the site.
    pub site_root: PathBuf,
    /// SQLite file, key file and sandbox live here.
    pub data_dir: PathBuf,
    pub log: Log,
    /// Who sends it as a bearer token may read `/metrics`; without it only this machine may.
    pub metrics_token: Option<SecretString>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// Text on a terminal, JSON anywhere else.
    Auto,
    Text,
    Json,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `postgres://...`, or `sqlite://path`, or nothing for `huntaze.db` in the data directory.
    pub url: Option<SecretString>,
    /// A direct connection for migrations, where `url` goes through a pooler.
    pub direct_url: Option<SecretString>,
    pub max_connections: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The key file; `keys.json` in the data directory unless set. Made at first start.
    pub file: Option<PathBuf>,
    /// The file's content itself, for a secret manager that hands out environment variables.
    pub ring: Option<SecretString>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Worker {
    /// Whether `huntaze serve` does the jobs, or leaves them to `huntaze worker`.
    pub in_serve: bool,
    /// How many jobs run at once in one process.
    pub concurrency: usize,
    /// Jobs and mails that were given up are kept for so many days, for the operators to look at.
    pub dead_jobs_days: u32,
    /// How many tasks of one kind run at once at one platform, in one process.
    pub lane_width: usize,
    /// Where a process of `huntaze worker` tells its metrics and its health.
    pub metrics_addr: Option<SocketAddr>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Users {
    pub registration: Registration,
    /// E-mail addresses of the people who run this server.
    pub operators: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    Open,
    Closed,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// The first pause before a call to a platform is repeated.
    pub retry_first_ms: u64,
    pub retry_longest_ms: u64,
    /// How long is waited for a platform's answer, and for one of its token endpoint.
    pub timeout_ms: u64,
    pub token_timeout_ms: u64,
    /// How long an account's picture may take to arrive.
    pub picture_timeout_ms: u64,
}

/// Without a URL mails are written to files in the data directory.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtps://user:password@host`, or `smtp://user:password@host?tls=required`.
    pub url: Option<SecretString>,
    /// Who mails come from: `Huntaze <huntaze@example.com>`.
    pub from: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// Lines are kept so many days; 0: for ever.
    pub keep_days: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self { keep_days: 365 }
    }
}

impl Audit {
    pub fn kept_days(&self) -> Option<u32> {
        Some(self.keep_days).filter(|days| *days > 0)
    }
}

/// How many requests in a minute; 0: as many as one likes.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// From one address, all together.
    pub address: u32,
    /// Of one person.
    pub person: u32,
    /// Logging in, registering, resetting passwords, from one address.
    pub entrance: u32,
    /// Beginning and finishing connections, of one person.
    pub oauth: u32,
    /// The status endpoint, of one person.
    pub status: u32,
    /// Refreshing and testing accounts, of one person.
    pub account_calls: u32,
    /// Wrong passwords for one e-mail address, from wherever, before there are pauses.
    pub guesses: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address: 1200,
            person: 600,
            entrance: 10,
            oauth: 30,
            status: 60,
            account_calls: 20,
            guesses: 10,
        }
    }
}

impl Limits {
    /// None at all.
    pub fn none() -> Self {
        Self {
            address: 0,
            person: 0,
            entrance: 0,
            oauth: 0,
            status: 0,
            account_calls: 0,
            guesses: 0,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    /// `redis://...` or `rediss://...`: several processes share their limits through it.
    pub url: Option<SecretString>,
}

/// The sandbox beside the app.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// As this process calls it.
    pub base: Url,
    /// As people's browsers call it: another host name, so that the app's cookie stays out.
    pub browser: Url,
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
                .map(|(name, most)| (name.to_owned(), most))
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

impl Default for Server {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 3000)),
            public_url: None,
            trusted_proxies: Vec::new(),
            request_seconds: 30,
            write_seconds: 30,
            connections: None,
            connections_per_address: 256,
            site_root: PathBuf::from("target/site"),
            data_dir: PathBuf::from("data"),
            log: Log::Auto,
            metrics_token: None,
        }
    }
}

impl Default for Worker {
    fn default() -> Self {
        Self {
            in_serve: true,
            concurrency: 16,
            dead_jobs_days: 30,
            lane_width: 64,
            metrics_addr: None,
        }
    }
}

impl Default for Users {
    fn default() -> Self {
        Self { registration: Registration::Open, operators: Vec::new() }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            retry_first_ms: 1_000,
            retry_longest_ms: 5_000,
            timeout_ms: 15_000,
            token_timeout_ms: LONGEST_TOKEN_CALL_MS,
            picture_timeout_ms: 5_000,
        }
    }
}

/// A setting that stops the start, with where it stands and how to mend it.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}\n  fix: {fix}")]
pub struct Error {
    pub place: String,
    pub what: String,
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

    pub fn is_operator(&self, email: &str) -> bool {
        self.users.operators.iter().any(|operator| operator.eq_ignore_ascii_case(email))
    }
}
