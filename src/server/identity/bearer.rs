//! Bearer tokens of the REST API: JSON Web Tokens that name a session.

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::model::{SessionId, UserId};
use crate::server::Backend;
use crate::server::error::{Error, Result};

/// The life of an access token for the REST API.
pub const ACCESS: Duration = Duration::minutes(15);
const AUDIENCE: &str = "huntaze-api";

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
        iss: backend.public_url.as_str().to_owned(),
        iat: now.timestamp(),
        exp: (now + ACCESS).timestamp(),
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key.secret))
        .map(SecretString::from)
        .map_err(|error| Error::Hashing(error.to_string()))
}

/// The session of a token that we signed, with a key that is still in the ring, and that has not
/// ended.
pub(super) fn read_access_token(
    backend: &Backend,
    token: &str,
    now: DateTime<Utc>,
) -> Result<SessionId> {
    // One algorithm, ours: a token that names another one is not even looked at (RFC 8725, 3.1).
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[backend.public_url.as_str()]);
    // Expiry is compared below, with our own clock.
    validation.validate_exp = false;
    let key = jsonwebtoken::decode_header(token)
        .ok()
        .and_then(|header| backend.vault.verifying(&header.kid?))
        .ok_or(Error::Unauthorized)?;
    let key = DecodingKey::from_secret(&key.secret);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
        .map_err(|_| Error::Unauthorized)?
        .claims;
    if claims.exp <= now.timestamp() { Err(Error::Unauthorized) } else { Ok(claims.sid) }
}
