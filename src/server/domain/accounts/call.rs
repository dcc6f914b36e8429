//! A call to a platform on behalf of an account: with a fresh token, one refresh and one repeat
//! after a refusal, and everything that the answer tells kept.

use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::breaker::{self, Pass};
use super::standing::Standing;
use super::token::{self, Why};
use super::{Result, access_place, entry, fresh_token, store};
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
    let pass = breaker::pass(backend, entry).await?;
    let (account, first) = once(backend, entry, pass, account, token, &call).await?;
    let refused = matches!(first, Err(platform::Error::AccessRefused { .. }))
        && matches!(entry.platform.connect(), Connect::OAuth2(_));
    let (account, outcome) = if refused {
        let seen = account.version;
        let (account, token) = fresh_token(backend, account, Why::Renew { seen }).await?;
        once(backend, entry, Pass::Free, account, token, &call).await?
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
    pass: Pass,
    account: Account,
    token: SecretString,
    call: &F,
) -> Result<(Account, platform::Result<T>)>
where
    F: for<'a> Fn(&'a Entry, &'a Api) -> BoxFuture<'a, platform::Result<T>>,
{
    let api = entry.api(token.clone(), account.scopes());
    let outcome = call(entry, &api).await;
    breaker::heard(backend, entry, pass, account.id, outcome.as_ref().err()).await;
    store::keep_limits(backend, account.id, &api.limits()).await?;
    let account = match api.renewed() {
        Some(renewed) => keep_renewed(backend, account, &token, &renewed).await?,
        None => account,
    };
    Ok((account, outcome))
}

/// A session cookie that the platform replaced: the newest counts, the old one may be dead already.
/// It is kept as long as the row holds the one that was used; a session that was pasted meanwhile
/// is newer.
async fn keep_renewed(
    backend: &Backend,
    mut account: Account,
    used: &SecretString,
    renewed: &SecretString,
) -> Result<Account> {
    loop {
        let now = backend.clock.now();
        let stands = Standing::of(&account);
        let stored = db::accounts::Renewed {
            access_token: &backend.vault.seal(renewed, access_place(account.id)),
            refresh_token: None,
            token_type: &account.token_type,
            issued_at: account.issued_at,
            expires_at: account.expires_at,
            refresh_expires_at: None,
            next_refresh_at: account.next_refresh_at,
            status: stands.status,
            why: stands.reason().zip(stands.say()),
            now,
        };
        let mut tx = backend.db.begin().await?;
        let kept = db::accounts::renew(&mut tx, &account, &stored).await?;
        tx.commit().await?;
        account =
            super::live(db::accounts::find(&backend.db, account.workspace_id, account.id).await?)?;
        let in_the_row = token::open(backend, &account)?.access;
        if kept || in_the_row.expose_secret() != used.expose_secret() {
            return Ok(account);
        }
    }
}
