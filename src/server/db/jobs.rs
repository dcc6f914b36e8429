//! The queue: jobs with a lease and a fence, and the times of what recurs.
//!
//! A job is `queued`, `running` or `dead`; a finished one is gone. `run_at` says when it may be
//! claimed, and while it runs that is the end of its lease, so that a crashed worker's job comes up
//! again by itself. Every claim moves `version` on, and whoever renews, ends or releases names the
//! version it claimed: a worker whose lease was taken changes nothing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, delete_in_batches, sql};

/// A job to be written down.
pub struct New {
    pub kind: String,
    pub payload: String,
    pub priority: i64,
    pub run_at: DateTime<Utc>,
    pub reference: String,
}

/// Writes a job down. Where the same one waits already, that one runs, at the earlier of the two
/// times; where it is running, it runs once more afterwards, because it may have read what this
/// transaction is about to change.
pub async fn enqueue(tx: &mut Tx, job: &New, now: DateTime<Utc>) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO jobs (id, kind, payload, priority, state, run_at, attempts, version,
         reference, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'queued', $5, 0, 0, $6, $7, $7)
         ON CONFLICT (payload) WHERE state <> 'dead' DO UPDATE SET
           run_at = CASE WHEN jobs.state = 'queued' AND excluded.run_at < jobs.run_at THEN
           excluded.run_at ELSE jobs.run_at END,
           rerun_at = CASE WHEN jobs.state = 'running' AND (jobs.rerun_at IS NULL OR
           excluded.run_at < jobs.rerun_at)
                           THEN excluded.run_at ELSE jobs.rerun_at END,
           updated_at = excluded.updated_at",
        Uuid::now_v7(),
        &job.kind,
        &job.payload,
        job.priority,
        job.run_at,
        &job.reference,
        now
    )?;
    Ok(())
}

/// Takes back a job that still waits: what it was to do has been done.
pub async fn withdraw(tx: &mut Tx, payload: &str) -> Result<()> {
    // The index is on jobs that are not dead, and SQLite sees that only where it says so.
    let text = "DELETE FROM jobs WHERE payload = $1 AND state = 'queued' AND state <> 'dead'";
    sql!(tx, rows, text, payload)?;
    Ok(())
}

/// Whether this job waits or runs.
pub async fn is_active(db: &Db, payload: &str) -> Result<bool> {
    let found = sql!(
        db,
        Option<(Uuid,)>,
        "SELECT id FROM jobs WHERE payload = $1 AND state <> 'dead'",
        payload
    )?;
    Ok(found.is_some())
}

/// A job in the hands of one worker, until its lease ends.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claimed {
    pub id: Uuid,
    pub kind: String,
    pub payload: String,
    pub attempts: i64,
    pub version: i64,
    pub reference: String,
}

/// What is due, the most urgent first. `MATERIALIZED`: looked for once, so that no more than the
/// limit is ever locked.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
               SELECT id FROM jobs WHERE state <> 'dead' AND run_at <= $1 ORDER BY priority,
               run_at, id LIMIT $2 ",
            $lock,
            ")
             UPDATE jobs SET state = 'running', run_at = $3, owner = $4, version = version + 1,
             attempts = attempts + 1, updated_at = $1
             WHERE id IN (SELECT id FROM due) RETURNING id, kind, payload, attempts, version,
             reference"
        )
    };
}
/// SQLite has one writer: nobody else claims meanwhile.
const CLAIM_SQLITE: &str = claim!("");
/// Workers pass over what another one is claiming, instead of waiting for it.
const CLAIM_POSTGRES: &str = claim!("FOR UPDATE SKIP LOCKED");

/// Claims up to `limit` jobs that are due for `owner`, until `lease_until`.
pub async fn claim(
    db: &Db,
    owner: Uuid,
    limit: usize,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    let text = if db.is_sqlite() { CLAIM_SQLITE } else { CLAIM_POSTGRES };
    sql!(db, Vec<Claimed>, text, now, limit as i64, lease_until, owner)
}

/// Holds on to a job; `false`: somebody else has it.
pub async fn renew(db: &Db, job: &Claimed, lease_until: DateTime<Utc>) -> Result<bool> {
    let rows = sql!(
        db,
        rows,
        "UPDATE jobs SET run_at = $3 WHERE id = $1 AND version = $2 AND state = 'running'",
        job.id,
        job.version,
        lease_until
    )?;
    Ok(rows == 1)
}

/// The job is done: it is gone, or waits again where it was asked for meanwhile. `false`: somebody
/// else has it.
pub async fn complete(db: &Db, job: &Claimed, now: DateTime<Utc>) -> Result<bool> {
    let gone = "DELETE FROM jobs WHERE id = $1 AND version = $2 AND state = 'running' AND rerun_at
        IS NULL";
    // Asked for between the two statements: then the first one fits the second time.
    Ok(requeue(db, job, now).await?
        || sql!(db, rows, gone, job.id, job.version)? == 1
        || requeue(db, job, now).await?)
}

/// The job is given up, and kept for the operators to see. `false`: somebody else has it.
pub async fn mark_dead(db: &Db, job: &Claimed, reason: &str, now: DateTime<Utc>) -> Result<bool> {
    let dead = "UPDATE jobs SET state = 'dead', last_error = $3, updated_at = $4
                WHERE id = $1 AND version = $2 AND state = 'running' AND rerun_at IS NULL";
    Ok(requeue(db, job, now).await?
        || sql!(db, rows, dead, job.id, job.version, reason, now)? == 1
        || requeue(db, job, now).await?)
}

/// A job that was asked for while it ran starts from the beginning.
async fn requeue(db: &Db, job: &Claimed, now: DateTime<Utc>) -> Result<bool> {
    let rows = sql!(
        db,
        rows,
        "UPDATE jobs SET state = 'queued', run_at = rerun_at, rerun_at = NULL, attempts = 0,
         last_error = NULL, updated_at = $3
         WHERE id = $1 AND version = $2 AND state = 'running' AND rerun_at IS NOT NULL",
        job.id,
        job.version,
        now
    )?;
    Ok(rows == 1)
}

/// The job failed and is tried again. `false`: somebody else has it.
pub async fn retry(
    db: &Db,
    job: &Claimed,
    run_at: DateTime<Utc>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        db,
        rows,
        "UPDATE jobs SET state = 'queued', run_at = CASE WHEN rerun_at < $3 THEN rerun_at ELSE $3
         END, rerun_at = NULL,
           last_error = $4, updated_at = $5
         WHERE id = $1 AND version = $2 AND state = 'running'",
        job.id,
        job.version,
        run_at,
        reason,
        now
    )?;
    Ok(rows == 1)
}

/// Gives a job back as if it had not been claimed, for the next worker to take at once. `false`:
/// somebody else has it.
pub async fn release(db: &Db, job: &Claimed, now: DateTime<Utc>) -> Result<bool> {
    let rows = sql!(
        db,
        rows,
        "UPDATE jobs SET state = 'queued', run_at = $3, rerun_at = NULL, attempts = attempts - 1,
         updated_at = $3
         WHERE id = $1 AND version = $2 AND state = 'running'",
        job.id,
        job.version,
        now
    )?;
    Ok(rows == 1)
}

/// How much there is to do.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct Depth {
    /// All that wait, the due ones among them.
    pub queued: i64,
    pub due: i64,
    pub running: i64,
    pub dead: i64,
    /// Since when the oldest due one has been waiting.
    pub oldest: Option<DateTime<Utc>>,
}

pub async fn depth(db: &Db, now: DateTime<Utc>) -> Result<Depth> {
    sql!(
        db,
        Depth,
        "SELECT COUNT(CASE WHEN state = 'queued' THEN 1 END) AS queued,
           COUNT(CASE WHEN state = 'queued' AND run_at <= $1 THEN 1 END) AS due,
           COUNT(CASE WHEN state = 'running' THEN 1 END) AS running,
           COUNT(CASE WHEN state = 'dead' THEN 1 END) AS dead,
           MIN(CASE WHEN state = 'queued' AND run_at <= $1 THEN run_at END) AS oldest
         FROM jobs",
        now
    )
}

/// A job as operators see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct JobRow {
    pub id: Uuid,
    pub kind: String,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub reference: String,
    pub run_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Jobs of one state, those that changed last first.
pub async fn in_state(db: &Db, state: &str, limit: i64) -> Result<Vec<JobRow>> {
    sql!(
        db,
        Vec<JobRow>,
        "SELECT id, kind, attempts, last_error, reference, run_at, updated_at FROM jobs WHERE
         state = $1
         ORDER BY updated_at DESC, id DESC LIMIT $2",
        state,
        limit
    )
}

/// Jobs that failed and wait for another attempt, those that failed last first.
pub async fn failing(db: &Db, limit: i64) -> Result<Vec<JobRow>> {
    sql!(
        db,
        Vec<JobRow>,
        "SELECT id, kind, attempts, last_error, reference, run_at, updated_at FROM jobs
         WHERE state = 'queued' AND last_error IS NOT NULL ORDER BY updated_at DESC, id DESC LIMIT
         $1",
        limit
    )
}

/// Takes a dead job out, once, and hands out what it was.
pub async fn take_dead(tx: &mut Tx, id: Uuid) -> Result<Option<String>> {
    let taken = sql!(
        tx,
        Option<(String,)>,
        "DELETE FROM jobs WHERE id = $1 AND state = 'dead' RETURNING payload",
        id
    )?;
    Ok(taken.map(|(payload,)| payload))
}

/// Deletes dead jobs that nothing changed since `before`.
pub async fn delete_dead(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE state = 'dead' AND updated_at <= $1 ORDER BY updated_at, id
        LIMIT $2)";
    delete_in_batches(db, text, before).await
}

/// When each recurring job is due, by name.
pub async fn schedules(db: &Db) -> Result<Vec<(String, DateTime<Utc>)>> {
    sql!(db, Vec<(String, DateTime<Utc>)>, "SELECT name, next_run_at FROM schedules ORDER BY name")
}

/// Moves a schedule on; `false`: another process was first. `from` is what was read, nothing for a
/// schedule that is new.
pub async fn move_schedule(
    tx: &mut Tx,
    name: &str,
    from: Option<DateTime<Utc>>,
    to: DateTime<Utc>,
) -> Result<bool> {
    let rows = match from {
        Some(from) => sql!(
            tx,
            rows,
            "UPDATE schedules SET next_run_at = $3 WHERE name = $1 AND next_run_at = $2",
            name,
            from,
            to
        )?,
        None => sql!(
            tx,
            rows,
            "INSERT INTO schedules (name, next_run_at) VALUES ($1, $2) ON CONFLICT (name) DO
             NOTHING",
            name,
            to
        )?,
    };
    Ok(rows == 1)
}
