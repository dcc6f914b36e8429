//! Users, their workspaces and memberships.

use chrono::{DateTime, Utc};

use super::{Db, Result, Tx, sql};
use crate::model::{UserId, WorkspaceId};

/// A user's row. The password's hash is no secret type: it is worth nothing without hours of work
/// for each guess.
#[derive(Clone, sqlx::FromRow)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub time_zone: String,
    /// When the person followed a link that was sent to the address.
    pub email_verified_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

macro_rules! columns {
    () => {
        "id, email, name, password_hash, time_zone, email_verified_at, created_at"
    };
}

pub async fn by_email(db: &Db, email: &str) -> Result<Option<User>> {
    sql!(db, Option<User>, concat!("SELECT ", columns!(), " FROM users WHERE email = $1"), email)
}

pub async fn by_id(db: &Db, id: UserId) -> Result<Option<User>> {
    sql!(db, Option<User>, concat!("SELECT ", columns!(), " FROM users WHERE id = $1"), id)
}

/// Locks a person for the rest of the transaction, on both engines.
pub async fn lock(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    sql!(
        tx,
        Option<User>,
        concat!("UPDATE users SET updated_at = updated_at WHERE id = $1 RETURNING ", columns!()),
        id
    )
}

/// Inserts a user; `false` when the e-mail is taken.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "INSERT INTO users (id, email, name, password_hash, time_zone, email_verified_at,
         created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (email) DO NOTHING",
        user.id,
        &user.email,
        &user.name,
        &user.password_hash,
        &user.time_zone,
        user.email_verified_at,
        user.created_at
    )?;
    Ok(rows == 1)
}

/// Makes a workspace with its owner.
pub async fn insert_workspace(
    tx: &mut Tx,
    id: WorkspaceId,
    name: &str,
    tier: &str,
    owner: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO workspaces (id, name, tier, version, created_at) VALUES ($1, $2, $3, 0, $4)",
        id,
        name,
        tier,
        now
    )?;
    sql!(
        tx,
        rows,
        "INSERT INTO members (workspace_id, user_id, role) VALUES ($1, $2, 'owner')",
        id,
        owner
    )?;
    Ok(())
}

/// The first workspace of a user, by age.
pub async fn home_workspace(db: &Db, user: UserId) -> Result<Option<WorkspaceId>> {
    let found = sql!(
        db,
        Option<(WorkspaceId,)>,
        "SELECT m.workspace_id FROM members m WHERE m.user_id = $1
         ORDER BY (SELECT w.created_at FROM workspaces w WHERE w.id = m.workspace_id),
         m.workspace_id LIMIT 1",
        user
    )?;
    Ok(found.map(|(id,)| id))
}

/// Locks a workspace for the rest of the transaction, on both engines, and returns its tier.
pub async fn lock_workspace(tx: &mut Tx, id: WorkspaceId) -> Result<Option<String>> {
    let found = sql!(
        tx,
        Option<(String,)>,
        "UPDATE workspaces SET version = version + 1 WHERE id = $1 RETURNING tier",
        id
    )?;
    Ok(found.map(|(tier,)| tier))
}

pub async fn update_profile(
    tx: &mut Tx,
    id: UserId,
    name: &str,
    time_zone: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE users SET name = $2, time_zone = $3, updated_at = $4 WHERE id = $1",
        id,
        name,
        time_zone,
        now
    )?;
    Ok(())
}

pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str, now: DateTime<Utc>) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1",
        id,
        hash,
        now
    )?;
    Ok(())
}

/// The address is the person's: they followed a link that was sent there.
pub async fn set_verified(tx: &mut Tx, id: UserId, now: DateTime<Utc>) -> Result<()> {
    sql!(
        tx,
        rows,
        "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $2), updated_at = $2
         WHERE id = $1",
        id,
        now
    )?;
    Ok(())
}

/// Changes to a confirmed address; `false` when somebody else has it, and then the transaction is
/// over.
pub async fn set_email(tx: &mut Tx, id: UserId, email: &str, now: DateTime<Utc>) -> Result<bool> {
    let set = sql!(
        tx,
        rows,
        "UPDATE users SET email = $2, email_verified_at = $3, updated_at = $3 WHERE id = $1",
        id,
        email,
        now
    );
    match set {
        Err(super::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        other => other.map(|rows| rows == 1),
    }
}

/// The workspaces of which a person is a member.
pub async fn workspaces(tx: &mut Tx, user: UserId) -> Result<Vec<(WorkspaceId,)>> {
    sql!(
        tx,
        Vec<(WorkspaceId,)>,
        "SELECT workspace_id FROM members WHERE user_id = $1 ORDER BY workspace_id",
        user
    )
}

/// Whether a person owns a workspace, and nobody else does.
pub async fn is_last_owner(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<bool> {
    let owners = sql!(
        tx,
        Vec<(UserId,)>,
        "SELECT user_id FROM members WHERE workspace_id = $1 AND role = 'owner' ORDER BY user_id",
        workspace
    )?;
    Ok(owners == [(user,)])
}

pub async fn remove_member(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<()> {
    let text = "DELETE FROM members WHERE workspace_id = $1 AND user_id = $2";
    sql!(tx, rows, text, workspace, user)?;
    Ok(())
}

/// Deletes a workspace with everything in it.
pub async fn delete_workspace(tx: &mut Tx, id: WorkspaceId) -> Result<()> {
    sql!(tx, rows, "DELETE FROM workspaces WHERE id = $1", id)?;
    Ok(())
}

/// Deletes a person with everything that is theirs alone.
pub async fn delete(tx: &mut Tx, id: UserId) -> Result<()> {
    sql!(tx, rows, "DELETE FROM users WHERE id = $1", id)?;
    Ok(())
}
