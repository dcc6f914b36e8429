//! What Reddit's errors mean: told apart by status, challenge and content type.

use serde::Deserialize;

use super::info::INFO;
use crate::model::Reason;
use crate::server::platform::oauth::token::Asked;
use crate::server::platform::{Answer, Api, Client, Error};

/// What the token endpoints say in Reddit's own way; `None` leaves the answer to the standard.
pub fn of_token(client: &Client, answer: &Answer, asked: Asked) -> Option<Error> {
    let detail = detail(answer);
    if let Some(error) = blocked(answer).or_else(|| answer.common_error(client.now(), None)) {
        return Some(error);
    }
    match (answer.status.as_u16(), asked) {
        // The client's own credentials, whatever was asked.
        (401, _) => Some(Error::Configuration { detail }),
        // The body says nothing. Refresh tokens live until somebody revokes them. A foreign
        // client's token names its error.
        (400, Asked::Refresh) if answer.json::<Named>().is_none() => Some(Error::Reconnect {
            reason: Reason::Revoked,
            say: "Your Reddit connection was revoked. Reconnect your account.".into(),
            detail,
        }),
        _ => None,
    }
}

/// An error that has a name; mostly it is a number.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "error")]
    _name: String,
}

/// The meaning of an API answer that did not bring what was asked for. `needs` is the scope the
/// call stands under.
pub fn of(api: &Api, answer: &Answer, needs: &str) -> Error {
    if let Some(error) = blocked(answer).or_else(|| answer.common_error(api.client().now(), None)) {
        return error;
    }
    let detail = detail(answer);
    let lacks_scope = answer
        .header("www-authenticate")
        .is_some_and(|challenge| challenge.contains("insufficient_scope"));
    match answer.status.as_u16() {
        401 => Error::AccessRefused {
            reason: Reason::RefusedByPlatform,
            say: "Reddit no longer accepts the access you gave. Reconnect your account.".into(),
            detail,
        },
        403 if lacks_scope => Error::Reconnect {
            reason: Reason::MissingPermissions,
            say: format!(
                "The permission \"{}\" is missing. Reconnect and allow \
                it.",
                INFO.label(needs)
            )
            .into(),
            detail: format!("{detail} {needs}"),
        },
        403 => Error::Rejected {
            say: "Reddit refused to show this account. Log in at reddit.com, see whether it is in \
                order, then try again."
                .into(),
            field: None,
            detail,
        },
        _ => Error::Unexpected { detail },
    }
}

/// A page where data was due: Reddit does not like our User-Agent or address. A 429 that names a
/// wait is only about pace.
/// <https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki>
fn blocked(answer: &Answer) -> Option<Error> {
    let shut_out = match answer.status.as_u16() {
        403 => true,
        429 => answer.header("retry-after").is_none(),
        _ => false,
    };
    let detail = format!("{} blocked with a page: see to User-Agent and address", answer.status);
    (shut_out && answer.is_html()).then_some(Error::Configuration { detail })
}

fn detail(answer: &Answer) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Body {
        message: String,
        reason: String,
    }
    let body: Body = answer.json().unwrap_or_default();
    format!("{} {} {}", answer.status, body.message, body.reason).trim().chars().take(200).collect()
}
