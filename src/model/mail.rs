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
    pub to: String,
    pub subject: String,
    pub posted: Timestamp,
    pub attempts: i64,
    /// When it is tried again; `None` when it was given up.
    pub next: Option<Timestamp>,
    pub problem: Option<String>,
}

/// A mail that was written to a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WrittenMail {
    pub to: String,
    pub subject: String,
    pub written: Timestamp,
    pub text: Vec<Part>,
}

/// A piece of a mail's text: words, or an address of our own to follow.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    pub text: String,
    pub link: bool,
}
