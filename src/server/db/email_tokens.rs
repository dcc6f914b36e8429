//! Links in mails, and the requests that lead to them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, delete_in_batches, sql};
use crate::model::UserId;

/// What following a link does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub enum Purpose {
    /// Confirms the person's address.
    Verify,
    /// Confirms the address that they change to.
    Change,
    /// Sets a new password.
    Reset,
}

/// A link that works.
#[derive(sqlx::FromRow)]
pub struct Link {
    pub user_id: UserId,
    pub purpose: Purpose,
    pub email: String,
}

/// What a new link is made of.
pub struct New<'a> {
    pub token_hash: &'a [u8],
    pub user: UserId,
    pub purpose: Purpose,
    pub email: &'a str,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO email_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        new.token_hash,
        new.user,
        new.purpose,
        new.email,
        new.now,
        new.expires_at
    )?;
    Ok(())
}

/// How many links for this purpose a person could follow now.
pub async fn count(tx: &mut Tx, user: UserId, purpose: Purpose, now: DateTime<Utc>) -> Result<i64> {
    let (count,) = sql!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM email_tokens WHERE user_id = $1 AND purpose = $2 AND expires_at > $3",
        user,
        purpose,
        now
    )?;
    Ok(count)
}

/// When the first of them is over.
pub async fn first_end(
    tx: &mut Tx,
    user: UserId,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let first = sql!(
        tx,
        Option<(DateTime<Utc>,)>,
        "SELECT expires_at FROM email_tokens WHERE user_id = $1 AND purpose = $2 AND expires_at > $3
         ORDER BY expires_at LIMIT 1",
        user,
        purpose,
        now
    )?;
    Ok(first.map(|(end,)| end))
}

pub async fn find(db: &Db, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Link>> {
    sql!(
        db,
        Option<Link>,
        "SELECT user_id, purpose, email FROM email_tokens WHERE token_hash = $1 AND expires_at >
         $2",
        token_hash,
        now
    )
}

/// Uses a link up: of two who follow it at once only one gets it.
pub async fn take(tx: &mut Tx, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Link>> {
    sql!(
        tx,
        Option<Link>,
        "DELETE FROM email_tokens WHERE token_hash = $1 AND expires_at > $2 RETURNING user_id,
         purpose, email",
        token_hash,
        now
    )
}

/// No link that changes anything of this person works any more. One that confirms an address is
/// good as long as they have it.
pub async fn delete_of(tx: &mut Tx, user: UserId) -> Result<()> {
    sql!(tx, rows, "DELETE FROM email_tokens WHERE user_id = $1 AND purpose <> 'verify'", user)?;
    Ok(())
}

pub async fn delete_expired(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM email_tokens WHERE token_hash IN (
        SELECT token_hash FROM email_tokens WHERE expires_at <= $1 ORDER BY expires_at, token_hash
        LIMIT $2)";
    delete_in_batches(db, text, now).await
}

/// Somebody forgot the password for this address, whosever it is.
pub async fn insert_request(tx: &mut Tx, id: Uuid, email: &str, now: DateTime<Utc>) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO reset_requests (id, email, created_at) VALUES ($1, $2, $3)",
        id,
        email,
        now
    )?;
    Ok(())
}

pub async fn requests(db: &Db) -> Result<Vec<(Uuid, String)>> {
    sql!(
        db,
        Vec<(Uuid, String)>,
        "SELECT id, email FROM reset_requests ORDER BY created_at, id LIMIT 100"
    )
}

/// Takes a request out, once.
pub async fn take_request(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(sql!(tx, rows, "DELETE FROM reset_requests WHERE id = $1", id)? == 1)
}
