//! When tokens are renewed ahead of their end, and how long to wait after a failure (requirements T4, T7). Pure but for [`round`].

use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt, stream};
use rand::RngExt;

use super::{Why, flight, journal};
use crate::server::Backend;
use crate::server::db;
use crate::server::domain::Result;
use crate::server::domain::accounts::breaker;
use crate::server::platform::{Entry, Refreshing};

/// A round comes every minute or so: what is due is done at least this long before its lead time begins.
const MARGIN: Duration = Duration::minutes(2);
/// Many accounts connected or recovered together are spread over this share of their life.
const SPREAD: f64 = 0.1;
const FIRST_PAUSE: Duration = Duration::minutes(1);
const LONGEST_PAUSE: Duration = Duration::minutes(30);
/// A token that is extended gains nothing by being asked for more often.
const DAILY: Duration = Duration::days(1);

/// How many accounts of a platform are refreshed at once, in each process.
const AT_ONCE: usize = 16;
/// How many are taken at a time, and for how long nobody else takes them.
const BATCH: i64 = 64;
const CLAIM: Duration = Duration::minutes(2);

/// How long before its end a token is refreshed at the latest.
pub fn lead(refreshing: Refreshing, life: Duration) -> Duration {
    match refreshing {
        Refreshing::Rotates => Duration::minutes(5),
        Refreshing::Kept => (life / 20).max(Duration::minutes(5)),
        // The token itself is extended, and only while it lives: so from its last third on.
        Refreshing::Extends => life / 3,
    }
}

/// When the scheduler refreshes a token: before its lead time begins, earlier by `chance` (0 to 1) of a share of its life. A life that
/// is hardly longer than its lead is halved instead.
pub fn due_at(
    refreshing: Refreshing,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    chance: f64,
) -> Option<DateTime<Utc>> {
    let end = expires_at?;
    let life = end - issued_at;
    let spread = Duration::milliseconds((life.num_milliseconds() as f64 * SPREAD * chance.clamp(0.0, 1.0)) as i64);
    let at = end - lead(refreshing, life) - MARGIN - spread;
    Some(at.max(issued_at + life / 2).min(end))
}

/// The pause after so many failures in a row: doubled each time up to half an hour, less up to a quarter by chance. It never becomes
/// "never": an outage of days disconnects nobody.
pub fn pause(failures: i64, chance: f64) -> Duration {
    let doubled = FIRST_PAUSE * 2i32.pow(failures.clamp(1, 10) as u32 - 1);
    let full = doubled.min(LONGEST_PAUSE).num_milliseconds() as f64;
    Duration::milliseconds((full * (1.0 - 0.25 * chance.clamp(0.0, 1.0))) as i64)
}

/// The next time for a token that was just issued, or looked at again.
pub(in crate::server::domain::accounts) fn next(
    entry: &Entry,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let refreshing = entry.platform.connect().spec()?.refreshing;
    let at = due_at(refreshing, issued_at, expires_at, rand::rng().random())?;
    // Where the platform gave no longer life than before, tomorrow is soon enough.
    let gained_nothing = refreshing == Refreshing::Extends && at <= now;
    Some(if gained_nothing { now + DAILY } else { at })
}

/// One round: answers that a crash left behind are put in their place, then everything that is due is refreshed. Several processes
/// share the work: each takes accounts that no other has.
pub async fn round(backend: &Backend) -> Result<()> {
    journal::recover(backend).await?;
    let platforms = backend.platforms.iter().filter(|entry| entry.configured() && entry.platform.connect().spec().is_some());
    futures::future::try_join_all(platforms.map(|entry| of_platform(backend, entry))).await?;
    Ok(())
}

async fn of_platform(backend: &Backend, entry: &Entry) -> Result<()> {
    while breaker::trouble(backend, entry).await?.is_none() {
        let now = backend.clock.now();
        let due = db::accounts::claim_due(&backend.db, &entry.provider, now, now + CLAIM, BATCH).await?;
        if due.is_empty() {
            break;
        }
        let refresh = |due: db::accounts::Due| async move {
            let outcome = flight::join(backend, due.workspace_id, due.id, Why::Ahead { seen: due.version }).await;
            if let Err(error) = outcome {
                tracing::info!(platform = %entry.provider, account = %due.id, "not refreshed ahead: {error}");
            }
        };
        stream::iter(due).for_each_concurrent(AT_ONCE, refresh).await;
    }
    Ok(())
}
