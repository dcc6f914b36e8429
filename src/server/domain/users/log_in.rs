//! Logging in. An unknown e-mail costs as much time as a wrong password and is answered alike.

use secrecy::SecretString;
use uuid::Uuid;

use super::{
    ClientInfo, Device, Error, LoggedInSession, Result, begin_session, input, password,
    password_throttle,
};
use crate::model::audit::Action;
use crate::model::{UserId, WorkspaceId};
use crate::server::Backend;
use crate::server::db::{self, users::User};
use crate::server::domain::events::{self, AuditEvent};

/// Logs in with a password. `device` is where the browser says that it was logged in before.
pub async fn log_in(
    backend: &Backend,
    email: &str,
    password: SecretString,
    device: Option<Device>,
    client: ClientInfo<'_>,
) -> Result<LoggedInSession> {
    let email = input::normal_email(email);
    // Before anything is looked up or counted: who is refused here has not guessed.
    let admission = password::admit(backend)?;
    let found = known(backend, &email).await?;
    let guesser = password_throttle::at_the_door(&email, found.as_ref(), device);
    password_throttle::begin(backend, guesser).await?;
    let known_hash = found.as_ref().map(|user| user.password_hash.clone());
    let right = password::verify_password(admission, password, known_hash).await?;
    // Asked of nobody's id too: neither the answer nor its time tells whether the e-mail is known.
    let id = found.as_ref().map_or(UserId(Uuid::nil()), |user| user.id);
    let home = db::users::home_workspace(&backend.db, id).await?;
    let (Some(user), Some(workspace)) = (found.as_ref().filter(|_| right), home) else {
        events::record_alone(backend, refused(found.as_ref(), home)).await;
        return Err(Error::WrongLogin);
    };
    backend.limits.take_back(guesser).await;
    enter(backend, user.clone(), workspace, client).await
}

/// Who has this address. What is none is nobody's, and no text for PostgreSQL where it holds
/// U+0000.
async fn known(backend: &Backend, email: &str) -> Result<Option<User>> {
    if input::email_problem(email).is_some() {
        return Ok(None);
    }
    Ok(db::users::by_email(&backend.db, email).await?)
}

async fn enter(
    backend: &Backend,
    user: User,
    workspace: WorkspaceId,
    client: ClientInfo<'_>,
) -> Result<LoggedInSession> {
    let mut tx = backend.db.begin().await?;
    // A change of the password ends all sessions: one that the old password is just about to begin
    // must not outlive it.
    password::proven(&mut tx, &user).await?;
    let session = begin_session(backend, &mut tx, user.id, workspace, client).await?;
    let event = AuditEvent::by_user(Some(workspace), user.id, &user.name, Action::Login);
    events::record(backend, &mut tx, event).await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, "user logged in");
    Ok(LoggedInSession::new(user, session))
}

/// What was typed for an e-mail that nobody has is not kept: it may be a password in the wrong
/// field.
fn refused(user: Option<&User>, home: Option<WorkspaceId>) -> AuditEvent {
    let event = match user {
        Some(user) => AuditEvent::by_user(home, user.id, &user.name, Action::Login),
        None => {
            AuditEvent::of_workspace(None, Action::Login).about("an e-mail that nobody has here")
        }
    };
    event.failed(&Error::WrongLogin)
}
