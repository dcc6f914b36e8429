//! What X's errors mean. <https://docs.x.com/x-api/fundamentals/response-codes-and-errors>

use serde::Deserialize;

use super::info::INFO;
use super::limits::reset;
use crate::model::Reason;
use crate::server::platform::oauth::token::{self, OAuthError, TokenRequest};
use crate::server::platform::{Api, Error, Message, PlatformResponse, read};

/// A problem document, its wrapping in `errors`, or a legacy error with a number: all fields come
/// and go, and what is readable counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    #[serde(deserialize_with = "read::text_or_empty")]
    title: String,
    #[serde(deserialize_with = "read::text_or_empty")]
    detail: String,
    #[serde(deserialize_with = "read::text_or_empty")]
    message: String,
    /// `about:blank` or a URL whose host changes; only its end means something.
    #[serde(rename = "type", deserialize_with = "read::text_or_empty")]
    kind: String,
    #[serde(deserialize_with = "read::integer")]
    code: Option<i64>,
    #[serde(deserialize_with = "read::list")]
    errors: Vec<Problem>,
}

/// The numbers that these had before problem documents, and still have in places.
/// <https://developer.x.com/en/support/x-api/error-troubleshooting>
const SUSPENDED: i64 = 64;
const LOCKED: i64 = 326;

impl Problem {
    fn slug(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    /// The document and the errors wrapped in it.
    fn any(&self, mut holds: impl FnMut(&Problem) -> bool) -> bool {
        holds(self) || self.errors.iter().any(holds)
    }

    fn is(&self, slug: &str) -> bool {
        self.any(|problem| problem.slug() == slug)
    }

    fn has_code(&self, code: i64) -> bool {
        self.any(|problem| problem.code == Some(code))
    }

    /// Whether X itself speaks here, not something between X and us: a gateway has a message, too.
    fn is_of_x(&self) -> bool {
        self.any(|problem| {
            problem.code.is_some() || !problem.kind.is_empty() || !problem.title.is_empty()
        })
    }

    fn is_suspended(&self) -> bool {
        self.is("user-suspended") || self.has_code(SUSPENDED)
    }

    /// X's own code for the log: the end of the type, or the number.
    fn code(&self) -> String {
        let inner = self.errors.first().unwrap_or(self);
        match inner.code.or(self.code) {
            Some(code) => code.to_string(),
            None => inner.slug().to_owned(),
        }
    }

    fn says(&self, words: &str) -> bool {
        self.any(|problem| problem.detail.contains(words) || problem.message.contains(words))
    }

    /// For the log: what X calls it.
    fn words(&self) -> String {
        let inner = self.errors.first().unwrap_or(self);
        let text = [&inner.detail, &inner.message, &inner.title, &self.title]
            .into_iter()
            .find(|text| !text.is_empty());
        format!("{} {}", inner.slug(), text.map_or("", String::as_str))
            .trim()
            .chars()
            .take(200)
            .collect()
    }
}

/// The meaning of an answer that did not bring what was asked for.
pub fn of(api: &Api, answer: &PlatformResponse) -> Error {
    let problem: Problem = answer.json().unwrap_or_default();
    let trace = answer.header("x-transaction-id").unwrap_or_default();
    answer.failed(meaning(api, answer, &problem), &problem.code(), trace)
}

fn meaning(api: &Api, answer: &PlatformResponse, problem: &Problem) -> Error {
    let detail = format!("{} {}", answer.status, problem.words());
    // Money and quotas of the app: not a window that one could wait out, though it comes as 429.
    let is_unpaid = answer.status == 402 || problem.is("credits") || problem.is("usage-capped");
    if is_unpaid && !answer.status.is_server_error() {
        return Error::Configuration { detail };
    }
    let now = api.client().now();
    if let Some(error) = answer.common_error(now, reset(answer, now)) {
        return error;
    }
    match answer.status.as_u16() {
        200..300 if problem.is_suspended() => suspended(detail),
        200..300 if problem.has_code(LOCKED) => locked(detail),
        // No error of X's own: something between X and us.
        401 | 403 if !problem.is_of_x() => {
            Error::Unavailable { detail: format!("{detail}: {}", answer.shape()) }
        }
        401 => Error::AccessRefused { reason: Reason::RefusedByPlatform, message: REFUSED, detail },
        403 => forbidden(api, problem, detail),
        _ => Error::Unexpected { detail: format!("{detail}: {}", answer.shape()) },
    }
}

/// What the token endpoint says in X's own way: `invalid_request` where RFC 6749 has
/// `invalid_grant`, and in the description which value is meant. `None` leaves the answer to the
/// standard.
pub fn of_token(answer: &PlatformResponse, asked: TokenRequest) -> Option<Error> {
    let error = OAuthError::of(answer);
    if error.code != "invalid_request" || answer.status.is_server_error() {
        return None;
    }
    let detail = error.detail(answer);
    let is_about = |value: &str| error.description.contains(value);
    let meaning = match asked {
        TokenRequest::Code if is_about("authorization code was invalid") => {
            Error::CodeRefused { detail }
        }
        TokenRequest::Refresh if is_about("token was invalid") && token::refuses(answer) => {
            token::reconnect(&INFO, detail)
        }
        _ => return None,
    };
    Some(answer.failed(meaning, &error.code, ""))
}

const REFUSED: Message =
    Message::Borrowed("X no longer accepts the access you gave. Reconnect your account.");

/// A 403 has many reasons; X tells them by `type`, and where that is `about:blank`, in prose only.
fn forbidden(api: &Api, problem: &Problem, detail: String) -> Error {
    if problem.is_suspended() {
        return suspended(detail);
    }
    if problem.says("temporarily locked") || problem.has_code(LOCKED) {
        return locked(detail);
    }
    if problem.is("unsupported-authentication") {
        return Error::Reconnect { reason: Reason::RefusedByPlatform, message: REFUSED, detail };
    }
    if problem.is("client-forbidden") {
        return Error::Configuration { detail };
    }
    if !(api.granted("users.read") && api.granted("tweet.read")) {
        let message =
            "The permission to see your profile and posts is missing. Reconnect and allow it."
                .into();
        return Error::Reconnect { reason: Reason::MissingPermissions, message, detail };
    }
    let message =
        "X refused to show this account. Try again later; reconnect if it goes on.".into();
    Error::Rejected { message, field: None, detail }
}

fn suspended(detail: String) -> Error {
    let message =
        "X has suspended this account. Appeal at X; once it is lifted, press Test.".into();
    Error::NeedsAction { reason: Reason::Suspended, message, detail }
}

fn locked(detail: String) -> Error {
    let message =
        "X has locked this account. Log in at x.com and unlock it, then press Test.".into();
    Error::NeedsAction { reason: Reason::Locked, message, detail }
}
