//! What a platform can answer, in the few kinds that Huntaze acts on.

use std::borrow::Cow;

use chrono::{DateTime, Duration, Utc};

use super::time;
use crate::model::Reason;
use crate::server::secret_words::{is_separator, looks_secret};

/// What a call to a platform gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A finished English text for the person: what happened and what to do next. Never holds anything
/// a platform sent unread.
pub type Message = Cow<'static, str>;

/// Why a call to a platform did not give what was asked for.
///
/// `message` is for the person, `detail` for the log: the platform's own code and message, never a
/// token, code or body as a whole. A message that repeats what the platform was sent is shortened
/// on its way into the log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The access token was refused. The caller refreshes once and repeats; if that does not help,
    /// this is [`Error::Reconnect`].
    #[error("access refused: {}", quoted(.detail))]
    AccessRefused {
        /// What becomes the account's reason, should a refresh not help.
        reason: Reason,
        /// For the person, should a refresh not help.
        message: Message,
        /// The platform's code and message, for the log.
        detail: String,
    },
    /// Only the person can heal it, by connecting again.
    #[error("reconnect ({reason:?}): {}", quoted(.detail))]
    Reconnect {
        /// What the account's row is marked with.
        reason: Reason,
        /// Says what happened, and to reconnect.
        message: Message,
        /// The platform's code and message, for the log.
        detail: String,
    },
    /// Only the person can heal it, at the platform; connecting again would not help.
    #[error("needs action at the platform ({reason:?}): {}", quoted(.detail))]
    NeedsAction {
        /// What the account's row is marked with.
        reason: Reason,
        /// Says what to do at the platform.
        message: Message,
        /// The platform's code and message, for the log.
        detail: String,
    },
    /// The authorization code was used, expired or is not ours.
    #[error("authorization code refused: {}", quoted(.detail))]
    CodeRefused {
        /// The platform's code and message, for the log.
        detail: String,
    },
    /// The platform will not do this for this account or with this input: an account of the wrong
    /// kind, a field it refuses.
    #[error("rejected: {}", quoted(.detail))]
    Rejected {
        /// Says what would be accepted.
        message: Message,
        /// The form field that was refused; `None` where it is the account as a whole.
        field: Option<&'static str>,
        /// The platform's code and message, for the log.
        detail: String,
    },
    /// Asked to slow down.
    #[error("rate limited until {until}: {}", quoted(.detail))]
    RateLimited {
        /// When to ask again, by the platform's word or, failing that, our own guess.
        until: DateTime<Utc>,
        /// The platform's code and message, for the log.
        detail: String,
    },
    /// The call could not be made, or would have gone where it may not: nothing was sent, and the
    /// platform is not to blame.
    #[error("not sent: {}", quoted(.detail))]
    NotSent {
        /// What kept the call from being sent.
        detail: String,
    },
    /// There was no connection, so no byte of the call has left. Passes by itself.
    #[error("unreachable: {}", quoted(.detail))]
    Unreachable {
        /// What the network said, without the address.
        detail: String,
    },
    /// Down, too slow, or answering nonsense. Passes by itself.
    #[error("unavailable: {}", quoted(.detail))]
    Unavailable {
        /// The status and what was odd about the answer, or which wait ran out.
        detail: String,
    },
    /// The operator's to mend: credentials, redirect URI, approval of the app, signing rules. The
    /// person is not blamed.
    #[error("configuration: {}", quoted(.detail))]
    Configuration {
        /// The platform's code and message, or which setting is wrong.
        detail: String,
    },
    /// An answer that the contract does not know.
    #[error("unexpected answer: {}", quoted(.detail))]
    Unexpected {
        /// What was asked for and how the answer looked, without its body.
        detail: String,
    },
}

/// What becomes of an account after a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Passes by itself. The account stays connected, for however long it takes.
    Transient,
    /// Only the person can mend it.
    Permanent,
    /// Only the operators can mend it. Nobody else is blamed.
    Configuration,
}

impl Class {
    /// As it stands in metrics and log lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Configuration => "configuration",
        }
    }
}

impl Error {
    /// The same with a wait that is no longer than `longest`.
    pub fn waiting_at_most(self, now: DateTime<Utc>, longest: Duration) -> Self {
        match self {
            Self::RateLimited { until, detail } => {
                Self::RateLimited { until: until.min(time::after(now, longest)), detail }
            }
            error => error,
        }
    }

    /// Its kind, for metrics and log lines.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AccessRefused { .. } => "access_refused",
            Self::Reconnect { .. } => "reconnect",
            Self::NeedsAction { .. } => "needs_action",
            Self::CodeRefused { .. } => "code_refused",
            Self::Rejected { .. } => "rejected",
            Self::RateLimited { .. } => "rate_limited",
            Self::NotSent { .. } => "not_sent",
            Self::Unreachable { .. } => "unreachable",
            Self::Unavailable { .. } => "unavailable",
            Self::Configuration { .. } => "configuration",
            Self::Unexpected { .. } => "unexpected",
        }
    }

    /// What a failure means for the account (requirement T7).
    pub fn class(&self) -> Class {
        match self {
            Self::AccessRefused { .. } | Self::Reconnect { .. } | Self::NeedsAction { .. } => {
                Class::Permanent
            }
            Self::Configuration { .. } => Class::Configuration,
            // A field or a code that is refused says nothing of the account.
            Self::RateLimited { .. }
            | Self::NotSent { .. }
            | Self::Unreachable { .. }
            | Self::Unavailable { .. }
            | Self::Unexpected { .. }
            | Self::CodeRefused { .. }
            | Self::Rejected { .. } => Class::Transient,
        }
    }

    /// Passes by itself: an account stays as it is.
    pub fn is_transient(&self) -> bool {
        self.class() == Class::Transient
    }

    /// Why the account is not connected any more, with its sentence.
    pub fn account_reason(&self) -> Option<(Reason, &Message)> {
        match self {
            Self::AccessRefused { reason, message, .. }
            | Self::Reconnect { reason, message, .. }
            | Self::NeedsAction { reason, message, .. } => Some((*reason, message)),
            _ => None,
        }
    }

    /// Whether it is sure that the platform did nothing: it said so, or no byte reached it. A
    /// time-out, a cut or a page of something in between may come after it did what was asked.
    pub fn had_no_effect(&self) -> bool {
        !matches!(self, Self::Unavailable { .. } | Self::Unexpected { .. })
    }
}

/// A platform's words with everything shortened that could be a token, code or verifier: what a
/// platform repeats of a request must not get into the log. Names of errors and scopes have no
/// digits, account ids have no letters.
pub(super) fn quoted(text: &str) -> String {
    text.split_inclusive(is_separator).map(shortened).collect()
}

fn shortened(part: &str) -> String {
    let word = part.trim_end_matches(is_separator);
    if looks_secret(word) {
        word.chars().take(6).chain("...".chars()).chain(part[word.len()..].chars()).collect()
    } else {
        part.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S9, T1
    #[test]
    fn what_could_be_a_secret_is_shortened_on_its_way_into_the_log() {
        let detail =
            "400 invalid_grant: code=4/0AVHEtk8zQ3vLx7TqB5nY-p2 of 17841405822304914".to_owned();
        let line = Error::CodeRefused { detail }.to_string();
        assert_eq!(
            line,
            "authorization code refused: 400 invalid_grant: code=4/0AVHEt... of 17841405822304914"
        );
    }

    #[test]
    fn the_names_of_errors_and_scopes_stay_whole() {
        let detail = "403 ACCESS_TOKEN_SCOPE_INSUFFICIENT for yt-analytics.readonly, \
            instagram_manage_insights (#10)"
            .to_owned();
        assert_eq!(
            Error::Unexpected { detail: detail.clone() }.to_string(),
            format!("unexpected answer: {detail}")
        );
    }
}
