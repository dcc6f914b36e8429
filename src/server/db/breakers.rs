//! Circuit breakers, one a platform, shared by all processes.

use chrono::{DateTime, Utc};

use super::{Db, Result, Tx, sql};
use crate::model::Provider;

#[derive(Clone, sqlx::FromRow)]
pub struct Breaker {
    pub provider: Provider,
    /// In a row.
    pub failures: i64,
    /// How often it opened since the platform last answered.
    pub opened: i64,
    pub until: Option<DateTime<Utc>>,
}

/// Those of platforms that have failed.
pub async fn all(db: &Db) -> Result<Vec<Breaker>> {
    sql!(db, Vec<Breaker>, "SELECT provider, failures, opened, until FROM breakers WHERE failures > 0 ORDER BY provider")
}

/// Counts one more failure.
pub async fn fail(db: &Db, provider: &Provider) -> Result<Breaker> {
    sql!(
        db,
        Breaker,
        "INSERT INTO breakers (provider, failures, opened) VALUES ($1, 1, 0)
         ON CONFLICT (provider) DO UPDATE SET failures = breakers.failures + 1 RETURNING provider, failures, opened, until",
        provider
    )
}

/// Opens one, unless another process did since it was read.
pub async fn open(tx: &mut Tx, seen: &Breaker, until: DateTime<Utc>) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE breakers SET until = $3, opened = opened + 1 WHERE provider = $1 AND opened = $2 AND failures > 0",
        &seen.provider,
        seen.opened,
        until
    )?;
    Ok(rows == 1)
}

/// Claims the one probe of an open breaker whose time has come.
pub async fn probe(db: &Db, seen: &Breaker, until: DateTime<Utc>) -> Result<bool> {
    let rows =
        sql!(db, rows, "UPDATE breakers SET until = $3 WHERE provider = $1 AND until = $2", &seen.provider, seen.until, until)?;
    Ok(rows == 1)
}

/// The platform answers again.
pub async fn close(tx: &mut Tx, provider: &Provider) -> Result<()> {
    sql!(tx, rows, "UPDATE breakers SET failures = 0, opened = 0, until = NULL WHERE provider = $1", provider)?;
    Ok(())
}
