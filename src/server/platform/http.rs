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
use http::{Method, header};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use answer::PlatformResponse;
pub use call::{Call, Retries};

use super::{Endpoint, Error, Limit, Settings, time};
use crate::server::clock::Clock;
use call::Plan;

const CONNECT: Duration = Duration::from_secs(5);
/// What somebody sits through of waits between repeats, in all.
const MAX_WAITING: Duration = Duration::from_secs(5);
/// The name of a call that was given none.
const UNLABELLED: &str = "(other)";

/// How long is waited for the whole of a call, and of one to a token endpoint, which is never
/// repeated (requirement H5).
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For any other call, from connecting to the last byte of the body.
    pub call: Duration,
    /// For a call to a token endpoint, whose answer can't be asked for again.
    pub token_call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { call: Duration::from_secs(15), token_call: Duration::from_secs(60) }
    }
}

/// A platform's HTTP client with its settings.
#[derive(Clone)]
pub struct Client {
    /// The platform's id, for metrics and log lines.
    name: &'static str,
    /// Where bearers may go, unless there is a base URL.
    hosts: &'static [&'static str],
    http: reqwest::Client,
    settings: Arc<Settings>,
    clock: Clock,
    retries: Retries,
    patience: Timeouts,
    /// What is left of the waits between repeats.
    waiting: Arc<Mutex<Duration>>,
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
    /// A client of no platform yet: [`Client::of`] gives it an id and the hosts that may see
    /// tokens.
    pub fn new(
        http: reqwest::Client,
        settings: Arc<Settings>,
        clock: Clock,
        retries: Retries,
    ) -> Self {
        Self {
            name: "",
            hosts: &[],
            http,
            settings,
            clock,
            retries,
            patience: Timeouts::default(),
            waiting: Arc::new(Mutex::new(MAX_WAITING)),
        }
    }

    /// The same for one platform, by its id and hosts.
    pub fn of(self, name: &'static str, hosts: &'static [&'static str]) -> Self {
        Self { name, hosts, ..self }
    }

    /// The same for another request of a person or a job, which waits for itself.
    pub fn renewed(&self) -> Self {
        Self { waiting: Arc::new(Mutex::new(MAX_WAITING)), ..self.clone() }
    }

    /// Takes a pause from what may be waited in all, if so much is left.
    fn spend(&self, pause: Duration) -> bool {
        let mut left = lock(&self.waiting);
        match left.checked_sub(pause) {
            Some(rest) => {
                *left = rest;
                true
            }
            None => false,
        }
    }

    /// The same with other time-outs than the default ones.
    pub fn with_timeouts(self, patience: Timeouts) -> Self {
        Self { patience, ..self }
    }

    /// The platform's table of the configuration.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The server's clock, which tests may set.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The address of `path` (with a leading slash, query allowed) at `host`
    /// (`https://api.example.com`), or below the configured base URL. Paths are glued, not joined:
    /// `Url::join("/path")` would drop the base's own prefix.
    pub fn url(&self, host: &str, path: &str) -> Url {
        join_url(self.settings.base_url.as_ref(), host, path)
    }

    /// The same as the person's browser has to call it.
    pub fn browser_url(&self, host: &str, path: &str) -> Url {
        join_url(self.settings.browser_url.as_ref().or(self.settings.base_url.as_ref()), host, path)
    }

    /// A call without a bearer token.
    pub fn call(&self, method: Method, url: Url) -> Call<'_> {
        Call {
            request: self.http.request(method.clone(), url),
            refused: None,
            plan: Plan {
                client: self,
                limits: None,
                label: UNLABELLED,
                idempotent: method == Method::GET,
                timeout: self.patience.call,
                method,
            },
        }
    }

    /// A form POST to a token endpoint: never repeated.
    pub fn token_call(&self, url: Url, form: &[(&str, &str)]) -> Call<'_> {
        self.call(Method::POST, url).form(form).timeout(self.patience.token_call)
    }

    /// A request to a token endpoint that is made already: never repeated.
    pub fn token_request(&self, to: Endpoint, request: http::Request<Vec<u8>>) -> Call<'_> {
        let (mut parts, body) = request.into_parts();
        if let Some(credentials) = parts.headers.get_mut(header::AUTHORIZATION) {
            credentials.set_sensitive(true);
        }
        let mut call = self.call(Method::POST, self.url(to.host, to.path));
        call.request = call.request.headers(parts.headers).body(body);
        call.label(to.path).timeout(self.patience.token_call)
    }

    /// Whether an address is one of the platform's own, or of what stands in its place.
    fn is_own(&self, url: &Url) -> bool {
        let is_at = |base: &Url| base.origin() == url.origin();
        match &self.settings.base_url {
            Some(base) => is_at(base),
            None => self.hosts.iter().filter_map(|host| Url::parse(host).ok()).any(|h| is_at(&h)),
        }
    }
}

fn join_url(base: Option<&Url>, host: &str, path: &str) -> Url {
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
pub type ReadLimits = fn(&PlatformResponse, DateTime<Utc>) -> Vec<Limit>;

impl Api {
    /// `scopes` are those that were granted, not those that were asked for.
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

    /// The client without the token, for calls that carry none.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The opened credential, for a platform that sends it otherwise than as a bearer.
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// Whether the person granted this scope.
    pub fn granted(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }

    /// A GET with the bearer token; repeated when the platform stumbles.
    pub fn get(&self, url: Url) -> Call<'_> {
        self.call(Method::GET, url)
    }

    /// A POST with the bearer token; sent once.
    pub fn post(&self, url: Url) -> Call<'_> {
        self.call(Method::POST, url)
    }

    /// A DELETE with the bearer token; sent once.
    pub fn delete(&self, url: Url) -> Call<'_> {
        self.call(Method::DELETE, url)
    }

    /// A call with the bearer token. It goes to the platform's own hosts only: an address that an
    /// answer named would take the token elsewhere.
    pub fn call(&self, method: Method, url: Url) -> Call<'_> {
        let is_own = self.client.is_own(&url);
        let mut call = self.client.call(method, url);
        call.plan.limits = Some(self);
        if is_own {
            let bearer = format!("Bearer {}", self.token.expose_secret());
            call.secret_header(header::AUTHORIZATION.as_str(), &bearer.into())
        } else {
            let detail = "a token would have gone to a foreign host".into();
            call.refused = Some(Error::NotSent { detail });
            call
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

    fn note_limits(&self, answer: &PlatformResponse) {
        let now = self.client.now();
        let seen = (self.read_limits)(answer, now);
        let mut kept = lock(&self.limits);
        for limit in seen {
            kept.retain(|l| l.name != limit.name);
            let resets_at = limit.resets_at.and_then(|at| time::bounded_instant(at, now));
            kept.push(Limit { remaining: limit.remaining.max(0), resets_at, ..limit });
        }
    }
}

/// Nothing is left half done under these locks, so a poisoned one is as good as new.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
