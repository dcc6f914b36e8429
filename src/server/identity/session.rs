//! Sessions: begun with a secret for a cookie, found by it or by a bearer token, ended by time.

use chrono::{DateTime, Duration, Utc};
use cookie::Cookie;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use secrecy::{ExposeSecret, SecretString};

use super::{Actor, Role, bearer, hash, random_secret};
use crate::model::{SessionId, UserId, WorkspaceId};
use crate::server::Backend;
use crate::server::db;
use crate::server::error::{Error, Result};

/// A session that nobody used for so long is over (OWASP ASVS 5.0, 7.3).
pub const IDLE: Duration = Duration::days(7);
/// No session lives longer than this, used or not (the same section).
pub const ABSOLUTE: Duration = Duration::days(30);
/// `last_seen_at` is written no more often than this: a page needs no write.
const TOUCH: Duration = Duration::minutes(5);

/// The cookie's name. `__Host-` makes browsers refuse it from other hosts and over plain http, so
/// only https can have it.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// The value of a cookie. Of several of one name the first counts, as browsers send the most
/// specific first.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(|cookie| cookie.ok())
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// Finds out who is asking. `Ok(None)`: nobody says anything. A bearer token that is not good is an
/// error: it never falls back to the cookie.
pub async fn identify(backend: &Backend, headers: &HeaderMap) -> Result<Option<Actor>> {
    let now = backend.clock.now();
    if let Some(value) = headers.get(AUTHORIZATION) {
        let token = value
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
            .ok_or(Error::Unauthorized)?;
        let session = bearer::read_access_token(backend, token, now)?;
        let live = db::sessions::by_id(&backend.db, session, now).await?;
        return Ok(Some(
            actor(backend, live.ok_or(Error::Unauthorized)?, now, true)
                .await?
                .ok_or(Error::Unauthorized)?,
        ));
    }
    let Some(secret) = cookie(headers, cookie_name(backend.public_url.is_https())) else {
        return Ok(None);
    };
    match db::sessions::by_token(&backend.db, &hash(&secret), now).await? {
        Some(live) => actor(backend, live, now, false).await,
        None => Ok(None),
    }
}

/// Whether nobody has used a session for too long.
pub fn is_idle(live: &db::sessions::ActiveSession, now: DateTime<Utc>) -> bool {
    live.last_seen_at + IDLE <= now
}

/// Whether a session has not ended, without counting as its use.
pub async fn is_live(backend: &Backend, id: SessionId) -> Result<bool> {
    let now = backend.clock.now();
    Ok(db::sessions::by_id(&backend.db, id, now).await?.is_some_and(|live| !is_idle(&live, now)))
}

async fn actor(
    backend: &Backend,
    live: db::sessions::ActiveSession,
    now: DateTime<Utc>,
    by_bearer: bool,
) -> Result<Option<Actor>> {
    if is_idle(&live, now) {
        return Ok(None);
    }
    if live.last_seen_at + TOUCH <= now {
        db::sessions::update_last_seen(&backend.db, live.id, now).await?;
    }
    let role = match live.role.as_str() {
        "owner" => Role::Owner,
        "editor" => Role::Editor,
        _ => Role::Viewer,
    };
    Ok(Some(Actor {
        // An address counts once it is proved: anybody can register with an operator's.
        operator: live.email_verified_at.is_some() && backend.config.is_operator(&live.email),
        verified: live.email_verified_at.is_some(),
        user: live.user_id,
        workspace: live.workspace_id,
        session: live.id,
        role,
        name: live.name,
        email: live.email,
        time_zone: live.time_zone,
        tier: live.tier,
        open_flow: live.open_flow,
        unread: live.unread,
        newest: live.newest,
        troubles: live.troubles,
        by_bearer,
    }))
}

/// A new session, and the secret for its cookie.
pub async fn start(
    backend: &Backend,
    tx: &mut db::Tx,
    user: UserId,
    workspace: WorkspaceId,
    user_agent: &str,
) -> Result<(SessionId, SecretString)> {
    let now = backend.clock.now();
    let (id, secret) = (SessionId::new(), random_secret());
    let new = db::sessions::New {
        id,
        token_hash: &hash(secret.expose_secret()),
        user,
        workspace,
        user_agent: user_agent.get(..200).unwrap_or(user_agent),
        now,
        expires_at: now + ABSOLUTE,
    };
    db::sessions::insert(tx, &new).await?;
    Ok((id, secret))
}
