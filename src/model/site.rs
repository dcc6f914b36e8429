//! What the head of every page names.

use std::sync::Arc;

/// The paths of what cargo-leptos built, and where all of it is. Read once, when the server starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The style sheet.
    pub style: Arc<str>,
    /// The module that the islands are made of.
    pub module: Arc<str>,
    /// Its wasm.
    pub wasm: Arc<str>,
    /// What people's browsers see, without a slash at its end.
    pub public_url: Arc<str>,
}
