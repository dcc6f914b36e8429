//! What is due for an account, by kind. All processes share it: whoever claims a task puts it off,
//! so that no other takes it meanwhile.

use chrono::{DateTime, Utc};

use super::accounts::Account;
use super::{Db, Result, Tx, sql};
use crate::model::{AccountId, Provider, WorkspaceId};

#[derive(Clone, Copy, PartialEq, Eq, Debug, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub enum Kind {
    /// A new token, ahead of the end of the present one.
    Refresh,
}

/// A task whose time has come.
#[derive(sqlx::FromRow)]
pub struct Due {
    pub account_id: AccountId,
    pub workspace_id: WorkspaceId,
    /// The account's, when the task was claimed.
    pub version: i64,
}

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
               SELECT account_id FROM account_tasks WHERE provider = $1 AND kind = $2 AND
               next_run_at <= $3 ORDER BY next_run_at, account_id LIMIT $5 ",
            $lock,
            ")
             UPDATE account_tasks SET next_run_at = $4 WHERE kind = $2 AND account_id IN
             (SELECT account_id FROM due)
             RETURNING account_id,
             (SELECT workspace_id FROM oauth_accounts a WHERE a.id = account_id) AS workspace_id,
             (SELECT version FROM oauth_accounts a WHERE a.id = account_id) AS version"
        )
    };
}
/// SQLite has one writer: nobody else claims meanwhile.
const CLAIM_SQLITE: &str = claim!("");
/// Two processes at once would otherwise wait for the same rows, and the second would then find
/// nothing left of them.
const CLAIM_POSTGRES: &str = claim!("FOR UPDATE SKIP LOCKED");

/// Takes tasks of one platform and kind that are due, earliest first, and puts them off to `until`.
pub async fn claim(
    db: &Db,
    provider: &Provider,
    kind: Kind,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>> {
    let text = if db.is_sqlite() { CLAIM_SQLITE } else { CLAIM_POSTGRES };
    sql!(db, Vec<Due>, text, provider, kind, now, until, limit)
}

/// Sets when a task is due next, as if it had never failed. Nothing: not before something else says
/// so.
pub async fn set(
    tx: &mut Tx,
    account: &Account,
    kind: Kind,
    next_run_at: Option<DateTime<Utc>>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO account_tasks (account_id, kind, provider, next_run_at, failures)
         VALUES ($1, $2, $3, $4, 0) ON CONFLICT (account_id, kind) DO UPDATE SET next_run_at = $4,
         failures = 0, deferred_until = NULL",
        account.id,
        kind,
        &account.provider,
        next_run_at
    )?;
    Ok(())
}

/// Moves a task's time and nothing else.
pub async fn move_to(
    tx: &mut Tx,
    account: AccountId,
    kind: Kind,
    next_run_at: Option<DateTime<Utc>>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE account_tasks SET next_run_at = $3 WHERE account_id = $1 AND kind = $2",
        account,
        kind,
        next_run_at
    )?;
    Ok(())
}

/// Puts a task off after a failure: after how many in a row, and before when its platform does not
/// want to be asked, whoever asks.
pub async fn postpone(
    tx: &mut Tx,
    account: AccountId,
    kind: Kind,
    next_run_at: DateTime<Utc>,
    failures: i64,
    deferred_until: Option<DateTime<Utc>>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE account_tasks SET next_run_at = $3, failures = $4, deferred_until = $5
         WHERE account_id = $1 AND kind = $2",
        account,
        kind,
        next_run_at,
        failures,
        deferred_until
    )?;
    Ok(())
}

/// Nothing is due any more for an account that was disconnected.
pub async fn delete(tx: &mut Tx, account: AccountId) -> Result<()> {
    sql!(tx, rows, "DELETE FROM account_tasks WHERE account_id = $1", account)?;
    Ok(())
}
