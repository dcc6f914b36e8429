//! The headers of every answer.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::super::kit::App;

const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The headers of every answer (requirement S8). Pages add their own CSP with a nonce.
pub async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // `no-referrer` makes browsers send `Origin: null` with our own forms; only the pages that see
    // codes have it.
    let referrer = if path.starts_with("/api/") || path.starts_with("/integrations/choose") {
        "no-referrer"
    } else {
        "same-origin"
    };
    let is_page = request.headers().get(DEST).is_some_and(|dest| dest == "document");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    if app.backend.public_url.is_https() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if !headers.contains_key(CACHE_CONTROL) {
        // Pages of a person: kept for the back button only, and by nobody in between.
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static(if is_page { "private, no-cache" } else { "no-store" }),
        );
    }
    response
}
