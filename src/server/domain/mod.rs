//! Verbs on nouns: the only place where the database and the platforms meet.

pub mod access;
pub mod accounts;
pub mod audit;
pub mod events;
pub mod gauges;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod notices;
pub mod operations;
pub mod page_events;
pub mod sweep;
mod unreadable;
pub mod users;

pub use super::error::{Error, Result};
