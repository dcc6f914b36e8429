//! What islands do in the browser. All of it works on HTML that the server rendered and is found by
//! `data-` attributes.

#![allow(
    clippy::let_underscore_must_use,
    reason = "what the DOM refuses of our own markup is a look that does not change: nobody to tell"
)]

mod busy;
pub mod dialog;
mod dom;
pub mod enhance;
mod focus_point;
mod link_code;
pub mod listbox;
pub mod menu;
mod offline;
mod optimistic;
mod revalidate;
pub mod toast;
mod use_integrations;
mod wire;

/// Begins what concerns the whole page, once.
pub fn begin() {
    menu::listen();
    offline::listen();
    toast::begin();
    listbox::recall();
    link_code::take();
    use_integrations::use_integrations();
}
