//! The life of a connected account: begin, finish, choose, use, refresh, test, label, disconnect.

mod avatar;
mod begin;
mod breaker;
mod call;
mod callback;
mod check;
mod choose;
mod disconnect;
mod label;
mod revoke;
mod standing;
mod store;
mod token;
mod view;

pub use avatar::stored as avatar;
pub use begin::{Begun, begin, connect_session};
pub use breaker::{Breakers, Pass, trouble};
pub use callback::{CallbackError, Finished, Returned, finish, keep_outcome, seen_outcome};
pub use check::{Tested, refresh, test};
pub use choose::{cancel, choices, choose};
pub use disconnect::{Disconnected, disconnect, end_all};
pub use label::set_label;
pub use revoke::{erase_flows, find_revocations, give_back_choices, give_back_waiting, revoke};
pub use standing::{Standing, ran_out};
pub use token::{
    Flights, Why, due_at, fresh_token, is_due, keep as keep_fresh, landed as refreshes_landed,
    lead, next_try, pause, round as refresh_due, steps,
};
pub use view::{cards, ends_for_good, integrations, landing, shown_status, viewer};

use super::{Error, Result};
use crate::model::{AccountId, Status};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::platform::Entry;
use crate::server::session::Actor;
use crate::server::vault::Place;

const TABLE: &str = "oauth_accounts";

fn access_place(id: AccountId) -> Place {
    Place::new(TABLE, id.0, "access_token")
}

fn refresh_place(id: AccountId) -> Place {
    Place::new(TABLE, id.0, "refresh_token")
}

/// The platform of this id, whether set up or not.
pub fn entry<'a>(backend: &'a Backend, provider: &str) -> Result<&'a Entry> {
    backend.platforms.get(provider).ok_or(Error::NotFound("platform"))
}

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

fn live(found: Option<Account>) -> Result<Account> {
    found.filter(|account| account.status != Status::Former).ok_or(Error::NotFound("account"))
}

/// The connections of a workspace; an account with several rate limits has several rows, one after
/// another.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<Vec<db::accounts::Shown>> {
    Ok(db::accounts::shown(&backend.db, actor.workspace).await?)
}

/// The account of a row, as messages call it.
pub(in crate::server::domain) fn called(account: &Account) -> &str {
    if account.handle.is_empty() { &account.name } else { &account.handle }
}
