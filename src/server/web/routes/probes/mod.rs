//! What probes and scrapers ask, before any guard: under whatever host name, and as often as they
//! like.

pub mod health;
mod metrics;

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::server::Backend;

pub fn endpoints<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S>
where
    Backend: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(health::detailed))
        .routes(routes!(metrics::metrics))
}
