//! A refusal at the door, in the format that the caller asked for: a page, a form's message, a
//! server function's error or the envelope.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::context::{Correlation, path_of};
use super::cookies::FlashAudience;
use super::{cookies, envelope, forms};
use crate::error::AppError;
use crate::model::Flash;
use crate::server::Backend;

/// The format in which a request is refused; read before its body is.
pub struct ResponseFormat {
    correlation: Correlation,
    method: Method,
    headers: HeaderMap,
    is_rest: bool,
}

impl ResponseFormat {
    pub fn by(request: &Request) -> Self {
        Self {
            correlation: Correlation::of(request),
            method: request.method().clone(),
            headers: request.headers().clone(),
            is_rest: path_of(request).starts_with("/api/"),
        }
    }

    pub fn refuse(self, backend: &Backend, mut error: AppError) -> Response {
        error.reference.clone_from(&self.correlation.0);
        let status =
            StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match (forms::wants_html(&self.headers), self.method) {
            (true, Method::GET) => page(status, &error),
            (true, _) => {
                let back = forms::came_from(backend, &self.headers);
                let location = HeaderValue::try_from(back).unwrap_or(HeaderValue::from_static("/"));
                let flash = Flash { toast: Some(error.toast()), ..Flash::default() };
                let cookie =
                    cookies::flash(backend, FlashAudience::of(backend, &self.headers), &flash);
                (StatusCode::SEE_OTHER, [(LOCATION, location), (SET_COOKIE, cookie)])
                    .into_response()
            }
            (false, _) if self.is_rest => envelope::refused(&self.correlation, error),
            (false, _) => (status, Json(error)).into_response(),
        }
    }
}

/// A page that costs nothing. All of its words are ours.
fn page(status: StatusCode, error: &AppError) -> Response {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>A moment, please - \
         Huntaze</title></head>\
         <body><main><h1>A moment, please</h1><p>{} {}</p><p>Reference {}</p></main></body></html>",
        error.sentence, error.next, error.reference
    );
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        ),
    ];
    (status, headers, page).into_response()
}
