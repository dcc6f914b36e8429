//! What browsers open: pages, and the forms on them.

mod connect;
mod server_functions;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

use crate::app;
use crate::model::Flash;
use crate::server::Backend;
use crate::server::limits::Class;
use crate::server::web::guards::{Guarded, for_people, take_flash};
use crate::server::web::kit::context::Identity;
use crate::server::web::kit::{ApiReference, App};
use crate::server::web::routes::api::describe;

/// The pages of `app.rs`, their server functions below `/fn`, and the page for an address that is
/// none.
pub fn door(app: &App) -> Router<App> {
    let context = {
        let app = app.clone();
        move || provide(&app)
    };
    let shell = {
        let app = app.clone();
        move || app::shell(&app.leptos, &app.site)
    };
    let pages = Router::new()
        .leptos_routes_with_context(app, generate_route_list(app::App), context, shell)
        .layer(from_fn_with_state(app.clone(), take_flash))
        .route("/fn/{*name}", any(server_functions::server_function))
        .layer(from_fn_with_state(app.clone(), server_functions::normalize_errors))
        .route("/platforms/connect/{platform}", post(connect::begin).limited(Class::OAuth))
        .fallback(not_found);
    for_people(app, pages)
}

/// The page for an address that is none: rendered by the app like any other.
async fn not_found(State(app): State<App>, uri: Uri, request: Request) -> Response {
    let asking = request.extensions().get::<Identity>().cloned().unwrap_or(Identity(Ok(None)));
    let mut page = Request::new(Body::empty());
    *page.uri_mut() = uri;
    page.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/html"));
    page.extensions_mut().insert(asking);
    page.extensions_mut().insert(Flash::default());
    let for_context = app.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || provide(&for_context),
        move || app::shell(&app.leptos, &app.site),
    );
    let mut response = render(page).await.into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// What the functions of `api` take from leptos' context.
fn provide_state(backend: &Backend) {
    provide_context(backend.clone());
    provide_context(ApiReference(describe::reference));
}

fn provide(app: &App) {
    provide_state(&app.backend);
    provide_context(app.site.clone());
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
