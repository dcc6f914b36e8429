//! A refusal at the door, in the format that the caller asked for: a page, a form's message, a
//! server function's error or the envelope.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE,
};
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
    reader: Reader,
}

enum Reader {
    /// A browser that opens a page.
    Page,
    /// A browser without scripts that sent a form: where it came from, and whose it is.
    Form(HeaderMap),
    /// Our code in the browser.
    Script,
    /// A program.
    Rest,
}

impl ResponseFormat {
    pub fn by(request: &Request) -> Self {
        let reader = match (forms::wants_html(request.headers()), request.method()) {
            (true, &Method::GET) => Reader::Page,
            (true, _) => Reader::Form(form_headers(request.headers())),
            (false, _) if path_of(request).starts_with("/api/") => Reader::Rest,
            (false, _) => Reader::Script,
        };
        Self { correlation: Correlation::of(request), reader }
    }

    pub fn refuse(self, backend: &Backend, mut error: AppError) -> Response {
        error.reference.clone_from(&self.correlation.0);
        let status =
            StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self.reader {
            Reader::Page => page(status, &error),
            Reader::Form(headers) => {
                let back = forms::came_from(backend, &headers);
                let location = HeaderValue::try_from(back).unwrap_or(HeaderValue::from_static("/"));
                let flash = Flash { toast: Some(error.toast()), ..Flash::default() };
                let cookie = cookies::flash(backend, FlashAudience::of(backend, &headers), &flash);
                (StatusCode::SEE_OTHER, [(LOCATION, location), (SET_COOKIE, cookie)])
                    .into_response()
            }
            Reader::Rest => envelope::refused(&self.correlation, error),
            Reader::Script => (status, Json(error)).into_response(),
        }
    }
}

/// What an answer to a form goes by.
fn form_headers(headers: &HeaderMap) -> HeaderMap {
    [COOKIE, REFERER]
        .into_iter()
        .flat_map(|name| {
            headers.get_all(&name).iter().map(move |value| (name.clone(), value.clone()))
        })
        .collect()
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
