//! Passwords: hashed, verified, changed, asked for once more.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::{
    ClientInfo, Error, LoggedInSession, Result, begin_session, emails, input, password_throttle,
    sessions,
};
use crate::model::audit::Action;
use crate::server::Backend;
use crate::server::db::{self, users::User};
use crate::server::domain::events::{self, AuditEvent};
use crate::server::domain::jobs::Priority;
use crate::server::domain::mail;
use crate::server::identity::Actor;
use crate::server::limits::Admission;
use crate::server::metrics;

/// Changes the password of who knows the current one. Every session ends, this one too, and a new
/// one begins here.
pub async fn change(
    backend: &Backend,
    actor: &Actor,
    current: SecretString,
    new: SecretString,
    client: ClientInfo<'_>,
) -> Result<LoggedInSession> {
    let proved = prove(backend, actor, current, "current_password").await;
    let user =
        events::record_failure(backend, proved, || AuditEvent::by(actor, Action::PasswordChanged))
            .await?;
    if let Some(problem) = input::password_problem("new_password", &new, &user.email) {
        return Err(Error::Validation(vec![problem]));
    }
    let hash = hash_password(backend, new).await?;
    sessions::revoke_pending_choices(backend, user.id).await?;
    let mut tx = backend.db.begin().await?;
    proven(&mut tx, &user).await?;
    set(backend, &mut tx, &user, &hash).await?;
    let session = begin_session(backend, &mut tx, user.id, actor.workspace, client).await?;
    events::record(backend, &mut tx, AuditEvent::by(actor, Action::PasswordChanged)).await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, "password changed");
    Ok(LoggedInSession::new(user, session))
}

/// Sets a password: all sessions and all links in mails end with the old one, and the person is
/// told.
pub(super) async fn set(backend: &Backend, tx: &mut db::Tx, user: &User, hash: &str) -> Result<()> {
    db::users::set_password(tx, user.id, hash, backend.clock.now()).await?;
    db::sessions::delete_all(tx, user.id).await?;
    db::email_tokens::delete_of(tx, user.id).await?;
    mail::post(backend, tx, emails::password_changed(backend, &user.email), Priority::High).await
}

/// Asks for the password once more, before what a borrowed device must not do. `field` is where it
/// was typed.
pub(super) async fn prove(
    backend: &Backend,
    actor: &Actor,
    password: SecretString,
    field: &str,
) -> Result<User> {
    let admission = admit(backend)?;
    let user = db::users::by_id(&backend.db, actor.user).await?.ok_or(Error::Unauthorized)?;
    let guesser = password_throttle::within(actor);
    password_throttle::begin(backend, guesser).await?;
    if verify_password(admission, password, Some(user.password_hash.clone())).await? {
        backend.limits.take_back(guesser).await;
        Ok(user)
    } else {
        Err(Error::field(field, "This is not your password."))
    }
}

/// Locks the person whose password was verified; refused if it was changed in the meantime.
pub(super) async fn proven(tx: &mut db::Tx, user: &User) -> Result<()> {
    let locked = db::users::lock(tx, user.id).await?;
    if locked.is_some_and(|now| now.password_hash == user.password_hash) {
        Ok(())
    } else {
        Err(Error::WrongLogin)
    }
}

/// How long whoever finds the queue full is asked to wait.
const BUSY: TimeDelta = TimeDelta::seconds(2);

/// A place in the queue for hashing. Whoever waits in it holds no connection to the database.
pub(super) fn admit(backend: &Backend) -> Result<Admission> {
    backend.limits.passwords.admit().ok_or_else(|| {
        metrics::rate_limited("passwords");
        Error::Busy { until: backend.clock.now() + BUSY }
    })
}

/// Argon2id with the crate's defaults (19 MiB, 2 passes: OWASP's first choice), away from the
/// threads that serve requests.
pub(super) async fn hash_password(backend: &Backend, password: SecretString) -> Result<String> {
    blocking(admit(backend)?, move || {
        Argon2::default()
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|e| Error::Hashing(e.to_string()))
    })
    .await?
}

/// Verified against for unknown e-mails, so that they take as long as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default()
        .hash_password(b"nobody has this password")
        .map(|hash| hash.to_string())
        .unwrap_or_default()
});

pub(super) async fn verify_password(
    admission: Admission,
    password: SecretString,
    hash: Option<String>,
) -> Result<bool> {
    blocking(admission, move || {
        let known = hash.is_some();
        let text = hash.as_deref().unwrap_or(&NOBODY);
        let right = PasswordHash::new(text).is_ok_and(|hash| {
            Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
        });
        known && right
    })
    .await
}

/// The permit goes along: a hash that nobody waits for any more takes its memory all the same.
async fn blocking<T: Send + 'static>(
    admission: Admission,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let permit = admission.start().await;
    let hashing = move || {
        let done = work();
        drop(permit);
        done
    };
    tokio::task::spawn_blocking(hashing).await.map_err(|error| Error::Hashing(error.to_string()))
}
