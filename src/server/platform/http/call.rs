//! One call: prepared, sent, repeated where that is harmless, counted and logged.

use std::time::{Duration, Instant};

use http::{HeaderValue, Method, StatusCode};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{Api, Client, PlatformResponse, answer};
use crate::server::metrics;
use crate::server::platform::error::{Error, Result};
use crate::server::platform::time;

/// How often and how long after a failure an idempotent call is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// How many repeats follow the first attempt.
    pub max_retries: u32,
    /// The pause before the first repeat; each further one is twice as long.
    pub first: Duration,
    /// No pause gets longer than this.
    pub longest: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { max_retries: 3, first: Duration::from_secs(1), longest: Duration::from_secs(5) }
    }
}

impl Retries {
    /// Doubles from the first pause to the longest, less up to a quarter by chance, so that many
    /// callers don't come back at once.
    fn pause(&self, tried: u32) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(tried.min(16)));
        let full = doubled.min(self.longest);
        full.mul_f64(1.0 - 0.25 * rand::rng().random::<f64>())
    }
}

/// One call being prepared.
pub struct Call<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) request: reqwest::RequestBuilder,
    /// What was wrong with the call before it was sent.
    pub(super) refused: Option<Error>,
}

/// How a call is sent, repeated and named.
pub(super) struct Plan<'a> {
    pub client: &'a Client,
    pub limits: Option<&'a Api>,
    pub method: Method,
    /// What the call is named in metrics and log lines: a path of the contract, never one with ids.
    pub label: &'static str,
    pub idempotent: bool,
    pub timeout: Duration,
}

impl Call<'_> {
    /// The path of the contract that this call belongs to: `/2/users/{id}/tweets`.
    pub fn label(mut self, label: &'static str) -> Self {
        self.plan.label = label;
        self
    }

    /// How long is waited for the whole of this call.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.plan.timeout = timeout;
        self
    }

    /// Adds parameters to the address, percent-encoded.
    pub fn query(mut self, query: &[(&str, &str)]) -> Self {
        // Done by hand on the URL, so that what is sent is what was signed.
        if let Some(mut request) = self.request.try_clone().and_then(|r| r.build().ok()) {
            request.url_mut().query_pairs_mut().extend_pairs(query);
            self.request =
                reqwest::RequestBuilder::from_parts(self.plan.client.http.clone(), request);
        }
        self
    }

    /// Sends these fields as `application/x-www-form-urlencoded`.
    pub fn form(mut self, form: &[(&str, &str)]) -> Self {
        self.request = self.request.form(form);
        self
    }

    /// Sends this as JSON, with its content type.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Bytes as they come: a body, or a stream, which is sent once.
    pub fn body(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// Adds a header; a secret goes through [`Call::secret_header`].
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// A header that no debug output shows.
    pub fn secret_header(mut self, name: &str, value: &SecretString) -> Self {
        // The callers check what people paste; anything else that is no header value is sent as an
        // empty one and refused.
        let mut header =
            HeaderValue::from_str(value.expose_secret()).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        self.request = self.request.header(name, header);
        self
    }

    /// HTTP Basic authentication (RFC 7617); both parts go in as they are.
    pub fn basic(mut self, user: &str, password: &SecretString) -> Self {
        self.request = self.request.basic_auth(user, Some(password.expose_secret()));
        self
    }

    /// Never repeat this one, although it is a GET.
    pub fn once(mut self) -> Self {
        self.plan.idempotent = false;
        self
    }

    /// Sends it and reads the answer, whatever its status. Only the network, a time-out, an
    /// oversized body and, for idempotent calls, a platform that stumbles more often than we repeat
    /// are errors here.
    pub async fn send(self) -> Result<PlatformResponse> {
        if let Some(error) = self.refused {
            return Err(error);
        }
        let mut tried: u32 = 0;
        loop {
            // A stream can't be repeated.
            let Some(request) = self.request.try_clone() else {
                return self.plan.send(self.request, tried).await;
            };
            let outcome = self.plan.send(request, tried).await;
            match self.plan.pause(&outcome, tried) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return outcome,
            }
            tried = tried.saturating_add(1);
        }
    }
}

impl Plan<'_> {
    /// How long to wait before the call is repeated, or nothing where it is not.
    pub fn pause(&self, outcome: &Result<PlatformResponse>, tried: u32) -> Option<Duration> {
        if !self.idempotent || tried >= self.client.retries.max_retries {
            return None;
        }
        let told = match outcome {
            Ok(answer) if !answer.stumbled() => return None,
            Ok(answer) => answer.wait(self.client.now(), time::MAX_CALL_WAIT),
            Err(_) => None,
        };
        // Who is asked to slow down, and not until when, does not come back within seconds.
        let slow_down = outcome.as_ref().is_ok_and(|a| a.status == StatusCode::TOO_MANY_REQUESTS);
        if slow_down && told.is_none() {
            return None;
        }
        let told = told.and_then(|wait| wait.to_std().ok());
        let pause = told.unwrap_or_else(|| self.client.retries.pause(tried));
        // A wait longer than a person would sit through is left to the caller, who knows what else
        // to do.
        (pause <= self.client.retries.longest && self.client.spend(pause)).then_some(pause)
    }

    async fn send(&self, request: reqwest::RequestBuilder, tried: u32) -> Result<PlatformResponse> {
        let (platform, endpoint) = (self.client.name, format!("{} {}", self.method, self.label));
        let call = answer::read(request.timeout(self.timeout), platform, endpoint.clone());
        let outcome = self.observed(&endpoint, tried, call).await;
        if let (Ok(answer), Some(api)) = (&outcome, self.limits) {
            api.note_limits(answer);
        }
        outcome
    }

    /// Counts one try and writes its line. The error's text holds no URL, and is shortened where it
    /// could hold a secret.
    async fn observed(
        &self,
        endpoint: &str,
        tried: u32,
        call: impl Future<Output = Result<PlatformResponse>>,
    ) -> Result<PlatformResponse> {
        let begun = Instant::now();
        let outcome = call.await;
        let took = begun.elapsed();
        let status = match &outcome {
            Ok(answer) => answer.status.as_str().to_owned(),
            Err(Error::Unavailable { detail }) if detail.starts_with(TIMED_OUT) => {
                "timeout".to_owned()
            }
            Err(Error::Unreachable { .. }) => "connect".to_owned(),
            Err(_) => "broken".to_owned(),
        };
        let (platform, latency_ms) = (self.client.name, took.as_millis() as u64);
        let attempt = tried.saturating_add(1);
        metrics::platform_call(platform, endpoint, &status, took);
        match &outcome {
            Ok(_) => {
                tracing::info!(platform, endpoint, status, latency_ms, attempt, "platform call")
            }
            Err(error) => tracing::warn!(
                platform,
                endpoint,
                status,
                latency_ms,
                attempt,
                "platform call: {error}"
            ),
        }
        outcome
    }
}

const TIMED_OUT: &str = "timed out";

/// What the network says, without the URL. Before there is a connection no byte has left.
pub(super) fn network(error: reqwest::Error) -> Error {
    if error.is_builder() {
        return Error::NotSent { detail: format!("no request: {}", error.without_url()) };
    }
    if error.is_connect() {
        return Error::Unreachable {
            detail: format!("could not connect: {}", error.without_url()),
        };
    }
    let kind = if error.is_timeout() { TIMED_OUT } else { "connection broke" };
    Error::Unavailable { detail: format!("{kind}: {}", error.without_url()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // H5: the retry laws. A pause doubles up to the longest and never passes it; chance takes
        // at most a quarter away.
        #[test]
        fn a_pause_grows_within_its_bounds(tried in 0..100u32, first in 1..5_000u64,
            longest in 5_000..60_000u64) {
            let retries = Retries { max_retries: 3, first: Duration::from_millis(first),
                longest: Duration::from_millis(longest) };
            let full = |tried: u32|
                Duration::from_millis(first.saturating_mul(1 << tried.min(16)).min(longest));
            let pause = retries.pause(tried);
            prop_assert!(pause <= full(tried) && pause >= full(tried).mul_f64(0.749), "{pause:?} \
                of {:?}", full(tried));
            prop_assert!(full(tried + 1) >= full(tried));
        }
    }
}
