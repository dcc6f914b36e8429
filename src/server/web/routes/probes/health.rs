//! Whether this process answers, and what it stands on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::Backend;
use crate::server::health::{self, Mail, Part, Queue, Report};

/// Set by build.rs, or by the environment of the build.
pub const COMMIT: &str = match option_env!("HUNTAZE_COMMIT") {
    Some(commit) => commit,
    None => "development",
};

/// The process answers.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "status": "ok", "time": "2026-11-21T03:32:37.484Z", "version": "0.1.0",
    "commit": "5db1d07" }))]
pub struct Alive {
    /// `ok`, `degraded` or `down`.
    status: &'static str,
    #[schema(format = DateTime)]
    time: String,
    version: &'static str,
    commit: &'static str,
}

/// What it stands on.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "status": "degraded", "time": "2026-11-21T03:32:37.484Z", "version": "0.1.0",
        "commit": "5db1d07",
    "checks": {
        "database": { "status": "ok", "latencyMs": 0.31 },
        "redis": { "status": "silent", "meaning": "Each process limits by its own counts." },
        "queue": { "status": "ok", "due": 2, "running": 1, "dead": 0, "oldestDueSeconds": 0 },
        "mail": { "status": "ok", "mode": "smtp", "lastSentAt": "2026-11-21T03:30:12.006Z" }
    }
}))]
pub struct Detailed {
    #[serde(flatten)]
    alive: Alive,
    checks: Checks,
}

#[derive(Serialize, ToSchema)]
struct Checks {
    database: Check,
    redis: Check,
    queue: Jobs,
    mail: Post,
}

#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Jobs {
    /// `ok`, `behind` when a due job has waited for five minutes, or `silent`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<i64>,
    /// Given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    dead: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_due_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Post {
    /// `ok`, `failing` when the last one was not sent, or `silent`.
    status: &'static str,
    /// `smtp`, or `files` where no mail server is set.
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_sent_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_failed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Check {
    /// `ok`, `silent` or `off`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<f64>,
    /// What its silence means.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
}

/// `GET /health`: no database, no platform, well under 100 ms.
#[utoipa::path(
    get,
    path = "/health",
    tag = "Server",
    summary = "Liveness",
    description = "The process answers. It asks neither the database nor a platform, and answers \
        under any host name.",
    responses((status = 200, description = "It does", body = Alive)),
    security(())
)]
pub async fn health(State(backend): State<Backend>) -> Json<Alive> {
    Json(alive("ok", backend.clock.now()))
}

/// `GET /health/detailed`: asked for at most every 30 seconds. Anybody may read it, so it tells
/// words, figures and times, and neither hosts nor what somebody else's server said.
#[utoipa::path(
    get,
    path = "/health/detailed",
    tag = "Server",
    summary = "Readiness",
    description = "What the process stands on, at most 30 seconds old and within half a second. \
        `degraded`: people are served, but not as well.",
    responses(
        (status = 200, description = "It can work", body = Detailed),
        (status = 503, description = "It can't: the database is \
            silent", body = Detailed, example = json!({
            "status": "down", "time": "2026-11-21T03:32:37.484Z", "version": "0.1.0",
                "commit": "5db1d07",
            "checks": {
                "database": { "status": "silent", "meaning": "Nothing works without \
                 it." }, "redis": { "status": "off" },
                "queue": { "status": "silent" }, "mail": { "status": "silent", "mode": "smtp" }
            }
        })),
    ),
    security(())
)]
pub async fn detailed(State(backend): State<Backend>) -> Response {
    let report = health::report(&backend).await;
    let (status, word) = match report {
        Report { database: Part::Silent, .. } => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        report if is_degraded(&report) => (StatusCode::OK, "degraded"),
        _ => (StatusCode::OK, "ok"),
    };
    let checks = Checks {
        database: check(report.database, "Nothing works without it."),
        redis: check(report.redis, "Each process limits by its own counts."),
        queue: queue(report.queue),
        mail: mail(backend.mailer.mode(), report.mail),
    };
    (status, Json(Detailed { alive: alive(word, report.at), checks })).into_response()
}

/// Without Redis, mail or somebody who does the jobs, people are served, but not as well.
fn is_degraded(report: &Report) -> bool {
    report.redis == Part::Silent
        || report.queue.is_none_or(|queue| queue.is_behind())
        || report.mail.is_none_or(|mail| mail.is_failing())
}

fn alive(status: &'static str, at: DateTime<Utc>) -> Alive {
    Alive { status, time: time(at), version: env!("CARGO_PKG_VERSION"), commit: COMMIT }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `without`: what its silence means.
fn check(part: Part, without: &'static str) -> Check {
    match part {
        Part::Off => Check { status: "off", latency_ms: None, meaning: None },
        Part::Answers { within } => {
            Check { status: "ok", latency_ms: Some(within.as_secs_f64() * 1000.0), meaning: None }
        }
        Part::Silent => Check { status: "silent", latency_ms: None, meaning: Some(without) },
    }
}

fn queue(queue: Option<Queue>) -> Jobs {
    let Some(queue) = queue else { return Jobs { status: "silent", ..Jobs::default() } };
    let idle = "Nobody does the jobs: accounts are not renewed and mails not sent.";
    Jobs {
        status: if queue.is_behind() { "behind" } else { "ok" },
        due: Some(queue.due),
        running: Some(queue.running),
        dead: Some(queue.dead),
        oldest_due_seconds: Some(queue.waiting.num_seconds()),
        meaning: queue.is_behind().then_some(idle),
    }
}

fn mail(mode: &'static str, mail: Option<Mail>) -> Post {
    let Some(mail) = mail else {
        return Post {
            status: "silent",
            mode,
            last_sent_at: None,
            last_failed_at: None,
            meaning: None,
        };
    };
    let (status, meaning) = if mail.is_failing() {
        ("failing", Some("The last mail could not be sent and is tried again."))
    } else {
        ("ok", None)
    };
    Post {
        status,
        mode,
        last_sent_at: mail.sent_at.map(time),
        last_failed_at: mail.failed_at.map(time),
        meaning,
    }
}
