//! Links in mails: a random secret of 256 bits, stored as a hash, used once.
//!
//! The secret stands in the link's fragment, `/reset#...`, which browsers send neither to a server
//! nor to the next page: it reaches no log of ours, of a proxy or of somebody else (requirement
//! S1). The page puts it into its form; without scripts the person pastes it there. Opening the
//! link does nothing, so programs that look into mails can't use it up.

use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};

use super::Result;
use crate::model::UserId;
use crate::server::Backend;
use crate::server::db::{self, email_tokens::Link, email_tokens::Purpose};
use crate::server::identity::{hash, random_secret};

/// Nobody's mailbox is filled by asking again and again.
const MAX_ACTIVE: i64 = 5;

fn life(purpose: Purpose) -> Duration {
    match purpose {
        Purpose::Verify | Purpose::Change => Duration::hours(24),
        Purpose::Reset => Duration::minutes(30),
    }
}

/// Makes a link for the mail to `email`. `None`: enough are on their way.
pub async fn make(
    backend: &Backend,
    tx: &mut db::Tx,
    user: UserId,
    purpose: Purpose,
    email: &str,
) -> Result<Option<SecretString>> {
    let now = backend.clock.now();
    if db::email_tokens::count(tx, user, purpose, now).await? >= MAX_ACTIVE {
        return Ok(None);
    }
    let secret = random_secret();
    let token_hash = &hash(secret.expose_secret());
    let new = db::email_tokens::New {
        token_hash,
        user,
        purpose,
        email,
        now,
        expires_at: now + life(purpose),
    };
    db::email_tokens::insert(tx, &new).await?;
    let page = match purpose {
        Purpose::Verify | Purpose::Change => "verify",
        Purpose::Reset => "reset",
    };
    let base = backend.config.public_url();
    Ok(Some(
        format!("{}/{page}#{}", base.as_str().trim_end_matches('/'), secret.expose_secret()).into(),
    ))
}

/// What this secret stands for, if it still does.
pub async fn find(backend: &Backend, token: &SecretString) -> Result<Option<Link>> {
    Ok(db::email_tokens::find(
        &backend.db,
        &hash(token.expose_secret().trim()),
        backend.clock.now(),
    )
    .await?)
}

/// Uses the link up.
pub async fn take(
    backend: &Backend,
    tx: &mut db::Tx,
    token: &SecretString,
) -> Result<Option<Link>> {
    Ok(db::email_tokens::take(tx, &hash(token.expose_secret().trim()), backend.clock.now()).await?)
}
