//! A circuit breaker for each platform (requirement H5). When most of the latest calls were not
//! answered, and those of several accounts, nobody calls for a while; then one probe does, and its
//! answer closes the breaker or keeps it open longer. That it is open stands in the database, so
//! that all processes agree; each keeps what it read for two seconds.

mod latest;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use super::{Error, Result};
use crate::model::{AccountId, Provider};
use crate::server::Backend;
use crate::server::db::{self, breakers::Breaker};
use crate::server::domain::events::{self, Event};
use crate::server::metrics;
use crate::server::platform::{self, Entry};
use latest::Latest;

/// Of so many accounts the calls must have failed: what one account meets may be its own trouble.
/// Where there are fewer, of all.
const ACCOUNTS: i64 = 3;
/// How long it stays open at first, doubled each time up to the longest.
const FIRST: Duration = Duration::seconds(30);
const LONGEST: Duration = Duration::minutes(15);
/// While one probe is under way nobody else calls.
const PROBE: Duration = Duration::seconds(60);
const CACHED: Duration = Duration::seconds(2);

/// What this process last read, and what it heard.
#[derive(Default)]
pub struct Breakers {
    read: Mutex<Read>,
    latest: Mutex<HashMap<Provider, Latest>>,
}

#[derive(Default)]
struct Read {
    at: Option<DateTime<Utc>>,
    open: HashMap<Provider, Breaker>,
}

/// With what right a call is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Permit {
    /// No breaker is open.
    Free,
    /// The one call that finds out whether an open breaker can be closed.
    Probe,
}

/// Until when nobody calls this platform.
pub async fn open_until(backend: &Backend, entry: &Entry) -> Result<Option<DateTime<Utc>>> {
    let now = backend.clock.now();
    let until = find_open_breaker(backend, entry).await?.map(|breaker| breaker.open_until);
    Ok(still_open(until, now))
}

/// The end of an open breaker, where it still holds everybody up.
pub fn still_open(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    until.filter(|until| !is_over(*until, now))
}

/// Whether this platform may be called now. Where its breaker is open and its time has come, one
/// caller is let through as the probe.
pub(super) async fn acquire(backend: &Backend, entry: &Entry) -> Result<Permit> {
    let Some(breaker) = find_open_breaker(backend, entry).await? else { return Ok(Permit::Free) };
    let now = backend.clock.now();
    if is_over(breaker.open_until, now) {
        let ours = db::breakers::probe(&backend.db, &breaker, now + PROBE).await?;
        forget(backend);
        if ours {
            metrics::breaker(entry.provider.as_str(), metrics::Breaker::HalfOpen);
            return Ok(Permit::Probe);
        }
    }
    Err(Error::PlatformTrouble { name: &entry.info().name, until: breaker.open_until.max(now) })
}

/// Whether it is time for a probe. An end that no breaker of ours can have was written by a clock
/// that was wrong, and holds nobody up.
fn is_over(until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    until <= now || until > now + LONGEST * 2
}

/// Counts how a call for an account ended. Only silence counts against a platform: whoever refuses
/// is there. That nothing could be counted is no reason to lose the answer that came.
pub(super) async fn record_outcome(
    backend: &Backend,
    entry: &Entry,
    permit: Permit,
    account: AccountId,
    error: Option<&platform::Error>,
) {
    let counted = match error {
        Some(platform::Error::Unreachable { .. } | platform::Error::Unavailable { .. }) => {
            record_failure(backend, entry, permit, account).await
        }
        // Slowing down is neither, and what was not sent says nothing of the platform.
        Some(platform::Error::RateLimited { .. } | platform::Error::NotSent { .. }) => Ok(()),
        _ => record_success(backend, entry, account).await,
    };
    if let Err(error) = counted {
        tracing::error!(platform = %entry.provider, "could not update circuit breaker: {error}");
    }
}

/// Counts a call that was not answered, and opens the breaker when there were enough.
async fn record_failure(
    backend: &Backend,
    entry: &Entry,
    permit: Permit,
    account: AccountId,
) -> Result<()> {
    let now = backend.clock.now();
    let accounts = add_sample(backend, entry, account, true).silent_accounts(now);
    if permit == Permit::Free && accounts.is_none() {
        return Ok(());
    }
    let enough = db::accounts::count_up_to(&backend.db, &entry.provider, ACCOUNTS).await?;
    forget(backend);
    let open_count =
        find_open_breaker(backend, entry).await?.map_or(0, |breaker| breaker.open_count);
    let changes = match permit {
        Permit::Probe => open_count > 0,
        // A call that began before it opened says nothing new.
        Permit::Free => open_count == 0 && accounts.is_some_and(|accounts| accounts >= enough),
    };
    if !changes {
        return Ok(());
    }
    let until = now + (FIRST * 2i32.pow(open_count.clamp(0, 8) as u32)).min(LONGEST);
    let mut tx = backend.db.begin().await?;
    if db::breakers::open(&mut tx, &entry.provider, open_count, until).await? {
        let down = Event::PlatformDown { provider: &entry.provider, next_try: until };
        events::record(backend, &mut tx, down).await?;
        tx.commit().await?;
        metrics::breaker(entry.provider.as_str(), metrics::Breaker::Open);
        tracing::error!(
            platform = %entry.provider,
            open_count = open_count + 1,
            %until,
            "circuit breaker opened"
        );
    }
    reset(backend, entry);
    Ok(())
}

/// Counts a call that was answered, and closes the breaker.
async fn record_success(backend: &Backend, entry: &Entry, account: AccountId) -> Result<()> {
    add_sample(backend, entry, account, false);
    if find_open_breaker(backend, entry).await?.is_none() {
        return Ok(());
    }
    let mut tx = backend.db.begin().await?;
    if db::breakers::close(&mut tx, &entry.provider).await? {
        let up = Event::PlatformUp { provider: &entry.provider };
        events::record(backend, &mut tx, up).await?;
        tx.commit().await?;
        tracing::info!(platform = %entry.provider, "circuit breaker closed");
    }
    metrics::breaker(entry.provider.as_str(), metrics::Breaker::Closed);
    reset(backend, entry);
    Ok(())
}

/// Adds a call to the latest of its platform, and answers with them.
fn add_sample(backend: &Backend, entry: &Entry, account: AccountId, silent: bool) -> Latest {
    let mut latest = backend.breakers.latest.lock().unwrap_or_else(PoisonError::into_inner);
    let calls = latest.entry(entry.provider.clone()).or_default();
    calls.add(account, silent, backend.clock.now());
    calls.clone()
}

/// Once a breaker has opened or closed, judging begins anew.
fn reset(backend: &Backend, entry: &Entry) {
    backend.breakers.latest.lock().unwrap_or_else(PoisonError::into_inner).remove(&entry.provider);
    forget(backend);
}

/// The breaker of a platform, if it is open.
async fn find_open_breaker(backend: &Backend, entry: &Entry) -> Result<Option<Breaker>> {
    let now = backend.clock.now();
    {
        let read = backend.breakers.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.at.is_some_and(|at| at + CACHED > now) {
            return Ok(read.open.get(&entry.provider).cloned());
        }
    }
    let open: HashMap<_, _> = db::breakers::all_open(&backend.db)
        .await?
        .into_iter()
        .map(|b| (b.provider.clone(), b))
        .collect();
    let found = open.get(&entry.provider).cloned();
    // What was heard before a breaker opened, here or elsewhere, says nothing of the time after it.
    backend
        .breakers
        .latest
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .retain(|provider, _| !open.contains_key(provider));
    *backend.breakers.read.lock().unwrap_or_else(PoisonError::into_inner) =
        Read { at: Some(now), open };
    Ok(found)
}

fn forget(backend: &Backend) {
    backend.breakers.read.lock().unwrap_or_else(PoisonError::into_inner).at = None;
}
