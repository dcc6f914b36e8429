//! A call to a platform on behalf of an account: with a fresh token, one refresh and one repeat after a refusal, and everything
//! that the answer tells kept.

use futures::future::BoxFuture;

use super::token::{self, Why};
use super::{Error, Result, access_place, entry, fresh_token, store};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::platform::{self, Api, Connect, Entry};

/// Runs `call` with the account's token (requirement T3).
pub(super) async fn call<T, F>(backend: &Backend, account: Account, call: F) -> Result<(Account, T)>
where
    F: for<'a> Fn(&'a Entry, &'a Api) -> BoxFuture<'a, platform::Result<T>>,
{
    let entry = entry(backend, account.provider.as_str())?;
    let (account, token) = fresh_token(backend, account, Why::Use).await?;
    let first = once(backend, entry, &account, token, &call).await?;
    let refused =
        matches!(first, Err(platform::Error::AccessRefused { .. })) && matches!(entry.platform.connect(), Connect::OAuth2(_));
    let (account, outcome) = if refused {
        let seen = account.version;
        let (account, token) = fresh_token(backend, account, Why::Renew { seen }).await?;
        let second = once(backend, entry, &account, token, &call).await?;
        (account, second)
    } else {
        (account, first)
    };
    match outcome {
        Ok(value) => Ok((account, value)),
        Err(error) => {
            token::note(backend, &account, &error).await?;
            Err(store::platform(entry, error))
        }
    }
}

/// The outer result is ours, the inner one the platform's.
async fn once<T, F>(
    backend: &Backend,
    entry: &Entry,
    account: &Account,
    token: secrecy::SecretString,
    call: &F,
) -> Result<platform::Result<T>>
where
    F: for<'a> Fn(&'a Entry, &'a Api) -> BoxFuture<'a, platform::Result<T>>,
{
    let api = entry.api(token, account.scopes());
    let outcome = call(entry, &api).await;
    store::keep_limits(backend, account.id, &api.limits()).await?;
    if let Some(renewed) = api.renewed() {
        keep_renewed(backend, account, &renewed).await?;
    }
    Ok(outcome)
}

/// A session cookie that the platform replaced: the newest counts, the old one may be dead already.
async fn keep_renewed(backend: &Backend, account: &Account, renewed: &secrecy::SecretString) -> Result<(), Error> {
    let stored = db::accounts::Renewed {
        id: account.id,
        version: account.version,
        access_token: &backend.vault.seal(renewed, access_place(account.id)),
        refresh_token: None,
        token_type: &account.token_type,
        expires_at: account.expires_at,
        refresh_expires_at: account.refresh_expires_at,
        now: backend.clock.now(),
    };
    db::accounts::renew(&backend.db, &stored).await?;
    Ok(())
}
