//! Finds out who is asking, once for a request.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::super::kit::context::{Correlation, Identity};
use super::super::kit::refusal::ResponseFormat;
use super::super::kit::{App, envelope};
use crate::error::AppError;
use crate::server::Backend;
use crate::server::request_context::{self, RequestContext};
use crate::server::{domain, identity};

/// Puts who is asking beside the request.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let correlation = Correlation::of(&request);
    let asking = Identity(
        identity::identify(&app.backend, request.headers())
            .await
            .map(|actor| actor.map(Arc::new))
            .map_err(|error: domain::Error| error.into_app_error(&correlation.0)),
    );
    // A bearer token that is not good is answered at once: it never falls back to the cookie.
    if let (Err(error), true) = (&asking.0, request.uri().path().starts_with("/api/")) {
        return envelope::failure(error);
    }
    let Some(time_zone) = asking.maybe().map(|actor| actor.time_zone.clone()) else {
        request.extensions_mut().insert(asking);
        return next.run(request).await;
    };
    request.extensions_mut().insert(asking);
    request_context::scope(
        RequestContext { time_zone, ..request_context::current() },
        next.run(request),
    )
    .await
}

/// For a route that is for people who are logged in.
pub async fn require_login(backend: Backend, request: Request, next: Next) -> Response {
    let asking = request.extensions().get::<Identity>().map(Identity::actor);
    match asking.unwrap_or_else(|| Err(AppError::unauthorized())) {
        Ok(_) => next.run(request).await,
        Err(error) => ResponseFormat::by(&request).refuse(&backend, error),
    }
}
