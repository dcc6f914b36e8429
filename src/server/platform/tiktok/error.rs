//! What TikTok's error codes mean.
//! <https://developers.tiktok.com/doc/tiktok-api-v2-error-handling>,
//! <https://developers.tiktok.com/doc/oauth-error-handling>

use chrono::{DateTime, Duration, Utc};
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::wire::{Envelope, Failure, Trace};
use crate::model::Reason;
use crate::server::platform::oauth::token::{OAuthError, TokenRequest};
use crate::server::platform::{Error, PlatformResponse, Result, time};

/// The limits count a sliding minute; how long to wait is not told.
const PAUSE: Duration = Duration::seconds(60);
const DAY: Duration = Duration::hours(24);

/// What an API answer holds, whatever its status.
pub fn read<T: DeserializeOwned>(
    answer: &PlatformResponse,
    now: DateTime<Utc>,
    what: &str,
) -> Result<T> {
    let Some(Envelope { data, error }) = answer.json::<Envelope<serde_json::Value>>() else {
        let error = answer.common_error(now, None).unwrap_or_else(|| Error::Unavailable {
            detail: format!(
                "{what}: {} without TikTok's envelope: {}",
                answer.status,
                answer.shape()
            ),
        });
        return Err(answer.failed(error, "", ""));
    };
    if error.code != "ok" {
        return Err(answer.failed(meaning(&error, answer, now), &error.code, &error.log_id));
    }
    let unexpected = |error: serde_json::Error| Error::Unexpected {
        detail: format!("{what}: {:?} in the data", error.classify()),
    };
    serde_json::from_value(data.unwrap_or_default()).map_err(unexpected)
}

fn meaning(failure: &Failure, answer: &PlatformResponse, now: DateTime<Utc>) -> Error {
    let Failure { code, log_id } = failure;
    let detail = describe(answer, code, log_id);
    // A server in trouble says many things; none of them ends a connection.
    if answer.status.is_server_error() {
        return Error::Unavailable { detail };
    }
    match code.as_str() {
        "access_token_invalid" => Error::AccessRefused {
            reason: Reason::RefusedByPlatform,
            message: "Your TikTok connection has expired. Reconnect TikTok.".into(),
            detail,
        },
        "scope_not_authorized" | "scope_permission_missed" => Error::Reconnect {
            reason: Reason::MissingPermissions,
            message:
                "TikTok needs one more permission. Reconnect TikTok and leave all boxes ticked."
                    .into(),
            detail,
        },
        "spam_risk_user_banned_from_posting" => {
            Error::NeedsAction { reason: Reason::NeedsAction, message: BANNED.into(), detail }
        }
        "spam_risk_too_many_posts" => Error::RateLimited { until: time::after(now, DAY), detail },
        "rate_limit_exceeded" => Error::RateLimited { until: after(answer, now), detail },
        // Unaudited apps may post for five people a day: the operator's to mend, by an audit.
        "reached_active_user_cap" => Error::Configuration { detail },
        "internal_error" => Error::Unavailable { detail },
        _ => match answer.common_error(now, None) {
            Some(Error::RateLimited { .. }) => {
                Error::RateLimited { until: after(answer, now), detail }
            }
            Some(_) => Error::Unavailable { detail },
            None => Error::Unexpected { detail },
        },
    }
}

pub const BANNED: &str = "TikTok has blocked this account from posting. Open the TikTok app to see \
                          why, then test the connection. Its numbers still arrive here.";

/// The error of the token endpoint. TikTok's support asks for the trace id.
pub fn of_token(
    error: &OAuthError,
    answer: &PlatformResponse,
    now: DateTime<Utc>,
    asked: TokenRequest,
) -> Error {
    let trace = answer.json::<Trace>().unwrap_or_default();
    answer.failed(token_meaning(error, answer, now, asked), &error.code, &trace.log_id)
}

/// The code alone says what it means, since it comes with any status but that of an outage.
fn token_meaning(
    error: &OAuthError,
    answer: &PlatformResponse,
    now: DateTime<Utc>,
    asked: TokenRequest,
) -> Error {
    let detail = error.detail(answer);
    if answer.status == StatusCode::TOO_MANY_REQUESTS {
        return Error::RateLimited { until: after(answer, now), detail };
    }
    if answer.status.is_server_error() {
        return Error::Unavailable { detail };
    }
    match (error.code.as_str(), asked) {
        ("invalid_grant" | "access_denied", TokenRequest::Code) => Error::CodeRefused { detail },
        ("invalid_grant" | "access_denied", TokenRequest::Refresh) => Error::Reconnect {
            reason: Reason::RefusedByPlatform,
            message:
                "Your TikTok connection has expired, or access was removed in the TikTok app. \
                  Reconnect TikTok."
                    .into(),
            detail,
        },
        ("server_error" | "temporarily_unavailable", _) => Error::Unavailable { detail },
        (
            "invalid_client"
            | "unauthorized_client"
            | "invalid_request"
            | "invalid_scope"
            | "unsupported_grant_type"
            | "unsupported_response_type",
            _,
        ) => Error::Configuration { detail },
        _ => answer.common_error(now, None).unwrap_or(match error.code.as_str() {
            "" => Error::Unavailable { detail },
            _ => Error::Unexpected { detail },
        }),
    }
}

fn after(answer: &PlatformResponse, now: DateTime<Utc>) -> DateTime<Utc> {
    let told = answer.wait(now, time::MAX_CALL_WAIT);
    time::after(now, told.unwrap_or(PAUSE).max(PAUSE))
}

/// Codes and ids are theirs, so they are cut to what one looks like.
fn describe(answer: &PlatformResponse, code: &str, log_id: &str) -> String {
    let cut = |text: &str| text.chars().take(64).collect::<String>();
    format!("{} {} log_id {}", answer.status, cut(code), cut(log_id))
}
