//! The site's files, and the page for an address that is none.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::provide;
use crate::app;
use crate::model::Flash;
use crate::server::web::kit::App;
use crate::server::web::kit::context::Identity;

/// Files are named by their content, so they never change; they were compressed when they were
/// built.
pub async fn file_or_not_found(State(app): State<App>, uri: Uri, request: Request) -> Response {
    let files = ServeDir::new(app.leptos.site_root.as_ref())
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let asking = request.extensions().get::<Identity>().cloned().unwrap_or(Identity(Ok(None)));
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
async fn not_found(app: App, asking: Identity, uri: Uri) -> Response {
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
