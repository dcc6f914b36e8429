//! Disconnecting: every credential goes at once; the platform is told, now or later.

use super::standing::{self, Standing};
use super::{Error, Result, called, entry, revoke, token};
use crate::model::audit::Action;
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::domain::audit::{self, Event};
use crate::server::failpoint::failpoint;
use crate::server::session::Actor;

/// What a disconnected account was called, and whether its platform still has to be told.
pub struct Disconnected {
    pub called: String,
    pub name: &'static str,
    /// The platform's own page where access can be removed by hand, when we could not end it everywhere.
    pub by_hand: Option<String>,
}

impl Disconnected {
    /// What to tell the person: what is gone, and what is left to do.
    pub fn sentence(&self) -> String {
        let done = format!(
            "{} is disconnected. Huntaze has deleted its access; your posts and the history collected here stay.",
            self.called
        );
        match &self.by_hand {
            Some(url) => format!(
                "{done} Another account may still use your consent at {}, so it was not ended there. You can end it yourself at {url}.",
                self.name
            ),
            None => done,
        }
    }
}

/// Deletes every credential of an account, keeps what was posted and collected, and revokes the grant at the platform unless
/// another account lives by it. What the platform cannot take now is tried again for 24 hours.
pub async fn disconnect(backend: &Backend, actor: &Actor, account: Account) -> Result<Disconnected> {
    actor.may_change()?;
    let entry = entry(backend, account.provider.as_str())?;
    // A credential that does not open can't be revoked, but it can be deleted.
    let held = token::open(backend, &account).ok();
    let mut tx = backend.db.begin().await?;
    db::users::lock_workspace(&mut tx, actor.workspace).await?.ok_or(Error::Unauthorized)?;
    let shared = revoke::is_shared(&mut tx, entry, account.grant_key.as_deref(), account.id).await?;
    if !db::accounts::make_former(&mut tx, actor.workspace, account.id, backend.clock.now()).await? {
        return Err(Error::NotFound("account"));
    }
    audit::record(backend, &mut tx, Event::by(actor, Action::Disconnect).on(backend, &account)).await?;
    standing::follow(&mut tx, &account, Some(&Standing::of(&account)), &Standing::FORMER);
    let revocation = match held {
        Some(held) if !shared => Some(revoke::schedule(backend, &mut tx, entry, held).await?),
        _ => None,
    };
    failpoint!("disconnect.before_commit");
    tx.commit().await?;
    failpoint!("disconnect.after_commit");
    if let Some(revocation) = &revocation {
        revoke::attempt(backend, entry, revocation).await;
    }
    failpoint!("disconnect.after_revoke");
    tracing::info!(provider = %entry.provider, account = %account.id, shared, "disconnected");
    let by_hand = shared.then(|| entry.info().manage_url.to_string());
    Ok(Disconnected { called: called(&account).to_owned(), name: &entry.info().name, by_hand })
}
