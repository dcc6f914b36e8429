//! What people do with their connections: begin, finish, choose, test, label, disconnect, look. The
//! way to a platform is `access`.

mod avatar;
mod begin;
mod callback;
mod check;
mod choose;
mod disconnect;
mod label;
mod store;
mod view;

pub use avatar::{fetch as fetch_avatar, stored as avatar};
pub use begin::{StartedFlow, begin_flow, connect_session};
pub use callback::{
    CallbackOutcome, CallbackParams, finish_flow, keep_outcome, purge_flows, seen_outcome,
};
pub use check::{TestResult, refresh, test};
pub use choose::{cancel, choices, choose, revoke_expired_choices, revoke_pending};
pub use disconnect::{DisconnectResult, disconnect, end_all};
pub use label::set_label;
pub use view::{cards, integrations, landing, shown_status, viewer};

use super::access::{display_name, require_active};
pub use super::access::{entry, open_until, renewable_until};
use super::{Error, Result};
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::identity::Actor;
use crate::server::platform::Entry;

/// The platform, if an operator has set it up.
fn configured<'a>(backend: &'a Backend, provider: &str) -> Result<&'a Entry> {
    let entry = entry(backend, provider)?;
    let missing = entry.missing();
    if missing.is_empty() {
        Ok(entry)
    } else {
        Err(Error::NotConfigured { name: &entry.info().name, missing })
    }
}

/// A connected account of this workspace. Another workspace's is not found, and neither is a former
/// one.
pub async fn find_owned(backend: &Backend, actor: &Actor, id: AccountId) -> Result<Account> {
    require_active(db::accounts::find(&backend.db, actor.workspace, id).await?)
}

/// The same by the platform's own id.
pub async fn find_owned_by_platform_id(
    backend: &Backend,
    actor: &Actor,
    provider: &str,
    platform_id: &str,
) -> Result<Account> {
    entry(backend, provider)?;
    // It comes out of an address; PostgreSQL would answer U+0000 with an error.
    if platform_id.chars().any(char::is_control) {
        return Err(Error::NotFound("account"));
    }
    require_active(
        db::accounts::by_platform_id(&backend.db, actor.workspace, provider, platform_id).await?,
    )
}

/// The connections of a workspace; an account with several rate limits has several rows, one after
/// another.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<db::accounts::AccountRow>> {
    Ok(db::accounts::list_rows(&backend.db, actor.workspace).await?)
}
