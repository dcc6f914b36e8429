//! The audit log as its page shows it.

use serde::{Deserialize, Serialize};

use super::{AccountId, Timestamp, UserId};

/// What somebody did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(
    feature = "ssr",
    derive(sqlx::Type, utoipa::ToSchema),
    sqlx(type_name = "TEXT", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An account was connected that was not here, or had been disconnected.
    Connect,
    /// An account that is here got a new credential from its person.
    Reconnect,
    /// A person took an account out.
    Disconnect,
    /// A credential was renewed or a connection tested, by a person or by the server itself.
    Refresh,
    /// A person gave an account a label of their own, or took it away.
    Label,
    /// A person opened an account on this server.
    Register,
    /// A password was tried, rightly or wrongly.
    Login,
    /// A person ended the session they were in.
    Logout,
    /// A session ended from elsewhere, or because its refresh token was used twice.
    SessionRevoked,
    /// A new password by the link of a mail.
    PasswordReset,
    /// A new password by somebody who knew the old one.
    PasswordChanged,
    /// The link of a mail proved an address.
    EmailVerified,
    /// Another address was proved by the link of a mail, or asked for with a wrong password.
    EmailChanged,
    /// A person changed their name or time zone.
    Profile,
    /// A person deleted themselves and what is theirs.
    AccountDeleted,
    /// A key was added to the key file.
    KeyAdded,
    /// Another key seals or signs, and what was sealed is sealed anew.
    KeysRotated,
    /// A key that nothing needs any more was taken out.
    KeyDropped,
    /// An operator let a job that was given up start again.
    JobRetried,
    /// An operator threw away a job that had been given up.
    JobDiscarded,
}

impl Action {
    /// Every action by theme, for the filter.
    pub const GROUPS: [(&str, &[Self]); 3] = [
        (
            "Connections",
            &[Self::Connect, Self::Reconnect, Self::Disconnect, Self::Refresh, Self::Label],
        ),
        (
            "People",
            &[
                Self::Register,
                Self::Login,
                Self::Logout,
                Self::SessionRevoked,
                Self::PasswordReset,
                Self::PasswordChanged,
                Self::EmailVerified,
                Self::EmailChanged,
                Self::Profile,
                Self::AccountDeleted,
            ],
        ),
        (
            "Server",
            &[
                Self::KeyAdded,
                Self::KeysRotated,
                Self::KeyDropped,
                Self::JobRetried,
                Self::JobDiscarded,
            ],
        ),
    ];

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Connect => "Connect",
            Self::Reconnect => "Reconnect",
            Self::Disconnect => "Disconnect",
            Self::Refresh => "Renew access",
            Self::Label => "Label",
            Self::Register => "Create account",
            Self::Login => "Log in",
            Self::Logout => "Log out",
            Self::SessionRevoked => "Log out a device",
            Self::PasswordReset => "Reset password",
            Self::PasswordChanged => "Change password",
            Self::EmailVerified => "Verify e-mail",
            Self::EmailChanged => "Change e-mail",
            Self::Profile => "Profile",
            Self::AccountDeleted => "Delete account",
            Self::KeyAdded => "Add a key",
            Self::KeysRotated => "Rotate keys",
            Self::KeyDropped => "Drop a key",
            Self::JobRetried => "Retry a job",
            Self::JobDiscarded => "Discard a job",
        }
    }

    /// As it stands in addresses, in REST and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Reconnect => "reconnect",
            Self::Disconnect => "disconnect",
            Self::Refresh => "refresh",
            Self::Label => "label",
            Self::Register => "register",
            Self::Login => "login",
            Self::Logout => "logout",
            Self::SessionRevoked => "session_revoked",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::EmailVerified => "email_verified",
            Self::EmailChanged => "email_changed",
            Self::Profile => "profile",
            Self::AccountDeleted => "account_deleted",
            Self::KeyAdded => "key_added",
            Self::KeysRotated => "keys_rotated",
            Self::KeyDropped => "key_dropped",
            Self::JobRetried => "job_retried",
            Self::JobDiscarded => "job_discarded",
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(
    feature = "ssr",
    derive(sqlx::Type, utoipa::ToSchema),
    sqlx(type_name = "TEXT", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum AuditResult {
    /// It happened.
    Done,
    /// It was tried and refused, or went wrong; the line's detail says how.
    Failed,
}

/// Which lines to show, as it stands in an address: everything is text that somebody may have
/// typed, and nothing is the wish for all.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditQuery {
    /// [`Action::as_str`], for lines of one action.
    pub action: String,
    /// `done` or `failed`.
    pub result: String,
    /// Our id of the account that lines are about.
    pub account: String,
    /// The id of the person who did it.
    pub person: String,
    /// Days in the reader's time zone, both included: "2026-11-20".
    pub from: String,
    /// The last day, itself included.
    pub to: String,
    /// Text that has to occur in a line.
    pub search: String,
    /// Where the page before ended.
    pub before: String,
    /// Of the server itself instead of the workspace: for operators.
    pub server: bool,
}

impl AuditQuery {
    /// Takes a parameter of an address; `false`: there is none of that name.
    pub fn set(&mut self, name: &str, value: &str) -> bool {
        let field = match name {
            "action" => &mut self.action,
            "result" => &mut self.result,
            "account" => &mut self.account,
            "person" => &mut self.person,
            "from" => &mut self.from,
            "to" => &mut self.to,
            "search" => &mut self.search,
            "before" => &mut self.before,
            "server" => {
                self.server = value == "true";
                return true;
            }
            _ => return false,
        };
        value.clone_into(field);
        true
    }

    /// What is set, as parameters of an address.
    pub fn parameters(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("action", &self.action),
            ("result", &self.result),
            ("account", &self.account),
            ("person", &self.person),
            ("from", &self.from),
            ("to", &self.to),
            ("search", &self.search),
            ("before", &self.before),
        ];
        let set = all
            .into_iter()
            .map(|(name, value)| (name, value.as_str()))
            .filter(|(_, value)| !value.is_empty());
        set.chain(self.server.then_some(("server", "true"))).collect()
    }
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuditLine {
    /// When it happened, relative to the time of reading.
    pub at: Timestamp,
    /// What somebody did or tried.
    pub action: Action,
    /// Whether it was done.
    pub result: AuditResult,
    /// Who did it, and their id where it can be asked for.
    pub actor: String,
    /// `None` for the server itself, and for people who are not known here.
    pub person: Option<UserId>,
    /// `None` where it is not about one account.
    pub account: Option<AccountId>,
    /// What it was about, by the name it had then; may be empty.
    pub subject: String,
    /// What else there is to say, such as why it failed; may be empty.
    pub detail: String,
    /// Browser and system in words, and the address.
    pub device: String,
    /// Where the request came from; empty for what the server did by itself.
    pub ip: String,
    /// Finds the log lines of the same request or job.
    pub reference: String,
}

/// A page of lines, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuditPage {
    /// What was asked for, to fill the filter again.
    pub query: AuditQuery,
    /// One page of them at the most.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
    /// How long lines are kept, in days; nothing: for ever.
    pub kept_days: Option<u32>,
}
