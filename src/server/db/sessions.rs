//! Sessions: who is logged in where.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use super::incidents::{Kind, Trouble};
use super::{Db, Executor, Result, Signal, Tx, delete_in_batches, on_either, sql};
use crate::model::{Provider, SessionId, UserId, WorkspaceId};

/// A live session with all that a page needs to know of its person, in one read.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ActiveSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub workspace_id: WorkspaceId,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub email: String,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub name: String,
    pub time_zone: String,
    pub tier: String,
    pub role: String,
    /// The platform of the newest attempt to connect that has not come back.
    pub open_flow: Option<String>,
    /// Notices that the person has not read in this workspace, and the newest one's title.
    pub unread: i64,
    pub newest: Option<String>,
    /// Platforms in trouble on which the workspace has accounts.
    #[sqlx(skip)]
    pub troubles: Vec<Trouble>,
}

/// A session's row for each platform in trouble, or one where there is none.
#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    live: ActiveSession,
    trouble_provider: Option<Provider>,
    trouble_kind: Option<Kind>,
    trouble_started_at: Option<DateTime<Utc>>,
    trouble_next_try_at: Option<DateTime<Utc>>,
}

impl Row {
    fn trouble(&self) -> Option<Trouble> {
        Some(Trouble {
            provider: self.trouble_provider.clone()?,
            kind: self.trouble_kind?,
            started_at: self.trouble_started_at?,
            next_try_at: self.trouble_next_try_at,
        })
    }

    fn fold(rows: Vec<Self>) -> Option<ActiveSession> {
        let troubles = rows.iter().filter_map(Self::trouble).collect();
        rows.into_iter().next().map(|row| ActiveSession { troubles, ..row.live })
    }
}

macro_rules! active_session {
    ($by:literal) => {
        concat!(
            "SELECT s.id, s.user_id, s.workspace_id, s.last_seen_at, s.expires_at, u.email,
             u.email_verified_at, u.name, u.time_zone, w.tier, m.role,
             (SELECT f.provider FROM oauth_flows f WHERE f.session_id = s.id AND f.claimed_at IS
             NULL AND f.expires_at > $2
              ORDER BY f.created_at DESC, f.id LIMIT 1) AS open_flow,
             (SELECT CAST(COUNT(*) AS BIGINT) FROM notices n
              WHERE n.user_id = s.user_id AND n.workspace_id = s.workspace_id AND n.read_at IS
              NULL) AS unread,
             (SELECT n.title FROM notices n WHERE n.user_id = s.user_id AND n.workspace_id =
             s.workspace_id AND n.read_at IS NULL
              ORDER BY n.created_at DESC, n.id DESC LIMIT 1) AS newest,
             i.provider AS trouble_provider, i.kind AS trouble_kind, i.started_at AS
             trouble_started_at, i.next_try_at AS trouble_next_try_at
             FROM sessions s JOIN users u ON u.id = s.user_id JOIN workspaces w ON w.id =
             s.workspace_id
             JOIN members m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id
             LEFT JOIN incidents i ON i.account_id IS NULL AND i.ended_at IS NULL AND EXISTS
             (SELECT 1 FROM oauth_accounts a
              WHERE a.workspace_id = s.workspace_id AND a.provider = i.provider AND a.status <>
              'former')
             WHERE s.expires_at > $2 AND ",
            $by,
            " = $1 ORDER BY i.provider, i.id"
        )
    };
}

/// The live session behind a cookie. Idle ones are the caller's to refuse.
pub async fn by_token(db: &Db, hash: &[u8], now: DateTime<Utc>) -> Result<Option<ActiveSession>> {
    sql!(db, Vec<Row>, active_session!("s.token_hash"), hash, now).map(Row::fold)
}

/// The live session behind a bearer token.
pub async fn by_id(db: &Db, id: SessionId, now: DateTime<Utc>) -> Result<Option<ActiveSession>> {
    sql!(db, Vec<Row>, active_session!("s.id"), id, now).map(Row::fold)
}

/// What a new session is made of.
pub struct New<'a> {
    pub id: SessionId,
    pub token_hash: &'a [u8],
    pub user: UserId,
    pub workspace: WorkspaceId,
    pub user_agent: &'a str,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO sessions (id, token_hash, user_id, workspace_id, user_agent, created_at,
         last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        new.id,
        new.token_hash,
        new.user,
        new.workspace,
        new.user_agent,
        new.now,
        new.expires_at
    )?;
    Ok(())
}

/// The number of sessions that were there to be touched: one or none.
pub fn update_last_seen<'c>(
    executor: impl Into<Executor<'c>>,
    id: SessionId,
    now: DateTime<Utc>,
) -> BoxFuture<'c, Result<u64>> {
    on_either!(executor, on => {
        sql!(on, rows, "UPDATE sessions SET last_seen_at = $2 WHERE id = $1", id, now)
    })
}

/// One line of the list of devices.
#[derive(sqlx::FromRow)]
pub struct Device {
    pub id: SessionId,
    pub user_agent: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

pub async fn of_user(db: &Db, user: UserId, now: DateTime<Utc>) -> Result<Vec<Device>> {
    sql!(
        db,
        Vec<Device>,
        "SELECT id, user_agent, created_at, last_seen_at FROM sessions WHERE user_id = $1 AND
         expires_at > $2 ORDER BY last_seen_at DESC, id",
        user,
        now
    )
}

/// Ends a session of this user; its open flows and waiting choices go with it. Pages of it that
/// listen hear of it and stop.
pub async fn delete(tx: &mut Tx, id: SessionId, user: UserId) -> Result<bool> {
    let text = "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING workspace_id";
    let ended = sql!(tx, Option<(WorkspaceId,)>, text, id, user)?;
    if let Some((workspace,)) = ended {
        tx.signal(Signal::Workspace(workspace));
    }
    Ok(ended.is_some())
}

/// Ends every session of a person.
pub async fn delete_all(tx: &mut Tx, user: UserId) -> Result<()> {
    let text = "DELETE FROM sessions WHERE user_id = $1 RETURNING workspace_id";
    for (workspace,) in sql!(tx, Vec<(WorkspaceId,)>, text, user)? {
        tx.signal(Signal::Workspace(workspace));
    }
    Ok(())
}

/// Sweeps what has ended: past its absolute end, or idle since `idle`.
pub async fn delete_ended(db: &Db, now: DateTime<Utc>, idle: DateTime<Utc>) -> Result<u64> {
    let ended = "DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at, id LIMIT $2)";
    let unused = "DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE last_seen_at <= $1 ORDER BY last_seen_at, id LIMIT $2)";
    Ok(delete_in_batches(db, ended, now).await? + delete_in_batches(db, unused, idle).await?)
}
