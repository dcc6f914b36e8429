//! The site's files: what cargo-leptos built, and what browsers and visitors ask for by a name that
//! is known everywhere, such as an icon.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
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

/// What stands in `public/`.
const KNOWN: [&str; 8] = [
    "/favicon.ico",
    "/favicon.svg",
    "/apple-touch-icon.png",
    "/icon-192.png",
    "/icon-512.png",
    "/preview.png",
    "/robots.txt",
    "/site.webmanifest",
];
/// Where a password manager sends people who want another password (W3C, "A Well-Known URL for
/// Changing Passwords").
const CHANGE_PASSWORD: (&str, &str) = ("/.well-known/change-password", "/settings");

pub fn door(app: &App) -> Router<App> {
    let named_by_content = |app, request| file(app, request, IMMUTABLE);
    let known = |app, request| file(app, request, AN_HOUR);
    let (well_known, settings) = CHANGE_PASSWORD;
    let files = Router::new()
        .route("/pkg/{*file}", get(named_by_content))
        // Pages ask for it with what it is now behind its name.
        .route("/icons.svg", get(named_by_content))
        .route(well_known, get(async move || (StatusCode::FOUND, [(LOCATION, settings)])));
    let files = KNOWN.iter().fold(files, |files, path| files.route(path, get(known)));
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
