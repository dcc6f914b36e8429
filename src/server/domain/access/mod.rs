//! The one door to a platform for an account: its credential, opened and renewed, and every call
//! that is made with it. What people do with their connections stands in `accounts`, which calls
//! this; nothing here calls back.

#![warn(missing_docs)]

mod account_state;
mod breaker;
mod call;
mod credential;
mod inflight;
mod journal;
mod quota;
mod refresh;
mod refusal;
mod revoke;
mod scheduler;
pub(in crate::server::domain) mod sealed_grant;
mod timing;
mod token;
mod unreadable;

pub use account_state::{AccountState, mark_expired, renewable_until};
pub(in crate::server::domain) use account_state::{record_transition, transition};
pub use breaker::{Breakers, Permit, open_until, still_open};
pub(in crate::server::domain) use call::call;
pub(in crate::server::domain) use credential::{access_token_context, open, refresh_token_context};
pub use inflight::{InflightRefreshes, drain as drain_refreshes};
pub(in crate::server::domain) use journal::revoke_unsettled;
pub(in crate::server::domain) use revoke::{
    attempt as attempt_revocation, is_shared, revoke_if_unused, schedule as schedule_revocation,
};
pub use revoke::{find_revocations, revoke};
pub use scheduler::{run_once as run_due_tasks, run_scheduler};
pub(in crate::server::domain) use timing::next as next_refresh;
pub use timing::{due_at, lead, next_try, pause};
pub use token::{RefreshReason, fresh_token, is_due};

/// A refresh step by step, for whoever stops between two of them: the tests of its order.
pub mod steps {
    pub use super::journal::{JournaledTokens, recover};
    pub use super::refresh::{Attempt, LeaseOutcome, begin_attempt};
}

use super::{Error, Result};
use crate::model::Status;
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::domain::events::{self, Event};
use crate::server::platform::{self, Entry, Limit};

/// The platform of this id, whether set up or not.
pub fn entry<'a>(backend: &'a Backend, provider: &str) -> Result<&'a Entry> {
    backend.platforms.get(provider).ok_or(Error::NotFound("platform"))
}

/// A platform's error with the platform's name.
pub(in crate::server::domain) fn platform_error(entry: &Entry, error: platform::Error) -> Error {
    Error::Platform { name: &entry.info().name, error }
}

/// An account, unless it is a former one.
pub(in crate::server::domain) fn require_active(found: Option<Account>) -> Result<Account> {
    found.filter(|account| account.status != Status::Former).ok_or(Error::NotFound("account"))
}

/// The account of a row, as messages call it.
pub(in crate::server::domain) fn display_name(account: &Account) -> &str {
    if account.handle.is_empty() { &account.name } else { &account.handle }
}

/// Reads an account again after something was done with it. That it can't be read does not undo
/// what was done: then it is as it was read last.
pub(in crate::server::domain) async fn reread(backend: &Backend, account: Account) -> Account {
    match db::accounts::find(&backend.db, account.workspace_id, account.id).await {
        Ok(found) => found.unwrap_or(account),
        Err(error) => {
            tracing::error!(account = %account.id, "could not reload account: {error}");
            account
        }
    }
}

/// Stores what a platform told of its limits, and tells the open pages. It comes with an answer
/// that counts whether or not its limits could be stored.
pub(in crate::server::domain) async fn store_limits(
    backend: &Backend,
    account: &Account,
    limits: &[Limit],
) {
    if limits.is_empty() {
        return;
    }
    if let Err(error) = write_limits(backend, account, limits).await {
        tracing::error!(account = %account.id, "could not store rate limits: {error}");
    }
}

async fn write_limits(backend: &Backend, account: &Account, limits: &[Limit]) -> Result<()> {
    let shared = entry(backend, account.provider.as_str())?.platform.shared_limits();
    let mut tx = backend.db.begin().await?;
    for limit in limits {
        let told = db::limits::LimitReading {
            name: &limit.name,
            maximum: limit.limit,
            remaining: limit.remaining,
            resets_at: limit.resets_at,
            observed_at: backend.clock.now(),
        };
        db::limits::upsert_account_limit(&mut tx, account.id, &told).await?;
        if shared.contains(&limit.name.as_str()) {
            db::limits::upsert_platform_limit(&mut tx, &account.provider, &told).await?;
        }
    }
    let changed = Event::WorkspaceChanged(account.workspace_id);
    events::record(backend, &mut tx, changed).await?;
    Ok(tx.commit().await?)
}
