//! Whether this process answers.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::server::Backend;

/// Set by the release build.
pub const COMMIT: &str = match option_env!("HUNTAZE_COMMIT") {
    Some(commit) => commit,
    None => "development",
};

/// `GET /health`: no database, no platform, well under 100 ms.
pub async fn health(State(backend): State<Backend>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "time": backend.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "version": env!("CARGO_PKG_VERSION"),
        "commit": COMMIT,
    }))
}
