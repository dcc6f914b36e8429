//! New tokens.

use super::Account;
use crate::server::db::tasks::{self, Kind};
use crate::server::db::{Result, Tx, sql};

/// Stores an account with new tokens by compare-and-swap; `false` when its row is no longer of the
/// version that was read. Nothing but tokens, their ends, the account state and the next refresh
/// changes. Without a new refresh token the row keeps what it has, which may be sealed anew since
/// it was read.
pub async fn renew(
    tx: &mut Tx,
    read_version: i64,
    renewed: &Account,
    new_refresh: Option<&[u8]>,
) -> Result<bool> {
    let rows = sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET access_token = $3,
         refresh_token = COALESCE($4, refresh_token), token_type = $5, issued_at = $6,
         expires_at = $7, refresh_expires_at = $8, status = $9, reason = $10, message = $11,
         version = version + 1, updated_at = $12
         WHERE id = $1 AND version = $2 AND access_token IS NOT NULL",
        renewed.id,
        read_version,
        &renewed.access_token,
        new_refresh,
        &renewed.token_type,
        renewed.issued_at,
        renewed.expires_at,
        renewed.refresh_expires_at,
        renewed.status,
        renewed.reason,
        &renewed.message,
        renewed.updated_at
    )?;
    if rows == 1 {
        tasks::set(tx, renewed, Kind::Refresh, renewed.next_refresh_at).await?;
    }
    Ok(rows == 1)
}
