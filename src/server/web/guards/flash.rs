//! The flash: what a form's answer has to say on the page after it.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::Response;

use super::super::kit::cookies;
use crate::server::Backend;

/// Before a page: its flash is read, and taken away once a page has shown it.
pub async fn take_flash(
    State(backend): State<Backend>,
    mut request: Request,
    next: Next,
) -> Response {
    let flash =
        is_document(&request).then(|| cookies::read_flash(&backend, request.headers())).flatten();
    let found = flash.is_some();
    request.extensions_mut().insert(flash.unwrap_or_default());
    let mut response = next.run(request).await;
    if found && !response.status().is_redirection() {
        response.headers_mut().append(SET_COOKIE, cookies::no_flash(&backend));
    }
    response
}

/// Only a document takes the flash; a prefetch, a revalidation or the next form must leave it for
/// the page the person sees.
fn is_document(request: &Request) -> bool {
    let header = |name: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    request.method() == Method::GET
        && matches!(header("sec-fetch-dest"), "document" | "")
        && !header("sec-purpose").contains("prefetch")
}
