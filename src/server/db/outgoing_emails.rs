//! The outbox: e-mails on their way. When each is sent its job says; what stands here of that is
//! for the operators to see.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, delete_in_batches, sql};

/// An e-mail to be sent.
#[derive(sqlx::FromRow)]
pub struct OutgoingEmail {
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

/// An e-mail that was not sent yet, or that was given up.
#[derive(sqlx::FromRow)]
pub struct Unsent {
    pub recipient: String,
    pub subject: String,
    pub attempts: i64,
    pub next_try_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Writes an e-mail down; its job sends it.
pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    recipient: &str,
    subject: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO outgoing_emails (id, recipient, subject, body, attempts, next_try_at,
         created_at) VALUES ($1, $2, $3, $4, 0, $5, $5)",
        id,
        recipient,
        subject,
        body,
        now
    )?;
    Ok(())
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<OutgoingEmail>> {
    sql!(
        db,
        Option<OutgoingEmail>,
        "SELECT id, recipient, subject, body, created_at FROM outgoing_emails WHERE id = $1",
        id
    )
}

/// Nothing more is sent there.
pub async fn delete_to(tx: &mut Tx, recipient: &str) -> Result<()> {
    sql!(tx, rows, "DELETE FROM outgoing_emails WHERE recipient = $1", recipient)?;
    Ok(())
}

/// It was sent.
pub async fn delete(db: &Db, id: Uuid) -> Result<()> {
    sql!(db, rows, "DELETE FROM outgoing_emails WHERE id = $1", id)?;
    Ok(())
}

/// It was not sent: why, and when its job tries again. Without a time it was given up.
pub async fn record_failure(
    db: &Db,
    id: Uuid,
    last_error: &str,
    attempts: i64,
    next_try_at: Option<DateTime<Utc>>,
) -> Result<()> {
    sql!(
        db,
        rows,
        "UPDATE outgoing_emails SET last_error = $2, attempts = $3, next_try_at = $4 WHERE id = $1",
        id,
        last_error,
        attempts,
        next_try_at
    )?;
    Ok(())
}

/// What waits or was given up, newest first.
pub async fn unsent(db: &Db) -> Result<Vec<Unsent>> {
    sql!(
        db,
        Vec<Unsent>,
        "SELECT recipient, subject, attempts, next_try_at, last_error, created_at FROM
         outgoing_emails ORDER BY created_at DESC, id DESC LIMIT 100"
    )
}

/// Forgets what was written before `before` and was given up.
pub async fn delete_dead(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM outgoing_emails WHERE id IN (
        SELECT id FROM outgoing_emails WHERE next_try_at IS NULL AND created_at <= $1 ORDER BY
        created_at, id LIMIT $2)";
    delete_in_batches(db, text, before).await
}
