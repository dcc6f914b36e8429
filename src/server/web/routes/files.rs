//! The site's files: what cargo-leptos built, and the icon.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::server::web::guards::for_files;
use crate::server::web::kit::App;

/// Named by their content, so they never change.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Known by a name that stays.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

pub fn door(app: &App) -> Router<App> {
    let named_by_content = |app, request| file(app, request, IMMUTABLE);
    let known = |app, request| file(app, request, AN_HOUR);
    let files = Router::new()
        .route("/pkg/{*file}", get(named_by_content))
        .route("/favicon.svg", get(known));
    for_files(app, files)
}

/// They were compressed when they were built.
async fn file(State(app): State<App>, request: Request, caching: HeaderValue) -> Response {
    let files = ServeDir::new(app.leptos.site_root.as_ref())
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let Ok(found) = files.oneshot(request.map(|_| Body::empty())).await;
    if found.status() == StatusCode::NOT_FOUND {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = found.into_response();
    response.headers_mut().insert(CACHE_CONTROL, caching);
    response
}
