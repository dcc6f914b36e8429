//! The server functions behind the pages and their forms.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::handle_server_fns_with_context;

use crate::error::AppError;
use crate::model::Flash;
use crate::server::Backend;
use crate::server::web::kit::context::Correlation;
use crate::server::web::kit::cookies::{self, FlashAudience};
use crate::server::web::kit::{App, LARGEST_BODY, forms};

pub async fn server_function(State(app): State<App>, request: Request) -> Response {
    let backend = app.backend.clone();
    handle_server_fns_with_context(move || super::provide_state(&backend), request)
        .await
        .into_response()
}

/// Around the server functions: what leptos answers by itself is answered as everything else is.
pub async fn normalize_errors(State(app): State<App>, request: Request, next: Next) -> Response {
    let correlation = Correlation::of(&request);
    let back = forms::came_from(&app.backend, request.headers());
    let reader = FlashAudience::of(&app.backend, request.headers());
    let response = next.run(request).await;
    let by_leptos = response.status().is_redirection()
        || response.status() == StatusCode::INTERNAL_SERVER_ERROR;
    if response.headers().contains_key(SERVER_FN_ERROR_HEADER) && by_leptos {
        return normalize(&app.backend, &correlation, &back, reader, response).await;
    }
    response
}

/// A form that does not fit its function is answered by leptos itself: with 500, or, where no
/// script sent it, with a redirect to whatever its `Referer` says. Nothing has broken down here,
/// and people stay with us.
async fn normalize(
    backend: &Backend,
    correlation: &Correlation,
    back: &str,
    reader: FlashAudience,
    response: Response,
) -> Response {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let mut error = serde_json::from_slice(&body).unwrap_or_else(|_| AppError::internal());
    error.reference.clone_from(&correlation.0);
    if parts.status.is_redirection() {
        let flash = Flash { toast: Some(error.toast()), ..Flash::default() };
        return (
            StatusCode::SEE_OTHER,
            [(LOCATION, to_header(back)), (SET_COOKIE, cookies::flash(backend, reader, &flash))],
        )
            .into_response();
    }
    let status =
        StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = (status, Json(error)).into_response();
    // The function's own limit was told already.
    let limits = parts.headers.iter().filter(|(name, _)| name.as_str().starts_with("ratelimit-"));
    answer.headers_mut().extend(limits.map(|(name, value)| (name.clone(), value.clone())));
    answer
}

fn to_header(path: &str) -> HeaderValue {
    HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"))
}
