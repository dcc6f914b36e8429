//! A call to a platform on behalf of an account: with a fresh token, one refresh and one repeat
//! after a refusal, and everything that the answer tells kept.

use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::breaker::{self, Permit};
use super::token::{self, RefreshReason, fresh_token};
use super::{
    Error, Result, access_token_context, credential, entry, journal, platform_error, quota,
    store_limits, unreadable,
};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::platform::{self, Api, Connect, Entry};

/// So often a replaced session is tried to be stored while the row moves on under it.
const SWAPS: usize = 5;

/// Runs `call` with the account's token (requirement T3).
pub(in crate::server::domain) async fn call<T, F>(
    backend: &Backend,
    account: Account,
    call: F,
) -> Result<(Account, T)>
where
    F: for<'a> Fn(&'a Entry, &'a Api) -> BoxFuture<'a, platform::Result<T>>,
{
    let entry = entry(backend, account.provider.as_str())?;
    let (account, token) = fresh_token(backend, account, RefreshReason::Use).await?;
    quota::check(backend, entry, &account).await?;
    let permit = breaker::acquire(backend, entry).await?;
    let (account, first) = call_once(backend, entry, permit, account, token, &call).await?;
    let refused = matches!(first, Err(platform::Error::AccessRefused { .. }))
        && matches!(entry.platform.connect(), Connect::OAuth2(_));
    let (account, outcome) = if refused {
        let seen = account.version;
        let (account, token) = fresh_token(backend, account, RefreshReason::Renew { seen }).await?;
        // The quota let this call through a moment ago.
        let permit = breaker::acquire(backend, entry).await?;
        call_once(backend, entry, permit, account, token, &call).await?
    } else {
        (account, first)
    };
    match outcome {
        Ok(value) => Ok((account, value)),
        Err(error) => {
            token::record_failure(backend, &account, &error).await?;
            Err(platform_error(entry, error))
        }
    }
}

/// The outer result is ours, the inner one the platform's.
async fn call_once<T, F>(
    backend: &Backend,
    entry: &Entry,
    permit: Permit,
    account: Account,
    token: SecretString,
    call: &F,
) -> Result<(Account, platform::Result<T>)>
where
    F: for<'a> Fn(&'a Entry, &'a Api) -> BoxFuture<'a, platform::Result<T>>,
{
    let api = entry.api(token.clone(), account.scopes());
    let outcome = call(entry, &api).await;
    let id = account.id;
    // Before anything else, the breaker too: it may be the only session that lives.
    let kept = match api.renewed() {
        Some(renewed) => keep_renewed(backend, account, &token, &renewed).await,
        None => Ok(account),
    };
    breaker::record_outcome(backend, entry, permit, id, outcome.as_ref().err()).await;
    let account = kept?;
    store_limits(backend, &account, &api.limits()).await;
    Ok((account, outcome))
}

/// A session cookie that the platform replaced: the newest counts, the old one may be dead already.
/// A database that is busy or away is asked again, as for the answer of a refresh.
async fn keep_renewed(
    backend: &Backend,
    account: Account,
    used: &SecretString,
    renewed: &SecretString,
) -> Result<Account> {
    let mut tried = 0;
    loop {
        match swap_session(backend, account.clone(), used, renewed).await {
            Err(Error::Database(error)) if tried < journal::TRIES => {
                tried += 1;
                tracing::error!(account = %account.id, tried, "a replaced session is not stored \
                    yet: {error}");
                tokio::time::sleep(journal::PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}

/// Stores it as long as the row holds the one that was used; a session that was pasted meanwhile is
/// newer.
async fn swap_session(
    backend: &Backend,
    mut account: Account,
    used: &SecretString,
    renewed: &SecretString,
) -> Result<Account> {
    for _ in 0..SWAPS {
        let stored = Account {
            access_token: Some(backend.vault.seal(renewed, access_token_context(account.id))),
            version: account.version + 1,
            updated_at: backend.clock.now(),
            ..account.clone()
        };
        let mut tx = backend.db.begin().await?;
        let kept = db::accounts::renew(&mut tx, account.version, &stored, None).await?;
        tx.commit().await?;
        if kept {
            return Ok(stored);
        }
        account = super::require_active(
            db::accounts::find(&backend.db, account.workspace_id, account.id).await?,
        )?;
        let in_the_row = match credential::open(backend, &account) {
            Ok(held) => held.access,
            Err(error) => return Err(unreadable::found(backend, &account, error).await),
        };
        if in_the_row.expose_secret() != used.expose_secret() {
            return Ok(account);
        }
    }
    Err(Error::Refreshing)
}
