//! Gives every request its correlation id, its origin and its log line.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::super::kit::App;
use super::super::kit::context::{CORRELATION, Correlation};
use crate::server::request_context::{self, RequestContext};

/// Gives the request its id, its origin and its log line, and the answer the same id.
pub async fn correlate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let correlation = Correlation(request_context::new_reference());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // The path without its query: codes and states arrive there.
    let span = tracing::info_span!("request", %method, path);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let context = RequestContext::of_request(
        &correlation.0,
        app.backend.clock.now(),
        peer,
        request.headers(),
        &app.backend.config.server.trusted_proxies,
    );
    request.extensions_mut().insert(correlation.clone());
    // For guards that a route declares, and that know nothing else of the app.
    request.extensions_mut().insert(app.backend.clone());
    let mut response = request_context::scope(context, next.run(request)).instrument(span).await;
    if let Ok(value) = HeaderValue::try_from(&correlation.0) {
        response.headers_mut().insert(CORRELATION.clone(), value);
    }
    response
}
