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
pub mod rest;

use std::net::SocketAddr;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos::config::LeptosOptions;
use tokio::net::TcpListener;

use super::Backend;

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

/// Every route, and the guards around them from the outside in: correlation and log, host, headers, body limit, CSRF, limits.
pub fn router(app: App) -> Router {
    let site = pages::routes(&app)
        .route("/platforms/connect/{platform}", post(connect::begin))
        .route("/media/avatars/{account}", get(media::avatar))
        .route("/api/events", get(events::events))
        .nest("/api", rest::routes())
        .layer(from_fn_with_state(app.clone(), limit::by_person))
        .layer(from_fn_with_state(app.clone(), context::attach))
        .layer(from_fn_with_state(app.clone(), limit::by_address))
        .layer(from_fn_with_state(app.clone(), guard::cross_site))
        .layer(tower_http::limit::RequestBodyLimitLayer::new(guard::LARGEST_BODY))
        .layer(from_fn(guard::size))
        .layer(from_fn_with_state(app.clone(), guard::headers))
        .layer(from_fn_with_state(app.clone(), guard::host));
    Router::new()
        .route("/health", get(health::health))
        .route("/health/detailed", get(health::detailed))
        .route("/metrics", get(measure::metrics))
        .merge(site)
        .layer(from_fn(measure::measure))
        .layer(from_fn_with_state(app.clone(), context::correlate))
        .with_state(app)
}

/// Answers until `stop` resolves; requests that run are finished.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let streams = app.backend.streams.clone();
    let stop = async move {
        stop.await;
        // A stream runs until it is told to end.
        streams.close();
    };
    let router = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
