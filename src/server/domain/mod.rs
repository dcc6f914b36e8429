//! Verbs on nouns: the only place where the database and the platforms meet.

pub mod access;
pub mod accounts;
pub mod audit;
pub mod error;
pub mod events;
pub mod figures;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod live;
pub mod mail;
pub mod notices;
pub mod operations;
pub mod sweep;
pub mod users;
pub mod words;

pub use error::{Error, Result};
