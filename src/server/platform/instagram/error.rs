//! What Facebook's error codes mean.
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>,
//! <https://developers.facebook.com/docs/instagram-platform/reference/error-codes>
//!
//! Code and subcode decide; the message never does.

use chrono::{DateTime, Duration, Utc};
use http::StatusCode;

use super::usage;
use super::wire::{Failed, Failure};
use crate::model::Reason;
use crate::server::platform::oauth::token::TokenRequest;
use crate::server::platform::{Error, PlatformResponse, time};

/// Facebook documents no wait at a limit; its own advice is to come back slowly.
const PAUSE: Duration = Duration::minutes(1);
/// What was done is blocked for a time.
const SPAM: i64 = 368;
/// An account limited for suspected spam is best left alone for a day.
const SPAM_PAUSE: Duration = Duration::hours(24);

/// The error in an answer, if it is one.
pub fn of(answer: &PlatformResponse, now: DateTime<Utc>) -> Option<Error> {
    classify(answer, now).map(|error| failed(answer, error))
}

/// Notes what a failing answer was taken for. Meta's support asks for the trace id.
pub fn failed(answer: &PlatformResponse, error: Error) -> Error {
    let Failure { code, subcode, fbtrace_id, .. } = failure(answer).unwrap_or_default();
    answer.failed(error, &format!("{code}/{subcode}"), &fbtrace_id)
}

/// What an answer means, before it is noted.
pub fn classify(answer: &PlatformResponse, now: DateTime<Utc>) -> Option<Error> {
    match failure(answer) {
        Some(failure) => Some(meaning(&failure, answer, now)),
        None if answer.is_success() => None,
        None => Some(answer.common_error(now, None).unwrap_or_else(|| Error::Unavailable {
            detail: format!("{} without a Graph error", answer.status),
        })),
    }
}

/// The same of the token endpoint, where some codes speak of the code or of the app itself.
pub fn classify_token(
    answer: &PlatformResponse,
    now: DateTime<Utc>,
    asked: TokenRequest,
) -> Option<Error> {
    let may_last = |failure: &Failure| !answer.status.is_server_error() && !failure.is_transient;
    let Some(failure) = failure(answer).filter(may_last) else {
        return classify(answer, now);
    };
    let detail = detail(&failure, answer);
    match (failure.code, failure.subcode, asked) {
        (191, _, _) | (100, 36_008, _) => {
            Some(Error::Configuration { detail: format!("the redirect URI differs: {detail}") })
        }
        (100, _, TokenRequest::Code) => Some(Error::CodeRefused { detail }),
        _ => classify(answer, now),
    }
}

/// Whether this error of the token endpoint is what a wrong app secret gets: it has the number of
/// an outage, but not the status of one. An outage can look like it, too.
pub fn may_be_app_secret(answer: &PlatformResponse) -> bool {
    answer.status == StatusCode::BAD_REQUEST && failure(answer).is_some_and(|f| f.code == 1)
}

/// Whether Facebook refused for good, not for a time.
pub fn is_refusal(answer: &PlatformResponse) -> bool {
    answer.status.is_client_error()
        && failure(answer).is_some_and(|failure| !failure.is_transient && !passes(failure.code))
}

/// Whether the object that was asked for does not exist for this token: it is gone, belongs to
/// others, or a permission for it was not granted.
pub fn is_invisible(answer: &PlatformResponse) -> bool {
    is_refusal(answer)
        && failure(answer).is_some_and(|f| matches!(f.code, 3 | 10 | 100 | 200..=299))
}

fn failure(answer: &PlatformResponse) -> Option<Failure> {
    answer.json::<Failed>().map(|failed| failed.error)
}

fn meaning(failure: &Failure, answer: &PlatformResponse, now: DateTime<Utc>) -> Error {
    let detail = detail(failure, answer);
    // A server in trouble says many things; none of them ends a connection.
    if answer.status.is_server_error() {
        return Error::Unavailable { detail };
    }
    // So does what Facebook itself says passes, whatever its code. A limit names its wait below.
    if failure.is_transient && !(is_limit(failure.code) || failure.code == SPAM) {
        return Error::Unavailable { detail };
    }
    match (failure.code, failure.subcode) {
        (190 | 102, subcode) => ended(subcode, detail),
        // The subcode is stronger than code 4, which alone is a rate limit.
        (4, 2_207_051) | (SPAM, _) => {
            Error::RateLimited { until: time::after(now, SPAM_PAUSE), detail }
        }
        (25, _) | (_, 2_207_050) => Error::NeedsAction {
            reason: Reason::NeedsAction,
            message: "Instagram shows a notice on this account. Open the Instagram app, clear the \
                  notice, then test the connection."
                .into(),
            detail,
        },
        (10 | 200..=299, _) => Error::Reconnect {
            reason: Reason::MissingPermissions,
            message:
                "Instagram says that a permission is missing. Reconnect Instagram and leave every \
                  switch on."
                    .into(),
            detail,
        },
        (100, 33) => Error::Reconnect {
            reason: Reason::RefusedByPlatform,
            message:
                "This Instagram account no longer exists or is no longer shared with Huntaze. \
                  Check that you still manage its Facebook Page, then reconnect Instagram."
                    .into(),
            detail,
        },
        (code, _) if is_limit(code) => Error::RateLimited {
            until: usage::regained(answer, now).unwrap_or_else(|| time::after(now, PAUSE)),
            detail,
        },
        // 3: the app lacks a capability; 101: no such app or not its secret.
        (3 | 101, _) => Error::Configuration { detail },
        (code, _) if passes(code) => Error::Unavailable { detail },
        _ => answer.common_error(now, None).unwrap_or(Error::Unexpected { detail }),
    }
}

fn is_limit(code: i64) -> bool {
    matches!(code, 4 | 17 | 32 | 341 | 613 | 80_000..=80_014)
}

fn passes(code: i64) -> bool {
    is_limit(code) || matches!(code, 1 | 2 | -1 | -2)
}

/// A token that is dead: it can't be extended, so only the person helps.
/// <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging>
fn ended(subcode: i64, detail: String) -> Error {
    let (reason, message) = match subcode {
        458 => (
            Reason::Revoked,
            "Huntaze was removed in your Facebook settings. Reconnect Instagram to give access \
             again.",
        ),
        459 | 464 => (
            Reason::Locked,
            "Facebook wants you to confirm something first. Log in at facebook.com and follow what \
             it asks, then reconnect Instagram.",
        ),
        460 => (
            Reason::RefusedByPlatform,
            "Your Facebook password was changed, which ends the connection. Reconnect Instagram.",
        ),
        463 => (Reason::RanOut, "Your Instagram connection expired. Reconnect Instagram."),
        492 => (
            Reason::RefusedByPlatform,
            "You lost your role on the Facebook Page of this account. Ask the owner of the Page to \
             give it back, then reconnect Instagram.",
        ),
        _ => (
            Reason::RefusedByPlatform,
            "Facebook ended your Instagram connection. Reconnect Instagram.",
        ),
    };
    Error::Reconnect { reason, message: message.into(), detail }
}

fn detail(failure: &Failure, answer: &PlatformResponse) -> String {
    let Failure { code, subcode, fbtrace_id, .. } = failure;
    // Meta's support asks for the trace id; it is theirs, so it is cut to what one looks like.
    let trace: String = fbtrace_id.chars().take(32).collect();
    format!("{} code {code}/{subcode} fbtrace_id {trace}", answer.status)
}
