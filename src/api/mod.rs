//! What pages and forms call: who asks, one verb of the domain, a model out.

pub mod accounts;
pub mod audit;
pub mod frame;
pub mod mail;
pub mod notices;
pub mod operations;
pub mod reference;
pub mod users;

#[cfg(feature = "ssr")]
mod server;

use crate::error::Kind;

/// Gives a page that can't be shown the status of its error. In the browser there is none to give.
pub fn answer_with(kind: Kind) {
    #[cfg(feature = "ssr")]
    server::set_status(kind);
    #[cfg(not(feature = "ssr"))]
    let _ = kind;
}
