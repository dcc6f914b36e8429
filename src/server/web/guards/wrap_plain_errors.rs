//! What axum refuses by itself is answered in our words.

use axum::Extension;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::Response;

use super::super::kit::context::Correlation;
use super::super::kit::envelope::refused;
use crate::error::{AppError, Kind};

/// What axum refuses by itself, such as an address that is no UTF-8, gets the envelope too.
pub async fn wrap_plain_errors(
    Extension(correlation): Extension<Correlation>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let is_plain = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !response.status().is_client_error() || !is_plain {
        return response;
    }
    refused(
        &correlation,
        AppError::new(
            Kind::BadRequest,
            "This request is malformed.",
            "Check its address and its headers.",
        ),
    )
}
