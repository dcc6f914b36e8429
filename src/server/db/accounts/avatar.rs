//! Pictures, apart from the rows that lists read.

use chrono::{DateTime, Utc};

use crate::model::{AccountId, WorkspaceId};
use crate::server::db::{Db, Result, Tx, sql};

pub async fn set_avatar(
    tx: &mut Tx,
    id: AccountId,
    media_type: &str,
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO avatars (account_id, media_type, bytes) VALUES ($1, $2, $3)
         ON CONFLICT (account_id) DO UPDATE SET media_type = $2, bytes = $3",
        id,
        media_type,
        bytes
    )?;
    sql!(
        tx,
        rows,
        "UPDATE oauth_accounts SET has_avatar = TRUE, updated_at = $2 WHERE id = $1",
        id,
        now
    )?;
    Ok(())
}

pub async fn avatar(
    db: &Db,
    workspace: WorkspaceId,
    id: AccountId,
) -> Result<Option<(String, Vec<u8>)>> {
    sql!(
        db,
        Option<(String, Vec<u8>)>,
        "SELECT v.media_type, v.bytes FROM avatars v JOIN oauth_accounts a ON a.id = v.account_id
         WHERE a.workspace_id = $1 AND a.id = $2",
        workspace,
        id
    )
}
