//! What Google's errors mean: `error` is an object at the APIs and a text at the OAuth endpoints.
//! <https://developers.google.com/youtube/v3/docs/errors>

use chrono::{DateTime, Duration, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;

use super::wire::{Failed, Subtype};
use crate::model::Reason;
use crate::server::platform::oauth::token::{Asked, OAuthError};
use crate::server::platform::{Answer, Error, time};

/// Google asks for exponential backoff and names no wait.
const PAUSE: Duration = Duration::seconds(60);

pub const NO_CHANNEL: &str = "This Google account has no YouTube channel. Create one at \
    youtube.com, \
                              or pick the account that has one, then connect again.";

/// The error in an answer of the APIs, if it is one.
pub fn of(answer: &Answer, now: DateTime<Utc>) -> Option<Error> {
    if answer.is_success() {
        return None;
    }
    let failure = answer.json::<Failed>().map(|failed| failed.error);
    let reason = failure.as_ref().map(|failure| failure.reason()).unwrap_or_default();
    Some(meaning(reason, answer, now))
}

fn meaning(reason: &str, answer: &Answer, now: DateTime<Utc>) -> Error {
    // A reason is one word; what is longer is not one.
    let detail = format!("{} {}", answer.status, reason.chars().take(64).collect::<String>());
    let act = |say: &'static str, reason| Error::NeedsAction {
        reason,
        say: say.into(),
        detail: detail.clone(),
    };
    match reason {
        "youtubeSignupRequired" => Error::Rejected { say: NO_CHANNEL.into(), field: None, detail },
        "insufficientPermissions" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => Error::Reconnect {
            reason: Reason::MissingPermissions,
            say: "YouTube needs one more permission. Reconnect YouTube and tick every box.".into(),
            detail,
        },
        "quotaExceeded" | "dailyLimitExceeded" => {
            Error::RateLimited { until: midnight(now), detail }
        }
        "rateLimitExceeded"
        | "userRateLimitExceeded"
        | "uploadRateLimitExceeded"
        | "RATE_LIMIT_EXCEEDED" => {
            let wait = answer.wait(now, time::MAX_CALL_WAIT).unwrap_or(PAUSE);
            Error::RateLimited { until: time::after(now, wait), detail }
        }
        "authenticatedUserAccountSuspended" => act(
            "Google has suspended this account. Log in to your Google account to see why and what \
             you can do, then test the connection.",
            Reason::Suspended,
        ),
        "authenticatedUserAccountClosed" => act(
            "This Google account is closed. Recover it at Google and test the connection, or \
             disconnect it here.",
            Reason::NeedsAction,
        ),
        "authenticatedUserNotChannel" => act(
            "This Google account is not a YouTube channel. Create one at youtube.com, then test \
             the \
             connection.",
            Reason::NeedsAction,
        ),
        "accessNotConfigured" | "SERVICE_DISABLED" => Error::Configuration { detail },
        _ if answer.status == http::StatusCode::UNAUTHORIZED => Error::AccessRefused {
            reason: Reason::RefusedByPlatform,
            say: "Your YouTube connection has expired or was removed. Reconnect YouTube.".into(),
            detail,
        },
        _ if answer.status == http::StatusCode::FORBIDDEN => Error::Rejected {
            say:
                "YouTube does not allow this for your channel. Look for a notice in YouTube Studio."
                    .into(),
            field: None,
            detail,
        },
        _ => answer.common_error(now, None).unwrap_or(Error::Unexpected { detail }),
    }
}

/// Quotas begin anew at midnight Pacific.
/// <https://developers.google.com/youtube/v3/guides/quota_and_compliance_audits>
fn midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    let day = now.with_timezone(&Los_Angeles).date_naive().succ_opt();
    let start = day.and_then(|day| day.and_hms_opt(0, 0, 0));
    // Clocks change at two in the morning there, so that midnight exists once every day.
    let start = start.and_then(|start| Los_Angeles.from_local_datetime(&start).earliest());
    start.map_or(now + Duration::hours(24), |start| start.to_utc())
}

/// What an error of the token endpoint means beyond RFC 6749, if it is one of Google's own.
/// <https://developers.google.com/identity/protocols/oauth2/web-server#errors>
pub fn of_token(answer: &Answer, asked: Asked) -> Option<Error> {
    let error = OAuthError::of(answer);
    let subtype: Subtype = answer.json().unwrap_or_default();
    let detail =
        format!("{} {}", error.detail(answer), subtype.name.chars().take(64).collect::<String>());
    let say = match (error.code.as_str(), subtype.name.as_str()) {
        (_, "invalid_rapt") | ("invalid_rapt", _) => {
            "Your Google Workspace asks you to log in again. Reconnect YouTube; if it happens \
             often, \
             ask your administrator to trust this app."
        }
        ("admin_policy_enforced", _) => {
            "Your Google Workspace administrator blocks this connection. Ask them to allow this \
             app, \
             then reconnect YouTube."
        }
        ("invalid_grant", _) if asked == Asked::Code => return Some(Error::CodeRefused { detail }),
        ("invalid_grant", _) => {
            "Your YouTube connection has expired or was removed in your Google account. Reconnect \
             YouTube."
        }
        ("deleted_client" | "org_internal" | "invalid_request", _) => {
            return Some(Error::Configuration { detail });
        }
        _ => return None,
    };
    Some(match asked {
        Asked::Code => Error::Rejected { say: say.into(), field: None, detail },
        Asked::Refresh => {
            Error::Reconnect { reason: Reason::RefusedByPlatform, say: say.into(), detail }
        }
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::midnight;

    // T7: a used-up quota comes back at midnight Pacific, in summer and in winter.
    #[test]
    fn a_quota_comes_back_at_midnight_pacific() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        assert_eq!(midnight(at("2026-11-21T02:00:00Z")), at("2026-11-21T08:00:00Z"));
        assert_eq!(midnight(at("2026-11-21T08:00:00Z")), at("2026-11-22T08:00:00Z"));
        assert_eq!(midnight(at("2026-07-01T12:00:00Z")), at("2026-07-02T07:00:00Z"));
        // The day on which summer time begins has 23 hours.
        assert_eq!(midnight(at("2026-03-08T09:00:00Z")), at("2026-03-09T07:00:00Z"));
    }
}
