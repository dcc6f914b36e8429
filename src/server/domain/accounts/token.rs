//! The one door to an opened token: refreshed first when it is about to end, by one caller at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use chrono::{DateTime, Duration, Utc};
use secrecy::SecretString;

use super::standing::{self, Standing};
use super::{Error, Result, access_place, entry, refresh_place};
use crate::model::{AccountId, Reason, Status};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::platform::{self, Connect, Entry, Grant, Held, Refreshing};

/// One lock for an account that is being refreshed in this process.
#[derive(Default)]
pub struct Locks(Mutex<HashMap<AccountId, Weak<tokio::sync::Mutex<()>>>>);

impl Locks {
    fn of(&self, id: AccountId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(lock) = locks.get(&id).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        locks.insert(id, Arc::downgrade(&lock));
        lock
    }
}

/// Why a token is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// For a call: refreshed only when its end is near.
    Use,
    /// The platform refused the one of this version, or the person asks for a new one: refreshed unless somebody else just did.
    Renew { seen: i64 },
}

/// An account with a token that is good for a call.
pub async fn fresh_token(backend: &Backend, account: Account, why: Why) -> Result<(Account, SecretString)> {
    let entry = entry(backend, account.provider.as_str())?;
    if !wanted(backend, entry, &account, why) {
        let token = open(backend, &account)?.access;
        return Ok((account, token));
    }
    let lock = backend.locks.of(account.id);
    let _held = lock.lock().await;
    // Whoever held the lock before us has probably done it.
    let account = super::live(db::accounts::find(&backend.db, account.workspace_id, account.id).await?)?;
    let account = if wanted(backend, entry, &account, why) { renew(backend, entry, account).await? } else { account };
    let token = open(backend, &account)?.access;
    Ok((account, token))
}

fn wanted(backend: &Backend, entry: &Entry, account: &Account, why: Why) -> bool {
    match (why, entry.platform.connect()) {
        (_, Connect::Session) => false,
        (Why::Renew { seen }, _) => account.version == seen,
        (Why::Use, Connect::OAuth2(spec)) => is_due(spec.refreshing, account.issued_at, account.expires_at, backend.clock.now()),
    }
}

/// Whether a token has entered its lead time.
pub fn is_due(refreshing: Refreshing, issued_at: DateTime<Utc>, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let Some(end) = expires_at else { return false };
    let life = end - issued_at;
    let lead = match refreshing {
        Refreshing::Rotates => Duration::minutes(5),
        Refreshing::Kept => (life / 20).max(Duration::minutes(5)),
        // The token itself is extended, and only while it lives: so from its last third on.
        Refreshing::Extends => life / 3,
    };
    now + lead >= end
}

/// Opens what is stored. A blob that does not open marks the account: the person can heal it by reconnecting.
pub(super) fn open(backend: &Backend, account: &Account) -> Result<Held> {
    let sealed = account.access_token.as_deref().ok_or(Error::NotFound("account"))?;
    let access = backend.vault.open(sealed, access_place(account.id))?;
    let refresh = account.refresh_token.as_deref().map(|blob| backend.vault.open(blob, refresh_place(account.id))).transpose()?;
    Ok(Held { access, refresh, grant_key: account.grant_key.clone() })
}

/// Calls the platform and stores the answer before anybody uses it. The account's id, label, metadata and history stay.
async fn renew(backend: &Backend, entry: &Entry, account: Account) -> Result<Account> {
    let held = open(backend, &account)?;
    match entry.platform.refresh(&entry.client, &held).await {
        Ok(grant) => keep(backend, entry, account, &grant).await,
        Err(error) => {
            tracing::warn!(provider = %entry.provider, account = %account.id, "refresh failed: {error}");
            let name: &'static str = &entry.info().name;
            // Another process may have won: what it stored counts, not our refusal.
            let now = super::live(db::accounts::find(&backend.db, account.workspace_id, account.id).await?)?;
            if now.version != account.version {
                return Ok(now);
            }
            note(backend, &account, &error).await?;
            Err(Error::Platform { name, error })
        }
    }
}

async fn keep(backend: &Backend, entry: &Entry, account: Account, grant: &Grant) -> Result<Account> {
    let now = backend.clock.now();
    let refresh = grant.refresh.as_ref().map(|secret| backend.vault.seal(secret, refresh_place(account.id)));
    let renewed = db::accounts::Renewed {
        id: account.id,
        version: account.version,
        access_token: &backend.vault.seal(&grant.access, access_place(account.id)),
        refresh_token: refresh.as_deref(),
        token_type: &grant.token_type,
        expires_at: grant.expires_in.map(|life| now + life),
        refresh_expires_at: grant.refresh_expires_in.map(|life| now + life),
        now,
    };
    let kept = db::accounts::renew(&backend.db, &renewed).await?;
    tracing::info!(provider = %entry.provider, account = %account.id, kept, "refreshed");
    super::live(db::accounts::find(&backend.db, account.workspace_id, account.id).await?)
}

/// Marks an account by what its platform answered. What passes by itself marks nothing: an outage disconnects nobody.
pub(super) async fn note(backend: &Backend, account: &Account, error: &platform::Error) -> Result<()> {
    use platform::Error as P;
    let (status, reason, say) = match error {
        P::AccessRefused { reason, say, .. } | P::Reconnect { reason, say, .. } => {
            (ended(account, *reason, backend.clock.now()), *reason, say)
        }
        P::NeedsAction { reason, say, .. } => (Status::Error, *reason, say),
        _ => return Ok(()),
    };
    standing::mark(backend, account, Standing { status, why: Some((reason, say.clone())) }).await?;
    Ok(())
}

/// Expired when its time is over, an error when the platform ended it before.
fn ended(account: &Account, reason: Reason, now: DateTime<Utc>) -> Status {
    let over = |end: Option<DateTime<Utc>>| end.is_some_and(|end| end <= now);
    let ran_out = reason == Reason::RanOut
        || over(account.refresh_expires_at)
        || (account.refresh_token.is_none() && over(account.expires_at));
    if ran_out || reason == Reason::SessionEnded { Status::Expired } else { Status::Error }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    // T3, T4
    #[test]
    fn a_token_is_due_exactly_when_its_lead_time_begins() {
        let start = Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).unwrap();
        let end = start + Duration::hours(2);
        let tick = Duration::microseconds(1);
        let five = Duration::minutes(5);
        assert!(!is_due(Refreshing::Rotates, start, Some(end), end - five - tick));
        assert!(is_due(Refreshing::Rotates, start, Some(end), end - five));
        let day_end = start + Duration::days(1);
        let share = Duration::minutes(72);
        assert!(!is_due(Refreshing::Kept, start, Some(day_end), day_end - share - tick));
        assert!(is_due(Refreshing::Kept, start, Some(day_end), day_end - share));
        assert!(!is_due(Refreshing::Kept, start, None, day_end + Duration::days(9999)), "a token without an end is never due");
    }
}
