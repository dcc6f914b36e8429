//! Calls to a platform: base URL, bearer, time-outs, retries of what may be repeated, and what the
//! headers say of limits.
//!
//! Errors from here never hold a URL: some platforms document their token exchange with secrets in
//! the query.

mod answer;
mod call;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderValue, Method, header};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use answer::Answer;
pub use call::{Call, Retries};

use super::{Limit, Settings};
use crate::server::clock::Clock;

const CONNECT: Duration = Duration::from_secs(5);

/// How long is waited for the whole of a call, and of one to a token endpoint, which is never
/// repeated (requirement H5).
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub call: Duration,
    pub token_call: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { call: Duration::from_secs(15), token_call: Duration::from_secs(60) }
    }
}

/// A platform's HTTP client with its settings.
#[derive(Clone)]
pub struct Client {
    /// The platform's id, for metrics and log lines.
    name: &'static str,
    http: reqwest::Client,
    settings: Arc<Settings>,
    clock: Clock,
    retries: Retries,
    patience: Patience,
}

/// Builds the one connection pool that all platforms share. It follows no redirect: a token
/// endpoint that sends us elsewhere is an attack or a mistake.
pub fn pool() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("huntaze/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl Client {
    pub fn new(
        http: reqwest::Client,
        settings: Arc<Settings>,
        clock: Clock,
        retries: Retries,
    ) -> Self {
        Self { name: "", http, settings, clock, retries, patience: Patience::default() }
    }

    /// The same for one platform by its id.
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The address of `path` (with a leading slash, query allowed) at `host`
    /// (`https://api.example.com`), or below the configured base URL. Paths are glued, not joined:
    /// `Url::join("/path")` would drop the base's own prefix.
    pub fn url(&self, host: &str, path: &str) -> Url {
        glue(self.settings.base_url.as_ref(), host, path)
    }

    /// The same as the person's browser has to call it.
    pub fn browser_url(&self, host: &str, path: &str) -> Url {
        glue(self.settings.browser_url.as_ref().or(self.settings.base_url.as_ref()), host, path)
    }

    /// A call without a bearer token.
    pub fn call(&self, method: Method, url: Url) -> Call<'_> {
        Call {
            client: self,
            limits: None,
            endpoint: self.endpoint(&method, &url),
            request: self.http.request(method.clone(), url),
            idempotent: method == Method::GET,
            timeout: self.patience.call,
        }
    }

    /// What an address is called in metrics and log lines.
    fn endpoint(&self, method: &Method, url: &Url) -> String {
        let prefix =
            self.settings.base_url.as_ref().map_or("", |base| base.path().trim_end_matches('/'));
        format!("{method} {}", template(url.path().strip_prefix(prefix).unwrap_or(url.path())))
    }

    /// A form POST to a token endpoint: never repeated.
    pub fn token_call(&self, url: Url, form: &[(&str, &str)]) -> Call<'_> {
        let call = self.call(Method::POST, url).form(form);
        Call { timeout: self.patience.token_call, ..call }
    }
}

fn glue(base: Option<&Url>, host: &str, path: &str) -> Url {
    let base = base.map_or(host, Url::as_str).trim_end_matches('/');
    // Hosts are constants of the platform folders and base URLs were parsed at start, so the two
    // glued are a URL.
    Url::parse(&format!("{base}{path}"))
        .unwrap_or_else(|error| panic!("{path} is no path: {error}"))
}

/// A client with an account's token in it: what a platform gets for its calls.
pub struct Api {
    client: Client,
    token: SecretString,
    /// The scopes that were granted: some platforms refuse fields whose scope is missing.
    scopes: Vec<String>,
    limits: Arc<Mutex<Vec<Limit>>>,
    read_limits: ReadLimits,
    renewed: Arc<Mutex<Option<SecretString>>>,
}

/// Finds what an answer's headers tell of rate limits.
pub type ReadLimits = fn(&Answer, DateTime<Utc>) -> Vec<Limit>;

impl Api {
    pub fn new(client: Client, token: SecretString, scopes: Vec<String>) -> Self {
        Self {
            client,
            token,
            scopes,
            limits: Arc::default(),
            read_limits: |_, _| Vec::new(),
            renewed: Arc::default(),
        }
    }

    /// Keeps what `read` finds of rate limits in every answer.
    pub fn reading_limits(mut self, read: ReadLimits) -> Self {
        self.read_limits = read;
        self
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn token(&self) -> &SecretString {
        &self.token
    }

    pub fn granted(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }

    /// A GET with the bearer token; repeated when the platform stumbles.
    pub fn get(&self, url: Url) -> Call<'_> {
        self.bearer(self.client.call(Method::GET, url))
    }

    /// A POST with the bearer token; sent once.
    pub fn post(&self, url: Url) -> Call<'_> {
        self.bearer(self.client.call(Method::POST, url))
    }

    /// A DELETE with the bearer token; sent once.
    pub fn delete(&self, url: Url) -> Call<'_> {
        self.bearer(self.client.call(Method::DELETE, url))
    }

    fn bearer<'a>(&'a self, call: Call<'a>) -> Call<'a> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.token.expose_secret()))
            .unwrap_or(HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        Call {
            request: call.request.header(header::AUTHORIZATION, value),
            limits: Some(self),
            ..call
        }
    }

    /// The rate limits seen so far, the newest of each name.
    pub fn limits(&self) -> Vec<Limit> {
        lock(&self.limits).clone()
    }

    /// Notes that the platform replaced the credential in the middle of a call, as a browser
    /// session does by `Set-Cookie`.
    pub fn renew(&self, credential: SecretString) {
        *lock(&self.renewed) = Some(credential);
    }

    /// The credential that has to be stored in place of the one this was made with.
    pub fn renewed(&self) -> Option<SecretString> {
        lock(&self.renewed).clone()
    }

    fn note_limits(&self, answer: &Answer) {
        let seen = (self.read_limits)(answer, self.client.now());
        let mut kept = lock(&self.limits);
        for limit in seen {
            kept.retain(|l| l.name != limit.name);
            kept.push(limit);
        }
    }
}

/// Nothing is left half done under these locks, so a poisoned one is as good as new.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A path with every segment that could be an id replaced, so that there are as many endpoints as a
/// contract has: versions, as in `/v21.0/me`, have fewer digits than ids.
fn template(path: &str) -> String {
    let is_id =
        |part: &str| part.len() > 32 || part.chars().filter(char::is_ascii_digit).count() > 3;
    path.split('/')
        .map(|part| if is_id(part) { "{id}" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}
