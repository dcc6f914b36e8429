//! The REST API. Every answer is one envelope; every error a sentence and a status.

pub mod audit;
pub mod auth;
pub mod envelope;
pub mod integrations;

use axum::routing::{delete, get, post, put};
use axum::{Extension, Router};

use super::context::Correlation;
use super::{App, oauth};
use crate::error::{AppError, Kind};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/auth/register", post(auth::register))
        .route("/auth/login", post(auth::login))
        .route("/auth/logout", post(auth::logout))
        .route("/auth/refresh", post(auth::refresh))
        .route("/auth/me", get(auth::me).put(auth::update_me).delete(auth::delete_me))
        .route("/auth/password", put(auth::change_password))
        .route("/auth/forgot", post(auth::forgot))
        .route("/auth/reset", post(auth::reset))
        .route("/auth/email", put(auth::change_email))
        .route("/auth/verify", post(auth::verify))
        .route("/auth/verify/again", post(auth::verify_again))
        .route("/auth/sessions", get(auth::sessions).delete(auth::end_other_sessions))
        .route("/auth/sessions/{id}", delete(auth::end_session))
        .route("/auth/{provider}", get(oauth::shortcut))
        .route("/auth/{provider}/callback", get(oauth::shortcut_callback))
        .route("/integrations/status", get(integrations::status))
        .route("/integrations/connect/{provider}", post(integrations::connect))
        .route("/integrations/callback/{provider}", get(oauth::callback))
        .route("/integrations/choices/{flow}", get(integrations::choices).post(integrations::choose))
        .route("/integrations/disconnect/{provider}/{account}", delete(integrations::disconnect))
        .route("/integrations/refresh/{provider}/{account}", post(integrations::refresh))
        .route("/integrations/test/{provider}/{account}", post(integrations::test))
        .route("/integrations/{provider}/{account}/label", put(integrations::label))
        .route("/integrations/health/{provider}", get(integrations::health))
        .route("/audit", get(audit::list))
        .route("/audit/export", get(audit::export))
        .fallback(async |Extension(correlation): Extension<Correlation>| {
            envelope::refused(&correlation, AppError::not_found("endpoint"))
        })
        .method_not_allowed_fallback(async |Extension(correlation): Extension<Correlation>| {
            let error =
                AppError::new(Kind::MethodNotAllowed, "This endpoint does not take that method.", "See the API's documentation.");
            envelope::refused(&correlation, error)
        })
}
