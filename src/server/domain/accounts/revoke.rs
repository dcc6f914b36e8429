//! Ending grants at the platforms. A revocation is written down first, with its job, so that a
//! crash or an outage does not lose it; it is tried at once, and then by the job for 24 hours. It
//! is the only place where a credential outlives its account.

use std::time::Duration as StdDuration;

use chrono::Duration;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Result, choose, entry};
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::db::{self, Tx, pending::Connection, pending::Revocation};
use crate::server::domain::jobs::{self, Job};
use crate::server::failpoint::failpoint;
use crate::server::platform::{Entry, Grant, Held};
use crate::server::vault::Place;

/// A person waits no longer than this for the platform.
const INLINE: StdDuration = StdDuration::from_secs(5);
const KEPT: Duration = Duration::hours(24);
/// By then the inline attempt has had its chance.
const PAUSE: Duration = Duration::minutes(1);
/// A callback's outcome is kept so long for whoever reloads the page.
const OUTCOME: Duration = Duration::hours(1);

/// A grant as it is sealed; in the clear only inside this module, without `Debug`.
#[derive(Serialize, Deserialize)]
struct Ending {
    access: String,
    refresh: Option<String>,
    grant_key: Option<String>,
}

fn place(id: Uuid) -> Place {
    Place::new("pending_revocations", id, "payload")
}

/// Whether revoking this grant would end other accounts too, in any workspace. Where a platform
/// ends everything of a person and we do not know the person, it counts as shared: we delete ours
/// and leave theirs alone.
pub(super) async fn is_shared(
    tx: &mut Tx,
    entry: &Entry,
    grant_key: Option<&str>,
    but: AccountId,
) -> Result<bool> {
    match (entry.platform.revokes_whole_person(), grant_key) {
        (false, _) => Ok(false),
        (true, None) => Ok(true),
        (true, Some(key)) => Ok(db::pending::grant_in_use(tx, &entry.provider, key, but).await?),
    }
}

/// Writes a revocation down, due when the inline attempt has had its chance.
pub(super) async fn schedule(
    backend: &Backend,
    tx: &mut Tx,
    entry: &Entry,
    held: Held,
) -> Result<Revocation> {
    let (id, now) = (Uuid::now_v7(), backend.clock.now());
    let ending = Ending {
        access: held.access.expose_secret().to_owned(),
        refresh: held.refresh.as_ref().map(|secret| secret.expose_secret().to_owned()),
        grant_key: held.grant_key,
    };
    // Strings always serialise.
    let text = serde_json::to_string(&ending).expect("strings serialise").into();
    let payload = backend.vault.seal(&text, place(id));
    let revocation =
        Revocation { id, provider: entry.provider.clone(), payload, expires_at: now + KEPT };
    db::pending::insert_revocation(tx, &revocation).await?;
    jobs::enqueue(backend, tx, Job::Revoke { id }.at(now + PAUSE)).await?;
    Ok(revocation)
}

/// Tries a written revocation at once. Failing is no error: its job tries again.
pub(super) async fn attempt(backend: &Backend, entry: &Entry, revocation: &Revocation) {
    match tokio::time::timeout(INLINE, tell(backend, entry, revocation)).await {
        Ok(Ok(_)) => match cross_off(backend, revocation.id).await {
            Ok(()) => {}
            Err(error) => {
                tracing::error!(provider = %entry.provider, "a done revocation was not crossed \
                    off: {error}")
            }
        },
        Ok(Err(error)) => {
            tracing::warn!(provider = %entry.provider, "revocation not taken: {error}")
        }
        Err(_) => tracing::warn!(provider = %entry.provider, "revocation timed out"),
    }
}

/// The job: tries a written revocation until the platform takes it or its day is over.
pub async fn revoke(backend: &Backend, id: Uuid) -> Result<()> {
    let Some(revocation) = db::pending::revocation(&backend.db, id).await? else { return Ok(()) };
    match entry(backend, revocation.provider.as_str()) {
        Ok(entry) if backend.clock.now() < revocation.expires_at => {
            _ = tell(backend, entry, &revocation).await?
        }
        _ => tracing::warn!(provider = %revocation.provider, "a revocation was given up"),
    }
    cross_off(backend, id).await
}

async fn cross_off(backend: &Backend, id: Uuid) -> Result<()> {
    failpoint!("revoke.told");
    let mut tx = backend.db.begin().await?;
    db::pending::delete_revocation(&mut tx, id).await?;
    jobs::withdraw(&mut tx, &Job::Revoke { id }).await?;
    Ok(tx.commit().await?)
}

/// The job: whatever became of a revocation's own job, it is tried, and its credential is gone
/// after a day.
pub async fn find_revocations(backend: &Backend) -> Result<()> {
    db::pending::delete_expired_revocations(&backend.db, backend.clock.now()).await?;
    for id in db::pending::revocations(&backend.db).await? {
        let revoke = Job::Revoke { id };
        if !db::jobs::is_alive(&backend.db, &revoke.payload()).await? {
            let mut tx = backend.db.begin().await?;
            jobs::enqueue(backend, &mut tx, revoke).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn tell(backend: &Backend, entry: &Entry, revocation: &Revocation) -> Result<bool> {
    let text = backend.vault.open(&revocation.payload, place(revocation.id))?;
    let Ok(ending) = serde_json::from_str::<Ending>(text.expose_secret()) else { return Ok(false) };
    let held = Held {
        access: ending.access.into(),
        refresh: ending.refresh.map(Into::into),
        grant_key: ending.grant_key,
    };
    entry.revoke(&held).await.map_err(|error| super::store::platform(entry, error))
}

/// Writes down that a grant is to be given back, unless somebody lives by it.
pub(super) async fn write_down(
    backend: &Backend,
    tx: &mut Tx,
    entry: &Entry,
    held: Held,
) -> Result<Option<Revocation>> {
    match is_shared(tx, entry, held.grant_key.as_deref(), AccountId(Uuid::nil())).await? {
        true => Ok(None),
        false => Ok(Some(schedule(backend, tx, entry, held).await?)),
    }
}

/// Gives back a grant that came to nothing, unless somebody lives by it.
pub(super) async fn give_back(backend: &Backend, entry: &Entry, grant: &Grant) {
    let held = Held {
        access: grant.access.clone(),
        refresh: grant.refresh.clone(),
        grant_key: grant.grant_key.clone(),
    };
    let written = async {
        let mut tx = backend.db.begin().await?;
        let revocation = write_down(backend, &mut tx, entry, held).await?;
        tx.commit().await?;
        Ok::<_, super::Error>(revocation)
    };
    match written.await {
        Ok(Some(revocation)) => attempt(backend, entry, &revocation).await,
        Ok(None) => {}
        Err(error) => {
            tracing::error!(provider = %entry.provider, "an unused grant was not given back: \
                {error}")
        }
    }
}

/// Erases waiting choices and gives back what they had been granted.
pub async fn give_back_waiting(backend: &Backend, waiting: Vec<Connection>) -> Result<()> {
    for row in waiting {
        let opened = choose::open(backend, &row);
        if !choose::take(backend, row.id).await? {
            continue;
        }
        if let Ok((entry, waiting)) = opened {
            give_back(backend, entry, &waiting.into_parts().0).await;
        }
    }
    Ok(())
}

/// The job: choices that nobody made.
pub async fn give_back_choices(backend: &Backend) -> Result<()> {
    let expired = db::pending::expired(&backend.db, backend.clock.now()).await?;
    give_back_waiting(backend, expired).await
}

/// The job: attempts to connect that ended.
pub async fn erase_flows(backend: &Backend) -> Result<()> {
    db::flows::delete_expired(&backend.db, backend.clock.now() - OUTCOME).await?;
    Ok(())
}
