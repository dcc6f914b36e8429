//! TikTok's errors: flat with a text at `/v2/oauth/`, an object in an envelope everywhere else.
//! <https://developers.tiktok.com/doc/oauth-error-handling>,
//! <https://developers.tiktok.com/doc/tiktok-api-v2-error-handling>

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::sandbox::{platform::Failure, secret};

/// The error of this status; `reason` is one of TikTok's codes (`invalid_grant`,
/// `scope_not_authorized`).
pub fn failure(failure: &Failure) -> Response {
    if failure.status == StatusCode::NOT_FOUND && failure.reason.is_none() {
        return not_found(failure.path);
    }
    if failure.path.starts_with("/v2/oauth/") {
        let error = failure.reason.unwrap_or(match failure.status.as_u16() {
            401 => "invalid_client",
            503 => "temporarily_unavailable",
            500.. => "server_error",
            429 => "rate_limit_exceeded",
            _ => "invalid_grant",
        });
        return oauth(failure.status, error, "Refused by order of the sandbox.");
    }
    let code = failure.reason.unwrap_or(match failure.status.as_u16() {
        401 => "access_token_invalid",
        403 => "scope_not_authorized",
        429 => "rate_limit_exceeded",
        500.. => "internal_error",
        _ => "invalid_params",
    });
    api(failure.status, code)
}

/// What the gateway in front of TikTok's services says to a path that none of them serves.
pub fn not_found(_path: &str) -> Response {
    (StatusCode::NOT_FOUND, "Unsupported path(Janus)").into_response()
}

/// An error of the token endpoint.
pub fn oauth(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description,
        "log_id": secret::id().to_uppercase() });
    (status, Json(body)).into_response()
}

/// An error of the API, in the usual words for its code.
pub fn api(status: StatusCode, code: &str) -> Response {
    (status, Json(envelope(json!({}), code, message(code)))).into_response()
}

/// The API's good answer.
pub fn ok(data: Value) -> Response {
    Json(envelope(data, "ok", "")).into_response()
}

fn envelope(data: Value, code: &str, message: &str) -> Value {
    let error = json!({ "code": code, "message": message, "log_id": secret::id().to_uppercase() });
    json!({ "data": data, "error": error })
}

fn message(code: &str) -> &'static str {
    match code {
        "access_token_invalid" => {
            "The access token is invalid or not found in the request. Please check the access \
             token."
        }
        "scope_not_authorized" => {
            "The user did not authorize the scope required for completing this request."
        }
        "scope_permission_missed" => "Additional scopes are required to get the requested fields.",
        "rate_limit_exceeded" => {
            "The API rate limit was exceeded. Please try again after sometime."
        }
        "invalid_params" | "invalid_param" => "One or more fields in request is invalid.",
        "internal_error" => "Something is wrong. Please try again later.",
        "spam_risk_too_many_posts" => {
            "The daily post cap from the API is reached for the current user."
        }
        "spam_risk_user_banned_from_posting" => "The user is banned from making new posts.",
        "reached_active_user_cap" => {
            "The daily quota for active publishing users from your client is reached."
        }
        _ => "The request was refused.",
    }
}
