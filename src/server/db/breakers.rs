//! Circuit breakers, one a platform, shared by all processes.

use chrono::{DateTime, Utc};

use super::{Db, Result, Tx, sql};
use crate::model::Provider;

/// One that is open.
#[derive(Clone, sqlx::FromRow)]
pub struct Breaker {
    pub provider: Provider,
    /// How often it opened since the platform last answered.
    pub open_count: i64,
    pub open_until: DateTime<Utc>,
}

pub async fn all_open(db: &Db) -> Result<Vec<Breaker>> {
    sql!(
        db,
        Vec<Breaker>,
        "SELECT provider, open_count, open_until FROM breakers WHERE open_until IS NOT NULL ORDER BY
         provider"
    )
}

/// Opens one for the first time or, after `open_count` times, once more; `false`: another process
/// was faster.
pub async fn open(
    tx: &mut Tx,
    provider: &Provider,
    open_count: i64,
    until: DateTime<Utc>,
) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "INSERT INTO breakers (provider, open_count, open_until) VALUES ($1, 1, $3)
         ON CONFLICT (provider) DO UPDATE SET open_count = breakers.open_count + 1, open_until = $3
         WHERE breakers.open_count = $2",
        provider,
        open_count,
        until
    )?;
    Ok(rows == 1)
}

/// Claims the one probe of an open breaker whose time has come.
pub async fn probe(db: &Db, seen: &Breaker, until: DateTime<Utc>) -> Result<bool> {
    let rows = sql!(
        db,
        rows,
        "UPDATE breakers SET open_until = $3 WHERE provider = $1 AND open_until = $2",
        &seen.provider,
        seen.open_until,
        until
    )?;
    Ok(rows == 1)
}

/// The platform answers again; `false`: another process heard it first.
pub async fn close(tx: &mut Tx, provider: &Provider) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE breakers SET open_count = 0, open_until = NULL WHERE provider = $1 AND open_until IS
         NOT NULL",
        provider
    )?;
    Ok(rows == 1)
}
