//! One line and one count for every answer.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

use crate::server::metrics;

/// Probes, scrapes and files come by the thousand and tell nothing.
const QUIET: [&str; 4] = ["/health", "/metrics", "/pkg/{*file}", "/icons.svg"];

/// Counts and logs every answer under its route's template.
pub async fn measure(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = route(&request);
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    metrics::http_request(&method, &route, status, took);
    let latency_ms = took.as_millis() as u64;
    if QUIET.contains(&route.as_str()) && status < 500 {
        tracing::debug!(route, status, latency_ms, "request completed");
    } else {
        tracing::info!(route, status, latency_ms, "request completed");
    }
    response
}

fn route(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "none".to_owned(),
    }
}
