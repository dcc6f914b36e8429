//! What the server remembers of itself.

use super::{Db, Result, sql};

#[derive(sqlx::FromRow)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// Facts whose name begins like this; `prefix` is ours, without wildcards.
pub async fn with_prefix(db: &Db, prefix: &str) -> Result<Vec<Fact>> {
    sql!(
        db,
        Vec<Fact>,
        "SELECT name, value FROM server_facts WHERE name LIKE $1 ORDER BY name",
        format!("{prefix}%")
    )
}

/// When a mail was last sent, and when one last was not.
pub const MAIL_SENT: &str = "mail.sent";
pub const MAIL_FAILED: &str = "mail.failed";

/// Writes a fact down in place of the one of that name.
pub async fn set(db: &Db, name: &str, value: &str) -> Result<()> {
    let text = "INSERT INTO server_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO
        UPDATE SET value = $2";
    sql!(db, rows, text, name, value)?;
    Ok(())
}

/// Keeps a fact unless there is one of that name, and returns the one that holds.
pub async fn insert_if_absent(db: &Db, name: &str, value: &str) -> Result<String> {
    sql!(
        db,
        rows,
        "INSERT INTO server_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        name,
        value
    )?;
    let (kept,) = sql!(db, (String,), "SELECT value FROM server_facts WHERE name = $1", name)?;
    Ok(kept)
}
