//! What guards and routes are made of.

pub mod context;
pub mod cookies;
pub mod envelope;
pub mod forms;
pub mod outcomes;
pub mod refusal;
mod site_files;
pub mod validator;

use std::io;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::model::{Reference, Site};
use crate::server::Backend;

/// Nothing that a form or a REST call says is longer. Uploads will have a door of their own.
pub const LARGEST_BODY: usize = 64 * 1024;

/// What handlers may ask for. Cloning shares everything.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

pub struct AppParts {
    pub backend: Backend,
    pub leptos: LeptosOptions,
    /// What the pages' heads name.
    pub site: Site,
}

impl App {
    /// Reads how the site's files are called.
    pub fn new(backend: Backend, leptos: LeptosOptions) -> io::Result<Self> {
        let site = site_files::read(&leptos, &backend.public_url)?;
        Ok(Self(Arc::new(AppParts { backend, leptos, site })))
    }
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
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

/// The API's description for people, from this server's address. The pages get it by leptos'
/// context: what makes it stands above them.
#[derive(Clone, Copy)]
pub struct ApiReference(pub fn(&str) -> Reference);
