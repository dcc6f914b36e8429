//! What Google's errors mean: `error` is an object at the APIs and a text at the OAuth endpoints.
//! <https://developers.google.com/youtube/v3/docs/errors>

use chrono::{DateTime, Duration, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;

use super::wire::{Failed, Subtype};
use crate::model::Reason;
use crate::server::platform::oauth::token::{self, OAuthError, TokenRequest};
use crate::server::platform::{Error, PlatformResponse, time};

/// Google asks for exponential backoff and names no wait.
const PAUSE: Duration = Duration::seconds(60);

pub const NO_CHANNEL: &str = "This Google account has no YouTube channel. Create one at \
    youtube.com, \
                              or pick the account that has one, then connect again.";

/// The operator's to mend, whatever stands beside them: the project, its key, its billing.
/// <https://docs.cloud.google.com/service-usage/docs/reference/rest/Shared.Types/ErrorReason>
const CONFIGURATION: [&str; 12] = [
    "accessNotConfigured",
    "keyInvalid",
    "ipRefererBlocked",
    "SERVICE_DISABLED",
    "BILLING_DISABLED",
    "API_KEY_INVALID",
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "CONSUMER_INVALID",
    "CONSUMER_SUSPENDED",
    "RESOURCE_PROJECT_INVALID",
];

/// The error in an answer of the APIs, if it is one. Only Google's own shape speaks of the channel:
/// a page of a proxy, or Google's own about automated queries, passes.
pub fn of(answer: &PlatformResponse, now: DateTime<Utc>) -> Option<Error> {
    if answer.is_success() {
        return None;
    }
    let Some(Failed { error }) = answer.json::<Failed>() else {
        let error = answer.common_error(now, None).unwrap_or_else(|| Error::Unavailable {
            detail: format!("{} without Google's error: {}", answer.status, answer.shape()),
        });
        return Some(answer.failed(error, "", ""));
    };
    let reasons = error.reasons();
    let decisive = |known: fn(&str) -> bool| reasons.iter().copied().find(|reason| known(reason));
    let reason = decisive(|reason| CONFIGURATION.contains(&reason))
        .or_else(|| decisive(|reason| !is_vague(reason)))
        .or(reasons.first().copied())
        .unwrap_or_default();
    Some(answer.failed(meaning(reason, answer, now), reason, ""))
}

/// Says no more than the status does; another reason beside it says why.
fn is_vague(reason: &str) -> bool {
    ["forbidden", "authError", "required", "badRequest", "global"].contains(&reason)
}

fn meaning(reason: &str, answer: &PlatformResponse, now: DateTime<Utc>) -> Error {
    // A reason is one word; what is longer is not one.
    let detail = format!("{} {}", answer.status, reason.chars().take(64).collect::<String>());
    // A server in trouble says many things; none of them ends a connection.
    if answer.status.is_server_error() {
        return Error::Unavailable { detail };
    }
    let act = |message: &'static str, reason| Error::NeedsAction {
        reason,
        message: message.into(),
        detail: detail.clone(),
    };
    match reason {
        "youtubeSignupRequired" => {
            Error::Rejected { message: NO_CHANNEL.into(), field: None, detail }
        }
        "insufficientPermissions" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => Error::Reconnect {
            reason: Reason::MissingPermissions,
            message: "YouTube needs one more permission. Reconnect YouTube and tick every box."
                .into(),
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
        reason if CONFIGURATION.contains(&reason) => Error::Configuration { detail },
        _ if answer.status == http::StatusCode::UNAUTHORIZED => Error::AccessRefused {
            reason: Reason::RefusedByPlatform,
            message: "Your YouTube connection has expired or was removed. Reconnect YouTube."
                .into(),
            detail,
        },
        _ if answer.status == http::StatusCode::FORBIDDEN => Error::Rejected {
            message:
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
    start.map_or_else(|| time::after(now, Duration::hours(24)), |start| start.to_utc())
}

/// What an error of the token endpoint means beyond RFC 6749, if it is one of Google's own.
/// <https://developers.google.com/identity/protocols/oauth2/web-server#errors>
pub fn of_token(
    answer: &PlatformResponse,
    now: DateTime<Utc>,
    asked: TokenRequest,
) -> Option<Error> {
    let code = OAuthError::of(answer).code;
    own_meaning(answer, now, asked).map(|error| answer.failed(error, &code, ""))
}

fn own_meaning(
    answer: &PlatformResponse,
    now: DateTime<Utc>,
    asked: TokenRequest,
) -> Option<Error> {
    // A server in trouble says many things; none of them ends a connection.
    if answer.common_error(now, None).is_some() {
        return None;
    }
    let error = OAuthError::of(answer);
    let subtype: Subtype = answer.json().unwrap_or_default();
    let detail =
        format!("{} {}", error.detail(answer), subtype.name.chars().take(64).collect::<String>());
    let message = match (error.code.as_str(), subtype.name.as_str()) {
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
        ("invalid_grant", _) if asked == TokenRequest::Code => {
            return Some(Error::CodeRefused { detail });
        }
        ("invalid_grant", _) => {
            "Your YouTube connection has expired or was removed in your Google account. Reconnect \
             YouTube."
        }
        ("deleted_client" | "org_internal" | "invalid_request", _) => {
            return Some(Error::Configuration { detail });
        }
        _ => return None,
    };
    if asked == TokenRequest::Refresh && !token::refuses(answer) {
        return None;
    }
    Some(match asked {
        TokenRequest::Code => Error::Rejected { message: message.into(), field: None, detail },
        TokenRequest::Refresh => {
            Error::Reconnect { reason: Reason::RefusedByPlatform, message: message.into(), detail }
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
