//! The journal of refreshes. An answer is made durable before anybody uses it, and from then on no
//! crash loses it: whoever comes first - the one who asked, or [`recover`] - puts it into the
//! account's row.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::schedule;
use crate::model::Status;
use crate::server::Backend;
use crate::server::db::{self, Tx, accounts::Account, pending::Revocation, refreshes::Line};
use crate::server::domain::accounts::standing::{self, Standing};
use crate::server::domain::accounts::{access_place, entry, refresh_place, revoke};
use crate::server::domain::{Error, Result};
use crate::server::platform::{Grant, Held};
use crate::server::vault::Place;

/// An answer may be the only live pair there is: a database that is busy or away is asked again for
/// this long.
const TRIES: u32 = 20;
const PAUSE: StdDuration = StdDuration::from_millis(250);

/// An answer as it is sealed. It exists in the clear only inside this module and has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    access: String,
    refresh: Option<String>,
    token_type: String,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    refresh_expires_at: Option<DateTime<Utc>>,
    grant_key: Option<String>,
}

/// What became of an answer.
pub(super) enum Settled {
    Stored,
    /// A newer pair stands in the row.
    Superseded,
    /// The account was disconnected meanwhile: that the grant has to be given back is written down,
    /// unless somebody else lives by it.
    Orphaned(Option<Revocation>),
}

impl Settled {
    /// What can be done at once when the transaction has committed; a job does it otherwise.
    pub(super) async fn attempt(self, backend: &Backend) {
        if let Self::Orphaned(Some(revocation)) = self
            && let Ok(entry) = entry(backend, revocation.provider.as_str())
        {
            revoke::attempt(backend, entry, &revocation).await;
        }
    }
}

fn place(id: Uuid) -> Place {
    Place::new("refresh_journal", id, "answer")
}

/// What tells one credential from another without being one: the refresh token, or where there is
/// none the access token.
pub(super) fn fingerprint(held: &Held) -> Vec<u8> {
    Sha256::digest(held.refresh.as_ref().unwrap_or(&held.access).expose_secret()).to_vec()
}

impl Answer {
    pub(super) fn of(grant: &Grant, issued_at: DateTime<Utc>) -> Self {
        Self {
            access: grant.access.expose_secret().to_owned(),
            refresh: grant.refresh.as_ref().map(|secret| secret.expose_secret().to_owned()),
            token_type: grant.token_type.clone(),
            issued_at,
            expires_at: grant.expires_in.map(|life| issued_at + life),
            refresh_expires_at: grant.refresh_expires_in.map(|life| issued_at + life),
            grant_key: grant.grant_key.clone(),
        }
    }

    /// Writes it down for good, unless its account's row is gone. Strings and times always
    /// serialise.
    pub(super) async fn keep(&self, backend: &Backend, line: &Line) -> Result<()> {
        let text: SecretString =
            serde_json::to_string(self).expect("strings and times serialise").into();
        let sealed = backend.vault.seal(&text, place(line.id));
        let mut tried = 0;
        loop {
            match db::refreshes::answer(&backend.db, line, &sealed).await {
                Err(error)
                    if error
                        .as_database_error()
                        .is_some_and(|error| error.is_foreign_key_violation()) =>
                {
                    return Err(Error::NotFound("account"));
                }
                Err(error) if tried < TRIES => {
                    tried += 1;
                    tracing::error!(account = %line.account_id, tried, "an answer is not durable \
                        yet: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return Ok(outcome?),
            }
        }
    }

    fn read(backend: &Backend, line: &Line, sealed: &[u8]) -> Result<Self> {
        let text = backend.vault.open(sealed, place(line.id))?;
        serde_json::from_str(text.expose_secret()).map_err(|_| Error::NotFound("answer"))
    }

    /// Whether it brings anything that the row does not have. Where refresh tokens stay, a late
    /// answer carries the stored one; it then counts only if nobody renewed since it was asked for,
    /// or if it lives longer.
    fn is_news(&self, account: &Account, held: &Held, line: &Line) -> bool {
        let (new, old) =
            (self.refresh.as_deref(), held.refresh.as_ref().map(ExposeSecret::expose_secret));
        let rotated = new.is_some() && new != old;
        let lives_longer =
            account.expires_at.is_none_or(|end| self.expires_at.is_none_or(|new| new > end));
        rotated || account.issued_at <= line.began_at || lives_longer
    }

    /// Puts it into the account's row and closes its line. It is accepted, however late, as long as
    /// the row holds the credential it came from: often it is the only live pair. A row that moved
    /// on holds a newer one, which is never overwritten.
    pub(super) async fn settle(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        line: &Line,
    ) -> Result<Settled> {
        let account = loop {
            let Some(account) =
                db::accounts::find_in(tx, line.workspace_id, line.account_id).await?
            else {
                // Gone with its workspace, and this line with it.
                return Ok(Settled::Superseded);
            };
            if account.status == Status::Former {
                // Whoever closes the line gives back what it holds.
                if !db::refreshes::close(tx, line.id).await? {
                    return Ok(Settled::Superseded);
                }
                let entry = entry(backend, account.provider.as_str())?;
                return Ok(Settled::Orphaned(
                    revoke::write_down(backend, tx, entry, self.held()).await?,
                ));
            }
            // What does not open is healed by an answer rather than kept.
            let held = super::open(backend, &account).ok();
            if held.is_some_and(|held| {
                fingerprint(&held) != line.came_from || !self.is_news(&account, &held, line)
            }) {
                db::refreshes::close(tx, line.id).await?;
                return Ok(Settled::Superseded);
            }
            if self.swap(backend, tx, &account).await? {
                break account;
            }
        };
        standing::follow_unasked(backend, tx, &account, &healed(&account)).await?;
        db::refreshes::close_unanswered(tx, line.account_id, line.epoch).await?;
        db::refreshes::close(tx, line.id).await?;
        Ok(Settled::Stored)
    }

    async fn swap(&self, backend: &Backend, tx: &mut Tx, account: &Account) -> Result<bool> {
        let now = backend.clock.now();
        let refresh = self
            .refresh
            .clone()
            .map(|text| backend.vault.seal(&text.into(), refresh_place(account.id)));
        let healed = healed(account);
        let renewed = db::accounts::Renewed {
            access_token: &backend
                .vault
                .seal(&self.access.clone().into(), access_place(account.id)),
            refresh_token: refresh.as_deref(),
            token_type: &self.token_type,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            refresh_expires_at: self.refresh_expires_at,
            next_refresh_at: schedule::next(
                entry(backend, account.provider.as_str())?,
                self.issued_at,
                self.expires_at,
                now,
            ),
            status: healed.status,
            why: healed.reason().zip(healed.say()),
            now,
        };
        Ok(db::accounts::renew(tx, account, &renewed).await?)
    }

    fn held(&self) -> Held {
        Held {
            access: self.access.clone().into(),
            refresh: self.refresh.clone().map(Into::into),
            grant_key: self.grant_key.clone(),
        }
    }
}

/// How an account stands with a new token. What a token can't mend - permissions, a suspension -
/// stays until a look says otherwise.
fn healed(account: &Account) -> Standing {
    let stands = Standing::of(account);
    if stands.token_works() { stands } else { Standing::HEALTHY }
}

/// Settles every durable answer of an account, inside the transaction that holds its lease.
pub(super) async fn settle_all(backend: &Backend, tx: &mut Tx, lines: &[Line]) -> Result<()> {
    for line in lines {
        let Some(sealed) = &line.answer else { continue };
        match Answer::read(backend, line, sealed) {
            Ok(answer) => _ = answer.settle(backend, tx, line).await?,
            // Another key may open it one day; until then it must not stand in the way of a new
            // one.
            Err(error) => {
                tracing::error!(account = %line.account_id, "an answer in the journal does not \
                    open: {error}")
            }
        }
    }
    Ok(())
}

/// Puts durable answers that a crash left behind into their rows. May run beside those who asked:
/// whoever is second finds nothing to do.
pub async fn recover(backend: &Backend) -> Result<()> {
    for line in db::refreshes::answered(&backend.db).await? {
        let Some(sealed) = &line.answer else { continue };
        let answer = match Answer::read(backend, &line, sealed) {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(account = %line.account_id, "an answer in the journal does not \
                    open: {error}");
                continue;
            }
        };
        let mut tx = backend.db.begin().await?;
        let settled = answer.settle(backend, &mut tx, &line).await?;
        tx.commit().await?;
        tracing::warn!(account = %line.account_id, stored = matches!(settled, Settled::Stored),
            "an answer was recovered");
        settled.attempt(backend).await;
    }
    Ok(())
}
