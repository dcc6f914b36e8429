//! Forgotten passwords.

use secrecy::SecretString;
use uuid::Uuid;

use super::{Device, Error, Result, email_tokens, emails, input, password, sessions};
use crate::model::audit::Action;
use crate::server::Backend;
use crate::server::db::{self, email_tokens::Purpose};
use crate::server::domain::events::{self, AuditEvent};
use crate::server::domain::jobs::{self, Job, Priority};
use crate::server::domain::mail;
use crate::server::domain::sweep::Sweep;

/// Somebody forgot the password for this address. The request is only written down: whether anybody
/// has the address is looked up later, by the worker, so that neither the answer nor its time can
/// tell.
pub async fn ask(backend: &Backend, email: &str) -> Result<()> {
    let email = input::normal_email(email);
    if let Some(problem) = input::email_problem(&email) {
        return Err(Error::Validation(vec![problem]));
    }
    let mut tx = backend.db.begin().await?;
    db::email_tokens::insert_request(&mut tx, Uuid::now_v7(), &email, backend.clock.now()).await?;
    jobs::enqueue(backend, &mut tx, Job::AnswerResets).await?;
    Ok(tx.commit().await?)
}

/// The job: answers what was asked, a link for those who have an account, nothing for others.
pub async fn answer(backend: &Backend) -> Result<()> {
    let mut sweep = Sweep::default();
    for (id, email) in db::email_tokens::requests(&backend.db).await? {
        sweep.record(answer_one(backend, id, &email).await);
    }
    sweep.finish()
}

async fn answer_one(backend: &Backend, request: Uuid, email: &str) -> Result<()> {
    let user = db::users::by_email(&backend.db, email).await?;
    let mut tx = backend.db.begin().await?;
    if !db::email_tokens::take_request(&mut tx, request).await? {
        return Ok(());
    }
    if let Some(user) = user
        && let Some(link) =
            email_tokens::make(backend, &mut tx, user.id, Purpose::Reset, email).await?
    {
        mail::post(backend, &mut tx, emails::reset(backend, email, &link), Priority::High).await?;
    }
    Ok(tx.commit().await?)
}

/// Sets a new password for who holds the link. Every session ends; the mailbox is proved by the
/// way, and with it the browser.
pub async fn reset(backend: &Backend, token: SecretString, new: SecretString) -> Result<Device> {
    let found = email_tokens::find(backend, &token)
        .await?
        .filter(|link| link.purpose == Purpose::Reset)
        .ok_or(Error::EmailTokenExpired)?;
    if let Some(problem) = input::password_problem("password", &new, &found.email) {
        return Err(Error::Validation(vec![problem]));
    }
    let hash = password::hash_password(backend, new).await?;
    let home = db::users::home_workspace(&backend.db, found.user_id).await?;
    sessions::revoke_pending_choices(backend, found.user_id).await?;
    let mut tx = backend.db.begin().await?;
    let link =
        email_tokens::take(backend, &mut tx, &token).await?.ok_or(Error::EmailTokenExpired)?;
    let user = db::users::lock(&mut tx, link.user_id)
        .await?
        .filter(|user| user.email == link.email)
        .ok_or(Error::EmailTokenExpired)?;
    password::set(backend, &mut tx, &user, &hash).await?;
    db::users::set_verified(&mut tx, user.id, backend.clock.now()).await?;
    events::record(
        backend,
        &mut tx,
        AuditEvent::by_user(home, user.id, &user.name, Action::PasswordReset),
    )
    .await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, "password reset");
    Ok(Device::new(user.id))
}
