//! The web: what this server answers, and how it listens. `routes` stand on `guards`, both on
//! `kit`.

pub mod guards;
pub mod kit;
pub mod routes;
mod serve;

use axum::Router;

pub use kit::App;
pub use serve::{observe, serve};

/// Every route there is.
pub fn router(app: App) -> Router {
    routes::all(&app).with_state(app)
}
