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
pub use begin::{Begun, begin, connect_session};
pub use callback::{
    CallbackError, Finished, Returned, erase_flows, finish, keep_outcome, seen_outcome,
};
pub use check::{Tested, refresh, test};
pub use choose::{cancel, choices, choose, give_back_choices, give_back_waiting};
pub use disconnect::{Disconnected, disconnect, end_all};
pub use label::set_label;
pub use view::{cards, integrations, landing, shown_status, viewer};

use super::access::{called, live};
pub use super::access::{ends_for_good, entry, trouble};
use super::{Error, Result};
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::platform::Entry;
use crate::server::session::Actor;

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
pub async fn mine(backend: &Backend, actor: &Actor, id: AccountId) -> Result<Account> {
    live(db::accounts::find(&backend.db, actor.workspace, id).await?)
}

/// The same by the platform's own id.
pub async fn mine_by_platform_id(
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
    live(db::accounts::by_platform_id(&backend.db, actor.workspace, provider, platform_id).await?)
}

/// The connections of a workspace; an account with several rate limits has several rows, one after
/// another.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<db::accounts::Shown>> {
    Ok(db::accounts::shown(&backend.db, actor.workspace).await?)
}
