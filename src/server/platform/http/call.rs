//! One call: prepared, sent, repeated where that is harmless, counted and logged.

use std::time::{Duration, Instant};

use http::{HeaderValue, StatusCode};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};

use super::{Answer, Api, Client, answer};
use crate::server::metrics;
use crate::server::platform::error::{Error, Result};

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

impl Retries {
    /// Doubles from the first pause to the longest, less up to a quarter by chance, so that many
    /// callers don't come back at once.
    fn pause(&self, tried: u32) -> Duration {
        let full = self.first.saturating_mul(1 << tried.min(16)).min(self.longest);
        full.mul_f64(1.0 - 0.25 * rand::rng().random::<f64>())
    }
}

/// One call being prepared.
pub struct Call<'a> {
    pub(super) client: &'a Client,
    pub(super) limits: Option<&'a Api>,
    /// The method and the path without ids, as "GET /2/users/me".
    pub(super) endpoint: String,
    pub(super) request: reqwest::RequestBuilder,
    pub(super) idempotent: bool,
    pub(super) timeout: Duration,
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
        // The callers check what people paste; anything else that is no header value is sent as an
        // empty one and refused.
        let mut header =
            HeaderValue::from_str(value.expose_secret()).unwrap_or(HeaderValue::from_static(""));
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

    /// Sends it and reads the answer, whatever its status. Only the network, a time-out, an
    /// oversized body and, for idempotent calls, a platform that stumbles more often than we repeat
    /// are errors here.
    pub async fn send(self) -> Result<Answer> {
        let mut tried = 0;
        loop {
            let Some(request) = self.request.try_clone() else {
                return Err(Error::Unexpected {
                    detail: "a streaming request can't be repeated".into(),
                });
            };
            let outcome = self.observed(tried, answer::read(request.timeout(self.timeout))).await;
            if let (Ok(answer), Some(api)) = (&outcome, self.limits) {
                api.note_limits(answer);
            }
            let may_repeat = self.idempotent && tried < self.client.retries.most;
            let wait = match &outcome {
                Ok(answer) if !answer.stumbled() => return outcome,
                // Who is asked to slow down, and not until when, does not come back within seconds.
                Ok(answer)
                    if answer.status == StatusCode::TOO_MANY_REQUESTS
                        && answer.header("retry-after").is_none() =>
                {
                    return outcome;
                }
                Ok(answer) => answer.retry_after(self.client.now()),
                Err(_) => None,
            };
            // A wait longer than a person would sit through is left to the caller, who knows what
            // else to do.
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
    /// Counts one try and writes its line. The error's text holds no URL, and is shortened where it
    /// could hold a secret.
    async fn observed(
        &self,
        tried: u32,
        call: impl Future<Output = Result<Answer>>,
    ) -> Result<Answer> {
        let begun = Instant::now();
        let outcome = call.await;
        let took = begun.elapsed();
        let status = match &outcome {
            Ok(answer) => answer.status.as_str().to_owned(),
            Err(Error::Unavailable { detail }) if detail.starts_with(TIMED_OUT) => {
                "timeout".to_owned()
            }
            Err(Error::Unavailable { detail }) if detail.starts_with(NOT_CONNECTED) => {
                "connect".to_owned()
            }
            Err(_) => "broken".to_owned(),
        };
        let (platform, endpoint, latency_ms) =
            (self.client.name, &self.endpoint, took.as_millis() as u64);
        metrics::platform_call(platform, endpoint, &status, took);
        match &outcome {
            Ok(_) => tracing::info!(platform, endpoint, status, latency_ms, tried, "platform call"),
            Err(error) => tracing::warn!(
                platform,
                endpoint,
                status,
                latency_ms,
                tried,
                "platform call: {error}"
            ),
        }
        outcome
    }
}

const TIMED_OUT: &str = "timed out";
const NOT_CONNECTED: &str = "could not connect";

/// What the network says, without the URL.
pub(super) fn network(error: reqwest::Error) -> Error {
    let kind = match () {
        () if error.is_timeout() => TIMED_OUT,
        () if error.is_connect() => NOT_CONNECTED,
        () => "connection broke",
    };
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
            let retries = Retries { most: 3, first: Duration::from_millis(first),
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
