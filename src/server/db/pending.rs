//! Tokens that wait: between consent and choice, and for a revocation that the platform could not
//! take.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, delete_in_batches, sql};
use crate::model::{AccountId, FlowId, Provider, SessionId, UserId, WorkspaceId};

/// A consent that covers several accounts, until the person chooses.
#[derive(sqlx::FromRow)]
pub struct Connection {
    pub id: FlowId,
    pub user_id: UserId,
    pub workspace_id: WorkspaceId,
    pub provider: Provider,
    pub payload: Vec<u8>,
}

/// Who a waiting choice is bound to.
#[derive(Clone, Copy)]
pub struct Owner {
    pub session: SessionId,
    pub user: UserId,
    pub workspace: WorkspaceId,
}

pub async fn insert(
    db: &Db,
    id: FlowId,
    owner: Owner,
    provider: &Provider,
    payload: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sql!(
        db,
        rows,
        "INSERT INTO pending_connections (id, session_id, user_id, workspace_id, provider,
         payload, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        owner.session,
        owner.user,
        owner.workspace,
        provider,
        payload,
        expires_at
    )?;
    Ok(())
}

pub async fn find(
    db: &Db,
    id: FlowId,
    owner: Owner,
    now: DateTime<Utc>,
) -> Result<Option<Connection>> {
    sql!(
        db,
        Option<Connection>,
        "SELECT id, user_id, workspace_id, provider, payload FROM pending_connections
         WHERE id = $1 AND session_id = $2 AND user_id = $3 AND workspace_id = $4 AND expires_at >
         $5",
        id,
        owner.session,
        owner.user,
        owner.workspace,
        now
    )
}

/// Takes a waiting choice out, once.
pub async fn take(tx: &mut Tx, id: FlowId) -> Result<bool> {
    Ok(sql!(tx, rows, "DELETE FROM pending_connections WHERE id = $1", id)? == 1)
}

/// All waiting choices of a session, to be revoked when it ends.
pub async fn of_session(db: &Db, session: SessionId) -> Result<Vec<Connection>> {
    sql!(
        db,
        Vec<Connection>,
        "SELECT id, user_id, workspace_id, provider, payload FROM pending_connections WHERE
         session_id = $1 ORDER BY id",
        session
    )
}

/// All waiting choices of a person, to be revoked when all their sessions end.
pub async fn of_user(db: &Db, user: UserId) -> Result<Vec<Connection>> {
    sql!(
        db,
        Vec<Connection>,
        "SELECT id, user_id, workspace_id, provider, payload FROM pending_connections WHERE
         user_id = $1 ORDER BY id",
        user
    )
}

/// Waiting choices that ran out.
pub async fn expired(db: &Db, now: DateTime<Utc>) -> Result<Vec<Connection>> {
    sql!(
        db,
        Vec<Connection>,
        "SELECT id, user_id, workspace_id, provider, payload FROM pending_connections WHERE
         expires_at <= $1 ORDER BY expires_at, id LIMIT 100",
        now
    )
}

/// A grant that its platform has not ended yet.
#[derive(sqlx::FromRow)]
pub struct Revocation {
    pub id: Uuid,
    pub provider: Provider,
    pub payload: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_revocation(tx: &mut Tx, revocation: &Revocation) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO pending_revocations (id, provider, payload, expires_at) VALUES ($1, $2, $3,
         $4)",
        revocation.id,
        &revocation.provider,
        &revocation.payload,
        revocation.expires_at
    )?;
    Ok(())
}

pub async fn revocation(db: &Db, id: Uuid) -> Result<Option<Revocation>> {
    sql!(
        db,
        Option<Revocation>,
        "SELECT id, provider, payload, expires_at FROM pending_revocations WHERE id = $1",
        id
    )
}

/// All that wait; there are few, and for a day at most.
pub async fn revocations(db: &Db) -> Result<Vec<Uuid>> {
    let rows = sql!(db, Vec<(Uuid,)>, "SELECT id FROM pending_revocations ORDER BY id")?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub async fn delete_revocation(tx: &mut Tx, id: Uuid) -> Result<()> {
    sql!(tx, rows, "DELETE FROM pending_revocations WHERE id = $1", id)?;
    Ok(())
}

pub async fn delete_expired_revocations(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM pending_revocations WHERE id IN (
        SELECT id FROM pending_revocations WHERE expires_at <= $1 ORDER BY expires_at, id
        LIMIT $2)";
    delete_in_batches(db, text, now).await
}

/// Whether another account, in any workspace, still lives by this grant.
pub async fn grant_in_use(
    tx: &mut Tx,
    provider: &Provider,
    grant_key: &str,
    but: AccountId,
) -> Result<bool> {
    let found = sql!(
        tx,
        Option<(AccountId,)>,
        "SELECT id FROM oauth_accounts WHERE provider = $1 AND grant_key = $2 AND id <> $3 AND
         access_token IS NOT NULL LIMIT 1",
        provider,
        grant_key,
        but
    )?;
    Ok(found.is_some())
}
