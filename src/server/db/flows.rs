//! Attempts to connect, each claimed once.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{Db, Result, delete_in_batches, sql};
use crate::model::{AccountId, FlowId, Outcome, Provider, SessionId, UserId, WorkspaceId};

/// An attempt to connect, bound to who began it.
#[derive(Clone, sqlx::FromRow)]
pub struct Flow {
    pub id: FlowId,
    pub session_id: SessionId,
    pub user_id: UserId,
    pub workspace_id: WorkspaceId,
    pub provider: Provider,
    pub redirect_uri: String,
    pub code_verifier: Option<Vec<u8>>,
    pub account_id: Option<AccountId>,
    pub expires_at: DateTime<Utc>,
    pub claimed_at: Option<DateTime<Utc>>,
    pub outcome: Option<Json<Outcome>>,
}

pub async fn insert(db: &Db, flow: &Flow, state_hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    sql!(
        db,
        rows,
        "INSERT INTO oauth_flows (id, state_hash, session_id, user_id, workspace_id, provider,
         redirect_uri, code_verifier, account_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        flow.id,
        state_hash,
        flow.session_id,
        flow.user_id,
        flow.workspace_id,
        &flow.provider,
        &flow.redirect_uri,
        &flow.code_verifier,
        flow.account_id,
        now,
        flow.expires_at
    )?;
    Ok(())
}

macro_rules! columns {
    () => {
        "id, session_id, user_id, workspace_id, provider, redirect_uri, code_verifier, account_id,
         expires_at, claimed_at, outcome"
    };
}

/// Claims the flow of this state for `session`, once: of two callbacks with the same state only one
/// gets it. A flow of another session is left alone, so that nobody can use up someone else's.
pub async fn claim(
    db: &Db,
    state_hash: &[u8],
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<Flow>> {
    sql!(
        db,
        Option<Flow>,
        concat!(
            "UPDATE oauth_flows SET claimed_at = $3 WHERE state_hash = $1 AND session_id = $2 AND
             claimed_at IS NULL RETURNING ",
            columns!()
        ),
        state_hash,
        session,
        now
    )
}

/// The flow of this state, to tell why it could not be claimed.
pub async fn by_state(db: &Db, state_hash: &[u8]) -> Result<Option<Flow>> {
    sql!(
        db,
        Option<Flow>,
        concat!("SELECT ", columns!(), " FROM oauth_flows WHERE state_hash = $1"),
        state_hash
    )
}

/// Keeps what the callback said and erases the verifier, which has served.
pub async fn finish(db: &Db, id: FlowId, outcome: &Outcome) -> Result<()> {
    sql!(
        db,
        rows,
        "UPDATE oauth_flows SET outcome = $2, code_verifier = NULL WHERE id = $1",
        id,
        Json(outcome)
    )?;
    Ok(())
}

/// Begun anew: earlier unfinished attempts of this session on this platform are over.
pub async fn delete_open(db: &Db, session: SessionId, provider: &Provider) -> Result<()> {
    sql!(
        db,
        rows,
        "DELETE FROM oauth_flows WHERE session_id = $1 AND provider = $2 AND claimed_at IS NULL",
        session,
        provider
    )?;
    Ok(())
}

pub async fn delete_expired(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM oauth_flows WHERE id IN (
        SELECT id FROM oauth_flows WHERE expires_at <= $1 ORDER BY expires_at, id LIMIT $2)";
    delete_in_batches(db, text, before).await
}
