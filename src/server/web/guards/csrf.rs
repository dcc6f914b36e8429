//! Requests that another site makes a browser send.

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use super::super::kit::context::Correlation;
use super::super::kit::{App, envelope};
use crate::error::{AppError, Kind};
use crate::server::public_url::PublicUrl;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Cross-site request forgery: a browser says where a request comes from. One that changes state
/// has to come from ourselves. Requests without any of these headers are not a browser's; bearer
/// requests carry nothing that a browser adds.
pub async fn csrf(State(app): State<App>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // No browser can be made to send this from another site; it may be made to send `Basic`.
    let by_bearer = request
        .headers()
        .get(AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"Bearer "));
    if changes && !by_bearer && !is_ours(request.headers(), &app.backend.public_url) {
        let error = AppError::new(
            Kind::Forbidden,
            "This request came from another site.",
            "Nothing was changed. Open Huntaze and do it there.",
        );
        return envelope::refused(&Correlation::of(&request), error);
    }
    next.run(request).await
}

fn is_ours(headers: &HeaderMap, public: &PublicUrl) -> bool {
    if let Some(site) = headers.get(SITE) {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    match headers.get(ORIGIN) {
        Some(origin) => origin
            .to_str()
            .ok()
            .and_then(|text| Url::parse(text).ok())
            .is_some_and(|url| public.is_origin_of(&url)),
        None => true,
    }
}
