//! A creator's own name for an account.

use super::{Error, Result};
use crate::model::AccountId;
use crate::model::audit::Action;
use crate::server::Backend;
use crate::server::db;
use crate::server::domain::events::{self, AuditEvent};
use crate::server::identity::Actor;

/// The longest label, in characters.
const LONGEST: usize = 60;

/// Sets or, when empty, removes a label.
pub async fn set_label(backend: &Backend, actor: &Actor, id: AccountId, label: &str) -> Result<()> {
    actor.may_change()?;
    let label = label.trim();
    if label.chars().count() > LONGEST {
        return Err(Error::field("label", format!("A label has at most {LONGEST} characters.")));
    }
    if label.chars().any(char::is_control) {
        return Err(Error::field("label", "A label is one line of plain text."));
    }
    let kept = (!label.is_empty()).then_some(label);
    let account = super::find_owned(backend, actor, id).await?;
    let mut tx = backend.db.begin().await?;
    if !db::accounts::set_label(&mut tx, actor.workspace, id, kept, backend.clock.now()).await? {
        return Err(Error::NotFound("account"));
    }
    let said = kept.map_or_else(|| "removed".to_owned(), |label| format!("\"{label}\""));
    events::record(
        backend,
        &mut tx,
        AuditEvent::by(actor, Action::Label).on(backend, &account).saying(said),
    )
    .await?;
    Ok(tx.commit().await?)
}
