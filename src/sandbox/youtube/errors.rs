//! Google's errors: `error` is a text at the OAuth endpoints and an object at the APIs.
//! <https://developers.google.com/youtube/v3/docs/errors>

use axum::{
    Json,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde_json::json;

use crate::sandbox::platform::Failure;

/// The error of this status; `reason` is one of Google's (`quotaExceeded`, `invalid_rapt`).
pub fn failure(failure: &Failure) -> Response {
    if failure.path.starts_with("/youtube/") {
        api(failure.status, failure.reason)
    } else {
        oauth_failure(failure.status, failure.reason)
    }
}

fn oauth_failure(status: StatusCode, reason: Option<&str>) -> Response {
    match (status, reason) {
        (status, Some("invalid_rapt")) => {
            let body = json!({
                "error": "invalid_grant", "error_subtype": "invalid_rapt",
                "error_description": "reauth related error (invalid_rapt)",
            });
            (status, Json(body)).into_response()
        }
        (StatusCode::NOT_FOUND, None) => not_found(""),
        (status, Some(reason)) => oauth(status, reason, "Refused by order of the sandbox."),
        (StatusCode::UNAUTHORIZED, None) => invalid_client(),
        (status, None) if status.is_server_error() => {
            oauth(status, "internal_failure", "Backend Error")
        }
        (StatusCode::TOO_MANY_REQUESTS, None) => {
            oauth(status, "rate_limit_exceeded", "Too many requests.")
        }
        (status, None) => oauth(status, "invalid_grant", "Token has been expired or revoked."),
    }
}

/// The page that all hosts of Google show for a path they do not serve.
pub fn not_found(_path: &str) -> Response {
    let page = "<!DOCTYPE html><html lang=en><meta charset=utf-8>\
        <title>Error 404 (Not Found)!!1</title><p><b>404.</b> <ins>That's an error.</ins>\
        <p>The requested URL was not found on this server. <ins>That's all we know.</ins>";
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

/// An error of an OAuth endpoint.
pub fn oauth(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": description }))).into_response()
}

pub fn invalid_client() -> Response {
    oauth(StatusCode::UNAUTHORIZED, "invalid_client", "The OAuth client was not found.")
}

/// An error of an API. Without a reason, the usual one of the status.
pub fn api(status: StatusCode, reason: Option<&str>) -> Response {
    let (usual, name) = usual(status);
    let reason = reason.unwrap_or(usual);
    let name = if is_quota(reason) { "RESOURCE_EXHAUSTED" } else { name };
    let message = message(reason);
    let mut error = json!({ "message": message, "domain": domain(reason), "reason": reason });
    if status == StatusCode::UNAUTHORIZED {
        error["location"] = json!("Authorization");
        error["locationType"] = json!("header");
    }
    let body = json!({
        "error": { "code": status.as_u16(), "message": message, "errors": [error], "status": name },
    });
    (status, Json(body)).into_response()
}

fn usual(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        400 => ("badRequest", "INVALID_ARGUMENT"),
        401 => ("authError", "UNAUTHENTICATED"),
        403 => ("forbidden", "PERMISSION_DENIED"),
        404 => ("notFound", "NOT_FOUND"),
        429 => ("rateLimitExceeded", "RESOURCE_EXHAUSTED"),
        500 => ("internalError", "INTERNAL"),
        501.. => ("backendError", "UNAVAILABLE"),
        _ => ("badRequest", "FAILED_PRECONDITION"),
    }
}

fn is_quota(reason: &str) -> bool {
    ["quotaExceeded", "dailyLimitExceeded"].contains(&reason)
}

fn domain(reason: &str) -> &'static str {
    match reason {
        _ if is_quota(reason) => "youtube.quota",
        "rateLimitExceeded" | "userRateLimitExceeded" | "accessNotConfigured" => "usageLimits",
        "youtubeSignupRequired" | "invalidCriteria" | "channelNotFound" => "youtube.channel",
        _ => "global",
    }
}

fn message(reason: &str) -> &'static str {
    match reason {
        "authError" => {
            "Request had invalid authentication credentials. Expected OAuth 2 access token, \
            login cookie or other valid authentication credential."
        }
        "youtubeSignupRequired" => "Unauthorized",
        "insufficientPermissions" => "Request had insufficient authentication scopes.",
        "quotaExceeded" | "dailyLimitExceeded" => {
            "The request cannot be completed because you have exceeded your quota."
        }
        "rateLimitExceeded" | "userRateLimitExceeded" => {
            "Rate limit exceeded. Please try again later."
        }
        "accessNotConfigured" => {
            "YouTube Data API v3 has not been used in this project before or it is disabled."
        }
        "authenticatedUserAccountSuspended" => "The authenticated user's account is suspended.",
        "authenticatedUserAccountClosed" => "The authenticated user's account is closed.",
        "invalidCriteria" => "A maximum of one filter may be specified.",
        "missingRequiredParameter" => {
            "No filter selected. Expected one of the required parameters."
        }
        "invalidParameter" => "Request contains an invalid argument.",
        "unknownPart" => "The part parameter names an unknown part.",
        "backendError" | "internalError" => "Backend Error",
        "notFound" => "Requested entity was not found.",
        _ => "The request was refused.",
    }
}
