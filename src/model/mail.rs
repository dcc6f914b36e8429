//! Mail, as operators see it.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The operators' page about mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailView {
    /// What waits or was given up, newest first.
    pub unsent: Vec<UnsentMail>,
    /// What was written to files, newest first; `None` where a mail server is set up.
    pub written: Option<Vec<WrittenMail>>,
}

/// A mail that could not be sent yet, or at all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnsentMail {
    /// One e-mail address.
    pub to: String,
    /// All that operators see of its content.
    pub subject: String,
    /// When it was put into the queue.
    pub posted: Timestamp,
    /// How often sending it was tried.
    pub attempts: i64,
    /// When it is tried again; `None` when it was given up.
    pub next: Option<Timestamp>,
    /// What went wrong last; `None` before the first attempt failed.
    pub problem: Option<String>,
}

/// A mail that was written to a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WrittenMail {
    /// One e-mail address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// When the file was written.
    pub written: Timestamp,
    /// The body, cut so that our own links can be followed.
    pub text: Vec<Part>,
}

/// A piece of a mail's text: words, or an address of our own to follow.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// As written; a link's address is its text.
    pub text: String,
    /// Whether it is an address on this server.
    pub link: bool,
}
