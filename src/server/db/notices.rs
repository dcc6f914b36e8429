//! What people are told, whether they have read it, and whether it comes by e-mail.

use chrono::{DateTime, Utc};

use super::{Db, Result, Tx, delete_in_batches, sql};
use crate::model::{
    AccountId, NoticeId, NoticeKind, Provider, Reason, Status, UserId, WorkspaceId,
};

/// Somebody to be told.
#[derive(sqlx::FromRow)]
pub struct Member {
    pub id: UserId,
    pub email: String,
    /// Nothing is mailed to an address that nobody has proved to be theirs.
    pub email_verified_at: Option<DateTime<Utc>>,
    pub name: String,
    pub time_zone: String,
    /// What the person chose for this kind of notice, if anything.
    pub by_email: Option<bool>,
}

/// Who can do something about a workspace's accounts.
pub async fn members(tx: &mut Tx, workspace: WorkspaceId, kind: NoticeKind) -> Result<Vec<Member>> {
    sql!(
        tx,
        Vec<Member>,
        "SELECT u.id, u.email, u.email_verified_at, u.name, u.time_zone, p.by_email FROM members m
         JOIN users u ON u.id = m.user_id
         LEFT JOIN notice_preferences p ON p.user_id = u.id AND p.kind = $2
         WHERE m.workspace_id = $1 AND m.role <> 'viewer' ORDER BY u.id",
        workspace,
        kind
    )
}

/// A notice to one person.
pub struct New<'a> {
    pub dedup_key: &'a str,
    pub user: UserId,
    pub workspace: WorkspaceId,
    pub kind: NoticeKind,
    pub provider: &'a Provider,
    pub account: Option<AccountId>,
    pub title: &'a str,
    pub body: &'a str,
    pub now: DateTime<Utc>,
}

/// Keeps a notice; `false` when the person was told this already.
pub async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "INSERT INTO notices (id, dedup_key, user_id, workspace_id, kind, provider, account_id,
         title, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (dedup_key, user_id) DO
         NOTHING",
        NoticeId::new(),
        new.dedup_key,
        new.user,
        new.workspace,
        new.kind,
        new.provider,
        new.account,
        new.title,
        new.body,
        new.now
    )?;
    Ok(rows == 1)
}

/// The workspaces that were told something, in the order of their ids.
pub async fn workspaces_told(
    db: &Db,
    dedup_key: &str,
    after: WorkspaceId,
    limit: i64,
) -> Result<Vec<(WorkspaceId,)>> {
    sql!(
        db,
        Vec<(WorkspaceId,)>,
        "SELECT DISTINCT workspace_id FROM notices WHERE dedup_key = $1 AND workspace_id > $2 ORDER
         BY workspace_id LIMIT $3",
        dedup_key,
        after,
        limit
    )
}

/// A notice with how its account stands now.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub id: NoticeId,
    pub kind: NoticeKind,
    pub provider: Provider,
    pub account_id: Option<AccountId>,
    pub title: String,
    pub body: String,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
    pub status: Option<Status>,
    pub reason: Option<Reason>,
}

/// The newest notices of a person.
pub async fn list(db: &Db, workspace: WorkspaceId, user: UserId) -> Result<Vec<Row>> {
    sql!(
        db,
        Vec<Row>,
        "SELECT n.id, n.kind, n.provider, n.account_id, n.title, n.body, n.created_at, n.read_at,
         a.status, a.reason
         FROM notices n LEFT JOIN oauth_accounts a ON a.id = n.account_id AND a.workspace_id =
         n.workspace_id
         WHERE n.user_id = $2 AND n.workspace_id = $1 ORDER BY n.created_at DESC, n.id DESC LIMIT
         100",
        workspace,
        user
    )
}

/// Marks a notice read, if it is this person's; one that was read stays as it is.
pub async fn mark_read(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    id: NoticeId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE notices SET read_at = COALESCE(read_at, $4) WHERE id = $3 AND user_id = $2 AND
         workspace_id = $1",
        workspace,
        user,
        id,
        now
    )?;
    Ok(rows == 1)
}

/// Marks everything read; how many were not.
pub async fn mark_all_read(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<u64> {
    sql!(
        tx,
        rows,
        "UPDATE notices SET read_at = $3 WHERE user_id = $2 AND workspace_id = $1 AND read_at IS
         NULL",
        workspace,
        user,
        now
    )
}

/// What was said of an account is over: nobody has to look at it any more.
pub async fn mark_account_read(tx: &mut Tx, account: AccountId, now: DateTime<Utc>) -> Result<u64> {
    sql!(
        tx,
        rows,
        "UPDATE notices SET read_at = $2 WHERE account_id = $1 AND read_at IS NULL",
        account,
        now
    )
}

/// What a person chose, kind by kind.
pub async fn preferences(db: &Db, user: UserId) -> Result<Vec<(NoticeKind, bool)>> {
    sql!(
        db,
        Vec<(NoticeKind, bool)>,
        "SELECT kind, by_email FROM notice_preferences WHERE user_id = $1 ORDER BY kind",
        user
    )
}

pub async fn set_preference(
    tx: &mut Tx,
    user: UserId,
    kind: NoticeKind,
    by_email: bool,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO notice_preferences (user_id, kind, by_email) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, kind) DO UPDATE SET by_email = $3",
        user,
        kind,
        by_email
    )?;
    Ok(())
}

/// Erases what is older than `before`.
pub async fn delete_old(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM notices WHERE id IN (
        SELECT id FROM notices WHERE created_at <= $1 ORDER BY created_at, id LIMIT $2)";
    delete_in_batches(db, text, before).await
}
