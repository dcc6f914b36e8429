//! What only the database knows of how the server fares, read when metrics are asked for.

use super::Result;
use crate::model::Status;
use crate::server::{Backend, db, metrics};

/// The stored states; `expiring` is computed and `former` no longer an account.
const STATES: [Status; 3] = [Status::Connected, Status::Error, Status::Expired];

/// Brings the gauges up to date: one statement for the accounts, one for the queue.
pub async fn collect(backend: &Backend) -> Result<()> {
    accounts(backend).await?;
    queue(backend).await
}

async fn queue(backend: &Backend) -> Result<()> {
    let now = backend.clock.now();
    let depth = db::jobs::depth(&backend.db, now).await?;
    for (state, count) in [
        ("queued", depth.queued),
        ("due", depth.due),
        ("running", depth.running),
        ("dead", depth.dead),
    ] {
        metrics::jobs(state, count);
    }
    metrics::oldest_job(
        depth.oldest.and_then(|since| (now - since).to_std().ok()).unwrap_or_default(),
    );
    Ok(())
}

async fn accounts(backend: &Backend) -> Result<()> {
    let totals = db::gauges::accounts(&backend.db).await?;
    let now = backend.clock.now();
    // Every pair is told, so that one that went away does not stand at its last value.
    for entry in backend.platforms.iter() {
        let platform = entry.provider.as_str();
        let of = |state: Status| {
            totals.iter().find(|total| total.provider == entry.provider && total.status == state)
        };
        for state in STATES {
            metrics::accounts(platform, state.as_str(), of(state).map_or(0, |total| total.count));
        }
        let end = of(Status::Connected).and_then(|total| total.first_end);
        metrics::seconds_to_expiry(platform, end.map(|end| (end - now).as_seconds_f64()));
    }
    Ok(())
}
