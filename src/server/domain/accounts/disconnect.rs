//! Disconnecting: every credential goes at once; the platform is told, now or later.

use super::{Error, Result, display_name, entry, require_active};
use crate::model::audit::Action;
use crate::model::{AccountId, WorkspaceId};
use crate::server::Backend;
use crate::server::db::{self, Tx, accounts::Account, pending::Revocation};
use crate::server::domain::access::{self, AccountState};
use crate::server::domain::events::{self, AuditEvent};
use crate::server::failpoint::failpoint;
use crate::server::identity::Actor;
use crate::server::platform::Entry;

/// So often the row may have moved on since it was read, inside one transaction.
const TRIES: usize = 5;

/// What a disconnected account was called, and whether its platform still has to be told.
pub struct DisconnectResult {
    pub display_name: String,
    pub name: &'static str,
    /// The platform's own page where access can be removed by hand, when we could not end it
    /// everywhere.
    pub by_hand: Option<String>,
}

impl DisconnectResult {
    /// What to tell the person: what is gone, and what is left to do.
    pub fn sentence(&self) -> String {
        let done = format!(
            "{} is disconnected. Huntaze has deleted its access; your posts and the history \
             collected here stay.",
            self.display_name
        );
        match &self.by_hand {
            Some(url) => format!(
                "{done} Another account may still use your consent at {}, so it was not ended \
                 there. You can end it yourself at {url}.",
                self.name
            ),
            None => done,
        }
    }
}

/// Deletes every credential of an account, keeps what was posted and collected, and revokes the
/// grant at the platform unless another account lives by it. What the platform cannot take now is
/// tried again for 24 hours.
pub async fn disconnect(
    backend: &Backend,
    actor: &Actor,
    account: Account,
) -> Result<DisconnectResult> {
    actor.may_change()?;
    let entry = entry(backend, account.provider.as_str())?;
    let mut tx = backend.db.begin().await?;
    db::users::lock_workspace(&mut tx, actor.workspace).await?.ok_or(Error::Unauthorized)?;
    let (shared, revocations) = end(backend, &mut tx, entry, account.id, actor.workspace).await?;
    events::record(
        backend,
        &mut tx,
        AuditEvent::by(actor, Action::Disconnect).on(backend, &account),
    )
    .await?;
    failpoint!("disconnect.before_commit");
    tx.commit().await?;
    failpoint!("disconnect.after_commit");
    for revocation in &revocations {
        access::attempt_revocation(backend, entry, revocation).await;
    }
    failpoint!("disconnect.after_revoke");
    tracing::info!(
        platform = %entry.provider,
        account = %account.id,
        shared,
        "account disconnected"
    );
    let by_hand = shared.then(|| entry.info().manage_url.to_string());
    Ok(DisconnectResult {
        display_name: display_name(&account).to_owned(),
        name: &entry.info().name,
        by_hand,
    })
}

/// Deletes the credentials of one account, and writes down the revocation of a grant that no other
/// account lives by. The credentials are those of this moment: a refresh may have replaced the ones
/// that were read before, or may have been answered and not got further.
async fn end(
    backend: &Backend,
    tx: &mut Tx,
    entry: &Entry,
    id: AccountId,
    workspace: WorkspaceId,
) -> Result<(bool, Vec<Revocation>)> {
    // The lease before the row before the journal, as a refresh.
    db::refreshes::lock_lease(tx, id).await?;
    let account = &make_former(backend, tx, id, workspace).await?;
    // A credential that does not open can't be revoked, but it is deleted.
    let held = access::open(backend, account).ok();
    let shared = access::is_shared(tx, entry, account.grant_key.as_deref(), account.id).await?;
    let mut revocations = access::revoke_unsettled(backend, tx, account.id).await?;
    access::record_transition(
        backend,
        tx,
        account,
        Some(&AccountState::of(account)),
        &AccountState::FORMER,
    )
    .await?;
    if let Some(held) = held.filter(|_| !shared) {
        revocations.push(access::schedule_revocation(backend, tx, entry, held).await?);
    }
    Ok((shared, revocations))
}

/// Deletes what the row holds and answers with what it held. A row that keeps moving on is being
/// renewed at this very moment, by several at once: that passes.
async fn make_former(
    backend: &Backend,
    tx: &mut Tx,
    id: AccountId,
    workspace: WorkspaceId,
) -> Result<Account> {
    for _ in 0..TRIES {
        let account = require_active(db::accounts::find(&mut *tx, workspace, id).await?)?;
        if db::accounts::mark_former(tx, &account, backend.clock.now()).await? {
            return Ok(account);
        }
    }
    Err(Error::Refreshing)
}

/// Ends every connection of a workspace that goes. The platforms are told by the worker: there may
/// be a hundred of them. Of several accounts that live by one grant, the last one ends it.
pub async fn end_all(backend: &Backend, tx: &mut Tx, workspace: WorkspaceId) -> Result<()> {
    db::users::lock_workspace(tx, workspace).await?;
    for account in db::accounts::connected(tx, workspace).await? {
        // A platform that this version does not know can't be told; the credentials go with the
        // workspace all the same.
        if let Ok(entry) = entry(backend, account.provider.as_str()) {
            end(backend, tx, entry, account.id, workspace).await?;
        }
    }
    Ok(())
}
