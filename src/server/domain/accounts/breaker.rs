//! A circuit breaker for each platform (requirement H5). After a row of calls that nobody answered, nobody calls for a while; then one
//! probe does, and its answer closes the breaker or keeps it open longer. The state is in the database, so that all processes agree; each
//! keeps what it read for two seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use super::{Error, Result};
use crate::model::Provider;
use crate::server::Backend;
use crate::server::db::{self, breakers::Breaker};
use crate::server::domain::notices;
use crate::server::metrics;
use crate::server::platform::{self, Entry};

/// So many failures in a row open it.
const MOST_FAILURES: i64 = 5;
/// How long it stays open at first, doubled each time up to the longest.
const FIRST: Duration = Duration::seconds(30);
const LONGEST: Duration = Duration::minutes(15);
/// While one probe is under way nobody else calls.
const PROBE: Duration = Duration::seconds(60);
const CACHED: Duration = Duration::seconds(2);

/// What this process last read.
#[derive(Default)]
pub struct Breakers(Mutex<Read>);

#[derive(Default)]
struct Read {
    at: Option<DateTime<Utc>>,
    known: HashMap<Provider, Breaker>,
}

/// Until when nobody calls this platform.
pub async fn trouble(backend: &Backend, entry: &Entry) -> Result<Option<DateTime<Utc>>> {
    let now = backend.clock.now();
    Ok(known(backend, entry).await?.and_then(|breaker| breaker.until).filter(|until| *until > now))
}

/// The same for a page of all platforms.
pub(super) async fn troubles(backend: &Backend) -> Result<HashMap<Provider, DateTime<Utc>>> {
    let mut troubles = HashMap::new();
    for entry in backend.platforms.iter() {
        if let Some(until) = trouble(backend, entry).await? {
            troubles.insert(entry.provider.clone(), until);
        }
    }
    Ok(troubles)
}

/// Whether this platform may be called now. Where its breaker is open and its time has come, one caller is let through as the probe.
pub(super) async fn pass(backend: &Backend, entry: &Entry) -> Result<()> {
    let Some(breaker) = known(backend, entry).await? else { return Ok(()) };
    let (Some(until), now) = (breaker.until, backend.clock.now()) else { return Ok(()) };
    if until <= now {
        let ours = db::breakers::probe(&backend.db, &breaker, now + PROBE).await?;
        forget(backend);
        if ours {
            metrics::breaker(entry.provider.as_str(), metrics::Breaker::Probing);
            return Ok(());
        }
    }
    Err(Error::PlatformTrouble { name: &entry.info().name, until: until.max(now) })
}

/// Counts how a call ended. Only silence counts against a platform: whoever refuses is there. That nothing could be counted is no reason
/// to lose the answer that came.
pub(super) async fn heard(backend: &Backend, entry: &Entry, error: Option<&platform::Error>) {
    let counted = match error {
        Some(platform::Error::Unavailable { .. }) => failed(backend, entry).await,
        // Slowing down is neither.
        Some(platform::Error::RateLimited { .. }) => Ok(()),
        _ => answered(backend, entry).await,
    };
    if let Err(error) = counted {
        tracing::error!(platform = %entry.provider, "the circuit breaker was not updated: {error}");
    }
}

async fn failed(backend: &Backend, entry: &Entry) -> Result<()> {
    let breaker = db::breakers::fail(&backend.db, &entry.provider).await?;
    forget(backend);
    let now = backend.clock.now();
    let probed = breaker.opened > 0;
    // A call that began before it opened says nothing new.
    let waits_for_first = !probed && breaker.failures < MOST_FAILURES;
    let open_by_another = breaker.until.is_some_and(|until| until > now + PROBE);
    if waits_for_first || open_by_another {
        return Ok(());
    }
    let until = now + (FIRST * 2i32.pow(breaker.opened.clamp(0, 8) as u32)).min(LONGEST);
    let mut tx = backend.db.begin().await?;
    if db::breakers::open(&mut tx, &breaker, until).await? {
        notices::platform_down(backend, &mut tx, &entry.provider, until).await?;
        tx.commit().await?;
        metrics::breaker(entry.provider.as_str(), metrics::Breaker::Open);
        tracing::error!(platform = %entry.provider, failures = breaker.failures, %until, "platform trouble: nobody calls it for a while");
    }
    Ok(())
}

async fn answered(backend: &Backend, entry: &Entry) -> Result<()> {
    if known(backend, entry).await?.is_some() {
        let mut tx = backend.db.begin().await?;
        db::breakers::close(&mut tx, &entry.provider).await?;
        notices::platform_up(backend, &mut tx, &entry.provider).await?;
        tx.commit().await?;
        forget(backend);
        metrics::breaker(entry.provider.as_str(), metrics::Breaker::Closed);
        tracing::info!(platform = %entry.provider, "the platform answers");
    }
    Ok(())
}

async fn known(backend: &Backend, entry: &Entry) -> Result<Option<Breaker>> {
    let now = backend.clock.now();
    {
        let read = backend.breakers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if read.at.is_some_and(|at| at + CACHED > now) {
            return Ok(read.known.get(&entry.provider).cloned());
        }
    }
    let known: HashMap<_, _> = db::breakers::all(&backend.db).await?.into_iter().map(|b| (b.provider.clone(), b)).collect();
    let found = known.get(&entry.provider).cloned();
    *backend.breakers.0.lock().unwrap_or_else(PoisonError::into_inner) = Read { at: Some(now), known };
    Ok(found)
}

fn forget(backend: &Backend) {
    backend.breakers.0.lock().unwrap_or_else(PoisonError::into_inner).at = None;
}
