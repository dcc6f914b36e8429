//! New tokens, and when each account is looked at next.

use chrono::{DateTime, Utc};

use super::Account;
use crate::model::{AccountId, Provider, Reason, Status, WorkspaceId};
use crate::server::db::{Db, Result, Tx, sql};

/// The new tokens of a refresh.
pub struct Renewed<'a> {
    pub access_token: &'a [u8],
    /// Empty keeps the stored one.
    pub refresh_token: Option<&'a [u8]>,
    pub token_type: &'a str,
    pub issued_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub next_refresh_at: Option<DateTime<Utc>>,
    pub status: Status,
    pub why: Option<(Reason, &'a str)>,
    pub now: DateTime<Utc>,
}

/// Stores new tokens by compare-and-swap; `false` when the row moved on since it was read. Nothing
/// but tokens, their ends and the standing changes.
pub async fn renew(tx: &mut Tx, account: &Account, renewed: &Renewed<'_>) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET access_token = $3, refresh_token = COALESCE($4, refresh_token),
         token_type = $5, issued_at = $6, expires_at = $7,
         refresh_expires_at = COALESCE($8, refresh_expires_at), next_refresh_at = $9,
         refresh_failures = 0, refresh_held_until = NULL, status = $10, reason = $11, say = $12,
         version = version + 1, updated_at = $13
         WHERE id = $1 AND version = $2 AND access_token IS NOT NULL",
        account.id,
        account.version,
        renewed.access_token,
        renewed.refresh_token,
        renewed.token_type,
        renewed.issued_at,
        renewed.expires_at,
        renewed.refresh_expires_at,
        renewed.next_refresh_at,
        renewed.status,
        renewed.why.map(|(reason, _)| reason),
        renewed.why.map(|(_, say)| say),
        renewed.now
    )?;
    Ok(rows == 1)
}

/// An account whose time has come.
#[derive(sqlx::FromRow)]
pub struct Due {
    pub id: AccountId,
    pub workspace_id: WorkspaceId,
    pub version: i64,
}

macro_rules! claim_due {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
               SELECT id FROM oauth_accounts WHERE provider = $1 AND next_refresh_at <= $2 ORDER
               BY next_refresh_at, id LIMIT $4 ",
            $lock,
            ")
             UPDATE oauth_accounts SET next_refresh_at = $3 WHERE id IN (SELECT id FROM due)
             RETURNING id, workspace_id, version"
        )
    };
}
/// SQLite has one writer: nobody else claims meanwhile.
const CLAIM_DUE_SQLITE: &str = claim_due!("");
/// Two processes at once would otherwise wait for the same rows, and the second would then find
/// nothing left of them.
const CLAIM_DUE_POSTGRES: &str = claim_due!("FOR UPDATE SKIP LOCKED");

/// Takes accounts that are due, earliest first, and puts them off to `until`, so that no other
/// process takes the same ones.
pub async fn claim_due(
    db: &Db,
    provider: &Provider,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Due>> {
    let text = if db.is_sqlite() { CLAIM_DUE_SQLITE } else { CLAIM_DUE_POSTGRES };
    sql!(db, Vec<Due>, text, provider, now, until, most)
}

/// When an account is looked at next, after how many failures, and before when its platform does
/// not want to be asked. Does not move the version: no token changed.
pub async fn schedule(
    tx: &mut Tx,
    account: AccountId,
    next: Option<DateTime<Utc>>,
    failures: i64,
    held_until: Option<DateTime<Utc>>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET next_refresh_at = $2, refresh_failures = $3, refresh_held_until
         = $4 WHERE id = $1 AND status <> 'former'",
        account,
        next,
        failures,
        held_until
    )?;
    Ok(())
}
