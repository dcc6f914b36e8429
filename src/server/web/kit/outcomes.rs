//! What several doors say of the same outcome.

use crate::model::Outcome;
use crate::server::Backend;
use crate::server::db::accounts::Account;

/// The toast after connecting: plain when all is well, with the reason when it is limited.
pub fn connected(backend: &Backend, account: &Account) -> Outcome {
    let name = backend
        .platforms
        .get(account.provider.as_str())
        .map_or("", |entry| entry.info().name.as_ref());
    let called = if account.handle.is_empty() { &account.name } else { &account.handle };
    let text = account.message.clone().unwrap_or_default();
    Outcome::said(format!("{called} on {name} is connected."), text).and_go("/integrations")
}
