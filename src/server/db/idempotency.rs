//! Answers kept for whoever asks again with the same key.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, delete_in_batches, sql};
use crate::model::{UserId, WorkspaceId};

/// Whose request, for what, under which key.
pub struct Key<'a> {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub route: &'a str,
    pub hash: &'a [u8],
}

#[derive(sqlx::FromRow)]
pub struct Kept {
    pub id: Uuid,
    pub body_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub response: Option<Vec<u8>>,
}

/// Claims a key; `false` when somebody has it already.
pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    key: &Key<'_>,
    body_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "INSERT INTO idempotency_keys (id, workspace_id, user_id, route, key_hash, body_hash,
         created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, user_id, route, key_hash)
         DO NOTHING",
        id,
        key.workspace,
        key.user,
        key.route,
        key.hash,
        body_hash,
        now
    )?;
    Ok(rows == 1)
}

pub async fn find(tx: &mut Tx, key: &Key<'_>) -> Result<Option<Kept>> {
    sql!(
        tx,
        Option<Kept>,
        "SELECT id, body_hash, created_at, response FROM idempotency_keys
         WHERE workspace_id = $1 AND user_id = $2 AND route = $3 AND key_hash = $4",
        key.workspace,
        key.user,
        key.route,
        key.hash
    )
}

/// Takes over from a request that never ended: of several who try, one succeeds.
pub async fn take_over(
    tx: &mut Tx,
    id: Uuid,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE idempotency_keys SET created_at = $3 WHERE id = $1 AND created_at = $2 AND response
         IS NULL",
        id,
        created_at,
        now
    )?;
    Ok(rows == 1)
}

pub async fn keep(db: &Db, id: Uuid, response: &[u8]) -> Result<()> {
    sql!(
        db,
        rows,
        "UPDATE idempotency_keys SET response = $2 WHERE id = $1 AND response IS NULL",
        id,
        response
    )?;
    Ok(())
}

/// Gives a key back: nothing came of its request.
pub async fn release(db: &Db, id: Uuid) -> Result<()> {
    sql!(db, rows, "DELETE FROM idempotency_keys WHERE id = $1 AND response IS NULL", id)?;
    Ok(())
}

pub async fn delete_older(db: &Db, than: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM idempotency_keys WHERE id IN (
        SELECT id FROM idempotency_keys WHERE created_at <= $1 ORDER BY created_at, id LIMIT $2)";
    delete_in_batches(db, text, than).await
}
