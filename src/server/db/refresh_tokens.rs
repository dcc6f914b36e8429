//! Refresh tokens of the REST API: one family for a session.

use chrono::{DateTime, Utc};

use super::{Db, Result, Tx, sql};
use crate::model::SessionId;

pub async fn insert(
    tx: &mut Tx,
    token_hash: &[u8],
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES ($1, $2, $3)",
        token_hash,
        session,
        now
    )?;
    Ok(())
}

/// Uses a token up, once; the session it belongs to.
pub async fn take(tx: &mut Tx, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<SessionId>> {
    let found = sql!(
        tx,
        Option<(SessionId,)>,
        "UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL
         RETURNING session_id",
        token_hash,
        now
    )?;
    Ok(found.map(|(session,)| session))
}

/// The session of a token, used or not.
pub async fn session_of(db: &Db, token_hash: &[u8]) -> Result<Option<SessionId>> {
    let found = sql!(
        db,
        Option<(SessionId,)>,
        "SELECT session_id FROM refresh_tokens WHERE token_hash = $1",
        token_hash
    )?;
    Ok(found.map(|(session,)| session))
}
