//! What Reddit's errors mean: told apart by status, challenge and content type.

use serde::Deserialize;

use super::info::INFO;
use super::limits;
use crate::model::Reason;
use crate::server::platform::oauth::token::TokenRequest;
use crate::server::platform::{Api, Client, Error, PlatformResponse, read, time};

/// What the token endpoints say in Reddit's own way; `None` leaves the answer to the standard.
pub fn of_token(client: &Client, answer: &PlatformResponse, asked: TokenRequest) -> Option<Error> {
    let (body, longest) = (Body::of(answer), time::MAX_REFRESH_WAIT);
    let detail = body.detail(answer);
    let error = blocked(answer)
        .or_else(|| answer.common_error_within(client.now(), None, longest))
        .or(match (answer.status.as_u16(), asked) {
            // The client's own credentials, whatever was asked.
            (401, _) => Some(Error::Configuration { detail }),
            // The error is a number that says nothing. Refresh tokens live until somebody revokes
            // them. A foreign client's token names its error.
            (400, TokenRequest::Refresh) if body.error == "400" => Some(Error::Reconnect {
                reason: Reason::Revoked,
                message: "Your Reddit connection was revoked. Reconnect your account.".into(),
                detail,
            }),
            _ => None,
        })?;
    Some(answer.failed(error, &body.error, ""))
}

/// Reddit's own error: a number that repeats the status, or at the token endpoint a name.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(deserialize_with = "read::text_or_empty")]
    error: String,
    #[serde(deserialize_with = "read::text_or_empty")]
    message: String,
    #[serde(deserialize_with = "read::text_or_empty")]
    reason: String,
}

impl Body {
    fn of(answer: &PlatformResponse) -> Self {
        answer.json().unwrap_or_default()
    }

    /// Whether this is Reddit's own error, not one of something between Reddit and us.
    fn repeats_status(&self, answer: &PlatformResponse) -> bool {
        self.error == answer.status.as_str()
    }

    fn detail(&self, answer: &PlatformResponse) -> String {
        let text = format!("{} {} {}", answer.status, self.message, self.reason);
        text.trim().chars().take(200).collect()
    }
}

/// The meaning of an API answer that did not bring what was asked for. `needs` is the scope the
/// call stands under.
pub fn of(api: &Api, answer: &PlatformResponse, needs: &str) -> Error {
    let body = Body::of(answer);
    answer.failed(meaning(api, answer, needs, &body), &body.error, "")
}

fn meaning(api: &Api, answer: &PlatformResponse, needs: &str, body: &Body) -> Error {
    let now = api.client().now();
    // Without `Retry-After` the last reset that was told counts.
    let reset = limits::read(answer, now).into_iter().find_map(|limit| limit.resets_at);
    if let Some(error) = blocked(answer).or_else(|| answer.common_error(now, reset)) {
        return error;
    }
    let detail = body.detail(answer);
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    let lacks_scope = challenge.contains("insufficient_scope");
    match answer.status.as_u16() {
        // Neither Reddit's challenge nor its error: something between Reddit and us.
        401 | 403 if !(body.repeats_status(answer) || is_bearer(challenge)) => {
            Error::Unavailable { detail: format!("{detail}: {}", answer.shape()) }
        }
        401 => Error::AccessRefused {
            reason: Reason::RefusedByPlatform,
            message: "Reddit no longer accepts the access you gave. Reconnect your account.".into(),
            detail,
        },
        403 if lacks_scope => Error::Reconnect {
            reason: Reason::MissingPermissions,
            message: format!(
                "The permission \"{}\" is missing. Reconnect and allow \
                it.",
                INFO.label(needs)
            )
            .into(),
            detail: format!("{detail} {needs}"),
        },
        403 => Error::Rejected {
            message:
                "Reddit refused to show this account. Log in at reddit.com, see whether it is in \
                order, then try again."
                    .into(),
            field: None,
            detail,
        },
        _ => Error::Unexpected { detail: format!("{detail}: {}", answer.shape()) },
    }
}

/// Reddit's own challenge (RFC 6750, 3).
fn is_bearer(challenge: &str) -> bool {
    challenge.split_whitespace().next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

/// A page where data was due: Reddit does not like our User-Agent or address. A 429 that names a
/// wait is only about pace.
/// <https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki>
fn blocked(answer: &PlatformResponse) -> Option<Error> {
    let shut_out = match answer.status.as_u16() {
        403 => true,
        429 => answer.header("retry-after").is_none(),
        _ => false,
    };
    let detail = format!("{} blocked with a page: see to User-Agent and address", answer.status);
    (shut_out && answer.is_html()).then_some(Error::Configuration { detail })
}
