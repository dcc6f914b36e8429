//! Rate limits as platforms told them.

use chrono::{DateTime, Utc};

use super::{Db, Result, Tx, sql};
use crate::model::{AccountId, Provider};

/// A limit as it was told at `observed_at`.
pub struct LimitReading<'a> {
    pub name: &'a str,
    pub maximum: Option<i64>,
    pub remaining: i64,
    pub resets_at: Option<DateTime<Utc>>,
    pub observed_at: DateTime<Utc>,
}

pub async fn upsert_account_limit(
    tx: &mut Tx,
    account: AccountId,
    told: &LimitReading<'_>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO account_limits (account_id, name, maximum, remaining, resets_at, observed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (account_id, name) DO UPDATE SET maximum = $3, remaining = $4, resets_at = $5,
         observed_at = $6",
        account,
        told.name,
        told.maximum,
        told.remaining,
        told.resets_at,
        told.observed_at
    )?;
    Ok(())
}

/// One that all accounts share at a platform. Of two told out of order the newer stays.
pub async fn upsert_platform_limit(
    tx: &mut Tx,
    provider: &Provider,
    told: &LimitReading<'_>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO platform_limits (provider, name, remaining, resets_at, observed_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (provider, name) DO UPDATE SET remaining = $3, resets_at = $4, observed_at = $5
         WHERE platform_limits.observed_at <= $5",
        provider,
        told.name,
        told.remaining,
        told.resets_at,
        told.observed_at
    )?;
    Ok(())
}

/// What is left of a limit, and when it is full again.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Remaining {
    pub name: String,
    /// One that all accounts share.
    pub shared: bool,
    pub remaining: i64,
    pub resets_at: Option<DateTime<Utc>>,
    pub observed_at: DateTime<Utc>,
}

/// The limits that a call for this account falls under: its own, and those of the whole server. Of
/// those the account's copy is as old as its last call, so it does not count.
pub async fn of_call(db: &Db, account: AccountId, provider: &Provider) -> Result<Vec<Remaining>> {
    sql!(
        db,
        Vec<Remaining>,
        "SELECT name, FALSE AS shared, remaining, resets_at, observed_at FROM account_limits a
         WHERE account_id = $1
         AND NOT EXISTS (SELECT 1 FROM platform_limits p WHERE p.provider = $2 AND p.name = a.name)
         UNION ALL SELECT name, TRUE, remaining, resets_at, observed_at FROM platform_limits
         WHERE provider = $2",
        account,
        provider
    )
}

/// Takes note of a limit as if it had been told at `as_if`, so that nobody else asks; `false`:
/// somebody else did, or newer ones were told.
pub async fn claim_question(
    db: &Db,
    account: AccountId,
    provider: &Provider,
    limit: &Remaining,
    as_if: DateTime<Utc>,
) -> Result<bool> {
    let rows = if limit.shared {
        sql!(
            db,
            rows,
            "UPDATE platform_limits SET observed_at = $3 WHERE provider = $1 AND name = $2
             AND observed_at <= $4 AND remaining <= 0",
            provider,
            &limit.name,
            as_if,
            limit.observed_at
        )?
    } else {
        sql!(
            db,
            rows,
            "UPDATE account_limits SET observed_at = $3 WHERE account_id = $1 AND name = $2
             AND observed_at <= $4 AND remaining <= 0",
            account,
            &limit.name,
            as_if,
            limit.observed_at
        )?
    };
    Ok(rows == 1)
}
