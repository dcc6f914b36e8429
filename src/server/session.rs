//! Who is asking: a session cookie or a bearer token, turned into an [`Actor`].

use chrono::{DateTime, Duration, Utc};
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Backend;
use super::db;
use super::domain::{Error, Result};
use crate::model::{SessionId, UserId, WorkspaceId};

/// A session that nobody used for so long is over; and none lives longer than this (OWASP ASVS 5.0,
/// 7.3).
pub const IDLE: Duration = Duration::days(7);
pub const ABSOLUTE: Duration = Duration::days(30);
/// The life of an access token for the REST API.
pub const ACCESS: Duration = Duration::minutes(15);
/// `seen_at` is written no more often than this: a page needs no write.
const TOUCH: Duration = Duration::minutes(5);
const AUDIENCE: &str = "huntaze-api";

/// The person behind a request, and the workspace they act in. Every query is scoped by it.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user: UserId,
    pub workspace: WorkspaceId,
    pub session: SessionId,
    pub role: Role,
    pub name: String,
    pub email: String,
    /// The address is known to be theirs.
    pub verified: bool,
    pub time_zone: String,
    pub tier: String,
    pub operator: bool,
    /// The platform of an attempt to connect that has not come back.
    pub open_flow: Option<String>,
    /// Notices not read yet, the newest one's title, and platforms in trouble: every page shows
    /// them.
    pub unread: i64,
    pub newest: Option<String>,
    pub troubles: Vec<db::incidents::Trouble>,
    /// Identified by a bearer token, which no other site can make a browser send.
    pub by_bearer: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    Viewer,
    Editor,
    Owner,
}

impl Actor {
    /// Refuses who may only look.
    pub fn may_change(&self) -> Result<()> {
        if self.role >= Role::Editor { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Whether the workspace is theirs to look into.
    pub fn is_owner(&self) -> bool {
        self.role == Role::Owner
    }

    pub fn owner(&self) -> db::pending::Owner {
        db::pending::Owner { session: self.session, user: self.user, workspace: self.workspace }
    }
}

/// The cookie's name. `__Host-` makes browsers refuse it from other hosts and over plain http, so
/// only https can have it.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// A new random secret of 256 bits, as 64 hex digits.
pub fn random_secret() -> SecretString {
    let bytes: [u8; 32] = rand::rng().random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// What is stored of a secret that only has to be recognised.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
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
        let session = read_access_token(backend, token, now)?;
        let live = db::sessions::by_id(&backend.db, session, now).await?;
        return Ok(Some(
            actor(backend, live.ok_or(Error::Unauthorized)?, now, true)
                .await?
                .ok_or(Error::Unauthorized)?,
        ));
    }
    let Some(secret) =
        cookie(headers, cookie_name(backend.config.public_url().scheme() == "https"))
    else {
        return Ok(None);
    };
    match db::sessions::by_token(&backend.db, &hash(&secret), now).await? {
        Some(live) => actor(backend, live, now, false).await,
        None => Ok(None),
    }
}

/// Whether nobody has used a session for too long.
pub fn is_idle(live: &db::sessions::Live, now: DateTime<Utc>) -> bool {
    live.seen_at + IDLE <= now
}

/// Whether a session has not ended, without counting as its use.
pub async fn is_live(backend: &Backend, id: SessionId) -> Result<bool> {
    let now = backend.clock.now();
    Ok(db::sessions::by_id(&backend.db, id, now).await?.is_some_and(|live| !is_idle(&live, now)))
}

async fn actor(
    backend: &Backend,
    live: db::sessions::Live,
    now: DateTime<Utc>,
    by_bearer: bool,
) -> Result<Option<Actor>> {
    if is_idle(&live, now) {
        return Ok(None);
    }
    if live.seen_at + TOUCH <= now {
        db::sessions::touch(&backend.db, live.id, now).await?;
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

/// The value of a cookie. Of several of one name the first counts, as browsers send the most
/// specific first.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    /// The session: every use checks its row, so that revocation is immediate.
    sid: SessionId,
    aud: String,
    iss: String,
    iat: i64,
    exp: i64,
}

/// A bearer token for the REST API.
pub fn access_token(backend: &Backend, user: UserId, session: SessionId) -> Result<SecretString> {
    let now = backend.clock.now();
    let key = backend.vault.signing();
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
    let claims = Claims {
        sub: user,
        sid: session,
        aud: AUDIENCE.into(),
        iss: backend.config.public_url().into(),
        iat: now.timestamp(),
        exp: (now + ACCESS).timestamp(),
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key.secret))
        .map(SecretString::from)
        .map_err(|error| Error::Hashing(error.to_string()))
}

fn read_access_token(backend: &Backend, token: &str, now: DateTime<Utc>) -> Result<SessionId> {
    // One algorithm, ours: a token that names another one is not even looked at (RFC 8725, 3.1).
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[backend.config.public_url().as_str()]);
    // Expiry is compared below, with our own clock.
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(&backend.vault.signing().secret);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
        .map_err(|_| Error::Unauthorized)?
        .claims;
    if claims.exp <= now.timestamp() { Err(Error::Unauthorized) } else { Ok(claims.sid) }
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
