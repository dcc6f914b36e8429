//! Whether this process answers, and what it stands on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::Backend;
use crate::server::health::{self, Part};

/// Set by the release build.
pub const COMMIT: &str = match option_env!("HUNTAZE_COMMIT") {
    Some(commit) => commit,
    None => "development",
};

/// The process answers.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "status": "ok", "time": "2026-11-21T03:32:37.484Z", "version": "0.1.0", "commit": "5db1d07" }))]
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
    "status": "degraded", "time": "2026-11-21T03:32:37.484Z", "version": "0.1.0", "commit": "5db1d07",
    "checks": {
        "database": { "status": "ok", "latencyMs": 0.31 },
        "redis": { "status": "silent", "meaning": "Each process limits by its own counts." }
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
    description = "The process answers. It asks neither the database nor a platform, and answers under any host name.",
    responses((status = 200, description = "It does", body = Alive)),
    security(())
)]
pub async fn health(State(backend): State<Backend>) -> Json<Alive> {
    Json(alive("ok", backend.clock.now()))
}

/// `GET /health/detailed`: asked for at most every 30 seconds. Without the database nothing works; without Redis everything does.
#[utoipa::path(
    get,
    path = "/health/detailed",
    tag = "Server",
    summary = "Readiness",
    description = "What the process stands on, at most 30 seconds old. `degraded`: something is silent, and everything works all the same.",
    responses(
        (status = 200, description = "It can work", body = Detailed),
        (status = 503, description = "It can't: the database is silent", body = Detailed, example = json!({
            "status": "down", "time": "2026-11-21T03:32:37.484Z", "version": "0.1.0", "commit": "5db1d07",
            "checks": { "database": { "status": "silent", "meaning": "Nothing works without it." }, "redis": { "status": "off" } }
        })),
    ),
    security(())
)]
pub async fn detailed(State(backend): State<Backend>) -> Response {
    let report = health::report(&backend).await;
    let (status, word) = match (report.database, report.redis) {
        (Part::Silent, _) => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        (_, Part::Silent) => (StatusCode::OK, "degraded"),
        _ => (StatusCode::OK, "ok"),
    };
    let checks = Checks {
        database: check(report.database, "Nothing works without it."),
        redis: check(report.redis, "Each process limits by its own counts."),
    };
    (status, Json(Detailed { alive: alive(word, report.at), checks })).into_response()
}

fn alive(status: &'static str, at: DateTime<Utc>) -> Alive {
    let time = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    Alive { status, time, version: env!("CARGO_PKG_VERSION"), commit: COMMIT }
}

/// `without`: what its silence means.
fn check(part: Part, without: &'static str) -> Check {
    match part {
        Part::Off => Check { status: "off", latency_ms: None, meaning: None },
        Part::Answers { within } => Check { status: "ok", latency_ms: Some(within.as_secs_f64() * 1000.0), meaning: None },
        Part::Silent => Check { status: "silent", latency_ms: None, meaning: Some(without) },
    }
}
