//! Totals over every workspace, for the people who run the server. No name, id or secret is in
//! them.

use chrono::{DateTime, Utc};

use super::{Db, Result, sql};
use crate::model::{Provider, Status};

/// How many accounts are in one state on one platform, and when the first of their access tokens
/// ends.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Total {
    pub provider: Provider,
    pub status: Status,
    pub count: i64,
    pub first_end: Option<DateTime<Utc>>,
}

/// Every state of every platform that has accounts.
pub async fn accounts(db: &Db) -> Result<Vec<Total>> {
    sql!(
        db,
        Vec<Total>,
        "SELECT provider, status, CAST(COUNT(*) AS BIGINT) AS count, MIN(expires_at) AS first_end
         FROM oauth_accounts
         WHERE status <> 'former' GROUP BY provider, status ORDER BY provider, status"
    )
}
