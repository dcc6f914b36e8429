//! Leaving for good.

use secrecy::SecretString;

use super::{Error, Result, emails, input, password, sessions};
use crate::model::WorkspaceId;
use crate::model::audit::Action;
use crate::server::Backend;
use crate::server::db::{self, Tx, users::User};
use crate::server::domain::events::{self, AuditEvent, Event};
use crate::server::domain::jobs::Priority;
use crate::server::domain::{accounts, mail};
use crate::server::identity::Actor;

/// Deletes the person, and the workspaces that have no other owner with everything in them, in one
/// transaction. Every grant of those is written down to be ended at its platform: the only thing
/// that outlives them, sealed, for 24 hours at most. What the person connected in somebody else's
/// workspace stays there.
pub async fn delete(
    backend: &Backend,
    actor: &Actor,
    email: &str,
    password: SecretString,
) -> Result<()> {
    if input::normal_email(email) != actor.email {
        return Err(Error::field("email", format!("Type {} to go on.", actor.email)));
    }
    let proved = password::prove(backend, actor, password, "password").await;
    let user =
        events::record_failure(backend, proved, || AuditEvent::by(actor, Action::AccountDeleted))
            .await?;
    sessions::revoke_pending_choices(backend, user.id).await?;
    let mut tx = backend.db.begin().await?;
    password::proven(&mut tx, &user).await?;
    for (workspace,) in db::users::workspaces(&mut tx, user.id).await? {
        leave(backend, &mut tx, &user, workspace).await?;
    }
    db::users::delete(&mut tx, user.id).await?;
    db::outgoing_emails::delete_to(&mut tx, &user.email).await?;
    // The person's own log went with the workspace; operators keep that somebody left.
    events::record(
        backend,
        &mut tx,
        AuditEvent::of_workspace(None, Action::AccountDeleted).about("the account of a person"),
    )
    .await?;
    mail::post(backend, &mut tx, emails::deleted(backend, &user.email), Priority::High).await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, "user deleted");
    Ok(())
}

/// Takes the person out of a workspace, which goes with its last owner.
async fn leave(backend: &Backend, tx: &mut Tx, user: &User, workspace: WorkspaceId) -> Result<()> {
    // Locked: of two owners who leave at once, the second is the last.
    db::users::lock_workspace(tx, workspace).await?;
    if db::users::is_last_owner(tx, workspace, user.id).await? {
        accounts::end_all(backend, tx, workspace).await?;
        db::users::delete_workspace(tx, workspace).await?;
        return Ok(());
    }
    db::users::remove_member(tx, workspace, user.id).await?;
    let left = AuditEvent::by_user(Some(workspace), user.id, &user.name, Action::AccountDeleted);
    events::record(backend, tx, left).await?;
    events::record(backend, tx, Event::WorkspaceChanged(workspace)).await?;
    Ok(())
}
