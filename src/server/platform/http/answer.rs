//! A platform's answer: read whole, and what its status and headers say before anybody looks into
//! it.

use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, StatusCode};
#[cfg(test)]
use http::{HeaderValue, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::network;
use crate::server::metrics;
use crate::server::platform::error::{Class, Error, Result, quoted};
use crate::server::platform::read::shape;
use crate::server::platform::time;

/// An answer larger than this is not one of theirs.
const MAX_ANSWER: usize = 4 << 20;
/// How long somebody waits who is asked to slow down and not told until when.
const DEFAULT_WAIT: Duration = Duration::seconds(60);
/// Longer ones are no codes and no trace ids.
const MAX_CODE: usize = 64;
const BOM: &[u8] = "\u{feff}".as_bytes();

/// A platform's answer, read whole.
#[derive(Debug)]
pub struct PlatformResponse {
    /// As the platform sent it: several platforms send errors with 200.
    pub status: StatusCode,
    /// All of them, those about rate limits too.
    pub headers: HeaderMap,
    /// What was asked for, without host and query; behind a base URL it begins with the base's own
    /// prefix.
    pub path: String,
    /// The platform and what was asked of it, for metrics and log lines.
    pub(super) platform: &'static str,
    pub(super) endpoint: String,
    body: Vec<u8>,
}

impl PlatformResponse {
    /// A header as text; `None` where it is missing or holds more than visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the status is a 2xx; the body may hold an error all the same.
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as JSON of this shape, or nothing: platforms answer HTML and empty bodies where
    /// JSON was due.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as JSON, or [`Error::Unexpected`] with the status (never with the body: it may hold
    /// a token).
    pub fn expect<T: DeserializeOwned>(&self, what: &str) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let detail = format!(
                "{what}: {} with {} bytes: {:?} at column {}, it begins {}",
                self.status,
                self.body.len(),
                error.classify(),
                error.column(),
                self.shape()
            );
            // Not JSON at all is a proxy or an outage speaking; JSON of another shape is a contract
            // that changed.
            if error.is_data() {
                Error::Unexpected { detail }
            } else {
                Error::Unavailable { detail }
            }
        })
    }

    /// What the body begins like, without what it says: for the log line of an answer that nobody
    /// expected.
    pub fn shape(&self) -> String {
        shape(&self.body)
    }

    /// Logs and counts what this answer means, with the platform's own code and trace id, and
    /// gives it back. Every platform passes its errors through here, once.
    pub fn failed(&self, error: Error, code: &str, trace: &str) -> Error {
        let (platform, endpoint, class) = (self.platform, &self.endpoint, error.class().as_str());
        let (code, trace) = (code_of(&quoted(code)), code_of(trace));
        let status = self.status.as_u16();
        metrics::platform_failure(platform, endpoint, error.as_str());
        if error.class() == Class::Configuration {
            // Operators have to act.
            tracing::warn!(
                platform,
                endpoint,
                status,
                class,
                code,
                trace,
                "platform error: \
                {error}"
            );
        } else {
            tracing::info!(
                platform,
                endpoint,
                status,
                class,
                code,
                trace,
                "platform error: \
                {error}"
            );
        }
        error
    }

    /// A page, where programs expect data: a wall or an outage speaking.
    pub fn is_html(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    /// An answer as it was recorded.
    #[cfg(test)]
    pub fn recorded(
        status: u16,
        headers: &[(&'static str, &'static str)],
        path: &str,
        body: &str,
    ) -> Self {
        let headers = headers.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), HeaderValue::from_static(value))
        });
        let status = StatusCode::from_u16(status).expect("a status");
        Self {
            status,
            headers: headers.collect(),
            path: path.into(),
            platform: "",
            endpoint: String::new(),
            body: cleaned(body.into()),
        }
    }

    /// The whole body as it came, without a byte order mark.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Whether there is no body at all, as with 204.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The platform's trouble, not ours: a repeat may help.
    pub(super) fn stumbled(&self) -> bool {
        matches!(self.status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
    }

    /// `Retry-After` as seconds or a date, believed up to `longest`. What is no wait - an instant
    /// in its place, a date of the past, an absurd number - was not told.
    pub fn wait(&self, now: DateTime<Utc>, longest: Duration) -> Option<Duration> {
        let told = self.header("retry-after")?.trim();
        match told.parse::<f64>() {
            Ok(seconds) => time::wait(seconds, longest),
            Err(_) => {
                let at = DateTime::parse_from_rfc2822(told).ok()?.to_utc();
                time::wait_until(at, now, longest)
            }
        }
    }

    /// The error for a status that says all there is: 429 and the 5xx family. `None` leaves it to
    /// the platform.
    pub fn common_error(&self, now: DateTime<Utc>, reset: Option<DateTime<Utc>>) -> Option<Error> {
        self.common_error_within(now, reset, time::MAX_CALL_WAIT)
    }

    /// The same with another longest wait.
    pub fn common_error_within(
        &self,
        now: DateTime<Utc>,
        reset: Option<DateTime<Utc>>,
        longest: Duration,
    ) -> Option<Error> {
        let detail = self.status.to_string();
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            let wait = self
                .wait(now, longest)
                .or_else(|| time::wait_until(reset?, now, longest))
                .unwrap_or(DEFAULT_WAIT);
            return Some(Error::RateLimited { until: time::after(now, wait), detail });
        }
        (self.status.is_server_error() || self.status == StatusCode::REQUEST_TIMEOUT)
            .then_some(Error::Unavailable { detail })
    }
}

/// A platform's code or trace id: short, and without what could disturb a log.
fn code_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(MAX_CODE).collect()
}

/// Sends a request and reads its answer.
pub(super) async fn read(
    request: reqwest::RequestBuilder,
    platform: &'static str,
    endpoint: String,
) -> Result<PlatformResponse> {
    let mut response = request.send().await.map_err(network)?;
    let (status, headers, path) =
        (response.status(), response.headers().clone(), response.url().path().to_owned());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(network)? {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
            return Err(Error::Unavailable {
                detail: format!("an answer of more than {MAX_ANSWER} bytes"),
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(PlatformResponse { status, headers, path, platform, endpoint, body: cleaned(body) })
}

/// A body as parsers want it.
fn cleaned(mut body: Vec<u8>) -> Vec<u8> {
    if body.starts_with(BOM) {
        body.drain(..BOM.len());
    }
    without_nul(body)
}

/// JSON can write U+0000, PostgreSQL can hold it neither in text nor in JSON, and no name needs it:
/// it is taken out here, at the one door for what platforms say.
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
