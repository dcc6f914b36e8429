//! Sending mail: by SMTP where that is configured, else into files that the operators read in the
//! app.

#![warn(missing_docs)]

mod files;
mod smtp;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

pub use self::smtp::Smtp;
use super::config::Config;

/// A mail as it goes out. It has no `Debug`: a link in it may be a secret.
pub struct OutgoingMail {
    /// The outbox's id: the same for every attempt, so that receivers recognise a mail that was
    /// sent twice (RFC 5322, 3.6.4).
    pub id: Uuid,
    /// One bare address, without a name.
    pub to: String,
    /// As written: line breaks are taken out when the header is made.
    pub subject: String,
    /// Plain text; links in it may let their reader in.
    pub text: SecretString,
    /// Its `Date` header.
    pub at: DateTime<Utc>,
}

/// Why a mail was not sent. Never the server's own words: they may repeat what they were sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Found at the start, before any mail.
    #[error(
        "setting mail.url: it is not understood\n  fix: smtps://user:password@host, or \
         smtp://user:password@host?tls=required"
    )]
    Url,
    /// The recipient's address does not parse (RFC 5321, 4.1.2).
    #[error("the address is not one")]
    Address,
    /// The server answered, and did not take the mail.
    #[error("the mail server answered {code}")]
    Refused {
        /// The three digits of the reply (RFC 5321, 4.2).
        code: String,
        /// The same mail would be refused again; not said when only our login was refused.
        permanent: bool,
    },
    /// No connection, no TLS or no answer in time; the words say which.
    #[error("the mail server could not be reached: {0}")]
    Unreachable(&'static str),
    /// Writing the mail's file failed, such as on a full disk.
    #[error("the mail could not be written: {0}")]
    File(#[from] std::io::Error),
}

impl Error {
    /// Whether the same mail would be refused again.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Address | Self::Refused { permanent: true, .. })
    }
}

/// The way out.
pub enum Mailer {
    /// `mail.url` is set: mails reach people.
    Smtp(Box<Smtp>),
    /// No mail leaves the server.
    Files {
        /// One `.eml` file for each mail.
        folder: PathBuf,
        /// The `From` header, with a name.
        from: String,
        /// What follows the `@` in a Message-ID.
        host: String,
    },
}

impl Mailer {
    /// # Errors
    /// A `mail.url` that is none.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let host = config.public_url().host_str().unwrap_or("localhost").to_owned();
        match (&config.mail.url, &config.mail.from) {
            (Some(url), Some(from)) => Smtp::new(config, url, from).map(Box::new).map(Self::Smtp),
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

    /// Sends a mail. Sent twice it is the same mail: the same Message-ID, the same file.
    pub async fn send(&self, mail: &OutgoingMail, now: DateTime<Utc>) -> Result<(), Error> {
        match self {
            Self::Smtp(smtp) => smtp.send(mail, now).await,
            Self::Files { folder, from, host } => {
                let (path, text) =
                    (folder.join(format!("{}.eml", mail.id)), files::file_text(mail, from, host));
                tokio::task::spawn_blocking(move || files::write(&path, text.expose_secret()))
                    .await
                    .unwrap_or_else(|e| Err(e.into()))?;
                Ok(())
            }
        }
    }

    /// The mails that were written to files, newest first; `None` where they go out by SMTP.
    pub async fn list_written(&self) -> Option<Vec<OutgoingMail>> {
        let Self::Files { folder, .. } = self else { return None };
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || {
            files::files(&folder).into_iter().filter_map(|path| files::read(&path)).collect()
        })
        .await
        .ok()
    }
}

fn message_id(mail: &OutgoingMail, host: &str) -> String {
    format!("<{}@{host}>", mail.id)
}

/// A header is one line, whatever a name in it says (CWE-93).
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::files::{file_text, read, write};
    use super::smtp::message;
    use super::*;

    fn mail(subject: &str) -> OutgoingMail {
        let at = DateTime::from_timestamp(1_795_000_000, 0).expect("a time");
        let text = "Hello Zoë,\n\nhttps://huntaze.example/reset".to_owned().into();
        OutgoingMail {
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
            &mail("Hi\r\nBcc: everybody@example.com"),
            "Huntaze <huntaze@localhost>",
            "localhost",
        );
        let head = text.expose_secret().split_once("\n\n").expect("a head").0;
        assert!(
            head.contains("Subject: Hi  Bcc: everybody@example.com") && !head.contains("\nBcc"),
            "{head}"
        );
        let from = "huntaze@example.com".parse().expect("an address");
        let sent = message(&mail("Hi\r\nBcc: everybody@example.com"), from, "localhost")
            .expect("a message")
            .formatted();
        assert!(!String::from_utf8_lossy(&sent).contains("\nBcc"));
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let written = mail("Zoë, welcome");
        let path = folder.path().join(format!("{}.eml", written.id));
        write(
            &path,
            file_text(&written, "Huntaze <huntaze@localhost>", "localhost").expose_secret(),
        )
        .expect("written");
        let read = read(&path).expect("a mail");
        assert_eq!(
            (read.id, read.to, read.subject, read.at),
            (written.id, written.to, written.subject, written.at)
        );
        assert_eq!(read.text.expose_secret(), written.text.expose_secret());
    }
}
