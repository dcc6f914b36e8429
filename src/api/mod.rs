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

/// Whether a page for people who are logged in may be shown; whoever is not is sent to the log-in.
/// Pages are rendered by the server only.
pub fn admits_members() -> bool {
    #[cfg(feature = "ssr")]
    return server::admits_members();
    #[cfg(not(feature = "ssr"))]
    true
}

/// Whether a page for people who are not logged in may be shown; whoever is logged in is sent home.
pub fn admits_guests() -> bool {
    #[cfg(feature = "ssr")]
    return server::admits_guests();
    #[cfg(not(feature = "ssr"))]
    true
}
