//! What OnlyFans answers when something is wrong, as far as people have written it down. Status and
//! message together tell.

use axum::{
    Json,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde_json::json;

use crate::sandbox::platform::Failure;

const REFRESH_THE_PAGE: &str = "Please refresh the page";

/// The error of this status. `reason` is `101` or `105` (identity check), `json` (a 403 that is not
/// a page), or any message (`Wrong user.`).
pub fn failure(failure: &Failure) -> Response {
    let status = failure.status;
    match (failure.reason, status.as_u16()) {
        (Some("101"), _) => identity_check(101),
        (Some("105"), _) => identity_check(105),
        (Some("json"), _) | (None, 401) => message(status, "Access denied."),
        (Some(REFRESH_THE_PAGE), _) | (None, 400) => signature(status),
        (Some(text), _) => message(status, text),
        (None, 403) => blocked(),
        (None, 404) => not_found(failure.path),
        (None, 429) => message(status, "Too many requests"),
        (None, _) => message(status, "Internal error"),
    }
}

pub fn not_found(_path: &str) -> Response {
    message(StatusCode::NOT_FOUND, "Not found")
}

/// The signature does not fit, or its time or app token.
pub fn refresh_the_page() -> Response {
    signature(StatusCode::BAD_REQUEST)
}

fn signature(status: StatusCode) -> Response {
    let error = json!({ "code": 401, "message": REFRESH_THE_PAGE });
    (status, Json(json!({ "error": error }))).into_response()
}

/// The session is not, or no longer, a session.
pub fn access_denied() -> Response {
    message(StatusCode::UNAUTHORIZED, "Access denied.")
}

/// The `user-id` header and the cookies name different people.
pub fn wrong_user() -> Response {
    message(StatusCode::BAD_REQUEST, "Wrong user.")
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "error": { "message": text } }))).into_response()
}

/// The session is good, but its owner has to prove something at OnlyFans first.
pub fn identity_check(code: u16) -> Response {
    let otp_state = json!({
        "email": true, "phoneOtp": false, "appOtp": false, "faceOtp": true, "forceFaceOtp": true,
        "emailMask": "m***@example.com", "faceCode": { "requestAttemptsLeft": 3 },
    });
    let error = json!({
        "code": code, "message": "Identity check", "payload": { "otpState": otp_state },
    });
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

/// The page that stands in front of the whole platform.
fn blocked() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>\
        <body><h1>Sorry, you have been blocked</h1></body></html>";
    (StatusCode::FORBIDDEN, Html(page)).into_response()
}
