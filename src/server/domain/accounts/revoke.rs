//! Ending grants at the platforms. A revocation is written down first, so that a crash or an outage does not lose it, tried at
//! once, and then again for 24 hours. It is the only place where a credential outlives its account.

use std::time::Duration as StdDuration;

use chrono::Duration;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Result, choose, entry};
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::db::{self, Tx, pending::Connection, pending::Revocation};
use crate::server::failpoint::failpoint;
use crate::server::platform::{Entry, Grant, Held};
use crate::server::vault::Place;

/// A person waits no longer than this for the platform.
const INLINE: StdDuration = StdDuration::from_secs(5);
const KEPT: Duration = Duration::hours(24);
const FIRST_PAUSE: Duration = Duration::minutes(1);
const LONGEST_PAUSE: Duration = Duration::hours(2);

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

/// Whether revoking this grant would end other accounts too, in any workspace. Where a platform ends everything of a person and we
/// do not know the person, it counts as shared: we delete ours and leave theirs alone.
pub(super) async fn is_shared(tx: &mut Tx, entry: &Entry, grant_key: Option<&str>, but: AccountId) -> Result<bool> {
    match (entry.platform.revokes_whole_person(), grant_key) {
        (false, _) => Ok(false),
        (true, None) => Ok(true),
        (true, Some(key)) => Ok(db::pending::grant_in_use(tx, &entry.provider, key, but).await?),
    }
}

/// Writes a revocation down, due when the inline attempt has had its chance.
pub(super) async fn schedule(backend: &Backend, tx: &mut Tx, entry: &Entry, held: Held) -> Result<Revocation> {
    let (id, now) = (Uuid::now_v7(), backend.clock.now());
    let ending = Ending {
        access: held.access.expose_secret().to_owned(),
        refresh: held.refresh.as_ref().map(|secret| secret.expose_secret().to_owned()),
        grant_key: held.grant_key,
    };
    // Strings always serialise.
    let text = serde_json::to_string(&ending).expect("strings serialise").into();
    let payload = backend.vault.seal(&text, place(id));
    let revocation = Revocation { id, provider: entry.provider.clone(), payload, attempts: 0, expires_at: now + KEPT };
    db::pending::insert_revocation(tx, &revocation, now + FIRST_PAUSE).await?;
    Ok(revocation)
}

/// Tries a written revocation once, and crosses it off when the platform took it. Failing is no error: the sweep tries again.
pub(super) async fn attempt(backend: &Backend, entry: &Entry, revocation: &Revocation) {
    let done = match tokio::time::timeout(INLINE, tell(backend, entry, revocation)).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => {
            tracing::warn!(provider = %entry.provider, attempts = revocation.attempts, "revocation not taken: {error}");
            false
        }
        Err(_) => {
            tracing::warn!(provider = %entry.provider, attempts = revocation.attempts, "revocation timed out");
            false
        }
    };
    failpoint!("revoke.told");
    let kept = if done || revocation.expires_at <= backend.clock.now() {
        db::pending::delete_revocation(&backend.db, revocation.id).await
    } else {
        let pause = FIRST_PAUSE * 2i32.pow(revocation.attempts.clamp(0, 10) as u32);
        db::pending::postpone_revocation(&backend.db, revocation.id, backend.clock.now() + pause.min(LONGEST_PAUSE)).await
    };
    if let Err(error) = kept {
        tracing::error!(provider = %entry.provider, "revocation not updated: {error}");
    }
}

async fn tell(backend: &Backend, entry: &Entry, revocation: &Revocation) -> Result<bool> {
    let text = backend.vault.open(&revocation.payload, place(revocation.id))?;
    let Ok(ending) = serde_json::from_str::<Ending>(text.expose_secret()) else { return Ok(false) };
    let held = Held { access: ending.access.into(), refresh: ending.refresh.map(Into::into), grant_key: ending.grant_key };
    entry.platform.revoke(&entry.client, &held).await.map_err(|error| super::store::platform(entry, error))
}

/// Gives back a grant that came to nothing, unless somebody lives by it.
pub(super) async fn give_back(backend: &Backend, entry: &Entry, grant: &Grant) {
    let held = Held { access: grant.access.clone(), refresh: grant.refresh.clone(), grant_key: grant.grant_key.clone() };
    let written = async {
        let mut tx = backend.db.begin().await?;
        if is_shared(&mut tx, entry, held.grant_key.as_deref(), AccountId(Uuid::nil())).await? {
            return Ok(None);
        }
        let revocation = schedule(backend, &mut tx, entry, held).await?;
        tx.commit().await?;
        Ok::<_, super::Error>(Some(revocation))
    };
    match written.await {
        Ok(Some(revocation)) => attempt(backend, entry, &revocation).await,
        Ok(None) => {}
        Err(error) => tracing::error!(provider = %entry.provider, "an unused grant was not given back: {error}"),
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

/// What the clock has made due: revocations to try again, choices that nobody made.
pub async fn sweep(backend: &Backend) -> Result<()> {
    let now = backend.clock.now();
    give_back_waiting(backend, db::pending::expired(&backend.db, now).await?).await?;
    for revocation in db::pending::due_revocations(&backend.db, now).await? {
        match entry(backend, revocation.provider.as_str()) {
            Ok(entry) => attempt(backend, entry, &revocation).await,
            Err(_) => db::pending::delete_revocation(&backend.db, revocation.id).await?,
        }
    }
    Ok(())
}
