//! What is wrong with accounts and platforms, from its beginning to its end.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, delete_in_batches, sql};
use crate::model::{AccountId, Provider, Reason, WorkspaceId};

#[derive(Clone, Copy, PartialEq, Eq, Debug, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub enum Kind {
    /// An account needs its person.
    Broken,
    /// An account's credential is about to end.
    Expiring,
    /// A platform does not answer.
    Down,
    /// A platform turns many accounts away at once.
    Refusing,
}

/// An incident of one account.
pub struct OfAccount {
    pub kind: Kind,
    pub account: AccountId,
    pub workspace: WorkspaceId,
    pub reason: Option<Reason>,
    pub notice_pending: bool,
}

/// Begins an account's incident; its id, or nothing where one of this kind is open already.
pub async fn begin(
    tx: &mut Tx,
    provider: &Provider,
    new: &OfAccount,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>> {
    let id = Uuid::now_v7();
    let rows = sql!(
        tx,
        rows,
        "INSERT INTO incidents (id, kind, provider, workspace_id, account_id, reason,
         notice_pending, started_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        id,
        new.kind,
        provider,
        new.workspace,
        new.account,
        new.reason,
        new.notice_pending,
        now
    )?;
    Ok((rows == 1).then_some(id))
}

/// Ends an account's open incident: its id, and whether nobody was told of it yet.
pub async fn end(
    tx: &mut Tx,
    account: AccountId,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<Option<(Uuid, bool)>> {
    sql!(
        tx,
        Option<(Uuid, bool)>,
        "UPDATE incidents SET ended_at = $3 WHERE account_id = $1 AND kind = $2 AND ended_at IS
         NULL RETURNING id, notice_pending",
        account,
        kind,
        now
    )
}

/// An account's incident.
#[derive(sqlx::FromRow)]
pub struct AccountIncident {
    pub id: Uuid,
    pub provider: Provider,
    pub workspace_id: WorkspaceId,
    pub account_id: AccountId,
    pub reason: Option<Reason>,
    pub started_at: DateTime<Utc>,
}

pub async fn find_of_account(tx: &mut Tx, id: Uuid) -> Result<Option<AccountIncident>> {
    sql!(
        tx,
        Option<AccountIncident>,
        "SELECT id, provider, workspace_id, account_id, reason, started_at FROM incidents
         WHERE id = $1 AND account_id IS NOT NULL",
        id
    )
}

/// In how many workspaces other accounts of the platform broke for the same reason, at most
/// `within` before or after this one, and are still broken.
pub async fn count_similar(tx: &mut Tx, broken: &AccountIncident, within: Duration) -> Result<i64> {
    let (count,) = sql!(
        tx,
        (i64,),
        "SELECT CAST(COUNT(DISTINCT workspace_id) AS BIGINT) FROM incidents
         WHERE provider = $1 AND kind = 'broken' AND reason = $2 AND started_at > $3 AND
         started_at < $4 AND ended_at IS NULL AND id <> $5",
        &broken.provider,
        broken.reason,
        broken.started_at - within,
        broken.started_at + within,
        broken.id
    )?;
    Ok(count)
}

/// Accounts that broke before `before`, still are broken, and of which nobody was told, though
/// their platform refuses nobody else.
pub async fn unannounced(db: &Db, before: DateTime<Utc>, limit: i64) -> Result<Vec<(Uuid,)>> {
    sql!(
        db,
        Vec<(Uuid,)>,
        "SELECT b.id FROM incidents b WHERE b.kind = 'broken' AND b.notice_pending
         AND b.ended_at IS NULL AND b.started_at <= $1
         AND NOT EXISTS (SELECT 1 FROM incidents r WHERE r.provider = b.provider
         AND r.kind = 'refusing' AND r.account_id IS NULL AND r.ended_at IS NULL)
         ORDER BY b.id LIMIT $2",
        before,
        limit
    )
}

/// Whether a platform's incident of this kind is open.
pub async fn is_open(tx: &mut Tx, provider: &Provider, kind: Kind) -> Result<bool> {
    let (count,) = sql!(
        tx,
        (i64,),
        "SELECT CAST(COUNT(*) AS BIGINT) FROM incidents WHERE provider = $1 AND kind = $2 AND
         account_id IS NULL AND ended_at IS NULL",
        provider,
        kind
    )?;
    Ok(count > 0)
}

/// Begins a platform's incident, or keeps the open one with its new time of the next try: its id
/// when it is new or its time changed.
pub async fn platform(
    tx: &mut Tx,
    provider: &Provider,
    kind: Kind,
    next_try_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>> {
    let found = sql!(
        tx,
        Option<(Uuid,)>,
        "INSERT INTO incidents (id, kind, provider, notice_pending, started_at, next_try_at) VALUES
         ($1, $2, $3, TRUE, $4, $5)
         ON CONFLICT (provider, kind) WHERE ended_at IS NULL AND account_id IS NULL DO UPDATE SET
         next_try_at = $5
         WHERE incidents.next_try_at IS NULL OR incidents.next_try_at <> $5 RETURNING id",
        Uuid::now_v7(),
        kind,
        provider,
        now,
        next_try_at
    )?;
    Ok(found.map(|(id,)| id))
}

/// Ends a platform's open incident, and returns its id. Who was told of its beginning is owed word
/// of its end.
pub async fn end_platform(
    tx: &mut Tx,
    provider: &Provider,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>> {
    let ended = sql!(
        tx,
        Option<(Uuid,)>,
        "UPDATE incidents SET ended_at = $3, notice_pending = NOT notice_pending
         WHERE provider = $1 AND kind = $2 AND account_id IS NULL AND ended_at IS NULL
         RETURNING id",
        provider,
        kind,
        now
    )?;
    Ok(ended.map(|(id,)| id))
}

/// An incident of a whole platform.
#[derive(sqlx::FromRow)]
pub struct PlatformIncident {
    pub id: Uuid,
    pub provider: Provider,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<PlatformIncident>> {
    sql!(
        db,
        Option<PlatformIncident>,
        "SELECT id, provider, started_at, ended_at FROM incidents WHERE id = $1",
        id
    )
}

/// Keeps an open incident from ending until the transaction is over, on both engines.
pub async fn lock_open(tx: &mut Tx, id: Uuid) -> Result<Option<PlatformIncident>> {
    sql!(
        tx,
        Option<PlatformIncident>,
        "UPDATE incidents SET notice_pending = notice_pending WHERE id = $1 AND ended_at IS NULL
         RETURNING id, provider, started_at, ended_at",
        id
    )
}

/// Platforms that have been down since before `since` or are up again, and nobody was told.
pub async fn awaiting_notice(db: &Db, since: DateTime<Utc>) -> Result<Vec<PlatformIncident>> {
    sql!(
        db,
        Vec<PlatformIncident>,
        "SELECT id, provider, started_at, ended_at FROM incidents
         WHERE kind = 'down' AND notice_pending AND (ended_at IS NOT NULL OR started_at <= $1) ORDER
         BY started_at, id",
        since
    )
}

/// Everything about this incident has been told.
pub async fn settle(tx: &mut Tx, id: Uuid, ended: bool) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE incidents SET notice_pending = FALSE WHERE id = $1 AND notice_pending AND (ended_at
         IS NOT NULL) = $2",
        id,
        ended
    )?;
    Ok(rows == 1)
}

/// Platforms that refuse many accounts, but none anew since `since`.
pub async fn calmed(db: &Db, since: DateTime<Utc>) -> Result<Vec<(Provider,)>> {
    sql!(
        db,
        Vec<(Provider,)>,
        "SELECT i.provider FROM incidents i WHERE i.kind = 'refusing' AND i.account_id IS NULL
         AND i.ended_at IS NULL AND i.started_at <= $1
         AND NOT EXISTS (SELECT 1 FROM incidents b WHERE b.provider = i.provider AND b.kind =
         'broken' AND b.started_at > $1)
         ORDER BY i.provider",
        since
    )
}

/// Accounts of a platform that broke while it refused many, still are broken, and whose people were
/// not told.
pub async fn held_back(
    db: &Db,
    provider: &Provider,
    after: Uuid,
    limit: i64,
) -> Result<Vec<AccountIncident>> {
    sql!(
        db,
        Vec<AccountIncident>,
        "SELECT id, provider, workspace_id, account_id, reason, started_at FROM incidents
         WHERE provider = $1 AND kind = 'broken' AND notice_pending AND ended_at IS NULL AND id > $2
         ORDER BY id LIMIT $3",
        provider,
        after,
        limit
    )
}

/// Workspaces with accounts on a platform, in the order of their ids.
pub async fn concerned(
    db: &Db,
    provider: &Provider,
    after: WorkspaceId,
    limit: i64,
) -> Result<Vec<(WorkspaceId,)>> {
    sql!(
        db,
        Vec<(WorkspaceId,)>,
        "SELECT DISTINCT workspace_id FROM oauth_accounts WHERE provider = $1 AND status <>
         'former' AND workspace_id > $2 ORDER BY workspace_id LIMIT $3",
        provider,
        after,
        limit
    )
}

/// An account whose credential ends by a date, and the early warning it had.
#[derive(sqlx::FromRow)]
pub struct Ending {
    pub id: AccountId,
    pub workspace_id: WorkspaceId,
    pub expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub warned_days: Option<i64>,
}

/// Connected accounts of a platform that end before `before` or were warned of it. `itself`: the
/// access token's own end counts. A page of them, by id.
pub async fn ending(
    db: &Db,
    provider: &Provider,
    itself: bool,
    before: DateTime<Utc>,
    after: AccountId,
    limit: i64,
) -> Result<Vec<Ending>> {
    sql!(
        db,
        Vec<Ending>,
        "SELECT a.id, a.workspace_id, a.expires_at, a.refresh_expires_at, i.warned_days FROM
         oauth_accounts a
         LEFT JOIN incidents i ON i.account_id = a.id AND i.kind = 'expiring' AND i.ended_at IS NULL
         WHERE a.provider = $1 AND a.status = 'connected' AND a.id > $4
         AND (a.refresh_expires_at <= $3 OR ($2 AND a.expires_at <= $3) OR i.id IS NOT NULL) ORDER
         BY a.id LIMIT $5",
        provider,
        itself,
        before,
        after,
        limit
    )
}

/// Raises the early warning of an account to the one of `days`: the incident's id, for the one
/// process that does it first.
pub async fn warn(tx: &mut Tx, account: AccountId, days: i64) -> Result<Option<Uuid>> {
    let found = sql!(
        tx,
        Option<(Uuid,)>,
        "UPDATE incidents SET warned_days = $2 WHERE account_id = $1 AND kind = 'expiring' AND
         ended_at IS NULL AND (warned_days IS NULL OR warned_days > $2)
         RETURNING id",
        account,
        days
    )?;
    Ok(found.map(|(id,)| id))
}

/// A platform in trouble, as every page tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    pub provider: Provider,
    pub kind: Kind,
    pub started_at: DateTime<Utc>,
    pub next_try_at: Option<DateTime<Utc>>,
}

/// Erases what ended before `before`.
pub async fn delete_ended(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM incidents WHERE id IN (
        SELECT id FROM incidents WHERE ended_at <= $1 ORDER BY ended_at, id LIMIT $2)";
    delete_in_batches(db, text, before).await
}
