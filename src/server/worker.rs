//! What recurs: revocations to try again, choices that nobody made, ends of sessions and flows.

use std::time::Duration;

use super::Backend;
use super::db;
use super::domain::{self, accounts, audit, mail, users};
use super::origin::{self, Origin};
use super::session;

const EVERY: Duration = Duration::from_secs(60);

/// Runs until `stop` resolves; a round that began is finished.
pub async fn run(backend: Backend, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut stop => return,
            _ = ticks.tick() => {
                if let Err(error) = round(&backend).await {
                    tracing::error!("sweep: {error}");
                }
            }
        }
    }
}

/// One round. Everything in it may be done twice.
pub async fn round(backend: &Backend) -> domain::Result<()> {
    origin::scope(Origin::server(), sweep(backend)).await
}

async fn sweep(backend: &Backend) -> domain::Result<()> {
    let now = backend.clock.now();
    accounts::sweep(backend).await?;
    users::sweep(backend).await?;
    mail::send_due(backend).await?;
    // A callback's outcome is kept an hour for whoever reloads the page.
    db::flows::delete_expired(&backend.db, now - chrono::Duration::hours(1)).await?;
    audit::sweep(backend).await?;
    db::sessions::delete_ended(&backend.db, now, now - session::IDLE).await?;
    Ok(())
}
