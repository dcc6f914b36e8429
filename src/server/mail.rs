//! Sending mail: by SMTP where that is configured, else into files that the operators read in the
//! app.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use uuid::Uuid;

use super::config::Config;

/// A mail server that takes longer is tried again later.
const PATIENCE: Duration = Duration::from_secs(20);
/// Files beyond these are deleted, oldest first.
const KEPT: usize = 200;

/// A mail as it goes out. It has no `Debug`: a link in it may be a secret.
pub struct Letter {
    /// The outbox's id: the same for every attempt, so that receivers recognise a mail that was
    /// sent twice (RFC 5322, 3.6.4).
    pub id: Uuid,
    pub to: String,
    pub subject: String,
    pub text: SecretString,
    pub at: DateTime<Utc>,
}

/// Why a mail was not sent. Never the server's own words: they may repeat what they were sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "setting mail.url: it is not understood\n  fix: smtps://user:password@host, or \
         smtp://user:password@host?tls=required"
    )]
    Url,
    #[error("the address is not one")]
    Address,
    #[error("the mail server answered {code}")]
    Refused { code: String, permanent: bool },
    #[error("the mail server could not be reached: {0}")]
    Unreachable(&'static str),
    #[error("the mail could not be written: {0}")]
    File(#[from] std::io::Error),
}

impl Error {
    /// Whether the same mail would be refused again.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Address | Self::Refused { permanent: true, .. })
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

/// The way out.
pub enum Mailer {
    Smtp(Box<Smtp>),
    Files { folder: PathBuf, from: String, host: String },
}

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
    outage: Outage,
}

impl Smtp {
    async fn send(&self, letter: &Letter, now: DateTime<Utc>) -> Result<(), Error> {
        if self.outage.lasts(now) {
            return Err(Error::Unreachable("it did not answer a moment ago"));
        }
        let message = message(letter, self.from.clone(), &self.host)?;
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

impl Mailer {
    /// # Errors
    /// A `mail.url` that is none.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let host = config.public_url().host_str().unwrap_or("localhost").to_owned();
        match (&config.mail.url, &config.mail.from) {
            (Some(url), Some(from)) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
                    .map_err(|_| Error::Url)?;
                let named = match config.public_url().domain() {
                    Some(domain) => builder.hello_name(ClientId::Domain(domain.to_owned())),
                    None => builder,
                };
                let transport = named.timeout(Some(PATIENCE)).build();
                let from = from.parse().map_err(|_| Error::Address)?;
                let outage = Outage::default();
                Ok(Self::Smtp(Box::new(Smtp { transport, from, host, outage })))
            }
            (_, from) => Ok(Self::Files {
                folder: config.server.data_dir.join("mail"),
                from: from.clone().unwrap_or_else(|| format!("Huntaze <huntaze@{host}>")),
                host,
            }),
        }
    }

    /// How mail goes out, in a word.
    pub fn mode(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Files { .. } => "files",
        }
    }

    /// Sends a letter. Sent twice it is the same letter: the same Message-ID, the same file.
    pub async fn send(&self, letter: &Letter, now: DateTime<Utc>) -> Result<(), Error> {
        match self {
            Self::Smtp(smtp) => smtp.send(letter, now).await,
            Self::Files { folder, from, host } => {
                let (path, text) =
                    (folder.join(format!("{}.eml", letter.id)), file_text(letter, from, host));
                tokio::task::spawn_blocking(move || write(&path, text.expose_secret()))
                    .await
                    .unwrap_or_else(|e| Err(e.into()))?;
                Ok(())
            }
        }
    }

    /// The letters that were written to files, newest first; `None` where they go out by SMTP.
    pub async fn kept(&self) -> Option<Vec<Letter>> {
        let Self::Files { folder, .. } = self else { return None };
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || {
            files(&folder).into_iter().filter_map(|path| read(&path)).collect()
        })
        .await
        .ok()
    }
}

fn message_id(letter: &Letter, host: &str) -> String {
    format!("<{}@{host}>", letter.id)
}

fn message(letter: &Letter, from: Mailbox, host: &str) -> Result<Message, Error> {
    let to = letter.to.parse().map_err(|_| Error::Address)?;
    Message::builder()
        .message_id(Some(message_id(letter, host)))
        .date(letter.at.into())
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .header(lettre::message::header::ContentType::TEXT_PLAIN)
        .body(letter.text.expose_secret().to_owned())
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

/// A header is one line, whatever a name in it says (CWE-93).
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// For people's eyes: text and headers in UTF-8 as they are (RFC 6532).
fn file_text(letter: &Letter, from: &str, host: &str) -> SecretString {
    let (id, date, to, subject) = (
        message_id(letter, host),
        letter.at.to_rfc2822(),
        one_line(&letter.to),
        one_line(&letter.subject),
    );
    format!(
        "Message-ID: {id}\nDate: {date}\nFrom: {from}\nTo: {to}\nSubject: {subject}\nMIME-Version: \
         1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n",
        letter.text.expose_secret()
    )
    .into()
}

/// Written for the owner alone from its first byte on, and whole or not at all.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let unfinished = path.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    files(folder).iter().skip(KEPT).try_for_each(std::fs::remove_file)
}

/// Newest first: ids begin with the time of their making.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let mut found: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "eml")).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}

/// Reads back what [`file_text`] wrote; any other file is none of ours.
fn read(path: &Path) -> Option<Letter> {
    let text = std::fs::read_to_string(path).ok()?;
    let (head, body) = text.split_once("\n\n")?;
    let header =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some(Letter {
        id: path.file_stem()?.to_str()?.parse().ok()?,
        to: header("To")?.to_owned(),
        subject: header("Subject")?.to_owned(),
        text: body.trim_end().to_owned().into(),
        at: DateTime::parse_from_rfc2822(header("Date")?).ok()?.to_utc(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str) -> Letter {
        let at = DateTime::from_timestamp(1_795_000_000, 0).expect("a time");
        let text = "Hello Zoë,\n\nhttps://huntaze.example/reset".to_owned().into();
        Letter {
            id: Uuid::now_v7(),
            to: "zoe@example.com".into(),
            subject: subject.into(),
            text,
            at,
        }
    }

    #[test]
    fn a_subject_can_not_add_a_header() {
        let text = file_text(
            &letter("Hi\r\nBcc: everybody@example.com"),
            "Huntaze <huntaze@localhost>",
            "localhost",
        );
        let head = text.expose_secret().split_once("\n\n").expect("a head").0;
        assert!(
            head.contains("Subject: Hi  Bcc: everybody@example.com") && !head.contains("\nBcc"),
            "{head}"
        );
        let from = "huntaze@example.com".parse().expect("an address");
        let sent = message(&letter("Hi\r\nBcc: everybody@example.com"), from, "localhost")
            .expect("a message")
            .formatted();
        assert!(!String::from_utf8_lossy(&sent).contains("\nBcc"));
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let written = letter("Zoë, welcome");
        let path = folder.path().join(format!("{}.eml", written.id));
        write(
            &path,
            file_text(&written, "Huntaze <huntaze@localhost>", "localhost").expose_secret(),
        )
        .expect("written");
        let read = read(&path).expect("a letter");
        assert_eq!(
            (read.id, read.to, read.subject, read.at),
            (written.id, written.to, written.subject, written.at)
        );
        assert_eq!(read.text.expose_secret(), written.text.expose_secret());
    }
}
