//! Where the counts are read.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, FORWARDED, HOST, HeaderName, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use crate::server::domain::gauges;
use crate::server::identity::hash;
use crate::server::web::guards::is_loopback;
use crate::server::{Backend, metrics};

/// What proxies add. A request that went through one does not come from this machine.
const BY_PROXY: [HeaderName; 3] =
    [FORWARDED, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip")];

const NOT_YOURS: &str = "Metrics are for the people who run this server: send `Authorization: \
    Bearer` with server.metrics_token.\n";

/// `GET /metrics`: for whoever has the token, or, where none is set, for this machine.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Server",
    summary = "Counters",
    description = "In Prometheus' text format, each with its `# HELP`. For whoever has \
        `server.metrics_token`, or, where none is set, for this \
                   machine.",
    responses(
        (status = 200, description = "The \
            counters", body = String, content_type = "text/plain",
                example = json!("huntaze_jobs{state=\"due\"} 0\n")),
        (status = 401, description = "Not for whoever \
            asks", body = String, content_type = "text/plain", example = json!(NOT_YOURS))
    ),
    security(("operators" = []), ())
)]
pub async fn metrics(
    State(backend): State<Backend>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let peer = peer.map(|axum::Extension(ConnectInfo(peer))| peer);
    let allowed = match &backend.config.server.metrics_token {
        Some(token) => has_token(&headers, token.expose_secret()),
        None => is_this_machine(peer, &headers),
    };
    if !allowed {
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], NOT_YOURS)
            .into_response();
    }
    if let Err(error) = gauges::collect(&backend).await {
        // The counters are worth having when the database is not.
        tracing::warn!("could not read gauges: {error}");
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render())
        .into_response()
}

/// Hashes are compared, so that the time it takes tells nothing of the token.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let told = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.strip_prefix("Bearer "));
    told.is_some_and(|told| hash(told) == hash(token))
}

/// The other end is on this machine, asks for it by a loopback name (no page elsewhere can make a
/// browser say so of another machine: DNS rebinding), and is no proxy that speaks for others.
fn is_this_machine(peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    let by_loopback = || {
        let host = headers.get(HOST).and_then(|value| value.to_str().ok())?;
        let url = url::Url::parse(&format!("http://{host}")).ok()?;
        Some(is_loopback(&url))
    };
    peer.is_some_and(|peer| peer.ip().is_loopback())
        && by_loopback() == Some(true)
        && !BY_PROXY.iter().any(|name| headers.contains_key(name))
}
