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
use crate::server::platform::{Answer, Error};

/// Facebook documents no wait at a limit; its own advice is to come back slowly.
const PAUSE: Duration = Duration::minutes(1);
/// An account limited for suspected spam is best left alone for a day.
const SPAM_PAUSE: Duration = Duration::hours(24);

/// The error in an answer, if it is one.
pub fn of(answer: &Answer, now: DateTime<Utc>) -> Option<Error> {
    match answer.json::<Failed>() {
        Some(Failed { error }) => Some(meaning(&error, answer, now)),
        None if answer.is_success() => None,
        None => Some(answer.common_error(now, None).unwrap_or_else(|| Error::Unavailable {
            detail: format!("{} without a Graph error", answer.status),
        })),
    }
}

/// The error of exchanging a code, where some codes speak of the code or of the app itself.
pub fn of_code(answer: &Answer, now: DateTime<Utc>) -> Option<Error> {
    let failure = answer.json::<Failed>().map(|failed| failed.error).unwrap_or_default();
    let detail = detail(&failure, answer);
    match (failure.code, failure.subcode) {
        (100, 36_008) => {
            Some(Error::Configuration { detail: format!("the redirect URI differs: {detail}") })
        }
        (100, _) => Some(Error::CodeRefused { detail }),
        // A wrong app secret has the number of an outage, but not the status of one.
        (1, _) if answer.status == StatusCode::BAD_REQUEST => {
            Some(Error::Configuration { detail: format!("perhaps the app secret: {detail}") })
        }
        _ => of(answer, now),
    }
}

fn meaning(failure: &Failure, answer: &Answer, now: DateTime<Utc>) -> Error {
    let detail = detail(failure, answer);
    match (failure.code, failure.subcode) {
        (190 | 102, subcode) => ended(subcode, detail),
        // The subcode is stronger than code 4, which alone is a rate limit.
        (4, 2_207_051) | (368, _) => Error::RateLimited { until: now + SPAM_PAUSE, detail },
        (25, _) | (_, 2_207_050) => Error::NeedsAction {
            reason: Reason::NeedsAction,
            say: "Instagram shows a notice on this account. Open the Instagram app, clear the \
                  notice, then test the connection."
                .into(),
            detail,
        },
        (10 | 200..=299, _) => Error::Reconnect {
            reason: Reason::MissingPermissions,
            say:
                "Instagram says that a permission is missing. Reconnect Instagram and leave every \
                  switch on."
                    .into(),
            detail,
        },
        (100, 33) => Error::Reconnect {
            reason: Reason::RefusedByPlatform,
            say: "This Instagram account no longer exists or is no longer shared with Huntaze. \
                  Check that you still manage its Facebook Page, then reconnect Instagram."
                .into(),
            detail,
        },
        (4 | 17 | 32 | 341 | 613 | 80_000..=80_014, _) => Error::RateLimited {
            until: usage::regained(answer, now).unwrap_or(now + PAUSE),
            detail,
        },
        // 3: the app lacks a capability; 101: no such app or not its secret.
        (3 | 101, _) => Error::Configuration { detail },
        (1 | 2 | -1 | -2, _) => Error::Unavailable { detail },
        _ if failure.is_transient => Error::Unavailable { detail },
        _ => answer.common_error(now, None).unwrap_or(Error::Unexpected { detail }),
    }
}

/// A token that is dead: it can't be extended, so only the person helps.
/// <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging>
fn ended(subcode: i64, detail: String) -> Error {
    let (reason, say) = match subcode {
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
    Error::Reconnect { reason, say: say.into(), detail }
}

fn detail(failure: &Failure, answer: &Answer) -> String {
    let Failure { code, subcode, fbtrace_id, .. } = failure;
    // Meta's support asks for the trace id; it is theirs, so it is cut to what one looks like.
    let trace: String = fbtrace_id.chars().take(32).collect();
    format!("{} code {code}/{subcode} fbtrace_id {trace}", answer.status)
}
