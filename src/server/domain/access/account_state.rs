//! The state of an account, and the one place where it changes. Whoever has something to say about
//! a change records it by [`record_transition`], inside the transaction that makes the change:
//! there is no moment in which one is without the other.

use chrono::{DateTime, Utc};

use super::{Result, entry, timing};
use crate::model::audit::Action;
use crate::model::{AccountId, Reason, Status, WorkspaceId};
use crate::server::Backend;
use crate::server::db::{self, Tx, accounts::Account};
use crate::server::domain::events::{self, AuditEvent, Event};
use crate::server::platform::{Entry, Message, RefreshKind};

/// What a row says of its account: the stored state, why, and the sentence that goes with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountState {
    /// As stored: what only time makes of it, such as an approaching end, is not in it.
    pub status: Status,
    /// Nothing while it is connected without trouble, or once it was disconnected.
    pub why: Option<(Reason, Message)>,
}

impl AccountState {
    /// Connected, and nothing is wrong.
    pub const HEALTHY: Self = Self { status: Status::Connected, why: None };
    /// Disconnected on purpose; the row stays for the history.
    pub const FORMER: Self = Self { status: Status::Former, why: None };

    /// A reason without a message gets an empty one.
    pub fn of(account: &Account) -> Self {
        let message = account.message.clone().unwrap_or_default();
        Self { status: account.status, why: account.reason.map(|reason| (reason, message.into())) }
    }

    /// Whether what is wrong, if anything is, has nothing to do with the token: no new one mends
    /// it, and none is needed.
    pub fn token_works(&self) -> bool {
        use Reason as R;
        self.status == Status::Connected
            || matches!(
                self.reason(),
                Some(R::MissingPermissions | R::Suspended | R::Locked | R::NeedsAction)
            )
    }

    /// Why it does not work, for programs.
    pub fn reason(&self) -> Option<Reason> {
        self.why.as_ref().map(|(reason, _)| *reason)
    }

    /// The sentence for people that goes with the reason.
    pub fn message(&self) -> Option<&str> {
        self.why.as_ref().map(|(_, message)| message.as_ref())
    }
}

/// Marks an account, unless its row moved on since it was read: then nothing happens and the answer
/// is `false`.
pub(in crate::server::domain) async fn transition(
    backend: &Backend,
    account: &Account,
    new: AccountState,
) -> Result<bool> {
    let old = AccountState::of(account);
    if old == new {
        return Ok(true);
    }
    let mut tx = backend.db.begin().await?;
    let (now, next) = (backend.clock.now(), next_refresh(backend, account, &new)?);
    if !db::accounts::mark(&mut tx, account, new.status, new.reason().zip(new.message()), next, now)
        .await?
    {
        return Ok(false);
    }
    record_background_transition(backend, &mut tx, account, &new).await?;
    tx.commit().await?;
    Ok(true)
}

/// A token that works goes on being renewed ahead of its end; one that is dead is left alone.
pub(super) fn next_refresh(
    backend: &Backend,
    account: &Account,
    new: &AccountState,
) -> Result<Option<DateTime<Utc>>> {
    let entry = entry(backend, account.provider.as_str())?;
    Ok(match account.next_refresh_at {
        _ if !new.token_works() => None,
        None => timing::next(entry, account.issued_at, account.expires_at, backend.clock.now()),
        next => next,
    })
}

/// [`record_transition`] for what nobody asked for - access that ended, or works again - which has
/// no line in the audit log yet.
pub(super) async fn record_background_transition(
    backend: &Backend,
    tx: &mut Tx,
    account: &Account,
    new: &AccountState,
) -> Result<()> {
    let old = AccountState::of(account);
    if old == *new {
        return Ok(());
    }
    let event = AuditEvent::by_itself(account.workspace_id, Action::Refresh).on(backend, account);
    let event = match new.message() {
        Some(message) => event.refused(message),
        None => event.saying("It works again."),
    };
    events::record(backend, tx, event).await?;
    record_transition(backend, tx, account, Some(&old), new).await
}

/// What follows a change, in its transaction: everybody who watches the workspace is told. `old` is
/// nothing for an account that is connected for the first time.
pub(in crate::server::domain) async fn record_transition(
    backend: &Backend,
    tx: &mut Tx,
    account: &Account,
    old: Option<&AccountState>,
    new: &AccountState,
) -> Result<()> {
    if old == Some(new) {
        return Ok(());
    }
    tracing::info!(
        platform = %account.provider,
        account = %account.id,
        status = new.status.as_str(),
        reason = ?new.reason(),
        previous_status = old.map(|old| old.status.as_str()),
        "account status changed"
    );
    let (old, reason) = (old.map(|old| old.status), new.reason());
    let changed = Event::AccountChanged { account, old, new: new.status, reason };
    events::record(backend, tx, changed).await
}

/// Marks an account whose access ended by its date, with nobody having tried to renew it. One that
/// got another end since it was found is left alone.
pub async fn mark_expired(backend: &Backend, workspace: WorkspaceId, id: AccountId) -> Result<()> {
    let account = super::require_active(db::accounts::find(&backend.db, workspace, id).await?)?;
    let entry = entry(backend, account.provider.as_str())?;
    let end = renewable_until(entry, account.expires_at, account.refresh_expires_at);
    if end.is_none_or(|end| end > backend.clock.now()) {
        return Ok(());
    }
    let name = &entry.info().name;
    let message = format!(
        "The access that {name} gave us has ended. Reconnect this account; its label and history \
         stay."
    );
    let ended =
        AccountState { status: Status::Expired, why: Some((Reason::RanOut, message.into())) };
    transition(backend, &account, ended).await?;
    Ok(())
}

/// When an account can no longer be renewed without its person, from the ends of its tokens, where
/// that has a date.
pub fn renewable_until(
    entry: &Entry,
    access: Option<DateTime<Utc>>,
    refresh: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    match entry.platform.connect().spec()?.refresh_kind {
        // The token itself is extended from its last third on, so one that is near its end was not;
        // data access may end before.
        RefreshKind::Extends => access.into_iter().chain(refresh).min(),
        RefreshKind::Rotates | RefreshKind::Kept => refresh,
    }
}
