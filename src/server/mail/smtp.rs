//! Mail by SMTP.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::{Error, OutgoingMail, message_id, one_line};
use crate::server::config::Config;

/// A mail server that takes longer is tried again later.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
    outage: Outage,
}

impl Smtp {
    /// # Errors
    /// An address or a URL that is none.
    pub(super) fn new(config: &Config, url: &SecretString, from: &str) -> Result<Self, Error> {
        let host = config.public_url().host_str().unwrap_or("localhost").to_owned();
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| Error::Url)?;
        let named = match config.public_url().domain() {
            Some(domain) => builder.hello_name(ClientId::Domain(domain.to_owned())),
            None => builder,
        };
        let transport = named.timeout(Some(PATIENCE)).build();
        let from = from.parse().map_err(|_| Error::Address)?;
        Ok(Self { transport, from, host, outage: Outage::default() })
    }

    pub(super) async fn send(&self, mail: &OutgoingMail, now: DateTime<Utc>) -> Result<(), Error> {
        if self.outage.lasts(now) {
            return Err(Error::Unreachable("it did not answer a moment ago"));
        }
        let message = message(mail, self.from.clone(), &self.host)?;
        let sent = match timeout(PATIENCE * 2, self.transport.send(message)).await {
            Ok(answer) => answer.map(|_| ()).map_err(|error| smtp_error(&error)),
            Err(_) => Err(Error::Unreachable("it took too long")),
        };
        if let Err(Error::Unreachable(_)) = sent {
            self.outage.begin(now);
        }
        sent
    }
}

/// Until when nobody calls a mail server that did not answer: a thousand mails do not each wait for
/// nothing.
#[derive(Default)]
pub struct Outage(Mutex<Option<DateTime<Utc>>>);

impl Outage {
    const PAUSE: TimeDelta = TimeDelta::seconds(30);

    fn begin(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now + Self::PAUSE);
    }

    fn lasts(&self, now: DateTime<Utc>) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }
}

pub(super) fn message(mail: &OutgoingMail, from: Mailbox, host: &str) -> Result<Message, Error> {
    let to = mail.to.parse().map_err(|_| Error::Address)?;
    Message::builder()
        .message_id(Some(message_id(mail, host)))
        .date(mail.at.into())
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(one_line(&mail.subject))
        .header(lettre::message::header::ContentType::TEXT_PLAIN)
        .body(mail.text.expose_secret().to_owned())
        .map_err(|_| Error::Address)
}

/// Codes by which a mail server asks for other credentials (RFC 4954, 6): the operators' to mend,
/// nothing about this mail.
const CREDENTIALS: [u16; 4] = [530, 534, 535, 538];

fn smtp_error(error: &lettre::transport::smtp::Error) -> Error {
    match error.status() {
        Some(code) => Error::Refused {
            permanent: error.is_permanent() && !CREDENTIALS.contains(&code.into()),
            code: code.to_string(),
        },
        None if error.is_timeout() => Error::Unreachable("it took too long"),
        None if error.is_tls() => Error::Unreachable("TLS failed"),
        None => Error::Unreachable("no connection, or one that broke"),
    }
}
