//! When one consent covers several accounts, the person chooses. Until then the grant waits,
//! sealed, bound to who began it.

use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Error, Result, configured, revoke, store};
use crate::model::audit::Action;
use crate::model::{Choice, Choices, FlowId};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account, pending::Connection};
use crate::server::domain::audit::{self, Event};
use crate::server::platform::{Entry, Grant, Profile};
use crate::server::session::Actor;
use crate::server::vault::Place;

const LIFE: Duration = Duration::minutes(10);

/// A waiting grant as it is sealed. It exists in the clear only inside this module and has no
/// `Debug`.
#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    access: String,
    refresh: Option<String>,
    token_type: String,
    expires_in: Option<i64>,
    refresh_expires_in: Option<i64>,
    scopes: Vec<String>,
    grant_key: Option<String>,
    candidates: Vec<Candidate>,
}

#[derive(Serialize, Deserialize)]
struct Candidate {
    id: String,
    name: String,
    handle: String,
    avatar_url: Option<String>,
    detail: String,
    metadata: Value,
    grant_key: Option<String>,
}

fn place(id: FlowId) -> Place {
    Place::new("pending_connections", id.0, "payload")
}

/// Puts a grant aside until the person has chosen.
pub(super) async fn wait(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    id: FlowId,
    grant: &Grant,
    found: &[Profile],
) -> Result<()> {
    let payload = backend.vault.seal(&Waiting::of(grant, found).into_text(), place(id));
    db::pending::insert(
        &backend.db,
        id,
        actor.owner(),
        &entry.provider,
        &payload,
        backend.clock.now() + LIFE,
    )
    .await?;
    Ok(())
}

/// What there is to choose from.
pub async fn choices(backend: &Backend, actor: &Actor, id: FlowId) -> Result<Choices> {
    let (entry, waiting) = open(backend, &find(backend, actor, id).await?)?;
    let choices = waiting.candidates.iter().map(|c| Choice {
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
    let (entry, waiting) = open(backend, &find(backend, actor, id).await?)?;
    let (grant, found) = waiting.into_parts();
    let profile = found.into_iter().find(|profile| profile.id == chosen);
    let profile =
        profile.ok_or_else(|| Error::field("choice", "Choose one of the accounts on the list."))?;
    let stored = store::connect(backend, actor, entry, &grant, profile, &[], Some(id)).await;
    audit::noted(backend, stored, || {
        Event::by(actor, Action::Connect).about(entry.info().name.as_ref())
    })
    .await
}

/// Connects nothing, and gives back what was granted.
pub async fn cancel(backend: &Backend, actor: &Actor, id: FlowId) -> Result<()> {
    actor.may_change()?;
    let waiting = find(backend, actor, id).await?;
    revoke::give_back_waiting(backend, vec![waiting]).await
}

pub(super) async fn take(backend: &Backend, id: FlowId) -> Result<bool> {
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

pub(super) fn open<'a>(backend: &'a Backend, row: &Connection) -> Result<(&'a Entry, Waiting)> {
    let entry = configured(backend, row.provider.as_str())?;
    let text = backend.vault.open(&row.payload, place(row.id))?;
    // We sealed it ourselves, from this very type; an older version's shape lives ten minutes at
    // most.
    let waiting =
        serde_json::from_str(text.expose_secret()).map_err(|_| Error::NotFound("choice"))?;
    Ok((entry, waiting))
}

impl Waiting {
    fn of(grant: &Grant, found: &[Profile]) -> Self {
        let candidate = |p: &Profile| Candidate {
            id: p.id.clone(),
            name: p.name.clone(),
            handle: p.handle.clone(),
            avatar_url: p.avatar_url.clone(),
            detail: p.detail.clone(),
            metadata: p.metadata.clone(),
            grant_key: p.grant_key.clone(),
        };
        Self {
            access: grant.access.expose_secret().to_owned(),
            refresh: grant.refresh.as_ref().map(|secret| secret.expose_secret().to_owned()),
            token_type: grant.token_type.clone(),
            expires_in: grant.expires_in.map(|d| d.num_seconds()),
            refresh_expires_in: grant.refresh_expires_in.map(|d| d.num_seconds()),
            scopes: grant.scopes.clone(),
            grant_key: grant.grant_key.clone(),
            candidates: found.iter().map(candidate).collect(),
        }
    }

    /// As sealed. Plain strings and numbers always serialise.
    fn into_text(self) -> SecretString {
        serde_json::to_string(&self).expect("strings and numbers serialise").into()
    }

    pub(super) fn into_parts(self) -> (Grant, Vec<Profile>) {
        let grant = Grant {
            access: self.access.into(),
            refresh: self.refresh.map(Into::into),
            token_type: self.token_type,
            expires_in: self.expires_in.and_then(Duration::try_seconds),
            refresh_expires_in: self.refresh_expires_in.and_then(Duration::try_seconds),
            scopes: self.scopes,
            grant_key: self.grant_key,
        };
        let profile = |c: Candidate| Profile {
            id: c.id,
            name: c.name,
            handle: c.handle,
            avatar_url: c.avatar_url,
            detail: c.detail,
            metadata: c.metadata,
            standing: None,
            grant_key: c.grant_key,
        };
        (grant, self.candidates.into_iter().map(profile).collect())
    }
}
