//! What X's errors mean. <https://docs.x.com/x-api/fundamentals/response-codes-and-errors>

use serde::Deserialize;

use super::limits::reset;
use crate::model::Reason;
use crate::server::platform::{Answer, Api, Error, Say};

/// A problem document, its wrapping in `errors`, or a legacy error with a number: all fields come
/// and go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    title: String,
    detail: String,
    message: String,
    /// `about:blank` or a URL whose host changes; only its end means something.
    #[serde(rename = "type")]
    kind: String,
    code: Option<i64>,
    errors: Vec<Problem>,
}

/// The number that a locked account had before problem documents, and still has in places.
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
pub fn of(api: &Api, answer: &Answer) -> Error {
    let problem: Problem = answer.json().unwrap_or_default();
    let detail = format!("{} {}", answer.status, problem.words());
    // Money and quotas of the app: not a window that one could wait out, though it comes as 429.
    if answer.status == 402 || problem.is("credits") || problem.is("usage-capped") {
        return Error::Configuration { detail };
    }
    let now = api.client().now();
    if let Some(error) = answer.common_error(now, reset(answer)) {
        return error;
    }
    match answer.status.as_u16() {
        401 => Error::AccessRefused { reason: Reason::RefusedByPlatform, say: REFUSED, detail },
        403 => forbidden(api, &problem, detail),
        _ => Error::Unexpected { detail },
    }
}

const REFUSED: Say =
    Say::Borrowed("X no longer accepts the access you gave. Reconnect your account.");

/// A 403 has many reasons; X tells them by `type`, and where that is `about:blank`, in prose only.
fn forbidden(api: &Api, problem: &Problem, detail: String) -> Error {
    if problem.is("user-suspended") {
        let say =
            "X has suspended this account. Appeal at X; once it is lifted, press Test.".into();
        return Error::NeedsAction { reason: Reason::Suspended, say, detail };
    }
    if problem.says("temporarily locked") || problem.any(|problem| problem.code == Some(LOCKED)) {
        let say =
            "X has locked this account. Log in at x.com and unlock it, then press Test.".into();
        return Error::NeedsAction { reason: Reason::Locked, say, detail };
    }
    if problem.is("unsupported-authentication") {
        return Error::Reconnect { reason: Reason::RefusedByPlatform, say: REFUSED, detail };
    }
    if problem.is("client-forbidden") {
        return Error::Configuration { detail };
    }
    if !problem.any(|problem| !problem.kind.is_empty()) {
        // No problem document: something between X and us.
        return Error::Unavailable { detail };
    }
    if !(api.granted("users.read") && api.granted("tweet.read")) {
        let say =
            "The permission to see your profile and posts is missing. Reconnect and allow it."
                .into();
        return Error::Reconnect { reason: Reason::MissingPermissions, say, detail };
    }
    let say = "X refused to show this account. Try again later; reconnect if it goes on.".into();
    Error::Rejected { say, field: None, detail }
}
