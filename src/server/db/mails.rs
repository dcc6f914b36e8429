//! The outbox: mails on their way.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, sql};

/// A mail to be sent now.
#[derive(sqlx::FromRow)]
pub struct Claimed {
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: Vec<u8>,
    pub attempts: i64,
    pub created_at: DateTime<Utc>,
}

/// A mail that could not be sent yet, or at all.
#[derive(sqlx::FromRow)]
pub struct Stuck {
    pub recipient: String,
    pub subject: String,
    pub attempts: i64,
    pub next_at: Option<DateTime<Utc>>,
    pub problem: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Puts a mail into the outbox, due at once.
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
        "INSERT INTO mails (id, recipient, subject, body, attempts, next_at, created_at) VALUES
         ($1, $2, $3, $4, 0, $5, $5)",
        id,
        recipient,
        subject,
        body,
        now
    )?;
    Ok(())
}

/// What is due, oldest first.
pub async fn due(db: &Db, now: DateTime<Utc>) -> Result<Vec<(Uuid,)>> {
    sql!(
        db,
        Vec<(Uuid,)>,
        "SELECT id FROM mails WHERE next_at <= $1 ORDER BY next_at, id LIMIT 100",
        now
    )
}

/// Takes a mail that is due, until `until`: of two processes only one sends it.
pub async fn claim(
    db: &Db,
    id: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Claimed>> {
    sql!(
        db,
        Option<Claimed>,
        "UPDATE mails SET attempts = attempts + 1, next_at = $3 WHERE id = $1 AND next_at <= $2
         RETURNING id, recipient, subject, body, attempts, created_at",
        id,
        now,
        until
    )
}

/// Nothing more is sent there.
pub async fn delete_to(tx: &mut Tx, recipient: &str) -> Result<()> {
    sql!(tx, rows, "DELETE FROM mails WHERE recipient = $1", recipient)?;
    Ok(())
}

/// It was sent.
pub async fn delete(db: &Db, id: Uuid) -> Result<()> {
    sql!(db, rows, "DELETE FROM mails WHERE id = $1", id)?;
    Ok(())
}

/// It was not sent: once more at `next_at`, or never, and then its body goes.
pub async fn postpone(
    db: &Db,
    id: Uuid,
    problem: &str,
    next_at: Option<DateTime<Utc>>,
) -> Result<()> {
    sql!(
        db,
        rows,
        "UPDATE mails SET problem = $2, next_at = $3, body = CASE WHEN $3 IS NULL THEN NULL ELSE
         body END WHERE id = $1",
        id,
        problem,
        next_at
    )?;
    Ok(())
}

/// What is waiting or was given up, newest first.
pub async fn stuck(db: &Db) -> Result<Vec<Stuck>> {
    sql!(
        db,
        Vec<Stuck>,
        "SELECT recipient, subject, attempts, next_at, problem, created_at FROM mails ORDER BY
         created_at DESC, id LIMIT 100"
    )
}

/// Forgets what was given up before `before`.
pub async fn delete_given_up(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    sql!(db, rows, "DELETE FROM mails WHERE next_at IS NULL AND created_at <= $1", before)
}
