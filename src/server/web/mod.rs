//! The web: a table of contents of everything this server answers.

pub mod connect;
pub mod context;
pub mod cookies;
pub mod events;
pub mod forms;
pub mod guard;
pub mod health;
pub mod limit;
pub mod measure;
pub mod media;
pub mod oauth;
pub mod pages;
pub mod refusal;
pub mod rest;
mod serve;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos::config::LeptosOptions;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Backend;

pub use serve::{observe, serve};

/// What handlers may ask for.
#[derive(Clone)]
pub struct App {
    pub backend: Backend,
    pub leptos: LeptosOptions,
}

impl FromRef<App> for LeptosOptions {
    fn from_ref(app: &App) -> Self {
        app.leptos.clone()
    }
}

impl FromRef<App> for Backend {
    fn from_ref(app: &App) -> Self {
        app.backend.clone()
    }
}

/// What probes and scrapers ask, before any guard: under whatever host name, and as often as they
/// like.
fn probes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S>
where
    Backend: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(health::detailed))
        .routes(routes!(measure::metrics))
}

/// Every route, and the guards around them from the outside in: correlation and log, host, headers,
/// CSRF, limits, bodies.
pub fn router(app: App) -> Router {
    let site = pages::routes(&app)
        .route("/platforms/connect/{platform}", post(connect::begin))
        .route("/media/avatars/{account}", get(media::avatar))
        .nest("/api", rest::routes(&app))
        .layer(from_fn_with_state(app.clone(), limit::by_person))
        .layer(from_fn_with_state(app.clone(), context::attach))
        .layer(from_fn_with_state(app.clone(), guard::whole))
        .layer(from_fn_with_state(app.clone(), limit::by_address))
        .layer(from_fn_with_state(app.clone(), guard::cross_site))
        .layer(from_fn_with_state(app.clone(), guard::headers))
        .layer(from_fn_with_state(app.clone(), guard::host));
    Router::from(probes::<App>())
        .merge(site)
        .layer(from_fn(measure::measure))
        .layer(from_fn_with_state(app.clone(), context::correlate))
        .with_state(app)
}
