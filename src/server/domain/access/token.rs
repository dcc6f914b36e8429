//! A token that is good for a call: refreshed first when it is about to end. One refresh at a time
//! for an account, in this process by [`inflight`], across processes by the lease in `refresh`;
//! what was answered survives any crash by the `journal`.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::account_state::{self, AccountState};
use super::timing::{due_at, lead};
use super::{Error, Result, credential, entry, inflight, unreadable};
use crate::model::{Reason, Status};
use crate::server::Backend;
use crate::server::db::accounts::Account;
use crate::server::platform::{self, Connect, Entry, RefreshKind};

/// Why a token is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshReason {
    /// For a call: refreshed only when its end is near.
    Use,
    /// The scheduler took this version: refreshed if its time has come.
    Ahead {
        /// The version of the credential that was due.
        seen: i64,
    },
    /// The platform refused the one of this version, or the person asks for a new one: refreshed
    /// unless somebody else just did.
    Renew {
        /// The version of the credential that was used or shown.
        seen: i64,
    },
}

/// An account with a token that is good for a call.
pub async fn fresh_token(
    backend: &Backend,
    mut account: Account,
    why: RefreshReason,
) -> Result<(Account, SecretString)> {
    let entry = entry(backend, account.provider.as_str())?;
    // Twice, because the first may be a refresh that somebody began for another reason.
    for _ in 0..2 {
        if !needs_refresh(backend, entry, &account, why) {
            break;
        }
        if let Some(pause) = paused(backend, &account, why) {
            // A token that was refused is no use, however long it lives.
            if why == RefreshReason::Use && is_alive(backend, &account) {
                break;
            }
            return Err(pause.into_error(&entry.info().name));
        }
        account = match inflight::join(backend, account.workspace_id, account.id, why).await {
            // A token that still lives is used to its end, whatever stands in the way of a new one.
            Err(error)
                if why == RefreshReason::Use && is_alive(backend, &account) && error.passes() =>
            {
                tracing::info!(
                    platform = %entry.provider,
                    account = %account.id,
                    "refresh failed, using the current token: {error}"
                );
                break;
            }
            outcome => outcome?,
        };
    }
    match credential::open(backend, &account) {
        Ok(held) => Ok((account, held.access)),
        Err(error) => Err(unreadable::found(backend, &account, error).await),
    }
}

fn is_alive(backend: &Backend, account: &Account) -> bool {
    account.expires_at.is_none_or(|end| end > backend.clock.now())
}

/// Why an account is not refreshed before a time.
enum Pause {
    /// Its platform asked for it, and told until when: nobody comes earlier, not even who presses
    /// the button.
    Asked(DateTime<Utc>),
    /// After a failure, so that pages do not hammer the platform. Only who presses the button comes
    /// earlier.
    AfterFailure(DateTime<Utc>),
}

impl Pause {
    fn into_error(self, name: &'static str) -> Error {
        match self {
            Self::Asked(until) => {
                let error =
                    platform::Error::RateLimited { until, detail: "asked to wait before".into() };
                Error::Platform { name, error }
            }
            Self::AfterFailure(until) => Error::PlatformTrouble { name, until },
        }
    }
}

fn paused(backend: &Backend, account: &Account, why: RefreshReason) -> Option<Pause> {
    let now = backend.clock.now();
    let asked = account.refresh_deferred_until.filter(|until| *until > now).map(Pause::Asked);
    let failed = account
        .next_refresh_at
        .filter(|next| why == RefreshReason::Use && account.refresh_failures > 0 && *next > now);
    asked.or(failed.map(Pause::AfterFailure))
}

pub(super) fn needs_refresh(
    backend: &Backend,
    entry: &Entry,
    account: &Account,
    why: RefreshReason,
) -> bool {
    let now = backend.clock.now();
    match (why, entry.platform.connect()) {
        (_, Connect::Session) => false,
        (RefreshReason::Renew { seen }, _) => account.version == seen,
        (RefreshReason::Use, Connect::OAuth2(spec)) => {
            is_due(spec.refresh_kind, account.issued_at, account.expires_at, now)
        }
        // Not before the earliest time that the schedule could have chosen.
        (RefreshReason::Ahead { seen }, Connect::OAuth2(spec)) => {
            account.version == seen
                && due_at(spec.refresh_kind, account.issued_at, account.expires_at, 1.0)
                    .is_some_and(|earliest| earliest <= now)
        }
    }
}

/// Whether a token has entered its lead time.
pub fn is_due(
    refreshing: RefreshKind,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    expires_at.is_some_and(|end| now + lead(refreshing, end - issued_at) >= end)
}

/// Marks an account by what its platform answered. What passes by itself marks nothing: an outage
/// disconnects nobody.
pub(super) async fn record_failure(
    backend: &Backend,
    account: &Account,
    error: &platform::Error,
) -> Result<()> {
    if let Some(new) = state_after(account, error, backend.clock.now()) {
        account_state::transition(backend, account, new).await?;
    }
    Ok(())
}

pub(super) fn state_after(
    account: &Account,
    error: &platform::Error,
    now: DateTime<Utc>,
) -> Option<AccountState> {
    let (reason, message) = error.account_reason()?;
    let status = match error {
        platform::Error::NeedsAction { .. } => Status::Error,
        _ => ended(account, reason, now),
    };
    Some(AccountState { status, why: Some((reason, message.clone())) })
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
    use chrono::{Duration, TimeZone};

    use super::*;

    // T3, T4
    #[test]
    fn a_token_is_due_exactly_when_its_lead_time_begins() {
        let start = Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).unwrap();
        let end = start + Duration::hours(2);
        let tick = Duration::microseconds(1);
        let five = Duration::minutes(5);
        assert!(!is_due(RefreshKind::Rotates, start, Some(end), end - five - tick));
        assert!(is_due(RefreshKind::Rotates, start, Some(end), end - five));
        let day_end = start + Duration::days(1);
        let share = Duration::minutes(72);
        assert!(!is_due(RefreshKind::Kept, start, Some(day_end), day_end - share - tick));
        assert!(is_due(RefreshKind::Kept, start, Some(day_end), day_end - share));
        assert!(
            !is_due(RefreshKind::Kept, start, None, day_end + Duration::days(9999)),
            "a token without an end is never due"
        );
    }
}
