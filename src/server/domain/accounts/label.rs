//! A creator's own name for an account.

use super::{Error, Result};
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::db;
use crate::server::session::Actor;

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
    if db::accounts::set_label(&backend.db, actor.workspace, id, kept, backend.clock.now()).await? {
        Ok(())
    } else {
        Err(Error::NotFound("account"))
    }
}
