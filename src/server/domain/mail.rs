//! Mail: written down in the transaction that causes it, sent afterwards, at least once.

use chrono::{DateTime, Duration, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::job::{self, Job};
use super::words::Reader;
use super::{Error, Result};
use crate::model::{LetterView, MailView, Part, StuckMail};
use crate::server::Backend;
use crate::server::db::{self, Tx};
use crate::server::failpoint::failpoint;
use crate::server::mail::{self, Letter};
use crate::server::metrics;
use crate::server::session::Actor;
use crate::server::vault::Place;

const FIRST_PAUSE: Duration = Duration::minutes(1);
const LONGEST_PAUSE: Duration = Duration::hours(1);
/// A mail that could not be sent for so long is given up, and shown to the operators for a week.
const TRIED: Duration = Duration::days(1);
const SHOWN: Duration = Duration::days(7);
/// Nobody else sends a mail that is being sent; longer than any attempt takes.
const CLAIM: Duration = Duration::minutes(2);

/// A mail to somebody: plain text.
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// May hold a link that is a secret; sealed in the database.
    pub text: SecretString,
}

fn place(id: Uuid) -> Place {
    Place::new("mails", id, "body")
}

/// Writes a mail down, to be sent once this transaction is committed, and never if it is not.
pub async fn post(backend: &Backend, tx: &mut Tx, mail: Mail) -> Result<()> {
    let id = Uuid::now_v7();
    let body = backend.vault.seal(&mail.text, place(id));
    db::mails::insert(tx, id, &mail.to, &mail.subject, &body, backend.clock.now()).await?;
    job::enqueue(backend, tx, Job::SendMail).await
}

/// Sends everything that is due.
pub async fn send_due(backend: &Backend) -> Result<()> {
    let now = backend.clock.now();
    for (id,) in db::mails::due(&backend.db, now).await? {
        let Some(mail) = db::mails::claim(&backend.db, id, now, now + CLAIM).await? else {
            continue;
        };
        // Where nobody answers, the others would only wait for nothing; their turn comes with the
        // next round.
        if let Err(mail::Error::Unreachable(_)) = send(backend, mail).await? {
            break;
        }
    }
    db::mails::delete_given_up(&backend.db, now - SHOWN).await?;
    Ok(())
}

/// Sends a mail, and crosses it off or puts it off. Fails only if that can't be written.
async fn send(backend: &Backend, mail: db::mails::Claimed) -> Result<Result<(), mail::Error>> {
    let text = match backend.vault.open(&mail.body, place(mail.id)) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(mail = %mail.id, "mail given up: {error}");
            db::mails::postpone(&backend.db, mail.id, "its sealed text does not open", None)
                .await?;
            return Ok(Ok(()));
        }
    };
    let letter = Letter {
        id: mail.id,
        to: mail.recipient,
        subject: mail.subject,
        text,
        at: mail.created_at,
    };
    let sent = backend.mailer.send(&letter).await;
    match &sent {
        Ok(()) => {
            failpoint!("mail.sent");
            metrics::mail(true);
            tracing::info!(mail = %letter.id, attempts = mail.attempts, "mail sent");
            db::mails::delete(&backend.db, letter.id).await?;
            remember(backend, db::facts::MAIL_SENT).await?;
        }
        Err(error) => {
            let next_at = next_attempt(letter.at, mail.attempts, backend.clock.now());
            metrics::mail(false);
            tracing::warn!(mail = %letter.id, attempts = mail.attempts,
                given_up = next_at.is_none(), "mail not sent: {error}");
            db::mails::postpone(&backend.db, letter.id, &error.to_string(), next_at).await?;
            remember(backend, db::facts::MAIL_FAILED).await?;
        }
    }
    Ok(sent)
}

/// For whoever asks how the server is.
async fn remember(backend: &Backend, what: &str) -> Result<()> {
    Ok(db::facts::set(&backend.db, what, &backend.clock.now().to_rfc3339()).await?)
}

fn next_attempt(posted: DateTime<Utc>, attempts: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = FIRST_PAUSE * 2i32.pow(attempts.clamp(1, 10) as u32 - 1);
    (now < posted + TRIED).then(|| now + pause.min(LONGEST_PAUSE))
}

/// For operators: what waits, and - where no mail server is set up - what was written.
pub async fn overview(backend: &Backend, actor: &Actor) -> Result<MailView> {
    if !actor.operator {
        return Err(Error::Forbidden);
    }
    let reader = Reader::new(backend.clock.now(), &actor.time_zone);
    let stuck = db::mails::stuck(&backend.db).await?.into_iter().map(|mail| StuckMail {
        to: mail.recipient,
        subject: mail.subject,
        posted: reader.relative(mail.created_at),
        attempts: mail.attempts,
        next: mail.next_at.map(|at| reader.relative(at)),
        problem: mail.problem,
    });
    let base = backend.config.public_url();
    let written = backend.mailer.kept().await.map(|letters| {
        let view = |letter: Letter| LetterView {
            to: letter.to,
            subject: letter.subject,
            written: reader.relative(letter.at),
            text: parts(letter.text.expose_secret(), base.as_str().trim_end_matches('/')),
        };
        letters.into_iter().map(view).collect()
    });
    Ok(MailView { stuck: stuck.collect(), written })
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

    #[test]
    fn a_mail_is_tried_for_a_day_with_growing_pauses() {
        let posted = DateTime::from_timestamp(1_795_000_000, 0).expect("a time");
        let (mut now, mut attempts) = (posted, 0);
        while let Some(next) = next_attempt(posted, attempts + 1, now) {
            assert!(next - now >= FIRST_PAUSE && next - now <= LONGEST_PAUSE);
            (now, attempts) = (next, attempts + 1);
        }
        assert!(now - posted >= TRIED && now - posted < TRIED + LONGEST_PAUSE);
        assert!((25..35).contains(&attempts), "{attempts}");
    }
}
