//! Why an OAuth callback connects nothing (RFC 9700, section 4; docs/oauth.md).

use crate::error::{AppError, Kind};

/// Why a callback connects nothing. Each has its own sentence and its own test.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CallbackError {
    /// Nobody is logged in in the browser that came back.
    #[error("no session")]
    NoSession {
        /// The platform's name for people.
        name: &'static str,
    },
    /// The parameter is missing or empty.
    #[error("no state parameter")]
    NoState {
        /// The platform's name for people.
        name: &'static str,
    },
    /// No flow has this state: it was made up, or its flow was purged.
    #[error("unknown state")]
    UnknownState {
        /// The platform's name for people.
        name: &'static str,
    },
    /// COSF: who starts must be who finishes.
    #[error("the flow belongs to another session")]
    OtherSession {
        /// The platform's name for people.
        name: &'static str,
    },
    /// The flow was claimed by an earlier callback, such as before a reload.
    #[error("the state was used before")]
    AlreadyUsed {
        /// The platform's name for people.
        name: &'static str,
    },
    /// The person took longer than the flow lives, 10 minutes.
    #[error("the flow expired")]
    Expired {
        /// The platform's name for people.
        name: &'static str,
    },
    /// COAT, CORF, mix-up: begun at one platform, finished at another.
    #[error("the flow belongs to another platform")]
    OtherPlatform {
        /// The platform's name for people.
        name: &'static str,
    },
    /// The public URL was configured anew while the person was at the platform.
    #[error("the redirect URI is no longer the one it began with")]
    OtherRedirect {
        /// The platform's name for people.
        name: &'static str,
    },
    /// `iss` is not the issuer that we know the platform by (RFC 9207).
    #[error("answered by another issuer")]
    OtherIssuer {
        /// The platform's name for people.
        name: &'static str,
    },
    /// They said no, or came back with neither code nor error.
    #[error("denied by the person")]
    Cancelled {
        /// The platform's name for people.
        name: &'static str,
    },
    /// The platform came back with an error other than a refusal (RFC 6749, 4.1.2.1).
    #[error("the platform answered {code}")]
    Failed {
        /// The platform's name for people.
        name: &'static str,
        /// The platform's `error` where RFC 6749 has the word, else that the reason is unknown.
        code: String,
    },
    /// What was kept for the exchange opens with no key of this server.
    #[error("the flow's verifier does not open")]
    Unreadable {
        /// The platform's name for people.
        name: &'static str,
    },
    /// They took away permissions without which no account can be connected.
    #[error("required permissions missing: {missing}")]
    MissingRequired {
        /// The platform's name for people.
        name: &'static str,
        /// The permissions, in words for people.
        missing: String,
    },
    /// Reconnecting, the person was logged in to another account at the platform.
    #[error("another account than the one to reconnect")]
    OtherAccount {
        /// The platform's name for people.
        name: &'static str,
        /// The account to reconnect, as people know it.
        expected: String,
        /// The account that came back.
        found: String,
    },
}

impl CallbackError {
    /// What it is called in metrics and log lines.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NoSession { .. } => "no_session",
            Self::NoState { .. } => "no_state",
            Self::UnknownState { .. } => "unknown_state",
            Self::OtherSession { .. } => "other_session",
            Self::AlreadyUsed { .. } => "already_used",
            Self::Expired { .. } => "expired",
            Self::OtherPlatform { .. } => "other_platform",
            Self::OtherRedirect { .. } => "other_redirect",
            Self::OtherIssuer { .. } => "other_issuer",
            Self::Cancelled { .. } => "cancelled",
            Self::Failed { .. } => "failed",
            Self::Unreadable { .. } => "unreadable",
            Self::MissingRequired { .. } => "missing_required",
            Self::OtherAccount { .. } => "other_account",
        }
    }

    /// What the person reads on the page that they come back to.
    pub fn as_app_error(&self) -> AppError {
        let begin_again = "Nothing was connected. Start again from the integrations page.";
        let say = |kind, sentence: String, next: &str| AppError::new(kind, sentence, next);
        match self {
            Self::NoSession { name } => say(
                Kind::Unauthorized,
                format!("You are not logged in here, so {name} could not be connected."),
                "Finish in the browser you began in, or log in and start again. Nothing was \
                 connected.",
            ),
            Self::NoState { name } | Self::UnknownState { name } => say(
                Kind::BadRequest,
                format!("{name} sent you back without a connection that we know."),
                begin_again,
            ),
            Self::OtherSession { name } => say(
                Kind::Forbidden,
                format!(
                    "This {name} connection was begun in another browser or by another person."
                ),
                "Finish in the browser you began in. Nothing was connected.",
            ),
            Self::AlreadyUsed { name } => say(
                Kind::Conflict,
                format!("This answer from {name} was used already."),
                "Look below whether the account is there; if not, start again.",
            ),
            Self::Expired { name } => say(
                Kind::BadRequest,
                format!("Connecting {name} took longer than 10 minutes."),
                "Nothing was connected. Start again.",
            ),
            Self::OtherPlatform { name }
            | Self::OtherRedirect { name }
            | Self::OtherIssuer { name } => say(
                Kind::Forbidden,
                format!("The answer does not come from where you were sent to connect {name}."),
                "Nothing was connected. Start again, and leave other tabs alone meanwhile.",
            ),
            Self::Cancelled { name } => say(
                Kind::PlatformRefused,
                format!("You cancelled the {name} connection."),
                "Nothing was connected. Add the app again whenever you like.",
            ),
            Self::Failed { name, code } => say(
                Kind::PlatformRefused,
                format!("{name} could not ask for your consent ({code})."),
                "Nothing was connected. Try again; if it goes on, the people who run this server \
                 have to look at it.",
            ),
            Self::Unreadable { name } => say(
                Kind::Conflict,
                format!("What was kept to finish this {name} connection can no longer be read."),
                begin_again,
            ),
            Self::MissingRequired { name, missing } => say(
                Kind::PlatformRefused,
                format!("{name} was not allowed to give us: {missing}."),
                "Without it nothing can be connected. Connect again and leave every box ticked.",
            ),
            Self::OtherAccount { name, expected, found } => say(
                Kind::Conflict,
                format!("You chose {found}, but {expected} is the {name} account to reconnect."),
                "Nothing was changed. Log in to the right account there and reconnect, or add the \
                 other one with \"Add another account\".",
            ),
        }
    }
}
