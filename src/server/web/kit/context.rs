//! What every request carries: a correlation id, and who is asking.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request};
use axum::http::header::HeaderName;

use crate::error::AppError;
use crate::server::identity::Actor;
use crate::server::request_context;

pub static CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

/// Finds the log lines of one request; shown to people as their reference: "7F3K-92QD".
#[derive(Clone, Debug)]
pub struct Correlation(pub String);

impl Correlation {
    /// The one of this request: a guard stands around every route.
    pub fn of(request: &Request) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_else(|| Self(request_context::new_reference()))
    }
}

/// Who is asking: told once for a request. The error is kept for the handler that needs somebody.
#[derive(Clone, Debug)]
pub struct Identity(pub Result<Option<Arc<Actor>>, AppError>);

impl Identity {
    pub fn actor(&self) -> Result<&Actor, AppError> {
        match &self.0 {
            Ok(Some(actor)) => Ok(actor),
            Ok(None) => Err(AppError::unauthorized()),
            Err(error) => Err(error.clone()),
        }
    }

    pub fn maybe(&self) -> Option<&Actor> {
        self.0.as_ref().ok().and_then(Option::as_deref)
    }
}

/// The path that was asked for: inside a door the router has taken the door's own part away.
pub fn path_of(request: &Request) -> &str {
    let original = request.extensions().get::<OriginalUri>();
    original.map_or_else(|| request.uri().path(), |OriginalUri(uri)| uri.path())
}
