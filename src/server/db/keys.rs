//! What the database knows of the sealing keys, by their ids; the keys themselves are never here.

use chrono::{DateTime, Utc};

use super::{Db, Result, Tx, sql};

/// How often a key has sealed, and since when another one does.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct Seals {
    pub key_id: String,
    pub seal_count: i64,
    pub retired_at: Option<DateTime<Utc>>,
}

pub async fn all(db: &Db) -> Result<Vec<Seals>> {
    sql!(db, Vec<Seals>, "SELECT key_id, seal_count, retired_at FROM key_seals ORDER BY key_id")
}

/// Adds to what a key has sealed, and answers with the sum.
pub async fn add(db: &Db, key: &str, seals: i64) -> Result<i64> {
    let (sum,) = sql!(
        db,
        (i64,),
        "INSERT INTO key_seals (key_id, seal_count) VALUES ($1, $2)
         ON CONFLICT (key_id) DO UPDATE SET seal_count = key_seals.seal_count + $2
         RETURNING seal_count",
        key,
        seals
    )?;
    Ok(sum)
}

/// Writes down that a key seals no more; the first time counts.
pub async fn retire(db: &Db, key: &str, now: DateTime<Utc>) -> Result<()> {
    sql!(
        db,
        rows,
        "INSERT INTO key_seals (key_id, seal_count, retired_at) VALUES ($1, 0, $2)
         ON CONFLICT (key_id) DO UPDATE SET retired_at = COALESCE(key_seals.retired_at, $2)",
        key,
        now
    )?;
    Ok(())
}

/// Since when a key seals no more, as a transaction sees it.
pub async fn retired_at(tx: &mut Tx, key: &str) -> Result<Option<DateTime<Utc>>> {
    let found = sql!(
        tx,
        Option<(Option<DateTime<Utc>>,)>,
        "SELECT retired_at FROM key_seals WHERE key_id = $1",
        key
    )?;
    Ok(found.and_then(|(at,)| at))
}

/// Forgets a key, its proof and its count.
pub async fn forget(tx: &mut Tx, key: &str) -> Result<()> {
    sql!(tx, rows, "DELETE FROM server_facts WHERE name = $1", format!("key:{key}"))?;
    sql!(tx, rows, "DELETE FROM key_seals WHERE key_id = $1", key)?;
    Ok(())
}
