//! The audit log: lines are added and read. There is no statement that changes one; they go when
//! they are old, or with their workspace.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Db, Result, Tx, delete_in_batches, sql};
use crate::model::audit::{Action, AuditResult};
use crate::model::{AccountId, UserId, WorkspaceId};

/// One line.
#[derive(Clone, sqlx::FromRow)]
pub struct AuditRow {
    pub id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub action: Action,
    pub result: AuditResult,
    pub user_id: Option<UserId>,
    pub actor: String,
    pub account_id: Option<AccountId>,
    pub subject: String,
    pub detail: String,
    pub ip: String,
    pub user_agent: String,
    pub reference: String,
}

impl AuditRow {
    /// What a search looks through. Folded here: the engines differ in what they take for the same
    /// letter - SQLite knows of A to Z alone.
    fn search_text(&self) -> String {
        [&self.subject, &self.detail, &self.actor, &self.ip, &self.reference]
            .map(|text| fold(text))
            .join(" ")
    }
}

/// Letters without their case.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

pub async fn insert(tx: &mut Tx, workspace: Option<WorkspaceId>, line: &AuditRow) -> Result<()> {
    sql!(
        tx,
        rows,
        "INSERT INTO audit_events (id, workspace_id, occurred_at, action, result, user_id, actor,
         account_id, subject, detail, ip, user_agent, reference, search_text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        line.id,
        workspace,
        line.occurred_at,
        line.action,
        line.result,
        line.user_id,
        &line.actor,
        line.account_id,
        &line.subject,
        &line.detail,
        &line.ip,
        &line.user_agent,
        &line.reference,
        line.search_text()
    )?;
    Ok(())
}

/// Which lines: each filter that is nothing lets everything pass.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub action: Option<Action>,
    pub result: Option<AuditResult>,
    pub account: Option<AccountId>,
    pub person: Option<UserId>,
    /// Words that stand in the line, [`fold`]ed.
    pub search: Option<String>,
    pub since: DateTime<Utc>,
    /// Only lines before this one; an end in time is one with the smallest id.
    pub before: (DateTime<Utc>, Uuid),
}

macro_rules! page {
    ($whose:literal) => {
        concat!(
            "SELECT id, occurred_at, action, result, user_id, actor, account_id, subject, detail,
             ip, user_agent, reference FROM audit_events
             WHERE ",
            $whose,
            " AND occurred_at >= $2 AND (occurred_at, id) < ($3, $4) AND ($5 IS NULL OR action = $5)
             AND ($6 IS NULL OR result = $6)
              AND ($7 IS NULL OR account_id = $7) AND ($8 IS NULL OR user_id = $8)
              AND ($9 IS NULL OR search_text LIKE $9 ESCAPE '\\')
             ORDER BY occurred_at DESC, id DESC LIMIT $10"
        )
    };
}

/// The newest lines of a workspace, or, without one, of the server itself.
pub async fn page(
    db: &Db,
    workspace: Option<WorkspaceId>,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<AuditRow>> {
    let text = if workspace.is_some() {
        page!("workspace_id = $1")
    } else {
        page!("workspace_id IS NULL AND $1 IS NULL")
    };
    sql!(
        db,
        Vec<AuditRow>,
        text,
        workspace,
        filter.since,
        filter.before.0,
        filter.before.1,
        filter.action,
        filter.result,
        filter.account,
        filter.person,
        filter.search.as_deref().map(like),
        limit
    )
}

/// A pattern that finds a text wherever it stands; its own wildcards mean themselves.
fn like(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Lets go of lines that are old enough.
pub async fn delete_older(db: &Db, than: DateTime<Utc>) -> Result<u64> {
    let text = "DELETE FROM audit_events WHERE id IN (
        SELECT id FROM audit_events WHERE occurred_at < $1 ORDER BY occurred_at, id LIMIT $2)";
    delete_in_batches(db, text, than).await
}
