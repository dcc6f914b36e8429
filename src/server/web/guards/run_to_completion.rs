//! A request that changes something goes on when its peer is gone. The server drops what it does
//! for a connection that closes, at whatever await it stands: a code would be exchanged and its
//! token stored nowhere. So the work has a task of its own, and a stop waits for it.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::super::kit::refusal::ResponseFormat;
use crate::error::AppError;
use crate::server::{Backend, request_context};

/// Around every route: for what changes something by its method.
pub async fn changes_run_to_completion(
    State(backend): State<Backend>,
    request: Request,
    next: Next,
) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => next.run(request).await,
        _ => run_to_completion(State(backend), request, next).await,
    }
}

/// For a route that changes something although it is only asked for.
pub async fn run_to_completion(
    State(backend): State<Backend>,
    request: Request,
    next: Next,
) -> Response {
    let format = ResponseFormat::by(&request);
    let work =
        request_context::scope(request_context::current(), next.run(request)).in_current_span();
    match backend.requests.spawn(work).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!("request aborted: {error}");
            format.refuse(&backend, AppError::internal())
        }
    }
}
