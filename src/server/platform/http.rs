//! Calls to a platform: base URL, bearer, time-outs, retries of what may be repeated, and what the headers say of limits.
//!
//! Errors from here never hold a URL: some platforms document their token exchange with secrets in the query.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::error::{Error, Result};
use super::{Limit, Settings};
use crate::server::clock::Clock;
use crate::server::metrics;

const CONNECT: Duration = Duration::from_secs(5);
/// An answer larger than this is not one of theirs.
const MAX_ANSWER: usize = 4 << 20;

/// How often and how long after a failure an idempotent call is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    pub most: u32,
    pub first: Duration,
    pub longest: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { most: 3, first: Duration::from_secs(1), longest: Duration::from_secs(5) }
    }
}

/// How long is waited for the whole of a call, and of one to a token endpoint, which is never repeated (requirement H5).
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

/// Builds the one connection pool that all platforms share. It follows no redirect: a token endpoint that sends us elsewhere is
/// an attack or a mistake.
pub fn pool() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("huntaze/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl Client {
    pub fn new(http: reqwest::Client, settings: Arc<Settings>, clock: Clock, retries: Retries) -> Self {
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

    /// The address of `path` (with a leading slash, query allowed) at `host` (`https://api.example.com`), or below the configured
    /// base URL. Paths are glued, not joined: `Url::join("/path")` would drop the base's own prefix.
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
        let prefix = self.settings.base_url.as_ref().map_or("", |base| base.path().trim_end_matches('/'));
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
    // Hosts are constants of the platform folders and base URLs were parsed at start, so the two glued are a URL.
    Url::parse(&format!("{base}{path}")).unwrap_or_else(|error| panic!("{path} is no path: {error}"))
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
        Self { client, token, scopes, limits: Arc::default(), read_limits: |_, _| Vec::new(), renewed: Arc::default() }
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
        let mut value =
            HeaderValue::try_from(format!("Bearer {}", self.token.expose_secret())).unwrap_or(HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        Call { request: call.request.header(header::AUTHORIZATION, value), limits: Some(self), ..call }
    }

    /// The rate limits seen so far, the newest of each name.
    pub fn limits(&self) -> Vec<Limit> {
        lock(&self.limits).clone()
    }

    /// Notes that the platform replaced the credential in the middle of a call, as a browser session does by `Set-Cookie`.
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

/// One call being prepared.
pub struct Call<'a> {
    client: &'a Client,
    limits: Option<&'a Api>,
    /// The method and the path without ids, as "GET /2/users/me".
    endpoint: String,
    request: reqwest::RequestBuilder,
    idempotent: bool,
    timeout: Duration,
}

impl Call<'_> {
    pub fn query(mut self, query: &[(&str, &str)]) -> Self {
        // Done by hand on the URL, so that what is sent is what was signed.
        if let Some(mut request) = self.request.try_clone().and_then(|r| r.build().ok()) {
            request.url_mut().query_pairs_mut().extend_pairs(query);
            self.request = reqwest::RequestBuilder::from_parts(self.client.http.clone(), request);
        }
        self
    }

    pub fn form(mut self, form: &[(&str, &str)]) -> Self {
        self.request = self.request.form(form);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// A header that no debug output shows.
    pub fn secret_header(mut self, name: &str, value: &SecretString) -> Self {
        // The callers check what people paste; anything else that is no header value is sent as an empty one and refused.
        let mut header = HeaderValue::from_str(value.expose_secret()).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        self.request = self.request.header(name, header);
        self
    }

    pub fn basic(mut self, user: &str, password: &SecretString) -> Self {
        self.request = self.request.basic_auth(user, Some(password.expose_secret()));
        self
    }

    /// Never repeat this one, although it is a GET.
    pub fn once(mut self) -> Self {
        self.idempotent = false;
        self
    }

    /// Sends it and reads the answer, whatever its status. Only the network, a time-out, an oversized body and, for idempotent
    /// calls, a platform that stumbles more often than we repeat are errors here.
    pub async fn send(self) -> Result<Answer> {
        let mut tried = 0;
        loop {
            let Some(request) = self.request.try_clone() else {
                return Err(Error::Unexpected { detail: "a streaming request can't be repeated".into() });
            };
            let outcome = self.observed(tried, once(request.timeout(self.timeout))).await;
            if let (Ok(answer), Some(api)) = (&outcome, self.limits) {
                api.note_limits(answer);
            }
            let may_repeat = self.idempotent && tried < self.client.retries.most;
            let wait = match &outcome {
                Ok(answer) if !answer.stumbled() => return outcome,
                // Who is asked to slow down, and not until when, does not come back within seconds.
                Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS && answer.header("retry-after").is_none() => {
                    return outcome;
                }
                Ok(answer) => answer.retry_after(self.client.now()),
                Err(_) => None,
            };
            // A wait longer than a person would sit through is left to the caller, who knows what else to do.
            let wait = wait.unwrap_or_else(|| self.client.retries.pause(tried));
            if !may_repeat || wait > self.client.retries.longest {
                return outcome;
            }
            tokio::time::sleep(wait).await;
            tried += 1;
        }
    }
}

impl Call<'_> {
    /// Counts one try and writes its line. The error's text holds no URL, and is shortened where it could hold a secret.
    async fn observed(&self, tried: u32, call: impl Future<Output = Result<Answer>>) -> Result<Answer> {
        let begun = Instant::now();
        let outcome = call.await;
        let took = begun.elapsed();
        let status = match &outcome {
            Ok(answer) => answer.status.as_str().to_owned(),
            Err(Error::Unavailable { detail }) if detail.starts_with(TIMED_OUT) => "timeout".to_owned(),
            Err(Error::Unavailable { detail }) if detail.starts_with(NOT_CONNECTED) => "connect".to_owned(),
            Err(_) => "broken".to_owned(),
        };
        let (platform, endpoint, latency_ms) = (self.client.name, &self.endpoint, took.as_millis() as u64);
        metrics::platform_call(platform, endpoint, &status, took);
        match &outcome {
            Ok(_) => tracing::info!(platform, endpoint, status, latency_ms, tried, "platform call"),
            Err(error) => tracing::warn!(platform, endpoint, status, latency_ms, tried, "platform call: {error}"),
        }
        outcome
    }
}

impl Retries {
    /// Doubles from the first pause to the longest, less up to a quarter by chance, so that many callers don't come back at once.
    fn pause(&self, tried: u32) -> Duration {
        let full = self.first.saturating_mul(1 << tried.min(16)).min(self.longest);
        full.mul_f64(1.0 - 0.25 * rand::rng().random::<f64>())
    }
}

/// A path with every segment that could be an id replaced, so that there are as many endpoints as a contract has: versions, as in
/// `/v21.0/me`, have fewer digits than ids.
fn template(path: &str) -> String {
    let is_id = |part: &str| part.len() > 32 || part.chars().filter(char::is_ascii_digit).count() > 3;
    path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect::<Vec<_>>().join("/")
}

const TIMED_OUT: &str = "timed out";
const NOT_CONNECTED: &str = "could not connect";

async fn once(request: reqwest::RequestBuilder) -> Result<Answer> {
    let mut response = request.send().await.map_err(network)?;
    let (status, headers, path) = (response.status(), response.headers().clone(), response.url().path().to_owned());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(network)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Error::Unavailable { detail: format!("an answer of more than {MAX_ANSWER} bytes") });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, path, body: without_nul(body) })
}

/// JSON can write U+0000, PostgreSQL can hold it neither in text nor in JSON, and no name needs it: it is taken out here, at the one
/// door for what platforms say.
fn without_nul(body: Vec<u8>) -> Vec<u8> {
    const NUL: &[u8] = br"\u0000";
    let has_nul = body.windows(NUL.len()).any(|bytes| bytes == NUL);
    match has_nul.then(|| serde_json::from_slice(&body)) {
        Some(Ok(mut json)) => {
            strip_nul(&mut json);
            json.to_string().into_bytes()
        }
        _ => body,
    }
}

fn strip_nul(json: &mut Value) {
    match json {
        Value::String(text) => text.retain(|c| c != '\0'),
        Value::Array(items) => items.iter_mut().for_each(strip_nul),
        Value::Object(fields) => fields.values_mut().for_each(strip_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What the network says, without the URL.
fn network(error: reqwest::Error) -> Error {
    let kind = match () {
        () if error.is_timeout() => TIMED_OUT,
        () if error.is_connect() => NOT_CONNECTED,
        () => "connection broke",
    };
    Error::Unavailable { detail: format!("{kind}: {}", error.without_url()) }
}

/// A platform's answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// What was asked for, without host and query; behind a base URL it begins with the base's own prefix.
    pub path: String,
    body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as JSON of this shape, or nothing: platforms answer HTML and empty bodies where JSON was due.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as JSON, or [`Error::Unexpected`] with the status (never with the body: it may hold a token).
    pub fn expect<T: DeserializeOwned>(&self, what: &str) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let detail = format!(
                "{what}: {} with {} bytes: {:?} at column {}",
                self.status,
                self.body.len(),
                error.classify(),
                error.column()
            );
            // Not JSON at all is a proxy or an outage speaking; JSON of another shape is a contract that changed.
            if error.is_data() { Error::Unexpected { detail } } else { Error::Unavailable { detail } }
        })
    }

    /// A page, where programs expect data: a wall or an outage speaking.
    pub fn is_html(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    /// An answer as it was recorded.
    #[cfg(test)]
    pub fn recorded(status: u16, headers: &[(&'static str, &'static str)], path: &str, body: &str) -> Self {
        let headers =
            headers.iter().map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)));
        let status = StatusCode::from_u16(status).expect("a status");
        Self { status, headers: headers.collect(), path: path.into(), body: body.into() }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The platform's trouble, not ours: a repeat may help.
    fn stumbled(&self) -> bool {
        matches!(self.status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
    }

    /// `Retry-After` as seconds or a date.
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let text = self.header("retry-after")?.trim();
        if let Ok(seconds) = text.parse::<f64>() {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        let at = DateTime::parse_from_rfc2822(text).ok()?;
        (at.with_timezone(&Utc) - now).to_std().ok()
    }

    /// The error for a status that says all there is: 429 and the 5xx family. `None` leaves it to the platform.
    pub fn common_error(&self, now: DateTime<Utc>, reset: Option<DateTime<Utc>>) -> Option<Error> {
        let detail = self.status.to_string();
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            let wait = self.retry_after(now).and_then(|d| chrono::Duration::from_std(d).ok());
            let until = wait.map(|d| now + d).or(reset).unwrap_or(now + chrono::Duration::seconds(60));
            return Some(Error::RateLimited { until, detail });
        }
        (self.status.is_server_error() || self.status == StatusCode::REQUEST_TIMEOUT).then_some(Error::Unavailable { detail })
    }
}
