//! Connected accounts. Every read and write names the workspace.

mod account_row;
mod avatar;
mod renew;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::types::Json;

pub use account_row::{AccountRow, changed_since, list_rows};
pub use avatar::{avatar, set_avatar};
pub use renew::renew;

use super::tasks::{self, Kind};
use super::{Db, Executor, Result, Tx, on_either, sql};
use crate::model::{AccountId, Provider, Reason, Status, UserId, WorkspaceId};

/// An account's row. It holds sealed bytes, so it is neither printed nor serialised.
#[derive(Clone, sqlx::FromRow)]
pub struct Account {
    pub id: AccountId,
    pub workspace_id: WorkspaceId,
    /// Who connected it last; nobody any more once they left for good.
    pub user_id: Option<UserId>,
    pub provider: Provider,
    pub provider_account_id: String,
    pub name: String,
    pub handle: String,
    pub has_avatar: bool,
    pub avatar_url: Option<String>,
    pub access_token: Option<Vec<u8>>,
    pub refresh_token: Option<Vec<u8>>,
    pub token_type: String,
    /// Granted scopes, separated by spaces.
    pub scope: String,
    pub grant_key: Option<String>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub metadata: Json<Value>,
    pub status: Status,
    pub reason: Option<Reason>,
    pub message: Option<String>,
    pub label: Option<String>,
    pub checked_at: Option<DateTime<Utc>>,
    pub check_ok: Option<bool>,
    pub check_message: Option<String>,
    pub version: i64,
    /// Of its refresh task. Nothing: the access has no end, or only the person can renew it.
    pub next_refresh_at: Option<DateTime<Utc>>,
    pub refresh_failures: i64,
    /// The platform asked not to be asked for a new token before.
    pub refresh_deferred_until: Option<DateTime<Utc>>,
    pub connected_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Account {
    pub fn scopes(&self) -> Vec<String> {
        self.scope.split_whitespace().map(str::to_owned).collect()
    }
}

/// Accounts with what their refresh task says. Every reader takes them from here.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.workspace_id, a.user_id, a.provider, a.provider_account_id, a.name,
             a.handle, a.has_avatar, a.avatar_url, a.access_token, a.refresh_token, a.token_type,
             a.scope, a.grant_key, a.issued_at, a.expires_at, a.refresh_expires_at, a.metadata,
             a.status, a.reason, a.message, a.label, a.checked_at, a.check_ok, a.check_message,
             a.version, t.next_run_at AS next_refresh_at, COALESCE(t.failures, 0) AS
             refresh_failures, t.deferred_until AS refresh_deferred_until, a.connected_at,
             a.created_at, a.updated_at
             FROM oauth_accounts a
             LEFT JOIN account_tasks t ON t.account_id = a.id AND t.kind = 'refresh' ",
            $rest
        )
    };
}

/// One account of a workspace, former ones too.
pub fn find<'c>(
    executor: impl Into<Executor<'c>>,
    workspace: WorkspaceId,
    id: AccountId,
) -> BoxFuture<'c, Result<Option<Account>>> {
    on_either!(executor, on => sql!(
        on,
        Option<Account>,
        select!("WHERE a.workspace_id = $1 AND a.id = $2"),
        workspace,
        id
    ))
}

/// Every account of a workspace that is not former.
pub async fn connected(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<Account>> {
    sql!(
        tx,
        Vec<Account>,
        select!("WHERE a.workspace_id = $1 AND a.status <> 'former' ORDER BY a.created_at, a.id"),
        workspace
    )
}

/// One account by the platform's own id, former ones too.
pub fn by_platform_id<'c>(
    executor: impl Into<Executor<'c>>,
    workspace: WorkspaceId,
    provider: &'c str,
    platform_id: &'c str,
) -> BoxFuture<'c, Result<Option<Account>>> {
    on_either!(executor, on => sql!(
        on,
        Option<Account>,
        select!("WHERE a.workspace_id = $1 AND a.provider = $2 AND a.provider_account_id = $3"),
        workspace,
        provider,
        platform_id
    ))
}

/// Accounts that count against the tier.
pub async fn count(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64> {
    let (count,) = sql!(
        tx,
        (i64,),
        "SELECT CAST(COUNT(*) AS BIGINT) FROM oauth_accounts WHERE workspace_id = $1 AND status <>
         'former'",
        workspace
    )?;
    Ok(count)
}

/// How many accounts there are on a platform, in every workspace; counted no further than `most`.
pub async fn count_up_to(db: &Db, provider: &Provider, limit: i64) -> Result<i64> {
    let (count,) = sql!(
        db,
        (i64,),
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT id FROM oauth_accounts WHERE provider = $1
         AND status <> 'former' LIMIT $2) AS found",
        provider,
        limit
    )?;
    Ok(count)
}

/// Inserts a connection or renews the one of the same platform account: its id, label and creation
/// time stay. Secrets are sealed for the row by then, because its id is known.
pub async fn upsert(tx: &mut Tx, account: &Account) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO oauth_accounts (id, workspace_id, user_id, provider, provider_account_id,
         name, handle, has_avatar, access_token,
         refresh_token, token_type, scope, grant_key, issued_at, expires_at, refresh_expires_at,
         metadata, status, reason, message, checked_at,
         check_ok, check_message, avatar_url, version, connected_at, created_at,
         updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
         $19, $20, $21, $22, $23, $24, 1, $25, $25, $25)
         ON CONFLICT (workspace_id, provider, provider_account_id) DO UPDATE SET user_id = $3,
         name = $6, handle = $7,
         access_token = $9, refresh_token = $10, token_type = $11, scope = $12, grant_key = $13,
         issued_at = $14,
         expires_at = $15, refresh_expires_at = $16, metadata = $17, status = $18, reason = $19,
         message = $20, checked_at = $21, check_ok = $22,
         check_message = $23, avatar_url = $24,
         version = oauth_accounts.version + 1,
         connected_at = CASE WHEN oauth_accounts.status = 'former' THEN $25 ELSE
         oauth_accounts.connected_at END, updated_at = $25",
        account.id,
        account.workspace_id,
        account.user_id,
        &account.provider,
        &account.provider_account_id,
        &account.name,
        &account.handle,
        account.has_avatar,
        &account.access_token,
        &account.refresh_token,
        &account.token_type,
        &account.scope,
        &account.grant_key,
        account.issued_at,
        account.expires_at,
        account.refresh_expires_at,
        &account.metadata,
        account.status,
        account.reason,
        &account.message,
        account.checked_at,
        account.check_ok,
        &account.check_message,
        &account.avatar_url,
        account.updated_at
    )?;
    tasks::set(tx, account, Kind::Refresh, account.next_refresh_at).await
}

/// Marks what is wrong, or right again, unless the row moved on.
pub async fn mark(
    tx: &mut Tx,
    account: &Account,
    status: Status,
    why: Option<(Reason, &str)>,
    next_refresh_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET status = $3, reason = $4, message = $5,
         version = version + 1, updated_at = $6
         WHERE id = $1 AND version = $2 AND status <> 'former'",
        account.id,
        account.version,
        status,
        why.map(|(reason, _)| reason),
        why.map(|(_, message)| message),
        now
    )?;
    // Written only where it is another one: a wait may have been set since it was read.
    if rows == 1 && next_refresh_at != account.next_refresh_at {
        tasks::move_to(tx, account.id, Kind::Refresh, next_refresh_at).await?;
    }
    Ok(rows == 1)
}

/// What a successful look at the platform told of an account. Does not move the version: no token
/// changed.
pub async fn describe(
    tx: &mut Tx,
    id: AccountId,
    name: &str,
    handle: &str,
    metadata: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET name = $2, handle = $3, metadata = $4, updated_at = $5 WHERE id
         = $1",
        id,
        name,
        handle,
        Json(metadata),
        now
    )?;
    Ok(())
}

/// The result of a test, with its time.
pub async fn record_check(
    tx: &mut Tx,
    id: AccountId,
    ok: bool,
    text: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET checked_at = $2, check_ok = $3, check_message = $4, updated_at =
         $2 WHERE id = $1",
        id,
        now,
        ok,
        text
    )?;
    Ok(())
}

/// Claims the right to look at an account in the background: one caller gets it until the next
/// `before`.
pub async fn claim_check(
    db: &Db,
    id: AccountId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        db,
        rows,
        "UPDATE oauth_accounts SET checked_at = $3 WHERE id = $1 AND (checked_at IS NULL OR
         checked_at <= $2)",
        id,
        before,
        now
    )?;
    Ok(rows == 1)
}

pub async fn set_label(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: AccountId,
    label: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET label = $3, updated_at = $4 WHERE workspace_id = $1 AND id = $2
         AND status <> 'former'",
        workspace,
        id,
        label,
        now
    )?;
    Ok(rows == 1)
}

/// Turns an account into a former one: every credential goes, name, label and history stay.
/// `false`: the row moved on since it was read.
pub async fn mark_former(tx: &mut Tx, account: &Account, now: DateTime<Utc>) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET status = 'former', reason = NULL, message = NULL,
         access_token = NULL, refresh_token = NULL, grant_key = NULL,
         expires_at = NULL, refresh_expires_at = NULL, checked_at = NULL, check_ok = NULL,
         check_message = NULL,
         version = version + 1, updated_at = $4
         WHERE workspace_id = $1 AND id = $2 AND version = $3 AND status <> 'former'",
        account.workspace_id,
        account.id,
        account.version,
        now
    )?;
    tasks::delete(tx, account.id).await?;
    sql!(tx, rows, "DELETE FROM account_limits WHERE account_id = $1", account.id)?;
    Ok(rows == 1)
}
