//! Leaving for good.

use secrecy::SecretString;

use super::{Error, Result, input, letters, password, sessions};
use crate::model::audit::Action;
use crate::server::Backend;
use crate::server::db;
use crate::server::domain::audit::{self, Event};
use crate::server::domain::{accounts, mail};
use crate::server::session::Actor;

/// Deletes the person with their workspace and everything in it, in one transaction. Every grant is
/// written down to be ended at its platform: the only thing that outlives them, sealed, for 24
/// hours at most.
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
    let user = audit::noted(backend, proved, || Event::by(actor, Action::AccountDeleted)).await?;
    sessions::give_back_all(backend, user.id).await?;
    let mut tx = backend.db.begin().await?;
    password::proven(&mut tx, &user).await?;
    for (workspace,) in db::users::own_workspaces(&mut tx, user.id).await? {
        accounts::end_all(backend, &mut tx, workspace).await?;
        db::users::delete_workspace(&mut tx, workspace).await?;
    }
    db::users::delete(&mut tx, user.id).await?;
    db::mails::delete_to(&mut tx, &user.email).await?;
    // The person's own log went with the workspace; operators keep that somebody left.
    audit::record(
        backend,
        &mut tx,
        Event::of_workspace(None, Action::AccountDeleted).about("the account of a person"),
    )
    .await?;
    mail::post(backend, &mut tx, letters::deleted(backend, &user.email)).await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, "account deleted");
    Ok(())
}
