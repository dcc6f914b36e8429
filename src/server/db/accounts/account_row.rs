//! What pages show of accounts: no sealed bytes.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;

use crate::model::{AccountId, Provider, Reason, Status, WorkspaceId};
use crate::server::db::{Db, Result, sql};

/// What a page shows of an account, with one of its rate limits; an account with several limits has
/// several rows. No sealed bytes.
#[derive(Clone, sqlx::FromRow)]
pub struct AccountRow {
    pub id: AccountId,
    pub provider: Provider,
    pub provider_account_id: String,
    pub name: String,
    pub handle: String,
    pub has_avatar: bool,
    pub scope: String,
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
    pub next_refresh_at: Option<DateTime<Utc>>,
    pub refresh_failures: i64,
    pub connected_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub limit_name: Option<String>,
    pub limit_maximum: Option<i64>,
    pub limit_remaining: Option<i64>,
    pub limit_resets_at: Option<DateTime<Utc>>,
    pub limit_observed_at: Option<DateTime<Utc>>,
    /// Its platform's circuit breaker is open until then.
    pub breaker_open_until: Option<DateTime<Utc>>,
}

/// Everything that `/integrations` shows of a workspace, in one statement. Former accounts are on
/// no page.
pub async fn list_rows(db: &Db, workspace: WorkspaceId) -> Result<Vec<AccountRow>> {
    sql!(
        db,
        Vec<AccountRow>,
        "SELECT a.id, a.provider, a.provider_account_id, a.name, a.handle, a.has_avatar, a.scope,
         a.issued_at, a.expires_at, a.refresh_expires_at,
         a.metadata, a.status, a.reason, a.message, a.label, a.checked_at, a.check_ok,
         a.check_message, t.next_run_at AS next_refresh_at, COALESCE(t.failures, 0) AS
         refresh_failures, a.connected_at, a.created_at, a.updated_at, l.name AS limit_name,
         l.maximum AS limit_maximum, l.remaining AS limit_remaining, l.resets_at AS limit_resets_at,
         l.observed_at AS limit_observed_at, b.open_until AS breaker_open_until
         FROM oauth_accounts a LEFT JOIN account_limits l ON l.account_id = a.id
         LEFT JOIN breakers b ON b.provider = a.provider
         LEFT JOIN account_tasks t ON t.account_id = a.id AND t.kind = 'refresh'
         WHERE a.workspace_id = $1 AND a.status <> 'former' ORDER BY a.created_at, a.id, l.name",
        workspace
    )
}

/// Whether anything that pages show of a workspace changed after `since`.
pub async fn changed_since(db: &Db, workspace: WorkspaceId, since: DateTime<Utc>) -> Result<bool> {
    let (changes,) = sql!(
        db,
        (i64,),
        "SELECT CAST((SELECT COUNT(*) FROM oauth_accounts WHERE workspace_id = $1 AND updated_at >
         $2)
         + (SELECT COUNT(*) FROM account_limits l JOIN oauth_accounts a ON a.id = l.account_id
         WHERE a.workspace_id = $1 AND l.observed_at > $2)
         + (SELECT COUNT(*) FROM notices WHERE workspace_id = $1 AND created_at > $2) AS BIGINT)",
        workspace,
        since
    )?;
    Ok(changes > 0)
}
