//! Typed configuration: defaults that work on one machine, then `Leptos.toml`, then the environment, then the flags.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::origin::Proxy;
use super::platform::Settings;

/// The file beside the binary.
pub const FILE: &str = "Leptos.toml";
const PREFIX: &str = "HUNTAZE__";
/// Settings that are text whatever they look like. figment would read an app id of digits as a number and a key ring as a table.
const TEXTS: &[&str] = &["url", "direct_url", "ring", "client_id", "client_secret", "config_id", "metrics_token"];
/// An account is held for its refresh longer than this, so that no answer comes after somebody else has begun.
const LONGEST_TOKEN_CALL_MS: u64 = 60_000;
/// Settings whose value is never shown.
const SECRETS: &[&str] = &["url", "direct_url", "ring", "client_secret", "metrics_token"];

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
    /// Wrong passwords for one e-mail address, from wherever, before there are pauses.
    pub guesses: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { address: 1200, person: 600, entrance: 10, oauth: 30, status: 60, guesses: 10 }
    }
}

impl Limits {
    /// None at all.
    pub fn none() -> Self {
        Self { address: 0, person: 0, entrance: 0, oauth: 0, status: 0, guesses: 0 }
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
            tiers: [("free", 5), ("creator", 25), ("studio", 100)].map(|(name, most)| (name.to_owned(), most)).into(),
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
            site_root: PathBuf::from("target/site"),
            data_dir: PathBuf::from("data"),
            log: Log::Auto,
            metrics_token: None,
        }
    }
}

impl Default for Worker {
    fn default() -> Self {
        Self { in_serve: true, concurrency: 16, metrics_addr: None }
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
        let written = if file.exists() { Figment::from(Toml::file_exact(&file)) } else { Figment::new() };
        let environment = Env::prefixed(PREFIX).split("__");
        let figment = written
            .merge(Env::raw().only(&["DATABASE_URL"]).map(|_| "database.url".into()))
            .merge(Env::raw().only(&["REDIS_URL"]).map(|_| "redis.url".into()))
            .merge(Env::raw().only(&["LEPTOS_SITE_ADDR"]).map(|_| "server.addr".into()))
            .merge(Env::raw().only(&["LEPTOS_SITE_ROOT"]).map(|_| "server.site_root".into()))
            .merge(environment.clone());
        let texts = environment.iter().filter(|(key, _)| is_one_of(TEXTS, key.as_str()));
        let figment = texts.fold(figment, |figment, (key, value)| figment.merge((key.as_str(), value.trim())));
        let mut config: Self = figment.extract().map_err(|error| explain(error, &file))?;
        if let Some(addr) = flags.addr {
            config.server.addr = addr;
        }
        if let Some(dir) = &flags.data_dir {
            config.server.data_dir = dir.clone();
        }
        config.check(&file)?;
        Ok(config)
    }

    /// What the types can't say.
    fn check(&self, file: &Path) -> Result<(), Error> {
        let bad = |key: &str, what: String, fix: &str| {
            Err(Error { place: format!("{}, {key}", file.display()), what, fix: fix.to_owned() })
        };
        for (id, settings) in &self.platforms {
            if !super::platform::IDS.contains(&id.as_str()) {
                return bad(
                    &format!("platforms.{id}"),
                    format!("there is no platform \"{id}\""),
                    &nearest(id, super::platform::IDS),
                );
            }
            for (key, url) in [("base_url", &settings.base_url), ("browser_url", &settings.browser_url)] {
                if let Some(url) = url.as_ref().filter(|url| !is_safe(url)) {
                    return bad(
                        &format!("platforms.{id}.{key}"),
                        format!("{url} is not https"),
                        "use https; http is allowed for localhost only",
                    );
                }
            }
        }
        if let Some(url) = self.server.public_url.as_ref().filter(|url| !is_safe(url)) {
            return bad("server.public_url", format!("{url} is not https"), "use https; http is allowed for localhost only");
        }
        if let Some(url) = &self.mail.url {
            if !Url::parse(url.expose_secret()).is_ok_and(|url| super::mail::is_safe(&url)) {
                let what = "it is not the URL of a mail server that is reached encrypted".to_owned();
                return bad("mail.url", what, "give smtps://user:password@host, or smtp://user:password@host?tls=required");
            }
            if self.mail.from.is_none() {
                return bad("mail.from", "it is missing".into(), "say who mails come from: \"Huntaze <huntaze@example.com>\"");
            }
        }
        if let Some(from) = self.mail.from.as_ref().filter(|from| from.parse::<lettre::message::Mailbox>().is_err()) {
            return bad("mail.from", format!("\"{from}\" is not an address"), "write it like \"Huntaze <huntaze@example.com>\"");
        }
        if self.http.token_timeout_ms > LONGEST_TOKEN_CALL_MS {
            return bad(
                "http.token_timeout_ms",
                format!("{} ms is longer than an account is held for its refresh", self.http.token_timeout_ms),
                &format!("give {LONGEST_TOKEN_CALL_MS} or less"),
            );
        }
        if !self.tiers.contains_key(&self.default_tier) {
            return bad(
                "default_tier",
                format!("there is no tier \"{}\"", self.default_tier),
                "name one of the keys under [tiers]",
            );
        }
        Ok(())
    }

    /// What people's browsers see, without a trailing slash.
    pub fn public_url(&self) -> Url {
        self.server.public_url.clone().unwrap_or_else(|| {
            // An address and a scheme make a URL.
            Url::parse(&format!("http://{}", self.server.addr)).expect("http:// and a socket address are a URL")
        })
    }

    /// The redirect URI to register at a platform.
    pub fn redirect_uri(&self, provider: &str) -> Url {
        let mut url = self.public_url();
        url.set_path(&format!("{}/api/integrations/callback/{provider}", url.path().trim_end_matches('/')));
        url
    }

    /// How many accounts a tier allows. A tier that was taken out of the configuration allows what the default one does.
    pub fn tier_limit(&self, tier: &str) -> u32 {
        self.tiers.get(tier).or_else(|| self.tiers.get(&self.default_tier)).copied().unwrap_or_default()
    }

    /// A platform's settings.
    pub fn platform(&self, id: &str) -> Settings {
        self.platforms.get(id).cloned().unwrap_or_default()
    }

    pub fn is_operator(&self, email: &str) -> bool {
        self.users.operators.iter().any(|operator| operator.eq_ignore_ascii_case(email))
    }
}

/// Whether a key's last part is one of these.
fn is_one_of(names: &[&str], key: &str) -> bool {
    names.contains(&key.rsplit('.').next().unwrap_or(key))
}

/// https, or this very machine.
pub fn is_safe(url: &Url) -> bool {
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && local)
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
            Error { place, what: format!("unknown setting \"{found}\""), fix: nearest(found, known) }
        }
        Kind::InvalidType(_, expected) if is_one_of(SECRETS, &key) => {
            Error { place, what: "found a value of another type".to_owned(), fix: format!("give {expected}") }
        }
        Kind::InvalidType(found, expected) => Error { place, what: format!("found {found}"), fix: format!("give {expected}") },
        other => Error { place, what: other.to_string(), fix: format!("see the comments in {FILE}") },
    }
}

/// The known key that looks most like the one found.
fn nearest(found: &str, known: &[&str]) -> String {
    match known.iter().max_by(|a, b| strsim::jaro_winkler(a, found).total_cmp(&strsim::jaro_winkler(b, found))) {
        Some(key) => format!("did you mean \"{key}\"?"),
        None => "take it out".to_owned(),
    }
}
