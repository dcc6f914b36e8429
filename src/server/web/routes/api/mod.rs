//! The REST API. Every answer is one envelope; every error a sentence and a status.

pub mod audit;
pub mod auth;
mod callback;
pub mod credentials;
pub mod describe;
pub mod integrations;
pub mod notices;

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use axum::{Extension, Router};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::integrations::{account, connect, overview};
use super::{events, probes};
use crate::error::{AppError, Kind};
use crate::server::limits::Class;
use crate::server::web::guards::{Guarded, for_people, wrap_plain_errors};
use crate::server::web::kit::context::Correlation;
use crate::server::web::kit::{App, envelope};

/// Everything below `/api`, each with its description.
fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(describe::openapi))
        .routes(routes!(events::events).require_login())
        .nest("/auth", people().layer(map_response(keep_no_copy)))
        .nest("/integrations", integrations())
        .nest("/notices", notices())
        .nest(
            "/audit",
            OpenApiRouter::new()
                .routes(routes!(audit::list).require_login())
                .routes(routes!(audit::export).require_login()),
        )
}

fn people() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(auth::register).limited(Class::Auth))
        .routes(routes!(auth::login).limited(Class::Auth))
        .routes(routes!(auth::logout).require_login())
        .routes(routes!(auth::refresh).limited(Class::Auth))
        .routes(routes!(auth::me, auth::update_me).require_login())
        // A password is asked for here too: a stolen session must not be where it is guessed.
        .routes(routes!(auth::delete_me).require_login().limited(Class::Auth))
        .routes(routes!(credentials::change_password).require_login().limited(Class::Auth))
        .routes(routes!(credentials::change_email).require_login().limited(Class::Auth))
        .routes(routes!(credentials::forgot).limited(Class::Auth))
        .routes(routes!(credentials::reset).limited(Class::Auth))
        .routes(routes!(credentials::verify).limited(Class::Auth))
        .routes(routes!(credentials::verify_again).require_login().limited(Class::Auth))
        .routes(routes!(credentials::sessions, credentials::end_other_sessions).require_login())
        .routes(routes!(credentials::end_session).require_login())
        .routes(routes!(callback::shortcut).limited(Class::OAuth).run_to_end())
        .routes(routes!(callback::shortcut_callback).limited(Class::OAuth))
}

/// What is answered here holds tokens, or tells of sessions: no browser keeps it.
async fn keep_no_copy(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn integrations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(overview::status).require_login().limited(Class::Status))
        .routes(routes!(connect::connect).idempotent().require_login().limited(Class::OAuth))
        .routes(routes!(callback::callback).limited(Class::OAuth).run_to_end())
        .routes(routes!(connect::choices).require_login())
        .routes(routes!(connect::choose).idempotent().require_login())
        .routes(routes!(account::disconnect).require_login())
        .routes(routes!(account::refresh).require_login().limited(Class::AccountCalls))
        .routes(routes!(account::test).require_login().limited(Class::AccountCalls))
        .routes(routes!(account::label).require_login())
        .routes(routes!(overview::health).require_login())
}

fn notices() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(notices::list).require_login())
        .routes(routes!(notices::read_all).require_login())
        .routes(routes!(notices::preferences, notices::prefer).require_login())
        .routes(routes!(notices::read).require_login())
}

/// The description of every endpoint, as it was collected.
fn described() -> OpenApi {
    OpenApiRouter::with_openapi(describe::buffer_body())
        .merge(probes::endpoints())
        .nest("/api", endpoints())
        .into_openapi()
}

pub fn door(app: &App) -> Router<App> {
    let (router, _) = endpoints().split_for_parts();
    let endpoints = router
        .fallback(async |Extension(correlation): Extension<Correlation>| {
            envelope::refused(&correlation, AppError::not_found("endpoint"))
        })
        .method_not_allowed_fallback(async |Extension(correlation): Extension<Correlation>| {
            let error = AppError::new(
                Kind::MethodNotAllowed,
                "This endpoint does not take that method.",
                "See the API's documentation.",
            );
            envelope::refused(&correlation, error)
        })
        .layer(from_fn(wrap_plain_errors));
    for_people(app, Router::new().nest("/api", endpoints))
}
