//! Rate limits as platforms told them.

use chrono::{DateTime, Utc};

use super::{Db, Result, sql};
use crate::model::AccountId;

/// A limit as it was told at `seen_at`.
pub struct Told<'a> {
    pub name: &'a str,
    pub most: Option<i64>,
    pub remaining: i64,
    pub resets_at: Option<DateTime<Utc>>,
    pub seen_at: DateTime<Utc>,
}

pub async fn keep(db: &Db, account: AccountId, told: &Told<'_>) -> Result<()> {
    sql!(
        db,
        rows,
        "INSERT INTO account_limits (account_id, name, most, remaining, resets_at, seen_at) VALUES
         ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (account_id, name) DO UPDATE SET most = $3, remaining = $4, resets_at = $5,
         seen_at = $6",
        account,
        told.name,
        told.most,
        told.remaining,
        told.resets_at,
        told.seen_at
    )?;
    Ok(())
}
