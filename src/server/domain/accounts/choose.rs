//! When one consent covers several accounts, the person chooses. Until then the grant waits,
//! sealed, bound to who began it.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::store::{self, IssuedGrant};
use super::{Error, Result, configured};
use crate::model::audit::Action;
use crate::model::{Choice, Choices, FlowId};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account, pending::Connection};
use crate::server::domain::access::{self, sealed_grant::SealedGrant};
use crate::server::domain::events::{self, AuditEvent};
use crate::server::domain::unreadable;
use crate::server::identity::Actor;
use crate::server::platform::{Credential, Entry, Profile, TokenGrant};
use crate::server::vault::{self, SealContext};

const LIFE: Duration = Duration::minutes(10);

/// A grant that waits, with what it covers.
type Waiting = SealedGrant<Consent>;

#[derive(Serialize, Deserialize)]
struct Consent {
    token_type: String,
    expires_in: Option<i64>,
    refresh_expires_in: Option<i64>,
    scopes: Vec<String>,
    /// Nothing in what an older version wrote, which lives for ten minutes.
    #[serde(default)]
    issued_at: Option<DateTime<Utc>>,
    profiles: Vec<PendingProfile>,
}

#[derive(Serialize, Deserialize)]
struct PendingProfile {
    id: String,
    name: String,
    handle: String,
    avatar_url: Option<String>,
    detail: String,
    metadata: Value,
    grant_key: Option<String>,
}

fn seal_context(id: FlowId) -> SealContext {
    SealContext::new("pending_connections", id.0, "payload")
}

/// Puts a grant aside until the person has chosen.
pub(super) async fn store_pending(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    id: FlowId,
    issued: &IssuedGrant,
    found: &[Profile],
) -> Result<()> {
    let payload = waiting(issued, found).seal(backend, seal_context(id));
    let (owner, until) = (actor.owner(), backend.clock.now() + LIFE);
    let stored =
        db::pending::insert(&backend.db, id, owner, &entry.provider, &payload, until).await;
    match stored {
        // A commit whose answer never came may have happened all the same: then the grant has its
        // place, and is not given back.
        Err(error) => find(backend, actor, id).await.map(drop).map_err(|_| error.into()),
        Ok(()) => Ok(()),
    }
}

/// What there is to choose from.
pub async fn choices(backend: &Backend, actor: &Actor, id: FlowId) -> Result<Choices> {
    let (entry, waiting) = find_open(backend, actor, id).await?;
    let choices = waiting.details.profiles.iter().map(|c| Choice {
        id: c.id.clone(),
        name: if c.handle.is_empty() {
            c.name.clone()
        } else {
            format!("{} ({})", c.name, c.handle)
        },
        detail: c.detail.clone(),
    });
    Ok(Choices { flow: id, info: entry.info().clone(), choices: choices.collect() })
}

/// Connects the chosen account. An id that is not on the list is refused; the tier is checked here.
pub async fn choose(backend: &Backend, actor: &Actor, id: FlowId, chosen: &str) -> Result<Account> {
    actor.may_change()?;
    let (entry, waiting) = find_open(backend, actor, id).await?;
    let at = waiting.details.issued_at.unwrap_or_else(|| backend.clock.now());
    let issued = IssuedGrant { grant: grant(&waiting), at };
    let mut found = waiting.details.profiles.into_iter().map(profile);
    let profile = found.find(|profile| profile.id == chosen);
    let profile =
        profile.ok_or_else(|| Error::field("choice", "Choose one of the accounts on the list."))?;
    let stored = store::connect(backend, actor, entry, &issued, profile, &[], Some(id)).await;
    events::record_failure(backend, stored, || {
        AuditEvent::by(actor, Action::Connect).about(entry.info().name.as_ref())
    })
    .await
}

/// Connects nothing, and gives back what was granted.
pub async fn cancel(backend: &Backend, actor: &Actor, id: FlowId) -> Result<()> {
    actor.may_change()?;
    let waiting = find(backend, actor, id).await?;
    revoke_pending(backend, vec![waiting]).await
}

async fn delete_pending(backend: &Backend, id: FlowId) -> Result<bool> {
    let mut tx = backend.db.begin().await?;
    let taken = db::pending::take(&mut tx, id).await?;
    tx.commit().await?;
    Ok(taken)
}

async fn find(backend: &Backend, actor: &Actor, id: FlowId) -> Result<Connection> {
    db::pending::find(&backend.db, id, actor.owner(), backend.clock.now())
        .await?
        .ok_or(Error::NotFound("choice"))
}

fn open(backend: &Backend, row: &Connection) -> Result<Waiting, vault::Error> {
    Waiting::open(backend, &row.payload, seal_context(row.id))
}

/// A waiting choice with its grant. One that does not open is erased: nobody can choose from it any
/// more, and nothing of it is left that could be given back.
async fn find_open<'a>(
    backend: &'a Backend,
    actor: &Actor,
    id: FlowId,
) -> Result<(&'a Entry, Waiting)> {
    let row = find(backend, actor, id).await?;
    let entry = configured(backend, row.provider.as_str())?;
    match open(backend, &row) {
        Ok(waiting) => Ok((entry, waiting)),
        Err(error) => {
            if delete_pending(backend, id).await? {
                unreadable::report("pending_connections", &id, error);
            }
            Err(Error::Conflict {
                sentence: format!("What {} granted can no longer be read.", entry.info().name),
                next: "Nothing was connected. Start again from the integrations page.".into(),
            })
        }
    }
}

/// Erases waiting choices and gives back what they had been granted. One that can't be erased now
/// is left to the next round and holds up none of the others.
pub async fn revoke_pending(backend: &Backend, waiting: Vec<Connection>) -> Result<()> {
    for row in waiting {
        match delete_pending(backend, row.id).await {
            Ok(true) => revoke_consent(backend, &row).await,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(flow = %row.id, "could not delete pending connection: {error}")
            }
        }
    }
    Ok(())
}

async fn revoke_consent(backend: &Backend, row: &Connection) {
    match (configured(backend, row.provider.as_str()), open(backend, row)) {
        (Ok(entry), Ok(waiting)) => {
            access::revoke_if_unused(backend, entry, &grant(&waiting)).await
        }
        (_, Err(error)) => unreadable::report("pending_connections", &row.id, error),
        (Err(error), _) => tracing::warn!(flow = %row.id, "could not revoke grant: {error}"),
    }
}

/// The job: choices that nobody made.
pub async fn revoke_expired_choices(backend: &Backend) -> Result<()> {
    let expired = db::pending::expired(&backend.db, backend.clock.now()).await?;
    revoke_pending(backend, expired).await
}

fn waiting(issued: &IssuedGrant, found: &[Profile]) -> Waiting {
    let grant = &issued.grant;
    let candidate = |p: &Profile| PendingProfile {
        id: p.id.clone(),
        name: p.name.clone(),
        handle: p.handle.clone(),
        avatar_url: p.avatar_url.clone(),
        detail: p.detail.clone(),
        metadata: p.metadata.clone(),
        grant_key: p.grant_key.clone(),
    };
    let held = Credential {
        access: grant.access.clone(),
        refresh: grant.refresh.clone(),
        grant_key: grant.grant_key.clone(),
    };
    let consent = Consent {
        token_type: grant.token_type.clone(),
        expires_in: grant.expires_in.map(|life| life.num_seconds()),
        refresh_expires_in: grant.refresh_expires_in.map(|life| life.num_seconds()),
        scopes: grant.scopes.clone(),
        issued_at: Some(issued.at),
        profiles: found.iter().map(candidate).collect(),
    };
    Waiting::new(&held, consent)
}

fn grant(waiting: &Waiting) -> TokenGrant {
    let (held, consent) = (waiting.credential(), &waiting.details);
    TokenGrant {
        access: held.access,
        refresh: held.refresh,
        token_type: consent.token_type.clone(),
        expires_in: consent.expires_in.map(Duration::seconds),
        refresh_expires_in: consent.refresh_expires_in.map(Duration::seconds),
        scopes: consent.scopes.clone(),
        grant_key: held.grant_key,
    }
}

fn profile(candidate: PendingProfile) -> Profile {
    Profile {
        id: candidate.id,
        name: candidate.name,
        handle: candidate.handle,
        avatar_url: candidate.avatar_url,
        detail: candidate.detail,
        metadata: candidate.metadata,
        issue: None,
        grant_key: candidate.grant_key,
    }
}
