//! What can go wrong.

use chrono::{DateTime, Utc};

use crate::model::FieldError;
use crate::server::{db, platform, vault};

mod callback;
mod into_app_error;

pub use callback::CallbackError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("input refused: {0:?}")]
    Validation(Vec<FieldError>),
    #[error("not logged in")]
    Unauthorized,
    #[error("the role does not allow this")]
    Forbidden,
    #[error("no such {0}")]
    NotFound(&'static str),
    #[error("e-mail and password do not match")]
    WrongLogin,
    #[error("e-mail taken")]
    EmailTaken,
    #[error("the e-mail token was used, or has expired")]
    EmailTokenExpired,
    #[error("registration is closed")]
    RegistrationClosed,
    #[error("{used} of {limit} accounts in use")]
    TierLimit { used: i64, limit: u32 },
    #[error("{name} is not set up: {missing:?}")]
    NotConfigured { name: &'static str, missing: Vec<&'static str> },
    /// The account is in a state in which this can't be done; the text says which and what to do.
    #[error("conflict: {sentence}")]
    Conflict { sentence: String, next: String },
    /// `again`: when it may be tried again, where that is known.
    #[error("too soon: {sentence}")]
    TooSoon { sentence: String, again: Option<chrono::DateTime<chrono::Utc>> },
    /// Too many wrong passwords: how long to wait, and until when.
    #[error("too many wrong passwords: {wait:?} to wait")]
    TooManyPasswordAttempts { wait: std::time::Duration, until: chrono::DateTime<chrono::Utc> },
    /// More is asked for at this moment than can be done; it is worth asking again then.
    #[error("too much at once")]
    Busy { until: DateTime<Utc> },
    #[error("callback: {0}")]
    Callback(#[from] CallbackError),
    #[error("{name}: {error}")]
    Platform { name: &'static str, error: platform::Error },
    /// The platform does not answer anybody at the moment; nobody calls it before this time.
    #[error("{name} is in trouble until {until}")]
    PlatformTrouble { name: &'static str, until: DateTime<Utc> },
    /// Another process is renewing the token, and takes long.
    #[error("the token is being renewed elsewhere")]
    Refreshing,
    /// The work was cut off, by a stop of the server.
    #[error("interrupted")]
    Interrupted,
    /// What somebody else's attempt came to, which this one waited for.
    #[error("{0}")]
    Shared(std::sync::Arc<Error>),
    #[error("metadata of {name}: {what}")]
    Metadata { name: &'static str, what: String },
    /// What is stored to access the account opens with no key of this server.
    #[error("the stored credential of a {name} account does not open")]
    Unreadable { name: &'static str },
    #[error("database: {0}")]
    Database(#[from] db::Error),
    #[error("vault: {0}")]
    Vault(#[from] vault::Error),
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
