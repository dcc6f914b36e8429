//! A request with an `Idempotency-Key` happens once (requirement U6): whoever does not get the
//! answer asks again with the same key, and gets what the first one got.

use chrono::Duration;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Error, Result, unreadable};
use crate::server::Backend;
use crate::server::db::{self, idempotency::Kept, idempotency::Key};
use crate::server::identity::{Actor, hash};
use crate::server::vault::{self, SealContext};

/// Answers are kept so long.
const KEPT: Duration = Duration::days(1);
/// Longer than any request takes: whoever holds a key for longer has died with its process. What it
/// began may then be done once more, which every such request bears: flows replace one another, and
/// connecting the same account twice updates it.
const LEASE: Duration = Duration::minutes(3);

/// What a key stands for.
pub enum Claim {
    /// Nothing yet: the request is to be done, then [`keep`] or [`release`] called with this id.
    First(Uuid),
    /// The answer of the first one.
    Answered(SecretString),
    UnderWay,
    /// The key came before, with another request.
    OtherRequest,
    /// The request was done; what it was answered can no longer be read.
    Unreadable,
}

/// Claims a key for a request, or finds out what became of the request that claimed it before.
pub async fn claim(
    backend: &Backend,
    actor: &Actor,
    route: &str,
    key: &str,
    body: &[u8],
) -> Result<Claim> {
    let (now, key_hash, body_hash) =
        (backend.clock.now(), hash(key), Sha256::digest(body).to_vec());
    let key = Key { workspace: actor.workspace, user: actor.user, route, hash: &key_hash };
    purge(backend).await?;
    let mut tx = backend.db.begin().await?;
    let id = Uuid::now_v7();
    if db::idempotency::insert(&mut tx, id, &key, &body_hash, now).await? {
        tx.commit().await?;
        return Ok(Claim::First(id));
    }
    let Some(kept) = db::idempotency::find(&mut tx, &key).await? else {
        return Ok(Claim::UnderWay);
    };
    let claim = match kept {
        Kept { body_hash: other, .. } if other != body_hash => Claim::OtherRequest,
        Kept { id, response: Some(response), .. } => {
            let opened = backend.vault.open(&response, seal_context(id));
            opened.map_or_else(|error| unreadable(id, error), Claim::Answered)
        }
        Kept { id, created_at, .. } if created_at + LEASE <= now => {
            if db::idempotency::take_over(&mut tx, id, created_at, now).await? {
                Claim::First(id)
            } else {
                Claim::UnderWay
            }
        }
        Kept { .. } => Claim::UnderWay,
    };
    tx.commit().await?;
    Ok(claim)
}

fn unreadable(id: Uuid, error: vault::Error) -> Claim {
    unreadable::report("idempotency_keys", &id, error);
    Claim::Unreadable
}

/// Keeps the answer, sealed: it may hold the state of a connection that was begun.
pub async fn keep(backend: &Backend, id: Uuid, response: &SecretString) -> Result<()> {
    Ok(db::idempotency::keep(&backend.db, id, &backend.vault.seal(response, seal_context(id)))
        .await?)
}

/// Gives the key back, because the request did not succeed and may be tried again.
pub async fn release(backend: &Backend, id: Uuid) -> Result<()> {
    Ok(db::idempotency::release(&backend.db, id).await?)
}

/// The job: deletes answers that are a day old.
pub async fn purge(backend: &Backend) -> Result<()> {
    db::idempotency::delete_older(&backend.db, backend.clock.now() - KEPT)
        .await
        .map(|_| ())
        .map_err(Error::from)
}

fn seal_context(id: Uuid) -> SealContext {
    SealContext::new("idempotency_keys", id, "response")
}
