//! Ending grants at the platforms. A revocation is written down first, with its job, so that a
//! crash or an outage does not lose it; it is tried at once, and then by the job for 24 hours. It
//! is the only place where a credential outlives its account.

use std::time::Duration as StdDuration;

use chrono::Duration;
use uuid::Uuid;

use super::sealed_grant::SealedGrant;
use super::{Result, entry, platform_error, unreadable};
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::db::{self, Tx, pending::Revocation};
use crate::server::domain::Error;
use crate::server::domain::jobs::{self, Attempt, Job, Outcome};
use crate::server::failpoint::failpoint;
use crate::server::platform::{Credential, Entry, Error as P, TokenGrant};
use crate::server::vault::SealContext;

/// A person waits no longer than this for the platform.
const INLINE: StdDuration = StdDuration::from_secs(5);
const KEPT: Duration = Duration::hours(24);
/// By then the inline attempt has had its chance.
const PAUSE: Duration = Duration::minutes(1);

fn seal_context(id: Uuid) -> SealContext {
    SealContext::new("pending_revocations", id, "payload")
}

/// Whether revoking this grant would end other accounts too, in any workspace. Where a platform
/// ends everything of a person and we do not know the person, it counts as shared: we delete ours
/// and leave theirs alone.
pub(in crate::server::domain) async fn is_shared(
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
pub(in crate::server::domain) async fn schedule(
    backend: &Backend,
    tx: &mut Tx,
    entry: &Entry,
    held: Credential,
) -> Result<Revocation> {
    let (id, now) = (Uuid::now_v7(), backend.clock.now());
    let payload = SealedGrant::new(&held, ()).seal(backend, seal_context(id));
    let revocation =
        Revocation { id, provider: entry.provider.clone(), payload, expires_at: now + KEPT };
    db::pending::insert_revocation(tx, &revocation).await?;
    jobs::enqueue(backend, tx, Job::Revoke { id }.at(now + PAUSE)).await?;
    Ok(revocation)
}

/// Tries a written revocation at once. Failing is no error: its job tries again.
pub(in crate::server::domain) async fn attempt(
    backend: &Backend,
    entry: &Entry,
    revocation: &Revocation,
) {
    match tokio::time::timeout(INLINE, revoke_at_platform(backend, entry, revocation)).await {
        Ok(Ok(())) => match delete_pending(backend, revocation.id).await {
            Ok(()) => {}
            Err(error) => {
                tracing::error!(
                    platform = %entry.provider,
                    "could not delete completed revocation: {error}"
                )
            }
        },
        Ok(Err(error)) => {
            tracing::warn!(platform = %entry.provider, "revocation failed: {error}")
        }
        Err(_) => tracing::warn!(platform = %entry.provider, "revocation timed out"),
    }
}

/// The job: tries a written revocation until the platform takes it or its day is over.
pub async fn revoke(attempt: &Attempt<'_>, id: Uuid) -> Result<Outcome> {
    let backend = attempt.backend;
    let Some(revocation) = db::pending::revocation(&backend.db, id).await? else {
        return Ok(Outcome::Done);
    };
    let outcome = match entry(backend, revocation.provider.as_str()) {
        Ok(entry) if backend.clock.now() < revocation.expires_at => {
            judge(attempt, &revocation, revoke_at_platform(backend, entry, &revocation).await)
        }
        _ => {
            tracing::warn!(platform = %revocation.provider, "revocation abandoned");
            Outcome::Done
        }
    };
    if outcome == Outcome::Done {
        delete_pending(backend, id).await?;
    }
    Ok(outcome)
}

fn judge(attempt: &Attempt<'_>, revocation: &Revocation, outcome: Result<()>) -> Outcome {
    match outcome {
        Ok(()) => Outcome::Done,
        // What we hold is worth nothing any more, at this platform and for ever.
        Err(Error::Platform {
            error: error @ (P::AccessRefused { .. } | P::Reconnect { .. }),
            ..
        }) => {
            tracing::warn!(platform = %revocation.provider, "revocation abandoned: {error}");
            Outcome::Done
        }
        Err(error) => attempt.retry_after(error),
    }
}

async fn delete_pending(backend: &Backend, id: Uuid) -> Result<()> {
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
        if let Err(error) = ensure_job(backend, Job::Revoke { id }).await {
            tracing::error!(revocation = %id, "revocation deferred to the next run: {error}");
        }
    }
    Ok(())
}

/// Enqueues the job of a revocation that has none.
async fn ensure_job(backend: &Backend, revoke: Job) -> Result<()> {
    if !db::jobs::is_active(&backend.db, &revoke.payload()).await? {
        let mut tx = backend.db.begin().await?;
        jobs::enqueue(backend, &mut tx, revoke).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Asks the platform to end a grant. One that does not open can't be ended, by nobody and never.
async fn revoke_at_platform(
    backend: &Backend,
    entry: &Entry,
    revocation: &Revocation,
) -> Result<()> {
    let grant =
        match SealedGrant::<()>::open(backend, &revocation.payload, seal_context(revocation.id)) {
            Ok(grant) => grant,
            Err(error) => {
                unreadable::report("pending_revocations", &revocation.id, error);
                return Ok(());
            }
        };
    let outcome = entry.revoke(&grant.credential()).await;
    outcome.map(drop).map_err(|error| platform_error(entry, error))
}

/// Records that a grant is to be revoked, unless an account lives by it.
pub(super) async fn record_revocation(
    backend: &Backend,
    tx: &mut Tx,
    entry: &Entry,
    held: Credential,
) -> Result<Option<Revocation>> {
    match is_shared(tx, entry, held.grant_key.as_deref(), AccountId(Uuid::nil())).await? {
        true => Ok(None),
        false => Ok(Some(schedule(backend, tx, entry, held).await?)),
    }
}

/// Revokes a grant that came to nothing, unless an account lives by it.
pub(in crate::server::domain) async fn revoke_if_unused(
    backend: &Backend,
    entry: &Entry,
    grant: &TokenGrant,
) {
    let held = Credential {
        access: grant.access.clone(),
        refresh: grant.refresh.clone(),
        grant_key: grant.grant_key.clone(),
    };
    let written = async {
        let mut tx = backend.db.begin().await?;
        let revocation = record_revocation(backend, &mut tx, entry, held).await?;
        tx.commit().await?;
        Ok::<_, Error>(revocation)
    };
    match written.await {
        Ok(Some(revocation)) => attempt(backend, entry, &revocation).await,
        Ok(None) => {}
        Err(error) => {
            tracing::error!(platform = %entry.provider, "could not revoke unused grant: {error}")
        }
    }
}
