//! The doors: everything this server answers, each with guards of its own.

pub mod api;
pub mod events;
mod files;
mod media;
pub mod probes;
mod site;

use axum::Router;

use super::guards;
use super::kit::App;

/// To add a door, such as one for webhooks with raw bytes or one for uploads: its module with a
/// `door` of its own guards, and its line here.
pub fn all(app: &App) -> Router<App> {
    let doors = Router::from(probes::endpoints())
        .merge(site::door(app))
        .merge(files::door(app))
        .merge(api::door(app))
        .merge(media::door(app));
    guards::around_all(app, doors)
}
