//! What every request carries: a correlation id, and who is asking.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::http::header::HeaderName;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::{App, rest};
use crate::error::AppError;
use crate::server::domain;
use crate::server::origin::{self, Origin};
use crate::server::session::{self, Actor};

pub static CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

/// Finds the log lines of one request; shown to people as their reference: "7F3K-92QD".
#[derive(Clone, Debug)]
pub struct Correlation(pub String);

impl Correlation {
    /// The one of this request: [`correlate`] stands around every route.
    pub fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| Self(origin::new_reference()))
    }
}

/// Who is asking: told once for a request. The error is kept for the handler that needs somebody.
#[derive(Clone, Debug)]
pub struct Asking(pub Result<Option<Actor>, AppError>);

impl Asking {
    pub fn actor(&self) -> Result<&Actor, AppError> {
        match &self.0 {
            Ok(Some(actor)) => Ok(actor),
            Ok(None) => Err(AppError::unauthorized()),
            Err(error) => Err(error.clone()),
        }
    }

    pub fn maybe(&self) -> Option<&Actor> {
        self.0.as_ref().ok().and_then(Option::as_ref)
    }
}

/// Gives the request its id, its origin and its log line, and the answer the same id.
pub async fn correlate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let correlation = Correlation(origin::new_reference());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // The path without its query: codes and states arrive there.
    let span = tracing::info_span!("request", %method, path);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let origin = Origin::of_request(
        &correlation.0,
        peer,
        request.headers(),
        &app.backend.config.server.trusted_proxies,
    );
    request.extensions_mut().insert(correlation.clone());
    let mut response = origin::scope(origin, next.run(request)).instrument(span).await;
    if let Ok(value) = HeaderValue::try_from(&correlation.0) {
        response.headers_mut().insert(CORRELATION.clone(), value);
    }
    response
}

/// Finds out who is asking, for everything but files.
pub async fn attach(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let correlation = Correlation::of(&request);
    let is_file = request.uri().path().starts_with("/pkg/");
    let asking = if is_file {
        Asking(Ok(None))
    } else {
        Asking(
            session::identify(&app.backend, request.headers())
                .await
                .map_err(|error: domain::Error| error.told(&correlation.0)),
        )
    };
    // A bearer token that is not good is answered at once: it never falls back to the cookie.
    if let (Err(error), true) = (&asking.0, request.uri().path().starts_with("/api/")) {
        return rest::envelope::failure(error);
    }
    request.extensions_mut().insert(asking);
    next.run(request).await
}
