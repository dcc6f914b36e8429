//! The person's address: confirmed by a link, changed by a link to the new one.
//!
//! Following a link needs no log-in: whoever holds it reads that mailbox, and more is not claimed.
//! It logs nobody in either.

use secrecy::SecretString;

use super::{Error, Result, email_tokens, emails, input, password, sessions};
use crate::model::audit::Action;
use crate::model::{FieldError, UserId};
use crate::server::Backend;
use crate::server::db::{self, email_tokens::Purpose};
use crate::server::domain::events::{self, AuditEvent};
use crate::server::domain::jobs::Priority;
use crate::server::domain::mail;
use crate::server::identity::Actor;

/// Sends the link that confirms an address. `false`: enough of them are on their way.
pub(super) async fn send_verification(
    backend: &Backend,
    tx: &mut db::Tx,
    user: UserId,
    email: &str,
) -> Result<bool> {
    let Some(link) = email_tokens::make(backend, tx, user, Purpose::Verify, email).await? else {
        return Ok(false);
    };
    mail::post(backend, tx, emails::verify(backend, email, &link), Priority::High).await?;
    Ok(true)
}

/// Sends the link once more.
pub async fn verify_again(backend: &Backend, actor: &Actor) -> Result<()> {
    if actor.verified {
        return Err(Error::Conflict {
            sentence: "Your e-mail is confirmed already.".into(),
            next: String::new(),
        });
    }
    let mut tx = backend.db.begin().await?;
    if !send_verification(backend, &mut tx, actor.user, &actor.email).await? {
        return Err(too_many_tokens(&mut tx, actor, Purpose::Verify, backend).await);
    }
    Ok(tx.commit().await?)
}

/// The next link is made when the first of those on their way is over.
async fn too_many_tokens(
    tx: &mut db::Tx,
    actor: &Actor,
    purpose: Purpose,
    backend: &Backend,
) -> Error {
    let sentence = "Enough links are on their way. Look into the folder for unwanted mail, or ask \
        again tomorrow."
        .to_owned();
    match db::email_tokens::first_end(tx, actor.user, purpose, backend.clock.now()).await {
        Ok(again) => Error::TooSoon { sentence, again },
        Err(error) => error.into(),
    }
}

/// Asks to change the address. The answer is the same for one that somebody else has: only its
/// owner gets to know.
pub async fn change(
    backend: &Backend,
    actor: &Actor,
    email: &str,
    password: SecretString,
) -> Result<()> {
    let email = input::normal_email(email);
    let own =
        (email == actor.email).then(|| input::problem("email", "This is your address already."));
    let problems: Vec<FieldError> = input::email_problem(&email).or(own).into_iter().collect();
    if !problems.is_empty() {
        return Err(Error::Validation(problems));
    }
    let proved = password::prove(backend, actor, password, "password").await;
    let user =
        events::record_failure(backend, proved, || AuditEvent::by(actor, Action::EmailChanged))
            .await?;
    let mut tx = backend.db.begin().await?;
    password::proven(&mut tx, &user).await?;
    let Some(link) = email_tokens::make(backend, &mut tx, user.id, Purpose::Change, &email).await?
    else {
        return Err(too_many_tokens(&mut tx, actor, Purpose::Change, backend).await);
    };
    mail::post(backend, &mut tx, emails::change(backend, &email, &link), Priority::High).await?;
    Ok(tx.commit().await?)
}

/// Follows a link: the address in it is confirmed. Whoever becomes an operator by it logs in anew,
/// so that no session gains rights.
pub async fn confirm(backend: &Backend, token: SecretString) -> Result<()> {
    let found = email_tokens::find(backend, &token)
        .await?
        .filter(|link| link.purpose != Purpose::Reset)
        .ok_or(Error::EmailTokenExpired)?;
    let home = db::users::home_workspace(&backend.db, found.user_id).await?;
    let operator = backend.config.is_operator(&found.email);
    if operator {
        sessions::revoke_pending_choices(backend, found.user_id).await?;
    }
    let now = backend.clock.now();
    let mut tx = backend.db.begin().await?;
    let link =
        email_tokens::take(backend, &mut tx, &token).await?.ok_or(Error::EmailTokenExpired)?;
    let user = db::users::lock(&mut tx, link.user_id).await?.ok_or(Error::EmailTokenExpired)?;
    match link.purpose {
        Purpose::Verify if link.email == user.email => {
            db::users::set_verified(&mut tx, user.id, now).await?
        }
        Purpose::Change => {
            if !db::users::set_email(&mut tx, user.id, &link.email, now).await? {
                return Err(Error::EmailTaken);
            }
            db::email_tokens::delete_of(&mut tx, user.id).await?;
            let told = emails::email_changed(backend, &user.email, &link.email);
            mail::post(backend, &mut tx, told, Priority::High).await?;
        }
        // An address that the person has changed since.
        Purpose::Verify | Purpose::Reset => return Err(Error::EmailTokenExpired),
    }
    let action =
        if link.purpose == Purpose::Change { Action::EmailChanged } else { Action::EmailVerified };
    events::record(backend, &mut tx, AuditEvent::by_user(home, user.id, &user.name, action))
        .await?;
    if operator {
        db::sessions::delete_all(&mut tx, user.id).await?;
    }
    tx.commit().await?;
    tracing::info!(user = %user.id, purpose = ?link.purpose, "e-mail confirmed");
    Ok(())
}
