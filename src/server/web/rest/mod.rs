//! The REST API. Every answer is one envelope; every error a sentence and a status.

pub mod audit;
pub mod auth;
pub mod credentials;
pub mod describe;
pub mod envelope;
pub mod idempotency;
pub mod integrations;
pub mod notices;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::integrations::{account, connect, overview};
use super::context::Correlation;
use super::{App, events, oauth, probes};
use crate::error::{AppError, Kind};

/// Everything below `/api`, each with its description.
fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(describe::openapi))
        .routes(routes!(events::events))
        .nest("/auth", people())
        .nest("/integrations", integrations())
        .nest("/notices", notices())
        .nest(
            "/audit",
            OpenApiRouter::new().routes(routes!(audit::list)).routes(routes!(audit::export)),
        )
}

fn people() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::me, auth::update_me, auth::delete_me))
        .routes(routes!(credentials::change_password))
        .routes(routes!(credentials::forgot))
        .routes(routes!(credentials::reset))
        .routes(routes!(credentials::change_email))
        .routes(routes!(credentials::verify))
        .routes(routes!(credentials::verify_again))
        .routes(routes!(credentials::sessions, credentials::end_other_sessions))
        .routes(routes!(credentials::end_session))
        .routes(routes!(oauth::shortcut))
        .routes(routes!(oauth::shortcut_callback))
}

fn integrations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(overview::status))
        .routes(routes!(connect::connect))
        .routes(routes!(oauth::callback))
        .routes(routes!(connect::choices, connect::choose))
        .routes(routes!(account::disconnect))
        .routes(routes!(account::refresh))
        .routes(routes!(account::test))
        .routes(routes!(account::label))
        .routes(routes!(overview::health))
}

fn notices() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(notices::list))
        .routes(routes!(notices::read_all))
        .routes(routes!(notices::preferences, notices::prefer))
        .routes(routes!(notices::read))
}

/// The description of every endpoint, as it was collected.
fn described() -> OpenApi {
    OpenApiRouter::with_openapi(describe::whole())
        .merge(probes::<App>())
        .nest("/api", endpoints())
        .into_openapi()
}

pub fn routes(app: &App) -> Router<App> {
    let (router, _) = endpoints().split_for_parts();
    router
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
        .layer(from_fn_with_state(app.clone(), idempotency::once))
        .layer(from_fn(envelope::dress))
}
