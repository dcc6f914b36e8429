//! Refreshes under way: who holds the lease, what was begun, and what was answered and does not yet
//! stand in its account's row.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, sql};
use crate::model::{AccountId, WorkspaceId};

/// Takes the lease of an account if nobody holds it, and answers with its new epoch. One that ends
/// after `latest` was written by a clock that was wrong, and holds nobody up.
pub async fn acquire_lease(
    tx: &mut Tx,
    account: AccountId,
    owner: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    latest: DateTime<Utc>,
) -> Result<Option<i64>> {
    let taken = sql!(
        tx,
        Option<(i64,)>,
        "INSERT INTO refresh_leases (account_id, owner, epoch, expires_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (account_id) DO UPDATE SET owner = $2, epoch = refresh_leases.epoch + 1,
         expires_at = $3
         WHERE refresh_leases.expires_at <= $4 OR refresh_leases.expires_at > $5 RETURNING epoch",
        account,
        owner,
        until,
        now,
        latest
    )?;
    Ok(taken.map(|(epoch,)| epoch))
}

/// Prolongs a lease that is still held; `false`: it ran out, or somebody else has it.
pub async fn renew_lease(
    db: &Db,
    account: AccountId,
    epoch: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        db,
        rows,
        "UPDATE refresh_leases SET expires_at = $4 WHERE account_id = $1 AND epoch = $2 AND
         expires_at > $3",
        account,
        epoch,
        now,
        until
    )?;
    Ok(rows == 1)
}

/// Gives a lease back; somebody else's is left alone. `false`: it had moved on. It has then ended
/// long ago by every clock, also that of a prolonging which is still on its way.
pub async fn release_lease(tx: &mut Tx, account: AccountId, epoch: i64) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE refresh_leases SET expires_at = $3 WHERE account_id = $1 AND epoch = $2",
        account,
        epoch,
        DateTime::UNIX_EPOCH
    )?;
    Ok(rows == 1)
}

/// Waits for whoever changes this lease, and has others wait until the end of the transaction.
pub async fn lock_lease(tx: &mut Tx, account: AccountId) -> Result<()> {
    sql!(tx, rows, "UPDATE refresh_leases SET epoch = epoch WHERE account_id = $1", account)?;
    Ok(())
}

/// A line of the journal. It may hold a sealed answer, so it is neither printed nor serialised.
#[derive(Clone, sqlx::FromRow)]
pub struct JournalEntry {
    pub id: Uuid,
    pub workspace_id: WorkspaceId,
    pub account_id: AccountId,
    pub epoch: i64,
    pub credential_hash: Vec<u8>,
    pub unanswered_attempts: i64,
    pub started_at: DateTime<Utc>,
    pub response: Option<Vec<u8>>,
}

macro_rules! columns {
    () => {
        "id, workspace_id, account_id, epoch, credential_hash, unanswered_attempts, started_at,
         response"
    };
}

/// A line with or without its answer, in one statement for a transaction or a connection.
macro_rules! write {
    ($on:expr, $line:expr, $answer:expr) => {
        sql!(
            $on,
            rows,
            concat!(
                "INSERT INTO refresh_journal (",
                columns!(),
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET response =
                 $8"
            ),
            $line.id,
            $line.workspace_id,
            $line.account_id,
            $line.epoch,
            &$line.credential_hash,
            $line.unanswered_attempts,
            $line.started_at,
            $answer
        )
    };
}

/// Writes an intent down.
pub async fn record_intent(tx: &mut Tx, line: &JournalEntry) -> Result<()> {
    write!(tx, line, None::<&[u8]>)?;
    Ok(())
}

/// Makes an answer durable, also where its intent was taken for lost meanwhile. One statement: as
/// long as it takes, the answer can be lost.
pub async fn record_answer(db: &Db, line: &JournalEntry, sealed: &[u8]) -> Result<()> {
    write!(db, line, sealed)?;
    Ok(())
}

/// What the journal holds of an account, oldest first.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<JournalEntry>> {
    sql!(
        tx,
        Vec<JournalEntry>,
        concat!(
            "SELECT ",
            columns!(),
            " FROM refresh_journal WHERE account_id = $1 ORDER BY epoch, id"
        ),
        account
    )
}

/// The next answers that do not stand in their account's row, oldest first.
pub async fn answered(
    db: &Db,
    after: (DateTime<Utc>, Uuid),
    limit: i64,
) -> Result<Vec<JournalEntry>> {
    sql!(
        db,
        Vec<JournalEntry>,
        concat!(
            "SELECT ",
            columns!(),
            " FROM refresh_journal WHERE response IS NOT NULL AND (started_at > $1 OR (started_at =
             $1 AND id > $2)) ORDER BY started_at, id LIMIT $3"
        ),
        after.0,
        after.1,
        limit
    )
}

/// Lets go of an answer that does not open: its refresh counts as one that was never answered.
/// `false`: somebody else did.
pub async fn lose_answer(tx: &mut Tx, line: &JournalEntry) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE refresh_journal SET response = NULL WHERE id = $1 AND response = $2",
        line.id,
        &line.response
    )?;
    Ok(rows == 1)
}

/// Closes a line; `false`: somebody else did.
pub async fn close(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(sql!(tx, rows, "DELETE FROM refresh_journal WHERE id = $1", id)? == 1)
}

/// Closes a line whose answer stands in its account's row, and what was begun until then and never
/// answered.
pub async fn close_answered(tx: &mut Tx, line: &JournalEntry) -> Result<()> {
    sql!(
        tx,
        rows,
        "DELETE FROM refresh_journal WHERE account_id = $2 AND (id = $1 OR (epoch <= $3 AND response
         IS NULL))",
        line.id,
        line.account_id,
        line.epoch
    )?;
    Ok(())
}

/// Closes what was begun up to this epoch and never answered.
pub async fn close_unanswered(tx: &mut Tx, account: AccountId, epoch: i64) -> Result<()> {
    sql!(
        tx,
        rows,
        "DELETE FROM refresh_journal WHERE account_id = $1 AND epoch <= $2 AND response IS NULL",
        account,
        epoch
    )?;
    Ok(())
}
