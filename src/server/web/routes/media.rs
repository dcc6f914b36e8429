//! Pictures that we serve ourselves.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::error::AppError;
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::domain::accounts;
use crate::server::web::guards::for_people;
use crate::server::web::kit::App;
use crate::server::web::kit::context::{Correlation, Identity};
use crate::server::web::kit::envelope::refused;

pub fn door(app: &App) -> Router<App> {
    for_people(app, Router::new().route("/media/avatars/{account}", get(avatar)))
}

/// `GET /media/avatars/{account}`: an account's avatar, for members of its workspace.
async fn avatar(
    State(backend): State<Backend>,
    Extension(asking): Extension<Identity>,
    Extension(correlation): Extension<Correlation>,
    Path(account): Path<String>,
) -> Response {
    let found = async {
        let id: AccountId = account.parse().map_err(|_| AppError::not_found("picture"))?;
        let found = accounts::avatar(&backend, asking.actor()?, id)
            .await
            .map_err(|error| error.into_app_error(&correlation.0))?;
        found.ok_or_else(|| AppError::not_found("picture"))
    };
    match found.await {
        Ok((media_type, bytes)) => (
            [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "private, max-age=3600".to_owned())],
            bytes,
        )
            .into_response(),
        Err(error) => refused(&correlation, error),
    }
}
