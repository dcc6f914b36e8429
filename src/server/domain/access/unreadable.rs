//! Credentials that no key of this server opens. Operators are told once, and the people of the
//! account by its state and a notice.

use super::account_state::{self, AccountState};
use super::entry;
use crate::model::{Reason, Status};
use crate::server::Backend;
use crate::server::db::{self, Tx, accounts::Account};
pub(super) use crate::server::domain::unreadable::report;
use crate::server::domain::{Error, Result};

/// What to answer where an account's credential could not be opened; one that does not open marks
/// the account.
pub(super) async fn found(backend: &Backend, account: &Account, error: Error) -> Error {
    let marked = async {
        let mut tx = backend.db.begin().await?;
        let error = mark(backend, &mut tx, account, error).await?;
        tx.commit().await?;
        Ok::<_, Error>(error)
    };
    marked.await.unwrap_or_else(|error| error)
}

/// The same inside a transaction. An account that is marked already, or whose row moved on since it
/// was read, is left alone. A healthy look at it later, or reconnecting, mends it.
pub(super) async fn mark(
    backend: &Backend,
    tx: &mut Tx,
    account: &Account,
    error: Error,
) -> Result<Error> {
    let Error::Vault(why) = error else { return Ok(error) };
    let name: &'static str = &entry(backend, account.provider.as_str())?.info().name;
    let message = format!(
        "Huntaze can no longer read the access to {name} that it stored for this account. \
         Reconnect it; its label and history stay."
    );
    let new =
        AccountState { status: Status::Error, why: Some((Reason::Unreadable, message.into())) };
    let now = backend.clock.now();
    if account.reason != Some(Reason::Unreadable)
        && db::accounts::mark(tx, account, new.status, new.reason().zip(new.message()), None, now)
            .await?
    {
        account_state::record_background_transition(backend, tx, account, &new).await?;
        report("oauth_accounts", &account.id, why);
    }
    Ok(Error::Unreadable { name })
}
