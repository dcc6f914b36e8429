//! Refresh tokens of the REST API: one family for a session, a new one at every use.
//!
//! A token that is used twice was stolen, or its answer was lost: nobody can tell which, so the
//! family and its session end (RFC 9700, 4.14.2). There is no time of grace: a client that lost an
//! answer logs in again, and a thief gains nothing.

use secrecy::{ExposeSecret, SecretString};

use super::{Error, Result, sessions};
use crate::model::audit::Action;
use crate::model::{SessionId, UserId};
use crate::server::Backend;
use crate::server::db;
use crate::server::domain::events::AuditEvent;
use crate::server::identity::{self, hash, random_secret};

/// What a refresh hands out; the access token is made of it.
pub struct Refreshed {
    pub user: UserId,
    pub session: SessionId,
    pub token: SecretString,
}

/// A token of a session's family.
pub(super) async fn issue(
    backend: &Backend,
    tx: &mut db::Tx,
    session: SessionId,
) -> Result<SecretString> {
    let token = random_secret();
    db::refresh_tokens::insert(tx, &hash(token.expose_secret()), session, backend.clock.now())
        .await?;
    Ok(token)
}

/// Takes a token and gives the next one. It keeps the session awake, but never alive beyond its
/// absolute end.
pub async fn refresh(backend: &Backend, token: SecretString) -> Result<Refreshed> {
    let (hash, now) = (hash(token.expose_secret()), backend.clock.now());
    let session =
        db::refresh_tokens::session_of(&backend.db, &hash).await?.ok_or(Error::Unauthorized)?;
    let live = db::sessions::by_id(&backend.db, session, now)
        .await?
        .filter(|live| !identity::is_idle(live, now));
    let live = live.ok_or(Error::Unauthorized)?;
    let user = live.user_id;
    let mut tx = backend.db.begin().await?;
    if db::refresh_tokens::take(&mut tx, &hash, now).await?.is_none() {
        drop(tx);
        tracing::warn!(%user, %session, "refresh token reused, session revoked");
        let event =
            AuditEvent::by_user(Some(live.workspace_id), user, &live.name, Action::SessionRevoked);
        sessions::end(backend, user, session, event.saying("A refresh token was used twice."))
            .await?;
        return Err(Error::Unauthorized);
    }
    let token = issue(backend, &mut tx, session).await?;
    db::sessions::update_last_seen(&mut tx, session, now).await?;
    tx.commit().await?;
    Ok(Refreshed { user, session, token })
}
