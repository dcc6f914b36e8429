//! The journal of refreshes. An answer is made durable before anybody uses it, and from then on no
//! crash loses it: whoever comes first - the one who asked, or [`recover`] - puts it into the
//! account's row.

use std::panic::AssertUnwindSafe;
use std::time::Duration as StdDuration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::account_state::{self, AccountState};
use super::sealed_grant::SealedGrant;
use super::{
    access_token_context, credential, entry, refresh_token_context, revoke, timing, unreadable,
};
use crate::model::{AccountId, Status};
use crate::server::Backend;
use crate::server::db::{
    self, Tx, accounts::Account, pending::Revocation, refreshes::JournalEntry,
};
use crate::server::domain::{Error, Result};
use crate::server::platform::{Credential, TokenGrant};
use crate::server::vault::{self, SealContext};

/// An answer may be the only live pair there is: a database that is busy or away is asked again for
/// this long.
pub(super) const TRIES: u32 = 20;
pub(super) const PAUSE: StdDuration = StdDuration::from_millis(250);
/// So often an answer is put into a row that moves on under it, inside one transaction. After that
/// it is still durable, and recovered later.
const SWAPS: usize = 5;
/// So many answers are recovered at a time.
const BATCH: i64 = 200;

/// A refresh's answer. It has no `Debug`.
pub struct JournaledTokens(SealedGrant<Lifetime>);

/// What a new token is like.
#[derive(Serialize, Deserialize)]
struct Lifetime {
    token_type: String,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    refresh_expires_at: Option<DateTime<Utc>>,
}

/// What became of an answer.
pub(super) enum Settled {
    /// The account as it stands with it.
    Stored(Box<Account>),
    /// A newer pair stands in the row.
    Superseded,
    /// The account was disconnected meanwhile: that the grant has to be given back is written down,
    /// unless somebody else lives by it.
    Orphaned(Option<Revocation>),
}

impl Settled {
    /// What can be done at once when the transaction has committed; a job does it otherwise.
    pub(super) async fn attempt(self, backend: &Backend) {
        if let Self::Orphaned(Some(revocation)) = self
            && let Ok(entry) = entry(backend, revocation.provider.as_str())
        {
            revoke::attempt(backend, entry, &revocation).await;
        }
    }
}

fn seal_context(id: Uuid) -> SealContext {
    SealContext::new("refresh_journal", id, "response")
}

/// What tells one credential from another without being one: the refresh token, or where there is
/// none the access token.
pub(super) fn fingerprint(held: &Credential) -> Vec<u8> {
    Sha256::digest(held.refresh.as_ref().unwrap_or(&held.access).expose_secret()).to_vec()
}

impl JournaledTokens {
    pub(super) fn of(grant: &TokenGrant, issued_at: DateTime<Utc>) -> Self {
        let held = Credential {
            access: grant.access.clone(),
            refresh: grant.refresh.clone(),
            grant_key: grant.grant_key.clone(),
        };
        let lifetime = Lifetime {
            token_type: grant.token_type.clone(),
            issued_at,
            expires_at: grant.expires_in.map(|life| issued_at + life),
            refresh_expires_at: grant.refresh_expires_in.map(|life| issued_at + life),
        };
        Self(SealedGrant::new(&held, lifetime))
    }

    /// Writes it down for good, unless its account's row is gone.
    pub(super) async fn persist(&self, backend: &Backend, line: &JournalEntry) -> Result<()> {
        let sealed = self.0.seal(backend, seal_context(line.id));
        let mut tried = 0;
        loop {
            match db::refreshes::record_answer(&backend.db, line, &sealed).await {
                Err(error)
                    if error
                        .as_database_error()
                        .is_some_and(|error| error.is_foreign_key_violation()) =>
                {
                    return Err(Error::NotFound("account"));
                }
                Err(error) if tried < TRIES => {
                    tried += 1;
                    tracing::error!(
                        account = %line.account_id,
                        attempt = tried,
                        "could not store refresh response, retrying: {error}"
                    );
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return Ok(outcome?),
            }
        }
    }

    fn read(backend: &Backend, line: &JournalEntry, sealed: &[u8]) -> Result<Self, vault::Error> {
        SealedGrant::open(backend, sealed, seal_context(line.id)).map(Self)
    }

    /// Whether it brings anything that the row does not have. Where refresh tokens stay, a late
    /// answer carries the stored one; it then counts only if nobody renewed since it was asked for,
    /// or if it lives longer.
    fn is_newer(&self, account: &Account, held: &Credential, line: &JournalEntry) -> bool {
        let rotated = self.0.credential().refresh.is_some_and(|new| {
            held.refresh.as_ref().map(ExposeSecret::expose_secret) != Some(new.expose_secret())
        });
        let lives_longer = account
            .expires_at
            .is_none_or(|end| self.0.details.expires_at.is_none_or(|new| new > end));
        rotated || account.issued_at <= line.started_at || lives_longer
    }

    /// Puts it into the account's row and closes its line. It is accepted, however late, as long as
    /// the row holds the credential it came from: often it is the only live pair. A row that moved
    /// on holds a newer one, which is never overwritten.
    pub(super) async fn settle(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        line: &JournalEntry,
    ) -> Result<Settled> {
        for _ in 0..SWAPS {
            let Some(account) =
                db::accounts::find(&mut *tx, line.workspace_id, line.account_id).await?
            else {
                // Gone with its workspace, and this line with it.
                return Ok(Settled::Superseded);
            };
            if account.status == Status::Former {
                return self.revoke_unused(backend, tx, line, &account).await;
            }
            // What does not open is healed by an answer rather than kept.
            let held = credential::open(backend, &account).ok();
            if held.is_some_and(|held| {
                fingerprint(&held) != line.credential_hash || !self.is_newer(&account, &held, line)
            }) {
                db::refreshes::close(tx, line.id).await?;
                return Ok(Settled::Superseded);
            }
            if let Some(renewed) = self.swap(backend, tx, &account).await? {
                account_state::record_background_transition(
                    backend,
                    tx,
                    &account,
                    &healed(&account),
                )
                .await?;
                db::refreshes::close_answered(tx, line).await?;
                return Ok(Settled::Stored(Box::new(renewed)));
            }
        }
        Err(Error::Refreshing)
    }

    /// The account was disconnected meanwhile: whoever closes the line gives back what it holds.
    async fn revoke_unused(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        line: &JournalEntry,
        account: &Account,
    ) -> Result<Settled> {
        if !db::refreshes::close(tx, line.id).await? {
            return Ok(Settled::Superseded);
        }
        let entry = entry(backend, account.provider.as_str())?;
        let written = revoke::record_revocation(backend, tx, entry, self.0.credential()).await?;
        Ok(Settled::Orphaned(written))
    }

    /// Puts it into the row as it was read; nothing where the row moved on.
    async fn swap(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        account: &Account,
    ) -> Result<Option<Account>> {
        let (held, lifetime) = (self.0.credential(), &self.0.details);
        let entry = entry(backend, account.provider.as_str())?;
        let new_refresh =
            held.refresh.map(|new| backend.vault.seal(&new, refresh_token_context(account.id)));
        let healed = healed(account);
        let now = backend.clock.now();
        let renewed = Account {
            access_token: Some(backend.vault.seal(&held.access, access_token_context(account.id))),
            refresh_token: new_refresh.clone().or_else(|| account.refresh_token.clone()),
            token_type: lifetime.token_type.clone(),
            issued_at: lifetime.issued_at,
            expires_at: lifetime.expires_at,
            refresh_expires_at: lifetime.refresh_expires_at.or(account.refresh_expires_at),
            next_refresh_at: timing::next(entry, lifetime.issued_at, lifetime.expires_at, now),
            refresh_failures: 0,
            refresh_deferred_until: None,
            status: healed.status,
            reason: healed.reason(),
            message: healed.message().map(str::to_owned),
            version: account.version + 1,
            updated_at: now,
            ..account.clone()
        };
        let new_refresh = new_refresh.as_deref();
        let stored = db::accounts::renew(tx, account.version, &renewed, new_refresh).await?;
        Ok(stored.then_some(renewed))
    }
}

/// How an account stands with a new token. What a token can't mend - permissions, a suspension -
/// stays until a look says otherwise.
fn healed(account: &Account) -> AccountState {
    let stands = AccountState::of(account);
    if stands.token_works() { stands } else { AccountState::HEALTHY }
}

/// Settles every durable answer of an account, inside the transaction that holds its lease.
pub(super) async fn settle_all(
    backend: &Backend,
    tx: &mut Tx,
    lines: &[JournalEntry],
) -> Result<()> {
    for line in lines {
        _ = settle_line(backend, tx, line).await?;
    }
    Ok(())
}

/// What an account that was just disconnected had been answered without its row knowing: it is the
/// newest that there is, so it is written down to be given back.
pub(in crate::server::domain) async fn revoke_unsettled(
    backend: &Backend,
    tx: &mut Tx,
    account: AccountId,
) -> Result<Vec<Revocation>> {
    // First, because from here on whoever writes an answer down waits for the end of this.
    db::refreshes::close_unanswered(tx, account, i64::MAX).await?;
    let mut written = Vec::new();
    for line in db::refreshes::of_account(tx, account).await? {
        match settle_line(backend, tx, &line).await? {
            Some(Settled::Orphaned(revocation)) => written.extend(revocation),
            Some(_) => {}
            None => _ = db::refreshes::close(tx, line.id).await?,
        }
    }
    Ok(written)
}

/// Settles one line, if it holds an answer. One that does not open is lost: its refresh counts as
/// one that was never answered, and what follows from that is decided where those are.
async fn settle_line(
    backend: &Backend,
    tx: &mut Tx,
    line: &JournalEntry,
) -> Result<Option<Settled>> {
    let Some(sealed) = &line.response else { return Ok(None) };
    match JournaledTokens::read(backend, line, sealed) {
        Ok(answer) => Ok(Some(answer.settle(backend, tx, line).await?)),
        Err(error) => {
            if db::refreshes::lose_answer(tx, line).await? {
                unreadable::report("refresh_journal", &line.account_id, error);
            }
            Ok(None)
        }
    }
}

/// Puts durable answers that a crash left behind into their rows. May run beside those who asked:
/// whoever is second finds nothing to do. A line that can't be settled is left to the next run
/// and holds up none of those behind it.
pub async fn recover(backend: &Backend) -> Result<()> {
    let mut after = (DateTime::UNIX_EPOCH, Uuid::nil());
    loop {
        let lines = db::refreshes::answered(&backend.db, after, BATCH).await?;
        let Some(last) = lines.last() else { return Ok(()) };
        after = (last.started_at, last.id);
        for line in &lines {
            let account = line.account_id;
            match AssertUnwindSafe(recover_line(backend, line)).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(%account, "could not recover refresh response: {error}");
                }
                Err(_) => tracing::error!(%account, "recovery of refresh response panicked"),
            }
        }
    }
}

async fn recover_line(backend: &Backend, line: &JournalEntry) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let settled = settle_line(backend, &mut tx, line).await?;
    tx.commit().await?;
    if let Some(settled) = settled {
        tracing::warn!(account = %line.account_id, stored = matches!(settled, Settled::Stored(_)),
            "refresh response recovered");
        settled.attempt(backend).await;
    }
    Ok(())
}
