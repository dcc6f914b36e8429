//! One refresh, step by step, so that a crash between any two loses nothing (requirements T5, T6):
//!
//! 1. In one transaction: the lease is taken, answers left behind are settled, and the intent is
//!    written down with the hash of what is being renewed.
//! 2. The lease is looked at once more and the platform is called. The lease is prolonged while it
//!    takes its time.
//! 3. The answer is sealed and made durable before anything else is done with it. Between the
//!    platform's commit and this one lies the window that no client can close; it is measured.
//! 4. In one transaction: the row changes by compare-and-swap, the intent is closed, the lease is
//!    given back.

use std::time::{Duration as StdDuration, Instant};

use chrono::{DateTime, Duration, Utc};
use rand::RngExt;
use uuid::Uuid;

use super::breaker::{self, Permit};
use super::journal::{self, JournaledTokens, Settled};
use super::token::{RefreshReason, needs_refresh};
use super::{credential, entry, require_active, revoke, timing, unreadable};
use crate::model::{AccountId, WorkspaceId};
use crate::server::db::{
    self, Tx,
    accounts::Account,
    refreshes::JournalEntry,
    tasks::{self, Kind},
};
use crate::server::domain::{Error, Result};
use crate::server::failpoint::failpoint;
use crate::server::metrics::{self, Refresh};
use crate::server::platform::{self, Credential, Entry, RefreshReplay, TokenGrant};
use crate::server::{Backend, beside};

/// A holder that does not prolong its lease is taken for dead after this.
const LEASE: Duration = Duration::seconds(90);
/// A lease with a later end was written by a clock that was wrong; nobody waits for it.
const LONGEST_LEASE: Duration = Duration::minutes(5);
const PROLONG: StdDuration = StdDuration::from_secs(30);
/// How long somebody waits for a holder in another process: longer than any lease that is not
/// prolonged.
const PATIENCE: StdDuration = StdDuration::from_secs(100);

/// What came of asking for the lease.
pub enum LeaseOutcome {
    /// Nothing to do any more, or not now.
    Done(Box<Account>),
    /// The lease is ours and the intent is in the journal: the attempt has to be run.
    Mine(Box<Attempt>),
    /// Another process holds the lease.
    Theirs,
}

/// A refresh whose intent is written down.
pub struct Attempt {
    pub(super) account: Account,
    held: Credential,
    pub(super) line: JournalEntry,
}

/// Refreshes an account, or waits for whoever does and takes theirs.
pub(super) async fn refresh(
    backend: &Backend,
    workspace: WorkspaceId,
    id: AccountId,
    why: RefreshReason,
) -> Result<Account> {
    let waiting = Instant::now();
    loop {
        match begin_attempt(backend, workspace, id, why).await? {
            LeaseOutcome::Done(account) => return Ok(*account),
            LeaseOutcome::Mine(attempt) => return attempt.run(backend).await,
            // The scheduler comes again anyway.
            LeaseOutcome::Theirs
                if matches!(why, RefreshReason::Ahead { .. }) || waiting.elapsed() > PATIENCE =>
            {
                return Err(Error::Refreshing);
            }
            LeaseOutcome::Theirs => tokio::time::sleep(between_looks()).await,
        }
    }
}

/// Many who wait do not look at the same moment.
fn between_looks() -> StdDuration {
    StdDuration::from_millis(rand::rng().random_range(50..200))
}

/// Step 1: takes the lease and, if there is something to do, writes down what.
pub async fn begin_attempt(
    backend: &Backend,
    workspace: WorkspaceId,
    id: AccountId,
    why: RefreshReason,
) -> Result<LeaseOutcome> {
    let now = backend.clock.now();
    let mut tx = backend.db.begin().await?;
    let (until, latest) = (now + LEASE, now + LONGEST_LEASE);
    let taken = db::refreshes::acquire_lease(&mut tx, id, Uuid::now_v7(), now, until, latest).await;
    let Some(epoch) = taken.map_err(without_account)? else {
        require_active(db::accounts::find(&mut tx, workspace, id).await?)?;
        return Ok(LeaseOutcome::Theirs);
    };
    let mut lines = db::refreshes::of_account(&mut tx, id).await?;
    if lines.iter().any(|line| line.response.is_some()) {
        journal::settle_all(backend, &mut tx, &lines).await?;
        lines = db::refreshes::of_account(&mut tx, id).await?;
    }
    // Read under the lease: whoever held it before has usually done it.
    let account = require_active(db::accounts::find(&mut tx, workspace, id).await?)?;
    let entry = entry(backend, account.provider.as_str())?;
    let unanswered_attempts: i64 = lines
        .iter()
        .filter(|line| line.response.is_none())
        .map(|line| line.unanswered_attempts + 1)
        .sum();
    if let Some(next) = deferral(backend, entry, &account, why, unanswered_attempts) {
        if account.next_refresh_at != next {
            tasks::move_to(&mut tx, id, Kind::Refresh, next).await?;
        }
        db::refreshes::release_lease(&mut tx, id, epoch).await?;
        tx.commit().await?;
        return Ok(LeaseOutcome::Done(Box::new(account)));
    }
    failpoint!("refresh.before_intent");
    let held = match credential::open(backend, &account) {
        Ok(held) => held,
        Err(error) => {
            let error = unreadable::mark(backend, &mut tx, &account, error).await?;
            db::refreshes::release_lease(&mut tx, id, epoch).await?;
            tx.commit().await?;
            return Err(error);
        }
    };
    let credential_hash = journal::fingerprint(&held);
    let (line, workspace_id) = (Uuid::now_v7(), account.workspace_id);
    let line = JournalEntry {
        id: line,
        workspace_id,
        account_id: id,
        epoch,
        credential_hash,
        unanswered_attempts,
        started_at: now,
        response: None,
    };
    if !lines.is_empty() {
        db::refreshes::close_unanswered(&mut tx, id, epoch).await?;
    }
    db::refreshes::record_intent(&mut tx, &line).await?;
    tx.commit().await?;
    failpoint!("refresh.after_intent");
    Ok(LeaseOutcome::Mine(Box::new(Attempt { account, held, line })))
}

/// There is no lease without its account.
fn without_account(error: db::Error) -> Error {
    match error.as_database_error() {
        Some(inner) if inner.is_foreign_key_violation() => Error::NotFound("account"),
        _ => error.into(),
    }
}

/// When to look at the account instead, if nothing is to be done now: somebody else did it, or an
/// earlier answer never came from a platform that may punish a repeat. Then the old token is used
/// to its end, and only then one more try is made.
fn deferral(
    backend: &Backend,
    entry: &Entry,
    account: &Account,
    why: RefreshReason,
    unanswered_attempts: i64,
) -> Option<Option<DateTime<Utc>>> {
    let now = backend.clock.now();
    if !needs_refresh(backend, entry, account, why) {
        let claimed = matches!(why, RefreshReason::Ahead { seen } if seen == account.version);
        let next = if claimed {
            timing::next(entry, account.issued_at, account.expires_at, now)
        } else {
            account.next_refresh_at
        };
        return Some(next);
    }
    let fatal =
        entry.platform.connect().spec().is_some_and(|spec| spec.replay == RefreshReplay::Fatal);
    let alive = account.expires_at.is_some_and(|end| end > now);
    let asked_for = matches!(why, RefreshReason::Renew { .. });
    (fatal && unanswered_attempts > 0 && alive && !asked_for).then_some(account.expires_at)
}

impl Attempt {
    /// What was written down.
    pub fn line(&self) -> &JournalEntry {
        &self.line
    }

    async fn run(self, backend: &Backend) -> Result<Account> {
        let entry = entry(backend, self.account.provider.as_str())?;
        let begun = Instant::now();
        let permit = self.may_send(backend).await?;
        failpoint!("refresh.before_send");
        // From here on its life counts, however late we get to read the answer.
        let asked_at = backend.clock.now();
        let answer = self.send(backend, entry).await;
        let received = Instant::now();
        failpoint!("refresh.after_answer");
        let id = self.account.id;
        let (outcome, account) = match answer {
            Ok(grant) => {
                // Before anything else, the breaker too. The platform answered, whatever becomes of
                // it here.
                let kept = self.record(backend, &grant, asked_at, received).await;
                breaker::record_outcome(backend, entry, permit, id, None).await;
                self.settle(backend, kept?).await?
            }
            Err(error) => {
                breaker::record_outcome(backend, entry, permit, id, Some(&error)).await;
                self.fail(backend, error).await?
            }
        };
        metrics::refreshed(entry.provider.as_str(), outcome, begun.elapsed());
        let latency_ms = begun.elapsed().as_millis() as u64;
        tracing::info!(platform = %entry.provider, account = %self.account.id,
            outcome = outcome.as_str(), latency_ms, "token refreshed");
        account
    }

    /// Step 2, right before sending: the platform is not known to be down, and the lease is still
    /// ours. Otherwise it is as if the refresh had not begun.
    pub async fn may_send(&self, backend: &Backend) -> Result<Permit> {
        let entry = entry(backend, self.account.provider.as_str())?;
        let refused = match breaker::acquire(backend, entry).await {
            Ok(permit) => match self.prolong(backend).await {
                Ok(true) => return Ok(permit),
                Ok(false) => Error::Refreshing,
                Err(error) => error,
            },
            Err(error) => error,
        };
        self.withdraw(backend).await?;
        Err(refused)
    }

    async fn prolong(&self, backend: &Backend) -> Result<bool> {
        let now = backend.clock.now();
        Ok(db::refreshes::renew_lease(
            &backend.db,
            self.account.id,
            self.line.epoch,
            now,
            now + LEASE,
        )
        .await?)
    }

    /// Nothing was sent: as if it had not begun.
    async fn withdraw(&self, backend: &Backend) -> Result<()> {
        let mut tx = backend.db.begin().await?;
        // The lease before the journal, as in `begin_attempt`.
        self.release(&mut tx).await?;
        if self.line.unanswered_attempts == 0 {
            db::refreshes::close(&mut tx, self.line.id).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn release(&self, tx: &mut Tx) -> Result<bool> {
        Ok(db::refreshes::release_lease(tx, self.account.id, self.line.epoch).await?)
    }

    /// Calls the platform, and says now and then that we are still there.
    async fn send(&self, backend: &Backend, entry: &Entry) -> platform::Result<TokenGrant> {
        beside::while_repeating(entry.refresh(&self.held), PROLONG, || async {
            match self.prolong(backend).await {
                Ok(true) => {}
                Ok(false) => tracing::warn!(
                    account = %self.account.id,
                    "refresh lease lost during platform call"
                ),
                Err(error) => tracing::warn!(
                    account = %self.account.id,
                    "could not renew refresh lease: {error}"
                ),
            }
        })
        .await
    }

    /// Step 3: makes the answer durable. An account that is gone with its workspace has no place
    /// for it: then it is given back.
    pub async fn record(
        &self,
        backend: &Backend,
        grant: &TokenGrant,
        asked_at: DateTime<Utc>,
        received: Instant,
    ) -> Result<JournaledTokens> {
        let entry = entry(backend, self.account.provider.as_str())?;
        let answer = JournaledTokens::of(grant, asked_at);
        match answer.persist(backend, &self.line).await {
            Err(error @ Error::NotFound(_)) => {
                revoke::revoke_if_unused(backend, entry, grant).await;
                return Err(error);
            }
            kept => kept?,
        }
        metrics::answer_durable(entry.provider.as_str(), received.elapsed());
        failpoint!("refresh.after_durable");
        Ok(answer)
    }

    /// Step 4: puts the answer into the row, and gives the lease back.
    pub async fn settle(
        &self,
        backend: &Backend,
        answer: JournaledTokens,
    ) -> Result<(Refresh, Result<Account>)> {
        let mut tx = backend.db.begin().await?;
        // The lease before the row, as in `begin_attempt`: two that meet here wait instead of
        // blocking one another.
        self.release(&mut tx).await?;
        let settled = answer.settle(backend, &mut tx, &self.line).await?;
        failpoint!("refresh.after_swap");
        let (workspace, id) = (self.account.workspace_id, self.account.id);
        let (outcome, account) = match &settled {
            Settled::Stored(account) => (Refresh::Renewed, Some((**account).clone())),
            _ => (Refresh::Superseded, db::accounts::find(&mut tx, workspace, id).await?),
        };
        tx.commit().await?;
        failpoint!("refresh.after_close");
        settled.attempt(backend).await;
        Ok((outcome, require_active(account)))
    }
}
