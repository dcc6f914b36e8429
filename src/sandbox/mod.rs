//! The sandbox: fake versions of the platforms that Huntaze connects, to try it, develop it and
//! test it without an app registered anywhere. It follows the platforms' public contracts and knows
//! nothing of the server: the two read the same pages independently and so catch each other's
//! mistakes.
//!
//! - `/` and `/control/*`: look inside and make trouble ([`control`], [`faults`])
//! - `/{platform}/*`: one prefix stands for all hosts of a platform; below it its own paths
//!   ([`platform`])
//! - `/avatars/{platform}/{account}`: the pictures of the test accounts ([`avatar`])
//!
//! # To add a platform
//! A folder with a `pub static TWIN: Twin` and a line in [`registry`]. The routes use [`consent`]
//! for the page on which a person allows, [`oauth`] for what OAuth platforms share, and the verbs
//! of [`state::State`] for codes, grants, tokens and rate windows. Prefix, faults and call counting
//! come by themselves.

#![allow(
    clippy::result_large_err,
    reason = "an early answer is a whole response, and no hot path returns one"
)]

mod apps;
mod avatar;
mod clock;
mod consent;
mod control;
mod faults;
mod html;
mod instagram;
mod oauth;
mod onlyfans;
mod platform;
mod reddit;
mod registry;
mod secret;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod tiktok;
mod x;
mod youtube;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    http::Uri,
    middleware,
    routing::{delete, get, post},
};
use tokio::sync::Notify;
use url::Url;

use platform::Twin;
use state::State;

pub use store::Error;

/// The app that is registered at every platform of the sandbox.
pub const CLIENT_ID: &str = apps::HUNTAZE_ID;
/// Its secret. It opens nothing outside the sandbox.
pub const CLIENT_SECRET: &str = apps::HUNTAZE_SECRET;

/// Where the sandbox lives.
pub struct Options {
    /// Folder of its state file, `sandbox.json`.
    pub data_dir: PathBuf,
    /// The address people and the server reach it under, as it stands in links and picture
    /// addresses.
    pub public_url: Url,
}

/// A running sandbox. Clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    file: PathBuf,
    public_url: Url,
    /// Wakes the calls that a `hang` fault holds.
    release: Notify,
}

impl Sandbox {
    /// Finds the sandbox as it was left, or begins a fresh one.
    pub fn open(options: Options) -> Result<Self, Error> {
        let file = options.data_dir.join("sandbox.json");
        let state = Mutex::new(store::open(&file)?);
        Ok(Self(Arc::new(Inner {
            state,
            file,
            public_url: options.public_url,
            release: Notify::new(),
        })))
    }

    /// Everything it serves.
    pub fn router(&self) -> Router {
        let mut router = Router::new()
            .route("/", get(control::page))
            .route("/avatars/{platform}/{account}", get(avatar::show))
            .route("/control/state", get(control::state))
            .route("/control/faults", post(control::add_fault).delete(control::clear_faults))
            .route("/control/faults/clear", post(control::clear_faults))
            .route(
                "/control/faults/{id}",
                delete(control::remove_fault).post(control::remove_fault),
            )
            .route("/control/clock", post(control::advance))
            .route("/control/reset", post(control::reset))
            .route("/control/{platform}/redirect-uris", post(control::add_redirect_uri))
            .route("/control/{platform}/lifetimes", post(control::lifetimes))
            .route("/control/{platform}/switches", post(control::switches))
            .route("/control/{platform}/revoke", post(control::revoke))
            .route("/control/{platform}/expire", post(control::expire));
        for twin in registry::ALL {
            router = router.nest(&format!("/{}", twin.id), self.platform(twin));
        }
        router.with_state(self.clone())
    }

    /// Lets go of calls that a `hang` fault holds, so that a graceful stop need not wait for them.
    pub fn release(&self) {
        self.0.release.notify_waiters();
    }

    /// Registers the callbacks of the app that people reach under this address.
    pub fn register_app(&self, address: &Url) {
        self.lock().redirect_uris.add_own(registry::ALL, address);
    }

    /// A platform's routes behind its prefix. What it does not serve, it refuses in its own words.
    fn platform(&self, twin: &'static Twin) -> Router<Self> {
        let not_found = move |uri: Uri| async move { (twin.not_found)(uri.path()) };
        (twin.routes)()
            .fallback(not_found)
            .method_not_allowed_fallback(not_found)
            .layer(middleware::from_fn_with_state((self.clone(), twin), faults::gate))
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state and writes it down. A full disk stops nobody from playing, but is told.
    fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let outcome = act(&mut state);
        if let Err(error) = store::save(&self.0.file, &state) {
            let file = self.0.file.display();
            tracing::error!(%file, %error, "the sandbox could not write its state");
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.looked_at = clock::system();
        state
    }

    /// Whether consent pages of the platform may lead back there.
    fn is_registered(&self, twin: &Twin, redirect_uri: &str) -> bool {
        self.read(|state| state.redirect_uris.contains(twin.id, redirect_uri))
    }

    /// An address in the sandbox as the outside sees it. `path` begins with a slash.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.public_url.as_str().trim_end_matches('/'))
    }
}
