//! An account's credential as it stands in its row: sealed for that row and column.

use crate::model::AccountId;
use crate::server::Backend;
use crate::server::db::accounts::Account;
use crate::server::domain::{Error, Result};
use crate::server::platform::Credential;
use crate::server::vault::SealContext;

const TABLE: &str = "oauth_accounts";

pub(in crate::server::domain) fn access_token_context(id: AccountId) -> SealContext {
    SealContext::new(TABLE, id.0, "access_token")
}

pub(in crate::server::domain) fn refresh_token_context(id: AccountId) -> SealContext {
    SealContext::new(TABLE, id.0, "refresh_token")
}

/// Opens what is stored. What does not open is [`Error::Vault`]; who needed it marks the account
/// (`unreadable`).
pub(in crate::server::domain) fn open(backend: &Backend, account: &Account) -> Result<Credential> {
    let sealed = account.access_token.as_deref().ok_or(Error::NotFound("account"))?;
    let access = backend.vault.open(sealed, access_token_context(account.id))?;
    let refresh = account
        .refresh_token
        .as_deref()
        .map(|blob| backend.vault.open(blob, refresh_token_context(account.id)))
        .transpose()?;
    Ok(Credential { access, refresh, grant_key: account.grant_key.clone() })
}
