//! Mail: written down in the transaction that causes it, sent afterwards, at least once.

use chrono::{DateTime, Duration, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::jobs::{self, Attempt, Job, Outcome, Priority};
use super::{Error, Result, unreadable};
use crate::model::{MailView, Part, UnsentMail, WrittenMail};
use crate::server::Backend;
use crate::server::db::{self, Tx};
use crate::server::failpoint::failpoint;
use crate::server::identity::Actor;
use crate::server::locale::Locale;
use crate::server::mail::{self, OutgoingMail};
use crate::server::metrics;
use crate::server::vault::SealContext;

/// A mail that could not be sent for so long is given up.
const TRIED: Duration = Duration::days(1);

/// A mail to somebody: plain text.
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// May hold a link that is a secret; sealed in the database.
    pub text: SecretString,
}

fn seal_context(id: Uuid) -> SealContext {
    SealContext::new("outgoing_emails", id, "body")
}

/// Writes a mail down, to be sent once this transaction is committed, and never if it is not. What
/// somebody waits for is urgent; what goes to many must hold up nothing else.
pub async fn post(backend: &Backend, tx: &mut Tx, mail: Mail, priority: Priority) -> Result<()> {
    let id = Uuid::now_v7();
    let body = backend.vault.seal(&mail.text, seal_context(id));
    db::outgoing_emails::insert(tx, id, &mail.to, &mail.subject, &body, backend.clock.now())
        .await?;
    jobs::enqueue(backend, tx, Job::SendMail { id }.with_priority(priority)).await
}

/// The job: sends a mail. What a failure means is judged here, where it is known.
pub async fn send(attempt: &Attempt<'_>, id: Uuid) -> Result<Outcome> {
    let backend = attempt.backend;
    // Sent already, or its recipient has left.
    let Some(mail) = db::outgoing_emails::find(&backend.db, id).await? else {
        return Ok(Outcome::Done);
    };
    let outcome = match backend.vault.open(&mail.body, seal_context(id)) {
        Ok(text) => deliver(attempt, mail, text).await?,
        Err(error) => {
            unreadable::report("outgoing_emails", &id, error);
            Outcome::Failed { reason: "Its sealed text does not open.".into() }
        }
    };
    if let Outcome::Again { reason, .. } | Outcome::Failed { reason } = &outcome {
        let next_try_at = outcome.next_at();
        db::outgoing_emails::record_failure(&backend.db, id, reason, attempt.number, next_try_at)
            .await?;
    }
    Ok(outcome)
}

async fn deliver(
    attempt: &Attempt<'_>,
    mail: db::outgoing_emails::OutgoingEmail,
    text: SecretString,
) -> Result<Outcome> {
    let backend = attempt.backend;
    let (id, at) = (mail.id, mail.created_at);
    let outgoing = OutgoingMail { id, to: mail.recipient, subject: mail.subject, text, at };
    let sent = backend.mailer.send(&outgoing, backend.clock.now()).await;
    metrics::mail(sent.is_ok());
    if let Err(error) = sent {
        remember(backend, db::server_facts::MAIL_FAILED).await?;
        return Ok(judge(attempt, at, &error));
    }
    failpoint!("mail.sent");
    db::outgoing_emails::delete(&backend.db, id).await?;
    remember(backend, db::server_facts::MAIL_SENT).await?;
    Ok(Outcome::Done)
}

/// A refusal for good is not repeated (RFC 5321, 4.2.1); everything else passes, for a day.
fn judge(attempt: &Attempt<'_>, posted: DateTime<Utc>, error: &mail::Error) -> Outcome {
    let is_over = posted + TRIED <= attempt.backend.clock.now();
    if is_over || error.is_permanent() {
        Outcome::Failed { reason: error.to_string() }
    } else {
        attempt.retry(error.to_string())
    }
}

/// For whoever asks how the server is.
async fn remember(backend: &Backend, what: &str) -> Result<()> {
    Ok(db::server_facts::set(&backend.db, what, &backend.clock.now().to_rfc3339()).await?)
}

/// For operators: what waits, and - where no mail server is set up - what was written.
pub async fn overview(backend: &Backend, actor: &Actor) -> Result<MailView> {
    if !actor.operator {
        return Err(Error::Forbidden);
    }
    let reader = Locale::new(backend.clock.now(), &actor.time_zone);
    let unsent =
        db::outgoing_emails::unsent(&backend.db).await?.into_iter().map(|mail| UnsentMail {
            to: mail.recipient,
            subject: mail.subject,
            posted: reader.relative(mail.created_at),
            attempts: mail.attempts,
            next: mail.next_try_at.map(|at| reader.relative(at)),
            problem: mail.last_error,
        });
    let base = backend.config.public_url();
    let written = backend.mailer.list_written().await.map(|mails| {
        let view = |mail: OutgoingMail| WrittenMail {
            to: mail.to,
            subject: mail.subject,
            written: reader.relative(mail.at),
            text: parts(mail.text.expose_secret(), base.as_str().trim_end_matches('/')),
        };
        mails.into_iter().map(view).collect()
    });
    Ok(MailView { unsent: unsent.collect(), written })
}

/// A text with our own addresses in it as links; no other address is one.
fn parts(text: &str, base: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(base) {
        let (before, from) = rest.split_at(at);
        let (link, after) = from.split_at(from.find(char::is_whitespace).unwrap_or(from.len()));
        parts.push(Part { text: before.to_owned(), link: false });
        let ours = link[base.len()..].starts_with('/');
        parts.push(Part { text: link.to_owned(), link: ours });
        rest = after;
    }
    parts.push(Part { text: rest.to_owned(), link: false });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_are_links() {
        let base = "https://huntaze.example";
        let text = "Open\nhttps://huntaze.example/reset#1 or https://huntaze.example.evil/x or \
            https://evil.example/y";
        let parts = parts(text, base);
        let links: Vec<_> =
            parts.iter().filter(|part| part.link).map(|part| part.text.as_str()).collect();
        assert_eq!(links, ["https://huntaze.example/reset#1"]);
        assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<String>(), text);
    }
}
