//! Error objects of the Graph API: what counts is `code` and `error_subcode`.
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::sandbox::{platform::Failure, secret};

/// Why a token is dead: subcodes of 190.
pub const APP_REMOVED: i64 = 458;
pub const EXPIRED: i64 = 463;

/// The error of this status. `reason` is `code` or `code/subcode` (`190/460`, `10`, `4/2207051`); a
/// subcode of 190 stands for itself (`460`).
pub fn failure(failure: &Failure) -> Response {
    let (code, subcode) = failure.reason.and_then(named).unwrap_or(usual(failure.status));
    error(failure.status, code, subcode, words(code, subcode))
}

fn named(reason: &str) -> Option<(i64, Option<i64>)> {
    if let Some((code, subcode)) = reason.split_once('/') {
        return Some((code.parse().ok()?, Some(subcode.parse().ok()?)));
    }
    let code = reason.parse().ok()?;
    if words(190, Some(code)) == words(190, None) {
        Some((code, None))
    } else {
        Some((190, Some(code)))
    }
}

fn usual(status: StatusCode) -> (i64, Option<i64>) {
    match status.as_u16() {
        401 => (190, Some(EXPIRED)),
        403 => (10, None),
        404 => (2500, None),
        429 => (4, None),
        500 => (1, None),
        501.. => (2, None),
        _ => (100, None),
    }
}

/// What Graph says to a path that it does not serve.
pub fn not_found(path: &str) -> Response {
    refuse(2500, None, &format!("Unknown path components: {path}"))
}

/// `appsecret_proof` was not made with this app's secret and the token beside it.
pub fn wrong_proof() -> Response {
    let message = "Invalid appsecret_proof provided in the API argument";
    typed(StatusCode::BAD_REQUEST, "GraphMethodException", 100, None, message)
}

/// An error with the status Graph usually gives its code, and this sentence.
pub fn refuse(code: i64, subcode: Option<i64>, message: &str) -> Response {
    let status = match code {
        10 | 200..=299 => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    error(status, code, subcode, message)
}

/// The same in Graph's usual words for the code.
pub fn known(code: i64, subcode: Option<i64>) -> Response {
    refuse(code, subcode, words(code, subcode))
}

pub fn no_object(id: &str) -> Response {
    let message = format!(
        "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to \
        missing permissions, or does not support this operation."
    );
    refuse(100, Some(33), &message)
}

fn error(status: StatusCode, code: i64, subcode: Option<i64>, message: &str) -> Response {
    typed(status, "OAuthException", code, subcode, message)
}

fn typed(
    status: StatusCode,
    kind: &str,
    code: i64,
    subcode: Option<i64>,
    message: &str,
) -> Response {
    let mut error = json!({
        "message": message, "type": kind, "code": code,
        "is_transient": matches!(code, 1 | 2 | 4 | 17 | 32 | 341 | 613),
        "fbtrace_id": secret::fresh("A"),
    });
    if let Some(subcode) = subcode {
        error["error_subcode"] = json!(subcode);
    }
    if (code, subcode) == (190, Some(459)) {
        error["error_user_title"] = json!("Log in to Facebook");
        error["error_user_msg"] = json!("Log in at www.facebook.com and follow the instructions.");
    }
    (status, Json(json!({ "error": error }))).into_response()
}

/// What Graph says for a code, as far as connecting, profiles, refreshing and revoking go.
pub fn words(code: i64, subcode: Option<i64>) -> &'static str {
    match (code, subcode) {
        (190, Some(APP_REMOVED)) => {
            "Error validating access token: The user has not authorized the application."
        }
        (190, Some(459)) => {
            "Error validating access token: You cannot access the app till you log in to \
            www.facebook.com and follow the instructions given."
        }
        (190, Some(460)) => {
            "Error validating access token: The session has been invalidated because the user \
            changed their password or Facebook has changed the session for security reasons."
        }
        (190, Some(EXPIRED)) => "Error validating access token: Session has expired.",
        (190, Some(464)) => {
            "Error validating access token: Sessions for the user are not allowed because the \
            user is not a confirmed user."
        }
        (190, Some(467)) => "Error validating access token: The session is invalid.",
        (190, Some(492)) => {
            "Error validating access token: The user no longer has a role on the Page."
        }
        (190, _) => "Invalid OAuth access token - Cannot parse access token",
        (102, _) => "Session key invalid or no longer valid",
        (3, _) => "(#3) Application does not have the capability to make this API call.",
        (10, _) => "(#10) Application does not have permission for this action",
        (200..=299, _) => "(#200) Permissions error",
        (100, Some(36_007)) => "This authorization code has expired.",
        (100, Some(36_008)) => {
            "Error validating verification code. Please make sure your redirect_uri is identical \
            to the one you used in the OAuth dialog request"
        }
        (100, Some(36_009)) => "This authorization code has been used.",
        (100, _) => "(#100) Invalid parameter",
        (4, Some(2_207_051)) => "Application request limit reached: the action looks like spam.",
        (4, _) => "(#4) Application request limit reached",
        (17 | 32 | 613 | 341 | 80_001..=80_014, _) => "User request limit reached",
        (368, _) => "The action attempted has been deemed abusive or is otherwise disallowed",
        (25, _) => "The account is restricted or inactive.",
        (2500, _) => "Unknown path components",
        (1, _) => "An unknown error has occurred.",
        (2, _) => "An unexpected error has occurred. Please retry your request later.",
        _ => "The request was refused.",
    }
}
