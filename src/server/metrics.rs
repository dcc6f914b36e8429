//! What is counted and measured: every name, unit and meaning, and the small functions that others
//! call (requirement H2).
//!
//! Labels come from lists that do not grow with people: platforms, route templates, kinds. Never an
//! id, an address or a query.

use std::sync::OnceLock;
use std::time::Duration;

use ::metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

/// What a name stands for. The table in docs/operating.md is checked against this one.
pub struct Described {
    pub name: &'static str,
    pub kind: Kind,
    pub unit: Unit,
    pub labels: &'static [&'static str],
    pub meaning: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// One line each: name, kind, unit, labels, meaning.
macro_rules! described {
    ($($constant:ident = $name:literal, $kind:ident, $unit:ident, [$($label:literal),*],
        $meaning:literal;)*) => {
        $(const $constant: &str = $name;)*
        pub const ALL: &[Described] = &[$(Described {
            name: $name, kind: Kind::$kind, unit: Unit::$unit, labels: &[$($label),*],
                meaning: $meaning,
        }),*];
    };
}

described! {
    BUILD = "huntaze_build_info", Gauge, Count, ["version", "commit"],
        "Always 1; the labels name the running build";
    HTTP = "huntaze_http_requests_total", Counter, Count, ["method", "route", "status"],
        "HTTP requests by route template";
    HTTP_TIME = "huntaze_http_request_duration_seconds", Histogram, Seconds, ["method", "route"],
        "Time from receiving a request to sending the response headers";
    LIMITED = "huntaze_rate_limited_requests_total", Counter, Count, ["limit"],
        "Requests rejected by a rate limit of this server";
    CALLS = "huntaze_platform_calls_total", Counter, Count, ["platform", "endpoint", "status"],
        "Calls to platforms, retries included; status is the HTTP status, or timeout, connect, \
         broken";
    CALL_TIME = "huntaze_platform_call_duration_seconds", Histogram, Seconds,
        ["platform", "endpoint"],
        "Time from sending a call to the end of the response";
    FAILURES = "huntaze_platform_failures_total", Counter, Count, ["platform", "endpoint", "kind"],
        "Error responses of platforms, by kind";
    BREAKER = "huntaze_platform_circuit_breaker_state", Gauge, Count, ["platform"],
        "Circuit breaker state: 0 closed, 1 half-open, 2 open";
    OAUTH = "huntaze_oauth_steps_total", Counter, Count, ["platform", "step"],
        "OAuth flows that reached a step: started, returned, exchanged, connected";
    OAUTH_FAILED = "huntaze_oauth_failures_total", Counter, Count, ["platform", "reason"],
        "OAuth flows that ended without an account, by reason";
    REFRESHES = "huntaze_token_refreshes_total", Counter, Count, ["platform", "outcome"],
        "Token refreshes: renewed, superseded (another process was faster), transient, \
         permanent, configuration";
    REFRESH_TIME = "huntaze_token_refresh_duration_seconds", Histogram, Seconds, ["platform"],
        "Time from starting a token refresh to storing its response";
    PERSIST_TIME = "huntaze_token_response_persist_duration_seconds", Histogram, Seconds,
        ["platform"],
        "Time from receiving a token response to persisting it: the window in which a crash can \
         lose a rotated token";
    DECRYPTION_FAILURES = "huntaze_decryption_failures_total", Counter, Count, ["table"],
        "Sealed values that no key of this server decrypts";
    KEY_SEALS = "huntaze_key_seals", Gauge, Count, [],
        "Values sealed with the active key; rotate it before 2^31";
    ACCOUNTS = "huntaze_accounts", Gauge, Count, ["platform", "status"],
        "Accounts by stored status: connected, error, expired";
    EXPIRY = "huntaze_token_expires_in_seconds", Gauge, Seconds, ["platform"],
        "Time until the first access token of a connected account expires; negative when one has \
         expired";
    JOBS = "huntaze_jobs", Gauge, Count, ["state"],
        "Jobs by state: queued (the due among them), due, running, dead";
    JOB_AGE = "huntaze_job_oldest_age_seconds", Gauge, Seconds, [], "Age of the oldest due job";
    JOBS_DONE = "huntaze_jobs_finished_total", Counter, Count, ["job", "outcome"],
        "Job runs: done, retried, dead";
    JOB_TIME = "huntaze_job_duration_seconds", Histogram, Seconds, ["job"], "Duration of a job run";
    NOTICES = "huntaze_notices_total", Counter, Count, ["kind"], "Notices created";
    EMAILS = "huntaze_emails_total", Counter, Count, ["outcome"], "E-mail deliveries: sent, failed";
}

/// From a cached page to a token endpoint at its time-out.
const SECONDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

static HANDLE: OnceLock<Result<PrometheusHandle, BuildError>> = OnceLock::new();

/// The one recorder of this process; made when first asked for. Several apps in a process (tests)
/// share it.
fn handle() -> Option<&'static PrometheusHandle> {
    HANDLE.get_or_init(install).as_ref().ok()
}

fn install() -> Result<PrometheusHandle, BuildError> {
    let recorder = PrometheusBuilder::new().set_buckets(SECONDS)?.build_recorder();
    let handle = recorder.handle();
    // Only fails where somebody else's recorder listens; then ours has nothing to tell.
    ::metrics::set_global_recorder(recorder).ok();
    for Described { name, kind, unit, meaning, .. } in ALL {
        match kind {
            Kind::Counter => describe_counter!(*name, *unit, *meaning),
            Kind::Gauge => describe_gauge!(*name, *unit, *meaning),
            Kind::Histogram => describe_histogram!(*name, *unit, *meaning),
        }
    }
    Ok(handle)
}

/// Begins to listen. What is counted before is not.
pub fn listen(version: &'static str, commit: &'static str) {
    handle();
    gauge!(BUILD, "version" => version, "commit" => commit).set(1.0);
}

/// Everything counted so far, in Prometheus' text format.
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Sorts what was measured into its buckets every few seconds: without it, samples that nobody
/// scrapes would pile up.
pub async fn tidy() {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        if let Some(handle) = handle() {
            handle.run_upkeep();
        }
    }
}

pub fn http_request(method: &http::Method, route: &str, status: u16, took: Duration) {
    let method = match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => {
            known.to_owned()
        }
        // A method may be any word that somebody makes up.
        _ => "other".to_owned(),
    };
    counter!(HTTP, "method" => method.clone(), "route" => route.to_owned(),
        "status" => status.to_string())
    .increment(1);
    histogram!(HTTP_TIME, "method" => method, "route" => route.to_owned()).record(took);
}

/// A request refused by a limit; `limit` is its name, never who met it.
pub fn rate_limited(limit: &'static str) {
    counter!(LIMITED, "limit" => limit).increment(1);
}

/// `endpoint` is a template without ids and query; `status` the answer's, or what became of the
/// call in its place.
pub fn platform_call(platform: &str, endpoint: &str, status: &str, took: Duration) {
    let (platform, endpoint) = (platform.to_owned(), endpoint.to_owned());
    counter!(CALLS, "platform" => platform.clone(), "endpoint" => endpoint.clone(),
        "status" => status.to_owned())
    .increment(1);
    histogram!(CALL_TIME, "platform" => platform, "endpoint" => endpoint).record(took);
}

/// `kind` is what the answer means.
pub fn platform_failure(platform: &str, endpoint: &str, kind: &'static str) {
    counter!(FAILURES, "platform" => platform.to_owned(), "endpoint" => endpoint.to_owned(),
        "kind" => kind)
    .increment(1);
}

/// A platform's circuit breaker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Breaker {
    Closed,
    HalfOpen,
    Open,
}

pub fn breaker(platform: &str, state: Breaker) {
    let level = match state {
        Breaker::Closed => 0.0,
        Breaker::HalfOpen => 1.0,
        Breaker::Open => 2.0,
    };
    gauge!(BREAKER, "platform" => platform.to_owned()).set(level);
}

/// How far a connection has got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Started,
    Returned,
    Exchanged,
    Connected,
}

impl Step {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Returned => "returned",
            Self::Exchanged => "exchanged",
            Self::Connected => "connected",
        }
    }
}

pub fn oauth_step(platform: &str, step: Step) {
    counter!(OAUTH, "platform" => platform.to_owned(), "step" => step.as_str()).increment(1);
}

/// A connection that came to nothing; `reason` is one of the error's own few names.
pub fn oauth_failed(platform: &str, reason: &'static str) {
    counter!(OAUTH_FAILED, "platform" => platform.to_owned(), "reason" => reason).increment(1);
}

/// What came of a refresh.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refresh {
    Renewed,
    /// Somebody else had stored a newer pair.
    Superseded,
    Transient,
    Permanent,
    Configuration,
}

impl Refresh {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Superseded => "superseded",
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Configuration => "configuration",
        }
    }
}

pub fn refreshed(platform: &str, outcome: Refresh, took: Duration) {
    counter!(REFRESHES, "platform" => platform.to_owned(), "outcome" => outcome.as_str())
        .increment(1);
    histogram!(REFRESH_TIME, "platform" => platform.to_owned()).record(took);
}

/// How long a rotated token existed in this process only.
pub fn answer_durable(platform: &str, took: Duration) {
    histogram!(PERSIST_TIME, "platform" => platform.to_owned()).record(took);
}

/// `table` is where it stands: one of our own few names.
pub fn unreadable(table: &'static str) {
    counter!(DECRYPTION_FAILURES, "table" => table).increment(1);
}

pub fn key_seals(seals: i64) {
    gauge!(KEY_SEALS).set(seals as f64);
}

pub fn accounts(platform: &str, status: &'static str, count: i64) {
    gauge!(ACCOUNTS, "platform" => platform.to_owned(), "status" => status).set(count as f64);
}

/// Without a token that ends there is nothing to tell.
pub fn seconds_to_expiry(platform: &str, seconds: Option<f64>) {
    gauge!(EXPIRY, "platform" => platform.to_owned()).set(seconds.unwrap_or(f64::NAN));
}

pub fn jobs(state: &'static str, count: i64) {
    gauge!(JOBS, "state" => state).set(count as f64);
}

pub fn oldest_job(waiting: Duration) {
    gauge!(JOB_AGE).set(waiting);
}

/// What came of one run of a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobEnd {
    Done,
    Retried,
    Dead,
}

impl JobEnd {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retried => "retried",
            Self::Dead => "dead",
        }
    }
}

/// `kind` is one of the jobs that this version knows or another one wrote.
pub fn job(kind: &str, end: JobEnd, took: Duration) {
    counter!(JOBS_DONE, "job" => kind.to_owned(), "outcome" => end.as_str()).increment(1);
    histogram!(JOB_TIME, "job" => kind.to_owned()).record(took);
}

pub fn notice(kind: &'static str) {
    counter!(NOTICES, "kind" => kind).increment(1);
}

pub fn mail(sent: bool) {
    counter!(EMAILS, "outcome" => if sent { "sent" } else { "failed" }).increment(1);
}
