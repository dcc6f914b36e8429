//! What people see: pages are rendered by the server only, islands come alive in the browser.

pub mod client;
pub mod components;
pub mod islands;
pub mod pages;
