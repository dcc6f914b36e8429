//! A refresh that the platform refused: what it means for the account (requirement T7).

use chrono::Duration;
use rand::RngExt;

use super::credential::open;
use super::refresh::Attempt;
use super::token::state_after;
use super::{account_state, entry, journal, require_active, timing};
use crate::model::Reason;
use crate::server::Backend;
use crate::server::db::{
    self, Tx,
    accounts::Account,
    tasks::{self, Kind},
};
use crate::server::domain::{Error, Result};
use crate::server::metrics::Refresh;
use crate::server::platform::{self, Class, Entry};

/// A platform that asks to wait for longer is believed so far: a token may end meanwhile.
const LONGEST_WAIT: Duration = Duration::hours(1);
/// After this the button asks again, whatever wait the platform named.
const LONGEST_HOLD: Duration = Duration::minutes(15);

impl Attempt {
    /// Acts on a refusal. Before it counts, the row is read once more: what somebody else stored
    /// meanwhile is what there is.
    pub async fn fail(
        &self,
        backend: &Backend,
        error: platform::Error,
    ) -> Result<(Refresh, Result<Account>)> {
        let entry = entry(backend, self.account.provider.as_str())?;
        tracing::warn!(
            platform = %entry.provider,
            account = %self.account.id,
            "token refresh failed: {error}"
        );
        let mut tx = backend.db.begin().await?;
        // The lease before the row, as in `begin_attempt`.
        let ours = self.release(&mut tx).await?;
        let lines = db::refreshes::of_account(&mut tx, self.account.id).await?;
        journal::settle_all(backend, &mut tx, &lines).await?;
        let account = require_active(
            db::accounts::find(&mut tx, self.account.workspace_id, self.account.id).await?,
        )?;
        let moved_on = open(backend, &account)
            .is_ok_and(|held| journal::fingerprint(&held) != self.line.credential_hash)
            || account.issued_at != self.account.issued_at;
        if moved_on || !ours {
            db::refreshes::close(&mut tx, self.line.id).await?;
            tx.commit().await?;
            let outcome = if moved_on {
                Ok(account)
            } else {
                Err(Error::Platform { name: &entry.info().name, error })
            };
            return Ok((Refresh::Superseded, outcome));
        }
        let (outcome, error) = match error.class() {
            Class::Permanent => {
                let error = self.explain_lost_answer(entry, error);
                self.mark_ended(backend, &mut tx, &account, &error).await?;
                (Refresh::Permanent, error)
            }
            Class::Transient => {
                self.postpone(backend, &mut tx, &account, &error).await?;
                (Refresh::Transient, error)
            }
            Class::Configuration => {
                // The operators' to mend, and theirs to be told: a line that alerts, and a count.
                tracing::error!(
                    platform = %entry.provider,
                    "platform rejected the configuration of this server: {error}"
                );
                self.postpone(backend, &mut tx, &account, &error).await?;
                (Refresh::Configuration, error)
            }
        };
        tx.commit().await?;
        Ok((outcome, Err(Error::Platform { name: &entry.info().name, error })))
    }

    /// A refusal after an answer that never came has that for its reason.
    fn explain_lost_answer(&self, entry: &Entry, error: platform::Error) -> platform::Error {
        if self.line.unanswered_attempts == 0 {
            return error;
        }
        let platform::Error::Reconnect { detail, .. } = error else { return error };
        let reason = Reason::AnswerLost;
        let message = format!(
            "{0} renewed this access once, but its answer never reached us, and {0} gives it only \
             once. Reconnect your account; its label and history stay.",
            entry.info().name
        );
        platform::Error::Reconnect { reason, message: message.into(), detail }
    }

    /// Only the person can renew it now.
    async fn mark_ended(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        account: &Account,
        error: &platform::Error,
    ) -> Result<()> {
        let now = backend.clock.now();
        if let Some(new) = state_after(account, error, now) {
            let next = account_state::next_refresh(backend, account, &new)?;
            if db::accounts::mark(
                tx,
                account,
                new.status,
                new.reason().zip(new.message()),
                next,
                now,
            )
            .await?
            {
                account_state::record_background_transition(backend, tx, account, &new).await?;
            }
        }
        // The row before the journal, as whoever disconnects it.
        Ok(db::refreshes::close_unanswered(tx, account.id, self.line.epoch).await?)
    }

    /// Tries again later; there is no limit to how often. An intent stays open where the platform
    /// may have renewed all the same.
    async fn postpone(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        account: &Account,
        error: &platform::Error,
    ) -> Result<()> {
        let (now, failures) = (backend.clock.now(), account.refresh_failures + 1);
        let asked = match error {
            platform::Error::RateLimited { until, .. } => Some((*until).min(now + LONGEST_WAIT)),
            _ => None,
        };
        let next = timing::next_try(now, failures, asked, rand::rng().random());
        // A person who presses the button need not believe so long a wait.
        let held = asked.map(|until| until.min(now + LONGEST_HOLD));
        tasks::postpone(tx, account.id, Kind::Refresh, next, failures, held).await?;
        if error.had_no_effect() && self.line.unanswered_attempts == 0 {
            db::refreshes::close(tx, self.line.id).await?;
        }
        Ok(())
    }
}
