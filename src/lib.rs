//! Huntaze: connect every account a creator earns with, and see which connections are healthy.
//!
//! One crate, built twice: `ssr` is the server, `hydrate` the part that runs in the browser.

pub mod api;
pub mod app;
pub mod error;
pub mod model;
#[cfg(feature = "ssr")]
pub mod sandbox;
#[cfg(feature = "ssr")]
pub mod server;
pub mod ui;

/// Brings the islands of a page to life. The browser calls it once, when the wasm has arrived.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    ui::client::begin();
    leptos::mount::hydrate_islands();
}
