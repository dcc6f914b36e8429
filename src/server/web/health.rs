//! Whether this process answers, and what it stands on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::server::Backend;
use crate::server::health::{self, Part};

/// Set by the release build.
pub const COMMIT: &str = match option_env!("HUNTAZE_COMMIT") {
    Some(commit) => commit,
    None => "development",
};

/// `GET /health`: no database, no platform, well under 100 ms.
pub async fn health(State(backend): State<Backend>) -> Json<Value> {
    Json(basic("ok", backend.clock.now()))
}

/// `GET /health/detailed`: asked for at most every 30 seconds. Without the database nothing works; without Redis everything does.
pub async fn detailed(State(backend): State<Backend>) -> Response {
    let report = health::report(&backend).await;
    let (status, word) = match (report.database, report.redis) {
        (Part::Silent, _) => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        (_, Part::Silent) => (StatusCode::OK, "degraded"),
        _ => (StatusCode::OK, "ok"),
    };
    let mut body = basic(word, report.at);
    body["checks"] = json!({
        "database": part(report.database, ""),
        "redis": part(report.redis, "Each process limits by its own counts."),
    });
    (status, Json(body)).into_response()
}

fn basic(status: &str, at: DateTime<Utc>) -> Value {
    json!({
        "status": status,
        "time": at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "version": env!("CARGO_PKG_VERSION"),
        "commit": COMMIT,
    })
}

/// `without`: what its silence means.
fn part(part: Part, without: &str) -> Value {
    match part {
        Part::Off => json!({ "status": "off" }),
        Part::Answers { within } => json!({ "status": "ok", "latencyMs": within.as_secs_f64() * 1000.0 }),
        Part::Silent => json!({ "status": "silent", "meaning": without }),
    }
}
