//! What happened, recorded once for all that follow it, in the transaction of the change: the audit
//! log gets its line, an incident begins or ends, those it concerns will be notified by a job, and
//! open pages look again. So there is neither a change without its line nor a line without its
//! change. This module imports no noun of the domain: whoever reacts reads the rows.

#![warn(missing_docs)]

mod audit_event;

use chrono::{DateTime, Utc};

use super::Result;
use super::jobs::{self, Job};
use crate::model::audit::{Action, AuditResult};
use crate::model::{Provider, Reason, Status, WorkspaceId};
use crate::server::Backend;
use crate::server::db::accounts::Account;
use crate::server::db::incidents::{self, Kind};
use crate::server::db::{self, Signal, Tx};

pub use audit_event::AuditEvent;

/// Something that happened.
pub enum Event<'a> {
    /// Somebody did something, or tried to.
    Audit(AuditEvent),
    /// An account got another status or reason.
    AccountChanged {
        /// Pages of its workspace will look again.
        account: &'a Account,
        /// Nothing for one that is connected for the first time.
        old: Option<Status>,
        /// The same as `old` where only the reason is another.
        new: Status,
        /// Nothing while it works or once it was disconnected.
        reason: Option<Reason>,
    },
    /// What pages show of a workspace is not what it was.
    WorkspaceChanged(WorkspaceId),
    /// A platform does not answer. Recorded again whenever the time of the next try is another one.
    PlatformDown {
        /// The platform whose breaker opened.
        provider: &'a Provider,
        /// Nobody calls it before this.
        next_try: DateTime<Utc>,
    },
    /// It answers again: its incident ends.
    PlatformUp {
        /// The platform whose breaker closed.
        provider: &'a Provider,
    },
    /// A platform turns many accounts away.
    PlatformRefusing {
        /// The platform that refuses tokens of many accounts in a short time.
        provider: &'a Provider,
    },
    /// And does not any more.
    PlatformAccepting {
        /// The platform whose incident of refusing ends.
        provider: &'a Provider,
    },
}

impl From<AuditEvent> for Event<'_> {
    fn from(event: AuditEvent) -> Self {
        Self::Audit(event)
    }
}

/// Records an event within the change that it tells of.
pub async fn record(backend: &Backend, tx: &mut Tx, event: impl Into<Event<'_>>) -> Result<()> {
    let now = backend.clock.now();
    match event.into() {
        Event::Audit(event) => record_audit(tx, event, now).await?,
        Event::AccountChanged { account, old, new, reason } => {
            tx.signal(Signal::Workspace(account.workspace_id));
            record_account_change(backend, tx, account, old, new, reason).await?;
        }
        Event::WorkspaceChanged(workspace) => tx.signal(Signal::Workspace(workspace)),
        Event::PlatformDown { provider, next_try } => {
            if incidents::platform(tx, provider, Kind::Down, Some(next_try), now).await?.is_some() {
                tx.signal(Signal::Everywhere);
            }
        }
        Event::PlatformUp { provider } => {
            if incidents::end_platform(tx, provider, Kind::Down, now).await?.is_some() {
                tx.signal(Signal::Everywhere);
            }
        }
        Event::PlatformRefusing { provider } => {
            if incidents::platform(tx, provider, Kind::Refusing, None, now).await?.is_some() {
                tx.signal(Signal::Everywhere);
            }
        }
        Event::PlatformAccepting { provider } => {
            let ended = incidents::end_platform(tx, provider, Kind::Refusing, now).await?;
            if let Some(incident) = ended {
                jobs::enqueue(backend, tx, Job::AnnounceHeldBack { incident }).await?;
                tx.signal(Signal::Everywhere);
            }
        }
    }
    Ok(())
}

/// Records what changed nothing, such as a failure, in a transaction of its own. If it can't be
/// written the log says so: the person's answer does not depend on it.
pub async fn record_alone(backend: &Backend, event: AuditEvent) {
    let action = event.action;
    if let Err(error) = commit_alone(backend, event).await {
        tracing::error!(?action, "could not write an audit event: {error}");
    }
}

async fn commit_alone(backend: &Backend, event: AuditEvent) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    record(backend, &mut tx, event).await?;
    Ok(tx.commit().await?)
}

/// Records what failed, and passes it on.
pub async fn record_failure<T>(
    backend: &Backend,
    outcome: Result<T>,
    event: impl FnOnce() -> AuditEvent,
) -> Result<T> {
    if let Err(error) = &outcome {
        record_alone(backend, event().failed(error)).await;
    }
    outcome
}

async fn record_audit(tx: &mut Tx, event: AuditEvent, now: DateTime<Utc>) -> Result<()> {
    let (workspace, row) = event.into_row(now);
    db::audit::insert(tx, workspace, &row).await?;
    if let Some(workspace) = workspace
        && row.result == AuditResult::Done
        && changes_pages(row.action)
    {
        tx.signal(Signal::Workspace(workspace));
    }
    Ok(())
}

/// Whether pages of the workspace show what was done.
fn changes_pages(action: Action) -> bool {
    matches!(
        action,
        Action::Connect
            | Action::Reconnect
            | Action::Disconnect
            | Action::Refresh
            | Action::Label
            | Action::EmailVerified
            | Action::EmailChanged
            | Action::Profile
    )
}

/// The first failure begins an incident, those that follow belong to it, and health ends it.
async fn record_account_change(
    backend: &Backend,
    tx: &mut Tx,
    account: &Account,
    old: Option<Status>,
    new: Status,
    reason: Option<Reason>,
) -> Result<()> {
    let now = backend.clock.now();
    match new {
        Status::Connected | Status::Expiring => {
            let Some((incident, notice_pending)) =
                incidents::end(tx, account.id, Kind::Broken, now).await?
            else {
                return Ok(());
            };
            db::notices::mark_account_read(tx, account.id, now).await?;
            // Told to those who were told that it did not work.
            if !notice_pending {
                jobs::enqueue(backend, tx, Job::AnnounceRecovered { incident }).await?;
            }
        }
        Status::Former => {
            // Whoever disconnects knows it.
            for kind in [Kind::Broken, Kind::Expiring] {
                incidents::end(tx, account.id, kind, now).await?;
            }
            db::notices::mark_account_read(tx, account.id, now).await?;
        }
        // Whoever has just connected it has seen what is missing.
        Status::Error | Status::Expired if matches!(old, None | Some(Status::Former)) => {}
        Status::Error | Status::Expired => {
            incidents::end(tx, account.id, Kind::Expiring, now).await?;
            let new = incidents::OfAccount {
                kind: Kind::Broken,
                account: account.id,
                workspace: account.workspace_id,
                reason,
                notice_pending: true,
            };
            if let Some(incident) = incidents::begin(tx, &account.provider, &new, now).await? {
                jobs::enqueue(backend, tx, Job::AnnounceBroken { incident }).await?;
            }
        }
    }
    Ok(())
}
