//! The tables of `Leptos.toml`, each with its defaults.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::server::request_context::Proxy;

/// An account is held for its refresh longer than this, so that no answer comes after somebody else
/// has begun.
pub(super) const LONGEST_TOKEN_CALL_MS: u64 = 60_000;

/// `[server]`: where it listens, what it trusts, and where its files are.
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
    /// The form of log lines on standard error.
    pub log: Log,
    /// Who sends it as a bearer token may read `/metrics`; without it only this machine may.
    pub metrics_token: Option<SecretString>,
}

/// The form of log lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// Text on a terminal, JSON anywhere else.
    Auto,
    /// For people, one line each.
    Text,
    /// For programs, one object to a line.
    Json,
}

/// `[database]`: where the data is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `postgres://...`, or `sqlite://path`, or nothing for `huntaze.db` in the data directory.
    pub url: Option<SecretString>,
    /// A direct connection for migrations, where `url` goes through a pooler.
    pub direct_url: Option<SecretString>,
    /// At most so many connections; 16 on PostgreSQL and 4 readers on SQLite unless set.
    pub max_connections: Option<u32>,
}

/// `[keys]`: where the keys that seal credentials come from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The key file; `keys.json` in the data directory unless set. Made at first start.
    pub file: Option<PathBuf>,
    /// The file's content itself, for a secret manager that hands out environment variables.
    pub ring: Option<SecretString>,
}

/// `[worker]`: background jobs, and the process that does them.
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

/// `[users]`: who may come in, and who operates.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Users {
    /// Whether newcomers may open an account.
    pub registration: Registration,
    /// E-mail addresses of the people who run this server.
    pub operators: Vec<String>,
}

/// Whether newcomers may open an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody may.
    Open,
    /// Nobody may; those who have an account stay.
    Closed,
}

/// `[http]`: calls to platforms.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// The first pause before a call to a platform is repeated.
    pub retry_first_ms: u64,
    /// The pause doubles with every repeat, up to this.
    pub retry_longest_ms: u64,
    /// How long is waited for a platform's answer, and for one of its token endpoint.
    pub timeout_ms: u64,
    /// At most 60 000, so that the lease on a refresh outlives its call.
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

/// `[audit]`: the audit log.
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
    /// How many days lines are kept; `None`: for ever.
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
    pub auth: u32,
    /// Beginning and finishing connections, of one person.
    pub oauth: u32,
    /// The status endpoint, of one person.
    pub status: u32,
    /// Refreshing and testing accounts, of one person.
    pub account_calls: u32,
    /// Wrong passwords for one e-mail address, from wherever, before there are pauses.
    pub password_attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address: 1200,
            person: 600,
            auth: 10,
            oauth: 30,
            status: 60,
            account_calls: 20,
            password_attempts: 10,
        }
    }
}

impl Limits {
    /// None at all.
    pub fn none() -> Self {
        Self {
            address: 0,
            person: 0,
            auth: 0,
            oauth: 0,
            status: 0,
            account_calls: 0,
            password_attempts: 0,
        }
    }
}

/// `[redis]`: what several processes share.
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
