//! Pages, server functions and the site's files.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use leptos::prelude::*;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list, handle_server_fns_with_context,
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::context::{Asking, Correlation};
use super::cookies::Reader;
use super::guard::LARGEST_BODY;
use super::{App, cookies, forms};
use crate::app;
use crate::error::AppError;
use crate::model::Flash;
use crate::server::Backend;

/// The pages of `app.rs`, their server functions below `/fn`, and everything else from the site's
/// folder.
pub fn routes(app: &App) -> Router<App> {
    let context = {
        let backend = app.backend.clone();
        move || provide(&backend)
    };
    let shell = {
        let options = app.leptos.clone();
        move || app::shell(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(app, generate_route_list(app::App), context.clone(), shell)
        .layer(from_fn_with_state(app.clone(), gate))
        .route("/fn/{*name}", axum::routing::any(server_function))
        .layer(from_fn_with_state(app.clone(), fit))
        .fallback(file_or_not_found)
}

fn provide(backend: &Backend) {
    provide_context(backend.clone());
    if let (Some(nonce), Some(response)) =
        (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
    {
        response.insert_header(CONTENT_SECURITY_POLICY, policy(&nonce.to_string()));
    }
}

/// Scripts only with this answer's nonce; forms only to ourselves (RFC 9700 knows why consent pages
/// must not be framed, nor ours).
fn policy(nonce: &str) -> HeaderValue {
    // cargo-leptos' reload socket, in development only.
    let development =
        if cfg!(debug_assertions) { " ws://127.0.0.1:3001 ws://localhost:3001" } else { "" };
    let text = format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         connect-src 'self'{development}; \
         img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self'"
    );
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

async fn server_function(State(app): State<App>, request: Request) -> Response {
    let backend = app.backend.clone();
    handle_server_fns_with_context(move || provide_context(backend.clone()), request)
        .await
        .into_response()
}

/// Around the server functions: what leptos answers by itself is answered as everything else is.
async fn fit(State(app): State<App>, request: Request, next: Next) -> Response {
    let correlation = Correlation::of(&request);
    let back = forms::came_from(&app.backend, request.headers());
    let reader = Reader::of(&app.backend, request.headers());
    let response = next.run(request).await;
    let by_leptos = response.status().is_redirection()
        || response.status() == StatusCode::INTERNAL_SERVER_ERROR;
    if response.headers().contains_key(SERVER_FN_ERROR_HEADER) && by_leptos {
        return misfit(&app.backend, &correlation, &back, reader, response).await;
    }
    response
}

/// A form that does not fit its function is answered by leptos itself: with 500, or, where no
/// script sent it, with a redirect to whatever its `Referer` says. Nothing has broken down here,
/// and people stay with us.
async fn misfit(
    backend: &Backend,
    correlation: &Correlation,
    back: &str,
    reader: Reader,
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
    (status, Json(error)).into_response()
}

fn to_header(path: &str) -> HeaderValue {
    HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"))
}

/// Before a page: people without a session go to the log-in and come back; a flash is read and
/// taken away.
async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let logged_in =
        request.extensions().get::<Asking>().is_some_and(|asking| asking.maybe().is_some());
    let needs_login = path == "/"
        || ["/integrations", "/settings", "/operations", "/notices"]
            .iter()
            .any(|place| path.starts_with(place));
    if needs_login && !logged_in {
        let here = request.uri().path_and_query().map_or("/", |p| p.as_str());
        let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
        let target = if path == "/" { "/login".to_owned() } else { format!("/login?next={next}") };
        return (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response();
    }
    if logged_in && (path == "/login" || path == "/register") {
        return (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response();
    }
    let flash = if is_document(&request) {
        cookies::read_flash(&app.backend, request.headers())
    } else {
        None
    };
    let taken = flash.is_some();
    request.extensions_mut().insert(flash.unwrap_or_default());
    let mut response = next.run(request).await;
    if taken {
        response.headers_mut().append(SET_COOKIE, cookies::no_flash(&app.backend));
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

/// Files are named by their content, so they never change; they were compressed when they were
/// built.
async fn file_or_not_found(State(app): State<App>, uri: Uri, request: Request) -> Response {
    let files = ServeDir::new(app.leptos.site_root.as_ref())
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let asking = request.extensions().get::<Asking>().cloned().unwrap_or(Asking(Ok(None)));
    let Ok(found) = files.oneshot(request.map(|_| Body::empty())).await;
    if found.status() == StatusCode::NOT_FOUND || found.status() == StatusCode::METHOD_NOT_ALLOWED {
        return not_found(app, asking, uri).await;
    }
    let mut response = found.into_response();
    let caching = if uri.path().starts_with("/pkg/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// The page for an address that is none: rendered by the app like any other.
async fn not_found(app: App, asking: Asking, uri: Uri) -> Response {
    let mut request = axum::http::Request::new(Body::empty());
    *request.uri_mut() = uri;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/html"));
    request.extensions_mut().insert(asking);
    request.extensions_mut().insert(Flash::default());
    let backend = app.backend.clone();
    let options = app.leptos.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || provide(&backend),
        move || app::shell(options.clone()),
    );
    let mut response = render(request).await.into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
