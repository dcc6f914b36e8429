//! The server: everything that never reaches a browser.

pub(crate) mod beside;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod egress;
pub mod error;
pub mod event_streams;
pub(crate) mod failpoint;
pub mod health;
pub mod identity;
pub mod keys;
pub mod limits;
pub mod locale;
pub mod log;
pub mod mail;
pub mod metrics;
pub mod platform;
pub mod public_url;
pub mod request_context;
pub mod secret_words;
pub mod start;
pub mod vault;
pub mod web;
pub mod worker;
use std::sync::Arc;

use clock::Clock;
use config::Config;
use db::Db;
use domain::access::{Breakers, InflightRefreshes};
use event_streams::Streams;
use health::Health;
use limits::Limits;
use mail::Mailer;
use platform::Registry;
use public_url::PublicUrl;
use tokio_util::task::TaskTracker;
use vault::Vault;

/// The one state value. Cloning shares everything.
#[derive(Clone)]
pub struct Backend(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    /// What people's browsers see.
    pub public_url: PublicUrl,
    pub clock: Clock,
    pub db: Db,
    pub vault: Vault,
    pub platforms: Registry,
    /// For addresses that come from outside, such as avatars.
    pub egress: egress::Egress,
    /// Refreshes under way in this process.
    pub inflight_refreshes: InflightRefreshes,
    pub breakers: Breakers,
    /// How often somebody may ask.
    pub limits: Limits,
    /// What was last found out about what this server stands on.
    pub health: Health,
    /// Pages that listen for changes.
    pub streams: Streams,
    pub mailer: Mailer,
    /// Requests that go on to their end though their peer may be gone; a stop waits for them.
    pub requests: TaskTracker,
}

impl Backend {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for Backend {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
