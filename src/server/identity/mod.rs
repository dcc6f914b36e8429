//! Who is asking: a session cookie or a bearer token, turned into an [`Actor`].

#![warn(missing_docs)]

mod actor;
mod bearer;
mod secrets;
mod session;

pub use actor::{Actor, Role};
pub use bearer::{ACCESS, access_token};
pub use secrets::{hash, random_secret};
pub use session::{ABSOLUTE, IDLE, cookie, cookie_name, identify, is_idle, is_live, start};
