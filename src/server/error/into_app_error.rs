//! The one translation into what people see.

use chrono::{DateTime, Duration, Utc};

use super::Error;
use crate::error::{AppError, Kind};
use crate::model::FieldError;
use crate::server::locale::{self, Locale};
use crate::server::{db, platform, request_context};

impl Error {
    /// Logs what happened, once, and says it for people. `reference` is the correlation id.
    pub fn into_app_error(self, reference: &str) -> AppError {
        let mut error = self.as_app_error();
        if error.kind.status() >= 500 || matches!(self, Self::Platform { .. }) {
            tracing::error!(reference, kind = ?error.kind, "{self}");
        } else {
            tracing::info!(reference, kind = ?error.kind, "{self}");
        }
        error.reference = reference.to_owned();
        error
    }

    /// What happened, in one sentence for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Validation(fields) => {
                fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(" ")
            }
            other => other.as_app_error().sentence,
        }
    }

    pub(super) fn as_app_error(&self) -> AppError {
        match self {
            Self::Validation(fields) => AppError::validation(fields.clone()),
            Self::Unauthorized => AppError::unauthorized(),
            Self::Forbidden => AppError::new(
                Kind::Forbidden,
                "Your role in this workspace does not allow this.",
                "Ask its owner.",
            ),
            Self::NotFound(what) => AppError::not_found(what),
            Self::WrongLogin => AppError::new(
                Kind::Unauthorized,
                "This e-mail and password do not go together.",
                "Check both, mind capital letters, and try again.",
            ),
            Self::EmailTaken => {
                let mut error = AppError::new(
                    Kind::Conflict,
                    "There is an account with this e-mail already.",
                    "Log in instead.",
                );
                error.fields = vec![FieldError {
                    field: "email".into(),
                    message: "This e-mail is taken. Log in instead.".into(),
                }];
                error
            }
            Self::EmailTokenExpired => AppError::new(
                Kind::Conflict,
                "This link was used already, or is too old.",
                "Nothing was changed. Ask for a new one.",
            ),
            Self::RegistrationClosed => AppError::new(
                Kind::Forbidden,
                "This server takes no new registrations.",
                "Ask the people who run it.",
            ),
            Self::TierLimit { used, limit } => AppError::new(
                Kind::TierLimit,
                format!("Your plan holds {limit} accounts and {used} are connected."),
                "Disconnect one that you no longer need, then connect this one. Nothing was \
                 changed.",
            ),
            Self::NotConfigured { name, .. } => AppError::new(
                Kind::Conflict,
                format!("{name} is not set up on this server yet."),
                "The people who run it have to add its credentials first.",
            ),
            Self::Conflict { sentence, next } => {
                AppError::new(Kind::Conflict, sentence.clone(), next.clone())
            }
            Self::TooSoon { sentence, .. } => {
                AppError::new(Kind::RateLimited, sentence.clone(), "")
            }
            Self::TooManyPasswordAttempts { wait, .. } => AppError::new(
                Kind::RateLimited,
                "There were too many wrong passwords.",
                format!(
                    "Nothing is locked. Try again in {}, or choose a new password with \"Forgot \
                     your password?\".",
                    locale::span(*wait)
                ),
            ),
            Self::Busy { .. } => AppError::new(
                Kind::Busy,
                "The server is busy at the moment.",
                "Nothing was changed. Try again in a few seconds.",
            ),
            Self::Callback(error) => error.as_app_error(),
            Self::Platform { name, error } => platform_error(name, error),
            Self::PlatformTrouble { name, until } => AppError::new(
                Kind::PlatformUnavailable,
                format!("{name} is having trouble. Next try at {}.", local_time(*until)),
                "Your accounts stay as they are.",
            ),
            Self::Refreshing => AppError::new(
                Kind::PlatformUnavailable,
                "The access is being renewed, and that takes longer than usual.",
                "Nothing was lost. Try again in a minute.",
            ),
            Self::Unreadable { name } => AppError::new(
                Kind::Conflict,
                format!("Huntaze can no longer read the access to {name} that it stored."),
                "Reconnect this account; its label and history stay.",
            ),
            Self::Shared(error) => error.as_app_error(),
            Self::Database(error) if is_busy(error) => AppError::new(
                Kind::Internal,
                "The database is busy or out of reach.",
                "Nothing was changed. Try again in a moment.",
            ),
            Self::Interrupted
            | Self::Metadata { .. }
            | Self::Database(_)
            | Self::Vault(_)
            | Self::Hashing(_) => AppError::internal(),
        }
    }
}

/// What a platform's answer means to the person.
pub fn platform_error(name: &str, error: &platform::Error) -> AppError {
    use platform::Error as P;
    match error {
        P::AccessRefused { message, .. }
        | P::Reconnect { message, .. }
        | P::NeedsAction { message, .. } => {
            AppError::new(Kind::PlatformRefused, message.clone(), "")
        }
        P::Rejected { message, field, .. } => {
            let mut app = AppError::new(Kind::PlatformRefused, message.clone(), "");
            app.fields = field
                .iter()
                .map(|field| FieldError {
                    field: (*field).to_owned(),
                    message: message.to_string(),
                })
                .collect();
            app
        }
        P::CodeRefused { .. } => AppError::new(
            Kind::PlatformRefused,
            format!("Connecting {name} took too long or was repeated."),
            "Nothing was connected. Start again.",
        ),
        P::RateLimited { until, .. } => AppError::new(
            Kind::RateLimited,
            format!("{name} asks us to slow down until {}.", local_time(*until)),
            "Nothing was lost. Try again after that.",
        ),
        P::Unreachable { .. } | P::Unavailable { .. } => AppError::new(
            Kind::PlatformUnavailable,
            format!("{name} is not answering."),
            "Your accounts stay as they are. Try again in a few minutes.",
        ),
        P::Configuration { .. } => AppError::new(
            Kind::PlatformUnavailable,
            format!("{name} does not accept how this server is set up."),
            "It is not your account. The people who run Huntaze have been told.",
        ),
        P::NotSent { .. } | P::Unexpected { .. } => AppError::new(
            Kind::PlatformUnavailable,
            format!("{name} answered something we do not understand."),
            "Your accounts stay as they are. Try again in a few minutes.",
        ),
    }
}

/// A time that may be acted on when the clock of who asks shows it: the next full minute, with the
/// day as soon as it is not today.
fn local_time(until: DateTime<Utc>) -> String {
    let until = until.checked_add_signed(Duration::seconds(59)).unwrap_or(until);
    let request = request_context::current();
    let locale = Locale::new(request.at.unwrap_or(until), &request.time_zone);
    format!("{} {}", locale.clock(until), locale.zone_name(until))
}

/// Locked, gone or out of connections: passes, or is the operator's to mend, and a repeat is
/// harmless.
fn is_busy(error: &db::Error) -> bool {
    match error {
        db::Error::PoolTimedOut | db::Error::PoolClosed | db::Error::Io(_) => true,
        db::Error::Database(inner) => {
            let code = inner.code().unwrap_or_default();
            // SQLITE_BUSY, SQLITE_LOCKED and their extended codes; PostgreSQL's class 57 (shutting
            // down) and 53 (out of resources).
            matches!(code.as_ref(), "5" | "6" | "261" | "517" | "262")
                || code.starts_with("57")
                || code.starts_with("53")
        }
        _ => false,
    }
}
