//! What can go wrong.

#![warn(missing_docs)]

use chrono::{DateTime, Utc};

use crate::model::FieldError;
use crate::server::{db, platform, vault};

mod callback;
mod into_app_error;

pub use callback::CallbackError;

/// What almost everything on the server returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the server's own code fails with; [`Error::into_app_error`] makes it fit for people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of a form or a body do not pass, each with its sentence.
    #[error("input refused: {0:?}")]
    Validation(Vec<FieldError>),
    /// No session and no token, or one that is over.
    #[error("not logged in")]
    Unauthorized,
    /// Somebody is logged in whose role is too low, or who does not run this server.
    #[error("the role does not allow this")]
    Forbidden,
    /// There is none, or it is another workspace's; the word names the kind of thing.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The same whether the address or the password is wrong: neither is told to strangers.
    #[error("e-mail and password do not match")]
    WrongLogin,
    /// Another user has the address already.
    #[error("e-mail taken")]
    EmailTaken,
    /// A link of a mail that is no longer good, or never was.
    #[error("the e-mail token was used, or has expired")]
    EmailTokenExpired,
    /// The configuration takes no new users.
    #[error("registration is closed")]
    RegistrationClosed,
    /// The workspace's plan holds no more accounts.
    #[error("{used} of {limit} accounts in use")]
    TierLimit {
        /// Accounts that are connected now.
        used: i64,
        /// Accounts that the plan holds.
        limit: u32,
    },
    /// A platform has no credentials on this server.
    #[error("{name} is not set up: {missing:?}")]
    NotConfigured {
        /// The platform's name for people.
        name: &'static str,
        /// The settings that have no value.
        missing: Vec<&'static str>,
    },
    /// The account is in a state in which this can't be done; the text says which and what to do.
    #[error("conflict: {sentence}")]
    Conflict {
        /// What is in the way, for people.
        sentence: String,
        /// What they can do about it.
        next: String,
    },
    /// Somebody asks again before it is allowed or of any use.
    #[error("too soon: {sentence}")]
    TooSoon {
        /// Why, for people.
        sentence: String,
        /// When it may be tried again, where that is known.
        again: Option<chrono::DateTime<chrono::Utc>>,
    },
    /// A password is tried too soon after too many wrong ones.
    #[error("too many wrong passwords: {wait:?} to wait")]
    TooManyPasswordAttempts {
        /// How long to wait from now.
        wait: std::time::Duration,
        /// The same as a moment.
        until: chrono::DateTime<chrono::Utc>,
    },
    /// More is asked for at this moment than can be done.
    #[error("too much at once")]
    Busy {
        /// When it is worth asking again.
        until: DateTime<Utc>,
    },
    /// Somebody came back from a platform, and nothing was connected.
    #[error("callback: {0}")]
    Callback(#[from] CallbackError),
    /// A call to a platform failed.
    #[error("{name}: {error}")]
    Platform {
        /// The platform's name for people.
        name: &'static str,
        /// As the platform's adapter understood its answer.
        error: platform::Error,
    },
    /// The platform does not answer anybody at the moment.
    #[error("{name} is in trouble until {until}")]
    PlatformTrouble {
        /// The platform's name for people.
        name: &'static str,
        /// Nobody calls it before this time.
        until: DateTime<Utc>,
    },
    /// Another process is renewing the token, and takes long.
    #[error("the token is being renewed elsewhere")]
    Refreshing,
    /// The work was cut off, by a stop of the server.
    #[error("interrupted")]
    Interrupted,
    /// What somebody else's attempt came to, which this one waited for.
    #[error("{0}")]
    Shared(std::sync::Arc<Error>),
    /// A profile's metadata is not what its platform's adapter declares.
    #[error("metadata of {name}: {what}")]
    Metadata {
        /// The platform's name for people.
        name: &'static str,
        /// What does not fit, for the log.
        what: String,
    },
    /// What is stored to access the account opens with no key of this server.
    #[error("the stored credential of a {name} account does not open")]
    Unreadable {
        /// The platform's name for people.
        name: &'static str,
    },
    /// A query failed, or the database is out of reach.
    #[error("database: {0}")]
    Database(#[from] db::Error),
    /// A sealed value does not open; people read [`Error::Unreadable`] of a credential.
    #[error("vault: {0}")]
    Vault(#[from] vault::Error),
    /// Hashing a password or signing an access token failed: never the caller's fault.
    #[error("password hashing: {0}")]
    Hashing(String),
}

impl Error {
    /// A single field's sentence.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Validation(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// What it is called in metrics and log lines.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Callback(error) => error.as_str(),
            Self::Platform { error, .. } => error.as_str(),
            Self::Validation(_) => "validation",
            Self::Forbidden => "forbidden",
            Self::NotFound(_) => "not_found",
            Self::TierLimit { .. } => "tier_limit",
            Self::NotConfigured { .. } => "not_configured",
            Self::Conflict { .. } => "conflict",
            Self::Metadata { .. } => "metadata",
            Self::Unreadable { .. } => "unreadable",
            Self::Database(_) => "database",
            Self::Vault(_) => "vault",
            _ => "other",
        }
    }

    /// The outcome of an attempt that several waited for.
    pub fn shared(error: std::sync::Arc<Error>) -> Self {
        match std::sync::Arc::try_unwrap(error) {
            Ok(error) => error,
            Err(error) => match &*error {
                Self::Platform { name, error } => Self::Platform { name, error: error.clone() },
                Self::PlatformTrouble { name, until } => {
                    Self::PlatformTrouble { name, until: *until }
                }
                Self::NotFound(what) => Self::NotFound(what),
                Self::Refreshing => Self::Refreshing,
                Self::Unreadable { name } => Self::Unreadable { name },
                _ => Self::Shared(error),
            },
        }
    }

    /// Passes by itself: a token that still lives may be used meanwhile.
    pub fn passes(&self) -> bool {
        match self {
            Self::Platform { error, .. } => error.class() != platform::Class::Permanent,
            Self::PlatformTrouble { .. } | Self::Refreshing => true,
            _ => false,
        }
    }

    /// When it is worth asking again, where somebody has said so (requirement S5).
    pub fn again(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        match self {
            Self::Platform { error: platform::Error::RateLimited { until, .. }, .. } => {
                Some(*until)
            }
            Self::PlatformTrouble { until, .. }
            | Self::TooManyPasswordAttempts { until, .. }
            | Self::Busy { until } => Some(*until),
            Self::TooSoon { again, .. } => *again,
            Self::Shared(error) => error.again(),
            _ => None,
        }
    }

    /// The same in whole seconds, one at least.
    pub fn seconds_to_wait(&self, now: DateTime<Utc>) -> Option<u64> {
        let wait = (self.again()? - now).num_milliseconds().max(1);
        Some(wait.unsigned_abs().div_ceil(1000))
    }

    /// The platform's trouble in a sentence, where that is what this is: a test of a connection
    /// then has a result.
    pub fn of_platform(&self) -> Option<String> {
        match self {
            Self::Platform { .. }
            | Self::PlatformTrouble { .. }
            | Self::Refreshing
            | Self::Unreadable { .. } => Some(self.as_app_error().sentence),
            _ => None,
        }
    }
}
